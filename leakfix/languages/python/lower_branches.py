"""Lowering of branches and loops: `if`, `while`, `for`, `match`, `break`, `continue`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome, Test
from leakfix.languages.python import syntax
from leakfix.languages.python.lower_frame import ELEMENT, Frame, Jump, span_of
from leakfix.languages.python.lower_values import ValueLowering
from leakfix.languages.python.values import NOTHING, Value

if TYPE_CHECKING:
    from tree_sitter import Node

_IRREFUTABLE: Final = b"_"
_FULL: Final = frozenset((syntax.TUPLE, syntax.LIST, syntax.SET, syntax.STRING))


class BaseLowering(ABC):
    """What all statements share."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.values = ValueLowering(frame)

    @abstractmethod
    def statement(self, node: Node) -> None:
        """Lower one statement."""

    def block(self, node: Node | None) -> None:
        """Lower the statements of a block in order."""
        for statement in syntax.named(node) if node is not None else ():
            self.statement(statement)

    def cleaning(self, node: Node | None) -> None:
        """Lower a block that runs when something was raised, or in any case."""
        outer, self.frame.is_cleaning = self.frame.is_cleaning, True
        self.block(node)
        self.frame.is_cleaning = outer

    def unwind(self, depth: int) -> None:
        """On the way out of all guards but the outer ``depth``: run a copy of what runs in any case."""
        guards = self.frame.guards
        for position in range(len(guards) - 1, depth - 1, -1):
            final = guards[position].final
            if final is not None and self.frame.reachable:
                self.frame.guards = guards[:position]
                self.cleaning(final)
        self.frame.guards = guards


