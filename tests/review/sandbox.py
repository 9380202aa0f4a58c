"""Real repositories, made with the real git."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from leakfix.review import Change, Repository, Series, replay, write_series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NOON = datetime(2024, 5, 17, 12, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=45)))
WHO = {
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}


def git(where: Path, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
    """What git prints; `where` is the working directory."""
    done = subprocess.run(
        ["git", *arguments], cwd=where, env=os.environ | WHO, input=stdin, capture_output=True, check=False, timeout=60
    )
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


@dataclass(frozen=True)
class Sandbox:
    """A repository with a work tree at `root`."""

    root: Path

    @classmethod
    def created(cls, root: Path, *options: str) -> Sandbox:
        root.mkdir(parents=True)
        git(root, "init", "--quiet", "--initial-branch=main", *options)
        return cls(root)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        return git(self.root, *arguments, stdin=stdin).decode()

    def write(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def commit(self, files: Mapping[str, bytes]) -> str:
        """Commits the files, with all else that lies in the work tree; the id of the commit."""
        self.write(files)
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message=Before")
        return self.git("rev-parse", "HEAD").strip()

    def open(self) -> Repository:
        return Repository.discover(self.root)


def change(path: str, data: bytes, subject: str = "Close the file") -> Change:
    return Change(subject, files={path: data})


def made(repository: Repository, changes: Sequence[Change], analysed: Mapping[str, bytes]) -> Series:
    return repository.series(changes, analysed, date=NOON)


def delivered(series: Series, directory: Path) -> list[Path]:
    """The patches of a series, after their replay."""
    patches = write_series(series, directory)
    replay(series, patches)
    return patches


def applied(base: Path, commit: str, patches: Sequence[Path], into: Path, *options: str) -> list[tuple[str, str]]:
    """Tree and message of each commit that a plain `git am --keep-cr` makes of the patches in a fresh clone."""
    git(base, "clone", "--quiet", "--no-checkout", "--shared", str(base), str(into))
    git(into, "checkout", "--quiet", "--detach", commit)
    git(into, *options, "am", "--quiet", "--keep-cr", "--", *map(str, patches))
    listed = git(into, "log", "--reverse", "-z", "--format=%T%n%B", f"{commit}..HEAD").split(b"\0")
    pairs = (entry.partition(b"\n") for entry in listed if entry)
    return [(tree.decode(), message.decode()) for tree, _, message in pairs]


def utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
