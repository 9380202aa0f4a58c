"""Text that is safe and as wide as it looks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakfix.report.style import Style, expanded, safe, width


@given(st.text())
def test_nothing_controls_the_terminal(text: str) -> None:
    assert all(character == "\t" or character.isprintable() for character in safe(text))
    assert len(safe(text)) == len(text)


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text
    assert width(text) == len(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("\x1b[31m", "\u241b[31m"), ("\x7f", "\u2421"), ("\u202e", "\ufffd"), ("a\tb", "a\tb")]
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(("text", "cells"), [("abc", 3), ("\u6f22\u5b57", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(("text", "line"), [("\tx", "    x"), ("a\tx", "a   x"), ("abcd\tx", "abcd    x")])
def test_tabs_go_to_the_next_stop(text: str, line: str) -> None:
    assert expanded(text) == line


def test_colours_are_asked_for() -> None:
    assert Style()("x", "red") == "x"
    assert Style(colour=True)("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Style(colour=True)("", "red") == ""
