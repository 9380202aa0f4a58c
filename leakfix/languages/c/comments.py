"""Comments of a file, and the statements that comments stand above."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tree_sitter import Query

from leakfix.languages import trees
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from leakfix.languages.c.files import CFile
    from leakfix.languages.c.syntax import Dialect
    from leakfix.text import Span

_LISTS: Final = frozenset((syntax.COMPOUND_STATEMENT, syntax.DECLARATION_LIST, syntax.FIELD_DECLARATION_LIST))


def comments(file: CFile) -> list[tuple[Span, str]]:
    """Return all comments with their text, in order; those in macros and in code never compiled are none."""
    return trees.comments(_query(file.dialect), file.root, file.source)


def node_lines(file: CFile, line: int) -> tuple[int, int] | None:
    """Return first and last line of the outermost declaration or statement that starts on a line."""
    found = trees.outermost(file.root, file.source, line)
    if found is None:
        return None
    while found.type in _LISTS and found.named_child_count:
        found = found.named_children[0]
    return line, file.source.line(max(found.end_byte - 1, found.start_byte))


@cache
def _query(dialect: Dialect) -> Query:
    return Query(syntax.language(dialect), "(comment) @comment")
