"""Where names stand in the bytes of C and C++."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_WORD_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") | frozenset(
    range(128, 256)
)


def places_of(data: bytes, word: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the byte offsets in a stretch at which a word stands that is no part of a longer one."""
    at = data.find(word, start, end)
    while at >= 0:
        behind = at + len(word)
        if (at == 0 or data[at - 1] not in _WORD_BYTES) and (behind >= end or data[behind] not in _WORD_BYTES):
            yield at
        at = data.find(word, behind, end)
