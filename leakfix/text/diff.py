"""Unified diffs as git writes and reads them."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from leakfix.text.longest import longest_increasing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 4096
# difflib compares a stretch in time that grows with the product of both sides; beyond this it is replaced as a whole.
COMPARABLE = 1 << 18


class _Change(NamedTuple):
    """Lines `old_start:old_end` of the old file became lines `new_start:new_end` of the new one."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def unified_diff(path: str, old: bytes, new: bytes, context: int = 3) -> bytes:
    r"""The change of one existing file as `git diff` prints it, byte exact; empty when nothing changed.

    `path` is relative and posix; it is quoted as git quotes it. `git apply` takes the result with a `context` of at
    least 1 (of 0 with `--unidiff-zero`). Only `\n` ends a line, as for git.
    """
    if old == new:
        return b""
    skipped, old_lines, new_lines = _middle(old, new, context)
    pieces = [_header(path)]
    for hunk in _hunks(list(_changes(old_lines, new_lines)), context):
        _print_hunk(pieces, hunk, old_lines, new_lines, skipped, context)
    return b"".join(pieces)


def _header(path: str) -> bytes:
    name = os.fsencode(path)
    tab = b"\t" if b" " in name else b""  # ends a name with blanks, for patch(1)
    before, after = _quoted(b"a/" + name), _quoted(b"b/" + name)
    return b"diff --git %b %b\n--- %b%b\n+++ %b%b\n" % (before, after, before, tab, after, tab)


_ESCAPES = {0x07: b"a", 0x08: b"b", 0x09: b"t", 0x0A: b"n", 0x0B: b"v", 0x0C: b"f", 0x0D: b"r", 0x22: b'"', 0x5C: b"\\"}


def _quoted(name: bytes) -> bytes:
    """A name in double quotes with C escapes if it needs them (git's quote.c, with its default core.quotePath)."""
    if all(0x20 <= byte < 0x7F and byte not in _ESCAPES for byte in name):
        return name
    return b'"' + b"".join(_escaped(byte) for byte in name) + b'"'


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPES:
        return b"\\" + _ESCAPES[byte]
    return bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte


def _middle(old: bytes, new: bytes, context: int) -> tuple[int, list[bytes], list[bytes]]:
    """How many common first lines were left out, and the lines of both sides up to the common last ones.

    `context` common lines are kept on either end.
    """
    start = _common_prefix(old, new)
    old_end, new_end = _common_suffix(old, new, start)
    for _ in range(context):
        start = old.rfind(b"\n", 0, max(start - 1, 0)) + 1
    for _ in range(context):
        kept = old.find(b"\n", old_end) + 1 or len(old)
        new_end += kept - old_end
        old_end = kept
    return old.count(b"\n", 0, start), _lines(old[start:old_end]), _lines(new[start:new_end])


