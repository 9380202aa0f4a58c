"""Timers of time.After that run on because another case of their select was taken: at most one each time.

A select that runs once a call is only told of where a loop of the package makes many calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.rules.finding import Confidence
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_durations import known_value
from leakfix.rules.go.ticker_once import is_made_few_times
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.rules.go.ticker_channels import Channel

_TINY: Final = 100_000_000
"""Nanoseconds: what runs on that long is not worth a change, unless the loop does nothing but make timers."""
_SHORT: Final = 1_000_000_000
"""Nanoseconds: what runs on that long and is not made in a loop is not worth a word."""


@record
class Left:
    """A timer that runs on."""

    case: Node
    """The first case that is taken while it runs."""
    repeats: bool
    """Whether it is made in a loop of the function."""
    confidence: Confidence


def left_running(channel: Channel) -> Left | None:
    """How a timer that does not pile up is left running; None when it is not, or for a moment only."""
    own, control, point = channel.awaited, channel.scene.control, channel.point
    select = own.parent if own is not None else None
    if own is None or select is None or channel.call.ticks or point is None or channel.scene.is_main:
        return None
    start = control.at(select)
    others = [case for case in syntax.operands(select) if case != own]
    if start is None or (start != point and not _is_awaited_at_once(channel, start, others)):
        return None
    case = next((other for other in others if control.leaves(control.reachable(_taken(channel, other)))), None)
    if case is None:
        return None
    if channel.repeats and not is_made_few_times(channel.scene, channel.node):
        return Left(case, True, _of_loop(channel))
    return Left(case, False, Confidence.MEDIUM) if is_left_by_many(channel) else None


def _is_awaited_at_once(channel: Channel, start: int, others: list[Node]) -> bool:
    """Whether control gets from a variable that takes the channel to the select, and there once only."""
    control, point = channel.scene.control, channel.point
    target = target_of(channel.node)
    variable = channel.scene.bindings.variable(target) if target is not None else None
    if point is None or variable is None or variable.origin != channel.call.statement:
        return False
    if control.leaves(control.reachable(control.behind(point), [start])):
        return False
    return all(start not in control.reachable(_taken(channel, other), [point]) for other in others)


def is_left_by_many(channel: Channel) -> bool:
    """Whether the select of a timer runs in many calls, and waits for long or nobody knows how long."""
    value, scene = _duration(channel), channel.scene
    if channel.select is None or (value is not None and value <= _SHORT):
        return False
    return scene.owner == scene.function.node and _is_called_in_loop(scene.analysis, scene.function)


def _taken(channel: Channel, case: Node) -> list[int]:
    start = channel.scene.control.at(case)
    return [start] if start is not None else []


def _of_loop(channel: Channel) -> Confidence:
    value = _duration(channel)
    is_tiny = value is not None and value <= _TINY
    return Confidence.LOW if is_tiny and not _is_all_of_the_loop(channel) else Confidence.MEDIUM


def _duration(channel: Channel) -> int | None:
    duration = channel.call.duration
    return known_value(channel.scene, duration) if duration is not None else None


def _is_all_of_the_loop(channel: Channel) -> bool:
    """Whether the body of the loop is the select alone."""
    listed = channel.select.parent if channel.select is not None else None
    body = listed.parent if listed is not None else None
    around = body.parent if body is not None else None
    return (
        listed is not None
        and around is not None
        and around.kind_id == syntax.FOR_STATEMENT
        and len(syntax.operands(listed)) == 1
    )


def _is_called_in_loop(analysis: Analysis, function: Function) -> bool:
    """Whether a loop of the package calls a function."""
    name = function.name.rpartition(".")[2].encode()
    for file in function.file.package.files:
        if file.is_test or name + b"(" not in file.data:
            continue
        for caller, call in _calls(file.functions, name):
            if caller.has_error or not _is_in_loop(call):
                continue
            callee = analysis.types(caller).callee(call)
            called = callee.function if callee is not None else None
            if called is not None and (called.file.location, called.name) == (function.file.location, function.name):
                return True
    return False


def _calls(callers: tuple[Function, ...], name: bytes) -> Iterator[tuple[Function, Node]]:
    """The calls in the callers' bodies of whatever has a name."""
    called = re.compile(rb"\b" + re.escape(name) + rb"\(")
    for caller in callers:
        start, end = caller.start, caller.end
        for match in called.finditer(caller.file.data, start, end):
            call = syntax.call_at(caller.node, match.start())
            if call is not None:
                yield caller, call


def _is_in_loop(node: Node) -> bool:
    """Whether a node is in the body of a loop of its own function."""
    at, around = node, node.parent
    while around is not None and around.kind_id not in syntax.FUNCTION_KINDS:
        if around.kind_id == syntax.FOR_STATEMENT and around.child_by_field_id(syntax.F_BODY) == at:
            return True
        at, around = around, around.parent
    return False
