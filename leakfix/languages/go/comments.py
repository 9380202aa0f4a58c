"""Comments of a Go file, and the statements that comments stand above."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tree_sitter import Query, QueryCursor

from leakfix.languages.go import syntax
from leakfix.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import File

_LISTS = frozenset({syntax.STATEMENT_LIST, syntax.BLOCK})


def comments(file: File) -> list[tuple[Span, str]]:
    """Return all comments with their text, in order."""
    captured = QueryCursor(_query()).captures(file.root).get("comment", [])
    spans = sorted(Span(node.start_byte, node.end_byte) for node in captured)
    return [(span, file.source.text(span)) for span in spans]


def node_lines(file: File, line: int) -> tuple[int, int] | None:
    """Return first and last line of the outermost declaration or statement that starts on a line.

    The package clause is the whole file, as it is for golangci-lint.
    """
    source = file.source
    if not 1 <= line <= source.line_count:
        return None
    span = source.line_span(line)
    start = span.start + len(source.indent(span.start))
    if start >= span.end:
        return None
    node = file.root.descendant_for_byte_range(start, start)
    found: Node | None = None
    while node is not None and node.parent is not None and node.start_byte == start:
        found = node
        node = node.parent
    if found is None:
        return None
    if found.kind_id == syntax.PACKAGE_CLAUSE:
        return 1, max(source.line_count, 1)
    while found.kind_id in _LISTS and found.named_child_count:
        found = found.named_children[0]
    return line, source.line(max(found.end_byte - 1, start))


@cache
def _query() -> Query:
    return Query(syntax.language(), "(comment) @comment")
