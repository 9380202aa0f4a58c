"""C and C++ files as the engine sees them."""

from pathlib import Path

import pytest

from leakfix.engine.options import Options
from leakfix.engine.scan import scan
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.language import OpenFile, languages
from leakfix.models import Models
from tests.console import write


def opened(directory: Path, text: str, name: str = "p.cc") -> OpenFile:
    write(directory, {".git/HEAD": "", name: text})
    models = Models([])
    survey = LANGUAGE.survey([(str(directory / name), text.encode())], models)
    return LANGUAGE.workspace(models, survey).open(directory / name, text.encode())


def test_it_is_found_by_its_folder() -> None:
    assert languages()["c"] is LANGUAGE


@pytest.mark.parametrize("name", ["pool_test.cc", "test_pool.c", "pool_unittest.cpp"])
def test_tests_are_told_by_their_names(name: str) -> None:
    assert LANGUAGE.is_test(name)
    assert not LANGUAGE.is_test("pool.c")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("int f() { return 1; }\n", []),
        ("int f() {\n  int x = ;\n}\n\nint g() { return 1; }\n", [2]),
        ("UNKNOWN_MACRO(x)\nint f() { return 1; }\n", []),
    ],
)
def test_syntax_errors_in_functions_are_located(tmp_path: Path, text: str, lines: list[int]) -> None:
    file = opened(tmp_path, text)
    assert [file.source.line(span.start) for span in file.syntax_errors()] == lines


def test_comments_and_the_statements_below_them(tmp_path: Path) -> None:
    file = opened(tmp_path, "// one\nint f() {\n  /* two */\n  g(1,\n    2); // three\n}\n")
    assert [text for _, text in file.comments()] == ["// one", "/* two */", "// three"]
    assert file.node_lines(2) == (2, 6)
    assert file.node_lines(4) == (4, 5)
    assert file.node_lines(9) is None


@pytest.mark.parametrize(
    ("name", "text", "requires", "admits"),
    [
        ("p.cc", "auto p = std::make_unique<P>();", "c++14", True),
        ("p.cc", "P *p = nullptr;", "c++14", False),
        ("p.cc", "P *p = nullptr;", "c++11", True),
        ("p.cc", "P *p;", "c++98", True),
        ("p.cc", "P *p;", "c++11", False),
        ("p.c", "int p;", "c++98", False),
        ("p.c", "int p;", "", True),
    ],
)
def test_what_a_file_may_use(tmp_path: Path, name: str, text: str, requires: str, admits: bool) -> None:
    assert opened(tmp_path, text, name).admits(requires) is admits


def test_files_that_no_rule_is_about_are_not_even_read(tmp_path: Path) -> None:
    write(tmp_path, {"a.rs": "fn main() {}\n", "go.mod": "module example.com/p\n", "p.go": "package p\n"})
    assert scan([tmp_path], Options(select=("ALL",))).statistics.files == 1
