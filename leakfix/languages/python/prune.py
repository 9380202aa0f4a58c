"""What concerns nothing that is followed is left out of a graph: events on places that no acquisition and no parameter
leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Assign, Copy, Derive, Drop, Escape, Known, Release

if TYPE_CHECKING:
    from leakfix.flow import Event
    from leakfix.languages.python.lower_frame import Frame


def prune(frame: Frame) -> None:
    """Leave out what concerns nothing that is followed."""
    graph = frame.graph
    followed = frame.followed
    links = [(e.source.root, e.target.root) for e in graph.events() if isinstance(e, (Copy, Derive))]
    tested = {test.place.root for block in graph.blocks for edge in block.edges for test in edge.tests}
    copied = {source for source, target in links if target in tested}
    kept = followed | tested | copied
    for block in graph.blocks:
        block.events[:] = [event for event in block.events if _matters(event, followed, kept)]


def _matters(event: Event, followed: set[int], kept: set[int]) -> bool:
    if isinstance(event, (Escape, Release)):
        return event.place.root in followed
    if isinstance(event, Derive):
        return event.source.root in followed
    if isinstance(event, Copy):
        return event.source.root in followed or event.target.root in kept
    if isinstance(event, (Assign, Known)):
        return event.place.root in kept
    if isinstance(event, Drop):
        return not event.roots.isdisjoint(followed)
    return True
