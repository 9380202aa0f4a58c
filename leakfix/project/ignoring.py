"""Which paths .gitignore files, .git/info/exclude and exclude globs leave out, by git's rules and without running git.

A path counts as ignored by itself only: git asks for a file after it has asked for its directories, and so does whoever
walks a tree from its root. A directory that a user names is therefore looked into, though a pattern names it as well.
"""

from __future__ import annotations

import os
import re
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_IGNORE_FILE = 1 << 20
MAX_LINK_FILE = 1 << 13
# pathspec marks with this group the slash behind a directory that a pattern matched.
_DIRECTORY = "ps_d"
_SEGMENT: Final = r"\*?[\w.~@+-]++(?:\*[\w.~@+-]++)*\*?"
_PLAIN: Final = re.compile(rf"(!?)(/?)({_SEGMENT}(?:/(?:{_SEGMENT}|\*))*)(/?)", re.ASCII)
"""A line of names in which a star stands for some more of a name, and nothing else has a meaning of its own."""
_ALL: Final = "*"


class PatternError(ValueError):
    """A glob that git's rules give no meaning."""


@record
class _Pattern:
    """A line: the expression for the paths that it names, and whether it leaves them out."""

    expression: str
    ignores: bool

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The expression compiled, which only few are asked for."""
        return re.compile(self.expression)

    def matches(self, path: str, is_directory: bool) -> bool:
        """Whether it names the path itself, not a directory above it."""
        search, marks_directories = self.regex.search, _DIRECTORY in self.regex.groupindex
        found = search(path)
        if found and not (marks_directories and found.group(_DIRECTORY)):
            return True
        if not (is_directory and marks_directories):
            return False
        found = search(f"{path}/")
        # The second search is for `*/`, whose expression is a lone slash that may have matched further left.
        return bool(found and found.end(_DIRECTORY) > len(path)) or bool(search(f"{path}/", len(path)))


@record
class Patterns:
    """The patterns of one file, or of one list, in the directory `base` (absolute, ending in a slash)."""

    base: str
    _patterns: tuple[_Pattern, ...]
    _any: re.Pattern[str] | None

    @classmethod
    def of(cls, base: str, lines: Iterable[str]) -> Patterns:
        """The patterns of globs, each as a gitignore line. Raises PatternError for one without a meaning."""
        patterns: list[_Pattern] = []
        for line in lines:
            compiled = _compiled(line)
            if not compiled:
                raise PatternError(f"not a gitignore pattern: {line!r}")
            patterns += compiled
        return cls._from(base, patterns)

    @classmethod
    def read(cls, path: str, base: str) -> Patterns | None:
        """The patterns of an ignore file; None for one that is absent, a link (as for git), unreadable or too large.

        Lines without a meaning are skipped, as git does.
        """
        data = _read_small(path, MAX_IGNORE_FILE)
        if data is None:
            return None
        patterns: list[_Pattern] = []
        for line in os.fsdecode(data.removeprefix(b"\xef\xbb\xbf")).split("\n"):
            patterns += _compiled(line.removesuffix("\r"))
        return cls._from(base, patterns)

    @classmethod
    def _from(cls, base: str, patterns: list[_Pattern]) -> Patterns:
        expressions = [pattern.expression.replace(f"(?P<{_DIRECTORY}>", "(?:") for pattern in patterns]
        together = re.compile("|".join(expressions)) if expressions else None
        return cls(base, tuple(reversed(patterns)), together)

    def verdict(self, path: str, is_directory: bool) -> bool | None:
        """Whether an absolute path is ignored (True) or kept (False); None when no pattern names it.

        A directory's path has no slash at its end.
        """
        if self._any is None or not path.startswith(self.base):
            return None
        relative = path[len(self.base) :]
        if not self._any.search(f"{relative}/" if is_directory else relative):
            return None
        for pattern in self._patterns:
            if pattern.matches(relative, is_directory):
                return pattern.ignores
        return None


def _compiled(line: str) -> list[_Pattern]:
    """The pattern of a line; none for a comment, blanks, or what has no meaning."""
    line_of_git = line.rstrip(" ")
    if not line_of_git or line_of_git.startswith("#"):
        return []
    if line_of_git.removeprefix("!") == _ALL:
        return [_Pattern(".", line_of_git == _ALL)]
    plain = _PLAIN.fullmatch(line_of_git)
    if plain is not None:
        return [_plain(*plain.groups())]
    # Most trees have no other pattern, and none has to wait for what only those need.
    from pathspec import GitIgnoreSpec

    if line_of_git == "!/":  # nothing for git, everything for pathspec
        return []
    if line_of_git.endswith("/**/"):  # any directory within for git, the one before it for pathspec
        line = line_of_git + "*/"
    try:
        patterns = GitIgnoreSpec.from_lines([line]).patterns
    except ValueError:
        return []
    meant = [pattern for pattern in patterns if pattern.include is not None]
    return [_Pattern(cast("re.Pattern[str]", one.regex).pattern, bool(one.include)) for one in meant]


def _plain(kept: str, anchor: str, path: str, slash: str) -> _Pattern:
    """The pattern of a plain line, spelled as pathspec does it."""
    names = ("[^/]+" if name == "*" else re.escape(name).replace(r"\*", "[^/]*") for name in path.split("/"))
    start = "^" if anchor or "/" in path else "^(?:.+/)?"
    end = f"(?P<{_DIRECTORY}>/)" if slash else f"(?:(?P<{_DIRECTORY}>/)|$)"
    return _Pattern(f"{start}{'/'.join(names)}{end}", not kept)


def _read_small(path: str, limit: int) -> bytes | None:
    """The bytes of a regular file up to a size; None for anything else."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        return Path(path).read_bytes()
    except OSError:
        return None


