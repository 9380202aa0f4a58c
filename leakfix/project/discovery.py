"""Which files to look at."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.project.ignoring import Ignores, ignores_above
from leakfix.project.problems import Problem, because
from leakfix.text.records import record, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leakfix.project.configuration import Configuration

# Other people's code, and what tools put beside it. Names that start with a dot are skipped as well.
SKIPPED_DIRECTORIES = frozenset({"vendor", "Godeps", "node_modules", "third_party", "thirdparty", "__pycache__"})


@record
class Candidate:
    """A file to look at: `display` is posix and relative to the working directory if it lies there, else absolute."""

    absolute: str
    display: str
    language: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.absolute)


@record
class Discovery:
    """What there is to look at, in order of directory and name, and what could not be."""

    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]


def discover(
    paths: Iterable[str | os.PathLike[str]],
    suffixes: Mapping[str, str],
    configuration: Configuration,
    cwd: Path | None = None,
) -> Discovery:
    """The files of the languages in `suffixes` (`{".go": "go"}`) at and below `paths`, or `cwd` without any, each once.

    A file that is named is always taken, whatever ignores it. Below a directory, ignored and excluded paths, hidden
    ones, other people's code (`SKIPPED_DIRECTORIES`), and for Go what the go command passes over (`testdata` and names
    that start with an underscore) are left out. Symbolic links are never followed: what one leads to inside of the
    tree is found by itself, and nothing outside is looked at; one that is broken or leads in a circle is a problem.
    """
    base = str(cwd or Path.cwd())
    excludes = Ignores((configuration.exclude_patterns,))
    search = _Search(suffixes, configuration, base if base.endswith("/") else f"{base}/", excludes)
    for path in sorted({os.path.normpath(os.path.join(base, path)) for path in paths} or {base}):  # noqa: PTH118
        search.look_at(path)
    return search.result()


@state
class _Search:
    suffixes: Mapping[str, str]
    configuration: Configuration
    base: str
    excludes: Ignores
    named: dict[str, Candidate] = field(default_factory=dict)
    found: dict[str, Candidate] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def result(self) -> Discovery:
        """Everything found; the keys of both tables are real paths, so that no file is taken twice."""
        candidates = sorted((self.named | self.found).values(), key=lambda candidate: _order(candidate.display))
        return Discovery(tuple(candidates), tuple(sorted(set(self.problems))))

    def look_at(self, path: str) -> None:
        """Take a file, or search a directory."""
        try:
            status = Path(path).stat()
        except OSError as error:
            self.problem(path, _missing(error))
            return
        if stat.S_ISDIR(status.st_mode):
            self.search(path)
        elif not stat.S_ISREG(status.st_mode):
            self.problem(path, "is not a regular file")
        else:
            self.take_named(path, status.st_size)

    def take_named(self, path: str, size: int) -> None:
        language = self.suffixes.get(_suffix(path))
        if language is None:
            known = ", ".join(sorted(self.suffixes))
            self.problem(path, f"is of no language that is looked at ({known})")
        elif self.fits(path, size):
            self.named[os.path.realpath(path)] = self.candidate(path, language)

    def search(self, root: str) -> None:
        """Walk a directory without following links."""
        root = root if root.endswith("/") else f"{root}/"
        real = os.path.realpath(root)
        real = real if real.endswith("/") else f"{real}/"
        pending = [(root, ignores_above(root), self.suffixes)]
        while pending:
            directory, ignores, suffixes = pending.pop()
            try:
                with os.scandir(directory) as listing:
                    entries = list(listing)
            except OSError as error:
                self.problem(directory, f"cannot be read: {because(error)}")
                continue
            names = {entry.name for entry in entries if entry.name.startswith(".git")}
            ignores = ignores.within(directory, has_ignore_file=".gitignore" in names, is_repository=".git" in names)
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    wanted = _wanted_inside(entry.name, suffixes)
                    if wanted and not self.left_out(entry.path, ignores, is_directory=True):
                        pending.append((f"{entry.path}/", ignores, wanted))
                    continue
                language = suffixes.get(_suffix(entry.name))
                if language is None or _passed_over(entry.name, language):
                    continue
                if not self.left_out(entry.path, ignores, is_directory=False) and self.is_source(entry, real):
                    self.found[real + entry.path[len(root) :]] = self.candidate(entry.path, language)

    def left_out(self, path: str, ignores: Ignores, *, is_directory: bool) -> bool:
        return ignores.ignored(path, is_directory) or self.excludes.ignored(path, is_directory)

    def is_source(self, entry: os.DirEntry[str], real: str) -> bool:
        """Whether an entry is a file of its own, of a bearable size; tells of links and files that are broken."""
        if entry.is_symlink():
            self.check_link(entry.path, real)
            return False
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.problem(entry.path, f"cannot be read: {because(error)}")
            return False
        if not stat.S_ISREG(status.st_mode):
            self.problem(entry.path, "is not a regular file")
            return False
        return self.fits(entry.path, status.st_size)

    def check_link(self, path: str, real: str) -> None:
        try:
            os.path.realpath(path, strict=True)
        except OSError as error:
            if error.errno == errno.ELOOP or os.path.realpath(path).startswith(real):
                self.problem(path, _missing(error, link=True))

    def fits(self, path: str, size: int) -> bool:
        limit = self.configuration.max_file_size
        if size > limit:
            self.problem(path, f"is larger than max-file-size ({size} > {limit} bytes)")
        return size <= limit

    def candidate(self, path: str, language: str) -> Candidate:
        return Candidate(path, self.display(path), language)

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(self.display(path.rstrip("/") or "/"), message))

    def display(self, path: str) -> str:
        return path.removeprefix(self.base) if path + "/" != self.base else "."


def _wanted_inside(name: str, suffixes: Mapping[str, str]) -> Mapping[str, str]:
    """The suffixes to look for in a directory of a name; none for one that is skipped."""
    if name in SKIPPED_DIRECTORIES:
        return {}
    if name == "testdata" or name.startswith("_"):
        return {suffix: language for suffix, language in suffixes.items() if language != "go"}
    return suffixes


def _passed_over(name: str, language: str) -> bool:
    """Whether the go command takes a file of this name for none of its own (`go help packages`)."""
    return language == "go" and name.startswith("_")


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:] if dot > 0 else ""


def _order(display: str) -> tuple[str, str]:
    directory, _, name = display.rpartition("/")
    return directory, name


def _missing(error: OSError, *, link: bool = False) -> str:
    if error.errno == errno.ELOOP:
        return "is a symbolic link that leads in a circle"
    if error.errno == errno.ENOENT:
        return "is a broken symbolic link" if link else "does not exist"
    return f"cannot be read: {because(error)}"
