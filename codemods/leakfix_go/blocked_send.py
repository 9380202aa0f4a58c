"""A goroutine is left behind, stuck at a send: the function that made the channel has returned without receiving.

A send on a channel without space waits for a receiver. Where the function that would receive returns early, gives up
waiting, or takes fewer values than are sent, the goroutine waits for ever, with its stack and all that it refers to.

Example:

    errc := make(chan error)                 errc := make(chan error, 1)
    go func() {                              go func() {
        errc <- server.Shutdown(ctx)             errc <- server.Shutdown(ctx)
    }()                                      }()
    select {                                 select {
    case err := <-errc:                      case err := <-errc:
        return err                               return err
    case <-time.After(time.Minute):          case <-time.After(time.Minute):
        return errTimeout                        return errTimeout
    }                                        }

What is found: a channel that a function makes for itself and for the goroutines that it starts, with ``go``, with
``WaitGroup.Go`` or ``errgroup.Group.Go``, by a literal or by a function of the project that is given the channel. All
of them are run together, in every order, along the ways that their conditions leave open; a send that nobody can ever
receive once the function has left is a leak. A timer in the same select may be garbage by then, the goroutine is not.
A function that waits for a WaitGroup whose goroutines are stuck at a send is found too, and so is a send on a variable
that is nil, as it is never assigned.

Silent: a channel that is returned, stored, captured by something that outlives the call or given to a function that is
not known, unless that can only send on it; a channel whose capacity is not a constant; a select with a default or
another way out; loops that receive as often as others send; ``main``, what it alone calls, commands and what they
start. In a test it is told as information.

Forms:
- `buffer`: space for exactly the number of values that are sent: 1, a few, or ``len(xs)`` where the goroutines are
  started in a loop over what does not change. Preferred where a goroutine sends as the last thing that it does.
- `context`: ``select { case ch <- v: case <-ctx.Done(): return }``, with the context at hand.
- `done`: a select on a channel that is closed when the function returns: one that is there, or a new one with a
  deferred ``close``.
- `return`: the return that was forgotten behind the first of two sends.

Refusals: `rendezvous` (what the goroutine does behind the send waits for the receiver), `unbounded`, `escapes`,
`receiver` (another goroutine receives too), `callee` (a function that others call sends), `loop`, `measured` (somebody
asks for the length), `no-context`, `waits` (the function does not return before), `no-owner` (the channel is nil),
`cleanup`, `name-taken`, `layout`, `generated`.

Fix safety: `buffer` and `done` are safe; `buffer` is `review` where the goroutine cleans up behind the send, `context`
where somebody may still receive when the context is done, `return` always: what stood behind the send is not run.

References: https://go.dev/blog/pipelines, "Automatically Detecting and Fixing Concurrency Bugs in Go Software Systems"
(GCatch and GFix, ASPLOS 2021), the benchmark GoKer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.flow.channels import Act
from leakfix.languages.go.channels import may_start
from leakfix.languages.go.statements import LayoutError
from leakfix.rules import Finding, Form, Refusal, Rule, Safety
from leakfix.rules.finding import FileEdit, Fix
from leakfix.rules.go.blocking import blocked, report
from leakfix.rules.go.blocking_forms import buffered, returned
from leakfix.rules.go.blocking_nil import SENDS, nil_waits
from leakfix.rules.go.blocking_ways import until_left, with_context
from leakfix.rules.go.repair import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules.go.blocking import Blocked
    from leakfix.rules.go.blocking_forms import Written

_BUFFER = Form("buffer", "make space in the channel for all that is sent")
_CONTEXT = Form("context", "give up sending when the context is done")
_DONE = Form("done", "give up sending when the function has returned")
_RETURN = Form("return", "return behind the first send", Safety.REVIEW)


class BlockedSend(Rule["Analysis"]):
    """``go-blocked-send``."""

    id: ClassVar[str] = "go-blocked-send"
    title: ClassVar[str] = "goroutine is left behind, stuck at a send"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (_BUFFER, _CONTEXT, _DONE, _RETURN)
    triggers: ClassVar[tuple[bytes, ...]] = (b"make(chan", b" chan ")
    sources: ClassVar[tuple[str, ...]] = (
        "https://go.dev/blog/pipelines",
        "https://dl.acm.org/doi/10.1145/3445814.3446756",
    )

    def may_fire(self, data: bytes) -> bool:
        """Whether a file makes or declares channels, and starts goroutines."""
        return super().may_fire(data) and may_start(data, 0, len(data))

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The channels at which a goroutine can be left behind, in the order of the file."""
        found = list(nil_waits(self, subject, SENDS))
        for case in blocked(subject, Act.SEND):
            fixes, refusal = _mended(case)
            found.append(report(self, case, _message(case), fixes, refusal))
        return sorted(found, key=lambda finding: finding.span)


RULE = BlockedSend()


def _message(case: Blocked) -> str:
    if any(wait.left is None for wait in case.waits) and not case.left:
        return f"a goroutine can wait for ever to send on {case.name}: more is sent than is ever received"
    return f"a goroutine can wait for ever to send on {case.name}: the function returns without receiving"


def _mended(case: Blocked) -> tuple[tuple[Fix, ...], Refusal | None]:
    if case.analysis.file.is_generated:
        return (), Refusal("generated", "the file is generated: its generator is the place for the fix")
    written: list[tuple[Form, Written]] = []
    reasons: list[Refusal] = []
    for form, writer in _WRITERS:
        try:
            written.append((form, writer(case)))
        except RefusalError as why:
            reasons.append(why.refusal)
        except LayoutError:
            reasons.append(Refusal("layout", "the send does not stand on lines of its own"))
    path = case.source.path
    fixes = [
        Fix(form.title, form.name, one.safety, one.why, tuple(FileEdit(path, edit) for edit in one.edits))
        for form, one in written
    ]
    fixes.sort(key=lambda fix: (fix.form != _RETURN.name, fix.safety is not Safety.SAFE))
    return tuple(fixes), None if fixes else reasons[1]


_WRITERS: list[tuple[Form, Callable[[Blocked], Written]]] = [
    (_RETURN, returned),
    (_BUFFER, buffered),
    (_CONTEXT, with_context),
    (_DONE, until_left),
]
