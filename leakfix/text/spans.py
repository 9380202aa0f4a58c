"""A stretch of bytes."""

from __future__ import annotations

from leakfix.text.records import ordered


@ordered
class Span:
    """Bytes `start` up to, and without, `end`; an empty span is a place between two bytes. Ordered by start, then end.

    Raises ValueError when `start` is negative or lies behind `end`.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse what is no span."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")

    def __len__(self) -> int:
        """How many bytes it covers."""
        return self.end - self.start

    def __bool__(self) -> bool:
        """True: an empty span is still a place, and `if span` must mean "there is one"."""
        return True

    def contains(self, other: int | Span) -> bool:
        """Whether the byte at an offset, or every byte of a span, lies in this span (its own ends count for a span)."""
        if isinstance(other, Span):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether both share a byte, or one is an empty span strictly inside the other; touching is not overlapping."""
        return self.start < other.end and other.start < self.end
