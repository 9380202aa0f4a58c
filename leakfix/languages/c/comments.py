"""Comments of a file, and the statements that comments stand above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tree_sitter import Query, QueryCursor

from leakfix.languages.c import syntax
from leakfix.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import CFile
    from leakfix.languages.c.syntax import Dialect

_LISTS: Final = frozenset((syntax.COMPOUND_STATEMENT, syntax.DECLARATION_LIST, syntax.FIELD_DECLARATION_LIST))
_queries: Final[dict[Dialect, Query]] = {}


def comments(file: CFile) -> list[tuple[Span, str]]:
    """Return all comments with their text, in order; those in macros and in code never compiled are none."""
    query = _queries.get(file.dialect)
    if query is None:
        query = _queries[file.dialect] = Query(syntax.language(file.dialect), "(comment) @comment")
    captured = QueryCursor(query).captures(file.root).get("comment", [])
    spans = sorted(Span(node.start_byte, node.end_byte) for node in captured)
    return [(span, file.source.text(span)) for span in spans]


def node_lines(file: CFile, line: int) -> tuple[int, int] | None:
    """Return first and last line of the outermost declaration or statement that starts on a line."""
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
    while found.type in _LISTS and found.named_child_count:
        found = found.named_children[0]
    return line, source.line(max(found.end_byte - 1, start))
