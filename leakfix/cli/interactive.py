"""Asking for every fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import leakfix
from leakfix.cli.terminal import say, style_of

if TYPE_CHECKING:
    from leakfix import Finding, Fix, Policy, Result

_HELP = (
    "y  take this fix",
    "n  leave the finding as it is",
    "a  take this fix and all that follow",
    "q  take none of the rest",
    "2  show the second form, and so on",
)


class Interview:
    """A chooser that shows each finding with its fixes and asks on stderr; answers come from stdin."""

    def __init__(self, policy: Policy, result: Result) -> None:
        """The policy orders the fixes that are offered."""
        self._policy = policy
        self._sources = result.sources
        self._style = style_of(sys.stderr)
        self._all = False
        self._over = False

    def __call__(self, finding: Finding) -> Fix | None:
        """The fix that the user takes."""
        fixes = self._policy.ordered(finding)
        if self._over or not fixes:
            return None
        if self._all:
            return fixes[0]
        say(leakfix.finding_lines(finding, self._sources, self._style))
        chosen = fixes[0]
        while True:
            answer = self._ask(chosen, fixes)
            if answer in ("y", "yes"):
                return chosen
            if answer in ("n", "no"):
                return None
            if answer in ("a", "all"):
                self._all = True
                return chosen
            if answer in ("q", "quit"):
                self._over = True
                return None
            other = _named(answer, fixes)
            if other is None:
                say(_HELP)
            else:
                chosen = other
                self._show(chosen, finding)

    def _ask(self, chosen: Fix, fixes: list[Fix]) -> str:
        forms = ", ".join(f"{number} {fix.form}" for number, fix in enumerate(fixes, 1))
        choice = f"; forms: {forms}" if len(fixes) > 1 else ""
        sys.stderr.write(f"Apply {leakfix.fix_title(chosen)}? [y,n,a,q,?{choice}] ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        return line.strip().lower() if line else "q"

    def _show(self, fix: Fix, finding: Finding) -> None:
        source = self._sources.get(finding.path)
        if source is not None:
            say(leakfix.small_diff(source, fix, self._style))


def _named(answer: str, fixes: list[Fix]) -> Fix | None:
    """The fix of a number or a form."""
    if answer.isdecimal() and 0 < int(answer) <= len(fixes):
        return fixes[int(answer) - 1]
    return next((fix for fix in fixes if fix.form == answer), None)
