"""Which members a type owns and forgets."""

import pytest

from leakfix.detectors.ownership import forgotten
from leakfix.flow.members import Home, Member, Stored, Touch, Used, Worth
from leakfix.text import Span

MAKER, OTHER, END = (Home("a.c", start, name) for start, name in ((0, "make"), (100, "other"), (200, "end")))


def stored(worth: Worth, home: Home = MAKER, at: int = 10, symbol: str = "") -> Stored:
    """Something that is stored."""
    return Stored(home, Span(home.start + at, home.start + at + 1), worth, None, symbol, home is MAKER)


def used(touch: Touch, home: Home = OTHER, at: int = 10) -> Used:
    """Something that is done."""
    return Used(home, Span(home.start + at, home.start + at + 1), touch)


def member(*entries: Stored | Used) -> Member:
    """A member with all that is done with it."""
    stores = tuple(entry for entry in entries if isinstance(entry, Stored))
    uses = tuple(entry for entry in entries if isinstance(entry, Used))
    return Member("Owner", "member", stores, uses)


def test_what_is_acquired_and_only_used_is_forgotten() -> None:
    found = forgotten(member(stored(Worth.NOTHING), stored(Worth.ACQUIRED), used(Touch.USED)), {END})
    assert found is not None
    assert found.is_sure


@pytest.mark.parametrize(
    "entries",
    [
        (used(Touch.USED),),
        (stored(Worth.NOTHING),),
        (stored(Worth.ACQUIRED), stored(Worth.BORROWED, OTHER)),
        (stored(Worth.ACQUIRED), used(Touch.HANDED_ON)),
        (stored(Worth.ACQUIRED), used(Touch.RELEASED, END)),
        (stored(Worth.ACQUIRED), used(Touch.RELEASED)),
        (stored(Worth.ACQUIRED), stored(Worth.UNKNOWN, OTHER)),
        (stored(Worth.ACQUIRED), stored(Worth.NOTHING, OTHER)),
    ],
    ids=["never set", "nothing", "borrowed too", "handed on", "released", "elsewhere", "unknown too", "let go"],
)
def test_what_somebody_else_may_release_is_not(entries: tuple[Stored | Used, ...]) -> None:
    assert forgotten(member(*entries), {END}) is None


def test_a_release_that_makes_room_is_not_the_last() -> None:
    replaced = (used(Touch.RELEASED, at=5), stored(Worth.UNKNOWN, OTHER))
    found = forgotten(member(stored(Worth.NOTHING), *replaced), {END})
    assert found is not None
    assert (len(found.replaced), found.is_sure) == (1, False)
    assert forgotten(member(stored(Worth.NOTHING), *replaced), {END, OTHER}) is None


def test_what_an_unknown_callee_gives_counts_where_it_is_vouched_for() -> None:
    told = member(stored(Worth.UNKNOWN, symbol="copy"))
    assert forgotten(told, {END}) is None
    assert forgotten(told, {END}, vouched={"copy"}) is not None


def test_what_is_shown_is_less_sure() -> None:
    found = forgotten(member(stored(Worth.ACQUIRED), used(Touch.LENT)), {END})
    assert found is not None
    assert not found.is_sure


def test_what_is_shown_and_then_emptied_is_given_away() -> None:
    taken = (used(Touch.LENT, at=5), stored(Worth.NOTHING, OTHER))
    assert forgotten(member(stored(Worth.ACQUIRED), *taken), {END}) is None
