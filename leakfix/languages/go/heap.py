"""What the objects of a Go function keep alive: one walk over its body in order, callees of the project included.

Loops are walked once: what is made in one round is one object, and what the round before made is none of it. What is
not known holds nothing. The walk is made for one place of the function (``focus``): what is cleared in a block around
it is gone, what is cleared on a side path is not.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from leakfix.flow.holdings import Cell, CellKind, Hold, Holdings, Site, Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.types import Array, Struct, underlying
from leakfix.text import Span
from leakfix.text.records import individual, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type

Cells = frozenset[Cell]
NO_CELLS: Final[Cells] = frozenset()
ELEMENTS: Final = "[]"

_BUDGET: Final = 4000
"""How many objects one walk makes at most; behind that nothing is known."""
_BLOCKS: Final = frozenset(
    {
        syntax.BLOCK,
        syntax.EXPRESSION_CASE,
        syntax.TYPE_CASE,
        syntax.DEFAULT_CASE,
        syntax.COMMUNICATION_CASE,
    }
)


@state
class Frame:
    """One activation of a function: its variables as objects, and what it has returned so far."""

    function: Function
    bindings: Bindings
    types: Types
    call: Node | None
    """The call in the walked function that led here; None in that function itself."""
    outer: tuple[Function, ...] = ()
    cells: dict[Variable, Cell] = field(default_factory=dict)
    made: dict[int, Cell] = field(default_factory=dict)
    results: dict[int, tuple[Cells, ...]] = field(default_factory=dict)
    returned: list[Cells] = field(default_factory=list)

    @classmethod
    def of(
        cls, program: Program, function: Function, call: Node | None = None, outer: Iterable[Function] = ()
    ) -> Frame:
        """A fresh activation."""
        return cls(function, program.bindings(function), program.types(function), call, (*outer, function))

    def own(self, kind: str) -> list[Variable]:
        """The parameters, results or receiver of the function itself, none of a literal in it."""
        return [v for v in self.bindings.variables if v.kind == kind and v.function == self.function.node]

    def cell(self, variable: Variable) -> Cell:
        """The object that a variable is."""
        known = self.cells.get(variable)
        if known is None:
            from_outside = variable.kind in ("param", "receiver") and is_by_value(self.types.variable(variable))
            kind = CellKind.OUTSIDE if from_outside else CellKind.VARIABLE
            known = self.cells[variable] = Cell(kind, variable.name)
        return known


@individual
class Setting:
    """A call of runtime.SetFinalizer that the walk met: the objects of its arguments at that time."""

    call: Node
    function: Function
    objects: Cells
    finalizers: Cells
    depth: int
    site: Site
    later: bool
    """Whether it is made in a deferred call or in a function literal."""


class Heap:
    """The objects of one walk."""

    def __init__(self, program: Program, focus: int) -> None:
        """``focus`` is the byte offset in the walked function that the answer is wanted for."""
        self.program = program
        self.focus = focus
        self.holdings = Holdings()
        self.variables: Mapping[Variable, Cell] = {}
        """The variables of the walked function."""
        self._outside: dict[Spot, Cell] = {}
        self._count = 0

    @property
    def is_spent(self) -> bool:
        """Whether the function is too large to be walked to its end."""
        return self._count > _BUDGET

    def make(self, kind: CellKind, name: str) -> Cell:
        """A new object."""
        self._count += 1
        return Cell(kind, name)

    def load(self, spots: Iterable[Spot]) -> Cells:
        """What is read from some places; what came from outside holds something there that nobody knows."""
        found: set[Cell] = set()
        for spot in spots:
            held = self.holdings.held(spot)
            if not held and spot.cell.kind is CellKind.OUTSIDE and spot.label and not self.holdings.is_stored(spot):
                held = {self._outside_of(spot)}
            found |= held
        return frozenset(found)

    def store(self, spots: Iterable[Spot], cells: Cells, how: str, site: Site, *, replaces: bool = True) -> None:
        """Something is stored in one of some places."""
        places = list(spots)
        if replaces and len(places) == 1 and ELEMENTS not in places[0].label:
            self.holdings.replace(places[0], site)
        for spot in places:
            for cell in sorted(cells, key=lambda one: one.name):
                self.holdings.add(Hold(spot.cell, cell, spot.label, how, site))

    def clear(self, spots: Iterable[Spot], site: Site, *, later: bool) -> None:
        """Nothing is left in some places; ``later``: at a time that nobody knows."""
        if later or site.scope.start <= self.focus < site.scope.end:
            for spot in spots:
                self.holdings.clear(spot, for_good=later)

    def _outside_of(self, spot: Spot) -> Cell:
        known = self._outside.get(spot)
        if known is None:
            known = self._outside[spot] = self.make(CellKind.OUTSIDE, f"{spot.cell.name}.{spot.label}")
            self.holdings.add(Hold(spot.cell, known, spot.label, "", None))
        return known


def is_by_value(t: Type | None) -> bool:
    """Whether a variable of a type holds its parts itself."""
    return isinstance(underlying(t), Struct | Array)


def scope_of(node: Node) -> Span:
    """The innermost block or case around a node."""
    at: Node | None = node.parent
    while at is not None and at.kind_id not in _BLOCKS:
        at = at.parent
    return Span(at.start_byte, at.end_byte) if at is not None else Span(node.start_byte, node.end_byte)
