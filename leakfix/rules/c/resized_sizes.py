"""Whether a call that resized a block to size 0 may have released it, and what to ask then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.rules.c.positive import Sizes
from leakfix.rules.c.repair import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.rules.c.resizing import Resize

_UNSPLIT: Final = frozenset((syntax.IDENTIFIER, syntax.FIELD_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION))
_MEASURED: Final = frozenset(
    (
        *(syntax.IDENTIFIER, syntax.FIELD_EXPRESSION, syntax.FIELD_IDENTIFIER, syntax.PARENTHESIZED_EXPRESSION),
        *(syntax.BINARY_EXPRESSION, syntax.NUMBER_LITERAL, syntax.SIZEOF_EXPRESSION, syntax.TYPE_DESCRIPTOR),
        *(syntax.TYPE_IDENTIFIER, syntax.PRIMITIVE_TYPE, syntax.SIZED_TYPE, syntax.STRUCT_SPECIFIER, syntax.THIS),
        *(syntax.POINTER_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.CAST_EXPRESSION),
    )
)
"""What an expression may be made of that can be asked once more behind the call."""


def may_be_zero(resize: Resize) -> list[Node]:
    """The factors of sizes that may be 0, so that a call that gives null may have released the block."""
    sizes = Sizes(resize.analysis, resize.function, resize.call.start_byte)
    return [factor for size in resize.sizes for factor in _factors(size) if not sizes.is_positive(factor)]


def _factors(size: Node) -> Iterator[Node]:
    size = syntax.unparen(size)
    operator = size.child_by_field_name("operator")
    sides = [size.child_by_field_name(name) for name in ("left", "right")]
    if size.type != syntax.BINARY_EXPRESSION or operator is None or operator.type != "*":
        yield size
        return
    for side in sides:
        if side is not None:
            yield from _factors(side)


def not_zero(resize: Resize) -> Iterator[str]:
    """What must hold besides for the old block to be there still when the call gave null. Raises `RefusalError`."""
    for size in may_be_zero(resize):
        is_plain = all(node.type in _MEASURED for node in syntax.walk(size) if node.is_named)
        is_library = resize.analysis.models.release(resize.site.symbol) is not None
        text = " ".join(syntax.text(size).split())
        if not is_plain or not is_library or resize.place in text:
            raise RefusalError("size", "the call may have released the block, the new size being 0")
        yield f"{text} != 0" if size.type in _UNSPLIT or _is_sum(size) else f"({text}) != 0"


def _is_sum(size: Node) -> bool:
    operator = size.child_by_field_name("operator")
    return size.type == syntax.BINARY_EXPRESSION and operator is not None and operator.type in ("+", "-", "*", "/")
