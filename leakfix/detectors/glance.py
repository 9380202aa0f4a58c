"""A first look at one acquisition: whether its resource may be lost at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.pursuit import Pursuit
from leakfix.detectors.states import State
from leakfix.flow import Acquire, BudgetError, explore

if TYPE_CHECKING:
    from leakfix.flow import Block, Step


class _LostError(Exception):
    """The resource may be lost."""


class Glance(Pursuit):
    """Looks only from where the resource is acquired to where it is held no more, whatever was tested before.

    Who knows less of the tests before follows all ways that there are, and more: what is not lost on any of them never
    is. Most resources are not; and of those, nobody asks what else becomes of them.
    """

    def may_lose(self) -> bool:
        """Whether the resource may be lost at all."""
        starts = [
            number
            for number, block in enumerate(self.graph.blocks)
            if any(isinstance(event, Acquire) and event.site == self.index for event in block.events)
        ]
        try:
            for start in starts:
                explore(self.graph, State(), self.run, self.cross, entry=start)
        except (_LostError, BudgetError):
            return True
        return False

    def run(self, step: Step[State], block: Block) -> State | None:
        """The state behind a block; None where nothing is held."""
        behind = super().run(step, block)
        return behind if behind is not None and behind.held else None

    def lose(self, *_: object) -> None:
        """One loss is enough."""
        raise _LostError
