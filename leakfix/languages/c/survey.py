"""A first look at all C and C++ files of a run, at their bytes: which file may define what, and who includes whom.

It may name a place too many, since the tree of that file decides; of what it does not name nothing is known.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import field
from itertools import islice
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import preprocessor, reading
from leakfix.languages.c.words import all_identifiers, before_parentheses, last_word
from leakfix.languages.language import Survey
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leakfix.languages.c.syntax import Dialect

_C: Final = frozenset((".c",))
_HEADERS: Final = frozenset((".h",))
_CPP_WORDS: Final = (
    (
        re.compile(
            rb"\n[ \t]*(?:class[ \t]+\w+|namespace\b|template[ \t]*<|using[ \t]+\w|(?:public|private|protected)[ \t]*:)"
        ),
        (b"class", b"namespace", b"template", b"using", b"public", b"private", b"protected"),
    ),
    (re.compile(rb"std::(?<!\wstd::)"), (b"std::",)),
    (re.compile(rb"\b(?:static|reinterpret|const|dynamic)_cast<"), (b"_cast<",)),
    (re.compile(rb"nullptr(?<!\wnullptr)\b"), (b"nullptr",)),
)
"""What only C++ says, each with the words of which one stands in it."""

# A definition starts its line: at the margin, or indented behind a class's or a namespace's brace.
_HEAD: Final = re.compile(rb"\n([A-Za-z_~:][^\n(;=#]*\()")
_FIRST_HEAD: Final = re.compile(rb"[A-Za-z_~:][^\n(;=#]*\(")
_INDENTED_HEAD: Final = re.compile(rb"\n([ \t]++[A-Za-z_~:](?=[^\n(;=#:]*+:)[^\n(;=#]*?[\w>]::~?[^\n(;=#]*\()")
_SECOND: Final = re.compile(rb"[\w \t\r\n*&]*[\s*&]((?:[A-Za-z_]\w*::)*~?[A-Za-z_]\w*)\s*\(")
_NAME_AT_END: Final = re.compile(rb"(?:[A-Za-z_]\w*(?:<[^<>()]*>)?::)*~?[A-Za-z_]\w*\s*\(\Z")
_BEHIND: Final = re.compile(rb"[^;{=]*[;{=]")
_TYPE: Final = re.compile(
    rb"(?:struct|class|union|enum)[ \t]+(?:class[ \t]+)?(?:[A-Z_]+(?:\([^()\n]*\))?[ \t]+)?"
    rb"(?:\w+::)*([A-Za-z_]\w*)(?:<[^<>{}]*>)?(?:[ \t]+final)?\s*(?::[^;{}()]*)?\{"
)
_TYPEDEF: Final = re.compile(rb"typedef\b[^;{}]*?\b([A-Za-z_]\w*)\s*(?:\[[^\]\n]*\]\s*)*;")
_FUNCTION_TYPEDEF: Final = re.compile(rb"typedef\b[^;{}()]*(?:\([^()]*?\b([A-Za-z_]\w*)\s*\)|\b([A-Za-z_]\w*))\s*\(")
_TAIL: Final = re.compile(
    rb"\}[ \t]*(?:\w+\([^()\n]*\)[ \t]*)*\**([A-Za-z_]\w*)[ \t]*(?:,[ \t*]*([A-Za-z_]\w*)[ \t]*)?;"
)
_ARGUMENTS: Final = re.compile(rb"<[^<>]*>")
_SPACE: Final = re.compile(rb"namespace[ \t]+(?:\w+::)*([A-Za-z_]\w*)")
_ALIAS: Final = re.compile(rb"using[ \t]+([A-Za-z_]\w*)[ \t]*=")
_DEFINED: Final = re.compile(rb"define[ \t]+([A-Za-z_]\w*)")
_KINDS: Final = (b"struct ", b"class ", b"union ", b"enum ")
_NO_NAMES: Final = frozenset(
    (b"if", b"for", b"while", b"switch", b"return", b"sizeof", b"defined", b"else", b"do", b"case", b"catch")
)
_CALL: Final = re.compile(rb"\b([A-Za-z_]\w*+)[ \t]?+\(")
_LONGEST_NAME: Final = 160
_LONGEST_PARAMETERS: Final = 4000
_LONGEST_TYPE: Final = 1000
_MOST_MISSES: Final = 20_000
_MOST_TYPEDEFS: Final = 2000
_ROUNDS: Final = 6


@record
class Names:
    """The names in the bytes of one file: all identifiers, and those that functions with a body may bear."""

    words: frozenset[bytes]
    headed: frozenset[bytes]


def names_in(data: bytes) -> Names:
    """Look for the names in the bytes of a file, which takes no parsing."""
    heads = [piece[max(piece.rfind(b";"), piece.rfind(b"}")) + 1 :] for piece in data.split(b"{")[:-1]]
    return Names(all_identifiers(data), before_parentheses(b"{".join(heads)))


@record
class FileSketch:
    """What the bytes of one file tell."""

    dialect: Dialect
    functions: frozenset[str]
    """The last names of functions that may be defined here: `make` of `Pool::make`."""
    types: frozenset[str]
    macros: frozenset[str]
    includes: tuple[preprocessor.Include, ...]
    is_shared: bool
    """Whether it says what C++ is to do with it, so that it is meant for C too."""
    spaces: frozenset[str] = frozenset()
    """The namespaces that are opened here."""
    methods: frozenset[str] = frozenset()
    """The last names of those functions that only stand behind the name of a class or namespace here."""


@record
class CSurvey(Survey):
    """Which files may define a name, what each includes, and which functions may hand on what they acquire."""

    files: tuple[str, ...] = ()
    """Display paths; the numbers below are places in it."""
    functions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    types: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    macros: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    spaces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    methods: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    includes: tuple[tuple[preprocessor.Include, ...], ...] = ()
    dialects: tuple[Dialect, ...] = ()
    marks: tuple[bytes, ...] = ()
    """A digest of each file's bytes."""
    owners: frozenset[str] = frozenset()
    """The last names of functions that call what acquires and give something back."""
    digest: str = ""
    names: tuple[Names, ...] = ()
    """The names in each file, if they have been looked for already."""

    def meaning(self) -> Iterator[str]:
        """Yield a digest of all files: what one defines, all may use."""
        yield self.digest


