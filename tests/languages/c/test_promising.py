"""What is not lowered acquires nothing; what plainly has nothing to do with resources is not lowered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models

if TYPE_CHECKING:
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program

MODELS = Models.load("c")
FIXTURES = Path(__file__).parents[3] / "fixtures" / "c"
CASES = sorted(case for rule in FIXTURES.iterdir() for case in rule.iterdir()) if FIXTURES.is_dir() else []


def opened(paths: list[Path]) -> list[tuple[Program, Function]]:
    """All functions of files that are looked at together."""
    files = [(str(path), path.read_bytes()) for path in paths]
    workspace = CWorkspace(MODELS, LANGUAGE.survey(files, MODELS))
    analyses = [workspace.open(path, data).subject for path, (_, data) in zip(paths, files, strict=True)]
    return [(one.program, function) for one in analyses for function in one.file.functions]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_whatever_acquires_is_promising(case: Path) -> None:
    paths = [path for path in sorted(case.rglob("before*")) if path.suffix in LANGUAGE.suffixes]
    paths += [path for path in sorted(case.glob("before/**/*")) if path.suffix in LANGUAGE.suffixes]
    found = opened(list(dict.fromkeys(paths)))
    told = {function: program.promising.may_acquire(function) for program, function in found}
    for program, function in found:
        graph = program.graph(function)
        assert told[function] or graph is None or not graph.sites, function


PROMISING = {
    "a modelled acquisition": "char *f(int n) { return malloc(n); }",
    "new": "struct A {}; A *f() { return new A; }",
    "in a macro": "#define GET(n) malloc(n)\nint f(void) { return GET(3) != 0; }",
    "in a macro of a macro": "#define A(n) malloc(n)\n#define B(n) A(n)\nint f(void) { return B(3) != 0; }",
    "what another function hands on": "char *g(int n) { return malloc(n); }\nint f(int n) { return g(n) != 0; }",
    "handed on": "char *h(int n) { return malloc(n); }\nchar *g(int n) { return h(n); }\nint f(void) { return !g(1); }",
    "through a parameter": "void g(char **p) { *p = malloc(9); }\nvoid f(void) { char *p; g(&p); }",
    "a constructor": "struct A { int *p; A() { p = new int; } };\nvoid f() { A a; }",
    "unknown, and released": "int f(int n) { struct x *p = get_x(n); if (n) return 1; put_x(p); x_free(p); return 0; }",
}
PLAIN = {
    "nothing is called": "int f(int n) { return n + 1; }",
    "only the word": "/* malloc(3), new */ int f(int n) { return n; }",
    "a callee that acquires nothing": "int g(int n) { return n; }\nint f(int n) { return g(n); }",
    "a callee that keeps it to itself": (
        "int g(int n) { char *p = malloc(n); free(p); return 0; }\nint f(int n) { return g(n); }"
    ),
}


@pytest.mark.parametrize("text", PROMISING.values(), ids=PROMISING)
def test_promising(tmp_path: Path, text: str) -> None:
    assert _told(tmp_path, text)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_not_promising(tmp_path: Path, text: str) -> None:
    assert not _told(tmp_path, text)


def test_what_changes_is_looked_at_anew(tmp_path: Path) -> None:
    path = tmp_path / "p.cc"
    before = b"char *g(int n) { return 0; }\nint f(int n) { return g(n) != 0; }"
    path.write_bytes(before)
    workspace = CWorkspace(MODELS, LANGUAGE.survey([(str(path), before)], MODELS))

    def told(data: bytes) -> bool:
        analysis = workspace.open(path, data).subject
        return analysis.program.promising.may_acquire(analysis.file.functions[1])

    assert not told(before)
    assert told(before.replace(b"return 0", b"return malloc(n)"))
    assert not told(before)


def _told(tmp_path: Path, text: str) -> bool:
    path = tmp_path / "p.cc"
    path.write_text(text)
    return next(program.promising.may_acquire(one) for program, one in opened([path]) if one.name == "f")
