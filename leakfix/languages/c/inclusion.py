"""Who includes whom: where the `#include` of a file leads to, and all that it includes in the end.

Without the options of a compiler a name is looked for beside the file, then anywhere in the run. Nothing outside of the
tree that the file belongs to is led to.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.disk import directory_of, holds, is_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from leakfix.languages.c.preprocessor import Include

_MOST_INCLUDED: Final = 600
_ROOT_MARKS: Final = (".git", ".hg", ".svn")


class Inclusions:
    """The files that files include. All are known by their absolute paths."""

    def __init__(self, files: Collection[str], includes: Callable[[str], Iterable[Include]]) -> None:
        """``files`` are those of the run; ``includes`` tells what a file says that it includes."""
        self._files = files
        self._includes = includes
        self._known = frozenset(files)
        self._tails: dict[str, list[str]] | None = None
        self._roots: dict[str, str] = {}
        self._reach: dict[str, tuple[str, ...]] = {}
        self._targets: dict[str, tuple[str, ...]] = {}

    def of(self, key: str) -> tuple[str, ...]:
        """The files that a file includes itself, as far as they can be there."""
        known = self._targets.get(key)
        if known is None:
            targets = (self._lead(key, include) for include in self._includes(key))
            known = self._targets[key] = tuple(dict.fromkeys(target for target in targets if target is not None))
        return known

    def reach(self, key: str) -> tuple[str, ...]:
        """A file and all that it includes, nearest first, as far as they can be there."""
        known = self._reach.get(key)
        if known is None:
            seen = {key: None}
            waiting = [key]
            while waiting and len(seen) < _MOST_INCLUDED:
                following: list[str] = []
                for at in waiting:
                    for target in self.of(at):
                        if target not in seen:
                            seen[target] = None
                            following.append(target)
                waiting = following
            known = self._reach[key] = tuple(seen)
        return known

    def forget(self, key: str) -> None:
        """Drop what was found with other bytes of a file."""
        self._reach.clear()
        self._targets.pop(key, None)

    def _lead(self, key: str, include: Include) -> str | None:
        name = include.name
        if "\0" in name or name.startswith("/") or "\\" in name or not name:
            return None
        directory = directory_of(key)
        root = self._root(directory)
        beside = os.path.normpath(f"{directory}/{name}")
        if beside in self._known:
            return beside
        if include.is_quoted and is_inside(beside, root):
            return beside
        return self._by_tail(key, name)

    def _by_tail(self, key: str, name: str) -> str | None:
        """The one file of the run whose path ends so; the nearest one of several."""
        if self._tails is None:
            self._tails = {}
            for path in self._files:
                self._tails.setdefault(path.rpartition("/")[2], []).append(path)
        tail = f"/{os.path.normpath(name).removeprefix('../')}"
        found = [path for path in self._tails.get(tail.rpartition("/")[2], ()) if path.endswith(tail)]
        if not found:
            return None
        return max(found, key=lambda path: (len(os.path.commonpath((path, key))), -len(path), path))

    def _root(self, directory: str) -> str:
        """The tree that a directory belongs to: the repository, or what holds all files of the run."""
        if directory not in self._roots:
            at = Path(directory)
            marked = next(
                (parent for parent in (at, *at.parents) if any((parent / mark).exists() for mark in _ROOT_MARKS)), None
            )
            if marked is None:
                inside = [directory_of(key) for key in self._files]
                common = os.path.commonpath(inside) if inside else directory
                marked = Path(common if holds(common, directory) else directory)
            self._roots[directory] = os.path.realpath(marked)
        return self._roots[directory]
