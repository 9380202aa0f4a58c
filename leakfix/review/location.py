"""Finds the repository that holds a path, by reading files only; git itself is not asked.

A `.git` file is followed only to a git directory that names this work tree in return, as those of linked worktrees
(`gitdir`) and of submodules (`core.worktree`) do. Elsewhere `core.worktree` is ignored: the directory that holds `.git`
is the root. A bare repository is taken only when it is named itself, never because a path lies somewhere inside of one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.review.errors import NotARepositoryError
from leakfix.review.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Longer than any path that a system opens.
_POINTER_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Location:
    """Where a repository keeps its parts.

    `root` is the work tree (None when bare), `git_dir` holds HEAD and the index, `common_dir` objects and references.
    """

    root: Path | None
    git_dir: Path
    common_dir: Path


def locate(path: Path, settings_of: Callable[[Path], Mapping[str, str]]) -> Location:
    """The repository that holds `path`, a file or a directory; `settings_of` reads a configuration file.

    Raises NotARepositoryError.
    """
    try:
        found = _search(path.resolve(strict=True), settings_of)
    except (OSError, RuntimeError) as error:
        raise NotARepositoryError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if found is None:
        raise NotARepositoryError(f"{path}: not in a git repository")
    return found


def _search(start: Path, settings_of: Callable[[Path], Mapping[str, str]]) -> Location | None:
    if not start.is_dir():
        start = start.parent
    for directory in (start, *start.parents):
        found = _at(directory, settings_of)
        if found is not None:
            return found
        if directory == start and start.name != ".git" and _is_git_dir(start, start):
            return Location(None, start, start)
    return None


def _at(directory: Path, settings_of: Callable[[Path], Mapping[str, str]]) -> Location | None:
    """The repository whose work tree is `directory`, if it is one."""
    marker = directory / ".git"
    if marker.is_symlink():
        raise NotARepositoryError(f"{marker} is a symbolic link: not followed")
    if marker.is_dir():
        if os.path.lexists(marker / "commondir"):
            raise NotARepositoryError(f"{marker}/commondir leads to another repository: not followed")
        return Location(directory, marker, marker) if _is_git_dir(marker, marker) else None
    content = read_regular(marker, _POINTER_LIMIT)
    if content is None:
        return None
    if not content.startswith(b"gitdir: "):
        raise NotARepositoryError(f"{marker} is neither a git directory nor a link to one")
    git_dir = _pointed(directory, content.removeprefix(b"gitdir: "))
    return _linked(directory, git_dir) or _separate(directory, git_dir, settings_of)


def _linked(directory: Path, git_dir: Path) -> Location | None:
    """The linked worktree at `directory`; None when `git_dir` is not one of a linked worktree."""
    pointer = read_regular(git_dir / "commondir", _POINTER_LIMIT)
    if pointer is None:
        return None
    common_dir = _pointed(git_dir, pointer)
    back = read_regular(git_dir / "gitdir", _POINTER_LIMIT)
    if back is None or _pointed(git_dir, back) != directory / ".git" or git_dir.parent != common_dir / "worktrees":
        raise NotARepositoryError(
            f"{directory}/.git leads to {git_dir}, the worktree of another directory (see `git worktree repair`)"
        )
    if not _is_git_dir(git_dir, common_dir):
        raise NotARepositoryError(f"{directory}/.git leads to {git_dir}, which is not a git directory")
    return Location(directory, git_dir, common_dir)


def _separate(directory: Path, git_dir: Path, settings_of: Callable[[Path], Mapping[str, str]]) -> Location:
    """The submodule (or separate git directory) whose work tree is `directory`."""
    if not _is_git_dir(git_dir, git_dir):
        raise NotARepositoryError(f"{directory}/.git leads to {git_dir}, which is not a git directory")
    named = settings_of(git_dir / "config").get("core.worktree")
    if named is None or _pointed(git_dir, os.fsencode(named)) != directory:
        raise NotARepositoryError(
            f"{directory}/.git leads to {git_dir}, whose core.worktree does not name this directory: not followed"
        )
    return Location(directory, git_dir, git_dir)


def _pointed(base: Path, pointer: bytes) -> Path:
    try:
        return (base / os.fsdecode(pointer.rstrip(b"\r\n"))).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise NotARepositoryError(f"{base} leads to a path that cannot be read: {error}") from error


def _is_git_dir(git_dir: Path, common_dir: Path) -> bool:
    return os.path.lexists(git_dir / "HEAD") and (common_dir / "objects").is_dir() and (common_dir / "refs").is_dir()
