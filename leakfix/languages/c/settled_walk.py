"""The way of what a variable holds through the statements behind its acquisition.

It is settled where control cannot leave the function, nor the variable end or be set anew, before it is released,
returned or stored where others see it. Whatever else is done with it on the way there does no harm, unless it sets the
variable.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from leakfix.flow.fates import Fate
from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.evidence import bare, says_release_of_first
from leakfix.languages.c.files import spelling
from leakfix.languages.c.stores import Store, store_at
from leakfix.languages.c.types import SMART_POINTERS
from leakfix.languages.c.variable_uses import JUMPING, LEAVING, SIMPLE, Uses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

_LOOPS: Final = frozenset(
    (syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP, syntax.SWITCH_STATEMENT)
)
_NULLS: Final = frozenset((b"NULL", b"nullptr", b"0"))
_LAZY: Final = frozenset(("&&", "||"))


class Holding(IntEnum):
    """What is known behind a statement that was reached with the resource held; the greater the worse."""

    KEPT = 0
    """Control does not go on with it: it was released, or somebody else has it."""
    HANDED = 1
    """So it is, and callers may get it."""
    OPEN = 2
    """Control may go on with it."""
    LOST = 3
    """Control may have left with it, or nobody can tell."""


class Walk:
    """Follows one variable."""

    def __init__(self, program: Program, function: Function, variable: Variable, *, is_number: bool) -> None:
        """``is_number`` says that a number below 0 is no resource."""
        self._program = program
        self._function = function
        self._variable = variable
        self._uses = Uses(program, function, variable)
        self._is_number = is_number
        self._handed = False

    def behind(self, taking: Node) -> Holding:
        """What becomes of what the variable takes in an assignment or a declaration."""
        found = self._behind(taking)
        if found in (Holding.OPEN, Holding.LOST):
            return Holding.LOST
        return Holding.HANDED if self._handed else Holding.KEPT

    def _behind(self, taking: Node) -> Holding:
        statement, is_condition = _statement_of(taking)
        if statement is None:
            return Holding.LOST
        outcome = self._branches(statement, taking) if is_condition else Holding.OPEN
        while outcome is Holding.OPEN:
            block = statement.parent
            if block is None:
                return Holding.LOST
            if block.type == syntax.COMPOUND_STATEMENT:
                outcome = self._sequence(one for one in syntax.named(block) if one.start_byte >= statement.end_byte)
                if self._variable.scope == block:
                    break
                statement = block
            elif block.type in (syntax.IF_STATEMENT, syntax.ELSE_CLAUSE):
                statement = block
            else:
                return Holding.LOST
        return outcome

    def _sequence(self, statements: Iterable[Node]) -> Holding:
        for statement in statements:
            outcome = self._statement(statement)
            if outcome is not Holding.OPEN:
                return outcome
        return Holding.OPEN

    def _statement(self, statement: Node) -> Holding:
        kind = statement.type
        if kind == syntax.COMPOUND_STATEMENT:
            return self._sequence(syntax.named(statement))
        if kind == syntax.RETURN_STATEMENT:
            return self._returned(statement)
        if kind == syntax.IF_STATEMENT:
            return self._if(statement)
        if kind in _LOOPS or kind in syntax.CONDITIONALS:
            return (
                Holding.OPEN
                if not self._uses.leaves(statement, LEAVING) and self._uses.is_safe(statement)
                else Holding.LOST
            )
        if kind in SIMPLE:
            if self._uses.leaves(statement, JUMPING):
                return Holding.LOST
            return self._simple(statement)
        return Holding.LOST

    def _returned(self, statement: Node) -> Holding:
        expressions = syntax.named(statement)
        if len(expressions) == 1 and self._uses.is_it(expressions[0]):
            self._handed = True
            return Holding.KEPT
        is_plain = len(expressions) == 1 and self._uses.is_safe(statement)
        is_kept = is_plain and self._evaluated(expressions[0]) is Holding.KEPT
        return Holding.KEPT if is_kept else Holding.LOST

    def _simple(self, statement: Node) -> Holding:
        if not self._uses.is_safe(statement):
            return Holding.LOST
        if statement.type == syntax.DECLARATION:
            return self._declared(statement)
        inner = syntax.named(statement)
        return self._evaluated(inner[0]) if len(inner) == 1 else Holding.OPEN

    def _declared(self, declaration: Node) -> Holding:
        of = declaration.child_by_field_name("type")
        is_smart = of is not None and spelling(of).partition("<")[0] in SMART_POINTERS
        for one in declarators.declarators(declaration):
            if one.value is None or one.is_function:
                continue
            if is_smart and not one.steps and one.value.type == syntax.ARGUMENT_LIST:
                given = syntax.named(one.value)
                if given and self._uses.is_it(given[0]):
                    return Holding.KEPT
            elif self._evaluated(one.value) is Holding.KEPT:
                return Holding.KEPT
        return Holding.OPEN

    def _evaluated(self, expression: Node) -> Holding:
        """What becomes of it where an expression is evaluated."""
        expression = bare(expression)
        kind = expression.type
        if kind == syntax.DELETE_EXPRESSION:
            inner = syntax.named(expression)
            return Holding.KEPT if inner and self._uses.is_it(inner[-1]) else Holding.OPEN
        if kind == syntax.CALL_EXPRESSION:
            return self._called(expression)
        if kind == syntax.ASSIGNMENT_EXPRESSION:
            left, right = expression.child_by_field_name("left"), expression.child_by_field_name("right")
            operator = expression.child_by_field_name("operator")
            if left is None or right is None or operator is None or operator.type != "=":
                return Holding.OPEN
            if not self._uses.is_it(right):
                return self._evaluated(right)
            store = store_at(self._program, self._function, left)
            if store is Store.OPERAND:
                self._handed = True
                return Holding.KEPT
            return Holding.KEPT if store is Store.ELSEWHERE else Holding.OPEN
        if kind in (syntax.BINARY_EXPRESSION, syntax.UNARY_EXPRESSION):
            operator = expression.child_by_field_name("operator")
            names = ("left", "right") if operator is not None and operator.type not in _LAZY else ("left",)
            parts = [expression.child_by_field_name(name) for name in (*names, "argument")]
            is_kept = any(self._evaluated(one) is Holding.KEPT for one in parts if one is not None)
            return Holding.KEPT if is_kept else Holding.OPEN
        return Holding.OPEN

    def _called(self, call: Node) -> Holding:
        """What a call does with the variable that it is given."""
        arguments = call.child_by_field_name("arguments")
        nodes = syntax.named(arguments) if arguments is not None else []
        index = next((at for at, one in enumerate(nodes) if self._uses.is_it(one)), None)
        if index is None:
            return Holding.OPEN
        callee = self._program.types(self._function).callee(call)
        if callee is None or callee.kind in ("value", "cast") or self._program.is_virtual(callee):
            return Holding.OPEN
        models = self._program.models
        symbol = next((one for one in callee.symbols if models.knows(one)), "")
        if symbol:
            release, keep = models.release(symbol), models.keep(symbol)
            if release is not None and not release.unless and release.argument == index:
                return Holding.KEPT
            is_kept = keep is not None and not keep.fails and keep.arguments == (index,)
            return Holding.KEPT if is_kept else Holding.OPEN
        if callee.kind == "macro" and callee.function is None:
            return Holding.OPEN
        function = callee.function
        if function is None:
            is_release = callee.kind == "function" and index == 0 and says_release_of_first(callee.symbol, nodes)
            return Holding.KEPT if is_release else Holding.OPEN
        summary = self._program.summary(function) if not function.is_template else None
        if summary is None or not summary.knows((index,)):
            return Holding.OPEN
        effects = summary.of(index)
        told = dict(effects.fates).get((), ()) if effects is not None else ()
        is_kept = bool(told) and all(
            one.fate in (Fate.KEPT, Fate.RELEASED) and not one.is_doubtful and not one.moved and one.returned is None
            for one in told
        )
        return Holding.KEPT if is_kept else Holding.OPEN

    # branches

    def _if(self, statement: Node) -> Holding:
        condition = statement.child_by_field_name("condition")
        if condition is None or self._uses.leaves(condition, JUMPING) or not self._uses.is_safe(condition):
            return Holding.LOST
        value = condition.child_by_field_name("value") or syntax.unparen(condition)
        if self._evaluated(value) is Holding.KEPT:
            return Holding.KEPT
        return self._branches(statement, None)

    def _branches(self, statement: Node, taking: Node | None) -> Holding:
        """What becomes of it in the branches of an if statement; ``taking`` sets the variable in its condition."""
        condition, then = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
        other = statement.child_by_field_name("alternative")
        if condition is None or then is None or statement.type != syntax.IF_STATEMENT:
            return Holding.LOST
        value = condition.child_by_field_name("value") or syntax.unparen(condition)
        in_then, in_other = self._holds(value, taking)
        outcomes = []
        if in_then:
            outcomes.append(self._statement(then))
        if in_other:
            inner = syntax.named(other) if other is not None else []
            outcomes.append(self._sequence(inner) if inner else Holding.OPEN)
        return max(outcomes, default=Holding.KEPT)

    def _holds(self, condition: Node, taking: Node | None) -> tuple[bool, bool]:
        """Whether the variable may hold it where a condition holds, and where it does not."""
        condition = syntax.unparen(condition)
        kind = condition.type
        if self._uses.is_it(condition) or (taking is not None and condition == taking):
            return (True, False) if not self._is_number else (True, True)
        operator = condition.child_by_field_name("operator")
        if kind == syntax.UNARY_EXPRESSION and operator is not None and operator.type == "!":
            inner = condition.child_by_field_name("argument")
            holds, fails = self._holds(inner, taking) if inner is not None else (True, True)
            return fails, holds
        if kind == syntax.CALL_EXPRESSION:
            expected = syntax.hinted(condition)
            return self._holds(expected, taking) if expected is not None else (True, True)
        left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
        if kind != syntax.BINARY_EXPRESSION or operator is None or left is None or right is None:
            return True, True
        if operator.type == "&&":
            return self._holds(left, taking)[0] and self._holds(right, taking)[0], True
        if operator.type == "||":
            return True, self._holds(left, taking)[1] and self._holds(right, taking)[1]
        left = syntax.unparen(left)
        is_it = self._uses.is_it(left) or (taking is not None and left == taking)
        if not is_it:
            return True, True
        text = right.text or b""
        if not self._is_number and text in _NULLS and operator.type in ("==", "!="):
            return (False, True) if operator.type == "==" else (True, False)
        if self._is_number and (text, operator.type) in ((b"0", "<"), (b"-1", "==")):
            return False, True
        if self._is_number and (text, operator.type) in ((b"0", ">="), (b"-1", "!=")):
            return True, False
        return True, True


def _statement_of(taking: Node) -> tuple[Node | None, bool]:
    """The statement that an assignment or a declaration stands in, and whether it is part of its condition."""
    at, parent = taking, taking.parent
    while parent is not None:
        kind = parent.type
        if kind in SIMPLE:
            is_first = at == taking or at.type == syntax.PARENTHESIZED_EXPRESSION
            return (parent, False) if is_first else (None, False)
        if kind == syntax.IF_STATEMENT:
            return (parent, True) if parent.child_by_field_name("condition") == at else (None, False)
        if kind not in _IN_CONDITION:
            return None, False
        operator = parent.child_by_field_name("operator") if kind != syntax.PARENTHESIZED_EXPRESSION else None
        if operator is not None and operator.type in _LAZY:
            return None, False
        at, parent = parent, parent.parent
    return None, False


_IN_CONDITION: Final = frozenset(
    (
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.CONDITION_CLAUSE,
        syntax.BINARY_EXPRESSION,
        syntax.UNARY_EXPRESSION,
    )
)
