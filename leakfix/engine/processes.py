"""Other processes and the connections to them: forked where that is safe, else those of `multiprocessing`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CAN_FORK: Final = sys.platform == "linux"
"""A process that is forked has at once what this one has read. Only on Linux is that also safe."""


class Connection(Protocol):
    """One end of a line to another process, over which values go pickled.

    When the other end is gone, `recv` raises EOFError or ConnectionError, and `send` the latter.
    """

    def send(self, value: object, /) -> None:
        """Give a value to the other end; raises what pickling it raises before anything is sent."""

    def recv(self) -> Any:
        """The next value from the other end; waits for it."""

    def close(self) -> None:
        """Be gone."""


class Process(Protocol):
    """A process that was started."""

    @property
    def exitcode(self) -> int | None:
        """How it ended: the number of a signal is negative; None as long as nobody has joined it."""

    def kill(self) -> None:
        """End it at once, if it has not ended yet."""

    def join(self) -> None:
        """Wait for its end."""


def start(
    serve: Callable[..., None], arguments: Sequence[object], inherited: Sequence[Connection]
) -> tuple[Process, Connection]:
    """Have another process call `serve` with a connection to this one and arguments.

    `inherited` are the connections of this process to others, which the new one has no business with.
    """
    if CAN_FORK:
        from leakfix.engine.forks import fork

        return fork(serve, arguments, inherited)
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    return process, here


def wait(connections: Sequence[Connection]) -> Sequence[Connection]:
    """Those that something has arrived at, or whose other end is gone; waits until there is one."""
    if CAN_FORK:
        from leakfix.engine.forks import ready

        return ready(connections)
    from multiprocessing.connection import wait as ready_among

    connected: list[Any] = list(connections)
    return [one for one in connected if one in ready_among(connected)]
