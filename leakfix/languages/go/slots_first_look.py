"""A first look at the bytes of a Go file for lines that may cut a slice: it may say yes too often, the tree decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.words import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACKETS: Final = re.compile(rb"\[[^\]\n\[:\"'`{]*:[^\]\n\[=\"'`{]*\]")
"""Where a slice expression may stand."""
EMPTYING: Final = re.compile(rb"\[0? ?: ?0\]")
"""Where a slice may be emptied."""
LIBRARY: Final = re.compile(rb"= slices\.(?:Compact|Delete)")
"""Where a function of package slices may shorten a slice."""

_NAMES: Final = 60
"""How many names of a file are looked into."""
_LONGEST_LINE: Final = 4096
_OPERAND: Final = re.compile(rb"\S+\Z")
_ASSIGNED: Final = re.compile(rb"\s*(?:case .*: )?(.*?) :?= ")
_BEFORE: Final = re.compile(rb"[;{] ")
_DECLARED: Final = re.compile(rb"(?:, \w+)* :=|,| \[| \*| \.\.\.| [\w.]+[,)]")
_TAKEN: Final = re.compile(rb"= (?:[\w.]+, )?\Z")
_PLAIN: Final = re.compile(rb"\w+\Z")


def may_cut(data: bytes) -> bool:
    """Whether a file may hold a statement that cuts a slice which outlives the function, or returns a part of one."""
    return next(candidates(data), None) is not None or LIBRARY.search(data) is not None


def candidates(data: bytes) -> Iterator[re.Match[bytes]]:
    """The brackets of slice expressions that may make a cut, in order."""
    stored: dict[bytes, bool] = {}
    for match in BRACKETS.finditer(data):
        start = data.rfind(b"\n", max(match.start() - _LONGEST_LINE, 0), match.start()) + 1
        if not start:
            continue
        before = data[start : match.start()]
        if b"= " in before:
            if _may_be_cut(data, before, match, stored):
                yield match
        elif b"return " in before and match[0].count(b":") == 2:
            yield match


def _may_be_cut(data: bytes, before: bytes, match: re.Match[bytes], stored: dict[bytes, bool]) -> bool:
    """Whether an assignment may shorten what it assigns to; ``stored`` keeps what was found out about names."""
    assigned = _ASSIGNED.match(before)
    operand = _OPERAND.search(before)
    if assigned is None or operand is None:
        return False
    last = _BEFORE.split(assigned[1])[-1]
    targets, name = last.translate(None, b"()").split(b", "), operand[0]
    if name.startswith(b"append("):
        name = name[len(b"append(") :]
        if data[match.end() : match.end() + 2] != b", ":
            return False
    elif data[match.end() : match.end() + 1] not in b"\n\r, \t;)":
        return False
    if b"copy(" in name:
        return True
    name = name.translate(None, b"()")
    far = any(not _PLAIN.match(target) for target in targets)
    if not _PLAIN.match(name):
        return name in targets or any(_PLAIN.match(target) and _lasts(data, target, stored) for target in targets)
    return far or any(_lasts(data, one, stored) for one in {name, *targets})


def _lasts(data: bytes, name: bytes, known: dict[bytes, bool]) -> bool:
    """Whether a name may stand for something that outlives a function."""
    if len(known) > _NAMES:
        return True
    if name not in known:
        known[name] = _is_stored(data, name) or _is_shared(data, name)
    return known[name]


def _is_shared(data: bytes, name: bytes) -> bool:
    """Whether a name may be a variable of the package: no function of the file declares it, as far as one can see."""
    if b"\nvar " + name in data or b"\n\t" + name + b" " in data:
        return True
    places = places_of(data, name)
    return not any(_DECLARED.match(data, at + len(name)) or data.endswith(b"var ", 0, at) for at in places)


def _is_stored(data: bytes, name: bytes) -> bool:
    """Whether a local variable is assigned to something that is more than a name somewhere in the file."""
    for at in places_of(data, name):
        if data[at + len(name) : at + len(name) + 1] in (b".", b"(") or data[at - 2 : at] not in (b"= ", b", "):
            continue
        line = data.rfind(b"\n", 0, at) + 1
        taken = _TAKEN.search(data, line, at)
        if taken is None:
            continue
        assigned = data[line : taken.start() - 1].strip()
        if not _PLAIN.match(assigned.rpartition(b" ")[2]):
            return True
    return False
