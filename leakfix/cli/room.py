"""Room for the frames of everything that a run calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Outcome = TypeVar("_Outcome")

_SLOTS: Final = 1 << 16


def with_room(work: Callable[[], _Outcome]) -> _Outcome:
    """Do the work, with all frames of its calls in one stretch of memory.

    The interpreter takes memory for frames from the system in pieces of 16 KiB, and gives a piece back as soon as the
    calls in it have returned: a loop whose calls begin a piece takes and returns it in every turn. A frame that is
    larger than a piece, as that of this function pretends to be, gets twice its size at once; what nobody touches of
    that costs nothing. A process that is forked has that room as well.
    """
    return work()


with_room.__code__ = with_room.__code__.replace(co_stacksize=_SLOTS)
