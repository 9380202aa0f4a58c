"""The fixed forms of tickers and timers that have no name. Each gives the edits of one complete fix, or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_durations import is_plain, is_positive, means_the_same
from leakfix.rules.go.ticker_scene import TICK
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.go.ticker_channels import Channel
    from leakfix.text import Source


def bound(channel: Channel) -> list[Edit]:
    """``ticker := time.NewTicker(d)`` and ``defer ticker.Stop()`` before the statement, which takes ``ticker.C``."""
    call, scene = channel.call, channel.scene
    if channel.repeats:
        raise RefusalError("loop", "each turn of a loop makes another ticker, and a deferred Stop would wait")
    if call.symbol == TICK:
        _check_positive(channel, "NewTicker panics on a duration that is not positive, and Tick does not")
    _check_jumps(channel, call.statement)
    name = scene.name("ticker", call.statement)
    lines = [f"{name} := {call.package}NewTicker({_duration(channel)})", f"defer {name}.Stop()"]
    return [scene.lines_before(call.statement, lines), _replaced(channel, f"{name}.C")]


def after(channel: Channel) -> list[Edit]:
    """``time.After(d)``: a timer that ends by itself, where one tick is all that is waited for."""
    _check_positive(channel, "After fires at once where the ticker panics or never ticks")
    return [_replaced(channel, f"{channel.call.package}After({_duration(channel)})")]


def one_timer(channel: Channel) -> list[Edit]:
    """One ``NewTimer`` before the loop; it is stopped, drained and reset where each turn made another."""
    call, scene = channel.call, channel.scene
    if call.ticks:
        _check_positive(channel, "a timer fires at once where the ticker panics or never ticks")
    loop = _outermost_loop(channel)
    _check_jumps(channel, loop)
    duration = call.duration
    if duration is None or not is_plain(scene, duration):
        raise RefusalError("duration", "the duration is computed, and would be once more before the loop")
    if not means_the_same(scene, duration, loop):
        raise RefusalError("duration", "the duration is only known inside the loop")
    name, text = scene.name("timer", loop), _duration(channel)
    made = [f"{name} := {call.package}NewTimer({text})"]
    control = scene.control
    start = control.at(loop)
    if start is not None and control.leaves(control.reachable([start])):
        made.append(f"defer {name}.Stop()")
    # Before Go 1.23 a Reset does not take back a tick that was sent already: stop and drain first (time.Timer.Reset).
    again = [
        f"if !{name}.Stop() {{",
        "\tselect {",
        f"\tcase <-{name}.C:",
        "\tdefault:",
        "\t}",
        "}",
        f"{name}.Reset({text})",
    ]
    return [
        scene.lines_before(loop, made),
        scene.lines_before(call.statement, again),
        _replaced(channel, f"{name}.C"),
    ]


def timer_each_turn(channel: Channel) -> list[Edit]:
    """A timer with a name before the select, stopped first thing in every other case."""
    call, scene, select = channel.call, channel.scene, channel.select
    if select is None:
        raise RefusalError("loop", "no select tells where the timer is not needed any more")
    if call.ticks:
        _check_positive(channel, "a timer fires at once where the ticker panics or never ticks")
    _check_jumps(channel, call.statement)
    name = scene.name("timer", call.statement)
    made = f"{name} := {call.package}NewTimer({_duration(channel)})"
    others = [case for case in syntax.operands(select) if case != channel.case]
    return [
        scene.lines_before(call.statement, [made]),
        _replaced(channel, f"{name}.C"),
        *(_first_in_case(scene.source, case, f"{name}.Stop()") for case in others),
    ]


def _check_positive(channel: Channel, reason: str) -> None:
    duration = channel.call.duration
    if duration is None or not is_positive(channel.scene, duration):
        raise RefusalError("duration", reason)


def _check_jumps(channel: Channel, at: Node) -> None:
    if channel.scene.is_jumped_over(at):
        raise RefusalError("goto", "a goto passes this place, and none may pass the declaration of a variable")


def _duration(channel: Channel) -> str:
    duration = channel.call.duration
    if duration is None or b"\n" in (duration.text or b""):
        raise RefusalError("layout", "the duration is not on one line")
    return syntax.text(duration)


def _replaced(channel: Channel, text: str) -> Edit:
    return channel.scene.replaced(channel.node, text)


def _outermost_loop(channel: Channel) -> Node:
    """The statement of the outermost loop, with its label, that makes the channel again and again."""
    scene = channel.scene
    found: Node | None = None
    node: Node | None = channel.node
    while node is not None and node != scene.owner:
        if node.kind_id == syntax.FOR_STATEMENT:
            found = node
        node = node.parent
    if found is None:
        raise RefusalError("goto", "no loop statement repeats it")
    parent = found.parent
    return parent if parent is not None and parent.kind_id == syntax.LABELED_STATEMENT else found


def _first_in_case(source: Source, case: Node, line: str) -> Edit:
    colon = next((child for child in case.children if child.type == ":"), None)
    if colon is None:
        raise LayoutError
    end = source.line_end(colon.end_byte)
    rest = source.data[colon.end_byte : end].strip()
    if (rest and not rest.startswith(b"//")) or end + len(source.newline) > len(source.data):
        raise LayoutError
    at = end + len(source.newline)
    text = source.indent(case.start_byte) + b"\t" + line.encode() + source.newline
    return Edit(Span(at, at), text)
