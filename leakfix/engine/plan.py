"""What is known for all files of a run before any of them is opened, and how they are parted into units of work."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from leakfix.engine.conference import Agenda
from leakfix.engine.examine import Examiner
from leakfix.engine.meanwhile import CAN_FORK, meanwhile
from leakfix.engine.work import Tongue, Topic, Unit, Work
from leakfix.models import Models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from leakfix.engine.inputs import Input
    from leakfix.engine.options import Setup
    from leakfix.languages.language import Language, Survey
    from leakfix.project import Configuration

# Below this many bytes, starting processes costs more than they save.
WORTH_A_PROCESS = 256 << 10
# So much is asked of a process at a time: at the end none waits long for another.
_PART_BYTES = 48 << 10


@contextmanager
def surveys(
    inputs: Sequence[Input], languages: Mapping[str, Language[Any]], configuration: Configuration, jobs: int
) -> Iterator[Mapping[str, Callable[[], Tongue]]]:
    """Begin a first look at all files, with several jobs in other processes where the language allows it.

    Gives by its name what waits for each language of the files, with its models; that raises ModelError.
    """
    with ExitStack() as stack:
        found: dict[str, Callable[[], Tongue]] = {}
        for name in sorted({file.language for file in inputs}):
            language, mine = languages[name], [file for file in inputs if file.language == name]
            is_worth = jobs > 1 and language.surveyed_apart and sum(len(f.data) for f in mine) >= WORTH_A_PROCESS
            looked = stack.enter_context(meanwhile(partial(_survey, language, mine, configuration), apart=is_worth))
            found[name] = partial(_tongue, language, mine, looked, apart=is_worth and CAN_FORK)
        yield found


def prepare(languages: Iterable[Language[Any]]) -> None:
    """Import what workers need, so that it is there when they are forked."""
    import hashlib  # noqa: F401 (loads a library, for fingerprints)

    for language in languages:
        language.prepare()


def _survey(language: Language[Any], inputs: Sequence[Input], configuration: Configuration) -> tuple[Models, Survey]:
    """The models that can matter, without those of libraries that no file imports, and the survey."""
    load = partial(Models.load, language.name, configuration.read_models())
    return language.looked_at([(file.display, file.data) for file in inputs], load)


def _tongue(
    language: Language[Any], inputs: Sequence[Input], looked: Callable[[], tuple[Models, Survey]], *, apart: bool
) -> Tongue:
    completed = language.completing([file.data for file in inputs], apart=apart)
    models, survey = looked()
    return Tongue(language, models, completed(survey))


def worker(tree: Path, setup: Setup, tongues: Mapping[str, Tongue], inputs: Iterable[Input]) -> Work:
    """What examines the files of a run."""
    contents = {file.absolute: file.data for file in inputs}
    stable = setup.configuration.root if setup.configuration.path else tree
    return Work(Examiner(setup.configuration, setup.rules, setup.reports_unused, str(stable)), tongues, contents)


def parts_of(unit: Unit, language: Language[Any]) -> list[Unit]:
    """A unit cut into runs of files that are handed out one by one, where the language allows it."""
    if not language.is_by_file:
        return [unit]
    found: list[list[Input]] = [[]]
    size = 0
    for file in unit.files:
        if found[-1] and size + len(file.data) > _PART_BYTES:
            found.append([])
            size = 0
        found[-1].append(file)
        size += len(file.data)
    return [Unit(unit.language, unit.directory, tuple(files)) for files in found]


def agenda_of(parts: Sequence[Unit], work: Work, inputs: Iterable[Input]) -> Agenda[Unit] | None:
    """What processes find out together before they examine parts: about all files of a language, examined or not."""
    asking = {rule.language for rule in work.examiner.rules if not rule.triggers}
    languages = {part.language: work.tongues[part.language].language for part in parts if part.language in asking}
    topics = tuple(Topic(name, step) for name, language in languages.items() for step in range(language.steps))
    if not topics:
        return None
    concerned = {topic.language for topic in topics}
    mine = {file.absolute for part in parts for file in part.files}
    rest = units_of(file for file in inputs if file.language in concerned and file.absolute not in mine)
    others = tuple(part for unit in rest for part in parts_of(unit, languages[unit.language]))
    numbers = frozenset(number for number, part in enumerate(parts) if part.language in concerned)
    return Agenda(topics, numbers, others, tuple(part.weight for part in others))


def units_of(inputs: Iterable[Input]) -> list[Unit]:
    """The files by directory and language, in the order of the files."""
    found: dict[tuple[str, str], list[Input]] = {}
    for file in inputs:
        found.setdefault((file.language, file.directory), []).append(file)
    return [Unit(language, directory, tuple(files)) for (language, directory), files in found.items()]
