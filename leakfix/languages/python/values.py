"""What expressions evaluate to, as far as resources are concerned: places that hold them, and how they are held."""

from __future__ import annotations

from enum import Enum
from typing import Final

from leakfix.flow import Outcome, Place
from leakfix.text.records import record


class Relation(Enum):
    """How a value relates to a place that it was made from."""

    ALIAS = "alias"
    THROUGH = "through"
    """It works through what the place holds; to close it is not to close the place."""
    OWNING = "owning"
    """To close it, or to call it, closes what the place holds."""


@record
class Link:
    """A value is what ``place`` holds, or works through it."""

    place: Place
    relation: Relation = Relation.ALIAS


@record
class Value:
    """What an expression evaluates to, as far as resources are concerned."""

    links: tuple[Link, ...] = ()
    items: tuple[Value, ...] = ()
    """The elements of a tuple or list that is written out."""
    is_list: bool = False
    """Whether the elements are those of something that may change: their places are not told apart."""
    known: Outcome | None = None
    """What a test of it tells."""

    def through(self, relation: Relation = Relation.THROUGH) -> Value:
        """A value that works through this one."""
        return Value(tuple(Link(link.place, _weaker(link.relation, relation)) for link in self.all_links()))

    def all_links(self) -> tuple[Link, ...]:
        """The links of the value and of its elements."""
        inner = tuple(link for item in self.items for link in item.all_links())
        return self.links + inner if inner else self.links

    @property
    def is_empty(self) -> bool:
        """Whether it has to do with nothing that is followed."""
        return not self.links and not any(not item.is_empty for item in self.items)


def _weaker(inner: Relation, outer: Relation) -> Relation:
    return Relation.THROUGH if Relation.THROUGH in (inner, outer) else Relation.OWNING


NOTHING: Final = Value()
NONE: Final = Value(known=Outcome.NIL)
TRUE: Final = Value(known=Outcome.NOT_NIL)


def joined(values: list[Value]) -> Value:
    """What is one of several values."""
    links = tuple(dict.fromkeys(link for value in values for link in value.all_links()))
    return Value(links) if links else NOTHING
