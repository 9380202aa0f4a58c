"""Proves a series: `git am --keep-cr` on the base makes the very same commits of its patches."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.review.errors import GitError, ReplayError
from leakfix.review.listing import tree_entries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leakfix.review.scratch import Scratch
    from leakfix.review.series import Commit, Series

# The patches are of blobs, and blobs need not look as the attributes of their repository would have them stored.
_AS_STORED = "* -text -ident -filter -working-tree-encoding\n"


def replay(series: Series, patches: Sequence[Path]) -> None:
    """Applies the patch files with `git am --keep-cr` in a scratch repository that holds the base, but none of the
    series.

    Trees, messages, authors and dates must agree, so the commits must have the same ids. Raises ReplayError naming the
    patch.
    """
    if len(patches) != len(series.commits):
        raise ReplayError(f"{len(patches)} patches for a series of {len(series.commits)} commits")
    with tempfile.TemporaryDirectory(dir=series.store.git_dir) as directory:
        fresh = series.store.sibling(Path(directory) / "replay", environment=_committer(series))
        _check_out(fresh, series)
        mails = [os.path.abspath(patch) for patch in patches]  # noqa: PTH100 (no link is resolved)
        try:
            fresh.run("am", "--quiet", "--keep-cr", "--no-3way", "--no-scissors", "--no-gpg-sign", "--", *mails)
        except GitError as error:
            raise ReplayError(f"{_stopped_at(fresh, patches)}: {error}") from error
        _compare(fresh, series, patches)


def _committer(series: Series) -> dict[str, str]:
    return {
        "GIT_COMMITTER_NAME": series.committer.name,
        "GIT_COMMITTER_EMAIL": series.committer.email,
        "GIT_COMMITTER_DATE": f"@{series.date}",
    }


def _check_out(fresh: Scratch, series: Series) -> None:
    """Checks out those files of the base that the series changes; `git am` looks at no other in the work tree."""
    (fresh.git_dir / "info" / "attributes").write_text(_AS_STORED)
    fresh.run("update-ref", "HEAD", series.base)
    fresh.run("read-tree", series.base)
    entries = tree_entries(fresh, series.base)
    present = b"".join(os.fsencode(path) + b"\0" for path in series.paths if path in entries)
    fresh.run("checkout-index", "--index", "-z", "--stdin", stdin=present)


def _stopped_at(fresh: Scratch, patches: Sequence[Path]) -> str:
    """The name of the patch that `git am` was at."""
    number = fresh.git_dir / "rebase-apply" / "next"
    at = number.read_text().strip() if number.is_file() else ""
    return patches[int(at) - 1].name if at.isdigit() and 0 < int(at) <= len(patches) else "git am"


def _compare(fresh: Scratch, series: Series, patches: Sequence[Path]) -> None:
    count = len(series.commits)
    listed = fresh.run("log", "--reverse", f"--max-count={count}", "--format=%H %T", "HEAD").decode().split("\n")[:-1]
    for patch, commit, line in zip(patches, series.commits, listed, strict=False):
        made, tree = line.split(" ")
        if made != commit.id:
            raise ReplayError(f"{patch.name}: {_difference(commit, tree)}")
    if len(listed) != count:
        raise ReplayError(f"git am made {len(listed)} commits of {count} patches")


def _difference(commit: Commit, tree: str) -> str:
    if tree != commit.tree:
        return f"git am makes tree {tree} of it, the series has {commit.tree}"
    return "git am makes the same tree of it, but another message, author or date"
