"""What a Go function does to what it is given, and what it gives back: read off its flow graph, without its order."""

from __future__ import annotations

from collections import defaultdict
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
    releases: dict[int, set[tuple[Path, str]]] = defaultdict(set)
    keeps: dict[int, set[Path]] = defaultdict(set)
    results: dict[int, set[int]] = defaultdict(set)
    same: dict[int, set[int]] = defaultdict(set)
    for event in graph.events():
        if isinstance(event, Release):
            for root, path in _found(origins, event.place):
                releases[root].add((path, event.method))
        elif isinstance(event, Escape):
            for root, path in _found(origins, event.place):
                if event.how is Handing.RETURNED and event.index is not None:
                    results[root].add(event.index)
                    if not path and not event.inside:
                        same[root].add(event.index)
                else:
                    keeps[root].add(path)
    operands = {}
    for position, root in enumerate(graph.params):
        index = position - 1 if is_method else position
        operands[RECEIVER if index < 0 else index] = (
            Effects(
                tuple(sorted(releases[root])),
                tuple(sorted(keeps[root])),
                frozenset(results[root]),
                frozenset(same[root]),
            )
            if root
            else NO_EFFECTS
        )
    owned, holders = _owned(graph)
    return Summary(True, operands, owned, holders, _never_returns(graph))


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


def _owned(graph: Graph) -> tuple[dict[int, Obligation], frozenset[int]]:
    """Which results hand what the function acquired to its caller, and which are objects that hold such a thing."""
    owned: dict[int, Obligation] = {}
    holders: set[int] = set()
    acquired = {event.site for event in graph.events() if isinstance(event, Acquire)}
    for number in acquired:
        site = graph.sites[number]
        places, closers = _reached(graph, site.place)
        escapes = [
            e for e in graph.events() if isinstance(e, Escape) and any(e.place.holds(p) for p in places | closers)
        ]
        if any(escape.how is not Handing.RETURNED for escape in escapes):
            continue
        for escape in escapes:
            if escape.index is None:
                continue
            if escape.place in closers:
                owned[escape.index] = replace(site.obligation, releases=("()",), idempotent=False, confidence="medium")
            elif escape.inside or escape.place not in places:
                holders.add(escape.index)
            else:
                owned[escape.index] = site.obligation
    return owned, frozenset(holders)


def _reached(graph: Graph, start: Place) -> tuple[set[Place], set[Place]]:
    """The places that may hold a resource, and those of functions that release it when called."""
    places: set[Place] = {start}
    closers: set[Place] = set()
    for _ in range(_ALIASES_AT_MOST):
        known = len(places) + len(closers)
        for event in graph.events():
            if isinstance(event, Copy) and event.source in places:
                places.add(event.target)
            elif (isinstance(event, Copy) and event.source in closers) or (
                isinstance(event, Derive) and event.late and event.closes and event.source in places
            ):
                closers.add(event.target)
        if len(places) + len(closers) == known:
            break
    return places, closers


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
