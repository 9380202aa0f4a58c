"""The control-flow graph of one function: basic blocks of events on places, edges that tell what was tested.

Every language lowers to this; nothing here knows a syntax. Spans are byte offsets in the file of the function.
"""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum
from typing import NamedTuple

from leakfix.text import Span
from leakfix.text.records import record, state

ANY_METHOD = "*"
"""The method of a `Release` that a function does to its argument: it releases whatever the argument holds."""


class Place(NamedTuple):
    """A variable (``root``, unique in its function) and a path of fields below it.

    An element of a container has the path component ``[]``: assigning to it replaces nothing.
    """

    root: int
    path: tuple[str, ...] = ()

    def below(self, *path: str) -> "Place":
        """The place reached from this one by ``path``."""
        return _new(Place, (self.root, self.path + path))

    def holds(self, other: "Place") -> bool:
        """Whether ``other`` is this place or lies below it."""
        path = self.path
        return self.root == other.root and (not path or other.path[: len(path)] == path)

    @property
    def weak(self) -> bool:
        """Whether the place stands for many, so that an assignment replaces none of them."""
        return "[]" in self.path


_new = tuple.__new__
"""Makes a place in half the time that its constructor takes."""


class Handing(Enum):
    """How a resource leaves the function's hands."""

    __hash__ = object.__hash__  # a name takes longer

    RETURNED = "returned"
    STORED = "stored"
    SENT = "sent on a channel"
    CAPTURED = "captured by a function that outlives the call"
    PASSED = "passed to a callee that may keep it"
    ADDRESSED = "reachable through a pointer to the variable"


class Outcome(Enum):
    """What a test told about a place on one edge."""

    __hash__ = object.__hash__  # a name takes longer

    NIL = "nil"
    NOT_NIL = "not nil"
    TRUE = "true"
    FALSE = "false"

    @property
    def opposite(self) -> "Outcome":
        """What the other edge of the same test tells."""
        return _OPPOSITE[self]


_OPPOSITE = {
    Outcome.NIL: Outcome.NOT_NIL,
    Outcome.NOT_NIL: Outcome.NIL,
    Outcome.TRUE: Outcome.FALSE,
    Outcome.FALSE: Outcome.TRUE,
}


@record
class Acquire:
    """The call at ``span`` makes ``place`` own a resource; ``site`` indexes `Graph.sites`."""

    span: Span
    place: Place
    site: int


@record
class Release:
    """``method`` gives back what ``place`` holds; when ``deferred`` it runs at the function's exits."""

    span: Span
    place: Place
    method: str
    deferred: bool = False
    drains: bool = False
    """Whether the resource released itself, being used up."""
    late: bool = False
    """Whether ``place`` is read when the release runs (a deferred closure), not where it was deferred."""


@record
class Doubt:
    """Nothing is known of the callee that a place is passed to: what the function does behind the call tells of it.

    Where the function releases the thing itself, the callee did not take it over.
    """

    result: Place | None
    """What the call gives back; None when nobody asks."""
    failures: frozenset[tuple[tuple[str, ...], Outcome]] = frozenset()
    """What tells that the call failed, below its result: a callee that fails takes over no more than one that does
    not."""


@record
class Escape:
    """Ownership of what ``place`` holds is handed on."""

    span: Span
    place: Place
    how: Handing
    index: int | None = None
    """For a return: which result."""
    inside: bool = False
    """Whether it is handed on as part of a larger value."""
    into: Place | None = None
    """For an argument: the receiver of the call. What is given to a resource itself stays with it."""
    spares: frozenset[str] = frozenset()
    """The kinds of resources that the callee can only work through."""
    late: bool = False
    """Whether a function that reads the variable when it runs is handed on: what the variable holds later is meant."""
    doubt: Doubt | None = None
    """Set where it may well be that nothing is handed on."""
    owned: bool = False
    """Whether it is given to an owner whom nobody gives what is not his own."""
    contents: bool = False
    """Whether only what stands in the place is handed on, and nothing of what leads to it."""


@record
class Copy:
    """``target`` becomes another name for what ``source`` holds."""

    span: Span
    target: Place
    source: Place


