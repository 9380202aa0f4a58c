import pytest

from leakfix.text import Span


def test_a_span_is_half_open_and_has_the_length_of_its_bytes() -> None:
    assert len(Span(2, 5)) == 3
    assert Span(2, 5).contains(2)
    assert not Span(2, 5).contains(5)


def test_an_empty_span_is_there() -> None:
    assert len(Span(4, 4)) == 0
    assert bool(Span(4, 4))


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2)])
def test_what_is_no_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


@pytest.mark.parametrize(
    ("inner", "inside"),
    [
        (Span(2, 5), True),
        (Span(3, 4), True),
        (Span(2, 2), True),
        (Span(5, 5), True),
        (Span(1, 3), False),
        (Span(4, 6), False),
    ],
)
def test_a_span_contains_spans_that_do_not_stand_out(inner: Span, inside: bool) -> None:
    assert Span(2, 5).contains(inner) is inside


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (Span(0, 2), False),
        (Span(5, 9), False),
        (Span(0, 3), True),
        (Span(4, 9), True),
        (Span(3, 3), True),
        (Span(2, 2), False),
        (Span(5, 5), False),
    ],
)
def test_overlapping_shares_a_byte_and_touching_does_not(other: Span, shared: bool) -> None:
    assert Span(2, 5).overlaps(other) is shared
    assert other.overlaps(Span(2, 5)) is shared


def test_spans_are_ordered_by_start_then_end() -> None:
    assert sorted([Span(3, 9), Span(1, 4), Span(3, 3), Span(1, 2)]) == [Span(1, 2), Span(1, 4), Span(3, 3), Span(3, 9)]
