"""Whether a function waits for the goroutines that it starts, so that none of them is at work when it has returned.

A goroutine tells that it is done as the last thing that it does: it sends on a channel, closes one, or counts down a
WaitGroup. The function waits when no way leads out of it past receiving that, but for those that return an error: who
gives up waiting wants the work to end. Or the goroutine waits for the function: it receives from a channel that the
function closes when it returns.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Chan, underlying
from leakfix.rules.go.context_nodes import (
    arguments,
    base,
    called_name,
    fails,
    function_of_call,
    initial,
    returned,
    within,
)
from leakfix.rules.go.ticker_control import Control

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.rules.go.context_nodes import Sweep


class Waits:
    """The goroutines of one function declaration or literal, and what it does about their end."""

    def __init__(self, sweep: Sweep, bindings: Bindings, types: Types, stops: Callable[[Node], bool]) -> None:
        """``stops`` tells whether a call never returns."""
        self._sweep = sweep
        self._bindings = bindings
        self._types = types
        self._stops = stops
        self._controls: dict[int, Control] = {}

    def ends_before(self, start: Node) -> bool:
        """Whether the goroutine of a go statement with a literal has ended when the function that starts it returns."""
        literal = function_of_call(syntax.operands(start)[0])
        if literal.kind_id != syntax.FUNC_LITERAL:
            return False
        if any(self._awaits(variable, start) for variable in self._told_at_end(literal)):
            return True
        last = _last_statement(literal)
        return last is not None and any(
            within(node, last) and (variable := self._variable(node)) is not None and self._closes(variable, start)
            for node in self._sweep.receives
        )

    def joins(self, call: Node) -> bool:
        """Whether what ``group.Go(f)`` started has ended when the function that calls it returns."""
        variable = self.receiver(call)
        return variable is not None and self._awaits(variable, call)

    def streams(self, start: Node) -> Iterator[int]:
        """The results of the function around a go statement that are channels of its own which the goroutine has."""
        function = self._sweep.function_of(start)
        for number, expression in self._returned(function):
            variable = self._bindings.variable(expression) if expression.kind_id == syntax.IDENTIFIER else None
            if variable is None or not within(variable.declaration, function) or not self._is_channel(variable):
                continue
            if any(within(use, start) for use in self._bindings.uses(variable)):
                yield number

    def is_received(self, call: Node, result: int = 0) -> bool:
        """Whether a function reads the channel that a call gives as one of its results until it returns."""
        parent = call.parent
        while parent is not None and parent.kind_id in (syntax.PARENTHESIZED_EXPRESSION, syntax.EXPRESSION_LIST):
            parent = parent.parent
        if parent is None:
            return False
        if parent.kind_id == syntax.RANGE_CLAUSE or syntax.operator(parent) == "<-":
            return True
        if parent.kind_id not in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT):
            return False
        left = parent.child_by_field_id(syntax.F_LEFT)
        targets = syntax.operands(left) if left is not None else []
        variable = self._bindings.variable(targets[result]) if result < len(targets) else None
        return variable is not None and self._is_channel(variable) and self._awaits(variable, call)

    def calls_of(self, literal: Node) -> list[Node]:
        """The calls of a literal, be it called where it stands or by the variable that it was declared for."""
        return [call for call in self._sweep.calls if self.literal(function_of_call(call)) == literal]

    def literal(self, function: Node) -> Node | None:
        """The literal that a call calls, itself or by the variable that was declared with it."""
        if function.kind_id == syntax.FUNC_LITERAL:
            return function
        variable = self._bindings.variable(function) if function.kind_id == syntax.IDENTIFIER else None
        value = initial(variable) if variable is not None else None
        return value if value is not None and value.kind_id == syntax.FUNC_LITERAL else None

    def receiver(self, call: Node) -> Variable | None:
        """The variable that a method is called on, or on a part of which."""
        function = function_of_call(call)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        if operand is None or function.kind_id != syntax.SELECTOR_EXPRESSION:
            return None
        return self._variable(operand)

    # the end of a goroutine

    def _told_at_end(self, literal: Node) -> Iterator[Variable]:
        """The channels and WaitGroups by which a literal tells that it is done."""
        ends = [last] if (last := _last_statement(literal)) is not None else []
        ends += self._sweep.own(self._sweep.defers, literal)
        for send in self._sweep.sends:
            channel = send.child_by_field_id(syntax.F_CHANNEL)
            if channel is not None and any(within(send, end) for end in ends):
                yield from self._some(channel)
        for call in self._sweep.calls:
            if not any(within(call, end) for end in ends):
                continue
            name = called_name(call)
            if name == "Done" and (variable := self.receiver(call)) is not None:
                yield variable
            if name == "close" and arguments(call):
                yield from self._some(arguments(call)[0])

    def _closes(self, variable: Variable, start: Node) -> bool:
        """Whether the function that starts a goroutine closes a channel of its own whenever it returns."""
        function = self._sweep.function_of(start)
        deferred = self._sweep.own(self._sweep.defers, function)
        return within(variable.declaration, function) and any(
            called_name(call) == "close" and variable in map(self._variable, arguments(call)[:1])
            for call in self._sweep.calls
            if any(within(call, statement) for statement in deferred)
        )

    def _awaits(self, variable: Variable, start: Node) -> bool:
        """Whether every way from ``start`` out of its function leads past a wait for ``variable``, or to an error."""
        function = self._sweep.function_of(start)
        if not within(variable.declaration, function):
            return False
        waits = [node for node in self._waits(variable) if self._sweep.function_of(node) == function]
        deferred = [d for d in self._sweep.own(self._sweep.defers, function) if d.end_byte <= start.start_byte]
        if any(within(node, statement) for node in self._waits(variable) for statement in deferred):
            return True
        if not waits:
            return False
        control = self._control(function)
        cut = control.holding([node.start_byte for node in waits])
        cut |= {point for node in waits if (point := self._loop_of(control, node, start)) is not None}
        first = control.holding([start.start_byte])
        passed = control.reachable((p for point in first for p in control.behind(point)), cut) - cut
        left = self._sweep.own(self._sweep.returns, function)
        steps = {control.at(node) for node in left}
        if any(control.at(node) in passed and not fails(self._types, node) for node in left):
            return False
        return not control.leaves(passed - steps)

    def _waits(self, variable: Variable) -> list[Node]:
        """Where ``variable`` is received from, ranged over or waited for."""
        calls = [c for c in self._sweep.calls if called_name(c) == "Wait" and self.receiver(c) is variable]
        return [*calls, *(node for node in self._sweep.receives if self._variable(node) is variable)]

    def _loop_of(self, control: Control, node: Node, start: Node) -> int | None:
        """The step of the outermost loop around a wait that does not hold ``start`` too: it runs once at least."""
        found, at = None, node.parent
        while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
            if at.kind_id == syntax.FOR_STATEMENT and not within(start, at):
                found = at
            at = at.parent
        return control.at(found) if found is not None else None

    def _control(self, function: Node) -> Control:
        if function.id not in self._controls:
            self._controls[function.id] = Control(function, self._stops, _never)
        return self._controls[function.id]

    @cached_property
    def _results(self) -> dict[int, list[tuple[int, Node]]]:
        found: dict[int, list[tuple[int, Node]]] = {}
        for node in self._sweep.returns:
            found.setdefault(self._sweep.function_of(node).id, []).extend(enumerate(returned(node)))
        return found

    def _returned(self, function: Node) -> list[tuple[int, Node]]:
        return self._results.get(function.id, [])

    def _is_channel(self, variable: Variable) -> bool:
        return isinstance(underlying(self._types.variable(variable)), Chan)

    def _variable(self, node: Node) -> Variable | None:
        start = base(node)
        return self._bindings.variable(start) if start is not None else None

    def _some(self, node: Node) -> Iterator[Variable]:
        variable = self._variable(node)
        if variable is not None:
            yield variable


def _last_statement(literal: Node) -> Node | None:
    body = literal.child_by_field_id(syntax.F_BODY)
    lists = [held for held in body.named_children if held.kind_id == syntax.STATEMENT_LIST] if body is not None else []
    statements = syntax.operands(lists[0]) if lists else []
    return statements[-1] if statements else None


def _never(_: Node) -> bool:
    return False
