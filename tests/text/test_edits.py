from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakfix.text import Edit, OverlapError, Span, apply_edits


def replace(start: int, end: int, text: bytes) -> Edit:
    return Edit(Span(start, end), text)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], b"f, err := os.Open(p)\r\n"),
        ([replace(0, 1, b"_")], b"_, err := os.Open(p)\r\n"),
        ([replace(20, 20, b"\r\ndefer f.Close()")], b"f, err := os.Open(p)\r\ndefer f.Close()\r\n"),
        ([replace(0, 10, b"")], b"os.Open(p)\r\n"),
        ([replace(22, 22, b"}")], b"f, err := os.Open(p)\r\n}"),
        ([replace(18, 19, b"q"), replace(0, 1, b"g")], b"g, err := os.Open(q)\r\n"),
        ([replace(0, 1, b"g"), replace(1, 3, b" + ")], b"g + err := os.Open(p)\r\n"),
    ],
    ids=["none", "replace", "insert", "delete", "append", "any order", "touching"],
)
def test_edits_change_their_own_bytes_only(edits: list[Edit], expected: bytes) -> None:
    assert apply_edits(b"f, err := os.Open(p)\r\n", edits) == expected


def test_insertions_at_one_place_keep_their_order_and_stand_before_a_replacement() -> None:
    edits = [replace(1, 2, b"-"), replace(1, 1, b"first "), replace(1, 1, b"second ")]
    assert apply_edits(b"abc", edits) == b"afirst second -c"


def test_an_insertion_behind_a_replacement_stays_behind() -> None:
    assert apply_edits(b"abc", [replace(2, 2, b"!"), replace(0, 2, b"x")]) == b"x!c"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (replace(0, 3, b"x"), replace(2, 4, b"y")),
        (replace(0, 3, b"x"), replace(1, 1, b"y")),
        (replace(1, 2, b"x"), replace(1, 2, b"x")),
        (replace(0, 5, b""), replace(1, 2, b"")),
    ],
    ids=["partly", "insertion inside", "the same edit twice", "nested"],
)
def test_overlapping_edits_are_refused(first: Edit, second: Edit) -> None:
    for edits in ([first, second], [second, first]):
        with pytest.raises(OverlapError) as refused:
            apply_edits(b"abcdef", edits)
        assert (refused.value.first, refused.value.second) == (first, second)


def test_an_edit_behind_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match="outside of 3 bytes"):
        apply_edits(b"abc", [replace(2, 4, b"x")])


@st.composite
def edited(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    data = draw(st.binary(max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    spans = [Span(start, end) for start, end in pairwise(cuts)][::2]
    return data, [Edit(span, draw(st.binary(max_size=5))) for span in spans]


@given(edited())
def test_bytes_outside_of_the_edits_survive_and_the_order_of_edits_does_not_matter(
    case: tuple[bytes, list[Edit]],
) -> None:
    data, edits = case
    expected = bytearray(data)
    for edit in reversed(edits):
        expected[edit.span.start : edit.span.end] = edit.text
    assert apply_edits(data, edits) == bytes(expected)
    distinct = len({edit.span.start for edit in edits}) == len(edits)
    if distinct:
        assert apply_edits(data, reversed(edits)) == bytes(expected)
