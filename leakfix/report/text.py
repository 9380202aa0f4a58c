"""Findings for people: the place, the source, the way the leak takes, and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.report.diffs import small_diff
from leakfix.report.style import Style, expanded, safe, width
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leakfix.engine.result import Result
    from leakfix.rules import Finding, Fix
    from leakfix.text import Source

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def text_report(result: Result, style: Style) -> Iterator[str]:
    """The lines of a report, one finding after the other, and a summary."""
    for finding in result.findings:
        yield from finding_lines(finding, result.sources, style)
        yield ""
    yield summary(result)


def summary(result: Result) -> str:
    """One line on the whole run."""
    count, files = len(result.findings), len({finding.path for finding in result.findings})
    fixable = sum(1 for finding in result.findings if finding.fixes)
    looked = f"{plural(result.statistics.files, 'file')} looked at"
    if not count:
        return f"No leaks found, {looked}."
    return f"{plural(count, 'finding')} in {plural(files, 'file')}, {fixable} with a fix, {looked}."


def finding_lines(finding: Finding, sources: Mapping[str, Source], style: Style) -> Iterator[str]:
    """One finding with its excerpt, trace and fixes."""
    place = f"{safe(finding.path)}:{finding.line}:{finding.column}:"
    rule = style(finding.rule, "bold", _COLOURS[finding.severity])
    yield f"{style(place, 'bold')} {rule} {safe(finding.message)}"
    source = sources.get(finding.path)
    margin = len(str(max((finding.line, *(step.line for step in finding.trace)))))
    if source is not None:
        yield from _excerpt(finding, source, margin, style)
    for step in finding.trace:
        elsewhere = "" if step.path == finding.path else f"{safe(step.path)}:"
        yield f"{' ' * margin} {style('=', 'blue')} {elsewhere}{step.line}: {safe(step.message)}"
    yield from _mending(finding, source, margin, style)


def _excerpt(finding: Finding, source: Source, margin: int, style: Style) -> Iterator[str]:
    bar = style("|", "blue")
    span = Span(source.line_start(finding.span.start), source.line_end(finding.span.start))
    end = min(finding.span.end, span.end)
    data = source.data
    before, marked, behind = (
        data[start:stop].decode(source.encoding, "replace")
        for start, stop in ((span.start, finding.span.start), (finding.span.start, end), (end, span.end))
    )
    line = expanded(before + marked + behind)
    indent = width(expanded(before))
    length = max(width(expanded(before + marked)) - indent, 1)
    yield f"{' ' * margin} {bar}"
    yield f"{style(str(finding.line).rjust(margin), 'blue')} {bar} {line.rstrip()}"
    yield f"{' ' * margin} {bar} {' ' * indent}{style('^' * length, _COLOURS[finding.severity])}"


def _mending(finding: Finding, source: Source | None, margin: int, style: Style) -> Iterator[str]:
    indent = " " * (margin + 3)
    for number, fix in enumerate(finding.fixes):
        yield f"{indent}{style('fix', 'bold')} {fix_title(fix)}"
        if number == 0 and source is not None:
            yield from (f"{indent}  {line}" for line in small_diff(source, fix, style))
    if finding.refusal is not None and not finding.fixes:
        yield f"{indent}{style('no fix', 'bold')} ({finding.refusal.code}): {safe(finding.refusal.reason)}"


def fix_title(fix: Fix) -> str:
    """What a fix is called: its title, form, safety and what it needs."""
    facts = ", ".join(filter(None, (fix.form, fix.safety, fix.requires)))
    return f"({facts}): {safe(fix.title)}"


def plural(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count} {noun}{'' if count == 1 else noun_ending(noun)}"


def noun_ending(noun: str) -> str:
    """How the plural of a noun ends."""
    return "es" if noun.endswith(("s", "x", "ch")) else "s"
