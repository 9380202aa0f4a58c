"""Variables that a loop sets anew in each of its turns: what they hold ends with it, wherever they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.scopes import Bindings, Variable

_HEADED: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT))
_LAZY: Final = frozenset(("&&", "||"))
_CHOICES: Final = frozenset((syntax.CONDITIONAL_EXPRESSION, syntax.LAMBDA_EXPRESSION))


def turn_variables(bindings: Bindings, body: Node) -> Iterator[Variable]:
    """The variables from outside that only the loop with this body uses, set in each turn before they are read."""
    loop = body.parent
    if loop is None or loop.type not in _HEADED or loop.child_by_field_name("body") != body:
        return
    for variable in bindings.variables:
        if variable.kind != "local" or variable.since >= loop.start_byte or variable.others:
            continue
        bounds = body if loop.type == syntax.DO_STATEMENT else loop
        start, end = bounds.start_byte, bounds.end_byte
        # Most variables are used elsewhere, too: that is seen at once.
        if not all(start <= use.start_byte < end or _is_measured(use) for use in bindings.uses(variable)):
            continue
        uses = [use for use in bindings.uses(variable) if not _is_measured(use)]
        if not uses or not all(start <= use.start_byte < end for use in uses):
            continue
        first = min(uses, key=lambda use: use.start_byte)
        if _is_set_each_turn(first, uses, loop, body):
            yield variable


def _is_set_each_turn(first: Node, uses: list[Node], loop: Node, body: Node) -> bool:
    assignment = first.parent
    if assignment is None or assignment.type != syntax.ASSIGNMENT_EXPRESSION:
        return False
    operator, value = assignment.child_by_field_name("operator"), assignment.child_by_field_name("right")
    if operator is None or operator.type != "=" or value is None or assignment.child_by_field_name("left") != first:
        return False
    if any(value.start_byte <= use.start_byte < value.end_byte for use in uses):
        return False
    at = assignment
    while (parent := at.parent) is not None:
        operator = parent.child_by_field_name("operator")
        is_lazy = parent.type == syntax.BINARY_EXPRESSION and operator is not None and operator.type in _LAZY
        if (is_lazy and parent.child_by_field_name("left") != at) or parent.type in _CHOICES:
            return False
        if parent == body:
            return at.type in (syntax.EXPRESSION_STATEMENT, syntax.IF_STATEMENT)
        if parent == loop:
            return loop.type == syntax.WHILE_STATEMENT and loop.child_by_field_name("condition") == at
        if parent.type == syntax.IF_STATEMENT and parent.child_by_field_name("condition") != at:
            return False
        if parent.type in (syntax.COMPOUND_STATEMENT, *_HEADED, syntax.SWITCH_STATEMENT, syntax.LABELED_STATEMENT):
            return False
        at = parent
    return False


def _is_measured(use: Node) -> bool:
    """Whether only the type of a variable is asked for: `sizeof(*p)`."""
    at = use.parent
    while at is not None and not at.type.endswith("_statement"):
        if at.type == syntax.SIZEOF_EXPRESSION:
            return True
        at = at.parent
    return False
