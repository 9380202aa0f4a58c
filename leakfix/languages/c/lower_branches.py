"""Lowering of the branches of C and C++: if, loops, switch, try, labels and jumps, conditional groups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from leakfix.flow import Drop, Edge, Escape, ExitKind, Handing, Outcome, Place, Test
from leakfix.languages.c import syntax
from leakfix.languages.c.conditional_groups import branches_of
from leakfix.languages.c.lower_frame import ELEMENT, Frame, Jump, Link, Value
from leakfix.languages.c.lower_throws import (
    MemoryHandler,
    allocates,
    catches_memory,
    makes_one_call,
    may_throw_behind,
    touched_roots,
)
from leakfix.languages.c.lower_values import ValueLowering
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

_LOOPS: Final = frozenset(
    (syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP, syntax.SWITCH_STATEMENT)
)
_OUTER: Final = frozenset((*_LOOPS, syntax.COMPOUND_STATEMENT, syntax.IF_STATEMENT, syntax.TRY_STATEMENT))
"""Statements whose inner ones tell what may throw behind them."""


class BranchLowering(ABC):
    """Statements of one function from which control goes more ways than one."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.values = ValueLowering(frame, self)
        self.breaks: list[Jump] = []
        self.continues: list[Jump] = []
        self.labels: dict[str, int] = {}
        self.label_nodes: dict[str, Node] = {}
        self.handlers: list[Jump] = []
        self.memory_handlers: list[MemoryHandler] = []
        """The clauses that catch what a failing allocation throws, those of the innermost try block last."""

    @abstractmethod
    def statement(self, node: Node) -> None:
        """Lower one statement; one of no consequence adds nothing."""

    @abstractmethod
    def end_of_statement(self, node: Node) -> None:
        """What has no name and was acquired by the statement ends with it."""

    # scopes

    def leave(self, span: Span) -> None:
        """The innermost block ends."""
        self.unwind(len(self.frame.scopes) - 1, span)
        self.frame.scopes.pop()

    def unwind(self, depth: int, span: Span) -> None:
        """Control leaves all scopes deeper than ``depth``: destructors run, variables end."""
        if not self.frame.reachable:
            return
        self._destroy(depth, span)
        self.frame.drop(depth, span)

    def leave_function(self, span: Span) -> None:
        """Control leaves all scopes, with the function."""
        self._destroy(0, span)

    def _destroy(self, depth: int, span: Span) -> None:
        for scope in reversed(self.frame.scopes[depth:]):
            for place, destructor in reversed(scope.objects):
                self.values.calls.objects.destroy(span, destructor, Value(address=place))

    def throw(self, span: Span) -> None:
        """Control goes to the handlers of the innermost try block, or leaves the function."""
        if self.handlers:
            jump = self.handlers[-1]
            self.unwind(jump.depth, span)
            self.frame.goto(jump.block)
            return
        self.leave_function(span)
        self.frame.exit(ExitKind.RAISE, span, failed=True)

    def may_raise(self, span: Span, given: Iterable[Value]) -> None:
        """A callee may throw: control goes to a handler, or out; nobody knows what became of what it was given."""
        if not self.frame.reachable:
            return
        thrown, onward = self.frame.new_block(), self.frame.new_block()
        self.frame.link(self.frame.current, thrown, Edge(thrown, raised=span))
        self.frame.branch(onward, (), None, None)
        self.frame.resume(thrown)
        for value in given:
            self.frame.escape(span, value, Handing.PASSED)
        for root in self.values.calls.unnamed:
            self.frame.emit(Escape(span, Place(root), Handing.PASSED))
        self.throw(span)
        self.frame.resume(onward)

    def may_run_out_of_memory(self, span: Span) -> None:
        """An allocation throws where it fails: control may go to the clause of the function that catches that."""
        if self.memory_handlers and self.frame.reachable:
            self.memory_handlers[-1].throws += 1
            self._thrown(span, self.memory_handlers[-1], is_behind=False)

    def _may_throw_later(self, statement: Node, throws: int) -> None:
        """Something else than an allocation may throw, in a statement or behind it: what it touched is unknown then."""
        if not self.memory_handlers or not self.frame.reachable or statement.type in _OUTER:
            return
        handler = self.memory_handlers[-1]
        is_known = handler.throws - throws == 1 and makes_one_call(statement)
        if not is_known or may_throw_behind(handler.body, statement):
            self._thrown(Span(statement.end_byte, statement.end_byte), handler, is_behind=True)

    def _thrown(self, span: Span, handler: MemoryHandler, *, is_behind: bool) -> None:
        touched = touched_roots(self.frame, handler) if is_behind else ()
        if is_behind and not touched:
            return
        thrown, onward = self.frame.new_block(), self.frame.new_block()
        self.frame.branch(thrown, (), None, None)
        self.frame.branch(onward, (), None, None)
        self.frame.resume(thrown)
        # What the block itself has named is out of the clause's sight: nobody could release it there.
        inside = {root for scope in self.frame.scopes[handler.jump.depth :] for root in scope.roots}
        for root in sorted({*touched, *inside, *self.values.calls.unnamed}):
            self.frame.emit(Escape(span, Place(root), Handing.PASSED))
        self.unwind(handler.jump.depth, span)
        self.frame.goto(handler.jump.block)
        self.frame.resume(onward)

    # if

    def _if(self, node: Node) -> None:
        self.frame.enter(node)
        condition = node.child_by_field_name("condition")
        then, other, after = (self.frame.new_block() for _ in range(3))
        if condition is not None:
            self._header(condition, then, other)
        depth = len(self.frame.scopes) - 1
        consequence, alternative = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        for block, body in ((then, consequence), (other, alternative)):
            self.frame.resume(block)
            if body is not None:
                self._branch_body(body)
            self.frame.drop(depth, _end(body or node, self.frame))
            self.frame.goto(after)
        self.frame.scopes.pop()
        self.frame.resume(after)

    def _branch_body(self, body: Node) -> None:
        if body.type == syntax.ELSE_CLAUSE:
            for inner in syntax.named(body):
                self.statement(inner)
        else:
            self.statement(body)

    def _header(self, condition: Node, holds: int, fails: int) -> None:
        """The condition of an if, a loop or a switch, which may declare something first."""
        start = condition.child_by_field_name("initializer")
        if start is not None:
            for inner in syntax.named(start) if start.type == syntax.INIT_STATEMENT else (start,):
                self.statement(inner)
        value = condition.child_by_field_name("value")
        if value is not None and value.type == syntax.DECLARATION:
            self.statement(value)
            declarator = value.child_by_field_name("declarator")
            variable = (
                next((one for one in self.frame.bindings.variables if one.origin == value), None)
                if declarator is not None
                else None
            )
            if variable is not None:
                place = Place(self.frame.root(variable))
                span = self.frame.span(condition)
                self.frame.branch(holds, (Test(place, Outcome.NOT_NIL),), span, True)
                self.frame.branch(fails, (Test(place, Outcome.NIL),), span, False)
            self.frame.current = None
            return
        self.values.conditions.branch(value if value is not None else condition, holds, fails)
        self._unnamed_in_condition(condition, (holds, fails))

    def _unnamed_in_condition(self, node: Node, targets: Iterable[int]) -> None:
        """What a condition acquired and nobody named ends in both of its branches."""
        roots = frozenset(self.values.calls.unnamed)
        if not roots:
            return
        self.values.calls.unnamed.clear()
        for target in targets:
            self.frame.graph.blocks[target].events.append(Drop(self.frame.span(node), roots))

    # loops

    def _while(self, node: Node) -> None:
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        self._loop(condition, None, body, first=None)

    def _for(self, node: Node) -> None:
        self.frame.enter(node)
        start = node.child_by_field_name("initializer")
        if start is not None:
            if start.type == syntax.DECLARATION:
                self.statement(start)
            else:
                self.values.discard(start)
                self.end_of_statement(start)
        condition, update = node.child_by_field_name("condition"), node.child_by_field_name("update")
        turns = self.values.frame.program.turns(self.values, node)
        self._loop(condition, update, node.child_by_field_name("body"), first=turns)
        self.leave(_end(node, self.frame))

    def _loop(self, condition: Node | None, update: Node | None, body: Node | None, first: int | None) -> None:
        """A loop; ``first`` is how many turns it has, 2 for several, where that is known."""
        head, inside, after, again = (self.frame.new_block() for _ in range(4))
        if first == 0:
            return
        before = self.frame.current
        if first is not None:
            self.frame.goto(inside)
        else:
            self.frame.goto(head)
        self.frame.resume(head)
        if condition is not None and first is None:
            self._header(condition, inside, after)
        elif first is None:
            self.frame.goto(inside)
        self.frame.resume(inside)
        depth = len(self.frame.scopes)
        self.breaks.append(Jump(after, depth))
        self.continues.append(Jump(again, depth))
        if body is not None:
            self._branch_body(body)
        self.breaks.pop()
        self.continues.pop()
        self.frame.goto(again)
        self.frame.resume(again)
        if first is None and self.frame.reachable:
            self.frame.begin(before, head, (inside, after))
        if update is not None and self.frame.reachable:
            self.values.discard(update)
            self.end_of_statement(update)
        if first == 1:
            self.frame.goto(after)
        elif first is not None:
            if condition is not None:
                self._header(condition, inside, after)
            else:
                self.frame.goto(inside)
        else:
            self.frame.goto(head)
        self.frame.resume(after)

    def _do(self, node: Node) -> None:
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        inside, after, again = (self.frame.new_block() for _ in range(3))
        self.frame.goto(inside)
        self.frame.resume(inside)
        depth = len(self.frame.scopes)
        self.breaks.append(Jump(after, depth))
        self.continues.append(Jump(again, depth))
        if body is not None:
            self._branch_body(body)
        self.breaks.pop()
        self.continues.pop()
        self.frame.goto(again)
        self.frame.resume(again)
        if condition is not None and self.frame.reachable:
            self._header(condition, inside, after)
        self.frame.resume(after)

    def _for_range(self, node: Node) -> None:
        self.frame.enter(node)
        right, body = node.child_by_field_name("right"), node.child_by_field_name("body")
        ranged = self.values.place(right) if right is not None else None
        head, inside, after = (self.frame.new_block() for _ in range(3))
        before = self.frame.current
        self.frame.goto(head)
        self.frame.resume(head)
        self.frame.branch(inside, (), None, None)
        self.frame.branch(after, (), None, None)
        self.frame.current = None
        self.frame.resume(inside)
        self.frame.enter(node)
        variable = next((one for one in self.frame.bindings.variables if one.origin == node), None)
        if variable is not None and self.frame.expansion is None:
            place = Place(self.frame.root(variable))
            self.frame.scopes[-1].roots.add(place.root)
            value = Value((Link(ranged.below(ELEMENT)),)) if ranged is not None else Value()
            self.frame.store(self.frame.span(node), place, value)
        depth = len(self.frame.scopes) - 1
        self.breaks.append(Jump(after, depth))
        self.continues.append(Jump(head, depth))
        if body is not None:
            self._branch_body(body)
        self.breaks.pop()
        self.continues.pop()
        self.leave(_end(body or node, self.frame))
        if self.frame.reachable:
            self.frame.begin(before, head, (inside, after))
        self.frame.goto(head)
        self.frame.resume(after)
        self.leave(_end(node, self.frame))

    # switch

    def _switch(self, node: Node) -> None:
        self.frame.enter(node)
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        subject = Value()
        if condition is not None:
            value = condition.child_by_field_name("value")
            subject = self.values.value(syntax.unparen(value if value is not None else condition))
        number = subject.number
        cases = list(_cases(body)) if body is not None else []
        blocks = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        default = after
        for case, block in zip(cases, blocks, strict=True):
            told = case.child_by_field_name("value")
            if told is None:
                default = block
                continue
            if not self.frame.reachable:
                break
            constant = self.values.constant(told)
            if number is not None and constant is not None:
                if number == constant:
                    self.frame.goto(block)
                continue
            positive, negative = self.values.conditions.case(subject, told)
            following = self.frame.new_block()
            self.frame.branch(block, positive, self.frame.span(told), True)
            self.frame.branch(following, negative, None, None)
            self.frame.resume(following)
        if self.frame.reachable:
            self.frame.goto(default)
        depth = len(self.frame.scopes)
        self.breaks.append(Jump(after, depth))
        self.frame.enter(body)
        for statement in syntax.named(body) if body is not None else ():
            if statement.type == syntax.CASE_STATEMENT:
                self._case(statement, dict(zip((one.id for one in cases), blocks, strict=True)))
            else:
                self.statement(statement)
        self.leave(_end(body or node, self.frame))
        self.breaks.pop()
        self.frame.goto(after)
        self.frame.resume(after)
        self.leave(_end(node, self.frame))

    def _case(self, node: Node, blocks: dict[int, int]) -> None:
        block = blocks.get(node.id)
        if block is not None:
            self.frame.goto(block)
            self.frame.resume(block)
        value = node.child_by_field_name("value")
        for child in syntax.named(node):
            if value is not None and child == value:
                continue
            if child.type == syntax.CASE_STATEMENT:
                self._case(child, blocks)
            else:
                self.statement(child)

    def _stray_case(self, node: Node) -> None:
        for child in syntax.named(node):
            if child != node.child_by_field_name("value"):
                self.statement(child)

    # jumps

    def _break(self, node: Node) -> None:
        self._jump(self.breaks, node)

    def _continue(self, node: Node) -> None:
        self._jump(self.continues, node)

    def _jump(self, jumps: list[Jump], node: Node) -> None:
        if not jumps:
            self.frame.current = None
            return
        self.unwind(jumps[-1].depth, self.frame.span(node))
        self.frame.goto(jumps[-1].block)

    def labels_of(self, body: Node) -> None:
        """Find the labels of the function."""
        if self.frame.file.data.find(b"goto", body.start_byte, body.end_byte) < 0:
            return
        known = self.frame.function.cache.get("labels")
        if not isinstance(known, dict):
            found = syntax.found(body, (syntax.LABELED_STATEMENT,), self.frame.file.dialect)
            labels = ((node.child_by_field_name("label"), node) for node in found)
            known = {syntax.text(label): node for label, node in labels if label is not None}
            self.frame.function.cache["labels"] = known
        self.label_nodes = known

    def _goto(self, node: Node) -> None:
        label = node.child_by_field_name("label")
        name = syntax.text(label) if label is not None else ""
        at = self.label_nodes.get(name)
        if at is None:
            self.frame.exit(ExitKind.STOP, self.frame.span(node))
            return
        depth = 0
        for scope in self.frame.scopes:
            if scope.node is None or not scope.node.start_byte <= at.start_byte < scope.node.end_byte:
                break
            depth += 1
        self.unwind(depth, self.frame.span(node))
        self.frame.emit(Drop(self.frame.span(node), frozenset()))
        self.frame.goto(self._label(name), self.frame.span(node))

    def _label(self, name: str) -> int:
        if name not in self.labels:
            self.labels[name] = self.frame.new_block()
        return self.labels[name]

    def _labeled(self, node: Node) -> None:
        label = node.child_by_field_name("label")
        block = self._label(syntax.text(label) if label is not None else "")
        self.frame.goto(block)
        # A jump back to it may stand behind it.
        self.frame.current = block
        for child in syntax.named(node):
            if child != label:
                self.statement(child)

    # try

    def _try(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        handler, after = self.frame.new_block(), self.frame.new_block()
        clauses = [child for child in node.children if child.type == syntax.CATCH_CLAUSE]
        starts = [self.frame.new_block() for _ in clauses]
        self.handlers.append(Jump(handler, len(self.frame.scopes)))
        catching = next((start for clause, start in zip(clauses, starts, strict=True) if catches_memory(clause)), None)
        if body is not None and self.frame.reachable:
            self._tried(body, starts, catching)
        self.handlers.pop()
        self.frame.goto(after)
        self.frame.resume(handler)
        for start in starts:
            self.frame.branch(start, (), None, None)
        self.frame.current = None
        for clause, start in zip(clauses, starts, strict=True):
            self.frame.resume(start)
            inner = clause.child_by_field_name("body")
            if inner is not None:
                self.statement(inner)
            self.frame.goto(after)
        self.frame.resume(after)

    def _tried(self, body: Node, starts: list[int], catching: int | None) -> None:
        """The statements of a try block: any of them may throw something that any of the clauses catches.

        Where an allocation may fail, it is known what has happened when the clause begins that catches that.
        """
        entry = self.frame.current
        if catching is None or not allocates(body):
            for start in starts:
                self.frame.branch(start, (), None, None)
            self.statement(body)
            return
        first = entry if entry is not None else 0
        jump = Jump(catching, len(self.frame.scopes))
        handler = MemoryHandler(jump, body, first, len(self.frame.graph.blocks[first].events))
        self.memory_handlers.append(handler)
        self.statement(body)
        self.memory_handlers.pop()
        for start in starts:
            if start != catching or not handler.throws:
                self.frame.link(entry, start)

    # the preprocessor

    def _conditional_group(self, node: Node) -> None:
        """`#if` in a function: each branch may be the one that is compiled, the same one for the same condition."""
        branches = list(branches_of(node))
        after = self.frame.new_block()
        for told, statements in branches:
            following = self.frame.new_block()
            if told:
                place = Place(self.frame.named_root(f"#if {told}"))
                block = self.frame.new_block()
                self.frame.branch(block, (Test(place, Outcome.NOT_NIL),), None, None)
                self.frame.branch(following, (Test(place, Outcome.NIL),), None, None)
                self.frame.resume(block)
            for statement in statements:
                self.statement(statement)
            self.frame.goto(after)
            self.frame.resume(following)
        self.frame.goto(after)
        self.frame.resume(after)


def _cases(body: Node) -> Iterable[Node]:
    """The cases of a switch, those that fall through from one to the next included."""
    for child in syntax.named(body):
        if child.type == syntax.CASE_STATEMENT:
            yield child
            yield from _cases(child)
        elif child.type in syntax.CONDITIONALS or child.type in syntax.ALTERNATIVES:
            yield from _cases(child)


def _end(node: Node, frame: Frame) -> Span:
    if frame.expansion is not None:
        return frame.expansion.span
    return Span(node.end_byte - 1, node.end_byte)
