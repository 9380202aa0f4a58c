"""What the engine asks of a language: one adapter each, found in its folder, so that the engine names none."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import leakfix.languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from leakfix.models import Models
    from leakfix.text import Source, Span

_ADAPTER = "adapter"


class Survey(ABC):
    """What a first look at all files of a run tells, before any is parsed. Immutable, and small when pickled."""

    @abstractmethod
    def meaning(self) -> Iterable[str]:
        """What results hang on besides the files in reach of a directory, in a fixed order: they are reused with it."""


SurveyT = TypeVar("SurveyT", bound=Survey)


class Subject(Protocol):
    """What the rules of a language are given of a file."""

    @property
    def source(self) -> Source:
        """The bytes of the file."""


class OpenFile(ABC):
    """One file under analysis."""

    subject: Subject

    @property
    def source(self) -> Source:
        """Its bytes."""
        return self.subject.source

    @abstractmethod
    def syntax_errors(self, *, thorough: bool = True) -> tuple[Span, ...]:
        """The stretches that are not of the language, in order; unless `thorough`, those that may concern rules."""

    @abstractmethod
    def comments(self) -> Iterable[tuple[Span, str]]:
        """All comments with their text, leaders included, in order."""

    @abstractmethod
    def node_lines(self, line: int) -> tuple[int, int] | None:
        """First and last line (1-based) of the outermost statement or declaration that starts on a line."""

    @abstractmethod
    def admits(self, requires: str) -> bool:
        """Whether the file may use what needs a language version, spelled as in `Fix.requires`."""


class Workspace(ABC):
    """Files opened together: what is learnt of one serves the others. It grows with every file opened."""

    @abstractmethod
    def open(self, path: Path, data: bytes) -> OpenFile:
        """A file with this content, whatever the disk holds; its display path is `path` in posix form."""

    def look(self, step: int, path: Path, data: bytes) -> frozenset[Any]:
        """The first round of a step (see `Language.steps`): what a file tells to who knows nothing of others yet."""
        raise NotImplementedError

    def hear(self, step: int, news: frozenset[Any]) -> frozenset[Any]:
        """A further round: what more the files looked at tell, since this was found in all files.

        No news ends the step; a workspace that nobody tells so finds out everything alone.
        """
        raise NotImplementedError

    def renewed(self) -> Workspace | None:
        """Another one for further files, which keeps of what was learnt only what takes no room; None: make one."""
        return None


class Surroundings(ABC):
    """What a result hangs on besides the files that were looked at, so that it is not reused when that changes."""

    @abstractmethod
    def contents(self) -> Iterable[tuple[str, bytes]]:
        """What holds for all files: named contents (files that settle versions and imports), in a fixed order."""

    @abstractmethod
    def neighbours(self, directory: str, imports: Iterable[str]) -> Iterable[str]:
        """The directories that imports in a directory may lead to, there or not, without those that never change.

        All are absolute paths; strings, because there are many.
        """


class Language(ABC, Generic[SurveyT]):
    """One language. Making it and everything but `workspace` is cheap: nothing is parsed."""

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    surveyed_apart: ClassVar[bool] = False
    """Whether another process may make the survey: it is small, and making it leaves nothing behind of use."""
    is_by_file: ClassVar[bool] = False
    """Whether the files of a directory have no more in common than any others, so that each is work of its own."""

    steps: ClassVar[int] = 0
    """How many things the workspaces of several processes find out together, one after the other (`Workspace.look`)."""

    @abstractmethod
    def is_test(self, name: str) -> bool:
        """Whether a file of this name holds tests."""

    @abstractmethod
    def looks_broken(self, data: bytes) -> bool:
        """Whether a file is worth parsing only to tell that it cannot be: a cheap guess."""

    @abstractmethod
    def imports(self, data: bytes) -> Iterable[str]:
        """The import paths that a file names, perhaps with other strings: a first look."""

    @abstractmethod
    def survey(self, files: Iterable[tuple[str, bytes]], models: Models) -> SurveyT:
        """What a first look at all files tells of the project, each given as its display path and its bytes."""

    def looked_at(
        self, files: Sequence[tuple[str, bytes]], load: Callable[[frozenset[str]], Models]
    ) -> tuple[Models, SurveyT]:
        """The models that the imports of all files ask for, and the survey. Raises what `load` raises."""
        models = load(frozenset(path for _, data in files for path in self.imports(data)))
        return models, self.survey(files, models)

    def completing(
        self,
        contents: Sequence[bytes],  # noqa: ARG002 (a language that has more to look at says so)
        *,
        apart: bool,  # noqa: ARG002 (the same)
    ) -> Callable[[SurveyT], SurveyT]:
        """Look at all files here and give what completes the survey, which another process makes meanwhile if `apart`.

        What workers could do as well is done here only then, since there is time.
        """
        return lambda survey: survey

    @abstractmethod
    def may_acquire(self, models: Models, survey: SurveyT) -> Callable[[bytes], bool]:
        """The test without which no file needs to be parsed: whether a file may call what acquires something."""

    @abstractmethod
    def workspace(
        self, models: Models, survey: SurveyT, contents: Mapping[str, bytes] = MappingProxyType({})
    ) -> Workspace:
        """A new workspace; `contents` are files of the run by absolute path, which need not be read again."""

    def prepare(self) -> None:
        """Import what workspaces need, before processes are forked that would each do it."""

    def spoiled(self, before: bytes, after: bytes) -> str:  # noqa: ARG002 (a language that has more to keep says so)
        """What a rewritten file lacks of what has to be kept besides what it does, in a few words; "" if nothing."""
        return ""

    @abstractmethod
    def surroundings(self, directories: Iterable[Path]) -> Surroundings:
        """What the meaning of the files in these directories hangs on besides their own bytes."""


def languages() -> Mapping[str, Language[Any]]:
    """Every language that has an adapter, by name: the `LANGUAGE` of the module `adapter` in its folder."""
    found: dict[str, Language[Any]] = {}
    for folder in pkgutil.iter_modules(leakfix.languages.__path__):
        if folder.ispkg:
            try:
                module = importlib.import_module(f"leakfix.languages.{folder.name}.{_ADAPTER}")
            except ModuleNotFoundError as error:
                if error.name and error.name.endswith(f"{folder.name}.{_ADAPTER}"):
                    continue
                raise
            language: Language[Any] = module.LANGUAGE
            found[language.name] = language
    return found
