"""What processes find out together is what each finds out alone, whoever looks at what, and whoever dies."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakfix.engine.conference import Agenda
from leakfix.engine.workers import Lost, run


@dataclass
class Reaching:
    """Finds out which numbers a number leads to 0 from, by steps that only whoever looked at it knows."""

    steps: dict[int, int]
    deadly: int = -1
    own: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    is_concluded: bool = False

    def look(self, topic: str, task: int) -> frozenset[int]:
        if task == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if topic == "broken":
            raise ValueError(task)
        self.own.add(task)
        return frozenset({task} if task == 0 else ())

    def hear(self, _: str, news: frozenset[int]) -> frozenset[int]:
        self.known |= news
        self.is_concluded = not news
        return frozenset(one for one in self.own if self.steps[one] in news and one not in self.known)

    def __call__(self, _: int) -> tuple[bool, frozenset[int]]:
        return self.is_concluded, frozenset(self.known)


def leading(steps: dict[int, int]) -> frozenset[int]:
    found = {0}
    while True:
        more = {one for one, step in steps.items() if step in found} - found
        if not more:
            return frozenset(found)
        found |= more


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_all_learn_what_all_find(data: st.DataObject) -> None:
    size = data.draw(st.integers(3, 12))
    steps = {one: data.draw(st.integers(0, size - 1)) for one in range(size)}
    done = data.draw(st.integers(2, size))
    weights = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    agenda = Agenda(("reaching",), frozenset(range(done)), tuple(range(done, size)), tuple(weights[done:]))
    outcomes = dict(run(range(done), Reaching(steps), data.draw(st.integers(2, 3)), weights[:done], agenda))
    assert outcomes == dict.fromkeys(range(done), (True, leading(steps)))


def test_when_one_dies_all_begin_anew_and_know_nothing() -> None:
    agenda: Agenda[int] = Agenda(("reaching",), frozenset(range(6)))
    outcomes = dict(run(range(6), Reaching(dict.fromkeys(range(6), 0), deadly=4), 2, [1] * 6, agenda))
    assert outcomes == dict.fromkeys(range(6), (False, frozenset()))


def test_what_fails_there_is_nothing_new() -> None:
    agenda: Agenda[int] = Agenda(("broken",), frozenset(range(6)))
    outcomes = dict(run(range(6), Reaching(dict.fromkeys(range(6), 0)), 2, [1] * 6, agenda))
    assert outcomes == dict.fromkeys(range(6), (True, frozenset()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_without_an_agenda_nothing_is_found_out(jobs: int) -> None:
    outcomes = dict(run([0, 1], Reaching({0: 1, 1: 0}), jobs))
    assert not any(isinstance(outcome, Lost) or outcome[0] for outcome in outcomes.values())