def survey(files: Iterable[tuple[str, bytes]], acquiring: Iterable[str]) -> CSurvey:
    """Look at all files; `acquiring` are the last names of what acquires something."""
    paths: list[str] = []
    marks: list[bytes] = []
    sketches: list[FileSketch] = []
    digest = hashlib.blake2b(digest_size=20)
    makers: list[tuple[bytes, bytes]] = []
    names = frozenset(name.encode() for name in acquiring)
    for path, data in files:
        digest.update(b"%b\0%d\0" % (path.encode("utf-8", "surrogateescape"), len(data)))
        digest.update(data)
        paths.append(path)
        marks.append(mark(data))
        heads = list(_heads(data))
        sketches.append(_sketch(path, data, heads))
        makers += _makers(data, heads)
        makers += _macro_makers(data, names)
    return CSurvey(
        tuple(paths),
        _places(sketch.functions for sketch in sketches),
        _places(sketch.types for sketch in sketches),
        _places(sketch.macros for sketch in sketches),
        _places(sketch.spaces for sketch in sketches),
        _places(sketch.methods for sketch in sketches),
        tuple(sketch.includes for sketch in sketches),
        _dialects(paths, sketches),
        tuple(marks),
        _owners(makers, names),
        digest.hexdigest(),
    )


def mark(data: bytes) -> bytes:
    """Return a digest of a file's bytes, by which they are known again."""
    return hashlib.blake2b(data, digest_size=12).digest()


def sketch(path: str, data: bytes) -> FileSketch:
    """Return what the bytes of a file tell."""
    return _sketch(path, data, list(_heads(data)))


def dialect_of(path: str, data: bytes) -> Dialect:
    """Return the dialect of a file: by its suffix, of a header by what it says."""
    dot = path.rfind(".")
    suffix = path[dot:] if dot >= 0 else ""
    if suffix in _C:
        return "c"
    if suffix in _HEADERS:
        return "cpp" if _is_cpp(data) else "c"
    return "cpp"


