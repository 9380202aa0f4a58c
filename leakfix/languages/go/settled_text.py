"""What the bytes of a statement tell of variables: whether it may assign to one, declare another, or call it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.words import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAVING: Final = re.compile(rb"\b(?:return|break|continue|goto)\b")
ASSIGNING: Final = re.compile(rb"(?<![=!<>:+\-*/%&|^]):?=(?!=)")
WORD: Final = re.compile(rb"\w+")
ERROR: Final = re.compile(rb"(?i)err")
"""How the name of a variable tells that it takes errors."""
_CHAIN: Final = re.compile(rb"((?:\.\w+)*)\(")
_SELECTED: Final = LETTERS | frozenset(b".")
"""What stands before a name that is a part of a longer one, or selected from something."""
_PARAMETERS: Final = re.compile(rb"\bfunc\b[^{\n]*")
_DECLARING: Final = re.compile(rb"\b(?:var|const|type)\b[^\n]*")


def assigned(data: bytes, names: set[bytes]) -> bool:
    """Whether a text may assign to one of the variables, or to a part of it, or declare another of its name."""
    if not any(name in data for name in names):
        return False
    for match in ASSIGNING.finditer(data):
        start = _part_start(data, match.start())
        while start and data[:start].rstrip().endswith(b","):
            start = _part_start(data, start - 1)
        if not names.isdisjoint(WORD.findall(data, start, match.start())):
            return True
    return False


def declared(data: bytes, name: bytes) -> bool:
    """Whether a text may declare a variable of this name without assigning to it."""
    return any(name in WORD.findall(text) for text in _DECLARING.findall(data))


def shadows(data: bytes, name: bytes) -> bool:
    """Whether a function literal may declare a variable of this name."""
    if assigned(data, {name}) or declared(data, name):
        return True
    return any(name in WORD.findall(text) for text in _PARAMETERS.findall(data))


def calls_of(name: bytes, data: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    """Where a text may call a variable, or what is selected from it, and what is selected."""
    at = data.find(name, 0, end)
    while at >= 0:
        behind = at + len(name)
        chain = _CHAIN.match(data, behind, end)
        if chain is not None and (not at or data[at - 1] not in _SELECTED):
            yield at, chain[1]
        at = data.find(name, behind, end)


def _part_start(data: bytes, end: int) -> int:
    """Where what ends at an offset begins on its line, behind the last semicolon or brace."""
    line = data.rfind(b"\n", 0, end) + 1
    return max(line, *(data.rfind(mark, line, end) + 1 for mark in (b";", b"{", b"}")))
