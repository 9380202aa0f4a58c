"""Where a Go package mentions the field, variable or slice type whose array a cut shortens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_facts import Facts
from leakfix.languages.go.types import Named, selection
from leakfix.languages.go.words import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.slots import Cut

_DOT: Final = ord(".")
_INDEX: Final = re.compile(rb"\[[^\[\]\n]*\]")
_SHORT: Final = 80
"""How many bytes above a line are looked at."""
_INDEXES: Final = frozenset((syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION))


def named_place(cut: Cut) -> Node:
    """The field, variable or dereferenced pointer that a cut's owner is, or is an element of."""
    node = syntax.unparen(cut.place)
    while node.kind_id in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION):
        node = syntax.unparen(syntax.operands(node)[0])
    return node


def mentions(cut: Cut) -> dict[Function, list[Node]]:
    """The expressions in the package that mean the same field or variable, by function."""
    place = named_place(cut)
    if place.kind_id == syntax.UNARY_EXPRESSION:
        return _dereferences(cut, place)
    name = place.child_by_field_id(syntax.F_FIELD) if place.kind_id == syntax.SELECTOR_EXPRESSION else place
    if name is None or not name.text:
        return {}
    owner = owner_type(cut.facts, place)
    is_element = syntax.unparen(cut.place).kind_id in _INDEXES
    is_selected, word = place.kind_id == syntax.SELECTOR_EXPRESSION, name.text
    found: dict[Function, list[Node]] = {}
    for file in files_of(cut.facts):
        for at in places_of(file.data, word):
            if is_selected and file.data[at - 1] != _DOT:
                continue
            function = function_at(file, at)
            node = file.descendant(at, at + len(word)) if function is not None else None
            whole = _whole(node, place) if node is not None else None
            if function is None or whole is None:
                continue
            facts = Facts.of(cut.facts.analysis, function)
            if whole.kind_id == syntax.SELECTOR_EXPRESSION:
                other = owner_type(facts, whole)
                if owner is not None and other is not None and owner != other:
                    continue
            elif facts.bindings.entity(whole) is not None:
                continue
            found.setdefault(function, []).append(_element(whole) if is_element else whole)
    return found


def may_grow(cut: Cut) -> bool:
    """Whether a function of the package may append to the slice, or to what it gives its slice: a look at the bytes."""
    place = named_place(cut)
    name = place.child_by_field_id(syntax.F_FIELD) if place.kind_id == syntax.SELECTOR_EXPRESSION else place
    word = name.text if name is not None else None
    if not word or place.kind_id == syntax.UNARY_EXPRESSION or syntax.unparen(cut.place).kind_id in _INDEXES:
        return True
    return any(
        any(_may_be_grown(file.data, at, at + len(word)) for at in places_of(file.data, word, one.start, one.end))
        for file in files_of(cut.facts)
        for one in file.functions
        if file.data.find(b"append(", one.start, one.end) >= 0
    )


def _may_be_grown(data: bytes, at: int, end: int) -> bool:
    """Whether a name may be the end of what is appended to, or of a value that is assigned as it is or in part."""
    line = data.rfind(b"\n", 0, at) + 1
    before = data[line:at]
    index = _INDEX.match(data, end)
    if data[end : end + 1] == b"." or (index is not None and b":" not in index[0]):
        return False
    _, is_appended, first = before.rpartition(b"append(")
    if is_appended and index is None and (b"," not in first or b"(" in first.partition(b",")[0]):
        return True
    _, is_assigned, value = before.rpartition(b"= ")
    if is_assigned:
        # What is ranged over is named anew only where it is a map of slices, which is no single slice.
        return not value.startswith(b"range ") and (value.startswith(b"(") or value.count(b"(") <= value.count(b")"))
    return b"(" not in before and data[max(line - _SHORT, 0) : line].rstrip().endswith((b"=", b",", b"append("))


