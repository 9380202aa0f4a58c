"""Where a fixed form is written: the block, the run of statements in it, and the calls that close and can go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.contexts import holder_of, is_part
from leakfix.rules.python.flowing import Flow
from leakfix.rules.python.order import is_pure
from leakfix.rules.python.plainness import closes_directly, dominates
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import Suite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.python.variables import Binding, Variable
    from leakfix.rules.python.repair import Repair

LEAVING: Final = frozenset(
    (syntax.RETURN_STATEMENT, syntax.RAISE_STATEMENT, syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT)
)
_LENT: Final = frozenset((syntax.IDENTIFIER, syntax.ATTRIBUTE, syntax.NONE))
LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT))


@dataclass(frozen=True)
class Scene:
    """A leak, what its resource flows into, and the block in which a form puts things right."""

    repair: Repair
    flow: Flow
    block: Node
    first: Node
    """The statement of the block that holds the acquisition."""
    last: Node
    """The last statement of the block that needs the resource open; the first one when no other does."""
    alike: frozenset[int] = frozenset()
    """Where other bindings of its variable stand that give it something else which the block closes as well."""

    @classmethod
    def of(cls, repair: Repair) -> Scene:
        """The scene in the block of the acquisition itself. Raises `RefusalError` when that does not hold all uses."""
        flow = Flow.of(repair, is_part=is_part(repair))
        block = syntax.block_of(repair.statement)
        if block is None or _is_class_body(block):
            raise RefusalError("class-body", "names made in the body of a class become its attributes")
        return cls.in_block(repair, flow, block)

    @classmethod
    def in_block(cls, repair: Repair, flow: Flow, block: Node) -> Scene:
        """The scene in a block around the acquisition. Raises `RefusalError` when that does not hold all uses."""
        first = child_around(block, repair.acquisition)
        last = first
        if first is None or last is None:
            raise RefusalError("outside-block", "it is opened in another block")
        for need in flow.needs:
            statement = child_around(block, need)
            if statement is None:
                raise RefusalError("outside-block", "it is used outside of the block that opens it")
            last = max(last, statement, key=lambda node: node.start_byte)
        if last.start_byte < first.start_byte:
            raise RefusalError("outlives-iteration", "it is used before it is opened again")
        return cls(repair, flow, block, first, last)._to_end_of_line()

    def _to_end_of_line(self) -> Scene:
        """The scene with the run going on to statements that close and stand on the line where it ends."""
        _, behind = self.closings()
        line = self.suite.chain(self.last)
        more = [node for node in line if node in behind and node.start_byte > self.last.start_byte]
        return replace(self, last=more[-1]) if more and line[line.index(self.last) + 1] == more[0] else self

    @property
    def suite(self) -> Suite:
        """The block as text."""
        return Suite(self.repair.source, self.repair.root, self.block)

    @cached_property
    def following(self) -> tuple[Node, ...]:
        """The statements behind the first, to the last that needs the resource open."""
        every = self.suite.statements
        return tuple(n for n in every if self.first.start_byte < n.start_byte <= self.last.start_byte)

    @cached_property
    def behind(self) -> tuple[Node, ...]:
        """The statements of the block behind the last that needs it."""
        return tuple(node for node in self.suite.statements if node.start_byte > self.last.start_byte)

    @cached_property
    def holder(self) -> Variable | None:
        """The variable that what is acquired is assigned to as it is, alone or as one of several values."""
        return holder_of(self.repair)

    @cached_property
    def is_reassigned(self) -> bool:
        """Whether the variable takes anything else behind the acquisition, or is deleted, inside the run."""
        if self.holder is None:
            return False
        span = range(self.repair.acquisition.end_byte, self.last.end_byte)
        changes = (*self.holder.bindings, *self.holder.deletions)
        return any(change.identifier.start_byte in span for change in changes)

    def closings(self) -> tuple[list[Node], list[Node]]:
        """The statements that only close it and that the block makes needless: inside of the run, and behind it."""
        inside: list[Node] = []
        behind: list[Node] = []
        for closing in self.repair.closings:
            closed = closes_directly(closing.call)
            if closing.statement is None or closed is None or self._variable(closed) is not self.holder:
                continue
            statement = whole_closing(closing.statement, self.holder)
            if not self._is_ours(closing.call, _condition(statement)):
                continue
            top = child_around(self.block, statement)
            if self._is_used_for_value(statement) or (top is None and not self._is_bound_once(statement)):
                continue
            if top is None or top.start_byte > self.last.start_byte:
                behind.append(statement)
            elif self.ends_path(statement):
                inside.append(statement)
        return inside, behind

    def _variable(self, identifier: Node) -> Variable | None:
        return self.repair.bindings.variable(identifier)

    def _is_ours(self, call: Node, condition: Node | None) -> bool:
        """Whether what a call closes is surely what was acquired here, or something else only where a test says so."""
        acquired = self.repair.acquisition
        if self.holder is None or call.start_byte < acquired.end_byte:
            return False
        if any(acquired.end_byte <= one.identifier.start_byte < call.start_byte for one in self.holder.deletions):
            return False
        others = []
        for binding in self.holder.bindings:
            if syntax.statement_of(binding.identifier) != self.repair.statement:
                others.append(binding)
            elif dominates(binding, call):
                between = range(acquired.end_byte, call.start_byte)
                changes = self._changes(self.holder.bindings, condition)
                return not any(one.identifier.start_byte in between for one in changes)
        lent = (one.value is None or one.value.type in _LENT for one in others)
        is_last = all(one.identifier.start_byte < acquired.start_byte for one in self._changes(others, condition))
        unknown = [one for one in others if one.identifier.start_byte not in self.alike]
        return not unknown or (condition is not None and is_last and all(lent))

    def _changes(self, bindings: Iterable[Binding], condition: Node | None) -> list[Binding]:
        """The bindings that give the variable what the block does not close; None is no matter where a test asks."""
        same = (one for one in bindings if one.identifier.start_byte not in self.alike)
        if condition is None or not _asks_what_it_is(condition):
            return list(same)
        return [one for one in same if one.value is None or one.value.type != syntax.NONE]

    def _is_bound_once(self, statement: Node) -> bool:
        """Whether a statement behind the block, in the same function, closes what nothing else could have opened."""
        is_own = self.holder is not None and len(self.holder.bindings) == 1
        return is_own and statement.start_byte > self.block.end_byte

    def _is_used_for_value(self, statement: Node) -> bool:
        return statement.type not in (syntax.EXPRESSION_STATEMENT, syntax.IF_STATEMENT)

    def ends_path(self, statement: Node) -> bool:
        """Whether the run is left behind a statement of it, with nothing done before that would be noticed."""
        at = statement
        while True:
            block = syntax.block_of(at)
            if block is None:
                return False
            following = next((n for n in syntax.statements(block) if n.start_byte > at.start_byte), None)
            if following is not None and not (block == self.block and at == self.last):
                return _leaves_plainly(following, self.block)
            if block == self.block:
                return True
            owner = compound_of(block)
            if owner is None or owner.type in LOOPS:
                return False
            at = owner

    def mentions_behind(self, names: Iterable[bytes]) -> bool:
        """Whether any of some expressions is written behind the run, in the function."""
        start = self.last.end_byte
        text = self.repair.source.data[start : self.repair.function.node.end_byte]
        return any(name in text for name in names)


def child_around(block: Node, node: Node) -> Node | None:
    """The statement of a block that a node is or lies in."""
    if not syntax.is_within(node, block):
        return None
    return next((child for child in syntax.statements(block) if syntax.is_within(node, child)), None)


def whole_closing(statement: Node, holder: Variable | None) -> Node:
    """The `if f:` or `if f is not sys.stdin:` around a statement that closes, when it does nothing else."""
    block = syntax.block_of(statement)
    owner = block.parent if block is not None else None
    if block is None or owner is None or owner.type != syntax.IF_STATEMENT or holder is None:
        return statement
    condition = syntax.field(owner, "condition")
    alone = len(syntax.statements(block)) == 1 and syntax.field(owner, "alternative") is None
    return owner if condition is not None and alone and is_pure(condition) else statement


def _condition(statement: Node) -> Node | None:
    """What an `if` around the statement that closes asks."""
    return syntax.field(statement, "condition") if statement.type == syntax.IF_STATEMENT else None


def _asks_what_it_is(condition: Node) -> bool:
    """Whether a condition tells None from anything else, and not what becomes of it: `f`, `f is not None`."""
    node = syntax.unparen(condition)
    if node.type == syntax.BOOLEAN_OPERATOR and any(child.type == "and" for child in node.children):
        return _asks_what_it_is(syntax.named(node)[0])
    if node.type == syntax.COMPARISON_OPERATOR:
        return any(child.type == "is not" for child in node.children)
    return node.type == syntax.IDENTIFIER


def is_context(node: Node) -> bool:
    """Whether a node is what a with statement enters, or lies in that."""
    at: Node | None = node
    while at is not None and at.type not in syntax.STATEMENTS:
        if at.type == syntax.WITH_ITEM:
            return True
        at = at.parent
    return False


def is_entered(use: Node) -> bool:
    """Whether a with statement enters a variable as it is."""
    at = use.parent
    if at is not None and at.type == syntax.AS_PATTERN:
        at = at.parent if syntax.named(at)[0] == use else None
    return at is not None and at.type == syntax.WITH_ITEM


def in_finally(statement: Node) -> bool:
    """Whether a statement stands in a finally clause."""
    at: Node | None = statement
    while at is not None and at.type not in syntax.FUNCTIONS:
        if at.type == syntax.FINALLY_CLAUSE:
            return True
        at = at.parent
    return False


def _leaves_plainly(statement: Node, block: Node) -> bool:
    """Whether a statement leaves the run of a block and evaluates nothing that could be noticed."""
    if statement.type not in LEAVING:
        return False
    if statement.type in (syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT):
        at: Node | None = statement
        while at is not None and at.type not in LOOPS:
            at = at.parent
        return at is not None and syntax.is_within(block, at)
    return all(is_pure(child) or statement.type == syntax.RAISE_STATEMENT for child in syntax.named(statement))


def compound_of(block: Node) -> Node | None:
    """The compound statement that a block belongs to."""
    at = block.parent
    while at is not None and at.type not in syntax.COMPOUND_STATEMENTS:
        at = at.parent
    return None if at is None or at.type in (syntax.FUNCTION_DEFINITION, syntax.CLASS_DEFINITION) else at


def _is_class_body(block: Node) -> bool:
    return block.parent is not None and block.parent.type == syntax.CLASS_DEFINITION
