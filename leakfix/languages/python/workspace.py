"""Python files opened for the engine: parsed, and analysed with all files of the run in their reach."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from leakfix.languages import trees
from leakfix.languages.language import OpenFile, Workspace
from leakfix.languages.python import syntax
from leakfix.languages.python.analysis import Analysis
from leakfix.languages.python.program import Program
from leakfix.languages.python.versions import reaches
from leakfix.languages.python.world import World
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tree_sitter import Node

    from leakfix.languages.python.survey import PySurvey
    from leakfix.models import Models


class OpenPython(OpenFile):
    """One Python file; its rules are given its `Analysis`."""

    def __init__(self, subject: Analysis) -> None:
        self.subject: Analysis = subject

    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:  # noqa: ARG002 (the whole file is parsed)
        """The error nodes, missing tokens and what only Python 2 reads, in order."""
        file = self.subject.file
        outdated = [Span(node.start_byte, node.end_byte) for node in file.outdated]
        return tuple(sorted([*outdated, *trees.broken([file.root])]))

    def comments(self) -> list[tuple[Span, str]]:
        """All comments, in order."""
        return trees.comments(syntax.query("(comment) @comment"), self.subject.file.root, self.source)

    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line of the outermost statement that starts on a line."""
        source = self.subject.source
        span = source.line_span(line)
        start = span.start + len(source.indent(span.start))
        if start >= span.end:
            return None
        root = self.subject.file.root
        node: Node | None = root.descendant_for_byte_range(start, start + 1)
        found = None
        while node is not None and node.start_byte >= span.start and node != root:
            if node.type in syntax.STATEMENTS:
                found = node
            node = node.parent
        return (line, source.line(max(found.end_byte - 1, found.start_byte))) if found is not None else None

    def admits(self, requires: str) -> bool:
        """Whether the file may rely on `python3.N`."""
        return reaches(self.subject.version, requires)


class PyWorkspace(Workspace):
    """All files in reach of those opened."""

    def __init__(self, models: Models, survey: PySurvey, contents: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self._world = World(survey, models, contents)
        self._program = Program(self._world, models, survey.owners)

    def open(self, path: Path, data: bytes) -> OpenPython:
        """A file with this content among the files of the run."""
        return OpenPython(Analysis(self._program, self._world.file(path, data)))