class BranchLowering(BaseLowering):
    """Lowers what branches."""

    def _if(self, node: Node) -> None:
        behind = self.frame.new_block()
        self._branches(node, node.children_by_field_name("alternative"), behind)
        self.frame.resume(behind)

    def _branches(self, node: Node, alternatives: list[Node], behind: int) -> None:
        condition = node.child_by_field_name("condition")
        if condition is None or not self.frame.reachable:
            self.frame.goto(behind)
            return
        yes, no = self.frame.new_block(), self.frame.new_block()
        self.values.tests.condition(condition, yes, no)
        waiting, self.frame.unnamed = self.frame.unnamed, set()
        self.frame.resume(yes)
        self._ended(node, waiting)
        self.block(node.child_by_field_name("consequence"))
        self.frame.goto(behind)
        self.frame.resume(no)
        self._ended(node, waiting)
        if alternatives and alternatives[0].type == syntax.ELIF_CLAUSE:
            self._branches(alternatives[0], alternatives[1:], behind)
            return
        if alternatives:
            self.block(alternatives[0].child_by_field_name("body"))
        self.frame.goto(behind)

    def _ended(self, node: Node, unnamed: set[int]) -> None:
        """What the condition acquired and has no name ends with it, whichever way it goes."""
        condition = node.child_by_field_name("condition") or node
        self.frame.unnamed |= unnamed
        self.frame.end_of_statement(span_of(condition))

    # loops

    def _while(self, node: Node) -> None:
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        if condition is None or not self.frame.reachable:
            return
        again, turn, done, behind = (self.frame.new_block() for _ in range(4))
        self.frame.goto(again)
        self.frame.current = again
        self.values.tests.condition(condition, turn, done)
        waiting, self.frame.unnamed = self.frame.unnamed, set()
        self.frame.resume(turn)
        self._ended(node, waiting)
        self._turn(body, behind, again)
        self.frame.resume(done)
        self._ended(node, waiting)
        self._else(node)
        self.frame.goto(behind)
        self.frame.resume(behind)

    def _for(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        iterable = self.values.value(right)
        if not self.frame.reachable:
            return
        waiting, self.frame.unnamed = self.frame.unnamed, set()
        again, turn, done, behind = (self.frame.new_block() for _ in range(4))
        self.values.iterating(right, iterable)
        if not _has_turns(right):
            # Nothing that it holds is lost where it holds nothing.
            empty = tuple(Test(link.place.below(ELEMENT), Outcome.NIL) for link in iterable.links)
            self.frame.branch(done, empty)
        self.frame.goto(turn)
        self.frame.resume(turn)
        self.values.assign(left, self.values.turn(iterable))
        self._turn(node.child_by_field_name("body"), behind, again)
        self.frame.resume(again)
        self.values.iterating(right, iterable)
        self.frame.branch(done)
        self.frame.goto(turn)
        self.frame.resume(done)
        self._else(node)
        self.frame.goto(behind)
        self.frame.resume(behind)
        self.frame.unnamed |= waiting

    def _turn(self, body: Node | None, behind: int, again: int) -> None:
        self.frame.loops.append(Jump(behind, again, len(self.frame.guards)))
        self.block(body)
        self.frame.goto(again)
        self.frame.loops.pop()

    def _else(self, node: Node) -> None:
        for clause in node.children_by_field_name("alternative"):
            self.block(clause.child_by_field_name("body"))

    def _break(self, node: Node) -> None:
        self._jump(node, is_break=True)

    def _continue(self, node: Node) -> None:
        self._jump(node, is_break=False)

    def _jump(self, node: Node, *, is_break: bool) -> None:
        self.frame.end_of_statement(span_of(node))
        if not self.frame.loops:
            self.frame.current = None
            return
        jump = self.frame.loops[-1]
        loops, self.frame.loops = self.frame.loops, self.frame.loops[:-1]
        self.unwind(jump.depth)
        self.frame.loops = loops
        self.frame.goto(jump.behind if is_break else jump.again)

    # match

    def _match(self, node: Node) -> None:
        subjects = [self.values.value(one) for one in node.children_by_field_name("subject")]
        subject = subjects[0] if len(subjects) == 1 else Value(items=tuple(subjects))
        body = node.child_by_field_name("body")
        behind = self.frame.new_block()
        for clause in syntax.named(body) if body is not None else ():
            if clause.type != syntax.CASE_CLAUSE or not self.frame.reachable:
                continue
            self._case(clause, subject, behind)
        self.frame.goto(behind)
        self.frame.resume(behind)

    def _case(self, clause: Node, subject: Value, behind: int) -> None:
        patterns = [child for child in syntax.named(clause) if child.type == syntax.CASE_PATTERN]
        guard = clause.child_by_field_name("guard")
        matched, further = self.frame.new_block(), self.frame.new_block()
        certain = guard is None and len(patterns) == 1 and _takes_all(patterns[0])
        if not certain:
            self.frame.branch(further)
        self.frame.goto(matched)
        self.frame.resume(matched)
        for pattern in patterns:
            for name in syntax.walk(pattern):
                if name.type == syntax.IDENTIFIER and self.frame.bindings.variable(name) is not None:
                    whole = _takes_all(pattern) or _is_alias(name, pattern)
                    self.values.assign(name, subject if whole else subject.through() if subject.links else NOTHING)
        if guard is not None and syntax.named(guard):
            holds = self.frame.new_block()
            self.values.tests.condition(syntax.named(guard)[0], holds, further)
            self.frame.resume(holds)
        self.block(clause.child_by_field_name("consequence"))
        self.frame.goto(behind)
        self.frame.resume(further)


def _has_turns(iterable: Node) -> bool:
    """Whether a loop surely runs once: over what is written out."""
    inner = syntax.unparen(iterable)
    return inner.type in _FULL and bool(syntax.named(inner))


def _takes_all(pattern: Node) -> bool:
    """Whether a pattern matches anything: `_`, or a name alone."""
    if (pattern.text or b"").strip() == _IRREFUTABLE:
        return True
    inner = syntax.named(pattern)
    return len(inner) == 1 and inner[0].type == syntax.DOTTED_NAME and b"." not in (inner[0].text or b".")


def _is_alias(name: Node, pattern: Node) -> bool:
    """Whether a name stands behind `as` for all that the pattern matches."""
    above = name.parent
    return above is not None and above.type == syntax.AS_PATTERN and above.parent == pattern
