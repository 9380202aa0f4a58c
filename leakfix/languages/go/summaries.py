"""What a Go function does to what it is given, and what it gives back: read off its flow graph, without its order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leakfix.flow import Acquire, Copy, Derive, Escape, ExitKind, Graph, Handing, Obligation, Place, Release
from leakfix.models import RECEIVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What a function does to one operand; paths are below the operand."""

    releases: tuple[tuple[Path, str], ...] = ()
    keeps: tuple[Path, ...] = ()
    results: frozenset[int] = frozenset()
    """The results that hold the operand or work through it."""
    same: frozenset[int] = frozenset()
    """Those of them that are the operand itself on some path."""


_ALIASES_AT_MOST = 6

NO_EFFECTS = Effects()


@dataclass(frozen=True, slots=True)
class Summary:
    """A function as its callers see it. Without knowledge, everything is kept and nothing owned is returned."""

    known: bool = False
    operands: Mapping[int, Effects] = field(default_factory=dict)
    owned: Mapping[int, Obligation] = field(default_factory=dict)
    """The results that the caller has to release."""
    holders: frozenset[int] = frozenset()
    """The results that are new objects which hold something to be released."""
    never_returns: bool = False

    def of(self, index: int) -> Effects | None:
        """The effects on an argument, or on the receiver; None when they are unknown."""
        if not self.known:
            return None
        if index in self.operands:
            return self.operands[index]
        last = max(self.operands, default=RECEIVER)
        return self.operands.get(last, NO_EFFECTS) if index > last >= 0 else NO_EFFECTS


UNKNOWN = Summary()


def summarise(graph: Graph, *, is_method: bool) -> Summary:
    """The summary of the function with this graph."""
    origins = _origins(graph)
    told: dict[int, _Told] = {root: _Told() for root in graph.params}
    for event in graph.events():
        if isinstance(event, Release):
            for root, path in _found(origins, event.place):
                told[root].releases.add((path, event.method))
            for root, path in _below(origins, event.place):
                told[root].keeps.add(path)
        elif isinstance(event, Escape):
            for root, path in _found(origins, event.place):
                told[root].escape(event, path, whole=not path and not event.inside)
            for root, path in _below(origins, event.place):
                told[root].escape(event, path, whole=False)
    operands = {}
    for position, root in enumerate(graph.params):
        index = position - 1 if is_method else position
        operands[RECEIVER if index < 0 else index] = told[root].effects() if root else NO_EFFECTS
    owned, holders = _owned(graph)
    return Summary(True, operands, owned, holders, _never_returns(graph))


@dataclass(slots=True)
class _Told:
    """What the events of a function tell of one operand."""

    releases: set[tuple[Path, str]] = field(default_factory=set)
    keeps: set[Path] = field(default_factory=set)
    results: set[int] = field(default_factory=set)
    same: set[int] = field(default_factory=set)

    def escape(self, event: Escape, path: Path, *, whole: bool) -> None:
        """The operand, or what lies at ``path`` below it, is handed on."""
        if event.how is not Handing.RETURNED or event.index is None:
            self.keeps.add(path)
            return
        self.results.add(event.index)
        if whole:
            self.same.add(event.index)

    def effects(self) -> Effects:
        """All of it, in order."""
        return Effects(
            tuple(sorted(self.releases)), tuple(sorted(self.keeps)), frozenset(self.results), frozenset(self.same)
        )


def _origins(graph: Graph) -> dict[Place, set[tuple[int, Path]]]:
    """For each place, the parameters and paths below them that it may stand for."""
    origins: dict[Place, set[tuple[int, Path]]] = {Place(root): {(root, ())} for root in graph.params if root}
    transfers = [event for event in graph.events() if isinstance(event, Copy | Derive)]
    changed = True
    while changed:
        changed = False
        for event in transfers:
            found = {entry for entry in _found(origins, event.source) if len(entry[1]) < 6}
            known = origins.setdefault(event.target, set())
            if not found <= known:
                known |= found
                changed = True
    return origins


def _found(origins: Mapping[Place, Iterable[tuple[int, Path]]], place: Place) -> set[tuple[int, Path]]:
    found = set()
    for length in range(len(place.path) + 1):
        for root, path in origins.get(Place(place.root, place.path[:length]), ()):
            found.add((root, path + place.path[length:]))
    return found


def _below(origins: Mapping[Place, Iterable[tuple[int, Path]]], place: Place) -> set[tuple[int, Path]]:
    """What a larger value at ``place`` holds of the operands."""
    return {entry for part, entries in origins.items() if part != place and place.holds(part) for entry in entries}


def _owned(graph: Graph) -> tuple[dict[int, Obligation], frozenset[int]]:
    """Which results hand what the function acquired to its caller, and which are objects that hold such a thing."""
    owned: dict[int, Obligation] = {}
    holders: set[int] = set()
    acquired = {event.site for event in graph.events() if isinstance(event, Acquire)}
    for number in sorted(acquired):
        site = graph.sites[number]
        places, closers = _reached(graph, site.place)
        escapes = _escapes(graph, number, places | closers)
        if any(escape.how is not Handing.RETURNED for escape in escapes):
            continue
        given = [escape for escape in escapes if escape.index is not None]
        by_function = [escape for escape in given if escape.place in closers]
        for escape in given:
            index = escape.index or 0
            if escape.place in closers:
                owned[index] = replace(site.obligation, releases=("()",), idempotent=False, confidence="medium")
            elif by_function or escape.inside or escape.place not in places:
                holders.add(index)
            else:
                owned[index] = site.obligation
    return owned, frozenset(holders)


def _escapes(graph: Graph, site: int, places: set[Place]) -> list[Escape]:
    """Where the resource is handed on, on paths from its acquisition that do not release it first."""
    found: list[Escape] = []
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
            if isinstance(event, Release) and event.place in places and event.method != "close":
                released = True
                break
            if isinstance(event, Escape) and any(event.place.holds(place) for place in places):
                found.append(event)
        for edge in block.edges if not released else ():
            if edge.target not in seen:
                seen.add(edge.target)
                queue.append(edge.target)
    return found


def _reached(graph: Graph, start: Place) -> tuple[set[Place], set[Place]]:
    """The places that may hold a resource, and those of functions that release it when called."""
    places: set[Place] = {start}
    closers: set[Place] = set()
    for _ in range(_ALIASES_AT_MOST):
        known = len(places) + len(closers)
        for event in graph.events():
            if isinstance(event, Copy):
                places |= _copied(event, places)
                closers |= _copied(event, closers)
            elif isinstance(event, Derive) and event.late and event.closes and event.source in places:
                closers.add(event.target)
        if len(places) + len(closers) == known:
            break
    return places, closers


def _copied(event: Copy, places: set[Place]) -> set[Place]:
    length = len(event.source.path)
    return {event.target.below(*place.path[length:]) for place in places if event.source.holds(place)}


def _never_returns(graph: Graph) -> bool:
    """Whether no path from the entry gets to a return or the end."""
    seen, queue = {0}, [0]
    while queue:
        block = graph.blocks[queue.pop()]
        if block.exit is not None and block.exit.kind in (ExitKind.RETURN, ExitKind.END):
            return False
        for edge in block.edges:
            if edge.target not in seen:
                seen.add(edge.target)
                queue.append(edge.target)
    return True
