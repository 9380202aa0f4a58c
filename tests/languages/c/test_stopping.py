"""Which functions never return, told without a graph wherever the statements tell, and whatever calls whatever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.program import Program
from leakfix.languages.c.world import World
from leakfix.models import Models

if TYPE_CHECKING:
    from pathlib import Path

MODELS = Models.load("c")
NEVER = {
    "the process ends": "void f(int n) { exit(n); }",
    "another one never returns": "void g(void) { abort(); }\nvoid f(void) { g(); }",
    "on both ways": "void f(int n) { if (n) { exit(1); } else { abort(); } }",
    "a macro that is another name": "#define die exit\nvoid f(int n) { die(n); }",
    "a macro that does it": "#define DIE(n) do { log_it(n); exit(n); } while (0)\nvoid f(int n) { DIE(n); }",
    "what cannot hold": "void f(void) { assert(0); }",
    "what an enumerator says": "enum { NEVER };\nvoid f(void) { assert(NEVER); }",
    "what a macro says": "#define NEVER 0\nvoid f(void) { assert(NEVER); }",
    "one that calls itself": "void f(int n) { if (n) { f(n - 1); } exit(n); }",
    "a macro is given what cannot hold": "#define OK(x) assert(x)\nvoid f(int n) { OK(0); n = 2; }",
    "a macro checks something else": (
        "#define FAIL(x) do { log_it(x); assert(0); } while (0)\nvoid f(int n) { FAIL(n); n = 2; }"
    ),
    "a jump there": "void f(int n) { goto out;\nout: exit(n); }",
    "a label there": "void f(int n) { if (n) goto out; n = 2;\nout: exit(n); }",
    "in each case": "void f(int n) { switch (n) { case 1: exit(1); default: abort(); } }",
    "a loop that is never left": "void f(int n) { for (;;) { if (n > 3) { exit(n); } n = n + 1; } }",
    "under each condition of the preprocessor": "void f(int n) {\n#ifdef LOUD\n exit(n);\n#else\n abort();\n#endif\n}",
    "a choice that is none": "void f(int n) { if (0) return; exit(n); }",
    "a loop without a turn": "void f(int n) { while (0) { return; } exit(n); }",
}
PLAINLY = {
    "in one case alone": "void f(int n) { switch (n) { case 1: exit(1); default: n = 2; } }",
    "in no case": "void f(int n) { switch (n) { case 1: exit(1); case 2: abort(); } }",
    "a loop that is left": "void f(int n) { for (;;) { if (n == 7) break; if (n == 9) exit(n); n = n + 1; } }",
    "a turn that returns": "void f(int n) { while (1) { if (n > 3) { return; } if (n < 0) exit(2); n = 5; } }",
    "a check in both branches": "void f(int n) { if (n > 3) { assert(n > 4); } else { assert(n < 2); } n = 2; }",
    "once": "void f(int n) { do { assert(n > 1); n = n - 1; } while (0); n = 3; }",
    "under a condition of the preprocessor": "void f(int n) {\n#ifdef LOUD\n exit(n);\n#endif\n n = 2; }",
    "a choice of two ends": "int f(int n) { if (n > 3) { exit(n); } else { return 1; } }",
}
RETURNS = {
    "nothing ends": "int f(int n) { return n; }",
    "only on one way": "int f(int n) { if (n > 3) { exit(n); } return n; }",
    "only the word": "int f(int exit) { int err = exit; return err; }",
    "a check": "int f(int n) { assert(n > 0); return n; }",
    "behind a return": "int f(int n) { if (n) return 2; exit(3); }",
    "a loop that ends": "void f(int n) { while (n--) { step(n); } if (n < -1) exit(3); }",
    "a label": "int f(int n) { if (n) goto out; exit(1);\nout: return n; }",
    "a check by a macro of a macro": (
        "#define A(x) assert((x))\n#define B(x) A(x)\nint f(int n) { B(n > 0); return n; }"
    ),
    "behind a label": "int f(int n) { assert(n); if (n > 3) goto out; n = 2;\nout: return n; }",
    "a check of a member": "struct S { int on; void f() { assert(on); on = 2; } };\nvoid g(struct S *s) { s->f(); }",
    "a check of what another one says": "int ready(int n);\nint state;\nvoid f(void) { assert(ready(2)); state = 2; }",
    **PLAINLY,
    "a callee that may": "void g(int n) { if (n) abort(); }\nvoid f(int n) { g(n); }",
}


@pytest.mark.parametrize("text", NEVER.values(), ids=NEVER)
def test_never_returns(tmp_path: Path, text: str) -> None:
    assert _told(tmp_path, text)


@pytest.mark.parametrize("text", RETURNS.values(), ids=RETURNS)
def test_returns(tmp_path: Path, text: str) -> None:
    assert not _told(tmp_path, text)


@pytest.mark.parametrize("text", PLAINLY.values(), ids=PLAINLY)
def test_plainly_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(Program, "exits", lambda *_: pytest.fail("a graph was asked for"))
    assert not _told(tmp_path, text)


def _told(tmp_path: Path, text: str) -> bool:
    """Whether the last function of a program never returns."""
    path = tmp_path / "p.c"
    path.write_text(text)
    world = World(LANGUAGE.survey([(str(path), text.encode())], MODELS))
    function = world.file(path).functions[-1]
    return Program(world, MODELS).promising.never_returns(function)
