"""Little C and C++ programs for tests, and ways to point into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import syntax
from leakfix.languages.c.files import CFile
from leakfix.languages.c.scopes import Bindings
from leakfix.languages.c.survey import survey
from leakfix.languages.c.types import Types
from leakfix.languages.c.world import World
from tests.console import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.types import Callee


def c(text: str, name: str = "program.c") -> CFile:
    """A C file that is nowhere on disk."""
    return CFile.of(f"/nowhere/at/all/{name}", text.encode())


def cpp(text: str) -> CFile:
    """A C++ file that is nowhere on disk."""
    return c(text, "program.cc")


def tree(root: Path, files: Mapping[str, str]) -> World:
    """A world of files on disk, all of them surveyed."""
    write(root, dict(files))
    return World(survey(((str(root / name), text.encode()) for name, text in files.items()), ["malloc", "new"]))


def function(file: CFile, name: str = "f") -> Function:
    found = [one for one in file.functions if one.name == name]
    assert found, f"{name} is not among {[one.name for one in file.functions]}"
    return found[0]


def nodes(file: CFile, text: str, kind: str = "") -> list[Node]:
    """All nodes with this text, in order."""
    found = [node for node in syntax.walk(file.root) if node.text == text.encode() and kind in ("", node.type)]
    assert found, f"{text!r} is not there"
    return found


def bindings(file: CFile, name: str = "f") -> Bindings:
    return Bindings.of_function(function(file, name))


def meaning(file: CFile, text: str, number: int, name: str = "f") -> str:
    """What the identifier with this text and number means: where it is declared (1-based line) and as what."""
    found = bindings(file, name).entity([node for node in nodes(file, text) if node.type in syntax.IDENTIFIERS][number])
    return f"{found.kind}@{file.source.line(found.index)}" if found is not None else ""


def types(file: CFile, world: World | None = None, name: str = "f") -> Types:
    return Types.of_function(world or World(), function(file, name))


def type_of(file: CFile, text: str, world: World | None = None, name: str = "f") -> str:
    """The type of the last expression with this text, spelled out."""
    found = [node for node in nodes(file, text) if node.type not in _STATEMENTS]
    return str(types(file, world, name).of(found[-1]))


def callee(file: CFile, text: str, world: World | None = None, name: str = "f") -> Callee:
    """What the last call with this text calls."""
    found = types(file, world, name).callee(nodes(file, text, syntax.CALL_EXPRESSION)[-1])
    assert found is not None
    return found


_STATEMENTS = frozenset((syntax.EXPRESSION_STATEMENT, syntax.ARGUMENT_LIST, syntax.TYPE_DESCRIPTOR))
