"""Where the variables of one round of a Go loop get their values, and which of them hold a resource of the round.

A mark tells how a value hangs on the resource: it can hold it (HOLDS), or it only names it, like a server's address or
a temporary file's path (NAMES). Types decide: what was read out of a file is neither.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.carry import can_read_through
from leakfix.languages.go.packages import SnapshotPackage
from leakfix.languages.go.types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Tuple,
    has_method,
    underlying,
)
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee, Types
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type

_DATA: Final = frozenset(
    ("io/fs.FileInfo", "io/fs.DirEntry", "net.Addr", "time.Time", "time.Location", "math/big.Int", "regexp.Regexp")
)
"""Types of the standard library that hold nothing although they look as if they could."""
_HOLDERS: Final = ("Logger", "Handler", "Cmd", "Context", "Request")
"""Ends of the names of types of the standard library that hold what they were made with."""
_HANDLING: Final = ("Close", "Stop", "Shutdown", "Release", "Read", "Write", "Next", "Scan", "Decode", "Encode")
_NAMING: Final = re.compile(
    r"(?i:addr|address|uri|url|string)$|(?i:conn|dir|directory|dsn|endpoint|host|id|name|path|port|socket|target)s?$"
)
"""Ends of the names of fields and methods that tell how others find a thing."""
_DEPTH: Final = 5


class Mark(IntEnum):
    """How a value hangs on the resource."""

    NONE = 0
    NAMES = 1
    HOLDS = 2


@record
class Round:
    """One loop of a function: ``owner`` is the declaration or literal inside of ``function`` whose loop it is."""

    program: Program
    function: Function
    owner: Node
    loop: Node

    @property
    def file(self) -> File:
        """The file."""
        return self.function.file

    @cached_property
    def bindings(self) -> Bindings:
        """The variables of the top-level function."""
        return self.program.bindings(self.function)

    @cached_property
    def types(self) -> Types:
        """The types of the top-level function's expressions."""
        return self.program.types(self.function)

    @cached_property
    def body(self) -> Node:
        """The block of the loop."""
        body = self.loop.child_by_field_id(go.F_BODY)
        assert body is not None
        return body

    def in_body(self, variable: Variable) -> bool:
        """Whether each round has its own such variable, declared in the body."""
        return self.body.start_byte <= variable.declaration.start_byte < self.body.end_byte

    def in_head(self, variable: Variable) -> bool:
        """Whether the loop's own clause declares it."""
        return self.loop.start_byte <= variable.declaration.start_byte < self.body.start_byte

    def is_own(self, variable: Variable) -> bool:
        """Whether a round sets it first and nothing but the round ever sees that value."""
        if self.in_body(variable):
            return True
        if variable.kind != "local" or self.in_head(variable):
            return False
        uses = self.bindings.uses(variable)
        inside = all(self.body.start_byte <= use.start_byte < self.body.end_byte for use in uses)
        return bool(uses) and inside and self._sets_at_once(uses[0])

    def _sets_at_once(self, use: Node) -> bool:
        """Whether a use is an assignment that every round runs when it comes to that statement."""
        binding = binding_of(use)
        if binding is None or binding.statement.kind_id != go.ASSIGNMENT_STATEMENT:
            return False
        at = binding.statement
        parent = at.parent
        if (
            parent is not None
            and parent.kind_id == go.IF_STATEMENT
            and at == parent.child_by_field_id(go.F_INITIALIZER)
        ):
            at, parent = parent, parent.parent
        return parent is not None and parent.parent == self.body


@record
class Binding:
    """A statement that gives a variable ``value``, or its result ``index``; without a value, the zero value."""

    statement: Node
    value: Node | None
    index: int | None = None
    targets: tuple[Node, ...] = ()


def binding_of(identifier: Node) -> Binding | None:
    """The statement in which an identifier is declared or assigned; None when the identifier is only read."""
    holder = identifier.parent
    if holder is None:
        return None
    if holder.kind_id == go.VAR_SPEC:
        return _bound(holder, go.field_children(holder, go.F_NAME), holder.child_by_field_id(go.F_VALUE), identifier)
    if holder.kind_id != go.EXPRESSION_LIST or holder.parent is None:
        return None
    statement = holder.parent
    if statement.child_by_field_id(go.F_LEFT) != holder:
        return None
    if statement.kind_id in (go.SHORT_VAR_DECLARATION, go.ASSIGNMENT_STATEMENT, go.RANGE_CLAUSE, go.RECEIVE_STATEMENT):
        return _bound(statement, go.operands(holder), statement.child_by_field_id(go.F_RIGHT), identifier)
    return None


def bindings_in(variable: Variable, round_: Round) -> Iterator[Binding]:
    """Every statement of the loop that gives a variable a value."""
    for identifier in (variable.declaration, *round_.bindings.uses(variable)):
        if round_.loop.start_byte <= identifier.start_byte < round_.loop.end_byte:
            found = binding_of(identifier)
            if found is not None:
                yield found


