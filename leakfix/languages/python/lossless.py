"""What a rewritten file must have kept, as libcst reads it: comments, blank lines, strings over several lines.

libcst keeps what a compiler throws away. It is slow, and so loaded only where a file is rewritten.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import libcst

DIRECTIVES: Final = ("noqa", "type:", "pragma:", "nosec", "pylint:", "pyright:", "mypy:", "fmt:", "ruff:", "isort:")
"""How comments start that are meant for a tool and for the statement beside them, with which they may go."""


@dataclass(slots=True)
class _Kept:
    """What a file has besides what it does."""

    comments: list[str] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)
    blank_lines: int = 0


def spoiled(before: bytes, after: bytes) -> str:
    """What a rewritten file lacks of what it had, in a few words; "" if nothing, or where libcst does not read it."""
    old = _read(before)
    if old is None:
        return ""
    new = _read(after)
    if new is None:
        return "libcst does not read the file any more"
    if old.texts - new.texts:
        return "a string over several lines is not what it was"
    if new.blank_lines < old.blank_lines:
        return "blank lines are missing"
    lost = _missing(old.comments, new.comments)
    return f"a comment is missing or has moved past another: {lost}" if lost else ""


def _missing(old: list[str], new: list[str]) -> str:
    """The first of some comments that does not follow in its order; those for tools may go."""
    at = 0
    for comment in old:
        try:
            at = new.index(comment, at) + 1
        except ValueError:
            if not comment.lstrip("#! ").lower().startswith(DIRECTIVES):
                return comment
    return ""


def _read(data: bytes) -> _Kept | None:
    import libcst

    try:
        module = libcst.parse_module(data)
    except (libcst.ParserSyntaxError, UnicodeDecodeError, LookupError):
        return None
    kept = _Kept()
    waiting: list[libcst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, libcst.Comment):
            kept.comments.append(node.value)
        elif isinstance(node, libcst.EmptyLine):
            kept.blank_lines += node.comment is None
        elif isinstance(node, libcst.SimpleString) and "\n" in node.value:
            kept.texts[node.value] += 1
        waiting.extend(reversed(node.children))
    return kept
