"""Where a part of something large is stored so that it keeps all of it alive: language-neutral.

A part that is stored keeps its block; that is waste only if most of the block is not wanted. So the stores of one block
are looked at together: who stores all of it, or its beginning and its end, or something of every one of its parts,
wastes little.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from typing import TYPE_CHECKING

from leakfix.flow.memory import WHOLE, Cut, Lifetime, Part, Sharing, Size, Source, Store
from leakfix.flow.sharing import Found, Tracing
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from leakfix.text import Span


_MOST_SOURCES = 200
"""Functions with more blocks of memory are left alone."""


@record
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
    return Evidence.FAIR if kept.fixed and kept.store.lifetime is Lifetime.PROGRAM else Evidence.WEAK


def kept(sharing: Sharing) -> list[Kept]:
    """The parts that are stored and waste the rest of their block, in the order of the sources and of the file."""
    found: list[Kept] = []
    if not sharing.stores or not sharing.cuts or len(sharing.sources) > _MOST_SOURCES:
        return found
    for number in _doubtful(sharing):
        trace = Tracing(sharing, number)
        stored = trace.run()
        if not stored:
            continue
        wasteful = [one for one in stored if one.kept and trace.reused(one)]
        if not _Stores(trace).covered((), stored):
            wasteful = [one for one in stored if one.kept and not trace.whole(one.chain)]
        wasteful.sort(key=lambda one: (one.entry, one.store))
        for one in wasteful:
            cuts = tuple(sharing.cuts[root] for root in one.chain if sharing.cuts[root].part is not Part.COPY)
            found.append(Kept(sharing.sources[number], cuts, one.entry, sharing.stores[one.store]))
    return found


def _doubtful(sharing: Sharing) -> Iterable[int]:
    """The sources that are worth being followed: what stays alive anyway is not, unless it is shortened in place."""
    names = {store.name for store in sharing.stores.values()}
    reused = any(cut.reused for cut in sharing.cuts.values())
    for number, source in enumerate(sharing.sources):
        if reused or not source.held or (source.immutable and source.held in names):
            yield number


class _Stores:
    """The stores of one source, looked at together."""

    def __init__(self, trace: Tracing) -> None:
        self._trace = trace
        self._sharing = trace.sharing
        self._is_line = trace.sharing.sources[trace.number].size is Size.LINE
        """Of a line, what is chosen from all of its parts may well be most of it."""

    def covered(self, chain: tuple[int, ...], stored: Collection[Found]) -> bool:
        """Whether nearly all of what ``chain`` cuts is stored."""
        below: dict[int, list[Found]] = defaultdict(list)
        for one in stored:
            if one.chain == chain:
                return True
            below[one.chain[len(chain)]].append(one)
        if not chain and self._is_line and self._several(stored):
            return True
        if any(self._is_in_proportion(root, inner) for root, inner in below.items()):
            return True
        wholes = [root for root, inner in below.items() if self.covered((*chain, root), inner)]
        if any(self._is_all(root, below[root]) for root in wholes):
            return True
        cuts = self._sharing.cuts
        to_tail = any(cuts[root].tail for root in wholes) or self._is_used_up(chain, stored)
        return to_tail and any(cuts[root].head for root in wholes)

    def _is_used_up(self, chain: tuple[int, ...], stored: Iterable[Found]) -> bool:
        """Whether a loop goes on cutting what it has left, and stores something of it in every turn."""
        if not chain or chain[-1] not in self._trace.consumed:
            return False
        return any(self._is_every(one, self._sharing.cuts[chain[-1]]) for one in stored)

    def _is_in_proportion(self, root: int, stored: Iterable[Found]) -> bool:
        """Whether several parts of each part are stored: what is kept grows with what is wanted."""
        cut = self._sharing.cuts[root]
        if cut.part is not Part.EACH:
            return False
        return self._several(one for one in stored if self._is_every(one, cut))

    def _several(self, stored: Iterable[Found]) -> bool:
        """Whether several different parts are stored, leaving those of constant length out."""
        ends = {one.chain[-1] for one in stored if one.chain}
        return len([end for end in ends if not self._sharing.cuts[end].fixed]) > 1

    def _is_every(self, found: Found, cut: Cut) -> bool:
        """Whether something is stored in every turn of the loop of a cut."""
        store = self._sharing.stores.get(found.store)
        return store is None or cut.loop not in store.conditional_in

    def _is_all(self, root: int, stored: Sequence[Found]) -> bool:
        """Whether a cut that is stored leaves nearly nothing out."""
        cut = self._sharing.cuts[root]
        if cut.part is Part.EACH:
            return self._is_line or any(self._is_every(one, cut) for one in stored)
        return cut.part in WHOLE or cut.part is Part.LIST
