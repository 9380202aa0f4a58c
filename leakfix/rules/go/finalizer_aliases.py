"""The names under which a finalizer refers to the object that it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.reachability import way
from leakfix.flow.holdings import Spot
from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import Held, held
from leakfix.languages.go.types import Array, Basic, Pointer, Struct, deref, underlying
from leakfix.rules.go.finalizers import OWN_EACH_ROUND
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_scene import is_target
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow.holdings import Hold
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.finalizers import Finalizer

_TINY: Final = 16
"""Bytes: below that the runtime may put objects without pointers together (runtime.SetFinalizer)."""
_CHANGED: Final = ("inc_statement", "dec_statement", "range_clause")


@record
class Alias:
    """A captured variable that is the object, or the only pointer to it that it ever holds."""

    variable: Variable
    uses: tuple[Node, ...]
    """Its uses in the finalizer."""


def aliases(found: Finalizer, literal: Node) -> tuple[Alias, ...]:
    """The captured variables that lead to the object; raises `RefusalError` when one of them is no plain name of it."""
    listed: list[Alias] = []
    for variable in found.bindings.variables:
        uses = tuple(use for use in found.bindings.uses(variable) if is_within(use, literal))
        if not uses or is_within(variable.declaration, literal):
            continue
        cell = found.cell_of(variable)
        if cell is None or (cell is not found.cell and way(found.heap.holdings, cell, found.cell) is None):
            continue
        if not (is_the_object(found, variable) or (cell is found.cell and all(map(_is_selected, uses)))):
            raise RefusalError(
                "captured",
                f"the finalizer needs {variable.name}, which leads to the object and is not the object itself",
            )
        if not any(not is_within(use, literal) and not is_target(use) for use in found.bindings.uses(variable)):
            raise RefusalError(
                "captured", f"nothing but the finalizer uses {variable.name}, which would be left unused"
            )
        listed.append(Alias(variable, uses))
    return tuple(listed)


def is_the_object(found: Finalizer, variable: Variable) -> bool:
    """Whether a pointer variable is set once, to the object."""
    cell = found.cell_of(variable)
    if cell is None or not isinstance(found.types.variable(variable), Pointer):
        return False
    uses = found.bindings.uses(variable)
    version = found.analysis.version
    is_shared = variable.origin.kind_id == syntax.RANGE_CLAUSE and (version is None or version < OWN_EACH_ROUND)
    if is_shared or any(map(_is_changed, uses)):
        return False
    return found.heap.holdings.held(Spot(cell)) == {found.cell}


def goes_on_without(found: Finalizer, own: tuple[Alias, ...] = (), *, cycles: bool = True) -> None:
    """Raise `RefusalError` when more than those names of the object keeps it alive."""
    if cycles and found.cycle:
        raise RefusalError("cycle", "the object is part of a reference cycle too: no finalizer of it ever runs")
    cells = {found.cell_of(alias.variable) for alias in own}

    def counts(hold: Hold) -> bool:
        return not (hold.holder is found.own and hold.held in cells)

    if own and found.own is not None and way(found.heap.holdings, found.own, found.cell, counts) is not None:
        raise RefusalError("captured", "more than one thing that the finalizer captures leads to the object")


def pointer_type(found: Finalizer) -> Type:
    """The type of the first argument; raises `RefusalError` unless it is a pointer to the start of an object."""
    node = syntax.unparen(found.object)
    operand = node.child_by_field_id(syntax.F_OPERAND) if node.kind_id == syntax.UNARY_EXPRESSION else None
    is_inner = operand is not None and syntax.unparen(operand).kind_id in (
        syntax.SELECTOR_EXPRESSION,
        syntax.INDEX_EXPRESSION,
    )
    if is_inner:
        raise RefusalError(
            "interior", "the pointer may not be to the start of an allocation, where SetFinalizer aborts"
        )
    t = found.types.of(node)
    if not isinstance(t, Pointer):
        raise RefusalError("unresolved", "the type of the object is not known to be a pointer")
    size = _size(deref(t))
    if held(deref(t)) is Held.NOTHING and size is not None and size < _TINY:
        raise RefusalError("tiny", "objects of less than 16 bytes without pointers are allocated in batches")
    return t


def _size(t: Type | None) -> int | None:
    """The bytes of a value without pointers; alignment can only add to them."""
    under = underlying(t)
    if isinstance(under, Basic):
        digits = "".join(char for char in under.name if char.isdigit())
        return int(digits) // 8 if digits else {"bool": 1}.get(under.name, 8)
    if isinstance(under, Array):
        element = _size(under.element)
        return element * under.length if element is not None and under.length is not None else None
    if isinstance(under, Struct):
        sizes = [_size(field.type) for field in under.fields]
        return sum(size for size in sizes if size is not None) if None not in sizes else None
    return None


def is_within(node: Node, around: Node) -> bool:
    """Whether a node is part of another."""
    return around.start_byte <= node.start_byte < around.end_byte


def _is_selected(use: Node) -> bool:
    parent = use.parent
    return (
        parent is not None
        and parent.kind_id == syntax.SELECTOR_EXPRESSION
        and parent.child_by_field_id(syntax.F_OPERAND) == use
    )


def _is_changed(use: Node) -> bool:
    parent = use.parent
    if is_target(use) or parent is None or parent.type in _CHANGED:
        return True
    held = parent.parent if parent.kind_id == syntax.EXPRESSION_LIST else None
    if held is not None and held.kind_id == syntax.RANGE_CLAUSE and held.child_by_field_id(syntax.F_LEFT) == parent:
        return True
    return parent.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "&"
