"""Tasks on several processes: one that dies or raises is told and stops no other; an interrupt leaves none behind."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import sys
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext, ForkContext
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

# Many small allocations that live as long as the worker make the collector look at all of them in vain.
_GC_THRESHOLD = 100_000


@dataclass(frozen=True, slots=True)
class Lost(Generic[Task]):
    """A task that came to nothing, and why."""

    task: Task
    reason: str


def run(
    tasks: Sequence[Task],
    work: Callable[[Task], Outcome],
    jobs: int,
) -> Generator[tuple[Task, Outcome | Lost[Task]]]:
    """Do the work on every task and yield what comes of each, in the order in which they get done.

    With one job it is done here and in order. With more, outcomes come from other processes, pickled; so do `work` and
    the tasks get there where processes cannot be forked. Tasks are started in the given order: give the largest first.
    An exception of `work` is a `Lost` like the death of a process. Closing the generator ends all processes at once.
    """
    if jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, _attempt(work, task)
        return
    pool = _Pool(tasks, work, min(jobs, len(tasks)))
    try:
        yield from pool.outcomes()
    finally:
        pool.end()


def _attempt(work: Callable[[Task], Outcome], task: Task) -> Outcome | Lost[Task]:
    try:
        return work(task)
    except Exception as error:
        return Lost(task, _told(error))


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if text else ''}{text}"


class _Worker:
    """A process and the number of the task that it is at."""

    def __init__(self, process: multiprocessing.process.BaseProcess, connection: Connection) -> None:
        self.process = process
        self.connection = connection
        self.task: int | None = None

    def give(self, task: int) -> None:
        self.task = task
        self.connection.send(task)

    def cause_of_death(self) -> str:
        self.process.join()
        code = self.process.exitcode or 0
        if code < 0:
            return f"its process was killed by {signal.Signals(-code).name}"
        return f"its process ended with exit code {code}"


class _Pool(Generic[Task, Outcome]):
    def __init__(self, tasks: Sequence[Task], work: Callable[[Task], Outcome], size: int) -> None:
        self._tasks = tasks
        self._work = work
        self._waiting = deque(range(len(tasks)))
        self._context = _context()
        self._workers: list[_Worker] = []
        with _frozen_heap(self._context):
            for _ in range(size):
                self._start()

    def outcomes(self) -> Iterator[tuple[Task, Outcome | Lost[Task]]]:
        for worker in list(self._workers):
            self._feed(worker)
        while self._workers:
            ready = wait([worker.connection for worker in self._workers])
            for worker in [worker for worker in self._workers if worker.connection in ready]:
                task = worker.task
                try:
                    failed, result = worker.connection.recv()
                except (EOFError, ConnectionError):
                    self._workers.remove(worker)
                    if task is not None:
                        yield self._tasks[task], Lost(self._tasks[task], worker.cause_of_death())
                    if self._waiting:
                        self._feed(self._start())
                    continue
                self._feed(worker)
                if task is not None:
                    yield self._tasks[task], Lost(self._tasks[task], result) if failed else cast("Outcome", result)

    def end(self) -> None:
        """Kill what still runs: nobody waits for it any more."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()
        self._workers.clear()

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        forked = isinstance(self._context, ForkContext)
        inherited = [here, *(worker.connection for worker in self._workers)] if forked else []
        process = self._context.Process(  # type: ignore[attr-defined]
            target=_serve, args=(there, inherited, self._tasks, self._work), daemon=True
        )
        with _interrupts_blocked():
            process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        return worker

    def _feed(self, worker: _Worker) -> None:
        """Give the next task, or let the worker go."""
        if self._waiting:
            worker.give(self._waiting.popleft())
            return
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()


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
            number = connection.recv()
        except (EOFError, ConnectionError):
            return
        outcome = _attempt(work, tasks[number])
        try:
            connection.send((True, outcome.reason) if isinstance(outcome, Lost) else (False, outcome))
        except ConnectionError:
            return
        except Exception as error:
            connection.send((True, _told(error)))


def _context() -> BaseContext:
    """Forking is cheap and shares what was read; only on Linux is it also safe."""
    method = "fork" if sys.platform == "linux" else "spawn"
    return multiprocessing.get_context(method)


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
