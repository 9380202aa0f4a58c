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
    from collections.abc import Collection, Iterable, Sequence

    from leakfix.flow import Block, Edge, Step
    from leakfix.text import Span

_BUDGET = 1500
_LONGEST_CHAIN = 8


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


_ELEMENTS = frozenset({Part.ELEMENT, Part.EACH})
_WHOLE = frozenset({Part.MOST, Part.COPY})


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
    held: str = ""
    """How the source spells it, when it is a place that outlives the function itself."""
    made: bool = False
    """Whether the function itself made it."""
    unmanaged: bool = False
    """Whether it is no garbage collector's: who keeps a part does not keep it alive."""
    immutable: bool = False
    """Whether nobody can write to it: shortening it in place serves no later reuse."""


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


def lists_parts(cuts: Iterable[Cut]) -> bool:
    """Whether what is cut so is a list of parts, and no longer one of them."""
    parts = [cut.part for cut in cuts if cut.part in _ELEMENTS or cut.part is Part.LIST]
    return bool(parts) and parts[-1] is Part.LIST


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
    parameters: dict[int, int] = field(default_factory=dict)
    """The number of the source that each parameter is, by position; the receiver is none of them."""
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
    def in_proportion(self) -> bool:
        """Whether every part of a list gives something that is stored, so that the waste is bounded by its like."""
        loops = [cut.loop for cut in self.cuts if cut.part is Part.EACH and cut.loop is not None]
        return any(loop not in self.store.conditional_in for loop in loops)

    @property
    def fixed(self) -> bool:
        """Whether the part has a constant length."""
        return any(cut.fixed for cut in self.cuts)

    @property
    def truncates(self) -> bool:
        """Whether something that others hold is replaced by its own beginning, and cannot be meant to grow again."""
        is_shortened = self.source.held == self.store.name and all(cut.head for cut in self.cuts)
        return is_shortened and self.source.immutable

    @property
    def in_owner(self) -> bool:
        """Whether it is stored in the object that also holds what it is cut from."""
        is_field = self.store.lifetime is Lifetime.OBJECT and "." in self.source.held
        return is_field and self.source.held.partition(".")[0] == self.store.name.partition(".")[0]


class Evidence(IntEnum):
    """How sure it is that a part which is stored wastes memory."""

    WEAK = 0
    """Nothing tells how large the whole is."""
    FAIR = 1
    STRONG = 2


def evidence(kept: Kept) -> Evidence | None:
    """How sure it is that memory is wasted; None when what is cut stays alive anyway."""
    if kept.reused:
        return None if kept.in_owner else Evidence.STRONG
    if kept.source.held and not kept.truncates:
        return None
    stays = kept.store.lifetime in (Lifetime.PROGRAM, Lifetime.CONTAINER)
    if kept.source.size is Size.LARGE and not kept.in_proportion:
        return Evidence.STRONG if stays else Evidence.FAIR
    if kept.source.size is not Size.UNKNOWN:
        return Evidence.FAIR if stays else Evidence.WEAK
    is_clear = kept.truncates or kept.store.lifetime is Lifetime.PROGRAM
    return Evidence.FAIR if kept.fixed and is_clear else Evidence.WEAK


@dataclass(frozen=True, slots=True)
class Passed:
    """What becomes of a source of a function: it, or a part of it, is returned or stored."""

    whole: bool
    result: int | None = None
    """The position of the result, when it is returned; else it is stored."""
    inside: bool = False
    """Whether it is returned inside of a larger value."""
    lifetime: Lifetime = Lifetime.OBJECT
    copied: bool = False
    """Whether it is a copy of it."""


def passed_on(sharing: Sharing, number: int) -> frozenset[Passed]:
    """What a function does with one of its sources."""
    search = _Search(sharing, number)
    found = {
        Passed(search.whole(one.chain), lifetime=sharing.stores[one.store].lifetime, copied=search.copied(one.chain))
        for one in search.run()
        if one.kept
    }
    found |= {
        Passed(search.whole(chain), index, inside, copied=search.copied(chain))
        for chain, index, inside in search.returned
    }
    return frozenset(found)


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
    kept: bool = True
    """Whether it is stored; what is returned only tells that it is wanted."""


