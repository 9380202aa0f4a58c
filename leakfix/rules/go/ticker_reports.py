"""Findings about tickers and timers that no variable owns, with their traces and fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go.statements import LayoutError
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity, Step
from leakfix.rules.go.lifecycle import BIND
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_fields import FORM as OWNER_CLOSE
from leakfix.rules.go.ticker_fields import stopped_by_owner
from leakfix.rules.go.ticker_forms import after, bound, held_timer, one_timer, timer_each_turn
from leakfix.rules.go.ticker_left import is_left_by_many
from leakfix.rules.rule import Form
from leakfix.text import Span
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules.go.ticker_channels import Channel
    from leakfix.rules.go.ticker_fields import Forgotten
    from leakfix.rules.go.ticker_goroutines import Stuck
    from leakfix.rules.go.ticker_left import Left
    from leakfix.rules.go.ticker_scene import Scene, TimeCall
    from leakfix.rules.rule import Rule
    from leakfix.text import Edit

    ChannelWriter = Callable[[Channel], list[Edit]]

AFTER: Final = Form("after", "wait with time.After")
ONE_TIMER: Final = Form("one-timer", "reset one timer instead of making one in each turn")
EACH_TURN: Final = Form("timer-each-turn", "stop the timer of each turn in the cases that do not wait for it")

_WHY: Final = {
    BIND.name: "It ticks as before until the function returns, and nothing uses it any more then.",
    AFTER.name: "One tick is waited for, and the timer of time.After ends with it.",
    ONE_TIMER.name: "Each turn waits as long as before: the timer is stopped, drained and reset first.",
    EACH_TURN.name: "Each turn waits as long as before, and its timer is stopped where another case is taken.",
}
_WHERE_IT_FIRES: Final[Sequence[tuple[Form, ChannelWriter]]] = ((EACH_TURN, timer_each_turn), (ONE_TIMER, one_timer))
"""Where every turn but the last waits for the timer, stopping that of the last is the smaller change."""
_GENERATED: Final = Refusal("generated", "the file is generated: its generator is the place for the fix")


def of_channel(rule: Rule[Analysis], channel: Channel) -> Finding:
    """A ticker or timer of which only the channel is kept."""
    fixes, refusal = _written(channel, _writers(channel))
    return _finding(
        rule,
        channel.call,
        _message(channel),
        tuple(_trace(channel)),
        fixes,
        refusal,
        Confidence.HIGH if channel.call.ticks else Confidence.MEDIUM,
    )


def of_left(rule: Rule[Analysis], channel: Channel, left: Left) -> Finding:
    """A timer that runs on when another case of its select is taken."""
    fixes, refusal = _written(channel, _writers_of_left(channel, left))
    name, scene = channel.call.symbol, channel.scene
    if left.repeats:
        message = (
            f"the timer of {name} runs on when another case leaves the loop: before Go 1.23 nothing frees it earlier"
        )
        leaves = "this case leaves the loop while the timer runs"
    else:
        message = f"the timer of {name} runs on when another case is taken: before Go 1.23 nothing frees it earlier"
        leaves = "this case goes on while the timer runs"
    trace = (_step(scene, channel.call.node, "a timer is made here"), _step(scene, left.case, leaves))
    found = _finding(rule, channel.call, message, trace, fixes, refusal, left.confidence)
    return replace(found, severity=Severity.INFO)


def of_goroutine(rule: Rule[Analysis], stuck: Stuck) -> Finding:
    """A goroutine that a stopped ticker leaves waiting."""
    trace = (
        _step(stuck.call.scene, stuck.call.node, "the ticker is made here"),
        _step(stuck.range.scene, stuck.range.node, "a goroutine ranges over its channel, with no way out"),
        _step(stuck.stop.scene, stuck.stop.node, "the ticker is stopped, which closes no channel"),
    )
    message = "stopping the ticker leaves the goroutine that ranges over its channel waiting for ever"
    refusal = Refusal(
        "goroutine", "the goroutine needs a way out: a select on a context or on a channel that is closed"
    )
    return _finding(rule, stuck.call, message, trace, (), refusal)


def of_field(rule: Rule[Analysis], forgotten: Forgotten) -> Finding:
    """A ticker that the closing method of its owner forgets."""
    method, member = forgotten.method, forgotten.member
    trace = (
        _step(forgotten.call.scene, forgotten.call.node, f"the ticker is stored in {member.owner}.{member.name} here"),
        Step(
            method.file.source.path,
            method.file.source.line(method.node.start_byte),
            f"{method.name} does not stop it",
        ),
    )
    fixes: tuple[Fix, ...] = ()
    refusal = None
    try:
        edits = stopped_by_owner(forgotten)
    except RefusalError as why:
        refusal = why.refusal
    except LayoutError:
        refusal = Refusal("layout", f"{method.name} is not laid out one statement a line")
    else:
        title = f"stop the ticker in {method.name}"
        why_review = "Who still receives from the ticker after that waits for ever."
        fixes = (Fix(title, OWNER_CLOSE.name, Safety.REVIEW, why_review, edits),)
    message = f"{method.name} does not stop the ticker in the field {member.name}"
    return _finding(rule, forgotten.call, message, trace, fixes, refusal, Confidence.MEDIUM)


def _finding(
    rule: Rule[Analysis],
    call: TimeCall,
    message: str,
    trace: tuple[Step, ...],
    fixes: tuple[Fix, ...],
    refusal: Refusal | None,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    return Finding.at(
        call.scene.source,
        Span(call.node.start_byte, call.node.end_byte),
        rule=rule.id,
        function=call.scene.function.name,
        message=message,
        severity=Severity.INFO if call.scene.function.file.is_test else rule.severity,
        confidence=confidence,
        trace=trace,
        fixes=fixes,
        refusal=refusal,
    )


def _message(channel: Channel) -> str:
    name = channel.call.symbol
    if not channel.call.ticks:
        return f"each turn of the loop may leave a timer of {name} behind, which runs until it fires"
    if channel.repeats:
        return f"each turn of the loop leaves a ticker of {name} behind that nothing can stop"
    return f"nothing can stop the ticker of {name} when the function returns"


def _trace(channel: Channel) -> Iterator[Step]:
    call, source = channel.call, channel.scene.source
    if not channel.call.ticks:
        yield _step(call.scene, call.node, "a timer is made here")
        for case in channel.passing[:1]:
            yield _step(call.scene, case, "this case goes on to the next turn while the timer runs")
        if not channel.passing:
            yield _step(call.scene, call.node, "the next turn makes another while it runs")
        return
    yield _step(call.scene, call.node, "a ticker is made here, and only its channel is kept")
    if channel.repeats:
        yield _step(call.scene, call.node, "the next turn makes another")
        return
    leaving = channel.scene.control.first_return(channel.behind)
    if leaving is not None:
        yield _step(call.scene, leaving, "returns while it ticks")
    else:
        line = source.line(channel.scene.owner.end_byte - 1)
        yield Step(source.path, line, "the function ends while it ticks")


def _step(scene: Scene, node: Node, message: str) -> Step:
    source = scene.source
    return Step(source.path, source.line(node.start_byte), message)


def _writers(channel: Channel) -> Sequence[tuple[Form, ChannelWriter]]:
    in_loop = channel.select is not None and channel.repeats
    if channel.call.ticks and not in_loop:
        one = [(AFTER, after)] if channel.is_received and not is_left_by_many(channel) else []
        return [*one, (BIND, bound)]
    if in_loop and not channel.passing:
        return _WHERE_IT_FIRES
    return [(ONE_TIMER, one_timer), *([(EACH_TURN, timer_each_turn)] if channel.select is not None else [])]


def _writers_of_left(channel: Channel, left: Left) -> Sequence[tuple[Form, ChannelWriter]]:
    """Outside a loop a deferred Stop is shortest."""
    if channel.select is None:
        return [(EACH_TURN, held_timer), *([(ONE_TIMER, one_timer)] if left.repeats else [])]
    if left.repeats:
        return _WHERE_IT_FIRES
    return [(EACH_TURN, timer_each_turn)] if channel.repeats else [(BIND, bound), (EACH_TURN, timer_each_turn)]


def _written(channel: Channel, writers: Sequence[tuple[Form, ChannelWriter]]) -> tuple[tuple[Fix, ...], Refusal | None]:
    if channel.scene.function.file.is_generated:
        return (), _GENERATED
    fixes: list[Fix] = []
    reasons: list[Refusal] = []
    for form, writer in writers:
        try:
            edits = writer(channel)
        except RefusalError as why:
            reasons.append(why.refusal)
        except LayoutError:
            reasons.append(Refusal("layout", "the code is not laid out one statement a line"))
        else:
            path = channel.scene.source.path
            changed = tuple(FileEdit(path, edit) for edit in edits)
            fixes.append(Fix(form.title, form.name, form.safety, _WHY[form.name], changed, form.requires))
    return tuple(fixes), None if fixes else reasons[0]
