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
