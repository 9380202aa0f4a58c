"""What `fix` and `patch` share: making the fixes, verifying them, and telling what became of the findings."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import leakfix
from leakfix.cli.terminal import ProgressBar, say, style_of, tell, tell_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from leakfix import Fixed, Options, Policy, Result
    from leakfix.cli.interactive import Interview


@dataclass(frozen=True, slots=True)
class Making:
    """Fixes to be made."""

    paths: tuple[str, ...]
    options: Options
    verify: str | None
    statistics: bool

    def run(self, *, interview: Callable[[Policy, Result], Interview] | None = None, by_rule: bool = False) -> Fixed:
        """Make the fixes, asking for each when an interview is given, and put them to the test if one was asked for."""
        with ProgressBar() as progress:
            scan = leakfix.Scan(self.paths, self.options, None if interview else progress)
            fixing = leakfix.Fixing(scan, by_rule=by_rule, progress=None if interview else progress)
            fixed = fixing.run(interview)
        if self.verify and fixed.files:
            verified = leakfix.verify(fixing, fixed, self.verify, fixed.tree)
            tell(f"{self.verify!r} succeeds with the fixes ({leakfix.plural(verified.runs, 'run')})")
            return verified.fixed
        return fixed

    def tell(self, fixed: Fixed) -> None:
        """Say on stderr what went wrong, what was dropped and what is left."""
        tell_all((*fixed.errors, *fixed.before.warnings))
        for dropped in fixed.dropped:
            finding = dropped.finding
            tell(f"{finding.path}:{finding.line}: {finding.rule}: fix {dropped.fix.form!r} dropped: {dropped.reason}")
        say(_summary(fixed))
        if self.statistics:
            say(leakfix.fixed_table(fixed, style_of(sys.stderr)))


def _summary(fixed: Fixed) -> Iterator[str]:
    applied = f"{leakfix.plural(len(fixed.applied), 'fix')} in {leakfix.plural(len(fixed.files), 'file')}"
    left = f"{leakfix.plural(len(fixed.left), 'finding')} left" if fixed.left else "nothing left"
    yield f"leakfix: {applied}, {left}"
