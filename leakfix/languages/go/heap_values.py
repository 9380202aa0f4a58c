"""Which objects a Go expression may refer to, and which place it denotes, while a function is walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.holdings import Cell, CellKind, Hold, Site, Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.heap import ELEMENTS, NO_CELLS, is_by_value, scope_of
from leakfix.languages.go.types import (
    UNSAFE_POINTER,
    Array,
    Basic,
    Map,
    Pointer,
    Slice,
    Struct,
    selection,
    underlying,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.heap import Cells, Frame, Heap
    from leakfix.languages.go.heap_walk import Walk
    from leakfix.languages.go.types import Selection, Type

_SHOWN: Final = 40


class Values:
    """The values of one activation."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    @property
    def _heap(self) -> Heap:
        return self._walk.heap

    @property
    def _frame(self) -> Frame:
        return self._walk.frame

    # values

    def of(self, node: Node) -> Cells:
        """The objects that an expression may refer to, or, for a struct, those that its parts refer to."""
        node = syntax.unparen(node)
        kind = node.kind_id
        if self._heap.is_spent:
            return NO_CELLS
        if kind == syntax.UNARY_EXPRESSION:
            return self._unary(node)
        if kind == syntax.COMPOSITE_LITERAL:
            return self._composite(node)
        if kind == syntax.FUNC_LITERAL:
            return frozenset({self.closure(node)})
        if kind in (syntax.CALL_EXPRESSION, syntax.TYPE_CONVERSION_EXPRESSION):
            return next(iter(self._walk.calls.results(node)), NO_CELLS)
        if kind == syntax.SELECTOR_EXPRESSION:
            bound = self._bound(node)
            return bound if bound is not None else self._heap.load(self.spots(node))
        if kind in (syntax.IDENTIFIER, syntax.INDEX_EXPRESSION):
            return self._heap.load(self.spots(node))
        if kind == syntax.VARIADIC_ARGUMENT:
            return self.of(syntax.operands(node)[0])
        if kind in (syntax.TYPE_ASSERTION_EXPRESSION, syntax.SLICE_EXPRESSION):
            operand = node.child_by_field_id(syntax.F_OPERAND)
            return self._sliced(operand) if operand is not None else NO_CELLS
        for child in syntax.operands(node):
            self._walk.visit(child)
        return NO_CELLS

    def _unary(self, node: Node) -> Cells:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        sign = syntax.operator(node)
        if operand is None or sign not in ("&", "*"):
            self._walk.children(node)
            return NO_CELLS
        if sign == "*":
            return self._heap.load(self.spots(node))
        operand = syntax.unparen(operand)
        if operand.kind_id != syntax.COMPOSITE_LITERAL:
            return frozenset(spot.cell for spot in self.spots(operand))
        cell = self.made(node, CellKind.MADE)
        self.fill(Spot(cell), operand)
        return frozenset({cell})

    def _sliced(self, operand: Node) -> Cells:
        if isinstance(underlying(self.type_of(operand)), Array):
            return frozenset(spot.cell for spot in self.spots(operand))
        return self.of(operand)

    def _composite(self, node: Node) -> Cells:
        """A struct as a value is what its parts refer to; a slice or map is an object of its own."""
        cell = self.made(node, CellKind.MADE)
        self.fill(Spot(cell), node)
        return self._heap.load([Spot(cell)]) if is_by_value(self.type_of(node)) else frozenset({cell})

    def closure(self, literal: Node, *, walked: bool = True) -> Cell:
        """A function literal, which holds the variables that it captures; its body runs at any time, or not at all."""
        is_new = literal.id not in self._frame.made
        cell = self.made(literal, CellKind.FUNCTION)
        if is_new:
            bindings = self._frame.bindings
            for variable in bindings.variables:
                if literal.start_byte <= variable.declaration.start_byte < literal.end_byte:
                    continue
                use = next((u for u in bindings.uses(variable) if _lies_in(u, literal)), None)
                if use is not None:
                    how = f"the function literal captures `{variable.name}`"
                    held = self._frame.cell(variable)
                    self._heap.holdings.add(Hold(cell, held, variable.name, how, self.site(use)))
            if walked:
                self._walk.literal(literal)
        return cell

    def _bound(self, node: Node) -> Cells | None:
        """The function value ``x.m``, which holds its receiver; None when the selector is no method value."""
        operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        found = self.selected(node)
        if found is None or found.kind != "method" or operand is None or name is None:
            return None
        if not self._is_expression(operand):
            return NO_CELLS
        cell = self.made(node, CellKind.FUNCTION)
        how = f"the method value `{syntax.text(node)}` holds `{syntax.text(operand)}`"
        self._heap.store([Spot(cell)], self.receiver(operand, found), how, self.site(node))
        return frozenset({cell})

    def receiver(self, operand: Node, found: Selection) -> Cells:
        """What the receiver of a method is bound to: an object, or what the parts of a copy refer to."""
        t = self.type_of(operand)
        spots = self._inside(operand, t)
        for name in found.path:
            spots, t = self._part(spots, t, name)
            if isinstance(underlying(t), Pointer):
                spots = [Spot(cell) for cell in self._heap.load(spots)]
        if found.interface or not spots:
            return self.of(operand)
        return self._heap.load(spots) if has_value_receiver(found) else frozenset(spot.cell for spot in spots)

    # places

    def spots(self, node: Node) -> list[Spot]:
        """The places that an expression may denote."""
        node = syntax.unparen(node)
        if node.kind_id == syntax.IDENTIFIER:
            variable = self._frame.bindings.variable(node)
            return [Spot(self._frame.cell(variable))] if variable is not None else []
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None:
            return []
        if node.kind_id == syntax.SELECTOR_EXPRESSION:
            return self._field(node, operand)
        if node.kind_id == syntax.INDEX_EXPRESSION:
            under = underlying(self.type_of(operand))
            if isinstance(under, Array):
                return [spot.part(ELEMENTS) for spot in self.spots(operand)]
            return [Spot(cell, ELEMENTS) for cell in self.of(operand)] if isinstance(under, Slice | Map) else []
        if node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "*":
            return [Spot(cell) for cell in self.of(operand)]
        return []

    def _field(self, node: Node, operand: Node) -> list[Spot]:
        found = self.selected(node)
        if found is None or found.kind != "field":
            return []
        t = self.type_of(operand)
        spots = self._inside(operand, t)
        for name in found.path:
            spots, t = self._part(spots, t, name)
            if isinstance(underlying(t), Pointer):
                spots = [Spot(cell) for cell in self._heap.load(spots)]
        return [spot.part(found.name) for spot in spots]

    def _inside(self, operand: Node, t: Type | None) -> list[Spot]:
        if isinstance(underlying(t), Pointer):
            return [Spot(cell) for cell in self.of(operand)]
        return self.spots(operand) if t is not None else []

    def _part(self, spots: list[Spot], t: Type | None, name: str) -> tuple[list[Spot], Type | None]:
        found = selection(t, name)
        return [spot.part(name) for spot in spots], found.type if found is not None else None

    # what is stored

    def fill(self, spot: Spot, literal: Node) -> None:
        """Store the elements of a composite literal in the parts of a place."""
        body = literal.child_by_field_id(syntax.F_BODY)
        if body is not None:
            self._fill(spot, body, self.type_of(literal))

    def _fill(self, spot: Spot, body: Node, t: Type | None) -> None:
        under = underlying(t)
        for position, element in enumerate(syntax.operands(body)):
            key, value = None, element
            if element.kind_id == syntax.KEYED_ELEMENT:
                key, value = syntax.operands(element)[0], syntax.operands(element)[-1]
            inner = syntax.operands(value)[0] if value.kind_id == syntax.LITERAL_ELEMENT else value
            label, part = _part_of(under, key, position)
            if inner.kind_id == syntax.LITERAL_VALUE:
                self._nested(spot.part(label), inner, part)
            else:
                self.put([spot.part(label)], inner, f"`{shown(element)}`")

    def _nested(self, spot: Spot, body: Node, t: Type | None) -> None:
        """An element whose type is not written again: ``{...}`` stands for ``T{...}`` or ``&T{...}``."""
        under = underlying(t)
        if is_by_value(t):
            self._fill(spot, body, t)
            return
        cell = self.made(body, CellKind.MADE)
        self._heap.store([spot], frozenset({cell}), f"`{shown(body)}`", self.site(body), replaces=False)
        self._fill(Spot(cell), body, under.element if isinstance(under, Pointer) else t)

    def put(self, spots: Iterable[Spot], value: Node, how: str) -> None:
        """Store the value of an expression; the parts of a struct literal are stored apart."""
        places = list(spots)
        value = syntax.unparen(value)
        if value.kind_id == syntax.COMPOSITE_LITERAL and is_by_value(self.type_of(value)):
            for spot in places:
                self.fill(spot, value)
            return
        self._heap.store(places, self.of(value), how, self.site(value))

    # helpers

    def made(self, node: Node, kind: CellKind) -> Cell:
        """The object that an expression makes, one for each activation."""
        known = self._frame.made.get(node.id)
        if known is None:
            known = self._frame.made[node.id] = self._heap.make(kind, shown(node))
        return known

    def site(self, node: Node) -> Site:
        """Where something happens, as the walked function sees it."""
        source = self._frame.function.file.source
        outer = self._frame.call if self._frame.call is not None else node
        return Site(source.path, source.line(node.start_byte), outer.start_byte, scope_of(outer))

    def type_of(self, node: Node) -> Type | None:
        """The type of an expression."""
        return self._frame.types.of(node)

    def selected(self, node: Node) -> Selection | None:
        """What the selector of an expression means."""
        operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        return selection(self.type_of(operand), syntax.text(name)) if operand is not None and name is not None else None

    def _is_expression(self, operand: Node) -> bool:
        """Whether the operand of a method selector is a value, and no type: ``(*T).m`` binds nothing."""
        root = syntax.unparen(operand)
        while root.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION):
            inner = root.child_by_field_id(syntax.F_OPERAND)
            if inner is None:
                break
            root = syntax.unparen(inner)
        return root.kind_id != syntax.IDENTIFIER or self._frame.bindings.variable(root) is not None


