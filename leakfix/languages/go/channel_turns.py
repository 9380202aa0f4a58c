"""How many turns a Go loop has, if that is a small number which can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.consts import evaluate
from leakfix.languages.go.types import Array, Chan, underlying

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Types

_MOST_TURNS: Final = 5
"""A loop with more turns is taken for one of unknown length."""


def turns(clause: Node, types: Types) -> int | None:
    """The number of turns; None when it is large or unknown."""
    found = _ranged_over(clause, types) if clause.kind_id == syntax.RANGE_CLAUSE else _counted(clause, types)
    return found if found is not None and 0 <= found <= _MOST_TURNS else None


def is_stream(clause: Node, types: Types) -> bool:
    """Whether a loop ranges over what may never end: a channel."""
    ranged = clause.child_by_field_id(syntax.F_RIGHT) if clause.kind_id == syntax.RANGE_CLAUSE else None
    return ranged is not None and isinstance(underlying(types.of(ranged)), Chan)


def is_endless(clause: Node, types: Types) -> bool:
    """Whether a loop ranges over a channel of times: that of a ticker or timer, which nobody closes."""
    ranged = clause.child_by_field_id(syntax.F_RIGHT) if clause.kind_id == syntax.RANGE_CLAUSE else None
    of = underlying(types.of(ranged)) if ranged is not None else None
    return isinstance(of, Chan) and of.direction == "receive" and str(of.element) == "time.Time"


def condition_of(clause: Node) -> Node | None:
    """The condition of a loop."""
    if clause.kind_id == syntax.FOR_CLAUSE:
        return clause.child_by_field_id(syntax.F_CONDITION)
    return None if clause.kind_id == syntax.RANGE_CLAUSE else clause


def _ranged_over(clause: Node, types: Types) -> int | None:
    right = clause.child_by_field_id(syntax.F_RIGHT)
    if right is None:
        return None
    if right.kind_id == syntax.COMPOSITE_LITERAL:
        written, value = right.child_by_field_id(syntax.F_TYPE), right.child_by_field_id(syntax.F_BODY)
        is_list = written is not None and written.kind_id in (
            syntax.SLICE_TYPE,
            syntax.IMPLICIT_LENGTH_ARRAY_TYPE,
        )
        return len(syntax.operands(value)) if is_list and value is not None else None
    count = evaluate(right, types.resolver)
    if count is not None:
        return count
    of = underlying(types.of(right))
    return of.length if isinstance(of, Array) else None


def _counted(clause: Node, types: Types) -> int | None:
    """The turns of ``for i := 0; i < n; i++``."""
    if clause.kind_id != syntax.FOR_CLAUSE:
        return None
    start, condition = clause.child_by_field_id(syntax.F_INITIALIZER), condition_of(clause)
    update = clause.child_by_field_id(syntax.F_UPDATE)
    if start is None or condition is None or update is None or syntax.text(update)[-2:] != "++":
        return None
    first = next(iter(syntax.operands(start.child_by_field_id(syntax.F_RIGHT) or start)), None)
    sign, bound = syntax.operator(condition), condition.child_by_field_id(syntax.F_RIGHT)
    if first is None or bound is None or sign not in ("<", "<="):
        return None
    low, high = evaluate(first, types.resolver), evaluate(bound, types.resolver)
    return None if low is None or high is None else high - low + (sign == "<=")
