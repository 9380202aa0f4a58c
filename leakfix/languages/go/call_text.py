"""Calls and statements as the bytes of formatted code show them, so that nobody has to parse what holds them.

For code laid out as gofmt does it this tells what the tree would tell; where it is not plain, it tells nothing.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from leakfix.languages.go.layout import OPAQUE
from leakfix.languages.go.words import LETTERS
from leakfix.text.records import record

_TOKEN: Final = re.compile(rb"""[()\[\]{},\n"'`]|\.\.\.|//|/\*""")
_DIGITS: Final = frozenset(b"0123456789")
_SELECTING: Final = frozenset(b".)]}")
_FOREIGN: Final = 0x80
_DOT: Final = ord(".")
_LONGEST: Final = 6000
"""How many bytes of a statement are looked at."""
_OPENING: Final = frozenset((b"(", b"[", b"{"))
_CLOSING: Final = frozenset((b")", b"]", b"}"))
_ONE_BEHIND: Final = re.compile(rb"[.\[]| (?:[=!<>]=|&&|\|\||[-+*/%<>|&^] )")
"""What stands behind a call that has one result: something selected from it, or an operator."""
_TAKEN: Final = re.compile(rb"(?:(?<=\t)|(?<=[\t ]if )|(?<=\tswitch )|(?<=; ))([\w.]+(?:, [\w.]+)*) :?= \Z")
"""What the results of a call are assigned to that stands right behind it."""
_ENDS_VALUE: Final = re.compile(rb"[;\n]| \{| //")
_NO_RESULT: Final = (b"{", b"\n", b"")
_QUOTES: Final = (b'"', b"'", b"`")
_REST: Final = re.compile(rb"[ \t]*(?://[^\n]*)?\r?(?=\n)")
_HEAD: Final = re.compile(rb"(\t+)(?:(return )|([\w, .]+?) :?= )?\Z")
_INDENT: Final = re.compile(rb"\t*")
_BLANK: Final = re.compile(rb"(?:[ \t]*(?://[^\n]*)?\r?\n)*")


@record
class CallText:
    """A call: behind its closing parenthesis, and how many arguments it has; None where that is not plain.

    Where the last of them is ``list...``, ``spread`` is how many there are with it.
    """

    end: int
    count: int | None
    spread: int | None = None


def call_text(data: bytes, opening: int) -> CallText | None:
    """The call whose opening parenthesis stands at an offset."""
    found = _parenthesised(data, opening)
    if found is None:
        return None
    # One call may give all arguments.
    is_plain = not found.spread and not (found.parts == 1 and found.last.endswith(b")"))
    is_clear = b"//" not in found.last and b"/*" not in found.last
    spread = found.parts if found.spread and is_clear and found.last.endswith(b"...") else None
    return CallText(found.end, found.parts if is_plain and is_clear else None, spread)


def results_used(data: bytes, start: int, end: int) -> int | None:
    """How many results the call between two offsets must have; None where what stands beside it does not tell."""
    if _ONE_BEHIND.match(data, end):
        return 1
    line = data.rfind(b"\n", 0, start) + 1
    taken = _TAKEN.search(data, line, start)
    if taken is None or not _ENDS_VALUE.match(data, end) or data.endswith((b",\n", b",\r\n"), 0, line):
        return None
    return taken[1].count(b",") + 1


def result_count(data: bytes, opening: int) -> int | None:
    """How many results a function has whose parameters' list opens at an offset; None where bytes do not tell."""
    given = _parenthesised(data, opening)
    if given is None:
        return None
    behind = given.end
    while data[behind : behind + 1] == b" ":
        behind += 1
    if data[behind : behind + 1] in _NO_RESULT:
        return 0
    if data[behind : behind + 1] != b"(":
        return 1
    found = _parenthesised(data, behind)
    return found.parts if found is not None and b"//" not in found.last and b"/*" not in found.last else None


def parameters(data: bytes, opening: int) -> tuple[int, int | None] | None:
    """The fewest and most arguments for the parameters whose list opens at an offset; the most is None for any number.

    None where a look at the bytes does not tell.
    """
    found = _parenthesised(data, opening)
    if found is None or b"//" in found.last or b"/*" in found.last:
        return None
    return (found.parts - 1, None) if found.spread else (found.parts, found.parts)


