"""Finalizers that never run: what they wait for is kept alive by the finalizer itself, or by a cycle of its own."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.detectors.reachability import way
from leakfix.flow.holdings import CellKind
from leakfix.languages.go import syntax
from leakfix.languages.go.heap_walk import walked
from leakfix.languages.go.versions import Version
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow.holdings import Cell, Hold
    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.heap import Heap, Setting
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.scopes import Bindings, Variable

SYMBOL: Final = "runtime.SetFinalizer"
NAME: Final = b"SetFinalizer"
OWN_EACH_ROUND: Final = Version(1, 22)
"""From this version on each round of a loop has variables of its own (go.dev/blog/loopvar-preview)."""
_CALLED: Final = re.compile(rb"\bSetFinalizer\(")
_CALLERS: Final = 8
"""In how many callers of a function the objects that it gives a finalizer are looked at."""


@individual
class Finalizer:
    """A call of runtime.SetFinalizer whose object is never collected."""

    analysis: Analysis
    function: Function
    call: Node
    heap: Heap
    cell: Cell
    """The object."""
    own: Cell | None
    """The finalizer, if it is one function value that captures something."""
    captured: tuple[Hold, ...]
    """How the finalizer keeps the object alive; empty when it does not."""
    cycle: tuple[Hold, ...]
    """The cycle that the object is part of; empty when it is of none."""
    linked_in: Function | None = None
    """The caller that closes the cycle, if it is not the function itself."""

    @property
    def object(self) -> Node:
        """The first argument."""
        return syntax.arguments(self.call)[0]

    @property
    def value(self) -> Node:
        """The second argument, without parentheses."""
        return syntax.unparen(syntax.arguments(self.call)[1])

    @cached_property
    def literal(self) -> Node | None:
        """The function literal that the second argument is, or names if nothing else uses that name."""
        if self.value.kind_id == syntax.FUNC_LITERAL:
            return self.value
        variable = self.bindings.variable(self.value) if self.linked_in is None else None
        if variable is None or self.bindings.uses(variable) != (self.value,):
            return None
        number = syntax.F_RIGHT if variable.origin.kind_id == syntax.SHORT_VAR_DECLARATION else syntax.F_VALUE
        values = variable.origin.child_by_field_id(number)
        listed = syntax.operands(values) if values is not None else []
        found = syntax.unparen(listed[variable.position]) if variable.position < len(listed) else None
        is_typed = variable.origin.child_by_field_id(syntax.F_TYPE) is not None
        return found if found is not None and found.kind_id == syntax.FUNC_LITERAL and not is_typed else None

    @property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.function)

    @property
    def types(self) -> Types:
        """The types of the function."""
        return self.analysis.types(self.function)

    def cell_of(self, variable: Variable) -> Cell | None:
        """The object that a variable of the function is; None when it was not met."""
        return self.heap.variables.get(variable)

    @property
    def ways(self) -> tuple[Hold, ...]:
        """The holds to show: those of the finalizer first."""
        return self.captured or self.cycle


def finalizers(analysis: Analysis) -> Iterator[Finalizer]:
    """The finalizers of a file, in order, that never run."""
    for function, call in calls_in(analysis, analysis.file):
        if function.has_error or syntax.arguments(call)[1].kind_id == syntax.NIL:
            continue
        found = _found(analysis, function, call)
        if found is None:
            found = next(
                filter(None, (_linked(analysis, function, call, at) for at in _callers(analysis, function))), None
            )
        if found is not None:
            yield found


def calls_in(analysis: Analysis, file: File) -> Iterator[tuple[Function, Node]]:
    """The calls of runtime.SetFinalizer in the functions of a file."""
    for function in file.functions:
        for match in _CALLED.finditer(file.data, function.start, function.end):
            call = syntax.call_at(function.node, match.start())
            callee = analysis.types(function).callee(call) if call is not None else None
            if call is not None and callee is not None and callee.symbol == SYMBOL and len(syntax.arguments(call)) == 2:
                yield function, call


def _found(analysis: Analysis, function: Function, call: Node) -> Finalizer | None:
    heap, settings = walked(analysis.program, function, call.start_byte)
    setting = next((one for one in settings if one.depth == 0 and one.call == call), None)
    cell = _only(setting)
    if setting is None or cell is None or any(_clears(one, cell, call.start_byte) for one in settings):
        return None
    own, captured, cycle = _kept(heap, setting, cell)
    return Finalizer(analysis, function, call, heap, cell, own, captured, cycle) if captured or cycle else None


def _clears(setting: Setting, cell: Cell, focus: int) -> bool:
    """Whether a call takes the finalizer away again: a deferred one, or a later one in the same block or around it."""
    if syntax.arguments(setting.call)[1].kind_id != syntax.NIL or cell not in setting.objects:
        return False
    scope = setting.site.scope
    return setting.later or scope.start <= focus < min(scope.end, setting.site.offset)


def _linked(analysis: Analysis, function: Function, call: Node, at: tuple[Function, Node]) -> Finalizer | None:
    """The finalizer that a function sets, with what one of its callers makes of it."""
    caller, calling = at
    heap, settings = walked(analysis.program, caller, calling.start_byte)
    for setting in settings:
        cell = _only(setting)
        if setting.depth == 1 and setting.function is function and setting.call == call and cell is not None:
            if any(_clears(one, cell, calling.start_byte) for one in settings):
                continue
            own, captured, cycle = _kept(heap, setting, cell)
            if captured or cycle:
                return Finalizer(analysis, function, call, heap, cell, own, captured, cycle, caller)
    return None


def _kept(heap: Heap, setting: Setting, cell: Cell) -> tuple[Cell | None, tuple[Hold, ...], tuple[Hold, ...]]:
    """The finalizer, and how it and how a cycle keep the object alive."""
    own = next(iter(setting.finalizers)) if len(setting.finalizers) == 1 else None
    captured = way(heap.holdings, own, cell) if own is not None and own.kind is CellKind.FUNCTION else None
    return own, captured or (), way(heap.holdings, cell, cell) or ()


def _only(setting: Setting | None) -> Cell | None:
    return next(iter(setting.objects)) if setting is not None and len(setting.objects) == 1 else None


def _callers(analysis: Analysis, function: Function) -> Iterator[tuple[Function, Node]]:
    """Some calls of a function in its package."""
    name = function.name.rpartition(".")[2].encode()
    called = re.compile(rb"\b" + re.escape(name) + rb"\(")
    count = 0
    for file in function.file.package.files:
        if file.is_test or name + b"(" not in file.data:
            continue
        for caller in file.functions:
            for match in called.finditer(file.data, caller.start, caller.end):
                call = syntax.call_at(caller.node, match.start())
                callee = analysis.types(caller).callee(call) if call is not None and not caller.has_error else None
                if call is not None and callee is not None and callee.function is function and count < _CALLERS:
                    count += 1
                    yield caller, call
