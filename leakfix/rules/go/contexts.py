"""What lives under a context, as rules ask: the values derived from it in a function, and those that outlive it.

Cancelling a context ends whatever was made under it: child contexts, requests and the responses read under them, rows,
closures and objects that hold it. All of the function is followed (`context_flow`) only where a first look does not
tell.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.rules.go.context_calls import ENDING_METHODS, operands
from leakfix.rules.go.context_flow import Flow
from leakfix.rules.go.context_nodes import arguments, called_name, function_of_call, returned, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.rules.go.context_fates import Lasting
    from leakfix.rules.go.context_values import Seed

_CANCELS: Final = frozenset({"context.CancelFunc", "context.CancelCauseFunc"})
_CONSTANTS: Final = frozenset({syntax.NIL, syntax.TRUE, syntax.FALSE, syntax.INT_LITERAL})


class Dependents:
    """The values of one function declaration or literal that live under a context."""

    def __init__(self, program: Program, function: Function, owner: Node, seed: Seed) -> None:
        """``owner`` is the declaration of ``function`` or a literal inside it."""
        self._types: Types = program.types(function)
        self._bindings: Bindings = program.bindings(function)
        self._flow = Flow(program, function, owner, seed)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that may hold something that lives under the context."""
        return self._flow.values.variables

    @property
    def lasting(self) -> tuple[Lasting, ...]:
        """Where something under the context gets out of the function, in the order of the file."""
        return self._flow.lasting

    def may_return(self, node: Node) -> bool:
        """A first look at a return: whether it may give back something that lives under the context."""
        expressions = returned(node)
        types = self._flow.result_types
        if len(expressions) != len(types):
            return True
        can_live = self._flow.callees.can_live
        return any(self._may_live(expressions[number]) and can_live(of) for number, of in types.items())

    def needed(self, node: Node) -> bool:
        """Whether evaluating an expression or statement works under the context, be its value what it may."""
        if not self._may_work(node):
            return False
        values = self._flow.values
        return any(values.works(at) for at in _evaluated(node) if values.mentions(at))

    @cached_property
    def deferred(self) -> Node | None:
        """A deferred call that still needs the context when it runs, if there is one."""
        sweep = self._flow.sweep
        deferred = (statement for statement in sweep.own(sweep.defers) if self._flow.counts(statement))
        return next((statement for statement in deferred if not self._ends_only(statement)), None)

    # what needs no fixed point: a constant, a number, a string or an error never lives under a context

    def _may_work(self, node: Node) -> bool:
        """A first look at an expression or statement: whether a call or a receive in it may work under the context."""
        return any(self._may_be_work(at) for at in _evaluated(node))

    def _may_be_work(self, node: Node) -> bool:
        if node.kind_id != syntax.CALL_EXPRESSION:
            return node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "<-"
        function = function_of_call(node)
        is_named = function.kind_id == syntax.IDENTIFIER and self._bindings.variable(function) is None
        if not (is_named or function.kind_id == syntax.SELECTOR_EXPRESSION):
            return True
        return any(self._may_live(operand) for _, operand in operands(node))

    def _may_live(self, node: Node) -> bool:
        """A first look at an expression: whether its value may live under the context."""
        node = syntax.unparen(node)
        if node.kind_id in _CONSTANTS or (node.kind_id == syntax.IDENTIFIER and self._bindings.variable(node) is None):
            return False
        if node.kind_id in (syntax.UNARY_EXPRESSION, syntax.SLICE_EXPRESSION):
            return True
        return self._flow.callees.can_live(self._types.of(node))

    # deferred calls

    def _ends_only(self, statement: Node) -> bool:
        """Whether a deferred call does nothing under the context but end things."""
        return all(self._ends(call) for call in self._flow.sweep.calls if within(call, statement))

    def _ends(self, call: Node) -> bool:
        function, values = function_of_call(call), self._flow.values
        if function.kind_id == syntax.FUNC_LITERAL or not values.works(call):
            return True
        if function.kind_id == syntax.SELECTOR_EXPRESSION:
            return called_name(call) in ENDING_METHODS and not any(map(values.lives, arguments(call)))
        return str(self._types.of(function)) in _CANCELS


def _evaluated(node: Node) -> Iterator[Node]:
    """A node and what it holds, but for what stands in function literals."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        if at.kind_id != syntax.FUNC_LITERAL:
            waiting.extend(at.named_children)