class _Parenthesised(NamedTuple):
    """What stands between two parentheses: behind the closing one, how many parts it has, and the last of them.

    ``spread`` tells whether dots stand in it, outside of inner brackets.
    """

    end: int
    parts: int
    last: bytes
    spread: bool


def _parenthesised(data: bytes, opening: int) -> _Parenthesised | None:
    depth, commas, start = 0, 0, opening
    limit = opening + _LONGEST
    spread = False
    trailing = opening + 1
    while True:
        match = _TOKEN.search(data, start, limit)
        if match is None:
            return None
        token, start = match[0], match.end()
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            if depth == 0:
                break
        elif token == b",":
            if depth == 1:
                commas += 1
                trailing = start
        elif token == b"...":
            spread = spread or depth == 1
        elif token != b"\n":
            opaque = OPAQUE.match(data, match.start(), limit)
            if opaque is None:
                return None
            start = opaque.end()
    last = data[trailing : start - 1].strip()
    return _Parenthesised(start, commas + bool(last), last, spread)


def operand_before(data: bytes, dot: int) -> int | None:
    """Where the name starts that stands alone before a dot; the dot's own offset where something else does.

    None where letters stand there that are not told from others by their bytes.
    """
    start = dot
    while start and data[start - 1] in LETTERS:
        start -= 1
    before = data[start - 1] if start else 0
    if before >= _FOREIGN:
        return None
    return dot if start == dot or before in _SELECTING or data[start] in _DIGITS else start


def ends_with_dot(data: bytes, end: int) -> bool:
    """Whether a dot stands before the white space that ends at an offset: on another line, as calls are chained."""
    while end and data[end - 1 : end].isspace():
        end -= 1
    return data[end - 1 : end] == b"."


def is_no_code(data: bytes, start: int) -> bool:
    """Whether a name is the one that a function is declared with, or stands in a comment, as its line tells."""
    line = data.rfind(b"\n", 0, start) + 1
    if data.startswith(b"func ", line):
        return start == line + len(b"func ") or (data.startswith(b"func (", line) and data.endswith(b") ", line, start))
    comment = data.find(b"//", line, start)
    return comment >= 0 and not any(quote in data[line:comment] for quote in _QUOTES)


def chain_start(data: bytes, end: int) -> int:
    """Where names with dots between them start that end at an offset."""
    while end and (data[end - 1] in LETTERS or data[end - 1] == _DOT):
        end -= 1
    return end


def statement_end(data: bytes, start: int, indent: int) -> int | None:
    """The newline behind the statement that begins at an offset, on a line with so many tabs."""
    depth = 0
    limit = start + _LONGEST
    while True:
        match = _TOKEN.search(data, start, limit)
        if match is None:
            return None
        token, start = match[0], match.end()
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING:
            depth -= 1
            if depth < 0:
                return None
        elif token == b"\n":
            if depth == 0 and indent_at(data, skip_blank(data, start)) <= indent:
                return match.start()
        elif token == b"/*":
            return None
        elif token not in (b",", b"..."):
            opaque = OPAQUE.match(data, match.start(), limit)
            if opaque is None or (token == b"`" and b"\n" in opaque[0]):
                return None
            start = opaque.end()


def skip_blank(data: bytes, start: int) -> int:
    """Where the first line from the start of a line on begins that holds more than a comment."""
    match = _BLANK.match(data, start)
    return match.end() if match is not None else start


def indent_at(data: bytes, start: int) -> int:
    """How many tabs a line begins with."""
    match = _INDENT.match(data, start)
    return match.end() - start if match is not None else 0


def ends_line(data: bytes, offset: int) -> bool:
    """Whether nothing but a comment stands behind an offset on its line."""
    return _REST.match(data, offset) is not None


@record
class Taking:
    """What takes the results of a call that a statement consists of: targets as they are spelled, or a return."""

    indent: int
    targets: tuple[bytes, ...]
    returns: bool


def taking(data: bytes, start: int) -> Taking | None:
    """What takes the results of the call whose function is spelled from an offset on."""
    match = _HEAD.match(data, data.rfind(b"\n", 0, start) + 1, start)
    if match is None:
        return None
    targets = tuple(match[3].split(b", ")) if match[3] is not None else ()
    return Taking(len(match[1]), targets, match[2] is not None)
