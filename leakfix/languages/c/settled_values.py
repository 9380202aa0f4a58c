"""What becomes of what a variable holds where an expression is evaluated: it is released, stored, or still there."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from leakfix.flow.fates import Fate
from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.evidence import bare, says_release_of_first
from leakfix.languages.c.files import spelling
from leakfix.languages.c.stores import Store, store_at
from leakfix.languages.c.types import SMART_POINTERS

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.variable_uses import Uses

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


class Values:
    """Looks at the expressions of a function for one variable."""

    def __init__(self, program: Program, function: Function, uses: Uses) -> None:
        self._program = program
        self._function = function
        self._uses = uses
        self.is_handed = False
        """Whether callers may get it by what was looked at so far."""

    def declared(self, declaration: Node) -> Holding:
        """What becomes of it where something is declared."""
        of = declaration.child_by_field_name("type")
        is_smart = of is not None and spelling(of).partition("<")[0] in SMART_POINTERS
        for one in declarators.declarators(declaration):
            if one.value is None or one.is_function:
                continue
            if is_smart and not one.steps and one.value.type == syntax.ARGUMENT_LIST:
                given = syntax.named(one.value)
                if given and self._uses.is_it(given[0]):
                    return Holding.KEPT
            elif self.evaluated(one.value) is Holding.KEPT:
                return Holding.KEPT
        return Holding.OPEN

    def evaluated(self, expression: Node) -> Holding:
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
                return self.evaluated(right)
            store = store_at(self._program, self._function, left)
            if store is Store.OPERAND:
                self.is_handed = True
                return Holding.KEPT
            return Holding.KEPT if store is Store.ELSEWHERE else Holding.OPEN
        if kind in (syntax.BINARY_EXPRESSION, syntax.UNARY_EXPRESSION):
            operator = expression.child_by_field_name("operator")
            names = ("left", "right") if operator is not None and operator.type not in _LAZY else ("left",)
            parts = [expression.child_by_field_name(name) for name in (*names, "argument")]
            is_kept = any(self.evaluated(one) is Holding.KEPT for one in parts if one is not None)
            return Holding.KEPT if is_kept else Holding.OPEN
        return Holding.OPEN

    def _called(self, call: Node) -> Holding:
        """What a call does with the variable that it is given."""
        arguments = call.child_by_field_name("arguments")
        nodes = syntax.named(arguments) if arguments is not None else []
        index = next((at for at, one in enumerate(nodes) if self._uses.is_it(one)), None)
        if index is None:
            return Holding.OPEN
        callee = self._uses.callee(call)
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
