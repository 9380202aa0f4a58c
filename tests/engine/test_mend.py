"""Where things are after edits, and what may be edited together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakfix.engine.mend import moved_to
from leakfix.text import Edit, Span, apply_edits


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """A text of bytes that all differ, and edits to it, in order, that bring in other bytes."""
    data = bytes(range(draw(st.integers(1, 60))))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=6, unique=True)))
    spans = [Span(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    return data, [Edit(span, b"\xff" * draw(st.integers(0, 5))) for span in spans]


@given(edited())
def test_every_byte_that_stays_is_found_where_it_went(case: tuple[bytes, list[Edit]]) -> None:
    data, edits = case
    after = apply_edits(data, edits)
    for offset, byte in enumerate(data):
        place = moved_to(offset, edits)
        if place is None:
            assert bytes([byte]) not in after
        else:
            assert after[place] == byte


@pytest.mark.parametrize(("offset", "place"), [(0, 0), (3, 3), (4, 6), (5, 7), (6, None), (7, None), (8, 8), (9, 9)])
def test_insertions_push_and_replacements_hide(offset: int, place: int | None) -> None:
    edits = [Edit(Span(4, 4), b"ab"), Edit(Span(6, 8), b"")]
    assert moved_to(offset, edits) == place