def is_address_taken(use: Node) -> bool:
    """Whether an identifier stands behind ``&``."""
    parent = use.parent
    return parent is not None and parent.kind_id == go.UNARY_EXPRESSION and go.text(parent).startswith("&")


def _bound(statement: Node, targets: list[Node], value: Node | None, identifier: Node) -> Binding:
    at = targets.index(identifier)
    values = [] if value is None else go.operands(value) if value.kind_id == go.EXPRESSION_LIST else [value]
    if len(values) == len(targets):
        return Binding(statement, values[at], None, tuple(targets))
    return Binding(statement, values[0] if values else None, at, tuple(targets))


def base_of(expression: Node) -> Node:
    """The identifier (or other expression) that selectors, indexes, assertions and the like start from."""
    node = go.unparen(expression)
    while True:
        inner = node.child_by_field_id(go.F_OPERAND)
        chained = (go.SELECTOR_EXPRESSION, go.INDEX_EXPRESSION, go.SLICE_EXPRESSION, go.TYPE_ASSERTION_EXPRESSION)
        if inner is None or node.kind_id not in (*chained, go.UNARY_EXPRESSION):
            return node
        node = go.unparen(inner)


def last_name(function: Node) -> str:
    """The name that a called function or method is called by; empty for other expressions."""
    function = go.unparen(function)
    if function.kind_id == go.SELECTOR_EXPRESSION:
        function = function.child_by_field_id(go.F_FIELD) or function
    named = function.kind_id in (go.IDENTIFIER, go.FIELD_IDENTIFIER)
    return go.text(function) if named else ""


def receiver_of(call: Node) -> Node | None:
    """The operand ``x`` of a called ``x.name``, which may be a package's name."""
    function = call.child_by_field_id(go.F_FUNCTION)
    function = None if function is None else go.unparen(function)
    if function is None or function.kind_id != go.SELECTOR_EXPRESSION:
        return None
    return function.child_by_field_id(go.F_OPERAND)


def arguments_of(call: Node) -> list[Node]:
    """The arguments of a call, the dots of a variadic one stripped."""
    held = call.child_by_field_id(go.F_ARGUMENTS)
    found = [] if held is None else go.operands(held)
    return [go.operands(node)[0] if node.kind_id == go.VARIADIC_ARGUMENT else node for node in found]


def is_standard(callee: Callee | None, file: File) -> bool:
    """Whether a function is an exported one of the standard library, and not of the file's own package."""
    if callee is None or not callee.package or not callee.name[:1].isupper():
        return False
    package = file.package.world.imported(callee.package, file.package)
    if package is None or package is file.package:
        return False
    return isinstance(package, SnapshotPackage) or (package.module is not None and package.module.is_std)


def is_package(operand: Node, round_: Round) -> bool:
    """Whether the operand of a selector is the name of an imported package."""
    if operand.kind_id != go.IDENTIFIER or round_.bindings.entity(operand) is not None:
        return False
    return go.text(operand) in round_.file.imports


