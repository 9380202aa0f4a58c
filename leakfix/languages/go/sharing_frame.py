"""What the lowering of one function to a graph of shared memory builds up: blocks, temporaries, cuts and stores."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from leakfix.flow import Acquire, Assign, Block, Copy, Derive, Drop, Edge, Escape, Exit, ExitKind, Graph, Handing, Place
from leakfix.flow.memory import Cut, Lifetime, Sharing, Source, Store
from leakfix.languages.go import syntax
from leakfix.languages.go.sharing_look import marks
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.flow import Event
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

_SWITCHES = frozenset({syntax.EXPRESSION_SWITCH_STATEMENT, syntax.TYPE_SWITCH_STATEMENT, syntax.SELECT_STATEMENT})
_CASES = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.COMMUNICATION_CASE})


@record
class Target:
    """Where a value is stored that outlives the function."""

    lifetime: Lifetime
    name: str


def span_of(node: Node) -> Span:
    """The bytes of a node."""
    return Span(node.start_byte, node.end_byte)


class SharingFrame:
    """The state of lowering one function, its literals included, to a graph of shared memory.

    A value is the tuple of the places that may hold memory it shares; temporaries have negative roots.
    """

    def __init__(self, program: Program, function: Function, live: frozenset[int], givers: frozenset[str]) -> None:
        """Take the function, and the variables that are known to hold something; nothing is lowered yet."""
        self.program = program
        self.function = function
        self.bindings = program.bindings(function)
        self.types = program.types(function)
        self.sharing = Sharing(Graph(function.name, span_of(function.node)))
        self.current: int | None = self.new_block()
        self.live = set(live)
        """The roots that have held something that is followed."""
        self.late = False
        """Whether a variable turned out to hold something after uses of it were passed over."""
        self._marks = marks(function.file.data, function.node.start_byte, function.node.end_byte, givers)
        self._points: list[int] | None = None
        self._uses: dict[int, list[int]] | None = None
        self._temporaries = 0

    # blocks

    def new_block(self) -> int:
        """A new, empty block."""
        self.sharing.graph.blocks.append(Block())
        return len(self.sharing.graph.blocks) - 1

    def emit(self, event: Event) -> None:
        """Append an event where control is; dropped when no control gets here."""
        if self.current is not None:
            self.sharing.graph.blocks[self.current].events.append(event)

    def branch(self, target: int) -> None:
        """An edge out of the current block, which stays open."""
        if self.current is not None:
            self.sharing.graph.blocks[self.current].edges.append(Edge(target))

    def goto(self, target: int) -> None:
        """End the current block with a jump."""
        self.branch(target)
        self.current = None

    def leave(self, node: Node) -> None:
        """Control leaves the function."""
        if self.current is not None:
            self.sharing.graph.blocks[self.current].exit = Exit(ExitKind.RETURN, span_of(node))
        self.current = None

    # values

    def temporary(self, span: Span) -> Place:
        """A new place without a name, which holds nothing when control gets here again."""
        self._temporaries += 1
        place = Place(-self._temporaries)
        self.emit(Assign(span, place))
        return place

    @property
    def temporaries(self) -> int:
        """How many places without a name there are so far."""
        return self._temporaries

    def forget(self, first: int, node: Node) -> None:
        """The places without a name that were made since there were ``first`` of them are used no more."""
        if self._temporaries > first:
            self.emit(Drop(span_of(node), frozenset(range(-self._temporaries, -first))))

    def use(self, place: Place) -> tuple[Place, ...]:
        """The value of a place; nothing as long as its variable holds nothing that is followed."""
        return (place,) if place.root < 0 or place.root in self.live else ()

    def touches(self, node: Node) -> bool:
        """Whether something may be made or cut in a node, or a variable is named that is followed."""
        if self._points is None:
            self._points = sorted({*self._marks, *(use for root in self.live for use in self._uses_of(root))})
        at = bisect_left(self._points, node.start_byte)
        return at < len(self._points) and self._points[at] < node.end_byte

    def _uses_of(self, root: int) -> list[int]:
        if self._uses is None:
            variables = self.bindings.variables
            self._uses = {
                variable.declaration.start_byte: [use.start_byte for use in self.bindings.uses(variable)]
                for variable in variables
            }
        return self._uses.get(root, [])

    def _follow(self, root: int, at: int) -> None:
        if root < 0 or root in self.live:
            return
        self.live.add(root)
        if self._points is not None:
            for use in self._uses_of(root):
                insort(self._points, use)
        self.late = self.late or any(use < at for use in self._uses_of(root))

    def source(self, source: Source, place: Place | None = None) -> Place:
        """A block of memory is made, or first met, here; ``place`` holds it."""
        held = place if place is not None else self.temporary(source.span)
        self._follow(held.root, source.span.start)
        self.sharing.sources.append(source)
        self.emit(Acquire(source.span, held, len(self.sharing.sources) - 1))
        return held

    def cut(self, cut: Cut, value: Iterable[Place]) -> tuple[Place, ...]:
        """A part of a value: what it shares memory with."""
        places = tuple(value)
        if not places:
            return ()
        target = self.temporary(cut.span)
        self.sharing.cuts[target.root] = cut
        for place in places:
            self.emit(Derive(cut.span, target, place))
        return (target,)

    def loop_around(self, node: Node) -> Span | None:
        """The innermost loop around a node."""
        at = node.parent
        while at is not None and at.kind_id != syntax.FOR_STATEMENT and at != self.function.node:
            at = at.parent
        return span_of(at) if at is not None and at.kind_id == syntax.FOR_STATEMENT else None

    def hold(self, node: Node, value: Iterable[Place], into: Place, *, entry: bool) -> None:
        """``into`` becomes another name for a value, or, with ``entry``, holds it inside."""
        span = span_of(node)
        for place in value:
            self._follow(into.root, span.start)
            if entry:
                self.sharing.entries.add(span)
            self.emit(Copy(span, into, place))

    def store(self, node: Node, value: Iterable[Place], target: Target) -> None:
        """The value of an expression is stored where it outlives the function."""
        span = span_of(node)
        how = Handing.SENT if target.lifetime is Lifetime.CHANNEL else Handing.STORED
        for place in value:
            self.sharing.stores[span] = Store(span, target.lifetime, self._conditional_in(node), target.name)
            self.emit(Escape(span, place, how))

    def hand_back(self, node: Node, value: Iterable[Place], index: int) -> None:
        """The value is a result of the function."""
        for place in value:
            self.emit(Escape(span_of(node), place, Handing.RETURNED, index))

    def _conditional_in(self, node: Node) -> frozenset[Span]:
        """The loops around a node in which a condition picks it out."""
        loops: set[Span] = set()
        chosen = False
        below, at = node, node.parent
        while at is not None and at != self.function.node:
            if at.kind_id == syntax.FOR_STATEMENT and chosen:
                loops.add(span_of(at))
            chosen = chosen or _picks(at, below)
            below, at = at, at.parent
        return frozenset(loops)


def _picks(statement: Node, below: Node) -> bool:
    """Whether a branch decides that something inside of it is done at all: there is no other branch for the rest."""
    if statement.kind_id == syntax.IF_STATEMENT:
        is_inside = below in (
            statement.child_by_field_id(syntax.F_CONSEQUENCE),
            statement.child_by_field_id(syntax.F_ALTERNATIVE),
        )
        return is_inside and statement.child_by_field_id(syntax.F_ALTERNATIVE) is None
    if statement.kind_id not in _SWITCHES or below.kind_id not in _CASES:
        return False
    return not any(case.kind_id == syntax.DEFAULT_CASE for case in statement.named_children)
