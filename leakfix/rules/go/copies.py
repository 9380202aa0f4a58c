"""Expressions of Go rewritten so that they copy what they share: in place, or by lines before the statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax, types
from leakfix.languages.go.imports import ImportCycleError, import_package
from leakfix.languages.go.statements import LayoutError, statement_of
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.types import Type
    from leakfix.rules.go.retention import Part

_PURE = frozenset(
    {
        syntax.IDENTIFIER,
        syntax.SELECTOR_EXPRESSION,
        syntax.FIELD_IDENTIFIER,
        syntax.SLICE_EXPRESSION,
        syntax.INDEX_EXPRESSION,
        syntax.INT_LITERAL,
        syntax.BINARY_EXPRESSION,
        syntax.PARENTHESIZED_EXPRESSION,
    }
)


def imported(part: Part, path: str) -> tuple[str, list[Edit]]:
    """The name of a package of the standard library at a part, and the edits that import it. Raises RefusalError."""
    try:
        found = import_package(part.analysis.file, part.analysis.bindings(part.function), part.node, path)
    except ImportCycleError as error:
        raise RefusalError("import-cycle", f"the standard library itself cannot import {path} everywhere") from error
    except LayoutError as error:
        raise RefusalError("layout", "the imports are not laid out one a line") from error
    return found.name, list(found.edits)


def type_name(part: Part, of: Type | None) -> str:
    """A type as the file spells it at a part. Raises RefusalError where it has no name there."""
    if isinstance(of, types.TypeParam):
        return of.name
    name = spelled(part.analysis.file, part.analysis.bindings(part.function), part.node, of)
    if name is None:
        raise RefusalError("unresolved", "the type of what is copied has no name in this file")
    return name


def predeclared(part: Part, *names: str) -> None:
    """Check that predeclared names mean what they usually mean at a part. Raises RefusalError."""
    bindings = part.analysis.bindings(part.function)
    hidden = bindings.locals_at(part.node)
    for name in names:
        if name in hidden or part.analysis.file.package.may_shadow(name):
            raise RefusalError("name-taken", f"{name} means something else here")


def as_argument(part: Part) -> str:
    """A part as gofmt spells it among several arguments of a call: without blanks around the colons of its bounds."""
    start, pieces, copied = part.node.start_byte, [], 0
    data = part.analysis.file.data[start : part.node.end_byte]
    for colon in sorted(_colons(part.node)):
        before, behind = data[copied : colon - start].rstrip(b" "), colon - start + 1
        pieces.append(before + b":")
        copied = behind + len(data[behind:]) - len(data[behind:].lstrip(b" "))
    return b"".join([*pieces, data[copied:]]).decode("utf-8", "replace")


def _colons(node: Node) -> list[int]:
    """Where the colons of a slice expression are, and of what it slices."""
    found: list[int] = []
    at: Node | None = node
    while at is not None and at.kind_id == syntax.SLICE_EXPRESSION:
        found += (child.start_byte for child in at.children if child.type == ":")
        at = at.child_by_field_id(syntax.F_OPERAND)
    return found


def before_statement(part: Part, lines: Iterable[str], name: str) -> list[Edit]:
    """Put lines before the assignment that stores a part, and a name in the place of the part.

    Raises RefusalError where it is not all of the right side of an assignment on a line of its own.
    """
    source = part.analysis.source
    statement = statement_of(part.node)
    right = statement.child_by_field_id(syntax.F_RIGHT) if statement is not None else None
    assigns = statement is not None and statement.kind_id in (syntax.ASSIGNMENT_STATEMENT, syntax.SHORT_VAR_DECLARATION)
    if statement is None or right is None or not assigns or syntax.operands(right) != [part.node]:
        raise RefusalError("layout", "the part is not assigned by a statement of its own")
    start = source.line_start(statement.start_byte)
    if source.data[start : statement.start_byte].strip():
        raise RefusalError("layout", "the code is not laid out one statement a line")
    indent = source.indent(statement.start_byte)
    text = b"".join(indent + line.encode() + source.newline for line in lines)
    return [Edit(Span(start, start), text), part.replaced(name)]


def free_name(part: Part, *wanted: str) -> str:
    """A name that means nothing at a part yet, nor is declared in the block behind it."""
    bindings = part.analysis.bindings(part.function)
    taken = {variable.name for variable in bindings.variables}
    numbered = (f"{wanted[0]}{number}" for number in range(2, 100))
    named = (*wanted, *numbered)
    return next(name for name in named if name not in taken and not bindings.is_visible(name, part.node))


def is_pure(node: Node) -> bool:
    """Whether an expression can be evaluated twice: it calls nothing but ``len``."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind_id == syntax.CALL_EXPRESSION:
            function = at.child_by_field_id(syntax.F_FUNCTION)
            if function is None or syntax.text(function) != "len":
                return False
            waiting += syntax.operands(at.child_by_field_id(syntax.F_ARGUMENTS) or at)
        elif at.kind_id in _PURE:
            waiting += syntax.operands(at)
        else:
            return False
    return True
