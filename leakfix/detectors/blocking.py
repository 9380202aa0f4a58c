"""Where a concurrent process waits for ever on a channel, because the function that started it has left.

The net of a function is run, all processes at once and in every order that matters: a process that only has steps of its
own goes first. Loops of unknown length all have the same number of turns. A process is stuck when the function has left,
or has made the channel anew, and none that still runs can ever do what it waits for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import (
    Act,
    Choice,
    Close,
    Defer,
    End,
    Enter,
    Forget,
    Halt,
    Leave,
    Make,
    Meet,
    Start,
    Turn,
    Unwind,
    Wait,
    following,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leakfix.flow.channels import Net, Told, Way
    from leakfix.text import Span

_STATES: Final = 4000
_INSTANCES: Final = 6
_DEFERRED: Final = 8
_TURNS: Final = 2
"""How many turns a loop of unknown length has."""
_LARGE: Final = 6
"""A channel that holds more never gets full."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A process waits for ever."""

    channel: int
    act: Act
    step: int
    """Where it waits: the first way there that is one of the channel."""
    process: int
    """Who waits; 0 is the function itself, which does so when everybody else has ended."""
    left: Span | None
    """Where the function left before."""


@dataclass(frozen=True, slots=True)
class _Instance:
    """One running process: where it is, the turns that its loops have had, what it knows, what it deferred."""

    process: int
    at: int
    turns: tuple[tuple[int, int], ...] = ()
    known: frozenset[Told] = frozenset()
    deferred: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _State:
    """The function, the processes that it started, what the channels hold, where the function left."""

    function: _Instance
    others: tuple[_Instance, ...]
    held: tuple[int, ...]
    closed: frozenset[int] = frozenset()
    made: frozenset[int] = frozenset()
    drained: frozenset[int] = frozenset()
    passed: bool = False
    """Whether a process went a way for a reason that the function may know of."""
    left: Span | None = None

    def instances(self) -> Iterator[tuple[int, _Instance]]:
        """All that run; the function has the number -1."""
        yield -1, self.function
        yield from enumerate(self.others)

    def moved(self, number: int, instance: _Instance) -> _State:
        """The state with one instance replaced."""
        if number < 0:
            return replace(self, function=instance)
        others = list(self.others)
        others[number] = instance
        return replace(self, others=tuple(sorted(others, key=_order)))


def stuck(net: Net) -> tuple[Stuck, ...]:
    """Every operation at which a started process can wait for ever, once for each place where the function may leave.

    Nothing is found in nets with too many states.
    """
    try:
        return tuple(_Run(net).found().values())
    except _BudgetError:
        return ()


class _BudgetError(Exception):
    """The net has more states than can be looked at."""


