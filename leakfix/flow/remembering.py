"""Which places of a graph it pays to remember facts of along a path, and how facts of numbers are spelled.

What is known of a number is kept below its place: `NEGATIVE` is true or false, and so is `equal_to` of a constant.
Whether it is 0 is told of the place itself, as whether a pointer is nil.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.graph import Assign, Copy, Known, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.flow.graph import Graph, Test

NEGATIVE: Final = "-"
_EQUAL: Final = "="
_MOST_WORTH: Final = 8


def equal_to(constant: str) -> str:
    """The path component below which it is kept whether a value is a constant."""
    return f"{_EQUAL}{constant}"


def is_fact(component: str) -> bool:
    """Whether a path component is one of those below which facts are kept."""
    return component == NEGATIVE or component.startswith(_EQUAL)


def tested(graph: Graph) -> frozenset[Place]:
    """The places that some branch tests; what is told of one element of many tells nothing of the next."""
    found = {test.place for block in graph.blocks for edge in block.edges for test in edge.tests}
    return frozenset(place for place in found if not place.weak)


def correlated(graph: Graph) -> frozenset[Place]:
    """The places whose tests may exclude each other: tested twice, or tested and set to a constant or copied."""
    counts = _branches(graph)
    constants: set[Place] = set()
    targets: set[Place] = set()
    for event in graph.events():
        if isinstance(event, (Assign, Known)) and event.value is not None:
            constants.add(event.place)
        elif isinstance(event, Copy):
            targets.add(event.target)
    return frozenset(
        place
        for place, count in counts.items()
        if count > 1 or place in constants or any(target.holds(place) for target in targets)
    )


def remembered(graph: Graph) -> frozenset[Place]:
    """The places of whose tests a path is told that many share: those whose tests can tell something.

    Where calls have several outcomes, to remember less than all would follow ways that nothing can take.
    """
    worth = _worth(graph)
    has_outcomes = any(isinstance(event, Known) for event in graph.events())
    return sources(graph, worth if has_outcomes else worth[:_MOST_WORTH])


def _worth(graph: Graph) -> list[Place]:
    """The places whose tests are worth remembering: tested at two branches, or set to a constant and tested.

    What takes over what is known of a constant by a copy is worth it too.
    """
    counts, constants = _branches(graph), _constants(graph)
    worth = [place for place, count in counts.items() if count > 1 or place in constants]
    if constants and len(worth) < len(counts):
        known = set(worth)
        worth += [p for p in counts if p not in known and not constants.isdisjoint(sources(graph, (p,)))]
    return worth


def _branches(graph: Graph) -> dict[Place, int]:
    """The tested places that stand for one thing each, in the order of the graph; at how many branches they are."""
    counts: dict[Place, int] = {}
    for block in graph.blocks:
        tests = (test for edge in block.edges for test in edge.tests if not test.place.weak)
        for place in dict.fromkeys(test.place for test in tests):
            counts[place] = counts.get(place, 0) + 1
    return counts


def _constants(graph: Graph) -> set[Place]:
    """The places that are set to constants."""
    return {event.place for event in graph.events() if isinstance(event, (Assign, Known)) and event.value is not None}


def told_of(graph: Graph, root: int) -> frozenset[Place]:
    """The places below which anything may be known of the variable with this root."""
    endings = {place.path[-1:] for place in _constants(graph) | tested(graph) if place.path and is_fact(place.path[-1])}
    return frozenset((Place(root), *(Place(root, ending) for ending in endings)))


def unless_below(place: Place, facts: frozenset[Test]) -> frozenset[Test]:
    """Some facts without those of a place and what lies below it."""
    for fact in facts:
        if place.holds(fact.place):
            return frozenset(one for one in facts if not place.holds(one.place))
    return facts


def sources(graph: Graph, places: Iterable[Place]) -> frozenset[Place]:
    """The places, and all from which copies carry facts to them."""
    found = set(places)
    copies = [event for event in graph.events() if isinstance(event, Copy)]
    while copies:
        added = {
            copy.source.below(*place.path[len(copy.target.path) :])
            for copy in copies
            for place in found
            if copy.target.holds(place) and len(place.path) - len(copy.target.path) <= 1
        }
        if added <= found:
            break
        found |= added
    return frozenset(found)
