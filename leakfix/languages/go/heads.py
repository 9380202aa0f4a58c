"""Requests by HEAD: the answer to one has no body, so that there is nothing to close (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Bindings

_MAKERS: Final = {"net/http.NewRequest": 0, "net/http.NewRequestWithContext": 1}
"""Functions that make a request, and which argument is its method."""

_SPELLED: Final = frozenset({'"HEAD"', "`HEAD`"})
_CONSTANT: Final = "MethodHead"
_ASSIGNMENTS: Final = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})


def sends_head(call: Node, bindings: Bindings, types: Types) -> bool:
    """Whether the first argument of a call is a request that can only have been made with the method HEAD."""
    arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
    request = syntax.unparen(arguments[0]) if arguments else None
    variable = bindings.variable(request) if request is not None and request.kind_id == syntax.IDENTIFIER else None
    if variable is None:
        return False
    named = (variable.declaration, *bindings.uses(variable))
    values = [value for node in named for value in _assigned(node)]
    return bool(values) and all(_makes_head(value, types) for value in values)


def _assigned(target: Node) -> Iterator[Node]:
    """What is assigned to a variable where it is the first that an assignment names, or a variable of a declaration."""
    held = target.parent
    statement = held.parent if held is not None and held.kind_id == syntax.EXPRESSION_LIST else None
    if statement is not None and statement.kind_id in _ASSIGNMENTS:
        if statement.child_by_field_id(syntax.F_LEFT) == held:
            yield statement.child_by_field_id(syntax.F_RIGHT) or statement
    elif held is not None and held.kind_id == syntax.VAR_SPEC:
        value = held.child_by_field_id(syntax.F_VALUE)
        if value is not None:
            yield value


def _makes_head(values: Node, types: Types) -> bool:
    calls = syntax.operands(values)
    if len(calls) != 1 or calls[0].kind_id != syntax.CALL_EXPRESSION:
        return False
    callee = types.callee(calls[0])
    position = _MAKERS.get(callee.symbol) if callee is not None else None
    arguments = syntax.operands(calls[0].child_by_field_id(syntax.F_ARGUMENTS) or calls[0])
    if position is None or position >= len(arguments):
        return False
    method = syntax.unparen(arguments[position])
    name = method.child_by_field_id(syntax.F_FIELD) if method.kind_id == syntax.SELECTOR_EXPRESSION else None
    return syntax.text(name) == _CONSTANT if name is not None else syntax.text(method) in _SPELLED
