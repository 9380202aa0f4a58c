"""Bytes of a file, spans of it, edits to it and diffs between two versions of it."""

from leakfix.text.diff import unified_diff
from leakfix.text.edits import Edit, OverlapError, apply_edits
from leakfix.text.source import Source
from leakfix.text.spans import Span

__all__ = ["Edit", "OverlapError", "Source", "Span", "apply_edits", "unified_diff"]