@record
class Ignores:
    """Ignore files that hold in one directory, the nearest first: the first with a verdict decides."""

    layers: tuple[Patterns, ...] = ()

    def ignored(self, path: str, is_directory: bool) -> bool:
        """Whether an absolute path is left out."""
        for layer in self.layers:
            verdict = layer.verdict(path, is_directory)
            if verdict is not None:
                return verdict
        return False

    def within(self, directory: str, *, has_ignore_file: bool, is_repository: bool) -> Ignores:
        """What holds inside a directory (absolute, ending in a slash); a repository of its own starts afresh."""
        layers = _repository_excludes(directory) if is_repository else self.layers
        own = Patterns.read(f"{directory}.gitignore", directory) if has_ignore_file else None
        layers = (own, *layers) if own else layers
        return self if layers is self.layers else Ignores(layers)


def ignores_above(directory: str) -> Ignores:
    """What the ignore files above a directory (absolute, ending in a slash) say, up to the root of its repository.

    Nothing when the directory lies in no repository or is the root of one.
    """
    above: list[str] = []
    at = directory
    while not os.path.lexists(f"{at}.git"):
        parent = at.rstrip("/").rpartition("/")[0] + "/"
        if parent == at:
            return Ignores()
        above.append(parent)
        at = parent
    found = Ignores()
    for parent in reversed(above):
        found = found.within(parent, has_ignore_file=True, is_repository=parent == at)
    return found


def _repository_excludes(root: str) -> tuple[Patterns, ...]:
    found = Patterns.read(f"{_common_directory(root)}/info/exclude", root)
    return (found,) if found else ()


def _common_directory(root: str) -> str:
    """The repository's own directory: `.git`, or what a work tree's `.git` file and its `commondir` lead to."""
    git = f"{root}.git"
    link = _one_line(git)
    if link is None or not link.startswith("gitdir:"):
        return git
    git = os.path.join(root, link.removeprefix("gitdir:").strip())  # noqa: PTH118
    common = _one_line(f"{git}/commondir")
    return git if common is None else os.path.join(git, common)  # noqa: PTH118


def _one_line(path: str) -> str | None:
    data = _read_small(path, MAX_LINK_FILE)
    return None if data is None else os.fsdecode(data).strip()
