"""Where a part of something large is stored so that it keeps all of it alive: language-neutral.

A language lowers a function to a flow graph in which `Acquire` makes a block of memory, `Derive` cuts a part of it that
shares its memory, `Copy` and `Assign` move and overwrite, and `Escape` with `Handing.STORED` or `Handing.SENT` stores
what lives longer than the function. What the events stand for is told beside the graph, in `Sharing`.

A part that is stored keeps its block; that is waste only if most of the block is not wanted. So the stores of one block
are looked at together: who stores all of it, or its beginning and its end, or every one of its parts, wastes little.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from leakfix.flow import Acquire, Assign, BudgetError, Copy, Derive, Escape, Graph, Handing, Place, explore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakfix.flow import Block, Edge, Step
    from leakfix.text import Span

_BUDGET = 1500
_LONGEST_CHAIN = 6


class Size(IntEnum):
    """What is known of the size of a block of memory."""

    UNKNOWN = 0
    LINE = 1
    """Without a bound, but seldom large: a line, a token, a record."""
    LARGE = 2
    """Without a bound: a whole file, body or output; or of a fixed size that is large."""


class Part(Enum):
    """What a cut takes."""

    SLICE = "slice"
    """Some of it."""
    MOST = "most"
    """All but what surrounds it (trimmed), or perhaps all of it."""
    LIST = "list"
    """A list of its parts."""
    ELEMENT = "element"
    """One part of a list of its parts."""
    EACH = "each"
    """Every part of a list of its parts, one after the other."""
    COPY = "copy"
    """A copy of it: as large when it is all of it, else small and independent."""


class Lifetime(Enum):
    """Where a part is stored."""

    PROGRAM = "program"
    """In a variable that lives as long as the program."""
    CONTAINER = "container"
    """As an element of a container that others hold."""
    OBJECT = "object"
    """In a field of an object that others hold."""
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Source:
    """A block of memory that parts are cut from; ``span`` is the expression that makes or names it."""

    span: Span
    size: Size
    noun: str
    """What messages call it, with its article."""
    name: str = ""
    """How the source spells it, when it is a place that others hold."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A part that shares the memory of what it is cut from."""

    span: Span
    part: Part
    head: bool = False
    """Whether it begins where the whole begins."""
    tail: bool = False
    """Whether it ends where the whole ends."""
    fixed: bool = False
    """Whether its length is a constant."""
    loop: Span | None = None
    """The loop over the list that the part is taken from."""
    reused: bool = False
    """Whether its memory is overwritten later: keeping it is wrong, not only wasteful."""


@dataclass(frozen=True, slots=True)
class Store:
    """What is stored at ``span``, the expression of the stored value."""

    span: Span
    lifetime: Lifetime
    conditional_in: frozenset[Span] = frozenset()
    """The loops in which it happens in some turns only."""
    name: str = ""
    """How the source spells where it is stored."""


@dataclass(slots=True)
class Sharing:
    """The flow graph of a function and what its events stand for."""

    graph: Graph
    sources: list[Source] = field(default_factory=list)
    """By the ``site`` of `Acquire`."""
    cuts: dict[int, Cut] = field(default_factory=dict)
    """By the root of the target of `Derive`."""
    stores: dict[Span, Store] = field(default_factory=dict)
    """By the span of `Escape`."""
    entries: set[Span] = field(default_factory=set)
    """The spans of the `Copy` events that put a value into a larger one: the expression of the value."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of ``source`` that is stored: cut by ``cuts`` in turn, put by ``entry`` into what ``store`` keeps."""

    source: Source
    cuts: tuple[Cut, ...]
    entry: Span
    store: Store

    @property
    def reused(self) -> bool:
        """Whether the memory is overwritten later."""
        return any(cut.reused for cut in self.cuts)

    @property
    def fixed(self) -> bool:
        """Whether the part has a constant length."""
        return any(cut.fixed for cut in self.cuts)


@dataclass(frozen=True, slots=True)
class _Held:
    """A place that holds a part of the block: cut by a chain of cuts, by the roots of their targets."""

    place: Place
    chain: tuple[int, ...] = ()
    entry: Span | None = None


_State = frozenset[_Held]


@dataclass(frozen=True, slots=True)
class _Found:
    chain: tuple[int, ...]
    entry: Span
    store: Span


