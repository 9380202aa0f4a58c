"""The declarations at the root of a file: imports, objects, functions; no body is looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.objects import Function, Object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.files import File

_GODEPS: Final = "/Godeps/_workspace/src/"
"""What the godep tool put before the import paths of the packages that it copied."""


def import_specs(root: Node) -> Iterator[tuple[str, str]]:
    """Yield the imports of a file in order as (written name or "", path)."""
    for child in root.children:
        if child.kind_id != syntax.IMPORT_DECLARATION:
            continue
        for item in child.named_children:
            specs = item.named_children if item.kind_id == syntax.IMPORT_SPEC_LIST else (item,)
            for spec in specs:
                path = spec.child_by_field_id(syntax.F_PATH)
                if spec.kind_id == syntax.IMPORT_SPEC and path is not None:
                    name = spec.child_by_field_id(syntax.F_NAME)
                    yield syntax.text(name) if name is not None else "", import_path(syntax.string_value(path))


def import_path(written: str) -> str:
    """Return the path that an import means."""
    return written.rpartition(_GODEPS)[2]


def functions(file: File) -> Iterator[Function]:
    """Yield the top-level functions and methods of a file, in order."""
    for child in file.root.children:
        if child.kind_id not in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            continue
        name = child.child_by_field_id(syntax.F_NAME)
        if name is not None:
            start, end = child.start_byte, child.end_byte
            yield Function(file, syntax.text(name), receiver_name(child), start, end, child)


def first(root: Node) -> Node:
    """The first function, or spec of a type, at the root of a file; the root where there is none."""
    for child in root.children:
        if child.kind_id in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            return child
        if child.kind_id == syntax.TYPE_DECLARATION:
            return next((spec for spec in child.named_children if spec.child_by_field_id(syntax.F_NAME)), root)
    return root


def objects(file: File) -> Iterator[Object]:
    """Yield what a file declares at package level, methods included."""
    for child in file.root.children:
        number = child.kind_id
        if number in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            name = child.child_by_field_id(syntax.F_NAME)
            if name is None:
                continue
            receiver = receiver_name(child)
            yield Object("method" if receiver else "func", syntax.text(name), file, child, receiver=receiver)
        elif number == syntax.TYPE_DECLARATION:
            for spec in child.named_children:
                name = spec.child_by_field_id(syntax.F_NAME)
                if name is not None:
                    yield Object("type", syntax.text(name), file, spec)
        elif number == syntax.VAR_DECLARATION:
            for spec in value_specs(child):
                for index, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
                    yield Object("var", syntax.text(name), file, spec, index=index, values=spec)
        elif number == syntax.CONST_DECLARATION:
            yield from _constants(file, child)


def _constants(file: File, declaration: Node) -> Iterator[Object]:
    for iota, (spec, values) in enumerate(const_specs(declaration)):
        for index, name in enumerate(syntax.field_children(spec, syntax.F_NAME)):
            yield Object("const", syntax.text(name), file, spec, index=index, iota=iota, values=values)


def value_specs(declaration: Node) -> Iterator[Node]:
    """Yield the specs of a var declaration, single or grouped."""
    for child in declaration.named_children:
        if child.kind_id == syntax.VAR_SPEC:
            yield child
        elif child.kind_id == syntax.VAR_SPEC_LIST:
            yield from (spec for spec in child.named_children if spec.kind_id == syntax.VAR_SPEC)


def const_specs(declaration: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the specs of a const declaration in order, each with the spec that gives its type and values."""
    values: Node | None = None
    for child in declaration.named_children:
        if child.kind_id == syntax.CONST_SPEC:
            if values is None or child.child_by_field_id(syntax.F_VALUE) is not None:
                values = child
            yield child, values


def receiver_name(declaration: Node) -> str:
    """Return the type name in a method's receiver, without pointer and type parameters; "" for a function."""
    receiver = declaration.child_by_field_id(syntax.F_RECEIVER)
    if receiver is None:
        return ""
    for parameter in receiver.named_children:
        node = parameter.child_by_field_id(syntax.F_TYPE)
        while node is not None and node.kind_id != syntax.TYPE_IDENTIFIER:
            inner = node.child_by_field_id(syntax.F_TYPE) or next(iter(syntax.operands(node)), None)
            node = inner
        if node is not None:
            return syntax.text(node)
    return ""
