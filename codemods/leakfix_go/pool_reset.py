"""An object is made ready for its next use, and keeps what it held reachable in the slots of an emptied slice.

`x.entries = x.entries[:0]` keeps the array for the next user, and with it every pointer in its slots. A pooled object
that is idle keeps the values of its last user alive, and one that was used for much once keeps that much for ever.

Example:

    func (d *userData) Reset() {             func (d *userData) Reset() {
        args := *d                               args := *d
        for i := range args {                    for i := range args {
            closeValue(args[i].value)                closeValue(args[i].value)
                                                     args[i].key = nil
                                                     args[i].value = nil
        }                                        }
        *d = (*d)[:0]                            *d = (*d)[:0]
    }                                        }

What is found: a slice that is a field, or what a pointer refers to, is cut to `[:0]` in a function that is called
Reset, Clear, Release, Recycle, Free or Put, or that gives the owner to a `sync.Pool`, and its slots, or some fields of
them, are not cleared. Elements of strings alone are information.

Silent are elements without pointers, slices that the same function fills again, arrays that are let go (`x = nil`), and
what is kept on purpose: where the package makes the slice longer again without `append`, to use the buffers in the
slots once more, only fields that are set anew there, and that are no slices, are asked for.

Forms:
- `in-loop`: the loop that visits every element also sets it, or its fields that are left, to their zero values.
- `clear`: `clear(x)` before the slice is emptied, below Go 1.21 a loop.

Refusals: `live-alias` (who got the slice, or gave it, still sees the array), `unspelled` (no name for a type),
`layout`, `generated`.

Fix safety: safe; `review` for exported fields.

References: https://github.com/valyala/fasthttp/issues/1812; the documentation of sync.Pool and of the built-in clear.
"""

from collections.abc import Iterator
from typing import ClassVar

from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.slots import Kind, cuts
from leakfix.languages.go.slots_first_look import EMPTYING
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.go.slot_pools import CLEAR, IN_LOOP, kept_slots


class PoolReset(Rule[Analysis]):
    """``go-pool-reset``."""

    id: ClassVar[str] = "go-pool-reset"
    title: ClassVar[str] = "reset object keeps its elements reachable"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (IN_LOOP, CLEAR)
    triggers: ClassVar[tuple[bytes, ...]] = (b"0]",)
    pattern = EMPTYING
    sources: ClassVar[tuple[str, ...]] = (
        "https://github.com/valyala/fasthttp/issues/1812",
        "https://pkg.go.dev/sync#Pool",
        "https://go.dev/ref/spec#Clear",
    )

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The emptied slices whose slots are kept, in the order of the file."""
        found = [kept_slots(self, cut) for cut in cuts(subject) if cut.kind is Kind.EMPTY]
        yield from (one for one in found if one is not None)


RULE = PoolReset()
