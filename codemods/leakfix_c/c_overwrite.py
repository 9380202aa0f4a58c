"""A variable is assigned over while it still owns memory or a handle.

A second call, or the next turn of a loop, gives an owning pointer or descriptor a new value before the old one was
released. What it held has no name any more.

Example:

    char *name = NULL;                    char *name = NULL;
    while (next_pair(in, key, value))     while (next_pair(in, key, value))
        if (strcmp(key, "name") == 0)         if (strcmp(key, "name") == 0) {
            name = strdup(value);                 free(name);
                                                  name = strdup(value);
                                              }

A member of what the function is given, or of its object, is its owner's: where the same function sets it twice, and
nobody could take the first one away in between, that is reported, and not rewritten.

Silent: what was released or handed on before, what has another name, and what `c-realloc` is for.

Forms:
- `unique-ptr`: an object made with `new` gets a `std::unique_ptr`, from C++11 on, and `reset` takes the next one.
- `temporary`: where the new value is made with the help of the old one, it is made first.
- `release`: the release stands before the assignment, guarded where the variable may hold nothing that its release
  takes. A variable that is declared without a value gets one that stands for nothing.

Not rewritten: what is assigned over in the head of a loop or only if something else holds, and variables that may hold
by then what was released, handed on or given by somebody else; where another variable leads into what would go.

Fix safety: safe, but for objects whose destructor does more than to give back what they hold.

References: CWE-401, CWE-772; SEI CERT C MEM31-C and FIO42-C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from leakfix.detectors.losses import LossKind
from leakfix.rules import Form
from leakfix.rules.c.lifecycle import LifecycleRule, Writer
from leakfix.rules.c.overwrites import is_lost, released_before, released_behind
from leakfix.rules.c.ownership import owned_by_pointer
from leakfix.rules.c.resizing import resized_spans

if TYPE_CHECKING:
    from leakfix.detectors.losses import Leak, Loss
    from leakfix.languages.c.analysis import Analysis
    from leakfix.rules.c.repair import Repair, Unit

UNIQUE_PTR = Form("unique-ptr", "let a std::unique_ptr own it, and reset it", requires="c++11")
RELEASE = Form("release", "release before the assignment")
TEMPORARY = Form("temporary", "make the new one first, then release the old one")


class COverwrite(LifecycleRule):
    """``c-overwrite``."""

    id: ClassVar[str] = "c-overwrite"
    title: ClassVar[str] = "memory or handle is assigned over before it is released"
    writers: ClassVar[tuple[tuple[Form, Writer], ...]] = (
        (UNIQUE_PTR, owned_by_pointer),
        (TEMPORARY, released_behind),
        (RELEASE, released_before),
    )
    forms: ClassVar[tuple[Form, ...]] = tuple(form for form, _ in writers)
    sources: ClassVar[tuple[str, ...]] = (
        "https://cwe.mitre.org/data/definitions/401",
        "https://cwe.mitre.org/data/definitions/772",
    )

    def concerns(self, repair: Repair) -> bool:
        """Whatever is assigned over."""
        return bool(repair.leak.losses)

    def losses(self, subject: Analysis, unit: Unit, leak: Leak) -> tuple[Loss, ...]:
        """Those where a variable takes something else than the same block, resized."""
        lost = tuple(loss for loss in leak.losses if loss.kind is LossKind.OVERWRITTEN and loss.holders)
        resized = resized_spans(subject, unit) if lost else frozenset()
        return tuple(loss for loss in lost if loss.span not in resized and is_lost(subject, unit, loss))

    def message(self, repair: Repair) -> str:
        """What is wrong, in a line."""
        return f"the {repair.leak.site.obligation.noun} is assigned over before it is released"


RULE = COverwrite()
