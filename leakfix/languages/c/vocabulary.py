"""What functions name and call, themselves and by macros, told by their bytes; the names that macros join of two.

A macro counts whatever conditions stand around it, and whichever of its definitions the compiler would take.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.words import WORD, called_in, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.world import World

_UNCOMMENTED: Final = re.compile(
    rb"((?:[^\"'/]++|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|[\"']|/(?![/*]))++)|/\*.*?(?:\*/|\Z)|//[^\n]*",
    re.DOTALL,
)
"""Text up to the next comment, literals as a whole; or a comment, of which nothing is captured."""
_STRING: Final = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"")
_JOINED: Final = re.compile(rb"(,\s*)?(\w*(?:\s*##\s*\w*)+)")
_JOIN: Final = re.compile(rb"\s*##\s*")
_JOINS: Final = b"##"
_HOLE: Final = b"\0"
_FEW: Final = 2
JOINED: Final = _HOLE
"""Stands among what macros mean where one of them joins names."""
ANYTHING: Final = b"##"
"""Stands there where nobody can say which names a macro joins."""


class Vocabulary:
    """The names in the functions of a world; what was found is kept until it is told to forget."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._meanings: dict[bytes, frozenset[bytes]] = {}
        self._calls: dict[bytes, frozenset[bytes]] = {}

    def forget(self) -> None:
        """Drop what other bytes of a file, or more files, may change."""
        self._meanings.clear()
        self._calls.clear()

    def own(self, function: Function) -> frozenset[bytes]:
        """The identifiers in a function, and its numbers."""
        return _read(function)[0]

    def meant(self, function: Function) -> frozenset[bytes]:
        """The identifiers in the macros that a function may use."""
        return _kept(function, "meant", lambda: self._by_macros(self.own(function), function.file))

    def called(self, function: Function) -> frozenset[bytes]:
        """The names of all that a function may call, itself or by a macro."""
        return _kept(
            function, "called", lambda: self._with_calls(called_here(function), self.own(function), function.file)
        )

    def called_by(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """The names of all that the macros of a name may call; a macro that is only another name calls that."""
        if word not in self._calls:
            self._calls[word] = frozenset()
            words: set[bytes] = set()
            calls: set[bytes] = set()
            for macro in self._world.macros_named(word.decode("utf-8", "replace"), file):
                body = _STRING.sub(b'""', macro.body)
                own = WORD.findall(body)
                words.update(own)
                calls.update(own if len(own) == 1 else called_in(body))
            self._calls[word] = self._with_calls(calls, frozenset(words), file)
        return self._calls[word]

    def _with_calls(self, calls: Iterable[bytes], words: frozenset[bytes], file: CFile) -> frozenset[bytes]:
        """Names that are called, and those that macros among some words call."""
        macros = self._world.macro_words(file) & words
        return frozenset(calls).union(*(self.called_by(word, file) for word in macros))

    def _by_macros(self, words: frozenset[bytes], file: CFile) -> frozenset[bytes]:
        """What stands in the macros that some words may mean."""
        macros = self._world.macro_words(file) & words
        return frozenset().union(*(self.meaning(word, file) for word in macros))

    def meaning(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """What stands in the macros of a name, and in those that stand there; names that they join have holes."""
        if word not in self._meanings:
            self._meanings[word] = frozenset()
            words: set[bytes] = set()
            for macro in self._world.macros_named(word.decode("utf-8", "replace"), file):
                words.update(WORD.findall(_STRING.sub(b'""', macro.body)))
                words.update(joined_by(macro))
            self._meanings[word] = self._by_macros(frozenset(words), file).union(words)
        return self._meanings[word]


def called_here(function: Function) -> frozenset[bytes]:
    """The names that a function itself calls."""
    return _read(function)[1]


def _read(function: Function) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The words in a function, numbers among them, and the identifiers that are called."""
    known = function.cache.get("words")
    if not isinstance(known, tuple):
        text = text_of(function)
        known = function.cache["words"] = (words_in(text), called_in(text))
    return known


def text_of(function: Function) -> bytes:
    """The bytes of a function without comments."""
    text = function.file.data[function.node.start_byte : function.node.end_byte]
    return b" ".join(_UNCOMMENTED.findall(text)) if b"//" in text or b"/*" in text else text


class Known:
    """Some names, among which those are looked for that macros may join."""

    def __init__(self, names: Iterable[bytes]) -> None:
        self._names = frozenset(names)
        self._sorted = sorted(self._names)

    def joined(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Those that macros may join of words, or of a number; ``words`` has what they are joined by."""
        if JOINED not in words:
            return frozenset()
        patterns = [word.split(_HOLE) for word in words if _HOLE in word and word != JOINED]
        return frozenset(name for pattern in patterns for name in self._fitting(pattern, words))

    def _fitting(self, pattern: list[bytes], words: frozenset[bytes]) -> Iterator[bytes]:
        """The names that are the literals of a pattern with something between each and the next."""
        bare = b"".join(pattern)
        if bare in self._names:
            yield bare
        head, *others = pattern
        # What begins with a hole begins with a word.
        if head:
            for name in self._starting(head):
                if _fills(name[len(head) :], [b"", *others], words):
                    yield name
            return
        for word in words:
            for name in self._starting(word + others[0]):
                if _fills(name[len(word) :], others, words):
                    yield name

    def _starting(self, start: bytes) -> Iterator[bytes]:
        at = bisect_left(self._sorted, start)
        while at < len(self._sorted) and self._sorted[at].startswith(start):
            yield self._sorted[at]
            at += 1


def _fills(text: bytes, literals: list[bytes], words: frozenset[bytes]) -> bool:
    """Whether a text is some literals, with a word, a number or nothing between each and the next."""
    literal, *following = literals
    if not following:
        return text == literal
    if not text.startswith(literal):
        return False
    left = text[len(literal) :]
    if len(following) == 1:
        end = len(left) - len(following[0])
        return end >= 0 and left.endswith(following[0]) and _fits(left[:end], words)
    starts = (end for end in range(len(left) + 1) if left.startswith(following[0], end))
    return any(_fits(left[:end], words) and _fills(left[end:], following, words) for end in starts)


def _fits(text: bytes, words: frozenset[bytes]) -> bool:
    return not text or text in words or text.isdigit()


def joined_by(macro: Macro) -> Iterator[bytes]:
    """Yield the names that a macro joins, with holes for its arguments; behind a comma there may be none."""
    if _JOINS not in macro.body:
        return
    params = {param.removesuffix("...").strip().encode() for param in macro.params or ()} | {b"__VA_ARGS__"}
    for match in _JOINED.finditer(macro.body):
        parts = _JOIN.split(match[2])
        if match[1] is not None and not parts[0]:
            parts = parts[1:]
        if len(parts) < _FEW:
            continue
        name = b"".join(_HOLE if part in params else part for part in parts)
        yield JOINED
        yield name if all(parts) and name.count(_HOLE) <= _FEW else ANYTHING


def _kept(function: Function, name: str, find: Callable[[], frozenset[bytes]]) -> frozenset[bytes]:
    known = function.cache.get(name)
    if not isinstance(known, frozenset):
        known = function.cache[name] = find()
    return known
