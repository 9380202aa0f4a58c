"""Fields that a type acquires and that the method that ends it forgets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.detectors.ownership import Forgotten, forgotten
from leakfix.flow.members import Worth
from leakfix.languages.go import syntax
from leakfix.languages.go.field_table import FieldTable, fields_taking, home_of
from leakfix.languages.go.obligations import assigned_to
from leakfix.rules.go.owner_methods import closing_method, may_end
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.channel_fields import ChannelField
    from leakfix.languages.go.packages import Function

_STORING: Final = re.compile(rb"\.[a-z]\w*(?:, ?\w+)* = |\b[a-z]\w*:\s")
"""A first look: an assignment to a field, or the key of a literal."""
_OTHERS: Final = frozenset(("ticker", "response-body"))
"""Families whose fields other rules see to, or that no field is made for."""


@record
class ForgottenField:
    """The field takes what ``call`` acquires, and nothing in the package releases it: ``method`` could."""

    field: ChannelField
    function: Function
    call: Node
    told: Forgotten
    method: Function


def forgotten_fields(analysis: Analysis) -> Iterator[ForgottenField]:
    """The forgotten fields of a file, each where it is acquired first."""
    if analysis.file.is_test or not may_end(analysis.file.package):
        return
    seen: set[ChannelField] = set()
    data = analysis.file.data
    for function in analysis.file.functions:
        if not analysis.program.names_acquiring(function) or not _STORING.search(data, function.start, function.end):
            continue
        for call in analysis.program.candidates(function):
            for field, index in _fields(analysis, function, call):
                if field not in seen and not field.name[:1].isupper():
                    seen.add(field)
                    found = _judged(analysis, function, call, field, index)
                    if found is not None:
                        yield found


def _fields(analysis: Analysis, function: Function, call: Node) -> Iterator[tuple[ChannelField, int]]:
    """The fields that a call's results are stored in, right away or through a local variable."""
    yield from fields_taking(function, call)
    bindings = analysis.bindings(function)
    for index, target in enumerate(assigned_to(call)):
        variable = bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
        if variable is None or variable.kind != "local":
            continue
        for use in bindings.uses(variable):
            for field, _ in fields_taking(function, use):
                yield field, index


def _judged(
    analysis: Analysis, function: Function, call: Node, field: ChannelField, index: int
) -> ForgottenField | None:
    method = closing_method(field.package, field.owner)
    if method is None or method.file.is_test:
        return None
    callee = analysis.types(function).callee(call)
    owned = analysis.program.owned(callee, call, function).get(index) if callee is not None else None
    if owned is None or owned[0].family in _OTHERS:
        return None
    table = FieldTable(analysis.program, field)
    if table.is_released():
        return None
    member = table.read()
    told = forgotten(member, frozenset({home_of(method)})) if member is not None else None
    if told is None or told.acquired.home.path != analysis.source.path:
        return None
    stores = [stored for stored in told.member.stores if stored.worth is Worth.ACQUIRED]
    first = stores[0].span
    return ForgottenField(field, function, call, told, method) if first.start == call.start_byte else None
