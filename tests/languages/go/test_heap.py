"""What the objects of a Go function keep alive, asked where one of them gets a finalizer."""

from pathlib import Path

import pytest

from leakfix.detectors.reachability import way
from leakfix.languages.go.heap_walk import walked
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.models import Models
from tests.languages.go.programs import write

TYPES = """package p

import "runtime"

type base struct{ owner *node }

type node struct {
	base
	next, parent *node
	all          []*node
	byName       map[string]*node
	call         func()
	fd           int
}

type pair[T any] struct{ left, right *T }

func (n *node) fin(*node)   {}
func (n node) copied(*node) {}
func (n *node) add(c *node) { n.all = append(n.all, c); c.parent = n }
func (n *node) close()      { n.next = nil }

func below(p *node) *node                { n := &node{parent: p}; p.all = append(p.all, n); return n }
func plain() (*node, error)              { return &node{}, nil }
func finalizer(x *node) func(*node)      { return func(*node) { use(x.fd) } }
func link(many ...*node)                 { many[0].next, many[1].next = many[1], many[0] }
func use(int)                            {}
func unknown(n *node) *node
"""
SET = "runtime.SetFinalizer(x, (*node).fin)"


@pytest.fixture(scope="module")
def models() -> Models:
    return Models.load("go")


def kept_by(tmp_path: Path, models: Models, body: str) -> str:
    """What keeps the object of the only SetFinalizer alive: "finalizer", "cycle" or nothing."""
    write(
        tmp_path, {"go.mod": "module example.com/p\n\ngo 1.24\n", "p.go": f"{TYPES}\nfunc f(p *node) {{\n{body}\n}}\n"}
    )
    program = Program(World(environment={"HOME": str(tmp_path)}), models)
    file = program.world.file(tmp_path / "p.go")
    function = next(one for one in file.functions if one.name == "f")
    heap, settings = walked(program, function, file.data.index(b"runtime.SetFinalizer("))
    (cell,), finalizers = settings[0].objects, settings[0].finalizers
    if any(way(heap.holdings, own, cell) for own in finalizers):
        return "finalizer"
    return "cycle" if way(heap.holdings, cell, cell) else ""


@pytest.mark.parametrize(
    "body",
    [
        "x := &node{}; runtime.SetFinalizer(x, func(*node) { use(x.fd) })",
        "x := &node{}; runtime.SetFinalizer(x, func(*node) { go func() { use(x.fd) }() })",
        "x := &node{}; y := x; runtime.SetFinalizer(x, func(*node) { use(y.fd) })",
        "x := &node{}; y := &node{next: x}; runtime.SetFinalizer(x, func(*node) { use(y.fd) })",
        "x := &node{}; p := &x; runtime.SetFinalizer(x, func(*node) { use((*p).fd) })",
        "x := &node{}; var i any = x; runtime.SetFinalizer(x, func(*node) { println(i) })",
        "x := &node{}; all := []*node{x}; runtime.SetFinalizer(x, func(*node) { println(all) })",
        "x := &node{}; w := struct{ n *node }{x}; runtime.SetFinalizer(x, func(*node) { use(w.n.fd) })",
        "x := &node{}; w := pair[node]{left: x}; runtime.SetFinalizer(x, func(*node) { use(w.left.fd) })",
        "x := &node{}; fin := func(*node) { use(x.fd) }; runtime.SetFinalizer(x, fin)",
        "x := &node{}; runtime.SetFinalizer(x, x.fin)",
        "x := &node{}; y := &node{next: x}; runtime.SetFinalizer(x, y.fin)",
        "x := &node{}; y := &node{next: x}; runtime.SetFinalizer(x, y.copied)",
        "x := &node{}; runtime.SetFinalizer(x, finalizer(x))",
        "x, _ := plain(); runtime.SetFinalizer(x, func(*node) { use(x.fd) })",
        "var x node; runtime.SetFinalizer(&x, func(*node) { use(x.fd) })",
    ],
)
def test_a_finalizer_keeps_what_it_leads_to(tmp_path: Path, models: Models, body: str) -> None:
    assert kept_by(tmp_path, models, body) == "finalizer"


@pytest.mark.parametrize(
    "body",
    [
        f"x, y := &node{{}}, &node{{}}; x.next = y; y.next = x; {SET}",
        f"x := &node{{}}; {SET}; y := &node{{next: x}}; x.next = y",
        f"x := &node{{parent: p}}; p.all = append(p.all, x); {SET}",
        f"x := below(p); {SET}",
        f"x := &node{{}}; p.add(x); {SET}",
        f"x, y := &node{{}}, &node{{}}; link(x, y); {SET}",
        f'x := &node{{byName: p.byName}}; p.byName["x"] = x; {SET}',
        f"x := &node{{}}; x.call = func() {{ use(x.fd) }}; {SET}",
        f"x := &node{{}}; x.owner, _ = plain(); x.base.owner.next = x; {SET}",
        f"x := &node{{base: base{{owner: &node{{}}}}}}; x.owner.parent = x; {SET}",
        f"x := &node{{all: []*node{{{{}}, {{}}}}}}; for _, y := range x.all {{ y.parent = x }}; {SET}",
        f"x := p; x.next.next = x; {SET}",
        f"x := unknown(p); y := &node{{next: x}}; x.next = y; {SET}",
        f"x, y := &node{{}}, &node{{}}; x.next = y; y.next = x; {SET}; if p != nil {{ x.next = nil }}",
    ],
)
def test_a_cycle_is_seen_wherever_it_is_closed(tmp_path: Path, models: Models, body: str) -> None:
    assert kept_by(tmp_path, models, body) == "cycle"


@pytest.mark.parametrize(
    "body",
    [
        f"x := &node{{}}; x.next = x; {SET}",
        f"x := &node{{}}; y := &node{{next: x}}; use(y.fd); {SET}",
        f"x, y := &node{{}}, &node{{}}; x.next = y; y.next = x; x.next = nil; {SET}",
        f"x, y := &node{{}}, &node{{}}; x.next = y; y.next = x; {SET}; *y = node{{}}",
        f"x, y := &node{{}}, &node{{}}; x.next = y; y.next = x; y.next = &node{{}}; {SET}",
        f"x, y := &node{{}}, &node{{}}; defer x.close(); x.next = y; y.next = x; {SET}",
        f"x := &node{{parent: p.parent}}; p.parent = x; {SET}",
        f"var last *node; for range 3 {{ x := &node{{next: last}}; last = x; {SET} }}",
        f"x := unknown(p); y := unknown(x); x.next = y; {SET}",
        f"x := p; old := x.next; x.next = &node{{}}; old.parent = x; {SET}",
        "x := &node{}; runtime.SetFinalizer(x, x.copied)",
        "x := &node{}; fd := x.fd; runtime.SetFinalizer(x, func(*node) { use(fd) })",
        "x := &node{}; y, _ := plain(); x.next = y; runtime.SetFinalizer(x, func(*node) { use(y.fd) })",
        "x := &node{}; runtime.SetFinalizer(x, func(x *node) { use(x.fd) })",
        "x := &node{}; runtime.SetFinalizer(x, func(*node) { use(x.fd) }); x = nil",
    ],
)
def test_nothing_else_keeps_it(tmp_path: Path, models: Models, body: str) -> None:
    assert kept_by(tmp_path, models, body) == ""
