"""Processes that talk over channels: a function, the concurrent functions that it starts, and what each may do next.

Every language lowers to this; nothing here knows a syntax. A *net* holds the steps of all its processes in one list; a
step is named by its index. Steps that concern no channel are left out.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from leakfix.text import Span
from leakfix.text.records import record, replace, state

Step = int
"""The index of a step in `Net.steps`."""

Told = tuple[str, bool]
"""A condition, spelled so that equal conditions are spelled alike, and whether it holds."""


class Act(Enum):
    """What a process does at a meeting."""

    SEND = "send"
    RECEIVE = "receive"
    ALONE = "alone"
    """Something that happens without the other processes of the net, sooner or later."""


@record
class Way:
    """One thing that a process can do at a meeting, and where it goes on."""

    target: Step
    act: Act = Act.ALONE
    channel: int = -1
    told: Told | None = None
    """What is known when a value arrived."""
    ended: Step | None = None
    """Where a receive goes on when the channel is closed and empty; as usual if None."""
    told_ended: Told | None = None
    otherwise: bool = False
    """Whether it is gone only where no other can be gone at once."""
    shut: str = ""
    """The condition under which the way is never gone."""
    last: bool | None = None
    """For a send whether the process sends no more on the channel behind it, where that may tell it from others."""


@record
class Meet:
    """The process waits until one of the ways can be gone."""

    ways: tuple[Way, ...]


@record
class Choice:
    """A branch that nothing else decides; each way with what the condition tells there."""

    ways: tuple[tuple[Step, Told | None], ...]


@record
class Start:
    """A process starts."""

    process: int
    then: Step


@record
class Make:
    """The channel is made."""

    channel: int
    then: Step


@record
class Close:
    """The channel is closed."""

    channel: int
    then: Step


@record
class Defer:
    """The steps from ``entry`` on run when the function with the number ``frame`` ends."""

    frame: int
    entry: Step
    then: Step


@record
class Unwind:
    """The function with the number ``frame`` ends: what it deferred runs, the latest first."""

    frame: int
    then: Step


@record
class Wait:
    """The process waits until all others of the group have ended."""

    group: str
    then: Step


@record
class Done:
    """The process tells the group that it need not wait for it any more."""

    group: str
    then: Step


@record
class Enter:
    """A loop begins."""

    loop: int
    then: Step


@record
class Turn:
    """The head of a loop with a number of turns: so many times to ``inside``, then to ``after``.

    A loop whose number of turns is not known (``count`` None) has ``fewer`` than every other such loop. Who is through
    with one has received all that there was to receive from the channels in ``drained``.
    """

    loop: int
    count: int | None
    inside: Step
    after: Step
    fewer: int = 0
    drained: frozenset[int] = frozenset()


@record
class Forget:
    """What was known of these conditions is known no more."""

    conditions: frozenset[str]
    then: Step


@record
class Leave:
    """The function leaves at ``span``."""

    span: Span
    then: Step


@record
class End:
    """The process has ended."""


@record
class Halt:
    """The whole program ends, or nothing is known of what follows."""


Operation = (
    Meet | Choice | Start | Make | Close | Defer | Unwind | Wait | Done | Enter | Turn | Forget | Leave | End | Halt
)


@record
class Channel:
    """A channel of the net."""

    name: str
    capacity: int | None
    """How many values it holds; None when that is not known: it is never full then."""
    unknown_senders: bool = False
    """Whether somebody outside the net may send on it too."""


@record
class Process:
    """A function that runs concurrently with the one that starts it."""

    entry: Step
    groups: frozenset[str] = frozenset()
    """The groups that wait for its end; others wait until it is `Done`."""
    busy: frozenset[str] = frozenset()
    """The groups that wait until it has nothing to do: until it waits to receive."""


@state
class Net:
    """A function, which is process 0, with what it starts and the channels that it makes."""

    steps: list[Operation] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    def add(self, operation: Operation) -> Step:
        """A new step."""
        self.steps.append(operation)
        return len(self.steps) - 1


def last_of(channel: int) -> str:
    """The condition that a value is the last that its process sends on a channel."""
    return f"last {channel}"


def mark_last(net: Net, sent: Mapping[Step, frozenset[int]], asked: Mapping[Step, frozenset[int]]) -> None:
    """Find the channels that carry last values and others, and mark the sends on them.

    ``sent`` tells by step which variables are in what is sent there, ``asked`` on which a choice depends: one that is
    made by what was sent tells last values from others. Elsewhere conditions on what was received are open.
    """
    sends = [(at, way) for at, step in enumerate(net.steps) if isinstance(step, Meet) for way in step.ways]
    sends = [(at, way) for at, way in sends if way.act is Act.SEND]
    is_last = {(at, way): not _sends_from(net, way.target, way.channel) for at, way in sends}
    mixed = {way.channel for at, way in sends if _may_be_last(net, way, sent.get(at, frozenset()), asked)}
    mixed |= {
        way.channel
        for _, way in sends
        if len({told for (_, w), told in is_last.items() if w.channel == way.channel}) == 2
    }
    for at, step in enumerate(net.steps):
        if isinstance(step, Meet) and any(way.channel in mixed and way.act is Act.SEND for way in step.ways):
            ways = [
                replace(w, last=is_last[at, w]) if w.act is Act.SEND and w.channel in mixed else w for w in step.ways
            ]
            net.steps[at] = Meet(tuple(ways))


def _may_be_last(net: Net, sending: Way, sent: frozenset[int], asked: Mapping[Step, frozenset[int]]) -> bool:
    """Whether a process ends or goes on to send by what it has sent."""
    seen, waiting = {sending.target}, [sending.target] if sent else []
    while waiting:
        at = waiting.pop()
        operation = net.steps[at]
        steps = following(operation)
        if isinstance(operation, Meet) and (Act.SEND, sending.channel) in {(w.act, w.channel) for w in operation.ways}:
            continue
        if isinstance(operation, Choice) and not sent.isdisjoint(asked.get(at, frozenset())):
            return len({_sends_from(net, step, sending.channel) for step in steps}) == 2
        fresh = [step for step in steps if step not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _sends_from(net: Net, start: Step, channel: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        operation = net.steps[waiting.pop()]
        if isinstance(operation, Meet) and any(w.act is Act.SEND and w.channel == channel for w in operation.ways):
            return True
        fresh = [step for step in following(operation) if step not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def following(operation: Operation) -> list[Step]:
    """The steps that the process may go to from a step."""
    if isinstance(operation, Meet):
        return [step for way in operation.ways for step in (way.target, way.ended) if step is not None]
    if isinstance(operation, Choice):
        return [target for target, _ in operation.ways]
    if isinstance(operation, Turn):
        return [operation.inside, operation.after]
    if isinstance(operation, Defer):
        return [operation.then, operation.entry]
    return [] if isinstance(operation, End | Halt) else [operation.then]
