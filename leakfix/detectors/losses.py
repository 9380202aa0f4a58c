"""Where a resource is lost, and how: what the lifecycle detector tells rules."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.flow import Place, Site
    from leakfix.text import Span

RAISED: Final = 1
"""An exception was raised on the way; without one the level of a way is 0."""
DOUBTFUL: Final = 2
"""Nothing was raised on the way but what may never be raised."""


class LossKind(Enum):
    """How the resource is lost."""

    RETURN = "return"
    END = "end"
    OVERWRITTEN = "overwritten"
    SCOPE = "scope"
    RAISED = "raised"
    """An exception leaves the function."""


class Status(Enum):
    """What has become of the resource on a path."""

    __hash__ = object.__hash__  # a name takes longer

    BEFORE = "not acquired yet"
    HELD = "held"
    ABSENT = "the acquisition failed"
    RELEASED = "released"
    HANDED_ON = "handed on"


@record
class Loss:
    """A point at ``span`` where the resource is lost, and the last branch on the way there."""

    kind: LossKind
    span: Span
    branch: Span | None
    taken: bool | None
    holders: tuple[Place, ...]
    """The named places that still held the resource there."""
    jump: Span | None
    """The last goto on the way there, when the resource is held wherever control gets to it."""
    through: frozenset[int]
    """The variables that hold the resource or work through it there."""
    others: frozenset[Status]
    """What else may have become of it where control gets to this point on other paths."""
    raised: Span | None = None
    """What raises the exception that leads there, when nothing but an exception does; None for a plain `raise`."""
    doubtful: bool = False
    """Whether nothing leads there but exceptions that may never be raised."""
    unasked: bool = False
    """Whether nobody has asked on some way there if the acquisition failed."""
    outlived: frozenset[Place] = frozenset()
    """What still works through it behind the end of the scope where it is lost."""

    @property
    def holder(self) -> Place | None:
        """The first of the named places."""
        return self.holders[0] if self.holders else None

    @property
    def level(self) -> int:
        """How an exception had to help: 0 not at all, `RAISED`, or `DOUBTFUL`."""
        if self.raised is None:
            return 0
        return DOUBTFUL if self.doubtful else RAISED


@record
class Leak:
    """One acquisition with every point where its resource is lost, in the order of the file."""

    site: Site
    losses: tuple[Loss, ...]
    fates: frozenset[Status]
    """What becomes of the resource on other paths: released, handed on."""
    methods: frozenset[str]
    """The methods that release it on other paths; a drained resource that released itself has none."""
    repeats: bool
    """Whether the acquisition can run again before the function returns."""
