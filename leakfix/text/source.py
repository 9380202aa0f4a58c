"""One file's bytes and the ways to name a place in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from functools import cached_property
from itertools import accumulate
from typing import Literal

from leakfix.text.records import record
from leakfix.text.spans import Span

BOM = b"\xef\xbb\xbf"


@record
class Source:
    r"""The bytes of one file under its display path (posix, relative to the working directory where possible).

    Offsets are byte offsets from 0 up to and including the length; lines count from 1. Lines end with `\n` or `\r\n`;
    a lone `\r` is an ordinary byte. A UTF-8 byte order mark belongs to no line: line 1 starts behind it. Methods that
    take an offset or a line raise ValueError when the file has none such.
    """

    path: str
    data: bytes = field(repr=False)

    @cached_property
    def newline(self) -> bytes:
        r"""How the first line ends: `\n` or `\r\n`; `\n` when no line ends."""
        end = self.data.find(b"\n")
        return b"\r\n" if end > 0 and self.data[end - 1] == 0x0D else b"\n"

    @property
    def bom(self) -> bool:
        """Whether the file starts with a UTF-8 byte order mark."""
        return self.data.startswith(BOM)

    @cached_property
    def encoding(self) -> Literal["utf-8", "latin-1"]:
        """What decodes the file: utf-8, or latin-1 (in which a byte is a character) when it is not valid UTF-8."""
        if self.data.isascii():
            return "utf-8"
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"

    @cached_property
    def line_count(self) -> int:
        """How many lines there are; nothing behind a final newline is no line, though `line` numbers that place."""
        return self.data.count(b"\n") + (bool(self.data) and not self.data.endswith(b"\n"))

    def line(self, offset: int) -> int:
        """The 1-based line of the byte at an offset; a newline belongs to the line that it ends."""
        return bisect_right(self._line_starts, self._checked(offset))

    def column(self, offset: int) -> int:
        """The 1-based column in bytes; 1 inside a byte order mark."""
        return max(offset - self.line_start(offset), 0) + 1

    def utf16_column(self, offset: int) -> int:
        """The 0-based column in UTF-16 code units, as editors count; inside a character, the column of its start."""
        before = self._before(offset)
        return len(before.encode("utf-16-le")) // 2

    def codepoint_column(self, offset: int) -> int:
        """The 0-based column in code points, as Python tools count; inside a character, the column of its start."""
        return len(self._before(offset))

    def line_start(self, offset: int) -> int:
        """The offset of the first byte of the line that holds an offset; behind the byte order mark on line 1."""
        start = self.data.rfind(b"\n", 0, self._checked(offset)) + 1
        return len(BOM) if start == 0 and self.bom else start

    def line_end(self, offset: int) -> int:
        """The offset at which the line that holds an offset ends, before its newline."""
        end = self.data.find(b"\n", self._checked(offset))
        if end < 0:
            return len(self.data)
        return end - 1 if end > 0 and self.data[end - 1] == 0x0D else end

    def line_span(self, line: int) -> Span:
        """The bytes of a line, without its newline; of the place behind a final newline too, which is empty."""
        starts = self._line_starts
        if not 1 <= line <= len(starts):
            raise ValueError(f"{self.path} has no line {line}")
        start = starts[line - 1]
        return Span(self.line_start(start), self.line_end(start))

    def offset(self, line: int, byte_column: int) -> int:
        """The offset of a 1-based line and a 1-based column in bytes; the newline's own columns are taken too."""
        start = self.line_span(line).start
        starts = self._line_starts
        last = starts[line] - 1 if line < len(starts) else len(self.data)
        if not 1 <= byte_column <= last - start + 1:
            raise ValueError(f"{self.path}:{line} has no column {byte_column}")
        return start + byte_column - 1

    def indent(self, offset: int) -> bytes:
        """The spaces and tabs that lead the line which holds an offset."""
        line = self.data[self.line_start(offset) : self.line_end(offset)]
        return line[: len(line) - len(line.lstrip(b" \t"))]

    def slice(self, span: Span) -> bytes:
        """The bytes of a span."""
        return self.data[span.start : span.end]

    def text(self, span: Span) -> str:
        """The bytes of a span as text, for people; bytes of a character that the span cuts become U+FFFD."""
        return self.slice(span).decode(self.encoding, errors="replace")

    @cached_property
    def _line_starts(self) -> list[int]:
        lengths = map((1).__add__, map(len, self.data.split(b"\n")))
        return list(accumulate(lengths, initial=0))[:-1]

    def _checked(self, offset: int) -> int:
        if not 0 <= offset <= len(self.data):
            raise ValueError(f"{self.path} has no offset {offset}")
        return offset

    def _before(self, offset: int) -> str:
        """What stands before an offset on its line, without a character that the offset cuts."""
        return self.data[self.line_start(offset) : offset].decode(self.encoding, errors="ignore")
