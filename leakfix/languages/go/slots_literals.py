"""What literals tell of a Go struct whose declaration is not in reach: a field that is given nil is a pointer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import Held, held
from leakfix.languages.go.slots_mentions import files_of, function_at
from leakfix.languages.go.types import Named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.slots_facts import Facts
    from leakfix.languages.go.types import Type

_TYPES: Final = frozenset((syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_TYPE))


def held_by_elements(facts: Facts, element: Type | None) -> Held | None:
    """What an element keeps alive: as its type tells, or else the literals of that type in the package."""
    known = held(element)
    if known is not None or not isinstance(element, Named) or element.declaration is not None:
        return known
    key = f"held by {element}"
    cache = facts.analysis.cache
    if key not in cache:
        cache[key] = Held.POINTERS if any(_bears(*given) for given in _values(facts, element)) else None
    found = cache[key]
    return found if isinstance(found, Held) else None


def _values(facts: Facts, of: Named) -> Iterator[tuple[Facts, Node]]:
    """The values that the package's literals of a type give its fields."""
    pattern = re.compile(rb"\b" + re.escape(of.name.encode()) + rb"\{")
    for file in files_of(facts):
        for match in pattern.finditer(file.data):
            function = function_at(file, match.start())
            node = file.descendant(match.start(), match.end() - 1)
            while node is not None and node.kind_id in _TYPES:
                node = node.parent
            if function is None or node is None or node.kind_id != syntax.COMPOSITE_LITERAL:
                continue
            there = type(facts).of(facts.analysis, function)
            if there.types.of(node) == of:
                yield from ((there, value) for value in _given(node))


def _given(literal: Node) -> Iterator[Node]:
    body = literal.child_by_field_id(syntax.F_BODY)
    for element in syntax.operands(body) if body is not None else ():
        value = element.child_by_field_id(syntax.F_VALUE) if element.kind_id == syntax.KEYED_ELEMENT else None
        if value is not None:
            yield syntax.operands(value)[0] if value.kind_id == syntax.LITERAL_ELEMENT else value


def _bears(facts: Facts, value: Node) -> bool:
    """Whether a value is nil, or surely of a type that bears more than strings."""
    return value.kind_id == syntax.NIL or value.text == b"nil" or held(facts.types.of(value)) is Held.POINTERS
