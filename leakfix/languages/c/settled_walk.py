"""The way of what a variable holds through the statements behind its acquisition.

It is settled where control cannot leave the function, nor the variable end or be set anew, before it is released,
returned or stored where others see it. Whatever else is done with it on the way there does no harm, unless it sets the
variable.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.conditional_groups import branches_of
from leakfix.languages.c.settled_conditions import Told
from leakfix.languages.c.settled_statements import around_group, cases_of, is_labeled, statement_of
from leakfix.languages.c.settled_values import Holding, Values
from leakfix.languages.c.variable_uses import JUMPING, LEAVING, SIMPLE, Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

_GROUPS: Final = syntax.CONDITIONALS | syntax.ALTERNATIVES
_LOOPS: Final = frozenset(
    (syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP, syntax.SWITCH_STATEMENT)
)


class Walk:
    """Follows one variable."""

    def __init__(self, program: Program, function: Function, variable: Variable, *, is_number: bool) -> None:
        """``is_number`` says that a number below 0 is no resource."""
        self._program = program
        self._function = function
        self._variable = variable
        self._uses = Uses(program, function, variable)
        self._told = Told(program, function, self._uses, is_number=is_number)
        self._values = Values(program, function, self._uses)
        self._loops = 0
        """How many of the loops around the statement that is looked at were come to with the resource held."""
        self._switches = 0
        self._jumps: dict[tuple[int, bool], Holding] = {}
        """What becomes of it where control jumps to."""

    def behind(self, taking: Node) -> Holding:
        """What becomes of what the variable takes in an assignment or a declaration."""
        found = self._behind(taking)
        if found in (Holding.OPEN, Holding.LOST):
            return Holding.LOST
        return Holding.HANDED if self._values.is_handed else Holding.KEPT

    def _behind(self, taking: Node) -> Holding:
        statement, is_condition = statement_of(taking)
        if statement is None:
            return Holding.LOST
        outcome = self._branches(statement, taking) if is_condition else Holding.OPEN
        return self._onwards(statement, outcome)

    def _onwards(self, statement: Node, outcome: Holding) -> Holding:
        """What becomes of it behind a statement and those around that, unless it is settled."""
        while outcome is Holding.OPEN:
            block = statement.parent
            if block is None:
                return Holding.LOST
            if block.type == syntax.COMPOUND_STATEMENT or block.type in _GROUPS:
                last = block.child_by_field_name("alternative")
                outcome = self._sequence(
                    one for one in syntax.named(block) if one.start_byte >= statement.end_byte and one != last
                )
            elif block.type in _LOOPS:
                outcome = self._loop(block)
            elif block.type not in (syntax.IF_STATEMENT, syntax.ELSE_CLAUSE):
                return Holding.LOST
            if self._variable.scope == block:
                break
            statement = around_group(block)
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
        if kind in _LOOPS:
            return self._loop(statement)
        if kind in syntax.CONDITIONALS:
            return self._group(statement)
        if kind == syntax.GOTO_STATEMENT:
            return self._jumped(statement)
        if kind == syntax.LABELED_STATEMENT:
            return self._sequence(syntax.named(statement)[1:])
        if kind in (syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT):
            is_inside = self._loops or (self._switches and kind == syntax.BREAK_STATEMENT)
            # Behind a loop that was come to with it control goes on with it in any case.
            return Holding.KEPT if is_inside else self._broken(statement)
        if kind in SIMPLE:
            if self._uses.leaves(statement, JUMPING):
                return Holding.LOST
            return self._simple(statement)
        return Holding.LOST

    def _loop(self, statement: Node) -> Holding:
        """A loop may have no turn: control goes on with it, unless it may have left in one."""
        body = statement.child_by_field_name("body")
        is_switch = statement.type == syntax.SWITCH_STATEMENT
        if body is None:
            return Holding.LOST
        leaving = LEAVING if self._loops or not is_switch else LEAVING | {b"continue"}
        if not self._uses.leaves(statement, leaving):
            return Holding.OPEN if self._uses.is_safe(statement) else Holding.LOST
        heads = [one for one in syntax.named(statement) if one != body]
        if not all(self._uses.is_safe(one) and not self._uses.leaves(one, JUMPING) for one in heads):
            return Holding.LOST
        self._loops += not is_switch
        self._switches += is_switch
        outcomes = [self._sequence(one) for one in (cases_of(body) if is_switch else ([body],))]
        self._loops -= not is_switch
        self._switches -= is_switch
        return Holding.LOST if Holding.LOST in outcomes else Holding.OPEN

    def _group(self, statement: Node) -> Holding:
        """Of a conditional group none, or each of its branches may be what is compiled."""
        if not self._uses.leaves(statement, LEAVING):
            return Holding.OPEN if self._uses.is_safe(statement) else Holding.LOST
        outcomes = [self._sequence(statements) for _, statements in branches_of(statement)]
        return Holding.LOST if Holding.LOST in outcomes else Holding.OPEN

    def _broken(self, statement: Node) -> Holding:
        """What becomes of it where control leaves the turn of a loop, or a switch, that it was taken in."""
        kinds = _LOOPS if statement.type == syntax.BREAK_STATEMENT else _LOOPS - {syntax.SWITCH_STATEMENT}
        loop = statement.parent
        while loop is not None and loop.type not in kinds and loop != self._variable.scope:
            loop = loop.parent
        if loop is None or loop.type not in kinds or loop == self._variable.scope:
            return Holding.LOST
        goes_on = statement.type == syntax.CONTINUE_STATEMENT
        return self._elsewhere(loop, lambda: self._loop(loop) if goes_on else Holding.OPEN, goes_on=goes_on)

    def _jumped(self, statement: Node) -> Holding:
        """What becomes of it behind the label that control jumps forward to."""
        label = statement.child_by_field_name("label")
        block = statement.parent
        while block is not None and label is not None and block != self._function.node:
            for one in syntax.named(block) if block.type == syntax.COMPOUND_STATEMENT else ():
                if one.start_byte > statement.start_byte and is_labeled(one, label):
                    return self._elsewhere(one, partial(self._statement, one))
            if block == self._variable.scope:
                break
            block = block.parent
        return Holding.LOST

    def _elsewhere(self, statement: Node, first: Callable[[], Holding], *, goes_on: bool = False) -> Holding:
        """What becomes of it where control goes on elsewhere: with what is done first, and behind a statement."""
        key = (statement.id, goes_on)
        if key not in self._jumps:
            self._jumps[key] = Holding.LOST
            loops, switches = self._loops, self._switches
            self._loops = self._switches = 0
            found = self._onwards(statement, first())
            self._loops, self._switches = loops, switches
            self._jumps[key] = Holding.LOST if found is Holding.OPEN else found
        return self._jumps[key]

    def _returned(self, statement: Node) -> Holding:
        expressions = syntax.named(statement)
        if len(expressions) == 1 and self._uses.is_it(expressions[0]):
            self._values.is_handed = True
            return Holding.KEPT
        is_plain = len(expressions) == 1 and self._uses.is_safe(statement)
        is_kept = is_plain and self._values.evaluated(expressions[0]) is Holding.KEPT
        return Holding.KEPT if is_kept else Holding.LOST

    def _simple(self, statement: Node) -> Holding:
        if not self._uses.is_safe(statement):
            return Holding.LOST
        if statement.type == syntax.DECLARATION:
            return self._values.declared(statement)
        inner = syntax.named(statement)
        return self._values.evaluated(inner[0]) if len(inner) == 1 else Holding.OPEN

    # branches

    def _if(self, statement: Node) -> Holding:
        condition = statement.child_by_field_name("condition")
        if condition is None or self._uses.leaves(condition, JUMPING) or not self._uses.is_safe(condition):
            return Holding.LOST
        value = condition.child_by_field_name("value") or syntax.unparen(condition)
        if self._values.evaluated(value) is Holding.KEPT:
            return Holding.KEPT
        return self._branches(statement, None)

    def _branches(self, statement: Node, taking: Node | None) -> Holding:
        """What becomes of it in the branches of an if statement; ``taking`` sets the variable in its condition."""
        condition, then = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
        other = statement.child_by_field_name("alternative")
        if condition is None or then is None or statement.type != syntax.IF_STATEMENT:
            return Holding.LOST
        value = condition.child_by_field_name("value") or syntax.unparen(condition)
        in_then, in_other = self._told.holds(value, taking)
        outcomes = []
        if in_then:
            outcomes.append(self._statement(then))
        if in_other:
            inner = syntax.named(other) if other is not None else []
            outcomes.append(self._sequence(inner) if inner else Holding.OPEN)
        return max(outcomes, default=Holding.KEPT)
