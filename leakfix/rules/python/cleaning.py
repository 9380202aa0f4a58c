"""Statements taken away wherever they stand: what they leave empty goes with them, or says `pass`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.rules.python.indenting import leading, moved_out, starts_line
from leakfix.rules.python.suites import Suite, line_span, removals, replaced_by_pass
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.text import Source


@record
class Cleaning:
    """The edits that take statements away, and the stretches whose lines move one level out because of that."""

    edits: tuple[Edit, ...]
    flattened: tuple[Span, ...] = ()


def cleaned(source: Source, root: Node, gone: Iterable[Node]) -> Cleaning:
    """Take statements away, each of which stands in a block."""
    blocks: dict[int, list[Node]] = {}
    for node in gone:
        block = syntax.block_of(node)
        if block is not None:
            blocks.setdefault(block.id, []).append(node)
    edits: list[Edit] = []
    flattened: list[Span] = []
    for nodes in blocks.values():
        block = nodes[0].parent
        assert block is not None
        suite = Suite(source, root, block)
        if len(nodes) < len(suite.statements):
            edits += removals(suite, nodes)
            continue
        clause = block.parent
        if clause is not None and clause.type == syntax.FINALLY_CLAUSE and is_bare(source, clause, block):
            flat = _without_finally(source, clause)
            edits += flat.edits
            flattened += flat.flattened
        else:
            edits += replaced_by_pass(nodes[0])
            edits += removals(suite, nodes[1:])
    return Cleaning(tuple(edits), tuple(flattened))


def outside(source: Source, root: Node, gone: Iterable[Node]) -> list[Edit]:
    """The edits that take statements away where nothing else changes. Raises `LayoutError`."""
    done = cleaned(source, root, gone)
    edits = list(done.edits)
    for span in done.flattened:
        block = Suite(source, root, _block_in(root, span))
        edits += moved_out(source, root, span, block.unit, leading(source, span.start))
    return edits


def _block_in(root: Node, span: Span) -> Node:
    at: Node | None = root.descendant_for_byte_range(span.start, span.end)
    while at is not None and at.type != syntax.BLOCK:
        at = at.parent
    return at if at is not None else root


def is_bare(source: Source, clause: Node, block: Node) -> bool:
    """Whether a finally clause holds nothing but statements, so that it can go, and its try with it if that is all."""
    statement = clause.parent
    if statement is None or any(node.type == syntax.COMMENT for node in _all_children(clause)):
        return False
    lines = line_span(source, clause)
    body = syntax.field(statement, "body")
    if body is None or not starts_line(source, clause.start_byte) or b"#" in source.slice(lines):
        return False
    if not starts_line(source, syntax.statements(block)[0].start_byte):
        return False
    if _has_other_clauses(statement):
        return True
    first = syntax.statements(body)[0]
    head = source.data[statement.start_byte : source.line_end(statement.start_byte)]
    return starts_line(source, first.start_byte) and b"#" not in head


def _all_children(node: Node) -> Iterable[Node]:
    return syntax.walk(node)


def _has_other_clauses(statement: Node) -> bool:
    kept = (syntax.EXCEPT_CLAUSE, syntax.ELSE_CLAUSE, "except_group_clause")
    return any(child.type in kept for child in statement.named_children)


def _without_finally(source: Source, clause: Node) -> Cleaning:
    """A try statement without its finally clause: nothing but its body if there is no other clause."""
    statement = clause.parent
    assert statement is not None
    above = source.line_span(source.line(clause.start_byte) - 1).end
    tail = Edit(Span(above, source.line_end(clause.end_byte)), b"")
    if _has_other_clauses(statement):
        return Cleaning((tail,))
    body = syntax.field(statement, "body")
    assert body is not None
    start = source.line_start(statement.start_byte)
    behind = source.line_span(source.line(statement.start_byte) + 1).start
    return Cleaning((Edit(Span(start, behind), b""), tail), (Span(behind, above),))
