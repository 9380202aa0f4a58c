"""Random programs behave the same before and after wrapping: made up from a seed, compiled and run for real.

Each program loops over numbers, opens a handle in each iteration and defers its release; it leaves the loop in random
ways. Compared are the results and all that it logs; beyond that, no iteration may leave a handle open.
"""

import os
import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from leakfix_go.defer_in_loop import RULE
from tree_sitter import Node

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.closures import Site, Wrapped, wrap
from leakfix.languages.go.closures_control import enclosing_loops, statements_of
from leakfix.languages.go.closures_errors import Errors
from leakfix.languages.go.infer import Types
from leakfix.languages.go.packages import World
from leakfix.languages.go.program import Program
from leakfix.languages.go.scopes import Bindings
from leakfix.models import Models
from leakfix.text import Edit, apply_edits

_PROGRAMS = 100

_POSITION = re.compile(r"^(vet: )?\S+:\d+:\d+: ")

_WRAPPED = re.compile(r"func\(\) .*\{\n(\t+[^\n]*\n){0,3}?\t+h, err :=")

_RUNTIME = """
import (
	"errors"
	"fmt"
	"strings"
)

type Pair struct{ A, B int }

type Level int

type Levels [2]Level

const High Level = 3

var errOdd = errors.New("odd")

type Trace struct {
	Events []string
	Opened int
	Most   int
}

func (t *Trace) Log(what ...any) { t.Events = append(t.Events, fmt.Sprint(what...)) }

func (t *Trace) Open(x int) (*Handle, error) {
	t.Log("open ", x)
	if x%7 == 6 {
		return nil, fmt.Errorf("open %d", x)
	}
	t.Opened++
	t.Most = max(t.Most, t.Opened)
	return &Handle{t, x}, nil
}

type Handle struct {
	t *Trace
	x int
}

func (h *Handle) Close() error { h.t.Opened--; return nil }

func (h *Handle) Use(k int) (int, error) {
	h.t.Log("use ", h.x, " ", k)
	return h.x * k, check(h.x + k)
}

func check(x int) error {
	if x%5 == 4 {
		return fmt.Errorf("check %d", x)
	}
	return nil
}

func text(x int) string { return fmt.Sprint("t", x) }

func Show(values ...any) string {
	shown := ""
	for _, value := range values {
		if p, ok := value.(*int); ok && p != nil {
			value = *p
		}
		shown += strings.ReplaceAll(fmt.Sprintf("%T %+v;", value, value), Package, "")
	}
	return shown
}
"""

_MAIN = """package main

import (
	"fmt"
	"os"
	"reflect"

	"generated/after"
	"generated/before"
)

type outcome struct {
	shown  string
	events []string
	opened int
}

func main() {
	inputs := [][]int{
		nil, {0}, {1}, {2}, {3}, {4}, {5}, {6}, {0, 1}, {2, 6, 1}, {4, 4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {3, 9, 14, 1},
	}
	failed := false
	for name, run := range before.Cases {
		for _, input := range inputs {
			one, other := before.Trace{}, after.Trace{}
			old := outcome{run(&one, input), one.Events, one.Opened}
			new := outcome{after.Cases[name](&other, input), other.Events, other.Opened}
			if !reflect.DeepEqual(old, new) {
				failed = true
				fmt.Println(name, input, "\\n  before", old, "\\n  after ", new)
			}
			if most, wrapped := after.Defers[name]; wrapped && other.Most > most {
				failed = true
				fmt.Println(name, input, "keeps", other.Most, "handles open at a time")
			}
		}
	}
	if failed {
		os.Exit(1)
	}
}
"""

# The results as they are written, their types, and a call that returns all of them.
_SIGNATURES: dict[str, tuple[tuple[str, ...], str]] = {
    "": ((), ""),
    "error": (("error",), "check(x)"),
    "(int, error)": (("int", "error"), "t.number(x)"),
    "(n int, err error)": (("int", "error"), "t.number(x + 1)"),
    "(n int, _ error)": (("int", "error"), "t.number(x + 1)"),
    "(string, bool)": (("string", "bool"), ""),
    "(p *int, fine bool)": (("*int", "bool"), ""),
    "(Pair, error)": (("Pair", "error"), ""),
    "(ok bool)": (("bool",), ""),
    "Level": (("Level",), ""),
    "(Levels, Level, error)": (("Levels", "Level", "error"), ""),
    "([]int, map[string]int, error)": (("[]int", "map[string]int", "error"), ""),
    "(_ T, err error)": (("T", "error"), ""),
}
_NUMBER = "func (t *Trace) number(x int) (int, error) { t.Log(x); return x, check(x) }\n"

