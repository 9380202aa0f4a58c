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

from collections.abc import Sequence
from typing import ClassVar

from leakfix.languages.go import syntax
from leakfix.rules import Form, Safety
from leakfix.rules.go.lifecycle import BEFORE_EXIT, BIND, DEFER, KEEP_ERROR, LifecycleRule, Writer, usual_writers
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.text import Edit, Span

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

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """The usual forms; discarded rows are not asked for in the first place."""
        usual = usual_writers(repair)
        return [(_EXEC, _without_rows), *usual] if repair.leak.site.discarded else usual


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
