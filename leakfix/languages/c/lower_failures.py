"""What a return tells the caller: whether the function failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_tests import is_constant_name

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function

_FALSE: Final = frozenset(("false", "FALSE"))
_NULLS: Final = frozenset(("NULL", "nullptr"))


def returns_failure(function: Function, node: Node, number: int | None) -> bool:
    """Whether a return statement tells of a failure: a negative number, null, false, a constant or a call named so.

    A variable that is returned under a test which tells that it is an error tells so too, and so does whoever gives up
    early where nothing is returned. ``number`` is what is
    returned, where it is a constant.
    """
    expressions = syntax.named(node)
    if not expressions:
        return _is_early(function, node)
    value = syntax.unparen(expressions[0])
    text = syntax.text(value)
    if text in _NULLS or text in _FALSE:
        return True
    if number is not None and value.type == syntax.NUMBER_LITERAL and number == 0:
        return _returns(function, "*") or _returns(function, "bool")
    if value.type == syntax.UNARY_EXPRESSION:
        return text.startswith("-")
    if value.type == syntax.IDENTIFIER and is_constant_name(text):
        told = customs.tells_failure(text)
        return told if told is not None else number is not None and number < 0
    if value.type == syntax.IDENTIFIER:
        return _is_under_failure(value, node)
    if value.type == syntax.CALL_EXPRESSION:
        called = value.child_by_field_name("function")
        return called is not None and customs.tells_failure(spelling(called)) is True
    return number is not None and number < 0


def _is_early(function: Function, node: Node) -> bool:
    """Whether a bare return leaves the function before its end, on a condition."""
    return node.parent != function.body


def _returns(function: Function, kind: str) -> bool:
    if kind == "*":
        return function.declarator.type == syntax.POINTER_DECLARATOR
    return function.type is not None and syntax.text(function.type) in ("bool", "_Bool")


def _is_under_failure(returned: Node, node: Node) -> bool:
    """Whether a variable is returned where a test has just told that it holds an error."""
    child, at = node, node.parent
    while at is not None and at.type in (syntax.COMPOUND_STATEMENT, syntax.ELSE_CLAUSE):
        child, at = at, at.parent
    if at is None or at.type != syntax.IF_STATEMENT or at.child_by_field_name("consequence") != child:
        return False
    condition = at.child_by_field_name("condition")
    name = syntax.text(returned)
    for inner in syntax.walk(condition) if condition is not None else ():
        if inner.type != syntax.BINARY_EXPRESSION:
            continue
        left, operator = inner.child_by_field_name("left"), inner.child_by_field_name("operator")
        right = inner.child_by_field_name("right")
        if left is None or operator is None or right is None or not _is_named(left, name):
            continue
        if operator.type == "<" or operator.type == "!=" or _tells_of_failure(operator.type, right):
            return True
    return condition is not None and _is_named(condition, name)


def _tells_of_failure(operator: str, right: Node) -> bool:
    return operator == "==" and (
        customs.tells_failure(syntax.text(right)) is True or syntax.text(right).startswith("-")
    )


def _is_named(node: Node, name: str) -> bool:
    """Whether an expression is a variable, or assigns to it."""
    node = syntax.unparen(node)
    if node.type == syntax.CONDITION_CLAUSE:
        value = node.child_by_field_name("value")
        node = syntax.unparen(value) if value is not None else node
    if node.type == syntax.ASSIGNMENT_EXPRESSION:
        left = node.child_by_field_name("left")
        return left is not None and syntax.text(left) == name
    return node.type == syntax.IDENTIFIER and syntax.text(node) == name
