"""What a function does with a channel variable: which use sends, receives, closes or passes it on, and who runs it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Chan, Slice, underlying
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable


STARTERS: Final = frozenset({"golang.org/x/sync/errgroup.Group.Go", "sync.WaitGroup.Go"})
"""Methods that run the function that they are given as a goroutine, which Wait of the same group waits for."""

_LISTS: Final = frozenset({syntax.EXPRESSION_LIST, syntax.ARGUMENT_LIST})
_MEASURES: Final = frozenset({"len", "cap"})


class Doing(Enum):
    """What a use of a channel variable does."""

    SEND = "send"
    RECEIVE = "receive"
    RANGE = "range"
    CLOSE = "close"
    MEASURE = "measure"
    GIVE = "give"
    ESCAPE = "escape"


@record
class Operation:
    """A use of a channel: the node that does something, for an argument the call and the argument's position."""

    doing: Doing
    node: Node
    position: int = 0


class Role(Enum):
    """What becomes of a function literal, or of the function that a call calls."""

    STARTED = "started"
    GROUPED = "started by a group"
    DEFERRED = "deferred"
    CALLED = "called"
    UNKNOWN = "unknown"


@record
class Run:
    """A function that a call runs: its declaration or literal, in the function declaration that it belongs to."""

    function: Function
    owner: Node


@record
class Place:
    """Where something runs: how, by which call, and for a group the name of the group."""

    role: Role
    call: Node | None = None
    group: str = ""


def operation(use: Node) -> Operation:
    """What a use of a variable that holds a channel does with the channel."""
    parent = use.parent
    if parent is None:
        return Operation(Doing.ESCAPE, use)
    kind = parent.kind_id
    if kind == syntax.SEND_STATEMENT and parent.child_by_field_id(syntax.F_CHANNEL) == use:
        return Operation(Doing.SEND, parent)
    if kind == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "<-":
        return Operation(Doing.RECEIVE, parent)
    if kind == syntax.RANGE_CLAUSE and parent.child_by_field_id(syntax.F_RIGHT) == use:
        return Operation(Doing.RANGE, parent)
    if kind == syntax.ARGUMENT_LIST and parent.parent is not None:
        call = parent.parent
        function = call.child_by_field_id(syntax.F_FUNCTION)
        name = syntax.text(function) if function is not None and function.kind_id == syntax.IDENTIFIER else ""
        if name == "close":
            return Operation(Doing.CLOSE, call)
        if name in _MEASURES:
            return Operation(Doing.MEASURE, call)
        if call.kind_id == syntax.CALL_EXPRESSION:
            return Operation(Doing.GIVE, call, syntax.operands(parent).index(use))
    return Operation(Doing.ESCAPE, parent)


def function_node(call: Node) -> Node:
    """What a call calls, without parentheses."""
    return syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)


def role_of_call(call: Node) -> Role:
    """Whether a call is started, deferred, or made where it stands."""
    parent = call.parent
    if parent is not None and parent.kind_id == syntax.GO_STATEMENT:
        return Role.STARTED
    if parent is not None and parent.kind_id == syntax.DEFER_STATEMENT:
        return Role.DEFERRED
    return Role.CALLED


def group_name(operand: Node) -> str:
    """How a group of goroutines is called, by its last name: who waits may spell the way to it differently."""
    field = operand.child_by_field_id(syntax.F_FIELD)
    return syntax.text(field if field is not None else operand).lstrip("&")


def last_name(call: Node) -> str:
    """The name of the function or method that a call calls."""
    function = function_node(call)
    return syntax.text(function.child_by_field_id(syntax.F_FIELD) or function)


