"""Go files opened for the engine: parsed, and analysed with all packages in their reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages import trees
from leakfix.languages.go import comments
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.channel_starts import started_names
from leakfix.languages.go.channels import may_start
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.languages.go.versions import parse_version
from leakfix.languages.language import OpenFile, Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from leakfix.languages.go.adapter import GoSurvey
    from leakfix.languages.go.packages import Function
    from leakfix.models import Models
    from leakfix.text import Span


class GoFile(OpenFile):
    """One Go file; its rules are given its `Analysis`."""

    def __init__(self, subject: Analysis) -> None:
        self.subject: Analysis = subject

    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:
        """The error nodes and missing tokens, in order; unless `thorough`, those that may concern rules."""
        file = self.subject.file
        is_whole = thorough or file.standings is None
        return tuple(trees.broken([file.root] if is_whole else [one.node for one in self._concerned()]))

    def _concerned(self) -> list[Function]:
        """The functions that may lose what they acquire, or use channels and start goroutines or run as one."""
        program, file = self.subject.program, self.subject.file
        uses_channels = b"<-" in file.data
        return [one for one in file.functions if (uses_channels and _may_block(one)) or program.may_lose(one)]

    def comments(self) -> list[tuple[Span, str]]:
        """All comments, in order."""
        return comments.comments(self.subject.file)

    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line of the outermost statement or declaration that starts on a line."""
        return comments.node_lines(self.subject.file, line)

    def admits(self, requires: str) -> bool:
        """Whether the file's language version reaches `go1.N`; an unknown version reaches none."""
        if not requires:
            return True
        needed, version = parse_version(requires), self.subject.version
        return needed is not None and version is not None and version >= needed


def _may_block(function: Function) -> bool:
    data, start, end = function.file.data, function.start, function.end
    if data.find(b"<-", start, end) < 0:
        return False
    name = function.name.rpartition(".")[2].encode()
    if may_start(data, start, end):
        return True
    return not function.file.is_test and name in started_names(function.file.package)


class GoWorkspace(Workspace):
    """All packages in reach of the files opened."""

    def __init__(
        self,
        models: Models,
        survey: GoSurvey,
        contents: Mapping[str, bytes] | None = None,
    ) -> None:
        self._world = World(contents=contents)
        self._program = Program(self._world, models, survey.owners, survey.places, survey.types)

    def open(self, path: Path, data: bytes) -> GoFile:
        """A file with this content among the files of its package on disk."""
        return GoFile(Analysis(self._program, self._world.file(path, data)))
