"""Elements that are cut off a slice stay reachable in its backing array.

`q.items = q.items[1:]` moves a pointer: the element before it is out of reach for the program, but not for the garbage
collector, which keeps the whole array and all that its slots refer to. They stay until a later append overwrites the
slot or moves the slice to a new array; on a queue, stack or pool that lives long this can be for ever.

Example:

    func (q *Queue) Pop() *Job {             func (q *Queue) Pop() *Job {
        job := q.jobs[0]                         job := q.jobs[0]
                                                 q.jobs[0] = nil
        q.jobs = q.jobs[1:]                      q.jobs = q.jobs[1:]
        return job                               return job
    }                                        }

What is found, where the slice is a field of an object that outlives the call, an element of a map, a package variable
or what a pointer parameter points to, directly or through a local variable that holds it:
- the front is cut off: `q.jobs = q.jobs[1:]`, `q.jobs = q.jobs[n:]`;
- the end is cut off: `s.stack = s.stack[:len(s.stack)-1]`, the `Pop` of a heap, what `copy` moved down;
- an element is deleted: `append(x[:i], x[i+1:]...)`;
- a filter in place: `kept := x[:0]`, then `x = kept`;
- `slices.Delete` and the like in a file of Go 1.21, whose toolchain did not clear what they cut off;
- a new slice is returned with three indices, `return s[1:3:3]`: nobody can reach the rest of its array.

The element type must bear pointers; where it holds strings alone, the finding is information: a slot keeps one string.
Silent are slices of numbers, local slices, arguments and cursors of parsers, slices that grow again without `append`
(their slots are reused on purpose), what the function clears itself, and slices that are cut once and never filled.

Forms:
- `zero`: the slot is set to its zero value on the line before the cut.
- `clear`: `clear(x[n:])` before the cut, below Go 1.21 a loop.
- `delete`: `slices.Delete(x, i, i+1)`, which clears what it cuts off from Go 1.22 on.
- `move-down`: `copy`, then the last slot is cleared, then the cut.
- `take-first`: what `return old[n-1]` reads behind the cut is taken out before it.
- `fields`: the fields that the function forgot, where it clears some.
- `copy`: what is kept is copied to an array of its own, where others may hold the old one (`review`).

Refusals: `ranged-over` (a loop goes on over the same slice), `live-alias` (another variable, who got the slice, or who
gave it, still sees the array), `side-effects` (the bounds call functions), `name-taken`, `unspelled` (no name for the
element type), `unresolved`, `goto`, `layout`, `generated`.

Fix safety: safe where the package keeps the slice to itself; `review` for exported fields, for copies of slices that
are handed out, and where a bound is not known to be within the length.

References: the documentation of slices.Delete; the release notes of Go 1.22; the Go wiki, SliceTricks; go101.org on
memory leaking by lost slice elements.
"""

from collections.abc import Iterator
from typing import ClassVar

from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.slots import Kind, cuts
from leakfix.languages.go.slots_first_look import may_cut
from leakfix.languages.go.slots_library import deleted
from leakfix.languages.go.slots_results import returned
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.go.slot_forms import CLEAR, DELETE, FIELDS, FRESH, MOVE, ZERO
from leakfix.rules.go.slot_reports import lost_slots
from leakfix.rules.go.slot_take import TAKE


class LostSlots(Rule[Analysis]):
    """``go-lost-slots``."""

    id: ClassVar[str] = "go-lost-slots"
    title: ClassVar[str] = "elements cut off a slice stay reachable"
    language: ClassVar[str] = "go"
    forms: ClassVar[tuple[Form, ...]] = (ZERO, CLEAR, DELETE, MOVE, TAKE, FIELDS, FRESH)
    triggers: ClassVar[tuple[bytes, ...]] = (b" = ", b"return ")
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/slices#Delete",
        "https://go.dev/doc/go1.22#slices",
        "https://go.dev/wiki/SliceTricks",
        "https://go101.org/article/memory-leaking.html",
    )

    def may_fire(self, data: bytes) -> bool:
        """Whether a line of the file may cut a slice that outlives its function."""
        return may_cut(data)

    def find(self, subject: Analysis) -> Iterator[Finding]:
        """The cuts that leave slots behind, in the order of the file."""
        lost = (*cuts(subject), *returned(subject), *deleted(subject))
        found = [lost_slots(self, cut) for cut in lost if cut.kind is not Kind.EMPTY]
        yield from sorted((one for one in found if one is not None), key=lambda one: one.span)


RULE = LostSlots()
