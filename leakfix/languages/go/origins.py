"""Where a variable has its type from: its declaration, its initialiser, what is ranged over or received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax, types
from leakfix.languages.go.declarations import const_specs
from leakfix.languages.go.operators import range_types
from leakfix.languages.go.shapes import COMMA_OK
from leakfix.languages.go.types import BOOL, Tuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type


class Origins:
    """Types the variables and constants of one declaration; of expressions it asks the declaration's Types."""

    __slots__ = ("_types",)

    def __init__(self, inferred: Types) -> None:
        """Take the types of the declaration."""
        self._types = inferred

    def variable(self, variable: Variable) -> Type | None:
        """Return the type of a variable or local constant."""
        handler = _ORIGINS.get(variable.origin.kind_id)
        return handler(self, variable) if handler is not None else None

    def _parameter(self, variable: Variable) -> Type | None:
        return self._types.resolver.parameter(variable.origin)

    def _declared(self, variable: Variable) -> Type | None:
        written = variable.origin.child_by_field_id(syntax.F_TYPE)
        if written is not None:
            return self._types.resolver.type(written)
        values = variable.origin.child_by_field_id(syntax.F_VALUE)
        return self.value(values, variable.position) if values is not None else None

    def _short(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        return self.value(right, variable.position) if right is not None else None

    def _received(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        if variable.position == 1:
            return BOOL
        return types.default_type(self._types.expression(right)) if right is not None else None

    def _switched(self, variable: Variable) -> Type | None:
        operand = variable.origin.child_by_field_id(syntax.F_VALUE)
        return types.default_type(self._types.expression(operand)) if operand is not None else None

    def _constant(self, variable: Variable) -> Type | None:
        declaration = variable.origin.parent
        for spec, values in const_specs(declaration) if declaration is not None else ():
            if spec.id == variable.origin.id:
                return self.constant(values, variable.position)
        return None

    def constant(self, values: Node, position: int) -> Type | None:
        """Return the type of a constant from the spec that gives its type and values."""
        written = values.child_by_field_id(syntax.F_TYPE)
        if written is not None:
            return self._types.resolver.type(written)
        value = values.child_by_field_id(syntax.F_VALUE)
        expressions = syntax.operands(value) if value is not None else []
        return self._types.expression(expressions[position]) if position < len(expressions) else None

    def value(self, values: Node, position: int) -> Type | None:
        """Return the type that a variable takes from the expression list on the right of its `:=` or `=`."""
        expressions = syntax.operands(values)
        if len(expressions) > 1:
            return (
                types.default_type(self._types.expression(expressions[position]))
                if position < len(expressions)
                else None
            )
        found = self._types.expression(expressions[0]) if expressions else None
        if isinstance(found, Tuple):
            return found.types[position] if position < len(found.types) else None
        if position == 0:
            return types.default_type(found)
        commas = position == 1 and expressions and syntax.unparen(expressions[0]).kind_id in COMMA_OK
        return BOOL if commas else None

    def _ranged(self, variable: Variable) -> Type | None:
        right = variable.origin.child_by_field_id(syntax.F_RIGHT)
        if right is None:
            return None
        ranged = self._types.expression(right)
        return range_types(ranged)[variable.position] if variable.position < 2 else None


_ORIGINS: Final[dict[int, Callable[[Origins, Variable], Type | None]]] = {
    syntax.PARAMETER_DECLARATION: Origins._parameter,
    syntax.VARIADIC_PARAMETER_DECLARATION: Origins._parameter,
    syntax.VAR_SPEC: Origins._declared,
    syntax.SHORT_VAR_DECLARATION: Origins._short,
    syntax.RANGE_CLAUSE: Origins._ranged,
    syntax.RECEIVE_STATEMENT: Origins._received,
    syntax.TYPE_SWITCH_STATEMENT: Origins._switched,
    syntax.CONST_SPEC: Origins._constant,
}
