"""C and C++ files opened for the engine: parsed, and analysed with all files of the run in their reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import comments
from leakfix.languages.c.analysis import Analysis
from leakfix.languages.c.program import Program
from leakfix.languages.c.standards import reaches
from leakfix.languages.c.world import World
from leakfix.languages.language import OpenFile, Workspace
from leakfix.text import Span

if TYPE_CHECKING:
    from pathlib import Path

    from tree_sitter import Node

    from leakfix.languages.c.survey import CSurvey
    from leakfix.models import Models
    from leakfix.text import Source


class OpenC(OpenFile):
    """One C or C++ file; its rules are given its `Analysis`."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @property
    def source(self) -> Source:
        """Its bytes."""
        return self.analysis.source

    @property
    def subject(self) -> Analysis:
        """What the rules are given."""
        return self.analysis

    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:  # noqa: ARG002 (all functions are parsed)
        """The error nodes and missing tokens in functions, in order.

        Macros that stand for anything make many headers and declarations unreadable in sound code: those say nothing.
        """
        waiting: list[Node] = [function.body for function in reversed(self.analysis.file.functions)]
        found: list[Span] = []
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                found.append(Span(node.start_byte, node.end_byte))
            elif node.has_error:
                waiting.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
        return tuple(found)

    def comments(self) -> list[tuple[Span, str]]:
        """All comments, in order."""
        return comments.comments(self.analysis.file)

    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line of the outermost statement or declaration that starts on a line."""
        return comments.node_lines(self.analysis.file, line)

    def admits(self, requires: str) -> bool:
        """Whether the file's language standard reaches `c++NN`; nothing of C++ fits a C file."""
        if requires.startswith("c++") and not self.analysis.file.is_cpp:
            return False
        return reaches(self.analysis.standard, requires)


class CWorkspace(Workspace):
    """All files in reach of those opened."""

    def __init__(self, models: Models, survey: CSurvey) -> None:
        self._world = World(survey)
        self._program = Program(self._world, models, survey.owners)

    def open(self, path: Path, data: bytes) -> OpenC:
        """A file with this content among the files of the run."""
        return OpenC(Analysis(self._program, self._world.file(path, data)))