def given(cut: Cut) -> Iterator[tuple[Facts, Node]]:
    """The values that literals of the owner's type give the field: ``Queue{items: items}``.

    Of a literal without keys, all values: it is not looked up which of them is the field's.
    """
    place = named_place(cut)
    name = place.child_by_field_id(syntax.F_FIELD) if place.kind_id == syntax.SELECTOR_EXPRESSION else None
    owner = owner_type(cut.facts, place) if name is not None else None
    if name is None or owner is None or owner[0] != cut.facts.file.package.key:
        return
    pattern = re.compile(rb"\b" + re.escape(owner[1].encode()) + rb"(?:\[[^\]\n]*\])?\{")
    for file in files_of(cut.facts):
        for match in pattern.finditer(file.data):
            function = function_at(file, match.start())
            node = file.descendant(match.start(), match.start() + 1)
            while node is not None and node.kind_id != syntax.COMPOSITE_LITERAL:
                node = node.parent if node.end_byte <= match.end() else None
            if function is not None and node is not None:
                facts = Facts.of(cut.facts.analysis, function)
                yield from ((facts, value) for value in _values(node, name.text))


def _values(literal: Node, name: bytes | None) -> Iterator[Node]:
    """The values of a literal's elements with this key, or without keys."""
    body = literal.child_by_field_id(syntax.F_BODY)
    for element in syntax.operands(body) if body is not None else ():
        value: Node | None = element
        if element.kind_id == syntax.KEYED_ELEMENT:
            key = element.child_by_field_id(syntax.F_KEY)
            value = element.child_by_field_id(syntax.F_VALUE) if key is not None and key.text == name else None
        if value is not None:
            yield syntax.operands(value)[0] if value.kind_id == syntax.LITERAL_ELEMENT else value


def _element(node: Node) -> Node:
    """The element of a map or slice that an expression is indexed for."""
    parent = node.parent
    indexed = parent is not None and parent.kind_id in _INDEXES and syntax.operands(parent)[0] == node
    return parent if parent is not None and indexed else node


def function_at(file: File, offset: int) -> Function | None:
    """The function that a byte offset lies in."""
    return file.function_around(offset)


def _dereferences(cut: Cut, place: Node) -> dict[Function, list[Node]]:
    """The ``*x`` of all methods of the type that a receiver points to."""
    function = cut.facts.function
    operand = cut.facts.variable(place.child_by_field_id(syntax.F_OPERAND))
    if operand is None or operand.kind != "receiver":
        return {}
    found: dict[Function, list[Node]] = {}
    for file in files_of(cut.facts):
        for other in file.functions:
            if other.receiver_type == function.receiver_type:
                nodes = list(_receiver_uses(Facts.of(cut.facts.analysis, other)))
                if nodes:
                    found[other] = nodes
    return found


def _receiver_uses(facts: Facts) -> Iterator[Node]:
    """The uses of the receiver as a slice: ``*x`` for a pointer, ``x`` for a value."""
    for variable in facts.bindings.variables:
        for use in facts.bindings.uses(variable) if variable.kind == "receiver" else ():
            parent = use.parent
            if parent is not None and parent.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "*":
                yield parent
            elif parent is not None and parent.kind_id != syntax.SELECTOR_EXPRESSION:
                yield use


def files_of(facts: Facts) -> Iterator[File]:
    """The files of a function's package, its own last; no tests, unless it is in one."""
    file = facts.file
    for other in file.package.files:
        if other.location == file.location or (other.is_test and not file.is_test):
            continue
        yield other
    yield file


def _whole(node: Node, place: Node) -> Node | None:
    """The expression that a name stands in as the field or variable of the place; None when it is another."""
    if place.kind_id != syntax.SELECTOR_EXPRESSION:
        return node if node.kind_id == syntax.IDENTIFIER else None
    parent = node.parent
    if node.kind_id != syntax.FIELD_IDENTIFIER or parent is None or parent.kind_id != syntax.SELECTOR_EXPRESSION:
        return None
    return parent


def owner_type(facts: Facts, selector: Node) -> tuple[str, str] | None:
    """The declared type that a selected field belongs to."""
    operand, name = selector.child_by_field_id(syntax.F_OPERAND), selector.child_by_field_id(syntax.F_FIELD)
    member = selection(facts.types.of(operand), syntax.text(name)) if operand is not None and name is not None else None
    owner = member.owner if member is not None else None
    return (owner.package, owner.name) if isinstance(owner, Named) else None
