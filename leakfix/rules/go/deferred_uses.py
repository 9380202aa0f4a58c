"""What is deferred and still needs a resource where it is lost: a release before that exit would come too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.rules.go.repair import Repair


def needed_by_deferred(repair: Repair, loss: Loss) -> bool:
    """Whether a call that was deferred on every way to a loss uses what works through the resource, or ends its use."""
    statements = list(_deferred(repair, loss))
    if not statements:
        return False
    through = loss.through - {holder.root for holder in loss.holders}
    if any(_names(repair, node, through, working=True) for statement in statements for node in _within(statement)):
        return True
    ends = _ends_of_use(repair, loss)
    return bool(ends) and any(_symbol(repair, node) in ends for statement in statements for node in _within(statement))


def _deferred(repair: Repair, loss: Loss) -> Iterator[Node]:
    """The defer statements of the function between acquisition and loss, in the blocks around the loss."""
    for node in _within(repair.unit.owner):
        if node.kind_id != syntax.DEFER_STATEMENT or syntax.owner_of(node) != repair.unit.owner:
            continue
        block = node.parent.parent if node.parent is not None else None
        is_between = repair.call.end_byte <= node.start_byte and node.end_byte <= loss.span.start
        if is_between and block is not None and loss.span.end <= block.end_byte:
            yield node


def _ends_of_use(repair: Repair, loss: Loss) -> frozenset[str]:
    """The functions that end what calls do with the resource behind their return."""
    ends = set()
    for node in _within(repair.unit.owner):
        borrow = repair.analysis.models.borrow(_symbol(repair, node))
        if borrow is not None and borrow.until:
            given = node.child_by_field_id(syntax.F_ARGUMENTS)
            if given is not None and any(_names(repair, at, loss.through) for at in _within(given)):
                ends.add(borrow.until)
    return frozenset(ends)


def _symbol(repair: Repair, node: Node) -> str:
    """The symbol that a call calls; empty where it is not known, or the node is no call."""
    if node.kind_id != syntax.CALL_EXPRESSION:
        return ""
    callee = repair.analysis.types(repair.unit.function).callee(node)
    return callee.symbol or "" if callee is not None else ""


def _names(repair: Repair, node: Node, roots: frozenset[int], *, working: bool = False) -> bool:
    """Whether a node is the name of one of these variables, and of one that can hold a resource if asked so."""
    if node.kind_id != syntax.IDENTIFIER:
        return False
    variable = repair.bindings.variable(node)
    if variable is None or variable.declaration.start_byte not in roots:
        return False
    return not working or can_carry(repair.type_of(node))


def _within(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(at.named_children)
