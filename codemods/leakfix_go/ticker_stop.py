"""A ticker or timer is left running: nothing stops it, or nothing can.

Before Go 1.23 the runtime keeps a running ticker, its channel and its timer for ever: each one that is not stopped is
memory lost and a wake-up at every tick. A timer is kept until it fires. From a module that declares Go 1.23 or later
the collector frees both as soon as nobody refers to them, and nothing is reported; the go line of the module decides,
not the toolchain at hand (GODEBUG asynctimerchan follows it). Without a go line, and in a GOPATH, that is Go 1.16; only
a command outside any module that imports the standard library alone takes the toolchain's, and is left alone.

Example:

    ticker := time.NewTicker(every)      ticker := time.NewTicker(every)
    for {                                defer ticker.Stop()
        if ok, err := holds(); ok {      for {
            return err                       ...
        }
        <-ticker.C
    }

What is found:
- a ticker or timer that is not stopped on every path out of the function that owns it;
- a ticker of which only the channel is kept (`time.Tick(d)`, `time.NewTicker(d).C`) in a function that returns;
- `time.After(d)` in the select of a loop that goes on while the timer runs, or kept in a variable that the next turn
  overwrites: every turn leaves one behind;
- `time.After(d)` in the select of a loop whose other cases leave it (information): one timer stays each time, for as
  long as it has to run. So it is with a select outside a loop that waits for more than a second, in a function that a
  loop of the package calls. A tenth of a second is of low confidence, unless the loop does nothing else;
- a ticker in a field of a type with Close, Shutdown or Stop that forgets it;
- with any version: a goroutine that ranges over a ticker which is stopped. Stop does not close the channel.

Functions that never return need no Stop (no range over a ticker ends by itself), and neither does a timer that was
received from, or `main`. A ticker that is returned, stored, sent, captured by a function that outlives the call, or
whose channel is, belongs to somebody else. Loops of a few rounds, and a case that sets its own channel to nil, leave no
timers behind worth a change. What stands in a test is reported as information.

Forms:
- `defer`: `defer ticker.Stop()` behind the creation.
- `close-before-exit`: `ticker.Stop()` before every exit that forgets it; in loops, or where other paths stop it.
- `bind`: the ticker gets a name and a deferred Stop; `time.Tick(d)` becomes `time.NewTicker(d)`, and `time.After(d)`
  outside a loop `time.NewTimer(d)`. NewTicker panics on a duration that is not positive, where Tick returns nil:
  offered for positive constants only, and for variables that were tested (`if d > 0`).
- `after`: one tick is waited for: `time.After(d)`.
- `one-timer`: one `NewTimer` before the loop, which each turn stops, drains and resets.
- `timer-each-turn`: a timer with a name in each turn, stopped in the cases that do not wait for it; also where the
  duration is computed in the loop.
- `owner-close`: `x.ticker.Stop()` in the Close, Shutdown or Stop of the type (`review`: who still receives from the
  ticker then gets nothing more).

Refusals: `duration` (not surely positive, or not known before the loop), `loop` (a deferred Stop would pile up),
`no-owner` (nothing names it where it would have to be stopped), `goroutine`, `goto`, `layout`, `generated`.

Fix safety: safe, but for `owner-close`.

References: the documentation of time.NewTicker, time.Tick, time.After and time.Timer.Reset; the release notes of Go
1.23; staticcheck SA1015.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from leakfix.detectors.losses import Status
from leakfix.languages.go.analysis import Analysis
from leakfix.rules import Finding, Form, Refusal, Severity
from leakfix.rules.go.forms import before_exits, deferred
from leakfix.rules.go.leaks import leaks_of
from leakfix.rules.go.lifecycle import BEFORE_EXIT, BIND, DEFER, LifecycleRule, Writer, usual_writers
from leakfix.rules.go.repair import Repair
from leakfix.rules.go.ticker_channels import channels, is_only_channel
from leakfix.rules.go.ticker_fields import FORM as OWNER_CLOSE
from leakfix.rules.go.ticker_fields import forgotten
from leakfix.rules.go.ticker_goroutines import stuck_goroutines
from leakfix.rules.go.ticker_left import left_running
from leakfix.rules.go.ticker_named import is_held, is_replaced, is_reset, named, real_losses, stopped_before_exits
from leakfix.rules.go.ticker_reports import AFTER, EACH_TURN, ONE_TIMER, of_channel, of_field, of_goroutine, of_left
from leakfix.rules.go.ticker_scene import collects_timers
from leakfix.text.records import replace


class TickerStop(LifecycleRule):
    """``go-ticker-stop``."""

    id: ClassVar[str] = "go-ticker-stop"
    title: ClassVar[str] = "ticker or timer is left running"
    family: ClassVar[str] = "ticker"
    forms: ClassVar[tuple[Form, ...]] = (DEFER, BEFORE_EXIT, BIND, AFTER, ONE_TIMER, EACH_TURN, OWNER_CLOSE)
    triggers: ClassVar[tuple[bytes, ...]] = (b"NewTicker(", b"NewTimer(", b"Tick(", b"After(")
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/time#NewTicker",
        "https://go.dev/doc/go1.23#timer-changes",
        "https://staticcheck.dev/docs/checks/#SA1015",
    )

    def may_fire(self, data: bytes) -> bool:
        """Whether a file imports the package, and calls a function of such a name."""
        return b'"time"' in data and super().may_fire(data)

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """Every kind of ticker or timer that is left running, in the order of the file."""
        found = [of_goroutine(self, stuck) for stuck in stuck_goroutines(subject)]
        if not collects_timers(subject):
            found += self._owned(subject)
            found += self._channels(subject)
            found += [of_field(self, field) for field in forgotten(subject)]
        return sorted(found, key=lambda finding: finding.span)

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """As usual; one that is passed on where it is made gets a name first, one that is reset is stopped at last."""
        leak = repair.leak
        if not is_held(repair) and not leak.site.discarded:
            return [(BIND, named)]
        forms = usual_writers(repair)
        if is_reset(repair) and not leak.repeats and Status.HANDED_ON not in leak.fates:
            forms = [(DEFER, deferred), (BEFORE_EXIT, before_exits)]
        if is_replaced(repair):
            forms = [(BEFORE_EXIT, before_exits)]
        return [(form, stopped_before_exits if form is BEFORE_EXIT else writer) for form, writer in forms]

    def refuse(self, repair: Repair) -> Refusal | None:
        """One that is discarded cannot be meant to tick."""
        if repair.leak.site.discarded:
            return Refusal("no-owner", "nobody can receive from it or stop it: the call has no use but its panic")
        return super().refuse(repair)

    def _channels(self, subject: Analysis) -> Iterator[Finding]:
        """Tickers and timers of which only the channel is kept."""
        for channel in channels(subject):
            if channel.leaks:
                yield of_channel(self, channel)
            elif (left := left_running(channel)) is not None:
                yield of_left(self, channel, left)

    def _owned(self, subject: Analysis) -> Iterator[Finding]:
        """What the lifecycle detector says of tickers and timers that the function holds."""
        for unit, leak in leaks_of(subject):
            repair = Repair(subject, unit, leak)
            if leak.site.obligation.family != self.family or is_only_channel(repair.call):
                continue
            real = real_losses(repair)
            if real is not None:
                found = self.finding(replace(repair, leak=real))
                yield replace(found, severity=Severity.INFO) if subject.file.is_test else found


RULE = TickerStop()
