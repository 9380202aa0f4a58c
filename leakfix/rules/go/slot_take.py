"""The fixed form for an element that is read out of the old slice behind the cut: it is taken out first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_facts import stores_of
from leakfix.languages.go.slots_places import indexed
from leakfix.languages.go.statements import LayoutError, free_name, insert_before, owns_line
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.slot_zeros import Zeros
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut

TAKE: Final = Form("take-first", "take the element out first, then clear its slot")


def is_read_behind(cut: Cut) -> bool:
    """Whether all that still looks at the old slice is ``return old[n-1]`` behind ``x = old[:n-1]``."""
    return _read_behind(cut) is not None


def take_first(cut: Cut) -> tuple[Edit, ...]:
    """Bind the element on a line before the cut, and clear its slot there."""
    read = _read_behind(cut)
    if read is None:
        raise LayoutError
    facts, source = cut.facts, cut.facts.file.source
    node = facts.function.node
    if b"goto " in source.data[node.start_byte : node.end_byte]:
        raise RefusalError("goto", "a goto may pass this place, and none may pass the declaration of a variable")
    if not owns_line(source, cut.statement):
        raise LayoutError
    zeros = Zeros(cut)
    index = "0" if cut.front is not None else syntax.text(cut.high or cut.statement)
    part = "[:1]" if cut.front is not None else f"[{index}:]"
    name = free_name(
        ["last", "item", "taken"] if cut.front is None else ["first", "item", "taken"], facts.bindings, node
    )
    lines = [f"{name} := {zeros.array}[{index}]", *zeros.slot(index, part)]
    return insert_before(source, cut.statement, lines), Edit(Span(read.start_byte, read.end_byte), name.encode())


def _read_behind(cut: Cut) -> Node | None:
    """The one use of the old slice behind the cut, when it is the lost element in a return on the next line."""
    facts, statement = cut.facts, cut.statement
    variable = facts.variable(cut.array)
    lost = [part for part in (cut.front, cut.back) if part is not None]
    if cut.kind is not Kind.ENDS or variable is None or len(lost) != 1 or lost[0].count != 1:
        return None
    behind = statement.next_named_sibling
    if behind is None or behind.kind_id != syntax.RETURN_STATEMENT or len(stores_of(statement)) != 1:
        return None
    uses = [use for use in facts.bindings.uses(variable) if use.start_byte > statement.end_byte]
    ids = {use.id for use in uses}
    read = [node for node in facts.nodes("index") if syntax.operands(node)[0].id in ids]
    if len(read) != 1 or not _covers(behind, read[0]) or not all(_covers(read[0], use) for use in uses):
        return None
    index = facts.places.linear(indexed(read[0])[1])
    wanted = facts.places.linear(cut.high) if cut.front is None else None
    is_lost = index == wanted if wanted is not None else index is not None and not index.terms and index.constant == 0
    addressed = read[0].parent is not None and read[0].parent.kind_id == syntax.UNARY_EXPRESSION
    return read[0] if is_lost and index is not None and not addressed else None


def _covers(node: Node, inner: Node) -> bool:
    return node.start_byte <= inner.start_byte and inner.end_byte <= node.end_byte
