"""What is told to be settled before it is lowered loses nothing; what is told to be kept is handed to no caller."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.settled import Settled
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models
from leakfix.rules.c.member_overwrites import member_leaks

if TYPE_CHECKING:
    from leakfix.languages.c.analysis import Analysis

MODELS = Models.load("c")
FIXTURES = Path(__file__).parents[3] / "fixtures" / "c"
CASES = sorted(case for rule in FIXTURES.iterdir() for case in rule.iterdir()) if FIXTURES.is_dir() else []


def opened(paths: list[Path]) -> list[Analysis]:
    """Files that are looked at together."""
    files = [(str(path), path.read_bytes()) for path in paths]
    workspace = CWorkspace(MODELS, LANGUAGE.survey(files, MODELS))
    return [workspace.open(path, data).subject for path, (_, data) in zip(paths, files, strict=True)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_is_settled_is_not_lost(case: Path) -> None:
    paths = [path for path in sorted(case.rglob("before*")) if path.suffix in LANGUAGE.suffixes]
    paths += [path for path in sorted(case.glob("before/**/*")) if path.suffix in LANGUAGE.suffixes]
    for analysis in opened(list(dict.fromkeys(paths))):
        for function in analysis.units():
            settled = analysis.program.promising.settling.of(function)
            graph = analysis.graph(function)
            if graph is None or settled is Settled.OPEN:
                continue
            assert not leaks(graph), function
            assert not list(member_leaks(analysis, function, graph)), function
            handed = analysis.program.promising.may_hand_on(function) and analysis.program.acquired(function)
            assert not handed or settled is Settled.HANDED, function


STORED = "struct s { char *name; };\n"
SETTLED = {
    "returned": (Settled.HANDED, "char *f(int n) { return (char *) malloc(n); }"),
    "one of two is returned": (Settled.HANDED, "char *f(int n) { return n ? malloc(n) : calloc(1, 9); }"),
    "stored in what is given": (Settled.HANDED, STORED + "void f(struct s *o) { o->name = malloc(9); }"),
    "stored in a global": (Settled.KEPT, "char *all; void f(void) { all = malloc(9); }"),
    "released behind a check": (
        Settled.KEPT,
        "int f(int n) { char *p = malloc(n); if (!p) return -1; p[0] = 1; free(p); return 0; }",
    ),
    "checked where it is made": (
        Settled.KEPT,
        "int f(int n) { char *p; if ((p = malloc(n)) == NULL) { return -1; } free(p); return 0; }",
    ),
    "a descriptor": (Settled.KEPT, "int f(char *n) { int d = open(n, 0); if (d < 0) return -1; return close(d); }"),
    "released in both branches": (
        Settled.KEPT,
        "int f(int n) { char *p = malloc(n); if (n > 3) { free(p); return 1; } else { free(p); } return 0; }",
    ),
    "stored where it is declared": (
        Settled.HANDED,
        STORED + "void f(struct s *o, int n) { char *p = malloc(n); if (p == NULL) return; o->name = p; }",
    ),
    "a smart pointer": (Settled.KEPT, "struct A {}; void f() { std::unique_ptr<A> a(new A); }"),
    "nothing is acquired": (Settled.KEPT, "int f(int n) { return n + 1; }"),
    "a jump to the release": (
        Settled.KEPT,
        "int f(int n) { int r = -1; char *p = malloc(n); if (!p) return r; if (n > 3) goto end; r = 0; "
        "end: free(p); return r; }",
    ),
    "a loop that leaves": (
        Settled.KEPT,
        "int f(int n) { char *p = malloc(n); while (n--) { if (n == 7) { free(p); return 1; } if (n == 5) break; } "
        "free(p); return 0; }",
    ),
    "a switch that leaves": (
        Settled.KEPT,
        "int f(int n) { char *p = malloc(n); switch (n) { case 1: free(p); return 1; case 2: n = 3; break; } "
        "free(p); return 0; }",
    ),
    "each turn has its own": (
        Settled.KEPT,
        "void f(int n) { while (n--) { char *p = malloc(n); if (!p) continue; g(p[0]); free(p); } }",
    ),
    "behind the loop that it leaves": (
        Settled.KEPT,
        "void f(int n) { char *p; for (;;) { p = malloc(n); if (p) break; n = n / 2; if (!n) return; } free(p); }",
    ),
    "under a condition of the preprocessor": (
        Settled.KEPT,
        "int f(int n) {\n char *p;\n#if BIG\n p = malloc(n);\n if (!p) return 1;\n#else\n p = calloc(1, n);\n#endif\n"
        "#ifdef LOUD\n if (!p) return 2;\n#endif\n free(p);\n return 0; }",
    ),
    "a release by another name": (
        Settled.KEPT,
        "#define put free\nint f(int n) { char *p = malloc(n); if (n) { put(p); return 1; } put(p); return 0; }",
    ),
    "filled by a macro": (
        Settled.KEPT,
        "#define CLEAR(at, n) (void) memset(at, 0, n)\n#define WIPE(at, n) CLEAR(at, (n))\n"
        "int f(int n) { char *p = malloc(n); WIPE(p, n); free(p); return 0; }",
    ),
    "a macro with a parameter of its name": (
        Settled.KEPT,
        "#define SIZE(p) ((p) * 2)\nint f(int n) { char *p = malloc(n); n = SIZE(n); free(p); return n; }",
    ),
    "compared with a constant": (
        Settled.KEPT,
        "#define NO_FILE -1\nint f(char *n) { int d = open(n, 0); if (NO_FILE == d) return -1; return close(d); }",
    ),
    "given a member of the same name": (
        Settled.KEPT,
        "struct t { int p; };\nchar *get(int n) { return malloc(n); }\n"
        "int f(struct t *o) { char *p; p = get(o->p); if (!p) return 1; free(p); return 0; }",
    ),
    "a method of another class throws": (
        Settled.KEPT,
        "struct B { void put() { throw 1; } };\nstruct D { void put() {} };\n"
        "void f(D &d, int n) { char *p = (char *) malloc(n); d.put(); free(p); }",
    ),
}
OPEN = {
    "lost": "int f(int n) { char *p = malloc(n); return p != 0; }",
    "lost on one way": "int f(int n) { char *p = malloc(n); if (n > 3) return 1; free(p); return 0; }",
    "set anew": "int f(int n) { char *p = malloc(n); p = malloc(2); free(p); return 0; }",
    "set anew by a callee": "void f(int n) { char *p = malloc(n); g(&p); free(p); }",
    "left by a macro": (
        "#define LEAVE return 1\nint f(int n) { char *p = malloc(n); if (n) { LEAVE; } free(p); return 0; }"
    ),
    "set by a macro": "#define NEXT(x) x = x + 1\nvoid f(int n) { char *p = malloc(n); NEXT(p); free(p); }",
    "a jump": "int f(int n) { char *p = malloc(n); if (n) goto end; free(p); end: return 0; }",
    "a jump back": "int f(int n) { char *p; again: p = malloc(n); if (n-- > 3) goto again; free(p); return 0; }",
    "lost in a turn that goes on": (
        "void f(int n) { while (n--) { char *p = malloc(n); if (n == 3) continue; free(p); } }"
    ),
    "lost in a loop": (
        "int f(int n) { char *p = malloc(n); while (n--) { if (n == 7) { return 1; } } free(p); return 0; }"
    ),
    "lost in a case": (
        "int f(int n) { char *p = malloc(n); switch (n) { case 1: return 1; default: break; } free(p); return 0; }"
    ),
    "lost under a condition of the preprocessor": (
        "int f(int n) {\n char *p = malloc(n);\n#if BIG\n if (n) return 1;\n#endif\n free(p);\n return 0; }"
    ),
    "set by a macro that a macro uses": (
        "#define MOVE(at) at = at + 1\n#define NEXT(x) MOVE(x)\n"
        "void f(int n) { char *p = malloc(n); NEXT(p); free(p); }"
    ),
    "a macro that names it": "#define FORGET p = 0\nvoid f(int n) { char *p = malloc(n); FORGET; free(p); }",
    "resized by another": (
        "char *grow(char *p, int n) { return realloc(p, n); }\nvoid f(int n) { char *p = 0; p = grow(p, n); free(p); }"
    ),
    "in a turn": "void f(int n) { char *p; while (n--) { p = malloc(n); } free(p); }",
    "released in a loop alone": "void f(int n) { char *p = malloc(n); while (n--) { free(p); } }",
    "resized": "void f(char *p, int n) { p = realloc(p, n); free(p); }",
    "a member is set twice": STORED + "void f(struct s *o) { o->name = malloc(9); o->name = malloc(8); }",
    "a reference": "void g(char *&p) { p = 0; }\nvoid f(int n) { char *p = (char *) malloc(n); g(p); free(p); }",
    "something throws": (
        "void g(int n) { if (n) throw 1; }\nvoid f(int n) { char *p = (char *) malloc(n); g(n); free(p); }"
    ),
}


@pytest.mark.parametrize(("expected", "text"), SETTLED.values(), ids=SETTLED)
def test_settled(tmp_path: Path, expected: Settled, text: str) -> None:
    assert _told(tmp_path, text) is expected


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_open(tmp_path: Path, text: str) -> None:
    assert _told(tmp_path, text) is Settled.OPEN


def _told(tmp_path: Path, text: str) -> Settled:
    path = tmp_path / ("p.cc" if any(mark in text for mark in ("&p) {", "struct A {}", "throw")) else "p.c")
    path.write_text(text)
    (analysis,) = opened([path])
    return next(analysis.program.promising.settling.of(one) for one in analysis.file.functions if one.name == "f")
