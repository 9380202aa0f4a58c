"""What has to be opened: the passes over bytes that come before any parsing."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from leakfix.engine.examine import Examiner, Request
from leakfix.engine.work import Tongue, Unit, Work
from leakfix.models import Models
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from leakfix.engine.inputs import Input
    from leakfix.engine.options import Setup
    from leakfix.languages.language import Language
    from leakfix.rules import Rule


@record
class Plan:
    """The work of a run, largest unit first."""

    work: Work
    units: tuple[Unit, ...]


def models_of(language: Language[Any], inputs: Iterable[Input], setup: Setup) -> Models:
    """The models that can matter: those of libraries that no file imports are left out. Raises ModelError."""
    imports = frozenset(path for file in inputs for path in language.imports(file.data))
    return Models.load(language.name, setup.configuration.read_models(), imports)


def tongues_of(inputs: Sequence[Input], languages: Mapping[str, Language[Any]], setup: Setup) -> dict[str, Tongue]:
    """Each language of the files with its models and a first look at all of them. Raises ModelError."""
    found: dict[str, Tongue] = {}
    for name in sorted({file.language for file in inputs}):
        mine = [file for file in inputs if file.language == name]
        models = models_of(languages[name], mine, setup)
        survey = languages[name].survey(((file.display, file.data) for file in mine), models)
        found[name] = Tongue(languages[name], models, survey)
    return found


def worker(tree: Path, setup: Setup, tongues: Mapping[str, Tongue]) -> Work:
    """What examines the files of a run."""
    stable = setup.configuration.root if setup.configuration.path else tree
    return Work(Examiner(setup.configuration, setup.rules, setup.reports_unused, str(stable)), tongues)


def units_of(inputs: Iterable[Input], setup: Setup, tongues: Mapping[str, Tongue]) -> list[Unit]:
    """The files that have to be opened, by directory and language, in the order of the files."""
    sieves = {name: _Sieve.of(tongue, setup) for name, tongue in tongues.items()}
    units: list[Unit] = []
    for (language, directory), files in groupby(inputs, key=lambda file: (file.language, file.directory)):
        wanted = [(request, file.data) for file in files if (request := sieves[language].request(file))]
        if wanted:
            units.append(Unit(language, directory, tuple(wanted)))
    return units


@record
class _Sieve:
    """The tests that a file's bytes have to pass before it is parsed."""

    language: Language[Any]
    calls: Callable[[bytes], bool]
    acquiring: tuple[str, ...]
    """The rules for which the models decide."""
    triggered: tuple[Rule[Any], ...]

    @classmethod
    def of(cls, tongue: Tongue, setup: Setup) -> _Sieve:
        mine = [rule for rule in setup.rules if rule.language == tongue.language.name]
        return cls(
            tongue.language,
            tongue.language.may_acquire(tongue.models, tongue.survey),
            tuple(rule.id for rule in mine if not rule.triggers),
            tuple(rule for rule in mine if rule.triggers),
        )

    def request(self, file: Input) -> Request | None:
        """What is wanted of a file; None when it need not be opened."""
        data = file.data
        rules = [rule.id for rule in self.triggered if rule.may_fire(data)]
        if self.acquiring and self.calls(data):
            rules += self.acquiring
        is_broken = self.language.looks_broken(data)
        if rules or is_broken or b"leakfix:" in data:
            return Request(file.display, str(file.path), file.language, tuple(rules), file.generated, is_broken)
        return None
