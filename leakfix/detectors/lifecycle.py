"""The lifecycle detector: an acquisition from which a path leads out with the resource owned and not released.

Each acquisition is followed on its own along all feasible paths of the graph. On a path the resource is held by one or
more places; it is released, handed on, or lost: at an exit of the function, where the last place that holds it is
overwritten, or where the scope of that place ends. Error results are correlated: where the error is not nil there is
nothing to release. So are the outcomes of repeated tests of the same unchanged variable. A loss that only an exception
leads to tells so: where it is lost without one, that is what counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import Enum

from leakfix.flow import (
    ANY_METHOD,
    Acquire,
    Assign,
    Block,
    BudgetError,
    Copy,
    Derive,
    Doubt,
    Drop,
    Edge,
    Escape,
    Event,
    Exit,
    ExitKind,
    Forget,
    Graph,
    Known,
    Outcome,
    Place,
    Release,
    Site,
    Step,
    Test,
    explore,
)
from leakfix.flow.ahead import Ahead, ReleasesAhead
from leakfix.flow.loops import Loop, begun
from leakfix.flow.remembering import sources, unless_below
from leakfix.text import Span
from leakfix.text.records import record, replace

_CORRELATED_AT_MOST = 8
_RAISED = 1
_DOUBTFUL = 2


class LossKind(Enum):
    """How the resource is lost."""

    RETURN = "return"
    END = "end"
    OVERWRITTEN = "overwritten"
    SCOPE = "scope"
    RAISED = "raised"
    """An exception leaves the function."""


class Status(Enum):
    """What has become of the resource on a path."""

    __hash__ = object.__hash__  # a name takes longer

    BEFORE = "not acquired yet"
    HELD = "held"
    ABSENT = "the acquisition failed"
    RELEASED = "released"
    HANDED_ON = "handed on"


@record
class Loss:
    """A point at ``span`` where the resource is lost, and the last branch on the way there."""

    kind: LossKind
    span: Span
    branch: Span | None
    taken: bool | None
    holders: tuple[Place, ...]
    """The named places that still held the resource there."""
    jump: Span | None
    """The last goto on the way there, when the resource is held wherever control gets to it."""
    through: frozenset[int]
    """The variables that hold the resource or work through it there."""
    others: frozenset[Status]
    """What else may have become of it where control gets to this point on other paths."""
    raised: Span | None = None
    """What raises the exception that leads there, when nothing but an exception does; None for a plain `raise`."""
    doubtful: bool = False
    """Whether nothing leads there but exceptions that may never be raised."""

    @property
    def holder(self) -> Place | None:
        """The first of the named places."""
        return self.holders[0] if self.holders else None


@record
class Leak:
    """One acquisition with every point where its resource is lost, in the order of the file."""

    site: Site
    losses: tuple[Loss, ...]
    fates: frozenset[Status]
    """What becomes of the resource on other paths: released, handed on."""
    methods: frozenset[str]
    """The methods that release it on other paths; a drained resource that released itself has none."""
    repeats: bool
    """Whether the acquisition can run again before the function returns."""


@record
class State:
    """What is known on a path; unless the resource is held only ``facts`` count."""

    status: Status = Status.BEFORE
    holders: frozenset[Place] = frozenset()
    derived: frozenset[tuple[Place, bool]] = frozenset()
    errors: frozenset[Place] = frozenset()
    facts: frozenset[Test] = frozenset()
    raised: int = 0
    """Whether an exception was raised since the acquisition: 0 not at all, `_RAISED`, or `_DOUBTFUL`."""
    asked: frozenset[tuple[Place, Doubt]] = frozenset()
    """What a callee gave back that may have taken the resource over, as long as nobody has asked for it."""
    lent: bool = False
    """Whether a callee had it of which only releases on failing ways tell that it was lent."""
    due: frozenset[tuple[int, int]] = frozenset()
    """The loops that were come to since the acquisition and have had no turn yet, as `Edge.begins` tells them."""

    @property
    def held(self) -> bool:
        """Whether something holds it."""
        return self.status is Status.HELD

    @property
    def lost(self) -> bool:
        """Whether nothing leads to it any more."""
        return not self.holders and not any(closes for _, closes in self.derived)

    def knowing(self, facts: frozenset[Test]) -> "State":
        """The same with other facts."""
        return State(
            self.status,
            self.holders,
            self.derived,
            self.errors,
            facts,
            self.raised,
            self.asked,
            self.lent,
            self.due,
        )

    def ended(self, status: Status) -> "State":
        """The path goes on with the resource gone."""
        return State(status, facts=self.facts)


@record
class _Late:
    """What functions do that read a variable when they run: it counts for whatever the variable holds by then."""

    releases: frozenset[Place]
    escapes: frozenset[Place]
    owners: frozenset[tuple[Place, Place]]


def leaks(graph: Graph) -> tuple[Leak, ...]:
    """The leaks of one function, one for each acquisition that leaks, in the order of `Graph.sites`.

    A function too large to be explored yields nothing.
    """
    if not graph.sites:
        return ()
    found: list[Leak] = []
    correlated, ahead = remembered(graph), ReleasesAhead(graph)
    for index in range(len(graph.sites)):
        leak = _pursued(graph, index, correlated, ahead)
        if leak is not None and leak.losses:
            found.append(leak)
    return tuple(found)


def remembered(graph: Graph) -> frozenset[Place]:
    """The places of whose tests a path is told: those whose tests can tell something.

    Where calls have several outcomes, to remember less than all would follow ways that nothing can take.
    """
    worth = _correlated(graph)
    has_outcomes = any(isinstance(event, Known) for event in graph.events())
    return sources(graph, worth if has_outcomes else worth[:_CORRELATED_AT_MOST])


def _pursued(graph: Graph, index: int, correlated: frozenset[Place], ahead: ReleasesAhead) -> Leak | None:
    """Follow one acquisition; None when it is never lost, or the function is too large for it."""
    if not _Glance(graph, index, correlated, ahead=ahead).may_lose():
        return None
    pursuit = Pursuit(graph, index, correlated, ahead=ahead)
    if not pursuit.explored():
        return None
    loops = begun(graph) if pursuit.losses else ()
    if loops:
        # What only a loop without a turn forgets is nothing: a turn would have handed it on or released it.
        busy = Pursuit(graph, index, correlated, loops, ahead)
        if busy.explored():
            pursuit.losses = {key: loss for key, loss in pursuit.losses.items() if key in busy.losses}
    return pursuit.leak()


def _late(graph: Graph, site: Site) -> _Late:
    """What concerns an acquisition of what was made before it; what is made behind it is met in its order."""
    releases, escapes, owners = set(), set(), set()
    for event in graph.events():
        if event.span.start > site.span.start:
            continue
        if isinstance(event, Release) and event.deferred and event.late:
            releases.add(event.place)
        elif isinstance(event, Escape) and event.late:
            escapes.add(event.place)
        elif isinstance(event, Derive) and event.late and event.closes:
            owners.add((event.source, event.target))
    return _Late(frozenset(releases), frozenset(escapes), frozenset(owners))


def _correlated(graph: Graph) -> tuple[Place, ...]:
    """The places whose tests are worth remembering: tested at two branches, or set to a constant and tested.

    What takes over what is known of a constant by a copy is worth it too.
    """
    tested: Counter[Place] = Counter()
    for block in graph.blocks:
        places = {test.place for edge in block.edges for test in edge.tests if not test.place.weak}
        tested.update(places)
    constant = {e.place for e in graph.events() if isinstance(e, (Assign, Known)) and e.value is not None}
    worth = [place for place, count in tested.items() if count > 1 or place in constant]
    if constant and len(worth) < len(tested):
        known = set(worth)
        worth += [p for p in tested if p not in known and not constant.isdisjoint(sources(graph, (p,)))]
    return tuple(worth)


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
        self.late = _late(graph, self.site)
        self.ahead = ahead if ahead is not None else ReleasesAhead(graph)
        """What is released from every point of the function on."""
        self.losses: dict[tuple[LossKind, Span, Span | None], Loss] = {}
        """By where the resource is lost, and the last goto on the way there."""
        self.arrivals: dict[Span | tuple[Span, Place], set[Status]] = defaultdict(set)
        """What has become of the resource where control gets to an exit, or to an assignment to a place."""
        self._tests: dict[int, tuple[tuple[Test, Test | None], ...]] = {}
        self.fates: set[Status] = set()
        self.methods: set[str] = set()
        self.repeats = False
        self.releases = tuple(
            (tuple(parts[:-1]), parts[-1]) for parts in (r.split(".") for r in self.site.obligation.releases)
        ) or (((), ANY_METHOD),)

    def explored(self) -> bool:
        """Follow every path; whether the function was small enough for it."""
        try:
            explore(self.graph, State(), self.run, self.cross)
        except BudgetError:
            return False
        return True

    def leak(self) -> Leak:
        """What was found, once every path was followed."""
        losses = self._apart()
        if self.graph.ends_process and not self.site.obligation.writes and not self.repeats:
            losses = []
        if self.site.obligation.assumed and Status.RELEASED not in self.fates:
            losses = []
        told = [self._told(loss) for loss in losses]
        return Leak(
            self.site,
            tuple(loss for loss in told if not _is_empty_container(loss) and not self._is_decided(loss)),
            frozenset(self.fates),
            frozenset(self.methods),
            self.repeats,
        )

    def _apart(self) -> list[Loss]:
        """The losses in order: one for each point, or, where others get there without the resource, for each goto."""
        found: dict[tuple[LossKind, Span], list[Loss]] = {}
        for loss in sorted(self.losses.values(), key=lambda loss: (loss.span, loss.jump or loss.span)):
            found.setdefault((loss.kind, loss.span), []).append(loss)
        return [one for losses in found.values() for one in self._at_one_point(losses)]

    def _at_one_point(self, losses: list[Loss]) -> list[Loss]:
        surest = min(losses, key=_level)
        if len(losses) == 1 or self.arrivals[surest.span] == {Status.HELD}:
            return [surest]
        clean = all(loss.jump is not None and self.arrivals[loss.jump] == {Status.HELD} for loss in losses)
        return losses if clean else [surest]

    def _told(self, loss: Loss) -> Loss:
        mixed = loss.jump is None or self.arrivals[loss.jump] != {Status.HELD}
        overwritten = loss.kind is LossKind.OVERWRITTEN and loss.holder is not None
        arrivals = self.arrivals[(loss.span, loss.holder) if overwritten and loss.holder else loss.span]
        others = frozenset(arrivals - {Status.HELD})
        return replace(loss, others=others, jump=None if mixed else loss.jump)

    def _is_decided(self, loss: Loss) -> bool:
        """Whether the function decides where it loses what it is only assumed to own: it releases it there, or not."""
        if not self.site.obligation.assumed or not loss.others & {Status.RELEASED, Status.HANDED_ON}:
            return False
        jumps = [edge for block in self.graph.blocks for edge in block.edges if edge.jump and edge.jump == loss.jump]
        return not jumps or any(not self.ahead.across(jump).somewhere.isdisjoint(loss.holders) for jump in jumps)

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
            level = _DOUBTFUL if edge.doubtful else _RAISED
            state = state if level <= state.raised else replace(state, raised=level)
        for test, opposite in self._tests_on(edge) if edge.tests else ():
            if opposite is not None and opposite in state.facts:
                return None
            if state.held:
                if test.outcome is Outcome.NIL and self._is_there(state, test.place):
                    return None
                if test.place in state.errors:
                    failed = test.outcome in (Outcome.NOT_NIL, Outcome.FALSE)
                    state = state.ended(Status.ABSENT) if failed else replace(state, errors=state.errors - {test.place})
            if opposite is not None and test not in state.facts:
                state = state.knowing(state.facts | {test})
            if state.asked and state.held and edge.span is not None:
                state = self._answered(state, test, edge)
        return state

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
                if self._is_lent(state, self.ahead.across(edge)):
                    return self._lent(state, self.ahead.across(edge))
                if failed and self._is_lent(state, self.ahead.besides(edge)):
                    return self._lent(state, self.ahead.besides(edge))
                return self._end(state, Status.HANDED_ON)
        return state

    def _is_lent(self, state: State, ahead: Ahead) -> bool:
        """Whether the function still releases what is held, so that it never gave it away."""
        return not ahead.somewhere.isdisjoint(state.holders) or any(
            closes and place in ahead.somewhere for place, closes in state.derived
        )

    def _lent(self, state: State, ahead: Ahead) -> State:
        well = not ahead.well.isdisjoint(state.holders) or any(c and place in ahead.well for place, c in state.derived)
        return replace(state, asked=frozenset(), lent=state.lent or not well)

    def _doubted(self, state: State, doubt: Doubt, ahead: Ahead) -> State:
        """Nothing is known of a callee: it did not take what is released behind it."""
        if not self._is_lent(state, ahead):
            return self._end(state, Status.HANDED_ON)
        behind = self._lent(state, ahead)
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
        if any(self._releases_late(holder) for holder in state.holders):
            self.fates.add(Status.RELEASED)
            return
        self._lose(step, _LOSSES[at.kind], at.span, state)

    def _releases_late(self, holder: Place) -> bool:
        return any(place == holder.below(*path) for path, _ in self.releases for place in self.late.releases)

    def _lose(self, step: Step[State], kind: LossKind, span: Span, state: State) -> None:
        jump = next((at.edge.jump for at in _backwards(step) if at.edge is not None and at.edge.jump is not None), None)
        known = self.losses.get((kind, span, jump))
        if known is not None and _level(known) <= state.raised:
            return
        branch, taken = _last_branch(step)
        owners = [*sorted(state.holders), *sorted(place for place, closes in state.derived if closes)]
        named = tuple(holder for holder in owners if holder.root in self.graph.names)
        through = frozenset(place.root for place in (*state.holders, *(place for place, _ in state.derived)))
        raised = next((at.edge.raised for at in _backwards(step) if at.edge and at.edge.raised is not None), None)
        doubtful = state.raised == _DOUBTFUL
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
            state = self._carry(state, event)
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
        return self._with_late(State(Status.HELD, frozenset({event.place}), frozenset(), errors, state.facts))

    def _with_late(self, state: State) -> State:
        """Take into account the functions that read a variable when they run, made before it held the resource."""
        for holder in state.holders:
            if any(place.holds(holder) or holder.holds(place) for place in self.late.escapes):
                return self._end(state, Status.HANDED_ON)
        owners = {(target, True) for source, target in self.late.owners if source in state.holders}
        return replace(state, derived=state.derived | owners) if owners else state

    def _assign(self, step: Step[State], state: State, event: Assign) -> State:
        if event.place.weak:
            return state
        self.arrivals[event.span, event.place].add(state.status)
        facts = unless_below(event.place, state.facts)
        if event.value is not None and event.place in self.correlated:
            facts |= {Test(event.place, event.value)}
        if not state.held or not _names(state, event.place.root):
            return state if facts == state.facts else state.knowing(facts)
        behind = State(
            Status.HELD,
            frozenset(holder for holder in state.holders if not event.place.holds(holder)),
            frozenset(entry for entry in state.derived if not event.place.holds(entry[0])),
            frozenset(error for error in state.errors if not event.place.holds(error)),
            facts,
            state.raised,
            _unless_within(event.place, state.asked),
            state.lent,
            state.due,
        )
        if behind.lost:
            if state.lent or state.asked:
                return self._end(behind, Status.HANDED_ON)
            self._lose(step, LossKind.OVERWRITTEN, event.span, state)
            return behind.ended(Status.ABSENT)
        return behind

    def _drop(self, step: Step[State], state: State, event: Drop) -> State:
        self.arrivals[event.span].add(state.status)
        if not state.held:
            return state
        behind = replace(
            state,
            holders=frozenset(holder for holder in state.holders if holder.root not in event.roots),
            derived=frozenset(entry for entry in state.derived if entry[0].root not in event.roots),
        )
        if not behind.lost:
            return behind
        if any(self._releases_late(holder) for holder in state.holders):
            return self._end(state, Status.RELEASED)
        if state.lent or state.asked:
            return self._end(state, Status.HANDED_ON)
        self._lose(step, LossKind.SCOPE, event.span, state)
        return behind.ended(Status.ABSENT)

    def _end(self, state: State, status: Status) -> State:
        self.fates.add(status)
        return state.ended(status)

    def _release(self, state: State, event: Release) -> State:
        place = event.place
        if any(closes for derived, closes in state.derived if derived == place):
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
        carriers = [*state.holders, *(derived for derived, _ in state.derived)]
        if event.into is not None and any(carrier.holds(event.into) for carrier in carriers):
            return state
        if event.doubt is not None:
            if any(event.place.holds(carrier) for carrier in carriers):
                return self._doubted(state, event.doubt, self.ahead.behind(block, number))
            return state
        if any(event.place.holds(carrier) or carrier.holds(event.place) for carrier in carriers):
            return self._end(state, Status.HANDED_ON)
        return state

    def _copy(self, state: State, event: Copy) -> State:
        holders, derived, errors = set(state.holders), set(state.derived), state.errors
        if event.source in errors:
            errors |= {event.target}
        for holder in state.holders:
            if event.source.holds(holder):
                holders.add(event.target.below(*holder.path[len(event.source.path) :]))
            elif holder.holds(event.source):
                through = event.source.path[len(holder.path) :]
                derived.add((event.target, any(path == through for path, _ in self.releases)))
        for place, closes in state.derived:
            if event.source.holds(place):
                derived.add((event.target.below(*place.path[len(event.source.path) :]), closes))
        asked = state.asked | {(event.target, doubt) for place, doubt in state.asked if place == event.source}
        behind = replace(state, holders=frozenset(holders), derived=frozenset(derived), errors=errors, asked=asked)
        return self._with_late(behind) if behind.holders != state.holders else behind

    def _carry(self, state: State, event: Copy) -> State:
        """What is known of the source is known of its copy."""
        told = {
            Test(event.target.below(*fact.place.path[len(event.source.path) :]), fact.outcome)
            for fact in state.facts
            if event.source.holds(fact.place)
        }
        told = {test for test in told if test.place in self.correlated}
        return state.knowing(state.facts | told) if told else state

    def _derive(self, state: State, event: Derive) -> State:
        carriers = [*state.holders, *(derived for derived, _ in state.derived)]
        if any(event.source.holds(carrier) or carrier.holds(event.source) for carrier in carriers):
            return replace(state, derived=state.derived | {(event.target, event.closes)})
        return state


class _LostError(Exception):
    """The resource may be lost."""


class _Glance(Pursuit):
    """Looks only from where the resource is acquired to where it is held no more, whatever was tested before.

    Who knows less of the tests before follows all ways that there are, and more: what is not lost on any of them never
    is. Most resources are not; and of those, nobody asks what else becomes of them.
    """

    def may_lose(self) -> bool:
        """Whether the resource may be lost at all."""
        starts = [
            number
            for number, block in enumerate(self.graph.blocks)
            if any(isinstance(event, Acquire) and event.site == self.index for event in block.events)
        ]
        try:
            for start in starts:
                explore(self.graph, State(), self.run, self.cross, entry=start)
        except (_LostError, BudgetError):
            return True
        return False

    def run(self, step: Step[State], block: Block) -> State | None:
        """The state behind a block; None where nothing is held."""
        behind = super().run(step, block)
        return behind if behind is not None and behind.held else None

    def _lose(self, *_: object) -> None:
        raise _LostError


def _names(state: State, root: int) -> bool:
    """Whether a variable holds the resource, works through it, or tells of it."""
    for holder in state.holders:
        if holder.root == root:
            return True
    others = (*(place for place, _ in state.derived), *state.errors, *(place for place, _ in state.asked))
    return any(place.root == root for place in others)


def _unless_within(place: Place, asked: frozenset[tuple[Place, Doubt]]) -> frozenset[tuple[Place, Doubt]]:
    """What can still be asked for where a place is overwritten: whoever overwrites a result did not want to know it."""
    lost = {doubt for holder, doubt in asked if place.holds(holder)}
    return frozenset(entry for entry in asked if entry[1] not in lost) if lost else asked


def _fails(at: Exit) -> bool:
    return at.failed or at.kind is ExitKind.RAISE


_LOSSES = {ExitKind.RETURN: LossKind.RETURN, ExitKind.END: LossKind.END, ExitKind.RAISE: LossKind.RAISED}


def _level(loss: Loss) -> int:
    """How an exception had to help to a loss, as `State.raised` tells it."""
    if loss.raised is None:
        return 0
    return _DOUBTFUL if loss.doubtful else _RAISED


def _is_empty_container(loss: Loss) -> bool:
    """Whether the path to a loss is the one on which the loop that empties a container has no turn.

    What an element holds is handed on or released by a loop over the elements, and the path around that loop is only
    taken where there are none.
    """
    weak = loss.holder is not None and loss.holder.weak
    return weak and bool(loss.others & {Status.RELEASED, Status.HANDED_ON})


def _last_branch(step: Step[State]) -> tuple[Span | None, bool | None]:
    """The last condition on the way to ``step`` behind the acquisition."""
    for at in _backwards(step):
        edge, before = at.edge, at.previous
        if edge is None or edge.span is None or before is None:
            continue
        if not any(test.place in before.state.errors for test in edge.tests):
            return edge.span, edge.taken
    return None, None


def _backwards(step: Step[State]) -> Iterator[Step[State]]:
    at: Step[State] | None = step
    while at is not None and at.state.held:
        yield at
        at = at.previous
