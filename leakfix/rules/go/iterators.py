"""Iterators made with `iter.Pull`: one that was read to its end has stopped by itself, as the package says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import node_at
from leakfix.rules.go.repair import Repair
from leakfix.rules.go.ticker_control import Control
from leakfix.text import Span
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.go.scopes import Variable

RESOURCE: Final = "iterator"
_ASSIGNMENTS: Final = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})


def unfinished(repair: Repair) -> Repair | None:
    """The leak without the losses to which no path leads but behind the iterator's end; None if none is left."""
    nodes = list(_nodes(repair.unit.owner))
    tested = _tested(repair, nodes)
    if not tested:
        return repair
    control = Control(repair.unit.owner, _never, _never)
    finished = {point for node in nodes for point in _finished(repair, control, node, tested)}
    made = control.holding([repair.call.start_byte])
    within = control.reachable(made, finished) - finished
    if repair.leak.site.discarded:
        return repair if control.leaves(within) else None
    losses = tuple(loss for loss in repair.leak.losses if _is_within(repair, control, loss, within))
    if not losses:
        return None
    return Repair(repair.analysis, repair.unit, replace(repair.leak, losses=losses))


def _is_within(repair: Repair, control: Control, loss: Loss, within: set[int]) -> bool:
    point = control.lost_at(node_at(repair.root, loss.span), loss.span)
    return point is None or point in within


def _tested(repair: Repair, nodes: list[Node]) -> set[Variable]:
    """The variables that take what ``next`` says of the end."""
    first = repair.targets[0] if repair.targets else None
    following = repair.bindings.variable(first) if first is not None else None
    found = set()
    for node in nodes:
        if following is None or node.kind_id not in _ASSIGNMENTS:
            continue
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if left is None or right is None or not _calls(repair, right, following):
            continue
        variable = repair.bindings.variable(syntax.operands(left)[-1])
        if variable is not None:
            found.add(variable)
    return found


def _calls(repair: Repair, values: Node, function: Variable) -> bool:
    calls = syntax.operands(values)
    if len(calls) != 1 or calls[0].kind_id != syntax.CALL_EXPRESSION:
        return False
    called = calls[0].child_by_field_id(syntax.F_FUNCTION)
    return called is not None and repair.bindings.variable(called) is function


def _finished(repair: Repair, control: Control, node: Node, tested: set[Variable]) -> Iterator[int]:
    """The steps that run only when the iterator is at its end."""
    condition = node.child_by_field_id(syntax.F_CONDITION)
    variable, holds = _test(repair, condition) if condition is not None else (None, False)
    if variable not in tested:
        return
    if node.kind_id == syntax.IF_STATEMENT:
        branch = node.child_by_field_id(syntax.F_ALTERNATIVE if holds else syntax.F_CONSEQUENCE)
        point = control.at(branch) if branch is not None else None
        if point is not None:
            yield point
    elif node.kind_id == syntax.FOR_CLAUSE and holds and node.parent is not None:
        yield from _behind(control, node.parent)


def _behind(control: Control, loop: Node) -> Iterator[int]:
    """The step behind a loop that is left by its condition alone."""
    if any(node.kind_id == syntax.BREAK_STATEMENT for node in _nodes(loop)):
        return
    after = loop.next_named_sibling
    block = loop.parent.parent if loop.parent is not None else None
    end = Span(block.end_byte - 1, block.end_byte) if block is not None else Span(0, 0)
    point = control.at(after) if after is not None else control.lost_at(None, end)
    if point is not None:
        yield point


def _test(repair: Repair, condition: Node) -> tuple[Variable | None, bool]:
    """The variable that a condition tests, and whether it tests that it is true."""
    node, holds = syntax.unparen(condition), True
    if node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "!":
        node, holds = syntax.unparen(node.child_by_field_id(syntax.F_OPERAND) or node), False
    return (repair.bindings.variable(node), holds) if node.kind_id == syntax.IDENTIFIER else (None, holds)


def _nodes(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(at.named_children)


def _never(_: Node) -> bool:
    return False