# The first value of each type is the zero value.
_VALUES = {
    "int": ("0", "0", "-1", "acc", "x"),
    "error": ("nil", "errOdd", 'fmt.Errorf("bad %d", x)', "check(x)", "e"),
    "string": ('""', '"a"', "text(x)"),
    "bool": ("false", "true", "false", "x > 2"),
    "*int": ("nil", "nil", "&acc"),
    "Pair": ("Pair{}", "Pair{}", "Pair{x, acc}"),
    "Level": ("0", "High", "Level(x)"),
    "Levels": ("Levels{}", "Levels{1, 2}"),
    "[]int": ("nil", "nil", "[]int{x}"),
    "map[string]int": ("nil", 'map[string]int{"x": x}'),
    "T": ("zero", "zero", "*new(T)"),
}


@dataclass
class Function:
    """One random function; `defers` is how many handles an iteration has open at most."""

    name: str
    chance: random.Random
    results: str = ""
    defers: int = 1
    errors_only: bool = False
    jumps: list[str] = field(default_factory=list)

    def write(self) -> str:
        chance = self.chance
        self.results = chance.choice(list(_SIGNATURES))
        self.errors_only = "error" in self.results and chance.random() < 0.4
        outer = chance.random() < 0.5
        self.jumps = ["return", "return", "continue"]
        self.jumps += chance.choice([[], ["break"], ["continue inner", "break inner"]])
        self.jumps += chance.choice([[], ["continue outer"], ["break outer"]]) if outer else []
        loop = self._loop("inner", "_, x := range xs", [*self._some(2, 0), *self._acquire(), *self._some(3, 0)])
        if outer:
            head = chance.choice(["range 2", "k := 0; k < 2; k++"])
            loop = self._loop("outer", head, [*self._plain(), *loop, *self._plain()])
        body = ["var e error", "acc, x := 0, 100", "t.Log(x)", *self._plain(), *loop, "t.Log(acc, e)", *self._plain()]
        types, _ = _SIGNATURES[self.results]
        last = f"return {', '.join(_VALUES[kind][0] for kind in types)}"
        if chance.random() < 0.3:
            body = [f"run := func() {self.results} {{", *body, last, "}"]
            last = "return run()" if types else "run()"
        generic = "[T any]" if "T" in types else ""
        parameters = f"t *Trace, xs []int{', zero T' if generic else ''}"
        return "\n".join([f"func {self.name}{generic}({parameters}) {self.results} {{", *body, last, "}"])

    @property
    def call(self) -> str:
        types, _ = _SIGNATURES[self.results]
        call = f"{self.name}(t, xs{', 1.5' if 'T' in types else ''})"
        return f"return Show({call})" if types else f"{call}\nreturn Show()"

    def _loop(self, label: str, head: str, body: list[str]) -> list[str]:
        used = any(line.partition(" //")[0] in (f"break {label}", f"continue {label}") for line in body)
        return [*([f"{label}:"] if used else []), f"for {head} {{", *body, "}"]

    def _acquire(self) -> list[str]:
        chance = self.chance
        opened = chance.choice(["h, err := t.Open(x)", "h, err := t.Open(x + acc)"])
        failed = self._return("err") if chance.random() < 0.7 else "continue"
        lines = [opened, "if err != nil {", failed, "}", "defer h.Close()"]
        if chance.random() < 0.3:
            self.defers = 2
            again = ["h2, err := t.Open(x + 1)", "if err != nil {", self._return("err"), "}"]
            lines += [*again, "defer func() { _ = h2.Close() }()", "t.Log(h2.x)"]
        if chance.random() < 0.4:
            lines = ["v, err := x*3, check(x)", chance.choice(["t.Log(v, err)", "t.Log(v)"]), *lines]
        used = ["if _, err := h.Use(acc); err != nil {", self._jump(), "}"] if chance.random() < 0.5 else ["h.Use(1)"]
        return [*lines, *used]

    def _plain(self) -> list[str]:
        return self.chance.choice([[], [], ['t.Log("plain")'], ["acc++"], ["acc += 2 // two"]])

    def _some(self, most: int, depth: int) -> list[str]:
        return [line for _ in range(self.chance.randint(0, most)) for line in self._statement(depth)]

    def _statement(self, depth: int) -> list[str]:
        chance, inner = self.chance, depth + 1
        compound = [self._if, self._if_else, self._switch, self._for, self._select, self._literal, self._goto]
        if depth > 2 or chance.random() < 0.3:
            log = f't.Log("at", {chance.randint(0, 99)}, x, acc)'
            return chance.choice([[log], ["acc += x"], ["e = check(x + acc)"], ["t.Log(`raw", "\tstring", "`, x)"]])
        return chance.choice(compound)(inner)

    def _if(self, depth: int) -> list[str]:
        return [f"if {self._condition()} {{", *self._some(1, depth), self._jump(), "}"]

    def _if_else(self, depth: int) -> list[str]:
        other = [self._jump()] if self.chance.random() < 0.3 else self._some(2, depth)
        return [f"if {self._condition()} {{", *self._some(1, depth), self._jump(), "} else {", *other, "}"]

    def _switch(self, depth: int) -> list[str]:
        middle = self.chance.choice(["break", self._jump(), "fallthrough"])
        first = ["case 0:", *self._some(1, depth), middle]
        second = ["case 1:", *self._some(1, depth), f"{self._jump()} // leave"]
        return ["switch x % 3 {", *first, *second, "default:", "t.Log(9)", "}"]

    def _for(self, depth: int) -> list[str]:
        last = self.chance.choice(["continue", "break", self._jump()])
        return ["for j := 0; j < 2; j++ {", *self._some(1, depth), "if x > j {", last, "}", "t.Log(j)", "}"]

    def _select(self, depth: int) -> list[str]:
        last = self.chance.choice(["break", "t.Log(3)", self._jump()])
        return ["select {", "case <-make(chan int):", "default:", *self._some(1, depth), last, "}"]

    def _literal(self, depth: int) -> list[str]:
        del depth
        return ["acc += func() int {", "for {", "if x > 3 {", "break", "}", "return 2", "}", "return 1", "}()"]

    def _goto(self, depth: int) -> list[str]:
        label = f"again{self.chance.randint(0, 10**9)}"
        body = [f"{label}:", *self._some(1, depth), "tries++", "if tries < 2 {", f"goto {label}", "}"]
        return ["{", "tries := 0", *body, "}"]

    def _condition(self) -> str:
        return self.chance.choice(["x > 2", "x%2 == 0", "acc > 4", "x == 3 || acc == 2", "e != nil"])

    def _jump(self) -> str:
        jump = self.chance.choice(self.jumps)
        return self._return() if jump == "return" else jump

    def _return(self, error: str = "") -> str:
        chance = self.chance
        types, call = _SIGNATURES[self.results]
        if not types:
            return "return"
        if self.errors_only:
            failed = error or chance.choice(["errOdd", 'fmt.Errorf("bad %d", x)'])
            return f"return {', '.join([*(_VALUES[kind][0] for kind in types[:-1]), failed])}"
        # A naked return does not compile where a local variable hides the result err.
        if self.results.startswith(("(n int, _", "(p ", "(ok ")) and chance.random() < 0.3:
            return "return"
        if call and not error and chance.random() < 0.2:
            return f"return {call}"
        values = [chance.choice(_VALUES[kind]) if kind != "error" or not error else error for kind in types]
        return f"return {', '.join(values)}"


