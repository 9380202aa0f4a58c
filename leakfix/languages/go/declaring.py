"""Where a function declares names, found by the tokens that every declaration has; its tree is not walked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leakfix.languages.go import syntax
from leakfix.languages.go.declarations import const_specs, value_specs
from leakfix.text.records import state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

VariableKind: TypeAlias = Literal["local", "param", "result", "receiver", "const", "type", "typeparam"]

_TOKENS: Final = re.compile(rb":=|(?:var|const|type|func)(?!\w)")
_PARAMETERS: Final[tuple[tuple[int, VariableKind], ...]] = (
    (syntax.F_RECEIVER, "receiver"),
    (syntax.F_PARAMETERS, "param"),
    (syntax.F_RESULT, "result"),
)


@state
class Declaring:
    """One name that is declared: its identifier, by what, in which function.

    `visible` is where it may be used from, `since` where it takes the place of what had its name before.
    """

    identifier: Node
    kind: VariableKind
    origin: Node
    position: int
    function: Node
    visible: int
    since: int


class Declarations:
    """All names that a top-level declaration declares in its functions, by name; `_` is none."""

    __slots__ = ("_data", "_open", "by_name", "has_types")

    def __init__(self, node: Node, data: bytes) -> None:
        """Find them."""
        self._data = data
        self._open: list[Node] = []
        self.by_name: dict[bytes, list[Declaring]] = {}
        self.has_types = False
        for match in _TOKENS.finditer(data, node.start_byte, node.end_byte):
            token = node.descendant_for_byte_range(match.start(), match.end())
            parent = token.parent if token is not None and not token.is_named else None
            if token is None or parent is None:
                continue
            handler = (_DEFINING if token.kind_id == syntax.DEFINE else _STARTED).get(parent.kind_id)
            if handler is not None:
                while self._open and self._open[-1].end_byte <= match.start():
                    self._open.pop()
                handler(self, parent)

    def _add(self, name: Node, kind: VariableKind, origin: Node, position: int, visible: int, since: int) -> None:
        written = self._data[name.start_byte : name.end_byte]
        if written != b"_" and self._open:
            found = Declaring(name, kind, origin, position, self._open[-1], visible, since)
            self.by_name.setdefault(written, []).append(found)

    def _function(self, function: Node) -> None:
        self._open.append(function)
        if function.kind_id != syntax.FUNC_LITERAL:
            self._type_parameters(function)
        body = function.child_by_field_id(syntax.F_BODY)
        if body is None:
            return
        since = body.start_byte
        for number, kind in _PARAMETERS:
            parameters = function.child_by_field_id(number)
            if parameters is None or parameters.kind_id != syntax.PARAMETER_LIST:
                continue
            position = 0
            for declaration in parameters.named_children:
                names = syntax.field_children(declaration, syntax.F_NAME)
                for name in names:
                    self._add(name, kind, declaration, position, name.end_byte, since)
                    position += 1
                position += not names

    def _type_parameters(self, function: Node) -> None:
        parameters = function.child_by_field_id(syntax.F_TYPE_PARAMETERS)
        since, position = function.start_byte, 0
        for declaration in parameters.named_children if parameters is not None else ():
            for name in syntax.field_children(declaration, syntax.F_NAME):
                self._add(name, "typeparam", declaration, position, name.start_byte, since)
                self.has_types = True
                position += 1
        for position, name in enumerate(receiver_type_parameters(function)):
            self._add(name, "typeparam", function, position, name.start_byte, since)
            self.has_types = True

    def _short(self, declaration: Node) -> None:
        left = declaration.child_by_field_id(syntax.F_LEFT)
        end = declaration.end_byte
        for position, name in enumerate(syntax.operands(left)) if left is not None else ():
            if name.kind_id == syntax.IDENTIFIER:
                self._add(name, "local", declaration, position, end, end)

    def _var(self, declaration: Node) -> None:
        self._specs(value_specs(declaration), "local")

    def _const(self, declaration: Node) -> None:
        self._specs((spec for spec, _ in const_specs(declaration)), "const")

    def _specs(self, specs: Iterable[Node], kind: VariableKind) -> None:
        for spec in specs:
            end = spec.end_byte
            for position, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
                self._add(name, kind, spec, position, end, end)

    def _type(self, declaration: Node) -> None:
        for spec in declaration.named_children:
            name = spec.child_by_field_id(syntax.F_NAME)
            if name is not None:
                self._add(name, "type", spec, 0, name.start_byte, name.start_byte)
                self.has_types = self.has_types or bool(self._open)

    def _switch(self, switch: Node) -> None:
        alias = switch.child_by_field_id(syntax.F_ALIAS)
        value = switch.child_by_field_id(syntax.F_VALUE)
        if alias is not None and value is not None:
            for name in syntax.operands(alias)[:1]:
                self._add(name, "local", switch, 0, name.end_byte, value.end_byte)


_DEFINING: Final[dict[int, Callable[[Declarations, Node], None]]] = {
    syntax.SHORT_VAR_DECLARATION: Declarations._short,
    syntax.RANGE_CLAUSE: Declarations._short,
    syntax.RECEIVE_STATEMENT: Declarations._short,
    syntax.TYPE_SWITCH_STATEMENT: Declarations._switch,
}
_STARTED: Final[dict[int, Callable[[Declarations, Node], None]]] = {
    syntax.FUNCTION_DECLARATION: Declarations._function,
    syntax.METHOD_DECLARATION: Declarations._function,
    syntax.FUNC_LITERAL: Declarations._function,
    syntax.VAR_DECLARATION: Declarations._var,
    syntax.CONST_DECLARATION: Declarations._const,
    syntax.TYPE_DECLARATION: Declarations._type,
}


def receiver_type_parameters(function: Node) -> tuple[Node, ...]:
    """Return the names that a method's receiver gives its type's parameters: K and V in `func (m *M[K, V]) f()`."""
    receiver = function.child_by_field_id(syntax.F_RECEIVER)
    for parameter in receiver.named_children if receiver is not None else ():
        node = parameter.child_by_field_id(syntax.F_TYPE)
        while node is not None and node.kind_id != syntax.GENERIC_TYPE:
            node = next(iter(syntax.operands(node)), None)
        arguments = node.child_by_field_id(syntax.F_TYPE_ARGUMENTS) if node is not None else None
        if arguments is not None:
            elements = [syntax.operands(element) for element in syntax.operands(arguments)]
            return tuple(element[0] for element in elements if element)
    return ()
