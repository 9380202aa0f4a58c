"""What is said of goroutines that outlive the work that they watch over, and how they are ended with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError, free_name, insert_before, owns_line, statement_of
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.waiting_reports import step
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules.go.waiting_watchers import Watcher
    from leakfix.rules.rule import Rule

DONE_CHANNEL: Final = Form("done-channel", "end the goroutine when the function returns", Safety.REVIEW)

_NAMES: Final = ("done", "finished", "returned")


def of_watcher(rule: Rule[Analysis], watcher: Watcher) -> Finding:
    """The finding at the wait."""
    fixes: tuple[Fix, ...] = ()
    refusal = None
    source, file = watcher.scene.source, watcher.scene.function.file
    try:
        edits = tuple(FileEdit(source.path, edit) for edit in _mended(watcher))
    except RefusalError as why:
        refusal = why.refusal
    except LayoutError:
        refusal = Refusal("layout", "the code is not laid out one statement a line")
    else:
        why_review = "What the goroutine does upon the signal is not done any more once the function has returned."
        fixes = (Fix(DONE_CHANNEL.title, DONE_CHANNEL.name, DONE_CHANNEL.safety, why_review, edits),)
    trace = (
        step(file, watcher.start.node, "the goroutine is started here"),
        step(file, watcher.wait, f"it waits for {watcher.signal} alone"),
        step(file, watcher.finish, "the work that it watches over is finished here"),
    )
    return Finding.at(
        source,
        Span(watcher.wait.start_byte, watcher.wait.end_byte),
        rule=rule.id,
        function=watcher.scene.function.name,
        message=f"when the function returns, the goroutine goes on to wait for {watcher.signal}",
        severity=rule.severity,
        confidence=Confidence.MEDIUM,
        trace=trace,
        fixes=fixes,
        refusal=refusal,
    )


def _mended(watcher: Watcher) -> list[Edit]:
    scene, source = watcher.scene, watcher.scene.source
    start, statement = watcher.start.node, statement_of(watcher.wait)
    at = start.parent
    while at is not None and at != scene.owner:
        if at.kind_id == syntax.FOR_STATEMENT:
            raise RefusalError("loop", "the goroutine is started in a loop, where deferred calls pile up")
        at = at.parent
    if statement is None or not owns_line(source, statement) or "\n" in watcher.signal:
        raise LayoutError
    if source.data[statement.end_byte : source.line_end(statement.end_byte)].strip():
        raise LayoutError
    name = free_name(_NAMES, scene.bindings, start)
    indent, newline = source.indent(statement.start_byte).decode(), source.newline.decode()
    lines = ["select {", f"case <-{watcher.signal}:", f"case <-{name}:", "\treturn", "}"]
    before = insert_before(source, start, [f"{name} := make(chan struct{{}})", f"defer close({name})"])
    text = (newline + indent).join(lines).encode()
    return [before, Edit(Span(statement.start_byte, statement.end_byte), text)]
