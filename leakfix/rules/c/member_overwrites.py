"""Members of what a function is given, or of its object, that take one resource after another on one path.

What is stored in a member is its owner's, who releases it some day: it is no loss of the function. But where the same
function stores another one in its place, and nobody could take the first one away in between, that is lost. The
graph is looked at once more as if the member were a variable that is handed on at the end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leakfix.detectors.lifecycle import leaks
from leakfix.detectors.losses import LossKind
from leakfix.flow import Acquire, Block, Escape, Graph, Handing, Place
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak, Loss
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.text import Span


def member_leaks(analysis: Analysis, function: Function, graph: Graph) -> Iterator[Leak]:
    """The resources that a member held when it took another one, with nothing but that as their losses."""
    for place, sites in _stored_twice(function, graph).items():
        for leak in leaks(_kept_until_the_end(graph, place, sites)):
            lost = tuple(
                loss
                for loss in leak.losses
                if loss.kind is LossKind.OVERWRITTEN
                and loss.holders == (place,)
                and not _may_be_seen(analysis, function, place, leak.site.span, loss)
            )
            if lost:
                obligation = replace(leak.site.obligation, confidence="medium")
                yield replace(leak, site=replace(leak.site, obligation=obligation), losses=lost)


def _stored_twice(function: Function, graph: Graph) -> dict[Place, frozenset[int]]:
    """The members, below a parameter or the object, that are set at several places, with what is acquired for them."""
    made = {site.place: index for index, site in enumerate(graph.sites)}
    if not made:
        return {}
    outer = {*graph.params, function.body.start_byte}
    found: dict[Place, list[Place]] = {}
    for event in graph.events():
        if isinstance(event, Escape) and event.how is Handing.STORED and event.into is not None:
            found.setdefault(event.into, []).append(event.place)
    return {
        place: sites
        for place, stored in found.items()
        if len(stored) > 1 and place.root in outer and len(place.path) > 1 and not place.weak
        if (sites := frozenset(made[one] for one in stored if one in made))
    }


def _kept_until_the_end(graph: Graph, place: Place, sites: frozenset[int]) -> Graph:
    """The graph of some acquisitions, with a member that keeps them to itself until control leaves the function."""
    blocks: list[Block] = []
    for block in graph.blocks:
        events = [
            event
            for event in block.events
            if not (isinstance(event, Escape) and event.into == place)
            and not (isinstance(event, Acquire) and event.site not in sites)
        ]
        if block.exit is not None:
            events.append(Escape(block.exit.span, Place(place.root), Handing.STORED))
        blocks.append(Block(events, list(block.edges), block.exit))
    names = {place.root: "this", **graph.names}
    return Graph(graph.function, graph.span, blocks, graph.sites, names, graph.params, graph.ends_process)


def _may_be_seen(analysis: Analysis, function: Function, place: Place, made: Span, loss: Loss) -> bool:
    """Whether anything is called between two stores that could get at the owner of the member.

    What a callee does with an operand that holds nothing so far is not in the graph.
    """
    start, end = made.end, loss.span.start
    if end < start:
        start, end = function.body.start_byte, function.body.end_byte
    is_own = place.root == function.body.start_byte
    bindings = analysis.bindings(function)
    for node in syntax.walk(function.body):
        if node.type != syntax.CALL_EXPRESSION or not start <= node.start_byte < end:
            continue
        called = node.child_by_field_name("function")
        if is_own and called is not None and called.type == syntax.IDENTIFIER and _may_be_method(analysis, called):
            return True
        for inner in syntax.walk(node):
            if inner.type == syntax.THIS and is_own:
                return True
            variable = bindings.variable(inner) if inner.type == syntax.IDENTIFIER else None
            if variable is not None and variable.index == place.root and not _is_path(inner):
                return True
    return False


def _may_be_method(analysis: Analysis, called: Node) -> bool:
    """Whether a plain name may mean a method of the object: whatever is no function of a library."""
    return not analysis.models.knows(syntax.text(called))


def _is_path(node: Node) -> bool:
    """Whether a variable is only the beginning of a path to one of its members."""
    parent = node.parent
    return (
        parent is not None
        and parent.type == syntax.FIELD_EXPRESSION
        and parent.child_by_field_name("argument") == node
        and not (parent.parent is not None and parent.parent.type == syntax.POINTER_EXPRESSION)
    )
