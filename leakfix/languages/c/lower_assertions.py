"""Assertions of test frameworks: control goes on as if what they state held; where it does not, the test has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import ExitKind, Handing
from leakfix.languages.c import customs, syntax
from leakfix.languages.c.lower_tests import compared, is_constant_name, truth

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Test
    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.languages.c.lower_frame import Value
    from leakfix.text import Span

_ASSERTS: Final = frozenset(("assert", "expect", "check", "require", "dcheck", "verify"))
_STATED: Final = {"true": True, "false": False, "eq": True, "equal": True, "ne": False, "notequal": False}
"""What the last word of an assertion states: that its operand is true or false, or that its operands are the same."""
_ONE: Final = frozenset(("true", "false"))


def stated(name: str) -> tuple[int, bool] | None:
    """Of how many operands an assertion states what, as its name tells: `ASSERT_TRUE`, `EXPECT_EQ`; else None."""
    words = customs.words(name) if is_constant_name(name) else ()
    if len(words) < 2 or words[0] not in _ASSERTS or words[-1] not in _STATED:
        return None
    return 1 if words[-1] in _ONE else 2, _STATED[words[-1]]


def assertion(calls: CallLowering, node: Node, name: str, arguments: list[Value]) -> None:
    """Go on where the assertion holds, if it is one."""
    what = stated(name)
    nodes = calls.arguments(node)
    if what is None or len(nodes) != len(arguments) or len(nodes) < what[0] or not calls.frame.reachable:
        return
    count, holds = what
    span = calls.frame.span(node)
    if count == 2:
        _compared(calls, span, arguments[0], arguments[1], holds=holds)
    elif arguments[0].place is not None:
        _go_on(calls, truth(arguments[0].place)[not holds])
    elif not _has_effects(nodes[0]):
        goes_on, stops = calls.frame.new_block(), calls.frame.new_block()
        calls.values.conditions.branch(nodes[0], *((goes_on, stops) if holds else (stops, goes_on)))
        calls.frame.resume(stops)
        calls.frame.exit(ExitKind.STOP, span)
        calls.frame.resume(goes_on)


def _compared(calls: CallLowering, span: Span, one: Value, other: Value, *, holds: bool) -> None:
    for value, number in ((one, other.number), (other, one.number)):
        if value.place is not None and number is not None:
            _go_on(calls, compared(value.place, "==" if holds else "!=", number)[0])
            return
    if holds and one.place is not None and other.place is not None:
        # Of two that are the same, none is alone.
        for value in (one, other):
            calls.frame.escape(span, value, Handing.STORED)


def _go_on(calls: CallLowering, tests: tuple[Test, ...]) -> None:
    behind = calls.frame.new_block()
    calls.frame.branch(behind, tests, None, None)
    calls.frame.resume(behind)


def _has_effects(node: Node) -> bool:
    return any(
        inner.type in (syntax.CALL_EXPRESSION, syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION)
        for inner in syntax.walk(node)
    )
