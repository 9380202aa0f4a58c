"""Room for frames: work done there behaves as anywhere else."""

import pytest

from leakfix.cli.room import with_room


def _depth(left: int) -> int:
    return 1 + _depth(left - 1) if left else 0


def test_the_outcome_is_that_of_the_work() -> None:
    assert with_room(lambda: _depth(300)) == 300


def test_rooms_may_lie_in_each_other() -> None:
    assert with_room(lambda: with_room(lambda: _depth(50))) == 50


def test_what_the_work_raises_gets_out() -> None:
    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no") as caught:
        with_room(fail)
    assert any(entry.name == "with_room" for entry in caught.traceback)