def _part_of(under: Type | None, key: Node | None, position: int) -> tuple[str, Type | None]:
    """The label and the type of an element of a composite literal."""
    if isinstance(under, Struct):
        name = syntax.text(key) if key is not None else ""
        fields = [one for one in under.fields if one.name == name] if key is not None else under.fields[position:]
        return (fields[0].name, fields[0].type) if fields else (name, None)
    if isinstance(under, Slice | Array):
        return ELEMENTS, under.element
    return ELEMENTS, under.value if isinstance(under, Map) else None


def keeps_nothing(t: Type | None) -> bool:
    """Whether a value of a type is a number, a string or a boolean: an address in a uintptr keeps nothing alive."""
    under = underlying(t)
    return isinstance(under, Basic) and under != UNSAFE_POINTER


def has_value_receiver(found: Selection) -> bool:
    """Whether a method takes a copy of its receiver."""
    declared = found.object.node.child_by_field_id(syntax.F_RECEIVER) if found.object is not None else None
    parameter = next(iter(syntax.operands(declared)), None) if declared is not None else None
    written = parameter.child_by_field_id(syntax.F_TYPE) if parameter is not None else None
    return written is not None and syntax.unparen(written).kind_id != syntax.POINTER_TYPE


def shown(node: Node) -> str:
    """The source text of a node for people, on one line."""
    text = " ".join(syntax.text(node).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _lies_in(node: Node, around: Node) -> bool:
    return around.start_byte <= node.start_byte < around.end_byte
