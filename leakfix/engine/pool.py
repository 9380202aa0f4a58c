"""The processes of a pool; an interrupt leaves none behind."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext, ForkContext
from typing import TYPE_CHECKING, Generic, cast

from leakfix.engine.conference import HEAR, Chair
from leakfix.engine.meanwhile import CAN_FORK
from leakfix.engine.workers import Lost, Outcome, Task, attempt, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from leakfix.engine.conference import Agenda, Party

# Nearly all that a worker allocates lives as long as its workspace, behind which the garbage is collected.
_GC_THRESHOLD = 5_000_000

# With so many tasks before it, a worker is given one ahead of time, and need not wait for its parent behind every one.
_PLENTY = 8

_DO = "do"

# Behind this part of a share its tasks come by their weight, and not as neighbours.
_LAST = 3 / 4


class _Worker:
    """A process, the tasks that are its own, and the numbers of the one that it is at and of what follows that."""

    def __init__(
        self, process: multiprocessing.process.BaseProcess, connection: Connection, waiting: deque[int]
    ) -> None:
        self.process = process
        self.connection = connection
        self.waiting = waiting
        self.given: deque[int] = deque()

    def give(self, task: int) -> None:
        self.given.append(task)
        # Of one that has died in the meantime its connection tells.
        with suppress(ConnectionError):
            self.connection.send((_DO, task))

    def cause_of_death(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        if code < 0:
            return f"its process was killed by {signal.Signals(-code).name}"
        return f"its process ended with exit code {code}"


class Pool(Generic[Task, Outcome]):
    """Workers that are given tasks one at a time, as they get done."""

    def __init__(
        self,
        tasks: Sequence[Task],
        work: Callable[[Task], Outcome],
        size: int,
        weights: Sequence[int] = (),
        agenda: Agenda[Task] | None = None,
    ) -> None:
        """Start the workers and first tasks. With weights, each has tasks of its own that lie next to each other.

        With an agenda the workers find that out together first.
        """
        self._agenda = agenda
        self._wanted = len(tasks)
        self._tasks = [*tasks, *(agenda.others if agenda else ())]
        self._weights = [*weights, *(agenda.weights if agenda else ())]
        self._work = work
        self._size = size
        self._context = _context()
        self._workers: list[_Worker] = []
        self._leaving: list[_Worker] = []
        self._shares: list[deque[int]] = []
        self._begin()

    def outcomes(self) -> Iterator[tuple[Task, Outcome | Lost[Task]]]:
        """What comes of each task; a worker that dies is replaced."""
        if self._agenda is not None:
            self._confer(self._agenda)
        while self._workers:
            ready = wait([worker.connection for worker in self._workers])
            for worker in [worker for worker in self._workers if worker.connection in ready]:
                try:
                    failed, result = worker.connection.recv()
                except (EOFError, ConnectionError):
                    self._workers.remove(worker)
                    if worker.given:
                        lost = self._tasks[worker.given.popleft()]
                        yield lost, Lost(lost, worker.cause_of_death())
                    worker.waiting.extendleft(reversed(worker.given))
                    if any(self._shares):
                        self._feed(self._start(worker.waiting))
                    continue
                task = self._tasks[worker.given.popleft()]
                self._feed(worker)
                yield task, Lost(task, result) if failed else cast("Outcome", result)

    def end(self) -> None:
        """Kill what still runs: nobody waits for what it does any more.

        Those that are done are not waited for while their memory is given back: that is left to whoever starts the
        next process, or ends this one.
        """
        for worker in (*self._workers, *self._leaving):
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()
        self._workers.clear()
        self._leaving.clear()

    def _begin(self) -> None:
        count = len(self._tasks)
        self._shares = shares(self._weights, self._size) if self._weights else [deque(range(count))]
        with _frozen_heap(self._context):
            for number in range(self._size):
                worker = self._start(self._shares[number % len(self._shares)])
                if self._agenda is None:
                    self._feed(worker)

    def _confer(self, agenda: Agenda[Task]) -> None:
        """Have the workers find out what is on the agenda; what each has looked at is its own from then on."""
        self._agenda = None
        looked = agenda.numbers.union(range(self._wanted, len(self._tasks)))
        chair = Chair([worker.connection for worker in self._workers], self._shares)
        try:
            for topic in agenda.topics:
                chair.find_out(topic, looked)
        except (EOFError, ConnectionError):
            # One has died, of which the others have to know nothing if they find out everything alone.
            self.end()
            self._begin()
            return
        for worker, share in zip(tuple(self._workers), chair.shares, strict=True):
            worker.waiting.clear()
            worker.waiting.extend(_arranged((number for number in share if number < self._wanted), self._weights))
            self._feed(worker)

    def _start(self, waiting: deque[int]) -> _Worker:
        here, there = self._context.Pipe()
        forked = isinstance(self._context, ForkContext)
        inherited = [here, *(worker.connection for worker in self._workers)] if forked else []
        # The stubs give `Process` to each kind of context, and not to what they have in common.
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(there, inherited, self._tasks, self._work), daemon=True
        )
        with _interrupts_blocked():
            process.start()
        there.close()
        worker = _Worker(process, here, waiting)
        self._workers.append(worker)
        return worker

    def _feed(self, worker: _Worker) -> None:
        """Give the next task, unless there is one to go on with, or let the worker go."""
        while worker.waiting and len(worker.given) < (2 if len(worker.waiting) >= _PLENTY else 1):
            worker.give(worker.waiting.popleft())
        if worker.given:
            return
        longest = max(self._shares, key=len)
        if longest:
            worker.give(longest.pop())
            return
        self._workers.remove(worker)
        # It ends by itself; giving back its memory takes a while, for which the others do not have to wait.
        worker.connection.close()
        self._leaving.append(worker)


def shares(weights: Sequence[int], size: int) -> list[deque[int]]:
    """Cut the numbers of tasks into that many runs of about the same weight.

    The last stretch of each begins with the heaviest, so that all have done their share at about the same time.
    """
    runs: list[list[int]] = [[] for _ in range(size)]
    total, done = max(sum(weights), 1), 0
    for number, weight in enumerate(weights):
        runs[min((2 * done + weight) * size // (2 * total), size - 1)].append(number)
        done += weight
    return [deque(_arranged(run, weights)) for run in runs]


def _arranged(numbers: Iterable[int], weights: Sequence[int]) -> list[int]:
    """The tasks of a share in the order in which they are done."""
    run: list[int] = []
    end: list[int] = []
    share = sorted(numbers)
    total, done = sum(weights[number] for number in share), 0
    for number in share:
        (end if 2 * done + weights[number] >= 2 * _LAST * total else run).append(number)
        done += weights[number]
    return [*run, *sorted(end, key=lambda number: -weights[number])]


def _serve(
    connection: Connection,
    inherited: Sequence[Connection],
    tasks: Sequence[Task],
    work: Callable[[Task], Outcome],
) -> None:
    """The life of a worker: tasks by number until its parent closes the connection, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # A forked worker holds the other ends too, and would never see that the parent is gone.
    for other in inherited:
        other.close()
    gc.set_threshold(_GC_THRESHOLD)
    while True:
        try:
            message = connection.recv()
        except (EOFError, ConnectionError):
            return
        outcome = attempt(partial(_answer, tasks, work), message)
        try:
            connection.send((True, outcome.reason) if isinstance(outcome, Lost) else (False, outcome))
        except ConnectionError:
            return
        except Exception as error:
            connection.send((True, told(error)))


def _answer(tasks: Sequence[Task], work: Any, message: tuple[Any, ...]) -> object:
    """What a message asks for: what is done with a task, or a part in a conference."""
    verb, *given = message
    if verb == _DO:
        return work(tasks[given[0]])
    party: Party[Task] = work
    topic, what = given
    return party.hear(topic, what) if verb == HEAR else party.look(topic, tasks[what])


def _context() -> BaseContext:
    """Forking is cheap and shares what was read; only on Linux is it also safe."""
    return multiprocessing.get_context("fork" if CAN_FORK else "spawn")


@contextmanager
def _frozen_heap(context: BaseContext) -> Iterator[None]:
    """While forking, keep the collector off what parent and workers share: touching it would copy it."""
    if not isinstance(context, ForkContext):
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Hold Ctrl-C back until a new worker has said that it ignores it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
