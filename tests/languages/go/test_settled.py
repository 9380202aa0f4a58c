"""What is said to be settled is so: the graph, were it asked, would tell of no leak."""

import pytest

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.go.lowering import lower
from leakfix.languages.go.program import Program
from leakfix.models import Models

from .programs import program

HEAD = """package p

import (
	"context"
	"os"
)

type holder struct {
	f    *os.File
	name string
}

var table struct {
	f     *os.File
	files []*os.File
	stop  context.CancelFunc
}

func done(f *os.File) { f.Close() }

func look(f *os.File) string { return f.Name() }

func pair() (*os.File, string, error) {
	f, err := os.Open("a")
	if err != nil {
		return nil, "", err
	}
	return f, "a", nil
}

"""
CHECK = ["if err != nil {", "\treturn nil, err", "}"]

SETTLED = [
    ["f, err := os.Open(p)", *CHECK, "defer f.Close()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "n := use(f)", "f.Close()", "return n, nil"],
    ["f, err := os.Open(p)", *CHECK, "if err := f.Close(); err != nil {", "\treturn nil, err", "}", "return nil, nil"],
    [
        "f, err := os.Open(p)",
        *CHECK,
        "defer func() {",
        "\tif f != nil {",
        "\t\tf.Close()",
        "\t}",
        "}()",
        "return nil, nil",
    ],
    ["f, err := os.Open(p)", *CHECK, "defer func() { done(f) }()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "defer done(f)", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "done(f)", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "return f, nil"],
    ["f, err := os.Open(p)", *CHECK, "return &holder{f: f, name: p}, nil"],
    ["var f *os.File", "f, err := os.Open(p)", *CHECK, "defer f.Close()", "return nil, nil"],
    ["f, _, err := pair()", *CHECK, "defer f.Close()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "for range p {", "\tif look(f) == p {", "\t\tbreak", "\t}", "}", "return f, nil"],
    ["f, err := os.Open(p)", *CHECK, "each(func() error { return nil })", "defer f.Close()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "h := &holder{f: f}", "h.name = p", "return h, nil"],
    ["f, err := os.Open(p)", *CHECK, "h := new(holder)", "h.f = f", "h.name = p", "return h, nil"],
    ["f, err := os.Open(p)", *CHECK, "table.f = f", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "table.files = append(table.files, f)", "return nil, nil"],
    ["ctx, cancel := context.WithCancel(root)", "use(ctx)", "table.stop = cancel", "return nil, nil"],
    ["ctx, cancel := context.WithCancel(root)", "use(ctx)", "cancel()", "return nil, nil"],
    ["for range p {", "\tctx, cancel := context.WithCancel(root)", "\tuse(ctx)", "\tcancel()", "}", "return nil, nil"],
]

OPEN = [
    [
        "f, err := os.Open(p)",
        *CHECK,
        "if err := test(look(f)); err != nil {",
        "\treturn nil, err",
        "}",
        "defer f.Close()",
    ],
    ["f, err := os.Open(p)", *CHECK, "g, err := os.Open(p)", *CHECK, "defer g.Close()", "defer f.Close()"],
    ["f, err := os.Open(p)", "g, err := pick(p)", *CHECK, "defer f.Close()", "return g, nil"],
    ["f, err := os.Open(p)", *CHECK, "f, err = os.Open(p)", *CHECK, "defer f.Close()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, "look(f)", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, 'if p == "" && f.Close() == nil {', "	return nil, nil", "}", "return 1, nil"],
    ["f, err := os.Open(p)", *CHECK, "defer func() { f, _ := pick(p); f.Close() }()", "return nil, nil"],
    ["f, err := os.Open(p)", *CHECK, 'if p != "" {', "\tf.Close()", "}", "return nil, nil"],
    ["for range p {", "\tf, err := os.Open(p)", *CHECK, '\tif p == "" {', "\t\tcontinue", "\t}", "\tf.Close()", "}"],
    ["f, err := os.Open(p)", *CHECK, "h := &holder{f: f}", "h.f = nil", "return h, nil"],
    ["f, err := os.Open(p)", *CHECK, "h := &holder{f: f}", "h = &holder{}", "return h, nil"],
    ["f, err := os.Open(p)", *CHECK, "h := new(holder)", "h.f = f", "h.f = nil", "return h, nil"],
    ["f, err := os.Open(p)", *CHECK, 'if p == "" {', "\ttable.f = f", "}", "return nil, nil"],
    ["_, err := os.Open(p)", "return nil, err"],
    ["_, _, err := pair()", "return nil, err"],
    ["ctx, _ := context.WithCancel(root)", "return ctx, nil"],
]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load("go")


def states(lines: list[str], models: Models) -> list[tuple[bool, bool]]:
    """For each acquisition of the function whether it is said to be settled, and whether the graph tells of a leak."""
    body = "\n\t".join(lines)
    file = program(f"{HEAD}func f(root context.Context, p string) (any, error) {{\n\t{body}\n}}\n")
    made = Program(file.package.world, models, {"pair"})
    function = file.functions[-1]
    leaking = {leak.site.span.end for leak in leaks(lower(made, file, function, function.node))}
    calls = [call for call in made.candidates(function) if made.acquires(function, call)]
    return [(made.settling.is_settled(function, call), call.end_byte in leaking) for call in calls]


@pytest.mark.parametrize("lines", SETTLED, ids=range(len(SETTLED)))
def test_what_plainly_ends_is_settled(lines: list[str], models: Models) -> None:
    assert states(lines, models) == [(True, False)]


@pytest.mark.parametrize("lines", OPEN, ids=range(len(OPEN)))
def test_what_may_get_lost_is_not(lines: list[str], models: Models) -> None:
    found = states(lines, models)
    assert any(leaks for _, leaks in found)
    assert not any(settled and leaks for settled, leaks in found)
