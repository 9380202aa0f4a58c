"""What the code of a file does with a stored slice besides: whether its elements are written, and whether it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.flow.memory import Lifetime
from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.retention import Kept
    from leakfix.rules.go.retention import Part

_WRITTEN: Final = """
    (assignment_statement left: (expression_list (index_expression operand: (_) @written)))
    (inc_statement (index_expression operand: (_) @written))
    (dec_statement (index_expression operand: (_) @written))
"""
_GROWN: Final = """
    (call_expression function: (identifier) @name arguments: (argument_list . (_) @first)
      (#any-of? @name "append" "cap"))
"""


def is_written(part: Part) -> bool:
    """Whether an element of the stored slice, or of what it is cut from, is written by index somewhere in the file."""
    stored, whole = {_stored(kept) for kept in part.kept}, set(_cut_from(part))
    captures = QueryCursor(syntax.query(_WRITTEN)).captures(part.analysis.file.root)
    written = [syntax.text(node) for node in captures.get("written", ())]
    return any(name in whole or _spelling(name) in stored for name in written)


def grows(part: Part) -> bool:
    """Whether something appends to the stored slice, or asks for its capacity."""
    slices = {_stored(kept) for kept in part.kept}
    captures = QueryCursor(syntax.query(_GROWN)).captures(part.analysis.file.root)
    stores = [kept.store.span for kept in part.kept]
    return any(
        _spelling(syntax.text(node)) in slices
        for node in captures.get("first", ())
        if not any(span.start <= node.start_byte < span.end for span in stores)
    )


def _cut_from(part: Part) -> Iterator[str]:
    """The names of what the part is cut from."""
    at: Node | None = part.node
    while at is not None and at.kind_id == syntax.SLICE_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
        if at is not None:
            yield syntax.text(at)


def _stored(kept: Kept) -> tuple[str, int]:
    """The place of a stored slice: what is appended to a field is one of its elements."""
    name, depth = _spelling(kept.store.name)
    is_element = kept.store.lifetime is Lifetime.CONTAINER and kept.entry != kept.store.span
    return name, depth + is_element


def _spelling(place: str) -> tuple[str, int]:
    """The last name of a path of fields, and how many times it is indexed."""
    return place.partition("[")[0].rpartition(".")[2], place.count("[")
