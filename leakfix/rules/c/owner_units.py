"""Statements that release a member: `delete m;`, `FREE(s->m);`, with the test around and the null behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Touch
from leakfix.languages.c import syntax
from leakfix.languages.c.customs import says_release
from leakfix.languages.c.member_places import field_named
from leakfix.languages.c.member_touches import Touches
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import CFile, Function, Global
    from leakfix.languages.c.program import Program

_WRAPPERS: Final = frozenset((syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION, syntax.POINTER_EXPRESSION))
_NULLS: Final = frozenset((b"NULL", b"nullptr", b"0", b"-1"))


@individual
class Unit:
    """The release of one member in a function.

    ``release`` is the call or the `delete`, ``access`` what names the member in it; ``first`` and ``last`` are the
    outermost statements that do nothing else, in one block.
    """

    function: Function
    declared: Global
    release: Node
    access: Node
    first: Node
    last: Node

    @property
    def name(self) -> str:
        """The member's name."""
        return self.declared.identifier_text

    @property
    def owner(self) -> str:
        """How the object is spelled before the member's name: `s->`, `this->`, or nothing."""
        text = syntax.text(self.access)
        return text[: len(text) - len(self.name)]

    @property
    def callee(self) -> str:
        """The function or macro that releases; "delete" or "delete[]"."""
        if self.release.type == syntax.DELETE_EXPRESSION:
            return "delete[]" if any(child.type == "[" for child in self.release.children) else "delete"
        called = self.release.child_by_field_name("function")
        return syntax.text(called) if called is not None else ""

    @property
    def is_guarded(self) -> bool:
        """Whether it is done only where the member is not null."""
        return self.first.type == syntax.IF_STATEMENT


def units_of(program: Program, function: Function) -> tuple[Unit, ...]:
    """The releases of members in a function, in order."""
    known = function.cache.get("release units")
    if not isinstance(known, tuple):
        known = function.cache["release units"] = tuple(_units(program, function))
    return known


def _units(program: Program, function: Function) -> Iterator[Unit]:
    touches = Touches(program)
    for node in syntax.walk(function.body):
        if node.type == syntax.DELETE_EXPRESSION:
            operands = node.named_children[-1:]
        elif node.type == syntax.CALL_EXPRESSION:
            arguments = node.child_by_field_name("arguments")
            operands = syntax.named(arguments) if arguments is not None else []
        else:
            continue
        for operand in operands:
            access = operand
            while access.type in _WRAPPERS:
                access = (
                    access.child_by_field_name("value")
                    or access.child_by_field_name("argument")
                    or (syntax.named(access)[0])
                )
            declared = field_named(program, function, access)
            if declared is not None and touches.of(function, access) is Touch.RELEASED:
                unit = _unit(function, declared, node, access)
                if unit is not None:
                    yield unit


def _unit(function: Function, declared: Global, release: Node, access: Node) -> Unit | None:
    statement = release.parent
    if statement is None or statement.type != syntax.EXPRESSION_STATEMENT:
        return None
    first = last = statement
    following = statement.next_named_sibling
    if following is not None and _empties(following, access):
        last = following
    guard = _guard(first, last, access)
    if guard is not None:
        first = last = guard
        following = guard.next_named_sibling
        if following is not None and _empties(following, access):
            last = following
    return Unit(function, declared, release, access, first, last)


def _empties(statement: Node, access: Node) -> bool:
    """Whether a statement is `m = NULL;` for the member that an expression names."""
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    if len(held) != 1 or held[0].type != syntax.ASSIGNMENT_EXPRESSION:
        return False
    left, right = held[0].child_by_field_name("left"), held[0].child_by_field_name("right")
    return left is not None and right is not None and left.text == access.text and right.text in _NULLS


def _guard(first: Node, last: Node, access: Node) -> Node | None:
    """The if around the statements of a release that tests the member and holds nothing else."""
    block = first.parent
    at = first
    if block is not None and block.type == syntax.COMPOUND_STATEMENT:
        if syntax.named(block)[0] != first or syntax.named(block)[-1] != last:
            return None
        at = block
    parent = at.parent
    if parent is None or parent.type != syntax.IF_STATEMENT or parent.child_by_field_name("alternative") is not None:
        return None
    condition = parent.child_by_field_name("condition")
    tested = condition.text if condition is not None else None
    return parent if tested is not None and access.text is not None and access.text in tested else None


def voucher(analysis: Analysis, symbol: str, declared: Global) -> Unit | None:
    """A release, in the file, of another member that takes what the same callee gives: so such things are owned."""
    last = symbol.rpartition("::")[2].encode()
    for function in analysis.file.functions:
        if not analysis.program.is_read(function) or last not in (function.body.text or b""):
            continue
        types = analysis.types(function)
        for node in syntax.walk(function.body):
            if node.type != syntax.ASSIGNMENT_EXPRESSION:
                continue
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is None or right is None or right.type != syntax.CALL_EXPRESSION or last not in (right.text or b""):
                continue
            callee, field = types.callee(right), field_named(analysis.program, function, left)
            if callee is None or callee.symbol != symbol or field is None or field.identifier == declared.identifier:
                continue
            found = _released_at_end(analysis.program, analysis.file, field)
            if found is not None:
                return found
    return None


def _released_at_end(program: Program, file: CFile, field: Global) -> Unit | None:
    """The release of a field in a destructor, or in a function that says that it frees, of a file."""
    for function in file.functions:
        if program.is_read(function) and (function.is_destructor or says_release(function.name)):
            for unit in units_of(program, function):
                if unit.declared.identifier == field.identifier and unit.declared.file.path == field.file.path:
                    return unit
    return None
