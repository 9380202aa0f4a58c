"""What the lowering of one function builds up: blocks, scopes, tracked places and the values that expressions have."""

from __future__ import annotations

from bisect import bisect_left
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from leakfix.flow import (
    Acquire,
    Assign,
    Block,
    Copy,
    Derive,
    Drop,
    Edge,
    Escape,
    Event,
    Exit,
    ExitKind,
    Graph,
    Handing,
    Obligation,
    Outcome,
    Place,
    Release,
    Site,
    Test,
)
from leakfix.languages.go import syntax
from leakfix.languages.go.ownership import Awaited, is_kept_elsewhere, is_let_go
from leakfix.text import Span
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable


COUNT = "#"
"""The path component below which it is kept whether a number is other than 0, or a container holds anything."""


_CHANGING = frozenset(
    {
        syntax.ASSIGNMENT_STATEMENT,
        syntax.RANGE_CLAUSE,
        syntax.RECEIVE_STATEMENT,
        syntax.INC_STATEMENT,
        syntax.DEC_STATEMENT,
    }
)


class Relation(Enum):
    """How a value relates to a place that it was made from."""

    ALIAS = "alias"
    THROUGH = "through"
    """It reads or writes through the place; releasing it does not release the place."""
    OWNING = "owning"
    """It works through the place, and releasing it releases the place too."""


@record
class Link:
    """A value holds at ``path`` what ``place`` holds, or works through it."""

    place: Place
    path: tuple[str, ...] = ()
    relation: Relation = Relation.ALIAS
    late: bool = False
    """Whether the value is a function that reads the variable when it runs."""
    error: Place | None = None
    """The error of the call that made the value: where it is set, the value holds nothing."""


@record
class Value:
    """What an expression evaluates to, as far as resources are concerned."""

    links: tuple[Link, ...] = ()
    known: Outcome | None = None
    pending: int | None = None
    """The acquisition that evaluating the expression does, until the value is bound."""
    fresh: bool = False
    """A new object that nothing else refers to."""
    count: Outcome | None = None
    """For a number whether it is other than 0, for a container whether it holds anything, as far as that is known."""

    @property
    def place(self) -> Place | None:
        """The place that the value is, when it is just that."""
        if len(self.links) == 1 and not self.links[0].path and self.links[0].relation is Relation.ALIAS:
            return self.links[0].place
        return None

    def without(self, root: int) -> Value:
        """The value as something else than the variable with this root sees it: what is its own stays its own."""
        return Value(tuple(link for link in self.links if link.place.root != root), self.known)

    def under(self, path: tuple[str, ...]) -> Value:
        """The value as a part of a larger one, at ``path``."""
        return Value(tuple(replace(link, path=path + link.path) for link in self.links))

    def through(self, relation: Relation = Relation.THROUGH) -> Value:
        """A value that works through this one."""
        weakest = {Relation.ALIAS: relation, Relation.THROUGH: Relation.THROUGH, Relation.OWNING: relation}
        return Value(tuple(Link(link.place, (), weakest[link.relation], link.late) for link in self.links))


NOTHING = Value()


def _is_assigned(node: Node) -> bool:
    """Whether a use of a variable is one that changes it."""
    at = node.parent
    if at is not None and at.kind_id == syntax.EXPRESSION_LIST and at.parent is not None:
        at = at.parent
    if at is None or at.kind_id not in _CHANGING:
        return False
    left = at.child_by_field_id(syntax.F_LEFT)
    return left is None or left.start_byte <= node.start_byte < left.end_byte


