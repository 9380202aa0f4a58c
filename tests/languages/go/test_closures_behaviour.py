"""Programs before and after wrapping behave the same: made up at random, compiled and run by the real toolchain."""

import os
import random
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leakfix.languages.go.closures import Site, Wrapped, wrap
from leakfix.languages.go.closures_control import enclosing_function, enclosing_loops, nested, statements_of
from leakfix.languages.go import syntax
from leakfix.languages.go.closures_results import zero_of_predeclared
from leakfix.languages.go.packages import World
from leakfix.languages.go.scopes import Bindings
from leakfix.text import apply_edits

_PROGRAMS = 120
_POSITION = re.compile(r"^\S+:\d+:\d+: ")

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
	inputs := [][]int{nil, {0}, {1}, {2}, {3}, {4}, {5}, {6}, {0, 1}, {2, 6, 1}, {4, 4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {3, 9, 14, 1}}
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

# results as written, then a value for each column in turn, then a call that returns all of them.
_SIGNATURES = {
    "": ((), ""),
    "error": (("error",), "check(x)"),
    "(int, error)": (("int", "error"), "h.Use(x)"),
    "(n int, err error)": (("int", "error"), "h.Use(x + 1)"),
    "(n int, _ error)": (("int", "error"), "h.Use(x + 1)"),
    "(string, bool)": (("string", "bool"), ""),
    "(p *int, fine bool)": (("*int", "bool"), ""),
    "(Pair, error)": (("Pair", "error"), ""),
    "(ok bool)": (("bool",), ""),
    "Level": (("Level",), ""),
    "(Levels, Level, error)": (("Levels", "Level", "error"), ""),
    "([]int, map[string]int, error)": (("[]int", "map[string]int", "error"), ""),
    "(_ T, err error)": (("T", "error"), ""),
}

_VALUES = {
    "int": ("0", "0", "-1", "acc", "x"),
    "error": ("nil", "errOdd", 'fmt.Errorf("bad %d", x)', "check(x)", "e"),
    "string": ('""', '"a"', "text(x)"),
    "bool": ("true", "false", "false", "x > 2"),
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
    """One random function with a loop in whose body something is deferred."""

    name: str
    random: random.Random
    results: str = ""
    defers: int = 1
    depth: int = 0
    breakable: int = 0
    errors_only: bool = False
    leaves: str = ""
    outer: bool = False
    in_loop: bool = False

    def write(self) -> str:
        chance = self.random
        self.results = chance.choice(list(_SIGNATURES))
        self.errors_only = "error" in self.results and chance.random() < 0.4
        self.leaves = chance.choice(["", "", "b", "l", "bl"])
        self.outer = chance.random() < 0.5
        head, tail = self._statements(2, 0), self._statements(3, 0)
        acquire = self._acquire()
        body = [*head, *acquire, *tail]
        loop = self._loop("inner", body)
        if self.outer:
            loop = self._loop(
                "outer", [*self._plain(), *loop, *self._plain()], chance.choice(["range 2", "k := 0; k < 2; k++"])
            )
        types, _ = _SIGNATURES[self.results]
        last = f"return {', '.join(_VALUES[kind][-1] if kind != 'error' else 'nil' for kind in types)}".rstrip()
        opening = [
            "var e error",
            "acc, x := 0, 100",
            "t.Log(x)",
            *self._plain(),
            *loop,
            "t.Log(acc, e)",
            *self._plain(),
        ]
        if self.random.random() < 0.3:
            inner = "\n".join([f"run := func() {self.results} {{", *opening, last, "}"])
            opening, last = inner.split("\n"), "return run()" if types else "run()"
        generic = "[T any]" if "T" in types else ""
        parameters = f"t *Trace, xs []int{', zero T' if generic else ''}"
        return "\n".join([f"func {self.name}{generic}({parameters}) {self.results} {{", *opening, last, "}"])

    @property
    def call(self) -> str:
        types, _ = _SIGNATURES[self.results]
        call = f"{self.name}(t, xs{', 1.5' if 'T' in types else ''})"
        return f"return Show({call})" if types else f"{call}\nreturn Show()"

    def _loop(self, label: str, body: list[str], head: str = "_, x := range xs") -> list[str]:
        used = any(line in (f"break {label}", f"continue {label}") for line in body)
        labels = [f"{label}:"] if used else []
        return [*labels, f"for {head} {{", *body, "}"]

    def _acquire(self) -> list[str]:
        chance = self.random
        opened = chance.choice(["h, err := t.Open(x)", "h, err := t.Open(x + acc)"])
        error = self._return(guard="err") if chance.random() < 0.7 else "continue"
        lines = [opened, "if err != nil {", error, "}", "defer h.Close()"]
        if chance.random() < 0.3:
            self.defers = 2
            again = ["h2, err := t.Open(x + 1)", "if err != nil {", self._return(guard="err"), "}"]
            lines += [*again, "defer func() { _ = h2.Close() }()"]
        if chance.random() < 0.3:
            lines = ["v, err := x*3, check(x)", "t.Log(v, err)", *lines]
        lines += ["if _, err := h.Use(acc); err != nil {", self._jump(), "}"] if chance.random() < 0.5 else []
        return lines

    def _plain(self) -> list[str]:
        return self.random.choice([[], [], ['t.Log("plain")'], ["acc++"], ["acc += 2 // two"]])

    def _statements(self, most: int, depth: int) -> list[str]:
        return [line for _ in range(self.random.randint(0, most)) for line in self._statement(depth)]

    def _statement(self, depth: int) -> list[str]:
        chance = self.random
        kind = chance.choice(
            ["log", "acc", "raw", "err", "if", "if", "ifelse", "switch", "for", "select", "closure", "block"]
        )
        if depth > 2:
            kind = chance.choice(["log", "acc", "err"])
        inner = depth + 1
        match kind:
            case "log":
                return [f't.Log("at", {chance.randint(0, 99)}, x, acc)']
            case "acc":
                return (
                    [chance.choice(["acc += x", "acc-- // down", "x += 1", "y := x * 2\nt.Log(y)"])]
                    if depth
                    else ["acc += x"]
                )
            case "raw":
                return ["t.Log(`raw", "\tstring", "`, x)"]
            case "err":
                return (
                    [chance.choice(["e = check(x + acc)", "e = nil", "/* a", "block */", "e = check(acc)"])]
                    if 0
                    else ["e = check(x + acc)"]
                )
            case "if":
                return [f"if {self._condition()} {{", *self._statements(1, inner), self._jump(), "}"]
            case "ifelse":
                other = [self._jump()] if chance.random() < 0.3 else self._statements(2, inner)
                return [
                    f"if {self._condition()} {{",
                    *self._statements(1, inner),
                    self._jump(),
                    "} else {",
                    *other,
                    "}",
                ]
            case "switch":
                self.breakable += 1
                first, second = self._statements(1, inner), self._statements(1, inner)
                middle = chance.choice(["break", self._jump(), "fallthrough"])
                self.breakable -= 1
                return [
                    "switch x % 3 {",
                    "case 0:",
                    *first,
                    middle,
                    "case 1:",
                    *second,
                    self._jump(),
                    "default:",
                    "t.Log(9)",
                    "}",
                ]
            case "for":
                kept, self.in_loop = self.in_loop, True
                self.breakable += 1
                body = self._statements(1, inner)
                last = chance.choice(["continue", "break", self._jump()])
                self.breakable -= 1
                self.in_loop = kept
                return ["for j := 0; j < 2; j++ {", *body, f"if x > j {{", last, "}", "t.Log(j)", "}"]
            case "select":
                self.breakable += 1
                body = self._statements(1, inner)
                self.breakable -= 1
                return [
                    "select {",
                    "case <-make(chan int):",
                    "default:",
                    *body,
                    chance.choice(["break", "t.Log(3)"]),
                    "}",
                ]
            case "closure":
                return ["acc += func() int {", "for {", "if x > 3 {", "break", "}", "return 2", "}", "return 1", "}()"]
        return ["{", *self._statements(1, inner), "}"]

    def _condition(self) -> str:
        return self.random.choice(["x > 2", "x%2 == 0", "acc > 4", "x == 3 || acc == 2", "e != nil"])

    def _jump(self) -> str:
        chance = self.random
        choices = ["return", "return", "continue"]
        if "b" in self.leaves:
            choices.append("break")
        if "l" in self.leaves:
            choices += ["continue inner", "break inner"]
            choices += ["continue outer", "break outer"] if self.outer else []
        kind = chance.choice(choices)
        if kind == "return":
            return self._return()
        return kind

    def _return(self, guard: str = "") -> str:
        chance = self.random
        types, call = _SIGNATURES[self.results]
        if not types:
            return "return"
        if self.errors_only:
            error = guard or chance.choice(["errOdd", 'fmt.Errorf("bad %d", x)'])
            return f"return {', '.join([*(_VALUES[kind][0] for kind in types[:-1]), error])}"
        named = self.results.startswith("(n ") or self.results.startswith(("(p ", "(ok "))
        if named and "err error" not in self.results and chance.random() < 0.3:
            return "return"
        if call and guard == "" and "h." not in call and chance.random() < 0.2:
            return f"return {call}"
        values = [chance.choice(_VALUES[kind]) if kind != "error" or not guard else guard for kind in types]
        return f"return {', '.join(values)}"


def _wrapped(path: Path) -> tuple[bytes, dict[str, str]]:
    """The file with the first loop of each function wrapped that defers something, and what stood in the way."""
    file = World().file(path)
    edits, obstacles = [], {}
    for function in file.functions:
        defers = [node for node in nested_everywhere(function.node) if node.kind_id == syntax.DEFER_STATEMENT]
        if not defers or function.name[:4] != "Case":
            continue
        loop = enclosing_loops(defers[0])[0]
        owner = enclosing_function(loop)
        assert owner is not None
        body = statements_of(loop.child_by_field_id(syntax.F_BODY))
        first = next(one for one in body if one.text.startswith((b"v, err", b"h, err")))
        outcome = wrap(
            Site(
                file,
                Bindings.of_function(function),
                owner,
                loop,
                first,
                _is_error,
                lambda kind: zero_of_predeclared(syntax.text(kind)),
            )
        )
        if isinstance(outcome, Wrapped):
            edits += outcome.edits
        else:
            obstacles[function.name] = f"{outcome.code}: {outcome.reason}"
    return apply_edits(file.data, edits), obstacles


def nested_everywhere(node):
    yield node
    for child in node.named_children:
        yield from nested_everywhere(child)


def _is_error(value, statement) -> bool:
    return value.text == b"err" or value.text == b"errOdd" or value.text.startswith(b"fmt.Errorf")


def run_batch(seed: int, directory: Path, go: Path, count: int = _PROGRAMS) -> str:
    chance = random.Random(seed)
    functions = [Function(f"Case{number}", chance) for number in range(count)]
    texts = [function.write() for function in functions]
    table = "\n".join(f'"{one.name}": func(t *Trace, xs []int) string {{\n{one.call}\n}},' for one in functions)
    tables = f"var Cases = map[string]func(*Trace, []int) string{{\n{table}\n}}\n"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off"}

    def run(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode or command[0] == gofmt else ""

    gofmt = go.with_name("gofmt")
    for side in ("before", "after"):
        (directory / side).mkdir(parents=True, exist_ok=True)
        (directory / side / "runtime.go").write_text(
            f'package {side}\n{_RUNTIME}\nconst Package = "{side}."\n\n{tables}'
        )
    imports = 'import "fmt"\n\nvar _ = fmt.Sprint\n\n'
    before = directory / "before" / "cases.go"
    before.write_text("package before\n\n" + imports + "\n\n".join(texts) + "\n")
    (directory / "go.mod").write_text("module generated\n\ngo 1.22\n")
    (directory / "main.go").write_text(_MAIN)
    if said := run(gofmt, "-w", "before", "after", "main.go"):
        return said
    data, obstacles = _wrapped(before)
    defers = "\n".join(f'"{one.name}": {one.defers},' for one in functions if one.name not in obstacles)
    bounds = f"package after\n\nvar Defers = map[string]int{{\n{defers}\n}}\n"
    (directory / "after" / "bounds.go").write_text(bounds)
    (directory / "after" / "cases.go").write_bytes(data.replace(b"package before", b"package after", 1))
    (directory / "obstacles.txt").write_text("\n".join(f"{k} {v}" for k, v in obstacles.items()))
    if said := run(go, "build", "./before", "./after") or run(gofmt, "-l", "after/cases.go"):
        return said
    complaints = [
        Counter(_POSITION.sub("", line) for line in run(go, "vet", f"./{side}").splitlines()[1:])
        for side in ("before", "after")
    ]
    return str(complaints) if complaints[0] != complaints[1] else run(go, "run", ".")
