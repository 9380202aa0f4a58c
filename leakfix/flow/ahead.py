"""What a function still releases from a point on: the evidence of who owns what it lent to somebody unknown before."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.flow.graph import Assign, Copy, Derive, Drop, Escape, ExitKind, Outcome, Place, Release
from leakfix.flow.remembering import sources, tested
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.flow.graph import Block, Doubt, Edge, Event, Graph

_DEEPEST: Final = 8
_ROUNDS: Final = 60

Places = frozenset[Place]
_NONE: Final[Places] = frozenset()


@record
class Ahead:
    """The places whose content is released on some way from a point on, and on some way that ends well."""

    somewhere: Places = _NONE
    well: Places = _NONE


class ReleasesAhead:
    """Told for every point of a graph, from its ends back; found out when somebody asks."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._points: dict[int, list[Ahead]] = {}

    def behind(self, block: int, index: int) -> Ahead:
        """What is released behind an event of a block."""
        if block not in self._points:
            self._points[block] = self._walk(block, self._entries)
        return self._points[block][index + 1]

    def across(self, edge: Edge) -> Ahead:
        """What is released behind an edge."""
        return _crossed(edge, self._entries[edge.target])

    def besides(self, edge: Edge) -> Ahead:
        """What is released where the same test has another outcome."""
        others = [self.across(one) for one in self._siblings.get(id(edge), ()) if one is not edge]
        return _joined(others)

    def is_asked_for(self, doubt: Doubt) -> bool:
        """Whether some test asks for what the call gave back."""
        return doubt.result is not None and any(doubt.result.holds(place) for place in self._tested)

    @cached_property
    def _tested(self) -> frozenset[Place]:
        return sources(self._graph, tested(self._graph))

    @cached_property
    def _siblings(self) -> dict[int, list[Edge]]:
        return {id(edge): block.edges for block in self._graph.blocks for edge in block.edges}

    @cached_property
    def _ends_well(self) -> list[bool]:
        return _ending_well(self._graph)

    @cached_property
    def _entries(self) -> list[Ahead]:
        """What is released from where each block begins."""
        entries = [Ahead()] * len(self._graph.blocks)
        before: list[set[int]] = [set() for _ in self._graph.blocks]
        for number, block in enumerate(self._graph.blocks):
            for edge in block.edges:
                before[edge.target].add(number)
        waiting = deque(reversed(range(len(self._graph.blocks))))
        queued = set(waiting)
        left = _ROUNDS * len(self._graph.blocks)
        while waiting and left:
            left -= 1
            number = waiting.popleft()
            queued.discard(number)
            entry = self._walk(number, entries)[0]
            if entry != entries[number]:
                entries[number] = entry
                for one in before[number] - queued:
                    waiting.append(one)
                    queued.add(one)
        return entries

    def _walk(self, number: int, entries: list[Ahead]) -> list[Ahead]:
        """What is released from every point of a block on: before each event, and last behind all."""
        block = self._graph.blocks[number]
        at = _joined([_crossed(edge, entries[edge.target]) for edge in block.edges])
        points = [at]
        for event in reversed(block.events):
            well = _before(event, at.well, gives=self._ends_well[number])
            at = Ahead(_before(event, at.somewhere, gives=True), well)
            points.append(at)
        points.reverse()
        return points


def _joined(found: list[Ahead]) -> Ahead:
    if len(found) == 1:
        return found[0]
    somewhere = _NONE.union(*(one.somewhere for one in found))
    return Ahead(somewhere, _NONE.union(*(one.well for one in found)))


def _crossed(edge: Edge, entry: Ahead) -> Ahead:
    absent = [test.place for test in edge.tests if test.outcome is Outcome.NIL]
    if not absent or not entry.somewhere:
        return entry
    return Ahead(*(frozenset(p for p in all_of if p not in absent) for all_of in (entry.somewhere, entry.well)))


def _before(event: Event, ahead: Places, *, gives: bool) -> Places:
    """What is released from before an event on, given what is from behind it on."""
    if isinstance(event, Release):
        return ahead | {event.place} if gives and not event.deferred else ahead
    if isinstance(event, Escape):
        return ahead | {event.place} if gives and event.owned else ahead
    if not ahead:
        return ahead
    if isinstance(event, Assign):
        if event.place.weak:
            return ahead
        return frozenset(place for place in ahead if not event.place.holds(place))
    if isinstance(event, Copy):
        added = {
            event.source.below(*place.path[len(event.target.path) :])
            for place in ahead
            if event.target.holds(place) and len(event.source.path) + len(place.path) <= _DEEPEST
        }
        return ahead | added if added else ahead
    if isinstance(event, Derive) and event.closes:
        return ahead | {event.source} if event.target in ahead else ahead
    if isinstance(event, Drop):
        return frozenset(place for place in ahead if place.root not in event.roots)
    return ahead


def _ending_well(graph: Graph) -> list[bool]:
    """Of every block whether control gets from it to an exit at which nothing tells that the function failed."""
    found = [_ends_well(block) for block in graph.blocks]
    changed = True
    while changed:
        changed = False
        for number, block in enumerate(graph.blocks):
            if not found[number] and any(found[edge.target] for edge in block.edges):
                found[number] = changed = True
    return found


def _ends_well(block: Block) -> bool:
    return block.exit is not None and block.exit.kind in (ExitKind.RETURN, ExitKind.END) and not block.exit.failed
