"""Who holds the array of a Go slice: the place that outlives the call, and the local variables that stand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.slots_facts import Facts, Store


def owner_of(facts: Facts, store: Store, array: Node) -> tuple[Node, str, frozenset[str]] | None:
    """Whose array is cut: the place that outlives the call, its key, and the keys of all that hold the array."""
    target, held_by = facts.places.key(store.target), facts.places.key(array)
    if target is None or held_by is None:
        return None
    variable = facts.variable(store.target)
    if variable is not None:
        found = _origin(facts, variable) if target == held_by else (array, held_by) if facts.is_lasting(array) else None
        if found is None or not _is_stored(facts, variable, found[1], store):
            return None
        place, owner = found
    else:
        place, owner = store.target, target
        if target != held_by:
            aliased = facts.variable(array)
            found = _origin(facts, aliased) if aliased is not None else None
            if found is None or found[1] != target:
                return None
        elif not facts.is_lasting(store.target):
            return None
    names = {owner} | {key for key, origin in aliases(facts).items() if origin[1] == owner}
    return place, owner, frozenset(names)


def aliases(facts: Facts) -> dict[str, tuple[Node, str]]:
    """The local variables that hold the array of a place that outlives the call: key to place and its key."""
    known = facts.function.cache.get("slot aliases")
    if isinstance(known, dict):
        return known
    found: dict[str, tuple[Node, str]] = {}
    for store in facts.stores:
        variable = facts.variable(store.target)
        key = facts.places.key(store.target)
        if variable is not None and key is not None and key not in found and variable.kind == "local":
            origin = _origin(facts, variable)
            if origin is not None:
                found[key] = origin
    facts.function.cache["slot aliases"] = found
    return found


def _origin(facts: Facts, variable: Variable) -> tuple[Node, str] | None:
    """The lasting place whose array a local variable holds: all its values are that place's, or made of its own."""
    found: tuple[Node, str] | None = None
    for definition in facts.definitions(variable):
        if definition.kind != "value" or definition.value is None:
            return None
        value = syntax.unparen(definition.value)
        if _is_made_of(facts, value, variable):
            continue
        key = facts.places.key(value)
        if key is None or facts.variable(value) is not None:
            return None
        if found is None:
            found = (value, key)
        elif found[1] != key:
            return None
    return found if found is not None and facts.is_lasting(found[0]) else None


def _is_made_of(facts: Facts, value: Node, variable: Variable) -> bool:
    """Whether a value is a part of what the variable holds, or that with more appended."""
    if value.kind_id == syntax.SLICE_EXPRESSION:
        return facts.variable(value.child_by_field_id(syntax.F_OPERAND)) is variable
    if appends_to(facts, value, variable):
        return True
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS) if value.kind_id == syntax.CALL_EXPRESSION else None
    first = syntax.operands(arguments)[:1] if arguments is not None else []
    deletes = bool(first) and (value.text or b"").startswith((b"append(", b"slices.Delete("))
    if not deletes:
        return False
    part = first[0]
    sliced = part.kind_id == syntax.SLICE_EXPRESSION
    return facts.variable(part.child_by_field_id(syntax.F_OPERAND) if sliced else part) is variable


def _is_stored(facts: Facts, variable: Variable, owner: str, cut: Store) -> bool:
    """Whether a variable is stored back in the place that it was taken from, behind the cut."""
    return any(
        store.statement.start_byte >= cut.statement.start_byte
        and facts.variable(store.value) is variable
        and facts.places.key(store.target) == owner
        for store in facts.stores
    )


def appends_to(facts: Facts, value: Node | None, variable: Variable) -> bool:
    """Whether a value is ``append(v, ...)`` of a variable."""
    if value is None or value.kind_id != syntax.CALL_EXPRESSION:
        return False
    function, arguments = value.child_by_field_id(syntax.F_FUNCTION), value.child_by_field_id(syntax.F_ARGUMENTS)
    first = syntax.operands(arguments)[:1] if arguments is not None else []
    return function is not None and function.text == b"append" and bool(first) and facts.variable(first[0]) is variable
