"""Calling at its last use what a Go loop defers, where nothing in between can leave the iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import exits, nested, never_stops, statements_of
from leakfix.languages.go.closures_deferred import Role
from leakfix.languages.go.closures_values import arguments_of, binding_of, last_name
from leakfix.languages.go.statements import LayoutError, insert_behind, remove_line

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.closures_judge import Plea
    from leakfix.languages.go.closures_loops import Pile
    from leakfix.text import Edit

_SIMPLE = frozenset(
    {go.EXPRESSION_STATEMENT, go.SHORT_VAR_DECLARATION, go.ASSIGNMENT_STATEMENT, go.VAR_DECLARATION, go.SEND_STATEMENT}
)
_LEAVING = ("Fatal", "Fatalf", "Fatalln", "FailNow", "Skip", "Skipf", "SkipNow", "Panic", "Panicf", "Exit", "Goexit")


def released_early(pile: Pile, plea: Plea) -> tuple[Edit, ...] | None:
    """The edits that take a single deferred call behind the last use of what it releases; None if that is unfit."""
    if len(pile.deferred) != 1 or len(plea.lifetimes) != 1:
        return None
    deferred = pile.deferred[0]
    statement = deferred.statement
    body = statements_of(pile.round.body)
    if deferred.literal is not None or deferred.role is not Role.RELEASE or arguments_of(deferred.call):
        return None
    if statement not in body:
        return None
    behind = body[body.index(statement) + 1 :]
    using = [at for at, other in enumerate(behind) if plea.lifetimes[0].is_used_in(other)]
    if not using:
        return None
    between = behind[: using[-1] + 1]
    if between[-1].kind_id not in _SIMPLE or _can_leave(between) or _is_set(pile, between):
        return None
    source = pile.round.file.source
    try:
        return (remove_line(source, statement), insert_behind(source, between[-1], [go.text(deferred.call)]))
    except LayoutError:
        return None


def _can_leave(statements: list[Node]) -> bool:
    if exits(statements):
        return True
    for node in nested(statements):
        if node.kind_id == go.LABELED_STATEMENT:
            return True
        call = go.operands(node)[0] if node.kind_id == go.EXPRESSION_STATEMENT and go.operands(node) else None
        if call is None or call.kind_id != go.CALL_EXPRESSION:
            continue
        function = call.child_by_field_id(go.F_FUNCTION)
        if never_stops(call) or (function is not None and last_name(function) in _LEAVING):
            return True
    return False


def _is_set(pile: Pile, statements: list[Node]) -> bool:
    """Whether a variable that the deferred call works on gets another value in some statements."""
    start, end = statements[0].start_byte, statements[-1].end_byte
    for variable in pile.deferred[0].variables:
        for use in pile.round.bindings.uses(variable):
            if start <= use.start_byte < end and binding_of(use) is not None:
                return True
    return False
