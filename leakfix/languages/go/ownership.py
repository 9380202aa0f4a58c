"""What a Go function hands to its caller: which results hold what it acquired, read off its flow graph."""

from __future__ import annotations

from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from leakfix.flow import Acquire, Copy, Derive, Escape, Graph, Handing, Obligation, Outcome, Place, Release, Test
from leakfix.text.records import record, replace, state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ALIASES_AT_MOST = 6


@record
class Owned:
    """What a function's results oblige its caller to."""

    results: Mapping[int, Obligation] = field(default_factory=dict)
    holders: frozenset[int] = frozenset()
    needs: Mapping[int, frozenset[tuple[int, Outcome]]] = field(default_factory=dict)
    """What operands, counted with the receiver first, must be for a result to be handed over unreleased."""
    parts: Mapping[int, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    """Where in results that are objects what was acquired lies; an empty path where that is not known."""


NOTHING_OWNED = Owned()


def ownership(graph: Graph) -> Owned:
    """Which results hand what the function acquired to its caller, and which are objects that hold such a thing."""
    owned: dict[int, Obligation] = {}
    holders: set[int] = set()
    needs: dict[int, frozenset[tuple[int, Outcome]]] = {}
    parts: dict[int, frozenset[tuple[str, ...]]] = {}
    acquired = {event.site for event in graph.events() if isinstance(event, Acquire)}
    for number in sorted(acquired):
        site = graph.sites[number]
        places, closers = _reached(graph, site.place)
        escapes = _escapes(graph, number, places | closers)
        if any(escape.how is not Handing.RETURNED for escape in escapes):
            continue
        given = [escape for escape in escapes if escape.index is not None]
        for index, needed in _needs(graph, number, places | closers, given):
            needs[index] = needs.get(index, needed) & needed
        by_function = [escape for escape in given if escape.place in closers]
        for escape in given:
            index = escape.index or 0
            if escape.place in closers:
                owned[index] = replace(site.obligation, releases=("()",), idempotent=False, confidence="medium")
            elif by_function or escape.inside or escape.place not in places:
                holders.add(index)
                parts[index] = parts.get(index, frozenset()) | _parts(escape, places)
            else:
                owned[index] = site.obligation
    return Owned(owned, frozenset(holders), needs, parts)


def _parts(escape: Escape, places: set[Place]) -> frozenset[tuple[str, ...]]:
    """Where the resource lies in an object that is handed over."""
    if escape.inside:
        return frozenset(((),))
    return frozenset(place.path[len(escape.place.path) :] for place in places if escape.place.holds(place))


@state
class Awaited:
    """What a function has still to acquire while its graph is being made."""

    starts: set[int]
    """Where the calls start that are known to acquire something."""
    last: int
    """The offset of the last call that is not told by its name, -1 if there is none."""

    def is_over(self, offset: int) -> bool:
        """Whether nothing is acquired from an offset on."""
        return not self.starts and self.last < offset


def is_kept_elsewhere(graph: Graph) -> bool:
    """Whether others keep all that a function acquires, as far as its graph has been made: its caller owes nothing.

    The rest of the graph makes no difference. A way from an acquisition to where it is kept stays one; and what is
    released on the way, whatever it is, counts as the resource, as which it may turn out.
    """
    begun = {event.site for event in graph.events() if isinstance(event, Acquire)}
    return len(begun) == len(graph.sites) and all(map(partial(_is_kept_elsewhere, graph), begun))


def _is_kept_elsewhere(graph: Graph, site: int) -> bool:
    escapes = _escapes(graph, site, _all_reached(graph, site), sure=True)
    return any(escape.how is not Handing.RETURNED for escape in escapes)


def is_let_go(graph: Graph) -> bool:
    """Whether all that a function acquires is handed on or released somewhere, whatever the way there.

    So it is worth asking whether the function, if it ended here, would lose any of it: if not, it never will.
    """
    begun = {event.site for event in graph.events() if isinstance(event, Acquire)}
    return len(begun) == len(graph.sites) and all(map(partial(_is_let_go, graph), begun))


def _is_let_go(graph: Graph, site: int) -> bool:
    places = _all_reached(graph, site)
    paths = [tuple(release.split(".")[:-1]) for release in graph.sites[site].obligation.releases]
    ends = places | {place.below(*path) for place in places for path in paths}
    return any(
        event.place in ends if isinstance(event, Release) else any(event.place.holds(place) for place in places)
        for event in graph.events()
        if isinstance(event, (Release, Escape))
    )


def _all_reached(graph: Graph, site: int) -> set[Place]:
    places, closers = _reached(graph, graph.sites[site].place)
    return places | closers


def _needs(
    graph: Graph, site: int, places: set[Place], given: list[Escape]
) -> Iterator[tuple[int, frozenset[tuple[int, Outcome]]]]:
    """Without which outcomes of tests of its operands the function does not hand the resource over as a result."""
    operands = {Place(root): position for position, root in enumerate(graph.params) if root}
    tests = {test for block in graph.blocks for edge in block.edges for test in edge.tests if test.place in operands}
    without = {test: {escape.index for escape in _escapes(graph, site, places, test)} for test in tests}
    for index in {escape.index for escape in given}:
        yield index or 0, frozenset((operands[t.place], t.outcome) for t in tests if index not in without[t])


def _escapes(
    graph: Graph, site: int, places: set[Place], avoided: Test | None = None, *, sure: bool = False
) -> list[Escape]:
    """Where the resource is handed on, on paths from its acquisition that do not release it first.

    Edges on which the ``avoided`` test holds are left out. To be ``sure``, whatever is released may be the resource.
    """
    found: list[Escape] = []
    paths = [tuple(release.split(".")[:-1]) for release in graph.sites[site].obligation.releases]
    ends = places | {place.below(*path) for place in places for path in paths}
    start = next(
        n for n, b in enumerate(graph.blocks) if any(isinstance(e, Acquire) and e.site == site for e in b.events)
    )
    seen, queue = {start}, [start]
    while queue:
        number = queue.pop()
        block = graph.blocks[number]
        events = iter(block.events)
        if number == start:
            for event in events:
                if isinstance(event, Acquire) and event.site == site:
                    break
        released = False
        for event in events:
            if isinstance(event, Release) and (sure or event.place in ends) and event.method != "close":
                released = True
                break
            if isinstance(event, Escape) and any(event.place.holds(place) for place in places):
                found.append(event)
        for edge in block.edges if not released else ():
            if edge.target not in seen and avoided not in edge.tests:
                seen.add(edge.target)
                queue.append(edge.target)
    return found


def _reached(graph: Graph, start: Place) -> tuple[set[Place], set[Place]]:
    """The places that may hold a resource, and those of functions that release it when called."""
    places: set[Place] = {start}
    closers: set[Place] = set()
    transfers = [event for event in graph.events() if isinstance(event, Copy | Derive)]
    for _ in range(_ALIASES_AT_MOST):
        known = len(places) + len(closers)
        for event in transfers:
            if isinstance(event, Copy):
                places |= _copied(event, places)
                closers |= _copied(event, closers)
            elif event.late and event.closes and event.source in places:
                closers.add(event.target)
        if len(places) + len(closers) == known:
            break
    return places, closers


def _copied(event: Copy, places: set[Place]) -> set[Place]:
    length = len(event.source.path)
    return {event.target.below(*place.path[length:]) for place in places if event.source.holds(place)}
