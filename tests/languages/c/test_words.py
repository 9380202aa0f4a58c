"""Names that are cut out of a text by splitting are those that expressions find in it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from leakfix.languages.c import customs
from leakfix.languages.c.conditionals import directives
from leakfix.languages.c.words import all_identifiers, before_parentheses, called_in, last_word, words_in

_TEXTS = st.lists(
    st.sampled_from(
        [b"a", b"f1", b"_x", b"T", b" ", b"\n", b"(", b")", b"<", b">", b";", b"$", b"2", b"&", b"::", b"\xc3"]
    )
).map(b"".join)
_LINES = st.lists(st.sampled_from([b"#", b" ", b"\t", b"\n", b"\\", b"\r\n", b"if", b"x"])).map(b"".join)


@given(_TEXTS)
def test_identifiers_begin_with_no_digit(text: bytes) -> None:
    """A word is all letters, digits and underscores that stand together."""
    assert words_in(text) == frozenset(re.findall(rb"(?<!\w)\w+", text))
    assert all_identifiers(text) == frozenset(
        re.findall(rb"(?<![\w$\x80-\xff])[A-Za-z_$\x80-\xff][\w$\x80-\xff]*", text)
    )


@given(_TEXTS)
def test_what_is_called_stands_before_a_parenthesis(text: bytes) -> None:
    """Template arguments and closing parentheses may stand between."""
    assert before_parentheses(text) == frozenset(re.findall(rb"\b([A-Za-z_]\w*+)\s*+\(", text))
    assert called_in(text) == frozenset(re.findall(rb"\b([A-Za-z_]\w*+)\s*+(?:<[^;{}()]*>\s*+)?\)*+\s*+\(", text))


@given(_TEXTS)
def test_the_last_word_ends_a_text(text: bytes) -> None:
    """Blanks behind it do not count."""
    found = re.search(rb"(?<!\w)([A-Za-z_]\w*)\s*\Z", text)
    assert last_word(text) == (found[1] if found is not None else b"")


@given(_LINES)
def test_a_directive_starts_its_line(text: bytes) -> None:
    """Nothing but blanks stands before its `#`."""
    rest = rb"#(?:[^\n\\]+|\\\r?\n|\\.|\\)*"
    found = [(line, match.end()) for line, match in directives(text, re.compile(rest))]
    assert found == [match.span() for match in re.finditer(rb"^[ \t]*" + rest, text, re.MULTILINE)]


@given(st.sampled_from(["git_buf", "git_buf_t", "Pool", "a_", "x_t_t", "struct s"]))
def test_types_are_told_by_what_ends_them(type_name: str) -> None:
    """Whatever may be named to end objects of a type tells that type."""
    last = type_name.removeprefix("struct ").encode()
    for name in customs.releases_of_type(type_name):
        assert last in customs.types_released([name.encode(), b"other"])
