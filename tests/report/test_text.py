"""A finding as people see it."""

import pytest

from leakfix.report.style import Style
from leakfix.report.tables import columns
from leakfix.report.text import finding_lines, plural
from leakfix.rules import FileEdit, Finding, Fix, Refusal, Safety, Step
from leakfix.text import Edit, Source, Span

SOURCE = Source("p/a.go", b"package p\n\nfunc f() {\n\tx := open(\n\t\tname)\n\tuse(x)\n}\n")
START = SOURCE.data.index(b"open(")
SPAN = Span(START, SOURCE.data.index(b")\n\tuse") + 1)


def lines(finding: Finding, *, known: bool = True) -> list[str]:
    return list(finding_lines(finding, {SOURCE.path: SOURCE} if known else {}, Style()))


def finding(**values: object) -> Finding:
    return Finding.at(SOURCE, SPAN, rule="some-rule", function="f", message="x stays open", **values)  # type: ignore[arg-type]


def test_the_first_line_of_a_finding_is_marked() -> None:
    assert lines(finding()) == [
        "p/a.go:4:7: some-rule x stays open",
        "  |",
        "4 |     x := open(",
        "  |          ^^^^^",
    ]


def test_without_its_source_there_is_no_excerpt() -> None:
    assert lines(finding(), known=False) == ["p/a.go:4:7: some-rule x stays open"]


def test_steps_name_other_files_only() -> None:
    steps = (Step("p/a.go", 4, "opened here"), Step("p/b.go", 120, "leaves here"))
    assert lines(finding(trace=steps))[4:] == ["    = 4: opened here", "    = p/b.go:120: leaves here"]


def test_the_first_fix_is_shown_as_a_diff() -> None:
    end = SOURCE.data.index(b"}\n")
    edit = FileEdit("p/a.go", Edit(Span(end, end), b"\tx.Close()\n"))
    fixes = (
        Fix("close it", "close", Safety.SAFE, "why", (edit,)),
        Fix("defer it", "defer", Safety.REVIEW, "why", (edit,), "go1.21"),
    )
    assert lines(finding(fixes=fixes))[4:] == [
        "    fix (close, safe): close it",
        "           use(x)",
        "      +    x.Close()",
        "       }",
        "    fix (defer, review, go1.21): defer it",
    ]


def test_a_refusal_gives_its_code_and_reason() -> None:
    assert lines(finding(refusal=Refusal("escapes", "f hands it on")))[-1] == "    no fix (escapes): f hands it on"


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(1, "fix", "1 fix"), (2, "fix", "2 fixes"), (0, "file", "0 files"), (1, "file", "1 file")],
)
def test_plurals(count: int, noun: str, text: str) -> None:
    assert plural(count, noun) == text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert list(columns([("a", "bb", "c"), ("aaa", "b", "")])) == ["a    bb  c", "aaa  b"]
    assert list(columns([])) == []