def kept(sharing: Sharing) -> list[Kept]:
    """The parts that are stored and waste the rest of their block, in the order of the sources and of the file."""
    found: list[Kept] = []
    for number, source in enumerate(sharing.sources):
        search = _Search(sharing, number)
        stored = search.run()
        if not stored:
            continue
        wasteful = [one for one in stored if search.reused(one)]
        if not search.covered((), stored):
            wasteful = [one for one in stored if one.chain]
        wasteful.sort(key=lambda one: (one.entry, one.store))
        for one in wasteful:
            cuts = tuple(sharing.cuts[root] for root in one.chain)
            found.append(Kept(source, cuts, one.entry, sharing.stores[one.store]))
    return found


class _Search:
    """Follows one source along all paths."""

    def __init__(self, sharing: Sharing, number: int) -> None:
        self.sharing = sharing
        self.number = number
        self.found: set[_Found] = set()
        self.consumed: set[int] = set()
        """Cuts that are repeated on their own result: what they leave is used up."""

    def run(self) -> frozenset[_Found]:
        """All stores of the source and of its parts; nothing where the function is too large to tell."""
        start: _State = frozenset()
        try:
            explore(self.sharing.graph, start, self._block, _cross, _BUDGET)
        except BudgetError:
            return frozenset()
        return frozenset(self.found)

    def _block(self, step: Step[_State], block: Block) -> _State:
        held = set(step.state)
        for event in block.events:
            if isinstance(event, Acquire):
                if event.site == self.number:
                    held = {one for one in held if one.place != event.place} | {_Held(event.place)}
            elif not held:
                continue
            elif isinstance(event, Assign):
                if not event.place.weak:
                    held = {one for one in held if not event.place.holds(one.place)}
            elif isinstance(event, Copy):
                held |= set(self._copied(held, event))
            elif isinstance(event, Derive):
                held = {one for one in held if one.place != event.target} | set(self._cut(held, event))
            elif isinstance(event, Escape) and event.how in (Handing.STORED, Handing.SENT):
                for one in held:
                    if event.place.holds(one.place):
                        self.found.add(_Found(one.chain, one.entry or event.span, event.span))
        return frozenset(held)

    def _copied(self, held: Iterable[_Held], event: Copy) -> Iterable[_Held]:
        entry = event.span if event.span in self.sharing.entries else None
        for one in held:
            if event.source.holds(one.place):
                below = one.place.path[len(event.source.path) :]
                yield _Held(event.target.below(*below), one.chain, one.entry or entry)

    def _cut(self, held: Iterable[_Held], event: Derive) -> Iterable[_Held]:
        root = event.target.root
        cut = self.sharing.cuts[root]
        for one in held:
            if not one.place.holds(event.source) and event.source != one.place:
                continue
            last = self.sharing.cuts[one.chain[-1]].part if one.chain else None
            if cut.part is Part.COPY:
                if all(self.sharing.cuts[at].part in (Part.MOST, Part.COPY) for at in one.chain):
                    yield replace(one, place=event.target)
                continue
            if cut.part in (Part.ELEMENT, Part.EACH) and last is not Part.LIST:
                continue
            if root in one.chain:
                self.consumed.add(root)
                yield replace(one, place=event.target)
            elif len(one.chain) < _LONGEST_CHAIN:
                yield _Held(event.target, (*one.chain, root))

    def reused(self, found: _Found) -> bool:
        """Whether the memory of what is stored is overwritten later."""
        return any(self.sharing.cuts[root].reused for root in found.chain)

    def covered(self, chain: tuple[int, ...], stored: Iterable[_Found]) -> bool:
        """Whether nearly all of what ``chain`` cuts is stored."""
        below: dict[int, list[_Found]] = defaultdict(list)
        for one in stored:
            if one.chain == chain:
                return True
            below[one.chain[len(chain)]].append(one)
        wholes = [root for root, inner in below.items() if self.covered((*chain, root), inner)]
        if any(self._is_all(root, below[root]) for root in wholes):
            return True
        cuts = self.sharing.cuts
        from_head = any(cuts[root].head for root in wholes)
        return from_head and (any(cuts[root].tail for root in wholes) or bool(chain and chain[-1] in self.consumed))

    def _is_all(self, root: int, stored: Sequence[_Found]) -> bool:
        """Whether a cut that is stored leaves nearly nothing out."""
        cut = self.sharing.cuts[root]
        if cut.part is Part.EACH:
            stores = [self.sharing.stores[one.store] for one in stored]
            return any(cut.loop not in store.conditional_in for store in stores)
        return cut.part in (Part.MOST, Part.LIST)


def _cross(_: Edge, state: _State) -> _State:
    return state
