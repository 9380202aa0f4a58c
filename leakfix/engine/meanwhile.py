"""Work that another process does while this one goes on."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from leakfix.engine.workers import Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Outcome = TypeVar("Outcome")

# A process that is forked has at once what this one has read.
CAN_FORK = sys.platform == "linux"


@contextmanager
def meanwhile(work: Callable[[], Outcome], *, apart: bool) -> Iterator[Callable[[], Outcome]]:
    """Begin the work in another process, if it may be done `apart`, and give what waits for its outcome, pickled.

    Where there can be no other process, or nothing comes of it there, the work is done here when it is asked for.
    """
    if not (apart and CAN_FORK):
        yield work
        return
    from leakfix.engine.pool import Pool

    pool = Pool([work], _done, 1)

    def outcome() -> Outcome:
        found = next(pool.outcomes())[1]
        return work() if isinstance(found, Lost) else found

    try:
        yield outcome
    finally:
        pool.end()


def _done(work: Callable[[], Outcome]) -> Outcome:
    return work()
