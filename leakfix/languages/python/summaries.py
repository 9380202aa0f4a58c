"""What a Python function does to what it is given, and what it gives back: read off the ways out of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import BudgetError, Copy, Derive, Escape, Handing, Outcome, Place, Release, Test
from leakfix.flow.fates import Fate as WayFate
from leakfix.flow.fates import ways
from leakfix.languages.python import syntax
from leakfix.languages.python.effects import BORROWS, KEEPS, RELEASES, Effect, Fate
from leakfix.languages.python.lower_frame import RESULT
from leakfix.languages.python.values import Relation
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.flow import Graph, Obligation
    from leakfix.flow.fates import Way
    from leakfix.languages.python.files import Function
    from leakfix.languages.python.lower_frame import Frame

_SITES_AT_MOST: Final = 8
_UNFINISHED: Final = frozenset((syntax.PASS_STATEMENT, syntax.RAISE_STATEMENT, syntax.EXPRESSION_STATEMENT))


@record
class Acquisition:
    """Something that the caller owns behind a call: the result itself, or one element of the tuple that it is."""

    index: int | None
    obligation: Obligation


class Summary:
    """A function as its callers see it; parts are read off its graph when somebody asks."""

    __slots__ = ("_acquired", "_effect", "_frame", "_graph", "function")

    def __init__(self, function: Function, frame: Frame) -> None:
        self.function = function
        self._frame = frame
        self._graph: Graph = frame.graph
        self._effect: Effect | None = None
        self._acquired: tuple[Acquisition, ...] | None = None

    @property
    def effect(self) -> Effect:
        """What becomes of what the variable holds at the start for which the function was lowered."""
        if self._effect is None:
            self._effect = self._read(self._frame.focus) if self._frame.focus is not None else KEEPS
        return self._effect

    def acquired(self) -> tuple[Acquisition, ...]:
        """What the caller has to release behind a call."""
        if self._acquired is None:
            self._acquired = ()
            self._acquired = tuple(self._acquisitions())
        return self._acquired

    def _read(self, root: int) -> Effect:
        if is_unfinished(self.function):
            return KEEPS
        reached, kept = _reached(self._graph, root)
        try:
            found = ways(self._graph, RESULT, Place(root))
        except BudgetError:
            return KEEPS
        normal = [way for way in found if not way.raised] or list(found)
        fates = {way.fate for way in normal}
        if fates == {WayFate.RELEASED}:
            return KEEPS if self.function.is_generator else RELEASES
        if kept or not fates <= {WayFate.HELD}:
            return KEEPS if fates else BORROWS
        if any(holder.root == RESULT for way in found for holder in way.holders):
            return Effect(Fate.HELD, Relation.ALIAS)
        if RESULT in reached or self.function.is_generator:
            return Effect(Fate.HELD, Relation.THROUGH)
        return BORROWS

    def _acquisitions(self) -> list[Acquisition]:
        if self.function.is_generator or not 0 < len(self._graph.sites) <= _SITES_AT_MOST:
            return []
        found: dict[int | None, Acquisition] = {}
        for index, site in enumerate(self._graph.sites):
            try:
                ends = ways(self._graph, RESULT, site=index)
            except BudgetError:
                return []
            for path in _paths(ends):
                if self._is_handed_over(ends):
                    at = int(path[0]) if path else None
                    found.setdefault(at, Acquisition(at, site.obligation))
        return list(found.values())

    def _is_handed_over(self, ends: frozenset[Way]) -> bool:
        """Whether whoever gets a result owns it, whichever way it comes about."""
        if any(way.fate is WayFate.KEPT for way in ends):
            return False
        if len(self._graph.sites) > 1:
            return all(value.links or value.items or value.known is Outcome.NIL for value in self._frame.returned)
        nothing = Test(Place(RESULT), Outcome.NIL)
        return all(way.fate is not WayFate.GONE or nothing in way.facts for way in ends)


def is_unfinished(function: Function) -> bool:
    """Whether a function leaves it to others to do something: only `pass`, `...` or a `raise` stand in its body."""
    statements = [one for one in syntax.named(function.body) if not _is_text(one)]
    return len(statements) <= 1 and all(one.type in _UNFINISHED and _says_nothing(one) for one in statements)


def _is_text(statement: object) -> bool:
    children = getattr(statement, "named_children", [])
    return getattr(statement, "type", "") == syntax.EXPRESSION_STATEMENT and [one.type for one in children] in (
        [syntax.STRING],
        [syntax.ELLIPSIS],
    )


def _says_nothing(statement: object) -> bool:
    kind = getattr(statement, "type", "")
    text = getattr(statement, "text", b"") or b""
    return kind == syntax.PASS_STATEMENT or (kind == syntax.RAISE_STATEMENT and b"NotImplemented" in text)


def _paths(ends: frozenset[Way]) -> list[tuple[str, ...]]:
    """Where the result holds what was acquired: it is it, or an element of a tuple."""
    paths = {
        holder.path
        for way in ends
        if way.fate is WayFate.HELD
        for holder in way.holders
        if holder.root == RESULT and (not holder.path or (len(holder.path) == 1 and holder.path[0].isdecimal()))
    }
    return sorted(paths)


def _reached(graph: Graph, root: int) -> tuple[frozenset[int], bool]:
    """The variables that what one holds leads to, by whatever way, and whether any of that is kept by somebody."""
    reached = {root}
    links = [event for event in graph.events() if isinstance(event, (Copy, Derive))]
    while True:
        added = {event.target.root for event in links if event.source.root in reached} - reached
        if not added:
            break
        reached |= added
    kept = any(
        isinstance(event, Escape) and event.how is not Handing.RETURNED and event.place.root in reached
        for event in graph.events()
    )
    return frozenset(reached), kept


def released_attributes(frame: Frame, receiver: int) -> frozenset[str]:
    """The attributes of what a variable holds that a method releases on some path."""
    return frozenset(
        event.place.path[0]
        for event in frame.graph.events()
        if isinstance(event, Release) and event.place.root == receiver and len(event.place.path) == 1
    )
