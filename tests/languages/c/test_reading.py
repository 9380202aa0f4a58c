"""What the grammar stumbles over is taken out before it is parsed; the text stays what it is."""

import pytest

from leakfix.languages.c import syntax
from leakfix.languages.c.files import CFile
from leakfix.languages.c.reading import readable
from leakfix.languages.c.scopes import Bindings
from tests.languages.c.programs import c, cpp, function, nodes


@pytest.mark.parametrize(
    ("macros", "lines"),
    [
        ("", "CHECK_START(1, 2)\n    TAKE_LONG(x)\n    OPTIONAL\n    TAKE_LONG(y)\nCHECK_END(return);"),
        (
            "#define each(v, i, x) for (i = 0; i < (v)->n && (x = (v)->p[i], 1); i++)",
            "each(&v, i, x) {\n    use(x);\n  }",
        ),
        ("#define each(v, i, x) for (i = 0; i < (v)->n && (x = (v)->p[i], 1); i++)", "each(&v, i, x)\n    use(x);"),
        (
            "#define each(v, i, x) for (i = 0; i < (v)->n && (x = (v)->p[i], 1); i++)",
            "if (v.n)\n    each(&v, i, x)\n      use(x);",
        ),
        ("", "list_for_each(x, &v) {\n    use(x);\n  }"),
        ("#define LOOPING for (;;)", "LOOPING {\n    use(x);\n  }"),
        ("#define WHEN(x) if (likely(x))", "WHEN(x) {\n    use(x);\n  } else {\n    use(v);\n  }"),
        ("", 'printf("%" PRIu64 "\\n", x);'),
        ("", 'log_it("a" VERSION " b");'),
        ("", "x = va_arg(v, struct foo *);"),
        ("", "x = container_of(v, struct foo, member);"),
        ("", "done:\n\n#if A\n  use(x);\n#endif\n  use(x);"),
        ("", "goto done;\n  done:\n"),
        ("#define FAR\n", "struct s FAR *p = x;"),
        ("#define UNUSED __attribute__((unused))\n", "int UNUSED p = x;"),
        ("#if 0\nthis isn't C at all {{{\n#endif\n", "use(x);"),
        ('#ifdef __cplusplus\nextern "C" {\n#endif\n', "use(x);"),
    ],
)
def test_functions_with_macros_are_read(macros: str, lines: str) -> None:
    text = f"{macros}\nint f(struct vec v, int x)\n{{\n  {lines}\n}}\n\nint g(void)\n{{\n  return 1;\n}}\n"
    file = c(text)
    assert [one.name for one in file.functions] == ["f", "g"]
    assert not function(file).has_error
    assert not function(file, "g").has_error


@pytest.mark.parametrize(
    "header",
    [
        "INLINE(int) f(int a)",
        "EXPORT int f(int a)",
        "static int STDCALL f(int a)",
        "static NOINLINE int f(int a)",
        "FORMAT(1, 2) int f(int a)",
    ],
)
def test_headers_with_macros_are_read(header: str) -> None:
    macros = (
        '#define INLINE(type) static inline type\n#define EXPORT __attribute__((visibility("default")))\n'
        "#define STDCALL\n#define NOINLINE __attribute__((noinline))\n"
        "#define FORMAT(a, b) __attribute__((format(printf, a, b)))\n"
    )
    file = c(f"{macros}\n{header}\n{{\n  return a;\n}}\n")
    assert [one.name for one in file.functions] == ["f"]
    assert [one.name for one in file.functions[0].params] == ["a"]
    assert not file.functions[0].has_error


def test_a_loop_in_a_macro_is_a_loop() -> None:
    file = c(
        "#define foreach(v, x) for (x = (v); x; x = x->next)\nint f(struct s *v) {\n"
        "  foreach(v, x) {\n    use(x);\n  }\n}\n"
    )
    assert nodes(file, "foreach(v, x) {\n    use(x);\n  }")[0].type == syntax.WHILE_STATEMENT


def test_a_scope_guard_in_a_macro_is_a_lambda() -> None:
    file = cpp(
        "#define ON_EXIT auto guard = make_guard() + [&]()\nint f(int *p) {\n  ON_EXIT {\n"
        "    delete p;\n  };\n  return 1;\n}\n"
    )
    assert not function(file).has_error
    assert any(node.type == syntax.LAMBDA_EXPRESSION for node in syntax.walk(file.root))


def test_a_name_in_small_letters_that_a_macro_empties_is_still_a_member() -> None:
    file = c("#define local static\nlocal int f(struct s *p) {\n  p->local = 1;\n  return va_arg(p, char *);\n}\n")
    assert not function(file).has_error


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_text_stays(newline: str) -> None:
    text = newline.join(
        [
            "#if 0",
            "don't",
            "#endif",
            "int f(int x) {",
            "  TAKE(x)",
            "  each_of(x) {",
            '    p("a" B "c");',
            "  }",
            "}",
            "",
        ]
    )
    file = c(text)
    assert function(file).node.text == text[text.index("int f") :].rstrip().encode()
    assert not function(file).has_error


@pytest.mark.parametrize(
    "text",
    [
        "int f(void) { return 1; }\n",
        "#ifdef A\nint f(void) { return 1; }\n#endif\n",
        "struct s { int a; };\n\nint f(int MAX, char *s) {\n  switch (MAX) {\n  case A:\n"
        "    break;\n  }\n  return 1;\n}\n",
        'const char *a = "x" "y";\nint f(void) {\n  return g("a", "b");\n}\n',
        "int f(int a)\n{\n  if (a)\n    g(a);\n  else\n    h(a);\n  return (a);\n}\n",
        "int f(void) {\n  int A = 1;\n  foo(A,\n      BAR(1),\n      3);\n  return A_MAX ==\n    B_MAX(1);\n}\n",
    ],
)
def test_sound_code_is_left_alone(text: str) -> None:
    read = readable(text.encode(), is_cpp=False)
    assert read.data == text.encode()
    assert not read.torn


def test_it_is_as_long_and_has_the_same_lines() -> None:
    data = b"#if 0\nx {\n#endif\nint f(int a) {\n#if A\n  if (a) {\n#else\n  {\n#endif\n  }\n  OPT\n  return a;\n}\n"
    read = readable(data, is_cpp=False)
    assert len(read.data) == len(data)
    assert [at for at, byte in enumerate(read.data) if byte == 10] == [
        at for at, byte in enumerate(data) if byte == 10 and read.data[at] != ord(";")
    ]
    assert len(read.torn) == 1


def test_a_header_of_both_is_read_as_c() -> None:
    file = CFile.of(
        "/nowhere/p.h",
        b'#ifdef __cplusplus\nextern "C" {\nclass P;\n#endif\nint f(void);\n#ifdef __cplusplus\n}\n#endif\n',
    )
    assert file.dialect == "c"
    assert not file.root.has_error


def test_storage_that_an_unknown_macro_tells_is_no_type() -> None:
    text = (
        b"void f() {\n    static APP_THREAD_LOCAL struct {\n        char *text;\n    } cache{};\n    use(cache);\n}\n"
    )
    (found,) = CFile.of("f.cpp", text).functions
    (variable,) = Bindings.of_function(found).variables
    assert (variable.name, variable.kind) == ("cache", "static")
    assert variable.origin.text == text[text.index(b"static") : text.index(b"\n    use")]
