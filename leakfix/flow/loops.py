"""The loops of a graph that have no turn where there is nothing to do, and what their turns deal out bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow.graph import Derive, Escape, Handing, Place
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.flow.graph import Graph


@record
class Loop:
    """A loop that goes round; ``inside`` and ``after`` are the blocks that a turn starts with, and behind it."""

    inside: int
    after: int
    dealt: frozenset[Place]
    """The places that a turn stores somewhere for good and moves on in what they hold: whoever has a part has all."""


def begun(graph: Graph) -> tuple[Loop, ...]:
    """The loops that edges tell of as `Edge.begins`, in the order of the graph."""
    found = dict.fromkeys(edge.begins for block in graph.blocks for edge in block.edges if edge.begins is not None)
    return tuple(Loop(inside, after, _dealt(graph, inside, after)) for inside, after in found)


def _dealt(graph: Graph, inside: int, after: int) -> frozenset[Place]:
    events = [event for number in _within(graph, inside, after) for event in graph.blocks[number].events]
    stored = {event.place for event in events if isinstance(event, Escape) and event.how is Handing.STORED}
    moved = {event.target for event in events if isinstance(event, Derive) and event.closes}
    return frozenset(stored & moved)


def _within(graph: Graph, inside: int, after: int) -> set[int]:
    """The blocks that a turn may come to without leaving the loop."""
    found = {inside}
    waiting = [inside]
    while waiting:
        for edge in graph.blocks[waiting.pop()].edges:
            if edge.target != after and edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found
