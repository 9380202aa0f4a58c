"""A block is lost where it cannot be resized: `p = realloc(p, n)`.

When `realloc` fails it gives null and leaves the old block as it was. If the result is assigned to the only pointer to
that block, nobody can release it any more: the process loses just the memory that it was short of.

Example:

    line = realloc(line, size * 2);       char *tmp = realloc(line, size * 2);
    if (line == NULL)                     if (tmp == NULL) {
        return -1;                            free(line);
                                              return -1;
                                          }
                                          line = tmp;

`reallocarray`, and functions of the project that resize what they are given and release it only if that works, are
meant as well. Silent: what ends the process when it fails, also behind a wrapper; what releases the block itself
when it fails; size 0, which releases; blocks that have another name; parameters, which are copies of the caller's.

Forms:
- `temporary`: a variable takes what the call gives, the check that follows is made of it, and the place is set behind
  that. A variable's block is released where the failure returns; what a member of an object holds stays there, where
  the function sets what the object says of its size only behind the call and tells its caller of the failure.
- `release`: a variable takes what the call gives, the old block is released where that is null, and the place is set as
  before. It needs no check that follows. Where the new size may be 0, with which the call releases the block and may
  give null, that is asked too.

Not rewritten: calls in the conditions of loops, between `#if` and `#endif`, and inside of other expressions; sizes that
may be 0 and cannot be asked once more.

Fix safety: safe. With `temporary`, an object keeps its block where it lost it.

References: CWE-401; SEI CERT C MEM04-C; the manual page of realloc(3), "the original block is left untouched".
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from leakfix.languages.c.analysis import Analysis
from leakfix.rules import Finding, Form, Rule
from leakfix.rules.c.fixes import written
from leakfix.rules.c.repair import open_units_of
from leakfix.rules.c.resized_forms import checked_first, released_on_failure
from leakfix.rules.c.resizing import losing_exit, resizes
from leakfix.rules.finding import Step
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.rules.c.resizing import Resize

TEMPORARY = Form("temporary", "check what the call gave before the pointer takes it")
RELEASE = Form("release", "release the old block where the call fails")
_WHY = "Only where the call fails something changes: the old block is not lost."


class CRealloc(Rule[Analysis]):
    """``c-realloc``."""

    id: ClassVar[str] = "c-realloc"
    title: ClassVar[str] = "block is lost where it cannot be resized"
    language: ClassVar[str] = "c"
    forms: ClassVar[tuple[Form, ...]] = (TEMPORARY, RELEASE)
    sources: ClassVar[tuple[str, ...]] = (
        "https://cwe.mitre.org/data/definitions/401",
        "https://wiki.sei.cmu.edu/confluence/display/c/MEM04-C.+Beware+of+zero-length+allocations",
    )

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The resized blocks whose only name takes the result."""
        for unit in open_units_of(subject):
            for resize in resizes(subject, unit):
                lost = losing_exit(resize)
                if lost is not None:
                    yield self.finding(resize, lost)

    def finding(self, resize: Resize, lost: Span) -> Finding:
        """One resized block with its fixes."""
        source = resize.analysis.source
        writers = ((TEMPORARY, partial(checked_first, resize)), (RELEASE, partial(released_on_failure, resize)))
        fixes, refusal = written(source, writers, why=_WHY)
        called = resize.site.symbol.rpartition("::")[2]
        line = source.line(resize.call.start_byte)
        return Finding.at(
            source,
            Span(resize.assignment.start_byte, resize.assignment.end_byte),
            rule=self.id,
            function=resize.function.qualified,
            message=f"the memory is lost if {called}() fails: {resize.place} was its only name",
            trace=(
                Step(source.path, line, f"`{resize.place}` takes null when {called}() fails"),
                Step(source.path, source.line(lost.start), "nothing names the old block any more"),
            ),
            fixes=fixes,
            refusal=refusal,
        )


RULE = CRealloc()
