"""Selecting rules by id, prefix or glob.

A selector is a rule's id (`go-unclosed`), the start of ids up to a hyphen (`go` for every `go-...`), a glob with `*`
(`*-early-return`), or `ALL`. When one selects a rule and another ignores it, the more specific one wins, as with ruff.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING = "ALL"


def specificity(selector: str, rule: str) -> int | None:
    """How closely a selector names a rule: more for more of its id; None when it does not select it."""
    if selector == rule:
        return len(rule) + 1
    if selector == EVERYTHING:
        return 0
    if "*" in selector:
        return len(selector.replace("*", "")) if fnmatchcase(rule, selector) else None
    return len(selector) if rule.startswith(f"{selector.rstrip('-')}-") else None


def closest(selectors: Iterable[str], rule: str) -> int | None:
    """The specificity of the selector that names a rule most closely; None when none selects it."""
    return max((found for selector in selectors if (found := specificity(selector, rule)) is not None), default=None)
