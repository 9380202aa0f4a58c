"""Whether control plainly gets out of a function, told by its statements: it comes to a `return`, or to the end.

A condition that may come out both ways leads both ways, and so does a loop; what may stop is told by others.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.conditional_groups import branches_of
from leakfix.languages.c.settled_statements import cases_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

_PLAIN: Final = frozenset((syntax.EXPRESSION_STATEMENT, syntax.DECLARATION))
_FOREVER: Final = frozenset((b"1", b"true"))
_NEVER: Final = frozenset((b"0", b"false"))


class Way(IntFlag):
    """Where control surely gets from a statement, on some run."""

    NONE = 0
    ON = 1
    """Behind it, or out of the function before."""
    OUT = 2
    """Out of the function."""
    BROKEN = 4
    """Behind the loop or the switch around it."""


class WaysOut:
    """Looks at the statements of one function."""

    def __init__(
        self, stops: Callable[[Node], bool], is_open: Callable[[Node], bool], is_check: Callable[[Node], bool]
    ) -> None:
        """``stops`` tells what may stop, ``is_open`` what may come out both ways, ``is_check`` what may well go on."""
        self._stops = stops
        self._is_open = is_open
        self._is_check = is_check

    def gets_out(self, body: Node) -> bool:
        """Whether control surely gets to a `return` in a body, or to its end."""
        return bool(self._sequence(syntax.named(body)) & (Way.ON | Way.OUT))

    def _sequence(self, statements: Iterable[Node]) -> Way:
        found = Way.NONE
        for statement in statements:
            way = self._way(statement)
            found |= way & ~Way.ON
            if not way & Way.ON:
                return found
        return found | Way.ON

    def _way(self, statement: Node) -> Way:
        kind = statement.type
        if kind in _PLAIN:
            return Way.ON if not self._stops(statement) or self._checks(statement) else Way.NONE
        if kind == syntax.RETURN_STATEMENT:
            return Way.NONE if self._stops(statement) else Way.OUT
        reader = _READERS.get(kind)
        return reader(self, statement) if reader is not None else Way.NONE

    def _checks(self, statement: Node) -> bool:
        return statement.type == syntax.EXPRESSION_STATEMENT and self._is_check(statement)

    def _block(self, statement: Node) -> Way:
        return self._sequence(syntax.named(statement))

    def _labeled(self, statement: Node) -> Way:
        return self._sequence(syntax.named(statement)[1:])

    def _if(self, statement: Node) -> Way:
        condition, then = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
        other = statement.child_by_field_name("alternative")
        if condition is None or then is None or self._stops(condition):
            return Way.NONE
        ways = self._way(then), self._sequence(syntax.named(other)) if other is not None else Way.ON
        if self._is_open(condition):
            return ways[0] | ways[1]
        if not all(way & (Way.ON | Way.OUT) for way in ways):
            return Way.NONE
        return (ways[0] | ways[1]) & Way.ON or Way.OUT

    def _loop(self, statement: Node) -> Way:
        body, condition = statement.child_by_field_name("body"), statement.child_by_field_name("condition")
        if body is None or any(self._stops(one) for one in syntax.named(statement) if one != body):
            return Way.NONE
        turn = self._way(body)
        if statement.type == syntax.FOR_RANGE_LOOP or (condition is not None and self._is_open(condition)):
            return Way.ON | (turn & Way.OUT)
        if condition is None or (syntax.unparen(condition).text or b"") in _FOREVER:
            return (turn & Way.OUT) | (Way.ON if turn & Way.BROKEN else Way.NONE)
        return Way.NONE

    def _do(self, statement: Node) -> Way:
        body, condition = statement.child_by_field_name("body"), statement.child_by_field_name("condition")
        if body is None or condition is None or self._stops(condition):
            return Way.NONE
        turn = self._way(body)
        may_end = (syntax.unparen(condition).text or b"") in _NEVER or self._is_open(condition)
        is_left = turn & Way.BROKEN or (turn & Way.ON and may_end)
        return (turn & Way.OUT) | (Way.ON if is_left else Way.NONE)

    def _switch(self, statement: Node) -> Way:
        body, condition = statement.child_by_field_name("body"), statement.child_by_field_name("condition")
        if body is None or condition is None or not self._is_open(condition):
            return Way.NONE
        ways = [self._sequence(one) for one in cases_of(body)]
        is_left = any(way & Way.BROKEN for way in ways) or not ways or ways[-1] & Way.ON or not _has_default(body)
        out = Way.OUT if any(way & Way.OUT for way in ways) else Way.NONE
        return out | (Way.ON if is_left else Way.NONE)

    def _group(self, statement: Node) -> Way:
        branches = list(branches_of(statement))
        found = Way.NONE
        for _, statements in branches:
            found |= self._sequence(statements)
        return found | Way.ON if branches[-1][0] else found

    def _try(self, statement: Node) -> Way:
        body = statement.child_by_field_name("body")
        return self._way(body) if body is not None else Way.NONE


def _has_default(body: Node) -> bool:
    cases = (one for one in syntax.named(body) if one.type == syntax.CASE_STATEMENT)
    return any(one.child_by_field_name("value") is None for one in cases)


_READERS: Final[dict[str, Callable[[WaysOut, Node], Way]]] = {
    syntax.COMPOUND_STATEMENT: WaysOut._block,
    syntax.LABELED_STATEMENT: WaysOut._labeled,
    syntax.IF_STATEMENT: WaysOut._if,
    syntax.FOR_STATEMENT: WaysOut._loop,
    syntax.FOR_RANGE_LOOP: WaysOut._loop,
    syntax.WHILE_STATEMENT: WaysOut._loop,
    syntax.DO_STATEMENT: WaysOut._do,
    syntax.SWITCH_STATEMENT: WaysOut._switch,
    syntax.TRY_STATEMENT: WaysOut._try,
    syntax.PREPROC_IF: WaysOut._group,
    syntax.PREPROC_IFDEF: WaysOut._group,
    syntax.BREAK_STATEMENT: lambda *_: Way.BROKEN,
}
