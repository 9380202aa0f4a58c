"""Fields of a package's struct types that hold channels or contexts, and all that the package does with one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.infer import Types, object_type
from leakfix.languages.go.types import Chan, Named, Pointer, Struct, deref, selection, underlying
from leakfix.languages.go.words import places_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function, Package
    from leakfix.languages.go.types import Type

CONTEXT: Final = "context.Context"
_CLOSED: Final = re.compile(rb"close\(([\w.]+)\)")


@record
class ChannelField:
    """The field ``name`` of the struct type ``owner`` of a package."""

    package: Package
    owner: str
    name: str

    def __str__(self) -> str:
        """Spell as ``conn.done``."""
        return f"{self.owner}.{self.name}"


def field_of(function: Function, node: Node) -> ChannelField | None:
    """The field of a type of the function's own package that an expression selects; None for everything else."""
    node = syntax.unparen(node)
    if node.kind_id != syntax.SELECTOR_EXPRESSION:
        return None
    operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
    if operand is None or name is None:
        return None
    return member_of(function, Types.of_function(function).of(operand), syntax.text(name))


def member_of(function: Function, of: Type | None, name: str) -> ChannelField | None:
    """The field that a name selects from a value of a type."""
    found = selection(of, name)
    package = function.file.package
    if found is None or found.kind != "field" or not isinstance(found.owner, Named):
        return None
    owner = found.owner
    return ChannelField(package, owner.name, name) if owner.package == package.key and owner.local < 0 else None


def fields_of(owner: Type | None) -> tuple[tuple[str, Type | None], ...]:
    """The fields that a struct type declares itself."""
    under = underlying(deref(owner))
    return tuple((field.name, field.type) for field in under.fields) if isinstance(under, Struct) else ()


def members_of(package: Package, owner: Named) -> Iterator[tuple[ChannelField, Type | None]]:
    """The fields of a struct type and of the package's types that it embeds, by where they are declared."""
    under, told = underlying(owner), set()
    embedded: list[Named] = []
    for field in under.fields if isinstance(under, Struct) else ():
        told.add(field.name)
        yield ChannelField(package, owner.name, field.name), field.type
        inner = pointed(field.type)
        if field.embedded and inner is not None and inner.package == package.key and inner.local < 0:
            embedded.append(inner)
    for inner in embedded:
        of = underlying(inner)
        for field in of.fields if isinstance(of, Struct) else ():
            if field.name not in told:
                yield ChannelField(package, inner.name, field.name), field.type


def type_of(field: ChannelField) -> Type | None:
    """The type of a field."""
    declared = field.package.lookup(field.owner)
    of = object_type(declared) if declared is not None else None
    return next((found for name, found in fields_of(of) if name == field.name), None)


def is_channel(of: Type | None) -> bool:
    """Whether a type is that of a channel."""
    return isinstance(underlying(of), Chan)


def is_context(of: Type | None) -> bool:
    """Whether a type is that of a context."""
    return str(of) == CONTEXT


def closed_names(package: Package) -> frozenset[bytes]:
    """The last names of the channels that a package's code may close; a look at its bytes."""
    known = package.looks.get("closed")
    if not isinstance(known, frozenset):
        found = (match[1] for file in package.files if not file.is_test for match in _CLOSED.finditer(file.data))
        known = package.looks["closed"] = frozenset(name.rpartition(b".")[2] for name in found)
    return known


def mentions(package: Package, name: str) -> Iterator[tuple[Function | None, Node]]:
    """The identifiers of a name in the files of a package, tests left out, with the function around each."""
    word = name.encode()
    for file in package.files:
        for start in places_of(file.data, word) if not file.is_test else ():
            end = start + len(word)
            node = file.descendant(start, end)
            if node is not None and (node.start_byte, node.end_byte) == (start, end) and not node.named_child_count:
                yield function_around(file, start), node


def function_around(file: File, offset: int) -> Function | None:
    """The top-level function that a byte offset lies in."""
    return file.function_around(offset)


def pointed(of: Type | None) -> Named | None:
    """The declared type of a value or of what it points to."""
    named = of.element if isinstance(of, Pointer) else of
    return named if isinstance(named, Named) else None
