"""What names in a function mean: declarations, uses, shadowing, captures."""

import pytest

from leakfix.languages.go import syntax
from leakfix.languages.go.packages import File
from leakfix.languages.go.scopes import Bindings, Variable
from tests.languages.go.programs import body, expression, function, program


def uses(file: File, name: str) -> list[list[str]]:
    """For each variable of a name, in order of declaration, the lines' texts at its uses."""
    bindings = Bindings.of_function(function(file))
    return [
        [f"{file.source.line(use.start_byte)}:{file.source.column(use.start_byte)}" for use in bindings.uses(variable)]
        for variable in bindings.variables
        if variable.name == name
    ]


def variables(file: File) -> dict[str, list[Variable]]:
    found: dict[str, list[Variable]] = {}
    for variable in Bindings.of_function(function(file)).variables:
        found.setdefault(variable.name, []).append(variable)
    return found


def lines_of_uses(file: File, name: str) -> list[list[int]]:
    """For each variable of a name, the lines of the body (from 1) that use it."""
    first = file.source.line(function(file).node.start_byte)
    return [[int(place.partition(":")[0]) - first for place in places] for places in uses(file, name)]


@pytest.mark.parametrize(
    ("lines", "name", "expected"),
    [
        (["x := 1", "x = 2", "x := x"], "x", [[2, 3, 3]]),
        (["x := 1", "{", "x := x", "_ = x", "}", "_ = x"], "x", [[3, 6], [4]]),
        (["x, err := g()", "y, err := g()"], "err", [[2]]),
        (["if x := g(); x > 0 {", "x := x", "_ = x", "} else if x < 0 {", "_ = x", "}"], "x", [[1, 2, 4, 5], [3]]),
        (["for x := range x {", "_ = x", "}"], "x", [[2]]),
        (["for i, x := range xs {", "_ = i", "_ = x", "}", "x()"], "x", [[3]]),
        (["for i := 0; i < 3; i++ {", "i := i", "_ = i", "}"], "i", [[1, 1, 2], [3]]),
        (["switch x := g(); x {", "case 1:", "y := 1", "_ = y", "case 2:", "_ = y", "}"], "y", [[4]]),
        (["switch x := x.(type) {", "case int:", "_ = x", "default:", "_ = x", "}"], "x", [[3, 5]]),
        (["select {", "case x, ok := <-ch:", "_, _ = x, ok", "case x = <-ch:", "}"], "x", [[3]]),
        (["var x, y = y, x", "_ = x"], "x", [[2]]),
        (["x := func(x int) { _ = x }", "x(1)"], "x", [[1], [2]]),
        (["x := 1", "go func() { x++ }()"], "x", [[2]]),
        (["x := 1", "x:", "for {", "break x", "}"], "x", [[]]),
        (["x := 1", "_ = p.x", "_ = q.x()"], "x", [[]]),
        (["hs := g()", "i := 0", "hs[i](i)", "hs[i](i, i)"], "hs", [[3, 4]]),
        (["hs := g()", "i := 0", "hs[i](i)", "hs[i](i, i)"], "i", [[3, 3, 4, 4, 4]]),
        (["x := 1", "_ = new(x)"], "x", [[2]]),
        (["x := 1", "g := func(x int) {}", "g(x)"], "x", [[3], []]),
        (["x := 1 // x := 2", "_ = `x := 3`", "_ = x"], "x", [[3]]),
        (["xx := 1", "x := xx", "_ = x"], "x", [[3]]),
        (["x := []int{}", "h(x...)"], "x", [[2]]),
        (["switch y := x.(type) {", "case int:", "_ = func(y int) { _ = y }", "}"], "y", [[], [3]]),
    ],
)
def test_uses_belong_to_the_innermost_declaration(lines: list[str], name: str, expected: list[list[int]]) -> None:
    assert lines_of_uses(body(*lines), name) == expected


@pytest.mark.parametrize(
    ("literal", "counts"),
    [
        ("T{f: f}", 1),
        ("&T{f: f}", 1),
        ("M{f: f}", 2),
        ("map[string]T{f: {f: f}}", 2),
        ("[]T{{f: f}}", 1),
        ("[]int{f: f}", 2),
        ("struct{ f int }{f: f}", 1),
        ("unknown.T{f: f}", 1),
        ("G[int]{f: f}", 1),
        ("T{f /* the field */ : f}", 1),
        ("M{f /* the key */ : f}", 2),
    ],
)
def test_field_names_in_literals_are_no_uses(literal: str, counts: int) -> None:
    declarations = "type T struct{ f int }\ntype M map[int]int\ntype G[K any] struct{ f K }"
    file = body("f := 1", f"_ = {literal}", declarations=declarations)
    assert [len(found) for found in uses(file, "f")] == [counts]


def test_parameters_results_and_receivers_are_told_apart() -> None:
    file = program(
        "package p\ntype T struct{}\nfunc (t *T) f(a, b int, c ...string) (n int, err error) { var l int }\n"
    )
    found = Bindings.of_function(file.functions[0]).variables
    assert {variable.name: variable.kind for variable in found} == {
        "t": "receiver",
        "a": "param",
        "b": "param",
        "c": "param",
        "n": "result",
        "err": "result",
        "l": "local",
    }
    assert [variable.position for variable in found if variable.kind == "param"] == [0, 1, 2]


def test_captures_are_visible_by_the_function_that_owns_a_variable() -> None:
    file = body("x := 1", "defer func() {", "y := x", "_ = y", "}()")
    found = variables(file)
    assert found["x"][0].function.kind_id == syntax.FUNCTION_DECLARATION
    assert found["y"][0].function.kind_id == syntax.FUNC_LITERAL


def test_scope_of_a_local_is_its_block() -> None:
    found = variables(body("x := 1", "if y := x; y > 0 {", "z := y", "_ = z", "}"))
    assert [found[name][0].scope.kind_id for name in "xyz"] == [syntax.BLOCK, syntax.IF_STATEMENT, syntax.BLOCK]


def test_names_that_no_function_declares_are_no_variables() -> None:
    file = body("os.Exit(len(y))", declarations='import "os"\nvar y string')
    bindings = Bindings.of_function(function(file))
    assert bindings.variables == ()
    assert [bindings.variable(expression(file, name)) for name in ("os", "len", "y")] == [None, None, None]


def test_every_visible_name_is_found_for_choosing_a_free_one() -> None:
    declarations = 'import (\n\t"os"\n\tother "io"\n)\nvar global int\ntype Shape struct{}'
    file = body("a := 1", "{", "b := 2", "_ = b", "}", "c := a", "_ = c", declarations=declarations)
    bindings = Bindings.of_function(function(file))
    last = bindings.variables[-1].declaration
    names = bindings.names_at(last)
    assert {"a", "global", "Shape", "f", "os", "other", "len", "error"} <= names
    assert "b" not in names
    assert "c" not in names


def test_local_constants_and_types_are_entities_but_no_variables() -> None:
    file = body("const c = 1", "type t struct{}", "_ = c", "x := t{}", "_ = x")
    bindings = Bindings.of_function(function(file))
    assert [variable.name for variable in bindings.variables] == ["x"]
    assert {entity.name: entity.kind for entity in bindings.entities} == {"c": "const", "t": "type", "x": "local"}


def test_uses_are_in_source_order() -> None:
    file = body("x := g()", "h(x, x)", "x, y := x, x", "_, _ = x, y")
    assert uses(file, "x") == [sorted(uses(file, "x")[0], key=lambda place: tuple(map(int, place.split(":"))))]
