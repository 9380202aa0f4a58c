"""Which places of a lowered function may hold what is followed, or are what its operands lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Copy, Derive, Escape, Event, Graph, Handing, Place
from leakfix.flow.remembering import is_fact
from leakfix.languages.c.lower_frame import ELEMENT, POINTEE, RESULT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leakfix.languages.c.lower_frame import Frame

_DEEPEST: Final = 8
_ROUNDS: Final = 6
_ALIASES: Final = 4


def prune(frame: Frame) -> None:
    """Leave out what copies and hands on places that can hold nothing that is followed.

    A field that is read from what a pointer leads to is not what the pointer holds.
    """
    graph = frame.graph
    opened = aliases(graph, {*frame.parameters, frame.this})
    facts = {test.place for block in graph.blocks for edge in block.edges for test in edge.tests}
    matter = _Mattering(_holding(graph), facts, opened)
    for block in graph.blocks:
        block.events[:] = [event for event in block.events if matter.matters(event)]


def _holding(graph: Graph) -> set[Place]:
    """The places that may hold what the function acquires."""
    found: set[Place] = {site.place for site in graph.sites}
    moves: dict[int, list[Copy | Derive]] = {}
    for event in graph.events() if found else ():
        if isinstance(event, (Copy, Derive)):
            moves.setdefault(event.source.root, []).append(event)
    waiting = list(found) if moves else []
    while waiting:
        place = waiting.pop()
        for move in moves.get(place.root, ()):
            if move.source.holds(place):
                path = place.path[len(move.source.path) :] if isinstance(move, Copy) else ()
                target = move.target.below(*path)
                if len(target.path) <= _DEEPEST and target not in found:
                    found.add(target)
                    waiting.append(target)
    return found


def hand_over_parts(frame: Frame) -> None:
    """What is stored in memory that the function made and has handed on anywhere goes with it."""
    graph = frame.graph
    moves: list[Copy | Derive] = []
    gone: set[int] = set()
    for event in graph.events():
        if isinstance(event, Escape):
            if not event.place.path and event.how is not Handing.RETURNED:
                gone.add(event.place.root)
        elif isinstance(event, (Copy, Derive)) and POINTEE in event.target.path:
            moves.append(event)
            if not event.source.path:
                gone.add(event.source.root)
    gone -= {*frame.parameters, frame.this}
    if gone.isdisjoint(event.target.root for event in moves):
        return
    for block in graph.blocks:
        events: list[Event] = []
        for event in block.events:
            events.append(event)
            if isinstance(event, (Copy, Derive)) and event.target.root in gone and POINTEE in event.target.path:
                events.append(Escape(event.span, event.source, Handing.STORED))
        block.events[:] = events


def aliases(graph: Graph, operands: Iterable[int]) -> dict[Place, tuple[Place, ...]]:
    """The places that are, or lie below, what an operand leads to: with the places below operands that they are."""
    found: dict[Place, tuple[Place, ...]] = {Place(root): (Place(root),) for root in operands}
    moves = [event for event in graph.events() if isinstance(event, (Copy, Derive)) and event.target.root != RESULT]
    places: dict[int, list[Place]] = {place.root: [place] for place in found}
    for _ in range(_ROUNDS if any(move.source.root in places for move in moves) else 0):
        before = sum(map(len, found.values()))
        for move in moves:
            for place in tuple(places.get(move.source.root, ())):
                target = move.target
                if place.holds(move.source) and place != target:
                    path = move.source.path[len(place.path) :]
                    own = tuple(one.below(*path) for one in found[place] if len(one.path) + len(path) <= _DEEPEST)
                elif isinstance(move, Copy) and lies_in(place.path, move.source.path):
                    target = target.below(*place.path[len(move.source.path) :])
                    own = found[place] if len(target.path) <= _DEEPEST else ()
                else:
                    continue
                if own or target == move.target:
                    known = found.get(target)
                    if known is None:
                        places.setdefault(target.root, []).append(target)
                    found[target] = tuple(dict.fromkeys((*(known or ()), *own)))[:_ALIASES]
        if sum(map(len, found.values())) == before:
            break
    return found


def lies_in(path: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether a path leads to a part of a struct that another one leads to, and not through a pointer in it."""
    rest = path[len(whole) :]
    return path[: len(whole)] == whole and POINTEE not in rest and ELEMENT not in rest


class _Mattering:
    """Tells which events matter."""

    def __init__(self, holding: set[Place], facts: set[Place], opened: Iterable[Place]) -> None:
        self.holding: dict[int, list[Place]] = {}
        self.facts: dict[int, list[Place]] = {}
        self.opened = {place.root for place in opened}
        for places, by_root in ((holding, self.holding), (facts, self.facts)):
            for place in places:
                by_root.setdefault(place.root, []).append(place)

    def matters(self, event: Event) -> bool:
        """Whether an event is about anything that is followed, tested or an operand's."""
        if isinstance(event, (Copy, Derive)):
            if event.source.root in self.opened or event.target.root == RESULT or self._holds(event.source):
                return True
            return isinstance(event, Copy) and self._is_tested(event.target)
        if isinstance(event, Escape):
            return event.late or event.place.root in self.opened or self._holds(event.place)
        if isinstance(event, Assign):
            place = event.place
            if place.root == RESULT or place.root in self.opened:
                return True
            for one in self.holding.get(place.root, ()):
                if place.holds(one) or one.holds(place):
                    return True
            return bool(place.path and is_fact(place.path[-1])) or self._is_tested(place)
        return True

    def _holds(self, place: Place) -> bool:
        return _any_below(place, self.holding)

    def _is_tested(self, place: Place) -> bool:
        return _any_below(place, self.facts)


def _any_below(place: Place, places: Mapping[int, Iterable[Place]]) -> bool:
    """Whether one of some places, told by their roots, is a place or lies below it."""
    for one in places.get(place.root, ()):  # noqa: SIM110 (a generator takes twice as long)
        if place.holds(one):
            return True
    return False
