"""C and C++ files as the engine sees them."""

import weakref
from pathlib import Path
from typing import Any

import pytest

from leakfix.engine import work
from leakfix.engine.options import Options
from leakfix.engine.scan import scan
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.analysis import Analysis
from leakfix.languages.c.promising import Promising
from leakfix.languages.c.world import World
from leakfix.languages.language import OpenFile, Workspace, languages
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


MAKER = "char *make(void) {\n  char *p = malloc(4);\n  return p;\n}\n"
USER = "char *make(void);\nint use(int n) {\n  char *p = make();\n  return n + !p;\n}\n"


def promising_in(workspace: Workspace, path: Path, text: str) -> Promising:
    subject = workspace.open(path, text.encode()).subject
    assert isinstance(subject, Analysis)
    assert [unit.name for unit in subject.units()] == ["use"]
    return subject.program.promising


def test_a_renewed_workspace_knows_what_was_settled(tmp_path: Path) -> None:
    files = {"make.c": MAKER, "use.c": USER}
    write(tmp_path, {".git/HEAD": "", **files})
    models = Models.load("c")
    survey = LANGUAGE.survey([(str(tmp_path / name), text.encode()) for name, text in files.items()], models)
    first = LANGUAGE.workspace(models, survey)
    assert promising_in(first, tmp_path / "use.c", USER).hands_on(b"make")
    (tmp_path / "make.c").write_text("")
    second = first.renewed()
    assert second is not None
    assert promising_in(second, tmp_path / "use.c", USER).hands_on(b"make"), "although its file is gone"


def test_what_was_renewed_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = {"aside/made.h": MAKER, ".gitignore": "aside\n"}
    use = "int use(int n) {\n  char *p = make();\n  if (n) return 1;\n  free(p);\n  return 0;\n}\n"
    users = {f"{name}.c": f'#include "aside/made.h"\n{use}' for name in "abcdef"}
    write(tmp_path, {".git/HEAD": "", **foreign, **users})
    worlds: list[weakref.ref[World]] = []
    alive: list[int] = []
    begin = World.__init__

    def counted(world: World, *arguments: Any) -> None:
        begin(world, *arguments)
        worlds.append(weakref.ref(world))
        alive.append(sum(one() is not None for one in worlds))

    monkeypatch.setattr(World, "__init__", counted)
    monkeypatch.setattr(work, "WORKSPACE_BYTES", 1)
    findings = scan([tmp_path], Options()).findings
    assert len(findings) == len(users), "what a file outside of the run hands on is still known"
    assert len(worlds) > len(users) - 1
    assert max(alive) == 2, "a new one and the one that it replaces"


def test_a_workspace_with_files_that_were_edited_is_made_anew(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "make.c": MAKER})
    models = Models.load("c")
    path = tmp_path / "make.c"
    workspace = LANGUAGE.workspace(models, LANGUAGE.survey([(str(path), MAKER.encode())], models))
    assert workspace.renewed() is not None
    workspace.open(path, MAKER.replace("4", "5").encode())
    assert workspace.renewed() is None


@pytest.mark.parametrize("apart", [True, False])
def test_names_are_looked_for_before_the_workers_start_where_there_is_time(tmp_path: Path, apart: bool) -> None:
    write(tmp_path, {".git/HEAD": "", "make.c": MAKER})
    path, data = tmp_path / "make.c", MAKER.encode()
    models = Models.load("c")
    survey = LANGUAGE.completing([data], apart=apart)(LANGUAGE.survey([(str(path), data)], models))
    assert bool(survey.names) is apart
    workspace = LANGUAGE.workspace(models, survey, {str(path): data})
    opened_file, edited = workspace.open(path, data), workspace.open(path, data.replace(b"make", b"made"))
    for file, name in ((opened_file, b"make"), (edited, b"made")):
        assert isinstance(file.subject, Analysis)
        assert file.subject.file.headed == {name}
        assert file.subject.file.words == {b"char", name, b"void", b"p", b"malloc", b"return"}
