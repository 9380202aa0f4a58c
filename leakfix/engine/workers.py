"""Tasks done one after the other, or on several processes; one that comes to nothing is told and stops no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from leakfix.engine.conference import Agenda

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@record
class Lost(Generic[Task]):
    """A task that came to nothing, and why."""

    task: Task
    reason: str


def run(
    tasks: Sequence[Task],
    work: Callable[[Task], Outcome],
    jobs: int,
    weights: Sequence[int] = (),
    agenda: Agenda[Task] | None = None,
) -> Generator[tuple[Task, Outcome | Lost[Task]]]:
    """Do the work on every task and yield what comes of each, in the order in which they get done.

    With one job it is done here and in order. With more, outcomes come from other processes, pickled; so do `work` and
    the tasks get there where processes cannot be forked. Tasks are started in the given order; with ``weights``, one a
    task, each process is given neighbours, about as much as the others, and helps others when it is done.
    With several, what is on the agenda is found out together before, of which `work` is a party then.
    An exception of `work` is a `Lost` like the death of a process. Closing the generator ends all processes at once.
    """
    if jobs <= 1 or len(tasks) <= 1:
        for task in tasks:
            yield task, attempt(work, task)
        return
    from leakfix.engine.pool import Pool

    pool = Pool(tasks, work, min(jobs, len(tasks)), weights, agenda)
    try:
        yield from pool.outcomes()
    finally:
        pool.end()


def attempt(work: Callable[[Task], Outcome], task: Task) -> Outcome | Lost[Task]:
    """The outcome of a task, or the exception as a value."""
    try:
        return work(task)
    except Exception as error:
        return Lost(task, told(error))


def told(error: BaseException) -> str:
    """An exception on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if text else ''}{text}"
