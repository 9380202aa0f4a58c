"""Lowering of Go's branches: if, loops, switches, select, labels and jumps (go.dev/ref/spec#Statements).

Every branch is an edge that carries what its condition tells; the end of every lexical block drops its variables.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from leakfix.flow import Drop, Edge, ExitKind, Outcome, Place, Test
from leakfix.languages.go import syntax
from leakfix.languages.go.lower_assignments import AssignmentLowering
from leakfix.languages.go.lower_frame import NOTHING, Frame, Jump, Link, Value, span_of
from leakfix.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node


class BranchLowering(AssignmentLowering, ABC):
    """Statements of one function from which control goes more ways than one."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.breaks: dict[str, Jump] = {}
        self.continues: dict[str, Jump] = {}
        self.labels: dict[str, int] = {}
        self.fallthrough: int | None = None
        self.results: list[int] = []
        """The roots of the named results."""

    @abstractmethod
    def statement(self, node: Node) -> None:
        """Lower one statement; one of no consequence adds nothing."""

    @abstractmethod
    def end_of_statement(self, node: Node) -> None:
        """What has no name and was made by the statement ends with it."""

    def _if(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        condition = node.child_by_field_id(syntax.F_CONDITION)
        then, other = self.frame.new_block(), self.frame.new_block()
        if condition is not None:
            self.condition(condition, then, other, span_of(condition))
        after = self.frame.new_block()
        depth = len(self.frame.scopes) - 1
        consequence = node.child_by_field_id(syntax.F_CONSEQUENCE)
        alternative = node.child_by_field_id(syntax.F_ALTERNATIVE)
        for block, body in ((then, consequence), (other, alternative)):
            self._resume(block)
            if body is not None:
                self.statement(body)
            self.frame.drop(depth, Span((body or node).end_byte - 1, (body or node).end_byte))
            self.frame.goto(after)
        self.frame.scopes.pop()
        self._resume(after)

    def condition(self, node: Node, holds: int, fails: int, span: Span, *, negated: bool = False) -> None:
        """Branch on a part of the condition at ``span``; ``&&``, ``||`` and ``!`` become edges of their own.

        ``negated`` tells whether the whole holds where the part fails.
        """
        node = syntax.unparen(node)
        operator = node.child_by_field_id(syntax.F_OPERATOR)
        kind = operator.type if operator is not None else ""
        if node.kind_id == syntax.BINARY_EXPRESSION and kind in ("&&", "||"):
            left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
            if left is None or right is None:
                return
            second = self.frame.new_block()
            first = (second, fails) if kind == "&&" else (holds, second)
            self.condition(left, *first, span, negated=negated)
            self._resume(second)
            self.condition(right, holds, fails, span, negated=negated)
            return
        if node.kind_id == syntax.UNARY_EXPRESSION and kind == "!":
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if operand is not None:
                self.condition(operand, fails, holds, span, negated=not negated)
            return
        if node.kind_id in (syntax.TRUE, syntax.FALSE):
            self.frame.goto(holds if node.kind_id == syntax.TRUE else fails)
            return
        self.values.settle(self.values.value(node))
        self.end_of_statement(node)
        positive, negative = self.values.tests(node)
        drained = self.values.calls.drained(node)
        if drained is not None:
            exhausted = self.frame.new_block()
            self.frame.graph.blocks[exhausted].events.append(drained)
            self.frame.link(exhausted, fails)
            fails = exhausted
        self.frame.branch(holds, positive, span, not negated)
        self.frame.branch(fails, negative, span, negated)
        self.frame.current = None

    def _resume(self, block: int) -> None:
        """Go on in ``block`` if anything leads there."""
        self.frame.current = block if block in self.frame.targets else None

    # loops

    def _for(self, node: Node) -> None:
        clauses = [child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK]
        clause = clauses[0] if clauses else None
        body = node.child_by_field_id(syntax.F_BODY)
        label = _label_of(node)
        self.frame.enter()
        ranged = NOTHING
        condition = update = None
        if clause is not None and clause.kind_id == syntax.FOR_CLAUSE:
            start = clause.child_by_field_id(syntax.F_INITIALIZER)
            if start is not None:
                self.statement(start)
            condition = clause.child_by_field_id(syntax.F_CONDITION)
            update = clause.child_by_field_id(syntax.F_UPDATE)
        elif clause is not None and clause.kind_id == syntax.RANGE_CLAUSE:
            right = clause.child_by_field_id(syntax.F_RIGHT)
            ranged = self.values.settle(self.values.value(right)) if right is not None else NOTHING
        else:
            condition = clause
        head, inside, after, again = (self.frame.new_block() for _ in range(4))
        if ranged.place is not None and self.frame.is_tracked(ranged):
            self._first_turn(ranged.place, inside, after)
        else:
            self.frame.goto(head)
        self.frame.current = head
        if condition is not None:
            self.condition(condition, inside, after, span_of(condition))
        elif clause is not None and clause.kind_id == syntax.RANGE_CLAUSE:
            self.frame.branch(inside, (), None, None)
            self.frame.branch(after, (), None, None)
        else:
            self.frame.goto(inside)
        self._resume(inside)
        depth = len(self.frame.scopes)
        with_range = clause is not None and clause.kind_id == syntax.RANGE_CLAUSE
        saved = self._enter_loop(label, Jump(after, depth), Jump(again, depth))
        self.frame.enter()
        if with_range and clause is not None:
            self._range_targets(clause, ranged)
        if body is not None:
            self.frame.scopes[-1] |= self._dead_between_turns(body)
            self.statement(body)
            self.frame.leave(Span(body.end_byte - 1, body.end_byte))
        else:
            self.frame.scopes.pop()
        self.frame.goto(again)
        self._leave_loop(saved)
        self._resume(again)
        if update is not None:
            self.statement(update)
        self.frame.goto(head)
        self._resume(after)
        self.frame.leave(Span(node.end_byte - 1, node.end_byte))

    def _first_turn(self, ranged: Place, inside: int, after: int) -> None:
        """A range over what holds something has at least one turn."""
        self.frame.branch(inside, (), None, None)
        self.frame.branch(after, (Test(ranged.below("[]"), Outcome.NIL),), None, None)
        self.frame.current = None

    def _dead_between_turns(self, body: Node) -> set[int]:
        """Variables from outside a loop that only its body uses, and that every turn assigns before it reads them."""
        dead = set()
        for root in self.frame.tracked:
            if root < 0 or root >= body.start_byte or root in self.results or not self.frame.is_own(root):
                continue
            uses = self.frame.uses_of(root)
            if uses and all(body.start_byte <= use < body.end_byte for use in uses):
                first = body.descendant_for_byte_range(uses[0], uses[0])
                if first is not None and _is_assigned_first(first, body):
                    dead.add(root)
        return dead

    def _range_targets(self, clause: Node, ranged: Value) -> None:
        left = clause.child_by_field_id(syntax.F_LEFT)
        targets = syntax.operands(left) if left is not None else []
        place = ranged.place
        element = Value((Link(place.below("[]")),)) if place is not None else ranged.through()
        declares = any(child.type == ":=" for child in clause.children)
        for number, target in enumerate(targets):
            if declares:
                self._declare(target)
            value = element if number == 1 and self.frame.is_tracked(ranged) else NOTHING
            self._bind_plain([(target, value)], span_of(clause))

    def _enter_loop(self, label: str, after: Jump, again: Jump) -> tuple[dict[str, Jump], dict[str, Jump]]:
        saved = (self.breaks, self.continues)
        names = {"", label} if label else {""}
        self.breaks = {**self.breaks, **dict.fromkeys(names, after)}
        self.continues = {**self.continues, **dict.fromkeys(names, again)}
        return saved

    def _leave_loop(self, saved: tuple[dict[str, Jump], dict[str, Jump]]) -> None:
        self.breaks, self.continues = saved

    # switches and select

    def _switch(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        subject = node.child_by_field_id(syntax.F_VALUE)
        if subject is not None:
            self.values.settle(self.values.value(subject))
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.EXPRESSION_CASE, syntax.DEFAULT_CASE)]
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        default = after
        for case, body in zip(cases, bodies, strict=True):
            if case.kind_id == syntax.DEFAULT_CASE:
                default = body
                continue
            held = case.child_by_field_id(syntax.F_VALUE)
            for value in syntax.operands(held) if held is not None else []:
                following = self.frame.new_block()
                self._case(subject, value, body, following)
                self._resume(following)
        self.frame.goto(default)
        self._bodies(node, cases, bodies, after)

    def _case(self, subject: Node | None, value: Node, body: int, following: int) -> None:
        if subject is None:
            self.condition(value, body, following, span_of(value))
            return
        self.values.settle(self.values.value(value))
        positive, negative = self.values.equality(subject, value)
        self.frame.branch(body, positive, span_of(value), True)
        self.frame.branch(following, negative, span_of(value), False)
        self.frame.current = None

    def _type_switch(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        subject = node.child_by_field_id(syntax.F_VALUE)
        value = self.values.settle(self.values.value(subject)) if subject is not None else NOTHING
        alias = node.child_by_field_id(syntax.F_ALIAS)
        for name in syntax.operands(alias) if alias is not None else []:
            self._declare(name)
            self._bind_plain([(name, Value(value.links))], span_of(node))
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.TYPE_CASE, syntax.DEFAULT_CASE)]
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        for case, body in zip(cases, bodies, strict=True):
            self.frame.branch(body, self._type_test(subject, case), None, None)
        if not any(case.kind_id == syntax.DEFAULT_CASE for case in cases):
            self.frame.branch(after, (), None, None)
        self.frame.current = None
        self._bodies(node, cases, bodies, after)

    def _type_test(self, subject: Node | None, case: Node) -> tuple[Test, ...]:
        place = self.values.place(subject) if subject is not None else None
        types = syntax.field_children(case, syntax.F_TYPE)
        if place is None or not types:
            return ()
        is_nil = [syntax.text(of) == "nil" for of in types]
        if all(is_nil):
            return (Test(place, Outcome.NIL),)
        return () if any(is_nil) else (Test(place, Outcome.NOT_NIL),)

    def _select(self, node: Node) -> None:
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE)]
        if not cases:
            self.frame.exit(ExitKind.STOP, span_of(node))
            return
        self.frame.enter()
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        for body in bodies:
            self.frame.branch(body, (), None, None)
        self.frame.current = None
        self._bodies(node, cases, bodies, after)

    def _bodies(self, node: Node, cases: list[Node], bodies: list[int], after: int) -> None:
        """Lower the clauses of a switch or select; the scope of its header ends behind it."""
        label = _label_of(node)
        depth = len(self.frame.scopes) - 1
        saved = self.breaks
        leave = Jump(after, depth)
        self.breaks = {**self.breaks, "": leave, **({label: leave} if label else {})}
        outer = self.fallthrough
        for number, (case, body) in enumerate(zip(cases, bodies, strict=True)):
            self.fallthrough = bodies[number + 1] if number + 1 < len(bodies) else None
            self._resume(body)
            self.frame.enter()
            end = Span(case.end_byte, case.end_byte)
            for child in case.children:
                if child.kind_id in (syntax.SEND_STATEMENT, syntax.STATEMENT_LIST):
                    self.statement(child)
                elif child.kind_id == syntax.RECEIVE_STATEMENT:
                    self._receive(child)
            self.frame.leave(end)
            self.frame.drop(depth, end)
            self.frame.goto(after)
        self.fallthrough = outer
        self.breaks = saved
        self.frame.scopes.pop()
        self._resume(after)

    def _receive(self, node: Node) -> None:
        left = node.child_by_field_id(syntax.F_LEFT)
        declares = any(child.type == ":=" for child in node.children)
        right = node.child_by_field_id(syntax.F_RIGHT)
        if right is not None:
            self.values.value(right)
        for target in syntax.operands(left) if left is not None else []:
            if declares:
                self._declare(target)
            self._bind_plain([(target, NOTHING)], span_of(node))

    # jumps

    def _labeled(self, node: Node) -> None:
        label = node.child_by_field_id(syntax.F_LABEL)
        if label is None:
            return
        block = self._label(syntax.text(label))
        self.frame.goto(block)
        self.frame.current = block
        for child in syntax.operands(node):
            if child.kind_id != syntax.LABEL_NAME:
                self.statement(child)

    def _label(self, name: str) -> int:
        if name not in self.labels:
            self.labels[name] = self.frame.new_block()
        return self.labels[name]

    def _break(self, node: Node) -> None:
        self._jump(node, self.breaks)

    def _continue(self, node: Node) -> None:
        self._jump(node, self.continues)

    def _jump(self, node: Node, jumps: dict[str, Jump]) -> None:
        label = next((syntax.text(c) for c in syntax.operands(node) if c.kind_id == syntax.LABEL_NAME), "")
        jump = jumps.get(label)
        if jump is None:
            self.frame.exit(ExitKind.STOP, span_of(node))
            return
        self.frame.drop(jump.depth, span_of(node))
        self.frame.goto(jump.block)

    def _goto(self, node: Node) -> None:
        label = next((syntax.text(c) for c in syntax.operands(node) if c.kind_id == syntax.LABEL_NAME), "")
        target, span = self._label(label), span_of(node)
        self.frame.emit(Drop(span, frozenset()))
        self.frame.link(self.frame.current, target, Edge(target, jump=span))
        self.frame.current = None

    def _fallthrough(self, node: Node) -> None:
        del node
        if self.fallthrough is not None:
            self.frame.goto(self.fallthrough)


def _is_assigned_first(identifier: Node, body: Node) -> bool:
    """Whether an identifier is overwritten by a statement that stands directly in a loop's body."""
    left = identifier.parent
    statement = left.parent if left is not None else None
    if left is None or statement is None or statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
        return False
    operator = statement.child_by_field_id(syntax.F_OPERATOR)
    held = statement.parent
    return (
        operator is not None
        and operator.type == "="
        and statement.child_by_field_id(syntax.F_LEFT) == left
        and held is not None
        and held.parent == body
    )


def _label_of(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.kind_id != syntax.LABELED_STATEMENT:
        return ""
    label = parent.child_by_field_id(syntax.F_LABEL)
    return syntax.text(label) if label is not None else ""
