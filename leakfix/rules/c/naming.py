"""Names and declarations that new lines bring along: what is free where they stand, and whether C of old takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.rules.c.layout import is_bare_body, preceding
from leakfix.rules.c.repair import RefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function

_WORDS: Final = (
    *("free", "delete", "destroy", "release", "close", "dispose", "unref", "clear", "cleanup", "fini", "deinit"),
    *("drop", "term", "shutdown", "del", "dealloc", "discard", "put"),
)
_OTHERS: Final = ("send", "write", "flush", "commit", "push", "add", "print", "log", "finish", "done", "end")


def free_name(analysis: Analysis, function: Function, node: Node, names: Sequence[str]) -> str:
    """The first of ``names`` that a declaration before ``node`` may take. Raises `RefusalError`."""
    bindings = analysis.bindings(function)
    taken = bindings.names_at(node)
    local = set(bindings.locals_at(node)) | {variable.name for variable in bindings.variables}
    for name in names:
        if name not in taken:
            return name
    for name in names:
        if name not in local and analysis.world.macro(name, analysis.file) is None:
            return name
    raise RefusalError("name-taken", "no plain name for the new variable is free")


def may_declare(analysis: Analysis, node: Node) -> bool:
    """Whether a declaration may stand before a statement.

    C before C99 has them at the start of blocks only; a file that has no others is taken for such.
    """
    if analysis.file.is_cpp or is_bare_body(node) or all(one.type == syntax.DECLARATION for one in preceding(node)):
        return True
    return any(_is_mixed(block) for function in analysis.file.functions for block in syntax.walk(function.body))


def _is_mixed(block: Node) -> bool:
    """Whether a block declares something behind a statement, or a loop in its head."""
    if block.type == syntax.FOR_STATEMENT:
        start = block.child_by_field_name("initializer")
        return start is not None and start.type == syntax.DECLARATION
    if block.type != syntax.COMPOUND_STATEMENT:
        return False
    seen = False
    for child in block.named_children:
        if child.type == syntax.DECLARATION:
            if seen:
                return True
        elif child.type != syntax.COMMENT:
            seen = True
    return False


def says_release(function: str) -> bool:
    """Whether a name says that the function releases, and nothing that it does besides."""
    lowered = function.rpartition("::")[2].lower()
    words = [word for word in lowered.split("_") if word]
    return any(word in lowered for word in _WORDS) and not any(word in _OTHERS for word in words)
