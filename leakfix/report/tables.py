"""Numbers and lists in columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from leakfix.report.style import Style, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from leakfix.engine.fixing import Fixed
    from leakfix.engine.result import Statistics
    from leakfix.rules import Form, Rule


def statistics_table(statistics: Statistics, style: Style) -> Iterator[str]:
    """What a run found, in counts: findings a rule, preferred forms, reasons for offering no fix."""
    yield from _counts("findings", statistics.rules, style)
    yield from _counts("fixes, by preferred form", statistics.forms, style)
    yield from _counts("no fix, by reason", statistics.refusals, style)
    yield f"{statistics.files} files, {statistics.opened} parsed, {statistics.suppressed} findings suppressed"


def fixed_table(fixed: Fixed, style: Style) -> Iterator[str]:
    """What fixing came to, in counts: applied forms, and what is left by reason."""
    forms = _counted(entry.fix.form for entry in fixed.applied)
    reasons = _counted(finding.refusal.code if finding.refusal else "fix not taken" for finding in fixed.left)
    yield from _counts("findings", fixed.before.statistics.rules, style)
    yield from _counts("fixes applied, by form", forms, style)
    yield from _counts("findings left, by reason", reasons, style)


def rules_table(rules: Iterable[Rule[Any]], style: Style) -> Iterator[str]:
    """All rules with their language and title, and below each its forms with their safety."""
    known = list(rules)
    heads = columns([(rule.id, rule.language, rule.title) for rule in known])
    forms = columns([(form.name, _safety(form), form.title) for rule in known for form in rule.forms])
    for rule, head in zip(known, heads, strict=True):
        yield style(head, "bold")
        yield from (f"    {next(forms)}" for _ in rule.forms)


def rules_json(rules: Iterable[Rule[Any]]) -> str:
    """All rules as one JSON array."""
    found = [
        {
            "id": rule.id,
            "title": rule.title,
            "language": rule.language,
            "severity": rule.severity,
            "forms": [
                {"name": form.name, "title": form.title, "safety": form.safety, "requires": form.requires}
                for form in rule.forms
            ],
            "sources": list(rule.sources),
        }
        for rule in rules
    ]
    return json.dumps(found, indent=2)


def columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Rows with their cells one below the other."""
    widths = [max(map(width, cells), default=0) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _safety(form: Form) -> str:
    return f"{form.safety}, {form.requires}" if form.requires else str(form.safety)


def _counts(title: str, counts: Mapping[str, int], style: Style) -> Iterator[str]:
    if not counts:
        return
    yield style(title, "bold")
    digits = len(str(max(counts.values())))
    for name, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        yield f"  {count:{digits}}  {name}"


def _counted(names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
