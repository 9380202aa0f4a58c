"""The result of `asyncio.create_task` is dropped: the task may vanish before it has run, and its error is lost.

The event loop refers to its tasks weakly. A task that waits is reachable through what it waits for alone; when that is
a cycle of its own, as with a future that nobody else holds, the garbage collector takes both in the middle of the work.
What the task raises is reported when the collector finds it, if ever.

Example:

    import asyncio                               import asyncio

                                                 _background_tasks = set()


    async def on_message(message):               async def on_message(message):
        asyncio.create_task(store(message))          task = asyncio.create_task(store(message))
                                                     _background_tasks.add(task)
                                                     task.add_done_callback(_background_tasks.discard)

What is found: `asyncio.create_task`, `asyncio.ensure_future` of a coroutine that is called there, and `create_task` of
a loop that asyncio gave, whose result is not used, or assigned to a variable that nothing reads while the function ends
or makes the next one. Names are resolved through imports.

Silent are tasks that are awaited, gathered, returned, stored or passed on; `ensure_future` of a future that somebody
has; task groups, and the nurseries of anyio and trio, which keep their tasks.

Forms:
- `keep`: the task is added to a set and discarded when it is done. A set of the class or the module that does so
  already is used again; else the module gets one.
- `task-group`: from Python 3.11, `asyncio.TaskGroup` around the rest of the function, where that waits for something.

Refusals: `expression` (the task is made inside of a larger expression), `layout`, `name-taken`.

Fix safety: `keep` is safe; `task-group` is for a review: the function waits for the task, and its error comes up.

References: the documentation of asyncio.create_task; https://github.com/python/cpython/issues/88831; ruff RUF006.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.python.analysis import Analysis
from leakfix.rules import Confidence, Finding, Form, Rule
from leakfix.rules.python.plain import finding
from leakfix.rules.python.task_forms import GROUP, KEEP, group, keep
from leakfix.rules.python.tasks import Dropped, dropped

if TYPE_CHECKING:
    from collections.abc import Iterator


class TaskReference(Rule[Analysis]):
    """``py-task-reference``."""

    id: ClassVar[str] = "py-task-reference"
    title: ClassVar[str] = "task is referred to by nothing, and may vanish"
    language: ClassVar[str] = "python"
    forms: ClassVar[tuple[Form, ...]] = (KEEP, GROUP)
    triggers: ClassVar[tuple[bytes, ...]] = (b"create_task", b"ensure_future")
    pattern: ClassVar[re.Pattern[bytes] | None] = re.compile(rb"\basyncio\b")
    sources: ClassVar[tuple[str, ...]] = (
        "https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task",
        "https://github.com/python/cpython/issues/88831",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The tasks that a file drops, in order."""
        for one in dropped(subject):
            if not subject.function_at(one.call.start_byte).has_error:
                yield self._finding(subject, one)

    def _finding(self, analysis: Analysis, one: Dropped) -> Finding:
        if one.target is None:
            message = "nothing refers to the task made here: it may vanish before it has run, and its error is lost"
        else:
            message = (
                "nothing refers to the task made here once the function has ended: it may vanish before it has run"
            )
        steps = [(one.call, "the task is made here, and the event loop refers to it only weakly")]
        sure = one.symbol == "asyncio.create_task" and one.target is None
        forms = ((KEEP, partial(keep, analysis, one)), (GROUP, partial(group, analysis, one)))
        return finding(self, analysis, one.call, message, steps, forms, Confidence.HIGH if sure else Confidence.MEDIUM)


RULE = TaskReference()
