import re
from collections.abc import Callable, Iterator

import pytest

from leakfix.project import GO_DIRECTIVES, Directive, Misspelt, Suppressions, may_suppress, suppressions
from leakfix.text import Source, Span

UNCLOSED, BODY, CANCEL, LOOP = "go-unclosed", "go-response-body", "go-lost-cancel", "go-defer-in-loop"
NodeLines = Callable[[int], tuple[int, int] | None]


def comments(data: bytes) -> Iterator[tuple[Span, str]]:
    """The comments of a text without strings, as a language layer gives them."""
    for match in re.finditer(rb"//[^\n]*|#[^\n]*|/\*.*?\*/", data, re.DOTALL):
        yield Span(*match.span()), match.group().decode()


def of(
    text: str, node_lines: NodeLines | None = None, directives: tuple[Directive, ...] = GO_DIRECTIVES
) -> Suppressions:
    source = Source("a.go", text.encode())
    return suppressions(source, comments(source.data), node_lines, directives)


def covered(found: Suppressions, rule: str, lines: int = 12) -> list[int]:
    return [line for line in range(1, lines + 1) if found.covers(rule, line)]


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("// leakfix: ignore", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("// leakfix: ignore the process ends here", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//leakfix:ignore", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("// leakfix: ignore[go-unclosed] closed by the caller", {UNCLOSED}),
        ("// leakfix: ignore [go-unclosed]: closed by the caller", {UNCLOSED}),
        ("// leakfix: ignore[go-unclosed, go-response-body]", {UNCLOSED, BODY}),
        ("// leakfix: ignore[go-l*]", {CANCEL}),
        ("// leakfix: ignore[go]", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("/* leakfix: ignore[go-unclosed] */", {UNCLOSED}),
        ("# leakfix: ignore[go-unclosed]", {UNCLOSED}),
        ("//nolint:errcheck // leakfix: ignore[go-unclosed]", {UNCLOSED}),
        ("//nolint", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("// nolint", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint // for the time being", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint:all", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint:leakfix", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint:leakfix,errcheck", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint:errcheck, leakfix // both", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("//nolint:go-unclosed", {UNCLOSED}),
        ("//nolint:errcheck", set()),
        ("//nolint:bodyclose", {BODY}),
        ("//nolint:BodyClose,sqlclosecheck // known", {BODY, UNCLOSED}),
        ("//nolint:govet", {CANCEL}),
        ("//nolint:lostcancel", {CANCEL}),
        ("//nolint:closecheck", {UNCLOSED}),
        ("//nolint:gocritic", {LOOP}),
        ("//nolint:deferInLoop", {LOOP}),
        ("//nolint:revive", {LOOP}),
        ("//nolint:bodyclose govet", {BODY}),
        ("//nolintlint:bodyclose", set()),
        ("// see //nolint", set()),
        ("//lint:ignore SA9001 the loop ends at once", {LOOP}),
        ("//lint:ignore SA4006,SA9001 the loop ends at once", {LOOP}),
        ("//lint:ignore SA9001", set()),
        ("//lint:ignore SA4006 unrelated", set()),
        ("//lint:ignore leakfix known", {UNCLOSED, BODY, CANCEL, LOOP}),
        ("// an ordinary comment", set()),
        ("// the word leakfix: ignore in a sentence", set()),
    ],
)
def test_a_comment_beside_code_covers_its_line_for_its_rules(comment: str, rules: set[str]) -> None:
    found = of(f"before()\nopen() {comment}\nafter()\n")
    assert {rule for rule in (UNCLOSED, BODY, CANCEL, LOOP) if covered(found, rule)} == rules
    assert all(covered(found, rule) == [2] for rule in rules)
    assert found.misspelt == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["// leakfix: ignore", "open()", "after()"], [2]),
        (["\t// leakfix: ignore", "", "\topen()"], [3]),
        (["// leakfix: ignore", "// more words", "", "/* and", "more */ open()"], [5]),
        (["// leakfix: ignore[go-lost-cancel]", "// leakfix: ignore[go-unclosed]", "open()"], [3]),
        (["/* leakfix: ignore */ open()", "after()"], [1]),
        (["/* one */ // leakfix: ignore", "open()"], [2]),
        (["x /* one */ // leakfix: ignore", "open()"], [1]),
        (["x /* one", "two */ // leakfix: ignore", "open()"], [3]),
        (["x /* leakfix: ignore", "more */", "open()"], [1, 2]),
        (["/*", "leakfix: ignore", "*/", "open()"], [4]),
        (["open()", "// leakfix: ignore"], [2]),
        (["open() // leakfix: ignore"], [1]),
    ],
    ids=[
        "next line",
        "blank line between",
        "comments between",
        "stacked",
        "before code",
        "behind a comment",
        "behind code and a comment",
        "behind the end of a comment",
        "over two lines",
        "block",
        "at the end",
        "one line",
    ],
)
def test_a_comment_alone_on_its_line_covers_the_next_code_line(
    lines: list[str], expected: list[int], newline: str
) -> None:
    assert covered(of(newline.join(lines)), UNCLOSED) == expected


FUNCTION = """\
package p

// fetch gets a page.
//
//nolint:bodyclose // closed by the caller
func fetch() {
    resp := get()
    use(resp)
}
"""
NODES: dict[int, tuple[int, int]] = {1: (1, 9), 6: (6, 9), 7: (7, 7), 8: (8, 8)}


