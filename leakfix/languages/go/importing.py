"""Edits that import a package into a Go file, in its group, under a name that is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.scopes import Bindings


@dataclass(frozen=True, slots=True)
class Import:
    """How a package is named at a place, and the edits that make it so."""

    name: str
    edits: tuple[Edit, ...] = ()


class ImportCycleError(Exception):
    """The file belongs to the standard library itself, where another import may lead back to its package."""


def import_package(file: File, bindings: Bindings, node: Node, path: str) -> Import:
    """Make a package of the standard library usable at a node; the name that it has there. Raises ImportCycleError."""
    local = bindings.locals_at(node)
    for written, imported in file.import_specs:
        name = written or path.rpartition("/")[2]
        if imported == path and name not in ("_", ".") and name not in local:
            return Import(name)
    module = file.package.module
    if module is not None and module.is_std:
        raise ImportCycleError
    base = path.rpartition("/")[2]
    names = (base, f"go{base}", f"std{base}", *(f"{base}{number}" for number in range(2, 100)))
    taken = local.keys() | file.imports.keys()
    name = next(name for name in names if name not in taken and file.package.lookup(name) is None)
    spec = f'"{path}"' if name == base else f'{name} "{path}"'
    return Import(name, (_insertion(file, path, spec.encode()),))


def _insertion(file: File, path: str, spec: bytes) -> Edit:
    """The edit that adds an import spec where gofmt and goimports would have it."""
    newline = file.source.newline
    declarations = [node for node in file.root.named_children if node.kind_id == syntax.IMPORT_DECLARATION]
    usable = [node for node in declarations if not _is_cgo(node)]
    for declaration in usable:
        listed = next((n for n in declaration.named_children if n.kind_id == syntax.IMPORT_SPEC_LIST), None)
        if listed is not None and any(n.kind_id == syntax.IMPORT_SPEC for n in listed.named_children):
            return _into_list(file, listed, path, spec)
    if usable:
        single = next((n for n in usable[0].named_children if n.kind_id == syntax.IMPORT_SPEC), None)
        if single is not None:
            return _beside(file, single, path, spec)
    behind = declarations[-1] if declarations else _package_clause(file)
    if behind is None:
        return Edit(Span(0, 0), b"import " + spec + newline)
    end = file.source.line_end(behind.end_byte)
    return Edit(Span(end, end), newline * 2 + b"import " + spec)


def _into_list(file: File, listed: Node, path: str, spec: bytes) -> Edit:
    group = _standard_group(file, listed)
    newline = file.source.newline
    first = next(n for n in listed.named_children if n.kind_id == syntax.IMPORT_SPEC)
    indent = file.source.indent(first.start_byte) or b"\t"
    if not group:
        start = file.source.line_start(_with_comments(file, first).start_byte)
        return Edit(Span(start, start), indent + spec + newline * 2)
    for other in group:
        if path < _path_of(other):
            start = file.source.line_start(_with_comments(file, other).start_byte)
            return Edit(Span(start, start), indent + spec + newline)
    end = file.source.line_end(group[-1].end_byte)
    return Edit(Span(end, end), newline + indent + spec)


def _standard_group(file: File, listed: Node) -> list[Node]:
    """The first group of specs, between empty lines, that imports from the standard library alone."""
    groups: list[list[Node]] = []
    last_line = -2
    for node in listed.named_children:
        line = file.source.line(node.start_byte)
        if line > last_line + 1 or not groups:
            groups.append([])
        last_line = file.source.line(node.end_byte)
        if node.kind_id == syntax.IMPORT_SPEC:
            groups[-1].append(node)
    for group in groups:
        if group and all("." not in _path_of(spec).partition("/")[0] for spec in group):
            return group
    return []


def _with_comments(file: File, spec: Node) -> Node:
    """The first of the comments on lines of their own directly above a spec, or the spec."""
    above = spec.prev_named_sibling
    while above is not None and above.kind_id == syntax.COMMENT:
        joined = file.source.line(above.end_byte) + 1 == file.source.line(spec.start_byte)
        if not joined or not _is_alone(file, above):
            break
        spec, above = above, above.prev_named_sibling
    return spec


def _is_alone(file: File, node: Node) -> bool:
    return not file.data[file.source.line_start(node.start_byte) : node.start_byte].strip()


def _beside(file: File, single: Node, path: str, spec: bytes) -> Edit:
    """A single import becomes a list of two, in order."""
    newline = file.source.newline
    own = file.data[single.start_byte : single.end_byte]
    specs = [spec, own] if path < _path_of(single) else [own, spec]
    lines = newline.join(b"\t" + one for one in specs)
    return Edit(Span(single.start_byte, single.end_byte), b"(" + newline + lines + newline + b")")


def _package_clause(file: File) -> Node | None:
    return next((node for node in file.root.named_children if node.kind_id == syntax.PACKAGE_CLAUSE), None)


def _path_of(spec: Node) -> str:
    path = spec.child_by_field_id(syntax.F_PATH)
    return syntax.string_value(path) if path is not None else ""


def _is_cgo(declaration: Node) -> bool:
    waiting = list(declaration.named_children)
    for node in waiting:
        if node.kind_id == syntax.IMPORT_SPEC_LIST:
            waiting.extend(node.named_children)
        elif node.kind_id == syntax.IMPORT_SPEC and _path_of(node) == "C":
            return True
    return False
