"""Reading one file, whatever the tree holds under its name."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from leakfix.project.configuration import DEFAULT_MAX_FILE_SIZE
from leakfix.project.problems import Problem, because

if TYPE_CHECKING:
    from leakfix.project.discovery import Candidate

LOOKED_AT_FOR_NUL = 8 << 10
_PIECE = 1 << 20
_WITHOUT_WAITING: int = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


class Unreadable(Exception):  # noqa: N818
    """A file that cannot be looked at; `problem` says which and why."""

    def __init__(self, problem: Problem) -> None:
        """`problem` is what to report."""
        super().__init__(str(problem))
        self.problem = problem


def read(candidate: Candidate, max_size: int = DEFAULT_MAX_FILE_SIZE) -> bytes:
    """The bytes of a candidate.

    Raises Unreadable for what cannot be opened, is no regular file (a pipe is not waited for), is larger than
    `max_size` bytes, or is binary (a NUL in the first 8 KiB, as for git).
    """
    try:
        descriptor = os.open(candidate.absolute, os.O_RDONLY | os.O_CLOEXEC | _WITHOUT_WAITING)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(Problem(candidate.display, "is not a regular file"))
            data = _read(descriptor, min(status.st_size, max_size) + 1, max_size + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(Problem(candidate.display, f"cannot be read: {because(error)}")) from error
    if len(data) > max_size:
        raise Unreadable(Problem(candidate.display, f"is larger than max-file-size ({max_size} bytes)"))
    if b"\0" in data[:LOOKED_AT_FOR_NUL]:
        raise Unreadable(Problem(candidate.display, "is binary"))
    return data


def _read(descriptor: int, expected: int, limit: int) -> bytes:
    """At most `limit` bytes up to the end; one call when there are fewer than `expected`."""
    data = os.read(descriptor, expected)
    if len(data) < expected:
        return data
    pieces = [data]
    left = limit - len(data)
    while left > 0 and (data := os.read(descriptor, min(left, _PIECE))):
        pieces.append(data)
        left -= len(data)
    return b"".join(pieces)
