"""Groups of statements between preprocessor conditions: each of them may be the one that is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


def branches_of(node: Node) -> Iterator[tuple[str, list[Node]]]:
    """Yield the branches of a conditional group: what they hang on, `""` of the last `#else`, and their statements."""
    at: Node | None = node
    while at is not None:
        head = at.child_by_field_name("condition") or at.child_by_field_name("name")
        alternative = at.child_by_field_name("alternative")
        statements = [one for one in syntax.named(at) if one != head and one != alternative]
        told = "" if at.type == syntax.PREPROC_ELSE or head is None else f"{at.children[0].type} {syntax.text(head)}"
        yield told, statements
        at = alternative
