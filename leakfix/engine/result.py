"""What a scan gives back."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING

from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from leakfix.project import Problem
    from leakfix.rules import Finding
    from leakfix.text import Source


@record
class Statistics:
    """What a run looked at and what it found, in numbers."""

    files: int
    """Files that were looked at."""
    opened: int
    """Those of them that had to be parsed, in this run or in the one whose results were taken from the cache."""
    suppressed: int
    """Findings that a comment in the source, or a baseline, keeps quiet."""
    rules: Mapping[str, int]
    """Findings of each rule."""
    forms: Mapping[str, int]
    """Findings whose preferred fix has each form."""
    refusals: Mapping[str, int]
    """Findings without a fix, by the code of the reason."""

    @classmethod
    def of(cls, findings: Iterable[Finding], *, files: int, opened: int, suppressed: int) -> Statistics:
        """Count findings."""
        found = list(findings)
        return cls(
            files,
            opened,
            suppressed,
            _counted(finding.rule for finding in found),
            _counted(finding.fixes[0].form for finding in found if finding.fixes),
            _counted(finding.refusal.code for finding in found if finding.refusal and not finding.fixes),
        )


@record
class Result:
    """The findings of a scan by path, position and rule, and what could not be looked at.

    `errors` are paths that the caller named, and packs, that came to nothing; `warnings` all else that was passed over
    or looked at in part. `sources` holds the files with a finding, as analysed, by display path.
    """

    findings: tuple[Finding, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    statistics: Statistics
    sources: Mapping[str, Source] = field(repr=False)

    def without(self, fingerprints: Collection[str]) -> Result:
        """The same without the findings that bear one of the fingerprints: those of a baseline, that are known."""
        known = frozenset(fingerprints)
        findings = tuple(finding for finding in self.findings if finding.fingerprint not in known)
        counted = Statistics.of(
            findings,
            files=self.statistics.files,
            opened=self.statistics.opened,
            suppressed=self.statistics.suppressed + len(self.findings) - len(findings),
        )
        return replace(self, findings=findings, statistics=counted)


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
