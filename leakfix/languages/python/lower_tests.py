"""Lowering of conditions: which way is taken, and what each way tells of the places that were tested.

What is true of a value (`if f`, `f is not None`) is told of its place. A condition on a variable whose outcome nothing
but an assignment to it changes (`isinstance(x, str)`, `mode == "r"`) is remembered below the variable, so that the same
condition has the same outcome further on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome, Place, Release, Test
from leakfix.languages.python import syntax
from leakfix.languages.python.lower_frame import span_of
from leakfix.languages.python.values import Relation, Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.lower_values import ValueLowering

_STEADY: Final = frozenset(("isinstance", "hasattr", "callable", "issubclass"))
_STREAMS: Final = ("sys.stdin", "sys.stdout", "sys.stderr", "sys.__stdin__", "sys.__stdout__", "sys.__stderr__")
_SAME: Final = frozenset(("is", "=="))
_DIFFERENT: Final = frozenset(("is not", "!="))
_CONSTANTS: Final = frozenset((syntax.STRING, syntax.INTEGER, syntax.FLOAT, syntax.TRUE, syntax.FALSE))
_LOWER: Final = frozenset(("<", "<="))
_HIGHER: Final = frozenset((">", ">="))
"""What is true of a descriptor that was opened: it is no lower than 0, nor than those of the standard streams."""


class TestLowering:
    """Evaluates conditions."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values

    def about(self, value: Value, outcome: Outcome) -> tuple[Test, ...]:
        """What it tells of the places behind a value that a test of it has an outcome."""
        links = value.links
        if len(links) != 1 or links[0].relation is not Relation.ALIAS:
            return ()
        return (Test(links[0].place, outcome),)

    def condition(self, node: Node, yes: int, no: int) -> None:
        """Branch to ``yes`` or ``no``; nothing is current behind it."""
        inner = syntax.unparen(node)
        kind = inner.type
        if kind == syntax.NOT_OPERATOR:
            argument = inner.child_by_field_name("argument")
            if argument is not None:
                self.condition(argument, no, yes)
                return
        if kind == syntax.BOOLEAN_OPERATOR:
            self._both(inner, yes, no)
            return
        if kind in (syntax.TRUE, syntax.FALSE):
            self.frame.goto(yes if kind == syntax.TRUE else no)
            return
        if kind == syntax.INTEGER:
            self.frame.goto(no if inner.text == b"0" else yes)
            return
        if kind == syntax.COMPARISON_OPERATOR:
            self._comparison(inner, yes, no)
        elif kind == syntax.ATTRIBUTE and self._is_closed(inner, yes, no):
            return
        else:
            value = self.values.value(inner)
            steady = self._steady(inner)
            if steady is not None:
                self._branch(inner, yes, no, (Test(steady, Outcome.TRUE),), (Test(steady, Outcome.FALSE),))
            else:
                holds, fails = self.about(value, Outcome.NOT_NIL), self.about(value, Outcome.NIL)
                self._branch(inner, yes, no, holds, fails)

    def _branch(self, node: Node, yes: int, no: int, holds: tuple[Test, ...], fails: tuple[Test, ...]) -> None:
        span = span_of(node)
        self.frame.branch(yes, holds, span, True)
        self.frame.branch(no, fails, span, False)
        self.frame.current = None

    def _both(self, node: Node, yes: int, no: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or not self.frame.reachable:
            return
        further = self.frame.new_block()
        if operator.type == "and":
            self.condition(left, further, no)
        else:
            self.condition(left, yes, further)
        self.frame.resume(further)
        self.condition(right, yes, no)

    def _comparison(self, node: Node, yes: int, no: int) -> None:
        operands = syntax.named(node)
        values = [self.values.value(operand) for operand in operands]
        operators = node.children_by_field_name("operators")
        if len(operands) != 2 or len(operators) != 1:
            self._branch(node, yes, no, (), ())
            return
        operator = " ".join((operators[0].text or b"").decode("utf-8", "replace").split())
        tests = self._compared(operands[0], values[0], operator, operands[1])
        if tests is None:
            tests = self._compared(operands[1], values[1], operator, operands[0])
        holds, fails = tests or ((), ())
        self._branch(node, yes, no, holds, fails)

    def _compared(
        self, node: Node, value: Value, operator: str, other: Node
    ) -> tuple[tuple[Test, ...], tuple[Test, ...]] | None:
        nil, there = self.about(value, Outcome.NIL), self.about(value, Outcome.NOT_NIL)
        if not nil:
            return None
        other = syntax.unparen(other)
        text = syntax.text(other)
        is_none = other.type == syntax.NONE or (text == "-1" and operator in ("==", "!="))
        if operator in _SAME | _DIFFERENT and is_none:
            return (nil, there) if operator in _SAME else (there, nil)
        if operator in _SAME | _DIFFERENT and self._is_stream(other):
            # What was opened is no standard stream.
            return (nil, ()) if operator in _SAME else ((), nil)
        if operator in _LOWER and (text == "0" or other.type not in _CONSTANTS):
            return nil, ()
        if operator in _HIGHER and (text in ("0", "-1") or other.type not in _CONSTANTS):
            return (), nil
        if operator in _SAME | _DIFFERENT and other.type in _CONSTANTS and node.type == syntax.IDENTIFIER:
            place = nil[0].place.below(f"={text}")
            equal, unequal = (Test(place, Outcome.TRUE),), (Test(place, Outcome.FALSE),)
            return (equal, unequal) if operator in _SAME else (unequal, equal)
        return None

    def _is_stream(self, node: Node) -> bool:
        """Whether an expression is a standard stream, or the buffer below one."""
        symbol = self.frame.types.symbol(node) or ""
        return symbol.startswith(_STREAMS)

    def _is_closed(self, node: Node, yes: int, no: int) -> bool:
        """`f.closed`: where it holds there is nothing left to close."""
        held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if held is None or name is None or name.text != b"closed" or not self.frame.reachable:
            return False
        value = self.values.value(held)
        closed = self.frame.new_block()
        self._branch(node, closed, no, (), ())
        self.frame.resume(closed)
        for link in value.links:
            if link.relation is Relation.ALIAS:
                self.frame.emit(Release(span_of(node), link.place, "closed", drains=True))
        self.frame.goto(yes)
        return True

    def _steady(self, node: Node) -> Place | None:
        """Where it is remembered whether a condition holds that only assignments to its one variable change."""
        if node.type != syntax.CALL or self.frame.types.symbol(syntax.callee(node)) not in _STEADY:
            return None
        arguments = syntax.positional(node)
        if not arguments or arguments[0].type != syntax.IDENTIFIER:
            return None
        variable = self.frame.bindings.variable(arguments[0])
        if variable is None:
            return None
        return self.frame.place_of(variable).below("?" + " ".join(syntax.text(node).split()))
