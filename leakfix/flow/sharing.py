"""Who holds a block of memory, or a part of it, along all paths of a function, and where that is stored or returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow.graph import Acquire, Assign, Copy, Derive, Drop, Escape, Handing, Place
from leakfix.flow.memory import ELEMENTS, WHOLE, Lifetime, Part, Sharing, lists_parts
from leakfix.flow.solve import BudgetError, explore
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.flow.graph import Block, Edge
    from leakfix.flow.solve import Step
    from leakfix.text import Span

_BUDGET = 1500
_LONGEST_CHAIN = 8
_MOST_HOLDERS = 300


@record
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
    search = Tracing(sharing, number)
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


@record
class _Held:
    """A place that holds a part of the block: cut by a chain of cuts, by the roots of their targets."""

    place: Place
    chain: tuple[int, ...] = ()
    entry: Span | None = None


_State = frozenset[_Held]


@record
class Found:
    """A store, or a return, of a source or a part of it.

    ``chain`` are the cuts in turn, by the roots of their targets.
    """

    chain: tuple[int, ...]
    entry: Span
    store: Span
    kept: bool = True
    """Whether it is stored; what is returned only tells that it is wanted."""


class Tracing:
    """Follows one source along all paths."""

    def __init__(self, sharing: Sharing, number: int) -> None:
        self.sharing = sharing
        self.number = number
        self.found: set[Found] = set()
        self.returned: set[tuple[tuple[int, ...], int, bool]] = set()
        self.consumed: set[int] = set()
        """Cuts that are repeated on their own result: what they leave is used up."""

    def run(self) -> frozenset[Found]:
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
            elif isinstance(event, Drop):
                held = {one for one in held if one.place.root not in event.roots}
            elif isinstance(event, Copy):
                held |= set(self._copied(held, event))
            elif isinstance(event, Derive):
                held |= set(self._cut(held, event))
            elif isinstance(event, Escape):
                self._escape(held, event)
            if len(held) > _MOST_HOLDERS:
                raise BudgetError
        return frozenset(held)

    def _escape(self, held: Iterable[_Held], event: Escape) -> None:
        stored = event.how in (Handing.STORED, Handing.SENT)
        for one in held:
            if event.place.holds(one.place):
                self.found.add(Found(one.chain, one.entry or event.span, event.span, stored))
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
            if cut.part in ELEMENTS and not lists_parts(self.sharing.cuts[at] for at in one.chain):
                continue
            if root in one.chain:
                self.consumed.add(root)
                yield replace(one, place=event.target)
            elif len(one.chain) < _LONGEST_CHAIN:
                yield _Held(event.target, (*one.chain, root))

    def whole(self, chain: Iterable[int]) -> bool:
        """Whether a chain of cuts leaves next to nothing out."""
        return all(self.sharing.cuts[root].part in WHOLE for root in chain)

    def copied(self, chain: Iterable[int]) -> bool:
        """Whether what a chain of cuts gives is in memory of its own."""
        return any(self.sharing.cuts[root].part is Part.COPY for root in chain)

    def reused(self, found: Found) -> bool:
        """Whether the memory of what is stored is overwritten later."""
        return any(self.sharing.cuts[root].reused for root in found.chain) and not self.copied(found.chain)


def _cross(_: Edge, state: _State) -> _State:
    return state
