"""What becomes of a cycle when somebody closes one of its members: the finalizer is then only the safety net."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Named, deref
from leakfix.rules.go.finalizers import NAME
from leakfix.rules.go.ticker_scene import is_target, takes_nil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.rules.go.finalizers import Finalizer

CLOSING: Final = frozenset(
    ("Close", "Stop", "Shutdown", "Release", "Free", "Destroy", "Dispose", "Unref", "Detach", "Remove", "Unlink")
)
"""Names of methods that end the use of an object."""


def closer_of(found: Finalizer) -> Function | None:
    """The method of the object's type that breaks the cycle, or takes the finalizer away."""
    t = deref(found.types.of(found.object))
    if not isinstance(t, Named):
        return None
    parts = {hold.label.rpartition(".")[2] for hold in found.cycle}
    package = found.function.file.package
    methods = package.methods(t.name)
    for name in sorted(CLOSING | {name.lower() for name in CLOSING}):
        declared = methods.get(name)
        method = declared.function if declared is not None else None
        if method is not None and any(_breaks(node, parts) for node in _nodes(method.node)):
            return method
    return None


def _breaks(node: Node, parts: set[str]) -> bool:
    """Whether a statement sets one of the cycle's parts to nil, deletes from one, or takes a finalizer away."""
    if node.kind_id == syntax.SELECTOR_EXPRESSION and is_target(node) and takes_nil(node):
        return _name(node) in parts
    if node.kind_id != syntax.CALL_EXPRESSION:
        return False
    function, given = node.child_by_field_id(syntax.F_FUNCTION), syntax.arguments(node)
    called = syntax.text(function).rpartition(".")[2] if function is not None else ""
    if called.encode() == NAME:
        return len(given) == 2 and given[1].kind_id == syntax.NIL
    return called in ("delete", "clear") and bool(given) and _name(given[0]) in parts


def _name(node: Node) -> str:
    return syntax.text(node).rpartition(".")[2]


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.named_children)
