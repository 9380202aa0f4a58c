"""A graph that ends early tells of a leak where all of it does; what others keep is not owed to a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.go.lowering import lower
from leakfix.languages.go.program import Program
from leakfix.models import Models

from .programs import program

if TYPE_CHECKING:
    from leakfix.languages.go.packages import Function

HEAD = """package p

import (
	"context"
	"os"
)

type owner struct {
	f    *os.File
	stop context.CancelFunc
}

func (o *owner) Close() error { return o.f.Close() }

var all []*owner

"""
CHECK = ["if err != nil {", "\treturn nil, err", "}"]
OPEN = ["f, err := os.Open(p)", *CHECK]
AGAIN = ["g, err := os.Open(p)", *CHECK]

CUT = [
    [*OPEN, "f.Close()", "use(p)", "use(p)", "return nil, nil"],
    [*OPEN, "go serve(f)", "use(p)", "return nil, nil"],
    [*OPEN, "f.Close()", *AGAIN, "g.Close()", "use(p)", "return nil, nil"],
    ["ctx, stop := context.WithCancel(root)", "stop()", "use(ctx)", "return nil, nil"],
]
WHOLE = [
    [*OPEN, 'if p == "" {', "\tf.Close()", "}", "use(p)", "return nil, nil"],
    [*OPEN, "f.Close()", *AGAIN, "use(g)", "return nil, nil"],
    [*OPEN, "f.Close()", "take[int](os.Open)(p)", "return nil, nil"],
    ["again:", *OPEN, "f.Close()", 'if p == "" {', "\tgoto again", "}", "return nil, nil"],
    ["for range p {", *(f"\t{line}" for line in OPEN), "\tuse(f)", "}", "return nil, nil"],
]
KEPT = [
    [*OPEN, "o := &owner{f: f}", "all = append(all, o)", "return o, nil"],
    [*OPEN, "o := &owner{f: f}", 'if p != "" {', "\tall = append(all, o)", "}", "return o, nil"],
    [*OPEN, "go serve(f)", "return &owner{f: f}, nil"],
]
GIVEN = [
    [*OPEN, "return &owner{f: f}, nil"],
    [*OPEN, "o := &owner{f: f}", "return o, nil"],
    [*OPEN, "o := new(owner)", "o.f = f", "o.stop = nil", "return o, nil"],
    [*OPEN, 'if p == "" {', "\tf.Close()", "\tgo serve(f)", "\treturn nil, nil", "}", "return &owner{f: f}, nil"],
    ["go serve(p)", *OPEN, "return &owner{f: f}, nil"],
]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load("go")


def made(lines: list[str], models: Models) -> tuple[Program, Function]:
    body = "\n\t".join(lines)
    file = program(f"{HEAD}func f(root context.Context, p string) (*owner, error) {{\n\t{body}\n}}\n")
    return Program(file.package.world, models), file.functions[-1]


@pytest.mark.parametrize("lines", [*CUT, *WHOLE])
def test_what_is_not_lost_where_a_graph_is_cut_is_never_lost(lines: list[str], models: Models) -> None:
    found, function = made(lines, models)
    graph = lower(found, function.file, function, function.node, cut=True)
    whole = lower(found, function.file, function, function.node)
    assert not whole.is_cut
    assert not leaks(whole) or leaks(graph)


@pytest.mark.parametrize("lines", CUT)
def test_a_graph_ends_where_all_is_let_go(lines: list[str], models: Models) -> None:
    found, function = made(lines, models)
    graph = lower(found, function.file, function, function.node, cut=True)
    assert graph.is_cut
    assert not leaks(graph)


@pytest.mark.parametrize("lines", [*KEPT, *GIVEN])
def test_what_others_keep_is_not_owed(lines: list[str], models: Models) -> None:
    found, function = made(lines, models)
    summary = found.summary(function)
    assert bool(summary.owned or summary.holders) is (lines in GIVEN)
