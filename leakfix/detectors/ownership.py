"""Members of a type: which of them it owns, and which of those nobody ever releases.

A type acquires what a member holds, in whatever function, and its end is the last that can release it. Nothing here
knows a syntax: a language says what is stored in a member, and what is done with what it holds, all over the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow.members import Touch, Worth
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection

    from leakfix.flow.members import Home, Member, Stored, Used


@record
class Forgotten:
    """A member that its type owns and nothing releases for good."""

    member: Member
    acquired: Stored
    """The first acquisition, one that makes the object if there is such a one."""
    replaced: tuple[Used, ...]
    """Releases that only make room for what is stored next."""
    is_sure: bool
    """Whether every value is known to be acquired, and nobody is shown the member."""


def forgotten(member: Member, reached: Collection[Home], *, vouched: Collection[str] = ()) -> Forgotten | None:
    """Judge a member; ``reached`` are the functions that the end of an object runs.

    What an unknown callee gives counts as acquired where the program itself releases the member to make room for it,
    or where ``vouched`` names the callee: the program releases what it gives elsewhere.
    """
    if any(use.touch is Touch.HANDED_ON for use in member.uses) or _is_let_go(member):
        return None
    replaced: list[Used] = []
    for use in member.uses:
        if use.touch is Touch.RELEASED:
            if use.home in reached or not _makes_room(member, use):
                return None
            replaced.append(use)
    acquired = [stored for stored in member.stores if _is_acquired(stored, vouched, bool(replaced))]
    others = [stored for stored in member.stores if stored.worth is not Worth.NOTHING and stored not in acquired]
    if not acquired or others:
        return None
    first = next((stored for stored in acquired if stored.makes), acquired[0])
    is_lent = any(use.touch is Touch.LENT for use in member.uses)
    is_known = all(stored.worth is Worth.ACQUIRED for stored in acquired)
    return Forgotten(member, first, tuple(replaced), is_known and not is_lent)


def _is_let_go(member: Member) -> bool:
    """Whether a function empties the member that neither makes objects nor releases what it held: somebody has it."""
    released = {use.home for use in member.uses if use.touch is Touch.RELEASED}
    filled = {stored.home for stored in member.stores if stored.worth is not Worth.NOTHING}
    lent = {use.home for use in member.uses if use.touch is Touch.LENT}
    return any(
        stored.worth is Worth.NOTHING
        and not stored.makes
        and stored.home not in released
        and (stored.home not in filled or stored.home in lent)
        for stored in member.stores
    )


def _is_acquired(stored: Stored, vouched: Collection[str], is_replaced: bool) -> bool:
    if stored.worth is Worth.ACQUIRED:
        return True
    return stored.worth is Worth.UNKNOWN and (is_replaced or stored.symbol in vouched)


def _makes_room(member: Member, release: Used) -> bool:
    """Whether a release stands before a store of something else in the same function."""
    return any(
        stored.home == release.home and stored.span.start > release.span.start and stored.worth is not Worth.NOTHING
        for stored in member.stores
    )
