"""Which objects of a function keep which alive: variables, what is made, and what comes from outside, language-neutral.

A language walks a function in order and tells what is stored where; what is stored later in the same place takes the
place of what was there. Who asks sees what is held in the end.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from leakfix.text.records import individual, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.text import Span


class CellKind(Enum):
    """Where an object comes from."""

    VARIABLE = "a variable"
    MADE = "made in the function"
    FUNCTION = "a function value with what it captures"
    OUTSIDE = "a parameter, or a result of an unknown function"


@individual
class Cell:
    """An object, compared by identity; ``name`` is how people call it."""

    kind: CellKind
    name: str


@record
class Site:
    """Where something is stored: ``line`` is 1-based in ``path``.

    ``offset`` and ``scope``, the innermost block, are those in the function that is walked: of the call, for what a
    callee stores.
    """

    path: str
    line: int
    offset: int
    scope: Span


@record
class Hold:
    """An object that keeps another one alive in its part ``label``; ``how`` says so to people."""

    holder: Cell
    held: Cell
    label: str
    how: str
    site: Site | None


@record
class Spot:
    """A part of an object: a field path such as ``next`` or ``list.head``, ``[]`` for elements, empty for all of it."""

    cell: Cell
    label: str = ""

    def part(self, label: str) -> Spot:
        """A part of the part."""
        return Spot(self.cell, f"{self.label}.{label}" if self.label and label else self.label or label)


class Holdings:
    """What is held at the moment, while a function is walked, and in the end."""

    def __init__(self) -> None:
        self._holds: dict[Cell, list[Hold]] = {}
        self._stored: set[Spot] = set()
        self._never: list[Spot] = []

    def add(self, hold: Hold) -> None:
        """Something is stored, and what was there before may be there still."""
        self._stored.add(Spot(hold.holder, hold.label))
        held = self._holds.setdefault(hold.holder, [])
        if not any((one.held, one.label) == (hold.held, hold.label) for one in held):
            held.append(hold)

    def replace(self, spot: Spot, site: Site) -> None:
        """Something takes the place of what was stored in the same block or deeper."""
        self._stored.add(spot)
        held = self._holds.get(spot.cell)
        if held is not None:
            held[:] = [hold for hold in held if not _is_part(hold.label, spot.label) or not _lies_in(hold.site, site)]

    def clear(self, spot: Spot, *, for_good: bool) -> None:
        """Nothing is held there any more; ``for_good``: whatever is stored there behind."""
        self._stored.add(spot)
        held = self._holds.get(spot.cell)
        if for_good:
            self._never.append(spot)
        elif held is not None:
            held[:] = [hold for hold in held if not _is_part(hold.label, spot.label)]

    def is_stored(self, spot: Spot) -> bool:
        """Whether something was stored in a part, or in all of the object."""
        return spot in self._stored or Spot(spot.cell) in self._stored

    def held(self, spot: Spot) -> set[Cell]:
        """What a part holds now."""
        return {hold.held for hold in self._holds.get(spot.cell, ()) if _is_part(hold.label, spot.label)}

    def of(self, cell: Cell) -> Iterator[Hold]:
        """What an object holds, but for parts that are cleared for good."""
        for hold in self._holds.get(cell, ()):
            if not any(spot.cell is cell and _is_part(hold.label, spot.label) for spot in self._never):
                yield hold


def _is_part(label: str, of: str) -> bool:
    return not of or label == of or label.startswith(f"{of}.")


def _lies_in(inner: Site | None, outer: Site) -> bool:
    """What was there from the beginning lies in every block: it may be gone."""
    return inner is None or outer.scope.start <= inner.offset < outer.scope.end
