"""Loops over every element of a Go slice that is about to be emptied: where an element can be cleared on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_bounds import Bounds
from leakfix.languages.go.slots_cleared import element_pointers, is_slot
from leakfix.languages.go.slots_facts import stores_of
from leakfix.languages.go.slots_order import is_on_the_way
from leakfix.languages.go.slots_places import indexed
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut

_JUMPS: Final = frozenset(
    (syntax.RETURN_STATEMENT, *map(syntax.kind, ("break_statement", "continue_statement", "goto_statement")))
)


@record
class Sweep:
    """A loop over the whole array: its body, and how the body spells the element that a turn looks at."""

    body: Node
    element: str


def sweep(cut: Cut) -> Sweep | None:
    """The last loop before a cut that surely visits every element; None when there is none."""
    found: Sweep | None = None
    for loop in _loops(cut):
        body = loop.child_by_field_id(syntax.F_BODY)
        index = _index(cut, loop)
        if body is None or index is None or _jumps(body):
            continue
        spelled = _spelled(cut, body, index) or _by_range(loop, index)
        if spelled is not None:
            found = Sweep(body, spelled)
    return found


def _loops(cut: Cut) -> Iterator[Node]:
    """The loops that stand before the cut, in its block or one around it."""
    at: Node | None = cut.statement
    found: list[Node] = []
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        before = at.prev_named_sibling
        while before is not None:
            if before.kind_id == syntax.FOR_STATEMENT and is_on_the_way(before, cut.statement):
                found.append(before)
            before = before.prev_named_sibling
        at = at.parent
    yield from sorted(found, key=lambda node: node.start_byte)


def _index(cut: Cut, loop: Node) -> Node | None:
    """The variable that counts the elements from the first to the last."""
    for child in syntax.operands(loop):
        if child.kind_id == syntax.RANGE_CLAUSE:
            left, right = child.child_by_field_id(syntax.F_LEFT), child.child_by_field_id(syntax.F_RIGHT)
            targets = syntax.operands(left) if left is not None else []
            over = cut.facts.places.key(right) in cut.names
            return targets[0] if over and targets and targets[0].text != b"_" else None
        if child.kind_id == syntax.FOR_CLAUSE:
            return _counter(cut, child)
    return None


def _counter(cut: Cut, clause: Node) -> Node | None:
    start, condition, step = (
        clause.child_by_field_id(number) for number in (syntax.F_INITIALIZER, syntax.F_CONDITION, syntax.F_UPDATE)
    )
    stores = stores_of(start) if start is not None and start.kind_id == syntax.SHORT_VAR_DECLARATION else []
    if len(stores) != 1 or stores[0].value is None or stores[0].value.text != b"0" or condition is None:
        return None
    if step is None or step.kind_id != syntax.INC_STATEMENT or condition.kind_id != syntax.BINARY_EXPRESSION:
        return None
    counter = stores[0].target
    left, right = condition.child_by_field_id(syntax.F_LEFT), condition.child_by_field_id(syntax.F_RIGHT)
    bounds = Bounds(cut.facts, cut.names, cut.statement)
    counts = left is not None and left.text == counter.text and syntax.operator(condition) == "<"
    whole = right is not None and (bounds.is_length(right) or bounds.is_length_variable(right))
    return counter if counts and whole else None


def _jumps(body: Node) -> bool:
    """Whether a turn may end before the end of the body."""
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.kind_id in _JUMPS:
            return True
        waiting.extend(child for child in node.named_children if child.kind_id != syntax.FUNC_LITERAL)
    return False


def _spelled(cut: Cut, body: Node, index: Node) -> str | None:
    """The element as the body spells it: a pointer to it, or the array indexed."""
    key = cut.facts.places.key(index)
    inside = range(body.start_byte, body.end_byte)
    for variable, slot in element_pointers(cut).items():
        direct = variable.declaration.start_byte in inside and variable.scope.id == body.id
        if direct and cut.facts.places.key(indexed(slot)[1]) == key:
            return variable.name
    for node in cut.facts.nodes("index"):
        if node.start_byte in inside and is_slot(cut, node) and cut.facts.places.key(indexed(node)[1]) == key:
            return syntax.text(node)
    return None


def _by_range(loop: Node, index: Node) -> str | None:
    clause = next((child for child in syntax.operands(loop) if child.kind_id == syntax.RANGE_CLAUSE), None)
    over = clause.child_by_field_id(syntax.F_RIGHT) if clause is not None else None
    if over is None:
        return None
    text = syntax.text(over)
    return f"({text})[{syntax.text(index)}]" if text.startswith("*") else f"{text}[{syntax.text(index)}]"
