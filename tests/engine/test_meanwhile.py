"""Work that goes on in another process comes to what it would have come to here."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from leakfix.engine.meanwhile import meanwhile

FORKS = pytest.mark.skipif(sys.platform != "linux", reason="forks")


class TooBadError(Exception):
    """What goes wrong here."""


def test_what_may_not_be_done_apart_is_done_here_when_asked_for() -> None:
    done: list[int] = []

    def work() -> int:
        done.append(os.getpid())
        return len(done)

    with meanwhile(work, apart=False) as outcome:
        assert done == []
        assert outcome() == 1
    assert done == [os.getpid()]


@FORKS
def test_what_may_be_done_apart_is_done_by_another_process() -> None:
    with meanwhile(os.getpid, apart=True) as outcome:
        assert outcome() != os.getpid()


@FORKS
def test_an_outcome_that_cannot_be_sent_is_made_here() -> None:
    with meanwhile(threading.Lock, apart=True) as outcome:
        assert not outcome().locked()


@FORKS
def test_what_goes_wrong_there_goes_wrong_here() -> None:
    def fail() -> None:
        raise TooBadError("no")

    with meanwhile(fail, apart=True) as outcome, pytest.raises(TooBadError, match="no"):
        outcome()


@FORKS
def test_a_process_that_dies_is_stood_in_for() -> None:
    here = os.getpid()

    def die() -> int:
        if os.getpid() != here:
            os._exit(3)
        return here

    with meanwhile(die, apart=True) as outcome:
        assert outcome() == here


@FORKS
def test_nobody_has_to_wait_for_what_is_not_asked_for() -> None:
    with meanwhile(lambda: os.read(os.pipe()[0], 1), apart=True):
        pass
