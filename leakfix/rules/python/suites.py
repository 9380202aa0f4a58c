"""Statements of one block taken out of it, or set on lines of their own: semicolons, one-line suites, comments."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.languages.python.lossless import DIRECTIVES
from leakfix.rules.python.indenting import leading, starts_line, unit_of
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tree_sitter import Node

    from leakfix.text import Source


@dataclass(frozen=True)
class Suite:
    """A block of a file, and how it is laid out."""

    source: Source
    root: Node
    block: Node

    @property
    def statements(self) -> list[Node]:
        """The statements of the block."""
        return syntax.statements(self.block)

    @property
    def unit(self) -> bytes:
        """One level of indentation here."""
        return unit_of(self.source, self.root, self.block)

    @property
    def is_inline(self) -> bool:
        """Whether the block stands on the line of its header, behind the colon."""
        return self.block.type == syntax.BLOCK and not starts_line(self.source, self.statements[0].start_byte)

    @property
    def indent(self) -> bytes:
        """The indentation of the statements of the block, or what it becomes once it stands on its own lines."""
        first = self.statements[0]
        if not self.is_inline:
            return leading(self.source, first.start_byte)
        header = self.block.parent
        while header is not None and not starts_line(self.source, header.start_byte):
            header = header.parent
        return (leading(self.source, header.start_byte) if header is not None else b"") + self.unit

    def chain(self, statement: Node) -> list[Node]:
        """The statements that share lines with one, itself included, in order."""
        every = self.statements
        at = next(number for number, node in enumerate(every) if node == statement)
        first = last = at
        while first > 0 and not starts_line(self.source, every[first].start_byte):
            first -= 1
        while last + 1 < len(every) and not starts_line(self.source, every[last + 1].start_byte):
            last += 1
        return every[first : last + 1]

    def split_before(self, statement: Node, indent: bytes) -> list[Edit]:
        """Start a new line before a statement that shares its line with what stands before it."""
        if starts_line(self.source, statement.start_byte):
            return []
        every = self.statements
        at = next(number for number, node in enumerate(every) if node == statement)
        gap = Span(every[at - 1].end_byte if at else self._colon_end(), statement.start_byte)
        return [Edit(gap, self.source.newline + indent)]

    def split_off(self) -> list[Edit]:
        """Set a suite that stands behind a colon on lines of its own; its statements go on sharing one."""
        if not self.is_inline:
            return []
        gap = Span(self._colon_end(), self.statements[0].start_byte)
        return [Edit(gap, self.source.newline + self.indent)]

    def _colon_end(self) -> int:
        start = self.statements[0].start_byte
        return self.source.data.rindex(b":", 0, start) + 1


def line_span(source: Source, first: Node, last: Node | None = None) -> Span:
    """Whole lines, from the one where a statement starts to the end of the one where it or another ends."""
    end = (last or first).end_byte
    return Span(source.line_start(first.start_byte), source.line_end(end))


def comment_behind(source: Source, node: Node) -> Node | None:
    """The comment that ends the line on which a statement ends."""
    end = source.line_end(node.end_byte)
    at: Node | None = node
    while at is not None:
        following = at.next_sibling
        while following is not None and following.start_byte < end:
            if following.type == syntax.COMMENT:
                return following
            following = following.next_sibling
        at = at.parent if at.parent is not None and at.parent.end_byte <= end else None
    return None


def is_directive(comment: Node) -> bool:
    """Whether a comment tells a tool something about the statement beside it."""
    return syntax.text(comment).lstrip("#! ").lower().startswith(DIRECTIVES)


def removals(suite: Suite, gone: Collection[Node]) -> list[Edit]:
    """Take statements out of a block, of which others stay; comments stay, those for tools go with their statement."""
    edits: list[Edit] = []
    done: set[int] = set()
    for statement in suite.statements:
        if statement not in gone or statement.start_byte in done:
            continue
        chain = suite.chain(statement)
        done.update(node.start_byte for node in chain)
        kept = [node for node in chain if node not in gone]
        edits += _thinned(chain, kept) if kept else _cleared(suite, chain)
    return edits


def _thinned(chain: Sequence[Node], kept: Sequence[Node]) -> list[Edit]:
    """The edits that leave some statements of a line."""
    edits = []
    if chain[0] != kept[0]:
        edits.append(Edit(Span(chain[0].start_byte, kept[0].start_byte), b""))
    for before, behind in pairwise(kept):
        if chain[chain.index(before) + 1] != behind:
            edits.append(Edit(Span(before.end_byte, behind.start_byte), b"; "))
    if chain[-1] != kept[-1]:
        edits.append(Edit(Span(kept[-1].end_byte, chain[-1].end_byte), b""))
    return edits


def _cleared(suite: Suite, chain: Sequence[Node]) -> list[Edit]:
    """The edits that take all statements of a line away, and the line with them unless a comment stays."""
    source = suite.source
    comment = comment_behind(source, chain[-1])
    if comment is not None and not is_directive(comment):
        return [Edit(Span(chain[0].start_byte, comment.start_byte), b"")]
    lines = line_span(source, chain[0], chain[-1])
    end = source.data.find(b"\n", lines.end) + 1 or len(source.data)
    return [Edit(Span(lines.start, end), b"")]


def replaced_by_pass(statement: Node) -> list[Edit]:
    """``pass`` in the place of the only statement of a block."""
    return [Edit(Span(statement.start_byte, statement.end_byte), b"pass")]
