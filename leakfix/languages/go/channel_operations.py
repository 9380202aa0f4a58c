"""What a function does with channels: sends, receives, ranges and closes, with the select that each is a case of."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function

_QUERY: Final = """
    (unary_expression operator: "<-") @receive
    (send_statement) @send
    (range_clause) @range
    (call_expression function: (identifier) @name (#eq? @name "close")) @close
"""


class Act(Enum):
    """What is done with a channel."""

    SEND = "send"
    RECEIVE = "receive"
    RANGE = "range"
    CLOSE = "close"


_CHANNELS: Final = (
    (Act.RECEIVE, "receive", syntax.F_OPERAND),
    (Act.SEND, "send", syntax.F_CHANNEL),
    (Act.RANGE, "range", syntax.F_RIGHT),
)


@individual
class Operation:
    """One act on the channel that the expression ``channel`` denotes, in the function declaration or literal ``owner``.

    ``node`` is the receiving expression, the send statement, the range clause or the call of close; ``case`` the case
    of a select whose communication it is, None where it stands alone. A range clause may be one over no channel.
    """

    act: Act
    node: Node
    channel: Node
    function: Function
    owner: Node
    case: Node | None

    @property
    def select(self) -> Node | None:
        """The select statement that it is part of."""
        return self.case.parent if self.case is not None else None


def operations(function: Function) -> tuple[Operation, ...]:
    """The operations of a function, of literals in it too, in order."""
    known = function.cache.get("channel operations")
    if not isinstance(known, tuple):
        known = function.cache["channel operations"] = tuple(_operations(function))
    return known


def cases_of(select: Node) -> list[Node]:
    """The cases of a select, a default clause among them."""
    kinds = (syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE)
    return [child for child in select.named_children if child.kind_id in kinds]


def statements_of(case: Node) -> list[Node]:
    """The statements of a case, without comments."""
    held = (child for child in case.named_children if child.kind_id == syntax.STATEMENT_LIST)
    return [statement for part in held for statement in syntax.operands(part)]


def alternatives(operation: Operation) -> tuple[Node, ...] | None:
    """The other cases of the operation's select; empty when it stands alone, None where a default makes it no wait."""
    select = operation.select
    if select is None:
        return ()
    cases = cases_of(select)
    if any(case.kind_id == syntax.DEFAULT_CASE for case in cases):
        return None
    return tuple(case for case in cases if case != operation.case)


def received_from(case: Node) -> Node | None:
    """The channel expression that a case of a select receives from; None when it sends."""
    held = case.child_by_field_id(syntax.F_COMMUNICATION)
    value = held.child_by_field_id(syntax.F_RIGHT) if held is not None else None
    value = syntax.unparen(value) if value is not None else None
    return value.child_by_field_id(syntax.F_OPERAND) if value is not None else None


def _operations(function: Function) -> Iterator[Operation]:
    captures = QueryCursor(syntax.query(_QUERY)).captures(function.node)
    found: list[tuple[Act, Node, Node | None]] = []
    for act, name, number in _CHANNELS:
        found += [(act, node, node.child_by_field_id(number)) for node in captures.get(name, ())]
    for node in captures.get("close", ()):
        arguments = syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
        if node.kind_id == syntax.CALL_EXPRESSION and len(arguments) == 1:
            found.append((Act.CLOSE, node, arguments[0]))
    for act, node, channel in sorted(found, key=lambda one: one[1].start_byte):
        owner = syntax.owner_of(node)
        if channel is not None and owner is not None:
            yield Operation(act, node, syntax.unparen(channel), function, owner, _case_of(node))


def _case_of(node: Node) -> Node | None:
    """The case whose communication a node is, with or without variables that it is received into."""
    at = node
    while at.parent is not None and at.parent.kind_id in (syntax.RECEIVE_STATEMENT, syntax.PARENTHESIZED_EXPRESSION):
        at = at.parent
    case = at.parent
    if case is None or case.kind_id != syntax.COMMUNICATION_CASE:
        return None
    return case if case.child_by_field_id(syntax.F_COMMUNICATION) == at else None
