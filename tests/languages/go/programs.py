"""Little Go programs for tests, and ways to point into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.infer import Types
from leakfix.languages.go.packages import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.packages import File, Function


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Lay out a tree of files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def program(text: str, name: str = "program.go") -> File:
    """A file that is nowhere on disk."""
    return World(environment={"HOME": "/nowhere"}).file(Path("/nowhere/at/all") / name, text.encode())


def body(*lines: str, declarations: str = "") -> File:
    """A program whose one function `f` has these lines; `declarations` stand above it, imports included."""
    shown = "\n\t".join(lines)
    return program(f"package p\n\n{declarations}\n\nfunc f() {{\n\t{shown}\n}}\n")


def function(file: File, name: str = "f") -> Function:
    return next(found for found in file.functions if found.name == name)


def holder(file: File, node: Node) -> Types:
    """The types of the top-level declaration around a node."""
    for found in file.functions:
        if found.node.start_byte <= node.start_byte < found.node.end_byte:
            return Types.of_function(found)
    return Types.of_declaration(file, node)


def expression(file: File, text: str) -> Node:
    """The last node with this text."""
    found = [node for node in _walk(file.root) if node.text == text.encode() and node.kind_id in _EXPRESSIONS]
    assert found, f"{text!r} is not there"
    return max(found, key=lambda node: node.start_byte)


def type_of(file: File, text: str) -> str:
    """The type of the last expression with this text, "?" when it is unknown."""
    node = expression(file, text)
    found = holder(file, node).of(node)
    return "?" if found is None else str(found)


def callee_of(file: File, text: str) -> Callee | None:
    """What the last call with this text calls."""
    node = expression(file, text)
    return holder(file, node).callee(node)


_EXPRESSIONS = frozenset(
    (
        *(syntax.IDENTIFIER, syntax.SELECTOR_EXPRESSION, syntax.CALL_EXPRESSION, syntax.INDEX_EXPRESSION),
        *(syntax.UNARY_EXPRESSION, syntax.BINARY_EXPRESSION, syntax.TYPE_ASSERTION_EXPRESSION, syntax.FUNC_LITERAL),
        *(syntax.SLICE_EXPRESSION, syntax.COMPOSITE_LITERAL, syntax.TYPE_CONVERSION_EXPRESSION, syntax.INT_LITERAL),
        *(syntax.TYPE_IDENTIFIER, syntax.PARENTHESIZED_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION),
    )
)


def _walk(root: Node) -> list[Node]:
    found: list[Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.named_children)
    return found
