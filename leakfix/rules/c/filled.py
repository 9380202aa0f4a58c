"""Variables that a call fills through their address: what holds of them where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Acquire, Assign, Copy, Derive, Escape, Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.flow import Event, Graph
    from leakfix.languages.c.scopes import Variable
    from leakfix.rules.c.repair import Repair
    from leakfix.text import Span


def may_be_left(repair: Repair, variable: Variable, loss: Loss, call: Node) -> bool:
    """Whether a variable may be used behind a call that was to fill it, although the call failed.

    The decision that tells of the failure is the first one behind the call: one way from there never uses it.
    """
    of = repair.analysis.types(repair.function).of(call)
    if of is not None and of.base == "void" and not of.is_pointer:
        return False
    return not _Ways(repair.unit.graph, variable.index, loss.span).tell_failure()


class _Ways:
    def __init__(self, graph: Graph, root: int, call: Span) -> None:
        self.graph = graph
        self.root = root
        self.call = call
        """The call, which releases what the variable holds before it runs once more."""

    def tell_failure(self) -> bool:
        """Whether all first decisions behind the call have a way on which nobody uses the variable."""
        first = list(self._decisions())
        return bool(first) and all(
            any(not self._is_used(edge.target) for edge in self.graph.blocks[block].edges) for block in first
        )

    def _decisions(self) -> Iterator[int]:
        """The blocks that decide on what the code tests, the first ones on all ways behind the call."""
        blocks = self.graph.blocks
        waiting = [index for index, block in enumerate(blocks) if any(map(self._fills, block.events))]
        seen = set(waiting)
        while waiting:
            block = waiting.pop()
            if any(edge.taken is not None for edge in blocks[block].edges):
                yield block
                continue
            further = {edge.target for edge in blocks[block].edges} - seen
            seen |= further
            waiting += further

    def _is_used(self, start: int) -> bool:
        """Whether a use of the variable is on any way from a block."""
        seen, waiting = {start}, [start]
        while waiting:
            block = self.graph.blocks[waiting.pop()]
            told = next((self._uses(event) for event in block.events if self._concerns(event)), None)
            if told:
                return True
            further = {edge.target for edge in block.edges} - seen if told is None else set()
            seen |= further
            waiting += further
        return False

    def _fills(self, event: Event) -> bool:
        is_set = isinstance(event, (Acquire, Assign)) and event.span == self.call
        return is_set and isinstance(event, (Acquire, Assign)) and event.place.root == self.root

    def _concerns(self, event: Event) -> bool:
        """Whether an event uses the variable, or sets it as a whole."""
        if isinstance(event, (Copy, Derive)):
            return self.root in (event.source.root, event.target.root)
        return isinstance(event, (Acquire, Assign, Escape, Release)) and event.place.root == self.root

    def _uses(self, event: Event) -> bool:
        if isinstance(event, (Copy, Derive)):
            return event.source.root == self.root
        if isinstance(event, (Acquire, Assign)):
            return event.span == self.call or bool(event.place.path)
        return True
