"""Comments of a Go file, and the statements that comments stand above."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tree_sitter import Query

from leakfix.languages import trees
from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from leakfix.languages.go.packages import File
    from leakfix.text import Span

_LISTS: Final = frozenset((syntax.STATEMENT_LIST, syntax.BLOCK))


def comments(file: File) -> list[tuple[Span, str]]:
    """Return all comments with their text, in order."""
    return trees.comments(_query(), file.root, file.source)


def node_lines(file: File, line: int) -> tuple[int, int] | None:
    """Return first and last line of the outermost declaration or statement that starts on a line.

    The package clause is the whole file, as it is for golangci-lint.
    """
    found = trees.outermost(file.root, file.source, line)
    if found is None:
        return None
    if found.kind_id == syntax.PACKAGE_CLAUSE:
        return 1, max(file.source.line_count, 1)
    while found.kind_id in _LISTS and found.named_child_count:
        found = found.named_children[0]
    return line, file.source.line(max(found.end_byte - 1, found.start_byte))


@cache
def _query() -> Query:
    return Query(syntax.language(), "(comment) @comment")
