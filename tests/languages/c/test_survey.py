"""The first look never leaves out a place that the tree would show."""

import pickle

import pytest

from leakfix.languages.c.first_look import looks_broken, may_make
from leakfix.languages.c.survey import sketch, survey


@pytest.mark.parametrize(
    ("text", "functions"),
    [
        ("int f(void) {\n}\n", {"f"}),
        ("\nint\nf(void)\n{\n}\n", {"f"}),
        ("\nstatic struct p *f(int a,\n                   int b)\n{\n}\n", {"f"}),
        ("\nint f(a, b)\n\tint a;\n\tchar *b;\n{\n}\n", {"f"}),
        ("\nINLINE(int) f(void)\n{\n}\n", {"f"}),
        ("\nvoid P::go() const {\n}\nP::~P() {\n}\nP::P(int a) : b(a) {\n}\n", {"go", "P"}),
        ("\nnamespace n {\n    void P::go() {\n    }\n}\n", {"go"}),
        ("\ntemplate <typename T>\nvoid V<T>::g(T &x) noexcept {\n}\n", {"g"}),
        ("\nint f(void);\nint g(int (*h)(void));\nstatic int x = call(1);\n", set()),
        ("\nint f(void)\n{\n  if (a) {\n  }\n  while (b(1)) {\n  }\n}\n", {"f"}),
    ],
)
def test_functions(text: str, functions: set[str]) -> None:
    found = sketch("a.cc", b"\n" + text.encode()).functions
    assert {name for name in found if "::" not in name} == functions


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("struct s { int a; };", {"s"}),
        ("typedef struct s s_t;", {"s_t"}),
        ("typedef struct {\n  int a;\n} s_t, *s_p;", {"s_t", "s_p"}),
        ("typedef struct s {\n  int a;\n} *s_p;", {"s", "s_p"}),
        ("typedef int (*callback)(int a, void (*b)(int));", {"callback"}),
        ("typedef char name_t[32];", {"name_t"}),
        ("class EXPORT P final : public B, C<int> {\n};", {"P"}),
        ("enum class Kind : int { A };", {"Kind"}),
        ("using T = std::vector<int>;", {"T"}),
        ("struct s *p; struct s f(void);", set()),
    ],
)
def test_types(text: str, types: set[str]) -> None:
    assert types <= sketch("a.cc", b"\n" + text.encode()).types


@pytest.mark.parametrize(
    ("path", "text", "dialect"),
    [
        ("a.c", "class x;", "c"),
        ("a.cc", "int x;", "cpp"),
        ("a.hpp", "int x;", "cpp"),
        ("a.inl", "int x;", "cpp"),
        ("a.h", "\nint x;", "c"),
        ("a.h", "\nclass P;", "cpp"),
        ("a.h", "\nnamespace n {}", "cpp"),
        ("a.h", "std::string s();", "cpp"),
        ("a.h", '\n#ifdef __cplusplus\nextern "C" {\nnamespace n {}\n#endif\nint x;\n', "c"),
    ],
)
def test_dialects(path: str, text: str, dialect: str) -> None:
    assert sketch(path, text.encode()).dialect == dialect


def test_a_header_that_only_cpp_includes_is_cpp() -> None:
    found = survey(
        [
            ("a.cc", b'#include "a.h"\n#include "b.h"\n'),
            ("a.h", b"int x;\n"),
            ("b.c", b'#include "b.h"\n'),
            ("b.h", b"int y;\n"),
        ],
        [],
    )
    assert found.dialects == ("cpp", "cpp", "c", "c")


def test_owners_call_what_acquires_and_give_something_back() -> None:
    text = (
        b"\nvoid *xmalloc(size_t n)\n{\n  return malloc(n);\n}\n\nstruct p *p_new(void) {\n  return xmalloc(1);\n}\n\n"
        b"void nothing(void) {\n  malloc(1);\n}\n\nint plain(void) {\n  return 1;\n}\nP *P::make() {\n"
        b"  return new P;\n}\n"
    )
    assert survey([("a.cc", text)], ["malloc", "new"]).owners == {"xmalloc", "p_new", "make"}


def test_it_is_small_and_tells_when_anything_changes() -> None:
    first = survey([("a.c", b"\nint f(void) { }\n")], [])
    second = survey([("a.c", b"\nint g(void) { }\n")], [])
    assert pickle.loads(pickle.dumps(first)) == first
    assert list(first.meaning()) != list(second.meaning())


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (b"p = malloc (n);", True),
        (b"p = xmalloc(n);", True),
        (b"p = obtain(n);", False),
        (b"pool_free \t(p);", True),
        (b"freedom(p, n);", True),
        (b"p->free = n;", False),
        (b"p = new P;", True),
        (b"renew = 1;", False),
        (b"std::malloc(1)", True),
        (b"usable_size(p)", False),
    ],
)
def test_calls(text: bytes, calls: bool) -> None:
    assert may_make({"malloc", "new"})(text) is calls


@pytest.mark.parametrize(
    ("data", "broken"),
    [(b"int x;\n", False), (b"a\n<<<<<<< HEAD\nb\n", True), (b"caf\xe9", True), ("é".encode(), False)],
)
def test_broken(data: bytes, broken: bool) -> None:
    assert looks_broken(data) is broken
