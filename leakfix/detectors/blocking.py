"""Where a concurrent process waits for ever on a channel, because the function that started it has left.

The net of a function is run, in every order that matters: a process that only has steps of its own goes first. Loops of
unknown length all have the same number of turns. A process is stuck when the function has left, or has made the channel
anew, and nobody that still runs can ever do what it waits for; or when it goes on, but all ways to its end wait so.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.detectors.blocking_run import LARGE, Run
from leakfix.flow.channels import Act, Choice, Close, End, Halt, Meet, Start, Turn, Wait, following, last_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.detectors.blocking_run import Instance, State
    from leakfix.flow.channels import Net, Operation, Step, Way
    from leakfix.text import Span

_STATES: Final = 2000
_STRAIGHT: Final = 100


@record
class Stuck:
    """A process waits for ever."""

    channel: int
    act: Act
    step: int
    """Where it waits: the first way there that is one of the channel."""
    process: int
    """Who waits; 0 is the function itself, which does so when everybody else has ended."""
    left: Span | None
    """Where the function left before; None where it did not: it waits itself, or makes the channel anew."""
    sure: bool = True
    """Whether who waits cannot end by itself, by what it received before."""


def stuck(net: Net) -> tuple[Stuck, ...]:
    """Every operation at which a process can wait for ever, once for each place where the function may leave.

    Nothing is found in nets with too many states.
    """
    return tuple(_Search(net).found())


class _Search:
    def __init__(self, net: Net) -> None:
        self._net = net
        self._run = Run(net)
        self._has_vague_loops = any(isinstance(step, Turn) and step.count is None for step in net.steps)
        """Whether how often something is sent or received may be other than in the run."""
        self._reach: dict[Step, frozenset[tuple[int, Act]]] = {}
        self._stuck: dict[tuple[int, Step, Span | None], Stuck] = {}

    def found(self) -> list[Stuck]:
        """Look at all states, nearest first."""
        start = self._run.start()
        queue, seen = deque([start]), {start}
        while queue:
            for reached in self._next(queue.popleft()):
                if reached not in seen:
                    if len(seen) >= _STATES:
                        return []
                    seen.add(reached)
                    queue.append(reached)
        return list(self._stuck.values())

    def _next(self, state: State) -> list[State]:
        for _ in range(_STRAIGHT):
            anew = self._run.makes_again(state)
            if anew is not None:
                self._look(state, is_over=False, anew=anew)
            alone = self._run.alone(state)
            if alone is None:
                return self._meetings(state)
            if len(alone) != 1:
                return alone
            state = alone[0]
        return [state]

    def _meetings(self, state: State) -> list[State]:
        reached = self._run.together(state)
        if isinstance(self._net.steps[state.function.at], End):
            self._look(state, is_over=not reached, anew=None)
        elif not reached and not state.passed and all(map(self._has_ended, state.others)):
            self._look_at_function(state)
        elif not reached and not state.passed and isinstance(self._net.steps[state.function.at], Wait):
            self._look(state, is_over=True, anew=None)
        return reached

    def _has_ended(self, instance: Instance) -> bool:
        return isinstance(self._net.steps[instance.at], End)

    # who is stuck

    def _look_at_function(self, state: State) -> None:
        """Note that the function itself waits for ever, as everybody else has ended."""
        operation = self._net.steps[state.function.at]
        way = operation.ways[0] if isinstance(operation, Meet) and len(operation.ways) == 1 else None
        if way is None or way.act is not Act.RECEIVE or (way.ended is None and self._has_vague_loops):
            return
        is_open = (last_of(way.channel), False) in state.function.known
        if not is_open and self._has_one_producer(way.channel):
            self._note(way, state.function, None)

    def _has_one_producer(self, channel: int) -> bool:
        """Whether one process alone, started once, sends on a channel or closes it."""
        starts = []
        for at, step in enumerate(self._net.steps):
            if isinstance(step, Start):
                does = self._reached(self._net.processes[step.process].entry)
                if (channel, Act.SEND) in does or (channel, Act.ALONE) in does:
                    starts.append(at)
        return len(starts) == 1 and starts[0] not in self._steps_from(following(self._net.steps[starts[0]]))

    def _look(self, state: State, *, is_over: bool, anew: int | None) -> None:
        """Note who waits for ever, now that the function has left, or makes the channel ``anew`` again."""
        for number, instance in enumerate(state.others):
            operation = self._net.steps[instance.at]
            if isinstance(operation, Meet) and operation.ways:
                is_shut = partial(self._is_shut, state, number, is_over, anew)
                way = self._blocked_way(instance, operation, is_shut)
                if way is not None:
                    self._note(way, instance, state.left)

    def _note(self, way: Way, instance: Instance, left: Span | None) -> None:
        sure = way.act is Act.SEND or not self._ends_by_itself(instance.at, way)
        found = Stuck(way.channel, way.act, instance.at, instance.process, left, sure)
        self._stuck.setdefault((way.channel, instance.at, left), found)

    def _blocked_way(self, instance: Instance, operation: Meet, is_shut: Callable[[Way], bool]) -> Way | None:
        """The way that an instance waits for in vain: all its ways are shut, or all that lead to its end."""
        shut = [way for way in operation.ways if is_shut(way)]
        if len(shut) == len(operation.ways):
            return shut[0]
        signals = [way for way in shut if way.act is Act.RECEIVE]
        if not signals or any(way.act is not Act.ALONE for way in operation.ways if way not in shut):
            return None
        if self._ends(instance.at, lambda _: False) and not self._ends(instance.at, is_shut):
            return signals[0]
        return None

    def _ends_by_itself(self, at: Step, way: Way) -> bool:
        """Whether who receives again and again may end for what it has received, no matter how its channel goes on."""
        if at not in self._steps_from([way.target]):
            return False
        known = {way.told} if way.told is not None else set()
        seen, waiting = {way.target}, [way.target]
        while waiting:
            operation = self._net.steps[waiting.pop()]
            if isinstance(operation, End):
                return True
            steps = following(operation)
            if isinstance(operation, Choice):
                steps = [step for step, told in operation.ways if told is None or (told[0], not told[1]) not in known]
            if isinstance(operation, Meet):
                steps = [] if any(w.act is Act.RECEIVE and w.channel == way.channel for w in operation.ways) else steps
            fresh = [step for step in steps if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return False

    def _steps_from(self, starts: list[Step]) -> set[Step]:
        seen, waiting = set(starts), list(starts)
        while waiting:
            fresh = [step for step in following(self._net.steps[waiting.pop()]) if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return seen

    def _ends(self, at: Step, is_shut: Callable[[Way], bool]) -> bool:
        """Whether a process can get to its end from a step, along the open ways of what it meets."""
        seen, waiting = {at}, [at]
        while waiting:
            operation = self._net.steps[waiting.pop()]
            if isinstance(operation, End | Halt):
                return True
            steps = following(operation)
            if isinstance(operation, Meet):
                open_ways = [way for way in operation.ways if not is_shut(way)]
                steps = [step for way in open_ways for step in (way.target, way.ended) if step is not None]
            fresh = [step for step in steps if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return False

    def _is_shut(self, state: State, number: int, is_over: bool, anew: int | None, way: Way) -> bool:
        """Whether a way of an instance can never be gone any more."""
        if way.act is Act.ALONE or (anew is not None and way.channel != anew) or self._can_go(state, way):
            return False
        if is_over:
            return True
        wanted = {Act.RECEIVE} if way.act is Act.SEND else {Act.SEND, Act.ALONE}
        return not any(
            index != number and not (index < 0 and anew is not None) and self._can_do(other, way.channel, wanted)
            for index, other in state.instances()
        )

    def _can_go(self, state: State, way: Way) -> bool:
        channel = way.channel
        if channel in state.closed:
            return True
        if way.act is Act.SEND:
            space = self._run.capacity[channel]
            return channel in state.drained or state.held[channel] < space or space >= LARGE
        return state.held[channel] > 0 or self._net.channels[channel].unknown_senders

    def _can_do(self, instance: Instance, channel: int, wanted: set[Act]) -> bool:
        starts = [instance.at, *(entry for _, entry in instance.deferred)]
        return any((channel, act) in self._reached(at) for at in starts for act in wanted)

    def _reached(self, at: Step) -> frozenset[tuple[int, Act]]:
        """What can happen from a step on: sends, receives, and closes as `Act.ALONE`."""
        known = self._reach.get(at)
        if known is not None:
            return known
        found: set[tuple[int, Act]] = set()
        seen, waiting = {at}, [at]
        while waiting:
            operation: Operation = self._net.steps[waiting.pop()]
            steps = following(operation)
            if isinstance(operation, Close):
                found.add((operation.channel, Act.ALONE))
            elif isinstance(operation, Meet):
                found.update((way.channel, way.act) for way in operation.ways if way.act is not Act.ALONE)
            elif isinstance(operation, Start):
                steps.append(self._net.processes[operation.process].entry)
            fresh = [step for step in steps if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        self._reach[at] = frozenset(found)
        return self._reach[at]
