"""Which places of a graph facts are remembered of."""

from leakfix import flow
from leakfix.flow import Block, Edge, Graph, Known, Outcome, Place
from leakfix.flow.remembering import remembered
from leakfix.text import Span

NOWHERE = Span(0, 0)
FIELDS = tuple(Place(1, (f"field_{number}",)) for number in range(20))


def _graph(*events: Known) -> Graph:
    """A graph of two branches, at each of which all fields are tested."""
    tests = tuple(flow.Test(place, Outcome.NIL) for place in FIELDS)
    blocks = [Block(list(events), [Edge(1, tests)]), Block([], [Edge(2, tests)]), Block()]
    return Graph("f", NOWHERE, blocks)


def test_of_many_places_the_first_in_the_graph_are_remembered() -> None:
    """The same ones on every run, whatever order places have in a set."""
    assert remembered(_graph()) == frozenset(FIELDS[:8])


def test_all_are_remembered_where_a_call_has_several_outcomes() -> None:
    assert remembered(_graph(Known(NOWHERE, Place(2), Outcome.NIL))) == frozenset(FIELDS)
