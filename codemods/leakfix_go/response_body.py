"""The body of an HTTP response is not closed on every path.

`net/http` hands out a response with an open body: as long as it is neither read to its end nor closed, its connection
cannot be reused and two goroutines of the transport stay alive. The body must be closed even where only the status or
nothing of the response is of interest.

Example:

    resp, err := http.Get(url)                 resp, err := http.Get(url)
    if err != nil {                            if err != nil {
        return err                                 return err
    }                                          }
    if resp.StatusCode != http.StatusOK {      defer resp.Body.Close()
        return errStatus // still open         if resp.StatusCode != http.StatusOK {
    }                                              return errStatus
    ...                                        }

A response that is returned, stored, or whose body is returned belongs to the caller. Handshakes of websockets,
recorders and bodies made with `io.NopCloser` hold nothing. Where the error is not nil there is nothing to close.

Forms:
- `defer`: `defer resp.Body.Close()` right behind the error check; plain statements that close the same body go, since a
  second close is noise, and stay where their error is used.
- `close-before-exit`: the close before every exit that forgets it; the only form in loops, and where another path hands
  the response on.
- `bind`: a discarded response is bound and its body closed.

Fix safety: safe. Closing a body twice is harmless, and nothing reads it behind the exits.

References: https://pkg.go.dev/net/http ("The caller must close the response body when finished with it"), bodyclose.
"""

from collections.abc import Sequence
from typing import ClassVar

from leakfix.detectors.losses import Status
from leakfix.rules import Form
from leakfix.rules.go import forms
from leakfix.rules.go.lifecycle import BEFORE_EXIT, BIND, DEFER, LifecycleRule, Writer, usual_writers
from leakfix.rules.go.repair import Repair


class ResponseBody(LifecycleRule):
    """``go-response-body``."""

    id: ClassVar[str] = "go-response-body"
    title: ClassVar[str] = "HTTP response body is not closed on every path"
    family: ClassVar[str] = "response-body"
    forms: ClassVar[tuple[Form, ...]] = (DEFER, BEFORE_EXIT, BIND)
    sources: ClassVar[tuple[str, ...]] = ("https://pkg.go.dev/net/http#Response",)

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """As usual, but a body that is closed on some paths only is better closed by one deferred call."""
        leak = repair.leak
        if leak.site.discarded or leak.repeats or Status.HANDED_ON in leak.fates or forms.has_late_defer(repair):
            return usual_writers(repair)
        if forms.has_deferred_release(repair):
            return [(BEFORE_EXIT, forms.before_exits), (DEFER, forms.deferred_without_plain)]
        return [(DEFER, forms.deferred_without_plain), (BEFORE_EXIT, forms.before_exits)]


RULE = ResponseBody()
