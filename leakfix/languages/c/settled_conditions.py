"""What a condition tells of a variable that may hold a resource: on which of its ways it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.lower_conditions import may_be_template
from leakfix.languages.c.lower_tests import mirrored

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.variable_uses import Uses

_STANDARD: Final = 3


class Told:
    """Reads the conditions of a function for one variable."""

    def __init__(self, program: Program, function: Function, uses: Uses, *, is_number: bool) -> None:
        """``is_number`` says that a number below 0 is no resource, else null is none."""
        self._program = program
        self._function = function
        self._uses = uses
        self._is_number = is_number

    def holds(self, condition: Node, taking: Node | None) -> tuple[bool, bool]:
        """Whether the variable may hold it where a condition holds, and where it does not; ``taking`` sets it there."""
        condition = syntax.unparen(condition)
        kind = condition.type
        if self._uses.is_it(condition) or (taking is not None and condition == taking):
            return (True, False) if not self._is_number else (True, True)
        operator = condition.child_by_field_name("operator")
        if kind == syntax.UNARY_EXPRESSION and operator is not None and operator.type == "!":
            inner = condition.child_by_field_name("argument")
            holds, fails = self.holds(inner, taking) if inner is not None else (True, True)
            return fails, holds
        if kind == syntax.CALL_EXPRESSION:
            expected = syntax.hinted(condition)
            return self.holds(expected, taking) if expected is not None else (True, True)
        left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
        if kind != syntax.BINARY_EXPRESSION or operator is None or left is None or right is None:
            return True, True
        if operator.type == "&&":
            return self.holds(left, taking)[0] and self.holds(right, taking)[0], True
        if operator.type == "||":
            return True, self.holds(left, taking)[1] and self.holds(right, taking)[1]
        sign = mirrored(operator.type)
        if not sign or may_be_template(operator, left, right):
            return True, True
        if self._is_named(left, taking):
            return self._compared(operator.type, right)
        return self._compared(sign, left) if self._is_named(right, taking) else (True, True)

    def _is_named(self, node: Node, taking: Node | None) -> bool:
        node = syntax.unparen(node)
        return self._uses.is_it(node) or (taking is not None and node == taking)

    def _compared(self, operator: str, other: Node) -> tuple[bool, bool]:
        """What a comparison of the variable with something else tells."""
        is_equal = {"==": True, "!=": False}.get(operator)
        number = self._number(other)
        if number is None:
            # Of two that are the same, none is alone.
            return (True, True) if is_equal is None else (not is_equal, is_equal)
        if is_equal is not None:
            is_none = number < 0 if self._is_number else number == 0
            return (not (is_none and is_equal), not is_none or is_equal)
        if 0 < number <= _STANDARD:
            # A descriptor that is one of the three standard ones is meant to stay open.
            return (False, True) if operator in ("<", "<=") else (True, False)
        if self._is_number and (operator, number) in (("<", 0), ("<=", -1)):
            return False, True
        if self._is_number and (operator, number) in ((">=", 0), (">", -1)):
            return True, False
        return True, True

    def _number(self, node: Node) -> int | None:
        """The constant that an expression is."""
        bindings = self._program.bindings(self._function)
        return self._program.constants.of(
            bare(node), self._function.file, lambda name: bindings.variable(name) is not None
        )