def _lines(data: bytes) -> list[bytes]:
    r"""The lines with their `\n`; unlike bytes.splitlines, a lone `\r` ends none."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _common_prefix(old: bytes, new: bytes) -> int:
    """The length of the common whole lines at the start."""
    limit = min(len(old), len(new))
    at, size = 0, CHUNK
    while size:
        while at + size <= limit and old[at : at + size] == new[at : at + size]:
            at += size
        size //= 2
    return old.rfind(b"\n", 0, at) + 1


def _common_suffix(old: bytes, new: bytes, start: int) -> tuple[int, int]:
    """Where the common whole lines at the end start in each; nothing before `start` counts."""
    limit = min(len(old), len(new)) - start
    old_end, new_end, size = len(old), len(new), CHUNK
    while size:
        while len(old) - old_end + size <= limit and old[old_end - size : old_end] == new[new_end - size : new_end]:
            old_end, new_end = old_end - size, new_end - size
        size //= 2
    if _starts_line(old, old_end) and _starts_line(new, new_end):
        return old_end, new_end
    cut = old.find(b"\n", old_end) + 1 or len(old)
    return cut, new_end + cut - old_end


def _starts_line(data: bytes, offset: int) -> bool:
    return offset == 0 or data[offset - 1] == 0x0A


def _changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Change]:
    """What differs, in order. Lines that stand once on both sides anchor the comparison (as in a patience diff)."""
    pending = [_Change(0, len(old), 0, len(new))]
    while pending:
        part = _trimmed(old, new, pending.pop())
        if part.old_start == part.old_end or part.new_start == part.new_end:
            if part.old_end - part.old_start + part.new_end - part.new_start:
                yield part
            continue
        anchors = _anchors(old, new, part)
        if anchors:
            pending.extend(reversed(_between(anchors, part)))
        else:
            yield from _compared(old, new, part)


def _trimmed(old: Sequence[bytes], new: Sequence[bytes], part: _Change) -> _Change:
    old_start, old_end, new_start, new_end = part
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        old_start, new_start = old_start + 1, new_start + 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
    return _Change(old_start, old_end, new_start, new_end)


def _anchors(old: Sequence[bytes], new: Sequence[bytes], part: _Change) -> list[tuple[int, int]]:
    """The most line pairs, in order on both sides, whose line stands once in each side of the part."""
    olds = Counter(old[part.old_start : part.old_end])
    news = Counter(new[part.new_start : part.new_end])
    places = {new[at]: at for at in range(part.new_start, part.new_end) if news[new[at]] == 1}
    pairs = [
        (at, places[old[at]]) for at in range(part.old_start, part.old_end) if olds[old[at]] == 1 and old[at] in places
    ]
    return [pairs[index] for index in longest_increasing([place for _, place in pairs])]


def _between(anchors: list[tuple[int, int]], part: _Change) -> list[_Change]:
    """What lies between neighbouring anchors, if there is anything."""
    ends = [(part.old_start - 1, part.new_start - 1), *anchors, (part.old_end, part.new_end)]
    return [
        _Change(old + 1, old_end, new + 1, new_end)
        for (old, new), (old_end, new_end) in pairwise(ends)
        if old_end - old != 1 or new_end - new != 1
    ]


def _compared(old: Sequence[bytes], new: Sequence[bytes], part: _Change) -> Iterator[_Change]:
    old_part, new_part = old[part.old_start : part.old_end], new[part.new_start : part.new_end]
    if len(old_part) * len(new_part) > COMPARABLE or set(old_part).isdisjoint(new_part):
        yield part
        return
    from difflib import SequenceMatcher

    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(
        None, old_part, new_part, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            yield _Change(
                part.old_start + old_start,
                part.old_start + old_end,
                part.new_start + new_start,
                part.new_start + new_end,
            )


def _hunks(changes: Sequence[_Change], context: int) -> Iterator[list[_Change]]:
    """Changes whose context lines would touch or overlap go into one hunk."""
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.old_start - hunk[-1].old_end > 2 * context:
            yield hunk
            hunk = []
        hunk.append(change)
    yield hunk


def _print_hunk(
    pieces: list[bytes],
    hunk: Sequence[_Change],
    old: Sequence[bytes],
    new: Sequence[bytes],
    skipped: int,
    context: int,
) -> None:
    first, last = hunk[0], hunk[-1]
    before = min(context, first.old_start)
    after = min(context, len(old) - last.old_end)
    old_range = _range(skipped + first.old_start - before, last.old_end - first.old_start + before + after)
    new_range = _range(skipped + first.new_start - before, last.new_end - first.new_start + before + after)
    pieces.append(b"@@ -%b +%b @@\n" % (old_range, new_range))
    at = first.old_start - before
    for change in hunk:
        _print_lines(pieces, b" ", old[at : change.old_start])
        _print_lines(pieces, b"-", old[change.old_start : change.old_end])
        _print_lines(pieces, b"+", new[change.new_start : change.new_end])
        at = change.old_end
    _print_lines(pieces, b" ", old[at : at + after])


def _range(start: int, length: int) -> bytes:
    """A range of a hunk header; `start` counts from 0, and an empty range names the line before it."""
    if length == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + 1 if length else start, length)


def _print_lines(pieces: list[bytes], mark: bytes, lines: Sequence[bytes]) -> None:
    for line in lines:
        pieces += (mark, line)
        if not line.endswith(b"\n"):
            pieces.append(b"\n\\ No newline at end of file\n")
