"""Which functions are worth lowering: those that may acquire something, told by their bytes and what they call.

It says yes wherever lowering could find an acquisition: `lower_calls` and `lower_unknown` decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs
from leakfix.languages.c.declarators import read
from leakfix.languages.c.evidence import Evidence
from leakfix.languages.c.lower_tables import role
from leakfix.languages.c.lower_unknown import FILLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program

_WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_CALLED: Final = re.compile(rb"\b([A-Za-z_]\w*+)\s*+(?:<[^;{}()]*>\s*+)?\)*+\s*+\(")
_GIVEN: Final = re.compile(rb"&\s*\(*\s*([A-Za-z_]\w*)")
_COMMENT: Final = re.compile(rb"(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_MEMBER: Final = re.compile(rb"\.\s*+([A-Za-z_]\w*+)\s*+\(")
_NEW: Final = b"new"
_DELETE: Final = b"delete"
_JOINS: Final = b"##"
_JOINED: Final = re.compile(rb"[^,\s]\s*##")
"""A name that a macro makes of two; what stands behind a comma is the rest of the arguments, which may be none."""


class Promising:
    """Tells of the functions of a program whether they may acquire; what was found is kept until a file changes."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._world = program.world
        models = program.models
        symbols = models.symbols()
        self._acquiring = frozenset(name.encode() for name in program.names) - {_NEW}
        self._releasing = frozenset(
            symbol.rpartition("::")[2].encode() for symbol in symbols if models.release(symbol) is not None
        )
        self._customs = _Customs(self._releasing)
        self._settled: set[bytes] = set()
        self._handing: set[bytes] = set()
        """Of the names that are settled those of functions that hand on what they acquire."""
        self._macros: dict[bytes, frozenset[bytes]] = {}
        self._macro_calls: dict[bytes, frozenset[bytes]] = {}
        self._foreign: dict[str, CFile] = {}
        """Files outside of the run that some of its files include."""
        self._edits = program.world.edits

    def may_acquire(self, function: Function) -> bool:
        """Whether a function may acquire something itself, or call what hands on what it acquires."""
        self._notice(function.file)
        if self._acquires(function):
            return True
        named = self._named(function)
        self._settle(self._definable(named))
        return not self._handing.isdisjoint(named)

    def may_hand_on(self, function: Function) -> bool:
        """Whether a function may acquire what its caller owns then, itself or by what it calls."""
        name = function.last_name.encode()
        if name not in self._settled:
            self._settle((name,))
        return name in self._handing and _may_hand_on(function)

    def defining(self, name: bytes) -> Iterator[Function]:
        """Yield the functions that bear a name, whatever class or namespace they are in."""
        return self._defining(name)

    def called(self, function: Function) -> frozenset[bytes]:
        """The names of all that a function may call, itself or by a macro."""
        known = function.cache.get("called")
        if not isinstance(known, frozenset):
            text = _text(function)
            words = frozenset(_WORD.findall(text))
            known = function.cache["called"] = self._with_calls(_CALLED.findall(text), words, function.file)
        return known

    def called_by(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """The names of all that the macros of a name may call; a macro that is only another name calls that."""
        if word not in self._macro_calls:
            self._macro_calls[word] = frozenset()
            words: set[bytes] = set()
            calls: set[bytes] = set()
            for macro in self._world.macros_named(word.decode("utf-8", "replace"), file):
                own = _WORD.findall(macro.body)
                words.update(own)
                calls.update(own if len(own) == 1 else _CALLED.findall(macro.body))
            self._macro_calls[word] = self._with_calls(calls, frozenset(words), file)
        return self._macro_calls[word]

    def _with_calls(self, calls: Iterable[bytes], words: frozenset[bytes], file: CFile) -> frozenset[bytes]:
        """Names that are called, and those that macros among some words call."""
        macros = self._world.macro_words(file) & words
        return frozenset(calls).union(*(self.called_by(word, file) for word in macros))

    def _notice(self, file: CFile) -> None:
        """Forget what other bytes, or more files, may change."""
        if self._edits != self._world.edits:
            self._edits = self._world.edits
            self._foreign.clear()
            self._forget()
        new = {one.key: one for one in self._world.foreign(file) if one.key not in self._foreign}
        if new:
            self._foreign.update(new)
            self._forget()

    def _forget(self) -> None:
        self._settled.clear()
        self._handing.clear()
        self._macros.clear()
        self._macro_calls.clear()

    # what a function does itself

    def _acquires(self, function: Function) -> bool:
        known = function.cache.get("acquires")
        if not isinstance(known, bool):
            known = function.cache["acquires"] = self._looked(function)
        return known

    def _looked(self, function: Function) -> bool:
        text = _text(function)
        called = frozenset(_CALLED.findall(text))
        words = frozenset(_WORD.findall(text))
        named = function.cache["named"] = self._with_meanings(words, function.file)
        if not self._acquiring.isdisjoint(called) or _NEW in named or _JOINS in named:
            return True
        # A macro may be only another name of what is called.
        meant = named - words
        if not self._acquiring.isdisjoint(meant):
            return True
        said_here = self._customs.said_by(called)
        if said_here & _ALLOCATES and self._customs.said_by(_MEMBER.findall(text)) & _ALLOCATES:
            return True
        said = said_here | self._customs.said_by(meant)
        if said & (_OPENS | _MAKES) and self._is_undone(function, called | meant, said):
            return True
        if (_DELETE in named or said_here & _RELEASES) and self._releases(function):
            return True
        return bool(said & (_MAKES | _FILLS)) and self._gives_what_ends(function, text)

    def _is_undone(self, function: Function, called: Iterable[bytes], said: int) -> bool:
        """Whether it calls what another function is named to undo."""
        pairs = self._program.pairs
        if said & _OPENS and pairs.calls("close", function.file):
            return True
        making = (name for name in called if self._customs[name] & _MAKES) if said & _MAKES else ()
        return any(pairs.undoing(name.decode(), function.file) for name in making)

    def _releases(self, function: Function) -> bool:
        program = self._program
        return Evidence.of(function, program.bindings(function), program.models).is_any

    def _gives_what_ends(self, function: Function, text: bytes) -> bool:
        """Whether it gives away the address of a variable of a type that some function is named to end."""
        given = set(_GIVEN.findall(text))
        if not given:
            return False
        program = self._program
        types = program.types(function)
        for variable in program.bindings(function).variables:
            if variable.name.encode() in given:
                of = types.variable(variable)
                if of is not None and program.pairs.ending(of.base, function.file):
                    return True
        return False

    # what it calls

    def _settle(self, names: Iterable[bytes]) -> None:
        """Find out of functions, and of all that they name, whether they hand on what they acquire.

        Nobody is taken to do so until it is found: then those who call him are looked at, once more if need be.
        """
        callers: dict[bytes, list[Function]] = {}
        asked: dict[Function, None] = {}
        waiting = [name for name in names if name not in self._settled]
        while waiting:
            name = waiting.pop()
            if name in self._settled:
                continue
            self._settled.add(name)
            for function in self._defining(name):
                if not _may_hand_on(function):
                    continue
                named = self._definable(self._named(function))
                if self._acquires(function) or not self._handing.isdisjoint(named):
                    asked[function] = None
                for inner in named:
                    callers.setdefault(inner, []).append(function)
                waiting.extend(named - self._settled)
        self._spread(asked, callers)

    def _spread(self, asked: dict[Function, None], callers: Mapping[bytes, list[Function]]) -> None:
        """Who calls what hands on may hand it on himself."""
        while asked:
            function, _ = asked.popitem()
            name = function.last_name.encode()
            if name in self._handing or not self._is_handing(function):
                continue
            self._handing.add(name)
            for caller in callers.get(name, ()):
                self._program.forget(caller)
                asked[caller] = None

    def _is_handing(self, function: Function) -> bool:
        return self._program.is_read(function) and bool(self._program.acquired(function))

    def _definable(self, names: frozenset[bytes]) -> frozenset[bytes]:
        """Those of some names that functions in reach may bear."""
        found = names & self._world.headed
        for file in self._foreign.values():
            found |= names & file.headed
        return found

    def _defining(self, name: bytes) -> Iterator[Function]:
        last = name.decode()
        yield from self._world.defining(last)
        for file in self._foreign.values():
            yield from file.named_functions(last) if name in file.headed else ()

    # names

    def _named(self, function: Function) -> frozenset[bytes]:
        """The identifiers in a function, and in the macros that they may mean."""
        known = function.cache.get("named")
        if not isinstance(known, frozenset):
            words = frozenset(_WORD.findall(_text(function)))
            known = function.cache["named"] = self._with_meanings(words, function.file)
        return known

    def _with_meanings(self, words: frozenset[bytes], file: CFile) -> frozenset[bytes]:
        """Words, and what stands in the macros that they may mean."""
        macros = self._world.macro_words(file) & words
        return words.union(*(self._meant(word, file) for word in macros)) if macros else words

    def _meant(self, word: bytes, file: CFile) -> frozenset[bytes]:
        """What stands in the macros of a name, and in those that stand there."""
        if word not in self._macros:
            self._macros[word] = frozenset()
            words: set[bytes] = set()
            for macro in self._world.macros_named(word.decode("utf-8", "replace"), file):
                words.update(_WORD.findall(macro.body))
                if _JOINED.search(macro.body) is not None:
                    words.add(_JOINS)
            self._macros[word] = self._with_meanings(frozenset(words), file)
        return self._macros[word]


def _text(function: Function) -> bytes:
    """The bytes of a function without comments."""
    text = function.file.data[function.node.start_byte : function.node.end_byte]
    return _COMMENT.sub(_kept, text) if b"//" in text or b"/*" in text else text


def _kept(match: re.Match[bytes]) -> bytes:
    return match[1] or b" "


def _may_hand_on(function: Function) -> bool:
    """Whether a function gives anything back, or is given what leads to memory of the caller."""
    if function.is_method or function.is_template or function.type is None or function.type.text != b"void":
        return True
    if read(function.declarator).steps:
        return True
    return any(one.declarator is not None and read(one.declarator).steps for one in function.params)


class _Customs(dict[bytes, int]):
    """What names of functions say by custom, read once for each."""

    def __init__(self, releasing: frozenset[bytes]) -> None:
        super().__init__()
        self._releasing = releasing

    def __missing__(self, name: bytes) -> int:
        text = name.decode()
        said = (
            customs.is_making(text) * _MAKES
            | customs.is_opening(text) * _OPENS
            | (name in self._releasing or customs.says_release(text, of_value=True)) * _RELEASES
            | (not FILLS.isdisjoint(customs.words(text))) * _FILLS
            | (role(text) not in ("", "free")) * _ALLOCATES
        )
        self[name] = said
        return said

    def said_by(self, names: Iterable[bytes]) -> int:
        """What any of some names says."""
        said = 0
        for name in names:
            said |= self[name]
        return said


_MAKES: Final = 1
_OPENS: Final = 2
_RELEASES: Final = 4
_FILLS: Final = 8
_ALLOCATES: Final = 16
