"""The first look at lost slots misses no cut, and literals tell of types that are out of reach."""

import pytest

from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.languages.go.slots import Cut, cuts
from leakfix.languages.go.slots_first_look import may_cut
from leakfix.models import Models
from tests.fixtures.cases import all_cases
from tests.languages.go.programs import program

_QUEUE = """package p

import "example.com/far"

var shared []*int

type queue struct {
	items []*int
	things []far.Thing
	rows map[string][]*int
}

func (q *queue) add(x *int) { q.items = append(q.items, x) }

func (q *queue) f(i, n int) {
	%s
}
"""


def _cuts(lines: str) -> tuple[Cut, ...]:
    file = program(_QUEUE % lines)
    world = World(environment={"HOME": "/nowhere"})
    return cuts(Analysis(Program(world, Models.load("go")), world.file(file.path, file.data)))


@pytest.mark.parametrize(
    "lines",
    [
        "q.items = q.items[1:]",
        "q.items = q.items[n:]",
        "q.items = q.items[:len(q.items)-1]",
        "q.items = q.items[0 : len(q.items)-1]",
        "q.items = append(q.items[:i], q.items[i+1:]...)",
        "q.items = append(q.items[:0], q.items[n:]...)",
        "if i > 0 { q.items = q.items[1:] }",
        "for ; n > 0; q.items = q.items[1:] {\n\t}",
        "var x *int\n\tx, q.items = q.items[0], q.items[1:]\n\t_ = x",
        "items := q.items\n\titems = items[1:]\n\tq.items = items",
        "items := q.items\n\tq.items = items[1:]",
        "rest := q.items[1:]\n\tq.items = rest",
        'q.rows["a"] = q.rows["a"][1:]',
        'rows, ok := q.rows["a"]\n\tif ok {\n\t\tq.rows["a"] = rows[1:]\n\t}',
        "shared = shared[1:]",
        "kept := q.items[:0]\n\tfor _, x := range q.items {\n\t\tkept = append(kept, x)\n\t}\n\tq.items = kept",
        "q.items = q.items[:0]",
        "p := &q.items\n\t*p = (*p)[1:]",
    ],
)
def test_a_cut_is_found_and_the_first_look_lets_it_pass(lines: str) -> None:
    assert len(_cuts(lines)) == 1
    assert may_cut((_QUEUE % lines).encode())


@pytest.mark.parametrize(
    "lines",
    [
        "items := q.items\n\titems = items[1:]\n\t_ = items",
        "q.items = q.items[:n]",
        "q.items = q.items[:n+1]",
        "q.items = q.items[:cap(q.items)]",
        "q.items = q.items[0:]",
        "q.items = append(q.items[:i+1], q.items[i:]...)",
        'q.items = append(q.items[:i], q.rows["a"][i+1:]...)',
        "o := queue{}\n\to.items = o.items[1:]",
        "o := &queue{}\n\to.items = o.items[1:]",
        "q.things = q.things[1:]",
    ],
)
def test_no_cut_is_one_of_a_local_or_of_what_is_not_known(lines: str) -> None:
    assert _cuts(lines) == ()


@pytest.mark.parametrize(
    ("value", "found"), [("far.Thing{Next: nil}", 1), ("far.Thing{Rows: []int{n}}", 1), ("far.Thing{Count: n}", 0)]
)
def test_a_literal_tells_that_a_type_out_of_reach_bears_pointers(value: str, found: int) -> None:
    assert len(_cuts(f"_ = {value}\n\tq.things = q.things[1:]")) == found


@pytest.mark.parametrize("case", [c for c in all_cases() if c.codemod == "go-lost-slots" and not c.clean], ids=str)
def test_the_first_look_lets_every_fixture_pass(case: object) -> None:
    directory = case.directory  # type: ignore[attr-defined]
    assert may_cut((directory / "before.go").read_bytes())
