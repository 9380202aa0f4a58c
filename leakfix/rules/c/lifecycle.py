"""The rule that the C and C++ codemods for forgotten releases share: ask the detector, write the forms that fit."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from leakfix.detectors.losses import Leak, Loss, LossKind, Status
from leakfix.languages.c.analysis import Analysis
from leakfix.rules.c.amounts import is_of_nothing
from leakfix.rules.c.checks import runs_code
from leakfix.rules.c.error_objects import is_ignored_error
from leakfix.rules.c.hidden_exits import is_out_of_memory
from leakfix.rules.c.layout import LayoutError
from leakfix.rules.c.repair import RefusalError, Repair, leaks_of
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity
from leakfix.rules.rule import Form, Rule
from leakfix.rules.tracing import trace
from leakfix.text import OverlapError, apply_edits

if TYPE_CHECKING:
    from leakfix.rules.c.repair import Unit
    from leakfix.text import Edit, Span

Writer = Callable[[Repair], "list[Edit]"]

_ENDINGS = {
    LossKind.RETURN: "returns without releasing it",
    LossKind.RAISED: "an exception leaves the function without releasing it",
    LossKind.END: "the function ends without releasing it",
    LossKind.SCOPE: "the last variable that holds it goes out of scope",
    LossKind.OVERWRITTEN: "it is overwritten before it is released",
}


class LifecycleRule(Rule[Analysis]):
    """A codemod for resources that a path out of the function forgets."""

    language: ClassVar[str] = "c"
    writers: ClassVar[tuple[tuple[Form, Writer], ...]]
    """The forms that may suit a leak, the preferred one first; the last one suits most, and its refusal is told."""

    @abstractmethod
    def concerns(self, repair: Repair) -> bool:
        """Whether the rule is for what leaks here."""

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The leaks that the rule is for, with the fixes that can be written."""
        for unit, leak in leaks_of(subject):
            losses = self.losses(subject, unit, leak)
            losses = tuple(
                loss
                for loss in losses
                if not is_out_of_memory(subject, unit, loss) and not is_of_nothing(subject, unit, leak, loss)
            )
            repair = Repair(subject, unit, replace(leak, losses=_surest(losses)))
            if losses and self.concerns(repair) and not repair.is_hidden:
                yield self.finding(repair)

    def losses(self, subject: Analysis, unit: Unit, leak: Leak) -> tuple[Loss, ...]:
        """The losses of a leak that the rule is for: here those at the ways out."""
        del subject, unit
        return tuple(loss for loss in leak.losses if not _is_replaced(loss, leak))

    def finding(self, repair: Repair) -> Finding:
        """One leak with its trace and its fixes."""
        fixes, refusal = self._fixes(repair)
        obligation = repair.leak.site.obligation
        confidence = Confidence.LOW if is_ignored_error(repair) else Confidence(obligation.confidence)
        if all(loss.raised is not None for loss in repair.leak.losses):
            # Nobody sees such a way out, and only an owner mends it.
            confidence = Confidence.MEDIUM if fixes and confidence is not Confidence.LOW else Confidence.LOW
        return Finding.at(
            repair.source,
            repair.leak.site.span,
            rule=self.id,
            function=repair.function.qualified,
            message=self.message(repair),
            severity=Severity(obligation.severity) if obligation.severity else self.severity,
            confidence=confidence,
            trace=trace(repair.source, repair.leak, f"the {obligation.noun} is acquired here", _ending),
            fixes=fixes,
            refusal=refusal,
        )

    def message(self, repair: Repair) -> str:
        """What is wrong, in a line."""
        noun = repair.leak.site.obligation.noun
        if repair.leak.fates & {Status.RELEASED, Status.HANDED_ON}:
            return f"the {noun} is not released on every path"
        return f"the {noun} is never released"

    def _fixes(self, repair: Repair) -> tuple[tuple[Fix, ...], Refusal | None]:
        fixes: list[Fix] = []
        reasons: list[Refusal] = []
        for form, writer in self.writers:
            try:
                edits = writer(repair)
                apply_edits(repair.source.data, edits)
            except RefusalError as why:
                reasons.append(why.refusal)
            except LayoutError:
                reasons.append(Refusal("layout", "the code is not laid out so that lines can be added beside it"))
            except OverlapError:
                reasons.append(Refusal("layout", "the edits of this form would overlap"))
            else:
                fixes.append(_fix(repair, form, edits))
        if fixes:
            return tuple(fixes), None
        return (), reasons[-1] if reasons else Refusal("no-owner", "no form of the fix suits this code")


def _surest(losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """The losses at ways out that can be seen; where there are none, those where a callee throws."""
    return tuple(loss for loss in losses if loss.raised is None) or losses


def _is_replaced(loss: Loss, leak: Leak) -> bool:
    """Whether the resource is lost because its variable takes something else: another rule's matter.

    A block that could not be resized has no name any more when that is found out.
    """
    is_unnamed = not loss.holders and not leak.site.discarded and not loss.span.contains(leak.site.span)
    return loss.kind is LossKind.OVERWRITTEN or is_unnamed


def _fix(repair: Repair, form: Form, edits: Sequence[Edit]) -> Fix:
    noun = repair.leak.site.obligation.noun
    why = f"The {noun} is released once on every path, where nothing uses it any more."
    safety = form.safety
    if any(runs_code(repair, repair.holder(loss)) for loss in repair.leak.losses):
        safety = Safety.REVIEW
        why = "The destructor, which does more than to give back what the object holds, runs where it was forgotten."
    path = repair.source.path
    return Fix(form.title, form.name, safety, why, tuple(FileEdit(path, edit) for edit in edits), form.requires)


def _ending(loss: Loss) -> tuple[tuple[Span, str], ...]:
    return ((loss.span, _ENDINGS[loss.kind]),)
