"""The loops of a Go file in which deferred calls pile up until the function returns."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import (
    enclosing_loops,
    jumped_back,
    never_stops,
    repeats_after,
)
from leakfix.languages.go.closures_deferred import (
    Deferred,
    deferred_of,
)
from leakfix.languages.go.closures_values import Round, binding_of, last_name
from leakfix.languages.go.types import Array, deref, underlying
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program

_DEFER: Final = re.compile(rb"defer\b")
_FOR: Final = re.compile(rb"for\b")
DEFERS_AT_MOST: Final = 50
"""How many defers of one loop are looked at."""


@record
class Pile:
    """The defers of one loop that run only at the end of the function; ``label`` marks a loop built with goto."""

    round: Round
    statements: tuple[Node, ...]
    label: Node | None = None

    @property
    def owner(self) -> Node:
        """The function literal or declaration at whose end the defers run."""
        return self.round.owner

    @cached_property
    def deferred(self) -> tuple[Deferred, ...]:
        """What each of the statements defers."""
        found = (deferred_of(statement, self.round) for statement in self.statements)
        return tuple(deferred for deferred in found if deferred is not None)

    @cached_property
    def rounds_at_most(self) -> int | None:
        """How many rounds the loop has, where that is plain to see."""
        return None if self.label is not None else _rounds(self.round)


_TABS: Final = tuple(b"\t" * number for number in range(64))
_UNCLEAR: Final = (b"for", b"}", b")", b" ")
"""How lines start that begin a loop, or end what another line has begun."""
_BRANCHING: Final = (b"if ", b"} else", b"switch ", b"select ", b"case ")


def piles(program: Program, file: File) -> Iterator[Pile]:
    """The loops of a file with defers that pile up, in the order of the file."""
    functions = iter(file.functions)
    function = next(functions, None)
    grouped: dict[int, tuple[Function, Node, Node, bool, list[Node]]] = {}
    unlooped: Counter[int] = Counter()
    for statement in _candidates(file):
        while function is not None and function.end <= statement.start_byte:
            function = next(functions, None)
        owner = go.owner_of(statement)
        if function is None or owner is None or function.start > statement.start_byte:
            continue
        around = enclosing_loops(statement)
        if around and len(grouped[around[0].id][-1] if around[0].id in grouped else ()) >= DEFERS_AT_MOST:
            continue
        unlooped[function.start] += not around
        if unlooped[function.start] > DEFERS_AT_MOST and not around:
            continue
        loop, by_goto = _repeating(program, function, statement, around)
        if loop is not None:
            grouped.setdefault(loop.id, (function, owner, loop, by_goto, []))[-1].append(statement)
    for top, owner, loop, by_goto, statements in grouped.values():
        yield Pile(Round(program, top, owner, loop), tuple(statements), loop if by_goto else None)


def _candidates(file: File) -> Iterator[Node]:
    """The defer statements that stand in a for statement, or in a file with gotos; bytes decide where to look."""
    data = file.data
    anywhere = b"goto" in data
    for function in file.functions:
        start, end = function.start, function.end
        loop = None if anywhere else _FOR.search(data, start, end)
        if loop is None and not anywhere:
            continue
        for match in _DEFER.finditer(data, start if loop is None else loop.end(), end):
            if not anywhere and not _may_be_looped(file, start, match.start()):
                continue
            word = function.node.descendant_for_byte_range(match.start(), match.end())
            statement = word.parent if word is not None and word.type == "defer" else None
            if (
                statement is not None
                and statement.kind_id == go.DEFER_STATEMENT
                and (anywhere or _is_looped(statement))
            ):
                yield statement


def _may_be_looped(file: File, first: int, offset: int) -> bool:
    """A look at the lines before an offset, back to ``first``: whether a loop of the same function may begin on one."""
    data = file.data
    start = data.rfind(b"\n", 0, offset) + 1
    indent = offset - start
    depth = data.count(b"{", first, offset) - data.count(b"}", first, offset)
    # Where code is not formatted, how far a line is indented tells nothing.
    if data[start:offset].strip(b"\t") or indent >= len(_TABS) or depth != indent:
        return True
    while start > first and indent:
        end, start = start - 1, data.rfind(b"\n", 0, start - 1) + 1
        if data.startswith(_TABS[indent], start) or start == end or file.is_opaque(end) or file.is_opaque(start - 1):
            continue
        line = data[start:end]
        text = line.lstrip(b"\t")
        if text.startswith(_UNCLEAR) and not text.startswith(b"} else"):
            return True
        if text.endswith(b"{") and b"func(" in text and not text.startswith(_BRANCHING):
            return False
        indent = len(line) - len(text) if text.strip() else indent
    return False


def _is_looped(statement: Node) -> bool:
    """Whether some for statement stands around a statement."""
    at = statement.parent
    while at is not None and at.kind_id != go.FOR_STATEMENT:
        at = at.parent
    return at is not None


def _repeating(program: Program, function: Function, statement: Node, loops: list[Node]) -> tuple[Node | None, bool]:
    """The innermost loop that can go on once a statement has run; the label of one that is built with goto.

    Nothing is found where statements are nested too deeply to be followed.
    """

    def stops(call: Node) -> bool:
        if never_stops(call):
            return True
        callee = call.child_by_field_id(go.F_FUNCTION)
        if callee is None or last_name(callee) not in program.stopping_names:
            return False
        called = program.types(function).callee(call)
        return called is not None and program.models.never_returns(called.symbol)

    try:
        for loop in loops:
            if repeats_after(statement, loop, stops):
                return loop, False
        top = function.node
        if b"goto" not in function.file.data[top.start_byte : top.end_byte]:
            return None, False
        label = jumped_back(statement, stops)
    except RecursionError:
        return None, False
    return label, label is not None


def _rounds(round_: Round) -> int | None:
    """The number of rounds of a loop over a literal or up to a literal bound."""
    head = [child for child in go.operands(round_.loop) if child != round_.body]
    if not head:
        return None
    if head[0].kind_id == go.FOR_CLAUSE:
        return _rounds_of_clause(head[0])
    right = head[0].child_by_field_id(go.F_RIGHT) if head[0].kind_id == go.RANGE_CLAUSE else None
    if right is None:
        return None
    ranged = deref(round_.types.of(right))
    if isinstance(underlying(ranged), Array):
        return getattr(underlying(ranged), "length", None)
    if right.kind_id == go.INT_LITERAL:
        return _number(right)
    variable = round_.bindings.variable(right) if right.kind_id == go.IDENTIFIER else None
    if variable is not None and not any(binding_of(use) is not None for use in round_.bindings.uses(variable)):
        bound = binding_of(variable.declaration)
        right = right if bound is None or bound.value is None else bound.value
    body = right.child_by_field_id(go.F_BODY) if right.kind_id == go.COMPOSITE_LITERAL else None
    return None if body is None else len(go.operands(body))


def _rounds_of_clause(clause: Node) -> int | None:
    condition = clause.child_by_field_id(go.F_CONDITION)
    initial = clause.child_by_field_id(go.F_INITIALIZER)
    if condition is None or initial is None or condition.kind_id != go.BINARY_EXPRESSION:
        return None
    parts = go.operands(condition)
    sign = condition.child_by_field_id(go.F_OPERATOR)
    start = initial.child_by_field_id(go.F_RIGHT)
    first = None if start is None or len(go.operands(start)) != 1 else _number(go.operands(start)[0])
    last = _number(parts[1]) if len(parts) == 2 else None
    if first is None or last is None or sign is None or go.text(sign) not in ("<", "<="):
        return None
    return last - first + (go.text(sign) == "<=")


def _number(node: Node) -> int | None:
    text = go.text(node)
    return int(text) if node.kind_id == go.INT_LITERAL and text.isdecimal() else None
