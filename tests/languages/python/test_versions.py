"""Which version of Python a file may rely on."""

from pathlib import Path

import pytest

from leakfix.languages.python.files import PyFile
from leakfix.languages.python.versions import OLDEST, reaches, stated, stated_above, used


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n', 9),
        ("pyproject.toml", '[project]\nrequires-python = "<4,>=3.10.2"\n', 10),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n', 11),
        ("pyproject.toml", "[project]\nname = 'x'\n", None),
        ("pyproject.toml", "no toml", None),
        ("setup.cfg", "[options]\npython_requires = >=3.7, !=3.8.*\n", 7),
        ("setup.py", 'setup(name="x", python_requires=">=3.12")\n', 12),
        ("setup.py", 'setup(name="x", python_requires="~=3.8")\n', 8),
        ("setup.py", 'setup(name="x", python_requires="<3.8")\n', None),
    ],
)
def test_what_build_files_state(name: str, text: str, version: int | None) -> None:
    assert stated(name, text.encode()) == version


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("x = 1\n", OLDEST),
        ("x = f'start' + r'a' + \"b\"  # don't\n", OLDEST),
        ("x = t'{y}'\n", 14),
        ("x = rT'{y}'\n", 14),
        ("x = 'match'; matched = 'type'\n", OLDEST),
        ("match x:\n    case 1: pass\n", 10),
        ("try:\n    pass\nexcept* OSError:\n    pass\n", 11),
        ("type X = int\n", 12),
        ("def f[T](x: T) -> T: ...\n", 12),
    ],
)
def test_what_a_file_uses(code: str, version: int) -> None:
    assert used(PyFile("x.py", code.encode())) == version


def test_the_nearest_build_file_counts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "setup.py").write_text('setup(python_requires=">=3.8")')
    inner = tmp_path / "lib" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "lib" / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.12"\n')
    assert stated_above(inner) == 12
    assert stated_above(tmp_path) == 8


def test_a_version_reaches_what_is_asked_for() -> None:
    assert reaches(11, "python3.11")
    assert not reaches(10, "python3.11")
    assert reaches(8, "")
