"""Waits of goroutines that nothing ends: on a channel that is never closed, blind to the signal that says it is over.

A *task* is a function, a *party* one operation of a task on a channel. Nothing here knows a syntax: channels, signals
and tasks are whatever a language uses to tell them apart. What is said of a channel is all that is done with it, but
for what strangers may do.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable


@record
class Party:
    """One send or receive: the task that does it, and the signals whose coming ends its wait.

    ``may_leave`` tells that the task returns where something else than this operation comes first, ``is_farewell`` that
    a closing method does it, so that it is itself the sign that it is over.
    """

    task: Hashable
    is_goroutine: bool
    watches: frozenset[Hashable] = frozenset()
    may_leave: bool = False
    is_farewell: bool = False


@record
class Channel:
    """All that is known of a channel: ``closers`` are the tasks that close it."""

    senders: tuple[Party, ...] = ()
    receivers: tuple[Party, ...] = ()
    closers: frozenset[Hashable] = frozenset()
    sent_elsewhere: bool = False
    received_elsewhere: bool = False


@record
class Signal:
    """Something that tells the goroutines of an object that it is over.

    ``givers`` are the tasks that give it; a context is given from outside, by nobody who is seen. ``ends`` tells
    whether it is known to mean the end: a closing method gives it, or a goroutine returns upon it. ``is_farewell``
    tells that it is the last thing that its giver, a goroutine, does, ``is_heeded`` that some who call methods of the
    object give up upon it, so that they may be called when it has come.
    """

    key: Hashable
    givers: frozenset[Hashable] = frozenset()
    given_elsewhere: bool = False
    ends: bool = False
    is_farewell: bool = False
    is_heeded: bool = False


@record
class Wait:
    """A bare wait of a goroutine.

    ``is_endless`` tells that the goroutine cannot end once it has come here; ``is_final`` that the channel's closing
    would not end the wait for good either, as that of a receive in an endless loop.
    """

    party: Party
    is_send: bool
    is_endless: bool = False
    is_final: bool = False


class Cause(Enum):
    """Why a wait is one for ever."""

    ABANDONED = "whoever is at the other end gives up when the signal comes"
    ENDLESS = "the goroutine goes on when the signal comes"
    UNANSWERED = "nobody has to be at the other end when the signal has come"
    SELF_GIVEN = "the goroutine itself gives the signal, behind the wait"
    UNSIGNALLED = "nothing tells the goroutine that it is over"


@record
class Verdict:
    """The cause, and the signal that the wait should watch, if there is one."""

    cause: Cause
    signal: Signal | None = None


@record
class Scene:
    """The signals of the object that a wait belongs to, and whether the object can be closed at all."""

    signals: tuple[Signal, ...] = field(default=())
    can_close: bool = False


Judge: TypeAlias = "Callable[[Wait, Channel, Scene], Verdict | None]"
"""What decides on one channel: `judge` for goroutines, `judge_client` for those who call methods."""


def judge(wait: Wait, channel: Channel, scene: Scene) -> Verdict | None:
    """Why a wait is one for ever; None where somebody may end it."""
    others = _others(wait, channel)
    strangers = channel.received_elsewhere if wait.is_send else channel.sent_elsewhere
    if others is None or not may_last(wait, channel):
        return None
    own = [signal for signal in scene.signals if signal.ends and signal.key not in wait.party.watches]
    given = [signal for signal in own if signal.given_elsewhere or signal.givers - {wait.party.task}]
    if any(signal.ends and signal.key in wait.party.watches for signal in scene.signals):
        return None
    if others and not strangers:
        watched = [signal for signal in given if all(signal.key in other.watches for other in others)]
        left = [signal for signal in given if all(_gives_up(other, signal) for other in others)]
        if watched or left:
            return Verdict(Cause.ABANDONED, (watched or left)[0])
    if wait.is_endless and (wait.is_final or not strangers):
        if given:
            return Verdict(Cause.ENDLESS, given[0])
        return Verdict(Cause.UNSIGNALLED) if scene.can_close and not own else None
    if wait.is_send and strangers and not (others or channel.closers or channel.sent_elsewhere or wait.is_endless):
        heeded = [signal for signal in given if not signal.given_elsewhere]
        return Verdict(Cause.UNANSWERED, heeded[0]) if heeded else None
    if wait.is_send or strangers or not others or any(other.is_farewell for other in others):
        return None
    return _unanswered(wait, others, given, own)


def _gives_up(other: Party, signal: Signal) -> bool:
    """Whether a task comes to no operation any more after a signal: it watches it, or gives it as it returns."""
    gives = signal.is_farewell and signal.givers == {other.task}
    return signal.key in other.watches or (other.may_leave and gives)


def may_last(wait: Wait, channel: Channel) -> bool:
    """Whether a wait may be one for ever, whatever the signals: nobody closes the channel, or knows what is in it."""
    if channel.closers and not wait.is_send and not (wait.is_endless and wait.is_final):
        return False
    return _others(wait, channel) is not None


def judge_client(wait: Wait, channel: Channel, scene: Scene) -> Verdict | None:
    """Why a send of whoever calls a method is one for ever: the goroutine that receives has ended, and says so.

    That is so where the goroutine gives the signal as it ends, or where other clients give up upon the signal.
    """
    others = _others(wait, channel)
    if not wait.is_send or not others or channel.received_elsewhere or not may_last(wait, channel):
        return None
    if not all(other.is_goroutine for other in others) or channel.closers - {wait.party.task}:
        return None
    tasks = {other.task for other in others}
    for signal in scene.signals:
        if signal.ends and (signal.is_heeded or (signal.is_farewell and signal.givers == tasks)):
            return Verdict(Cause.ABANDONED, signal)
    return None


def judge_all(wait: Wait, channels: Iterable[Channel], scene: Scene, how: Judge) -> Verdict | None:
    """Why a wait for any of several channels is one for ever: it is that for each of them, by the same signal."""
    verdicts = [how(wait, channel, scene) for channel in channels]
    first = verdicts[0] if verdicts else None
    if first is None or len(verdicts) == 1:
        return first
    keys = {verdict.signal.key if verdict.signal is not None else None for verdict in verdicts if verdict is not None}
    if None in verdicts or len(keys) > 1:
        return None
    causes = {verdict.cause for verdict in verdicts if verdict is not None}
    if causes == {first.cause}:
        # Where one of several messages ends the goroutine, nobody can tell that it does not come.
        return first if wait.is_endless or first.cause is Cause.ABANDONED else None
    return Verdict(Cause.ENDLESS, first.signal) if wait.is_endless and first.signal is not None else None


def _unanswered(wait: Wait, others: Iterable[Party], given: list[Signal], own: list[Signal]) -> Verdict | None:
    """Whether those at the other end are clients alone, who owe the goroutine nothing.

    A goroutine at the other end may be bound to answer; one that gives the signal may send a last message first.
    """
    tasks = {other.task for other in others}
    if any(other.is_goroutine for other in others):
        return None
    for signal in given:
        if tasks.isdisjoint(signal.givers):
            return Verdict(Cause.UNANSWERED, signal)
    for signal in own:
        if signal.givers == {wait.party.task}:
            return Verdict(Cause.SELF_GIVEN, signal)
    return None


def _others(wait: Wait, channel: Channel) -> tuple[Party, ...] | None:
    """Those at the other end; None when the goroutine itself is one of them, as with a semaphore."""
    others = channel.receivers if wait.is_send else channel.senders
    return None if any(other.task == wait.party.task for other in others) else others
