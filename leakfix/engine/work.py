"""What a worker does with a directory: it opens the files that may hold a finding, and examines them."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakfix.engine.examine import Examined, Examiner, Request, failure, position
from leakfix.engine.sieve import Sieve
from leakfix.text.records import individual, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leakfix.engine.conference import News
    from leakfix.engine.inputs import Input
    from leakfix.languages.language import Language, OpenFile, Survey, Workspace
    from leakfix.models import Models
    from leakfix.project import Problem
    from leakfix.rules import Finding

# A workspace keeps what it has read, some fifty times the bytes of the files opened; then a new one is begun.
WORKSPACE_BYTES = 8 << 20


@record
class Tongue:
    """A language with what is known for the whole project before any file is opened."""

    language: Language[Any]
    models: Models
    survey: Survey


@individual
class Unit:
    """The files of one directory and one language; nobody looks at their bytes to tell it from others."""

    language: str
    directory: str
    files: tuple[Input, ...]

    @cached_property
    def weight(self) -> int:
        """How much work it may be, in bytes."""
        return sum(len(file.data) for file in self.files)


@record
class Topic:
    """One of the things that the processes find out together about the files of a language."""

    language: str
    step: int


@record
class Report:
    """What came of one unit."""

    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    opened: int = 0
    """How many of the files had to be parsed."""

    @classmethod
    def joined(cls, parts: Sequence[Report]) -> Report:
        """The report of a unit, given those of its parts, in whatever order they got done."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            tuple(sorted((finding for part in parts for finding in part.findings), key=position)),
            sum(part.suppressed for part in parts),
            tuple(dict.fromkeys(error for part in parts for error in part.errors)),
            tuple(warning for part in parts for warning in part.warnings),
            sum(part.opened for part in parts),
        )


@dataclass
class Work:
    """Examines units. One in each process; it keeps a workspace for each language from unit to unit."""

    examiner: Examiner
    tongues: Mapping[str, Tongue]
    contents: Mapping[str, bytes]
    """The bytes of all files of the run, as they are on disk, by absolute path."""
    _sieves: dict[str, Sieve] = field(default_factory=dict)
    _workspaces: dict[str, Workspace] = field(default_factory=dict)
    _opened: int = 0

    def open(self, language: str, request: Request, data: bytes) -> OpenFile:
        """A file in the current workspace of its language."""
        self._opened += len(data)
        if self._opened > WORKSPACE_BYTES:
            self._renew()
            self._opened = len(data)
        return self._workspace(language).open(Path(request.path), data)

    def look(self, topic: Topic, unit: Unit) -> News:
        """What the files of a unit tell of a topic to who knows nothing yet; they are this process's from now on."""
        workspace = self._workspace(topic.language)
        files = unit.files if unit.language == topic.language else ()
        return frozenset().union(*(workspace.look(topic.step, Path(file.display), file.data) for file in files))

    def hear(self, topic: Topic, news: News) -> News:
        """What more its files tell of a topic, since all processes have found something; the end when they have not."""
        return self._workspace(topic.language).hear(topic.step, news)

    def _workspace(self, language: str) -> Workspace:
        if language not in self._workspaces:
            tongue = self.tongues[language]
            self._workspaces[language] = tongue.language.workspace(tongue.models, tongue.survey, self.contents)
        return self._workspaces[language]

    def _renew(self) -> None:
        renewed = {name: workspace.renewed() for name, workspace in self._workspaces.items()}
        self._workspaces = {name: workspace for name, workspace in renewed.items() if workspace is not None}
        gc.collect()

    def examine(self, language: str, request: Request, data: bytes) -> tuple[OpenFile, Examined]:
        """A file opened, and what its rules found."""
        file = self.open(language, request, data)
        return file, self.examiner.examine(file, request)

    def __call__(self, unit: Unit) -> Report:
        """The findings of a unit; a file on which leakfix fails is an error of its own."""
        findings: list[Finding] = []
        errors: list[Problem] = []
        warnings: list[Problem] = []
        suppressed = opened = 0
        sieve = self._sieve(unit.language)
        for file in unit.files:
            request = sieve.request(file)
            if request is None:
                continue
            opened += 1
            try:
                # An open file that is held here would keep all that it was opened with, renewed or not.
                examined = self.examine(unit.language, request, file.data)[1]
            except Exception as error:
                errors.append(failure(request.path, "leakfix", error))
                continue
            findings += examined.kept
            suppressed += examined.suppressed
            errors += examined.errors
            warnings += examined.warnings
        return Report(tuple(findings), suppressed, tuple(errors), tuple(warnings), opened)

    def _sieve(self, language: str) -> Sieve:
        if language not in self._sieves:
            tongue = self.tongues[language]
            rules = self.examiner.rules
            self._sieves[language] = Sieve.of(tongue.language, tongue.models, tongue.survey, rules)
        return self._sieves[language]
