"""What goes to another process and back arrives as it was."""

import os
from pickle import PicklingError

import pytest

from leakfix.engine.processes import Connection, start, wait


def answer(connection: Connection, factor: int) -> None:
    while True:
        try:
            value = connection.recv()
        except EOFError:
            return
        if value is None:
            os._exit(7)
        connection.send(value * factor)


@pytest.mark.parametrize("value", [1, "ö", b"\0" * 3_000_000, list(range(100_000))], ids=type)
def test_values_come_back(value: int | str | bytes | list[int]) -> None:
    process, connection = start(answer, (2,), ())
    connection.send(value)
    assert wait([connection]) == [connection]
    assert connection.recv() == value * 2
    connection.close()
    process.join()
    assert process.exitcode == 0


def test_who_ends_is_heard_of() -> None:
    first, to_first = start(answer, (1,), ())
    second, to_second = start(answer, (1,), (to_first,))
    to_first.send(None)
    assert wait([to_first, to_second]) == [to_first]
    with pytest.raises((EOFError, ConnectionError)):
        to_first.recv()
    first.join()
    assert first.exitcode == 7
    with pytest.raises(ConnectionError):
        for _ in range(2):
            to_first.send(1)
    to_second.close()
    second.join()
    assert second.exitcode == 0


def test_what_cannot_be_sent_leaves_nothing_behind() -> None:
    process, connection = start(answer, (1,), ())
    with pytest.raises((AttributeError, TypeError, PicklingError)):
        connection.send(lambda: None)
    connection.send(3)
    assert connection.recv() == 3
    connection.close()
    process.kill()
    process.join()