def _defers(node: Node) -> Iterator[Node]:
    if node.kind_id == syntax.DEFER_STATEMENT:
        yield node
    for child in node.named_children:
        yield from _defers(child)


def by_machinery(path: Path) -> bytes:
    """Each loop wrapped from its acquisition on, without asking whether that is wise."""
    file = World().file(path)
    edits: list[Edit] = []
    for function in file.functions:
        statement = next(_defers(function.node), None)
        if statement is None or not function.name.startswith("Case"):
            continue
        loop, owner = enclosing_loops(statement)[0], syntax.owner_of(statement)
        assert owner is not None
        body = statements_of(loop.child_by_field_id(syntax.F_BODY))
        first = next(one for one in body if syntax.text(one).startswith("h, err"))
        bindings = Bindings.of_function(function)
        errors = Errors(file, bindings, Types.of_function(function))
        found = wrap(Site(file, bindings, owner, loop, first, errors.is_error, errors.zero))
        if isinstance(found, Wrapped):
            edits += found.edits
    return apply_edits(file.data, edits)


def by_rule(path: Path) -> bytes:
    """All that the rule finds, mended by its preferred form."""
    models = Models.load("go")
    program = Program(World(), models)
    found = list(RULE.find(Analysis(program, program.world.file(path))))
    edits = [entry.edit for finding in found for fix in finding.fixes[:1] for entry in fix.edits]
    return apply_edits(path.read_bytes(), edits)


