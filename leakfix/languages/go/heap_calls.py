"""What the calls of a walked Go function store, and what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.holdings import Cell, CellKind, Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.heap import ELEMENTS, NO_CELLS, Frame, Setting
from leakfix.languages.go.heap_values import keeps_nothing, shown

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.callees import Callee
    from leakfix.languages.go.heap import Cells
    from leakfix.languages.go.heap_walk import Walk
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable

_DEEPEST: Final = 2
"""How many calls deep callees are walked."""
_SET: Final = "runtime.SetFinalizer"


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
        arguments = syntax.arguments(call)
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
        site = values.site(call)
        walk.settings.append(Setting(call, walk.frame.function, objects, cells, walk.depth, site, walk.is_later))

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
        inner = walk.enter(frame)
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
        self._walk.heap.store([Spot(rest, ELEMENTS)], cells, "", inner.values.site(declaration), replaces=False)
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