def kept(sharing: Sharing) -> list[Kept]:
    """The parts that are stored and waste the rest of their block, in the order of the sources and of the file."""
    found: list[Kept] = []
    if not sharing.stores or not sharing.cuts:
        return found
    for number, source in enumerate(sharing.sources):
        search = _Search(sharing, number)
        stored = search.run()
        if not stored:
            continue
        wasteful = [one for one in stored if one.kept and search.reused(one)]
        if not search.covered((), stored):
            wasteful = [one for one in stored if one.kept and not search.whole(one.chain)]
        wasteful.sort(key=lambda one: (one.entry, one.store))
        for one in wasteful:
            cuts = tuple(sharing.cuts[root] for root in one.chain if sharing.cuts[root].part is not Part.COPY)
            found.append(Kept(source, cuts, one.entry, sharing.stores[one.store]))
    return found


class _Search:
    """Follows one source along all paths."""

    def __init__(self, sharing: Sharing, number: int) -> None:
        self.sharing = sharing
        self.number = number
        self.found: set[_Found] = set()
        self.returned: set[tuple[tuple[int, ...], int, bool]] = set()
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
                held |= set(self._cut(held, event))
            elif isinstance(event, Escape):
                self._escape(held, event)
        return frozenset(held)

    def _escape(self, held: Iterable[_Held], event: Escape) -> None:
        stored = event.how in (Handing.STORED, Handing.SENT)
        for one in held:
            if event.place.holds(one.place):
                self.found.add(_Found(one.chain, one.entry or event.span, event.span, stored))
                if event.index is not None:
                    self.returned.add((one.chain, event.index, event.place != one.place or one.entry is not None))

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
            if one.place != event.source:
                continue
            if cut.part is Part.COPY and not self.whole(one.chain):
                continue
            if cut.part in _ELEMENTS and not lists_parts(self.sharing.cuts[at] for at in one.chain):
                continue
            if root in one.chain:
                self.consumed.add(root)
                yield replace(one, place=event.target)
            elif len(one.chain) < _LONGEST_CHAIN:
                yield _Held(event.target, (*one.chain, root))

    def whole(self, chain: Iterable[int]) -> bool:
        """Whether a chain of cuts leaves next to nothing out."""
        return all(self.sharing.cuts[root].part in _WHOLE for root in chain)

    def copied(self, chain: Iterable[int]) -> bool:
        """Whether what a chain of cuts gives is in memory of its own."""
        return any(self.sharing.cuts[root].part is Part.COPY for root in chain)

    def reused(self, found: _Found) -> bool:
        """Whether the memory of what is stored is overwritten later."""
        return any(self.sharing.cuts[root].reused for root in found.chain) and not self.copied(found.chain)

    def covered(self, chain: tuple[int, ...], stored: Collection[_Found]) -> bool:
        """Whether nearly all of what ``chain`` cuts is stored."""
        below: dict[int, list[_Found]] = defaultdict(list)
        for one in stored:
            if one.chain == chain:
                return True
            below[one.chain[len(chain)]].append(one)
        if not chain and self.sharing.sources[self.number].size is Size.LINE and self._several(stored):
            return True
        if any(self._is_in_proportion(root, inner) for root, inner in below.items()):
            return True
        wholes = [root for root, inner in below.items() if self.covered((*chain, root), inner)]
        if any(self._is_all(root, below[root]) for root in wholes):
            return True
        cuts = self.sharing.cuts
        from_head = any(cuts[root].head for root in wholes)
        return from_head and (any(cuts[root].tail for root in wholes) or bool(chain and chain[-1] in self.consumed))

    def _is_in_proportion(self, root: int, stored: Iterable[_Found]) -> bool:
        """Whether several parts of each part are stored: what is kept grows with what is wanted."""
        cut = self.sharing.cuts[root]
        if cut.part is not Part.EACH:
            return False
        return self._several(one for one in stored if self._is_every(one, cut))

    def _several(self, stored: Iterable[_Found]) -> bool:
        """Whether several different parts are stored, leaving those of constant length out."""
        ends = {one.chain[-1] for one in stored if one.chain}
        return len([end for end in ends if not self.sharing.cuts[end].fixed]) > 1

    def _is_every(self, found: _Found, cut: Cut) -> bool:
        """Whether something is stored in every turn of the loop of a cut."""
        store = self.sharing.stores.get(found.store)
        return store is None or cut.loop not in store.conditional_in

    def _is_all(self, root: int, stored: Sequence[_Found]) -> bool:
        """Whether a cut that is stored leaves nearly nothing out."""
        cut = self.sharing.cuts[root]
        if cut.part is Part.EACH:
            return any(self._is_every(one, cut) for one in stored)
        return cut.part in _WHOLE or cut.part is Part.LIST


def _cross(_: Edge, state: _State) -> _State:
    return state
