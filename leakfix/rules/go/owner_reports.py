"""Findings on fields that the method that ends their owner forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go.statements import LayoutError
from leakfix.rules.finding import Confidence, Finding, Fix, Refusal, Safety, Step
from leakfix.rules.go.owner_forms import RELEASE, released_by_owner
from leakfix.rules.go.owners import forgotten_fields
from leakfix.rules.go.repair import RefusalError
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules.go.owners import ForgottenField
    from leakfix.rules.rule import Rule


def reports(rule: Rule[Analysis], analysis: Analysis) -> Iterator[Finding]:
    """The findings of a file, in order."""
    for found in forgotten_fields(analysis):
        yield _finding(rule, analysis, found)


def _finding(rule: Rule[Analysis], analysis: Analysis, found: ForgottenField) -> Finding:
    method, field = found.method, found.field
    obligation = found.told.acquired.obligation
    noun = obligation.noun if obligation is not None else "resource"
    fixes: tuple[Fix, ...] = ()
    refusal = None
    try:
        edits = released_by_owner(found)
    except RefusalError as why:
        refusal = why.refusal
    except LayoutError:
        refusal = Refusal("layout", f"{method.name} is not laid out one statement a line")
    else:
        why_review = f"Who still uses {field.name} when {method.name} runs finds it released."
        title = f"release {field.name} in {method.name}"
        fixes = (Fix(title, RELEASE.name, Safety.REVIEW, why_review, edits),)
    source = analysis.source
    ends = method.file.source
    return Finding.at(
        source,
        Span(found.call.start_byte, found.call.end_byte),
        rule=rule.id,
        function=found.function.name,
        message=f"{method.name} forgets the {noun} in the field {field.name}",
        severity=rule.severity,
        confidence=Confidence.MEDIUM,
        trace=(
            Step(
                source.path, source.line(found.call.start_byte), f"the {noun} is stored in {field.owner}.{field.name}"
            ),
            Step(ends.path, ends.line(method.start), f"{method.name} does not release it, nor does anything else"),
        ),
        fixes=fixes,
        refusal=refusal,
    )
