"""The files of a run, read once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from leakfix.project import Problem, Unreadable, discover, is_generated, read
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Set

    from leakfix.languages.language import Language
    from leakfix.project import Candidate, Configuration

# Without it, the head of a file need not be looked at.
_GENERATED = b"Code generated"


@record
class Input:
    """A file that is looked at, with its bytes."""

    absolute: str
    display: str
    language: str
    data: bytes
    generated: bool = False

    @property
    def directory(self) -> str:
        """The display path of its directory, which is the unit of work."""
        return self.display.rpartition("/")[0]


@record
class Inputs:
    """The files of a run in order of directory and name, and what could not be one."""

    files: tuple[Input, ...]
    problems: tuple[Problem, ...]
    named: frozenset[str]
    """What the caller named, as absolute paths."""

    @property
    def languages(self) -> frozenset[str]:
        """The names of the languages that there are files of."""
        return frozenset(file.language for file in self.files)

    def of(self, languages: Set[str]) -> Inputs:
        """Those of some languages; a file of another is a problem when it is named."""
        if languages >= self.languages:
            return self
        files = tuple(file for file in self.files if file.language in languages)
        left = (file for file in self.files if file.language not in languages and file.absolute in self.named)
        problems = (Problem(file.display, f"there is no rule for its language ({file.language})") for file in left)
        return Inputs(files, tuple(sorted((*self.problems, *problems))), self.named)

    def is_named(self, problem: Problem) -> bool:
        """Whether a problem is about something that the caller named."""
        return os.path.abspath(problem.path) in self.named  # noqa: PTH100 (links stay as they are)


def gather(
    paths: Iterable[str | os.PathLike[str]], configuration: Configuration, languages: Mapping[str, Language[Any]]
) -> Inputs:
    """Find and read the files at and below `paths`. Generated ones are left out unless they are named."""
    given = [os.fspath(path) for path in paths]
    suffixes = {suffix: language.name for language in languages.values() for suffix in language.suffixes}
    discovery = discover(given, suffixes, configuration)
    named = frozenset(os.path.abspath(path) for path in given)  # noqa: PTH100 (links stay as they are)
    files: list[Input] = []
    problems = list(discovery.problems)
    for candidate in discovery.candidates:
        if not configuration.tests and languages[candidate.language].is_test(candidate.path.name):
            continue
        try:
            found = _input(candidate, configuration, is_named=candidate.absolute in named)
        except Unreadable as error:
            problems.append(error.problem)
        else:
            if found is not None:
                files.append(found)
    return Inputs(tuple(files), tuple(sorted(problems)), named)


def _input(candidate: Candidate, configuration: Configuration, *, is_named: bool) -> Input | None:
    data = read(candidate, configuration.max_file_size)
    generated = _GENERATED in data and is_generated(data)
    if generated and not is_named:
        return None
    return Input(candidate.absolute, candidate.display, candidate.language, data, generated)
