"""An object starts a timer or a thread, or keeps an HTTP session, and its own `close` or `stop` does not end it.

The timer fires at an object that nobody uses any more, and until then its thread keeps the object alive; one that
starts the next timer does so for ever. A thread that waits for items of a queue waits for ever once nobody puts any. A
session holds its connections until it is closed.

Example:

    class Watchdog:                              class Watchdog:
        def __init__(self, limit, alarm):            def __init__(self, limit, alarm):
            self.timer = Timer(limit, alarm)             self.timer = Timer(limit, alarm)
            self.timer.start()                           self.timer.start()

        def close(self):                             def close(self):
            self.file.close()                            self.timer.cancel()
                                                         self.file.close()

What is found, of what is assigned to an attribute of `self` and made there: a `threading.Timer` that is started and
never cancelled in a class that can be stopped, or that starts the next one; a `threading.Thread` whose target waits for
items of a queue of the object in a loop that nothing ends; a session of requests, httpx or aiohttp that is not closed.

Silent is what anything ends (`cancel`, `join`, `close`) anywhere in the run, what is returned, passed on or aliased,
what may be somebody else's, and a timer that fires once in an object without a stop. Sessions in functions are for
`py-unclosed`.

Forms:
- `stop`: the owner's `close`, `stop`, `shutdown` or `__exit__` ends it, behind a test where it may be None.
- `sentinel`: the owner puts a mark into the queue upon which the thread ends.

Refusals: `no-stop` (the class has no such method), `sync-stop`, `maybe-unset`, `queue` (bounded, or its items are
counted), `control-flow`, `name-taken`, `layout`.

Fix safety: `stop` is safe, but for a timer that starts the next one, which may do so while its owner is stopped;
`sentinel` is for a review, since what is put into the queue later is left there.

References: the documentation of threading.Timer, queue and of the sessions of requests, httpx and aiohttp.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.languages.python.analysis import Analysis
from leakfix.rules import Confidence, Finding, Form, Rule
from leakfix.rules.python.plain import finding
from leakfix.rules.python.unstopped import Unstopped, unstopped
from leakfix.rules.python.unstopped_forms import SENTINEL, STOP, sentinel, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAID: Final = {
    "timer": "the timer is started here, and nothing cancels it",
    "thread": "the thread is made here, and waits for items of the queue for ever",
    "session": "it is opened here, and nothing closes it",
}


class UnstoppedTimer(Rule[Analysis]):
    """``py-unstopped-timer``."""

    id: ClassVar[str] = "py-unstopped-timer"
    title: ClassVar[str] = "object does not end the timer, thread or session that it started"
    language: ClassVar[str] = "python"
    forms: ClassVar[tuple[Form, ...]] = (STOP, SENTINEL)
    triggers: ClassVar[tuple[bytes, ...]] = (b"threading", b"requests", b"httpx", b"aiohttp")
    pattern: ClassVar[re.Pattern[bytes] | None] = re.compile(
        rb"\bself\.\w+[ \t]*(?::[^=\n]*)?=[ \t(]*[\w.]*(?:Timer|Thread|[sS]ession|Client)\w*[ \t]*\("
    )
    sources: ClassVar[tuple[str, ...]] = (
        "https://docs.python.org/3/library/threading.html#timer-objects",
        "https://requests.readthedocs.io/en/latest/user/advanced/#session-objects",
        "https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.ClientSession.close",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """What the objects of a file keep running, in order."""
        for one in unstopped(subject):
            if not one.class_.node.has_error:
                yield self._finding(subject, one)

    def _finding(self, analysis: Analysis, one: Unstopped) -> Finding:
        steps = [(one.call, _SAID[one.kind])]
        ended = {"timer": "cancelled", "thread": "told to end", "session": "closed"}[one.kind]
        if one.stop is not None:
            steps.append((one.stop.node, f"`{one.stop.last_name}` leaves it as it is"))
            message = f"the {one.noun} is not {ended} when its owner is stopped"
        else:
            message = f"the {one.noun} is never {ended}, and its owner cannot be stopped"
        form = (
            (SENTINEL, partial(sentinel, analysis, one))
            if one.kind == "thread"
            else (STOP, partial(stop, analysis, one))
        )
        return finding(self, analysis, one.call, message, steps, (form,), self._confidence(one))

    @staticmethod
    def _confidence(one: Unstopped) -> Confidence:
        if one.stop is None:
            return Confidence.LOW if one.kind == "session" and not one.is_async else Confidence.MEDIUM
        return Confidence.HIGH if one.kind == "timer" else Confidence.MEDIUM


RULE = UnstoppedTimer()
