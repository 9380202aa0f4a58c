"""What the values of a type keep alive is told of every kind of type, and not guessed."""

import pytest

from leakfix.languages.go.infer import Types
from leakfix.languages.go.pointers import Held, bearing_fields, bears_pointers, held
from leakfix.languages.go.types import Slice, Type
from tests.languages.go.programs import function, program

_DECLARATIONS = """package p

import (
	"net"
	"sync"
	"time"

	"example.com/far"
)

type id uint64
type name string
type names []name
type alias = [4]id
type point struct{ x, y float64 }
type timed struct{ at time.Time; n int }
type locked struct{ mu sync.Mutex; n int }
type node struct{ next *node; label string }
type labels struct{ first, second string }
type pair[K comparable, V any] struct{ key K; value V }
type far_ struct{ f far.Thing; c chan int }
type number interface{ ~int | ~float64 }
"""


def _element(text: str, parameters: str = "") -> Type | None:
    file = program(f"{_DECLARATIONS}\nvar _ net.Conn\n\nfunc f{parameters}(xs []{text}) {{\n\t_ = xs\n}}\n")
    there = function(file)
    types = Types.of_function(there)
    assert types.bindings is not None
    (variable, *_) = (v for v in types.bindings.variables if v.name == "xs")
    of = types.variable(variable)
    assert isinstance(of, Slice)
    return of.element


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[
            (text, Held.NOTHING)
            for text in ("int", "id", "alias", "point", "timed", "time.Time", "[0]*int", "struct{}")
        ],
        *[(text, Held.STRINGS) for text in ("string", "name", "[2]string", "labels", "pair[string, int]")],
        *[
            (text, Held.POINTERS)
            for text in (
                *("*int", "[]int", "names", "map[int]int", "chan int", "func()", "any", "error", "net.Conn"),
                *("node", "[1]node", "struct{ p *int }", "pair[int, *node]", "far_"),
            )
        ],
        *[(text, None) for text in ("far.Thing", "[3]far.Thing", "struct{ f far.Thing }")],
        ("locked", Held.NOTHING),
    ],
)
def test_what_a_type_keeps_alive(text: str, expected: Held | None) -> None:
    assert held(_element(text)) == expected
    assert bears_pointers(_element(text)) == (None if expected is None else expected is not Held.NOTHING)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [("any", Held.POINTERS), ("comparable", Held.POINTERS), ("number", Held.NOTHING), ("~string", Held.STRINGS)],
)
def test_a_type_parameter_is_as_wide_as_its_bound(bound: str, expected: Held) -> None:
    assert held(_element("T", f"[T {bound}]")) == expected


def test_the_fields_of_a_struct_that_bear_something() -> None:
    fields = bearing_fields(_element("node"))
    assert fields is not None
    assert [field.name for field in fields] == ["next", "label"]
    assert bearing_fields(_element("*node")) is None
    assert bearing_fields(_element("struct{ f far.Thing }")) is None
