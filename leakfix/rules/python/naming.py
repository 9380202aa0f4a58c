"""Names for what had none, and the imports that a fixed form needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.outdated import builtins_of_2, check_in_contextlib
from leakfix.rules.python.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair
    from leakfix.text import Source

_BY_NOUN: Final = (
    ("connection", ("conn", "connection")),
    ("socket", ("sock", "client")),
    ("session", ("session",)),
    ("client", ("client",)),
    ("response", ("response", "resp")),
    ("archive", ("archive",)),
    ("process", ("process", "proc")),
    ("executor", ("executor", "pool")),
    ("pool", ("pool",)),
    ("selector", ("selector",)),
    ("directory", ("directory", "folder")),
    ("descriptor", ("fd",)),
    ("database", ("db",)),
    ("input", ("lines", "stream")),
    ("pipe", ("pipe",)),
    ("server", ("server",)),
    ("manager", ("manager",)),
    ("file", ("f", "file", "fh", "infile", "handle")),
)


def free_name(repair: Repair, wanted: Iterable[str], others: Iterable[str] = ()) -> str:
    """A name that means nothing in the function, or in the whole file if the code is the module's, and no other's."""
    taken = _names(repair) | set(others) | builtins_of_2(repair.analysis.version_2)
    wanted = list(wanted)
    found = next((name for name in wanted if name not in taken), None)
    if found is not None:
        return found
    numbered = (f"{wanted[0]}{number}" for number in range(2, 100))
    found = next((name for name in numbered if name not in taken), None)
    if found is None:
        raise RefusalError("name-taken", f"no name like `{wanted[0]}` is free")
    return found


def name_of_resource(repair: Repair, others: Iterable[str] = ()) -> str:
    """A free name for what was acquired, and none of others."""
    noun = repair.noun
    wanted = next((names for word, names in _BY_NOUN if word in noun), ("resource", "handle"))
    return free_name(repair, wanted, others)


def _names(repair: Repair) -> set[str]:
    if repair.function.is_module:
        return repair.bindings.names
    found = syntax.captures("(identifier) @name", repair.function.node).get("name", [])
    return {syntax.text(node) for node in found}


def from_contextlib(repair: Repair, name: str) -> tuple[str, list[Edit]]:
    """How `contextlib.<name>` is spelled here, with the edit that imports it if nothing does yet."""
    imports = repair.analysis.file.imports
    for local, target in imports.items():
        if target == f"contextlib.{name}" and not _is_shadowed(repair, local):
            return local, []
    check_in_contextlib(name, repair.analysis.version_2)
    for local, target in imports.items():
        if target == "contextlib" and not _is_shadowed(repair, local):
            return f"{local}.{name}", []
    if _is_taken(repair, "contextlib"):
        raise RefusalError("name-taken", "the name `contextlib` means something else here")
    return f"contextlib.{name}", [import_edit(repair.source, repair.root, "contextlib")]


def _is_shadowed(repair: Repair, name: str) -> bool:
    """Whether a name of the module means something else in the function."""
    scope = repair.bindings.scopes.scope_of(repair.function.node)
    found = repair.bindings.scopes.lookup(name.encode(), scope)
    return found is None or any(binding.kind != "import" for binding in found.bindings)


def _is_taken(repair: Repair, name: str) -> bool:
    """Whether anything in the file is called so."""
    return name in repair.bindings.names and any(
        syntax.text(node) == name for node in syntax.captures("(identifier) @name", repair.root).get("name", [])
    )


def import_edit(source: Source, root: Node, module: str) -> Edit:
    """`import <module>` in its place: among the imports of the standard library, in their order."""
    statements = syntax.statements(root)
    imports = _first_group(source, statements)
    line = f"import {module}".encode()
    if not imports:
        return _above_code(source, statements, line)
    plain = [node for node in imports if node.type == syntax.IMPORT_STATEMENT]
    for node in plain:
        if _module_of(node) > module:
            return Edit(Span(node.start_byte, node.start_byte), line + source.newline)
    if not plain or all(node.type == syntax.IMPORT_STATEMENT for node in imports):
        before = plain[-1] if plain else None
    else:
        before = plain[-1]
    if before is None:
        return Edit(Span(imports[0].start_byte, imports[0].start_byte), line + source.newline)
    end = source.line_end(before.end_byte)
    return Edit(Span(end, end), source.newline + line)


def _first_group(source: Source, statements: list[Node]) -> list[Node]:
    """The imports at the head of a file that stand together and hold the standard library's; future ones left out."""
    groups: list[list[Node]] = [[]]
    for node in statements:
        if node.type not in (syntax.IMPORT_STATEMENT, syntax.IMPORT_FROM_STATEMENT):
            if node.type != syntax.FUTURE_IMPORT_STATEMENT and any(groups):
                break
            continue
        if groups[-1] and source.line(node.start_byte) > source.line(groups[-1][-1].end_byte) + 1:
            groups.append([])
        groups[-1].append(node)
    filled = [group for group in groups if group]
    own = (
        group
        for group in filled
        if any(_module_of(node).partition(".")[0] in sys.stdlib_module_names for node in group)
    )
    return next(own, [])


def _module_of(statement: Node) -> str:
    name = syntax.field(statement, "module_name") or syntax.field(statement, "name")
    if name is not None and name.type == syntax.ALIASED_IMPORT:
        name = syntax.field(name, "name")
    return syntax.text(name) if name is not None else ""


def _above_code(source: Source, statements: list[Node], line: bytes) -> Edit:
    """The import as a group of its own: behind the docstring and what must come first, else above all code."""
    head: Node | None = None
    for node in statements:
        is_docstring = node.type == syntax.EXPRESSION_STATEMENT and syntax.named(node)[0].type == syntax.STRING
        if node.type == syntax.FUTURE_IMPORT_STATEMENT or (is_docstring and head is None):
            head = node
            continue
        break
    if head is not None:
        end = source.line_end(head.end_byte)
        return Edit(Span(end, end), source.newline * 2 + line)
    first = statements[0].start_byte
    following = statements[0].type in (syntax.IMPORT_STATEMENT, syntax.IMPORT_FROM_STATEMENT)
    blank = source.newline * (2 if following else 3)
    return Edit(Span(first, first), line + blank)
