"""Where names stand in the bytes of C and C++."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD: Final = re.compile(rb"[A-Za-z_]\w*")
_LETTERS: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_WORD_BYTES: Final = frozenset((*_LETTERS, ord("$"), *range(128, 256)))


def places_of(data: bytes, word: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the byte offsets in a stretch at which a word stands that is no part of a longer one."""
    at = data.find(word, start, end)
    while at >= 0:
        behind = at + len(word)
        if (at == 0 or data[at - 1] not in _WORD_BYTES) and (behind >= end or data[behind] not in _WORD_BYTES):
            yield at
        at = data.find(word, behind, end)


def words_in(text: bytes) -> frozenset[bytes]:
    """The words in a text of nothing but ASCII, those in its strings and numbers among them."""
    return frozenset(text.translate(_PLAIN).split())


def all_identifiers(text: bytes) -> frozenset[bytes]:
    """The identifiers in a text, with the words in its comments and strings; other letters and `$` belong to them."""
    return frozenset(word for word in frozenset(text.translate(_WIDE).split()) if not _ZERO <= word < _BEHIND_NINE)


def before_parentheses(text: bytes) -> frozenset[bytes]:
    """The identifiers in a text behind which a parenthesis is opened."""
    before = [piece.rstrip() for piece in text.split(b"(")[:-1]]
    found = frozenset([piece.translate(_PLAIN).rpartition(b" ")[2] for piece in before])
    return frozenset(word for word in found if word >= _BEHIND_NINE)


def last_word(text: bytes) -> bytes:
    """The identifier at the end of a text, blanks behind it left out; empty when there is none."""
    word = text.rstrip().translate(_PLAIN).rpartition(b" ")[2]
    return word if word >= _BEHIND_NINE else b""


def called_in(text: bytes) -> frozenset[bytes]:
    """The identifiers behind which a parenthesis is opened, be it behind template arguments, or in parentheses."""
    found: set[bytes] = set()
    for piece in text.split(b"(")[:-1]:
        before = piece.rstrip()
        if before.endswith(b")"):
            before = before.rstrip(b")").rstrip()
        if before.endswith(b">"):
            found.update(_TEMPLATE.findall(before))
        else:
            found.add(before.translate(_PLAIN).rpartition(b" ")[2])
    return frozenset(word for word in found if word >= _BEHIND_NINE)


_PLAIN: Final = bytes(byte if byte in _LETTERS else ord(" ") for byte in range(256))
"""Blanks for all but letters, digits and `_`."""
_WIDE: Final = bytes(byte if byte in _WORD_BYTES else ord(" ") for byte in range(256))
_ZERO: Final = b"0"
_BEHIND_NINE: Final = b":"
_TEMPLATE: Final = re.compile(rb"\b([A-Za-z_]\w*+)\s*+<[^;{}()]*>\Z")
