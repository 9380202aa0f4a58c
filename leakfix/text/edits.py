"""Replacing stretches of bytes by other bytes."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.text.spans import Span


@record
class Edit:
    """Put `text` in the place of the bytes of `span`; an empty span inserts, an empty text deletes."""

    span: Span
    text: bytes


class OverlapError(ValueError):
    """Two edits want the same bytes, so that their outcome would depend on their order."""

    def __init__(self, first: Edit, second: Edit) -> None:
        """`first` is the edit that starts earlier."""
        super().__init__(
            f"edits overlap: {first.span.start}..{first.span.end} and {second.span.start}..{second.span.end}"
        )
        self.first = first
        self.second = second


def apply_edits(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes after all edits, whose spans are all offsets into `data`, in any order.

    Insertions at one offset keep their given order and stand before a replacement that starts there. Raises
    OverlapError when two edits overlap, ValueError when one ends behind the data.
    """
    ordered = sorted(edits, key=attrgetter("span"))
    pieces: list[bytes] = []
    copied = 0
    for index, edit in enumerate(ordered):
        if edit.span.start < copied:
            raise OverlapError(ordered[index - 1], edit)
        if edit.span.end > len(data):
            raise ValueError(f"edit {edit.span.start}..{edit.span.end} lies outside of {len(data)} bytes")
        pieces.append(data[copied : edit.span.start])
        pieces.append(edit.text)
        copied = edit.span.end
    pieces.append(data[copied:])
    return b"".join(pieces)
