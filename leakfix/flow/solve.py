"""The worklist solver: every (block, state) pair that a path from a start can reach, shortest paths first."""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from leakfix.flow.graph import Block, Edge, Graph
from leakfix.text.records import individual

State = TypeVar("State", bound=Hashable)


class BudgetError(Exception):
    """The function has more reachable states than the budget allows; nothing is known of it."""


@individual
class Step(Generic[State]):
    """A block entered with a state, and how it was reached."""

    block: int
    state: State
    previous: "Step[State] | None" = None
    edge: Edge | None = None


def explore(
    graph: Graph,
    start: State,
    run: Callable[[Step[State], Block], State | None],
    cross: Callable[[Edge, State], State | None],
    budget: int = 4000,
    entry: int = 0,
) -> None:
    """Visit every reachable pair of block and state once, breadth first from the block ``entry``.

    ``run`` gives the state behind a block, ``cross`` the state behind an edge; None ends the path there.
    Raises `BudgetError` when more than ``budget`` pairs are reached.
    """
    queue = deque([Step(entry, start)])
    seen = {(entry, start)}
    while queue:
        step = queue.popleft()
        block = graph.blocks[step.block]
        state = run(step, block)
        if state is None:
            continue
        for edge in block.edges:
            behind = cross(edge, state)
            if behind is None:
                continue
            # A set that does not grow held the pair before: so states are hashed once.
            known = len(seen)
            seen.add((edge.target, behind))
            if len(seen) == known:
                continue
            if known >= budget:
                raise BudgetError
            queue.append(Step(edge.target, behind, step, edge))