@dataclass
class Workshop:
    """A module with the packages before and after."""

    directory: Path
    go: Path

    def compare(self, seed: int, mend: Callable[[Path], bytes]) -> str:
        """What the toolchain, and the comparison, have to say about the programs of a seed."""
        chance = random.Random(seed)
        functions = [Function(f"Case{number}", chance) for number in range(_PROGRAMS)]
        texts = [function.write() for function in functions]
        before = self._lay_out(functions, texts)
        if said := self.run("gofmt", "-w", ".") or self.run("go", "build", "./before"):
            return f"seed {seed} makes programs that do not compile: {said}"
        after = mend(before).replace(b"package before", b"package after", 1)
        (self.directory / "after/cases.go").write_bytes(after)
        pieces = re.split(r"^func ", after.decode(), flags=re.MULTILINE)
        wrapped = {
            piece.split("(")[0].split("[")[0] for piece in pieces if re.search(r"func\(.*\{\n\t+h, err :=", piece)
        }
        rows = "".join(f'"{one.name}": {one.defers},\n' for one in functions if one.name in wrapped)
        assert len(wrapped) > _PROGRAMS / 2
        bounds = f"package after\n\nvar Defers = map[string]int{{\n{rows}}}\n"
        (self.directory / "after/bounds.go").write_text(bounds, encoding="utf-8")
        unformatted = self.run("gofmt", "-l", "after/cases.go")
        if said := unformatted or self.run("go", "build", "./after"):
            return f"seed {seed}: {said}"
        old, new = (self._complaints(side) for side in ("before", "after"))
        return f"seed {seed}: go vet: {new - old}" if new - old else self.run("go", "run", ".")

    def run(self, command: str, *arguments: str) -> str:
        """The output of a command that fails, or that has something to list."""
        alone = {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off"}
        binary = self.go.with_name(self.go.name.replace("go", command))
        done = subprocess.run(
            [binary, *arguments],
            cwd=self.directory,
            env={**os.environ, **alone},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr if done.returncode or command == "gofmt" else ""

    def _complaints(self, side: str) -> "Counter[str]":
        lines = self.run("go", "vet", f"./{side}").splitlines()
        return Counter(_POSITION.sub("", line) for line in lines if not line.startswith("#"))

    def _lay_out(self, functions: list[Function], texts: list[str]) -> Path:
        rows = "".join(f'"{one.name}": func(t *Trace, xs []int) string {{\n{one.call}\n}},\n' for one in functions)
        table = f"var Cases = map[string]func(*Trace, []int) string{{\n{rows}}}\n"
        for side in ("before", "after"):
            (self.directory / side).mkdir(parents=True, exist_ok=True)
            runtime = f'package {side}\n{_RUNTIME}\n{_NUMBER}\nconst Package = "{side}."\n\n{table}'
            (self.directory / side / "runtime.go").write_text(runtime, encoding="utf-8")
        (self.directory / "go.mod").write_text("module generated\n\ngo 1.22\n", encoding="utf-8")
        (self.directory / "main.go").write_text(_MAIN, encoding="utf-8")
        cases = self.directory / "before/cases.go"
        code = 'package before\n\nimport "fmt"\n\nvar _ = fmt.Sprint\n\n' + "\n\n".join(texts) + "\n"
        cases.write_text(code, encoding="utf-8")
        return cases


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programs")


@pytest.mark.parametrize("mend", [by_machinery, by_rule])
@settings(max_examples=2, derandomize=True, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32 - 1))
def test_programs_behave_as_before(seed: int, mend: Callable[[Path], bytes], scratch: Path, go_tool: Path) -> None:
    directory = scratch / mend.__name__ / str(seed)
    assert Workshop(directory, go_tool).compare(seed, mend) == ""
