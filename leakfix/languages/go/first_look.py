"""First looks at the bytes of Go files, which decide what is worth parsing.

They may say yes too often, but for code laid out as gofmt does it they never say no wrongly; the tree decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, compress, count
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.headers import read_header
from leakfix.languages.go.words import LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from leakfix.models import Models

CLOSING_METHODS: Final = ("Close", "Stop", "Shutdown")
"""Methods by which a type of the project that holds resources gives them back."""

_WORDS: Final = re.compile(rb"\w+")
_NAME_AT_END: Final = re.compile(rb"\b\w++\Z")
_QUOTED: Final = re.compile(r'"([^"\s\\]+)"', re.ASCII)
_PARENTHESES: Final = re.compile(rb"[()]")
_CLOSING: Final = frozenset(method.encode() for method in CLOSING_METHODS)
_METHOD: Final = re.compile(rb"\nfunc ?\(\w*\s*\*?(\w+)[^)\n]*\) ?(\w+)")
_TYPE_NAME: Final = re.compile(rb"(\w+)(?:\[[^\n]*\])?$")
_EMBEDDED: Final = re.compile(rb"\n\t++\*?(?:\w++\.)?(\w++)(?:\[[^\n]*\])?[ \t]*+(?=[`/\n])")
_METHODS: Final = re.compile(rb"\n\t+(?:%b)\(" % b"|".join(method.encode() for method in CLOSING_METHODS))
_CLOSING_INTERFACES: Final = frozenset({b"Closer", b"ReadCloser", b"WriteCloser", b"ReadWriteCloser", b"CancelFunc"})
_OPEN_TYPES: Final = frozenset({b"any", b"func", b"interface"})
_OPEN_TYPE: Final = re.compile(rb"(\w+)(?:\[[^\n]*\])? (?:func\b|= )")
# What ends with a rare byte is found many times as quickly: the blank behind it is looked for only then.
_CONFLICT: Final = b"\n<<<<<<<"
_LONGEST_NAME: Final = 80
_ENDING: Final = 3
_tail_of: Final[Callable[[bytes], bytes]] = itemgetter(slice(-_ENDING, None))
_BEFORE: Final = tuple(bytes((byte,)) for byte in range(256))
_ROUNDS: Final = 4
_BODY: Final = b" { "


METHOD: Final = "."
"""What stands before the name of a method where functions and methods are named together."""


def acquiring_names(models: Models) -> frozenset[str]:
    """The last names of all symbols that acquire something; those of methods behind `METHOD`."""
    symbols = (symbol.rpartition(".") for symbol in models.symbols() if models.acquires(symbol))
    return frozenset(f"{METHOD}{name}" if "." in head.rpartition("/")[2] else name for head, _, name in symbols)


def calls_any(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names."""
    wanted = spelled(names)
    return lambda data: bool(called(data, wanted))


def spelled(names: Collection[str]) -> frozenset[bytes]:
    """How functions and methods of these names are spelled where they are called."""
    return _one(frozenset(name.removeprefix(METHOD).encode() for name in names))


@lru_cache(maxsize=4)
def _one(names: frozenset[bytes]) -> frozenset[bytes]:
    """One set for all who ask for the same, which is told from others at a glance."""
    return names


@lru_cache(maxsize=4)
def called(data: bytes, wanted: frozenset[bytes]) -> tuple[tuple[int, bytes], ...]:
    """Where one of these names stands before an opening parenthesis, and which.

    Whoever analyses a file asks again what its first look has asked.
    """
    endings = _endings(wanted)
    pieces = data.split(b"(")[:-1]
    tails = list(map(_tail_of, pieces))
    likely = list(compress(count(), map(endings.__contains__, tails)))
    hits = [number for number in likely if pieces[number].endswith(endings[tails[number]])]
    found: list[tuple[int, bytes]] = []
    ends = list(accumulate(map(len, pieces))) if hits else []
    for number in hits:
        piece = pieces[number]
        for name in endings[tails[number]]:
            if piece.endswith(name) and (len(piece) == len(name) or piece[-len(name) - 1] not in LETTERS):
                found.append((ends[number] + number - len(name), name))
                break
    return tuple(found)


