"""Follows the resource of one acquisition along all feasible paths of a graph, and notes where it is lost.

On a path the resource is held by one or more places; it is released, handed on, or lost: at an exit of the function,
where the last place that holds it is overwritten, or where the scope of that place ends. Error results are correlated:
where the error is not nil there is nothing to release. So are the outcomes of repeated tests of the same unchanged
variable.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from leakfix.detectors.late import late_before
from leakfix.detectors.losses import DOUBTFUL, RAISED, Loss, LossKind, Status
from leakfix.detectors.states import State
from leakfix.detectors.way_back import last_branch, last_jump, last_raised
from leakfix.flow import (
    ANY_METHOD,
    Acquire,
    Assign,
    BudgetError,
    Copy,
    Derive,
    Drop,
    Escape,
    ExitKind,
    Forget,
    Known,
    Outcome,
    Release,
    Test,
    explore,
)
from leakfix.flow.ahead import ReleasesAhead
from leakfix.flow.remembering import unless_below
from leakfix.text.records import replace

if TYPE_CHECKING:
    from leakfix.flow import Block, Doubt, Edge, Event, Exit, Graph, Place, Step
    from leakfix.flow.ahead import Ahead
    from leakfix.flow.loops import Loop
    from leakfix.text import Span

_LOSSES: Final = {ExitKind.RETURN: LossKind.RETURN, ExitKind.END: LossKind.END, ExitKind.RAISE: LossKind.RAISED}


class Pursuit:
    """Follows the resource of one acquisition; collects where it is lost."""

    def __init__(
        self,
        graph: Graph,
        index: int,
        correlated: frozenset[Place],
        loops: tuple[Loop, ...] = (),
        ahead: ReleasesAhead | None = None,
    ) -> None:
        """Take a graph and the number of its acquisition; each of the ``loops`` has one turn at least."""
        self.graph = graph
        self.index = index
        self.site = graph.sites[index]
        self.correlated = correlated
        self.loops = {loop.after: loop for loop in loops}
        self.late = late_before(graph, self.site)
        self.ahead = ahead if ahead is not None else ReleasesAhead(graph)
        """What is released from every point of the function on."""
        self.losses: dict[tuple[LossKind, Span, Span | None], Loss] = {}
        """By where the resource is lost, and the last goto on the way there."""
        self.arrivals: dict[Span | tuple[Span, Place], set[Status]] = defaultdict(set)
        """What has become of the resource where control gets to an exit, or to an assignment to a place."""
        self._tests: dict[int, tuple[tuple[Test, Test | None], ...]] = {}
        self.unasked: set[tuple[LossKind, Span]] = set()
        """The losses that some way leads to on which nobody has asked whether the acquisition failed."""
        self.outlived: dict[Span, frozenset[Place]] = {}
        """What still works through the resource behind the end of a scope where it is lost."""
        self.successes: set[Span] = set()
        """The exits where nothing has failed."""
        self.fates: set[Status] = set()
        self.methods: set[str] = set()
        self.repeats = False
        self.releases = tuple(
            (tuple(parts[:-1]), parts[-1]) for parts in (r.split(".") for r in self.site.obligation.releases)
        ) or (((), ANY_METHOD),)
        self._release_paths = frozenset(path for path, _ in self.releases)

    def explored(self) -> bool:
        """Follow every path; whether the function was small enough for it."""
        try:
            explore(self.graph, State(), self.run, self.cross)
        except BudgetError:
            return False
        return True

    def run(self, step: Step[State], block: Block) -> State | None:
        """The state behind a block; None where the function is left."""
        state = step.state
        for number, event in enumerate(block.events):
            if isinstance(event, Escape):
                state = self._escape(state, event, step.block, number) if state.held else state
            else:
                state = self._event(step, state, event)
        if block.exit is None:
            return state
        if state.held and (state.asked or (state.lent and not _fails(block.exit))):
            state = self._end(state, Status.HANDED_ON)
        self.arrivals[block.exit.span].add(state.status)
        if not _fails(block.exit):
            self.successes.add(block.exit.span)
        if state.held:
            self._exit(step, state, block.exit)
        return None

    def cross(self, edge: Edge, state: State) -> State | None:
        """The state behind an edge; None where it contradicts what was tested before."""
        if self.loops and state.held:
            turned = self._turned(edge, state)
            if turned is None:
                return None
            state = turned
        if edge.raised is not None and state.held:
            level = DOUBTFUL if edge.doubtful else RAISED
            state = state if level <= state.raised else replace(state, raised=level)
        for test, opposite in self._tests_on(edge) if edge.tests else ():
            if opposite is not None and opposite in state.facts:
                return None
            if state.held:
                if test.outcome is Outcome.NIL and self._is_there(state, test.place):
                    if state.sure:
                        return None
                    state = state.ended(Status.ABSENT)
                else:
                    state = self._asked(state, test)
            if opposite is not None and test not in state.facts:
                state = state.knowing(state.facts | {test})
            if state.asked and state.held and edge.span is not None:
                state = self._answered(state, test, edge)
        return state

    def _asked(self, state: State, test: Test) -> State:
        """The state behind a test that may tell whether the acquisition failed."""
        failed = test.outcome in (Outcome.NOT_NIL, Outcome.FALSE)
        if test.place in state.errors:
            if failed:
                return state.ended(Status.ABSENT)
            return replace(state, errors=state.errors - {test.place}, sure=True)
        if not state.sure and test.outcome is Outcome.NOT_NIL and self._is_there(state, test.place):
            return replace(state, sure=True)
        return state.answered(test.place, failed=failed) if state.failing else state

    def _tests_on(self, edge: Edge) -> tuple[tuple[Test, Test | None], ...]:
        """The tests of an edge, those that are remembered with their opposites."""
        known = self._tests.get(id(edge))
        if known is None:
            known = self._tests[id(edge)] = tuple(
                (test, Test(test.place, test.outcome.opposite) if test.place in self.correlated else None)
                for test in edge.tests
            )
        return known

    def _turned(self, edge: Edge, state: State) -> State | None:
        """The state behind an edge where every loop has a turn; None where one would have none."""
        if edge.begins is not None:
            state = replace(state, due=state.due | {edge.begins})
        elif state.due:
            if any(edge.target == after for _, after in state.due):
                return None
            if any(edge.target == inside for inside, _ in state.due):
                state = replace(state, due=frozenset(loop for loop in state.due if loop[0] != edge.target))
        loop = self.loops.get(edge.target)
        if loop is not None and any(place in state.holders or (place, True) in state.derived for place in loop.dealt):
            return self._end(state, Status.HANDED_ON)
        return state

    def _answered(self, state: State, test: Test, edge: Edge) -> State:
        """A test tells how a call ended that may have taken the resource over."""
        for place, doubt in state.asked:
            if place.holds(test.place):
                failed = (test.place.path[len(place.path) :], test.outcome) in doubt.failures
                if state.is_lent(self.ahead.across(edge)):
                    return state.lent_to(self.ahead.across(edge))
                if failed and state.is_lent(self.ahead.besides(edge)):
                    return state.lent_to(self.ahead.besides(edge))
                return self._end(state, Status.HANDED_ON)
        return state

    def _doubted(self, state: State, doubt: Doubt, ahead: Ahead) -> State:
        """Nothing is known of a callee: it did not take what is released behind it."""
        if not state.is_lent(ahead):
            return self._end(state, Status.HANDED_ON)
        behind = state.lent_to(ahead)
        if doubt.result is None or not self.ahead.is_asked_for(doubt):
            return behind
        return replace(behind, asked=frozenset({(doubt.result, doubt)}))

    def _is_there(self, state: State, place: Place) -> bool:
        """Whether ``place`` is on the way to the resource, so that it cannot be nil while the resource is held."""
        return any(
            place.holds(holder) or any(holder.below(*path) == place for path, _ in self.releases)
            for holder in state.holders
        )

    def _exit(self, step: Step[State], state: State, at: Exit) -> None:
        if at.kind in (ExitKind.PANIC, ExitKind.STOP):
            return
        if self.graph.ends_process and not self.site.obligation.writes:
            return
        if self._is_released_late(state):
            self.fates.add(Status.RELEASED)
            return
        self.lose(step, _LOSSES[at.kind], at.span, state)

    def _is_released_late(self, state: State) -> bool:
        late = self.late.releases
        return any(holder.below(*path) in late for holder in state.holders for path in self._release_paths)

    def lose(self, step: Step[State], kind: LossKind, span: Span, state: State) -> None:
        """The resource is lost at ``span``: the surest way to get there is kept."""
        if not state.sure or (not state.holders and (state.failing or state.hollow)):
            self.unasked.add((kind, span))
        jump = last_jump(step)
        known = self.losses.get((kind, span, jump))
        if known is not None and known.level <= state.raised:
            return
        branch, taken = last_branch(step)
        works = (place for place, closes in state.derived if closes and place not in state.hollow)
        owners = [*sorted(state.holders), *sorted(works)]
        named = tuple(holder for holder in owners if holder.root in self.graph.names)
        through = frozenset(place.root for place in state.carriers())
        raised, doubtful = last_raised(step), state.raised == DOUBTFUL
        self.losses[kind, span, jump] = Loss(
            kind, span, branch, taken, named, jump, through, frozenset(), raised, doubtful
        )

    def _event(self, step: Step[State], state: State, event: Event) -> State:
        if isinstance(event, Acquire):
            return self._acquire(state, event)
        if isinstance(event, Assign):
            return self._assign(step, state, event)
        if isinstance(event, Drop):
            return self._drop(step, state, event)
        if isinstance(event, Known):
            told = event.place in self.correlated
            return state.knowing(state.facts | {Test(event.place, event.value)}) if told else state
        if isinstance(event, Copy):
            state = state.told(event, self.correlated)
        if isinstance(event, Forget):
            return state.knowing(unless_below(event.place, state.facts))
        if not state.held:
            return state
        if isinstance(event, Release):
            return self._release(state, event)
        if isinstance(event, Copy):
            return self._copy(state, event)
        if isinstance(event, Derive):
            return self._derive(state, event)
        return state

    def _acquire(self, state: State, event: Acquire) -> State:
        if event.site != self.index:
            return state
        self.repeats = self.repeats or state.status is not Status.BEFORE
        errors = frozenset({self.site.error} if self.site.error is not None else ())
        acquired = State(Status.HELD, frozenset({event.place}), frozenset(), errors, state.facts)
        return self._with_late(acquired if self.site.error_result is None else replace(acquired, sure=False))

    def _with_late(self, state: State) -> State:
        """Take into account the functions that read a variable when they run, made before it held the resource."""
        if self.late.hand_on(state.holders):
            return self._end(state, Status.HANDED_ON)
        owners = {(owner, True) for owner in self.late.owning(state.holders)}
        return replace(state, derived=state.derived | owners) if owners else state

    def _assign(self, step: Step[State], state: State, event: Assign) -> State:
        if event.place.weak:
            return state
        self.arrivals[event.span, event.place].add(state.status)
        facts = unless_below(event.place, state.facts)
        if event.value is not None and event.place in self.correlated:
            facts |= {Test(event.place, event.value)}
        if not state.held or not state.names(event.place.root):
            return state if facts == state.facts else state.knowing(facts)
        behind = state.overwritten(event.place, facts)
        if behind.lost:
            if state.lent or state.asked:
                return self._end(behind, Status.HANDED_ON)
            self.lose(step, LossKind.OVERWRITTEN, event.span, state)
            return behind.ended(Status.ABSENT)
        return behind

    def _drop(self, step: Step[State], state: State, event: Drop) -> State:
        self.arrivals[event.span].add(state.status)
        if not state.held:
            return state
        behind = state.dropped(event.roots)
        if not behind.lost:
            return behind
        if self._is_released_late(state):
            return self._end(state, Status.RELEASED)
        if state.lent or state.asked:
            return self._end(state, Status.HANDED_ON)
        self.lose(step, LossKind.SCOPE, event.span, state)
        works = frozenset(place for place, _ in behind.derived)
        self.outlived[event.span] = self.outlived.get(event.span, frozenset()) | works
        return behind.ended(Status.ABSENT)

    def _end(self, state: State, status: Status) -> State:
        self.fates.add(status)
        return state.ended(status)

    def _release(self, state: State, event: Release) -> State:
        place = event.place
        # What an array or a struct was given lies somewhere in it, and may be what is released there.
        if any(closes and derived.holds(place) for derived, closes in state.derived):
            return self._released(state, event)
        for holder in state.holders:
            if event.method == ANY_METHOD and holder == place:
                return self._released(state, event)
            if any(holder.below(*path) == place and method == event.method for path, method in self.releases):
                return self._released(state, event)
            if place == holder and event.method not in ("close", "()"):
                return self._released(state, event)
            if place.holds(holder) and event.method != "close":
                return self._end(state, Status.HANDED_ON)
        return state

    def _released(self, state: State, event: Release) -> State:
        if event.drains:
            return state.ended(Status.RELEASED)
        self.methods.add(event.method)
        return self._end(state, Status.RELEASED)

    def _escape(self, state: State, event: Escape, block: int, number: int) -> State:
        if self.site.obligation.resource in event.spares:
            return state
        carriers = state.carriers()
        if event.into is not None and any(carrier.holds(event.into) for carrier in carriers):
            return state
        if event.doubt is not None:
            if any(event.place.holds(carrier) for carrier in carriers):
                return self._doubted(state, event.doubt, self.ahead.behind(block, number))
            return state
        if any(event.place.holds(carrier) for carrier in carriers):
            return self._end(state, Status.HANDED_ON)
        if not event.contents and any(carrier.holds(event.place) for carrier in carriers):
            return self._end(state, Status.HANDED_ON)
        return state

    def _copy(self, state: State, event: Copy) -> State:
        behind = state.copied(event, self._release_paths)
        return self._with_late(behind) if behind.holders != state.holders else behind

    def _derive(self, state: State, event: Derive) -> State:
        carriers = state.carriers()
        if any(event.source.holds(carrier) or carrier.holds(event.source) for carrier in carriers):
            return state.made(event)
        return state


def _fails(at: Exit) -> bool:
    return at.failed or at.kind is ExitKind.RAISE
