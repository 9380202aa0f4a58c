"""Go files opened for the engine: parsed, and analysed with all packages in their reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import comments
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.languages.go.versions import parse_version
from leakfix.languages.language import OpenFile, Workspace
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.models import Models
    from leakfix.text import Source


class GoFile(OpenFile):
    """One Go file; its rules are given its `Analysis`."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @property
    def source(self) -> Source:
        """Its bytes."""
        return self.analysis.source

    @property
    def subject(self) -> Analysis:
        """What the Go rules are given."""
        return self.analysis

    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:
        """The error nodes and missing tokens, in order; unless `thorough`, those that may concern rules."""
        file = self.analysis.file
        is_whole = thorough or file.standings is None
        waiting: list[Node] = [file.root] if is_whole else [one.node for one in reversed(self._concerned())]
        found: list[Span] = []
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                found.append(Span(node.start_byte, node.end_byte))
            elif node.has_error:
                waiting.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
        return tuple(found)

    def _concerned(self) -> list[Function]:
        """The functions that may lose what they acquire, or do something with channels."""
        file, program = self.analysis.file, self.analysis.program
        return [
            one for one in file.functions if file.data.find(b"<-", one.start, one.end) >= 0 or program.may_lose(one)
        ]

    def comments(self) -> list[tuple[Span, str]]:
        """All comments, in order."""
        return comments.comments(self.analysis.file)

    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line of the outermost statement or declaration that starts on a line."""
        return comments.node_lines(self.analysis.file, line)

    def admits(self, requires: str) -> bool:
        """Whether the file's language version reaches `go1.N`; an unknown version reaches none."""
        if not requires:
            return True
        needed, version = parse_version(requires), self.analysis.version
        return needed is not None and version is not None and version >= needed


class GoWorkspace(Workspace):
    """All packages in reach of the files opened."""

    def __init__(
        self, models: Models, owners: frozenset[str], places: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._world = World()
        self._program = Program(self._world, models, owners, places)

    def open(self, path: Path, data: bytes) -> GoFile:
        """A file with this content among the files of its package on disk."""
        return GoFile(Analysis(self._program, self._world.file(path, data)))
