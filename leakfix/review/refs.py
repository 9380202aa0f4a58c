"""Reads what a reference points at, without opening the repository in git.

Loose and packed references are plain files. A reftable is copied into a scratch repository, and git reads the copy
there.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from typing import TYPE_CHECKING

from leakfix.review.errors import GitError, NoCommitsError, NotARepositoryError
from leakfix.review.files import read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from leakfix.review.git import Git
    from leakfix.review.location import Location

_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# git's own bound for references that name references (refs.c, SYMREF_MAXDEPTH).
_DEPTH = 5
# How git expands a short name (gitrevisions(7)).
_RULES = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_OF_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
_LIMIT = 1 << 16
_REFTABLE_CONFIG = """\
[core]
	repositoryFormatVersion = 1
[extensions]
	refStorage = reftable
	objectFormat = {}
"""


def resolve(location: Location, name: str) -> str | None:
    """The object id that a reference points at; None when there is none of that name or it is not born yet."""
    for rule in _RULES:
        found = _resolve(location, rule.format(name), _DEPTH)
        if found is not None:
            return found
    return None


def _resolve(location: Location, name: str, depth: int) -> str | None:
    if depth == 0 or not _is_name(name):
        return None
    home = location.git_dir if not name.startswith("refs/") or name.startswith(_OF_WORKTREE) else location.common_dir
    content = _loose(home / name)
    if content is None:
        return _packed(location, name)
    if content.startswith(b"ref:"):
        return _resolve(location, os.fsdecode(content[4:].strip()), depth - 1)
    found = _OBJECT_ID.match(content)
    return found[0].decode() if found else None


def _loose(path: Path) -> bytes | None:
    """The content of a reference file; an old-style symbolic link reads as the reference that it names."""
    try:
        if path.is_symlink():
            return b"ref: " + os.fsencode(os.readlink(path))  # noqa: PTH115 (keeps the bytes as they are)
    except (OSError, ValueError):
        return None
    return read_regular(path, _LIMIT)


def _packed(location: Location, name: str) -> str | None:
    content = b"\n" + (read_regular(location.common_dir / "packed-refs") or b"") + b"\n"
    end = content.find(b" " + os.fsencode(name) + b"\n")
    if end < 0:
        return None
    found = _OBJECT_ID.fullmatch(content, content.rfind(b"\n", 0, end) + 1, end)
    return found[0].decode() if found else None


def _is_name(name: str) -> bool:
    """Whether this can only lead to a file of references: `HEAD`, or a path below `refs/`."""
    parts = name.split("/")
    within = len(parts) > 1 and parts[0] == "refs" and all(part and not part.startswith(".") for part in parts)
    return (within or (len(parts) == 1 and name.endswith("HEAD"))) and name.isprintable() and "\\" not in name


def resolve_reftable(git: Git, location: Location, name: str, directory: Path, object_format: str) -> str | None:
    """As `resolve` for a repository that keeps its references as a reftable; `directory` takes the copies.

    Raises GitError when this git knows no reftables (before 2.45).
    """
    common, here = directory / "common", directory / "here"
    _copy_reftable(location.common_dir, common)
    (common / "config").write_text(_REFTABLE_CONFIG.format(object_format))
    environment = {"GIT_DIR": os.fspath(common)}
    if location.git_dir != location.common_dir:
        _copy_reftable(location.git_dir, here)
        (here / "commondir").write_text("../common\n")
        environment = {"GIT_DIR": os.fspath(here)}
    git.run("rev-parse", "--git-dir", cwd=directory, environment=environment)
    try:
        # --quiet: an unborn or unknown reference is an exit code without a complaint.
        printed = git.run(
            "rev-parse", "--quiet", "--verify", "--end-of-options", name, cwd=directory, environment=environment
        )
    except GitError:
        return None
    return printed.decode().strip()


def _copy_reftable(source: Path, target: Path) -> None:
    for needed in ("objects", "refs", "reftable"):
        (target / needed).mkdir(parents=True)
    (target / "HEAD").write_text("ref: refs/heads/.invalid\n")
    tables = source / "reftable"
    if tables.is_symlink() or not tables.is_dir():
        raise NotARepositoryError(f"{source} has no reftable")
    for table in tables.iterdir():
        if stat.S_ISREG(table.lstat().st_mode):
            shutil.copyfile(table, target / "reftable" / table.name, follow_symlinks=False)


def is_object_id(name: str) -> bool:
    """Whether this can be an object id, also a shortened one."""
    return re.fullmatch(r"[0-9a-f]{4,64}", name) is not None


def split_revision(revision: str) -> tuple[str, str]:
    """A name and the steps behind it (`~2`, `^`); raises NoCommitsError for `@{...}` and the like."""
    name = re.split(r"[~^]", revision, maxsplit=1)[0]
    if not name or re.search(r"[\s:?*\[\\]|@\{|\.\.", revision) or revision.startswith("-"):
        raise NoCommitsError(f"{revision!r} is not a commit that leakfix can base a series on")
    return ("HEAD" if name == "@" else name), revision[len(name) :]