@record
class Derive:
    """``target`` reads or writes through ``source``; ``closes`` when releasing it releases the source."""

    span: Span
    target: Place
    source: Place
    closes: bool = False
    late: bool = False
    """Whether ``target`` is a function that reads the variable ``source`` when it runs, whatever that holds then."""
    error: Place | None = None
    """The error of the call that made ``target``: where it is set, ``target`` holds nothing."""


@record
class Assign:
    """``place`` is overwritten with something else; ``value`` tells what is known of it."""

    span: Span
    place: Place
    value: Outcome | None = None


@record
class Drop:
    """The scope of ``roots`` ends at ``span``; without roots, control just passes there."""

    span: Span
    roots: frozenset[int]


@record
class Known:
    """What ``place`` holds is known to be ``value`` from here on; nothing is overwritten."""

    span: Span
    place: Place
    value: Outcome


@record
class Forget:
    """Nothing is known any more of ``place``: somebody may have changed it. What it holds it may hold still."""

    span: Span
    place: Place


Event = Acquire | Release | Escape | Copy | Derive | Assign | Drop | Known | Forget


@record
class Test:
    """On this edge ``place`` is known to be ``outcome``."""

    place: Place
    outcome: Outcome


@record
class Edge:
    """A way from one block to another, with what the branch at ``span`` tells on it."""

    target: int
    tests: tuple[Test, ...] = ()
    span: Span | None = None
    """The condition that was tested, when this edge is one of its outcomes."""
    taken: bool | None = None
    """Whether the condition held; None when it is no two-way test."""
    jump: Span | None = None
    """The goto that this edge is."""
    raised: Span | None = None
    """What raises the exception that takes this way: to a handler, to what runs in any case, or out of the function."""
    doubtful: bool = False
    """Whether it is doubtful that the exception is ever raised."""
    begins: tuple[int, int] | None = None
    """The loop that this edge leads to from outside: the block that each turn starts with, and the one behind it."""


class ExitKind(Enum):
    """How control leaves the function."""

    __hash__ = object.__hash__  # a name takes longer

    RETURN = "return"
    END = "end"
    PANIC = "panic"
    RAISE = "raise"
    """An exception that nothing in the function handles."""
    STOP = "stop"
    """A call that never returns, or a wait for ever."""


@record
class Exit:
    """Control leaves the function at ``span``."""

    kind: ExitKind
    span: Span
    failed: bool = False
    """Whether the caller is told that the function failed."""
    exhausted: bool = False
    """Whether that is because memory has run out, as the name of what leaves says, of which nobody thinks further."""


@state
class Block:
    """A basic block: events in order, then the edges out of it, or an exit."""

    events: list[Event] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    exit: Exit | None = None


@record
class Obligation:
    """What an acquisition obliges to: the methods that release, as the models name them; none if a function does."""

    resource: str
    noun: str
    family: str
    releases: tuple[str, ...]
    idempotent: bool = False
    writes: bool = False
    confidence: str = "high"
    """How sure it is that losing it is a leak; a constructor of the project found by itself is less sure."""
    severity: str = ""
    """How bad a leak of it is; empty leaves that to the rule."""
    assumed: bool = False
    """Whether nothing tells that it is owned but that the function itself releases it on another path."""


@record
class Site:
    """An acquisition: the call at ``span``, what it obliges to and the error that it reports."""

    span: Span
    obligation: Obligation
    symbol: str
    place: Place
    error: Place | None
    result: int
    """Which result of the call is the resource; -1 when the call makes its receiver own something."""
    error_result: int | None
    """Which result of the call is the error, if any."""
    discarded: bool
    """Whether the result is thrown away where it is made."""


@state
class Graph:
    """The control-flow graph of one function; block 0 is the entry."""

    function: str
    span: Span
    blocks: list[Block] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    """The source name of each variable; a temporary has none."""
    params: tuple[int, ...] = ()
    """The roots of the receiver, if any, and of the parameters, in order."""
    ends_process: bool = False
    """Whether leaving the function ends the process, which frees everything."""
    is_cut: bool = False
    """Whether it ends before the function does: where all that was acquired seems to be in other hands."""

    def events(self) -> Iterator[Event]:
        """Every event, block by block."""
        for block in self.blocks:
            yield from block.events

    def describe(self, place: Place) -> str:
        """The place as the source spells it, or an empty string for a temporary."""
        name = self.names.get(place.root, "")
        if not name:
            return ""
        return name + "".join(part if part == "[]" else f".{part}" for part in place.path)
