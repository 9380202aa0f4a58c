"""Statements of a Go function as text: where they stand, and edits that add or remove whole lines around them.

All edits keep gofmt's layout: a new line gets the indentation of the statement that it stands beside.
"""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Set

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Bindings
    from leakfix.text import Source

_LISTS = frozenset({syntax.STATEMENT_LIST, syntax.BLOCK})
_CLAUSES = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.DEFAULT_CASE, syntax.COMMUNICATION_CASE})
_HEADED = frozenset(
    {syntax.IF_STATEMENT, syntax.FOR_STATEMENT, syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT}
)


class LayoutError(Exception):
    """The code is not laid out one statement a line, so that no whole line can be added or removed."""


def node_at(root: Node, span: Span) -> Node | None:
    """The outermost named node that covers exactly these bytes."""
    node = root.named_descendant_for_byte_range(span.start, span.end)
    while node is not None and node.parent is not None:
        parent = node.parent
        if (parent.start_byte, parent.end_byte) != (node.start_byte, node.end_byte):
            break
        if parent.kind_id in _LISTS:
            break
        node = parent
    if node is None or (node.start_byte, node.end_byte) != (span.start, span.end):
        return None
    return node


def statement_of(node: Node) -> Node | None:
    """The innermost statement of a block or clause that holds a node, the node itself included."""
    at: Node | None = node
    while at is not None:
        parent = at.parent
        if parent is None or at.kind_id in syntax.FUNCTION_KINDS:
            return None
        if parent.kind_id == syntax.STATEMENT_LIST:
            return at
        at = parent
    return None


def header_of(node: Node, statement: Node) -> Node | None:
    """The part of an if, for or switch statement before its block that holds ``node``; None when it is in no header."""
    if statement.kind_id not in _HEADED:
        return None
    for child in statement.named_children:
        if child.start_byte <= node.start_byte and node.end_byte <= child.end_byte:
            return None if child.kind_id == syntax.BLOCK else child
    return None


def following(statement: Node) -> list[Node]:
    """The statements behind one in its block or clause."""
    found = []
    at = statement.next_named_sibling
    while at is not None:
        if at.kind_id != syntax.COMMENT:
            found.append(at)
        at = at.next_named_sibling
    return found


def owns_line(source: Source, node: Node) -> bool:
    """Whether nothing but blanks stands before a node on its first line, and nothing but a comment behind it."""
    before = source.data[source.line_start(node.start_byte) : node.start_byte]
    behind = source.data[node.end_byte : source.line_end(node.end_byte)].strip()
    return not before.strip() and (not behind or behind.startswith((b"//", b"/*")))


def insert_before(source: Source, statement: Node, lines: Iterable[str]) -> Edit:
    """New lines before a statement and the comments that stand directly above it."""
    if not owns_line(source, statement):
        raise LayoutError
    first = statement
    above = statement.prev_named_sibling
    while (
        above is not None
        and above.kind_id == syntax.COMMENT
        and source.line(above.end_byte) == source.line(first.start_byte) - 1
        and not source.data[source.line_start(above.start_byte) : above.start_byte].strip()
    ):
        first, above = above, above.prev_named_sibling
    at = source.line_start(first.start_byte)
    _check_comments(source, statement, at)
    return _lines(source, at, source.indent(statement.start_byte), lines)


def insert_behind(source: Source, statement: Node, lines: Iterable[str]) -> Edit:
    """New lines behind a statement and the comment that ends its last line."""
    if not owns_line(source, statement):
        raise LayoutError
    _check_comments(source, statement, _next_line(source, statement.end_byte))
    return _behind_line(source, statement.end_byte, source.indent(statement.start_byte), lines)


def insert_first(source: Source, block: Node, lines: Iterable[str]) -> Edit:
    """New lines as the first of a block."""
    opening = source.data[block.start_byte + 1 : source.line_end(block.start_byte)].strip()
    if opening and not opening.startswith(b"//"):
        raise LayoutError
    return _behind_line(source, block.start_byte, source.indent(block.start_byte) + b"\t", lines)


def insert_last(source: Source, end: int, lines: Iterable[str]) -> Edit:
    """New lines before the closing brace at byte ``end``."""
    if source.data[source.line_start(end) : end].strip():
        raise LayoutError
    return _lines(source, source.line_start(end), source.indent(end) + b"\t", lines)


