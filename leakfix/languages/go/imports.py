"""Imports of a Go file as text: the name a package has there, and the edit that adds one in its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.packages import File
    from leakfix.languages.go.scopes import Bindings


def package_name(file: File, bindings: Bindings, node: Node, path: str) -> tuple[str, tuple[Edit, ...]] | None:
    """The name that a package of the standard library has at ``node``, with the edits that import it where it is not.

    None where the name means something else there. Raises `LayoutError` where no import can be added.
    """
    plain = path.rpartition("/")[2]
    local = bindings.locals_at(node)
    for name, imported in file.imports.items():
        if imported == path:
            return None if name in local else (name, ())
    used = any(entity.name == plain for entity in bindings.entities)
    if used or plain in file.imports or file.package.lookup(plain, file) is not None:
        return None
    return plain, (added(file, path),)


def added(file: File, path: str) -> Edit:
    """The edit that imports a package, sorted into the group of the standard library."""
    declarations = [node for node in file.root.named_children if node.kind_id == syntax.IMPORT_DECLARATION]
    plain = [node for node in declarations if not any(_path(spec) == "C" for spec in _specs(node))]
    grouped = next((held for node in plain for held in _lists(node) if syntax.operands(held)), None)
    if grouped is not None:
        return _into_group(file, grouped, path)
    if plain:
        return _beside(file, plain[0], path)
    if declarations:
        return _behind(file, declarations[-1], path)
    clause = next((node for node in file.root.named_children if node.kind_id == syntax.PACKAGE_CLAUSE), None)
    if clause is None:
        raise LayoutError
    return _behind(file, clause, path)


def _into_group(file: File, held: Node, path: str) -> Edit:
    source = file.source
    specs = syntax.operands(held)
    group = next((found for found in _groups(file, specs) if any(_is_standard(spec) for spec in found)), None)
    line = b'\t"' + path.encode() + b'"' + source.newline
    if group is None:
        at = source.line_start(_first_line(file, specs[0]))
        return Edit(Span(at, at), line + source.newline)
    before = [spec for spec in group if _path(spec) < path and _is_standard(spec)]
    if before:
        _check_column(file, before[-1], group)
        at = source.line_end(before[-1].end_byte) + len(source.newline)
    else:
        at = source.line_start(_first_line(file, group[0]))
    if source.data[source.line_start(group[0].start_byte) : group[0].start_byte].strip():
        raise LayoutError
    return Edit(Span(at, at), line)


def _beside(file: File, declaration: Node, path: str) -> Edit:
    """Make one import two, in parentheses."""
    source = file.source
    specs = list(_specs(declaration))
    rest = source.data[declaration.end_byte : source.line_end(declaration.end_byte)].strip()
    if len(specs) != 1 or rest or any(child.kind_id == syntax.COMMENT for child in declaration.children):
        return _behind(file, declaration, path)
    lines = sorted(((_path(specs[0]), source.text(Span(specs[0].start_byte, specs[0].end_byte))), (path, f'"{path}"')))
    parted = source.newline if not _is_standard(specs[0]) else b""
    if parted:
        lines.sort(key=lambda item: item[0] != path)
    body = (source.newline + parted).join(b"\t" + text.encode() for _, text in lines)
    text = b"import (" + source.newline + body + source.newline + b")"
    return Edit(Span(declaration.start_byte, declaration.end_byte), text)


def _behind(file: File, node: Node, path: str) -> Edit:
    source = file.source
    at = source.line_end(node.end_byte)
    parted = source.newline * 2 if node.kind_id == syntax.PACKAGE_CLAUSE else source.newline
    return Edit(Span(at, at), parted + b'import "' + path.encode() + b'"')


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
