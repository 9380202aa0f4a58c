"""The nodes of a function at a name, and which of them say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.words import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function

_SILENT: Final = frozenset((syntax.COMMENT, "string_content", "raw_string_content", "preproc_arg", "character"))

_QUALIFYING: Final = frozenset((syntax.QUALIFIED_IDENTIFIER, syntax.TEMPLATE_FUNCTION, syntax.TEMPLATE_METHOD))


class UnclearError(Exception):
    """Nobody can tell by the tree what a function acquires."""


def places(function: Function, word: bytes) -> Iterator[Node]:
    """Yield the nodes at a word in the body of a function, and in what a constructor initialises."""
    for part in (*function.initializers, function.body):
        for at in places_of(function.file.data, word, part.start_byte, part.end_byte):
            node = part.descendant_for_byte_range(at, at + len(word))
            if node is None:
                raise UnclearError
            yield node


def whole(node: Node) -> tuple[Node, Node | None]:
    """What a name is the last part of, qualified, of a member or in parentheses; and what that is a part of."""
    at, parent = node, node.parent
    while parent is not None and parent.type in _QUALIFYING and parent.child_by_field_name("name") == at:
        at, parent = parent, parent.parent
    is_field = parent is not None and parent.type == syntax.FIELD_EXPRESSION
    if is_field and parent is not None and parent.child_by_field_name("field") == at:
        at, parent = parent, parent.parent
    while parent is not None and parent.type == syntax.PARENTHESIZED_EXPRESSION:
        at, parent = parent, parent.parent
    return at, parent


def called_by(node: Node) -> Node | None:
    """The call of what bears a name; None where it is not called."""
    at, parent = whole(node)
    is_called = parent is not None and parent.type == syntax.CALL_EXPRESSION
    return parent if is_called and parent is not None and parent.child_by_field_name("function") == at else None


def is_silent(node: Node, function: Function) -> bool:
    """Whether a node says nothing of what the function does: it is no code, or stands in a lambda, its own function."""
    if node.type in _SILENT:
        return True
    if not function.file.is_cpp:
        return False
    at = node.parent
    while at is not None and at != function.node:
        if at.type == syntax.LAMBDA_EXPRESSION:
            return True
        at = at.parent
    return False
