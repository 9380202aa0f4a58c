"""Reads files that others wrote without following a link or waiting on a pipe."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.review.errors import PathRefusedError
from leakfix.review.names import ancestors

if TYPE_CHECKING:
    from pathlib import Path

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: Path, limit: int | None = None) -> bytes | None:
    """The first `limit` bytes of a regular file; None for anything else: missing, unreadable, a link, a pipe."""
    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return None
    with open(descriptor, "rb") as stream:  # noqa: PTH123 (a descriptor)
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return None
        try:
            return stream.read() if limit is None else stream.read(limit)
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a path of a work tree.

    `mode` is that of git: `100644`, `100755`, `120000` for a link (`data` is its target), "" for anything else.
    """

    mode: str
    data: bytes
    status: os.stat_result


def find(root: Path, path: str) -> Found | None:
    """What lies at `path` below `root`; None when nothing does.

    Raises PathRefusedError when a directory on the way is a symbolic link or belongs to another repository.
    """
    for directory in ancestors(path):
        if (root / directory).is_symlink():
            raise PathRefusedError(f"{path!r} lies behind the symbolic link {directory!r}")
        if os.path.lexists(root / directory / ".git"):
            raise PathRefusedError(f"{path!r} lies in the repository at {directory!r}")
    try:
        status = os.lstat(root / path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(root / path)  # noqa: PTH115 (keeps the bytes as they are)
        return Found("120000", os.fsencode(target), status)
    data = read_regular(root / path) if stat.S_ISREG(status.st_mode) else None
    if data is None:
        return Found("", b"", status)
    return Found("100755" if status.st_mode & stat.S_IXUSR else "100644", data, status)
