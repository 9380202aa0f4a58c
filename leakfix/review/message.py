"""Commit messages that survive the mail: `git am` gives back exactly what was composed.

A patch in mailbox format is a mail, and `git am` reads its body for more than text: the first line that looks like the
start of a diff ends the message, `From:`, `Date:` and `Subject:` lines at the start are headers, scissors throw away
what stands above them, brackets and `Re:` go from the subject (git's mailinfo.c). None of these can occur in a composed
message: such a line is set in by a blank, scissors are pulled apart, and brackets become parentheses.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SUBJECT_WIDTH = 72

# Starts of lines that end or change a message in mailinfo.c, apply.c, mbox readers, or an editor session (`#`).
_MEANINGFUL = re.compile(r"---|\+\+\+ |@@ -|diff -|Index:|>*From[ :]|>*From$|Date:|Subject:|\[PATCH|#", re.IGNORECASE)
_MARKS = frozenset({b">8", b"8<", b">%", b"%<"})
_INSIDE_MARK = re.compile(r"(?<=>)(?=[8%])|(?<=[8%])(?=<)")
_TRAILER_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_RESERVED_KEYS = frozenset({"from", "date", "subject", "index"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Characters that reorder or hide text in a terminal or a review page.
_DECEPTIVE = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def compose(subject: str, body: str = "", trailers: Iterable[tuple[str, str]] = ()) -> str:
    """The message of a commit: one subject line, the body, and a block of trailers; ends with a newline.

    A subject over 72 characters is cut, and stands in full at the start of the body. Values of trailers are put on one
    line, and a trailer without a value is left out. Raises ValueError for a key that is no trailer's or that mail gives
    a meaning.
    """
    whole = _subject(subject)
    title = _cut(whole)
    paragraphs = [title]
    text = _body(body if title == whole else f"{whole}\n\n{body}")
    if text:
        paragraphs.append(text)
    block = [line for key, value in trailers if (line := _trailer(key, value))]
    if block:
        paragraphs.append("\n".join(block))
    return "\n\n".join(paragraphs) + "\n"


def _subject(subject: str) -> str:
    text = " ".join(_plain(subject).split())
    while True:
        shorter = text.lstrip(" :#")
        if shorter[:3].casefold() == "re:":
            shorter = shorter[3:]
        if shorter.startswith("---"):
            shorter = shorter.lstrip("-")
        if shorter.startswith("["):
            shorter = "(" + shorter[1:].replace("]", ")", 1)
        if shorter == text:
            return text or "(no subject)"
        text = shorter


def _cut(subject: str) -> str:
    if len(subject) <= SUBJECT_WIDTH:
        return subject
    short = subject[: SUBJECT_WIDTH - 3]
    head, blank, _ = short.rpartition(" ")
    # A word that alone fills half of the line is cut inside.
    return (head if blank and len(head) >= SUBJECT_WIDTH // 2 else short).rstrip() + "..."


def _body(body: str) -> str:
    """The lines of a body, none with a meaning, at most one blank line in a row and none at either end."""
    kept: list[str] = []
    for raw in _plain(body).split("\n"):
        line = _harmless(raw.rstrip())
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip("\n")


def _harmless(line: str) -> str:
    line = _apart(line)
    return " " + line if _MEANINGFUL.match(line) else line


def _apart(line: str) -> str:
    """The line, with its marks (`>8`, `8<`, `>%`, `%<`) pulled apart if git could read it as scissors.

    git does when marks, dashes and the blanks behind them take up a third of the line, the newline counted in
    (mailinfo.c, is_scissors_line); its further conditions are left out here.
    """
    marks = perforation = at = 0
    perforated = False
    text = line.encode() + b"\n"
    while at < len(text):
        mark = text[at : at + 2] in _MARKS
        if not text[at : at + 1].isspace():
            perforated = mark or text[at] == 0x2D
        marks += mark
        perforation += perforated + mark
        at += 1 + mark
    cut = marks and len(text.strip()) <= perforation * 3
    return _INSIDE_MARK.sub(" ", line) if cut else line


def _trailer(key: str, value: str) -> str:
    if not _TRAILER_KEY.fullmatch(key) or key.casefold() in _RESERVED_KEYS:
        raise ValueError(f"not the key of a trailer: {key!r}")
    text = " ".join(_plain(value).split())
    return _apart(f"{key}: {text}") if text else ""


def _plain(text: str) -> str:
    """Text that git keeps and a terminal shows as it is: only `\\n` ends lines, what is unfit is replaced."""
    text = re.sub("\r\n|[\r\u2028\u2029]", "\n", text)
    return "".join(_REPLACEMENT if _is_unfit(character) else character for character in text)


def _is_unfit(character: str) -> bool:
    if character in "\n\t":
        return False
    # Cc: control, Cs: lone surrogates. A noncharacter makes git rewrite the message (commit.c, verify_utf8).
    if unicodedata.category(character) in {"Cc", "Cs"} or character in _DECEPTIVE:
        return True
    code = ord(character)
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
