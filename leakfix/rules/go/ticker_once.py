"""Timers that a loop makes once, or few times, although its syntax would let it make more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.closures_loops import Pile
from leakfix.languages.go.closures_values import Round
from leakfix.rules.go.ticker_scene import is_target, takes_nil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.ticker_scene import Scene

FEW: Final = 10


def is_made_few_times(scene: Scene, node: Node) -> bool:
    """Whether the loops around a node have few rounds, as is plain to see."""
    rounds = 0
    for around in _around(scene, node):
        if around.kind_id == syntax.FOR_STATEMENT:
            pile = Pile(Round(scene.analysis.program, scene.function, scene.owner, around), ())
            rounds = max(rounds, 1) * (pile.rounds_at_most or FEW + 1)
    return 0 < rounds <= FEW


def is_made_once(scene: Scene, node: Node, target: Node | None) -> bool:
    """Whether the variable ``target`` takes the channel only while it is nil, or in a case that shuts itself off."""
    variable = scene.bindings.variable(target) if target is not None else None
    at = node
    for around in _around(scene, node):
        is_then = around.kind_id == syntax.IF_STATEMENT and around.child_by_field_id(syntax.F_CONSEQUENCE) == at
        if is_then and variable is not None and _tests_nil(scene, around, variable):
            return not _is_dropped(scene, variable)
        if around.kind_id == syntax.COMMUNICATION_CASE and _shuts_itself_off(scene, around):
            return True
        at = around
    return False


def _around(scene: Scene, node: Node) -> Iterator[Node]:
    """The nodes around one, inside its function."""
    at = node.parent
    while at is not None and at != scene.owner:
        yield at
        at = at.parent


def _tests_nil(scene: Scene, branch: Node, variable: Variable) -> bool:
    condition = branch.child_by_field_id(syntax.F_CONDITION)
    condition = syntax.unparen(condition) if condition is not None else None
    if condition is None or condition.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(condition) != "==":
        return False
    left, right = condition.child_by_field_id(syntax.F_LEFT), condition.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or right.kind_id != syntax.NIL:
        return False
    return scene.bindings.variable(left) is variable


def _is_dropped(scene: Scene, variable: Variable) -> bool:
    """Whether a variable is set to nil where its timer may still run: anywhere but in a case that received from it."""
    targets = (use for use in scene.bindings.uses(variable) if is_target(use) and takes_nil(use))
    return any(not any(_receives(scene, around, variable) for around in _around(scene, use)) for use in targets)


def _receives(scene: Scene, around: Node, variable: Variable) -> bool:
    return around.kind_id == syntax.COMMUNICATION_CASE and _received(scene, around) is variable


def _received(scene: Scene, case: Node) -> Variable | None:
    """The variable that a case receives from."""
    held = case.child_by_field_id(syntax.F_COMMUNICATION)
    receive = held.child_by_field_id(syntax.F_RIGHT) if held is not None else None
    channel = receive.child_by_field_id(syntax.F_OPERAND) if receive is not None else None
    return scene.bindings.variable(channel) if channel is not None else None


def _shuts_itself_off(scene: Scene, case: Node) -> bool:
    """Whether a case sets the variable that it receives from to nil, and no loop around it sets it to anything else."""
    variable = _received(scene, case)
    if variable is None:
        return False
    loops = [around for around in _around(scene, case) if around.kind_id == syntax.FOR_STATEMENT]
    if not loops:
        return False
    targets = [use for use in scene.bindings.uses(variable) if is_target(use) and _lies_in(use, loops[-1])]
    return all(map(takes_nil, targets)) and any(_is_of(use, case) for use in targets)


def _lies_in(node: Node, around: Node) -> bool:
    return around.start_byte <= node.start_byte < around.end_byte


def _is_of(target: Node, case: Node) -> bool:
    """Whether an assignment is one of the case's own statements."""
    statement = target.parent.parent if target.parent is not None else None
    listed = statement.parent if statement is not None else None
    return listed is not None and listed.parent == case
