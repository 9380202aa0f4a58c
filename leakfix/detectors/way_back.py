"""What happened last on the way from an acquisition to where its resource is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.detectors.states import State
    from leakfix.flow import Edge, Step
    from leakfix.text import Span


def last_branch(step: Step[State]) -> tuple[Span | None, bool | None]:
    """The last condition and whether it held; the test of the acquisition's own error is none."""
    for at in _backwards(step):
        edge, before = at.edge, at.previous
        if edge is None or edge.span is None or before is None:
            continue
        if not any(test.place in before.state.errors for test in edge.tests):
            return edge.span, edge.taken
    return None, None


def last_jump(step: Step[State]) -> Span | None:
    """The last goto."""
    return next((edge.jump for edge in _edges(step) if edge.jump is not None), None)


def last_raised(step: Step[State]) -> Span | None:
    """What raised the last exception."""
    return next((edge.raised for edge in _edges(step) if edge.raised is not None), None)


def _edges(step: Step[State]) -> Iterator[Edge]:
    for at in _backwards(step):
        if at.edge is not None:
            yield at.edge


def _backwards(step: Step[State]) -> Iterator[Step[State]]:
    """The steps that were begun with the resource held, the last one first."""
    at: Step[State] | None = step
    while at is not None and at.state.held:
        yield at
        at = at.previous
