"""What a variable may hold where a resource is lost: the resource, nothing, or something that is not to be released."""

from __future__ import annotations

from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import LossKind
from leakfix.flow import (
    Acquire,
    Assign,
    BudgetError,
    Copy,
    Drop,
    Escape,
    Forget,
    Handing,
    Known,
    Outcome,
    Place,
    Release,
    Test,
    explore,
)
from leakfix.flow.ahead import ReleasesAhead
from leakfix.flow.remembering import NEGATIVE, correlated, equal_to, sources, told_of
from leakfix.rules.c.repair import RefusalError
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.detectors.losses import Loss
    from leakfix.flow import Block, Edge, Event, Graph, Step
    from leakfix.rules.c.repair import Repair

_EXITS: Final = frozenset((LossKind.RETURN, LossKind.END, LossKind.RAISED))
_UNSET: Final = -1
_OTHER: Final = -2
_GONE: Final = -3
_SHARED: Final = -4
_NOTHING: Final = -5
"""What a place may hold besides what the site with an index acquired."""
_DESCRIPTOR: Final = "descriptor"
_DEEPEST: Final = 6
_ADDRESSED: Final = frozenset((Handing.ADDRESSED, Handing.CAPTURED))


class Content(Enum):
    """What a variable may hold."""

    RESOURCE = "the resource, or one like it"
    NOTHING = "nothing"
    UNSET = "anything, as nobody has set it"
    OTHER = "something else"
    SHARED = "what somebody else may set through its address"
    GONE = "what was released or handed on"


@record
class _State:
    held: frozenset[tuple[Place, int]] = frozenset()
    """What the places hold that somebody has set."""
    facts: frozenset[Test] = frozenset()
    shared: frozenset[Place] = frozenset()
    """The places that somebody else may set by now."""

    def content(self, place: Place) -> int:
        if place in self.shared:
            return _SHARED
        return next((held for at, held in self.held if at == place), _UNSET)


def contents(repair: Repair, place: Place, loss: Loss, alike: frozenset[int]) -> frozenset[Content]:
    """What the place may hold on all the ways that lead to a loss; ``alike`` are the sites of like resources.

    Raises `RefusalError` when there are too many ways.
    """
    variable = repair.variables.get(place.root)
    is_bare = variable is not None and variable.value is None
    origin = variable.origin if variable is not None and is_bare else None
    bare = Span(origin.start_byte, origin.end_byte) if origin is not None else None
    walker = _Walker(repair.unit.graph, place, loss, repair.resource, bare)
    try:
        explore(repair.unit.graph, _State(), walker.run, walker.cross)
    except BudgetError:
        raise RefusalError("conditional", "too many ways lead to where the resource is lost") from None
    return frozenset(_told(held, alike) for held in walker.found)


_KINDS: Final = {
    _UNSET: Content.UNSET,
    _OTHER: Content.OTHER,
    _GONE: Content.GONE,
    _SHARED: Content.SHARED,
    _NOTHING: Content.NOTHING,
}


def _told(held: int, alike: frozenset[int]) -> Content:
    if held >= 0:
        return Content.RESOURCE if held in alike else Content.OTHER
    return _KINDS[held]


