"""What an expression or an assignment tells of variables by its tree: who holds what they hold, in which part of it.

A value *holds* a variable that it is, or that is an element of the new object that it makes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.settled_text import WORD, declared, shadows
from leakfix.languages.go.words import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function

BINDING: Final = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT})
"""The statements that assign values to variables."""
SELECTING: Final = frozenset({syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION})
"""What an assignment to a part of something, or through a pointer, assigns to."""
_MADE: Final = re.compile(rb"\s*(?:,[^=\n;{}]*)?:?=(?!=)")
"""What follows a variable that is assigned to, or declared with a value."""
_DOT: Final = ord(".")


def holds(node: Node, name: bytes) -> bool:
    """Whether a value is the variable, or a new object with it among its elements."""
    kind = node.kind_id
    if kind == syntax.IDENTIFIER:
        return node.text == name
    if kind == syntax.UNARY_EXPRESSION:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and syntax.operator(node) == "&" and holds(operand, name)
    if kind == syntax.COMPOSITE_LITERAL:
        body = node.child_by_field_id(syntax.F_BODY)
        return body is not None and any(holds(element, name) for element in syntax.operands(body))
    if kind == syntax.KEYED_ELEMENT:
        value = node.child_by_field_id(syntax.F_VALUE)
        return value is not None and holds(value, name)
    if kind in (syntax.LITERAL_ELEMENT, syntax.LITERAL_VALUE):
        return any(holds(element, name) for element in syntax.operands(node))
    return False


def assignments(statement: Node) -> list[tuple[Node, Node]]:
    """The targets of an assignment, each with its value; none where one call gives them all."""
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or syntax.operator(statement) not in ("", "=", ":="):
        return []
    targets, values = syntax.operands(left), syntax.operands(right)
    return list(zip(targets, values, strict=True)) if len(targets) == len(values) else []


def aliases(statement: Node, names: set[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """The variables that hold the resource behind an assignment, and in which field, as `_part_with` tells it."""
    for target, value in assignments(statement):
        if not any(holds(value, name) for name in names):
            continue
        if target.kind_id == syntax.IDENTIFIER:
            yield target.text or b"", _part_with(value, names)
        elif target.kind_id == syntax.SELECTOR_EXPRESSION:
            operand = target.child_by_field_id(syntax.F_OPERAND)
            if operand is not None and operand.kind_id == syntax.IDENTIFIER and value.kind_id == syntax.IDENTIFIER:
                name = operand.text or b""
                yield name, field_of(target, name)


def field_of(target: Node, name: bytes) -> bytes | None:
    """The field of a variable that an assignment sets, or sets a part of; None where it may be all of the variable."""
    field: bytes | None = None
    at: Node | None = target
    while at is not None and at.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION):
        named = at.child_by_field_id(syntax.F_FIELD) if at.kind_id == syntax.SELECTOR_EXPRESSION else None
        field = named.text if named is not None else None
        at = at.child_by_field_id(syntax.F_OPERAND)
    return field if at is not None and at.kind_id == syntax.IDENTIFIER and at.text == name else None


def may_name(target: Node, name: bytes) -> bool:
    """Whether a variable may be named by a target, other than as a field."""
    at: Node | None = target
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
    return at is None or name in WORD.findall(at.text or b"")


def is_outside(target: Node, function: Function) -> bool:
    """Whether an assignment to ``x.f`` stores where others see it: ``x`` is nothing that the function itself made."""
    start: Node | None = target
    while start is not None and start.kind_id in SELECTING:
        start = start.child_by_field_id(syntax.F_OPERAND)
    owner = syntax.owner_of(target)
    if start is None or owner is None or start.kind_id != syntax.IDENTIFIER:
        return False
    name, data = start.text or b"", function.file.data
    body = owner.child_by_field_id(syntax.F_BODY)
    if body is None or declared(data[body.start_byte : body.end_byte], name):
        return False
    end = body.end_byte
    places = places_of(data, name, body.start_byte, end)
    return not any(data[at - 1] != _DOT and _MADE.match(data, at + len(name), end) for at in places)


def captures(statement: Node, name: bytes) -> bool:
    """Whether a goroutine is given the variable, or is a function literal that names it."""
    call = statement.named_children[0] if statement.named_children else None
    function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
    if call is None or function is None:
        return False
    if any(holds(node, name) for node in syntax.arguments(call)):
        return True
    if function.kind_id == syntax.SELECTOR_EXPRESSION:
        operand = function.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and operand.kind_id == syntax.IDENTIFIER and operand.text == name
    data = function.text or b""
    if function.kind_id != syntax.FUNC_LITERAL or name not in data or shadows(data, name):
        return False
    for at in places_of(data, name):
        start = function.start_byte + at
        node = function.descendant_for_byte_range(start, start + len(name)) if data[at - 1] != _DOT else None
        if node is not None and node.kind_id == syntax.IDENTIFIER and node.parent is not None:
            held = node.parent.parent
            if held is None or held.kind_id != syntax.KEYED_ELEMENT:
                return True
    return False


def appended(value: Node) -> list[Node]:
    """What is appended to a slice, or the value itself if it is no such call."""
    called = value.child_by_field_id(syntax.F_FUNCTION) if value.kind_id == syntax.CALL_EXPRESSION else None
    return syntax.arguments(value)[1:] if called is not None and called.text == b"append" else [value]


def _part_with(value: Node, names: set[bytes]) -> bytes | None:
    """In which field a new object holds one of the variables; empty for a variable, None where that is not plain."""
    while value.kind_id == syntax.UNARY_EXPRESSION and (inner := value.child_by_field_id(syntax.F_OPERAND)) is not None:
        value = inner
    if value.kind_id == syntax.IDENTIFIER:
        return b""
    body = value.child_by_field_id(syntax.F_BODY)
    elements = syntax.operands(body) if body is not None else []
    holding = [element for element in elements if any(holds(element, name) for name in names)]
    if len(holding) != 1 or holding[0].kind_id != syntax.KEYED_ELEMENT:
        return None
    key, held = (holding[0].child_by_field_id(field) for field in (syntax.F_KEY, syntax.F_VALUE))
    parts = syntax.operands(held) if held is not None else []
    return key.text if key is not None and parts and parts[0].kind_id == syntax.IDENTIFIER else None
