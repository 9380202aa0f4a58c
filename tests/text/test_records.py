"""Records are what `dataclasses` would make of the same classes, and quicker to make."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import pytest

from leakfix.text.records import individual, ordered, record, replace, state

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
OTHER: Any = (1, 2, "")
ABSENT: Any = {"z": 2}


@record
class Point:
    """A value."""

    x: int
    y: int = 2
    name: str = ""

    @property
    def sum(self) -> int:
        """Of both."""
        return self.x + self.y


@record
class Tagged(Generic[T]):
    """A value of a generic class."""

    value: T
    tags: tuple[str, ...] = ()


@record
class Counted:
    """Not plain: `dataclass` makes it."""

    kind: ClassVar[str] = "counted"
    value: int
    shown: str = field(default="", compare=False)
    notes: list[str] = field(default_factory=list, compare=False)


@individual
class Node:
    """Equal to itself alone."""

    name: str


@ordered
class Version:
    """Compared by its fields."""

    major: int
    minor: int


def test_a_record_takes_its_fields_by_position_by_name_and_by_default() -> None:
    assert Point(1, 2, "") == Point(1) == Point(y=2, x=1)
    assert Point(3, name="n").sum == 5


@pytest.mark.parametrize("call", [lambda make: make(), lambda make: make(1, 2, "", 4), lambda make: make(1, z=1)])
def test_arguments_that_do_not_fit_are_refused(call: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\)"):
        call(Point)


def test_records_are_compared_and_hashed_by_their_fields() -> None:
    assert Point(1) != Point(2)
    assert len({Point(1), Point(1, 2), Point(1, 3)}) == 2
    assert Point(1) != OTHER


def test_individuals_are_compared_by_what_they_are() -> None:
    one = Node("a")
    assert one == one
    assert one != Node("a")
    assert len({one, Node("a")}) == 2


def test_ordered_records_are_compared_from_the_first_field_on() -> None:
    assert sorted([Version(2, 0), Version(1, 9)]) == [Version(1, 9), Version(2, 0)]


def test_a_record_has_no_more_than_its_fields() -> None:
    with pytest.raises(AttributeError):
        Point(1).other = 1  # type: ignore[attr-defined]


def test_what_is_not_plain_is_a_dataclass_as_ever() -> None:
    assert Counted(1, "a") == Counted(1, "b")
    assert Counted(1).notes is not Counted(1).notes
    assert Counted.kind == "counted"


@pytest.mark.parametrize("value", [Point(1, 5, "n"), Tagged("t", ("a",)), Counted(3, "s"), Version(1, 2)])
def test_records_can_be_copied_and_sent_elsewhere(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value


def test_a_record_is_shown_by_its_fields() -> None:
    assert repr(Point(1, name="n")) == "Point(x=1, y=2, name='n')"


def test_the_standard_library_takes_a_record_for_a_dataclass() -> None:
    assert dataclasses.replace(Point(1, 3), x=2) == Point(2, 3)
    assert [one.name for one in dataclasses.fields(Point(1))] == ["x", "y", "name"]
    assert dataclasses.astuple(Point(1)) == (1, 2, "")
    with pytest.raises(TypeError):
        dataclasses.replace(Point(1), **ABSENT)


def test_a_record_is_matched_by_position() -> None:
    match Point(1, 2, "n"):
        case Point(x, _, name):
            assert (x, name) == (1, "n")


def test_defaults_that_are_shared_and_mutable_are_refused() -> None:
    with pytest.raises(ValueError, match="mutable default"):

        @record
        class Wrong:
            values: list[int] = []  # noqa: RUF012 (what is refused)


def test_a_field_without_a_default_comes_first() -> None:
    with pytest.raises(TypeError, match="non-default argument"):

        @record
        class Wrong:
            first: int = 1
            second: int  # type: ignore[misc]


@state
class Heap:
    """Changes, and equals nothing but itself."""

    name: str
    values: list[int] = field(default_factory=list)


@record
class Hidden:
    """Shows only a part of itself, and keeps what it has worked out."""

    name: str
    data: bytes = field(repr=False)
    table: dict[str, int] = field(default_factory=dict)

    @cached_property
    def size(self) -> int:
        """Of the data."""
        return len(self.data)


@ordered
class Named:
    """Compared by a part of itself."""

    name: str
    place: int = field(default=0, compare=False)
    kind: str = ""


@record
class Nothing:
    """A value like all others of its class."""


def test_fields_can_be_left_out_of_comparisons() -> None:
    assert Named("a", 1) == Named("a", 2) != Named("a", 1, "k")
    assert len({Named("a", 1), Named("a", 2)}) == 1
    assert Named("a", 9) < Named("b", 1)
    assert repr(Named("a", 1)) == "Named(name='a', place=1, kind='')"


def test_values_without_fields_are_equal() -> None:
    assert Nothing() == Nothing() == pickle.loads(pickle.dumps(Nothing()))
    assert hash(Nothing()) == hash(Nothing())
    assert repr(Nothing()) == "Nothing()"


def test_each_value_gets_a_default_of_its_own() -> None:
    one, other = Heap("a"), Heap("a")
    one.values.append(1)
    one.name = "b"
    assert (one.name, one.values, other.values) == ("b", [1], [])
    assert Heap("a", [2]).values == [2]
    assert one != copy.copy(one)


def test_fields_can_be_hidden_and_properties_kept() -> None:
    value = Hidden("n", b"data")
    assert repr(value) == "Hidden(name='n', table={})"
    assert value.size == 4
    assert value.__dict__ == {"size": 4}
    assert pickle.loads(pickle.dumps(value)) == value
    assert [one.name for one in dataclasses.fields(value)] == ["name", "data", "table"]
    assert dataclasses.replace(value, name="m").table == {}


def test_ordered_records_are_on_either_side_of_each_other() -> None:
    assert Version(1, 2) < Version(1, 3) <= Version(1, 3)
    assert Version(2, 0) > Version(1, 9) >= Version(1, 9)
    with pytest.raises(TypeError):
        assert Version(1, 2) < OTHER


def test_a_record_is_replaced_in_part() -> None:
    assert replace(Point(1, 3, "n"), x=2) == Point(2, 3, "n")
    with pytest.raises(TypeError):
        replace(Point(1), **ABSENT)
