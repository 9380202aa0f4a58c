"""Fixes in the user's own files: what stands in the way, and writing them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.engine.writing import Written, write
from leakfix.review import NotARepositoryError, NoWorkTreeError, Repository

if TYPE_CHECKING:
    from leakfix.engine.fixing import Fixed


class DirtyError(Exception):
    """Work that is not committed, which written fixes would be mixed up with, in the files `paths` of a repository."""

    def __init__(self, paths: list[str]) -> None:
        shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        super().__init__(f"the git tree has changes that are not committed: {shown}")
        self.paths = paths


def uncommitted(fixed: Fixed) -> list[str]:
    """Those of the analysed files that are not as committed, by their path in their repository; none outside of one.

    Raises ReviewError when git cannot tell.
    """
    holders: dict[Path, Path | None] = {}
    groups: defaultdict[Path, list[str]] = defaultdict(list)
    for path in fixed.looked_at:
        holder = _holder(Path(path).parent, holders)
        if holder is not None:
            groups[holder].append(path)
    return [name for holder, paths in sorted(groups.items()) for name in _dirty(holder, paths)]


def _holder(directory: Path, known: dict[Path, Path | None]) -> Path | None:
    """The nearest directory upwards that is the top of a repository: trees may hold others, such as submodules."""
    if directory not in known:
        if (directory / ".git").exists():
            known[directory] = directory
        else:
            known[directory] = _holder(directory.parent, known) if directory.parent != directory else None
    return known[directory]


def _dirty(holder: Path, paths: list[str]) -> list[str]:
    try:
        with Repository.discover(holder) as repository:
            return repository.dirty([repository.relative(path) for path in paths])
    except (NotARepositoryError, NoWorkTreeError):
        return []


def apply(fixed: Fixed, *, allow_dirty: bool = False) -> Written:
    """Write the fixed files, each whole or not at all.

    Raises DirtyError, before anything is written, when the analysed files of a repository are not as committed, unless
    that is allowed. Files outside of any repository are written: nothing tells what of them is kept elsewhere.
    """
    if fixed.files and not allow_dirty:
        dirty = uncommitted(fixed)
        if dirty:
            raise DirtyError(dirty)
    return write(fixed.files, fixed.tree)
