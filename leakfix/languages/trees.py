"""What the syntax trees of all languages have in common: what is broken in them, their comments, what starts a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node, Query

    from leakfix.text import Source


def broken(nodes: Iterable[Node]) -> list[Span]:
    """The error nodes and missing tokens below some nodes, in the order of the nodes."""
    waiting = list(nodes)[::-1]
    found: list[Span] = []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(Span(node.start_byte, node.end_byte))
        elif node.has_error:
            waiting.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
    return found


def comments(query: Query, root: Node, source: Source) -> list[tuple[Span, str]]:
    """What a query captures as `comment` below a node, with its text, in order."""
    captured = QueryCursor(query).captures(root).get("comment", [])
    spans = sorted(Span(node.start_byte, node.end_byte) for node in captured)
    return [(span, source.text(span)) for span in spans]


def outermost(root: Node, source: Source, line: int) -> Node | None:
    """The outermost node but the root that starts with the first byte of a line that is not blank; None of no line."""
    if not 1 <= line <= source.line_count:
        return None
    span = source.line_span(line)
    start = span.start + len(source.indent(span.start))
    node = root.descendant_for_byte_range(start, start) if start < span.end else None
    found: Node | None = None
    while node is not None and node.parent is not None and node.start_byte == start:
        found = node
        node = node.parent
    return found
