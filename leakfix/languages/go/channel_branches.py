"""Lowering of branches, loops, selects and jumps to the steps of a process; each statement from the step behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import Act, Choice, End, Enter, Halt, Leave, Meet, Turn, Unwind, Way, following, last_of
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_conditions import recovered
from leakfix.languages.go.channel_turns import condition_of, is_endless, is_stream, turns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.flow.channels import Net, Step, Told
    from leakfix.languages.go.channel_items import Items
    from leakfix.languages.go.infer import Types

_CASES: Final = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.DEFAULT_CASE, syntax.COMMUNICATION_CASE})
_SWITCHES: Final = frozenset({syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT})


class BranchLowering(ABC):
    """The statements of one function body."""

    def __init__(self, net: Net, items: Items) -> None:
        self.net = net
        self.items = items
        self._breaks: dict[str, Step] = {}
        self._continues: dict[str, Step] = {}
        self._labels: dict[str, Step] = {}
        self._fallthrough: Step | None = None
        self._heads: dict[Step, frozenset[int]] = {}
        """The loops around, by their heads, and the channels that they receive from."""
        self._around: Node | None = None
        """The innermost loop around, if that has no condition."""
        self._counters: list[int] = []
        """The numbers of conditions on what the loop around counts: they begin anew where the loop does."""

    @property
    @abstractmethod
    def halt(self) -> Step:
        """Nothing is known of what follows."""

    @property
    @abstractmethod
    def types(self) -> Types:
        """The types of the function's expressions."""

    @abstractmethod
    def matters(self, node: Node) -> bool:
        """Whether a node needs steps of its own."""

    @abstractmethod
    def simple(self, node: Node, after: Step) -> Step:
        """The steps of a statement or expression that branches nowhere."""

    @abstractmethod
    def leave(self, node: Node) -> Step:
        """A return."""

    @abstractmethod
    def stop(self, node: Node) -> Step | None:
        """Where control goes behind a call statement that never returns; None for one that does."""

    @abstractmethod
    def told(self, atom: Node) -> Told | None:
        """What a condition tells."""

    @abstractmethod
    def choose(self, ways: Iterable[tuple[Step, Told | None]]) -> Step:
        """A branch."""

    @abstractmethod
    def ask(self, choice: Step, condition: Node) -> None:
        """Note what a choice depends on."""

    @abstractmethod
    def communication(self, node: Node, target: Step) -> tuple[Way, Node]:
        """What a case of a select waits for."""

    @abstractmethod
    def meet(self, ways: list[tuple[Way, Node]]) -> Step:
        """A meeting."""

    @abstractmethod
    def ranged(self, clause: Node) -> int | None:
        """The channel that a loop ranges over."""

    @abstractmethod
    def loop(self) -> int:
        """The number of a new loop."""

    def statements(self, nodes: Iterable[Node], after: Step) -> Step:
        """Statements in their order."""
        for node in reversed(list(nodes)):
            after = self._statement(node, after)
        return after

    def _statement(self, node: Node, after: Step, label: str = "") -> Step:
        kind = node.kind_id
        if kind == syntax.COMMENT or not self.matters(node):
            return after
        if kind in (syntax.STATEMENT_LIST, syntax.BLOCK):
            return self.statements(node.named_children, after)
        if kind == syntax.IF_STATEMENT:
            return self._if(node, after)
        if kind == syntax.FOR_STATEMENT:
            return self._for(node, after, label)
        if kind in _SWITCHES:
            return self._switch(node, after, label)
        if kind == syntax.SELECT_STATEMENT:
            return self._select(node, after, label)
        if kind == syntax.LABELED_STATEMENT:
            return self._labeled(node, after)
        if kind in syntax.JUMP_KINDS:
            return self._jump(node)
        if kind == syntax.RETURN_STATEMENT:
            return self.leave(node)
        if kind == syntax.EXPRESSION_STATEMENT:
            stopped = self.stop(node)
            after = after if stopped is None else stopped
        return self.simple(node, after)

    def _if(self, node: Node, after: Step) -> Step:
        then, other = (node.child_by_field_id(f) for f in (syntax.F_CONSEQUENCE, syntax.F_ALTERNATIVE))
        branches = [self._statement(branch, after) if branch is not None else after for branch in (then, other)]
        condition, start = (node.child_by_field_id(f) for f in (syntax.F_CONDITION, syntax.F_INITIALIZER))
        entry = self._condition(condition, *branches) if condition is not None else after
        return self.simple(start, entry) if start is not None else entry

    def _condition(self, node: Node, holds: Step, fails: Step) -> Step:
        node = syntax.unparen(node)
        sign = syntax.operator(node)
        if node.kind_id == syntax.BINARY_EXPRESSION and sign in ("&&", "||"):
            left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
            if left is not None and right is not None:
                second = self._condition(right, holds, fails)
                return self._condition(left, *((second, fails) if sign == "&&" else (holds, second)))
        if node.kind_id == syntax.UNARY_EXPRESSION and sign == "!":
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if operand is not None:
                return self._condition(operand, fails, holds)
        if node.kind_id in (syntax.TRUE, syntax.FALSE):
            return holds if node.kind_id == syntax.TRUE else fails
        if self._around is not None and holds != fails and self.items.counts(node, self._around):
            return self._counted_exit(self._around, node, holds, fails)
        if recovered(node, self.types) is not None:
            # Nothing panics.
            return self.simple(node, fails if recovered(node, self.types) else holds)
        told = self.told(node)
        opposite = (told[0], not told[1]) if told is not None else None
        ways = self._by_last([(holds, told), (fails, opposite)], self.items.value_of(node))
        choice = self.choose(ways)
        self.ask(choice, node)
        return self.simple(node, choice)

    def _by_last(self, ways: list[tuple[Step, Told | None]], channel: int | None) -> list[tuple[Step, Told | None]]:
        """A branch by what was received: who stops to receive where others go on has got a last value."""
        if channel is None:
            return ways
        stops = [not self._receives(step, channel) for step, _ in ways]
        if all(stops) or not any(stops):
            return ways
        last = (last_of(channel), True)
        return [
            (step, told) if not is_last else (self.net.add(Choice(((step, told),))) if told else step, last)
            for (step, told), is_last in zip(ways, stops, strict=True)
        ]

    def _receives(self, start: Step, channel: int) -> bool:
        """Whether the process can receive from a channel from a step on."""
        seen, waiting = {start}, [start]
        while waiting:
            at = waiting.pop()
            operation = self.net.steps[at]
            if channel in self._heads.get(at, ()):
                return True
            if isinstance(operation, Meet) and any(
                w.act is Act.RECEIVE and w.channel == channel for w in operation.ways
            ):
                return True
            fresh = [step for step in following(operation) if step not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return False

    def _counted_exit(self, loop: Node, node: Node, holds: Step, fails: Step) -> Step:
        """A condition on what a loop counts: it ends the loop in the turn that loops of unknown length end with."""
        number = self.loop()
        self._counters.append(number)
        stays, leaves = (holds, fails) if self._stays(holds) and not self._stays(fails) else (fails, holds)
        turn = Turn(number, None, stays, leaves, fewer=1, drained=self.items.received(loop))
        return self.simple(node, self.net.add(turn))

    def _stays(self, step: Step) -> bool:
        """Whether a step leads back to the head of the loop around it, without any other way."""
        head = self._continues.get("")
        seen: set[Step] = set()
        waiting = [step]
        while waiting:
            at = waiting.pop()
            if at == head or at in seen:
                continue
            seen.add(at)
            operation = self.net.steps[at]
            if isinstance(operation, End | Halt | Leave | Unwind):
                return False
            waiting.extend(following(operation))
        return True

    # loops

    def _for(self, node: Node, after: Step, label: str) -> Step:
        clause = next((child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK), None)
        body = node.child_by_field_id(syntax.F_BODY)
        saved = self._breaks, self._continues
        head = self.net.add(Meet(()))
        self._heads[head] = self.items.received(node)
        names = dict.fromkeys({"", label})
        self._breaks = self._breaks | dict.fromkeys(names, after)
        start = update = condition = None
        if clause is not None and clause.kind_id == syntax.FOR_CLAUSE:
            start, condition, update = (
                clause.child_by_field_id(f) for f in (syntax.F_INITIALIZER, syntax.F_CONDITION, syntax.F_UPDATE)
            )
        elif clause is not None and clause.kind_id != syntax.RANGE_CLAUSE:
            condition = clause
        again = self.simple(update, head) if update is not None else head
        self._continues = self._continues | dict.fromkeys(names, again)
        is_endless = clause is None or (clause.kind_id == syntax.FOR_CLAUSE and condition is None)
        outer = self._around, self._counters
        self._around, self._counters = (node if is_endless and self.items.received(node) else None), []
        inside = self._statement(body, again) if body is not None else again
        self._breaks, self._continues = saved
        counted = self._counters
        self._around, self._counters = outer
        del self._heads[head]
        entry = self._head(node, head, inside, after)
        for number in counted:
            entry = self.net.add(Enter(number, entry))
        ranged = clause.child_by_field_id(syntax.F_RIGHT) if clause is not None else None
        first = start if start is not None else ranged
        return self.simple(first, entry) if first is not None and self._channel_of(clause) is None else entry

    def _channel_of(self, clause: Node | None) -> int | None:
        return self.ranged(clause) if clause is not None and clause.kind_id == syntax.RANGE_CLAUSE else None

    def _head(self, node: Node, head: Step, inside: Step, after: Step) -> Step:
        """Fill the head of a loop; where the loop is entered."""
        clause = next((child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK), None)
        body = node.child_by_field_id(syntax.F_BODY)
        channel = self._channel_of(clause)
        if channel is not None and clause is not None:
            way = Way(inside, Act.RECEIVE, channel, ended=after)
            self.net.steps[head] = self.net.steps[self.meet([(way, clause)])]
            self.note_again(head, channel, clause)
            return head
        is_open = clause is None or (clause.kind_id == syntax.FOR_CLAUSE and condition_of(clause) is None)
        if clause is None or is_open or is_endless(clause, self.types):
            self._forward(head, inside)
            return head
        condition = condition_of(clause)
        is_told = condition is not None and self.told(condition) is not None and not self.items.counts(condition, node)
        if condition is not None and (self.items.touches(clause) or is_told):
            self._forward(head, self._condition(condition, inside, after))
            return head
        if body is None or not self.items.touches(body) or is_stream(clause, self.types):
            self._forward(head, self.choose([(inside, None), (after, None)]))
            return head
        number, count = self.loop(), turns(clause, self.types)
        drained = self.items.received(body) if count is None else frozenset()
        self.net.steps[head] = Turn(number, count, inside, after, drained=drained)
        return self.net.add(Enter(number, head))

    @abstractmethod
    def note_again(self, step: Step, channel: int, node: Node) -> None:
        """A step that was filled later meets a channel."""

    def _forward(self, head: Step, target: Step) -> None:
        """The placeholder ``head`` just leads on."""
        self.net.steps[head] = Meet((Way(target),)) if target == head else Enter(-1, target)

    # switches and selects

    def _switch(self, node: Node, after: Step, label: str) -> Step:
        cases = [child for child in syntax.operands(node) if child.kind_id in _CASES]
        entries = self._bodies(cases, after, label)
        if not any(case.kind_id == syntax.DEFAULT_CASE for case in cases):
            entries.append(after)
        headers = [node.child_by_field_id(syntax.F_VALUE), *(case.child_by_field_id(syntax.F_VALUE) for case in cases)]
        channels = [self.items.value_of(header) for header in headers if header is not None]
        channel = next((one for one in channels if one is not None), None)
        entry = self.choose(self._by_last([(step, None) for step in entries], channel))
        for number in (syntax.F_VALUE, syntax.F_INITIALIZER):
            part = node.child_by_field_id(number)
            entry = self.simple(part, entry) if part is not None else entry
        return entry

    def _bodies(self, cases: list[Node], after: Step, label: str) -> list[Step]:
        saved, outer = self._breaks, self._fallthrough
        self._breaks = self._breaks | dict.fromkeys({"", label}, after)
        entries: list[Step] = []
        for case in reversed(cases):
            entries.append(
                self.statements((c for c in case.named_children if c.kind_id == syntax.STATEMENT_LIST), after)
            )
            self._fallthrough = entries[-1]
        self._breaks, self._fallthrough = saved, outer
        return entries[::-1]

    def _select(self, node: Node, after: Step, label: str) -> Step:
        cases = [child for child in syntax.operands(node) if child.kind_id in _CASES]
        if not cases:
            return self.halt
        ways: list[tuple[Way, Node]] = []
        for case, entry in zip(cases, self._bodies(cases, after, label), strict=True):
            held = case.child_by_field_id(syntax.F_COMMUNICATION)
            ways.append(self.communication(held, entry) if held is not None else (Way(entry, otherwise=True), case))
        if len({way.target for way, _ in ways}) == 1 and all(way.act is Act.ALONE for way, _ in ways):
            return ways[0][0].target
        return self.meet(ways)

    # jumps

    def _labeled(self, node: Node, after: Step) -> Step:
        name = _label(node)
        target = self._target(name)
        inner = [child for child in syntax.operands(node) if child.kind_id != syntax.LABEL_NAME]
        self._forward(target, self._statement(inner[0], after, name) if inner else after)
        return target

    def _target(self, name: str) -> Step:
        if name not in self._labels:
            self._labels[name] = self.net.add(Meet(()))
        return self._labels[name]

    def _jump(self, node: Node) -> Step:
        kind, name = node.kind_id, _label(node)
        if kind == syntax.GOTO_STATEMENT:
            return self._target(name)
        if kind == syntax.FALLTHROUGH_STATEMENT:
            return self._fallthrough if self._fallthrough is not None else self.halt
        return (self._breaks if kind == syntax.BREAK_STATEMENT else self._continues).get(name, self.halt)


def _label(node: Node) -> str:
    return next((syntax.text(child) for child in syntax.operands(node) if child.kind_id == syntax.LABEL_NAME), "")
