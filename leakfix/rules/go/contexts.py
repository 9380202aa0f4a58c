"""What lives under a context: the values derived from it in a function, and those of them that outlive the function.

Cancelling a context ends whatever was made under it: child contexts, requests and the responses read under them, rows,
closures and objects that hold it. The variables that hold such values are found by a fixed point over the assignments
of the function, whatever their order, with types: a number, a string or an error depends on nothing any more.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing
from leakfix.languages.go import syntax
from leakfix.languages.go.types import Array, Map, Slice, Struct, underlying
from leakfix.models import RECEIVER
from leakfix.rules.go.context_calls import Callees, operands, result_type
from leakfix.rules.go.context_nodes import (
    Assignment,
    Sweep,
    arguments,
    base,
    called_name,
    elements,
    function_of_call,
    initial,
    returned,
    within,
)
from leakfix.rules.go.context_types import FOR_THE_CALL_ALONE
from leakfix.rules.go.context_waits import Waits
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee, Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type

_DEEPEST: Final = 3
"""How many calls deep the bodies of callees are read."""

_HARMLESS: Final = frozenset(
    {"Cancel", "Close", "CloseIdleConnections", "Done", "Release", "Rollback", "Shutdown", "Stop", "Unlock", "Wait"}
)
"""Methods that end something, and do so under a cancelled context as well."""

_CANCELS: Final = frozenset({"context.CancelFunc", "context.CancelCauseFunc"})
_TESTS_OF_ERRORS: Final = frozenset({"errors.As", "errors.Is", "errors.Unwrap"})
_F_CHANNEL: Final = syntax.field("channel")


@record
class Seed:
    """Where values under the context come from: results of a call, or variables that hold them from the start.

    ``released`` is the index of the call's result that ends the context, which does not live under it.
    """

    call: Node | None = None
    released: int = -1
    variables: tuple[Variable, ...] = ()


@record
class Lasting:
    """At ``node`` something that lives under the context gets to where it outlives the function."""

    how: Handing
    node: Node
    result: int = -1
    """For a return: which result. For a goroutine: which result is the channel by which it is heard of."""
    into: Variable | None = None
    """For a store: the variable through which it was reached."""


@record
class Fate:
    """What a function does with an argument that lives under a context."""

    results: frozenset[int] = frozenset()
    """The results that live under it too."""
    into: frozenset[int] = frozenset()
    """The arguments (or the receiver) that hold it afterwards."""
    streams: frozenset[int] = frozenset()
    """The results that are channels on which a goroutine goes on to send."""
    outlives: bool = False
    """Whether something else goes on with it when the function has returned."""


class Dependents:
    """The values of one function declaration or literal that live under a context."""

    def __init__(self, program: Program, function: Function, owner: Node, seed: Seed, depth: int = 0) -> None:
        """``owner`` is the declaration of ``function`` or a literal inside it; ``depth`` counts calls followed."""
        self._program = program
        self._function = function
        self._owner = owner
        self._seed = seed
        self._depth = depth
        self._types: Types = program.types(function)
        self._bindings: Bindings = program.bindings(function)
        self._since = seed.call.end_byte if seed.call is not None else owner.start_byte
        self._loop = _outermost_loop(seed.call, owner)
        self._variables: dict[int, Variable] = {}
        self._named: list[int] = []
        self._found: dict[tuple[Handing, int, int], Lasting] = {}
        self._callees = Callees(program, function)
        self._is_solved = False

    @cached_property
    def _sweep(self) -> Sweep:
        return Sweep(self._owner)

    @cached_property
    def _waits(self) -> Waits:
        return Waits(self._sweep, self._bindings, self._types, self._callees.never_returns)

    # what rules ask

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that may hold something that lives under the context."""
        self._solve()
        return tuple(self._variables.values())

    @property
    def lasting(self) -> tuple[Lasting, ...]:
        """Where something under the context gets out of the function, in the order of the file."""
        self._solve()
        return tuple(sorted(self._found.values(), key=lambda found: found.node.start_byte))

    def may_return(self, node: Node) -> bool:
        """A first look at a return: whether it may give back something that lives under the context."""
        expressions = returned(node)
        types = self._result_types
        if len(expressions) != len(types):
            return True
        return any(self._may_live(expressions[number]) and self._can_live(of) for number, of in types.items())

    def lives(self, node: Node, result: int = 0) -> bool:
        """Whether the value of an expression (for a call: a result of it) may live under the context."""
        node = syntax.unparen(node)
        if node == self._seed.call:
            return result != self._seed.released
        if not self._mentions(node):
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
        return kind in _PARTS and self._operand_lives(node) and self._can_live(self._types.of(node))

    def needed(self, node: Node) -> bool:
        """Whether evaluating an expression or statement works under the context, be its value what it may."""
        if not self._may_work(node):
            return False
        self._solve()
        waiting = [node]
        while waiting:
            at = waiting.pop()
            if not self._mentions(at):
                continue
            if at.kind_id == syntax.CALL_EXPRESSION and self._works(at):
                return True
            if at.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(at) == "<-" and self._operand_lives(at):
                return True
            if at.kind_id != syntax.FUNC_LITERAL:
                waiting.extend(at.named_children)
        return False

    @cached_property
    def deferred(self) -> Node | None:
        """A deferred call that still needs the context when it runs, if there is one."""
        for statement in self._sweep.own(self._sweep.defers):
            if self._counts(statement):
                self._solve()
                if not self._ends_only(statement):
                    return statement
        return None

    # what needs no fixed point: a constant, a number, a string or an error never lives under a context

    def _may_work(self, node: Node) -> bool:
        """A first look at an expression or statement: whether a call or a receive in it may work under the context."""
        waiting = [node]
        while waiting:
            at = waiting.pop()
            if at.kind_id == syntax.CALL_EXPRESSION:
                function = function_of_call(at)
                is_named = function.kind_id == syntax.IDENTIFIER and self._bindings.variable(function) is None
                if not (is_named or function.kind_id == syntax.SELECTOR_EXPRESSION):
                    return True
                if any(self._may_live(operand) for _, operand in operands(at)):
                    return True
            elif at.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(at) == "<-":
                return True
            if at.kind_id != syntax.FUNC_LITERAL:
                waiting.extend(at.named_children)
        return False

    def _may_live(self, node: Node) -> bool:
        """A first look at an expression: whether its value may live under the context."""
        node = syntax.unparen(node)
        if node.kind_id in _CONSTANTS or (node.kind_id == syntax.IDENTIFIER and self._bindings.variable(node) is None):
            return False
        if node.kind_id in (syntax.UNARY_EXPRESSION, syntax.SLICE_EXPRESSION):
            return True
        return self._can_live(self._types.of(node))

    # the fixed point

    def _solve(self) -> None:
        if self._is_solved:
            return
        self._is_solved = True
        for variable in self._seed.variables:
            self._take(variable)
        known = -1
        while known != len(self._variables) + len(self._found):
            known = len(self._variables) + len(self._found)
            for assignment in self._sweep.assignments:
                self._assign(assignment)
            for send in self._sweep.sends:
                self._send(send)
            for call in self._sweep.calls:
                if self._counts(call):
                    self._called(call)
        for statement in self._sweep.gos:
            self._start(statement)
        for statement in self._sweep.own(self._sweep.defers):
            self._deferred_before(statement)
        for node in self._sweep.own(self._sweep.returns):
            self._return(node)

    def _counts(self, node: Node) -> bool:
        """Whether a node can be evaluated when the context is there."""
        if node.end_byte >= self._since:
            return True
        return self._loop is not None and self._loop.start_byte <= node.start_byte

    def _take(self, variable: Variable) -> None:
        if variable.index in self._variables:
            return
        self._variables[variable.index] = variable
        uses = (variable.declaration, *self._bindings.uses(variable))
        self._named = sorted({*self._named, *(use.start_byte for use in uses)})

    def _mentions(self, node: Node) -> bool:
        """Whether a node names a variable that lives under the context, or holds the call that makes one."""
        call = self._seed.call
        if call is not None and within(call, node):
            return True
        at = bisect_left(self._named, node.start_byte)
        return at < len(self._named) and self._named[at] < node.end_byte

    def _assign(self, assignment: Assignment) -> None:
        counts = self._counts(assignment.node)
        for number, target in enumerate(assignment.targets):
            value, result = assignment.source(number)
            if value is None or (not counts and value.kind_id != syntax.FUNC_LITERAL):
                continue
            if self.lives(value, result) and self._can_hold(target):
                self._store(target, assignment.node)

    def _can_hold(self, target: Node) -> bool:
        variable = self._bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
        if variable is None:
            return True
        of = self._types.variable(variable)
        return self._can_live(of) and not (of is None and variable in self._errors)

    @cached_property
    def _errors(self) -> frozenset[Variable]:
        """The variables that can only be errors, told by their uses."""
        found = []
        for node in self._sweep.own(self._sweep.returns):
            for number, expression in enumerate(returned(node)):
                if str(self._result_types.get(number)) == "error":
                    found.append(expression)
        for call in self._sweep.calls:
            callee = self._types.callee(call)
            if callee is not None and callee.symbol in _TESTS_OF_ERRORS:
                found.extend(arguments(call)[:1])
            elif called_name(call) == "Error" and not arguments(call):
                found.extend(operand for index, operand in operands(call) if index == RECEIVER)
        variables = (self._bindings.variable(node) for node in found if node.kind_id == syntax.IDENTIFIER)
        return frozenset(variable for variable in variables if variable is not None)

    @cached_property
    def _result_types(self) -> dict[int, Type | None]:
        """The declared types of the results of the function."""
        held = self._owner.child_by_field_id(syntax.F_RESULT)
        if held is None or held.kind_id != syntax.PARAMETER_LIST:
            return {} if held is None else {0: self._types.of(held)}
        found: list[Type | None] = []
        for declaration in syntax.operands(held):
            of = declaration.child_by_field_id(syntax.F_TYPE)
            count = len(syntax.field_children(declaration, syntax.F_NAME)) or 1
            found += [self._types.of(of) if of is not None else None] * count
        return dict(enumerate(found))

    def _store(self, target: Node, node: Node) -> None:
        """Something that lives under the context is assigned to ``target``, or put into what it names."""
        target = syntax.unparen(target)
        start = base(target)
        if start is not None and syntax.text(start) == "_":
            return
        variable = self._bindings.variable(start) if start is not None else None
        if variable is None:
            self._note(Handing.STORED, node)
            return
        self._take(variable)
        is_part = target.kind_id != syntax.IDENTIFIER
        if not self._is_own(variable) or (is_part and not self._is_fresh(variable)):
            self._note(Handing.STORED, node, into=variable)

    def _note(self, how: Handing, node: Node, result: int = -1, into: Variable | None = None) -> None:
        key = (how, node.start_byte, result if into is None else into.index)
        self._found.setdefault(key, Lasting(how, node, result, into))

    def _is_own(self, variable: Variable) -> bool:
        return within(variable.declaration, self._owner)

    def _is_fresh(self, variable: Variable) -> bool:
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

    # what gets out

    def _send(self, send: Node) -> None:
        channel = send.child_by_field_id(_F_CHANNEL)
        value = send.child_by_field_id(syntax.F_VALUE)
        if channel is None or value is None or not self._counts(send) or not self.lives(value):
            return
        start = base(channel)
        variable = self._bindings.variable(start) if start is not None else None
        if variable is not None and self._is_own(variable) and self._is_fresh(variable):
            self._take(variable)
        else:
            self._note(Handing.SENT, send)

    def _start(self, statement: Node) -> None:
        """A goroutine has what it is given for as long as it runs."""
        call = syntax.operands(statement)[0]
        function = function_of_call(call)
        captures = function.kind_id == syntax.FUNC_LITERAL and self.lives(function)
        given = self._counts(statement) and any(self.lives(node) for node in (function, *arguments(call)))
        if not (captures or given) or self._waits.ends_before(statement):
            return
        streams = list(self._waits.streams(statement))
        around = self._sweep.function_of(statement)
        if around == self._owner:
            for result in streams or [-1]:
                self._note(Handing.CAPTURED, statement, result)
            return
        calls = self._waits.calls_of(around)
        heard = streams and calls and all(self._waits.is_received(c, r) for c in calls for r in streams)
        if not heard:
            self._note(Handing.CAPTURED, statement)

    def _deferred_before(self, statement: Node) -> None:
        """What was deferred before the context was made runs when it is cancelled already."""
        if self._counts(statement):
            return
        for call in syntax.operands(statement):
            function = function_of_call(call)
            if function.kind_id == syntax.FUNC_LITERAL and self.lives(function):
                self._note(Handing.CAPTURED, statement)

    def _return(self, node: Node) -> None:
        if not self._counts(node):
            return
        expressions = returned(node)
        if not expressions:
            for variable in self.variables:
                if variable.kind == "result" and variable.function == self._owner:
                    self._note(Handing.RETURNED, node, variable.position)
            return
        single = len(expressions) == 1
        for result, of in self._result_types.items():
            expression = expressions[0] if single else expressions[min(result, len(expressions) - 1)]
            if self._can_live(of) and self.lives(expression, result if single else 0):
                self._note(Handing.RETURNED, node, result)

    def _called(self, call: Node) -> None:
        """What a call does with the operands that live under the context, beyond giving results."""
        if call == self._seed.call or not self._mentions(call):
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
            if not self.lives(operand):
                continue
            fate = self._known_fate(callee, index)
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
        start = base(holder)
        variable = self._bindings.variable(start) if start is not None else None
        if variable is None or not self._is_own(variable) or not self._is_fresh(variable):
            self._note(Handing.STORED, call, into=variable)
        if variable is not None:
            self._take(variable)

    def _bind_parameters(self, call: Node, literal: Node) -> None:
        given = {index for index, node in enumerate(arguments(call)) if self.lives(node)}
        for variable in self._bindings.variables if given else ():
            bound = variable.kind == "param" and variable.function == literal and variable.position in given
            if bound and self._can_live(self._types.variable(variable)):
                self._take(variable)

    # calls

    def _call_lives(self, call: Node, result: int) -> bool:
        callee = self._types.callee(call)
        function = function_of_call(call)
        if callee is not None and callee.kind == "builtin":
            return callee.name == "append" and any(self.lives(argument) for argument in arguments(call))
        if not self._can_live(result_type(callee, result)):
            return False
        if function.kind_id == syntax.FUNC_LITERAL:
            return True
        if function.kind_id == syntax.IDENTIFIER and self._bindings.variable(function) in self._seed_variables:
            return False
        if callee is not None and callee.symbol in FOR_THE_CALL_ALONE:
            return False
        for index, operand in operands(call):
            if self.lives(operand):
                fate = self._known_fate(callee, index)
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

    def _works(self, call: Node) -> bool:
        """Whether a call itself works under the context."""
        callee = self._types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return False
        function = function_of_call(call)
        if function.kind_id != syntax.SELECTOR_EXPRESSION and self.lives(function):
            return True
        return any(self.lives(operand) for _, operand in operands(call))

    def _known_fate(self, callee: Callee | None, index: int) -> Fate | None:
        """What the models or the callee's body tell of an operand; None when neither does."""
        if callee is None:
            return None
        if self._callees.only_looks(callee):
            return Fate()
        function = callee.function
        if function is None or function.body is None or function.has_error or self._depth >= _DEEPEST:
            return None
        known = function.cache.setdefault("fates", {})
        assert isinstance(known, dict)
        if index not in known:
            known[index] = Fate()
            known[index] = self._fate(function, index)
        fate = known[index]
        return fate if isinstance(fate, Fate) else None

    def _fate(self, function: Function, index: int) -> Fate:
        variable = _parameter(self._program.bindings(function), function, index)
        if variable is None:
            return Fate()
        seed = Seed(variables=(variable,))
        inside = Dependents(self._program, function, function.node, seed, self._depth + 1)
        results = {found.result for found in inside.lasting if found.how is Handing.RETURNED}
        streams = {found.result for found in inside.lasting if found.how is Handing.CAPTURED and found.result >= 0}
        into = {_position(found.into) for found in inside.lasting if found.how is Handing.STORED}
        outlives = None in into or any(
            found.how in (Handing.SENT, Handing.PASSED) or (found.how is Handing.CAPTURED and found.result < 0)
            for found in inside.lasting
        )
        held = frozenset(position for position in into if position is not None)
        return Fate(frozenset(results | streams), held, frozenset(streams), outlives)

    def _is_kept(self, call: Node, callee: Callee | None, index: int, operand: Node) -> bool:
        """Whether a callee whose body cannot be read may go on with an operand when it has returned."""
        if index == RECEIVER:
            return self._callees.starts(call, callee) and not self._is_ended(operand)
        if str(self._types.of(operand)) == "context.Context":
            return self._callees.starts(call, callee)
        if self._callees.is_function(operand):
            joined = called_name(call) == "Go" and self._waits.joins(call)
            return not joined and not self._callees.calls_at_once(callee, operand)
        return self._callees.may_keep(callee, operand)

    def _is_ended(self, operand: Node) -> bool:
        """Whether the function ends what an operand started."""
        start = base(operand)
        variable = self._bindings.variable(start) if start is not None else None
        if variable is None:
            return False
        return any(called_name(c) in _HARMLESS and self._waits.receiver(c) is variable for c in self._sweep.calls)

    def _can_live(self, of: Type | None) -> bool:
        return self._callees.can_live(of)

    def _operand_lives(self, node: Node) -> bool:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and self.lives(operand)

    # deferred calls

    def _ends_only(self, statement: Node) -> bool:
        """Whether a deferred call does nothing under the context but end things."""
        return all(self._ends(call) for call in self._sweep.calls if within(call, statement))

    def _ends(self, call: Node) -> bool:
        function = function_of_call(call)
        if function.kind_id == syntax.FUNC_LITERAL or not self._works(call):
            return True
        if function.kind_id == syntax.SELECTOR_EXPRESSION:
            return called_name(call) in _HARMLESS and not any(self.lives(argument) for argument in arguments(call))
        return str(self._types.of(function)) in _CANCELS


_CONSTANTS: Final = frozenset({syntax.NIL, syntax.TRUE, syntax.FALSE, syntax.INT_LITERAL})

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


def _parameter(bindings: Bindings, function: Function, index: int) -> Variable | None:
    """The variable of a parameter or of the receiver; the last one takes what is beyond it."""
    kind = "receiver" if index == RECEIVER else "param"
    found = [v for v in bindings.variables if v.kind == kind and v.function == function.node]
    if index == RECEIVER:
        return found[0] if found else None
    last = max(found, key=lambda variable: variable.position, default=None)
    if last is not None and last.position < index and last.origin.kind_id == syntax.VARIADIC_PARAMETER_DECLARATION:
        return last
    return next((variable for variable in found if variable.position == index), None)


def _position(variable: Variable | None) -> int | None:
    """The position of a parameter or of the receiver; None for every other variable."""
    if variable is None or variable.kind not in ("param", "receiver"):
        return None
    return RECEIVER if variable.kind == "receiver" else variable.position


def _outermost_loop(call: Node | None, owner: Node) -> Node | None:
    found = None
    node = call
    while node is not None and node != owner:
        if node.kind_id == syntax.FOR_STATEMENT:
            found = node
        node = node.parent
    return found
