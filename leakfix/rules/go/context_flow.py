"""How what lives under a context is passed about in a function, and where it gets out: a fixed point over its moves.

The variables that hold such values are found over the assignments, sends and calls of the function, whatever their
order; what is given to goroutines, deferred or returned is looked at when they are known.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing
from leakfix.languages.go import syntax
from leakfix.models import RECEIVER
from leakfix.rules.go.context_calls import ENDING_METHODS, Callees, operands
from leakfix.rules.go.context_fates import Fates, Lasting
from leakfix.rules.go.context_holders import Holders, result_types
from leakfix.rules.go.context_nodes import Sweep, arguments, base, called_name, function_of_call, returned
from leakfix.rules.go.context_values import Seed, Values
from leakfix.rules.go.context_waits import Waits

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee, Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.context_nodes import Assignment

_DEEPEST: Final = 3
"""How many calls deep the bodies of callees are read."""


class Flow:
    """The moves of one function declaration or literal; nothing is looked at before somebody asks."""

    def __init__(self, program: Program, function: Function, owner: Node, seed: Seed, depth: int = 0) -> None:
        """``owner`` is the declaration of ``function`` or a literal inside it; ``depth`` counts calls followed."""
        self._program = program
        self._owner = owner
        self._seed = seed
        self._depth = depth
        self._types: Types = program.types(function)
        self._bindings: Bindings = program.bindings(function)
        self._since = seed.call.end_byte if seed.call is not None else owner.start_byte
        self._loop = _outermost_loop(seed.call, owner)
        self._found: dict[tuple[Handing, int, int], Lasting] = {}
        self._is_solved = False
        self.callees = Callees(program, function)

    @cached_property
    def sweep(self) -> Sweep:
        """The nodes that move values."""
        return Sweep(self._owner)

    @cached_property
    def result_types(self) -> dict[int, Type | None]:
        """The declared types of the results of the function."""
        return result_types(self._owner, self._types)

    @property
    def values(self) -> Values:
        """What lives under the context."""
        self._solve()
        return self._values

    @property
    def lasting(self) -> tuple[Lasting, ...]:
        """Where something under the context gets out of the function, in the order of the file."""
        self._solve()
        return tuple(sorted(self._found.values(), key=lambda found: found.node.start_byte))

    def counts(self, node: Node) -> bool:
        """Whether a node can be evaluated when the context is there."""
        if node.end_byte >= self._since:
            return True
        return self._loop is not None and self._loop.start_byte <= node.start_byte

    # the fixed point

    @cached_property
    def _waits(self) -> Waits:
        return Waits(self.sweep, self._bindings, self._types, self.callees.never_returns)

    @cached_property
    def _fates(self) -> Fates:
        follow = partial(_lasting_of, self._program, self._depth + 1) if self._depth < _DEEPEST else None
        return Fates(self._program, self.callees, follow)

    @cached_property
    def _values(self) -> Values:
        return Values(self._seed, self.sweep, self._bindings, self._types, self.callees, self._fates)

    @cached_property
    def _holders(self) -> Holders:
        return Holders(self.sweep, self._bindings, self._types, self.callees, self.result_types)

    def _solve(self) -> None:
        if self._is_solved:
            return
        self._is_solved = True
        known = -1
        while known != len(self._values.variables) + len(self._found):
            known = len(self._values.variables) + len(self._found)
            for assignment in self.sweep.assignments:
                self._assign(assignment)
            for send in self.sweep.sends:
                self._send(send)
            for call in self.sweep.calls:
                if self.counts(call):
                    self._call(call)
        for statement in self.sweep.gos:
            self._start(statement)
        for statement in self.sweep.own(self.sweep.defers):
            self._defer(statement)
        for node in self.sweep.own(self.sweep.returns):
            self._return(node)

    def _note(self, how: Handing, node: Node, result: int = -1, into: Variable | None = None) -> None:
        key = (how, node.start_byte, result if into is None else into.index)
        self._found.setdefault(key, Lasting(how, node, result, into))

    # stores

    def _assign(self, assignment: Assignment) -> None:
        counts = self.counts(assignment.node)
        for number, target in enumerate(assignment.targets):
            value, result = assignment.source(number)
            if value is None or (not counts and value.kind_id != syntax.FUNC_LITERAL):
                continue
            if self._values.lives(value, result) and self._holders.can_hold(target):
                self._store(target, assignment.node)

    def _store(self, target: Node, node: Node) -> None:
        """Something that lives under the context is assigned to ``target``, or put into what it names."""
        target = syntax.unparen(target)
        start = base(target)
        if start is not None and syntax.text(start) == "_":
            return
        variable = self._holders.holder(target)
        if variable is None:
            self._note(Handing.STORED, node)
            return
        self._values.take(variable)
        is_part = target.kind_id != syntax.IDENTIFIER
        if not self._holders.is_own(variable) or (is_part and not self._holders.is_fresh(variable)):
            self._note(Handing.STORED, node, into=variable)

    def _send(self, send: Node) -> None:
        channel = send.child_by_field_id(syntax.F_CHANNEL)
        value = send.child_by_field_id(syntax.F_VALUE)
        if channel is None or value is None or not self.counts(send) or not self._values.lives(value):
            return
        variable = self._holders.holder(channel)
        if variable is not None and self._is_private(variable):
            self._values.take(variable)
        else:
            self._note(Handing.SENT, send)

    def _is_private(self, variable: Variable) -> bool:
        """Whether nobody else sees what a variable refers to."""
        return self._holders.is_own(variable) and self._holders.is_fresh(variable)

    # calls

    def _call(self, call: Node) -> None:
        """What a call does with the operands that live under the context, beyond giving results."""
        if call == self._seed.call or not self._values.mentions(call):
            return
        literal = self._waits.literal(function_of_call(call))
        if literal is not None:
            self._bind_parameters(call, literal)
            return
        callee = self._types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return
        given = dict(operands(call))
        for index, operand in given.items():
            if not self._values.lives(operand):
                continue
            fate = self._fates.known(callee, index)
            if fate is None:
                if self._is_kept(call, callee, index, operand):
                    self._note(Handing.PASSED, call)
                continue
            if fate.outlives or not all(self._waits.is_received(call, result) for result in fate.streams):
                self._note(Handing.PASSED, call)
            for into in fate.into & given.keys():
                self._store_in(given[into], call)

    def _store_in(self, holder: Node, call: Node) -> None:
        """A callee puts what lives under the context into the object that it was given."""
        variable = self._holders.holder(holder)
        if variable is None or not self._is_private(variable):
            self._note(Handing.STORED, call, into=variable)
        if variable is not None:
            self._values.take(variable)

    def _bind_parameters(self, call: Node, literal: Node) -> None:
        given = {index for index, node in enumerate(arguments(call)) if self._values.lives(node)}
        for variable in self._bindings.variables if given else ():
            bound = variable.kind == "param" and variable.function == literal and variable.position in given
            if bound and self.callees.can_live(self._types.variable(variable)):
                self._values.take(variable)

    def _is_kept(self, call: Node, callee: Callee | None, index: int, operand: Node) -> bool:
        """Whether a callee whose body cannot be read may go on with an operand when it has returned."""
        if index == RECEIVER:
            return self.callees.starts(call, callee) and not self._is_ended(operand)
        if str(self._types.of(operand)) == "context.Context":
            return self.callees.starts(call, callee)
        if self.callees.is_function(operand):
            joined = called_name(call) == "Go" and self._waits.joins(call)
            return not joined and not self.callees.calls_at_once(callee, operand)
        return self.callees.may_keep(callee, operand)

    def _is_ended(self, operand: Node) -> bool:
        """Whether the function ends what an operand started."""
        variable = self._holders.holder(operand)
        ending = (call for call in self.sweep.calls if called_name(call) in ENDING_METHODS)
        return variable is not None and any(self._waits.receiver(call) is variable for call in ending)

    # what gets out at the end

    def _start(self, statement: Node) -> None:
        """A goroutine has what it is given for as long as it runs."""
        call = syntax.operands(statement)[0]
        function = function_of_call(call)
        captures = function.kind_id == syntax.FUNC_LITERAL and self._values.lives(function)
        given = self.counts(statement) and any(self._values.lives(node) for node in (function, *arguments(call)))
        if not (captures or given) or self._waits.ends_before(statement):
            return
        streams = list(self._waits.streams(statement))
        around = self.sweep.function_of(statement)
        if around == self._owner:
            for result in streams or [-1]:
                self._note(Handing.CAPTURED, statement, result)
            return
        calls = self._waits.calls_of(around)
        heard = streams and calls and all(self._waits.is_received(c, r) for c in calls for r in streams)
        if not heard:
            self._note(Handing.CAPTURED, statement)

    def _defer(self, statement: Node) -> None:
        """What was deferred before the context was made runs when it is cancelled already."""
        if self.counts(statement):
            return
        for call in syntax.operands(statement):
            function = function_of_call(call)
            if function.kind_id == syntax.FUNC_LITERAL and self._values.lives(function):
                self._note(Handing.CAPTURED, statement)

    def _return(self, node: Node) -> None:
        if not self.counts(node):
            return
        expressions = returned(node)
        if not expressions:
            for variable in self._values.variables:
                if variable.kind == "result" and variable.function == self._owner:
                    self._note(Handing.RETURNED, node, variable.position)
            return
        single = len(expressions) == 1
        for result, of in self.result_types.items():
            expression = expressions[0] if single else expressions[min(result, len(expressions) - 1)]
            if self.callees.can_live(of) and self._values.lives(expression, result if single else 0):
                self._note(Handing.RETURNED, node, result)


def _lasting_of(program: Program, depth: int, function: Function, variable: Variable) -> tuple[Lasting, ...]:
    """Where what a parameter of a callee holds outlives it."""
    return Flow(program, function, function.node, Seed(variables=(variable,)), depth).lasting


def _outermost_loop(call: Node | None, owner: Node) -> Node | None:
    found = None
    node = call
    while node is not None and node != owner:
        if node.kind_id == syntax.FOR_STATEMENT:
            found = node
        node = node.parent
    return found
