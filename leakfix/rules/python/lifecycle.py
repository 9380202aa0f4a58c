"""The rule that the Python codemods for forgotten releases share: ask the detector, write the forms that fit."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.detectors.losses import Leak, Loss, LossKind, Status
from leakfix.languages.python.analysis import Analysis
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Severity
from leakfix.rules.python.repair import RefusalError, Repair, leaks_of
from leakfix.rules.rule import Form, Rule
from leakfix.rules.tracing import trace
from leakfix.text import OverlapError, apply_edits

if TYPE_CHECKING:
    from leakfix.rules.finding import Safety
    from leakfix.text import Edit, Span


class Written:
    """What a form gives: the edits, and how sure it is that nothing else changes (None: as the form says)."""

    def __init__(self, edits: Sequence[Edit], safety: Safety | None = None, why: str = "") -> None:
        self.edits = tuple(edits)
        self.safety = safety
        self.why = why


Writer = Callable[[Repair], Written]

NO_CASE: Final = "no-case"
"""The code of a form that has nothing to do with what happens here: its refusal is not told."""
_ENDINGS: Final = {
    LossKind.RETURN: "returns without closing it",
    LossKind.END: "the function ends without closing it",
    LossKind.SCOPE: "the last reference to it goes, and nothing has closed it",
    LossKind.OVERWRITTEN: "it is overwritten before it is closed",
    LossKind.RAISED: "leaves without closing it",
}
_ORDER: Final = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


class LifecycleRule(Rule[Analysis]):
    """A codemod for resources that a path out of the function forgets."""

    language: ClassVar[str] = "python"
    writers: ClassVar[tuple[tuple[Form, Writer], ...]]
    """The forms that may suit a leak, the preferred one first; the last one suits most, and its refusal is told."""

    @abstractmethod
    def concerns(self, repair: Repair) -> bool:
        """Whether the rule is for what leaks here."""

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The leaks that the rule is for, with the fixes that can be written."""
        for unit, leak in leaks_of(subject):
            repair = Repair(subject, unit, told(leak))
            if self.concerns(repair):
                yield self.finding(repair)

    def finding(self, repair: Repair) -> Finding:
        """One leak with its trace and its fixes."""
        fixes, refusal = self._fixes(repair)
        obligation = repair.leak.site.obligation
        return Finding.at(
            repair.source,
            repair.leak.site.span,
            rule=self.id,
            function=repair.function.name,
            message=_message(repair),
            severity=Severity(obligation.severity) if obligation.severity else self.severity,
            confidence=confidence(repair.leak),
            trace=trace(repair.source, repair.leak, f"the {repair.noun} is opened here", _ending),
            fixes=fixes,
            refusal=refusal,
        )

    def _fixes(self, repair: Repair) -> tuple[tuple[Fix, ...], Refusal | None]:
        fixes: list[Fix] = []
        reasons: list[Refusal] = []
        for form, writer in self.writers:
            try:
                written = writer(repair)
                apply_edits(repair.source.data, written.edits)
            except RefusalError as why:
                reasons.append(why.refusal)
            except OverlapError:
                reasons.append(Refusal("layout", "the edits of this form would overlap"))
            else:
                fixes.append(_fix(repair, form, written))
        if fixes:
            return tuple(fixes), None
        reasons = [reason for reason in reasons if reason.code != NO_CASE]
        return (), reasons[-1] if reasons else Refusal("no-owner", "no form of the fix suits this code")


def told(leak: Leak) -> Leak:
    """The leak with the losses worth telling: where it is surely lost, exceptions that may be are no news."""
    best = min(map(_doubt, leak.losses))
    kept = tuple(loss for loss in leak.losses if _doubt(loss) == best)
    return replace(leak, losses=kept)


def _doubt(loss: Loss) -> int:
    """How doubtful it is that the program ever loses it there: 0 not at all, 1 upon an exception, 2 upon a rare one."""
    if loss.raised is None:
        return 0
    return 2 if loss.doubtful else 1


def confidence(leak: Leak) -> Confidence:
    """How sure the leak is: as sure as what it is a leak of, and as the way on which it is lost."""
    way = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)[min(map(_doubt, leak.losses))]
    return min(way, Confidence(leak.site.obligation.confidence), key=_ORDER.index)


def _fix(repair: Repair, form: Form, written: Written) -> Fix:
    why = written.why or f"The {repair.noun} is closed where nothing uses it any more, whatever is raised before."
    edits = tuple(FileEdit(repair.source.path, edit) for edit in written.edits)
    return Fix(form.title, form.name, written.safety or form.safety, why, edits, form.requires)


def _message(repair: Repair) -> str:
    leak, noun = repair.leak, repair.noun
    if all(loss.raised is not None for loss in leak.losses):
        return f"the {noun} is not closed when an exception is raised"
    if leak.fates & {Status.RELEASED, Status.HANDED_ON}:
        return f"the {noun} is not closed on every path"
    return f"the {noun} is never closed"


def _ending(loss: Loss) -> Iterable[tuple[Span, str]]:
    """What is raised, and where the resource is lost unless that is where the exception passes."""
    if loss.raised is not None:
        yield loss.raised, "an exception passes here"
    if loss.raised is None or loss.kind is not LossKind.RAISED:
        yield loss.span, _ENDINGS[loss.kind]