class _Walker:
    def __init__(self, graph: Graph, place: Place, loss: Loss, resource: str, bare: Span | None) -> None:
        self.graph = graph
        self.place = place
        self.loss = loss
        self.resource = resource
        self.bare = bare
        """Where the variable is declared, if that gives it no value."""
        self.related = _related(graph, place)
        self.remembered = sources(graph, correlated(graph) | told_of(graph, place.root))
        self.found: set[int] = set()
        negative = {Test(place.below(NEGATIVE), Outcome.TRUE), Test(place.below(equal_to("-1")), Outcome.TRUE)}
        self.nothing = negative if resource == _DESCRIPTOR else {Test(place, Outcome.NIL)}

    def run(self, step: Step[_State], block: Block) -> _State | None:
        state = step.state
        for number, event in enumerate(block.events):
            if self._is_loss(event):
                self._arrive(state)
            if isinstance(event, Escape) and event.doubt is not None and self._is_lent(event, step.block, number):
                continue
            state = self._event(state, event)
        if block.exit is None:
            return state
        if block.exit.span == self.loss.span and self.loss.kind in _EXITS:
            self._arrive(state)
        return None

    def _is_lent(self, event: Escape, block: int, number: int) -> bool:
        """Whether what is given to somebody unknown is released behind the call, so that it was only lent."""
        ahead = self.ahead.behind(block, number).somewhere
        return any(event.place.holds(place) and place in ahead for place in self.related)

    @cached_property
    def ahead(self) -> ReleasesAhead:
        """What is released from every point of the function on."""
        return ReleasesAhead(self.graph)

    def cross(self, edge: Edge, state: _State) -> _State | None:
        facts = state.facts
        for test in edge.tests:
            if Test(test.place, test.outcome.opposite) in facts:
                return None
            held = state.content(test.place)
            if test.outcome is Outcome.NIL and held >= 0 and not self._is_number(held):
                return None
            if test.place in self.remembered:
                facts |= {test}
        return state if facts == state.facts else _State(state.held, facts, state.shared)

    def _is_number(self, site: int) -> bool:
        """Whether what a site acquires may be 0."""
        return self.graph.sites[site].obligation.resource == _DESCRIPTOR

    def _is_loss(self, event: Event) -> bool:
        if event.span != self.loss.span:
            return False
        if self.loss.kind is LossKind.OVERWRITTEN:
            return isinstance(event, Assign) and event.place == self.place
        return self.loss.kind is LossKind.SCOPE and isinstance(event, Drop) and self.place.root in event.roots

    def _arrive(self, state: _State) -> None:
        held = state.content(self.place)
        is_nothing = held in (_OTHER, _GONE) and not self.nothing.isdisjoint(state.facts)
        self.found.add(_NOTHING if is_nothing else held)

    def _event(self, state: _State, event: Event) -> _State:
        if isinstance(event, Assign):
            return self._assign(state, event)
        if isinstance(event, Known):
            if event.place not in self.remembered:
                return state
            return _State(state.held, state.facts | {Test(event.place, event.value)}, state.shared)
        if isinstance(event, Forget):
            left = frozenset(fact for fact in state.facts if not event.place.holds(fact.place))
            return _State(state.held, left, state.shared)
        if isinstance(event, Copy):
            return self._copy(state, event)
        if isinstance(event, Acquire):
            return self._set(state, event.place, event.site)
        if isinstance(event, Release):
            return self._gone(state, event.place)
        if isinstance(event, Escape):
            return self._escape(state, event)
        if isinstance(event, Drop):
            held = frozenset(entry for entry in state.held if entry[0].root not in event.roots)
            facts = frozenset(fact for fact in state.facts if fact.place.root not in event.roots)
            shared = frozenset(place for place in state.shared if place.root not in event.roots)
            return _State(held, facts, shared)
        return state

    def _set(self, state: _State, place: Place, held: int) -> _State:
        if place not in self.related:
            return state
        rest = frozenset(entry for entry in state.held if entry[0] != place)
        return _State(rest | {(place, held)}, state.facts, state.shared)

    def _assign(self, state: _State, event: Assign) -> _State:
        if event.place.weak:
            return state
        facts = frozenset(fact for fact in state.facts if not event.place.holds(fact.place))
        if event.value is not None and event.place in self.remembered:
            facts |= {Test(event.place, event.value)}
        behind = state if facts == state.facts else _State(state.held, facts, state.shared)
        for place in self.related:
            if event.place.holds(place):
                is_bare = self.bare is not None and place.root == self.place.root and self.bare.contains(event.span)
                behind = self._set(behind, place, _UNSET if is_bare else _OTHER)
        return behind

    def _copy(self, state: _State, event: Copy) -> _State:
        facts = state.facts
        for fact in state.facts:
            if event.source.holds(fact.place):
                told = event.target.below(*fact.place.path[len(event.source.path) :])
                if told in self.remembered:
                    facts |= {Test(told, fact.outcome)}
        behind = state if facts == state.facts else _State(state.held, facts, state.shared)
        for place in self.related:
            if event.target.holds(place):
                behind = self._set(behind, place, state.content(_moved(place, event.target, event.source)))
        return behind

    def _gone(self, state: _State, place: Place) -> _State:
        """What a place holds is no longer to be released, under no name."""
        held = state.content(place)
        if held < 0:
            return self._set(state, place, _GONE) if place in self.related else state
        changed = frozenset((at, _GONE if one == held else one) for at, one in state.held)
        return _State(changed, state.facts, state.shared)

    def _escape(self, state: _State, event: Escape) -> _State:
        if self.resource in event.spares:
            return state
        if event.late and event.how in _ADDRESSED:
            shared = frozenset(place for place in self.related if event.place.holds(place))
            return _State(state.held, state.facts, state.shared | shared)
        behind = state
        for place in self.related:
            if event.place.holds(place) or (place.holds(event.place) and not event.contents):
                behind = self._gone(behind, place)
        return behind


def _related(graph: Graph, place: Place) -> frozenset[Place]:
    """The places that may share what a place holds, by copies of it or of what it lies in."""
    found = {place}
    waiting = [place]
    copies = [event for event in graph.events() if isinstance(event, Copy)]
    while waiting:
        at = waiting.pop()
        for copy in copies:
            for one, other in ((copy.source, copy.target), (copy.target, copy.source)):
                behind = _moved(at, one, other) if one.holds(at) else at
                if behind not in found and len(behind.path) <= _DEEPEST:
                    found.add(behind)
                    waiting.append(behind)
    return frozenset(found)


def _moved(place: Place, source: Place, target: Place) -> Place:
    """The place that is to the target what a place is to the source that it lies in."""
    return target.below(*place.path[len(source.path) :])