class _Run:
    def __init__(self, net: Net) -> None:
        self._net = net
        self._capacity = [_LARGE if c.capacity is None else min(c.capacity, _LARGE) for c in net.channels]
        self._has_vague_loops = any(isinstance(step, Turn) and step.count is None for step in net.steps)
        """Whether how often something is sent or received may be other than in the run."""
        self._reach: dict[int, frozenset[tuple[int, Act]]] = {}
        self._stuck: dict[tuple[int, int, Span | None], Stuck] = {}

    def found(self) -> dict[tuple[int, int, Span | None], Stuck]:
        start = _State(_Instance(0, self._net.processes[0].entry), (), (0,) * len(self._net.channels))
        queue, seen = deque([start]), {start}
        while queue:
            state = queue.popleft()
            for reached in self._next(state):
                if reached not in seen:
                    if len(seen) >= _STATES:
                        raise _BudgetError
                    seen.add(reached)
                    queue.append(reached)
        return self._stuck

    # one step

    def _next(self, state: _State) -> list[_State]:
        for number, instance in state.instances():
            operation = self._net.steps[instance.at]
            if isinstance(operation, Meet | Wait | End):
                continue
            return list(self._alone(state, number, instance))
        for number, instance in state.instances():
            if self._is_free_send(state, instance):
                return list(self._meet(state, number, instance))
        reached = [s for number, instance in state.instances() for s in self._together(state, number, instance)]
        if isinstance(self._net.steps[state.function.at], End):
            self._look(state, not reached, None)
        elif (
            not reached
            and not state.passed
            and all(isinstance(self._net.steps[other.at], End) for other in state.others)
        ):
            self._look_at_function(state)
        return reached

    def _alone(self, state: _State, number: int, instance: _Instance) -> Iterator[_State]:
        operation = self._net.steps[instance.at]
        if isinstance(operation, Choice):
            for target, told in operation.ways:
                known = _learn(instance.known, told)
                if known is not None:
                    yield state.moved(number, replace(instance, at=target, known=known))
        elif isinstance(operation, Start):
            if len(state.others) < _INSTANCES:
                entry = self._net.processes[operation.process].entry
                moved = state.moved(number, replace(instance, at=operation.then))
                others = (*moved.others, _Instance(operation.process, entry, known=frozenset()))
                yield replace(moved, others=tuple(sorted(others, key=_order)))
        elif isinstance(operation, Make):
            moved = state.moved(number, replace(instance, at=operation.then))
            if operation.channel in state.made:
                self._look(state, False, operation.channel)
            else:
                yield replace(moved, made=state.made | {operation.channel})
        elif isinstance(operation, Close):
            moved = state.moved(number, replace(instance, at=operation.then))
            yield replace(moved, closed=state.closed | {operation.channel})
        elif isinstance(operation, Defer):
            if len(instance.deferred) < _DEFERRED:
                deferred = (*instance.deferred, (operation.frame, operation.entry))
                yield state.moved(number, replace(instance, at=operation.then, deferred=deferred))
        elif isinstance(operation, Unwind):
            last = instance.deferred[-1] if instance.deferred else None
            if last is not None and last[0] == operation.frame:
                yield state.moved(number, replace(instance, at=last[1], deferred=instance.deferred[:-1]))
            else:
                yield state.moved(number, replace(instance, at=operation.then))
        elif isinstance(operation, Enter):
            turns = tuple(turn for turn in instance.turns if turn[0] != operation.loop)
            yield state.moved(number, replace(instance, at=operation.then, turns=turns))
        elif isinstance(operation, Turn):
            moved = state.moved(number, _turn(instance, operation))
            is_through = _turns_of(instance, operation) >= _count(operation)
            yield replace(moved, drained=moved.drained | operation.drained) if is_through else moved
        elif isinstance(operation, Forget):
            known = frozenset(told for told in instance.known if told[0] not in operation.conditions)
            yield state.moved(number, replace(instance, at=operation.then, known=known))
        elif isinstance(operation, Leave):
            moved = state.moved(number, replace(instance, at=operation.then))
            yield replace(moved, left=operation.span) if number < 0 else moved

    # meetings

    def _is_free_send(self, state: _State, instance: _Instance) -> bool:
        """Whether all that an instance can do is to put something where there is space for it."""
        operation = self._net.steps[instance.at]
        if not isinstance(operation, Meet) or len(operation.ways) != 1 or operation.ways[0].act is not Act.SEND:
            return False
        channel = operation.ways[0].channel
        return channel not in state.closed and state.held[channel] < self._capacity[channel]

    def _together(self, state: _State, number: int, instance: _Instance) -> Iterator[_State]:
        operation = self._net.steps[instance.at]
        if isinstance(operation, Wait):
            if not any(
                self._is_awaited(state, other, operation.group) for i, other in state.instances() if i != number
            ):
                yield state.moved(number, replace(instance, at=operation.then))
        else:
            yield from self._meet(state, number, instance)

    def _is_awaited(self, state: _State, instance: _Instance, group: str) -> bool:
        operation = self._net.steps[instance.at]
        process = self._net.processes[instance.process]
        if isinstance(operation, End):
            return False
        if group in process.busy and isinstance(operation, Meet):
            return not any(way.act is Act.RECEIVE and not state.held[way.channel] for way in operation.ways)
        return group in process.groups or group in process.busy

    def _meet(self, state: _State, number: int, instance: _Instance) -> Iterator[_State]:
        operation = self._net.steps[instance.at]
        for way in operation.ways if isinstance(operation, Meet) else ():
            if way.act is Act.PASS:
                moved = state.moved(number, _gone(instance, way))
                yield replace(moved, passed=True) if number >= 0 else moved
            elif way.act is Act.SEND:
                yield from self._send(state, number, instance, way)
            else:
                yield from self._receive(state, number, instance, way)

    def _send(self, state: _State, number: int, instance: _Instance, way: Way) -> Iterator[_State]:
        channel = way.channel
        if channel in state.closed:
            return
        if state.held[channel] < self._capacity[channel]:
            yield _holding(state.moved(number, _gone(instance, way)), channel, 1)
        elif self._capacity[channel] == 0:
            for index, other in state.instances():
                meeting = self._net.steps[other.at]
                for answer in meeting.ways if isinstance(meeting, Meet) and index != number else ():
                    if answer.channel == channel and answer.act is Act.RECEIVE:
                        yield _both(state, (number, _gone(instance, way)), (index, _gone(other, answer)))

    def _receive(self, state: _State, number: int, instance: _Instance, way: Way) -> Iterator[_State]:
        channel = way.channel
        if state.held[channel] > 0:
            yield _holding(state.moved(number, _gone(instance, way)), channel, -1)
        elif channel in state.closed:
            target = way.target if way.ended is None else way.ended
            known = _learn(instance.known, way.told_ended, anew=True)
            yield state.moved(number, replace(instance, at=target, known=known or frozenset()))
        if self._net.channels[channel].unknown_senders:
            yield state.moved(number, _gone(instance, way))

    # who is stuck

    def _look(self, state: _State, is_over: bool, anew: int | None) -> None:
        """Note who waits for ever, now that the function has left, or makes the channel ``anew`` again."""
        for number, instance in enumerate(state.others):
            operation = self._net.steps[instance.at]
            if not isinstance(operation, Meet) or not operation.ways:
                continue
            way = self._blocked_way(state, number, operation, is_over, anew)
            if way is not None:
                found = Stuck(way.channel, way.act, instance.at, instance.process, state.left)
                self._stuck.setdefault((way.channel, instance.at, state.left), found)

    def _look_at_function(self, state: _State) -> None:
        """Note that the function itself waits for ever, as everybody else has ended."""
        operation = self._net.steps[state.function.at]
        way = operation.ways[0] if isinstance(operation, Meet) and len(operation.ways) == 1 else None
        if way is None or way.act is not Act.RECEIVE or (way.ended is None and self._has_vague_loops):
            return
        found = Stuck(way.channel, way.act, state.function.at, 0, None)
        self._stuck.setdefault((way.channel, state.function.at, None), found)

    def _blocked_way(self, state: _State, number: int, operation: Meet, is_over: bool, anew: int | None) -> Way | None:
        """The way that an instance waits for in vain: all its ways are shut, or all that lead to its end."""
        shut = [way for way in operation.ways if self._is_shut(state, number, way, is_over, anew)]
        if len(shut) == len(operation.ways):
            return shut[0]
        signals = [way for way in shut if way.act is Act.RECEIVE]
        if not signals or any(way.act is not Act.PASS for way in operation.ways if way not in shut):
            return None
        instance = state.others[number]
        is_free = self._ends(instance.at, lambda way: True)
        if is_free and not self._ends(instance.at, lambda way: not self._is_shut(state, number, way, is_over, anew)):
            return signals[0]
        return None

    def _ends(self, at: int, is_open: Callable[[Way], bool]) -> bool:
        """Whether a process can get to its end from a step, along the open ways of what it meets."""
        seen, waiting = {at}, [at]
        while waiting:
            operation = self._net.steps[waiting.pop()]
            if isinstance(operation, End | Halt):
                return True
            steps = following(operation)
            if isinstance(operation, Meet):
                steps = [s for way in operation.ways if is_open(way) for s in (way.target, way.ended) if s is not None]
            fresh = [step for step in steps if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return False

    def _is_shut(self, state: _State, number: int, way: Way, is_over: bool, anew: int | None) -> bool:
        """Whether a way can never be gone any more."""
        if way.act is Act.PASS or (anew is not None and way.channel != anew) or self._can_go(state, way):
            return False
        if is_over:
            return True
        wanted = {Act.RECEIVE} if way.act is Act.SEND else {Act.SEND, Act.PASS}
        return not any(
            index != number and not (index < 0 and anew is not None) and self._can_do(other, way.channel, wanted)
            for index, other in state.instances()
        )

    def _can_go(self, state: _State, way: Way) -> bool:
        if way.act is Act.SEND:
            if way.channel in state.closed or way.channel in state.drained:
                return True
            return state.held[way.channel] < self._capacity[way.channel] or self._capacity[way.channel] >= _LARGE
        is_open = self._net.channels[way.channel].unknown_senders
        return is_open or state.held[way.channel] > 0 or way.channel in state.closed

    def _can_do(self, instance: _Instance, channel: int, wanted: set[Act]) -> bool:
        starts = [instance.at, *(entry for _, entry in instance.deferred)]
        return any((channel, act) in self._reached(at) for at in starts for act in wanted)

    def _reached(self, at: int) -> frozenset[tuple[int, Act]]:
        """What can happen from a step on: sends, receives, and closes as `Act.PASS`."""
        known = self._reach.get(at)
        if known is not None:
            return known
        found: set[tuple[int, Act]] = set()
        seen, waiting = {at}, [at]
        while waiting:
            operation = self._net.steps[waiting.pop()]
            if isinstance(operation, Close):
                found.add((operation.channel, Act.PASS))
            elif isinstance(operation, Meet):
                found.update((way.channel, way.act) for way in operation.ways if way.act is not Act.PASS)
            steps = following(operation)
            if isinstance(operation, Start):
                steps.append(self._net.processes[operation.process].entry)
            fresh = [step for step in steps if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        self._reach[at] = frozenset(found)
        return self._reach[at]


def _learn(known: frozenset[Told], told: Told | None, *, anew: bool = False) -> frozenset[Told] | None:
    """What is known behind a branch; None when the branch cannot be taken. ``anew``: what was known is replaced."""
    if told is None:
        return known
    opposite = (told[0], not told[1])
    if opposite in known:
        return (known - {opposite}) | {told} if anew else None
    return known | {told}


def _count(operation: Turn) -> int:
    return _TURNS - operation.fewer if operation.count is None else operation.count


def _turns_of(instance: _Instance, operation: Turn) -> int:
    return dict(instance.turns).get(operation.loop, 0)


def _turn(instance: _Instance, operation: Turn) -> _Instance:
    done = _turns_of(instance, operation)
    others = tuple(turn for turn in instance.turns if turn[0] != operation.loop)
    if done < _count(operation):
        return replace(instance, at=operation.inside, turns=tuple(sorted((*others, (operation.loop, done + 1)))))
    return replace(instance, at=operation.after, turns=others)


def _gone(instance: _Instance, way: Way) -> _Instance:
    return replace(instance, at=way.target, known=_learn(instance.known, way.told, anew=True) or frozenset())


def _holding(state: _State, channel: int, more: int) -> _State:
    held = list(state.held)
    held[channel] += more
    return replace(state, held=tuple(held))


def _both(state: _State, first: tuple[int, _Instance], second: tuple[int, _Instance]) -> _State:
    function, others = state.function, list(state.others)
    for number, instance in (first, second):
        if number < 0:
            function = instance
        else:
            others[number] = instance
    return replace(state, function=function, others=tuple(sorted(others, key=_order)))


def _order(instance: _Instance) -> tuple[object, ...]:
    return instance.process, instance.at, instance.turns, instance.deferred, sorted(instance.known)
