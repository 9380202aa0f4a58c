"""Which expressions of a function live under a context, given the variables that do.

An expression lives under the context when its value may stop to work with it: a variable that holds such a value, a
part of one, a closure or a new object around one, and what a call makes of one. A number, a string or an error never
does.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.rules.go.context_calls import operands, result_type
from leakfix.rules.go.context_nodes import arguments, elements, function_of_call, within
from leakfix.rules.go.context_types import FOR_THE_CALL_ALONE
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.rules.go.context_calls import Callees
    from leakfix.rules.go.context_fates import Fates
    from leakfix.rules.go.context_nodes import Sweep

_PARTS: Final = frozenset(
    {
        syntax.INDEX_EXPRESSION,
        syntax.SELECTOR_EXPRESSION,
        syntax.TYPE_ASSERTION_EXPRESSION,
        syntax.TYPE_CONVERSION_EXPRESSION,
        syntax.UNARY_EXPRESSION,
    }
)
"""Expressions whose value comes from their operand, and may be of another kind."""


@record
class Seed:
    """Where values under the context come from: results of a call, or variables that hold them from the start.

    ``released`` is the index of the call's result that ends the context, which does not live under it.
    """

    call: Node | None = None
    released: int = -1
    variables: tuple[Variable, ...] = ()


class Values:
    """The expressions of one function declaration or literal; its variables become known one after the other."""

    def __init__(
        self, seed: Seed, sweep: Sweep, bindings: Bindings, types: Types, callees: Callees, fates: Fates
    ) -> None:
        self._seed = seed
        self._sweep = sweep
        self._bindings = bindings
        self._types = types
        self._callees = callees
        self._fates = fates
        self._variables: dict[int, Variable] = {}
        self._named: list[int] = []
        for variable in seed.variables:
            self.take(variable)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that may hold something that lives under the context, as far as they are known."""
        return tuple(self._variables.values())

    def take(self, variable: Variable) -> None:
        """Let a variable hold something that lives under the context."""
        if variable.index in self._variables:
            return
        self._variables[variable.index] = variable
        uses = (variable.declaration, *self._bindings.uses(variable))
        self._named = sorted({*self._named, *(use.start_byte for use in uses)})

    def mentions(self, node: Node) -> bool:
        """Whether a node names a variable that lives under the context, or holds the call that makes one."""
        call = self._seed.call
        if call is not None and within(call, node):
            return True
        at = bisect_left(self._named, node.start_byte)
        return at < len(self._named) and self._named[at] < node.end_byte

    def lives(self, node: Node, result: int = 0) -> bool:
        """Whether the value of an expression (for a call: a result of it) may live under the context."""
        node = syntax.unparen(node)
        if node == self._seed.call:
            return result != self._seed.released
        if not self.mentions(node):
            return False
        kind = node.kind_id
        if kind == syntax.IDENTIFIER:
            variable = self._bindings.variable(node)
            return variable is not None and variable.index in self._variables
        if kind == syntax.CALL_EXPRESSION:
            return self._call_lives(node, result)
        if kind == syntax.FUNC_LITERAL:
            return True
        if kind == syntax.COMPOSITE_LITERAL:
            body = node.child_by_field_id(syntax.F_BODY)
            return body is not None and any(self.lives(part) for part in elements(body))
        if kind == syntax.SLICE_EXPRESSION or (kind == syntax.UNARY_EXPRESSION and syntax.operator(node) in ("&", "*")):
            return self._operand_lives(node)
        return kind in _PARTS and self._operand_lives(node) and self._callees.can_live(self._types.of(node))

    def works(self, node: Node) -> bool:
        """Whether a call or a receive itself works under the context, be its value what it may."""
        if node.kind_id == syntax.UNARY_EXPRESSION:
            return syntax.operator(node) == "<-" and self._operand_lives(node)
        if node.kind_id != syntax.CALL_EXPRESSION:
            return False
        callee = self._types.callee(node)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return False
        function = function_of_call(node)
        if function.kind_id != syntax.SELECTOR_EXPRESSION and self.lives(function):
            return True
        return any(self.lives(operand) for _, operand in operands(node))

    def _operand_lives(self, node: Node) -> bool:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and self.lives(operand)

    def _call_lives(self, call: Node, result: int) -> bool:
        callee = self._types.callee(call)
        function = function_of_call(call)
        if callee is not None and callee.kind == "builtin":
            return callee.name == "append" and any(self.lives(argument) for argument in arguments(call))
        if not self._callees.can_live(result_type(callee, result)):
            return False
        if function.kind_id == syntax.FUNC_LITERAL:
            return True
        if function.kind_id == syntax.IDENTIFIER and self._bindings.variable(function) in self._seed_variables:
            return False
        if callee is not None and callee.symbol in FOR_THE_CALL_ALONE:
            return False
        for index, operand in operands(call):
            if self.lives(operand):
                fate = self._fates.known(callee, index)
                if fate is None or result in fate.results:
                    return True
        return self.lives(function) and function.kind_id != syntax.SELECTOR_EXPRESSION

    @cached_property
    def _seed_variables(self) -> tuple[Variable | None, ...]:
        """The variables that take the results of the call as they are: calling one of them makes new values."""
        call = self._seed.call
        for assignment in self._sweep.assignments:
            if len(assignment.values) == 1 and syntax.unparen(assignment.values[0]) == call:
                found = (self._bindings.variable(t) for t in assignment.targets if t.kind_id == syntax.IDENTIFIER)
                return tuple(variable for variable in found if variable is not None)
        return ()
