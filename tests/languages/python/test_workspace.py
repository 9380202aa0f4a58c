"""Files as the engine opens them: what is not of Python 3 is told in one line, encodings and line ends are kept."""

from pathlib import Path

import pytest

import leakfix
from leakfix.languages.python.adapter import LANGUAGE
from leakfix.languages.python.workspace import OpenPython, PyWorkspace
from tests.languages.python.worlds import MODELS


def _opened(data: bytes) -> OpenPython:
    workspace = PyWorkspace(MODELS, LANGUAGE.survey([("fixture.py", data)], MODELS))
    return workspace.open(Path("fixture.py"), data)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'import os\nprint "hello"\n', 2),
        (b"try:\n    pass\nexcept OSError, error:\n    pass\n", 3),
        (b"x = 1\nraise E, 'x'\n", 2),
        (b"x = 0755\n", 1),
        (b"def f(:\n    pass\n", 1),
    ],
)
def test_what_is_not_of_python_3_is_told(data: bytes, line: int) -> None:
    file = _opened(data)
    assert {file.source.line(span.start) for span in file.syntax_errors()} == {line}


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = 1\r\n",
        b"# -*- coding: latin-1 -*-\nd\xe9j\xe0 = '\xe9'\n",
        b"\x0cclass A:\n\tx = 1\n\x0c\n\ty = 2\n",
        b"match x:\n    case {'a': [*b]} | None as c if (d := b): pass\n",
        b"async def f():\n    async for x in y: yield x\n    async with a as b, c: pass\n    return\n",
        b"type X[T] = list[T]\ndef f[*Ts](*a: *Ts): ...\n",
        b"try:\n    pass\nexcept* (A, B) as e:\n    pass\n",
        b"x = f'{a!r:>{width}} {b[\"c\"]}'\n",
        b"with (open(a) as b, open(c) as d): pass\n",
        b"print(*a, sep='', file=b)\nexec(a, b)\n",
    ],
)
def test_what_python_3_reads_is_read(data: bytes) -> None:
    assert _opened(data).syntax_errors() == ()


def test_a_file_of_python_2_is_one_line_and_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "old.py"
    path.write_bytes(b'print "hello"\nf = open("x")\nprint f.read()\n')
    result = leakfix.scan([tmp_path])
    assert [problem.message for problem in result.warnings] == ["syntax error on lines 1, 3: what holds it is left out"]
    assert result.findings == ()


def test_statements_are_found_by_their_first_line() -> None:
    file = _opened(b"import os\n\n\n@cached\ndef f():\n    x = [\n        1,\n    ]\n    return x\n")
    assert [file.node_lines(line) for line in (1, 2, 4, 6, 9)] == [(1, 1), None, (4, 9), (6, 8), (9, 9)]


def test_comments_are_told_with_their_leaders() -> None:
    assert [text for _, text in _opened(b"# one\nx = '# no'  # two\n").comments()] == ["# one", "# two"]


def test_stubs_and_notebooks_are_none_of_its_files() -> None:
    assert LANGUAGE.suffixes == (".py",)


@pytest.mark.parametrize(
    ("name", "test"), [("test_a.py", True), ("a_test.py", True), ("conftest.py", True), ("attest.py", False)]
)
def test_names_of_tests(name: str, test: bool) -> None:
    assert LANGUAGE.is_test(name) is test
