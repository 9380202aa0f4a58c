"""The lifecycle detector: an acquisition from which a path leads out with the resource owned and not released.

Each acquisition is followed on its own (`pursuit`); here it is told which of the points where its resource is lost
count. A loss that only an exception leads to tells so: where it is lost without one, that is what counts. What only a
loop without a turn forgets is nothing: a turn would have handed it on or released it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.glance import Glance
from leakfix.detectors.losses import Leak, Loss, LossKind, Status
from leakfix.detectors.pursuit import Pursuit
from leakfix.flow.ahead import ReleasesAhead
from leakfix.flow.loops import begun
from leakfix.flow.remembering import remembered
from leakfix.text.records import replace

if TYPE_CHECKING:
    from leakfix.flow import Graph, Place
    from leakfix.text import Span


def leaks(graph: Graph) -> tuple[Leak, ...]:
    """The leaks of one function, one for each acquisition that leaks, in the order of `Graph.sites`.

    A function too large to be explored yields nothing.
    """
    if not graph.sites:
        return ()
    correlated, ahead = remembered(graph), ReleasesAhead(graph)
    pursuits = (_pursued(graph, index, correlated, ahead) for index in range(len(graph.sites)))
    found = (_told(pursuit) for pursuit in pursuits if pursuit is not None)
    return tuple(leak for leak in found if leak.losses)


def _pursued(graph: Graph, index: int, correlated: frozenset[Place], ahead: ReleasesAhead) -> Pursuit | None:
    """Follow one acquisition; None when it is never lost, or the function is too large for it."""
    if not Glance(graph, index, correlated, ahead=ahead).may_lose():
        return None
    pursuit = Pursuit(graph, index, correlated, ahead=ahead)
    if not pursuit.explored():
        return None
    loops = begun(graph) if pursuit.losses else ()
    if loops:
        busy = Pursuit(graph, index, correlated, loops, ahead)
        if busy.explored():
            pursuit.losses = {key: loss for key, loss in pursuit.losses.items() if key in busy.losses}
    return pursuit


def _told(pursuit: Pursuit) -> Leak:
    """What a pursuit has found, once every path was followed."""
    losses = [_with_others(pursuit, loss) for loss in _apart(pursuit)] if _counts(pursuit) else []
    told = (loss for loss in losses if not _is_empty_container(loss) and not _is_given_away(pursuit, loss))
    return Leak(
        pursuit.site,
        tuple(loss for loss in told if not _is_decided(pursuit, loss)),
        frozenset(pursuit.fates),
        frozenset(pursuit.methods),
        pursuit.repeats,
    )


def _counts(pursuit: Pursuit) -> bool:
    """Whether it matters at all that the resource is lost."""
    obligation = pursuit.site.obligation
    if pursuit.graph.ends_process and not obligation.writes and not pursuit.repeats:
        return False
    return not obligation.assumed or Status.RELEASED in pursuit.fates


def _apart(pursuit: Pursuit) -> list[Loss]:
    """The losses in order: one for each point, or, where others get there without the resource, for each goto."""
    found: dict[tuple[LossKind, Span], list[Loss]] = {}
    for loss in sorted(pursuit.losses.values(), key=lambda loss: (loss.span, loss.jump or loss.span)):
        found.setdefault((loss.kind, loss.span), []).append(loss)
    return [one for losses in found.values() for one in _at_one_point(pursuit, losses)]


def _at_one_point(pursuit: Pursuit, losses: list[Loss]) -> list[Loss]:
    surest = min(losses, key=lambda loss: loss.level)
    if len(losses) == 1 or pursuit.arrivals[surest.span] == {Status.HELD}:
        return [surest]
    clean = all(loss.jump is not None and pursuit.arrivals[loss.jump] == {Status.HELD} for loss in losses)
    return losses if clean else [surest]


def _with_others(pursuit: Pursuit, loss: Loss) -> Loss:
    """A loss with what else may have become of the resource there, and with its goto if the resource is held there."""
    unasked = (loss.kind, loss.span) in pursuit.unasked
    mixed = unasked or loss.jump is None or pursuit.arrivals[loss.jump] != {Status.HELD}
    holder = loss.holder if loss.kind is LossKind.OVERWRITTEN else None
    arrivals = pursuit.arrivals[(loss.span, holder) if holder is not None else loss.span]
    others = frozenset(arrivals - {Status.HELD})
    outlived = pursuit.outlived.get(loss.span, frozenset()) if loss.kind is LossKind.SCOPE else frozenset()
    return replace(loss, others=others, jump=None if mixed else loss.jump, unasked=unasked, outlived=outlived)


def _is_given_away(pursuit: Pursuit, loss: Loss) -> bool:
    """Whether all goes well here, and what it is only assumed to own is released only where something fails."""
    if not pursuit.site.obligation.assumed or loss.span not in pursuit.successes:
        return False
    return not any(Status.RELEASED in pursuit.arrivals[span] for span in pursuit.successes)


def _is_decided(pursuit: Pursuit, loss: Loss) -> bool:
    """Whether the function decides where it loses what it is only assumed to own: it releases it there, or not."""
    if not pursuit.site.obligation.assumed or not loss.others & {Status.RELEASED, Status.HANDED_ON}:
        return False
    edges = (edge for block in pursuit.graph.blocks for edge in block.edges)
    jumps = [edge for edge in edges if edge.jump and edge.jump == loss.jump]
    return not jumps or any(not pursuit.ahead.across(jump).somewhere.isdisjoint(loss.holders) for jump in jumps)


def _is_empty_container(loss: Loss) -> bool:
    """Whether the path to a loss is the one on which the loop that empties a container has no turn.

    What an element holds is handed on or released by a loop over the elements, and the path around that loop is only
    taken where there are none.
    """
    weak = loss.holder is not None and loss.holder.weak
    return weak and bool(loss.others & {Status.RELEASED, Status.HANDED_ON})