class Reader:
    """Answers for one function declaration, and the literals in it."""

    def __init__(self, program: Program, function: Function) -> None:
        self.program = program
        self.function = function
        self.bindings: Bindings = program.bindings(function)
        self._places: dict[int, tuple[Place, ...] | None] = {}

    def called(self, call: Node) -> Run | None:
        """The function that a call runs, when its body is there to be read."""
        node = function_node(call)
        if node.kind_id == syntax.FUNC_LITERAL:
            return Run(self.function, node)
        literal = self._literal_in(node)
        if literal is not None:
            return Run(self.function, literal)
        callee = self.program.types(self.function).callee(call)
        if callee is None or callee.function is None or callee.function.has_error:
            return None
        return Run(callee.function, callee.function.node) if self.program.is_read(callee.function) else None

    def takes_to_send(self, call: Node, position: int) -> bool:
        """Whether a call takes an argument as a channel that it can only send on, or close."""
        callee = self.program.types(self.function).callee(call)
        signature = callee.signature if callee is not None else None
        if callee is not None and callee.symbol == "os/signal.Notify":
            return True
        if signature is None or not signature.params:
            return False
        of = signature.params[min(position, len(signature.params) - 1)]
        if position >= len(signature.params) - 1 and signature.variadic and isinstance(of, Slice):
            of = of.element
        under = underlying(of)
        return isinstance(under, Chan) and under.direction == "send"

    def places(self, literal: Node) -> tuple[Place, ...] | None:
        """Where a literal runs; None when somebody may run it who is not known."""
        if literal.id not in self._places:
            self._places[literal.id] = self._find_places(literal)
        return self._places[literal.id]

    def variable_of(self, literal: Node) -> Variable | None:
        """The variable that a literal is declared for, and that holds nothing else ever."""
        listed = literal.parent
        declared = listed.parent if listed is not None and listed.kind_id == syntax.EXPRESSION_LIST else None
        if listed is None or declared is None:
            return None
        if declared.kind_id == syntax.SHORT_VAR_DECLARATION:
            names = declared.child_by_field_id(syntax.F_LEFT)
            targets = syntax.operands(names) if names is not None else []
        elif declared.kind_id == syntax.VAR_SPEC:
            targets = syntax.field_children(declared, syntax.F_NAME)
        else:
            return None
        position = syntax.operands(listed).index(literal)
        variable = self.bindings.variable(targets[position]) if position < len(targets) else None
        if variable is None or variable.declaration != targets[position]:
            return None
        return variable

    def _literal_in(self, node: Node) -> Node | None:
        variable = self.bindings.variable(node) if node.kind_id == syntax.IDENTIFIER else None
        return self.literal_of(variable) if variable is not None else None

    def literal_of(self, variable: Variable) -> Node | None:
        """The literal that a variable holds which never holds anything else."""
        number = syntax.F_RIGHT if variable.origin.kind_id == syntax.SHORT_VAR_DECLARATION else syntax.F_VALUE
        values = variable.origin.child_by_field_id(number)
        listed = syntax.operands(values) if values is not None else []
        literal = listed[variable.position] if variable.position < len(listed) else None
        if literal is None or literal.kind_id != syntax.FUNC_LITERAL:
            return None
        return literal if self.places(literal) is not None else None

    def _find_places(self, literal: Node) -> tuple[Place, ...] | None:
        variable = self.variable_of(literal)
        if variable is None:
            place = self.place(literal)
            return None if place is None else (place,)
        found = [self.place(use) for use in self.bindings.uses(variable)]
        return None if None in found else tuple(place for place in found if place is not None)

    def place(self, node: Node) -> Place | None:
        """Where a literal, or the variable that holds it, runs by being used here."""
        parent = node.parent
        if parent is None:
            return None
        if parent.kind_id == syntax.CALL_EXPRESSION and parent.child_by_field_id(syntax.F_FUNCTION) == node:
            return Place(role_of_call(parent), parent)
        if parent.kind_id == syntax.ARGUMENT_LIST and parent.parent is not None:
            return self._group(parent.parent)
        return None

    def _group(self, call: Node) -> Place | None:
        function = function_node(call)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        if operand is None or last_name(call) != "Go" or call.kind_id != syntax.CALL_EXPRESSION:
            return None
        callee = self.program.types(self.function).callee(call)
        if callee is None or callee.symbol not in STARTERS:
            return None
        return Place(Role.GROUPED, call, group_name(operand))


def parameter(reader: Reader, owner: Node, position: int) -> Variable | None:
    """The variable of a parameter of a declaration or literal; None when it has no name."""
    held = owner.child_by_field_id(syntax.F_PARAMETERS)
    names: list[Node | None] = []
    for declaration in syntax.operands(held) if held is not None else []:
        if declaration.kind_id != syntax.PARAMETER_DECLARATION:
            return None
        names.extend(syntax.field_children(declaration, syntax.F_NAME) or [None])
    name = names[position] if position < len(names) else None
    return reader.bindings.variable(name) if name is not None else None


def is_assigned(use: Node) -> bool:
    """Whether a use of a variable is one that changes it, or takes its address."""
    at = use.parent
    if at is None:
        return False
    if at.kind_id == syntax.UNARY_EXPRESSION:
        return syntax.operator(at) == "&"
    if at.kind_id == syntax.EXPRESSION_LIST and at.parent is not None:
        at = at.parent
    if at.kind_id in _CHANGING_STATEMENTS:
        left = at.child_by_field_id(syntax.F_LEFT)
        if left is None:
            return at.kind_id in _STEPS
        return left.start_byte <= use.start_byte < left.end_byte
    return False


_STEPS: Final = frozenset({syntax.INC_STATEMENT, syntax.DEC_STATEMENT})
_CHANGING_STATEMENTS: Final = _STEPS | {
    syntax.ASSIGNMENT_STATEMENT,
    syntax.SHORT_VAR_DECLARATION,
    syntax.RANGE_CLAUSE,
    syntax.RECEIVE_STATEMENT,
}


def literals_between(node: Node, outer: Node) -> list[Node]:
    """The function literals around a node inside ``outer``, the innermost first."""
    found = []
    at = syntax.owner_of(node)
    while at is not None and at != outer:
        found.append(at)
        at = syntax.owner_of(at)
    return found
