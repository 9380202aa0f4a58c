"""Colours and safe characters for text that people read in a terminal."""

from __future__ import annotations

import unicodedata
from typing import Final

from leakfix.text.records import record

TAB: Final = 4

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_PICTURES: Final = 0x2400


@record
class Style:
    """Whether to colour, and how wide the terminal shows what."""

    colour: bool = False

    def __call__(self, text: str, *names: str) -> str:
        """The text in the named colours; as it is without colours."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


def safe(text: str) -> str:
    """Text whose control characters are shown and not obeyed: names and sources may be hostile.

    Characters that reorder or hide text are replaced as well; tabs stay.
    """
    if text.isascii() and text.replace("\t", "").isprintable():
        return text
    return "".join(map(_shown, text))


def expanded(text: str) -> str:
    """A line with its tabs as blanks, four to a stop, and safe."""
    return safe(text).expandtabs(TAB)


def width(text: str) -> int:
    """How many cells a terminal shows a line without tabs in."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _shown(character: str) -> str:
    if character == "\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(_PICTURES + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
