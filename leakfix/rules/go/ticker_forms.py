"""The fixed forms of tickers and timers that have no name. Each gives the edits of one complete fix, or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_durations import is_plain, is_positive, means_the_same
from leakfix.rules.go.ticker_layout import first_in_case, lines_before, lines_behind, new_name, replaced
from leakfix.rules.go.ticker_scene import TICK, is_target

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.go.ticker_channels import Channel
    from leakfix.text import Edit


def bound(channel: Channel) -> list[Edit]:
    """``ticker := time.NewTicker(d)`` and ``defer ticker.Stop()`` before the statement, which takes ``ticker.C``.

    For time.After it is a timer. A variable that is called a ticker already becomes one, and its uses receive from
    ``ticker.C``.
    """
    call, scene = channel.call, channel.scene
    if channel.repeats:
        raise RefusalError("loop", "each turn of a loop makes another ticker, and a deferred Stop would wait")
    if call.symbol == TICK:
        _check_positive(channel, "NewTicker panics on a duration that is not positive, and Tick does not")
    made = f"{call.package}New{'Ticker' if call.ticks else 'Timer'}({_duration(channel)})"
    own = _own_name(channel)
    if own:
        return [
            replaced(scene, channel.node, made),
            lines_behind(scene, call.statement, [f"defer {own}.Stop()"]),
            *(replaced(scene, receive, f"{own}.C") for receive in channel.receives),
        ]
    name = new_name(scene, "ticker" if call.ticks else "timer", call.statement)
    lines = [f"{name} := {made}", f"defer {name}.Stop()"]
    return [lines_before(scene, call.statement, lines), replaced(scene, channel.node, f"{name}.C")]


def after(channel: Channel) -> list[Edit]:
    """``time.After(d)``: a timer that ends by itself, where one tick is all that is waited for."""
    _check_positive(channel, "After fires at once where the ticker panics or never ticks")
    return [replaced(channel.scene, channel.node, f"{channel.call.package}After({_duration(channel)})")]


def one_timer(channel: Channel) -> list[Edit]:
    """One ``NewTimer`` before the loop; it is stopped, drained and reset where each turn made another."""
    call, scene = channel.call, channel.scene
    if call.ticks:
        _check_positive(channel, "a timer fires at once where the ticker panics or never ticks")
    loop = _outermost_loop(channel)
    duration = call.duration
    if duration is None or not is_plain(scene, duration):
        raise RefusalError("duration", "the duration is computed, and would be once more before the loop")
    if not means_the_same(scene, duration, loop):
        raise RefusalError("duration", "the duration is only known inside the loop")
    name, text = new_name(scene, "timer", loop), _duration(channel)
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
        lines_before(scene, loop, made),
        lines_before(scene, call.statement, again),
        replaced(scene, channel.node, f"{name}.C"),
    ]


def timer_each_turn(channel: Channel) -> list[Edit]:
    """A timer with a name before the select, stopped first thing in every other case."""
    call, scene, select = channel.call, channel.scene, channel.select
    if select is None:
        raise RefusalError("loop", "no select tells where the timer is not needed any more")
    if call.ticks:
        _check_positive(channel, "a timer fires at once where the ticker panics or never ticks")
    name = new_name(scene, "timer", call.statement)
    others = [case for case in syntax.operands(select) if case != channel.case]
    return [
        lines_before(scene, call.statement, [f"{name} := {call.package}NewTimer({_duration(channel)})"]),
        replaced(scene, channel.node, f"{name}.C"),
        *(first_in_case(scene, case, f"{name}.Stop()") for case in others),
    ]


def held_timer(channel: Channel) -> list[Edit]:
    """The variable that held the channel becomes the timer, stopped first thing in every other case."""
    call, scene, own = channel.call, channel.scene, channel.awaited
    name = _only_name(channel)
    select = own.parent if own is not None else None
    if not name or select is None:
        raise RefusalError("no-owner", "the variable is used for more than to wait for the timer")
    others = [case for case in syntax.operands(select) if case != own]
    return [
        replaced(scene, channel.node, f"{call.package}NewTimer({_duration(channel)})"),
        *(replaced(scene, receive, f"{name}.C") for receive in channel.receives),
        *(first_in_case(scene, case, f"{name}.Stop()") for case in others),
    ]


def _check_positive(channel: Channel, reason: str) -> None:
    duration = channel.call.duration
    if duration is None or not is_positive(channel.scene, duration):
        raise RefusalError("duration", reason)


def _duration(channel: Channel) -> str:
    duration = channel.call.duration
    if duration is None or b"\n" in (duration.text or b""):
        raise RefusalError("layout", "the duration is not on one line")
    return syntax.text(duration)


def _own_name(channel: Channel) -> str:
    """The name of the variable that holds the channel, if it says ticker and is only received from."""
    name = _only_name(channel)
    return name if name.lower().endswith("ticker") else ""


def _only_name(channel: Channel) -> str:
    """The name of the variable that holds the channel, declared alone, if it is only received from."""
    bindings, statement = channel.scene.bindings, channel.call.statement
    target = target_of(channel.node)
    variable = bindings.variable(target) if target is not None and target.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.origin != statement or statement.kind_id != syntax.SHORT_VAR_DECLARATION:
        return ""
    left = statement.child_by_field_id(syntax.F_LEFT)
    uses = bindings.uses(variable)
    alone = left is not None and len(syntax.operands(left)) == 1 and not any(map(is_target, uses))
    plain = alone and {use.id for use in uses} == {receive.id for receive in channel.receives}
    return variable.name if plain else ""


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
