"""Calls that are understood by their names alone, before any types are known: ``name(...)``, ``package.Name(...)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from leakfix.languages.go import syntax
from leakfix.languages.go.words import LETTERS, places_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function, World


class PlainCall(NamedTuple):
    """What a call calls: ``symbol`` as types spell it, and the declaration where its source is there."""

    symbol: str
    function: Function | None


_KEY: Final = "plain-calls"
_WITHIN: Final = LETTERS | frozenset(b".")
_CALLED: Final = LETTERS | frozenset(b"(")
_PART: Final = frozenset(b'."/-')
"""What stands beside a word of a string or of a path, and behind a name that something is selected from."""
_SELECTED: Final = frozenset((b".", b'"'))
_IMPORTING: Final = re.compile(rb"[ \t]+[\"`]")


def plain_call(world: World, function: Function, call: Node) -> PlainCall | None:
    """What a call in a function calls; None where only types can tell."""
    named = call.child_by_field_id(syntax.F_FUNCTION)
    if named is None:
        return None
    if named.kind_id == syntax.IDENTIFIER:
        return _own(function, syntax.text(named))
    operand = named.child_by_field_id(syntax.F_OPERAND) if named.kind_id == syntax.SELECTOR_EXPRESSION else None
    name = named.child_by_field_id(syntax.F_FIELD) if operand is not None else None
    if operand is None or name is None or operand.kind_id != syntax.IDENTIFIER:
        return None
    return _imported(world, function.file, syntax.text(operand), syntax.text(name))


def spelled_call(world: World, function: Function, qualifier: str, name: str) -> PlainCall | None:
    """What ``name(...)`` or ``qualifier.name(...)`` calls in a function, told without its tree."""
    if qualifier:
        return _imported(world, function.file, qualifier, name)
    return _known(function, f"spelled {name}", name, function.start, function.end)


def _own(function: Function, name: str) -> PlainCall | None:
    """A function of the package, where the name is nothing else in the calling function."""
    node = function.node
    return _known(function, name, name, node.start_byte, node.end_byte)


def _known(function: Function, key: str, name: str, start: int, end: int) -> PlainCall | None:
    known = function.cache.setdefault(_KEY, {})
    if not isinstance(known, dict):
        return None
    if key not in known:
        known[key] = _looked_up(function, name, start, end)
    found = known[key]
    return found if isinstance(found, PlainCall) else None


def _looked_up(function: Function, name: str, start: int, end: int) -> PlainCall | None:
    if _stands_otherwise(function.file.data, name.encode(), start, end):
        return None
    declared = function.file.package.lookup(name, function.file)
    if declared is None or declared.kind != "func":
        return None
    return PlainCall(declared.symbol, declared.function)


def _stands_otherwise(data: bytes, name: bytes, start: int, end: int) -> bool:
    """Whether a name stands between two offsets where it is not called."""
    length = len(name)
    at = data.find(name, start, end)
    while at >= 0:
        behind = at + length
        if data[at - 1] not in _WITHIN and (behind >= end or data[behind] not in _CALLED):
            return True
        at = data.find(name, behind, end)
    return False


def _imported(world: World, file: File, qualifier: str, name: str) -> PlainCall | None:
    """A function of an imported package, where a dot follows the package's name everywhere in the file.

    A package that is not there, or does not declare the name as a function, has no declaration to offer.
    """
    path = file.imported_as(qualifier)
    if path is None or path == "C" or not _is_never_a_variable(file, qualifier):
        return None
    package = world.imported(path, file.package)
    declared = package.lookup(name, file) if package is not None and not package.is_snapshot else None
    if declared is None:
        return PlainCall(f"{path}.{name}", None)
    return PlainCall(declared.symbol, declared.function)


def _is_never_a_variable(file: File, name: str) -> bool:
    """Whether a name of the file is always followed by a dot, but where it is part of a string or path, or imported."""
    whole = file.whole
    key = f"plain:{name}"
    known = whole.cache.get(key)
    if not isinstance(known, bool):
        known = whole.cache[key] = _always_selected(whole, name.encode())
    return known


def _always_selected(file: File, name: bytes) -> bool:
    data = file.data
    # A look at what follows it is quick, and enough for most names: a dot, or the end of an import path.
    if _SELECTED.issuperset([behind[:1] for behind in data.split(name)[1:]]):
        return True
    return not any(_is_unselected(data, at, at + len(name)) and not file.is_text(at) for at in places_of(data, name))


def _is_unselected(data: bytes, start: int, end: int) -> bool:
    """Whether nothing is selected from the name between two offsets, and it is no path, package or import either."""
    if data[start - 1] in _PART or data.endswith(b"package ", 0, start) or _IMPORTING.match(data, end):
        return False
    return end >= len(data) or data[end] not in _PART
