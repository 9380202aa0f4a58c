"""What a Go function does about the whole array: its owner gets another one, or the slot is written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_cleared import is_part
from leakfix.languages.go.slots_facts import Facts
from leakfix.languages.go.slots_order import ancestors, is_on_the_way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_facts import Store


def lets_go(cut: Cut) -> bool:
    """Whether the owner gets another array behind the cut: nothing of the old one is kept for long then."""
    for store in cut.facts.stores:
        if cut.facts.places.key(store.target) != cut.owner or store.statement.id == cut.statement.id:
            continue
        behind = store.statement.start_byte > cut.statement.start_byte or _share_loop(store.statement, cut.statement)
        if behind and _is_fresh(cut, store) and is_on_the_way(store.statement, cut.statement):
            return True
    return any(_replaced_by(cut, call) for call in cut.facts.nodes("call")) or _is_overwritten(cut)


def _is_overwritten(cut: Cut) -> bool:
    """Whether an append behind the cut of one last slot surely writes it again."""
    if cut.front is not None or cut.back is None or cut.kind is Kind.EMPTY:
        return False
    lists = ancestors(cut.statement)
    return any(
        store.statement.start_byte > cut.statement.start_byte
        and store.statement.parent is not None
        and store.statement.parent.id in lists
        and cut.facts.places.key(store.target) == cut.owner
        and (store.value.text or b"").startswith(b"append(")
        for store in cut.facts.stores
        if store.value is not None
    )


def _is_fresh(cut: Cut, store: Store) -> bool:
    """Whether what the owner is assigned has an array of its own."""
    value = syntax.unparen(store.value) if store.value is not None else None
    if value is None or store.sign != "=":
        return False
    if value.kind_id == syntax.SLICE_EXPRESSION or cut.facts.places.key(value) in cut.names:
        return False
    variable = cut.facts.variable(value)
    if variable is not None:
        return variable is not cut.kept and variable is not cut.facts.variable(cut.target)
    return not any(is_part(cut, part) for part in _first_arguments(value))


def _first_arguments(value: Node) -> Iterator[Node]:
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS) if value.kind_id == syntax.CALL_EXPRESSION else None
    if arguments is not None:
        yield from syntax.operands(arguments)[:1]


def _replaced_by(cut: Cut, call: Node) -> bool:
    """Whether a method of the owner that is called behind the cut gives it another array."""
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION or call.start_byte < cut.statement.end_byte:
        return False
    holder, _, name = cut.owner.rpartition(".")
    operand = function.child_by_field_id(syntax.F_OPERAND)
    if not holder or cut.facts.places.key(operand) != holder or not is_on_the_way(call, cut.statement):
        return False
    callee = cut.facts.types.callee(call)
    if (
        callee is None
        or callee.function is None
        or callee.function.body is None
        or callee.function.file.package.is_snapshot
    ):
        return False
    facts = Facts.of(cut.facts.analysis, callee.function)
    receivers = [v for v in facts.bindings.variables if v.kind == "receiver"]
    owner = f"{receivers[0].name}#{receivers[0].index}.{name}" if receivers else ""
    for store in facts.stores:
        if facts.places.key(store.target) == owner and store.value is not None:
            value = syntax.unparen(store.value)
            first = next(_first_arguments(value), None)
            cut_again = value.kind_id == syntax.SLICE_EXPRESSION or facts.places.key(first) == owner
            if not cut_again:
                return True
    return False


def _share_loop(one: Node, other: Node) -> bool:
    at = one.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.FOR_STATEMENT and at.start_byte <= other.start_byte < at.end_byte:
            return True
        at = at.parent
    return False
