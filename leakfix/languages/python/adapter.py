"""Python for the engine. Every run asks for the suffixes; the rest is imported with the first file."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from leakfix.languages.language import Workspace
    from leakfix.languages.python.surroundings import PySurroundings
    from leakfix.languages.python.survey import PySurvey
    from leakfix.models import Models

_TEST_FILES: Final = ("conftest.py", "tests.py", "test.py")


class Python(Language["PySurvey"]):
    """Python 3; stubs and notebooks are none of its files."""

    name: ClassVar[str] = "python"
    suffixes: ClassVar[tuple[str, ...]] = (".py",)

    def is_test(self, name: str) -> bool:
        """Whether a file's name says that it holds tests: `test_pool.py`, `pool_test.py`, `conftest.py`."""
        return name.startswith("test_") or name.endswith("_test.py") or name in _TEST_FILES

    def looks_broken(self, data: bytes) -> bool:
        """Whether a merge was not finished in it, it may be of Python 2, or it is not UTF-8 and does not say so."""
        from leakfix.languages.python.first_look import looks_broken

        return looks_broken(data)

    def imports(self, data: bytes) -> Iterable[str]:
        """The modules that it imports, and the packages that they lie in."""
        from leakfix.languages.python.first_look import dotted_prefixes, imported_modules

        return dotted_prefixes(imported_modules(data))

    def survey(self, files: Iterable[tuple[str, bytes]], models: Models) -> PySurvey:
        """Where the modules are, and what may hand on what it acquires."""
        from leakfix.languages.python.call_looks import Acquiring
        from leakfix.languages.python.survey import survey

        return survey(files, Acquiring(models))

    def may_acquire(self, models: Models, survey: PySurvey) -> Callable[[bytes], bool]:
        """The test whether a file calls what acquires something, and no with statement holds it at once."""
        from leakfix.languages.python.call_looks import Acquiring, Owners
        from leakfix.languages.python.first_look import declared

        acquiring = Acquiring(models)
        owners = Owners(survey.owners)

        def test(data: bytes) -> bool:
            known = survey.acquiring.get(data)
            # Only a file that was changed since the survey is looked at once more.
            calls = acquiring(data) or owners(data) if known is None else known or data in survey.calling
            return bool(calls or declared(data))

        return test

    def workspace(
        self,
        models: Models,
        survey: PySurvey,
        contents: Mapping[str, bytes] = MappingProxyType({}),  # noqa: ARG002 (the survey has seen them all)
    ) -> Workspace:
        """A new world and program."""
        from leakfix.languages.python.workspace import PyWorkspace

        return PyWorkspace(models, survey)

    def spoiled(self, before: bytes, after: bytes) -> str:
        """Comments, blank lines and strings that a rewritten file lacks, as libcst reads it."""
        from leakfix.languages.python.lossless import spoiled

        return spoiled(before, after)

    def surroundings(self, directories: Iterable[Path]) -> PySurroundings:
        """Files that settle the version of the language; the survey answers for all source."""
        from leakfix.languages.python.surroundings import PySurroundings

        return PySurroundings(directories)


LANGUAGE: Final = Python()