class Marks:
    """Which values of a round hang on the resources that some of its variables are.

    ``naming`` says whether strings and numbers that name the resource count.
    """

    def __init__(self, round_: Round, roots: frozenset[Variable], *, naming: bool) -> None:
        """Follow the roots through the body until nothing changes."""
        self.round = round_
        self.roots = roots
        self.naming = naming
        self.of_variable: dict[Variable, Mark] = {
            root: Mark.HOLDS if may_hold(round_.types.variable(root)) else Mark.NAMES for root in roots
        }

    def raise_to(self, variable: Variable, mark: Mark) -> bool:
        """Give a variable at least a mark; tells whether that is news."""
        if self.of_variable.get(variable, Mark.NONE) >= mark:
            return False
        self.of_variable[variable] = mark
        return True

    def of(self, expression: Node, index: int | None = None) -> Mark:
        """The mark of an expression, or of one result of a call."""
        node = go.unparen(expression)
        kind = node.kind_id
        if kind == go.IDENTIFIER:
            variable = self.round.bindings.variable(node)
            return Mark.NONE if variable is None else self.of_variable.get(variable, Mark.NONE)
        if kind in (go.CALL_EXPRESSION, go.TYPE_CONVERSION_EXPRESSION):
            return self._of_call(node, index)
        if kind == go.FUNC_LITERAL:
            return self.captured_by(node)
        if kind == go.BINARY_EXPRESSION:
            parts = [self.of(part) for part in go.operands(node)]
            return self._kept(min(max(parts), Mark.NAMES), self.round.types.of(node), named=True)
        if kind in (go.SELECTOR_EXPRESSION, go.INDEX_EXPRESSION, go.SLICE_EXPRESSION, go.TYPE_ASSERTION_EXPRESSION):
            operand = node.child_by_field_id(go.F_OPERAND)
            mark = Mark.NONE if operand is None else self.of(operand)
            named = kind == go.SELECTOR_EXPRESSION and bool(_NAMING.search(last_name(node)))
            return mark and self._kept(mark, self._type(node, index), named=named)
        if kind == go.UNARY_EXPRESSION:
            operand = node.child_by_field_id(go.F_OPERAND)
            mark = Mark.NONE if operand is None else self.of(operand)
            return mark and self._kept(mark, self._type(node, index), named=False)
        return max((self.of(child) for child in node.named_children if child.kind_id != go.COMMENT), default=Mark.NONE)

    def captured_by(self, node: Node) -> Mark:
        """The highest mark of the variables that are named anywhere within a node."""
        best = Mark.NONE
        stack = [node]
        while stack and best is not Mark.HOLDS:
            at = stack.pop()
            if at.kind_id == go.IDENTIFIER:
                variable = self.round.bindings.variable(at)
                if variable is not None:
                    best = max(best, self.of_variable.get(variable, Mark.NONE))
            stack.extend(at.named_children)
        return best

    def _of_call(self, call: Node, index: int | None) -> Mark:
        function = call.child_by_field_id(go.F_FUNCTION)
        arguments = arguments_of(call)
        if call.kind_id == go.TYPE_CONVERSION_EXPRESSION:
            return self._kept(self.of(go.operands(call)[-1]), self.round.types.of(call), named=True)
        receiver = receiver_of(call)
        held = Mark.NONE if receiver is None else self.of(receiver)
        given = max((self.of(argument) for argument in arguments), default=Mark.NONE)
        if function is not None and go.unparen(function).kind_id == go.FUNC_LITERAL:
            given = max(given, self.of(go.unparen(function)))
        if max(held, given) is Mark.NONE or function is None:
            return Mark.NONE
        name = last_name(function)
        callee = self.round.types.callee(call)
        if callee is not None and callee.kind == "builtin":
            return max(held, given) if name in ("append", "min", "max") else Mark.NONE
        kind = self._type(call, index)
        if max(held, given) is Mark.NAMES:
            return self._kept(Mark.NAMES, kind, named=True)
        accessor = held is Mark.HOLDS and not arguments and bool(_NAMING.search(name))
        if is_standard(callee, self.round.file) and not _is_holder(kind):
            return self._kept(Mark.NAMES, kind, named=True) if accessor else Mark.NONE
        return self._kept(Mark.HOLDS, kind, named=accessor)

    def _type(self, node: Node, index: int | None) -> Type | None:
        kind = self.round.types.of(node)
        if isinstance(kind, Tuple):
            at = index or 0
            return kind.types[at] if at < len(kind.types) else None
        if index:
            return Basic("bool")
        return kind

    def kept(self, mark: Mark, target: Node) -> Mark:
        """What is left of the mark of a ranged value in the variable that ranges over it."""
        return self._kept(mark, self.round.types.of(target), named=True)

    def _kept(self, mark: Mark, kind: Type | None, *, named: bool) -> Mark:
        """What is left of a mark in a value of a type that was made from a marked one."""
        if mark is Mark.HOLDS and may_hold(kind):
            return Mark.HOLDS
        if mark is Mark.NAMES or (mark is Mark.HOLDS and named and self.naming):
            return Mark.NAMES if _may_name(kind) else Mark.NONE
        return Mark.NONE


def may_hold(kind: Type | None, depth: int = _DEPTH) -> bool:
    """Whether a value of a type can hold a resource; an unknown type can, an error, a number or text cannot."""
    if kind is None or depth == 0:
        return True
    if isinstance(kind, Named) and (str(kind) == "error" or str(kind) in _DATA):
        return False
    under = underlying(kind)
    if under is None:
        return True
    if isinstance(under, Basic):
        return "unsafe" in under.name
    if isinstance(under, Chan | Interface | Signature):
        return True
    if isinstance(kind, Named) and any(has_method(kind, name) for name in _HANDLING):
        return True
    if isinstance(under, Pointer | Slice | Array):
        return may_hold(under.element, depth - 1)
    if isinstance(under, Map):
        return may_hold(under.key, depth - 1) or may_hold(under.value, depth - 1)
    if isinstance(under, Struct):
        return not under.fields or any(may_hold(field.type, depth - 1) for field in under.fields)
    return True


def _may_name(kind: Type | None) -> bool:
    """Whether a value of a type can be, or be made of, a name or an address."""
    if str(kind) == "error":
        return False
    under = underlying(kind)
    return not (isinstance(under, Basic) and ("bool" in under.name or "float" in under.name))


def _is_holder(kind: Type | None) -> bool:
    """Whether what a function of the standard library made can hold what it was given."""
    name = str(kind).partition("[")[0]
    return kind is None or can_read_through(kind) or name.endswith(_HOLDERS) or isinstance(underlying(kind), Chan)
