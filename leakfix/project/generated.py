"""Telling generated files by their header."""

from __future__ import annotations

_PREFIX = b"// Code generated "
_SUFFIX = b" DO NOT EDIT."
_BLANKS = b" \t\r\n\x0c\x0b"


def is_generated(data: bytes) -> bool:
    r"""Whether a `//` line that matches `^// Code generated .* DO NOT EDIT\.$` stands before the first code.

    The convention of Go (https://go.dev/s/generatedcode), which C tools share. Text in a block comment or a string does
    not count.
    """
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    start_of_lines = at
    while True:
        while data[at : at + 1] and data[at] in _BLANKS:
            at += 1
        if data.startswith(b"//", at):
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            starts_line = at == start_of_lines or data[at - 1] == 0x0A
            if starts_line and _is_header(data[at:end].removesuffix(b"\r")):
                return True
            at = end
        elif data.startswith(b"/*", at) and (end := data.find(b"*/", at + 2)) >= 0:
            at = end + 2
        else:
            return False


def _is_header(line: bytes) -> bool:
    return line.startswith(_PREFIX) and line.endswith(_SUFFIX) and len(line) >= len(_PREFIX) + len(_SUFFIX)
