"""Finds memory and resource leaks and rewrites them into the fixed form.

result = leakfix.scan(["."])                    # a Result: findings, errors, statistics
fixed = leakfix.fix(["."])                      # a Fixed: old and new bytes of every file that changes; writes nothing
leakfix.apply(fixed)                            # writes them
leakfix.write_patches(fixed, Path("patches"))   # or makes a series for `git am`

Everything named here is the public interface. Names are loaded when first used, so that importing costs nothing.
"""

from __future__ import annotations

from leakfix.version import __version__

# As in `typing`, the import of which would cost more than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from leakfix.engine.choice import Chooser, Policy
    from leakfix.engine.errors import OptionError
    from leakfix.engine.fixing import Fixed, Fixing, fix
    from leakfix.engine.mend import Applied, Dropped, Mended
    from leakfix.engine.options import Options, processors
    from leakfix.engine.result import Result, Statistics
    from leakfix.engine.scan import Progress, Scan, scan
    from leakfix.engine.verify import Verified, VerifyError, verify
    from leakfix.engine.writing import Written
    from leakfix.models import ModelError
    from leakfix.project import ConfigurationError, Problem
    from leakfix.report.diffs import shown_diff, small_diff, whole_diff
    from leakfix.report.patches import Split, write_patches
    from leakfix.report.sarif import sarif_report
    from leakfix.report.structured import BaselineError, json_report, read_baseline
    from leakfix.report.style import Style, safe
    from leakfix.report.tables import fixed_table, rules_json, rules_table, statistics_table
    from leakfix.report.text import finding_lines, fix_title, plural, summary, text_report
    from leakfix.report.worktree import DirtyError, apply, uncommitted
    from leakfix.review import ReviewError
    from leakfix.rules import Confidence, FileEdit, Finding, Fix, Form, Refusal, Rule, Safety, Severity, Step
    from leakfix.rules.registry import Registry
    from leakfix.rules.registry import load as load_rules
    from leakfix.text import Edit, Source, Span

_HOMES = {
    "leakfix.engine.choice": ("Chooser", "Policy"),
    "leakfix.engine.errors": ("OptionError",),
    "leakfix.engine.fixing": ("Fixed", "Fixing", "fix"),
    "leakfix.engine.mend": ("Applied", "Dropped", "Mended"),
    "leakfix.engine.options": ("Options", "processors"),
    "leakfix.engine.result": ("Result", "Statistics"),
    "leakfix.engine.scan": ("Progress", "Scan", "scan"),
    "leakfix.engine.verify": ("Verified", "VerifyError", "verify"),
    "leakfix.engine.writing": ("Written",),
    "leakfix.models": ("ModelError",),
    "leakfix.project": ("ConfigurationError", "Problem"),
    "leakfix.report.diffs": ("shown_diff", "small_diff", "whole_diff"),
    "leakfix.report.patches": ("Split", "write_patches"),
    "leakfix.report.sarif": ("sarif_report",),
    "leakfix.report.structured": ("BaselineError", "json_report", "read_baseline"),
    "leakfix.report.style": ("Style", "safe"),
    "leakfix.report.tables": ("fixed_table", "rules_json", "rules_table", "statistics_table"),
    "leakfix.report.text": ("finding_lines", "fix_title", "plural", "summary", "text_report"),
    "leakfix.report.worktree": ("DirtyError", "apply", "uncommitted"),
    "leakfix.review": ("ReviewError",),
    "leakfix.rules": (
        "Confidence",
        "FileEdit",
        "Finding",
        "Fix",
        "Form",
        "Refusal",
        "Rule",
        "Safety",
        "Severity",
        "Step",
    ),
    "leakfix.rules.registry": ("Registry", "load_rules"),
    "leakfix.text": ("Edit", "Source", "Span"),
}
_RENAMED = {"load_rules": "load"}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Applied",
    "BaselineError",
    "Chooser",
    "Confidence",
    "ConfigurationError",
    "DirtyError",
    "Dropped",
    "Edit",
    "FileEdit",
    "Finding",
    "Fix",
    "Fixed",
    "Fixing",
    "Form",
    "Mended",
    "ModelError",
    "OptionError",
    "Options",
    "Policy",
    "Problem",
    "Progress",
    "Refusal",
    "Registry",
    "Result",
    "ReviewError",
    "Rule",
    "Safety",
    "Scan",
    "Severity",
    "Source",
    "Span",
    "Split",
    "Statistics",
    "Step",
    "Style",
    "Verified",
    "VerifyError",
    "Written",
    "__version__",
    "apply",
    "finding_lines",
    "fix",
    "fix_title",
    "fixed_table",
    "json_report",
    "load_rules",
    "plural",
    "processors",
    "read_baseline",
    "rules_json",
    "rules_table",
    "safe",
    "sarif_report",
    "scan",
    "shown_diff",
    "small_diff",
    "statistics_table",
    "summary",
    "text_report",
    "uncommitted",
    "verify",
    "whole_diff",
    "write_patches",
]


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value: object = getattr(importlib.import_module(home), _RENAMED.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names, loaded or not."""
    return sorted(__all__)
