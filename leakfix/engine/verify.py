"""Fixes put to the test of a command of the user in a copy of the tree; those that break it are singled out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.engine.mend import REFUSED, Dropped
from leakfix.rules import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from leakfix.engine.fixing import Fixed, Fixing
    from leakfix.engine.mend import Applied

_SHOWN_BYTES = 2000
_LEFT_OUT = frozenset({".git", ".hg", ".svn"})


class VerifyError(Exception):
    """Nothing can be verified: the command fails before any fix, or cannot be run; the message ends in its output."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The fixes that hold, those that broke the command among `fixed.dropped`, and how often it ran."""

    fixed: Fixed
    command: str
    runs: int


def verify(fixing: Fixing, fixed: Fixed, command: str, tree: Path) -> Verified:
    """Run a shell command in a copy of `tree` that has the fixes, and drop those that break it.

    It runs in the directory of the copy that stands for the current one, and before any fix it must succeed. The single
    fixes to blame are found by halving. Raises VerifyError.
    """
    with _copied(tree) as copy:
        trial = _Trial(fixing, fixed, command, copy)
        trial.check_base()
        return trial.run()


class _Trial:
    def __init__(self, fixing: Fixing, fixed: Fixed, command: str, copy: _Copy) -> None:
        self._fixing = fixing
        self._fixed = fixed
        self._command = command
        self._copy = copy
        self._runs = 0
        self._every = tuple(dict.fromkeys(entry.finding.fingerprint for entry in fixed.applied))

    def check_base(self) -> None:
        code, output = self._execute()
        if code:
            raise VerifyError(f"{self._command!r} fails without any fix (exit code {code}): {_tail(output)}")

    def run(self) -> Verified:
        broken: dict[str, str] = {}
        while True:
            rest = [mark for mark in self._every if mark not in broken]
            output = self._fails(rest)
            if output is None:
                break
            culprit, output = self._culprit(rest, output)
            broken[culprit] = output
        return Verified(self._without(broken), self._command, self._runs)

    def _culprit(self, suspects: Sequence[str], output: str) -> tuple[str, str]:
        """A fix without which all before it pass: the last of the shortest failing beginning."""
        low, high = 0, len(suspects)  # the first `low` pass, the first `high` fail
        while high - low > 1:
            middle = (low + high) // 2
            failed = self._fails(suspects[:middle])
            if failed is None:
                low = middle
            else:
                high, output = middle, failed
        return suspects[high - 1], output

    def _fails(self, marks: Sequence[str]) -> str | None:
        """The output of the command when it fails with these fixes alone."""
        if not marks:
            return None
        wanted = set(marks)
        chosen = self._fixing.again(self._fixed, frozenset(mark for mark in self._every if mark not in wanted))
        with self._copy.holding({Path(file.absolute): file.new for file in chosen.files}):
            code, output = self._execute()
        return output if code else None

    def _execute(self) -> tuple[int, str]:
        self._runs += 1
        return self._copy.execute(self._command)

    def _without(self, broken: dict[str, str]) -> Fixed:
        if not broken:
            return self._fixed
        kept = self._fixing.again(self._fixed, frozenset(broken))
        dropped = [
            _dropped(entry, f"{self._command!r} fails with it: {_tail(broken[entry.finding.fingerprint])}")
            for entry in self._fixed.applied
            if entry.finding.fingerprint in broken
        ]
        refused = {entry.finding.fingerprint: entry.finding for entry in dropped}
        left = tuple(
            replace(finding, fixes=(), refusal=refused[finding.fingerprint].refusal)
            if finding.fingerprint in refused
            else finding
            for finding in kept.left
        )
        return replace(kept, left=left, dropped=(*self._fixed.dropped, *dropped))


def _dropped(entry: Applied, reason: str) -> Dropped:
    finding = replace(entry.finding, fixes=(), refusal=Refusal(REFUSED, f"the fix was tried and dropped: {reason}"))
    return Dropped(finding, entry.fix, reason)


def _tail(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " | ".join(lines[-3:])[-_SHOWN_BYTES:] or "it printed nothing"


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy of a tree in a temporary directory."""

    tree: Path
    root: Path

    @contextmanager
    def holding(self, contents: dict[Path, bytes]) -> Iterator[None]:
        """The copy with other contents of some files, as long as it lasts."""
        places = {self._place(path): data for path, data in contents.items()}
        before = {place: place.read_bytes() for place in places}
        try:
            for place, data in places.items():
                place.write_bytes(data)
            yield
        finally:
            for place, data in before.items():
                place.write_bytes(data)

    def execute(self, command: str) -> tuple[int, str]:
        """Exit code and output of a shell command. Raises VerifyError when there is no shell."""
        here = Path.cwd().resolve()
        directory = self.root / here.relative_to(self.tree) if here.is_relative_to(self.tree) else self.root
        try:
            process = subprocess.Popen(  # noqa: S602 (the user names the command)
                command,
                shell=True,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PWD": str(directory)},
            )
        except OSError as error:
            raise VerifyError(f"{command!r} cannot be run: {error.strerror}") from error
        try:
            output, _ = process.communicate()
        except BaseException:
            _end_group(process.pid)
            process.wait()
            raise
        return process.returncode, output.decode("utf-8", "replace")

    def _place(self, path: Path) -> Path:
        place = self.root / Path(os.path.realpath(path)).relative_to(self.tree)
        if place.is_symlink() or not place.resolve().is_relative_to(self.root):
            raise VerifyError(f"{path} is a link that leads out of the tree")
        return place


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def _copied(tree: Path) -> Iterator[_Copy]:
    tree = tree.resolve()
    with tempfile.TemporaryDirectory(prefix="leakfix-verify-", ignore_cleanup_errors=True) as scratch:
        root = Path(scratch).resolve() / tree.name
        try:
            shutil.copytree(tree, root, symlinks=True, ignore=_left_out(tree))
        except shutil.Error as error:
            first = error.args[0][0]
            raise VerifyError(f"{first[0]} cannot be copied: {first[2]}") from error
        yield _Copy(tree, root)


def _left_out(tree: Path) -> Callable[[str, list[str]], set[str]]:
    def names(directory: str, entries: list[str]) -> set[str]:
        special = {entry for entry in entries if not _is_plain(Path(directory) / entry)}
        return special | (_LEFT_OUT & set(entries) if Path(directory) == tree else set())

    return names


def _is_plain(path: Path) -> bool:
    """Whether it can be copied: no pipe, socket or device."""
    return path.is_symlink() or path.is_file() or path.is_dir()
