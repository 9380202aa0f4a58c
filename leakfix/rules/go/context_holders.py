"""The variables and results of a function: what they can hold, and whether what they refer to is the function's own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Array, Map, Slice, Struct, underlying
from leakfix.models import RECEIVER
from leakfix.rules.go.context_calls import operands
from leakfix.rules.go.context_nodes import arguments, base, called_name, initial, returned, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.context_calls import Callees
    from leakfix.rules.go.context_nodes import Sweep

_TESTS_OF_ERRORS: Final = frozenset({"errors.As", "errors.Is", "errors.Unwrap"})


def result_types(owner: Node, types: Types) -> dict[int, Type | None]:
    """The declared types of the results of a function, by their numbers."""
    held = owner.child_by_field_id(syntax.F_RESULT)
    if held is None or held.kind_id != syntax.PARAMETER_LIST:
        return {} if held is None else {0: types.of(held)}
    found: list[Type | None] = []
    for declaration in syntax.operands(held):
        of = declaration.child_by_field_id(syntax.F_TYPE)
        count = len(syntax.field_children(declaration, syntax.F_NAME)) or 1
        found += [types.of(of) if of is not None else None] * count
    return dict(enumerate(found))


class Holders:
    """The variables of one function declaration or literal as holders of what lives under a context."""

    def __init__(
        self, sweep: Sweep, bindings: Bindings, types: Types, callees: Callees, results: Mapping[int, Type | None]
    ) -> None:
        """``results`` are the types of the results of the function, as `result_types` tells them."""
        self._sweep = sweep
        self._bindings = bindings
        self._types = types
        self._callees = callees
        self._results = results

    def holder(self, node: Node) -> Variable | None:
        """The variable that a place starts from, if it does from one of the function's."""
        start = base(node)
        return self._bindings.variable(start) if start is not None else None

    def can_hold(self, target: Node) -> bool:
        """Whether what a target takes can live under a context, as far as its variable tells."""
        variable = self._bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
        if variable is None:
            return True
        of = self._types.variable(variable)
        return self._callees.can_live(of) and not (of is None and variable in self._errors)

    def is_own(self, variable: Variable) -> bool:
        """Whether a variable is declared in the function itself."""
        return within(variable.declaration, self._sweep.owner)

    def is_fresh(self, variable: Variable) -> bool:
        """Whether what a variable refers to belongs to the function: it made the object, or holds it by value."""
        under = underlying(self._types.variable(variable))
        if isinstance(under, Struct | Array):
            return True
        value = initial(variable)
        if value is None:
            declared = variable.kind == "local" and variable.origin.kind_id == syntax.VAR_SPEC
            return declared and isinstance(under, Slice | Map)
        if value.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(value) == "&":
            value = syntax.unparen(value.child_by_field_id(syntax.F_OPERAND) or value)
        if value.kind_id == syntax.COMPOSITE_LITERAL:
            return True
        return value.kind_id == syntax.CALL_EXPRESSION and called_name(value) in ("make", "new")

    @cached_property
    def _errors(self) -> frozenset[Variable]:
        """The variables that can only be errors, told by their uses."""
        found = []
        for node in self._sweep.own(self._sweep.returns):
            for number, expression in enumerate(returned(node)):
                if str(self._results.get(number)) == "error":
                    found.append(expression)
        for call in self._sweep.calls:
            callee = self._types.callee(call)
            if callee is not None and callee.symbol in _TESTS_OF_ERRORS:
                found.extend(arguments(call)[:1])
            elif called_name(call) == "Error" and not arguments(call):
                found.extend(operand for index, operand in operands(call) if index == RECEIVER)
        variables = (self._bindings.variable(node) for node in found if node.kind_id == syntax.IDENTIFIER)
        return frozenset(variable for variable in variables if variable is not None)