@lru_cache(maxsize=4)
def _endings(names: frozenset[bytes]) -> Mapping[bytes, tuple[bytes, ...]]:
    """The names by how what ends with them ends: short ones stand behind anything that is no part of a name."""
    found: dict[bytes, list[bytes]] = {}
    for name in names:
        endings = {name[-_ENDING:]}
        for _ in range(_ENDING - len(name)):
            endings |= {before + ending for ending in endings for before in _BEFORE if len(ending) < _ENDING}
        for ending in endings:
            found.setdefault(ending, []).append(name)
    return {ending: tuple(listed) for ending, listed in found.items()}


def looks_broken(data: bytes) -> bool:
    """Whether a file has no package clause, braces that do not pair, a merge that was not finished, or is not UTF-8."""
    if data.count(b"{") != data.count(b"}") or (_CONFLICT in data and _CONFLICT + b" " in data):
        return True
    if not data.startswith(b"package ") and b"\npackage " not in data and not read_header(data).package:
        return True
    return not (data.isascii() or _is_utf8(data))


def imported(data: bytes) -> list[str]:
    """Return the strings above the first function of a file, its import paths among them."""
    end = data.find(b"\nfunc ")
    return _QUOTED.findall((data[:end] if end >= 0 else data).decode("utf-8", "replace"))


def methods(data: bytes) -> list[tuple[bytes, bytes]]:
    """The methods that a file declares: the name of the receiver's type, and that of the method."""
    return _METHOD.findall(data)


def owner_names(files: Iterable[bytes], models: Models, types: frozenset[bytes]) -> frozenset[str]:
    """Return the names of functions that call what acquires, and a result of which is of one of the `released_types`.

    Those of methods stand behind `METHOD`.
    """
    makers = list(_makers(files, types))
    wanted = _calls_of(name.encode() for name in acquiring_names(models))
    owners: set[bytes] = set()
    for _ in range(_ROUNDS):
        found = {name for name, called in makers if name not in owners and not wanted.isdisjoint(called)}
        if not found:
            break
        owners |= found
        wanted = _calls_of(found)
    return frozenset(name.decode("utf-8", "replace") for name in owners)


