"""A goroutine waits for ever: nobody sends or closes any more, and it does not watch what tells that it is over.

A goroutine that waits on a channel ends only when somebody at the other end does something. Where the object that it
works for has been closed, or the function that started it has returned, nobody does: the goroutine stays until the
program ends, with all that it refers to.

Example:

    func (f *Feed) loop() {                 func (f *Feed) loop() {
        for {                                   for {
            e := <-f.events                         var e Event
            f.deliver(e)                            select {
        }                                           case e = <-f.events:
    }                                               case <-f.done:
                                                        return
                                                    }
                                                    f.deliver(e)
                                                }
                                            }

What is found:
- a goroutine that sends, receives or ranges on a channel in a field which nobody closes, while its object has a signal
  that it does not watch: a channel that Close closes, a context, a channel that was given to the object. Those at the
  other end give up upon the signal, or the goroutine never ends, or there are clients alone, who owe it nothing;
- a goroutine that hands a request over in a select on a signal, and then waits for the answer without it;
- a goroutine that never ends, of a type whose Close, Stop or Shutdown gives back what it has but does not tell it;
- a method that sends to a goroutine which may have ended, and does not watch what that closes last;
- a goroutine that waits for the end of a context, in a function that has finished its work long before;
- a handler of HTTP requests that waits when its client has left, for an event or with `select {}`;
- a wait for the end of `context.Background()`;
- a channel of one function that is not closed on every way out, though somebody ranges over it.

What lives as long as the program is left alone: goroutines started in main or init, or for package-level objects. So
are channels that are closed somewhere, that were handed to code which cannot be seen and may close them, those with
the tokens of a semaphore, waits for goroutines that always answer, and waits for messages of a closing method. Mutexes
and condition variables are no channels. Tests are not looked at.

Forms:
- `watch-signal`: select on the signal as well, and leave as other selects of the goroutine do: return zero values, or
  the named results as they are.
- `done-channel`: a new channel, closed by a deferred call, ends a goroutine with the function that started it.
- `owner-close`: a new channel in the object, closed once where the object is closed.
- `defer-close`, `close-before-exit`: close the channel that is ranged over.

Refusals: `own-signal` (the only one who closes the signal is the waiting goroutine itself, when it returns), `lock` and
`cleanup` (leaving at the wait would skip what other ways out do), `expression` (the value is received in the middle of
one), `no-owner` (nothing tells where the object ends), `no-error` (the caller would have to be told by an error),
`named-result`, `name-taken`, `unresolved`, `loop`, `generated`, `layout`, and those of local channels.

Fix safety: a signal upon which all at the other end give up is safe to watch when the channel has no buffer. All other
selects need a review: what is in the channel, or sent later, may be dropped.

References: https://go.dev/blog/pipelines, https://pkg.go.dev/context, and the reader of connections in net/http, which
selects on its channel for closing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.rules import Finding, Form, Rule
from leakfix.rules.go.blocking_local import CLOSE_BEFORE_EXIT, DEFER_CLOSE, local_receives
from leakfix.rules.go.waiting_owner import OWNER_CLOSE
from leakfix.rules.go.waiting_replies import unanswered_replies
from leakfix.rules.go.waiting_reports import WATCH, of_stuck
from leakfix.rules.go.waiting_requests import request_waits
from leakfix.rules.go.waiting_waits import client_waits, stuck_waits
from leakfix.rules.go.waiting_watcher_forms import DONE_CHANNEL, of_watcher
from leakfix.rules.go.waiting_watchers import watchers

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
    sources: ClassVar[tuple[str, ...]] = ("https://go.dev/blog/pipelines", "https://pkg.go.dev/context#Context")

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """Every goroutine that waits for ever, in the order of the file."""
        waits = (*client_waits(subject), *stuck_waits(subject), *unanswered_replies(subject))
        stuck = {one.place.start_byte: one for one in waits}
        found = [of_stuck(self, one) for one in stuck.values()]
        found += [of_watcher(self, watcher) for watcher in watchers(subject)]
        found += request_waits(self, subject)
        own = {finding.span for finding in found}
        found += [finding for finding in local_receives(self, subject) if finding.span not in own]
        return sorted(found, key=lambda finding: finding.span)


RULE = BlockedReceive()
