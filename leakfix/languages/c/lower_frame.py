"""What the lowering of one function builds up: blocks, scopes, and the values that expressions have.

Places follow the memory: `s.f` is below `s`, `*p` below `p` (`POINTEE`), an element `ELEMENT`. The place with the root
`RESULT` becomes what the function gives back; so callers learn what each way out tells of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
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
    Known,
    Obligation,
    Outcome,
    Place,
    Site,
    Test,
)
from leakfix.flow.remembering import NEGATIVE, equal_to
from leakfix.languages.c import customs, syntax
from leakfix.languages.c.following import Followed, is_tested
from leakfix.languages.c.reliance import Reliance
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Bindings, Variable
    from leakfix.languages.c.summaries import Acquisition
    from leakfix.languages.c.types import Types

RESULT: Final = -1
"""The root of the place that becomes what the function gives back."""
RECEIVER: Final = -1
"""The number of the operand that is the object of a method."""
POINTEE: Final = "*"
ELEMENT: Final = "[]"
_DEEPEST_PLACE: Final = 6

Facts = tuple[tuple[tuple[str, ...], Outcome], ...]
"""What is known of a value: paths below it with what they are."""


class Relation(Enum):
    """How a value relates to a place that it was made from."""

    ALIAS = "alias"
    THROUGH = "through"
    """It points into what the place holds; releasing it is not releasing the place."""
    OWNING = "owning"


@record
class Link:
    """A value is what ``place`` holds, or works through it."""

    place: Place
    relation: Relation = Relation.ALIAS


@record
class Value:
    """What an expression evaluates to, as far as resources are concerned."""

    links: tuple[Link, ...] = ()
    number: int | None = None
    """The constant that it is; 0 for a null pointer."""
    address: Place | None = None
    """The place that it points to, when it is the address of one."""
    callee: Function | None = None
    """The function that it is the address of."""
    known: Outcome | None = None
    name: str = ""
    """The name of the constant that it is, where nobody has seen its definition."""

    @property
    def place(self) -> Place | None:
        """The place that the value is, when it is just that."""
        if len(self.links) == 1 and self.links[0].relation is Relation.ALIAS:
            return self.links[0].place
        return None

    def through(self, relation: Relation = Relation.THROUGH) -> Value:
        """A value that works through this one; releasing what leads into something releases nothing."""
        weaker = (relation if link.relation is not Relation.THROUGH else link.relation for link in self.links)
        return Value(tuple(map(Link, (link.place for link in self.links), weaker)))


NOTHING: Final = Value()
NULL: Final = Value(number=0)


def facts_of_number(number: int) -> Facts:
    """What is known of a constant."""
    return (
        ((), Outcome.NIL if number == 0 else Outcome.NOT_NIL),
        ((NEGATIVE,), Outcome.TRUE if number < 0 else Outcome.FALSE),
        ((equal_to(str(number)),), Outcome.TRUE),
    )


@dataclass(slots=True)
class Scope:
    """A block: the roots that it declares, and the objects whose destructors run at its end."""

    node: Node | None
    roots: set[int] = field(default_factory=set)
    objects: list[tuple[Place, Function]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    """Variables that the expansion of a macro declares."""


@record
class Jump:
    """A target of break or continue: the block, and how many scopes stay open there."""

    block: int
    depth: int


@record
class Expansion:
    """The use of a macro whose expansion is being lowered: the span of its use, and the node there."""

    use: Node
    span: Span
    names: frozenset[str]


class Frame:
    """The state of lowering one function to a graph."""

    def __init__(
        self, program: Program, function: Function, followed: Followed | None = None, *, is_bare: bool = False
    ) -> None:
        self.program = program
        self.is_bare = is_bare
        """Whether only the ways out of the function are wanted."""
        self.followed = followed if followed is not None else Followed()
        self.function = function
        self.file: CFile = function.file
        self.bindings: Bindings = program.bindings(function)
        self.types: Types = program.types(function)
        self.graph = Graph(function.name, span_of(function.node))
        self.scopes: list[Scope] = []
        self.targets: set[int] = set()
        self.current: int | None = self.new_block()
        self.expansion: Expansion | None = None
        self.outside: set[int] = set()
        """The roots of globals, static variables, and whatever else does not end with the function."""
        self.parameters: dict[int, int] = {}
        """The roots of the parameters, with their positions."""
        self.this = function.body.start_byte
        """The root of `this`, in a method."""
        self.success: dict[int, Facts] = {}
        """What is known of the place of each acquisition when it did acquire."""
        self.made: set[int] = set()
        """The roots of what was just acquired and has no name yet."""
        self.has_macro_names = False
        """Whether the expansion of a macro has declared any variable so far."""
        self.is_ending = False
        """Whether the call that is lowered is all that the function does before it ends."""
        self.aims: dict[int, Place | None] = {}
        """The places that variables stand for, by the roots of the variables."""
        self.acquired: tuple[Acquisition, ...] | None = None
        """What the function hands on to its callers, once it was read off the graph."""
        self.reliance = Reliance()
        """What was asked of other functions to make the graph."""
        self._temporaries = -RESULT
        self._named: dict[str, int] = {}
        self._memory: dict[int, bool] = {}

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
            if isinstance(event, (Copy, Derive)):
                self.followed.connect(event)

    def link(self, source: int | None, target: int, edge: Edge | None = None) -> None:
        """An edge from ``source``, if control leaves it, to ``target``."""
        if source is not None:
            self.graph.blocks[source].edges.append(edge or Edge(target))
            self.targets.add(target)

    def goto(self, target: int, jump: Span | None = None) -> None:
        """End the current block with a jump."""
        self.link(self.current, target, Edge(target, jump=jump) if jump is not None else None)
        self.current = None

    def begin(self, before: int | None, head: int, loop: tuple[int, int]) -> None:
        """The edges from ``before`` to ``head`` begin a loop that goes round: the block of a turn, and that behind."""
        edges = self.graph.blocks[before].edges if before is not None else []
        edges[:] = [replace(edge, begins=loop) if edge.target == head else edge for edge in edges]

    def branch(self, target: int, tests: tuple[Test, ...], span: Span | None, taken: bool | None) -> None:
        """A conditional edge out of the current block, which stays open for the others."""
        self.link(self.current, target, Edge(target, tests, span, taken))

    def resume(self, block: int) -> None:
        """Go on in ``block`` if anything leads there."""
        self.current = block if block in self.targets else None

    def exit(self, kind: ExitKind, span: Span, *, failed: bool = False) -> None:
        """Control leaves the function here; ``failed`` says that the caller is told so."""
        if self.current is not None:
            self.graph.blocks[self.current].exit = Exit(kind, span, failed, self._is_out_of_memory())
            self.current = None

    def _is_out_of_memory(self) -> bool:
        """Whether control is in a macro that says that it sees to what could not be allocated."""
        called = self.expansion.use.child_by_field_name("function") if self.expansion is not None else None
        return called is not None and customs.is_allocation_check(syntax.text(called))

    def fork(self, place: Place, alternatives: Iterable[tuple[Facts, Callable[[], None]]]) -> None:
        """Go on in one of several ways, each with what is then known of ``place`` and what then happens."""
        if self.current is None:
            return
        start, behind = self.current, self.new_block()
        for facts, happen in alternatives:
            block = self.new_block()
            tests = tuple(Test(place.below(*path), outcome) for path, outcome in facts)
            self.link(start, block, Edge(block, tests))
            self.current = block
            for test in tests:
                self.emit(Known(Span(0, 0), test.place, test.outcome))
            happen()
            self.goto(behind)
        self.resume(behind)

    # places

    def span(self, node: Node) -> Span:
        """The bytes of a node; of one in the expansion of a macro those of its use."""
        return self.expansion.span if self.expansion is not None else span_of(node)

    def variable(self, node: Node) -> Variable | None:
        """The variable of the function that an identifier names."""
        if self.expansion is None:
            return self.bindings.variable(node)
        found = self.bindings.visible(syntax.text(node), self.expansion.use)
        return found if found is not None and found.is_variable else None

    def declare(self, name: str, root: int) -> None:
        """The expansion of a macro declares a variable."""
        self.has_macro_names = True
        self.scopes[-1].names[name] = root

    def macro_name(self, node: Node) -> int | None:
        """The root of what an identifier names where the expansion of a macro has declared it."""
        if self.has_macro_names:
            name = syntax.text(node)
            for scope in reversed(self.scopes):
                if name in scope.names:
                    return scope.names[name]
        return None

    def root(self, variable: Variable) -> int:
        """The root of a variable: where its declaration starts in the file."""
        root = variable.index
        if root not in self.graph.names:
            self.graph.names[root] = variable.name
            if variable.kind in ("static", "extern"):
                self.outside.add(root)
        return root

    def named_root(self, name: str) -> int:
        """The root of something that is not the function's own."""
        if name not in self._named:
            self._temporaries += 1
            self._named[name] = -self._temporaries
            self.outside.add(-self._temporaries)
        return self._named[name]

    def temporary(self) -> Place:
        """A new place without a name."""
        self._temporaries += 1
        return Place(-self._temporaries)

    def below(self, place: Place, component: str) -> Place | None:
        """The place one step below another; None when that is too deep to be followed."""
        return place.below(component) if len(place.path) < _DEEPEST_PLACE else None

    def outlives(self, place: Place) -> bool:
        """Whether what is stored at a place may be reached after the function, or by somebody else."""
        if place.root in self.outside:
            return True
        if place.root in self.parameters or place.root == self.this:
            return POINTEE in place.path or (ELEMENT in place.path and self.is_pointer(place.root))
        if POINTEE in place.path:
            return not self.is_fresh(place.root)
        return ELEMENT in place.path and self.is_pointer(place.root) and not self.is_fresh(place.root)

    def is_pointer(self, root: int) -> bool:
        """Whether the variable with this root is a pointer or unknown, and no array or object of its own."""
        variable = self.variable_of(root)
        found = self.types.variable(variable) if variable is not None else None
        if found is None:
            return True
        if root in self.parameters:
            return self.types.resolved(found).is_pointer
        return self.types.resolved(found).pointers > 0 and not found.is_array

    def variable_of(self, root: int) -> Variable | None:
        """The variable with a root."""
        return self.bindings.by_index.get(root)

    def is_fresh(self, root: int) -> bool:
        """Whether a variable only ever points to memory that the function itself acquired."""
        known = self._memory.get(root, True if root in self.made else None)
        if known is None:
            variable = self.variable_of(root)
            known = variable is not None and variable.kind == "local" and self.program.is_fresh(self.function, variable)
            self._memory[root] = known
        return known

    # scopes

    def enter(self, node: Node | None) -> None:
        """A block begins."""
        self.scopes.append(Scope(node))

    def leave(self, span: Span) -> None:
        """The innermost block ends at ``span``."""
        self.drop(len(self.scopes) - 1, span)
        self.scopes.pop()

    def drop(self, depth: int, span: Span) -> None:
        """The variables of all scopes deeper than ``depth`` end at ``span``."""
        if self.current is None:
            return
        roots = {root for scope in self.scopes[depth:] for root in scope.roots}
        if roots:
            self.emit(Drop(span, frozenset(roots)))

    def follow(self, operand: int) -> None:
        """What an operand leads to is followed; the receiver is -1."""
        roots = [root for root, position in self.parameters.items() if position == operand]
        for root in roots if operand >= 0 else [self.this]:
            self.followed.add(Place(root), is_whole=True)

    def concerns(self, value: Value) -> bool:
        """Whether it matters what a callee does with an operand: something followed may be behind it."""
        for link in value.links:
            if self.followed.is_followed(link.place):
                return True
        return value.address is not None and self._is_set(value.address.root)

    def _is_set(self, root: int) -> bool:
        """Whether it matters what somebody puts into a variable whose address he is given: it is followed, or tested.

        That a condition names it is seen at once; of others it comes to light when the function has been lowered.
        """
        followed = self.followed
        if root >= 0 and root not in followed.tested and not followed.holds(root) and not self.is_ending:
            variable = self.variable_of(root)
            if variable is not None and is_tested(self.function, self.bindings, variable):
                followed.tested.add(root)
        return followed.is_set(root, at_last=self.is_ending)

    # sites

    def site(self, span: Span, obligation: Obligation, symbol: str, result: int, place: Place) -> int:
        """A new acquisition: its index."""
        self.followed.add(place, is_whole=False)
        self.graph.sites.append(Site(span, obligation, symbol, place, None, result, None, discarded=False))
        return len(self.graph.sites) - 1

    def named(self, first: int, symbol: str) -> None:
        """The acquisitions from the one with the number ``first`` on are made by ``symbol``."""
        sites = self.graph.sites
        sites[first:] = [replace(site, symbol=symbol) for site in sites[first:]]

    def acquire(self, index: int) -> None:
        """The acquisition happens here."""
        site = self.graph.sites[index]
        self.emit(Acquire(site.span, site.place, index))

    def discard(self, index: int) -> None:
        """Note that the result of an acquisition is thrown away where it is made."""
        self.graph.sites[index] = replace(self.graph.sites[index], discarded=True)

    # what values do

    def escape(self, span: Span, value: Value, how: Handing, into: Place | None = None) -> None:
        """Whatever the value holds is handed on."""
        for link in value.links:
            self.emit(Escape(span, link.place, how, None, link.relation is not Relation.ALIAS, into))
        if value.address is not None:
            self.emit(Escape(span, value.address, Handing.ADDRESSED, into=into, late=True))

    def store(self, span: Span, target: Place, value: Value) -> None:
        """``target`` takes the value; what it held before is overwritten."""
        links = value.links
        if any(link.place == target and link.relation is Relation.ALIAS for link in links):
            return
        if any(link.place.root == target.root for link in links):
            between = self.temporary()
            self.emit(Assign(span, between))
            self.connect(span, between, links)
            links = (Link(between),)
        self.emit(Assign(span, target, _outcome(value)))
        for path, outcome in facts_of_number(value.number)[1:] if value.number is not None else ():
            self.emit(Assign(span, target.below(*path), outcome))
        self.connect(span, target, links)

    def connect(self, span: Span, target: Place, links: tuple[Link, ...]) -> None:
        """``target`` holds, or works through, what some links lead to."""
        for link in links:
            if link.relation is Relation.ALIAS:
                self.emit(Copy(span, target, link.place))
            else:
                self.emit(Derive(span, target, link.place, link.relation is Relation.OWNING))


def _outcome(value: Value) -> Outcome | None:
    if value.number is not None:
        return Outcome.NIL if value.number == 0 else Outcome.NOT_NIL
    if value.address is not None or value.callee is not None:
        return Outcome.NOT_NIL
    return value.known


def span_of(node: Node) -> Span:
    """The bytes of a node."""
    return Span(node.start_byte, node.end_byte)
