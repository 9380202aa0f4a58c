"""The walk over a Go function that tells what its objects keep alive: assignments, ranges, calls, results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.flow.holdings import Cell, CellKind, Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.heap import ELEMENTS, NO_CELLS, Frame, Heap, is_by_value
from leakfix.languages.go.heap_values import Values, keeps_nothing, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.languages.go.callees import Callee
    from leakfix.languages.go.heap import Cells
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Variable

_DEEPEST: Final = 2
"""How many calls deep callees are walked."""
_SET: Final = "runtime.SetFinalizer"


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """A call of runtime.SetFinalizer that the walk met: the objects of its arguments at that time."""

    call: Node
    function: Function
    objects: Cells
    finalizers: Cells
    depth: int


def walked(program: Program, function: Function, focus: int) -> tuple[Heap, tuple[Setting, ...]]:
    """What the objects of a function hold in the end, as far as it matters at a byte offset, and its finalizers."""
    heap = Heap(program, focus)
    walk = Walk(heap, Frame.of(program, function), [])
    walk.start()
    return heap, tuple(walk.settings)


class Walk:
    """One activation."""

    def __init__(self, heap: Heap, frame: Frame, settings: list[Setting]) -> None:
        self.heap = heap
        self.frame = frame
        self.settings = settings
        self.values = Values(self)
        self.calls = Calls(self)
        self._later = 0

    @property
    def depth(self) -> int:
        """How many calls lead here."""
        return len(self.frame.outer) - 1

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
        self.heap.clear(spots, self.values.site(node), later=bool(self._later))

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
        if self._later:
            return
        if not listed:
            results = self.frame.own("result")
            found = [self.heap.load([Spot(self.frame.cell(variable))]) for variable in results]
        returned = self.frame.returned
        returned.extend([NO_CELLS] * (len(found) - len(returned)))
        returned[: len(found)] = [old | new for old, new in zip(returned, found, strict=False)]


class Calls:
    """The calls of one activation: what they store, and what they give."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def results(self, call: Node) -> tuple[Cells, ...]:
        """What the results of a call may refer to; a call is followed once."""
        known = self._walk.frame.results.get(call.id)
        if known is None:
            self._walk.frame.results[call.id] = ()
            known = self._walk.frame.results[call.id] = self._results(call)
        return known

    def _results(self, call: Node) -> tuple[Cells, ...]:
        values, frame = self._walk.values, self._walk.frame
        callee = frame.types.callee(call)
        held = call.child_by_field_id(syntax.F_ARGUMENTS)
        arguments = syntax.operands(held) if held is not None else []
        operand = call.child_by_field_id(syntax.F_OPERAND)
        if operand is not None and not arguments:
            arguments = [operand]
        if callee is not None and callee.symbol == _SET and len(arguments) == 2:
            self._set(call, arguments)
            return ()
        if callee is not None and callee.kind == "conversion":
            cells = values.of(arguments[0]) if arguments else NO_CELLS
            return (NO_CELLS if keeps_nothing(values.type_of(call)) else cells,)
        if callee is not None and callee.kind == "builtin":
            return (self._builtin(callee.name, call, arguments),)
        given = [values.of(argument) for argument in arguments]
        function = callee.function if callee is not None else None
        if callee is None or function is None or not self._is_walked(function):
            self._literal(call)
            return self._unknown(call)
        spread = bool(arguments) and arguments[-1].kind_id == syntax.VARIADIC_ARGUMENT
        return self._inlined(call, callee, function, given, spread)

    def _set(self, call: Node, arguments: list[Node]) -> None:
        values, walk = self._walk.values, self._walk
        objects = values.of(arguments[0])
        finalizer = syntax.unparen(arguments[1])
        # What a finalizer does when it runs keeps nothing from running it.
        is_literal = finalizer.kind_id == syntax.FUNC_LITERAL
        cells = frozenset({values.closure(finalizer, walked=False)}) if is_literal else values.of(finalizer)
        walk.settings.append(Setting(call, walk.frame.function, objects, cells, walk.depth))

    def _builtin(self, name: str, call: Node, arguments: list[Node]) -> Cells:
        values, heap = self._walk.values, self._walk.heap
        if name in ("new", "make"):
            return frozenset({values.made(call, CellKind.MADE)})
        given = [values.of(argument) for argument in arguments if argument.is_named]
        if name == "append" and given:
            cell = values.made(call, CellKind.MADE)
            kept = heap.load(Spot(one, ELEMENTS) for one in given[0])
            added = frozenset().union(*given[1:])
            if arguments[-1].kind_id == syntax.VARIADIC_ARGUMENT:
                added = heap.load(Spot(one, ELEMENTS) for one in given[-1])
            spots = [Spot(one, ELEMENTS) for one in {cell, *given[0]}]
            heap.store(spots, added | kept, f"`{shown(call)}`", values.site(call))
            return frozenset({cell})
        if name in ("delete", "clear") and given:
            self._walk.clear([Spot(one, ELEMENTS) for one in given[0]], call)
        return NO_CELLS

    def _literal(self, call: Node) -> None:
        """A function literal that is called on the spot, or a call of what is no name."""
        function = call.child_by_field_id(syntax.F_FUNCTION)
        if function is not None:
            self._walk.children(function) if function.kind_id != syntax.FUNC_LITERAL else self._walk.values.of(function)

    def _is_walked(self, function: Function) -> bool:
        frame, heap = self._walk.frame, self._walk.heap
        deep = self._walk.depth >= _DEEPEST or function in frame.outer
        return not deep and not heap.is_spent and heap.program.is_read(function) and not function.has_error

    def _unknown(self, call: Node) -> tuple[Cells, ...]:
        """Something from outside, one object for each result."""
        t = self._walk.values.type_of(call)
        if t is None or keeps_nothing(t):
            return ()
        return (frozenset({self._walk.values.made(call, CellKind.OUTSIDE)}),)

    def _inlined(
        self, call: Node, callee: Callee, function: Function, given: list[Cells], spread: bool
    ) -> tuple[Cells, ...]:
        """Walk the body of a callee with what its parameters are given."""
        walk = self._walk
        outermost = walk.frame.call if walk.frame.call is not None else call
        frame = Frame.of(walk.heap.program, function, outermost, walk.frame.outer)
        inner = Walk(walk.heap, frame, walk.settings)
        inner._later = walk._later
        site = walk.values.site(call)
        parameters = frame.own("param")
        for position, variable in enumerate(_by_position(function, parameters)):
            if variable is None or position >= len(given):
                continue
            cells = given[position]
            is_last = position == len(parameters) - 1
            if is_last and not spread and callee.signature is not None and callee.signature.variadic:
                cells = self._rest(inner, variable.declaration, given[position:])
            walk.heap.store([Spot(frame.cell(variable))], cells, "", site, replaces=False)
        self._bind(call, inner)
        inner.start()
        return tuple(frame.returned)

    def _rest(self, inner: Walk, declaration: Node, given: list[Cells]) -> Cells:
        """The slice of the arguments of a variadic parameter."""
        rest: Cell = inner.values.made(declaration, CellKind.MADE)
        cells = frozenset().union(*given)
        self._walk.heap.store([Spot(rest, ELEMENTS)], cells, "", self._walk.values.site(declaration), replaces=False)
        return frozenset({rest})

    def _bind(self, call: Node, inner: Walk) -> None:
        """The receiver of a method."""
        walk = self._walk
        selector = call.child_by_field_id(syntax.F_FUNCTION)
        operand = selector.child_by_field_id(syntax.F_OPERAND) if selector is not None else None
        receiver = next(iter(inner.frame.own("receiver")), None)
        found = walk.values.selected(selector) if selector is not None and operand is not None else None
        if receiver is None or found is None or found.kind != "method" or operand is None:
            return
        cells = walk.values.receiver(operand, found)
        site = walk.values.site(call)
        walk.heap.store([Spot(inner.frame.cell(receiver))], cells, "", site, replaces=False)


def _by_position(function: Function, parameters: list[Variable]) -> list[Variable | None]:
    """The parameters of a function by their positions; None for one without a name."""
    by_start = {variable.declaration.start_byte: variable for variable in parameters}
    held = function.node.child_by_field_id(syntax.F_PARAMETERS)
    found: list[Variable | None] = []
    for declaration in syntax.operands(held) if held is not None else []:
        names = syntax.field_children(declaration, syntax.F_NAME)
        found += [by_start.get(name.start_byte) for name in names] if names else [None]
    return found


def _listed(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _is_empty(value: Node) -> bool:
    """Whether a value is nil, or a composite literal without elements."""
    value = syntax.unparen(value)
    if value.kind_id == syntax.NIL:
        return True
    body = value.child_by_field_id(syntax.F_BODY) if value.kind_id == syntax.COMPOSITE_LITERAL else None
    return body is not None and not syntax.operands(body)
