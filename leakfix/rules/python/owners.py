"""Attributes that a class acquires and that the method that ends its objects forgets, and what mends that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.ownership import Forgotten, forgotten
from leakfix.flow.members import Home, Touch, Worth
from leakfix.languages.python import syntax
from leakfix.languages.python.attribute_table import AttributeTable, acquired_attributes
from leakfix.rules.finding import Safety
from leakfix.rules.python.indenting import starts_line
from leakfix.rules.python.plain import Mended, lines_before, lines_behind, own_line
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import Suite
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyClass

RELEASE: Final = Form("release", "release the attribute where its owner is closed", Safety.REVIEW)

_ENDS: Final = ("close", "aclose", "stop", "shutdown", "disconnect", "__exit__", "__aexit__", "__del__")


@record
class ForgottenAttribute:
    """The class acquires what the attribute holds, and ``method``, which ends its objects, could release it."""

    class_: PyClass
    name: str
    told: Forgotten
    method: Function


def forgotten_attributes(analysis: Analysis) -> Iterator[ForgottenAttribute]:
    """The forgotten attributes of the classes of a file, in order."""
    for class_ in analysis.file.classes:
        method = next((class_.methods[name] for name in _ENDS if name in class_.methods), None)
        if method is None or class_.keywords:
            continue
        for name in acquired_attributes(analysis, class_):
            member = AttributeTable(analysis, class_, name).read_kept()
            home = Home(analysis.source.path, method.node.start_byte, method.name)
            told = forgotten(member, frozenset({home})) if member is not None else None
            if told is not None and analysis.types.classes.is_closed(class_):
                yield ForgottenAttribute(class_, name, told, method)


def released(analysis: Analysis, found: ForgottenAttribute) -> Mended:
    """The release at the end of the method, before the siblings that were acquired earlier. Raises `RefusalError`."""
    method = found.method
    if method.has_error or method.is_async:
        raise RefusalError("no-owner", f"{method.name} is no plain method")
    obligation = found.told.acquired.obligation
    release = obligation.releases[0] if obligation is not None and obligation.releases else ""
    if not release.isidentifier():
        raise RefusalError("no-release", "nothing shows how what the attribute holds is released")
    receiver = method.params[0].name if method.params else ""
    if not receiver:
        raise RefusalError("no-owner", f"{method.name} has no name for its object")
    place = f"{receiver}.{found.name}"
    statements = syntax.statements(method.body)
    last = statements[-1]
    returns = [node for node in _returns(method.body) if node != last]
    if returns:
        raise RefusalError("early-return", f"{method.name} returns before its end")
    unit = Suite(analysis.source, analysis.file.root, method.body).unit
    lines = [f"{place}.{release}()".encode()]
    if not _is_always_set(found):
        lines = [f"if {place} is not None:".encode(), unit + lines[0]]
    why = f"Who still uses {found.name} when {method.last_name} runs finds it closed."
    edits = _placed(analysis, found, statements, lines)
    return Mended(edits, why)


def _placed(
    analysis: Analysis, found: ForgottenAttribute, statements: list[Node], lines: list[bytes]
) -> tuple[Edit, ...]:
    last = statements[-1]
    if not starts_line(analysis.source, last.start_byte):
        raise RefusalError("layout", "the body of the method stands on the line of its head")
    indent = own_line(analysis, last)
    if last.type == syntax.PASS_STATEMENT:
        return (Edit(Span(last.start_byte, last.end_byte), (analysis.source.newline + indent).join(lines)),)
    for statement in _trailing(statements):
        if _is_earlier(analysis, found, statement):
            return (lines_before(analysis.source, statement, own_line(analysis, statement), lines),)
    if last.type in (syntax.RETURN_STATEMENT, syntax.RAISE_STATEMENT):
        return (lines_before(analysis.source, last, indent, lines),)
    return (lines_behind(analysis.source, last, indent, lines),)


def _trailing(statements: list[Node]) -> list[Node]:
    """The releases that a method ends with: `self.x.close()`."""
    first = len(statements)
    while first and _released_by(statements[first - 1]):
        first -= 1
    return statements[first:]


def _released_by(statement: Node) -> str:
    """The attribute in `self.x.close()`; empty of anything else."""
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    called = held[0].child_by_field_name("function") if len(held) == 1 and held[0].type == syntax.CALL else None
    inner = called.child_by_field_name("object") if called is not None and called.type == syntax.ATTRIBUTE else None
    name = inner.child_by_field_name("attribute") if inner is not None and inner.type == syntax.ATTRIBUTE else None
    return syntax.text(name) if name is not None else ""


def _is_earlier(analysis: Analysis, found: ForgottenAttribute, statement: Node) -> bool:
    """Whether what a statement releases was acquired before the attribute, in the same method."""
    member = AttributeTable(analysis, found.class_, _released_by(statement)).read()
    mine = found.told.acquired
    stores = (stored for stored in member.stores if stored.worth is not Worth.NOTHING) if member is not None else ()
    return any(stored.home == mine.home and stored.span.start < mine.span.start for stored in stores)


def _is_always_set(found: ForgottenAttribute) -> bool:
    """Whether `__init__` leaves something in the attribute, and nothing ever empties it."""
    stores = found.told.member.stores
    made = any(stored.makes and stored.worth is Worth.ACQUIRED for stored in stores)
    return made and all(stored.worth is not Worth.NOTHING for stored in stores)


def is_shown(found: ForgottenAttribute) -> bool:
    """Whether others may reach the attribute by its name, or through somebody to whom it was shown."""
    return not found.name.startswith("_") or any(use.touch is Touch.LENT for use in found.told.member.uses)


def _returns(body: Node) -> Iterator[Node]:
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.type in (syntax.RETURN_STATEMENT, syntax.YIELD):
            yield node
        elif node == body or node.type not in syntax.FUNCTIONS:
            waiting.extend(node.named_children)
