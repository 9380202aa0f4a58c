"""A private repository in a temporary directory that borrows the objects of the one under review.

Its configuration is written here and is the only one that git reads. New objects go into its own object directory, so
the reviewed repository gains nothing. Objects are found through `objects/info/alternates`, as `git clone --shared`
finds them, which includes the alternates of the reviewed repository; they are addressed by their content and only ever
read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from leakfix.review.names import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from leakfix.review.git import Git

# Durability is of no use here: no fsync, the least compression, no housekeeping. A pack that is kept as it is spares
# git the look for each object in the reviewed repository, where it would renew the time stamp of one that it finds.
_CONFIG = """\
[core]
	bare = false
	hooksPath = {null}
	attributesFile = {null}
	excludesFile = {null}
	fsmonitor = false
	untrackedCache = false
	commitGraph = false
	logAllRefUpdates = false
	safecrlf = false
	fsync = none
	compression = 1
[index]
	skipHash = true
[fastimport]
	unpackLimit = 0
[gc]
	auto = 0
[maintenance]
	auto = false
[commit]
	gpgSign = false
[protocol]
	allow = never
[apply]
	whitespace = nowarn
"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch repository: `git_dir`, and `tree` as its work tree and the working directory of its commands.

    `borrowed` are the object directories that it reads besides its own.
    """

    git: Git
    git_dir: Path
    tree: Path
    object_format: str
    borrowed: tuple[Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        git: Git,
        directory: Path,
        object_format: str,
        borrowed: tuple[Path, ...],
        *,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Scratch:
        """A new one in `directory`, which is made. `settings` are further values of `core`, already checked.

        `environment` is given to each of its commands.
        """
        made = cls(git, directory / "git", directory / "tree", object_format, borrowed, environment or {})
        for needed in ("objects/info", "refs", "info"):
            (made.git_dir / needed).mkdir(parents=True)
        made.tree.mkdir()
        (made.git_dir / "config").write_text(made._config(settings or {}))
        (made.git_dir / "HEAD").write_text("ref: refs/heads/leakfix\n")
        alternates = b"".join(quoted(os.fsencode(path)) + b"\n" for path in borrowed)
        (made.git_dir / "objects" / "info" / "alternates").write_bytes(alternates)
        return made

    def sibling(
        self,
        directory: Path,
        *,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Scratch:
        """Another one that borrows the same objects, and none of this one's."""
        create = Scratch.create
        return create(
            self.git, directory, self.object_format, self.borrowed, settings=settings, environment=environment
        )

    def _config(self, settings: Mapping[str, str]) -> str:
        lines = _CONFIG.format(null=os.devnull) + "[core]\n"
        lines += "".join(f"\t{name} = {value}\n" for name, value in settings.items())
        # Version 0 is what every git reads; only another hash needs version 1.
        if self.object_format == "sha1":
            return lines + "\trepositoryFormatVersion = 0\n"
        return lines + f"\trepositoryFormatVersion = 1\n[extensions]\n\tobjectFormat = {self.object_format}\n"

    def run(
        self, *arguments: str, stdin: bytes | IO[bytes] = b"", environment: Mapping[str, str] | None = None
    ) -> bytes:
        """What `git ARGUMENTS` prints in this repository; see `Git.run`."""
        here = {"GIT_DIR": os.fspath(self.git_dir), "GIT_WORK_TREE": os.fspath(self.tree)}
        extra = dict(self.environment) | dict(environment or {})
        return self.git.run(*arguments, cwd=self.tree, stdin=stdin, environment=here | extra)