def test_a_linter_comment_right_above_a_function_covers_all_of_it() -> None:
    assert covered(of(FUNCTION, NODES.get), BODY) == [6, 7, 8, 9]


def test_without_nodes_it_covers_the_line() -> None:
    assert covered(of(FUNCTION), BODY) == [6]


def test_comments_may_stand_between_it_and_the_function() -> None:
    assert covered(of(FUNCTION.replace("func fetch", "// and so on\nfunc fetch"), {7: (7, 10)}.get), BODY) == [
        7,
        8,
        9,
        10,
    ]


def test_over_a_blank_line_it_covers_one_line_only() -> None:
    assert covered(of(FUNCTION.replace("func fetch", "\nfunc fetch"), {7: (7, 10)}.get), BODY) == [7]


def test_beside_the_head_of_a_function_it_covers_that_line_only() -> None:
    assert covered(of("func fetch() { //nolint:bodyclose\n}\n", {1: (1, 2)}.get), BODY) == [1]


def test_our_own_comment_covers_no_whole_function() -> None:
    assert covered(of(FUNCTION.replace("//nolint:bodyclose", "// leakfix: ignore"), NODES.get), BODY) == [6]


def test_above_the_package_clause_a_linter_comment_may_cover_the_file() -> None:
    found = of("//nolint:bodyclose\npackage p\n\nfunc f() {\n}\n", {2: (2, 5)}.get)
    assert covered(found, BODY) == [2, 3, 4, 5]


def test_a_check_can_be_ignored_in_the_file() -> None:
    found = of("package p\n\n//lint:file-ignore SA9001 the loops are short\nfunc f() {\n}\n")
    assert covered(found, LOOP) == [1, 2, 3, 4, 5, 6]


def test_what_covers_nothing_is_unused() -> None:
    found = of(
        "a() // leakfix: ignore[go-unclosed] first\n"
        "b() // leakfix: ignore[go-lost-cancel] second\n"
        "c() //nolint:bodyclose\n"
        "d() // leakfix: ignore\n"
    )
    assert found.covers(UNCLOSED, 1)
    assert not found.covers(UNCLOSED, 2)
    assert [(unused.line, unused.rules, unused.reason) for unused in found.unused()] == [
        (2, (CANCEL,), "second"),
        (4, None, ""),
    ]
    assert [unused.line for unused in found.unused(ran={UNCLOSED})] == [4]
    assert found.unused(ran=set()) == ()


def test_of_two_that_cover_one_finding_both_are_of_use() -> None:
    found = of("// leakfix: ignore\na() // leakfix: ignore[go-unclosed]\n")
    assert found.covers(UNCLOSED, 2)
    assert found.unused() == ()


@pytest.mark.parametrize(
    "comment",
    [
        "// leakfix: ignored",
        "// leakfix: off",
        "// leakfix:",
        "// leakfix: ignore[go-unclosed",
        "// leakfix: ignore(go-unclosed)",
    ],
)
def test_a_comment_of_ours_that_says_nothing_is_told(comment: str) -> None:
    found = of(f"\na() {comment}\n")
    assert covered(found, UNCLOSED) == []
    assert found.misspelt == (Misspelt(2, "expected 'leakfix: ignore' or 'leakfix: ignore[rule, ...]', then a reason"),)


@pytest.mark.parametrize(("names", "wrong"), [("", "''"), ("go-unclosed,", "''"), ("go unclosed", "'go unclosed'")])
def test_names_that_cannot_be_rules_are_told(names: str, wrong: str) -> None:
    assert of(f"a() // leakfix: ignore[{names}]").misspelt == (Misspelt(1, f"not the name of a rule: {wrong}"),)


def test_another_language_adds_its_own_directives() -> None:
    clang_tidy = Directive(
        re.compile(r"NOLINT(?:NEXTLINE)?(?:\((?P<names>[^)]*)\)|(?![\w(]))"),
        {"cppcoreguidelines-owning-memory": ("cpp-early-return",)},
    )
    text = (
        "a(); // NOLINT\nb(); // NOLINT(cppcoreguidelines-owning-memory)\n// NOLINTNEXTLINE(other)\nc(); /* NOLINT */\n"
    )
    found = of(text, directives=(clang_tidy,))
    assert covered(found, "cpp-early-return") == [1, 2, 4]
    assert covered(found, "c-early-return") == [1, 4]


@pytest.mark.parametrize(
    ("data", "possible"),
    [
        (b"x // leakfix: ignore", True),
        (b"//nolint", True),
        (b"//lint:ignore SA1 x", True),
        (b"package p // plain", False),
    ],
)
def test_most_files_hold_no_word_of_a_suppression(data: bytes, possible: bool) -> None:
    assert may_suppress(data) is possible


def test_comments_may_come_in_any_order() -> None:
    source = Source("a.go", b"// leakfix: ignore[go-unclosed]\n// more\na()\n")
    found = suppressions(source, reversed(list(comments(source.data))))
    assert covered(found, UNCLOSED) == [3]


def test_a_long_run_of_comments_covers_what_follows() -> None:
    text = "//nolint:bodyclose\n" * 20_000 + "a()\n"
    assert of(text).covers(BODY, 20_001)
