"""Putting new contents in the place of files on disk: whole or not at all, and never anywhere else."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.project import Problem
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.engine.mend import Mended

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class WriteError(Exception):
    """A file that is left as it is, and why."""


@record
class Written:
    """Which files were written, by display path, and why others were not."""

    paths: tuple[str, ...]
    errors: tuple[Problem, ...]


def write(files: Iterable[Mended], tree: Path) -> Written:
    """Write the new contents of files; each either gets them whole or is left alone and told.

    A link on the way is followed only as long as it ends inside `tree`. Mode and, where possible, owner are kept.
    """
    paths: list[str] = []
    errors: list[Problem] = []
    for file in files:
        try:
            replace_content(Path(file.absolute), file.old, file.new, tree)
        except (OSError, WriteError) as error:
            reason = (error.strerror or type(error).__name__).lower() if isinstance(error, OSError) else str(error)
            errors.append(Problem(file.path, f"was not written: {reason}"))
        else:
            paths.append(file.path)
    return Written(tuple(paths), tuple(errors))


def replace_content(path: Path, old: bytes, new: bytes, tree: Path) -> None:
    """Replace `old`, which the file must still hold, by `new`. Raises WriteError and OSError."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(tree)):
        raise WriteError("it is a link that leads out of the tree")
    folder = os.open(target.parent, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        status = _check_unchanged(folder, target.name, old)
        _replace(folder, target.name, new, status)
        os.fsync(folder)
    finally:
        os.close(folder)


def _check_unchanged(folder: int, name: str, old: bytes) -> os.stat_result:
    with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise WriteError("it is no regular file")
        if stream.read(len(old) + 1) != old:
            raise WriteError("it has changed since it was analysed")
    if not os.access(name, os.W_OK, dir_fd=folder):
        raise WriteError("it is not writable")
    return status


def _replace(folder: int, name: str, new: bytes, status: os.stat_result) -> None:
    made = f".leakfix-{secrets.token_hex(8)}"
    descriptor = os.open(made, _CREATE, 0o600, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(new)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(OSError):
                    os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            os.fchmod(stream.fileno(), stat.S_IMODE(status.st_mode))
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(made, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(made, dir_fd=folder)
        raise
