"""Go for the engine. Every run asks for the suffixes; the rest is imported with the first file."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.language import Language, Survey
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from leakfix.languages.go.surroundings import GoSurroundings
    from leakfix.languages.language import Workspace
    from leakfix.models import Models


@record
class GoSurvey(Survey):
    """The names of functions of the project that may hand what they acquire to their caller."""

    owners: frozenset[str] = frozenset()
    types: frozenset[bytes] | None = None
    """The last names of types whose values may have to be released; None where that is not known."""
    places: Mapping[str, tuple[str, ...]] | None = None
    """The files in which methods of these names are declared, by the name without what stands before it in `owners`."""

    def meaning(self) -> Sequence[str]:
        """The names, sorted."""
        return [*sorted(self.owners), "", *sorted(name.decode("utf-8", "replace") for name in self.types or ())]


class Go(Language[GoSurvey]):
    """The Go language."""

    name: ClassVar[str] = "go"
    suffixes: ClassVar[tuple[str, ...]] = (".go",)
    surveyed_apart: ClassVar[bool] = True

    def is_test(self, name: str) -> bool:
        """Whether `go build` leaves a file to `go test`."""
        return name.endswith("_test.go")

    def looks_broken(self, data: bytes) -> bool:
        """Whether it has no package clause, braces that do not pair, a merge that was not finished, or is not UTF-8."""
        from leakfix.languages.go.first_look import looks_broken

        return looks_broken(data)

    def imports(self, data: bytes) -> Iterable[str]:
        """The strings above the first function."""
        from leakfix.languages.go.first_look import imported

        return imported(data)

    def survey(self, files: Iterable[tuple[str, bytes]], models: Models) -> GoSurvey:
        """The functions that may hand what they acquire to their caller."""
        from leakfix.languages.go.first_look import (
            acquiring_names,
            method_places,
            methods,
            owner_names,
            released_types,
        )

        listed = tuple(files)
        contents = [data for _, data in listed]
        declared = [methods(data) for data in contents]
        types = released_types(contents, declared, models)
        owners = owner_names(contents, models, types)
        paths = (path for path, _ in listed)
        places = method_places(zip(paths, declared, strict=True), acquiring_names(models) | owners)
        return GoSurvey(owners, types, places)

    def completing(self, contents: Sequence[bytes], *, apart: bool) -> Callable[[GoSurvey], GoSurvey]:
        """Look for the types that may have to be released for all that their declarations tell."""
        del apart
        from leakfix.languages.go.first_look import open_types

        found = open_types(contents)
        return lambda survey: replace(survey, types=found.union(survey.types or ()))

    def may_acquire(self, models: Models, survey: GoSurvey) -> Callable[[bytes], bool]:
        """The test whether a file calls anything that has an acquiring name."""
        from leakfix.languages.go.first_look import acquiring_names, calls_any

        return calls_any(acquiring_names(models) | survey.owners)

    def prepare(self) -> None:
        """Import the analysis."""
        import leakfix.languages.go.workspace  # noqa: F401 (what counts is that it is there)

    def workspace(
        self, models: Models, survey: GoSurvey, contents: Mapping[str, bytes] = MappingProxyType({})
    ) -> Workspace:
        """A new world and program."""
        from leakfix.languages.go.workspace import GoWorkspace

        return GoWorkspace(models, survey, contents)

    def surroundings(self, directories: Iterable[Path]) -> GoSurroundings:
        """Modules, workspaces, vendored and downloaded packages."""
        from leakfix.languages.go.surroundings import GoSurroundings

        return GoSurroundings(directories, os.environ)


LANGUAGE: Final = Go()
