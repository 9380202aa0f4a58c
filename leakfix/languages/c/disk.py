"""What is read from disk: regular files that are not too large, and whether they lie in a tree, links followed."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def key_of(path: Path | str) -> str:
    """The absolute path that a file is known under."""
    return os.path.abspath(path)  # noqa: PTH100 (links stay as they are)


def directory_of(key: str) -> str:
    """The directory that a file lies in."""
    return os.path.dirname(key)  # noqa: PTH120 (strings: there are many)


def holds(directory: str, path: str) -> bool:
    """Whether a path is a directory or leads into it, links left alone."""
    return path == directory or path.startswith(f"{directory.rstrip('/')}/")


def is_inside(path: str, root: str) -> bool:
    """Whether something is there and, links followed, lies in the tree."""
    try:
        real = os.path.realpath(path, strict=True)
    except OSError:
        return False
    return holds(root, real)


def read_regular(path: Path | str, limit: int) -> bytes | None:
    """The bytes of a regular file; None where there is none that can be read, or it is larger than the limit."""
    try:
        with open(path, "rb", opener=_opener) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                return None
            return stream.read(limit)
    except (OSError, ValueError):
        return None


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
