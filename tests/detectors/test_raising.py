"""Exceptions: losses that only they lead to are told from those that any path leads to."""

from __future__ import annotations

import pytest

from leakfix.detectors.lifecycle import leaks
from leakfix.detectors.losses import Leak, LossKind, Status
from leakfix.flow import (
    Acquire,
    Assign,
    Block,
    Copy,
    Edge,
    Escape,
    Exit,
    ExitKind,
    Graph,
    Handing,
    Obligation,
    Place,
    Release,
    Site,
)
from leakfix.flow.fates import Fate, ways
from leakfix.text import Span

FILE = Place(1)
RESULT = -1


def at(start: int) -> Span:
    """Where the statement that starts at an offset stands."""
    return Span(start, start + 5)


ACQUIRE = Acquire(at(10), FILE, 0)
CLOSE = Release(at(50), FILE, "close")


def graph(*blocks: Block) -> Graph:
    """A function that opens a file at 10."""
    obligation = Obligation("file", "file", "closer", ("close",))
    site = Site(at(10), obligation, "open", FILE, None, 0, None, discarded=False)
    return Graph("f", Span(0, 100), list(blocks), [site], {1: "f"})


def block(*events: Acquire | Release | Escape | Assign | Copy, edges: tuple[Edge, ...] = ()) -> Block:
    """A block that goes on elsewhere."""
    return Block(list(events), list(edges))


def leaving(kind: ExitKind, start: int, *events: Acquire | Release | Escape | Assign) -> Block:
    """A block at whose end control leaves the function."""
    return Block(list(events), exit=Exit(kind, at(start)))


def only(found: Graph) -> Leak:
    """The one leak of a function."""
    (leak,) = leaks(found)
    return leak


def raising(target: int, start: int, doubtful: bool = False) -> Edge:
    """The way that an exception takes out of the call at an offset."""
    return Edge(target, raised=at(start), doubtful=doubtful)


def test_a_close_that_an_exception_passes_by() -> None:
    leak = only(
        graph(
            block(ACQUIRE, edges=(Edge(1), raising(2, 30))),
            leaving(ExitKind.RETURN, 60, CLOSE),
            leaving(ExitKind.RAISE, 90),
        )
    )
    (loss,) = leak.losses
    assert (loss.kind, loss.span, loss.raised, loss.doubtful) == (LossKind.RAISED, at(90), at(30), False)
    assert leak.fates == {Status.RELEASED}


def test_what_runs_in_any_case_releases_on_both_ways() -> None:
    closed = graph(
        block(ACQUIRE, edges=(Edge(1), raising(2, 30))),
        leaving(ExitKind.RETURN, 60, CLOSE),
        leaving(ExitKind.RAISE, 90, CLOSE),
    )
    assert leaks(closed) == ()


def test_an_acquisition_that_raises_acquires_nothing() -> None:
    closed = graph(
        block(edges=(Edge(1), raising(2, 10))),
        leaving(ExitKind.RETURN, 60, ACQUIRE, CLOSE),
        leaving(ExitKind.RAISE, 90),
    )
    assert leaks(closed) == ()


@pytest.mark.parametrize("first", [True, False])
def test_a_doubtful_exception_counts_only_where_no_other_leads(first: bool) -> None:
    edges = (raising(2, 30, first), raising(2, 30, not first))
    leak = only(
        graph(
            block(ACQUIRE, edges=(Edge(1), *edges)),
            leaving(ExitKind.RETURN, 60, CLOSE),
            leaving(ExitKind.RAISE, 90),
        )
    )
    assert [loss.doubtful for loss in leak.losses] == [False]


def test_a_doubtful_exception_alone() -> None:
    leak = only(
        graph(
            block(ACQUIRE, edges=(Edge(1), raising(2, 30, doubtful=True))),
            leaving(ExitKind.RETURN, 60, CLOSE),
            leaving(ExitKind.RAISE, 90),
        )
    )
    assert [loss.doubtful for loss in leak.losses] == [True]


def test_a_handler_that_returns_tells_what_was_raised() -> None:
    leak = only(
        graph(
            block(ACQUIRE, edges=(Edge(1), raising(2, 30))),
            leaving(ExitKind.RETURN, 60, CLOSE),
            leaving(ExitKind.RETURN, 80),
        )
    )
    (loss,) = leak.losses
    assert (loss.kind, loss.span, loss.raised) == (LossKind.RETURN, at(80), at(30))


def test_where_all_paths_lose_it_no_exception_is_told() -> None:
    leak = only(
        graph(
            block(ACQUIRE, edges=(raising(2, 30), Edge(1))),
            block(edges=(Edge(2),)),
            leaving(ExitKind.RETURN, 80),
        )
    )
    (loss,) = leak.losses
    assert (loss.kind, loss.raised) == (LossKind.RETURN, None)


def test_an_assignment_keeps_what_is_known_of_the_exception() -> None:
    leak = only(
        graph(
            block(ACQUIRE, edges=(Edge(1), raising(2, 30))),
            leaving(ExitKind.RETURN, 60, CLOSE),
            block(Copy(at(70), Place(2), FILE), Assign(at(75), FILE), edges=(Edge(3),)),
            leaving(ExitKind.RETURN, 80),
        )
    )
    assert [loss.raised for loss in leak.losses] == [at(30)]


def test_a_plain_raise_needs_no_exception_from_elsewhere() -> None:
    leak = only(graph(block(ACQUIRE, edges=(Edge(1),)), leaving(ExitKind.RAISE, 40)))
    (loss,) = leak.losses
    assert (loss.kind, loss.raised) == (LossKind.RAISED, None)


def test_what_is_handed_on_before_the_exception_is_not_lost() -> None:
    closed = graph(
        block(ACQUIRE, Escape(at(20), FILE, Handing.STORED), edges=(Edge(1), raising(2, 30))),
        leaving(ExitKind.RETURN, 60, CLOSE),
        leaving(ExitKind.RAISE, 90),
    )
    assert leaks(closed) == ()


def test_callers_learn_of_ways_behind_handled_exceptions() -> None:
    helper = graph(
        block(edges=(Edge(1), raising(2, 30), raising(3, 30))),
        leaving(ExitKind.RETURN, 60, CLOSE),
        leaving(ExitKind.RETURN, 80),
        leaving(ExitKind.RAISE, 90),
    )
    found = {(way.fate, way.raised) for way in ways(helper, RESULT, FILE)}
    assert found == {(Fate.RELEASED, False), (Fate.HELD, True)}
