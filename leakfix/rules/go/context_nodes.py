"""The nodes of a function that move values about, collected once, and small questions on them."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Variable

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


_RECEIVING: Final = frozenset({syntax.UNARY_EXPRESSION, syntax.RANGE_CLAUSE})


@record
class Assignment:
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


class Sweep:
    """What moves values in a function declaration or literal, and in the literals inside it."""

    def __init__(self, owner: Node) -> None:
        self.owner = owner
        self.assignments: list[Assignment] = []
        self.sends: list[Node] = []
        self.receives: list[Node] = []
        """The channels that are received from or ranged over; what else is ranged over is among them."""
        self.calls: list[Node] = []
        self.gos: list[Node] = []
        self.defers: list[Node] = []
        self.returns: list[Node] = []
        self._functions: dict[int, Node] = {}
        body = owner.child_by_field_id(syntax.F_BODY)
        if body is not None:
            self._visit(body)

    def function_of(self, node: Node) -> Node:
        """The declaration or literal that a node of the sweep belongs to."""
        return self._functions.get(node.id, self.owner)

    def own(self, nodes: Iterable[Node], function: Node | None = None) -> list[Node]:
        """Those of the nodes that belong to ``function`` itself, by default to the owner."""
        wanted = function if function is not None else self.owner
        return [node for node in nodes if self.function_of(node) == wanted]

    def _visit(self, body: Node) -> None:
        lists = {
            syntax.CALL_EXPRESSION: self.calls,
            syntax.SEND_STATEMENT: self.sends,
            syntax.GO_STATEMENT: self.gos,
            syntax.DEFER_STATEMENT: self.defers,
            syntax.RETURN_STATEMENT: self.returns,
        }
        waiting = [(body, self.owner)]
        while waiting:
            node, function = waiting.pop()
            kind = node.kind_id
            found = lists.get(kind)
            if found is not None:
                self._functions[node.id] = function
                found.append(node)
            elif kind in _ASSIGNING:
                self._assigning(node)
            received = _received(node) if kind in _RECEIVING else None
            if received is not None:
                self._functions[received.id] = function
                self.receives.append(received)
            inside = node if kind == syntax.FUNC_LITERAL else function
            children = node.named_children
            children.reverse()
            waiting += zip(children, repeat(inside), strict=False)

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
            self.assignments.append(Assignment(node, targets, items(value)))


def _received(node: Node) -> Node | None:
    """The channel that a node receives from, or what a range clause ranges over."""
    if node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "<-":
        return node.child_by_field_id(syntax.F_OPERAND)
    return node.child_by_field_id(syntax.F_RIGHT) if node.kind_id == syntax.RANGE_CLAUSE else None


def items(node: Node) -> list[Node]:
    """The expressions of a list, or the one expression that stands for it."""
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def returned(node: Node) -> list[Node]:
    """The expressions of a return statement."""
    return [expression for held in syntax.operands(node) for expression in items(held)]


def arguments(call: Node) -> list[Node]:
    """The arguments of a call, a spread one without its dots."""
    held = call.child_by_field_id(syntax.F_ARGUMENTS)
    nodes = syntax.operands(held) if held is not None else []
    return [syntax.operands(n)[0] if n.kind_id == syntax.VARIADIC_ARGUMENT else n for n in nodes]


def function_of_call(call: Node) -> Node:
    """What a call calls, without parentheses."""
    return syntax.unparen(call.child_by_field_id(syntax.F_FUNCTION) or call)


def called_name(call: Node) -> str:
    """The last name of what is called; empty for a literal."""
    function = function_of_call(call)
    name = function.child_by_field_id(syntax.F_FIELD) if function.kind_id == syntax.SELECTOR_EXPRESSION else function
    return syntax.text(name) if name is not None and name.kind_id != syntax.FUNC_LITERAL else ""


def elements(body: Node) -> Iterator[Node]:
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
                yield from elements(part)
            else:
                yield part


def base(node: Node) -> Node | None:
    """The identifier that a place starts from: ``s`` of ``s.jobs[i].ctx``."""
    at: Node | None = syntax.unparen(node)
    while at is not None and at.kind_id != syntax.IDENTIFIER:
        if at.kind_id not in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION):
            return None
        operand = at.child_by_field_id(syntax.F_OPERAND)
        at = syntax.unparen(operand) if operand is not None else None
    return at


def initial(variable: Variable) -> Node | None:
    """The expression that a local variable is declared with, when it takes all of its value."""
    if variable.kind != "local":
        return None
    field = {syntax.SHORT_VAR_DECLARATION: syntax.F_RIGHT, syntax.VAR_SPEC: syntax.F_VALUE}.get(variable.origin.kind_id)
    held = variable.origin.child_by_field_id(field) if field is not None else None
    values = items(held) if held is not None else []
    return syntax.unparen(values[variable.position]) if variable.position < len(values) else None


def within(inner: Node, outer: Node) -> bool:
    """Whether a node lies in another, or is it."""
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def fails(types: Types, node: Node | None) -> bool:
    """Whether a statement returns an error that is not nil, as far as it can be told."""
    if node is None or node.kind_id != syntax.RETURN_STATEMENT:
        return False
    expressions = returned(node)
    if not expressions or expressions[-1].kind_id == syntax.NIL:
        return False
    return str(types.of(expressions[-1])) == "error"
