"""What lives under a context: the values derived from it in a function, and those of them that outlive the function.

Cancelling a context ends whatever was made under it: child contexts, requests and the responses read under them, rows,
closures and objects that hold it. The variables that hold such values are found by a fixed point over the assignments
of the function, whatever their order, with types: a number, a string or an error depends on nothing any more.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing
from leakfix.languages.go import syntax
from leakfix.languages.go.types import Array, Map, Named, Pointer, Slice, Struct, underlying
from leakfix.models import RECEIVER
from leakfix.rules.go.context_types import FOR_THE_CALL_ALONE, can_live_under, is_function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee, Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type

_DEEPEST: Final = 3
"""How many calls deep the bodies of callees are read."""

_SYNCHRONOUS: Final = frozenset(
    {"bytes", "go/ast", "io/fs", "iter", "maps", "path/filepath", "regexp", "slices", "sort", "strings", "sync"}
)
"""Packages of the standard library that call the functions they are given before they return."""

_SUBTESTS: Final = frozenset({"testing.B.Run", "testing.F.Fuzz", "testing.T.Run"})
_ENDINGS: Final = frozenset({"Wait", "Stop", "Close", "Shutdown"})
_HARMLESS: Final = frozenset(
    {"Cancel", "Close", "CloseIdleConnections", "Done", "Release", "Rollback", "Shutdown", "Stop", "Unlock", "Wait"}
)
"""Methods that end something, and do so under a cancelled context as well."""

_CANCELS: Final = frozenset({"context.CancelFunc", "context.CancelCauseFunc"})
_F_CHANNEL: Final = syntax.field("channel")


@dataclass(frozen=True, slots=True)
class Seed:
    """Where values under the context come from: results of a call, or variables that hold them from the start.

    ``released`` is the index of the call's result that ends the context, which does not live under it.
    """

    call: Node | None = None
    released: int = -1
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Lasting:
    """At ``node`` something that lives under the context gets to where it outlives the function."""

    how: Handing
    node: Node
    result: int = -1
    """For a return: which result."""
    into: Variable | None = None
    """For a store: the variable through which it was reached."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a function does with an argument that lives under a context."""

    results: frozenset[int] = frozenset()
    """The results that live under it too."""
    into: frozenset[int] = frozenset()
    """The arguments (or the receiver) that hold it afterwards."""
    outlives: bool = False
    """Whether something goes on with it when the function has returned."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    """Targets that take values: an assignment, a declaration, a range clause, a receive, the alias of a type switch."""

    node: Node
    targets: list[Node]
    values: list[Node]

    def source(self, number: int) -> tuple[Node | None, int]:
        """The expression that a target takes its value from, and which result of it."""
        if len(self.values) > 1:
            return (syntax.unparen(self.values[number]) if number < len(self.values) else None), 0
        value = syntax.unparen(self.values[0])
        if self.node.kind_id == syntax.RANGE_CLAUSE:
            return value, 0
        if number and value.kind_id != syntax.CALL_EXPRESSION:
            return None, 0
        return value, number


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
        self._sweep = _Sweep(owner)
        for variable in seed.variables:
            self._take(variable)
        self._solve()

    # what rules ask

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that may hold something that lives under the context."""
        return tuple(self._variables.values())

    @property
    def lasting(self) -> tuple[Lasting, ...]:
        """Where something under the context gets out of the function, in the order of the file."""
        return tuple(sorted(self._found.values(), key=lambda found: found.node.start_byte))

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
            return body is not None and any(self.lives(part) for part in _elements(body))
        if kind == syntax.UNARY_EXPRESSION and syntax.operator(node) in ("&", "*"):
            return self._operand_lives(node)
        if kind in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION):
            return self._operand_lives(node) and self._can_live(self._types.of(node))
        if kind in (syntax.TYPE_ASSERTION_EXPRESSION, syntax.TYPE_CONVERSION_EXPRESSION):
            return self._operand_lives(node) and self._can_live(self._types.of(node))
        return kind == syntax.SLICE_EXPRESSION and self._operand_lives(node)

    def needed(self, node: Node) -> bool:
        """Whether evaluating an expression or statement works under the context, be its value what it may."""
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
        for statement in self._sweep.defers:
            if self._counts(statement) and not self._ends_only(statement):
                return statement
        return None

    # the fixed point

    def _solve(self) -> None:
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
        for start in (*self._sweep.gos, *self._sweep.defers):
            self._start(start)
        for node in self._sweep.returns:
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
        if call is not None and node.start_byte <= call.start_byte and call.end_byte <= node.end_byte:
            return True
        at = bisect_left(self._named, node.start_byte)
        return at < len(self._named) and self._named[at] < node.end_byte

    def _assign(self, assignment: _Assignment) -> None:
        counts = self._counts(assignment.node)
        for number, target in enumerate(assignment.targets):
            value, result = assignment.source(number)
            if value is None or (not counts and value.kind_id != syntax.FUNC_LITERAL):
                continue
            if self.lives(value, result) and self._can_hold(target):
                self._store(target, assignment.node)

    def _can_hold(self, target: Node) -> bool:
        variable = self._bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
        return variable is None or self._can_live(self._types.variable(variable))

    def _store(self, target: Node, node: Node) -> None:
        """Something that lives under the context is assigned to ``target``, or put into what it names."""
        target = syntax.unparen(target)
        base = _base(target)
        if base is not None and syntax.text(base) == "_":
            return
        variable = self._bindings.variable(base) if base is not None else None
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
        return self._owner.start_byte <= variable.declaration.start_byte < self._owner.end_byte

    def _is_fresh(self, variable: Variable) -> bool:
        """Whether what a variable refers to belongs to the function: it made the object, or holds it by value."""
        under = underlying(self._types.variable(variable))
        if isinstance(under, Struct | Array):
            return True
        value = _initial(variable)
        if value is None:
            declared = variable.kind == "local" and variable.origin.kind_id == syntax.VAR_SPEC
            return declared and isinstance(under, Slice | Map)
        if value.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(value) == "&":
            value = syntax.unparen(value.child_by_field_id(syntax.F_OPERAND) or value)
        if value.kind_id == syntax.COMPOSITE_LITERAL:
            return True
        function = value.child_by_field_id(syntax.F_FUNCTION) if value.kind_id == syntax.CALL_EXPRESSION else None
        return function is not None and syntax.text(function) in ("make", "new")

    # what gets out

    def _send(self, send: Node) -> None:
        channel = send.child_by_field_id(_F_CHANNEL)
        value = send.child_by_field_id(syntax.F_VALUE)
        if channel is None or value is None or not self._counts(send) or not self.lives(value):
            return
        base = _base(channel)
        variable = self._bindings.variable(base) if base is not None else None
        if variable is not None and self._is_own(variable) and self._is_fresh(variable):
            self._take(variable)
        else:
            self._note(Handing.SENT, send)

    def _start(self, statement: Node) -> None:
        """A goroutine has what it is given for as long as it runs; so has what was deferred before the context was."""
        is_go = statement.kind_id == syntax.GO_STATEMENT
        for call in syntax.operands(statement):
            function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
            literal = function.kind_id == syntax.FUNC_LITERAL
            if not self._counts(statement):
                given = literal and self.lives(function)
            else:
                given = is_go and (self.lives(function) or any(self.lives(argument) for argument in _arguments(call)))
            if given and not (is_go and literal and self._is_waited_for(statement, function)):
                self._note(Handing.CAPTURED, statement)

    def _return(self, node: Node) -> None:
        if not self._counts(node):
            return
        expressions = [e for held in syntax.operands(node) for e in _items(held)]
        if not expressions:
            for variable in self.variables:
                if variable.kind == "result" and variable.function == self._owner:
                    self._note(Handing.RETURNED, node, variable.position)
        elif len(expressions) == 1 and syntax.unparen(expressions[0]).kind_id == syntax.CALL_EXPRESSION:
            for result in range(self._result_count(expressions[0])):
                if self.lives(expressions[0], result):
                    self._note(Handing.RETURNED, node, result)
        else:
            for result, expression in enumerate(expressions):
                if self.lives(expression):
                    self._note(Handing.RETURNED, node, result)

    def _called(self, call: Node) -> None:
        """What a call does with the operands that live under the context, beyond giving results."""
        function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
        if call == self._seed.call or not self._mentions(call):
            return
        literal = function if function.kind_id == syntax.FUNC_LITERAL else self._literal_of(function)
        if literal is not None:
            self._bind_parameters(call, literal)
            return
        callee = self._types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return
        for index, operand in self._operands(call, function):
            if not self.lives(operand):
                continue
            fate = self._known_fate(callee, index)
            if fate is None:
                if self._is_kept(call, callee, index, operand):
                    self._note(Handing.PASSED, call)
                continue
            if fate.outlives:
                self._note(Handing.PASSED, call)
            for into in fate.into:
                holder = dict(self._operands(call, function)).get(into)
                if holder is not None:
                    self._store_in(holder, call)

    def _store_in(self, holder: Node, call: Node) -> None:
        """A callee puts what lives under the context into the object that it was given."""
        variable = self._bindings.variable(base) if (base := _base(holder)) is not None else None
        if variable is None or not self._is_own(variable) or not self._is_fresh(variable):
            self._note(Handing.STORED, call, into=variable)
        if variable is not None:
            self._take(variable)

    def _literal_of(self, function: Node) -> Node | None:
        """The literal that a variable was declared with, when a call calls that variable."""
        variable = self._bindings.variable(function) if function.kind_id == syntax.IDENTIFIER else None
        value = _initial(variable) if variable is not None else None
        return value if value is not None and value.kind_id == syntax.FUNC_LITERAL else None

    def _bind_parameters(self, call: Node, literal: Node) -> None:
        given = {index for index, node in enumerate(_arguments(call)) if self.lives(node)}
        for variable in self._bindings.variables if given else ():
            bound = variable.kind == "param" and variable.function == literal and variable.position in given
            if bound and self._can_live(self._types.variable(variable)):
                self._take(variable)

    # calls

    def _call_lives(self, call: Node, result: int) -> bool:
        callee = self._types.callee(call)
        function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
        if callee is not None and callee.kind == "builtin":
            return callee.name == "append" and any(self.lives(argument) for argument in _arguments(call))
        if not self._can_live(_result_type(callee, result)):
            return False
        if function.kind_id == syntax.FUNC_LITERAL:
            return True
        if function.kind_id == syntax.IDENTIFIER and self._bindings.variable(function) in self._seed_variables:
            return False
        if callee is not None and callee.symbol in FOR_THE_CALL_ALONE:
            return False
        for index, operand in self._operands(call, function):
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

    def _operands(self, call: Node, function: Node) -> Iterator[tuple[int, Node]]:
        """The receiver and the arguments of a call with their positions."""
        if function.kind_id == syntax.SELECTOR_EXPRESSION:
            operand = function.child_by_field_id(syntax.F_OPERAND)
            if operand is not None:
                yield RECEIVER, operand
        yield from enumerate(_arguments(call))

    def _works(self, call: Node) -> bool:
        """Whether a call itself works under the context."""
        callee = self._types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return False
        function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
        if function.kind_id != syntax.SELECTOR_EXPRESSION and self.lives(function):
            return True
        return any(self.lives(operand) for _, operand in self._operands(call, function))

    def _known_fate(self, callee: Callee | None, index: int) -> Fate | None:
        """What the callee's body does with an operand; None when it cannot be read."""
        function = callee.function if callee is not None else None
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
        results = frozenset(found.result for found in inside.lasting if found.how is Handing.RETURNED)
        others = [found for found in inside.lasting if found.how is not Handing.RETURNED]
        into = {_position(found.into) for found in others if found.how is Handing.STORED}
        outlives = None in into or any(found.how is not Handing.STORED for found in others)
        return Fate(results, frozenset(position for position in into if position is not None), outlives)

    def _is_kept(self, call: Node, callee: Callee | None, index: int, operand: Node) -> bool:
        """Whether a callee whose body cannot be read may go on with an operand when it has returned."""
        name = callee.name if callee is not None else _called_name(call)
        symbol = callee.symbol if callee is not None else ""
        if symbol == "context.AfterFunc":
            return index == 0 or self.lives(operand)
        standard = callee is not None and self._program.is_standard(callee.package, self._function.file)
        of = self._types.of(operand)
        if index == RECEIVER:
            starts = symbol == "os/exec.Cmd.Start" or (name.startswith("Start") and not standard)
            return starts and not self._has_ending(operand)
        if str(of) == "context.Context":
            return name.startswith("Start") and not standard
        if is_function(of) or syntax.unparen(operand).kind_id == syntax.FUNC_LITERAL:
            return not self._calls_at_once(call, callee, standard, operand)
        if standard:
            return False
        named = of.element if isinstance(of, Pointer) else of
        return not (isinstance(named, Named) and self._program.is_standard(named.package, self._function.file))

    def _calls_at_once(self, call: Node, callee: Callee | None, standard: bool, operand: Node) -> bool:
        """Whether a function that is passed to a callee has run when the callee, or a wait for it, returns."""
        if callee is None:
            return False
        if callee.name == "Go":
            return self._is_joined(call)
        if callee.symbol in _SUBTESTS:
            return b".Parallel()" not in (operand.text or b"")
        return standard and callee.package in _SYNCHRONOUS and callee.name != "Go"

    def _result_count(self, call: Node) -> int:
        callee = self._types.callee(syntax.unparen(call))
        signature = callee.signature if callee is not None else None
        return len(signature.results) if signature is not None else 1

    def _can_live(self, of: Type | None) -> bool:
        return can_live_under(of, lambda package: self._program.is_standard(package, self._function.file))

    def _operand_lives(self, node: Node) -> bool:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and self.lives(operand)

    # waiting

    def _is_waited_for(self, statement: Node, literal: Node) -> bool:
        """Whether a goroutine reports to a WaitGroup for which the function waits before it can return."""
        for call in self._sweep.calls:
            if literal.start_byte <= call.start_byte < literal.end_byte and _called_name(call) == "Done":
                variable = self._receiver(call)
                if variable is not None and self._waits(variable, statement.end_byte):
                    return True
        return False

    def _is_joined(self, call: Node) -> bool:
        """Whether the function waits for what ``group.Go`` started before it can return."""
        variable = self._receiver(call)
        return variable is not None and self._waits(variable, call.end_byte)

    def _waits(self, variable: Variable, start: int) -> bool:
        if not self._is_own(variable):
            return False
        waits = [
            call.start_byte
            for call in self._sweep.own_calls
            if call.start_byte >= start and _called_name(call) == "Wait" and self._receiver(call) is variable
        ]
        leaves = [node for node in self._sweep.returns if node.start_byte >= start]
        return bool(waits) and not any(node.end_byte <= waits[0] for node in leaves)

    def _has_ending(self, operand: Node) -> bool:
        """Whether the function ends what an operand started."""
        base = _base(operand)
        variable = self._bindings.variable(base) if base is not None else None
        if variable is None:
            return False
        return any(_called_name(c) in _ENDINGS and self._receiver(c) is variable for c in self._sweep.calls)

    def _receiver(self, call: Node) -> Variable | None:
        function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        base = _base(operand) if operand is not None and function.kind_id == syntax.SELECTOR_EXPRESSION else None
        return self._bindings.variable(base) if base is not None else None

    def _ends_only(self, statement: Node) -> bool:
        """Whether a deferred call does nothing under the context but end things."""
        return all(
            self._ends(call)
            for call in self._sweep.calls
            if statement.start_byte <= call.start_byte and call.end_byte <= statement.end_byte
        )

    def _ends(self, call: Node) -> bool:
        function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
        if function.kind_id == syntax.FUNC_LITERAL or not self._works(call):
            return True
        if function.kind_id == syntax.SELECTOR_EXPRESSION:
            name = _called_name(call)
            return name in _HARMLESS and not any(self.lives(argument) for argument in _arguments(call))
        return str(self._types.of(function)) in _CANCELS


