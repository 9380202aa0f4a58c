"""Which names macros may join of others."""

from __future__ import annotations

import pytest

from leakfix.languages.c.preprocessor import macros
from leakfix.languages.c.vocabulary import ANYTHING, Known, joined_by

CASES = [
    (b"#define M(a) sw_##a(1)", b"x malloc", b"sw_malloc sw_free malloc", b"sw_malloc"),
    (b"#define M(a, b) a##b", b"mal loc loco", b"malloc malloco foo", b"malloc malloco"),
    (b"#define M(a, b) a##_##b##2", b"mal loc", b"mal_loc2 mal_loc xmal_loc2", b"mal_loc2"),
    (b"#define M(a) a##malloc(1)", b"je_", b"je_malloc malloc xmalloc", b"je_malloc malloc"),
    (b"#define M(a) get##a()", b"x", b"get2 getx gety get", b"get2 getx get"),
    (b"#define M(a, ...) f(a, ##__VA_ARGS__)", b"je_", b"je_malloc f", b""),
]


@pytest.mark.parametrize(("text", "words", "names", "expected"), CASES)
def test_joined(text: bytes, words: bytes, names: bytes, expected: bytes) -> None:
    (macro,) = macros(text, "m.h")["M"]
    found = Known(names.split()).joined(frozenset(words.split()) | frozenset(joined_by(macro)))
    assert found == frozenset(expected.split())


def test_too_much_may_be_anything() -> None:
    (macro,) = macros(b"#define M(a, b, c) a##b##c", "m.h")["M"]
    assert ANYTHING in joined_by(macro)
