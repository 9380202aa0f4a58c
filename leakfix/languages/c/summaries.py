"""What a C or C++ function does to what it is given, and what it gives back: read off the ways out of its graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from leakfix.flow import (
    Assign,
    BudgetError,
    Copy,
    Derive,
    Escape,
    Handing,
    Obligation,
    Outcome,
    Place,
    Release,
    Test,
)
from leakfix.flow.fates import Fate, Way, ways
from leakfix.flow.remembering import NEGATIVE
from leakfix.languages.c.files import is_read_only
from leakfix.languages.c.following import reached
from leakfix.languages.c.lower_aliases import aliases, lies_in
from leakfix.languages.c.lower_frame import POINTEE, RESULT, Facts
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.flow import Graph
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.lower_frame import Frame
    from leakfix.languages.c.program import Program

Path = tuple[str, ...]

_PATHS_AT_MOST: Final = 24
_DEEPEST: Final = 6
_SITES_AT_MOST: Final = 30
_DEEPEST_PLACE: Final = 12


@record
class Effect:
    """What becomes of an operand where the result is as ``facts`` tell."""

    fate: Fate
    facts: Facts = ()
    moved: tuple[tuple[int, Path], ...] = ()
    """Where it is stored below the operands, the receiver being -1."""
    returned: Path | None = None
    """Where the result holds it."""
    leading: Path | None = None
    """Where the result leads into it, and releasing that would not be releasing it."""
    is_doubtful: bool = False
    """Whether it is only kept in so far as it is given to somebody of whom nothing is known."""


@record
class Effects:
    """What a function does to what one operand leads to."""

    fates: tuple[tuple[Path, tuple[Effect, ...]], ...] = ()
    assigned: tuple[tuple[Path, Outcome | None], ...] = ()
    """The places below the operand that it sets, with what they are at last where that is always the same."""


@record
class Acquisition:
    """Something that the caller owns behind the call: in the result, or at a path below an operand."""

    operand: int | None
    path: Path
    obligation: Obligation
    ways: tuple[tuple[Facts, bool], ...]
    """What the result tells where it was acquired (true), and where not."""
    held: Facts = ()
    """What is known of the place that holds it."""
    otherwise: Facts = ()
    """What is known of that place where nothing was acquired."""


KEPT: Final = Effect(Fate.KEPT)
DOUBTFUL: Final = Effect(Fate.KEPT, is_doubtful=True)


class Summary:
    """A function as its callers see it; parts are read off its graph when somebody asks."""

    __slots__ = ("_effects", "_program", "function")

    def __init__(self, program: Program, function: Function) -> None:
        self.function = function
        self._program = program
        self._effects: dict[int, Effects | None] = {}

    @property
    def never_returns(self) -> bool:
        """Whether control never gets out of it."""
        self._program.rely_on(self.function)
        return self._program.promising.never_returns(self.function)

    def knows(self, operands: Iterable[int]) -> bool:
        """Whether what it acquires, and what it does to operands, can be told: not while it is being read."""
        if self._gives() and self._program.is_busy(self.function):
            return False
        return all(self._program.frame(self.function, operand) is not None for operand in operands)

    def of(self, index: int) -> Effects | None:
        """The effects on an argument, or on the receiver (-1); None when they are unknown."""
        if index >= len(self.function.params):
            return Effects()
        frame = self._program.frame(self.function, index)
        if frame is None:
            return None
        if index not in self._effects:
            self._effects[index] = Reading(self.function, frame).effects(index)
        return self._effects[index]

    def acquired(self) -> tuple[Acquisition, ...]:
        """What the caller has to release behind a call."""
        return self._program.acquired(self.function) if self._gives() else ()

    def _gives(self) -> bool:
        self._program.rely_on(self.function)
        return self._program.promising.may_hand_on(self.function)


class Reading:
    """One graph of a function, read for its callers."""

    def __init__(self, function: Function, frame: Frame) -> None:
        self.function = function
        self._frame = frame
        self._graph: Graph = frame.graph
        self._operands = {position: root for root, position in frame.parameters.items()} | {-1: frame.this}

    def effects(self, operand: int) -> Effects | None:
        """The effects on the operand that the graph was made for; None when they are too many."""
        return self._read(self._operands[operand])

    def acquisitions(self) -> Iterable[Acquisition]:
        """What the caller has to release behind a call."""
        return self._acquisitions() if self._may_hand_on() else ()

    def _may_hand_on(self) -> bool:
        """Whether what is acquired may get into the result, or into what an operand leads to, on whatever way."""
        moves = [
            event
            for event in self._graph.events()
            if isinstance(event, Copy) or (isinstance(event, Derive) and event.closes)
        ]
        numbers = set(self._operands.values())
        seen = {site.place for site in self._graph.sites}
        waiting = list(seen)
        while waiting:
            place = waiting.pop()
            if place.root == RESULT or (place.root in numbers and place.path[:1] == (POINTEE,)):
                return True
            for move in moves:
                if move.source.root == place.root and move.source.holds(place):
                    path = place.path[len(move.source.path) :] if isinstance(move, Copy) else ()
                    target = move.target.below(*path)
                    if len(target.path) > _DEEPEST_PLACE:
                        return True
                    if target not in seen:
                        seen.add(target)
                        waiting.append(target)
        return False

    def _read(self, root: int) -> Effects | None:
        touched = _touched(self._graph, root)
        if len(touched.paths) > _PATHS_AT_MOST:
            return None
        fates: list[tuple[Path, tuple[Effect, ...]]] = []
        for path in sorted(touched.paths):
            effects = self._fate(root, path, touched)
            if effects != (Effect(Fate.HELD),):
                fates.append((path, effects))
        return Effects(tuple(fates), tuple(sorted(touched.assigned.items(), key=lambda entry: entry[0])))

    def _fate(self, root: int, path: Path, touched: _Touched) -> tuple[Effect, ...]:
        """What becomes of what is at a path; most is told without following it."""
        if not touched.is_within(path, touched.released):
            if touched.is_within(path, touched.kept):
                return (KEPT,)
            if touched.is_within(path, touched.passed) and not self._is_read_only(root, path):
                return (KEPT,)
            if touched.is_within(path, touched.doubtful) and not self._is_read_only(root, path):
                return (DOUBTFUL,)
            if not touched.is_within(path, touched.moved):
                return (Effect(Fate.HELD),)
        try:
            return self._effects_of(root, path, ways(self._graph, RESULT, start=Place(root, path)))
        except BudgetError:
            return (KEPT,)

    def _is_read_only(self, root: int, path: Path) -> bool:
        position = self._frame.parameters.get(root)
        return not path and position is not None and is_read_only(self.function.params[position])

    def _effects_of(self, root: int, path: Path, found: Iterable[Way]) -> tuple[Effect, ...]:
        groups: dict[Effect, list[Way]] = {}
        for way in found:
            if way.fate is Fate.GONE:
                continue
            groups.setdefault(self._kind(root, path, way), []).append(way)
        if len(groups) <= 1:
            return tuple(groups) or (Effect(Fate.HELD),)
        told = {kind: _common(list_of) for kind, list_of in groups.items()}
        kinds = list(told)
        apart = all(_contradict(told[one], told[other]) for at, one in enumerate(kinds) for other in kinds[at + 1 :])
        if apart:
            return tuple(replace(kind, facts=_facts(facts)) for kind, facts in told.items())
        return (KEPT,)

    def _kind(self, root: int, path: Path, way: Way) -> Effect:
        if way.fate is not Fate.HELD:
            return Effect(way.fate)
        numbers = {own: position for position, own in self._operands.items()}

        def is_stored(holder: Place) -> bool:
            is_below = holder.root == root and holder.path[: len(path)] == path
            return holder.root in numbers and holder.path[:1] == (POINTEE,) and not is_below

        if any(map(is_stored, way.through)):
            return KEPT
        moved = tuple(sorted((numbers[holder.root], holder.path) for holder in way.holders if is_stored(holder)))
        returned, leading = (
            min((one.path for one in places if one.root == RESULT), default=None)
            for places in (way.holders, way.through)
        )
        return Effect(Fate.HELD, (), moved, returned, leading)

    def _acquisitions(self) -> Iterable[Acquisition]:
        if len(self._graph.sites) > _SITES_AT_MOST:
            return
        numbers = {own: position for position, own in self._operands.items()}
        where: dict[tuple[int | None, Path], list[int]] = {}
        known: dict[int, frozenset[Way]] = {}
        about = frozenset(
            event.target
            for event in self._graph.events()
            if isinstance(event, Copy) and event.target.root in numbers and event.target.path[:1] == (POINTEE,)
        )
        for index in self._handed_out(frozenset({RESULT, *numbers})):
            try:
                known[index] = ways(self._graph, RESULT, site=index, about=about)
            except BudgetError:
                return
            for way in known[index]:
                shared = any(holder.root in numbers and POINTEE in holder.path for holder in way.holders)
                if (
                    len({holder.root for holder in way.holders if POINTEE in holder.path and holder.root in numbers})
                    > 1
                ):
                    # One of its owners lends it to the other.
                    return
                for holder in way.holders:
                    if holder.root == RESULT and shared:
                        return
                    if holder.root == RESULT:
                        where.setdefault((None, holder.path), []).append(index)
                    elif holder.root in numbers and holder.path[:1] == (POINTEE,):
                        where.setdefault((numbers[holder.root], holder.path), []).append(index)
        for (operand, path), sites in where.items():
            found = self._acquisition(operand, path, sorted(set(sites)), known)
            if found is not None:
                yield found

    def _handed_out(self, owners: frozenset[int]) -> Iterable[int]:
        """The acquisitions of what variables with some roots may come to hold: of others no caller ever hears."""
        moves = [
            (event.source.root, event.target.root)
            for event in self._graph.events()
            if isinstance(event, Copy) or (isinstance(event, Derive) and event.closes)
        ]
        for index, site in enumerate(self._graph.sites):
            if not reached((site.place.root,), moves).isdisjoint(owners):
                yield index

    def _acquisition(
        self, operand: int | None, path: Path, sites: list[int], known: dict[int, frozenset[Way]]
    ) -> Acquisition | None:
        place = Place(RESULT if operand is None else self._operands[operand], path)
        owned: list[Way] = []
        other: list[Way] = []
        for index in sites:
            for way in known[index]:
                (owned if place in way.holders else other).append(way)
        others = [way for way in other if not self._is_owned_elsewhere(way, sites, known, place)]
        success = _common(owned)
        if operand is None:
            success |= {Test(Place(RESULT), Outcome.NOT_NIL)} if not self._is_number(sites) else set()
        obligation = self._graph.sites[sites[0]].obligation
        held = _facts_of(place, owned)
        if not others:
            return Acquisition(operand, path, obligation, ((_facts(success), True),), held)
        otherwise = _facts_of(place, others)
        failed = _common(others)
        if not _contradict(success, failed):
            apart = operand is not None and (((), Outcome.NIL) in otherwise or ((NEGATIVE,), Outcome.TRUE) in otherwise)
            if not apart and any(not _contradict(success, way.facts) for way in others):
                return None
            failed = set()
        ways_out = ((_facts(success), True), (_facts(failed), False))
        return Acquisition(operand, path, obligation, ways_out, held, otherwise)

    def _is_owned_elsewhere(self, way: Way, sites: list[int], known: dict[int, frozenset[Way]], place: Place) -> bool:
        """Whether on this way the place holds what another of the acquisitions made: both leave the same facts."""
        if way.fate is not Fate.GONE or len(sites) == 1:
            return False
        return any(place in one.holders and one.facts == way.facts for index in sites for one in known[index])

    def _is_number(self, sites: list[int]) -> bool:
        return any(self._graph.sites[index].obligation.resource in ("descriptor", "queue") for index in sites)


@dataclass(slots=True)
class _Touched:
    """The paths below an operand that something is done to, whatever the way."""

    paths: set[Path] = field(default_factory=set)
    released: set[Path] = field(default_factory=set)
    kept: set[Path] = field(default_factory=set)
    passed: set[Path] = field(default_factory=set)
    """What is given to somebody of whom nothing is known."""
    doubtful: set[Path] = field(default_factory=set)
    """What is given to somebody who may well only look at it."""
    moved: set[Path] = field(default_factory=set)
    """What the result or another place that outlives the function may hold behind it."""
    assigned: dict[Path, Outcome | None] = field(default_factory=dict)

    def is_within(self, path: Path, paths: set[Path]) -> bool:
        """Whether a path is one of some paths, or lies below one."""
        return any(path[: len(one)] == one for one in paths)


def _touched(graph: Graph, root: int) -> _Touched:
    """What is done to an operand, and to what its aliases lead to."""
    found = _Touched()
    meant: dict[int, list[tuple[Path, tuple[Path, ...]]]] = {}
    for alias, operands in aliases(graph, (root,)).items():
        meant.setdefault(alias.root, []).append((alias.path, tuple(one.path for one in operands)))
    for event in graph.events():
        if isinstance(event, Assign):
            if event.place.root == root:
                _note_assigned(found, event)
        elif isinstance(event, (Copy, Derive, Release, Escape)):
            place = event.source if isinstance(event, (Copy, Derive)) else event.place
            for own, paths in meant.get(place.root, ()):
                if place.path[: len(own)] == own:
                    for path in paths:
                        _note(found, event, (*path, *place.path[len(own) :]))
                elif lies_in(own, place.path) and _takes_parts(event):
                    for path in paths:
                        _note(found, event, path)
    return found


def _takes_parts(event: Copy | Derive | Release | Escape) -> bool:
    """Whether what lies in a struct goes where that goes: by value, not as an address to look at."""
    return isinstance(event, Copy) or (isinstance(event, Escape) and event.how is not Handing.ADDRESSED)


def _note_assigned(found: _Touched, event: Assign) -> None:
    path = event.place.path
    if path[:1] == (POINTEE,) and path[-1][:1] not in ("-", "=", "?"):
        same = found.assigned.get(path, event.value) is event.value
        found.assigned[path] = event.value if same else None


def _note(found: _Touched, event: Copy | Derive | Release | Escape, path: Path) -> None:
    if len(path) > _DEEPEST:
        return
    found.paths.add(path)
    if isinstance(event, Release):
        found.released.add(path)
    elif isinstance(event, Escape):
        if event.doubt is not None:
            found.doubtful.add(path)
        elif event.how is Handing.PASSED:
            found.passed.add(path)
        elif event.how is not Handing.RETURNED and event.into is None:
            found.kept.add(path)
    elif event.target.root == RESULT or POINTEE in event.target.path:
        found.moved.add(path)


def _common(found: list[Way]) -> set[Test]:
    return set(frozenset.intersection(*(way.facts for way in found))) if found else set()


def _facts_of(place: Place, found: list[Way]) -> Facts:
    """What all ways tell of a place."""
    told = frozenset.intersection(*(way.told for way in found)) if found else frozenset()
    tests = (test for test in told if place.holds(test.place))
    facts = ((test.place.path[len(place.path) :], test.outcome) for test in tests)
    return tuple(sorted(facts, key=lambda fact: (fact[0], fact[1].value)))


def _contradict(one: Iterable[Test], other: Iterable[Test]) -> bool:
    against = set(other)
    return any(Test(test.place, test.outcome.opposite) in against for test in one)


def _facts(tests: Iterable[Test]) -> Facts:
    return tuple(sorted(((test.place.path, test.outcome) for test in tests), key=lambda fact: (fact[0], fact[1].value)))
