"""What is known for all files of a run before any of them is opened, and how they are parted into units of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.engine.examine import Examiner
from leakfix.engine.work import Tongue, Unit, Work
from leakfix.models import Models

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from leakfix.engine.inputs import Input
    from leakfix.engine.options import Setup
    from leakfix.languages.language import Language


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


def units_of(inputs: Iterable[Input]) -> list[Unit]:
    """The files by directory and language, in the order of the files."""
    found: dict[tuple[str, str], list[Input]] = {}
    for file in inputs:
        found.setdefault((file.language, file.directory), []).append(file)
    return [Unit(language, directory, tuple(files)) for (language, directory), files in found.items()]
