"""Conditional groups of the preprocessor (`#if` to `#endif`): which branch is compiled, and which can be parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_DIRECTIVE: Final = re.compile(
    rb"#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b((?:[^\n\\]+|\\\r?\n|\\.|\\)*)"
)
_HEADER_AT_END: Final = re.compile(rb"\b(?:if|while|for|switch)\b[^;{}]*\Z")
_BRACKETS: Final = re.compile(rb"[{}()\[\]]")


@record
class Branch:
    """One branch of a conditional group: its directive line, and the lines behind it, as byte offsets."""

    keyword: str
    condition: bytes
    directive: int
    start: int
    end: int


@record
class Group:
    """A conditional group from its `#if` to behind its `#endif`."""

    branches: tuple[Branch, ...]
    end: int

    @property
    def start(self) -> int:
        """Where its first directive line starts."""
        return self.branches[0].directive


def groups(data: bytes) -> Iterator[Group]:
    """Yield the conditional groups that are closed, the inner ones before the outer ones."""
    opened: list[list[Branch]] = []
    for start, match in directives(data, _DIRECTIVE):
        keyword = match[1].decode()
        line_end = min(match.end() + 1, len(data))
        branch = Branch(keyword, match[2].strip(), start, line_end, len(data))
        if keyword in _OPENING:
            opened.append([branch])
            continue
        if len(opened) > _DEEPEST:
            if keyword == "endif":
                opened.pop()
            continue
        if not opened:
            continue
        branches = opened[-1]
        last = branches[-1]
        branches[-1] = Branch(last.keyword, last.condition, last.directive, last.start, start)
        if keyword == "endif":
            opened.pop()
            yield Group(tuple(branches), line_end)
        else:
            branches.append(branch)


def directives(data: bytes, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield the directives that match a pattern from their `#` on, each with the offset at which its line starts."""
    at, seen = data.find(b"#"), 0
    while at >= 0:
        # What stands in a line behind another `#` is no directive.
        line = data.rfind(b"\n", seen, at) + 1
        starts = (line > 0 or not seen) and not data[line:at].strip(b" \t")
        match = pattern.match(data, at) if starts else None
        if match is not None:
            yield line, match
        seen = match.end() if match is not None else at + 1
        at = data.find(b"#", seen)


_DEEPEST: Final = 64
"""Groups that are nested deeper are left as they are."""
_LONGEST_HEADER: Final = 2000
_OPENING: Final = frozenset(("if", "ifdef", "ifndef"))


def decided(group: Group, *, is_cpp: bool) -> int | None:
    """The branch that is compiled, if its condition tells by itself: its number, or -1 for none."""
    for number, branch in enumerate(group.branches):
        holds = _holds(branch, is_cpp=is_cpp)
        if holds is None:
            return None
        if holds:
            return number
    return -1


def _holds(branch: Branch, *, is_cpp: bool) -> bool | None:
    if branch.keyword == "else":
        return True
    condition = _COMMENT.sub(b"", branch.condition).strip()
    if branch.keyword in ("if", "elif"):
        if condition in (b"0", b"1", b"(0)", b"(1)", b"false", b"true"):
            return condition.strip(b"()") in (b"1", b"true")
        if condition in (b"defined(__cplusplus)", b"defined __cplusplus", b"defined (__cplusplus)"):
            return is_cpp
        return None
    if condition == b"__cplusplus":
        return is_cpp != (branch.keyword in ("ifndef", "elifndef"))
    return None


def is_whole(plain: bytearray, group: Group) -> bool:
    """Whether each branch is a row of whole statements, declarations or directives, where such may stand."""
    before = plain[max(group.start - 4096, 0) : group.start].rstrip()
    last = before[before.rfind(b"\n") + 1 :]
    if before and not before.endswith((b";", b"}", b"{", b":")) and not last.lstrip().startswith(b"#"):
        return False
    return all(_is_row(plain[branch.start : branch.end]) for branch in group.branches)


def _is_row(text: bytearray) -> bool:
    stripped = text.strip()
    if not stripped:
        return True
    if stripped.startswith((b"else", b"&&", b"||", b",", b")", b"}")):
        return False
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += 1 if match[0] in (b"{", b"(", b"[") else -1
        if depth < 0:
            return False
    if depth:
        return False
    last = stripped[stripped.rfind(b"\n") + 1 :]
    if stripped.endswith((b";", b"}", b":")) or last.lstrip().startswith(b"#"):
        return True
    return stripped.endswith(b")") and _HEADER_AT_END.search(stripped, max(len(stripped) - _LONGEST_HEADER, 0)) is None
