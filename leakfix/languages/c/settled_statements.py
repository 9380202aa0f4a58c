"""Where statements stand: what an assignment is part of, the cases of a switch, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.variable_uses import SIMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_LAZY: Final = frozenset(("&&", "||"))


def cases_of(body: Node) -> Iterator[list[Node]]:
    """The statements of each case of a switch; one that goes on to the next is as if control came there with it."""
    for one in syntax.named(body):
        if one.type == syntax.CASE_STATEMENT:
            value = one.child_by_field_name("value")
            yield [child for child in syntax.named(one) if child != value and child.type != syntax.CASE_STATEMENT]
            # A case that holds nothing is taken for one that holds the next.
            yield from cases_of(one)
        elif body.type != syntax.CASE_STATEMENT:
            yield [one]


def around_group(block: Node) -> Node:
    """The whole conditional group that a block is a branch of; any other block itself."""
    while block.type in syntax.ALTERNATIVES and block.parent is not None:
        block = block.parent
    return block


def is_labeled(statement: Node, label: Node) -> bool:
    """Whether a statement bears the label that another one names."""
    own = statement.child_by_field_name("label") if statement.type == syntax.LABELED_STATEMENT else None
    return own is not None and own.text == label.text


def statement_of(taking: Node) -> tuple[Node | None, bool]:
    """The statement that an assignment or a declaration stands in, and whether it is part of its condition."""
    at, parent = taking, taking.parent
    while parent is not None:
        kind = parent.type
        if kind in SIMPLE:
            is_first = at == taking or at.type == syntax.PARENTHESIZED_EXPRESSION
            return (parent, False) if is_first else (None, False)
        if kind == syntax.IF_STATEMENT:
            return (parent, True) if parent.child_by_field_name("condition") == at else (None, False)
        if kind not in _IN_CONDITION:
            return None, False
        operator = parent.child_by_field_name("operator") if kind != syntax.PARENTHESIZED_EXPRESSION else None
        if operator is not None and operator.type in _LAZY:
            return None, False
        at, parent = parent, parent.parent
    return None, False


_IN_CONDITION: Final = frozenset(
    (
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.CONDITION_CLAUSE,
        syntax.BINARY_EXPRESSION,
        syntax.UNARY_EXPRESSION,
    )
)