class _Sweep:
    """The nodes of a function that move values, in the order of the file; those of literals inside it too."""

    def __init__(self, owner: Node) -> None:
        self.assignments: list[_Assignment] = []
        self.sends: list[Node] = []
        self.calls: list[Node] = []
        self.own_calls: list[Node] = []
        """Calls outside of function literals."""
        self.gos: list[Node] = []
        self.defers: list[Node] = []
        self.returns: list[Node] = []
        body = owner.child_by_field_id(syntax.F_BODY)
        if body is not None:
            self._visit(body)

    def _visit(self, body: Node) -> None:
        waiting = [(body, False)]
        while waiting:
            node, inside = waiting.pop()
            kind = node.kind_id
            if kind in _ASSIGNING:
                self._assigning(node)
            elif kind == syntax.CALL_EXPRESSION:
                self.calls.append(node)
                if not inside:
                    self.own_calls.append(node)
            elif kind == syntax.SEND_STATEMENT:
                self.sends.append(node)
            elif kind == syntax.GO_STATEMENT:
                self.gos.append(node)
            elif kind == syntax.DEFER_STATEMENT and not inside:
                self.defers.append(node)
            elif kind == syntax.RETURN_STATEMENT and not inside:
                self.returns.append(node)
            below = inside or kind == syntax.FUNC_LITERAL
            waiting.extend((child, below) for child in reversed(node.named_children))

    def _assigning(self, node: Node) -> None:
        kind = node.kind_id
        if kind == syntax.VAR_SPEC:
            targets = syntax.field_children(node, syntax.F_NAME)
            value = node.child_by_field_id(syntax.F_VALUE)
        elif kind == syntax.TYPE_SWITCH_STATEMENT:
            alias = node.child_by_field_id(syntax.F_ALIAS)
            targets = syntax.operands(alias) if alias is not None else []
            value = node.child_by_field_id(syntax.F_VALUE)
        else:
            left = node.child_by_field_id(syntax.F_LEFT)
            targets = syntax.operands(left) if left is not None else []
            value = node.child_by_field_id(syntax.F_RIGHT)
        if value is not None and targets:
            self.assignments.append(_Assignment(node, targets, _items(value)))


