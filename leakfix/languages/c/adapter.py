"""C and C++ for the engine. Every run asks for the suffixes; the rest is imported with the first file."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from leakfix.languages.c.surroundings import CSurroundings
    from leakfix.languages.c.survey import CSurvey
    from leakfix.languages.language import Workspace
    from leakfix.models import Models

_TESTS: Final = ("_test", "_tests", "_unittest", "_unittests")


class C(Language["CSurvey"]):
    """The family of C and C++; each file knows its dialect."""

    name: ClassVar[str] = "c"
    surveyed_apart: ClassVar[bool] = True
    is_by_file: ClassVar[bool] = True
    steps: ClassVar[int] = 2
    suffixes: ClassVar[tuple[str, ...]] = (*(".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".inl", ".ipp"),)

    def is_test(self, name: str) -> bool:
        """Whether a file's name says that it holds tests: `pool_test.cc`, `test_pool.c`."""
        stem = os.path.splitext(name)[0]  # noqa: PTH122 (a name, no path)
        return stem.startswith("test_") or stem.endswith(_TESTS)

    def looks_broken(self, data: bytes) -> bool:
        """Whether a merge was not finished in it, or it is not UTF-8."""
        from leakfix.languages.c.first_look import looks_broken

        return looks_broken(data)

    def imports(self, data: bytes) -> Iterable[str]:
        """What it includes, as spelled."""
        from leakfix.languages.c import preprocessor

        return (include.name for include in preprocessor.includes(data))

    def survey(self, files: Iterable[tuple[str, bytes]], models: Models) -> CSurvey:
        """Which file may define which function, type and macro, and who includes whom."""
        from leakfix.languages.c.first_look import acquiring_names
        from leakfix.languages.c.survey import survey

        return survey(files, acquiring_names(models))

    def completing(self, contents: Sequence[bytes], *, apart: bool) -> Callable[[CSurvey], CSurvey]:
        """Look for the names in all files, which every worker would have to, while there is time."""
        if not apart:
            return lambda survey: survey
        from leakfix.languages.c.survey import names_in
        from leakfix.text.records import replace

        names = tuple(map(names_in, contents))
        return lambda survey: replace(survey, names=names)

    def prepare(self) -> None:
        """Import the analysis."""
        import leakfix.languages.c.workspace  # noqa: F401 (what counts is that it is there)

    def may_acquire(self, models: Models, survey: CSurvey) -> Callable[[bytes], bool]:
        """The test whether a file calls anything that has an acquiring name or one like it, or says `new`."""
        from leakfix.languages.c.first_look import acquiring_names, may_make

        return may_make(acquiring_names(models) | survey.owners)

    def workspace(
        self, models: Models, survey: CSurvey, contents: Mapping[str, bytes] = MappingProxyType({})
    ) -> Workspace:
        """A new world and program."""
        from leakfix.languages.c.workspace import CWorkspace

        return CWorkspace(models, survey, contents)

    def surroundings(self, directories: Iterable[Path]) -> CSurroundings:
        """Files that settle the language standard; the survey answers for all source."""
        from leakfix.languages.c.surroundings import CSurroundings

        return CSurroundings(directories)


LANGUAGE: Final = C()
