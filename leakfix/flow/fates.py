"""What becomes of resources on the ways out of a function: for those who call it, told by what it gives back."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.flow.ahead import ReleasesAhead
from leakfix.flow.graph import (
    ANY_METHOD,
    Acquire,
    Assign,
    Copy,
    Derive,
    Drop,
    Escape,
    ExitKind,
    Forget,
    Handing,
    Known,
    Outcome,
    Place,
    Release,
    Test,
)
from leakfix.flow.remembering import NEGATIVE, correlated, sources, told_of, unless_below
from leakfix.flow.solve import BudgetError, Step, explore
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from leakfix.flow.graph import Block, Edge, Event, Graph

    _Handler = Callable[["_State", Any], "_State"]

_BUDGET: Final = 800
_DEEPEST: Final = 24
"""Only what is stored in itself again and again lies as deep as that: there is no end to the places that hold it."""


class Fate(Enum):
    """What has become of a resource where control leaves a function."""

    __hash__ = object.__hash__  # a name takes longer

    HELD = "held"
    RELEASED = "released"
    KEPT = "kept"
    GONE = "there was none"


@record
class Way:
    """One way out: what becomes of the resource on it, what then holds it, and what is known of the result."""

    fate: Fate
    holders: frozenset[Place]
    facts: frozenset[Test]
    told: frozenset[Test] = frozenset()
    """What is known of the places that were asked about."""
    raised: bool = False
    """Whether an exception was raised and handled on it."""
    through: frozenset[Place] = frozenset()
    """What then works through it: somebody who has that may still use it, and cannot release it as it is."""


@record
class _State:
    fate: Fate
    holders: frozenset[Place]
    facts: frozenset[Test]
    raised: bool = False
    through: frozenset[Place] = frozenset()

    def knowing(self, facts: frozenset[Test]) -> _State:
        """The same with other facts."""
        return _State(self.fate, self.holders, facts, self.raised, self.through)

    def ended(self, fate: Fate) -> _State:
        """Nothing of the function holds it any more."""
        return _State(fate, frozenset(), self.facts, self.raised)


def ways(
    graph: Graph,
    result: int,
    start: Place | None = None,
    site: int | None = None,
    about: frozenset[Place] = frozenset(),
) -> frozenset[Way]:
    """The ways out of a function for what ``start`` holds at its entry, or what ``site`` acquires.

    ``result`` is the root of the place that becomes what the function gives back; of it the facts of a way tell, and of
    the places ``about`` what it was told. Raises `BudgetError`.
    """
    walker = _Walker(graph, result, start, site, about)
    first = _State(Fate.HELD, frozenset({start}), frozenset()) if start else _State(Fate.GONE, frozenset(), frozenset())
    explore(graph, first, walker.run, walker.cross, _BUDGET)
    return frozenset(walker.found)


class _Walker:
    def __init__(
        self, graph: Graph, result: int, start: Place | None, site: int | None, about: frozenset[Place]
    ) -> None:
        self._graph = graph
        self._ahead: ReleasesAhead | None = None
        self.result = result
        self.site = site
        self.found: set[Way] = set()
        self.about = about | {place.below(NEGATIVE) for place in about}
        self.remembered = sources(graph, correlated(graph) | told_of(graph, result) | self.about)
        self._told = frozenset(place.root for place in self.remembered)
        """The roots of the variables of which facts are remembered."""
        self._holding = _reached(graph, start, site)
        """The roots of the variables that may come to hold it, or to lead into it."""
        self._events: dict[int, list[tuple[_Handler, Event]]] = {}
        """What is done where an event happens that may change any state, for each block."""
        self._tests: dict[int, tuple[tuple[tuple[Test, Test], ...], tuple[Place, ...]]] = {}

    def run(self, step: Step[_State], block: Block) -> _State | None:
        state = step.state
        events = self._events.get(step.block)
        if events is None:
            events = self._events[step.block] = list(self._handled(step.block, block))
        for handle, event in events:
            state = handle(state, event)
        if block.exit is None:
            return state
        if block.exit.exhausted and self.site is not None and state.holders:
            # What was acquired before memory ran out is nobody's: the caller only hears that the function failed.
            return None
        if block.exit.kind in (ExitKind.RETURN, ExitKind.END):
            facts = frozenset(fact for fact in state.facts if fact.place.root == self.result)
            told = frozenset(fact for fact in state.facts if fact.place in self.about)
            self.found.add(Way(state.fate, state.holders, facts, told, state.raised, state.through))
        return None

    def _handled(self, number: int, block: Block) -> Iterator[tuple[_Handler, Event]]:
        for place, event in enumerate(block.events):
            handle = self._handler(event)
            if handle is not None:
                is_doubtful = isinstance(event, Escape) and event.doubt is not None
                yield partial(self._doubted, number, place) if is_doubtful else handle, event

    def _handler(self, event: Event) -> _Handler | None:
        """What an event does to a state; None where it is about nothing that may hold the resource or has facts."""
        if isinstance(event, Assign):
            root = event.place.root
            return self._assign if (root in self._told or root in self._holding) and not event.place.weak else None
        if isinstance(event, Copy):
            root = event.source.root
            return self._copy if root in self._told or root in self._holding else None
        if isinstance(event, Known):
            return self._know if event.place in self.remembered else None
        if isinstance(event, Forget):
            return self._forget if event.place.root in self._told else None
        if isinstance(event, Acquire):
            return self._acquire if event.site == self.site else None
        if isinstance(event, Derive):
            return self._derive if event.source.root in self._holding else None
        if isinstance(event, Drop):
            return None if self._holding.isdisjoint(event.roots) else self._drop
        if event.place.root not in self._holding:
            return None
        if isinstance(event, Release):
            return self._release
        return None if event.how is Handing.RETURNED or event.into is not None else self._escape

    def _doubted(self, block: int, number: int, state: _State, event: Escape) -> _State:
        """What may be taken over is not where the function still releases it behind the call, whatever that gives."""
        doubt = event.doubt
        if doubt is not None and state.holders:
            if self._ahead is None:
                self._ahead = ReleasesAhead(self._graph)
            is_released = not self._ahead.behind(block, number).well.isdisjoint(state.holders)
            if is_released and not self._ahead.is_asked_for(doubt):
                return state
        return self._escape(state, event)

    def cross(self, edge: Edge, state: _State) -> _State | None:
        facts = state.facts
        if edge.tests:
            tests = self._tests.get(id(edge))
            if tests is None:
                tests = self._tests[id(edge)] = self._of_matter(edge)
            told, absent = tests
            for place in absent:
                for holder in state.holders:
                    if place.holds(holder):
                        return None
            for test, opposite in told:
                if opposite in facts:
                    return None
                facts |= {test}
        raised = state.raised or edge.raised is not None
        if facts == state.facts and raised == state.raised:
            return state
        return _State(state.fate, state.holders, facts, raised, state.through)

    def _of_matter(self, edge: Edge) -> tuple[tuple[tuple[Test, Test], ...], tuple[Place, ...]]:
        """The tests of an edge that are remembered, each with its opposite, and the places that it tells to be nil."""
        told = [test for test in edge.tests if test.place in self.remembered]
        absent = [test.place for test in edge.tests if test.outcome is Outcome.NIL and test.place.root in self._holding]
        return tuple((test, Test(test.place, test.outcome.opposite)) for test in told), tuple(absent)

    def _know(self, state: _State, event: Known) -> _State:
        return state.knowing(state.facts | {Test(event.place, event.value)})

    def _forget(self, state: _State, event: Forget) -> _State:
        return state.knowing(unless_below(event.place, state.facts))

    def _acquire(self, state: _State, event: Acquire) -> _State:
        return _State(Fate.HELD, frozenset({event.place}), state.facts, state.raised)

    def _derive(self, state: _State, event: Derive) -> _State:
        source, holders = event.source, state.holders
        if any(source.holds(one) for one in holders):
            if event.closes:
                return _State(state.fate, holders | {event.target}, state.facts, state.raised, state.through)
        elif not holders or not any(source.holds(one) for one in state.through):
            return state
        return _State(state.fate, holders, state.facts, state.raised, state.through | {event.target})

    def _drop(self, state: _State, event: Drop) -> _State:
        if not state.holders:
            return state
        left, through = (
            frozenset(one for one in places if one.root not in event.roots) for places in (state.holders, state.through)
        )
        return _State(state.fate, left, state.facts, state.raised, through)

    def _assign(self, state: _State, event: Assign) -> _State:
        place = event.place
        facts = unless_below(place, state.facts)
        if event.value is not None and place in self.remembered:
            facts |= {Test(place, event.value)}
        holders, through = _besides(place, state.holders), _besides(place, state.through)
        if facts is state.facts and holders is state.holders and through is state.through:
            return state
        return _State(state.fate, holders, facts, state.raised, through)

    def _copy(self, state: _State, event: Copy) -> _State:
        facts, source = state.facts, event.source
        for fact in state.facts:
            if source.holds(fact.place):
                told = event.target.below(*fact.place.path[len(source.path) :])
                if told in self.remembered:
                    facts |= {Test(told, fact.outcome)}
        added, through = _moved(event, state.holders), _moved(event, state.through)
        if not added and not through and facts is state.facts:
            return state
        if any(len(holder.path) > _DEEPEST for holder in (*added, *through)):
            raise BudgetError
        return _State(state.fate, state.holders | added, facts, state.raised, state.through | through)

    def _release(self, state: _State, event: Release) -> _State:
        if any(event.place == holder or event.place.holds(holder) for holder in state.holders):
            is_told = event.place in state.holders or event.method == ANY_METHOD
            return state.ended(Fate.RELEASED if is_told else Fate.KEPT)
        # It may be that a block is released by what leads to its header.
        return state.ended(Fate.KEPT) if state.holders and event.place in state.through else state

    def _escape(self, state: _State, event: Escape) -> _State:
        if state.holders and any(event.place.holds(one) for one in (*state.holders, *state.through)):
            return state.ended(Fate.KEPT)
        return state


def _besides(place: Place, places: frozenset[Place]) -> frozenset[Place]:
    """Some places without those at or below one."""
    for one in places:
        if place.holds(one):
            return frozenset(other for other in places if not place.holds(other))
    return places


def _moved(event: Copy, places: frozenset[Place]) -> frozenset[Place]:
    """Where a copy puts what is at some places, as far as it takes that along."""
    if not places:
        return places
    length, source = len(event.source.path), event.source
    return frozenset(event.target.below(*one.path[length:]) for one in places if source.holds(one))


def _reached(graph: Graph, start: Place | None, site: int | None) -> frozenset[int]:
    """The roots of variables that may come to hold what ``start`` holds, or ``site`` acquires, or to lead into it."""
    found = {start.root} if start is not None else set()
    behind: dict[int, list[int]] = {}
    for event in graph.events():
        if isinstance(event, (Copy, Derive)):
            behind.setdefault(event.source.root, []).append(event.target.root)
        elif isinstance(event, Acquire) and event.site == site:
            found.add(event.place.root)
    waiting = list(found)
    while waiting:
        for target in behind.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return frozenset(found)
