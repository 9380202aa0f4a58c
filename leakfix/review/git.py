"""Runs git so that nothing of the repository under review, of the environment or of the user's set-up takes part.

Two rules make this floor safe on a hostile repository. First, git is never run *in* it: every command works in a
private scratch repository (see `scratch`) that only borrows the objects, so no configuration, hook, attribute driver,
replacement, graft, promisor remote or index extension of the reviewed repository is ever loaded. Second, no `GIT_*`
variable and no user or system configuration reaches a command, except for the one that asks who the author is.

GitPython is not used here: its `Repo` opens the reviewed repository as such, reads its configuration with all includes,
and runs git inside of it; the plumbing that this floor needs (fast-import, format-patch, am) is command lines in any
case.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from leakfix.review.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping

# A hostile object store can make git wait for ever (a named pipe as a pack); nothing honest takes this long.
TIMEOUT_SECONDS = 600

_LOCKED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "false",
    "GIT_SSH_COMMAND": "false",
    "LC_ALL": "C",
}

_ASIDES = ("hint:", "warning:")
_USER_CONFIGURATION = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")


@dataclass(frozen=True, slots=True)
class Git:
    """A git program and the empty home directory that its commands see."""

    program: str
    home: Path

    @classmethod
    def found(cls, home: Path) -> Git:
        """The git of PATH. Relative entries of PATH are passed over: they may lead into the reviewed tree."""
        entries = [entry for entry in os.get_exec_path() if Path(entry).is_absolute()]
        program = shutil.which("git", path=os.pathsep.join(entries))
        if program is None:
            raise GitError("git is not on PATH")
        return cls(program, home)

    def run(
        self, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, stdin: bytes | IO[bytes] = b""
    ) -> bytes:
        """What `git ARGUMENTS` prints. Raises GitError with the first lines that git complains in."""
        home = str(self.home)
        locked = scrubbed() | _LOCKED | {"HOME": home, "XDG_CONFIG_HOME": home}
        return self._execute(arguments, cwd, locked | dict(environment or {}), stdin)

    def run_as_user(self, *arguments: str, cwd: Path, environment: Mapping[str, str]) -> bytes:
        """As `run`, but with the configuration of the user and the system."""
        configuration = {name: os.environ[name] for name in _USER_CONFIGURATION if name in os.environ}
        return self._execute(arguments, cwd, scrubbed() | configuration | dict(environment), b"")

    def _execute(
        self, arguments: tuple[str, ...], cwd: Path, environment: dict[str, str], stdin: bytes | IO[bytes]
    ) -> bytes:
        given: dict[str, Any] = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
        try:
            done = subprocess.run(  # noqa: S603 (a list of arguments, no shell)
                [self.program, *arguments],
                cwd=cwd,
                env=environment,
                capture_output=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
                **given,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} took longer than {TIMEOUT_SECONDS} seconds") from error
        except OSError as error:
            raise GitError(f"git cannot be run: {error}") from error
        if done.returncode:
            raise GitError(f"git {arguments[0]}: {complaint(done.stderr) or f'exit code {done.returncode}'}")
        output: bytes = done.stdout
        return output


def scrubbed() -> dict[str, str]:
    """The environment of this process without what steers git."""
    return {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}


def complaint(stderr: bytes) -> str:
    """The lines of git's complaint on one line, fit for a terminal (they may quote hostile names)."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if not line.startswith(_ASIDES)]
    return "".join(character if character.isprintable() else "?" for character in "; ".join(filter(None, lines[:4])))
