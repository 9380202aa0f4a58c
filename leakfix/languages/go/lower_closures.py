"""Lowering of function literals and method values: what they do to the variables that they capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Assign, Copy, Derive, Escape, Handing, Place, Release
from leakfix.languages.go.lower_frame import NOTHING, Frame, Link, Relation, Value, span_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node


@record
class Captures:
    """What running a function literal does to the tracked variables around it, whenever it runs."""

    uses: frozenset[int] = frozenset()
    releases: tuple[tuple[Place, str], ...] = ()
    escapes: tuple[Place, ...] = ()


class ClosureLowering:
    """Evaluates function literals of one function."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._seen: dict[int, Captures] = {}

    def captures(self, literal: Node) -> Captures:
        """What the literal does to tracked variables of the functions around it."""
        known = self._seen.get(literal.id)
        if known is None:
            known = self._seen[literal.id] = self._captures(literal)
        return known

    def value(self, literal: Node) -> Value:
        """The literal as a value: what it keeps is out of our hands, and calling it releases what it releases."""
        captures = self.captures(literal)
        span = span_of(literal)
        for place in captures.escapes:
            self.frame.emit(Escape(span, place, Handing.CAPTURED, late=True))
        released = {place for place, _ in captures.releases}
        uses = [Link(Place(root), (), Relation.THROUGH, late=True) for root in sorted(captures.uses)]
        return Value((*(Link(place, (), Relation.OWNING, late=True) for place in sorted(released)), *uses))

    def run(self, literal: Node, *, deferred: bool) -> None:
        """The literal is called where it stands, or when the function ends."""
        captures = self.captures(literal)
        span = span_of(literal)
        for place, method in captures.releases:
            self.frame.emit(Release(span, place, method, deferred, late=deferred))
        for place in captures.escapes:
            self.frame.emit(Escape(span, place, Handing.CAPTURED))

    def start(self, literal: Node) -> None:
        """The literal runs in a goroutine of its own: whatever it captures is in that goroutine's hands too."""
        for root in sorted(self.captures(literal).uses):
            self.frame.emit(Escape(span_of(literal), Place(root), Handing.CAPTURED, late=True))

    def method_value(self, node: Node, base: Value, name: str) -> Value:
        """``x.Close`` without a call: a function that releases or uses ``x``."""
        if name in self.frame.program.release_verbs:
            self.frame.escape(span_of(node), base, Handing.CAPTURED)
            return NOTHING
        return base.through()

    def _captures(self, literal: Node) -> Captures:
        uses = frozenset(root for root in self.frame.tracked if root >= 0 and self._captured(root, literal))
        if not uses:
            return Captures()
        graph = self.frame.program.lower_literal(self.frame, literal, uses)
        aliases: dict[Place, Place] = {}
        releases: list[tuple[Place, str]] = []
        escapes: list[Place] = []
        for event in graph.events():
            if isinstance(event, Copy | Derive):
                aliases[event.target] = aliases.get(event.source, event.source)
                continue
            if not isinstance(event, Release | Escape | Assign):
                continue
            place = _outer(event.place, aliases)
            if place.root not in uses:
                continue
            if isinstance(event, Release):
                releases.append((place, event.method))
            elif isinstance(event, Escape) or place == event.place:
                escapes.append(place)
        return Captures(uses, tuple(dict.fromkeys(releases)), tuple(dict.fromkeys(escapes)))

    def _captured(self, root: int, literal: Node) -> bool:
        """Whether the literal names a variable that is declared outside it."""
        if literal.start_byte <= root < literal.end_byte:
            return False
        start, end = literal.start_byte, literal.end_byte
        return any(start <= use < end for use in self.frame.uses_of(root))


def _outer(place: Place, aliases: dict[Place, Place]) -> Place:
    """The place of the surrounding function that a place of the literal stands for."""
    for length in range(len(place.path), -1, -1):
        known = aliases.get(Place(place.root, place.path[:length]))
        if known is not None:
            return known.below(*place.path[length:])
    return place
