"""The walk over a Go function that tells what its objects keep alive: assignments, ranges, calls, results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow.holdings import CellKind, Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.heap import ELEMENTS, NO_CELLS, Frame, Heap, is_by_value
from leakfix.languages.go.heap_calls import Calls
from leakfix.languages.go.heap_values import Values, keeps_nothing, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.languages.go.heap import Setting
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program


def walked(program: Program, function: Function, focus: int) -> tuple[Heap, tuple[Setting, ...]]:
    """What the objects of a function hold in the end, as far as it matters at a byte offset, and its finalizers."""
    heap = Heap(program, focus)
    walk = Walk(heap, Frame.of(program, function), [])
    heap.variables = walk.frame.cells
    walk.start()
    return heap, tuple(walk.settings)


class Walk:
    """One activation."""

    def __init__(self, heap: Heap, frame: Frame, settings: list[Setting], *, later: bool = False) -> None:
        self.heap = heap
        self.frame = frame
        self.settings = settings
        self.values = Values(self)
        self.calls = Calls(self)
        self._later = int(later)

    @property
    def depth(self) -> int:
        """How many calls lead here."""
        return len(self.frame.outer) - 1

    @property
    def is_later(self) -> bool:
        """Whether what is walked runs nobody knows when."""
        return bool(self._later)

    def start(self) -> None:
        """Walk the function's body; in the walked function itself the parameters come from outside."""
        body = self.frame.function.body
        for variable in self.frame.bindings.variables:
            of = self.frame.types.variable(variable)
            if variable.kind in ("param", "receiver") and self.depth == 0 and not is_by_value(of):
                outside = self.heap.make(CellKind.OUTSIDE, variable.name)
                site = self.values.site(variable.declaration)
                self.heap.store([Spot(self.frame.cell(variable))], frozenset({outside}), "", site, replaces=False)
        if body is not None:
            self.children(body)

    def enter(self, frame: Frame) -> Walk:
        """The walk of a callee."""
        return Walk(self.heap, frame, self.settings, later=self.is_later)

    def literal(self, literal: Node) -> None:
        """Walk the body of a function literal, which runs nobody knows when."""
        body = literal.child_by_field_id(syntax.F_BODY)
        if body is not None:
            self._later += 1
            self.children(body)
            self._later -= 1

    def children(self, node: Node) -> None:
        """Walk the parts of a node in order."""
        for child in node.named_children:
            self.visit(child)

    def visit(self, node: Node) -> None:
        """Walk a statement, or an expression for what it does."""
        kind = node.kind_id
        if self.heap.is_spent:
            return
        if kind in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT):
            self._assignment(node)
        elif kind == syntax.VAR_SPEC:
            values = node.child_by_field_id(syntax.F_VALUE)
            if values is not None:
                self._assign(syntax.field_children(node, syntax.F_NAME), syntax.operands(values), node)
        elif kind == syntax.RANGE_CLAUSE:
            self._range(node)
        elif kind == syntax.RETURN_STATEMENT:
            self._return(node)
        elif kind == syntax.DEFER_STATEMENT:
            self._later += 1
            self.children(node)
            self._later -= 1
        elif kind in (syntax.CALL_EXPRESSION, syntax.FUNC_LITERAL):
            self.values.of(node)
        else:
            self.children(node)

    def clear(self, spots: Sequence[Spot], node: Node) -> None:
        """Nothing is left in some places."""
        self.heap.clear(spots, self.values.site(node), later=self.is_later)

    def _assignment(self, node: Node) -> None:
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if left is None or right is None:
            return
        if node.kind_id == syntax.ASSIGNMENT_STATEMENT and syntax.operator(node) != "=":
            self.children(right)
            return
        self._assign(syntax.operands(left), syntax.operands(right), node)

    def _assign(self, targets: list[Node], values: list[Node], node: Node) -> None:
        if len(values) == 1 and len(targets) > 1:
            value = syntax.unparen(values[0])
            is_call = value.kind_id == syntax.CALL_EXPRESSION
            found = self.calls.results(value) if is_call else (self.values.of(value),)
            for position, target in enumerate(targets):
                cells = found[position] if position < len(found) else NO_CELLS
                self.heap.store(self._spots(target), cells, f"`{shown(node)}`", self.values.site(node))
            return
        for target, value in zip(targets, values, strict=False):
            spots = self._spots(target)
            if node.kind_id == syntax.ASSIGNMENT_STATEMENT and _is_empty(value):
                self.clear(spots, node)
            else:
                self.values.put(spots, value, f"`{shown(target)}` refers to `{shown(value)}`")

    def _spots(self, target: Node) -> list[Spot]:
        return self.values.spots(target)

    def _range(self, clause: Node) -> None:
        left, right = clause.child_by_field_id(syntax.F_LEFT), clause.child_by_field_id(syntax.F_RIGHT)
        if right is None:
            return
        held = self.values.of(right)
        targets = syntax.operands(left) if left is not None else []
        if len(targets) == 2 and not keeps_nothing(self.values.type_of(right)):
            elements = self.heap.load(Spot(cell, ELEMENTS) for cell in held)
            how = f"`{shown(targets[1])}` is an element of `{shown(right)}`"
            self.heap.store(self._spots(targets[1]), elements, how, self.values.site(clause))

    def _return(self, node: Node) -> None:
        listed = [value for held in syntax.operands(node) for value in _listed(held)]
        if len(listed) == 1 and syntax.unparen(listed[0]).kind_id == syntax.CALL_EXPRESSION:
            found = list(self.calls.results(syntax.unparen(listed[0])))
        else:
            found = [self.values.of(value) for value in listed]
        if not self._is_own(node):
            return
        if not listed:
            results = self.frame.own("result")
            found = [self.heap.load([Spot(self.frame.cell(variable))]) for variable in results]
        returned = self.frame.returned
        returned.extend([NO_CELLS] * (len(found) - len(returned)))
        returned[: len(found)] = [old | new for old, new in zip(returned, found, strict=False)]

    def _is_own(self, node: Node) -> bool:
        """Whether a statement is the function's own, and of no literal in it."""
        at = node.parent
        while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
            at = at.parent
        return at == self.frame.function.node


def _listed(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _is_empty(value: Node) -> bool:
    """Whether a value is nil, or a composite literal without elements."""
    value = syntax.unparen(value)
    if value.kind_id == syntax.NIL:
        return True
    body = value.child_by_field_id(syntax.F_BODY) if value.kind_id == syntax.COMPOSITE_LITERAL else None
    return body is not None and not syntax.operands(body)
