"""What an allocation that fails throws: the clauses that catch it, and what has happened by then; who else throws.

An allocation throws before it does anything, so what was held before it is held in the clause. What happens behind it
may throw as well: there, nobody knows any more what became of all that the block has touched so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.flow import Copy, Derive, Escape, Release
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.lower_frame import Frame, Jump

KEEPERS: Final = frozenset(("push_back", "push_front", "push", "insert", "emplace_back", "emplace", "emplace_front"))
"""Methods of containers that put something in them: they leave all as it was where memory has run out."""
_MEMORY_EXCEPTIONS: Final = frozenset(("bad_alloc", "exception"))
_LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP))
_PLAIN: Final = frozenset((syntax.IDENTIFIER, syntax.NUMBER_LITERAL, syntax.TRUE, syntax.FALSE, syntax.NULL))


@dataclass(slots=True)
class MemoryHandler:
    """A clause that catches what a failing allocation throws, and the block of statements that it is for."""

    jump: Jump
    body: Node
    first: int
    """The block of the graph in which the statements begin."""
    before: int
    """How many events of that block stand before them."""
    throws: int = 0
    """How many allocations may throw."""


def catches_memory(clause: Node) -> bool:
    """Whether a clause catches `std::bad_alloc`, by itself, as the exception that it is, or as anything."""
    parameters = clause.child_by_field_name("parameters")
    if parameters is None:
        return False
    held = syntax.named(parameters)
    if not held:
        return any(child.type == "..." for child in parameters.children)
    of = held[0].child_by_field_name("type")
    return of is not None and syntax.text(of).removeprefix("::").removeprefix("std::") in _MEMORY_EXCEPTIONS


def throws(function: Function) -> bool:
    """Whether a function says itself that it throws something which it does not catch."""
    known = function.cache.get("throws")
    if not isinstance(known, bool):
        text = function.file.data[function.body.start_byte : function.body.end_byte]
        is_possible = function.file.is_cpp and b"throw" in text and not is_noexcept(function)
        known = function.cache["throws"] = is_possible and any(
            node.type == syntax.THROW_STATEMENT and not _is_caught(node, function)
            for node in syntax.walk(function.body)
        )
    return known


def is_noexcept(function: Function) -> bool:
    """Whether an exception would end the process rather than leave a function."""
    found = [child for child in function.call.children if child.type == "noexcept"] if function.call is not None else []
    return any((child.text or b"").replace(b" ", b"") != b"noexcept(false)" for child in found)


def _is_caught(statement: Node, function: Function) -> bool:
    """Whether a `throw` stands in a try block, or in a lambda, which somebody else runs; a bare one hands on."""
    at = statement.parent
    inner = statement
    while at is not None and at != function.node:
        if at.type == syntax.LAMBDA_EXPRESSION or (
            at.type == syntax.TRY_STATEMENT and at.child_by_field_name("body") == inner
        ):
            return True
        inner, at = at, at.parent
    return False


def may_throw_behind(body: Node, statement: Node) -> bool:
    """Whether anything that runs behind a statement, before the end of the block around it, might throw."""
    at = statement.parent
    while at is not None and at != body:
        if at.type in _LOOPS:
            return True
        at = at.parent
    return any(_may_throw(node) for node in _behind(body, statement))


def allocates(body: Node) -> bool:
    """Whether anything in a block may be an allocation that throws where it fails."""
    return any(node.type == syntax.NEW_EXPRESSION or _keeps(node) for node in syntax.walk(body))


def makes_one_call(statement: Node) -> bool:
    """Whether nothing but one call, or one `new`, stands in a statement."""
    return sum(node.type in (syntax.CALL_EXPRESSION, syntax.NEW_EXPRESSION) for node in syntax.walk(statement)) == 1


def touched_roots(frame: Frame, handler: MemoryHandler) -> tuple[int, ...]:
    """The roots of all that the block has done anything with so far."""
    touched: set[int] = set()
    for block in frame.graph.blocks[handler.first :]:
        skipped = handler.before if block is frame.graph.blocks[handler.first] else 0
        for event in block.events[skipped:]:
            if isinstance(event, (Copy, Derive)):
                touched |= {event.source.root, event.target.root}
            elif isinstance(event, (Escape, Release)):
                touched.add(event.place.root)
    return tuple(sorted(touched - {frame.this}))


def _keeps(node: Node) -> bool:
    called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else None
    field = (
        called.child_by_field_name("field") if called is not None and called.type == syntax.FIELD_EXPRESSION else None
    )
    return field is not None and syntax.text(field) in KEEPERS


def _behind(node: Node, statement: Node) -> list[Node]:
    """The outermost nodes of a block that lie behind one of its statements."""
    found: list[Node] = []
    for child in syntax.named(node):
        if child.start_byte >= statement.end_byte:
            found.append(child)
        elif child.end_byte > statement.end_byte:
            found += _behind(child, statement)
    return found


def _may_throw(node: Node) -> bool:
    if node.type in (syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT):
        return False
    if node.type == syntax.RETURN_STATEMENT:
        return not all(one.type in _PLAIN for one in syntax.named(node))
    return True
