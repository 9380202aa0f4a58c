"""What functions do that read a variable when they run: it counts for whatever the variable holds by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Derive, Escape, Release
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.flow import Graph, Place, Site


@record
class Late:
    """The places whose content such functions release, hand on, or give to an owner."""

    releases: frozenset[Place]
    escapes: frozenset[Place]
    owners: frozenset[tuple[Place, Place]]
    """Each place with that of its owner, who closes what it holds."""

    def hand_on(self, holders: Iterable[Place]) -> bool:
        """Whether what one of these places holds is handed on."""
        return any(place.holds(holder) or holder.holds(place) for holder in holders for place in self.escapes)

    def owning(self, holders: frozenset[Place]) -> set[Place]:
        """The places that own what one of these places holds."""
        return {target for source, target in self.owners if source in holders}


def late_before(graph: Graph, site: Site) -> Late:
    """What concerns an acquisition of what was made before it; what is made behind it is met in its order."""
    releases, escapes, owners = set(), set(), set()
    for event in graph.events():
        if event.span.start > site.span.start:
            continue
        if isinstance(event, Release) and event.deferred and event.late:
            releases.add(event.place)
        elif isinstance(event, Escape) and event.late:
            escapes.add(event.place)
        elif isinstance(event, Derive) and event.late and event.closes:
            owners.add((event.source, event.target))
    return Late(frozenset(releases), frozenset(escapes), frozenset(owners))