def _dialects(paths: list[str], sketches: list[FileSketch]) -> tuple[Dialect, ...]:
    """The dialects, headers that only C++ includes among it."""
    found = [sketch.dialect for sketch in sketches]
    includers: dict[str, set[int]] = {}
    for number, sketch in enumerate(sketches):
        for include in sketch.includes:
            includers.setdefault(include.name.rpartition("/")[2], set()).add(number)
    for _ in range(_ROUNDS):
        changed = False
        for number, path in enumerate(paths):
            if found[number] == "c" and path.endswith(".h") and not sketches[number].is_shared:
                users = includers.get(path.rpartition("/")[2])
                if users and all(found[user] == "cpp" for user in users if user != number):
                    found[number] = "cpp"
                    changed = True
        if not changed:
            break
    return tuple(found)


@record
class _Head:
    """Where a definition may start, its name, and where its body starts."""

    start: int
    name_start: int
    name: bytes
    body: int


def _sketch(path: str, data: bytes, heads: list[_Head]) -> FileSketch:
    names = [_last_names(head.name) for head in heads]
    alone = {name for name, *qualified in names if not qualified}
    return FileSketch(
        dialect_of(path, data),
        frozenset(name for found in names for name in found),
        frozenset(_types(data)),
        frozenset(_after(data, b"define", _DEFINED)),
        preprocessor.includes(data),
        b"__cplusplus" in data or b"BEGIN_DECLS" in data,
        frozenset(_after(data, b"namespace", _SPACE)),
        frozenset(name for name, *qualified in names if qualified and name not in alone),
    )


def _last_names(name: bytes) -> list[str]:
    """The last part of a name, and with it that of its class."""
    parts = _text(_ARGUMENTS.sub(b"", name)).split("::")
    last = parts[-1].lstrip("~")
    return [last, "::".join(parts[-2:])] if len(parts) > 1 else [last]


def _is_cpp(data: bytes) -> bool:
    if not _says_cpp(data):
        return False
    return b"__cplusplus" not in data or _says_cpp(reading.without_dead(data, is_cpp=False))


def _says_cpp(data: bytes) -> bool:
    return any(
        any(word in data for word in words) and pattern.search(data) is not None for pattern, words in _CPP_WORDS
    )


def _heads(data: bytes) -> Iterator[_Head]:
    last = 0
    first = _FIRST_HEAD.match(data)
    found = _head(data, first[0], 0) if first is not None else None
    if found is not None:
        yield found
    for match in _HEAD.finditer(data):
        if match.start() >= last:
            head = _head(data, match[1], match.start(1))
            if head is not None:
                last = head.body
                yield head
    if b"::" in data and b"namespace" in data:
        for match in _INDENTED_HEAD.finditer(data):
            head = _head(data, match[1], match.start(1))
            if head is not None:
                yield head


def _head(data: bytes, line: bytes, start: int) -> _Head | None:
    found = _name_at_end(line)
    if found is None:
        return None
    name, name_start = found[0], start + found[1]
    if name in _NO_NAMES or line.startswith((b"typedef", b"else")):
        return None
    end = _closing(data, start + len(line))
    # `INLINE(int) f(void) {`: what was taken for the name is a macro around the type.
    second = _SECOND.match(data, end, end + _LONGEST_NAME) if end >= 0 and data[end : end + 1] in _BLANKS else None
    if second is not None:
        name, name_start = second[1], second.start(1)
        end = _closing(data, second.end())
    behind = _BEHIND.match(data, end, end + _LONGEST_PARAMETERS) if end >= 0 else None
    # K&R definitions declare their parameters, each with a semicolon, between the list and the body.
    if behind is None or not (behind[0].endswith(b"{") or _is_old_style(data, end)):
        return None
    return _Head(start, name_start, name, data.find(b"{", end))


def _name_at_end(line: bytes) -> tuple[bytes, int] | None:
    """The name before the parenthesis at the end of a line, and where in the line it starts."""
    name = last_word(line[:-1]) if b"::" not in line and b"~" not in line else b""
    if name and len(name) < _LONGEST_NAME:
        return name, line.rindex(name)
    found = _NAME_AT_END.search(line, max(len(line) - _LONGEST_NAME, 0))
    return (found[0][:-1].rstrip(), found.start()) if found is not None else None


