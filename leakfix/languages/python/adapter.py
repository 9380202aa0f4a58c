"""Python for the engine. Every run asks for the suffixes; the rest is imported with the first file."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.language import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from leakfix.languages.language import Workspace
    from leakfix.languages.python.surroundings import PySurroundings
    from leakfix.languages.python.survey import PySurvey
    from leakfix.models import Models


class Python(Language["PySurvey"]):
    """Python 3; stubs and notebooks are none of its files."""

    name: ClassVar[str] = "python"
    suffixes: ClassVar[tuple[str, ...]] = (".py",)
    surveyed_apart: ClassVar[bool] = True

    def is_test(self, name: str) -> bool:
        """Whether a file's name says that it holds tests: `test_pool.py`, `pool_test.py`, `conftest.py`."""
        from leakfix.languages.python.besides import is_test

        return is_test(name)

    def looks_broken(self, data: bytes) -> bool:
        """Whether a merge was not finished in it, it may be of Python 2, or it is not UTF-8 and does not say so."""
        from leakfix.languages.python.first_look import looks_broken

        return looks_broken(data)

    def imports(self, data: bytes) -> Iterable[str]:
        """The modules that it imports, and the packages that they lie in."""
        from leakfix.languages.python.first_look import dotted_prefixes, imports_in

        return dotted_prefixes(imports_in(data).modules)

    def survey(self, files: Iterable[tuple[str, bytes]], models: Models) -> PySurvey:
        """Where the modules are, and what may hand on what it acquires."""
        return self.looked_at(list(files), lambda _: models)[1]

    def looked_at(
        self, files: Sequence[tuple[str, bytes]], load: Callable[[frozenset[str]], Models]
    ) -> tuple[Models, PySurvey]:
        """The models and the survey, for which the imports of a file are read once."""
        from leakfix.languages.python.call_looks import Acquiring
        from leakfix.languages.python.first_look import dotted_prefixes, imports_in
        from leakfix.languages.python.survey import survey

        imports = [imports_in(data) for _, data in files]
        models = load(frozenset(dotted_prefixes({module for one in imports for module in one.modules})))
        looked = ((path, data, one) for (path, data), one in zip(files, imports, strict=True))
        return models, survey(looked, Acquiring(models))

    def completing(
        self,
        contents: Sequence[bytes],
        *,
        apart: bool,  # noqa: ARG002 (it has to be looked for in any case)
    ) -> Callable[[PySurvey], PySurvey]:
        """Look for what may be put in the place of something else."""
        from leakfix.languages.python.replacing import replacing_places
        from leakfix.text.records import replace

        replacing = replacing_places(contents)
        return lambda survey: replace(survey, replacing=replacing)

    def prepare(self) -> None:
        """Import the analysis."""
        import leakfix.languages.python.workspace  # noqa: F401 (what counts is that it is there)

    def may_acquire(self, models: Models, survey: PySurvey) -> Callable[[bytes], bool]:
        """The test whether a file calls what acquires something, and no with statement holds it at once."""
        from leakfix.languages.python.call_looks import Acquiring, Owners
        from leakfix.languages.python.first_look import declared
        from leakfix.languages.python.survey import digest_of

        acquiring = Acquiring(models)
        owners = Owners(survey.owners)

        def test(data: bytes) -> bool:
            digest = digest_of(data)
            known = survey.acquiring.get(digest)
            # Only a file that was changed since the survey is looked at once more.
            calls = acquiring(data) or owners(data) if known is None else known or digest in survey.calling
            return bool(calls or declared(data))

        return test

    def workspace(
        self,
        models: Models,
        survey: PySurvey,
        contents: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Workspace:
        """A new world and program."""
        from leakfix.languages.python.workspace import PyWorkspace

        return PyWorkspace(models, survey, contents)

    def spoiled(self, before: bytes, after: bytes) -> str:
        """Comments, blank lines and strings that a rewritten file lacks, as libcst reads it."""
        from leakfix.languages.python.lossless import spoiled

        return spoiled(before, after)

    def surroundings(self, directories: Iterable[Path]) -> PySurroundings:
        """Files that settle the version of the language; the survey answers for all source."""
        from leakfix.languages.python.surroundings import PySurroundings

        return PySurroundings(directories)


LANGUAGE: Final = Python()