def _is_addressed(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "&"


def span_of(node: Node) -> Span:
    """The bytes of a node."""
    return Span(node.start_byte, node.end_byte)


_START: Final = attrgetter("start_byte")


@record
class Jump:
    """A target of break or continue: the block, and how many scopes stay open there."""

    block: int
    depth: int


class KeptError(Exception):
    """What is followed is kept as a whole: nothing else that the function does to it matters."""


class Frame:
    """The state of lowering one function or function literal to a graph."""

    def __init__(self, program: Program, file: File, function: Function, owner: Node) -> None:
        """``owner`` is the declaration or literal whose body is lowered; it lies in ``function``."""
        self.program = program
        self.file = file
        self.function = function
        self.owner = owner
        self.bindings: Bindings = program.bindings(function)
        self.types: Types = program.types(function)
        self.graph = Graph(function.name, span_of(owner))
        self.tracked: set[int] = set()
        self.fresh: set[int] = set()
        self.acquiring: tuple[int, ...] = ()
        """Where the calls start that acquire something, in order."""
        self.operand = 0
        """The root of the operand of which only the effects are asked for; 0 if there is none."""
        self.acquires = True
        """Whether it matters what the calls acquire."""
        self.settled: frozenset[int] = frozenset()
        """Where the calls end of which nothing is followed that they acquire."""
        self.awaited: Awaited | None = None
        """What is still to be acquired, where behind it nothing matters once all of it is in other hands."""
        self.for_caller = False
        """Whether it only matters what is acquired for the caller."""
        self._is_news = False
        """Whether anything was handed on or released since `is_done` was asked."""
        self._points: list[int] | None = None
        self.late = False
        """Whether a variable turned out to hold a resource after uses of it were passed over."""
        self.functions: set[int] = set()
        """Variables that hold a function literal which uses resources and releases none."""
        self.receivers: list[tuple[int, Place]] = []
        """Acquisitions that made an existing object own something."""
        self.scopes: list[set[int]] = []
        """The lexical blocks around: the roots that each declares."""
        self.targets: set[int] = set()
        """The blocks that some edge leads to."""
        self.current: int | None = self.new_block()
        self._temporaries = 0
        self._variables: dict[int, Variable] = {}
        self._values: dict[int, Value] = {}
        self._uses: dict[int, tuple[int, ...]] = {}
        self._steady: dict[int, bool] = {}

    # blocks

    def new_block(self) -> int:
        """A new, empty block."""
        self.graph.blocks.append(Block())
        return len(self.graph.blocks) - 1

    @property
    def reachable(self) -> bool:
        """Whether control reaches the point that is being lowered."""
        return self.current is not None

    def emit(self, event: Event) -> None:
        """Append an event where control is; dropped when no control gets here."""
        if self.current is not None:
            self.graph.blocks[self.current].events.append(event)
            if isinstance(event, Escape):
                self._escaped(event)
            elif isinstance(event, Release):
                self._is_news = True

    def _escaped(self, event: Escape) -> None:
        self._is_news = True
        if event.how is not Handing.RETURNED:
            if event.place.root == self.operand and not event.place.path:
                raise KeptError
            if self.for_caller and self._is_over(event.span.start) and is_kept_elsewhere(self.graph):
                raise KeptError
        if not event.place.path:
            self.fresh.discard(event.place.root)

    def is_done(self, offset: int) -> bool:
        """Whether all that is acquired seems to be in other hands, and nothing more is acquired from an offset on."""
        if not self._is_news or not self._is_over(offset):
            return False
        self._is_news = False
        return is_let_go(self.graph)

    def _is_over(self, offset: int) -> bool:
        return self.awaited is not None and self.awaited.is_over(offset)

    def link(self, source: int | None, target: int, edge: Edge | None = None) -> None:
        """An edge from ``source``, if control leaves it, to ``target``."""
        if source is not None:
            self.graph.blocks[source].edges.append(edge or Edge(target))
            self.targets.add(target)

    def goto(self, target: int) -> None:
        """End the current block with a jump."""
        self.link(self.current, target)
        self.current = None

    def branch(self, target: int, tests: tuple[Test, ...], span: Span | None, taken: bool | None) -> None:
        """A conditional edge out of the current block, which stays open for the others."""
        self.link(self.current, target, Edge(target, tests, span, taken))

    def exit(self, kind: ExitKind, span: Span) -> None:
        """Control leaves the function here."""
        if self.current is not None:
            self.graph.blocks[self.current].exit = Exit(kind, span)
            self.current = None

    # places

    def variable(self, node: Node) -> Variable | None:
        """The local variable that an identifier names."""
        return self.bindings.variable(node)

    def root(self, variable: Variable) -> int:
        """The root of a variable: where its declaration starts in the file, which no other variable shares."""
        root = variable.declaration.start_byte
        if root not in self._variables:
            self._variables[root] = variable
            self.graph.names[root] = variable.name
        return root

    def value_of(self, variable: Variable) -> Value:
        """What a variable evaluates to: whatever it holds."""
        root = variable.declaration.start_byte
        known = self._values.get(root)
        if known is None:
            known = self._values[root] = Value((Link(Place(self.root(variable))),))
        return known

    def follow(self, root: int) -> None:
        """Follow the variable with this root from here on."""
        if root not in self.tracked:
            self.tracked.add(root)
            self._points = None

    def adopt(self, other: Frame, roots: Iterable[int]) -> None:
        """Follow variables that another lowering of the same function followed."""
        for root in roots:
            variable = other._variables.get(root)
            if variable is not None:
                self._variables[root] = variable
                self.graph.names[root] = variable.name
            self.follow(root)

    def touches(self, node: Node) -> bool:
        """Whether a node names a variable that is followed, or acquires something."""
        points = self._points
        if points is None:
            followed = [root for root in self.tracked if root >= 0]
            points = sorted({*self.acquiring, *followed, *(use for root in followed for use in self.uses_of(root))})
            self._points = points
        at = bisect_left(points, node.start_byte)
        return at < len(points) and points[at] < node.end_byte

    def concerns(self, node: Node) -> bool:
        """Whether an expression may hold what is followed, or do anything about it."""
        if self.touches(node):
            return True
        if not self.acquires:
            return False
        calls = self.program.spelled_calls(self.function)
        at = bisect_left(calls, node.start_byte)
        return at < len(calls) and calls[at] < node.end_byte

    def kill(self, node: Node) -> None:
        """Whatever is known of variables that a node names, and that are declared before it, is known no more."""
        start, end = node.start_byte, node.end_byte
        for variable in self.bindings.variables:
            root = variable.declaration.start_byte
            if root >= start or not self.is_own(root):
                continue
            uses = self.uses_of(self.root(variable))
            at = bisect_left(uses, start)
            if at < len(uses) and uses[at] < end:
                self.emit(Assign(Span(start, start), Place(root)))

    def uses_of(self, root: int) -> tuple[int, ...]:
        """The byte offsets at which a variable that was met is named."""
        known = self._uses.get(root)
        if known is None:
            variable = self._variables.get(root)
            nodes = self.bindings.uses(variable) if variable is not None else ()
            known = self._uses[root] = tuple(sorted(map(_START, nodes)))
        return known

    def is_own(self, root: int) -> bool:
        """Whether the variable is declared by the function being lowered, not by one around it."""
        return self.owner.start_byte <= root < self.owner.end_byte

    def is_given(self, root: int) -> bool:
        """Whether a variable that was met is declared above the body and never set in it: its object is another's."""
        body = self.owner.child_by_field_id(syntax.F_BODY)
        if body is None or root >= body.start_byte:
            return False
        return not any(map(_is_assigned, self.bindings.uses(self._variables[root])))

    def is_steady(self, place: Place) -> bool:
        """Whether a place is a variable that nothing but the statements of this function can change."""
        if place.path or place.root < 0 or not self.is_own(place.root):
            return False
        known = self._steady.get(place.root)
        if known is None:
            variable = self._variables[place.root]
            uses = self.bindings.uses(variable)
            known = not any(
                _is_addressed(use) or (_is_assigned(use) and syntax.owner_of(use) != variable.function) for use in uses
            )
            self._steady[place.root] = known
        return known

    def temporary(self) -> Place:
        """A new place without a name."""
        self._temporaries += 1
        self.tracked.add(-self._temporaries)
        return Place(-self._temporaries)

    def is_tracked(self, value: Value) -> bool:
        """Whether the value may hold a resource that is followed."""
        tracked = self.tracked
        for link in value.links:  # noqa: SIM110 (half as dear as `any`, and asked of every value)
            if link.place.root in tracked:
                return True
        return False

    # scopes

    def enter(self) -> None:
        """A lexical block begins."""
        self.scopes.append(set())

    def leave(self, span: Span) -> None:
        """The innermost lexical block ends at ``span``."""
        self.drop(len(self.scopes) - 1, span)
        self.scopes.pop()

    def drop(self, depth: int, span: Span) -> None:
        """The variables of all scopes deeper than ``depth`` end at ``span``."""
        roots = {root for scope in self.scopes[depth:] for root in scope if root in self.tracked}
        if not roots or self.current is None:
            return
        events = self.graph.blocks[self.current].events
        if events and isinstance(last := events[-1], Drop) and last.span == span:
            events.pop()
            roots |= last.roots
        self.emit(Drop(span, frozenset(roots)))

    # sites

    def site(
        self, node: Node, obligation: Obligation, symbol: str, result: int, error_result: int | None
    ) -> tuple[int, Place, Place]:
        """A new acquisition by the call ``node``: its index, the place of its resource and that of its error."""
        if self.awaited is not None:
            self.awaited.starts.discard(node.start_byte)
        place, error = self.temporary(), self.temporary()
        self.graph.sites.append(
            Site(span_of(node), obligation, symbol, place, error, result, error_result, discarded=False)
        )
        return len(self.graph.sites) - 1, place, error

    def begin(self, value: Value) -> None:
        """The acquisition that ``value`` stands for happens here."""
        if value.pending is not None:
            site = self.graph.sites[value.pending]
            self.emit(Acquire(site.span, site.place, value.pending))

    def acquire_receiver(self, index: int, place: Place) -> None:
        """The call of a method makes the object at ``place`` own something."""
        site = self.graph.sites[index]
        self.follow(place.root)
        self.receivers.append((index, place))
        self.emit(Acquire(site.span, site.place, index))
        self.emit(Copy(site.span, place, site.place))

    def discard(self, index: int) -> None:
        """Note that the result of an acquisition is thrown away where it is made."""
        self.graph.sites[index] = replace(self.graph.sites[index], discarded=True)

    # what values do

    def escape(self, span: Span, value: Value, how: Handing, index: int | None = None) -> None:
        """Whatever the value holds is handed on."""
        for link in value.links:
            if link.place.root in self.tracked:
                inside = bool(link.path) or link.relation is not Relation.ALIAS
                self.emit(Escape(span, link.place, how, index, inside, late=link.late))

    def store(self, span: Span, target: Place, value: Value) -> None:
        """``target`` takes the value; what it held before is overwritten."""
        if any(link.place == target and not link.path and link.relation is Relation.ALIAS for link in value.links):
            links = tuple(link for link in value.links if link.place != target or link.path)
            self.emit(Assign(span, target.below(COUNT)))
            self.count(span, target, value.count)
            self._connect(span, target, links)
            return
        links = value.links
        if links and all(link.late and link.relation is Relation.THROUGH for link in links):
            self.functions.add(target.root)
        if any(link.place.root == target.root and link.place.root in self.tracked for link in links):
            between = self.temporary()
            self._connect(span, between, links)
            links = (Link(between),)
        self.emit(Assign(span, target, value.known))
        self.count(span, target, value.count)
        self._connect(span, target, links)

    def count(self, span: Span, target: Place, known: Outcome | None) -> None:
        """What ``target`` counts is known from here on."""
        if known is not None and self.is_steady(target):
            self.emit(Assign(span, target.below(COUNT), known))

    def connect(self, span: Span, target: Place, value: Value) -> None:
        """``target``, just overwritten, takes what the value holds."""
        self._connect(span, target, value.links)

    def _follow(self, root: int, span: Span) -> None:
        if root in self.tracked:
            return
        self.follow(root)
        uses = self.uses_of(root) if root >= 0 else ()
        self.late = self.late or bool(uses and uses[0] < span.start)

    def _connect(self, span: Span, target: Place, links: tuple[Link, ...]) -> None:
        for link in links:
            if link.place.root not in self.tracked:
                continue
            self._follow(target.root, span)
            into = target.below(*link.path)
            if link.relation is Relation.ALIAS:
                self.emit(Copy(span, into, link.place))
            else:
                self.emit(Derive(span, into, link.place, link.relation is Relation.OWNING, link.late, link.error))
