"""Goroutines of a file that wait for ever for the channels of the objects that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Cause, Signal, judge, judge_all, judge_client
from leakfix.detectors.signals import Scene as Given
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import ChannelField
from leakfix.languages.go.channel_starts import Start, direct_starts, starts
from leakfix.rules.go.waiting_channels import (
    candidates,
    client_candidates,
    may_be_closed,
    may_go_on,
    may_wait,
    parts_of,
    waiting_at,
)
from leakfix.rules.go.waiting_facts import Facts, WaitScene, scene_at, task_of
from leakfix.rules.go.waiting_offers import has_come, offers
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.signals import Judge
    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.channel_operations import Operation
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.types import Named

_RANKS: Final = {cause: rank for rank, cause in enumerate(Cause)}
"""The causes in the order of how sure they are."""


@individual
class Stuck:
    """A goroutine that waits for ever at ``operation``; without a ``start`` it is that of whoever calls the function.

    ``signal`` is the expression that it should receive from too, empty if there is none, ``givers`` what closes it;
    ``closing`` the method that ends the object, ``holder`` the expression of the object. ``way_out`` is what other
    selects of the goroutine do upon the signal, empty where no other watches it. ``is_exact`` tells that nothing is in
    the channel, or on its way, that would be lost, ``is_known`` that the channel is a field.
    """

    scene: WaitScene
    operation: Operation
    cause: Cause
    start: Start | None
    signal: str = ""
    holder: str = ""
    owner: Named | None = None
    closing: Function | None = None
    givers: tuple[Operation, ...] = ()
    is_exact: bool = False
    is_known: bool = False
    way_out: str = ""

    @property
    def place(self) -> Node:
        """What waits: the operation, or its select."""
        return self.operation.select or self.operation.node

    @property
    def channels(self) -> str:
        """The channels that it waits on, as they are spelled."""
        return " or ".join(syntax.text(one.channel) for one in parts_of(self.operation))


def stuck_waits(analysis: Analysis) -> Iterator[Stuck]:
    """The waits of a file that nothing ends, in order; one of a goroutine tells of all those for unknown channels."""
    file = analysis.file
    if file.is_test or not may_wait(file):
        return
    facts = Facts(analysis)
    told: set[object] = set()
    for function, operation in candidates(analysis):
        found = _judged(facts, function, operation)
        task = task_of(function, operation.owner)
        if found is not None and (found.is_known or task not in told):
            yield found
            told.add(task)


def client_waits(analysis: Analysis) -> Iterator[Stuck]:
    """The waits of a file's methods for the goroutine of their object, which may have ended, in order."""
    if analysis.file.is_test:
        return
    facts = Facts(analysis)
    for function, operation in client_candidates(analysis):
        if starts(function, operation.owner):
            continue
        found = _judged_for(facts, scene_at(analysis, function, operation.owner), operation, (), judge_client)
        if found is not None and found.owner is not None and found.owner.name == function.receiver_type:
            yield found


def _judged(facts: Facts, function: Function, operation: Operation) -> Stuck | None:
    surely_ends = may_be_closed(operation) or may_go_on(operation)
    started = () if surely_ends else direct_starts(function, operation.owner)
    if all(start.lives_on for start in started):
        return None
    return _judged_for(facts, scene_at(facts.analysis, function, operation.owner), operation, started, judge)


def _judged_for(
    facts: Facts, scene: WaitScene, operation: Operation, started: tuple[Start, ...], how: Judge
) -> Stuck | None:
    start = next((one for one in started if not one.lives_on), None)
    waiting = waiting_at(facts, scene, operation)
    if waiting is None:
        return None
    found: list[Stuck] = []
    for offer in offers(facts, scene, operation, waiting, started):
        given = Given(offer.signals, offer.closing is not None)
        verdict = judge_all(waiting.wait, waiting.channels, given, how)
        if verdict is None:
            continue
        cause, signal = verdict.cause, verdict.signal
        spelled = offer.spelled(facts, signal) if signal is not None else ""
        if signal is not None and has_come(operation, spelled):
            continue
        is_exact = cause is Cause.ABANDONED and start is not None and not waiting.is_buffered
        found.append(
            Stuck(
                scene,
                operation,
                cause,
                start,
                spelled,
                offer.holder,
                offer.owner,
                offer.closing,
                _givers(facts, signal),
                is_exact,
                any(field is not None for field in waiting.fields),
            )
        )
    return min(found, key=lambda stuck: _RANKS[stuck.cause], default=None)


def _givers(facts: Facts, signal: Signal | None) -> tuple[Operation, ...]:
    if signal is None or signal.given_elsewhere or not isinstance(signal.key, ChannelField):
        return ()
    return tuple(facts.givers(signal.key))
