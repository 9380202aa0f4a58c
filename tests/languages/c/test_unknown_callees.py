"""What names say of callees that nobody can see, and what the function itself tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import leakfix
from leakfix.languages.c import customs
from tests.languages.c.test_leaks import lost

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("git_buf_free", ("git", "buf", "free")),
        ("swString_dup", ("sw", "string", "dup")),
        ("IbvOpenDevice", ("ibv", "open", "device")),
        ("xmalloc", ("x", "malloc")),
    ],
)
def test_words(name: str, expected: tuple[str, ...]) -> None:
    assert customs.words(name) == expected


@pytest.mark.parametrize(
    ("made", "undone"),
    [("sw_malloc", "sw_free"), ("ngx_create_pool", "ngx_destroy_pool"), ("IbvOpenDevice", "IbvCloseDevice")],
)
def test_counterparts(made: str, undone: str) -> None:
    assert undone in customs.counterparts(made)


PROGRAMS = {
    "lent before it is freed": (
        "int f(int n) { char *p = malloc(n); // A\n\n fill_it(p, n);\n if (n > 5)\n return -1; // B\n"
        " free(p); return 0; }",
        ["A>B"],
    ),
    "kept by a callee that succeeds": (
        "int f(int n) { char *p = malloc(n); // A\n\n if (deliver(p) < 0) { free(p); return -1; }\n return 0; }",
        [],
    ),
    "not kept by one that fails": (
        "int g(char *);\nint f(int n) { char *p = malloc(n); // A\n\n if (g(p) < 0)\n return -1; // B\n"
        " free(p); return 0; }",
        ["A>B"],
    ),
    "added to something": (
        "int f(int n) { char *p = malloc(n); // A\n\n list_add(q, p);\n if (n > 5)\n return -1; // B\n"
        " free(p); return 0; }",
        [],
    ),
    "released by the function itself on another path": (
        "int f(int n) { struct t *p = t_lend(n); // A\n if (!p) return -1;\n if (n > 5)\n return -1; // B\n"
        " t_free(p); return 0; }",
        ["A>B"],
    ),
    "released only on a condition": (
        "int f(int n) { struct t *p = t_lend(n); // A\n if (!p) return -1;\n if (n > 5)\n t_free(p);\n return 0; }",
        [],
    ),
    "released only where something fails": (
        "int f(int n) { struct t *p = t_lend(n); // A\n if (!p)\n return -1;\n"
        " if (t_check(p) < 0) { t_free(p); return -1; }\n return 0; }",
        [],
    ),
    "taken out of what holds it": (
        "struct list { char **at; int n; };\nint list_append(struct list *, const char *);\n"
        "void list_dispose(struct list *);\n"
        "int f(char ***out, int n) { struct list l = {0, 0};\n"
        ' if (list_append(&l, "x") < 0) // A\n { list_dispose(&l); return -1; }\n'
        " if (n > 5)\n return -1; // B\n *out = l.at;\n return 0; }",
        ["A>B"],
    ),
    "a status that is set by name": (
        "int f(struct t **out, int n) { int e = 0; struct t *p = t_create(n); // A\n if (!p) return -1;\n"
        " if (n > 5) { e = T_MISSING; goto end; }\n *out = p;\nend:\n if (e < 0) t_free(p);\n return e; }",
        [],
    ),
    "a buffer that is read into": (
        "int f(struct s *s, int n) { char *p = malloc(n); // A\n\n"
        " if (s_receive(s, p, n) < 0) { free(p); return -1; }\n if (n > 5)\n return -1; // B\n free(p); return 0; }",
        ["A>B"],
    ),
    "the status is one that somebody has named": (
        "int f(struct s *s) { struct t *p; int e = t_open(&p, s); // A\n if (e == T_OVER)\n return 0;\n"
        " if (e < 0)\n return e;\n if (s_over(s))\n return -1; // B\n t_close(p); return 0; }",
        ["A>B"],
    ),
    "the status is compared with what nobody has seen": (
        "int f(struct s *s) { struct t *p; int e; // A\n if ((e = t_open(&p, s)) != t_success)\n return e;\n"
        " t_close(p); return 0; }",
        [],
    ),
    "an error that is null where all went well": (
        "struct error; struct t;\nstruct error *t_open(struct t **out, struct s *s);\n"
        "struct error *f(struct s *s) { struct t *p; struct error *e;\n e = t_open(&p, s); // A\n if (e)\n return e;\n"
        " if (s_over(s))\n return 0; // B\n t_close(p); return 0; }",
        ["A>B"],
    ),
    "given back by who formats the rest": (
        "err_t wrap(const char *at, err_t e, const char *format, ...);\n"
        "err_t f(struct s *s) { err_t e = s_run(s); // A\n"
        ' if (s_over(s))\n return wrap("f", e, "over %d", 1); // B\n err_free(e); return 0; }',
        [],
    ),
}


@pytest.mark.parametrize(("program", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_unknown_callees(tmp_path: Path, program: str, expected: list[str]) -> None:
    assert lost(tmp_path, a__c=program) == expected


def test_what_has_a_type_that_nobody_has_seen_is_released_as_it_is(tmp_path: Path) -> None:
    body = "err_t e = s_run(n); if (!e) return 0; if (n > 5) { return -1; } err_free(e); return 0;"
    (tmp_path / "a.c").write_text(f"int f(int n) {{ {body} }}\n")
    (fixed,) = leakfix.fix([tmp_path]).files
    assert fixed.new.count(b"err_free(e);") == 2
