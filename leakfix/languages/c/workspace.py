"""C and C++ files opened for the engine: parsed, and analysed with all files of the run in their reach."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from leakfix.languages import trees
from leakfix.languages.c import comments
from leakfix.languages.c.analysis import Analysis
from leakfix.languages.c.program import Program
from leakfix.languages.c.standards import reaches
from leakfix.languages.c.world import World
from leakfix.languages.language import OpenFile, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from leakfix.languages.c.spreading import Fact
    from leakfix.languages.c.survey import CSurvey
    from leakfix.models import Models
    from leakfix.text import Span


class OpenC(OpenFile):
    """One C or C++ file; its rules are given its `Analysis`."""

    def __init__(self, subject: Analysis) -> None:
        self.subject: Analysis = subject

    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:  # noqa: ARG002 (all functions are parsed)
        """The error nodes and missing tokens in functions, in order.

        Macros that stand for anything make many headers and declarations unreadable in sound code: those say nothing.
        """
        return tuple(trees.broken(function.body for function in self.subject.file.functions))

    def comments(self) -> list[tuple[Span, str]]:
        """All comments, in order."""
        return comments.comments(self.subject.file)

    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line of the outermost statement or declaration that starts on a line."""
        return comments.node_lines(self.subject.file, line)

    def admits(self, requires: str) -> bool:
        """Whether the file's language standard reaches `c++NN`; nothing of C++ fits a C file."""
        if requires.startswith("c++") and not self.subject.file.is_cpp:
            return False
        return reaches(self.subject.standard, requires)


class CWorkspace(Workspace):
    """All files in reach of those opened."""

    def __init__(self, models: Models, survey: CSurvey, contents: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self._models = models
        self._survey = survey
        self._contents = contents
        self._world = World(survey, contents)
        self._program = Program(self._world, models, survey.owners)

    def open(self, path: Path, data: bytes) -> OpenC:
        """A file with this content among the files of the run."""
        return OpenC(Analysis(self._program, self._world.file(path, data)))

    def look(self, step: int, path: Path, data: bytes) -> frozenset[Fact]:
        """Take a file for one's own, and ask its functions knowing nothing."""
        return self._program.promising.together().look(step, (self._world.file(path, data),))

    def hear(self, step: int, news: frozenset[Fact]) -> frozenset[Fact]:
        """Ask one's own functions again that call those."""
        return self._program.promising.together().hear(step, news)

    def renewed(self) -> CWorkspace | None:
        """Another one in which need not be settled again which functions hand on what they acquire."""
        if self._world.edits:
            return None
        other = CWorkspace(self._models, self._survey, self._contents)
        other._program.promising.inherit(self._program.promising)
        return other
