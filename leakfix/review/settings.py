"""The few values of git's configuration that are data: who commits, and how text is stored.

Values of the reviewed repository come from its `config` file alone, parsed by git from a pipe, without includes. Those
of the user and the system are read with includes (also `includeIf`), while a scratch repository stands in for the
reviewed one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leakfix.review.files import read_regular

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from leakfix.review.git import Git
    from leakfix.review.location import Location
    from leakfix.review.scratch import Scratch

_TRUE = frozenset({"true", "yes", "on", "1"})


def read_file(git: Git, path: Path) -> dict[str, str]:
    """The values of one configuration file; none when it is not a regular file."""
    content = read_regular(path)
    if not content:
        return {}
    listing = git.run("config", "--file", "-", "--no-includes", "--null", "--list", stdin=content, cwd=git.home)
    return _values(listing)


def read_local(git: Git, location: Location) -> dict[str, str]:
    """The values of the reviewed repository and of its linked worktree."""
    values = read_file(git, location.common_dir / "config")
    if is_true(values.get("extensions.worktreeconfig")):
        values |= read_file(git, location.git_dir / "config.worktree")
    return values


def read_user(location: Location, scratch: Scratch) -> dict[str, str]:
    """The values of the user and the system, as they hold for the reviewed repository.

    `GIT_DIR` makes `includeIf "gitdir:..."` match; git reads the local configuration in `GIT_COMMON_DIR`, the scratch
    one.
    """
    where = {"GIT_DIR": os.fspath(location.git_dir), "GIT_COMMON_DIR": os.fspath(scratch.git_dir)}
    listing = scratch.git.run_as_user("config", "--includes", "--null", "--list", cwd=scratch.tree, environment=where)
    return _values(listing)


def _values(listing: bytes) -> dict[str, str]:
    values = {}
    for entry in listing.split(b"\0"):
        name, separator, value = entry.partition(b"\n")
        if name:
            values[os.fsdecode(name)] = os.fsdecode(value) if separator else "true"
    return values


def is_true(value: str | None) -> bool:
    """Whether git reads this value as true."""
    return value is not None and value.casefold() in _TRUE


def text_settings(values: Mapping[str, str]) -> dict[str, str]:
    """What decides how text is stored, as checked values of `core` for a scratch repository."""
    conversion = values.get("core.autocrlf", "false").casefold()
    chosen = {"autocrlf": "input" if conversion == "input" else str(conversion in _TRUE).lower()}
    ending = values.get("core.eol", "native").casefold()
    if ending in {"lf", "crlf", "native"}:
        chosen["eol"] = ending
    return chosen
