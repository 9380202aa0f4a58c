"""Loops over a Go slice that may still be going on when another function cuts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Interface, Signature, underlying

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_facts import Facts

_LOCKS: Final = frozenset((b"Lock", b"RLock"))
_UNLOCKS: Final = frozenset((b"Unlock", b"RUnlock"))


def overtaken(facts: Facts, keys: Set[str], cut: Cut) -> Node | None:
    """A range loop over a slice, or a variable that holds it, which a cut in another function may overtake.

    It is one behind an unlocking call, or, where no locks are used, one that calls functions that are not known.
    """
    for clause in facts.nodes("range"):
        left, right = clause.child_by_field_id(syntax.F_LEFT), clause.child_by_field_id(syntax.F_RIGHT)
        reads = left is not None and len(syntax.operands(left)) > 1
        loop = clause.parent
        if not reads or loop is None or facts.places.key(right) not in keys:
            continue
        if any(call.start_byte < loop.start_byte for call in _called(facts, _UNLOCKS)):
            return loop
        locked = any(_called(facts, _LOCKS)) or any(_called(cut.facts, _LOCKS))
        if not locked and _calls_back(facts, loop):
            return loop
    return None


def _called(facts: Facts, names: frozenset[bytes]) -> Iterator[Node]:
    """The calls of methods with one of the names, deferred ones left out."""
    for call in facts.nodes("call"):
        function = call.child_by_field_id(syntax.F_FUNCTION)
        name = function.child_by_field_id(syntax.F_FIELD) if function is not None else None
        deferred = call.parent is not None and call.parent.kind_id == syntax.DEFER_STATEMENT
        if name is not None and name.text in names and not deferred:
            yield call


def _calls_back(facts: Facts, loop: Node) -> bool:
    """Whether the body calls a function value, or a method of an interface."""
    for call in facts.nodes("call"):
        if not loop.start_byte <= call.start_byte < loop.end_byte:
            continue
        callee = facts.types.callee(call)
        if callee is None or callee.kind == "value":
            return True
        function = call.child_by_field_id(syntax.F_FUNCTION)
        operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
        if callee.kind == "method" and operand is not None:
            of = underlying(facts.types.of(operand))
            if isinstance(of, (Interface, Signature)) and not callee.symbol.startswith("error."):
                return True
    return False
