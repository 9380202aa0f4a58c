"""Blocks of memory, the parts that share them, and where these are stored: what stands beside a flow graph of them.

In such a graph `Acquire` makes a block, or meets it, `Derive` cuts a part of it that shares its memory, `Copy` and
`Assign` move and overwrite, and `Escape` with `Handing.STORED` or `Handing.SENT` stores what lives longer than the
function. `Sharing` tells what the events stand for.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from leakfix.text.records import record, state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.flow.graph import Graph
    from leakfix.text import Span


class Size(IntEnum):
    """What is known of the size of a block of memory."""

    UNKNOWN = 0
    LINE = 1
    """Without a bound, but seldom large: a line, a token, a record."""
    LARGE = 2
    """Without a bound: a whole file, body or output; or of a fixed size that is large."""


class Part(Enum):
    """What a cut takes."""

    SLICE = "slice"
    """Some of it."""
    MOST = "most"
    """All but what surrounds it (trimmed), or perhaps all of it."""
    LIST = "list"
    """A list of its parts."""
    ELEMENT = "element"
    """One part of a list of its parts."""
    EACH = "each"
    """Every part of a list of its parts, one after the other."""
    COPY = "copy"
    """A copy of it: as large when it is all of it, else small and independent."""


ELEMENTS = frozenset({Part.ELEMENT, Part.EACH})
WHOLE = frozenset({Part.MOST, Part.COPY})


class Lifetime(Enum):
    """Where a part is stored."""

    PROGRAM = "program"
    """In a variable that lives as long as the program."""
    CONTAINER = "container"
    """As an element of a container that others hold."""
    OBJECT = "object"
    """In a field of an object that others hold."""
    CHANNEL = "channel"


@record
class Source:
    """A block of memory that parts are cut from; ``span`` is the expression that makes or names it."""

    span: Span
    size: Size
    noun: str
    """What messages call it, with its article."""
    held: str = ""
    """How the source spells it, when it is a place that outlives the function itself."""
    made: bool = False
    """Whether the function itself had it made, filled once and for all."""
    unmanaged: bool = False
    """Whether it is no garbage collector's: who keeps a part does not keep it alive."""
    immutable: bool = False
    """Whether nobody can write to it: shortening it in place serves no later reuse."""


@record
class Cut:
    """A part that shares the memory of what it is cut from."""

    span: Span
    part: Part
    head: bool = False
    """Whether it begins where the whole begins."""
    tail: bool = False
    """Whether it ends where the whole ends."""
    fixed: bool = False
    """Whether its length is a constant."""
    loop: Span | None = None
    """The loop over the list that the part is taken from, or else the loop around the cut."""
    reused: bool = False
    """Whether its memory is overwritten later: keeping it is wrong, not only wasteful."""


def lists_parts(cuts: Iterable[Cut]) -> bool:
    """Whether what is cut so is a list of parts, and no longer one of them."""
    parts = [cut.part for cut in cuts if cut.part in ELEMENTS or cut.part is Part.LIST]
    return bool(parts) and parts[-1] is Part.LIST


@record
class Store:
    """What is stored at ``span``, the expression of the stored value."""

    span: Span
    lifetime: Lifetime
    conditional_in: frozenset[Span] = frozenset()
    """The loops in which it happens in some turns only."""
    name: str = ""
    """How the source spells where it is stored."""


@state
class Sharing:
    """The flow graph of a function and what its events stand for."""

    graph: Graph
    sources: list[Source] = field(default_factory=list)
    """By the ``site`` of `Acquire`."""
    cuts: dict[int, Cut] = field(default_factory=dict)
    """By the root of the target of `Derive`."""
    stores: dict[Span, Store] = field(default_factory=dict)
    """By the span of `Escape`."""
    parameters: dict[int, int] = field(default_factory=dict)
    """The number of the source that each parameter is, by position; the receiver is none of them."""
    entries: set[Span] = field(default_factory=set)
    """The spans of the `Copy` events that put a value into a larger one: the expression of the value."""
