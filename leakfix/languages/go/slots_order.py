"""Which statements of a Go function belong to the same way through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

_LISTS: Final = frozenset((syntax.STATEMENT_LIST, syntax.BLOCK))


def is_on_the_way(node: Node, cut: Node) -> bool:
    """Whether a statement belongs to a cut: it stands in a block around it, however deep, and in no other branch."""
    around = ancestors(cut)
    at: Node | None = node
    while at is not None:
        parent = at.parent
        if parent is not None and parent.id in around:
            return parent.kind_id in _LISTS
        at = parent
    return False


def ancestors(node: Node) -> set[int]:
    """The ids of the nodes around one."""
    found: set[int] = set()
    at = node.parent
    while at is not None:
        found.add(at.id)
        at = at.parent
    return found
