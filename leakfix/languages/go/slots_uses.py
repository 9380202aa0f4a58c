"""What a Go package does with the slice of an owner elsewhere: it appends, hands it out, or brings lost slots back."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_facts import Facts
from leakfix.languages.go.slots_fresh import is_fresh
from leakfix.languages.go.slots_mentions import files_of, given, mentions, named_place, owner_type
from leakfix.languages.go.slots_overtaken import overtaken
from leakfix.languages.go.slots_places import bounds, indexed
from leakfix.languages.go.types import Map, Slice, core
from leakfix.text.records import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_facts import Store

_KNOWN: Final = frozenset(("slices", "sort", "golang.org/x/exp/slices"))
"""Packages whose functions never make a slice longer than what they fill."""
_COPIED: Final = re.compile(rb"(?:= |return |, )\*\w+[,\n]")
_INDEXES: Final = frozenset((syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION))


@state
class Uses:
    """What was found.

    ``grows``: something is appended. ``handed_out``: a place that returns, sends or stores the slice, or a part of it.
    ``revives``: a function makes the slice longer without appending, so that lost slots come back. ``set_again`` are
    the fields of an element that such functions assign. ``pointed``: somebody takes the address of an element.
    ``overtaken``: a loop over the slice during which it may be cut, because a lock was given back, or because what it
    calls is not known. ``shared``: a place that gives the owner an array which somebody else has too.
    """

    grows: bool = False
    handed_out: tuple[File, Node] | None = None
    revives: bool = False
    set_again: set[str] = field(default_factory=set)
    pointed: bool = False
    overtaken: tuple[File, Node] | None = None
    shared: tuple[File, Node] | None = None


def uses(cut: Cut) -> Uses:
    """What the package of a cut does with the slice of the cut's owner."""
    found = Uses()
    for function, nodes in mentions(cut).items():
        facts = Facts.of(cut.facts.analysis, function)
        _read(facts, nodes, found)
        loop = overtaken(facts, _with_aliases(facts, nodes), cut) if function is not cut.facts.function else None
        found.overtaken = found.overtaken or (loop and (facts.file, loop))
    for facts, value in given(cut):
        if found.shared is None and isinstance(core(facts.types.of(value)), Slice) and not is_fresh(facts, value):
            found.shared = (facts.file, value)
    copied = next(_struct_copies(cut), None) if found.shared is None else None
    if copied is not None:
        found.shared = copied
    return found


def _struct_copies(cut: Cut) -> Iterator[tuple[File, Node]]:
    """The places where a method copies its whole receiver, and with it the slice: ``c := *s``, ``return *s``."""
    place = named_place(cut)
    owner = owner_type(cut.facts, place) if place.kind_id == syntax.SELECTOR_EXPRESSION else None
    if owner is None:
        return
    for file in files_of(cut.facts):
        for function in file.functions:
            if function.receiver_type == owner[1] and b" *" in file.data[function.start : function.end]:
                yield from ((file, node) for node in _copies(Facts.of(cut.facts.analysis, function)))


def _copies(facts: Facts) -> Iterator[Node]:
    for variable in facts.bindings.variables:
        for use in facts.bindings.uses(variable) if variable.kind == "receiver" else ():
            whole = use.parent
            is_deref = whole is not None and whole.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(whole) == "*"
            listed = whole.parent if whole is not None and is_deref else None
            statement = listed.parent if listed is not None and listed.kind_id == syntax.EXPRESSION_LIST else None
            left = statement.child_by_field_id(syntax.F_LEFT) if statement is not None else None
            if statement is not None and (left is None or listed is None or left.id != listed.id):
                yield statement


def _with_aliases(facts: Facts, nodes: list[Node]) -> set[str]:
    """The keys of the places, and those of the local variables that they, or parts of them, are assigned to."""
    keys = {key for key in map(facts.places.key, nodes) if key}
    for store in facts.stores:
        value = syntax.unparen(store.value) if store.value is not None else None
        if value is not None and facts.variable(store.target) is not None and _base(facts, value) in keys:
            own = facts.places.key(store.target)
            if own:
                keys.add(own)
    for clause in facts.nodes("range"):
        left, over = clause.child_by_field_id(syntax.F_LEFT), clause.child_by_field_id(syntax.F_RIGHT)
        targets = syntax.operands(left) if left is not None else []
        listed = over is not None and len(targets) > 1 and facts.places.key(over) in keys
        if listed and over is not None and isinstance(core(facts.types.of(over)), Map):
            keys.add(facts.places.key(targets[1]) or "")
    return keys


def _read(facts: Facts, nodes: list[Node], found: Uses) -> None:
    keys = _with_aliases(facts, nodes)
    for store in facts.stores:
        value = syntax.unparen(store.value) if store.value is not None else None
        if value is None:
            continue
        if found.shared is None and _takes(facts, store, keys) and not is_fresh(facts, value):
            found.shared = (facts.file, store.statement)
        if _appended(facts, value) in keys and _is_stored_for_good(facts, store.target, keys):
            found.grows = True
        target = facts.places.key(store.target)
        if target in keys and _is_helped(facts, value, keys):
            found.revives = True
        elsewhere = facts.variable(store.target) is None and target not in keys
        if elsewhere and _base(facts, value) in keys:
            found.handed_out = found.handed_out or (facts.file, store.statement)
    for call in facts.nodes("call"):
        arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
        is_go = call.parent is not None and call.parent.kind_id == syntax.GO_STATEMENT and arguments is not None
        if is_go and arguments is not None and any(_base(facts, a) in keys for a in syntax.operands(arguments)):
            found.handed_out = found.handed_out or (facts.file, call)
    for node in facts.nodes("exit"):
        if any(_base(facts, part) in keys for part in _parts(node)):
            found.handed_out = found.handed_out or (facts.file, node)
    found.pointed = found.pointed or _points_out(facts, keys)
    if any(_revives(facts, sliced, keys) for sliced in facts.nodes("slice")):
        found.revives = True
        found.set_again |= _assigned_fields(facts)


