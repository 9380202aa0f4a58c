"""Deletions by package slices in Go files of version 1.21, whose toolchain did not clear what they cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Cut, Kind
from leakfix.languages.go.slots_bounds import Lost
from leakfix.languages.go.slots_facts import Facts, stores_of
from leakfix.languages.go.slots_holders import owner_of
from leakfix.languages.go.slots_literals import held_by_elements
from leakfix.languages.go.types import Slice, core
from leakfix.languages.go.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis

_CALL: Final = re.compile(rb"\b(?:Compact|CompactFunc|Delete|DeleteFunc)\(")
_SYMBOLS: Final = frozenset(f"slices.{name}" for name in ("Compact", "CompactFunc", "Delete", "DeleteFunc"))
_SINCE: Final = Version(1, 21)
_CLEARS: Final = Version(1, 22)


def deleted(analysis: Analysis) -> Iterator[Cut]:
    """The assignments ``x = slices.Delete(x, ...)`` of a file that may be built by a toolchain which clears nothing."""
    version = analysis.version
    if version is None or not _SINCE <= version < _CLEARS or "slices" not in analysis.file.imports.values():
        return
    for match in _CALL.finditer(analysis.file.data):
        found = _of(analysis, analysis.file.descendant(match.start(), match.end() - 1))
        if found is not None:
            yield found


def _of(analysis: Analysis, name: Node | None) -> Cut | None:
    call = name.parent.parent if name is not None and name.parent is not None else None
    listed = call.parent if call is not None and call.kind_id == syntax.CALL_EXPRESSION else None
    statement = listed.parent if listed is not None else None
    function = analysis.function_at(call.start_byte) if call is not None else None
    if statement is None or statement.kind_id != syntax.ASSIGNMENT_STATEMENT or function is None or function.has_error:
        return None
    facts = Facts.of(analysis, function)
    callee = facts.types.callee(call) if call is not None else None
    arguments = call.child_by_field_id(syntax.F_ARGUMENTS) if call is not None else None
    stores = stores_of(statement)
    if callee is None or callee.symbol not in _SYMBOLS or arguments is None or len(stores) != 1:
        return None
    store, array = stores[0], syntax.operands(arguments)[0]
    owner = owner_of(facts, store, array) if store.sign == "=" else None
    whole = core(facts.types.of(array))
    what = held_by_elements(facts, whole.element) if isinstance(whole, Slice) else None
    if (
        owner is None
        or not what
        or not isinstance(whole, Slice)
        or facts.places.key(array) != facts.places.key(store.target)
    ):
        return None
    place, key, names = owner
    back = Lost(None, bounded=True)
    return Cut(facts, Kind.LIBRARY, store, array, None, None, key, place, names, whole.element, what, None, back)
