"""What becomes of one resource wherever an exception is raised, and which of those points are the last before a loss.

The lifecycle detector tells where a resource is lost; a fix that catches what is raised has to know of every point of a
stretch of code whether the resource is held there, and by what.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from leakfix.detectors.losses import LossKind, Status
from leakfix.detectors.pursuit import Pursuit
from leakfix.detectors.states import State
from leakfix.flow import Derive, Escape
from leakfix.flow.remembering import remembered
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.flow import Block, Edge, Graph, Place, Step
    from leakfix.text import Span

_Node = tuple[int, State]


@record
class Point:
    """What stands at ``span`` raises or returns: what has become of the resource there, and which places hold it."""

    span: Span
    status: Status
    holders: frozenset[Place]


@record
class Trail:
    """The last points before the losses: those that raise, those that return."""

    raised: tuple[Point, ...]
    returned: tuple[Point, ...]


@record
class _Way:
    """An edge as it was taken."""

    source: _Node
    edge: Edge
    state: State


class Courses(Pursuit):
    """All ways that one resource goes, kept. ``graph`` has an edge for whatever raises."""

    def __init__(self, graph: Graph, index: int) -> None:
        super().__init__(graph, index, remembered(graph))
        self._at: _Node = (0, State())
        self._ways: list[_Way] = []
        self._into: dict[_Node, list[_Way]] = defaultdict(list)
        self._lost: list[tuple[LossKind, Point, _Node]] = []

    @classmethod
    def of(cls, graph: Graph, index: int) -> Courses | None:
        """Follow the resource of a site; None when the function is too large for it."""
        courses = cls(graph, index)
        return courses if courses.explored() else None

    def points(self) -> tuple[Point, ...]:
        """Every point that raises behind the acquisition, with each fate that the resource may have there."""
        return tuple(dict.fromkeys(_point(way) for way in self._ways if way.edge.raised is not None))

    def takings(self) -> tuple[Span, ...]:
        """Where anything may be taken over, by a new owner or by what closes what it works through."""
        events = self.graph.events()
        return tuple(e.span for e in events if isinstance(e, Escape) or (isinstance(e, Derive) and e.closes))

    def fates_at(self, span: Span) -> frozenset[Status]:
        """What may have become of it at a `return`."""
        return frozenset(self.arrivals.get(span, ()))

    def trail(self, is_ours: Callable[[Span], bool], leaves: Callable[[Span], bool]) -> Trail | None:
        """The last points before each loss that are ours; None where a way to a loss passes none.

        Of what raises only that counts from which the exception leaves what is ours.
        """
        raised: dict[Point, None] = {}
        returned: dict[Point, None] = {}
        waiting: list[_Node] = []
        for kind, point, node in self._lost:
            if kind is LossKind.RETURN and is_ours(point.span):
                returned[point] = None
            else:
                waiting.append(node)
        seen = set(waiting)
        while waiting:
            node = waiting.pop()
            if not node[1].held:
                return None
            for way in self._into[node]:
                if way.edge.raised is not None and is_ours(way.edge.raised) and leaves(way.edge.raised):
                    raised[_point(way)] = None
                elif way.source not in seen:
                    seen.add(way.source)
                    waiting.append(way.source)
        return Trail(tuple(raised), tuple(returned))

    def run(self, step: Step[State], block: Block) -> State | None:
        """The state behind a block."""
        self._at = (step.block, step.state)
        return super().run(step, block)

    def cross(self, edge: Edge, state: State) -> State | None:
        """The state behind an edge; the edge is kept."""
        behind = super().cross(edge, state)
        if behind is not None:
            way = _Way(self._at, edge, state)
            self._ways.append(way)
            self._into[edge.target, behind].append(way)
        return behind

    def lose(self, step: Step[State], kind: LossKind, span: Span, state: State) -> None:
        """The resource is lost at ``span``; from where is kept."""
        self._lost.append((kind, Point(span, state.status, state.holders), (step.block, step.state)))
        super().lose(step, kind, span, state)


def _point(way: _Way) -> Point:
    assert way.edge.raised is not None
    # Whoever may have taken it over has to be asked first.
    status = Status.HANDED_ON if way.state.held and way.state.asked else way.state.status
    return Point(way.edge.raised, status, way.state.holders)
