"""What identifiers of a function mean."""

import pytest

from tests.languages.c.programs import bindings, c, cpp, meaning, nodes

SHADOWED = """int x;
int f(int a) {
  int b = a;
  {
    int a = b;
    b = a;
  }
  for (int i = 0; i < a; i++) {
    int b = i;
    x = b;
  }
  return a + b;
}
"""


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("a", 0, "param@2"),
        ("a", 1, "param@2"),
        ("a", 2, "local@5"),
        ("a", 3, "local@5"),
        ("a", 4, "param@2"),
        ("a", 5, "param@2"),
        ("b", 1, "local@3"),
        ("b", 2, "local@3"),
        ("b", 3, "local@9"),
        ("b", 4, "local@9"),
        ("b", 5, "local@3"),
        ("i", 1, "local@8"),
        ("i", 3, "local@8"),
        ("x", 1, ""),
    ],
)
def test_nested_scopes(text: str, number: int, expected: str) -> None:
    assert meaning(c(SHADOWED), text, number) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "int f(void) { static int s; extern int e; register int r; int l; }",
            ["static s", "extern e", "local r", "local l"],
        ),
        ("int f(void) { int *p = 0, q[2], (*r)[3], (*fn)(int x); }", ["local p", "local q", "local r", "local fn"]),
        (
            "int f(void) { typedef int T; enum { A, B } k; struct S { int m; } s; T t; }",
            ["type T", "constant A", "constant B", "local k", "type S", "local s", "local t"],
        ),
        ("int f(void) { int g(int x); }", ["function g"]),
        ("int f(a, b) int a; char *b; { int d; }", ["param a", "param b", "local d"]),
        ("int f(void) {\n#ifdef A\n  int x;\n#else\n  long x;\n#endif\n  return x;\n}", ["local x"]),
    ],
)
def test_kinds_in_c(text: str, kinds: list[str]) -> None:
    assert sorted(f"{one.kind} {one.name}" for one in bindings(c(text)).entities) == sorted(kinds)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("int f() { auto [a, b] = g(); }", ["binding a", "binding b"]),
        ("int f() { for (auto &e : v) { use(e); } }", ["local e"]),
        ("int f() { if (auto *p = g()) { use(p); } }", ["local p"]),
        ("int f() { switch (int n = 1; n) { } while (int m = g()) { } }", ["local n", "local m"]),
        ("int f() { try { } catch (const E &e) { use(e); } }", ["local e"]),
        ("int f() { auto l = [&, z = 1](int k) { return k + z; }; }", ["local l", "capture z", "param k"]),
        ("int f() { P a, b(1), c{2}, *d = new P; P e(a); }", ["local a", "local b", "local c", "local d", "local e"]),
        (
            "int f() { std::lock_guard<std::mutex> lock(mutex); P g(); P h(int); }",
            ["local lock", "function g", "function h"],
        ),
        ("int f() { thread_local int t; using T = int; }", ["static t", "type T"]),
        ("template <typename T> int f(T &&x, T... rest) { }", ["param x", "param rest"]),
    ],
)
def test_kinds_in_cpp(text: str, kinds: list[str]) -> None:
    assert sorted(f"{one.kind} {one.name}" for one in bindings(cpp(text)).entities) == sorted(kinds)


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        ("int f(int *p) {\n  p = 0;\n  *p = 1;\n  q->p = p;\n  s.p = 2;\n}", "p", [2, 3, 4]),
        ("int f(int p) {\n  int pp = p;\n  p:\n  goto p;\n}", "p", [2]),
        ("int f(int p) {\n  struct s x = { .p = p };\n  return sizeof(p);\n}", "p", [2, 3]),
        ("int f(int p) {\n  {\n    int p = 1;\n    p++;\n  }\n  return p;\n}", "p", [6]),
    ],
)
def test_uses_are_no_members_labels_or_others_of_the_name(text: str, name: str, lines: list[int]) -> None:
    file = c(text)
    found = bindings(file)
    variable = found.parameters[0]
    assert variable.name == name
    assert [file.source.line(node.start_byte) for node in found.uses(variable)] == lines


def test_a_capture_belongs_to_the_outer_function() -> None:
    file = cpp("int f(int *p) {\n  auto l = [p](int q) { use(p, q); };\n  l(1);\n}")
    found = bindings(file)
    inner = nodes(file, "p", "identifier")[-1]
    variable = found.variable(inner)
    assert variable is not None
    assert variable.function == found.node
    parameter = found.variable(nodes(file, "q", "identifier")[-1])
    assert parameter is not None
    assert parameter.function.type == "lambda_expression"


def test_a_variable_means_itself_in_its_own_initializer() -> None:
    assert (
        meaning(c("int f(int p) {\n  int p1 = p;\n  {\n    int *p = malloc(sizeof(*p));\n  }\n}"), "p", 3) == "local@4"
    )


def test_names_that_are_taken() -> None:
    file = c("#define LIMIT 3\nint global;\nint f(int a) {\n  int b;\n  return b;\n}\n")
    taken = bindings(file).names_at(nodes(file, "return b;")[0])
    assert {"a", "b", "global", "LIMIT", "f"} <= taken
    assert "fresh" not in taken


def test_what_a_name_in_a_macro_would_mean() -> None:
    file = c("int f(int a) {\n  {\n    int a = 1;\n    CHECK(a);\n  }\n}\n")
    found = bindings(file).visible("a", nodes(file, "CHECK(a)")[0])
    assert found is not None
    assert file.source.line(found.index) == 3
    assert bindings(file).visible("nothing", nodes(file, "CHECK(a)")[0]) is None
