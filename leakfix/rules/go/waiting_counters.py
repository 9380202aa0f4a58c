"""Waits that a counter lets happen only where something is on its way.

The goroutine leaves where the counter of its object is zero before it waits, and counts down what it has received
itself: who sends has counted up before. A counter that somebody else counts down later proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_operations import Operation

_LEAVING: Final = frozenset({syntax.RETURN_STATEMENT, syntax.BREAK_STATEMENT})
_NONE_LEFT: Final = frozenset({("==", "0"), ("<=", "0"), ("<", "1")})


def is_counted(operation: Operation) -> bool:
    """Whether a check behind which something is sure to come stands on every way to a wait."""
    counters = {syntax.text(counter) for counter in _counted_down(operation.owner)}
    return bool(counters) and any(_tested(check) in counters for check in _checks_before(operation))


def _counted_down(owner: Node) -> Iterator[Node]:
    """What a function itself, no literal in it, decrements."""
    if b"--" not in (owner.text or b""):
        return
    waiting = syntax.operands(owner)
    while waiting:
        node = waiting.pop()
        if node.kind_id == syntax.DEC_STATEMENT:
            yield syntax.operands(node)[0]
        elif node.kind_id not in syntax.FUNCTION_KINDS:
            waiting.extend(syntax.operands(node))


def _checks_before(operation: Operation) -> Iterator[Node]:
    """The conditions of if statements before a wait, each in a block around it, that leave where they hold."""
    at: Node | None = operation.node
    while at is not None and at != operation.owner:
        before = at.prev_named_sibling
        while before is not None:
            condition = before.child_by_field_id(syntax.F_CONDITION)
            if before.kind_id == syntax.IF_STATEMENT and condition is not None and _leaves(before):
                yield condition
            before = before.prev_named_sibling
        at = at.parent


def _leaves(check: Node) -> bool:
    held = check.child_by_field_id(syntax.F_CONSEQUENCE)
    statements = [one for part in syntax.operands(held) for one in syntax.operands(part)] if held is not None else []
    return bool(statements) and statements[-1].kind_id in _LEAVING


def _tested(condition: Node) -> str:
    """What a condition compares with zero, as it is spelled; empty when it does not."""
    node = syntax.unparen(condition)
    if node.kind_id != syntax.BINARY_EXPRESSION:
        return ""
    left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or (syntax.operator(node), syntax.text(right)) not in _NONE_LEFT:
        return ""
    return syntax.text(left)
