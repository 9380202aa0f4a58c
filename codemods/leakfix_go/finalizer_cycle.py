"""A finalizer that never runs: the object that it waits for is kept alive by the finalizer itself, or by a cycle.

`runtime.SetFinalizer(x, f)` keeps `f` and all that it captures alive as long as `x` lives. If that leads back to `x`,
the object is never collected, nor is anything that it refers to. Nor is a cycle of references of which `x` is a member:
there is no order in which its finalizers could run. A cleanup of `runtime.AddCleanup` (Go 1.24) does not keep a cycle
alive; only its function and its argument must not reach the object.

Example:

    runtime.SetFinalizer(b, func(*Buffer) {        runtime.SetFinalizer(b, func(b *Buffer) {
        unmap(b.addr)                                  unmap(b.addr)
    })                                             })

What is found:
- a finalizer that captures the object: a function literal that uses `x` or anything that leads to it (`w.f` captures
  `w`), a method value `x.m`, a local function that does so;
- an object in a cycle that its function makes, before or behind the call, in assignments, composite literals, appends,
  closures that are stored, and in the constructors and methods of the project that it calls; also one whose caller
  closes the cycle. It makes no difference whether other members live longer.

`SetFinalizer(x, nil)`, cycles that are broken again on the way, or by a Close that every path calls, objects that only
refer to themselves (the collector sees through that), values of which nothing is known, and what one round of a loop
leaves to the next are no findings. A cycle that a Close, Stop or the like of the type breaks is information: then the
finalizer is only missing where somebody forgets to close.

Forms:
- `param`: the finalizer uses its parameter, which is the object, where it captured the object.
- `cleanup`: `runtime.AddCleanup(x, func(fd int) {...}, x.fd)` (Go 1.24), if the finalizer reads one field that nobody
  changes behind, or none, and that field cannot lead to the object. Cleanups may run at the same time as others: with
  captured variables it is `review`.

Refusals: `cycle` (no finalizer helps), `version` (AddCleanup needs Go 1.24), `resurrects`, `whole-object` (a cleanup
must not reach the object), `reaches`, `changes`, `cleared` (somebody takes the finalizer away), `captured`, `interior`
and `tiny` (the finalizer has other faults), `unresolved`, `name-taken`, `generated`.

Fix safety: safe, but for what is said of `cleanup`.

References: the documentation of runtime.SetFinalizer and runtime.AddCleanup; the guide to the garbage collector;
staticcheck SA5005.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar

from leakfix.languages.go.analysis import Analysis
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Form, Refusal, Rule, Safety, Severity, Step
from leakfix.rules.go.finalizer_cleanup import Cleanup, as_cleanup
from leakfix.rules.go.finalizer_closers import closer_of
from leakfix.rules.go.finalizer_param import with_parameter
from leakfix.rules.go.finalizers import Finalizer, finalizers
from leakfix.rules.go.repair import RefusalError
from leakfix.text import Span

PARAM = Form("param", "use the parameter of the finalizer instead of the captured object")
CLEANUP = Form("cleanup", "add a cleanup whose argument does not reach the object", Safety.SAFE, "go1.24")

_WHY = {
    PARAM.name: "The parameter is the same object, and nothing keeps it alive any more.",
    CLEANUP.name: "The cleanup does the same with the same value, once the object is gone.",
}
_SHARES = "Cleanups may run at the same time as each other, and what this one captures is shared."


class FinalizerCycle(Rule[Analysis]):
    """``go-finalizer-cycle``."""

    id: ClassVar[str] = "go-finalizer-cycle"
    title: ClassVar[str] = "finalizer keeps its object alive, or a cycle does"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (PARAM, CLEANUP)
    triggers: ClassVar[tuple[bytes, ...]] = (b"SetFinalizer(",)
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/runtime#SetFinalizer",
        "https://go.dev/doc/gc-guide#Common_finalizer_issues",
        "https://staticcheck.dev/docs/checks/#SA5005",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The finalizers of a file that never run."""
        for found in finalizers(subject):
            fixes, refusal = _fixes(found)
            closer = closer_of(found) if not found.captured else None
            yield Finding.at(
                subject.source,
                Span(found.call.start_byte, found.call.end_byte),
                rule=self.id,
                function=found.function.name,
                message=_message(found),
                severity=Severity.INFO if closer is not None or subject.file.is_test else self.severity,
                confidence=Confidence.HIGH if _is_plain(found) else Confidence.MEDIUM,
                trace=tuple(_trace(found)),
                fixes=fixes,
                refusal=refusal,
            )


def _fixes(found: Finalizer) -> tuple[tuple[Fix, ...], Refusal | None]:
    if found.function.file.is_generated:
        return (), Refusal("generated", "the file is generated: its generator is the place for the fix")
    writers: list[tuple[Form, Callable[[Finalizer], Cleanup]]] = [(CLEANUP, as_cleanup)]
    if found.captured and not found.cycle:
        writers.insert(0, (PARAM, lambda found: Cleanup(with_parameter(found), False)))
    fixes: list[Fix] = []
    reasons: list[Refusal] = []
    for form, writer in writers:
        try:
            written = writer(found)
        except RefusalError as why:
            reasons.append(why.refusal)
        else:
            safety, why_safe = (Safety.REVIEW, _SHARES) if written.shares else (form.safety, _WHY[form.name])
            edits = tuple(FileEdit(found.analysis.source.path, edit) for edit in written.edits)
            fixes.append(Fix(form.title, form.name, safety, why_safe, edits, form.requires))
    return tuple(fixes), None if fixes else reasons[0]


def _message(found: Finalizer) -> str:
    if not found.captured:
        return "the finalizer may never run: its object is part of a reference cycle"
    first = found.captured[0]
    what = f"it captures `{first.label}`" if first.label else first.how
    return f"the finalizer never runs: {what}, which keeps the object alive"


def _is_plain(found: Finalizer) -> bool:
    """Whether all of the way is written down in the function itself."""
    path = found.analysis.source.path
    known = all(hold.site is not None and hold.site.path == path for hold in found.ways)
    return known and found.linked_in is None


def _trace(found: Finalizer) -> Iterator[Step]:
    source = found.analysis.source
    yield Step(source.path, source.line(found.call.start_byte), "the finalizer is set here")
    for hold in found.ways:
        if hold.site is not None and hold.how:
            yield Step(hold.site.path, hold.site.line, hold.how)


RULE = FinalizerCycle()
