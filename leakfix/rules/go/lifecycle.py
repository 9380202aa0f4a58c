"""The rule that the Go codemods for forgotten releases share: ask the lifecycle detector, write the forms that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from leakfix.detectors.losses import Leak, Loss, LossKind, Status
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.statements import LayoutError, check_widths
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity
from leakfix.rules.go import forms
from leakfix.rules.go.addresses import is_handed_out
from leakfix.rules.go.discarded import bound
from leakfix.rules.go.leaks import leaks_of
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.rules.rule import Form, Rule
from leakfix.rules.tracing import trace
from leakfix.text import OverlapError, apply_edits

if TYPE_CHECKING:
    from leakfix.text import Edit, Span

Writer = Callable[[Repair], "list[Edit]"]

DEFER = Form("defer", "defer the release behind the error check")
BEFORE_EXIT = Form("close-before-exit", "release before every exit that forgets it")
KEEP_ERROR = Form("keep-error", "defer the release and return its error")
BIND = Form("bind", "bind the discarded result and release it")

_PIPES = ("os/exec.Cmd.StdinPipe", "os/exec.Cmd.StdoutPipe", "os/exec.Cmd.StderrPipe")

_ENDINGS = {
    LossKind.RETURN: "returns without releasing it",
    LossKind.END: "the function ends without releasing it",
    LossKind.OVERWRITTEN: "it is overwritten before it is released",
    LossKind.SCOPE: "the last variable that holds it goes out of scope",
}


class LifecycleRule(Rule[Analysis]):
    """A codemod for one family of resources."""

    family: ClassVar[str]
    language: ClassVar[str] = "go"
    usual_names: ClassVar[tuple[str, ...]] = ()

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The leaks of the family, with the fixes that can be written."""
        for unit, leak in leaks_of(subject):
            if leak.site.obligation.family == self.family:
                yield self.finding(Repair(subject, unit, leak))

    def finding(self, repair: Repair) -> Finding:
        """One leak with its trace and its fixes."""
        fixes, refusal = self._fixes(repair)
        obligation = repair.leak.site.obligation
        return Finding.at(
            repair.source,
            repair.leak.site.span,
            rule=self.id,
            function=repair.unit.graph.function,
            message=self.message(repair),
            severity=Severity(obligation.severity) if obligation.severity else self.severity,
            confidence=Confidence(obligation.confidence) if repair.has_typed_holder else Confidence.LOW,
            trace=trace(repair.source, repair.leak, f"the {obligation.noun} is acquired here", _ending),
            fixes=fixes,
            refusal=refusal,
        )

    def message(self, repair: Repair) -> str:
        """What leaks, in one sentence."""
        noun = repair.leak.site.obligation.noun
        if repair.leak.site.discarded:
            return f"the {noun} is discarded and never released"
        if repair.leak.fates:
            return f"the {noun} is not released on every path"
        return f"the {noun} is never released"

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """The forms that suit a leak, the preferred one first."""
        return usual_writers(repair)

    def refuse(self, repair: Repair) -> Refusal | None:
        """A reason not to edit at all, whatever the form."""
        if repair.analysis.file.is_generated:
            return Refusal("generated", "the file is generated: its generator is the place for the fix")
        if repair.leak.repeats and not repair.is_in_loop:
            return Refusal("goto", "the acquisition is repeated by goto, and where a turn ends is not plain")
        if repair.waits and any(repair.analysis.program.calls(repair.unit.function, pipe) for pipe in _PIPES):
            return Refusal("pipes", "the process may stay blocked on a pipe that nobody serves, and so would the wait")
        program, function = repair.analysis.program, repair.unit.function
        if any(program.calls_later(function, ending, repair.call) for ending in repair.analysis.models.endings()):
            return Refusal("outlived", "what writes to it goes on until something ends it, when the function has left")
        if Status.HANDED_ON not in repair.leak.fates and is_handed_out(repair):
            noun = repair.leak.site.obligation.noun
            return Refusal("handed-on", f"the address of the {noun} leaves the function, and is of use while it runs")
        return None

    def why(self, repair: Repair) -> str:
        """Why releasing it where the fix does keeps behaviour, in one sentence."""
        return f"The {repair.leak.site.obligation.noun} is released once, where nothing uses it any more."

    def _fixes(self, repair: Repair) -> tuple[tuple[Fix, ...], Refusal | None]:
        refusal = self.refuse(repair)
        if refusal is not None:
            return (), refusal
        fixes: list[Fix] = []
        reasons: list[Refusal] = []
        for form, writer in self.writers(repair):
            try:
                edits = writer(repair)
                apply_edits(repair.source.data, edits)
                check_widths(repair.source, repair.root, edits)
            except RefusalError as why:
                reasons.append(why.refusal)
            except LayoutError:
                reasons.append(Refusal("layout", "the code is not laid out one statement a line"))
            except OverlapError:
                reasons.append(Refusal("ambiguous-release", "the edits of this form would overlap"))
            else:
                fixes.append(self._fix(repair, form, edits))
        if fixes:
            return tuple(fixes), None
        return (), reasons[0] if reasons else Refusal("no-owner", "no form of the fix suits this code")

    def _fix(self, repair: Repair, form: Form, edits: Sequence[Edit]) -> Fix:
        path = repair.source.path
        safety = Safety.REVIEW if repair.waits else form.safety
        why = "Waiting takes as long as the process runs." if repair.waits else self.why(repair)
        return Fix(form.title, form.name, safety, why, tuple(FileEdit(path, edit) for edit in edits), form.requires)


def usual_writers(repair: Repair) -> list[tuple[Form, Writer]]:
    """The forms by what becomes of the resource on other paths: the policy that the families share."""
    leak = repair.leak
    if leak.site.discarded:
        return [(BIND, bound)]
    if Status.HANDED_ON in leak.fates:
        return [(BEFORE_EXIT, forms.before_exits)]
    if Status.RELEASED in leak.fates:
        if repair.waits:
            return [(BEFORE_EXIT, forms.before_exits)]
        if leak.methods and leak.methods.isdisjoint(leak.site.obligation.releases[:1] or ("*",)) and not leak.repeats:
            return [(DEFER, forms.deferred), (BEFORE_EXIT, forms.before_exits)]
        if not leak.repeats and forms.has_late_defer(repair) and not _is_overwritten(leak):
            return [(DEFER, forms.deferred), (BEFORE_EXIT, forms.before_exits)]
        second = [(DEFER, forms.deferred)] if leak.site.obligation.idempotent and not leak.repeats else []
        return [(BEFORE_EXIT, forms.before_exits), *second]
    if leak.repeats:
        return [(BEFORE_EXIT, forms.before_exits)]
    if repair.waits:
        return [(DEFER, forms.reaped)]
    if leak.site.obligation.writes and forms.has_named_error(repair):
        return [(KEEP_ERROR, forms.deferred_keeping_error), (DEFER, forms.deferred), (BEFORE_EXIT, forms.before_exits)]
    return [(DEFER, forms.deferred), (BEFORE_EXIT, forms.before_exits)]


def _is_overwritten(leak: Leak) -> bool:
    return any(loss.kind is LossKind.OVERWRITTEN for loss in leak.losses)


def _ending(loss: Loss) -> tuple[tuple[Span, str], ...]:
    return ((loss.span, _ENDINGS[loss.kind]),)
