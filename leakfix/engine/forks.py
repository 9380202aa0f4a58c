"""Processes made by forking this one, with a pipe in either direction.

`multiprocessing` does the same, but loads sockets, archives and more to do so, which takes longer than the forking.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from leakfix.engine.processes import Connection

_LENGTH: Final = struct.Struct("!Q")
_FAILED: Final = 1


class Line:
    """A connection: a pipe to read from and one to write to, as descriptors."""

    def __init__(self, reading: int, writing: int) -> None:
        """Both are closed with it."""
        self._reading = reading
        self._writing = writing

    def fileno(self) -> int:
        """What tells that something has arrived."""
        return self._reading

    def send(self, value: object) -> None:
        """Write a value, behind its length."""
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        rest = memoryview(_LENGTH.pack(len(data)) + data)
        while rest:
            rest = rest[os.write(self._writing, rest) :]

    def recv(self) -> Any:
        """Read the next value."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return pickle.loads(self._read(length))  # noqa: S301 (it comes from a process of this very program)

    def close(self) -> None:
        """Close both pipes, once."""
        if self._reading >= 0:
            os.close(self._reading)
            os.close(self._writing)
            self._reading = self._writing = -1

    def _read(self, length: int) -> bytes:
        found: list[bytes] = []
        while length:
            piece = os.read(self._reading, length)
            if not piece:
                raise EOFError
            found.append(piece)
            length -= len(piece)
        return b"".join(found)


class Fork:
    """A process that was forked."""

    def __init__(self, pid: int) -> None:
        """Take its number."""
        self._pid = pid
        self.exitcode: int | None = None

    def kill(self) -> None:
        """End it at once."""
        if self.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def join(self) -> None:
        """Wait for its end."""
        if self.exitcode is None:
            self.exitcode = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def fork(serve: Callable[..., None], arguments: Sequence[object], inherited: Sequence[Connection]) -> tuple[Fork, Line]:
    """Start a process, as `processes.start` tells."""
    from_there, to_here = os.pipe()
    from_here, to_there = os.pipe()
    here, there = Line(from_there, to_there), Line(from_here, to_here)
    # What waits to be written would be written by both.
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):
            stream.flush()
    pid = os.fork()
    if not pid:
        _live(serve, there, arguments, (here, *inherited))
    there.close()
    return Fork(pid), here


def _live(
    serve: Callable[..., None], connection: Line, arguments: Sequence[object], inherited: Sequence[Connection]
) -> NoReturn:
    """The life of a forked process; nothing of what the other has begun is ended here."""
    code = _FAILED
    try:
        # Who holds the other ends too would never see that the parent is gone.
        for other in inherited:
            other.close()
        serve(connection, *arguments)
        code = 0
    except BaseException:
        # Nobody is left to raise it to.
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def ready(connections: Sequence[Connection]) -> list[Connection]:
    """The connections that need not be waited for, as `processes.wait` tells."""
    lines = {cast("Line", one).fileno(): one for one in connections}
    poll = select.poll()
    for number in lines:
        poll.register(number, select.POLLIN)
    return [lines[number] for number, _ in poll.poll()]
