"""Members of a type: what is stored in them, and what becomes of what they hold, all over a program.

Every language reads its programs into this; nothing here knows a syntax. Spans are byte offsets in the file of a home.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.flow.graph import Obligation
    from leakfix.text import Span


class Worth(Enum):
    """What is stored in a member."""

    ACQUIRED = "something that nobody else owns"
    NOTHING = "nothing to release"
    UNKNOWN = "what a callee gives of which nothing is known"
    BORROWED = "what may be somebody else's"


class Touch(Enum):
    """What is done with what a member holds."""

    USED = "used"
    LENT = "shown to the caller"
    RELEASED = "released"
    HANDED_ON = "given to somebody who may keep or release it"


@record
class Home:
    """The function that something stands in: its file, where it starts, and its name for people."""

    path: str
    start: int
    name: str


@record
class Stored:
    """A member is set. ``symbol`` tells what gives the value: the callee, or an operator."""

    home: Home
    span: Span
    worth: Worth
    obligation: Obligation | None = None
    symbol: str = ""
    makes: bool = False
    """Whether it stands in what makes objects of the type."""


@record
class Used:
    """Something is done with what a member holds."""

    home: Home
    span: Span
    touch: Touch


@record
class Member:
    """One member of a type with all that the program does with it."""

    owner: str
    name: str
    stores: tuple[Stored, ...]
    uses: tuple[Used, ...]


def is_hopeless(member: Member) -> bool:
    """Whether nothing that is learned besides can show that a type owns a member and forgets it."""
    if any(stored.worth is Worth.BORROWED for stored in member.stores):
        return True
    return any(use.touch is Touch.HANDED_ON for use in member.uses)
