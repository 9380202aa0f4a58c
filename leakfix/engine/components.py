"""Strongly connected components of a graph: nodes each of which leads to all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

Node = TypeVar("Node")


def components(
    start: Node, successors: Callable[[Node], Iterable[Node]], known: Container[Node]
) -> Iterator[tuple[Node, ...]]:
    """The components in reach of a node, each behind all that it leads to.

    Nodes that are ``known`` are passed over: whoever takes a component makes its nodes known before the next one.
    From: R. Tarjan, Depth-First Search and Linear Graph Algorithms, 1972.
    """
    if start in known:
        return
    numbers: dict[Node, int] = {start: 0}
    lowest: dict[Node, int] = {start: 0}
    waiting = [start]
    path = [(start, iter(successors(start)))]
    while path:
        node, left = path[-1]
        for other in left:
            if other in known:
                continue
            if other in numbers:
                lowest[node] = min(lowest[node], numbers[other])
                continue
            numbers[other] = lowest[other] = len(numbers)
            waiting.append(other)
            path.append((other, iter(successors(other))))
            break
        else:
            path.pop()
            if path:
                lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
            if lowest[node] == numbers[node]:
                found = [waiting.pop()]
                while found[-1] != node:
                    found.append(waiting.pop())
                yield tuple(found)
