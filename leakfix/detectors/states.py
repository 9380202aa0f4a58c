"""What is known of one resource on one path, and what becomes of that where places are copied and overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.losses import Status
from leakfix.flow import Test
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from leakfix.flow import Copy, Derive, Doubt, Place
    from leakfix.flow.ahead import Ahead


@record
class State:
    """What is known on a path; unless the resource is held only ``facts`` count."""

    status: Status = Status.BEFORE
    holders: frozenset[Place] = frozenset()
    derived: frozenset[tuple[Place, bool]] = frozenset()
    errors: frozenset[Place] = frozenset()
    facts: frozenset[Test] = frozenset()
    raised: int = 0
    """Whether an exception was raised since the acquisition: 0 not at all, `RAISED`, or `DOUBTFUL`."""
    asked: frozenset[tuple[Place, Doubt]] = frozenset()
    """What a callee gave back that may have taken the resource over, as long as nobody has asked for it."""
    lent: bool = False
    """Whether a callee had it of which only releases on failing ways tell that it was lent."""
    due: frozenset[tuple[int, int]] = frozenset()
    """The loops that were come to since the acquisition and have had no turn yet, as `Edge.begins` tells them."""
    sure: bool = True
    """Whether it is known that the acquisition did not fail."""
    failing: frozenset[tuple[Place, Place]] = frozenset()
    """Errors of calls, each with what works through the resource only if that error is not set."""
    hollow: frozenset[Place] = frozenset()
    """What is said to work through the resource, made by calls that have failed: most likely there is nothing."""

    @property
    def held(self) -> bool:
        """Whether something holds it."""
        return self.status is Status.HELD

    @property
    def lost(self) -> bool:
        """Whether nothing leads to it any more."""
        return not self.holders and not any(closes for _, closes in self.derived)

    def knowing(self, facts: frozenset[Test]) -> State:
        """The same with other facts."""
        return State(
            self.status,
            self.holders,
            self.derived,
            self.errors,
            facts,
            self.raised,
            self.asked,
            self.lent,
            self.due,
            self.sure,
            self.failing,
            self.hollow,
        )

    def ended(self, status: Status) -> State:
        """The path goes on with the resource gone."""
        return State(status, facts=self.facts)

    def carriers(self) -> list[Place]:
        """The places that hold the resource, and those of what works through it."""
        return [*self.holders, *(place for place, _ in self.derived)]

    def names(self, root: int) -> bool:
        """Whether a variable holds the resource, works through it, or tells of it."""
        for holder in self.holders:
            if holder.root == root:
                return True
        failing = (place for place, _ in self.failing)
        others = (*(place for place, _ in self.derived), *self.errors, *(place for place, _ in self.asked), *failing)
        return any(place.root == root for place in others)

    def overwritten(self, place: Place, facts: frozenset[Test]) -> State:
        """The same behind an assignment to a place, with the facts that are known there."""
        return State(
            Status.HELD,
            frozenset(holder for holder in self.holders if not place.holds(holder)),
            frozenset(entry for entry in self.derived if not place.holds(entry[0])),
            frozenset(error for error in self.errors if not place.holds(error)),
            facts,
            self.raised,
            _unless_within(place, self.asked),
            self.lent,
            self.due,
            self.sure,
            frozenset(pair for pair in self.failing if not any(map(place.holds, pair))),
            frozenset(hollow for hollow in self.hollow if not place.holds(hollow)),
        )

    def dropped(self, roots: frozenset[int]) -> State:
        """The same where the scopes of some variables end."""
        return replace(
            self,
            holders=frozenset(holder for holder in self.holders if holder.root not in roots),
            derived=frozenset(entry for entry in self.derived if entry[0].root not in roots),
            failing=frozenset(pair for pair in self.failing if pair[1].root not in roots),
        )

    def copied(self, copy: Copy, releases: frozenset[tuple[str, ...]]) -> State:
        """The same behind a copy; what lies below a holder at one of the paths ``releases`` releases the resource."""
        holders, derived, errors = set(self.holders), set(self.derived), self.errors
        if copy.source in errors:
            errors |= {copy.target}
        for holder in self.holders:
            if copy.source.holds(holder):
                holders.add(copy.target.below(*holder.path[len(copy.source.path) :]))
            elif holder.holds(copy.source):
                derived.add((copy.target, copy.source.path[len(holder.path) :] in releases))
        for place, closes in self.derived:
            if copy.source.holds(place):
                derived.add((copy.target.below(*place.path[len(copy.source.path) :]), closes))
        asked = self.asked | {(copy.target, doubt) for place, doubt in self.asked if place == copy.source}
        failing = self.failing | {
            (copy.target if copy.source == error else error, _moved(copy, place))
            for error, place in self.failing
            if copy.source == error or copy.source.holds(place)
        }
        hollow = self.hollow | {_moved(copy, place) for place in self.hollow if copy.source.holds(place)}
        return replace(
            self,
            holders=frozenset(holders),
            derived=frozenset(derived),
            errors=errors,
            asked=asked,
            failing=failing,
            hollow=hollow,
        )

    def made(self, derive: Derive) -> State:
        """The same behind a call of which a result works through the resource."""
        failing = self.failing
        if derive.closes and derive.error is not None:
            failing |= {(derive.error, derive.target)}
        return replace(self, derived=self.derived | {(derive.target, derive.closes)}, failing=failing)

    def answered(self, error: Place, *, failed: bool) -> State:
        """The same where it is known whether the call failed whose error is at a place."""
        told = {place for of, place in self.failing if of == error}
        if not told:
            return self
        failing = frozenset(pair for pair in self.failing if pair[1] not in told)
        return replace(self, failing=failing, hollow=self.hollow | told if failed else self.hollow)

    def told(self, copy: Copy, correlated: frozenset[Place]) -> State:
        """The same where what is known of the source of a copy is known of its target, as far as it is remembered."""
        told = {
            Test(copy.target.below(*fact.place.path[len(copy.source.path) :]), fact.outcome)
            for fact in self.facts
            if copy.source.holds(fact.place)
        }
        told = {test for test in told if test.place in correlated}
        return self.knowing(self.facts | told) if told else self

    def is_lent(self, ahead: Ahead) -> bool:
        """Whether the function still releases what is held, so that it never gave it away."""
        return self._is_among(ahead.somewhere)

    def lent_to(self, ahead: Ahead) -> State:
        """The same where a callee has only had it, as what is released from there on tells."""
        return replace(self, asked=frozenset(), lent=self.lent or not self._is_among(ahead.well))

    def _is_among(self, released: frozenset[Place]) -> bool:
        return not released.isdisjoint(self.holders) or any(
            closes and place in released for place, closes in self.derived
        )


def _moved(copy: Copy, place: Place) -> Place:
    """Where a place is found behind a copy of it, or of what it lies in."""
    return copy.target.below(*place.path[len(copy.source.path) :]) if copy.source.holds(place) else place


def _unless_within(place: Place, asked: frozenset[tuple[Place, Doubt]]) -> frozenset[tuple[Place, Doubt]]:
    """What can still be asked for where a place is overwritten: whoever overwrites a result did not want to know it."""
    lost = {doubt for holder, doubt in asked if place.holds(holder)}
    return frozenset(entry for entry in asked if entry[1] not in lost) if lost else asked
