"""What a directory is cut into, and what comes of its parts."""

import pytest

from leakfix.engine.inputs import Input
from leakfix.engine.plan import parts_of
from leakfix.engine.work import Report, Unit
from leakfix.languages.language import languages
from leakfix.project import Problem


def unit_of(language: str, sizes: list[int]) -> Unit:
    names = [f"src/{number}" for number in range(len(sizes))]
    inputs = (Input(f"/{name}", name, language, b"x" * size) for name, size in zip(names, sizes, strict=True))
    return Unit(language, "src", tuple(inputs))


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [([], [0]), ([1], [1]), ([20_000] * 5, [2, 2, 1]), ([90_000, 1, 90_000], [1, 1, 1]), ([1, 1, 90_000], [2, 1])],
)
def test_a_directory_of_c_is_worked_on_in_runs_of_its_files(sizes: list[int], parts: list[int]) -> None:
    unit = unit_of("c", sizes)
    found = parts_of(unit, languages()["c"])
    assert [len(part.files) for part in found] == parts
    assert tuple(file for part in found for file in part.files) == unit.files


@pytest.mark.parametrize("language", ["go", "python"])
def test_packages_stay_whole(language: str) -> None:
    unit = unit_of(language, [90_000] * 3)
    assert parts_of(unit, languages()[language]) == [unit]


def test_the_reports_of_parts_are_one() -> None:
    lost = Problem("src", "could not be analysed: its process was killed by SIGKILL")
    parts = [Report(suppressed=1, errors=(lost,), opened=2), Report(errors=(lost,), opened=3)]
    assert Report.joined(parts) == Report(suppressed=1, errors=(lost,), opened=5)
