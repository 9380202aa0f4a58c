"""What a variable may hold where a resource is lost, besides that resource and nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import LossKind, Status
from leakfix.flow import Acquire, Assign, BudgetError, Copy, Drop, Outcome, Place, explore
from leakfix.languages.go import syntax
from leakfix.rules.go.leaks import leaks_of
from leakfix.text import Span

if TYPE_CHECKING:
    from leakfix.detectors.losses import Leak, Loss
    from leakfix.flow import Block, Edge, Event, Graph, Step
    from leakfix.rules.go.repair import Repair

_NOTHING: Final = -1
_OTHER: Final = -2
_SETTLED: Final = frozenset({Status.RELEASED, Status.HANDED_ON})

_State = frozenset[tuple[Place, int]]
"""Places with what they hold: the index of the site that acquired it, `_NOTHING` or `_OTHER`."""
_EMPTY: Final[_State] = frozenset()


def may_hold_another(repair: Repair, loss: Loss) -> bool:
    """Whether the variable may hold something else than nil and what its release is owed to at a loss.

    Whether it is nil does not tell then whether there is anything to release.
    """
    contents = _contents(repair, loss)
    if contents is None:
        return True
    sites = repair.unit.graph.sites
    owed = {_NOTHING, *(index for index, site in enumerate(sites) if site.span == repair.leak.site.span)}
    owed |= {index for index in contents - owed if index >= 0 and _is_lost_there(repair, sites[index].span, loss)}
    return not contents <= owed


def always_holds(repair: Repair, loss: Loss) -> bool:
    """Whether the variable holds something that is lost there on every way to a loss, whichever call acquired it."""
    contents = _contents(repair, loss)
    if not contents or _NOTHING in contents or _OTHER in contents:
        return False
    spans = {repair.unit.graph.sites[index].span for index in contents}
    sure = {
        leak.site.span
        for unit, leak in leaks_of(repair.analysis)
        if unit.owner == repair.unit.owner and any(_is_sure(one, loss) for one in leak.losses)
    }
    return spans <= sure


def _is_sure(one: Loss, loss: Loss) -> bool:
    """Whether what is lost is always there at a loss unless another call was made to acquire it."""
    return one.span == loss.span and not one.unasked and one.others <= {Status.BEFORE}


def _contents(repair: Repair, loss: Loss) -> set[int] | None:
    """What the variable may hold at a loss; None where there are too many ways to it."""
    place = repair.place(loss)
    walker = _Walker(repair.unit.graph, place, loss, _declared_without_value(repair, place))
    try:
        explore(repair.unit.graph, _EMPTY, walker.run, walker.cross)
    except BudgetError:
        return None
    return walker.found


def _is_lost_there(repair: Repair, acquired: Span, loss: Loss) -> bool:
    """Whether what another call acquired is lost at the same point, and settled on no way there."""
    return any(
        unit.owner == repair.unit.owner and leak.site.span == acquired and _loses(leak, loss)
        for unit, leak in leaks_of(repair.analysis)
    )


def _loses(leak: Leak, loss: Loss) -> bool:
    return any(one.span == loss.span and one.others.isdisjoint(_SETTLED) for one in leak.losses)


def _declared_without_value(repair: Repair, place: Place) -> Span | None:
    for variable in repair.bindings.variables:
        if variable.declaration.start_byte == place.root and variable.origin.kind_id == syntax.VAR_SPEC:
            origin = variable.origin
            is_bare = origin.child_by_field_id(syntax.F_VALUE) is None
            return Span(origin.start_byte, origin.end_byte) if is_bare else None
    return None


class _Walker:
    def __init__(self, graph: Graph, place: Place, loss: Loss, bare: Span | None) -> None:
        self.place = place
        self.loss = loss
        self.bare = bare
        """Where the variable is declared, if that gives it no value."""
        self.related = _sources(graph, place)
        self.found: set[int] = set()

    def run(self, step: Step[_State], block: Block) -> _State | None:
        state = step.state
        for event in block.events:
            if self._is_loss(event):
                self._arrive(state)
            state = self._event(state, event)
        if block.exit is None:
            return state
        if block.exit.span == self.loss.span:
            self._arrive(state)
        return None

    def cross(self, _: Edge, state: _State) -> _State | None:
        return state

    def _is_loss(self, event: Event) -> bool:
        if event.span != self.loss.span:
            return False
        if self.loss.kind is LossKind.OVERWRITTEN:
            return isinstance(event, Assign) and event.place == self.place
        return isinstance(event, Drop) and self.place.root in event.roots

    def _arrive(self, state: _State) -> None:
        self.found.add(_content(state, self.place))

    def _event(self, state: _State, event: Event) -> _State:
        if isinstance(event, Acquire):
            return self._set(state, event.place, event.site)
        if isinstance(event, Assign) and not event.place.weak:
            is_bare = self.bare is not None and event.place == self.place and self.bare.contains(event.span)
            held = _NOTHING if is_bare or event.value is Outcome.NIL else _OTHER
            for place in self.related:
                if event.place.holds(place):
                    state = self._set(state, place, held)
        if isinstance(event, Copy):
            return self._set(state, event.target, _content(state, event.source))
        return state

    def _set(self, state: _State, place: Place, held: int) -> _State:
        if place not in self.related:
            return state
        return frozenset((*(entry for entry in state if entry[0] != place), (place, held)))


def _content(state: _State, place: Place) -> int:
    return next((held for at, held in state if at == place), _OTHER)


def _sources(graph: Graph, place: Place) -> frozenset[Place]:
    """The places from which, by copies, what a place holds may come."""
    found = {place}
    copies = [event for event in graph.events() if isinstance(event, Copy)]
    while True:
        added = {copy.source for copy in copies if copy.target in found}
        if added <= found:
            return frozenset(found)
        found |= added
