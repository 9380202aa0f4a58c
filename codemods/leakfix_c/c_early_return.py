"""Memory or a handle of C is not released on every path.

What `malloc`, `strdup`, `fopen`, `open`, `opendir` and their like give, or a function of the project that hands on what
it acquired, is the function's own until it is released, returned or stored. An early return, a `continue`, or the end
of the function that forgets it loses it for good: the process grows, or runs out of descriptors.

Example:

    FILE *in = fopen(path, "r");          FILE *in = fopen(path, "r");
    if (in == NULL)                       if (in == NULL)
        return -1;                            return -1;
    if (read_header(in) < 0)              if (read_header(in) < 0) {
        return -2; /* in stays open */        fclose(in);
    ...                                       return -2; /* in stays open */
    fclose(in);                           }
                                          ...
                                          fclose(in);

Ownership decides: what is returned, stored, or passed to a callee that may keep it is somebody else's. What acquires
and releases is data (the models); functions of the project that hand on what they acquire, or release what they are
given, are found by themselves, and the release is spelled as the function, or the file, spells it elsewhere.

Forms:
- `release`: the release before every way out that forgets it, in the reverse order of acquisition. A result that is
  computed with the resource is computed first.
- `goto`: a jump to the label of the function that releases just what is live there and returns.

Not rewritten: ways out and acquisitions that macros or `#if` hide, variables that may hold something else by then, and
exits that are also reached with the resource released or handed on.

Fix safety: safe. Where nothing may have been acquired the release is guarded, or takes null.

References: CWE-401, CWE-772, CWE-775; SEI CERT C MEM31-C and FIO42-C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.rules import Form
from leakfix.rules.c.labels import joined_labels
from leakfix.rules.c.lifecycle import LifecycleRule, Writer
from leakfix.rules.c.releases import released_before_exits

if TYPE_CHECKING:
    from leakfix.rules.c.repair import Repair

RELEASE = Form("release", "release before every way out that forgets it")
GOTO = Form("goto", "jump to the label that releases it")


class CEarlyReturn(LifecycleRule):
    """``c-early-return``."""

    id: ClassVar[str] = "c-early-return"
    title: ClassVar[str] = "memory or handle is not released on every path"
    writers: ClassVar[tuple[tuple[Form, Writer], ...]] = ((GOTO, joined_labels), (RELEASE, released_before_exits))
    forms: ClassVar[tuple[Form, ...]] = tuple(form for form, _ in writers)
    sources: ClassVar[tuple[str, ...]] = (
        "https://cwe.mitre.org/data/definitions/401",
        "https://cwe.mitre.org/data/definitions/775",
    )

    def concerns(self, repair: Repair) -> bool:
        """Whatever is not made with `new`."""
        return not repair.is_object


RULE = CEarlyReturn()
