"""What the code behind a call that resizes asks of its result, and what it does where that is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.rules.c.layout import JUMPS, following, statement_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.c.resizing import Resize

_NULLS: Final = frozenset(("NULL", "nullptr", "0"))


def may_stop(resize: Resize) -> bool:
    """Whether the failure only calls something out of sight, which may well end the process."""
    statement = statement_of(resize.assignment)
    if statement is None:
        return False
    check = statement if statement.type == syntax.IF_STATEMENT else next(following(statement), None)
    if check is None:
        return False
    if check.type == syntax.EXPRESSION_STATEMENT:
        return _is_unseen(resize, check) and any(_is_place(node, resize) for node in syntax.walk(check))
    condition = check.child_by_field_name("condition") if check.type == syntax.IF_STATEMENT else None
    body = check.child_by_field_name("consequence")
    if condition is None or body is None or asked_null(condition, resize) is None:
        return False
    statements = syntax.named(body) if body.type == syntax.COMPOUND_STATEMENT else [body]
    if not statements or statements[-1].type in JUMPS:
        return False
    return any(_is_unseen(resize, one) for one in statements)


def _is_unseen(resize: Resize, statement: Node) -> bool:
    """Whether a statement is a call of something of which nothing is known."""
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    if len(held) != 1 or held[0].type != syntax.CALL_EXPRESSION:
        return False
    callee = resize.analysis.types(resize.function).callee(held[0])
    if callee is None:
        return True
    is_modelled = any(resize.analysis.models.knows(symbol) for symbol in callee.symbols)
    return callee.function is None and not is_modelled and callee.macro is None


def asked_null(condition: Node, resize: Resize) -> Node | None:
    """The expression for the place in a condition that holds just where it is null."""
    node = syntax.unparen(condition)
    if node.type == syntax.UNARY_EXPRESSION:
        operator, inner = node.child_by_field_name("operator"), node.child_by_field_name("argument")
        return inner if operator is not None and operator.type == "!" and _is_place(inner, resize) else None
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != syntax.BINARY_EXPRESSION or operator is None or operator.type != "==":
        return None
    for side, other in ((left, right), (right, left)):
        if side is not None and other is not None and _is_place(side, resize) and syntax.text(other) in _NULLS:
            return side
    return None


def _is_place(node: Node | None, resize: Resize) -> bool:
    if node is None:
        return False
    inner = syntax.unparen(node)
    return inner == resize.assignment or (
        inner.type == resize.target.type and "".join(syntax.text(inner).split()) == "".join(resize.place.split())
    )
