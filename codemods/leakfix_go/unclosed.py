"""A closable value is not released on every path.

A file, connection, listener, set of rows, statement, transaction, started process or any other value with a releasing
method is acquired, and a path leads out of the function on which nothing releases it and nobody else was handed it:
an early return between the acquisition and its close, a `continue`, a variable that the next attempt overwrites, or a
result thrown away as in `_, err := os.Open(path)`. The descriptor or connection stays open until the garbage collector
happens on it, if ever; under load the process runs out of them.

Example:

    f, err := os.Open(path)              f, err := os.Open(path)
    if err != nil {                      if err != nil {
        return err                           return err
    }                                    }
    if bad(f) {                          defer f.Close()
        return errBad // f stays open    if bad(f) {
    }                                        return errBad
                                         }

A writer that holds nothing but a rest to be written out, as those of archive/tar, compress/gzip or encoding/base64, is
not missed where the function returns an error: what it wrote to is cut off anyway, and ending it would hide that.

Ownership decides: a value that is returned, stored, sent, captured by a goroutine or passed to a callee that may close
it is somebody else's to release, and is not reported. What acquires and what releases is data (the models);
constructors of the project that return something acquired are found by themselves.

Forms:
- `defer`: `defer x.Close()` right behind the error check, where the function never releases the value itself.
- `close-before-exit`: `x.Close()` before every exit that forgets it, where other paths release it or hand it on, and in
  loops, where a deferred call would wait for the end of the function.
- `keep-error`: for files opened for writing in a function with a named error result, a deferred close that keeps its
  error: a failed write may be reported by Close only.
- `bind`: a discarded result is bound and released. A `Query` whose rows are discarded becomes `Exec` (`review`: the
  statement is the same, the driver's call is another).

Fix safety: safe, but for a started process (`review`): waiting for it takes as long as it runs.

References: the documentation of os.File.Close, database/sql.Rows and os/exec.Cmd.Wait; CWE-772; staticcheck SA5001.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import node_at
from leakfix.rules import Form, Safety
from leakfix.rules.go.context_nodes import fails
from leakfix.rules.go.leaks import leaks_of
from leakfix.rules.go.lifecycle import (
    BEFORE_EXIT,
    BIND,
    DEFER,
    KEEP_ERROR,
    LifecycleRule,
    Writer,
    usual_writers,
)
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.text import Edit, Span
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakfix.detectors.losses import Loss
    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules import Finding

_EXEC = Form("exec", "call the method that gives no rows", Safety.REVIEW)


class Unclosed(LifecycleRule):
    """``go-unclosed``."""

    id: ClassVar[str] = "go-unclosed"
    title: ClassVar[str] = "closable value is not released on every path"
    family: ClassVar[str] = "closer"
    forms: ClassVar[tuple[Form, ...]] = (DEFER, BEFORE_EXIT, KEEP_ERROR, BIND, _EXEC)
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/os#File.Close",
        "https://cwe.mitre.org/data/definitions/772",
    )

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The leaks of values that close; what only has its rest written out is not missed where the function fails."""
        for unit, leak in leaks_of(subject):
            repair = Repair(subject, unit, leak)
            if leak.site.obligation.family != self.family:
                continue
            if repair.resource is not None and repair.resource.flush:
                losses = tuple(loss for loss in leak.losses if not _fails(repair, loss))
                repair = Repair(subject, unit, replace(leak, losses=losses))
            if repair.leak.losses:
                yield self.finding(repair)

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """The usual forms; discarded rows are not asked for in the first place."""
        usual = usual_writers(repair)
        acquire = repair.analysis.models.acquire(repair.leak.site.symbol)
        has_sibling = repair.leak.site.discarded and acquire is not None and bool(acquire.discard)
        return [(_EXEC, _without_rows), *usual] if has_sibling else usual


def _fails(repair: Repair, loss: Loss) -> bool:
    """Whether a loss is the return of an error."""
    node = node_at(repair.root, loss.span)
    return fails(repair.analysis.types(repair.unit.function), node)


def _without_rows(repair: Repair) -> list[Edit]:
    """``_, err := db.Query(...)``: the sibling method that gives no rows."""
    acquire = repair.analysis.models.acquire(repair.leak.site.symbol)
    if acquire is None or not acquire.discard:
        raise RefusalError("no-owner", "the call has no sibling that acquires nothing")
    function = repair.call.child_by_field_id(syntax.F_FUNCTION)
    name = function.child_by_field_id(syntax.F_FIELD) if function is not None else None
    if name is None:
        raise RefusalError("unresolved", "the call names no method")
    return [Edit(Span(name.start_byte, name.end_byte), acquire.discard.encode())]


RULE = Unclosed()