def insert_at_clause_end(source: Source, clause: Node, lines: Iterable[str]) -> Edit:
    """New lines as the last of a case clause."""
    statements = [
        n for held in clause.named_children if held.kind_id == syntax.STATEMENT_LIST for n in held.named_children
    ]
    statements = [n for n in statements if n.kind_id != syntax.COMMENT]
    if statements:
        return insert_behind(source, statements[-1], lines)
    return _behind_line(source, clause.end_byte, source.indent(clause.start_byte) + b"\t", lines)


def remove_line(source: Source, statement: Node) -> Edit:
    """The statement's line goes, with the blank line before it if it would double another or end the block."""
    if (
        not owns_line(source, statement)
        or source.data[statement.end_byte : source.line_end(statement.end_byte)].strip()
    ):
        raise LayoutError
    start, end = source.line_start(statement.start_byte), _next_line(source, statement.end_byte)
    blank_before = start > 0 and not source.data[source.line_start(start - 1) : start].strip()
    rest = source.data[end : source.line_end(end)].strip()
    if blank_before and (not rest or rest.startswith(b"}")):
        start = source.line_start(start - 1)
    return Edit(Span(start, end), b"")


def clause_ending_at(root: Node, offset: int) -> Node | None:
    """The case clause whose last byte is before ``offset``."""
    node = root.descendant_for_byte_range(max(offset - 1, 0), offset)
    while node is not None:
        if node.kind_id in _CLAUSES and node.end_byte == offset:
            return node
        node = node.parent
    return None


def free_name(base: Iterable[str], bindings: Bindings, node: Node, taken: Iterable[str] = ()) -> str:
    """The first of the names that nothing uses at ``node`` or below it, numbered from 2 if all are taken."""
    used = {*taken, *(entity.name for entity in bindings.entities)}
    return _first(base, lambda name: name in used or bindings.is_visible(name, node))


def unused(base: Iterable[str], used: Set[str]) -> str:
    """The first of the names that is not in ``used``, the very first one numbered from 2 if all are."""
    return _first(base, used.__contains__)


def _first(base: Iterable[str], is_used: Callable[[str], bool]) -> str:
    names = list(base)
    numbered = (f"{names[0]}{number}" for number in count(2))
    return next(name for name in chain(names, numbered) if not is_used(name))


def check_widths(source: Source, node: Node, edits: Iterable[Edit]) -> None:
    """A line of another width, between ones that end in comments as it does, would leave what gofmt aligns.

    ``node`` is of the file's tree. Raises LayoutError.
    """
    for edit in edits:
        is_line = len(edit.span) == 0 and edit.text.endswith(b"\n")
        keeps_width = len(edit.text) == len(edit.span) and b"\n" not in edit.text
        if is_line or keeps_width:
            continue
        for line in {source.line(edit.span.start), source.line(edit.span.end)}:
            beside = [other for other in (line - 1, line + 1) if 1 <= other <= source.line_count]
            if _ends_in_comment(source, node, line) and any(_ends_in_comment(source, node, o) for o in beside):
                raise LayoutError


def _check_comments(source: Source, node: Node, at: int) -> None:
    """A new line between two that end in comments would part what gofmt aligns."""
    if at == 0:
        return
    above, below = source.line(at - 1), source.line(at)
    if above != below and all(_ends_in_comment(source, node, line) for line in (above, below)):
        raise LayoutError


def _ends_in_comment(source: Source, node: Node, line: int) -> bool:
    """Whether a line holds code and then a comment."""
    span = source.line_span(line)
    text = source.slice(span)
    if b"//" not in text and b"*/" not in text:
        return False
    root = node
    while root.parent is not None:
        root = root.parent
    end = span.start + len(text.rstrip())
    last = root.descendant_for_byte_range(max(end - 1, 0), end)
    return last is not None and last.kind_id == syntax.COMMENT and bool(text[: last.start_byte - span.start].strip())


def _behind_line(source: Source, offset: int, indent: bytes, lines: Iterable[str]) -> Edit:
    at = _next_line(source, offset)
    if at == len(source.data) and not source.data.endswith(b"\n"):
        raise LayoutError
    return _lines(source, at, indent, lines)


def _next_line(source: Source, offset: int) -> int:
    end = source.line_end(offset)
    return min(end + len(source.newline), len(source.data))


def _lines(source: Source, at: int, indent: bytes, lines: Iterable[str]) -> Edit:
    text = b"".join(indent + line.encode() + source.newline for line in lines)
    return Edit(Span(at, at), text)
