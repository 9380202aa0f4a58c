"""Members and method sets of types."""

import pytest

from leakfix.languages.go import types
from leakfix.languages.go.infer import Types
from leakfix.languages.go.types import has_method, implements, selection, underlying
from tests.languages.go.programs import expression, holder, program

SOURCE = """package p

import (
	"io"
	"os"

	"example.com/far"
)

type File struct{ *os.File }
type Value struct{ n int }

func (v *Value) Close() error { return nil }

type Wrong struct{}

func (Wrong) Close() {}

type Far struct{ far.Thing }

func f(file File, value Value, pointer *Value, wrong Wrong, distant Far, closer io.Closer, e error, r *io.Reader) {
	use(file, value, pointer, wrong, distant, closer, e, r)
}
"""


def type_named(name: str) -> types.Type | None:
    file = program(SOURCE)
    node = expression(file, name)
    return holder(file, node).of(node)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("file", True),
        ("value", True),
        ("pointer", True),
        ("wrong", True),
        ("distant", None),
        ("closer", True),
        ("e", False),
        ("r", False),
    ],
)
def test_methods_are_found_or_surely_not_there_or_unknown(name: str, expected: bool | None) -> None:
    assert has_method(type_named(name), "Close") is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("file", True),
        ("value", False),
        ("pointer", True),
        ("wrong", False),
        ("distant", None),
        ("closer", True),
        ("e", False),
    ],
)
def test_implementing_an_interface_needs_method_sets_and_signatures(name: str, expected: bool | None) -> None:
    assert implements(type_named(name), type_named("closer")) is expected


def test_promotion_tells_through_which_fields() -> None:
    found = selection(type_named("file"), "Close")
    assert found is not None
    assert (found.kind, str(found.owner), found.path) == ("method", "os.File", ("File",))


def test_unknown_is_neither_a_member_nor_none_of_them() -> None:
    assert selection(None, "Close") is None
    assert has_method(None, "Close") is None
    assert underlying(type_named("distant")) is not None


def test_byte_and_uint8_are_one_type_spelled_as_written() -> None:
    assert types.BASICS["uint8"] == types.BYTE
    assert str(types.Slice(types.BYTE)) == "[]byte"
    assert types.Slice(types.RUNE) == types.Slice(types.BASICS["int32"])


def test_types_are_compared_by_structure() -> None:
    file = program(
        "package p\nfunc f(a map[string][]*T, b map[string][]*T, c func(int) error) { use(a, b, c) }\ntype T int\n"
    )
    found = Types.of_function(file.functions[0])
    a, b, c = (found.of(expression(file, name)) for name in "abc")
    assert a == b
    assert hash(a) == hash(b)
    assert a != c
