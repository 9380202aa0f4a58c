"""Where a word stands in the bytes of a file: what an expression with a word boundary finds, many times as quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS: Final = frozenset(b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""The bytes that a word is made of."""


def places_of(data: bytes, word: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield where a word stands between two offsets, not as a part of a longer one."""
    end = len(data) if end is None else end
    at = data.find(word, start, end)
    while at >= 0:
        behind = at + len(word)
        if (at == start or data[at - 1] not in LETTERS) and (behind == end or data[behind] not in LETTERS):
            yield at
        at = data.find(word, behind, end)