def method_places(
    declared: Iterable[tuple[str, Sequence[tuple[bytes, bytes]]]], names: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """In which files methods are declared, by those of the names that stand behind `METHOD`, without it.

    `declared` are the paths of all files with their `methods`.
    """
    wanted = {name.removeprefix(METHOD).encode() for name in names if name.startswith(METHOD)}
    found: dict[str, dict[str, None]] = {name.decode(): {} for name in wanted}
    for path, listed in declared:
        for name in wanted.intersection([method for _, method in listed]):
            found[name.decode()][path] = None
    return {name: tuple(places) for name, places in found.items()}


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _calls_of(names: Iterable[bytes]) -> set[bytes]:
    """How calls of functions are spelled, as `_called` gives them: a method has something before it, a function may."""
    dot = METHOD.encode()
    return {call for name in names for call in (name, dot + name.removeprefix(dot))}


def _called(data: bytes) -> Iterator[bytes]:
    """The names that are called, behind `METHOD` where they are selected from something."""
    for piece in data.split(b"(")[:-1]:
        name = _NAME_AT_END.search(piece, max(len(piece) - _LONGEST_NAME, 0))
        if name is not None:
            at = name.start()
            is_selected = piece.endswith(b".", 0, at) or piece[:at].rstrip().endswith(b".")
            yield METHOD.encode() + name[0] if is_selected else name[0]


def released_types(
    files: Iterable[bytes], declared: Iterable[Sequence[tuple[bytes, bytes]]], models: Models
) -> frozenset[bytes]:
    """The last names of types whose values are released: modelled ones, and those of the project that close.

    `declared` are the `methods` of each file.
    """
    found = {name.rpartition(".")[2].encode() for resource in models.resources() for name in resource.types}
    found |= _CLOSING_INTERFACES
    embedding: list[tuple[bytes, list[bytes]]] = []
    found.update(of for listed in declared for of, method in listed if method in _CLOSING)
    for data in files:
        for name, body in _bodies(data, b" interface {\n"):
            if _METHODS.search(body):
                found.add(name)
            else:
                embedding.append((name, _EMBEDDED.findall(body)))
        for name, body in _bodies(data, b" struct {\n"):
            embedded = _EMBEDDED.findall(body)
            if embedded:
                embedding.append((name, embedded))
    for _ in range(_ROUNDS):
        promoted = {name for name, embedded in embedding if name not in found and not found.isdisjoint(embedded)}
        if not promoted:
            break
        found |= promoted
    return frozenset(found)


def open_types(files: Iterable[bytes]) -> frozenset[bytes]:
    """The types whose declarations do not tell whether their values are released: functions, and names for others."""
    pieces = (piece for data in files for piece in data.split(b"\ntype ")[1:])
    return frozenset(match[1] for match in map(_OPEN_TYPE.match, pieces) if match is not None)


def _bodies(data: bytes, opening: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The types of a file that are opened in this way: the name and the lines."""
    at = data.find(opening)
    while at >= 0:
        start = at + len(opening) - 1
        name = _TYPE_NAME.search(data, data.rfind(b"\n", 0, at) + 1, at)
        end = data.find(b"\n}", start)
        if name is not None:
            yield name[1], data[start : end + 1 if end >= 0 else len(data)]
        at = data.find(opening, start)


def results_of(function: bytes) -> bytes:
    """The list of results in the text of a function from behind `func ` on; empty when there is none."""
    return _results(_header(function))


def may_be_released(results: bytes, types: frozenset[bytes]) -> bool:
    """Whether one of a list of results is of one of these types, or of one without a name, which may be any."""
    words = _WORDS.findall(results)
    return b"}" in results or not (types.isdisjoint(words) and _OPEN_TYPES.isdisjoint(words))


def _makers(files: Iterable[bytes], types: frozenset[bytes]) -> Iterator[tuple[bytes, frozenset[bytes]]]:
    """The functions with a result of one of the types: the name, and the names that it calls."""
    known = {b"": False}
    for data in files:
        for piece in data.split(b"\nfunc ")[1:]:
            header = _header(piece)
            results = _results(header)
            # Few lists of results are spelled in a way of their own.
            if results not in known:
                known[results] = not types.isdisjoint(_WORDS.findall(results))
            if known[results]:
                name = _function_name(piece)
                if name:
                    yield name, frozenset(_called(piece[len(header) :]))


def _header(piece: bytes) -> bytes:
    """A function up to its body, which may stand on the same line."""
    line = piece.find(b"\n")
    opening = piece.find(_BODY, 0, line) if line >= 0 else piece.find(_BODY)
    if opening >= 0 and b"}" in piece[opening + len(_BODY) : line if line >= 0 else None]:
        return piece[:opening]
    end = piece.find(b"{\n")
    return piece[: end if end >= 0 else line if line >= 0 else None].rstrip()


def _function_name(piece: bytes) -> bytes:
    is_method = piece.startswith(b"(")
    name = _WORDS.match(piece, piece.find(b") ") + 2 if is_method else 0)
    return (METHOD.encode() if is_method else b"") + name[0] if name else b""


def _results(header: bytes) -> bytes:
    """The result list of a function header; empty when there is none."""
    last = header.rfind(b")")
    if last < len(header) - 1:
        return header[last + 1 :]
    if header.count(b"(") == 1 + header.startswith(b"("):
        return b""
    opening = header.rfind(b"(")
    if header.find(b")", opening) == last:
        return header[opening:] if header[:opening].rstrip().endswith(b")") else b""
    depth = 0
    for match in reversed(list(_PARENTHESES.finditer(header))):
        depth += 1 if match[0] == b")" else -1
        if depth == 0:
            before = header[: match.start()].rstrip()
            return header[match.start() :] if before.endswith(b")") else b""
    return b""
