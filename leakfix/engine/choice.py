"""Which of the fixes that a finding carries is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from leakfix.rules import Finding, Fix, Safety

if TYPE_CHECKING:
    from leakfix.engine.options import Setup

Chooser: TypeAlias = Callable[[Finding], Fix | None]
"""Takes one fix of a finding, or none of them. Asked once for each finding that can be mended at that moment."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Takes the first fix that is safe enough, in the order of the preferred forms and then of the rule."""

    preferred: dict[str, tuple[str, ...]]
    """The names of forms by the id of the rule."""
    unsafe: bool = False

    @classmethod
    def of(cls, setup: Setup) -> Policy:
        """The policy that options and configuration ask for."""
        return cls({rule.id: setup.preferred(rule.id) for rule in setup.rules}, setup.options.unsafe)

    def __call__(self, finding: Finding) -> Fix | None:
        """The fix to take; None when there is none that may be taken."""
        return next(iter(self.ordered(finding)), None)

    def ordered(self, finding: Finding) -> list[Fix]:
        """The fixes that may be taken, the most wanted first."""
        wanted = self.preferred.get(finding.rule, ())
        allowed = [fix for fix in finding.fixes if self.unsafe or fix.safety is Safety.SAFE]
        return sorted(allowed, key=lambda fix: wanted.index(fix.form) if fix.form in wanted else len(wanted))
