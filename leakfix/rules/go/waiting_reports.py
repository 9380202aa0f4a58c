"""What is said of goroutines that wait for ever on the channels of objects, and the fixes that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Cause
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_operations import Act
from leakfix.languages.go.statements import LayoutError
from leakfix.languages.go.types import Signature
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Step
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.waiting_exits import returning
from leakfix.rules.go.waiting_owner import OWNER_CLOSE, closed_by_owner, ends_objects
from leakfix.rules.go.waiting_select import Watch, watched
from leakfix.rules.rule import Form
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import File
    from leakfix.rules.go.waiting_waits import Stuck
    from leakfix.rules.rule import Rule

WATCH: Final = Form("watch-signal", "select on the signal that tells that it is over")

_CONFIDENCE: Final = {
    Cause.ABANDONED: Confidence.HIGH,
    Cause.ENDLESS: Confidence.HIGH,
    Cause.UNANSWERED: Confidence.MEDIUM,
    Cause.SELF_GIVEN: Confidence.MEDIUM,
    Cause.UNSIGNALLED: Confidence.LOW,
}


def of_stuck(rule: Rule[Analysis], stuck: Stuck) -> Finding:
    """The finding at a wait, with its fix or the reason why there is none."""
    fixes, refusal = _mended(stuck)
    start = stuck.place.start_byte
    end = stuck.place.end_byte if stuck.operation.select is None else start + len(b"select")
    return Finding.at(
        stuck.scene.source,
        Span(start, end),
        rule=rule.id,
        function=stuck.scene.function.name,
        message=_message(stuck),
        severity=rule.severity,
        confidence=_confidence(stuck),
        trace=tuple(_trace(stuck)),
        fixes=fixes,
        refusal=refusal,
    )


def _confidence(stuck: Stuck) -> Confidence:
    """A method that gives something back ends the object; what another one does is only told by its name."""
    if stuck.cause is Cause.UNSIGNALLED and stuck.closing is not None and ends_objects(stuck.closing):
        return Confidence.MEDIUM if stuck.operation.owner == stuck.scene.function.node else Confidence.LOW
    if stuck.start is None or (stuck.cause is Cause.ENDLESS and stuck.owner is None):
        return Confidence.MEDIUM
    return _CONFIDENCE[stuck.cause]


def step(file: File, node: Node, message: str) -> Step:
    """A step of a trace at a node."""
    return Step(file.source.path, file.source.line(node.start_byte), message)


def _mended(stuck: Stuck) -> tuple[tuple[Fix, ...], Refusal | None]:
    cause, signal = stuck.cause, stuck.signal
    if cause is Cause.SELF_GIVEN:
        reason = (
            f"{signal} is closed by this goroutine alone, when it returns: a select on it would never take that case"
        )
        return (), Refusal("own-signal", reason)
    form = OWNER_CLOSE if cause is Cause.UNSIGNALLED else WATCH
    try:
        if form is OWNER_CLOSE:
            edits = closed_by_owner(stuck)
        else:
            edit = watched(Watch(stuck.scene, stuck.operation, signal, stuck.way_out or _answer(stuck)))
            edits = (FileEdit(stuck.scene.source.path, edit),)
    except RefusalError as why:
        return (), why.refusal
    except LayoutError:
        return (), Refusal("layout", "the code is not laid out one statement a line")
    if form is OWNER_CLOSE:
        told = "Once the object is closed, the goroutine does no more work for it."
        return (Fix(form.title, form.name, form.safety, told, edits),), None
    safety, told = _safety(stuck, signal)
    return (Fix(f"select on {signal}, too", form.name, safety, told, edits),), None


def _answer(stuck: Stuck) -> str:
    """What a client is told when the signal has come; empty where the goroutine just returns. Raises `RefusalError`."""
    if stuck.start is not None:
        return ""
    error = f"{stuck.signal.removesuffix('.Done()')}.Err()" if stuck.signal.endswith(".Done()") else ""
    signature = stuck.scene.types.signature(stuck.operation.owner)
    results = signature.results if isinstance(signature, Signature) else ()
    if results and str(results[-1]) == "error" and not error:
        raise RefusalError("no-error", "only the author knows with which error the caller is to be told")
    return returning(stuck.scene, stuck.operation.node, error)


def _safety(stuck: Stuck, signal: str) -> tuple[Safety, str]:
    channel = syntax.text(stuck.operation.channel)
    given = given_text(signal)
    if stuck.is_exact:
        return Safety.SAFE, f"Once {given} nobody waits at the other end of {channel}."
    if stuck.operation.act is Act.SEND:
        return Safety.REVIEW, f"Once {given}, what would be sent to {channel} may be dropped."
    if stuck.cause is Cause.ABANDONED:
        return Safety.REVIEW, f"Once {given}, the goroutine may return before {channel} gives what it could still give."
    return Safety.REVIEW, f"Once {given}, who still sends to {channel} may wait for ever in its place."


def given_text(signal: str) -> str:
    """``x.done is closed`` or ``x.ctx is done``."""
    return f"{signal.removesuffix('.Done()')} is done" if signal.endswith(")") else f"{signal} is closed"


def _message(stuck: Stuck) -> str:
    cause, signal, channel = stuck.cause, stuck.signal, stuck.channels
    given = given_text(signal)
    waits = "to send to" if stuck.operation.act is Act.SEND else "for"
    if stuck.start is None:
        return f"once {given}, who calls {stuck.scene.function.name} waits {waits} {channel} for ever"
    if cause is Cause.ABANDONED:
        return f"once {given} the goroutine waits {waits} {channel} for ever: whoever is at the other end gives up then"
    if cause is Cause.ENDLESS:
        return f"the goroutine waits {waits} {channel} and never ends, also when {given}"
    if cause is Cause.UNANSWERED and stuck.operation.act is Act.SEND:
        return f"the goroutine waits to send to {channel}, from which nobody has to receive once {given}"
    if cause is Cause.UNANSWERED:
        return f"the goroutine waits {waits} {channel} without watching {signal}: nobody closes it"
    if cause is Cause.SELF_GIVEN:
        return f"the goroutine waits {waits} {channel}, which nobody closes; {signal} is closed only when it returns"
    ended = stuck.closing.name if stuck.closing is not None else stuck.holder
    return f"the goroutine waits {waits} {channel} and never ends: nothing tells it of {ended}"


def _trace(stuck: Stuck) -> Iterator[Step]:
    if stuck.start is not None:
        yield step(stuck.start.by.file, stuck.start.node, "the goroutine is started here")
    file = stuck.scene.function.file
    channel = stuck.channels
    told = "it waits to send here" if stuck.operation.act is Act.SEND else "it waits here"
    yield step(file, stuck.place, f"{told}, on {channel} alone")
    for giver in stuck.givers[:1]:
        yield step(giver.function.file, giver.node, f"the signal is given here: {syntax.text(giver.node)}")
    if not stuck.givers and stuck.closing is not None:
        yield step(stuck.closing.file, stuck.closing.node, f"{stuck.closing.name} does not end it")
