"""What processes find out together before any of them examines a file: each asks about its own part of all of them.

A topic goes in rounds: first everybody looks at tasks, then everybody hears what all found, until nobody finds more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeAlias, TypeVar

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from multiprocessing.connection import Connection

Topic: TypeAlias = Hashable
News: TypeAlias = frozenset[Any]
Task = TypeVar("Task")
TaskT = TypeVar("TaskT", contravariant=True)

LOOK: Final = "look"
HEAR: Final = "hear"

# So many tasks are given at a time: one to go on with while the answer to the other is on its way.
_AHEAD = 2


@record
class Agenda(Generic[Task]):
    """What there is to find out, topic by topic, and what has to be looked at for it."""

    topics: tuple[Topic, ...]
    numbers: frozenset[int]
    """Those of the tasks that have to be looked at."""
    others: tuple[Task, ...] = ()
    """What has to be looked at besides, and that is all."""
    weights: tuple[int, ...] = ()
    """How much work each of the others may be."""


class Party(Protocol[TaskT]):
    """One of those who find something out together; each is in a process of its own."""

    def look(self, topic: Topic, task: TaskT) -> News:
        """Take a task for one's own part, and say what is found there by who knows nothing yet."""

    def hear(self, topic: Topic, news: News) -> News:
        """Learn what all found in the round before, and say what more is found in one's own part.

        No news is the end: all that there is to know is known.
        """


class Chair:
    """Asks the parties, by their connections; each is given tasks of its own, and helps others when it is done."""

    def __init__(self, connections: Sequence[Connection], shares: Sequence[Iterable[int]]) -> None:
        """Take the numbers of each one's own tasks. Who dies raises EOFError or ConnectionError anywhere."""
        self._connections = connections
        self.shares = [list(share) for share in shares]
        """The tasks that each has looked at last."""

    def find_out(self, topic: Topic, concerned: frozenset[int]) -> None:
        """Have everything found out about a topic, for which some tasks have to be looked at."""
        news = self._looked(topic, concerned)
        while news:
            news = self._heard(topic, news)
        self._heard(topic, news)

    def _heard(self, topic: Topic, news: News) -> News:
        for connection in self._connections:
            connection.send((HEAR, topic, news))
        return frozenset[Any]().union(*map(_received, self._connections))

    def _looked(self, topic: Topic, concerned: frozenset[int]) -> News:
        from multiprocessing.connection import wait

        waiting = [deque(number for number in share if number in concerned) for share in self.shares]
        self.shares = [[number for number in share if number not in concerned] for share in self.shares]
        open_answers = [0] * len(waiting)
        found: set[Any] = set()

        def give(at: int) -> None:
            while open_answers[at] < _AHEAD:
                own = waiting[at]
                if not own and open_answers[at]:
                    return
                number = own.popleft() if own else next((one.pop() for one in waiting if one), None)
                if number is None:
                    return
                self._connections[at].send((LOOK, topic, number))
                self.shares[at].append(number)
                open_answers[at] += 1

        for at in range(len(waiting)):
            give(at)
        while any(open_answers):
            ready = wait([one for one, count in zip(self._connections, open_answers, strict=True) if count])
            for at, connection in enumerate(self._connections):
                if connection in ready:
                    found |= _received(connection)
                    open_answers[at] -= 1
                    give(at)
        return frozenset(found)


def _received(connection: Connection) -> News:
    """What a party found; what it fails at there it fails at again, and tells, when it is examined."""
    failed, news = connection.recv()
    return frozenset() if failed else news
