"""How the grammar lays out what Go writes alike: indexing, instantiation and conversion, names of types and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

IDENTIFIERS: Final = frozenset((syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER, syntax.PACKAGE_IDENTIFIER))
MISTAKEN: Final = frozenset((syntax.POINTER_TYPE,))
"""Types of conversions that are none: `*(T)(x)` is read as a conversion to `*(T)`."""

COMMA_OK: Final = frozenset(
    (
        syntax.INDEX_EXPRESSION,
        syntax.TYPE_INSTANTIATION_EXPRESSION,
        syntax.TYPE_ASSERTION_EXPRESSION,
        syntax.UNARY_EXPRESSION,
    )
)
TYPE_NODES: Final = frozenset(
    (
        syntax.ARRAY_TYPE,
        syntax.SLICE_TYPE,
        syntax.MAP_TYPE,
        syntax.CHANNEL_TYPE,
        syntax.FUNCTION_TYPE,
        syntax.STRUCT_TYPE,
        syntax.INTERFACE_TYPE,
        syntax.POINTER_TYPE,
        syntax.GENERIC_TYPE,
        syntax.QUALIFIED_TYPE,
        syntax.TYPE_IDENTIFIER,
        syntax.PARENTHESIZED_TYPE,
    )
)


def instantiation(node: Node) -> tuple[Node | None, list[Node]]:
    """Split `base[a, b]`, however the grammar took it, into base and arguments; (None, []) for anything else."""
    if node.kind_id == syntax.INDEX_EXPRESSION:
        operand, index = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_INDEX)
        return operand, [index] if index is not None else []
    if node.kind_id == syntax.GENERIC_TYPE:
        base, arguments = node.child_by_field_id(syntax.F_TYPE), node.child_by_field_id(syntax.F_TYPE_ARGUMENTS)
        return base, elements(arguments) if arguments is not None else []
    if node.kind_id == syntax.TYPE_INSTANTIATION_EXPRESSION:
        base = node.child_by_field_id(syntax.F_TYPE)
        return base, [child for child in syntax.operands(node) if base is None or child.id != base.id]
    return None, []


def elements(arguments: Node) -> list[Node]:
    """Return what type arguments hold."""
    return [part for element in syntax.operands(arguments) for part in syntax.operands(element)[:1]]
