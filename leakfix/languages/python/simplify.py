"""Graphs without what tells nothing: branches in which nothing happens, exceptions that were told of just before.

What may be raised splits a function into many blocks; most of them are empty once everything is left out that concerns
nothing that is followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Edge
from leakfix.text.records import replace

if TYPE_CHECKING:
    from leakfix.flow import Block, Graph

_ROUNDS: Final = 6
_SEVERAL: Final = 2


def simplify(graph: Graph) -> None:
    """Make a graph smaller whose paths still tell the same of every event."""
    blocks = graph.blocks
    for _ in range(_ROUNDS):
        changed = _bypass(blocks)
        for block in blocks:
            changed |= _merge_edges(block)
        changed |= _leave_out_raised(blocks)
        if not changed:
            break
    _join(blocks)


def _is_plain(edge: Edge) -> bool:
    return not edge.tests and edge.raised is None and not edge.doubtful and edge.jump is None


def _bypass(blocks: list[Block]) -> bool:
    """Lead edges past blocks that do nothing."""
    changed = False
    for block in blocks:
        for position, edge in enumerate(block.edges):
            target = edge.target
            seen: set[int] = set()
            while target not in seen:
                at = blocks[target]
                if at.events or at.exit is not None or len(at.edges) != 1 or not _is_plain(at.edges[0]):
                    break
                seen.add(target)
                target = at.edges[0].target
            if target != edge.target:
                block.edges[position] = replace(edge, target=target)
                changed = True
    return changed


def _merge_edges(block: Block) -> bool:
    """One edge of several that lead to the same block: of what they tell only that which all do."""
    if len(block.edges) < _SEVERAL or len({(edge.target, edge.raised is None) for edge in block.edges}) == len(
        block.edges
    ):
        return False
    merged: dict[tuple[int, bool], Edge] = {}
    for edge in block.edges:
        key = (edge.target, edge.raised is None)
        known = merged.get(key)
        if known is None:
            merged[key] = edge
        elif edge.raised is None:
            merged[key] = Edge(edge.target, tuple(test for test in known.tests if test in edge.tests))
        elif known.doubtful and not edge.doubtful:
            merged[key] = edge
    block.edges[:] = merged.values()
    return True


def _leave_out_raised(blocks: list[Block]) -> bool:
    """What an empty block may raise is no news where all that leads to it may have raised as much."""
    before: dict[int, list[tuple[int, Edge]]] = {
        number: []
        for number, block in enumerate(blocks)
        if number and not block.events and any(edge.raised is not None for edge in block.edges)
    }
    for number, block in enumerate(blocks) if before else ():
        for edge in block.edges:
            if edge.target in before:
                before[edge.target].append((number, edge))
    changed = False
    for number, leading in before.items():
        block = blocks[number]
        if not leading or any(edge.raised is not None for _, edge in leading):
            continue
        kept = [
            edge
            for edge in block.edges
            if edge.raised is None or not all(other != number and _raises(blocks[other], edge) for other, _ in leading)
        ]
        if len(kept) < len(block.edges):
            block.edges[:] = kept
            changed = True
    return changed


def _raises(block: Block, wanted: Edge) -> bool:
    """Whether a block leads by an exception that is as likely to where another does."""
    return any(
        edge.raised is not None and edge.target == wanted.target and (wanted.doubtful or not edge.doubtful)
        for edge in block.edges
    )


def _join(blocks: list[Block]) -> None:
    """Make one of two blocks where the one always and alone leads to the other."""
    leading = [0] * len(blocks)
    leading[0] = 1
    for number in _reachable(blocks):
        for edge in blocks[number].edges:
            leading[edge.target] += 1
    for number in _reachable(blocks):
        block = blocks[number]
        while len(block.edges) == 1 and _is_plain(block.edges[0]):
            target = block.edges[0].target
            if leading[target] != 1 or target == number:
                break
            behind = blocks[target]
            block.events.extend(behind.events)
            block.edges, block.exit = behind.edges, behind.exit
            behind.events, behind.edges, behind.exit = [], [], None


def _reachable(blocks: list[Block]) -> list[int]:
    waiting, seen = [0], {0}
    while waiting:
        for edge in blocks[waiting.pop()].edges:
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return sorted(seen)
