"""What a file defines and declares, however it is spelled."""

import pytest

from leakfix.languages.c.files import CFile
from leakfix.text import Span
from tests.languages.c.programs import c, cpp, function


def names(file: CFile) -> list[str]:
    return [one.name for one in file.functions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int f(void) { return 1; }\n", ["f"]),
        ("static int *f(int a, char **b) { return 0; }\n", ["f"]),
        ("int\nf(a, b)\n\tint a;\n\tchar *b;\n{\n\treturn a;\n}\n", ["f"]),
        ("void (*f(int n, void (*h)(int)))(int) { return h; }\n", ["f"]),
        ("int (*f(void))[3] { return 0; }\n", ["f"]),
        ("struct p *f(void) { return 0; }\nstatic inline const char *g(void) { return 0; }\n", ["f", "g"]),
        ("__attribute__((noinline)) int f(void) { return 0; }\n", ["f"]),
        (
            "int f(void) { return 0; }\n#ifdef A\nint g(void) { return 1; }\n#else\n"
            "int h(void) { return 2; }\n#endif\n",
            ["f", "g", "h"],
        ),
        ("#if 0\nint dead(void) { }\n#endif\nint f(void) { return 0; }\n", ["f"]),
        ("int f(void);\nextern int g;\nint h(void) { return f(); }\n", ["h"]),
        ("PHP_FUNCTION(sleep) { int x; }\n", ["PHP_FUNCTION(sleep)"]),
        ("TEST(Suite, name) { int x; }\n", ["TEST(Suite, name)"]),
    ],
)
def test_functions_of_c(text: str, expected: list[str]) -> None:
    file = c(text)
    assert names(file) == expected
    assert not any(one.has_error for one in file.functions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("namespace a { int f() { return 1; } }\n", ["f"]),
        (
            "class P { public: P() {} ~P() {} int get() const { return 1; } static P *make(); };\n",
            ["P::P", "P::~P", "P::get"],
        ),
        ("P *P::make() { return new P(); }\nP::~P() { }\n", ["P::make", "P::~P"]),
        ("namespace a { namespace b { void P::run() {} } }\n", ["P::run"]),
        ("namespace a::b { class P { class Q { void g() {} }; }; }\nvoid a::b::P::h() {}\n", ["P::Q::g", "a::b::P::h"]),
        (
            "template <typename T> struct V { void f(T &x) {} };\ntemplate <typename T> void V<T>::g() {}\n",
            ["V::f", "V::g"],
        ),
        (
            "bool operator==(const P &a, const P &b) { return true; }\nP::operator bool() const { return true; }\n",
            ["operator==", "P::operator bool"],
        ),
        ('extern "C" { int f(void) { return 1; } }\nextern "C" int g(void) { return 1; }\n', ["f", "g"]),
        ("int f() try { return 1; } catch (...) { return 2; }\n", ["f"]),
        ("auto f(int a) -> int { return a; }\n", ["f"]),
        ("struct S { S() = default; S(const S &) = delete; void f() {} };\n", ["S::f"]),
        ("TEST_F(Suite, name) { int x = 1; }\n", ["TEST_F(Suite, name)"]),
    ],
)
def test_functions_of_cpp(text: str, expected: list[str]) -> None:
    file = cpp(text)
    assert names(file) == expected
    assert not any(one.has_error for one in file.functions)


def test_what_is_known_of_a_method() -> None:
    file = cpp(
        "namespace a {\nclass P : public B { public: P(int n) : p(new int[n]), B(n) {} ~P(); };\nP::~P() {}\n}\n"
    )
    made, ended = file.functions
    assert (made.is_constructor, made.is_destructor, made.class_name, made.qualified) == (True, False, "P", "a::P::P")
    assert [one.named_children[0].text for one in made.initializers] == [b"p", b"B"]
    assert (ended.is_constructor, ended.is_destructor, ended.namespaces) == (False, True, ("a",))


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("int f(void) { }", []),
        ("int f() { }", []),
        ("int f(int a, char *const *b, int c[3], void (*d)(int x), ...) { }", ["a", "b", "c", "d"]),
        ("int f(int, char *) { }", ["", ""]),
        ("int f(a, b) char *b; int a; { }", ["a", "b"]),
        ("int f(a, b) int a, b; { }", ["a", "b"]),
        ("int f(struct s { int x; } *a, enum e b) { }", ["a", "b"]),
    ],
)
def test_parameters(text: str, params: list[str]) -> None:
    assert [one.name for one in c(text).functions[0].params] == params