def _takes(facts: Facts, store: Store, keys: set[str]) -> bool:
    """Whether an assignment gives the owner another slice."""
    is_owner = store.sign == "=" and facts.variable(store.target) is None and facts.places.key(store.target) in keys
    if not is_owner or store.value is None or store.several or _base(facts, store.value) in keys:
        return is_owner and store.several
    arguments = store.value.child_by_field_id(syntax.F_ARGUMENTS)
    return not any(
        _base(facts, given) in keys for given in (syntax.operands(arguments) if arguments is not None else ())
    )


def _is_stored_for_good(facts: Facts, target: Node, keys: set[str]) -> bool:
    """Whether a target is a place that may have been there before the call, or a variable that is stored in one."""
    if facts.variable(target) is None:
        return facts.may_last(target)
    key = facts.places.key(target)
    return any(
        facts.places.key(store.value) == key and facts.places.key(store.target) in keys and facts.may_last(store.target)
        for store in facts.stores
    )


def _points_out(facts: Facts, keys: set[str]) -> bool:
    """Whether a function returns, sends or stores the address of an element."""
    pointers: set[str] = set()
    for store in facts.stores:
        if store.value is not None and _points(facts, store.value, keys):
            if facts.variable(store.target) is None:
                return True
            pointers.add(facts.places.key(store.target) or "")
    return any(
        _points(facts, part, keys) or facts.places.key(part) in pointers
        for node in facts.nodes("exit")
        for part in _parts(node)
    )


def _points(facts: Facts, value: Node, keys: set[str]) -> bool:
    value = syntax.unparen(value)
    operand = value.child_by_field_id(syntax.F_OPERAND) if value.kind_id == syntax.UNARY_EXPRESSION else None
    if operand is None or syntax.operator(value) != "&" or operand.kind_id not in _INDEXES:
        return False
    return facts.places.key(indexed(operand)[0]) in keys


def _base(facts: Facts, node: Node) -> str | None:
    """The key of a slice, or of the slice that a part is taken of."""
    node = syntax.unparen(node)
    if node.kind_id == syntax.SLICE_EXPRESSION:
        return facts.places.key(node.child_by_field_id(syntax.F_OPERAND))
    return facts.places.key(node)


def _appended(facts: Facts, value: Node) -> str | None:
    if value.kind_id != syntax.CALL_EXPRESSION:
        return None
    function, arguments = value.child_by_field_id(syntax.F_FUNCTION), value.child_by_field_id(syntax.F_ARGUMENTS)
    first = syntax.operands(arguments)[:1] if arguments is not None else []
    if function is None or function.text != b"append" or not first:
        return None
    return facts.places.key(first[0])


def _is_helped(facts: Facts, value: Node, keys: set[str]) -> bool:
    """Whether a function of the project's own is given the slice and returns it anew: it may bring slots back."""
    function = value.child_by_field_id(syntax.F_FUNCTION) if value.kind_id == syntax.CALL_EXPRESSION else None
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS) if function is not None else None
    if function is None or arguments is None or function.text == b"append":
        return False
    if not any(_base(facts, argument) in keys for argument in syntax.operands(arguments)):
        return False
    callee = facts.types.callee(value)
    return callee is None or callee.package not in _KNOWN


def _parts(node: Node) -> Iterator[Node]:
    """The expressions that a return, a send or a literal gives away."""
    if node.kind_id == syntax.RETURN_STATEMENT:
        for held in syntax.operands(node):
            yield from syntax.operands(held)
    elif node.kind_id == syntax.SEND_STATEMENT:
        yield from syntax.operands(node)[1:]
    else:
        body = node.child_by_field_id(syntax.F_BODY)
        for element in syntax.operands(body) if body is not None else ():
            yield from (part for inner in (element, *syntax.operands(element)) for part in syntax.operands(inner))


def _revives(facts: Facts, sliced: Node, keys: set[str]) -> bool:
    """Whether a slice expression may be longer than what it slices: ``x[:len(x)+1]``, ``x[:cap(x)]``."""
    if _base(facts, sliced) not in keys:
        return False
    high = bounds(sliced)[1]
    linear = facts.places.linear(high)
    if high is None or linear is None or not linear.terms:
        return False
    capacities, lengths = ({f"{name}({key})" for key in keys} for name in ("cap", "len"))
    if not capacities.isdisjoint(linear.terms):
        return True
    if linear.constant > 0 and any(key in lengths or _is_length(facts, key, lengths) for key in linear.terms):
        return True
    asked = any(facts.places.key(call) in capacities for call in facts.nodes("call"))
    return asked and linear.constant >= 0 and lengths.isdisjoint(linear.terms)


def _is_length(facts: Facts, key: str, lengths: set[str]) -> bool:
    """Whether a variable is set to the length of the slice somewhere."""
    return any(
        facts.places.key(store.target) == key and facts.places.key(store.value) in lengths for store in facts.stores
    )


def _assigned_fields(facts: Facts) -> set[str]:
    found = set()
    for store in facts.stores:
        name = store.target.child_by_field_id(syntax.F_FIELD)
        value = syntax.unparen(store.value) if store.value is not None else None
        if store.sign == "=" and name is not None and value is not None and _depends_not(value, store.target):
            found.add(syntax.text(name))
    return found


def _depends_not(value: Node, target: Node) -> bool:
    """Whether a value does not use what its target held: ``x.f = append(x.f[:0], ...)`` does."""
    return (target.text or b"") not in (value.text or b"")
