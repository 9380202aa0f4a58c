"""Moving whole lines of Go one tab deeper so that gofmt has nothing to add, by insertions alone.

Lines inside of raw strings stay where they are; lines of block comments move, as gofmt moves them.
"""

from collections.abc import Sequence

from tree_sitter import Node, QueryCursor

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import statements_of
from leakfix.text import Edit, Source, Span
from leakfix.text.records import record

_RAW_STRINGS = "(raw_string_literal) @raw"


@record
class Lines:
    """The whole lines of a block's tail: from the start of the first to the start of the closing brace's line."""

    start: int
    end: int
    indent: bytes


@record
class Rewrite:
    """A statement on one line that gets another text: ``growth`` is the change of its length in characters."""

    statement: Node
    edits: tuple[Edit, ...]
    growth: int


def tail_lines(source: Source, block: Node, first: Node) -> Lines | None:
    """The lines from a statement, with the comments directly above it, to the end of its block.

    None when the block does not keep its statements on lines of their own.
    """
    start = source.line_start(first.start_byte)
    if source.data[start : first.start_byte].strip(b" \t"):
        return None
    for comment in reversed([node for node in _comments(block, first) if node.end_byte <= first.start_byte]):
        own = source.line_start(comment.start_byte)
        alone = not source.data[own : comment.start_byte].strip(b" \t")
        if not alone or source.line(comment.end_byte) + 1 != source.line(start):
            break
        start = own
    brace = block.end_byte - 1
    end = source.line_start(brace)
    if source.data[end:brace].strip(b" \t") or source.line_start(block.start_byte) >= start:
        return None
    labelled = first.kind_id == go.LABELED_STATEMENT  # gofmt takes a label one tab to the left
    return Lines(start, end, source.indent(first.start_byte) + (b"\t" if labelled else b""))


def deepen(source: Source, block: Node, lines: Lines, head: bytes, tail: Sequence[bytes]) -> list[Edit]:
    """Put ``head`` before the lines, one tab before each of them, and the lines of ``tail`` behind them."""
    newline = source.newline
    edits = [Edit(Span(lines.start, lines.start), lines.indent + head + newline)]
    raw = _raw_strings(block, lines)
    at = lines.start
    while at < lines.end:
        end = source.line_end(at)
        if source.data[at:end].strip() and not any(span.start < at < span.end for span in raw):
            edits.append(Edit(Span(at, at), b"\t"))
        at = source.data.index(b"\n", end) + 1
    behind = b"".join(lines.indent + line + newline for line in tail)
    edits.append(Edit(Span(lines.end, lines.end), behind))
    return edits


def realigned(source: Source, rewrites: Sequence[Rewrite]) -> list[Edit]:
    """The edits that keep gofmt's columns of trailing comments where rewritten statements change their length."""
    growths = {rewrite.statement.id: rewrite.growth for rewrite in rewrites}
    edits: dict[int, Edit] = {}
    for rewrite in rewrites:
        rows = _comment_rows(source, rewrite.statement)
        if len(rows) < 2:
            continue
        widths = [_width(source, statement) + growths.get(statement.id, 0) for statement, _ in rows]
        column = max(widths) + 1
        for (statement, comment), width in zip(rows, widths, strict=True):
            gap = Span(statement.end_byte, comment.start_byte)
            if len(gap) != column - width:
                edits[gap.start] = Edit(gap, b" " * (column - width))
    return list(edits.values())


def _comments(block: Node, first: Node) -> list[Node]:
    """The comments beside a statement: in its statement list, and directly in the block, where leading ones stand."""
    holders = [block] if first.parent is None or first.parent == block else [block, first.parent]
    found = [child for holder in holders for child in holder.named_children if child.kind_id == go.COMMENT]
    return sorted(found, key=lambda node: node.start_byte)


def _raw_strings(block: Node, lines: Lines) -> list[Span]:
    cursor = QueryCursor(go.query(_RAW_STRINGS))
    cursor.set_byte_range(lines.start, lines.end)
    found = cursor.captures(block).get("raw", [])
    return [Span(node.start_byte, node.end_byte) for node in found if node.start_point.row != node.end_point.row]


def _comment_rows(source: Source, statement: Node) -> list[tuple[Node, Node]]:
    """The statements whose trailing comments stand in one column with the statement's own, itself included."""
    holder = statement.parent
    if holder is None or holder.kind_id != go.STATEMENT_LIST:
        return []
    siblings = statements_of(holder)
    index = siblings.index(statement)
    rows: list[tuple[Node, Node]] = []
    for at in range(index, -1, -1):
        row = _row(source, siblings[at])
        if row is None or (rows and siblings[at].end_point.row + 1 != rows[-1][0].start_point.row):
            break
        rows.append(row)
    return rows


def _row(source: Source, statement: Node) -> tuple[Node, Node] | None:
    """A statement of one line with the comment behind it."""
    comment = statement.next_named_sibling
    if comment is None and statement.parent is not None:
        comment = statement.parent.next_named_sibling
    if comment is None or comment.kind_id != go.COMMENT or statement.start_point.row != statement.end_point.row:
        return None
    if comment.start_point.row != statement.end_point.row:
        return None
    blanks = source.data[statement.end_byte : comment.start_byte]
    return None if blanks.strip(b" \t") else (statement, comment)


def _width(source: Source, statement: Node) -> int:
    return len(source.text(Span(statement.start_byte, statement.end_byte)))