def test_parameters_of_cpp() -> None:
    file = cpp('int f(std::vector<int> v, P &&x, const char *s = "", T... rest) { }')
    assert [one.name for one in file.functions[0].params] == ["v", "x", "s", "rest"]


def test_statics_and_variadics_are_told() -> None:
    file = c("static int f(const char *s, ...) { }\nint g(int a) { }\n")
    assert [(one.is_static, one.is_variadic) for one in file.functions] == [(True, True), (False, False)]


def test_types_and_their_names() -> None:
    file = c(
        "typedef struct foo { int a; struct { char *s; } in; union { int u; }; } foo_t, *foo_p;\n"
        "typedef struct { int x; } anon_t;\nstruct bar { foo_t *p; };\nenum e { A, B = 2 };\n"
        "typedef int (*callback)(int, void *);\n"
    )
    assert list(file.structs) == ["foo", "bar", "e"]
    assert list(file.structs["foo"].members) == ["a", "in", "u"]
    assert set(file.typedefs) == {"foo_t", "foo_p", "anon_t", "callback"}
    anonymous = file.typedefs["anon_t"].struct
    assert anonymous is not None
    assert list(anonymous.members) == ["x"]
    assert {"A", "B"} <= set(file.globals)


def test_classes_with_their_bases_and_members() -> None:
    file = cpp(
        "class P : public a::B, private C<int> { public: using T = int; typedef char U; int x; static P *make();\n"
        " struct Q { int y; }; virtual ~P(); };\n"
    )
    assert file.structs["P"].bases == ("a::B", "C")
    assert {"x", "make", "~P"} <= set(file.structs["P"].members)
    assert list(file.structs["P::Q"].members) == ["y"]
    assert {"P::T", "P::U"} <= set(file.typedefs)


@pytest.mark.parametrize(
    ("text", "clean", "broken"),
    [
        ("int f(void) { int x = ; }\nint g(void) { return 1; }\n", "g", "f"),
        ("int f(void) { foo(; }\nint g(void) { return 1; }\n", "g", "f"),
        (
            "int f(int a) {\n#ifdef A\n  if (a) {\n#else\n  if (!a) {\n#endif\n    a = 1;\n  }\n"
            "  return a;\n}\nint g(void) { return 1; }\n",
            "g",
            "f",
        ),
        (
            "int f(int a) {\n  if (a\n#ifdef A\n      && b\n#endif\n  ) a = 1;\n  return a;\n}\n"
            "int g(void) { return 1; }\n",
            "g",
            "f",
        ),
    ],
)
def test_a_broken_function_spoils_no_other(text: str, clean: str, broken: str) -> None:
    file = c(text)
    assert not function(file, clean).has_error
    assert function(file, broken).has_error
    assert file.has_errors(function(file, broken).span)
    assert not file.has_errors(function(file, clean).span)


def test_whole_branches_in_a_function_are_no_error() -> None:
    file = c("int f(int a) {\n#ifdef A\n  a = 1;\n#else\n  a = 2;\n#endif\n  return a;\n}\n")
    assert not function(file).has_error
    assert not file.has_errors(Span(0, len(file.data)))


def test_the_function_at_an_offset() -> None:
    file = c("int f(void) { return 1; }\nint x;\nint g(void) { return 2; }\n")
    at = file.function_at(file.data.index(b"2"))
    assert at is not None
    assert at.name == "g"
    assert file.function_at(file.data.index(b"int x")) is None


def test_a_header_that_swallows_declarations_is_not_trusted() -> None:
    swallowing = cpp("static METHOD(one, two);\nstatic METHOD(one, three);\nint fetch(int *o) { return *o; }\n")
    named = cpp("static METHOD(one, two);\nBEGIN\nstatic int fetch(int *o) { return *o; }\n")
    assert [function.has_error for function in swallowing.functions] == [True]
    assert [function.has_error for function in named.functions] == [False]
