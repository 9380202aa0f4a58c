"""Calls that are left alone before anything is parsed: looks at the bytes must not say more than the tree does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.languages.go.call_text import call_text, result_count, results_used, statement_end, taking
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.models import Models

if TYPE_CHECKING:
    from pathlib import Path

    from leakfix.languages.go.packages import File

_HEAD = 'package p\n\nimport (\n\t"context"\n\t"os"\n)\n\n'


@pytest.mark.parametrize(
    ("call", "count"),
    [
        (b"f()", 0),
        (b"f(a)", 1),
        (b'f(a, "x,)", c)', 3),
        (b"f(a, []int{1, 2}, g(1, 2))", 3),
        (b"f(\n\ta,\n\tb,\n)", 2),
        (b"f(g())", None),
        (b"f(a, b...)", None),
        (b"f(a, [...]int{1})", 2),
        (b"f(func(a, b int) {}, ',')", 2),
    ],
)
def test_arguments_are_counted_where_they_are_plain(call: bytes, count: int | None) -> None:
    found = call_text(call + b"\n", 1)
    assert found is not None
    assert (found.end, found.count) == (len(call), count)


def test_a_statement_ends_where_a_line_ends_outside_of_brackets() -> None:
    text = b'\tx := f(func() {\n\t\treturn\n\t}, "{")\n\ty()\n'
    assert text[: statement_end(text, 1, 1)].endswith(b'}, "{")')
    assert statement_end(b"\tx := `\n\ty`\n", 1, 1) is None


@pytest.mark.parametrize(
    ("header", "count"),
    [
        (b"f()", 0),
        (b"f() {", 0),
        (b"f(a int) error {", 1),
        (b"f(a int) (b, c int, err error) {", 3),
        (b"f(a int) func() (int, int) {", 1),
        (b"f(a int) (int, func(a, b int) error)", 2),
        (b"f(a", None),
    ],
)
def test_results_are_counted(header: bytes, count: int | None) -> None:
    assert result_count(header, 1) == count


@pytest.mark.parametrize(
    ("before", "behind", "count"),
    [
        (b"a := ", b"\n", 1),
        (b"a, b.c = ", b"; x {", 2),
        (b"if a, b, c := ", b"; x {", 3),
        (b"a, b := 1, ", b"\n", None),
        (b"a, b := ", b", 1\n", None),
        (b"g(", b")\n", None),
        (b"x := g(", b".h)\n", 1),
        (b"x := ", b" + 1\n", 1),
        (b"x[i], y := ", b"\n", None),
        (b"", b"\n", None),
    ],
)
def test_how_many_results_are_used_is_told_by_what_stands_beside_a_call(
    before: bytes, behind: bytes, count: int | None
) -> None:
    line = b"\t" + before
    assert results_used(line + b"f(a)" + behind, len(line), len(line) + 4) == count


def test_what_takes_results_is_told_by_the_line() -> None:
    assert taking(b"\tx, err := f()", 11) is not None
    assert taking(b"\tif x := f(); x {", 9) is not None
    assert taking(b"\treturn f()", 8) is not None
    assert taking(b"\tg(f())", 3) is None


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ("f, err := os.Open(p)\nif err != nil {\n\treturn err\n}\ndefer f.Close()\nreturn nil", False),
        ("f, err := os.Open(p)\nif err != nil {\n\treturn err\n}\nuse(f)\nf.Close()\nreturn nil", False),
        ("f, err := os.Open(p)\nif err != nil {\n\treturn err\n}\nif p == q {\n\treturn nil\n}\nf.Close()", True),
        ("f, err := os.Open(p)\nif err != nil {\n\treturn err\n} else {\n\treturn nil\n}\nf.Close()", True),
        ("f, err := os.Open(p)\nerr = work()\nif err != nil {\n\treturn err\n}\ndefer f.Close()", True),
        ("f, err := os.Open(p)\nif q != nil {\n\treturn err\n}\ndefer f.Close()", True),
        ("f, _ := os.Open(p)\nf = nil\nf.Close()", True),
        ("_, err := os.Open(p)\nreturn err", True),
        ("f, _ := os.Open(p)\ndefer f.Close().Later()", True),
        ("ctx, cancel := context.WithCancel(ctx)\ndefer cancel()\nwork(ctx)", False),
        ("ctx, cancel := context.WithCancel(ctx)\nwork(ctx)", True),
        ("return os.Open(p)", False),
        ("f, err := os.Open(p)\nfor x := range f.Names() {\n\tuse(x)\n}\nf.Close()", False),
        ("f, err := os.Open(p)\nfor x := range f.Names() {\n\tf, err = x.Next()\n}\nf.Close()", True),
        ("f, err := os.Open(p)\nx := f.Name()\nf.Close()", False),
        ("f, err := os.Open(p)\nx, f := f.Name(), nil\nf.Close()", True),
        ("f, err := os.Open(p)\nreturn f, nil", False),
        ("f, err := os.Open(p)\nreturn read(ctx, f, nil)", True),
        ("f, err := os.Open(p)\ndefer func() {\n\tlog(p)\n\tf.Close()\n}()\nwork()", False),
        ("f, err := os.Open(p)\ndefer func() {\n\tif q != p {\n\t\treturn\n\t}\n\tf.Close()\n}()", True),
        ("f, err := os.Open(p)\ndefer func() {\n\tf := other()\n\tf.Close()\n}()", True),
        ("f, err := os.Open(p)\nerr = f.Close()\nreturn err", False),
        ("f, err := os.Open(p)\nif err := f.Close(); err != nil {\n\treturn err\n}\nreturn nil", False),
        ("f, err := os.Open(p)\nif p == q && f.Close() == nil {\n\treturn nil\n}\nreturn nil", True),
        ("f, err := os.Open(p)\ncheck(p, f.Close())\nreturn nil", False),
        ("f, err := os.Open(p)\ndefer check(p, f.Close)\nreturn nil", True),
        ("f, err := os.Open(p)\nreturn check(p, f.Close())", False),
        ("f, err := os.Open(p)\nreturn check(f.Name())", True),
        ("f, err := os.Open(p)\ndefer func() {\n\tcheck(p, f.Close())\n}()\nwork()", False),
        ("f, err := os.Open(p)\ndefer func() {\n\tif p == q && f.Close() == nil {\n\t\twork()\n\t}\n}()", True),
        ("f, err := os.Open(p)\nreturn &T{f}, nil", False),
        ("f, err := os.Open(p)\nreturn &T{\n\tname: p,\n\tfile: f,\n}, err", False),
        ("f, err := os.Open(p)\nreturn &T{f}", True),
        ("f, err := os.Open(p)\nreturn &T{name: name(p, f, q)}", True),
        ("f, err := os.Open(p)\nreturn &T{name: func() { use(f) }}", True),
        ("f, err := os.Open(p)\ngo serve(f, p)\nwork()", False),
        ("f, err := os.Open(p)\ngo serve(f.Name(), p)\nwork()", True),
        ("f, err := os.Open(p)\ngo func() {\n\tf.Read(b)\n}()\nwork()", False),
        ('f, err := os.Open(p)\ngo func() {\n\tx.f.Read(b)\n\tlog("f")\n}()\nwork()', True),
        ("f, err := os.Open(p)\ngo func() {\n\tf := other()\n\tf.Read(b)\n}()\nwork()", True),
        ("x.Open(a, b, c, d)", False),
        ("x.Open(a)", True),
        ("x.Open(a, b...)", False),
        ("x.Open(a...)", False),
        ("f := x.Open(a)", False),
        ("f, err := x.Open(a)\nuse(f)", True),
        ("if f := x.Open(a); f != nil {\n\tuse(f)\n}", False),
        ("if f, err := x.Open(a); err == nil {\n\tuse(f)\n}", True),
        ("use(x.Open(a))", True),
        ("use(x.Open(a).Name())", False),
        ("use(x.Open(a) == p)", False),
        ("e,\n\tf := x.Open(a)", True),
    ],
)
def test_looks_say_no_only_where_nothing_can_get_lost(tmp_path: Path, body: str, lost: bool) -> None:
    program, file = _program(tmp_path, body)
    function = next(one for one in file.functions if one.name == "f")
    assert program.may_lose(function) is lost
    if not lost:
        calls = program.candidates(function)
        assert all(program.settling.is_settled(function, c) or not program.acquires(function, c) for c in calls)


def test_a_function_does_not_call_what_it_declares_or_tells_of(tmp_path: Path) -> None:
    program, file = _program(tmp_path, "// Open(p) is left to others\nuse(p) // as Open(p) would\nreturn nil")
    assert not program.names_acquiring(next(one for one in file.functions if one.name == "f"))
    declared = next(one for one in file.functions if one.name == "T.Open")
    assert [call.text for call in program.candidates(declared)] == [b"os.Open(p)"]


@pytest.mark.parametrize("body", ["x.\n\tOpen(p)", 'url := "http://a"; Open(p)', "func() { Open(p) }()"])
def test_a_call_is_found_however_it_is_laid_out(tmp_path: Path, body: str) -> None:
    program, file = _program(tmp_path, body)
    assert program.names_acquiring(next(one for one in file.functions if one.name == "f"))


def _program(directory: Path, body: str) -> tuple[Program, File]:
    lines = "\n".join(f"\t{line}" for line in body.split("\n"))
    path = directory / "p.go"
    text = f"{_HEAD}func f(ctx context.Context, p, q string) error {{\n{lines}\n}}\n\ntype T struct{{}}\n"
    text += "\nfunc (t *T) Open(p string) (*os.File, error) {\n\treturn os.Open(p)\n}\n"
    path.write_text(text)
    (directory / "go.mod").write_text("module example.org/p\n\ngo 1.22\n")
    program = Program(World(), Models.load("go", (), ["os"]), ["Open", ".Open"], {"Open": (str(path),)})
    return program, program.world.file(path)
