"""Losses of memory that has no bytes: on the way there a number was zero that the size was computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.rules.c.layout import node_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak, Loss
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.scopes import Bindings
    from leakfix.rules.c.repair import Unit

_ZERO: Final = b"0"
_BLOCKS: Final = frozenset(("alloc", "malloc", "calloc", "realloc", "reallocarray", "zalloc", "allocate"))
_PLACES: Final = frozenset((syntax.IDENTIFIER, syntax.FIELD_EXPRESSION))
_ROUNDS: Final = 3


def is_of_nothing(analysis: Analysis, unit: Unit, leak: Leak, loss: Loss) -> bool:
    """Whether the last condition on the way to a loss says that what is lost was to hold no bytes at all."""
    condition = node_at(analysis.file.root, loss.branch) if loss.branch is not None else None
    zero = _zero(condition, holds=bool(loss.taken)) if condition is not None and loss.taken is not None else None
    if zero is None:
        return False
    made = node_at(analysis.file.root, leak.site.span)
    size = _size(made) if made is not None else None
    return size is not None and zero in _amounts(analysis.bindings(unit.function), size)


def _size(made: Node) -> Node | None:
    """What tells how large a block is that is allocated; None of anything but a block of some size."""
    if made.type == syntax.NEW_EXPRESSION:
        return made.child_by_field_name("declarator")
    called = made.child_by_field_name("function")
    if called is None or _BLOCKS.isdisjoint(customs.words(syntax.text(called))):
        return None
    return made.child_by_field_name("arguments")


def _zero(condition: Node, *, holds: bool) -> str | None:
    """What is zero where a condition holds, or where it does not."""
    node = syntax.unparen(condition)
    operator = node.child_by_field_name("operator")
    if node.type == syntax.UNARY_EXPRESSION and operator is not None and operator.type == "!":
        inner = node.child_by_field_name("argument")
        return _zero(inner, holds=not holds) if inner is not None else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type == syntax.BINARY_EXPRESSION and operator is not None and left is not None and right is not None:
        says_zero = {"==": True, "!=": False, ">": False}.get(operator.type)
        return _spelled(left) if right.text == _ZERO and says_zero is holds else None
    return _spelled(node) if node.type in _PLACES and not holds else None


def _amounts(bindings: Bindings, arguments: Node) -> set[str]:
    """What the arguments of a call are computed from, as the function spells it."""
    found: set[str] = set()
    waiting = [arguments]
    for _ in range(_ROUNDS):
        nodes = [node for expression in waiting for node in _operands(expression)]
        found |= {_spelled(node) for node in nodes}
        waiting = [value for node in nodes for value in _values(bindings, node)]
    return found


def _operands(expression: Node) -> Iterator[Node]:
    if expression.type == syntax.SIZEOF_EXPRESSION:
        return
    if expression.type in _PLACES:
        yield expression
        return
    for child in syntax.named(expression):
        yield from _operands(child)


def _values(bindings: Bindings, node: Node) -> Iterator[Node]:
    """What a local variable is set to anywhere."""
    variable = bindings.variable(node) if node.type == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local":
        return
    if variable.value is not None:
        yield variable.value
    for use in bindings.uses(variable):
        parent = use.parent
        if parent is not None and parent.type == syntax.ASSIGNMENT_EXPRESSION:
            value = parent.child_by_field_name("right")
            if value is not None and value != use:
                yield value


def _spelled(node: Node) -> str:
    return " ".join(syntax.text(syntax.unparen(node)).split())
