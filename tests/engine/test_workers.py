"""Tasks on one process and on several come to the same."""

import os
import signal
from multiprocessing import active_children

import pytest

from leakfix.engine.pool import shares
from leakfix.engine.workers import Lost, run


def square(number: int) -> int:
    if number == 3:
        raise ValueError("three\nis too many")
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        os._exit(9)
    return number * number


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_every_task_has_an_outcome(jobs: int) -> None:
    tasks = [1, 2, 3, 4]
    outcomes = dict(run(tasks, square, jobs))
    assert outcomes == {1: 1, 2: 4, 3: Lost(3, "ValueError: three is too many"), 4: 16}


@pytest.mark.parametrize("weights", [[1] * 7, [9, 1, 1, 1], [1, 1, 1, 9], [0, 0], [5]])
@pytest.mark.parametrize("size", [1, 2, 3, 8])
def test_shares_are_runs_of_neighbours(weights: list[int], size: int) -> None:
    found = shares(weights, size)
    assert len(found) == size
    assert [number for share in found for number in sorted(share)] == list(range(len(weights)))


def test_a_share_ends_with_its_lightest_tasks() -> None:
    assert [list(share) for share in shares([1, 2, 3, 4, 5, 6, 1, 2, 3], 1)] == [[0, 1, 2, 3, 4, 5, 8, 7, 6]]


def test_shares_weigh_about_the_same() -> None:
    assert [list(share) for share in shares([4, 1, 1, 1, 1], 2)] == [[0], [1, 2, 3, 4]]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_who_is_done_helps_others(jobs: int) -> None:
    tasks = [1, 2, 4, 6, 8, 10]
    assert dict(run(tasks, square, jobs, [100, 1, 1, 1, 1, 1])) == {task: task * task for task in tasks}


def test_one_job_keeps_the_order() -> None:
    assert [task for task, _ in run([4, 1, 2], square, 1)] == [4, 1, 2]


@pytest.mark.parametrize("jobs", [2, 3])
def test_a_dead_process_is_replaced(jobs: int) -> None:
    outcomes = dict(run([5, 1, 7, 2, 5, 4], square, jobs))
    assert outcomes[5] == Lost(5, "its process was killed by SIGKILL")
    assert outcomes[7] == Lost(7, "its process ended with exit code 9")
    assert (outcomes[1], outcomes[2], outcomes[4]) == (1, 4, 16)


@pytest.mark.parametrize("weights", [(), [1] * 60])
def test_what_a_dead_process_was_given_ahead_is_done_by_others(weights: list[int]) -> None:
    tasks = [5 if number % 9 == 0 else 100 + number for number in range(60)]
    outcomes = list(run(tasks, square, 2, weights))
    assert sorted(task for task, _ in outcomes) == sorted(tasks)
    assert all((outcome == task * task) == (task != 5) for task, outcome in outcomes)


def test_an_outcome_that_cannot_be_sent_is_lost() -> None:
    outcomes = dict(run([1, 2], lambda number: lambda: number, 2))
    assert all(isinstance(outcome, Lost) for outcome in outcomes.values())


def test_closing_ends_the_processes() -> None:
    others = active_children()
    outcomes = run(list(range(100)), lambda number: number, 2)
    next(outcomes)
    assert len(active_children()) > len(others)
    outcomes.close()
    assert set(active_children()) <= set(others)
