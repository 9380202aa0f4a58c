"""A run of statements put into a block of its own: the header, the lines moved in, the statements that go.

Everything becomes one edit of whole lines. What is not named as changed keeps its bytes but for its indentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.rules.python.cleaning import Cleaning, cleaned
from leakfix.rules.python.indenting import LayoutError, moved_in, starts_line
from leakfix.rules.python.suites import Suite, comment_behind, is_directive, removals
from leakfix.text import Edit, Span, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node


@dataclass(frozen=True)
class Wrap:
    """What is to be written."""

    suite: Suite
    body: tuple[Node, ...]
    """The statements of the block that go in, one behind the other."""
    header: bytes
    """What stands before them, with its colon."""
    opening: Node | None = None
    """The statement before them in the place of which the header stands; without one it stands on a line of its own."""
    above: tuple[bytes, ...] = ()
    """Lines before the header."""
    first: tuple[bytes, ...] = ()
    """Lines that come first in the block."""
    footer: tuple[bytes, ...] = ()
    """Lines behind the block: a header, and below it what belongs to it, which is moved in."""
    gone: tuple[Node, ...] = ()
    """Statements in the block, at any depth, that are taken away."""
    inner: tuple[Edit, ...] = ()
    """Changes in statements of the block."""

    @property
    def _unit(self) -> bytes:
        return self.suite.unit

    @cached_property
    def _outer(self) -> bytes:
        return self.suite.indent

    @property
    def _line(self) -> bytes:
        """What starts a line of the block."""
        return self.suite.source.newline + self._outer + self._unit

    @cached_property
    def _gone(self) -> frozenset[Node]:
        return frozenset(self.gone)

    @cached_property
    def _kept(self) -> tuple[Node, ...]:
        return tuple(node for node in self.body if node not in self._gone)

    def edit(self) -> Edit:
        """The change as one edit. Raises `LayoutError`."""
        if self.opening is None and not self._kept:
            raise LayoutError("nothing is left for the block")
        changes = [*self._head(), *self._splits(), *self._removals(), *self.inner]
        changes += self._moves(changes)
        changes.append(self._tail())
        changes = [change for change in changes if change.text or len(change.span)]
        start = min(change.span.start for change in changes)
        end = max(change.span.end for change in changes)
        data = self.suite.source.data[:end]
        return Edit(Span(start, end), apply_edits(data, changes)[start:])

    def _head(self) -> Iterator[Edit]:
        source = self.suite.source
        above = b"".join(line + source.newline + self._outer for line in self.above)
        if self.opening is not None:
            first = b"".join(self._line + line for line in self.first)
            yield Edit(Span(self.opening.start_byte, self.opening.end_byte), above + self.header)
            yield from self._semicolon(self.opening)
            if first:
                end = self._end_of_line(self.opening)
                yield Edit(Span(end, end), first)
        else:
            at = self._kept[0].start_byte
            first = b"".join(line + self._line for line in self.first)
            yield Edit(Span(at, at), above + self.header + self._line + first)

    def _semicolon(self, statement: Node) -> Iterator[Edit]:
        """A semicolon behind the last statement of a line goes."""
        behind = statement.next_sibling
        if behind is not None and behind.type == ";" and self.suite.chain(statement)[-1] == statement:
            yield Edit(Span(statement.end_byte, behind.end_byte), b"")

    def _end_of_line(self, statement: Node) -> int:
        """Where the line of a statement ends that no other one of the block shares; else where it ends itself."""
        if self.suite.chain(statement)[-1] != statement:
            return statement.end_byte
        return self.suite.source.line_end(statement.end_byte)

    def _splits(self) -> Iterator[Edit]:
        """New lines where statements share one and some of them go in."""
        every = self.suite.statements
        outermost = (self.opening, *self.body) if self.opening is not None else self.body
        first, last = outermost[0], outermost[-1]
        assert first is not None
        assert last is not None
        if first != every[0]:
            yield from self.suite.split_off()
        elif self.suite.is_inline:
            yield from self.suite.split_before(first, self._outer)
        if first != every[0]:
            yield from self.suite.split_before(first, self._outer)
        if self.opening is not None and self._kept and self.suite.chain(self.opening)[-1] != self.opening:
            behind = self.body[0]
            if behind not in self._gone:
                yield from self.suite.split_before(behind, self._outer + self._unit)
            elif self.suite.chain(self.opening)[-1] not in self._gone:
                raise LayoutError("statements that go and others share the line of the one that opens")
        behind_all = next((node for node in every if node.start_byte >= last.end_byte), None)
        if behind_all is not None and not starts_line(self.suite.source, behind_all.start_byte):
            if last in self._gone and self.suite.chain(last)[0] == last:
                raise LayoutError("the statement that goes shares its line with one that stays")
            yield from self.suite.split_before(behind_all, self._outer)

    @cached_property
    def _below(self) -> Cleaning:
        """What goes from blocks inside."""
        nodes = [node for node in self.gone if syntax.block_of(node) != self.suite.block]
        return cleaned(self.suite.source, self.suite.root, nodes)

    def _removals(self) -> Iterator[Edit]:
        mine = [node for node in self.body if node in self._gone]
        if mine:
            yield from self._removed_here(mine)
        yield from self._below.edits

    def _removed_here(self, mine: list[Node]) -> Iterator[Edit]:
        edits = removals(self.suite, mine)
        lead = self.suite.chain(self.opening) if self.opening is not None else []
        for edit in edits:
            shared = next((node for node in lead if node != self.opening and node.start_byte == edit.span.start), None)
            if shared is not None and self.opening is not None:
                raise LayoutError("statements that go and others share the line of the one that opens")
            yield edit

    def _moves(self, changes: list[Edit]) -> list[Edit]:
        """The edits that move lines in; none of a line that another edit takes away or writes anew."""
        if not self.body:
            return []
        source = self.suite.source
        # A header of its own stands where the first statement stood: behind it that one is moved in already.
        start = self.opening.end_byte if self.opening is not None else self._kept[0].start_byte + 1
        span = Span(start, self.body[-1].end_byte)
        taken = [change.span for change in changes if len(change.span)]
        moves = moved_in(source, self.suite.root, span, self._unit, self._outer)
        taken += self._below.flattened
        return [move for move in moves if not any(s.start <= move.span.start < s.end for s in taken)]

    def _tail(self) -> Edit:
        """What stands behind the last line: a body if there is none, and the footer."""
        source = self.suite.source
        last = self._kept[-1] if self._kept else self.body[-1] if self.body else self.opening
        assert last is not None
        text = b"" if self._kept or self.first else self._line + b"pass"
        if self.footer:
            text += source.newline + self._outer + self.footer[0]
            text += b"".join(self._line + line for line in self.footer[1:])
        end = self._end_of_line(self.opening if not self._kept and self.opening is not None else last)
        if self.body and not self._kept and self.footer:
            raise LayoutError("nothing is left for the block")
        return Edit(Span(end, end), text)


def lost_comments(wrap: Wrap) -> list[str]:
    """The comments that go with the statements that they are meant for."""
    found = (comment_behind(wrap.suite.source, node) for node in wrap.gone)
    return [syntax.text(comment) for comment in found if comment is not None and is_directive(comment)]
