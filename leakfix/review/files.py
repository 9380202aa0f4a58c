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


class WorkTree:
    """The files below a directory, none of them behind a link or in another repository."""

    def __init__(self, root: Path) -> None:
        """Nothing is read yet."""
        self._root = root
        self._own: set[str] = set()

    def find(self, path: str) -> Found | None:
        """What lies at `path`; None when nothing does.

        Raises PathRefusedError when a directory on the way is a symbolic link or the top of another repository, or when
        the system does not tell.
        """
        try:
            self._check_way(path)
            return self._look(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise PathRefusedError(f"{path!r} cannot be read: {error.strerror}") from error

    def _check_way(self, path: str) -> None:
        for directory in ancestors(path):
            if directory in self._own:
                continue
            place = self._root / directory
            if stat.S_ISLNK(os.lstat(place).st_mode):
                raise PathRefusedError(f"{path!r} lies behind the symbolic link {directory!r}")
            if os.path.lexists(place / ".git"):
                raise PathRefusedError(f"{path!r} lies in the repository at {directory!r}")
            self._own.add(directory)

    def _look(self, path: str) -> Found:
        place = self._root / path
        status = os.lstat(place)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(place)  # noqa: PTH115 (keeps the bytes as they are)
            return Found("120000", os.fsencode(target), status)
        data = read_regular(place) if stat.S_ISREG(status.st_mode) else None
        if data is None:
            return Found("", b"", status)
        return Found("100755" if status.st_mode & stat.S_IXUSR else "100644", data, status)
