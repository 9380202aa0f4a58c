"""Where a run takes place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def start_of(paths: Iterable[str | os.PathLike[str]]) -> Path:
    """The directory that holds all paths, or the current one: a configuration is looked for from there upwards."""
    places = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 (links stay as they are)
    if not places:
        return Path.cwd()
    directories = [place if place.is_dir() else place.parent for place in places]
    return Path(os.path.commonpath(directories))


def tree_of(paths: Iterable[str | os.PathLike[str]]) -> Path:
    """The tree that a run is confined to when it writes, and that is copied to be verified.

    The nearest directory above all paths that holds a repository; without one, the current directory when it holds
    them, else the directory that holds them.
    """
    start = start_of(paths)
    for directory in (start, *start.parents):
        if (directory / ".git").exists():
            return directory
    here = Path.cwd()
    return here if start.is_relative_to(here) else start
