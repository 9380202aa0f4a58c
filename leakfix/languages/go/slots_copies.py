"""Elements of a Go slice that ``copy`` moves down within it, so that a cut at the end deletes what they replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_places import bounds

if TYPE_CHECKING:
    from collections.abc import Set

    from tree_sitter import Node

    from leakfix.languages.go.slots_facts import Facts


def moved_by(facts: Facts, names: Set[str], high: Node | None) -> tuple[Node | None, Node] | None:
    """What ``x[:i+copy(x[i:], x[j:])]`` deletes, as the bounds i and j; i is None for ``x[:copy(x, x[j:])]``."""
    if high is None:
        return None
    high = syntax.unparen(high)
    if high.kind_id == syntax.CALL_EXPRESSION:
        found = copied(facts, names, high)
        return found if found is not None and found[0] is None else None
    if high.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(high) != "+":
        return None
    left, right = high.child_by_field_id(syntax.F_LEFT), high.child_by_field_id(syntax.F_RIGHT)
    found = copied(facts, names, right) if right is not None and right.kind_id == syntax.CALL_EXPRESSION else None
    start = facts.places.linear(found[0]) if found is not None and found[0] is not None else None
    return found if start is not None and start == facts.places.linear(left) else None


def copied(facts: Facts, names: Set[str], call: Node) -> tuple[Node | None, Node] | None:
    """The bounds i and j of ``copy(x[i:], x[j:])``; i is None for ``copy(x, x[j:])``."""
    function, arguments = call.child_by_field_id(syntax.F_FUNCTION), call.child_by_field_id(syntax.F_ARGUMENTS)
    given = syntax.operands(arguments) if arguments is not None else []
    if function is None or function.text != b"copy" or len(given) != 2:
        return None
    into, source = given
    if source.kind_id != syntax.SLICE_EXPRESSION or facts.places.key(_operand(source)) not in names:
        return None
    end, until, _ = bounds(source)
    if end is None or until is not None:
        return None
    if into.kind_id != syntax.SLICE_EXPRESSION:
        return (None, end) if facts.places.key(into) in names else None
    start, behind, _ = bounds(into)
    if behind is not None or facts.places.key(_operand(into)) not in names:
        return None
    return start, end


def _operand(sliced: Node) -> Node | None:
    return sliced.child_by_field_id(syntax.F_OPERAND)
