"""What the lowering of one function builds up: blocks, the guards that exceptions meet, and the values of expressions.

Places follow the objects: `x.f` is below `x`, an element of a list `ELEMENT`, one of a tuple its index. The root of a
variable is the offset of its first binding, as all functions of the file see it; the place with the root `RESULT`
becomes what the function gives back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from leakfix.flow import (
    ANY_METHOD,
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
    Place,
    Release,
    Site,
    Test,
)
from leakfix.languages.python.values import NOTHING, Link, Relation, Value
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.bindings import Bindings
    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.summaries import Summary
    from leakfix.languages.python.types import Types
    from leakfix.languages.python.variables import Variable

RESULT: Final = -1
"""The root of the place that becomes what the function gives back."""
ELEMENT: Final = "[]"
_DEEPEST_PLACE: Final = 4
_MOST_BLOCKS: Final = 3000


class LargeError(Exception):
    """The function has more ways through it than can be followed."""


@dataclass(slots=True)
class Guard:
    """What a way out meets: the handlers of a `try`, or what runs in any case (``final``, the block to copy)."""

    final: Node | None
    dispatch: int | None = None
    """The block that exceptions go to; made when the first may be raised."""


@record
class Jump:
    """The targets of `break` and `continue`, and how many guards stay around them."""

    behind: int
    again: int
    depth: int


class Frame:
    """The state of lowering one function to a graph."""

    def __init__(
        self,
        program: Program,
        function: Function,
        focus: int | None,
        followed: frozenset[int],
        is_detailed: bool = False,
    ) -> None:
        self.program = program
        self.function = function
        self.focus = focus
        """The root of the variable that is followed from the start; None when it is what the function acquires."""
        self.followed = set(followed)
        """The roots of all that may hold something that is followed."""
        self.is_detailed = is_detailed
        """Whether whatever raises has an edge of its own, though another one tells the same of what is followed."""
        self.begins = program.begins(function) if focus is None else 0
        """The byte offset before which nothing is followed yet."""
        self._passed_by: set[int] = set()
        self._numbers: set[int] = set()
        """The roots of what may hold descriptors, which are but numbers."""
        self._lasting: set[int] = set()
        """The roots of what has no name, but variables work through it."""
        self.file: PyFile = function.file
        self.bindings: Bindings = program.bindings(function)
        self.types: Types = program.types(function)
        self.graph = Graph(function.name, span_of(function.node))
        self.guards: list[Guard] = []
        self.loops: list[Jump] = []
        self.targets: set[int] = set()
        self.variables: dict[int, Variable] = {}
        """The variables by their roots."""
        self.outside: set[int] = set()
        """The roots of variables that do not end with the function: globals, those of functions around it."""
        self.parameters: dict[int, int] = {}
        """The roots of the parameters, with their positions."""
        self.parts: dict[Place, set[str]] = {}
        """Below which components of a place elements were stored."""
        self.unnamed: set[int] = set()
        """The roots of what was acquired by the statement and may have no name when it ends."""
        self.is_expected_to_raise = False
        """Whether what is lowered is there to raise something, as in `with pytest.raises(...)`."""
        self.is_cleaning = False
        """Whether what is lowered runs because something was raised, or in any case: hardly ever it raises anything."""
        self.expected: Place | None = None
        """The variable that the next acquisition is assigned to."""
        self.returned: list[Value] = []
        """The values of all `return` statements."""
        self.stored: list[tuple[Place, Value]] = []
        """What was assigned to attributes."""
        self.summary: Summary | None = None
        """The function as its callers see it, once somebody asked."""
        self.current: int | None = self.new_block()
        self._uncaught: int | None = None
        self._temporaries = -RESULT
        self._sites: dict[tuple[Span, int, str], int] = {}
        self._passes: dict[int, tuple[int, bool]] = {}
        """Where an exception just went that was raised before anything happened in a block."""

    # what is followed

    def follows(self, value: Value) -> bool:
        """Whether a value may have to do with what is followed."""
        found = False
        for link in value.all_links():
            if link.place.root in self.followed:
                found = True
            else:
                self._passed_by.add(link.place.root)
        return found

    @property
    def late(self) -> frozenset[int]:
        """The roots of variables of which it was found out late that they hold something."""
        return frozenset(root for root in self.followed & self._passed_by if root >= 0)

    # blocks

    def new_block(self) -> int:
        """A new, empty block. Raises `LargeError`."""
        if len(self.graph.blocks) >= _MOST_BLOCKS:
            raise LargeError
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

    def link(self, source: int | None, edge: Edge) -> None:
        """An edge from ``source``, if control leaves it."""
        if source is not None:
            self.graph.blocks[source].edges.append(edge)
            self.targets.add(edge.target)

    def goto(self, target: int) -> None:
        """End the current block with a jump."""
        self.link(self.current, Edge(target))
        self.current = None

    def branch(
        self, target: int, tests: tuple[Test, ...] = (), span: Span | None = None, taken: bool | None = None
    ) -> None:
        """A conditional edge out of the current block, which stays open for the others."""
        self.link(self.current, Edge(target, tests, span, taken))

    def resume(self, block: int) -> None:
        """Go on in ``block`` if anything leads there."""
        self.current = block if block in self.targets else None

    def exit(self, kind: ExitKind, span: Span) -> None:
        """Control leaves the function here."""
        if self.current is not None:
            self.graph.blocks[self.current].exit = Exit(kind, span)
            self.current = None

    # exceptions

    @property
    def has_raised(self) -> bool:
        """Whether another exception here would do nothing that the last one did not do already."""
        at = self.current
        if at is None or self.is_detailed or self.graph.blocks[at].events:
            return False
        return self._passes.get(at) == (self.raise_target(), False)

    def raising(self, span: Span, doubtful: bool = False, undone: Value = NOTHING) -> None:
        """What stands at ``span`` may raise an exception, having done nothing of what is emitted behind this.

        It has released what ``undone`` holds then.
        """
        at = self.current
        if at is None:
            return
        target = self.raise_target()
        doubtful = doubtful or self.is_cleaning
        is_told = not self.graph.blocks[at].events and not self.is_detailed
        if is_told and self._passes.get(at) in ((target, False), (target, doubtful)):
            return
        way = target if undone.is_empty else self._undoing(span, undone, target)
        self.link(at, Edge(way, raised=span, doubtful=doubtful))
        block = self.new_block()
        self.goto(block)
        self.current = block
        self._passes[block] = (target, doubtful)

    def _undoing(self, span: Span, undone: Value, target: int) -> int:
        """A block on the way to ``target`` that releases something."""
        block = self.new_block()
        places = [link.place for link in undone.all_links() if link.relation is not Relation.THROUGH]
        self.graph.blocks[block].events.extend(Release(span, place, ANY_METHOD) for place in places)
        self.link(block, Edge(target))
        return block

    def throw(self, span: Span) -> None:
        """An exception is raised for sure by what stands at ``span``."""
        if self.is_detailed:
            self.link(self.current, Edge(self.raise_target(), raised=span))
            self.current = None
        elif self.guards:
            self.goto(self.raise_target())
        else:
            self.exit(ExitKind.RAISE, span)

    def raise_target(self) -> int:
        """The block that an exception goes to from here."""
        if not self.guards:
            if self._uncaught is None:
                self._uncaught = self.new_block()
                end = self.function.node.end_byte
                self.graph.blocks[self._uncaught].exit = Exit(ExitKind.RAISE, Span(end, end))
            return self._uncaught
        guard = self.guards[-1]
        if guard.dispatch is None:
            guard.dispatch = self.new_block()
        return guard.dispatch

    # places

    def place_of(self, variable: Variable) -> Place:
        """The place of a variable."""
        root = variable.index
        if root not in self.variables:
            self.variables[root] = variable
            self.graph.names[root] = variable.name
            if self.bindings.kind(variable) not in ("local", "param"):
                self.outside.add(root)
        return Place(root)

    def temporary(self) -> Place:
        """A new place without a name."""
        self._temporaries += 1
        return Place(-self._temporaries)

    def between(self, span: Span, value: Value) -> Value:
        """The value, held by a place without a name until the statement ends."""
        place = self.temporary()
        self.unnamed.add(place.root)
        self.emit(Assign(span, place, value.known))
        self._connect(span, place, value)
        return Value((Link(place),), known=value.known)

    def below(self, place: Place, component: str) -> Place | None:
        """The place one step below another; None when that is too deep to be followed."""
        return place.below(component) if len(place.path) < _DEEPEST_PLACE else None

    # sites

    def acquire(self, node: Node, obligation: Obligation, symbol: str, result: int) -> Value:
        """The call at ``node`` acquires, here, one of its results."""
        span = span_of(node)
        key = (span, result, obligation.resource)
        index = self._sites.get(key)
        if index is None:
            index = self._sites[key] = len(self.graph.sites)
            place = self.temporary()
            self.graph.sites.append(Site(span, obligation, symbol, place, None, result, None, discarded=False))
        site = self.graph.sites[index]
        if self.expected is not None:
            self.emit(Assign(span, self.expected))
        self.emit(Acquire(span, site.place, index))
        self.unnamed.add(site.place.root)
        self.followed.add(site.place.root)
        if not obligation.releases:
            self._numbers.add(site.place.root)
        return Value((Link(site.place),))

    def discard(self, value: Value) -> None:
        """Note that what was acquired is thrown away where it is made."""
        places = {link.place for link in value.links if link.relation is Relation.ALIAS}
        for index, site in enumerate(self.graph.sites):
            if site.place in places and not site.discarded:
                self.graph.sites[index] = replace(site, discarded=True)

    def end_of_statement(self, span: Span) -> None:
        """What has no name and was acquired by the statement ends with it, unless what has one works through it."""
        ending = self.unnamed - self._lasting
        if ending:
            self.emit(Drop(span, frozenset(ending)))
        self.unnamed.clear()

    # what values do

    def spell(self, span: Span, value: Value) -> None:
        """A value is written out: whoever reads the number of a descriptor may take it over."""
        for link in value.all_links():
            if link.place.root in self._numbers:
                self.emit(Escape(span, link.place, Handing.PASSED))

    def escape(self, span: Span, value: Value, how: Handing) -> None:
        """Whatever the value holds is handed on."""
        for link in value.all_links():
            self.emit(Escape(span, link.place, how, inside=link.relation is not Relation.ALIAS))

    def release(self, span: Span, value: Value, method: str, deferred: bool = False) -> None:
        """``method`` of the value releases what it is, or what it owns."""
        for link in value.links:
            if link.relation is not Relation.THROUGH:
                named = method if link.relation is Relation.ALIAS else ANY_METHOD
                self.emit(Release(span, link.place, named, deferred))

    def store(self, span: Span, target: Place, value: Value) -> None:
        """``target`` takes the value; what it held before is overwritten."""
        links = value.links
        if any(link.place == target and link.relation is Relation.ALIAS for link in links) and len(links) == 1:
            return
        if any(link.place.root == target.root for link in value.all_links()):
            value = self.between(span, value)
        self.emit(Assign(span, target, value.known))
        self._connect(span, target, value)

    def add(self, span: Span, target: Place, component: str, value: Value) -> None:
        """An element of what ``target`` holds takes the value."""
        if not self.follows(value):
            return
        inner = self.below(target, component)
        if inner is None:
            self.escape(span, value, Handing.STORED)
            return
        self.parts.setdefault(target, set()).add(component)
        self._connect(span, inner, value)

    def _connect(self, span: Span, target: Place, value: Value) -> None:
        if self.follows(value):
            self.followed.add(target.root)
            if any(link.place.root in self._numbers for link in value.all_links()):
                self._numbers.add(target.root)
        for link in value.links:
            if link.relation is Relation.ALIAS:
                self.emit(Copy(span, target, link.place))
                for component in self.parts.get(link.place, ()):
                    self.parts.setdefault(target, set()).add(component)
            else:
                self.emit(Derive(span, target, link.place, link.relation is Relation.OWNING))
                if target.root >= 0:
                    self._lasting.add(link.place.root)
        for index, item in enumerate(value.items):
            if not item.is_empty:
                self.add(span, target, ELEMENT if value.is_list else str(index), item)


def span_of(node: Node) -> Span:
    """The bytes of a node."""
    return Span(node.start_byte, node.end_byte)