_ASSIGNING: Final = frozenset(
    {
        syntax.ASSIGNMENT_STATEMENT,
        syntax.RANGE_CLAUSE,
        syntax.RECEIVE_STATEMENT,
        syntax.SHORT_VAR_DECLARATION,
        syntax.TYPE_SWITCH_STATEMENT,
        syntax.VAR_SPEC,
    }
)


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _arguments(call: Node) -> list[Node]:
    held = call.child_by_field_id(syntax.F_ARGUMENTS)
    nodes = syntax.operands(held) if held is not None else []
    return [syntax.operands(n)[0] if n.kind_id == syntax.VARIADIC_ARGUMENT else n for n in nodes]


def _elements(body: Node) -> Iterator[Node]:
    """The values in a composite literal's braces, nested ones included."""
    for element in syntax.operands(body):
        node = element
        if node.kind_id == syntax.KEYED_ELEMENT:
            value = node.child_by_field_id(syntax.F_VALUE)
            if value is None:
                continue
            node = value
        for part in syntax.operands(node) if node.kind_id == syntax.LITERAL_ELEMENT else [node]:
            if part.kind_id == syntax.LITERAL_VALUE:
                yield from _elements(part)
            else:
                yield part


def _base(node: Node) -> Node | None:
    """The identifier that a place starts from: ``s`` of ``s.jobs[i].ctx``."""
    at: Node | None = syntax.unparen(node)
    while at is not None and at.kind_id != syntax.IDENTIFIER:
        if at.kind_id not in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION):
            return None
        operand = at.child_by_field_id(syntax.F_OPERAND)
        at = syntax.unparen(operand) if operand is not None else None
    return at


def _initial(variable: Variable) -> Node | None:
    """The expression that a local variable is declared with, when it takes all of its value."""
    if variable.kind != "local":
        return None
    field = {syntax.SHORT_VAR_DECLARATION: syntax.F_RIGHT, syntax.VAR_SPEC: syntax.F_VALUE}.get(variable.origin.kind_id)
    held = variable.origin.child_by_field_id(field) if field is not None else None
    values = _items(held) if held is not None else []
    return syntax.unparen(values[variable.position]) if variable.position < len(values) else None


def _called_name(call: Node) -> str:
    function = syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)
    name = function.child_by_field_id(syntax.F_FIELD) if function.kind_id == syntax.SELECTOR_EXPRESSION else function
    return syntax.text(name) if name is not None and name.kind_id != syntax.FUNC_LITERAL else ""


def _result_type(callee: Callee | None, result: int) -> Type | None:
    signature = callee.signature if callee is not None else None
    if signature is None:
        return None
    return signature.results[result] if result < len(signature.results) else None


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
