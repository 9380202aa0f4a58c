"""Which version of Python a file may rely on."""

from pathlib import Path

import pytest

from leakfix.languages.python.files import PyFile
from leakfix.languages.python.survey import PySurvey
from leakfix.languages.python.versions import (
    OLDEST,
    UNTOLD_2,
    is_for_3,
    is_for_3_above,
    is_for_3_alone,
    reaches,
    stated,
    stated_2,
    stated_2_above,
    stated_above,
    used,
    used_2,
)
from leakfix.languages.python.world import World


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
        ("setup.py", 'setup(name="x", python_requires=">=3")\n', 0),
        ("setup.py", 'setup(name="x", python_requires="==3.*")\n', 0),
        ("setup.py", 'setup(name="x", python_requires=">=30")\n', None),
        ("setup.py", 'HELP = "python_requires = what it needs"\nsetup(python_requires=">=3.9")\n', 9),
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


@pytest.mark.parametrize(
    ("name", "text", "version"),
    [
        ("setup.py", 'setup(python_requires=">=2.7, !=3.0.*, !=3.1.*")\n', 7),
        ("setup.cfg", "[options]\npython_requires = >=2.6\n", 6),
        ("pyproject.toml", '[project]\nrequires-python = ">=2.7"\n', 7),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "~2.7 || ^3.5"\n', 7),
        ("setup.py", '"Programming Language :: Python :: 2.7", "Programming Language :: Python :: 2.5"\n', 5),
        ("setup.py", '"Programming Language :: Python :: 2", "Programming Language :: Python :: 3"\n', 7),
        ("setup.py", '"Programming Language :: Python :: 3.2"\n', None),
    ],
)
def test_what_build_files_state_of_python_2(name: str, text: str, version: int | None) -> None:
    assert stated_2(name, text.encode()) == version


def test_a_stated_version_of_python_3_makes_classifiers_relics(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    build = tmp_path / "setup.py"
    build.write_text('setup(classifiers=["Programming Language :: Python :: 2.7"])')
    assert stated_2_above(tmp_path) == 7
    build.write_text('setup(python_requires=">=3.8", classifiers=["Programming Language :: Python :: 2.7"])')
    assert stated_2_above(tmp_path) is None
    build.write_text('setup(python_requires=">=3.8")')
    (tmp_path / "setup.cfg").write_text("[metadata]\nclassifiers =\n    Programming Language :: Python :: 2.7\n")
    assert stated_2_above(tmp_path) is None
    assert is_for_3_above(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('setup(python_requires=">=3")', True),
        ('setup(python_requires=">=2.7")', False),
        ('setup(classifiers=["Programming Language :: Python :: 3 :: Only"])', True),
        ('setup(classifiers=["Programming Language :: Python :: 3.8", "Programming Language :: Python :: 3.9"])', True),
        (
            'setup(classifiers=["Programming Language :: Python :: 2.7", "Programming Language :: Python :: 3.8"])',
            False,
        ),
        ('setup(classifiers=["Programming Language :: Python", "Programming Language :: Python :: 3.2"])', False),
        ("setup()", False),
    ],
)
def test_what_build_files_state_of_python_3_alone(text: str, expected: bool) -> None:
    assert is_for_3("setup.py", text.encode()) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(p: str): pass\n", True),
        ("def f(p) -> None: pass\n", True),
        ("x: int = 1\n", True),
        ("if x: y = 1\nelse: z = 2\n", False),
        ("x = f'{y}'\n", True),
        ("async def f(): pass\n", True),
        ("def f(a, *, b): pass\n", True),
        ("try:\n    pass\nexcept OSError as e:\n    raise ValueError from e\n", True),
        ("def f():\n    yield from g()\n", True),
        ("def f(a, *b): return {a: b}[a:b]\n", False),
        ("x = 'a -> b'  # f'x'\nfrom os import path\n", False),
        ("print 'a -> b'\nraise E, 'x'\n", False),
    ],
)
def test_what_python_2_cannot_read(code: str, expected: bool) -> None:
    assert is_for_3_alone(PyFile("x.py", code.encode())) is expected


@pytest.mark.parametrize(
    ("code", "told", "is_stated", "version"),
    [
        ("import json\n", None, False, None),
        ("try:\n    import urllib2\nexcept ImportError:\n    import urllib.request\n", None, False, 7),
        ("try:\n    import urllib2\nexcept ImportError:\n    import urllib.request\n", None, True, None),
        ("from __future__ import print_function\n", None, False, 7),
        ("from __future__ import annotations\n", None, False, None),
        ("from six.moves import range\n", None, False, 7),
        ("import json\n", 5, False, 5),
        ("from __future__ import with_statement\n", 5, False, 6),
        ("import six\nx = f'{y}'\n", None, False, None),
        ("x = f'{y}'\n", 7, False, None),
    ],
)
def test_what_a_file_shows_of_python_2(code: str, told: int | None, is_stated: bool, version: int | None) -> None:
    assert used_2(PyFile("x.py", code.encode()), told, is_stated=is_stated) == version


def test_neighbours_that_python_3_cannot_read_show_python_2(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "old.py").write_text("print 'x'\n")
    (tmp_path / "new.py").write_text("import json\n")
    paths = [str(tmp_path / name) for name in ("old.py", "new.py")]
    world = World(PySurvey(files=tuple(paths)))
    assert world.version_2(world.file(paths[1])) == UNTOLD_2
    assert World(PySurvey(files=(paths[1],))).version_2(world.file(paths[1])) is None
    (tmp_path / "typed.py").write_text("def f(p: str): pass\n")
    paths.append(str(tmp_path / "typed.py"))
    assert World(PySurvey(files=tuple(paths))).version_2(world.file(paths[1])) is None


def test_a_module_of_the_project_is_none_of_python_2(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "run.py").write_text("import commands\n")
    paths = [tmp_path / "run.py", tmp_path / "commands.py"]
    world = World(PySurvey(files=(str(paths[0]),)))
    assert world.version_2(world.file(paths[0])) == 7
    paths[1].write_text("x = 1\n")
    world = World(PySurvey(files=tuple(map(str, paths)), modules={"commands": (1,)}))
    assert world.version_2(world.file(paths[0])) is None
