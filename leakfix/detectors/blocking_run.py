"""A net of processes is run: which states follow one, all processes at once and in every order that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from leakfix.flow.channels import (
    Act,
    Choice,
    Close,
    Defer,
    Done,
    End,
    Enter,
    Forget,
    Leave,
    Make,
    Meet,
    Start,
    Turn,
    Unwind,
    Wait,
    following,
    last_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leakfix.flow.channels import Net, Operation, Step, Told, Way
    from leakfix.text import Span

LARGE: Final = 6
"""A channel that holds more never gets full."""

_INSTANCES: Final = 8
_ALIKE: Final = 5
"""How many processes there are at most, and how many of one kind; what would come of more is not looked at."""
_DEFERRED: Final = 8
_TURNS: Final = 2
"""How many turns a loop of unknown length has."""


class Instance(NamedTuple):
    """One running process: where it is, the turns that its loops have had, what it knows, what it deferred."""

    process: int
    at: Step
    turns: tuple[tuple[int, int], ...] = ()
    known: frozenset[Told] = frozenset()
    deferred: tuple[tuple[int, int], ...] = ()

    def to(self, at: Step) -> Instance:
        """The instance at another step."""
        return Instance(self.process, at, self.turns, self.known, self.deferred)


class State(NamedTuple):
    """The function, the processes that it started, and the channels."""

    function: Instance
    others: tuple[Instance, ...]
    held: tuple[int, ...]
    """How many values each channel holds."""
    closed: frozenset[int] = frozenset()
    made: frozenset[int] = frozenset()
    drained: frozenset[int] = frozenset()
    passed: bool = False
    """Whether a process went a way for a reason that the function may know of."""
    left: Span | None = None
    """Where the function has left."""

    def instances(self) -> Iterator[tuple[int, Instance]]:
        """All that run; the function has the number -1."""
        yield -1, self.function
        yield from enumerate(self.others)

    def moved(self, number: int, instance: Instance) -> State:
        """The state with one instance replaced."""
        if number < 0:
            return State(instance, *self[1:])
        others = list(self.others)
        others[number] = instance
        return State(self.function, _sorted(others), *self[2:])


class Run:
    """The states of a net and how they follow each other."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.capacity = [LARGE if c.capacity is None else min(c.capacity, LARGE) for c in net.channels]
        ways = [way for step in net.steps if isinstance(step, Meet) for way in step.ways]
        self._mixed = frozenset(way.channel for way in ways if way.last is not None)
        """The channels on which last values and others are sent."""
        self._dones: dict[Step, frozenset[str]] = {}
        polled = {way.channel for step in net.steps if _polls(step) for way in step.ways}
        self._polled = frozenset(polled)
        """The channels of which somebody asks whether they are ready: when they are closed makes a difference."""
        self._alone: dict[type, Callable[[State, int, Instance, Operation], Iterator[State]]] = {
            Choice: self._choice,
            Close: self._close,
            Defer: self._defer,
            Done: self._done,
            Enter: self._enter,
            Forget: self._forget,
            Leave: self._leave,
            Make: self._make,
            Start: self._start,
            Turn: self._turn,
            Unwind: self._unwind,
        }
        self._handlers = [self._handler(step) for step in net.steps]
        self._sends = [_only_send(step) for step in net.steps]

    def start(self) -> State:
        """The state in which the function begins."""
        return State(Instance(0, self.net.processes[0].entry), (), (0,) * len(self.net.channels))

    def alone(self, state: State) -> list[State] | None:
        """What follows when some process has a step that concerns it alone; None when all meet, wait or have ended."""
        handlers, sends = self._handlers, self._sends
        number = -1
        for instance in (state.function, *state.others):
            handler = handlers[instance.at]
            if handler is not None:
                return list(handler(state, number, instance, self.net.steps[instance.at]))
            number += 1
        number = -1
        for instance in (state.function, *state.others):
            channel = sends[instance.at]
            # Where all that an instance can do is to put something where there is space for it, it does.
            if channel is not None and channel not in state.closed and state.held[channel] < self.capacity[channel]:
                return list(self._meet(state, number, instance))
            number += 1
        return None

    def _handler(self, operation: Operation) -> Callable[[State, int, Instance, Operation], Iterator[State]] | None:
        """What runs a step that concerns one process alone; None for those at which processes meet, wait or end."""
        is_seen = isinstance(operation, Close) and operation.channel in self._polled
        if is_seen or isinstance(operation, (Meet, Wait, End)):
            return None
        return self._alone.get(type(operation), _nothing)

    def together(self, state: State) -> list[State]:
        """What follows when all processes meet, wait or have ended."""
        return [reached for number, instance in state.instances() for reached in self._go(state, number, instance)]

    def makes_again(self, state: State) -> int | None:
        """The channel that the function is about to make although it made it before."""
        operation = self.net.steps[state.function.at]
        return operation.channel if isinstance(operation, Make) and operation.channel in state.made else None

    # steps of one process

    def _choice(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Choice)
        for target, told in operation.ways:
            known = _learn(instance.known, told)
            if known is not None:
                yield state.moved(number, instance._replace(at=target, known=known))

    def _start(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Start)
        alike = sum(other.process == operation.process for other in state.others)
        if len(state.others) < _INSTANCES and alike < _ALIKE:
            started = Instance(operation.process, self.net.processes[operation.process].entry)
            moved = state.moved(number, instance.to(operation.then))
            yield moved._replace(others=_sorted([*moved.others, started]))

    def _make(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Make)
        if operation.channel not in state.made:
            moved = state.moved(number, instance.to(operation.then))
            yield moved._replace(made=state.made | {operation.channel})

    def _close(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Close)
        moved = state.moved(number, instance.to(operation.then))
        yield moved._replace(closed=state.closed | {operation.channel})

    def _defer(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Defer)
        if len(instance.deferred) < _DEFERRED:
            deferred = (*instance.deferred, (operation.frame, operation.entry))
            yield state.moved(number, instance._replace(at=operation.then, deferred=deferred))

    def _unwind(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Unwind)
        last = instance.deferred[-1] if instance.deferred else None
        if last is not None and last[0] == operation.frame:
            yield state.moved(number, instance._replace(at=last[1], deferred=instance.deferred[:-1]))
        else:
            yield state.moved(number, instance.to(operation.then))

    def _enter(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Enter)
        turns = tuple(turn for turn in instance.turns if turn[0] != operation.loop)
        yield state.moved(number, instance._replace(at=operation.then, turns=turns))

    def _turn(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Turn)
        done = dict(instance.turns).get(operation.loop, 0)
        others = tuple(turn for turn in instance.turns if turn[0] != operation.loop)
        if done < (_TURNS - operation.fewer if operation.count is None else operation.count):
            turns = tuple(sorted((*others, (operation.loop, done + 1))))
            yield state.moved(number, instance._replace(at=operation.inside, turns=turns))
        else:
            moved = state.moved(number, instance._replace(at=operation.after, turns=others))
            yield moved._replace(drained=state.drained | operation.drained)

    def _done(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Done)
        yield state.moved(number, instance.to(operation.then))

    def _forget(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Forget)
        known = frozenset(told for told in instance.known if told[0] not in operation.conditions)
        yield state.moved(number, instance._replace(at=operation.then, known=known))

    def _leave(self, state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
        assert isinstance(operation, Leave)
        moved = state.moved(number, instance.to(operation.then))
        yield moved._replace(left=operation.span) if number < 0 else moved

    # meetings

    def _go(self, state: State, number: int, instance: Instance) -> Iterator[State]:
        operation = self.net.steps[instance.at]
        if isinstance(operation, Close):
            yield from self._close(state, number, instance, operation)
        elif not isinstance(operation, Wait):
            yield from self._meet(state, number, instance)
        elif not any(self._is_awaited(state, other, operation.group) for i, other in state.instances() if i != number):
            yield state.moved(number, instance.to(operation.then))

    def _is_awaited(self, state: State, instance: Instance, group: str) -> bool:
        operation = self.net.steps[instance.at]
        process = self.net.processes[instance.process]
        if isinstance(operation, End):
            return False
        if group in process.busy and isinstance(operation, Meet):
            return not any(way.act is Act.RECEIVE and not state.held[way.channel] for way in operation.ways)
        return group in process.groups or group in self._owed(instance)

    def _owed(self, instance: Instance) -> set[str]:
        """The groups that an instance may still tell that it is done."""
        found: set[str] = set()
        for start in (instance.at, *(entry for _, entry in instance.deferred)):
            if start not in self._dones:
                seen, waiting = {start}, [start]
                while waiting:
                    fresh = [step for step in following(self.net.steps[waiting.pop()]) if step not in seen]
                    seen.update(fresh)
                    waiting.extend(fresh)
                steps = (self.net.steps[at] for at in seen)
                self._dones[start] = frozenset(step.group for step in steps if isinstance(step, Done))
            found |= self._dones[start]
        return found

    def _meet(self, state: State, number: int, instance: Instance) -> Iterator[State]:
        operation = self.net.steps[instance.at]
        for way in operation.ways if isinstance(operation, Meet) else ():
            if way.act is Act.ALONE:
                if (way.shut, True) in instance.known or (way.otherwise and self._is_ready(state, instance)):
                    continue
                moved = state.moved(number, _gone(instance, way))
                yield moved._replace(passed=True) if number >= 0 else moved
            elif way.act is Act.SEND:
                yield from self._send(state, number, instance, way)
            else:
                yield from self._receive(state, number, instance, way)

    def _is_ready(self, state: State, instance: Instance) -> bool:
        """Whether an instance can surely send or receive where it is: others may not have come to meet it yet."""
        operation = self.net.steps[instance.at]
        ways = [way for way in operation.ways if way.act is not Act.ALONE] if isinstance(operation, Meet) else []
        return any(self._is_open(state, way) for way in ways)

    def _is_open(self, state: State, way: Way) -> bool:
        held = state.held[way.channel]
        is_free = held < self.capacity[way.channel] if way.act is Act.SEND else held > 0
        return way.channel in state.closed or is_free

    def _send(self, state: State, number: int, instance: Instance, way: Way) -> Iterator[State]:
        channel = way.channel
        if channel in state.closed:
            return
        if state.held[channel] < self.capacity[channel]:
            yield _holding(state.moved(number, _gone(instance, way)), channel, 1)
        elif self.capacity[channel] == 0:
            for index, other in state.instances():
                meeting = self.net.steps[other.at]
                for answer in meeting.ways if isinstance(meeting, Meet) and index != number else ():
                    if answer.channel == channel and answer.act is Act.RECEIVE:
                        received = _got(_gone(other, answer), channel, way.last)
                        yield _both(state, (number, _gone(instance, way)), (index, received))

    def _receive(self, state: State, number: int, instance: Instance, way: Way) -> Iterator[State]:
        channel = way.channel
        if state.held[channel] > 0:
            # Which of the values that were put there it is nobody knows: not the last, so that less is found.
            got = _got(_gone(instance, way), channel, False if channel in self._mixed else None)
            yield _holding(state.moved(number, got), channel, -1)
        elif channel in state.closed:
            target = way.target if way.ended is None else way.ended
            known = _learn(instance.known, way.told_ended, anew=True)
            yield state.moved(number, instance._replace(at=target, known=known or frozenset()))
        if self.net.channels[channel].unknown_senders:
            yield state.moved(number, _gone(instance, way))


def _nothing(state: State, number: int, instance: Instance, operation: Operation) -> Iterator[State]:
    """Nothing follows a step that is none of a process."""
    del state, number, instance, operation
    return iter(())


def _only_send(step: Operation) -> int | None:
    """The channel of a step that does nothing but to send."""
    is_send = isinstance(step, Meet) and len(step.ways) == 1 and step.ways[0].act is Act.SEND
    return step.ways[0].channel if is_send and isinstance(step, Meet) else None


def _polls(step: Operation) -> TypeGuard[Meet]:
    return isinstance(step, Meet) and any(way.otherwise for way in step.ways)


def _learn(known: frozenset[Told], told: Told | None, *, anew: bool = False) -> frozenset[Told] | None:
    """What is known behind a branch; None when the branch cannot be taken. ``anew``: what was known is replaced."""
    if told is None:
        return known
    opposite = (told[0], not told[1])
    if opposite in known:
        return (known - {opposite}) | {told} if anew else None
    return known | {told}


def _gone(instance: Instance, way: Way) -> Instance:
    if way.told is None:
        return instance.to(way.target)
    return instance._replace(at=way.target, known=_learn(instance.known, way.told, anew=True) or frozenset())


def _got(instance: Instance, channel: int, is_last: bool | None) -> Instance:
    """What a receiver knows of the value that it has got."""
    if is_last is None:
        return instance
    return instance._replace(known=_learn(instance.known, (last_of(channel), is_last), anew=True) or frozenset())


def _holding(state: State, channel: int, more: int) -> State:
    held = list(state.held)
    held[channel] += more
    return state._replace(held=tuple(held))


def _both(state: State, first: tuple[int, Instance], second: tuple[int, Instance]) -> State:
    function, others = state.function, list(state.others)
    for number, instance in (first, second):
        if number < 0:
            function = instance
        else:
            others[number] = instance
    return state._replace(function=function, others=_sorted(others))


def _sorted(others: list[Instance]) -> tuple[Instance, ...]:
    """Instances in an order of their own: which of two alike does something makes no difference."""
    return tuple(others) if len(others) == 1 else tuple(sorted(others, key=_order))


def _order(instance: Instance) -> tuple[object, ...]:
    return instance.process, instance.at, instance.turns, instance.deferred, sorted(instance.known)
