"""Along what an object keeps another one alive: the shortest way through what the objects of a function hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.flow.holdings import Cell, Hold, Holdings


def way(
    holdings: Holdings, start: Cell, goal: Cell, counts: Callable[[Hold], bool] = lambda _: True
) -> tuple[Hold, ...] | None:
    """The fewest holds that lead from one object to another, over those that count; None when nothing does.

    An object that only refers to itself is no way from itself to itself: collectors see through that.
    """
    came: dict[Cell, Hold] = {}
    waiting = [start]
    while waiting:
        following: list[Cell] = []
        for cell in waiting:
            for hold in holdings.of(cell):
                if hold.held is cell or not counts(hold):
                    continue
                if hold.held is goal:
                    return _back(came, start, hold)
                if hold.held is not start and hold.held not in came:
                    came[hold.held] = hold
                    following.append(hold.held)
        waiting = following
    return None


def _back(came: dict[Cell, Hold], start: Cell, last: Hold) -> tuple[Hold, ...]:
    found = [last]
    while found[-1].holder is not start:
        found.append(came[found[-1].holder])
    return tuple(reversed(found))