_BLANKS: Final = (b" ", b"\t", b"\r", b"\n")
_OLD_STYLE: Final = re.compile(rb"\s*\n\s*(?:[A-Za-z_][\w \t*,\[\]]*;\s*)+\{")


def _is_old_style(data: bytes, end: int) -> bool:
    return _OLD_STYLE.match(data, end, end + _LONGEST_PARAMETERS) is not None


_MOST_PARENTHESES: Final = 60
_PARENTHESES: Final = re.compile(rb"[()]")


def _closing(data: bytes, start: int) -> int:
    """The end of the list whose first parenthesis stands before `start`; -1 when it is not closed soon."""
    depth = 1
    for match in islice(_PARENTHESES.finditer(data, start, start + _LONGEST_PARAMETERS), _MOST_PARENTHESES):
        depth += 1 if match[0] == b"(" else -1
        if depth == 0:
            return match.end()
    return -1


def _types(data: bytes) -> Iterator[str]:
    for kind in _KINDS:
        yield from _after(data, kind, _TYPE)
    yield from _after(data, b"typedef", _TYPEDEF, _MOST_TYPEDEFS)
    yield from _after(data, b"typedef", _FUNCTION_TYPEDEF, _MOST_TYPEDEFS)
    yield from _after(data, b"using ", _ALIAS)
    yield from _after(data, b"}", _TAIL) if b"typedef" in data else ()


def _after(data: bytes, word: bytes, pattern: re.Pattern[bytes], most: int = _MOST_MISSES) -> Iterator[str]:
    """Yield the names in what matches where a word stands, until too often nothing does."""
    match = pattern.match
    at = data.find(word)
    misses = 0
    while at >= 0 and misses < most:
        found = match(data, at, at + _LONGEST_TYPE)
        if found is None:
            misses += 1
        else:
            yield from (_text(name) for name in found.groups() if name)
        at = data.find(word, at + 1)


def _places(sets: Iterable[frozenset[str]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for number, names in enumerate(sets):
        for name in names:
            found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _makers(data: bytes, heads: list[_Head]) -> Iterator[tuple[bytes, bytes]]:
    """The functions of a file that give something back: their last names, and their bytes from the body on."""
    for number, head in enumerate(heads):
        before = data[head.start : head.name_start]
        if b"void" in before and b"*" not in before and _HANDED_OUT.search(data, head.name_start, head.body) is None:
            continue
        if before.strip() or b"auto" in before:
            end = heads[number + 1].start if number + 1 < len(heads) else len(data)
            if end > head.body:
                yield head.name.rpartition(b":")[2], data[head.body : end]


_HANDED_OUT: Final = re.compile(rb"\*[ \t]*(?:const[ \t]*)?[*&]")
_WORD: Final = re.compile(rb"\w+")
_DEFINITION: Final = re.compile(rb"define[ \t]+([A-Za-z_]\w*)((?:[^\n\\]|\\\r?\n|\\.){1,4000})")


def _macro_makers(data: bytes, acquiring: frozenset[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The macros of a file that may be another name of what acquires, or use it: their names and their bodies."""
    at = data.find(b"define")
    while at >= 0:
        match = _DEFINITION.match(data, at)
        if match is not None and not acquiring.isdisjoint(_WORD.findall(match[2])):
            yield match[1], match[2].rstrip() + b"("
        at = data.find(b"define", at + 1)


def _owners(makers: list[tuple[bytes, bytes]], acquiring: frozenset[bytes]) -> frozenset[str]:
    called = [(name, frozenset(_called(body))) for name, body in makers]
    wanted = set(acquiring)
    owners: set[bytes] = set()
    for _ in range(_ROUNDS):
        found = {name for name, calls in called if name not in owners and not wanted.isdisjoint(calls)}
        if not found:
            break
        owners |= found
        wanted = found
    return frozenset(map(_text, owners))


def _called(data: bytes) -> Iterator[bytes]:
    yield from _CALL.findall(data)
    if b"new " in data:
        yield b"new"


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
