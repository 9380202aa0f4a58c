"""Edits that import a package into a Go file: in its group, under a name that is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.scopes import Bindings


@record
class Import:
    """How a package is named at a place, and the edits that make it so."""

    name: str
    edits: tuple[Edit, ...] = ()


class ImportCycleError(Exception):
    """The file belongs to the standard library itself, where another import may lead back to its package."""


def import_package(file: File, bindings: Bindings, node: Node, path: str) -> Import:
    """Make a package of the standard library usable at a node; the name that it has there.

    Raises `ImportCycleError`, and `LayoutError` where no import can be added.
    """
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
    return Import(name, (added(file, path, "" if name == base else name),))


def added(file: File, path: str, name: str = "") -> Edit:
    """The edit that imports a package, sorted into the group of the standard library; by default under its own name.

    Raises `LayoutError` where a line would part what gofmt aligns, or shares its line with others.
    """
    spec = f'{name} "{path}"'.lstrip().encode()
    above = file.head.named_children
    declarations = [node for node in above if node.kind_id == syntax.IMPORT_DECLARATION]
    plain = [node for node in declarations if not any(_path(spec) == "C" for spec in _specs(node))]
    grouped = next((held for node in plain for held in _lists(node) if syntax.operands(held)), None)
    if grouped is not None:
        return _into_group(file, grouped, path, spec)
    if plain:
        return _beside(file, plain[0], path, spec)
    if declarations:
        return _behind(file, declarations[-1], spec)
    clause = next((node for node in above if node.kind_id == syntax.PACKAGE_CLAUSE), None)
    if clause is None:
        raise LayoutError
    return _behind(file, clause, spec)


def _into_group(file: File, held: Node, path: str, spec: bytes) -> Edit:
    source = file.source
    specs = syntax.operands(held)
    group = next((found for found in _groups(file, specs) if any(_is_standard(other) for other in found)), None)
    line = b"\t" + spec + source.newline
    if group is None:
        at = source.line_start(_first_line(file, specs[0]))
        return Edit(Span(at, at), line + source.newline)
    before = [other for other in group if _path(other) < path and _is_standard(other)]
    if before:
        _check_column(file, before[-1], group)
        at = source.line_end(before[-1].end_byte) + len(source.newline)
    else:
        at = source.line_start(_first_line(file, group[0]))
    if source.data[source.line_start(group[0].start_byte) : group[0].start_byte].strip():
        raise LayoutError
    return Edit(Span(at, at), line)


def _beside(file: File, declaration: Node, path: str, spec: bytes) -> Edit:
    """Make one import two, in parentheses."""
    source = file.source
    specs = list(_specs(declaration))
    rest = source.data[declaration.end_byte : source.line_end(declaration.end_byte)].strip()
    if len(specs) != 1 or rest or any(child.kind_id == syntax.COMMENT for child in declaration.children):
        return _behind(file, declaration, spec)
    own = source.data[specs[0].start_byte : specs[0].end_byte]
    lines = sorted(((_path(specs[0]), own), (path, spec)))
    parted = source.newline if not _is_standard(specs[0]) else b""
    if parted:
        lines.sort(key=lambda item: item[0] != path)
    body = (source.newline + parted).join(b"\t" + line for _, line in lines)
    text = b"import (" + source.newline + body + source.newline + b")"
    return Edit(Span(declaration.start_byte, declaration.end_byte), text)


def _behind(file: File, node: Node, spec: bytes) -> Edit:
    at = file.source.line_end(node.end_byte)
    return Edit(Span(at, at), file.source.newline * 2 + b"import " + spec)


def _lists(declaration: Node) -> Iterator[Node]:
    return (child for child in declaration.named_children if child.kind_id == syntax.IMPORT_SPEC_LIST)


def _specs(declaration: Node) -> Iterator[Node]:
    for child in syntax.operands(declaration):
        yield from syntax.operands(child) if child.kind_id == syntax.IMPORT_SPEC_LIST else (child,)


def _groups(file: File, specs: Sequence[Node]) -> list[list[Node]]:
    """The imports between blank lines."""
    groups: list[list[Node]] = []
    for spec in specs:
        if groups and b"\n" not in file.data[groups[-1][-1].end_byte : _first_line(file, spec)].replace(
            b"\r", b""
        ).replace(b"\n", b"", 1):
            groups[-1].append(spec)
        else:
            groups.append([spec])
    return groups


def _first_line(file: File, spec: Node) -> int:
    """Where an import begins, with the comments on the lines directly above it."""
    first, above = spec, spec.prev_named_sibling
    source = file.source
    while (
        above is not None
        and above.kind_id == syntax.COMMENT
        and source.line(above.end_byte) == source.line(first.start_byte) - 1
        and not source.data[source.line_start(above.start_byte) : above.start_byte].strip()
    ):
        first, above = above, above.prev_named_sibling
    return source.line_start(first.start_byte)


def _check_column(file: File, spec: Node, group: Sequence[Node]) -> None:
    """A new line between two that end in comments would part what gofmt aligns."""
    behind = next((other for other in group if other.start_byte > spec.start_byte), None)
    if behind is not None and all(_ends_in_comment(file, node) for node in (spec, behind)):
        raise LayoutError


def _ends_in_comment(file: File, node: Node) -> bool:
    return bool(file.data[node.end_byte : file.source.line_end(node.end_byte)].strip())


def _path(spec: Node) -> str:
    node = spec.child_by_field_id(syntax.F_PATH)
    return syntax.string_value(node) if node is not None else ""


def _is_standard(spec: Node) -> bool:
    """Whether an import looks like one of the standard library: no dot in its first part."""
    path = _path(spec)
    return bool(path) and path != "C" and "." not in path.partition("/")[0]
