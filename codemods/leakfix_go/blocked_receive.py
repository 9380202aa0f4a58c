"""A goroutine waits for ever: nobody closes its channel, and it does not watch the signal that says it is over.

A goroutine that waits on a channel ends only when somebody sends or closes. If the object that it works for can be
closed while it waits, the wait has to watch that signal too; else the goroutine stays, with all that it refers to.

Example:

    func (f *Feed) loop() {             func (f *Feed) loop() {
        for {                               for {
            e := <-f.events                     var e Event
            f.deliver(e)                        select {
        }                                       case e = <-f.events:
    }                                           case <-f.done:
                                                    return
                                                }
                                                f.deliver(e)
                                            }
                                        }

Forms:
- `watch-signal`: select on the signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.rules import Finding, Form, Rule
from leakfix.rules.go.blocking_local import CLOSE_BEFORE_EXIT, DEFER_CLOSE, local_receives
from leakfix.rules.go.waiting_owner import OWNER_CLOSE
from leakfix.rules.go.waiting_replies import unanswered_replies
from leakfix.rules.go.waiting_reports import WATCH, of_stuck
from leakfix.rules.go.waiting_requests import request_waits
from leakfix.rules.go.waiting_waits import stuck_waits
from leakfix.rules.go.waiting_watchers import DONE_CHANNEL, of_watcher, watchers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.languages.go.analysis import Analysis


class BlockedReceive(Rule["Analysis"]):
    """``go-blocked-receive``."""

    id: ClassVar[str] = "go-blocked-receive"
    title: ClassVar[str] = "goroutine waits for ever on a channel"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (WATCH, DONE_CHANNEL, OWNER_CLOSE, CLOSE_BEFORE_EXIT, DEFER_CLOSE)
    triggers: ClassVar[tuple[bytes, ...]] = (b"<-", b"range ", b"select {}")
    sources: ClassVar[tuple[str, ...]] = ("https://go.dev/blog/pipelines",)

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """Every goroutine that waits for ever, in the order of the file."""
        stuck = {one.place.start_byte: one for one in (*stuck_waits(subject), *unanswered_replies(subject))}
        found = [of_stuck(self, one) for one in stuck.values()]
        found += [of_watcher(self, watcher) for watcher in watchers(subject)]
        found += request_waits(self, subject)
        own = {finding.span for finding in found}
        found += [finding for finding in local_receives(self, subject) if finding.span not in own]
        return sorted(found, key=lambda finding: finding.span)


RULE = BlockedReceive()
