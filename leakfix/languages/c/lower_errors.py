"""Variables that take the errors of a project: who asks `if (error)` here and `if (error < 0)` there means the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome, Place, Test
from leakfix.flow.remembering import NEGATIVE
from leakfix.languages.c import customs
from leakfix.text.records import replace

if TYPE_CHECKING:
    from leakfix.flow import Edge, Graph

_ERRORS: Final = frozenset(("error", "err"))


def unite(graph: Graph) -> None:
    """Where a variable that is named after errors is tested both ways, what is not zero is negative."""
    named = {root for root, name in graph.names.items() if not _ERRORS.isdisjoint(customs.words(name))}
    if not named:
        return
    tests = {test for block in graph.blocks for edge in block.edges if edge.span is not None for test in edge.tests}
    asked = {test.place.root for test in tests if test.place.path == (NEGATIVE,) and test.outcome is Outcome.TRUE}
    found = {root for root in asked & named if Test(Place(root), Outcome.NOT_NIL) in tests}
    if not found:
        return
    for block in graph.blocks:
        block.edges[:] = [_negative(edge, found) if edge.tests else edge for edge in block.edges]


def _negative(edge: Edge, roots: set[int]) -> Edge:
    said = {test.place for test in edge.tests}
    added = tuple(
        Test(test.place.below(NEGATIVE), Outcome.TRUE)
        for test in edge.tests
        if test.place.root in roots
        and not test.place.path
        and test.outcome is Outcome.NOT_NIL
        and test.place.below(NEGATIVE) not in said
    )
    return replace(edge, tests=(*edge.tests, *added)) if added else edge
