"""Go versions: of a module, of a toolchain, and what a file's own build constraint makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go.constraints import And, Not, Tag
from leakfix.text.records import ordered

if TYPE_CHECKING:
    from leakfix.languages.go.constraints import Constraint


@ordered
class Version:
    """A language version; the patch level says nothing about the language and is left out."""

    major: int
    minor: int

    def __str__(self) -> str:
        """Spell as go.mod does: "1.21"."""
        return f"{self.major}.{self.minor}"


FIRST_WITH_DOWNGRADES: Final = Version(1, 21)


def parse_version(text: str) -> Version | None:
    """Parse "1.21", "1.21.3", "1.21rc2", "go1.21", "go1.21.3-custom"; None when it is no Go version."""
    text = text.strip().removeprefix("go")
    major, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if not major.isdecimal() or (rest and not digits):
        return None
    return Version(int(major), int(digits or "0"))


def minimum(constraint: Constraint, positive: bool = True) -> Version | None:
    """Return the oldest version that a constraint admits, None when any; as go/build/constraint.GoVersion."""
    if isinstance(constraint, Tag):
        return parse_version(constraint.name) if positive and constraint.name.startswith("go1") else None
    if isinstance(constraint, Not):
        return minimum(constraint.operand, not positive)
    left, right = minimum(constraint.left, positive), minimum(constraint.right, positive)
    if isinstance(constraint, And) is positive:
        return max((v for v in (left, right) if v), default=None)
    return min(left, right) if left and right else None


def maximum(constraint: Constraint, positive: bool = True) -> Version | None:
    """Return the newest version that a constraint admits (`!go1.20` admits 1.19 and older), None when any."""
    if isinstance(constraint, Tag):
        version = parse_version(constraint.name) if not positive and constraint.name.startswith("go1") else None
        return Version(version.major, version.minor - 1) if version and version.minor else None
    if isinstance(constraint, Not):
        return maximum(constraint.operand, not positive)
    left, right = maximum(constraint.left, positive), maximum(constraint.right, positive)
    if isinstance(constraint, And) is positive:
        return min((v for v in (left, right) if v), default=None)
    return max(left, right) if left and right else None


def effective(module: Version | None, constraint: Constraint | None) -> Version | None:
    """Return the version a file's code may rely on: its module's, moved by the file's own constraint.

    A `//go:build go1.N` raises it, or since Go 1.21 lowers it, though not below 1.21 (go.dev/doc/toolchain and
    cmd/go's language version rules). A constraint that shuts newer releases out (`!go1.N`) bounds it from above.
    None: unknown, so the oldest-safe form is wanted.
    """
    if constraint is None:
        return module
    low, high = minimum(constraint), maximum(constraint)
    version = module
    if low is not None and (module is None or low > module):
        version = low
    elif low is not None and module is not None and module >= FIRST_WITH_DOWNGRADES:
        version = max(low, FIRST_WITH_DOWNGRADES)
    if high is not None and (version is None or high < version):
        return high
    return version
