"""What names say of callees that nobody can see, and what the function itself tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
}


@pytest.mark.parametrize(("program", "expected"), PROGRAMS.values(), ids=PROGRAMS)
def test_unknown_callees(tmp_path: Path, program: str, expected: list[str]) -> None:
    assert lost(tmp_path, a__c=program) == expected
