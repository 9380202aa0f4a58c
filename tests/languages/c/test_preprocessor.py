"""Macros, as text."""

import pytest

from leakfix.languages.c.preprocessor import Include, arguments_of, expand, includes, macros


def expanded(definitions: str, name: str, *arguments: str, rescan: bool = True) -> str | None:
    known = {key: found[0] for key, found in macros(definitions.encode(), "a.h").items()}
    text = expand(known[name], [one.encode() for one in arguments], known if rescan else {})
    return text.decode() if text is not None else None


@pytest.mark.parametrize(
    ("definitions", "arguments", "expected"),
    [
        ("#define M(x) free(x)", ["p"], "free(p)"),
        ("#define M(x) do { \\\n    free(x); /* gone */ \\\n    (x) = NULL; \\\n"
        "  } while (0)", ["p->q"], "do {  free(p->q);    (p->q) = NULL;  } while (0)"),
        ("#  define M", [], ""),
        ("#define M() exit(1)", [], "exit(1)"),
        ("#define M(a, b) a ## b", ["x", "y"], "xy"),
        ("#define M(a) #a", ['say "hi"'], '"say \\"hi\\""'),
        ("#define M(fmt, ...) log(fmt, __VA_ARGS__)", ["f", "1", "2"], "log(f, 1, 2)"),
        ("#define M(fmt, ...) log(fmt, ##__VA_ARGS__)", ["f", "1"], "log(f,1)"),
        ("#define M(fmt, ...) log(fmt , ## __VA_ARGS__)", ["f"], "log(f )"),
        ("#define M(fmt, args...) log(fmt, ##args)", ["f"], "log(f)"),
        ("#define M(args...) log(args)", ["1", "2"], "log(1, 2)"),
        ("#define N(x) free(x)\n#define M(x) N(x)", ["p"], "free(p)"),
        ("#define M(x) M(x)", ["p"], "M(p)"),
        ("#define A(x) B(x)\n#define B(x) A(x)\n#define M(x) A(x)", ["p"], "A(p)"),
        ("#define M(x, y) x", ["p"], None),
        ('#define M(x) log("x", x)', ["p"], 'log("x", p)'),
    ],
)  # fmt: skip
def test_expansion(definitions: str, arguments: list[str], expected: str | None) -> None:
    assert expanded(f"{definitions}\n", "M", *arguments) == expected


def test_an_expansion_that_explodes_is_given_up() -> None:
    lines = ["#define M0(x) x x x x x x x x x x"] + [
        f"#define M{n}(x) M{n - 1}(x x x x x x x x x x)" for n in range(1, 8)
    ]
    assert expanded("\n".join(lines) + "\n", "M7", "y" * 100) is None


def test_definitions_that_differ_are_all_there() -> None:
    found = macros(b"#ifdef A\n#define M 1\n#else\n#define M 2\n#endif\n#define M  1\n#define N(a,b) a\n", "a.h")
    assert [one.body for one in found["M"]] == [b"1", b"2"]
    assert found["N"][0].params == ("a", "b")
    assert found["M"][0].params is None


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("(a, b)", (b"a", b"b")),
        ("()", ()),
        ("(f(a, b), {1, 2}, \"x,)\", ')')", (b"f(a, b)", b"{1, 2}", b'"x,)"', b"')'")),
        ("(a", None),
    ],
)
def test_arguments(text: str, arguments: tuple[bytes, ...] | None) -> None:
    found = arguments_of(text.encode(), 0)
    assert (found[0] if found is not None else None) == arguments


def test_includes() -> None:
    found = includes(b'#include "a.h"\n# include <b/c.h>\n#ifdef X\n#import "a.h"\n#endif\n#include MACRO\n')
    assert found == (Include("a.h", True), Include("b/c.h", False))
