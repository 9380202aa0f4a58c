"""Changes as diffs: exact bytes for tools, safe and coloured lines for people."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leakfix.report.style import Style, expanded
from leakfix.text import OverlapError, apply_edits, unified_diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from leakfix.engine.mend import Mended
    from leakfix.rules import Fix
    from leakfix.text import Source

_HEADER_LINES = 3


def whole_diff(files: Iterable[Mended], tree: Path) -> Iterator[bytes]:
    """The change of every file as `git apply` takes it, with paths relative to the tree, whatever the directory."""
    for file in files:
        yield unified_diff(os.path.relpath(file.absolute, tree).replace(os.sep, "/"), file.old, file.new)


def small_diff(source: Source, fix: Fix, style: Style, context: int = 1) -> Iterator[str]:
    """The lines that a fix changes, with little around them."""
    edits = [entry.edit for entry in fix.edits if entry.path == source.path]
    try:
        changed = apply_edits(source.data, edits)
    except (OverlapError, ValueError):
        return
    lines = unified_diff(source.path, source.data, changed, context).split(b"\n")[_HEADER_LINES:]
    for line in lines:
        if not line.startswith(b"@@") and line:
            yield coloured_line(line, style)


def shown_diff(diff: bytes, style: Style) -> Iterator[str]:
    """A diff for the eye: coloured, and with control characters shown and not obeyed."""
    for line in diff.removesuffix(b"\n").split(b"\n"):
        yield coloured_line(line, style)


def coloured_line(line: bytes, style: Style) -> str:
    """One line of a diff."""
    text = line.removesuffix(b"\r").decode("utf-8", "replace")
    shown = text[:1] + expanded(text[1:])
    if line.startswith((b"diff ", b"--- ", b"+++ ")):
        return style(shown, "bold")
    if line.startswith(b"@@"):
        return style(shown, "cyan")
    if line.startswith(b"+"):
        return style(shown, "green")
    return style(shown, "red") if line.startswith(b"-") else shown
