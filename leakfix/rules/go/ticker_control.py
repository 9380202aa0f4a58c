"""In which order the statements of a function can run, by its syntax: every condition is open.

The flow graph of a function tells what becomes of resources that somebody models; here a rule asks about any statement:
can the function return behind it, can it run again, and can it do so without passing another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import statement_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from leakfix.text import Span

Point = int
"""A step of a function: a statement, the header of one, the communication of a select's case, the end of a block."""

_CASES: Final = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.DEFAULT_CASE, syntax.COMMUNICATION_CASE})
_SWITCHES: Final = frozenset(
    {syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT, syntax.SELECT_STATEMENT}
)
_OUTSIDE: Final = 0


class Control:
    """The steps of one function declaration or literal; those of literals inside it are no steps of its own."""

    def __init__(self, owner: Node, stops: Callable[[Node], bool], endless: Callable[[Node], bool]) -> None:
        """``stops`` tells whether a call never returns, ``endless`` whether a range over an expression never ends."""
        self._stops = stops
        self._endless = endless
        self._next: list[list[Point]] = [[]]
        self._parts: dict[Point, tuple[Node, ...]] = {}
        self._at: dict[int, Point] = {}
        self._ends: dict[int, Point] = {}
        self._labels: dict[str, Point] = {}
        self._breaks: dict[str, Point] = {}
        self._continues: dict[str, Point] = {}
        self._fallthrough: Point | None = None
        self._returns: set[Point] = set()
        body = owner.child_by_field_id(syntax.F_BODY)
        if body is not None:
            end = self._step(_OUTSIDE)
            self._returns.add(end)
            self._list(body.named_children, self._end(body.end_byte - 1, end))

    # what rules ask

    def at(self, statement: Node) -> Point | None:
        """Where a statement starts, or a case of a select is taken."""
        return self._at.get(statement.id)

    def behind(self, point: Point) -> list[Point]:
        """What can run next."""
        return self._next[point]

    def lost_at(self, node: Node | None, span: Span) -> Point | None:
        """The step of an exit: of the statement ``node``, or of the end of the block or case that ends at ``span``."""
        statement = statement_of(node) if node is not None else None
        if statement is not None and statement == node:
            return self._at.get(statement.id)
        return self._ends.get(span.start)

    def holding(self, offsets: Iterable[int]) -> set[Point]:
        """The steps that evaluate what stands at these byte offsets."""
        wanted = tuple(offsets)
        return {
            point
            for point, parts in self._parts.items()
            if any(part.start_byte <= offset < part.end_byte for part in parts for offset in wanted)
        }

    def reachable(self, starts: Iterable[Point], cut: Iterable[Point] = ()) -> set[Point]:
        """Every step that can run from ``starts`` on, those included; no way leads on behind one of ``cut``."""
        closed = frozenset(cut)
        seen = set(starts)
        waiting = list(seen)
        while waiting:
            point = waiting.pop()
            if point not in closed:
                fresh = [following for following in self._next[point] if following not in seen]
                seen.update(fresh)
                waiting.extend(fresh)
        return seen

    def first_return(self, points: Iterable[Point]) -> Node | None:
        """The first return statement among the steps; None when the function only gets to its end."""
        returns = [self._parts[point][0] for point in self._returns.intersection(points) if point in self._parts]
        return min(returns, key=lambda node: node.start_byte, default=None)

    def leaves(self, points: Iterable[Point]) -> bool:
        """Whether the function returns at one of the steps."""
        return not self._returns.isdisjoint(points)

    # steps

    def _step(self, *following: Point) -> Point:
        self._next.append(list(following))
        return len(self._next) - 1

    def _node(self, node: Node, parts: Iterable[Node | None], *following: Point) -> Point:
        point = self._step(*following)
        self._at[node.id] = point
        self._parts[point] = tuple(part for part in parts if part is not None)
        return point

    def _end(self, offset: int, after: Point) -> Point:
        point = self._step(after)
        self._ends.setdefault(offset, point)
        return point

    def _list(self, nodes: Iterable[Node], after: Point) -> Point:
        for node in reversed(list(nodes)):
            after = self._statement(node, after)
        return after

    def _statement(self, node: Node, after: Point, label: str = "") -> Point:
        kind = node.kind_id
        if kind == syntax.COMMENT:
            return after
        if kind == syntax.STATEMENT_LIST:
            return self._list(node.named_children, after)
        if kind == syntax.BLOCK:
            start = self._list(node.named_children, self._end(node.end_byte - 1, after))
            self._at.setdefault(node.id, start)
            return start
        if kind == syntax.IF_STATEMENT:
            return self._if(node, after)
        if kind == syntax.FOR_STATEMENT:
            return self._for(node, after, label)
        if kind in _SWITCHES:
            return self._switch(node, after, label)
        if kind == syntax.LABELED_STATEMENT:
            return self._labeled(node, after)
        if kind in syntax.JUMP_KINDS:
            return self._jump(node)
        point = self._node(node, (node,))
        if kind == syntax.RETURN_STATEMENT:
            self._returns.add(point)
        elif kind != syntax.EXPRESSION_STATEMENT or not any(map(self._never_returns, syntax.operands(node))):
            self._next[point].append(after)
        return point

    def _never_returns(self, node: Node) -> bool:
        return node.kind_id == syntax.CALL_EXPRESSION and self._stops(node)

    def _if(self, node: Node, after: Point) -> Point:
        then, other = (node.child_by_field_id(f) for f in (syntax.F_CONSEQUENCE, syntax.F_ALTERNATIVE))
        parts = (node.child_by_field_id(syntax.F_INITIALIZER), node.child_by_field_id(syntax.F_CONDITION))
        branches = [self._statement(branch, after) if branch is not None else after for branch in (then, other)]
        return self._node(node, parts, *branches)

    def _for(self, node: Node, after: Point, label: str) -> Point:
        clause = next((child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK), None)
        body = node.child_by_field_id(syntax.F_BODY)
        start: tuple[Node | None, ...] = ()
        again: tuple[Node | None, ...] = (clause,)
        ends = clause is not None
        if clause is not None and clause.kind_id == syntax.RANGE_CLAUSE:
            ranged = clause.child_by_field_id(syntax.F_RIGHT)
            start, again = (ranged,), (clause.child_by_field_id(syntax.F_LEFT),)
            ends = ranged is None or not self._endless(ranged)
        elif clause is not None and clause.kind_id == syntax.FOR_CLAUSE:
            start = (clause.child_by_field_id(syntax.F_INITIALIZER),)
            condition = clause.child_by_field_id(syntax.F_CONDITION)
            again, ends = (condition, clause.child_by_field_id(syntax.F_UPDATE)), condition is not None
        head = self._step(*((after,) if ends else ()))
        self._parts[head] = tuple(part for part in again if part is not None)
        saved = self._breaks, self._continues
        names = dict.fromkeys({"", label})
        self._breaks = self._breaks | dict.fromkeys(names, after)
        self._continues = self._continues | dict.fromkeys(names, head)
        self._next[head].append(self._statement(body, head) if body is not None else head)
        self._breaks, self._continues = saved
        return self._node(node, start, head)

    def _switch(self, node: Node, after: Point, label: str) -> Point:
        cases = [child for child in syntax.operands(node) if child.kind_id in _CASES]
        saved, fallthrough = self._breaks, self._fallthrough
        self._breaks = self._breaks | dict.fromkeys({"", label}, after)
        entries: list[Point] = []
        for case in reversed(cases):
            entries.append(self._case(case, after))
            self._fallthrough = entries[-1]
        self._breaks, self._fallthrough = saved, fallthrough
        if node.kind_id != syntax.SELECT_STATEMENT and not any(c.kind_id == syntax.DEFAULT_CASE for c in cases):
            entries.append(after)
        parts = (node.child_by_field_id(syntax.F_INITIALIZER), node.child_by_field_id(syntax.F_VALUE))
        return self._node(node, parts, *entries)

    def _case(self, case: Node, after: Point) -> Point:
        bodies = [child for child in case.named_children if child.kind_id == syntax.STATEMENT_LIST]
        start = self._list(bodies, self._end(case.end_byte, after))
        return self._node(case, (case.child_by_field_id(syntax.F_COMMUNICATION),), start)

    def _labeled(self, node: Node, after: Point) -> Point:
        label = next((syntax.text(child) for child in syntax.operands(node) if child.kind_id == syntax.LABEL_NAME), "")
        target = self._label(label)
        inner = [child for child in syntax.operands(node) if child.kind_id != syntax.LABEL_NAME]
        start = self._statement(inner[0], after, label) if inner else after
        self._next[target].append(start)
        self._at[node.id] = target
        return target

    def _label(self, name: str) -> Point:
        if name not in self._labels:
            self._labels[name] = self._step()
        return self._labels[name]

    def _jump(self, node: Node) -> Point:
        label = next((syntax.text(child) for child in syntax.operands(node) if child.kind_id == syntax.LABEL_NAME), "")
        kind, point = node.kind_id, self._node(node, (node,))
        if kind == syntax.GOTO_STATEMENT:
            target: Point | None = self._label(label)
        elif kind == syntax.FALLTHROUGH_STATEMENT:
            target = self._fallthrough
        else:
            target = (self._breaks if kind == syntax.BREAK_STATEMENT else self._continues).get(label)
        if target is not None:
            self._next[point].append(target)
        return point
