import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakfix.text import Source, Span

BOM = b"\xef\xbb\xbf"


def source(data: bytes) -> Source:
    return Source("pkg/file.go", data)


@pytest.mark.parametrize(
    ("data", "newline"),
    [
        (b"", b"\n"),
        (b"a", b"\n"),
        (b"a\nb\r\n", b"\n"),
        (b"a\r\nb\n", b"\r\n"),
        (b"\n", b"\n"),
        (b"\r\n", b"\r\n"),
        (b"a\rb\n", b"\n"),
        (b"a\rb", b"\n"),
    ],
)
def test_the_first_line_tells_the_newline(data: bytes, newline: bytes) -> None:
    assert source(data).newline == newline


@pytest.mark.parametrize(
    ("data", "count"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\n\n", 2), (b"a\r\nb", 2), (b"a\rb\r", 1), (b"\n", 1)],
)
def test_lines_are_counted_by_their_newlines(data: bytes, count: int) -> None:
    assert source(data).line_count == count


def test_a_lone_carriage_return_ends_no_line() -> None:
    file = source(b"a\rb\r\r\nc")
    assert [file.line(offset) for offset in range(8)] == [1, 1, 1, 1, 1, 1, 2, 2]
    assert file.slice(file.line_span(1)) == b"a\rb\r"
    assert file.slice(file.line_span(2)) == b"c"


def test_a_line_ends_before_its_newline_from_anywhere_on_it() -> None:
    file = source(b"one\r\ntwo\n")
    assert [file.line_end(offset) for offset in range(10)] == [3, 3, 3, 3, 3, 8, 8, 8, 8, 9]
    assert [file.line_start(offset) for offset in range(10)] == [0, 0, 0, 0, 0, 5, 5, 5, 5, 9]


def test_the_place_behind_the_final_newline_has_an_empty_line() -> None:
    file = source(b"one\n")
    assert file.line(4) == 2
    assert file.line_span(2) == Span(4, 4)


def test_a_byte_order_mark_belongs_to_no_line() -> None:
    file = source(BOM + b"\tx := 1\n")
    assert file.bom
    assert file.line(0) == file.line(3) == 1
    assert file.line_start(5) == 3
    assert file.line_span(1) == Span(3, 10)
    assert (file.column(0), file.column(3), file.column(4)) == (1, 1, 2)
    assert (file.utf16_column(4), file.codepoint_column(4)) == (1, 1)
    assert file.offset(1, 2) == 4
    assert file.indent(6) == b"\t"


def test_columns_count_bytes_code_units_and_code_points() -> None:
    data = 'x := "é😀" // t'.encode()
    file = source(data)
    at = data.index(b"//")
    assert file.column(at) == 15
    assert file.utf16_column(at) == 11
    assert file.codepoint_column(at) == 10


def test_inside_a_character_the_column_is_that_of_its_start() -> None:
    file = source("a😀b".encode())
    assert [file.codepoint_column(offset) for offset in range(7)] == [0, 1, 1, 1, 1, 2, 3]
    assert [file.utf16_column(offset) for offset in range(7)] == [0, 1, 1, 1, 1, 3, 4]


def test_bytes_that_are_no_utf8_are_latin1() -> None:
    file = source(b"// caf\xe9 \xff\nx")
    assert file.encoding == "latin-1"
    assert file.text(file.line_span(1)) == "// café ÿ"
    assert file.codepoint_column(8) == file.utf16_column(8) == 8


def test_a_span_that_cuts_a_character_is_replaced_in_text_only() -> None:
    file = source("é".encode())
    assert file.encoding == "utf-8"
    assert file.text(Span(0, 1)) == "\ufffd"
    assert file.slice(Span(0, 1)) == b"\xc3"


@pytest.mark.parametrize(
    ("data", "offset", "indent"),
    [
        (b"\t\tx", 2, b"\t\t"),
        (b"a\n \t y\n", 5, b" \t "),
        (b"a\n  \r\n", 2, b"  "),
        (b"x\n", 0, b""),
        (b"\x0c x", 2, b""),
    ],
)
def test_the_indent_is_the_spaces_and_tabs_of_the_line(data: bytes, offset: int, indent: bytes) -> None:
    assert source(data).indent(offset) == indent


@pytest.mark.parametrize("offset", [-1, 4])
def test_offsets_outside_of_the_file_are_refused(offset: int) -> None:
    file = source(b"abc")
    for method in (file.line, file.column, file.line_start, file.line_end, file.utf16_column):
        with pytest.raises(ValueError, match="has no offset"):
            method(offset)


@pytest.mark.parametrize("line", [0, 3])
def test_lines_outside_of_the_file_are_refused(line: int) -> None:
    with pytest.raises(ValueError, match="has no line"):
        source(b"a\n").line_span(line)


@pytest.mark.parametrize(("line", "column"), [(1, 0), (1, 4), (2, 3)])
def test_columns_outside_of_the_line_are_refused(line: int, column: int) -> None:
    with pytest.raises(ValueError, match="has no column"):
        source(b"a\r\nb").offset(line, column)


def test_a_source_can_be_sent_to_a_worker() -> None:
    file = source(b"a\nb\n")
    assert file.line(2) == 2
    assert pickle.loads(pickle.dumps(file)) == file


file_bytes = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\t", b" ", b"\0", b"x", "é".encode(), "😀".encode(), b"\xff", BOM]),
    max_size=20,
).map(b"".join)


@given(file_bytes)
def test_line_and_column_name_one_offset(data: bytes) -> None:
    file = source(data)
    for offset in range(3 if file.bom else 0, len(data) + 1):
        assert file.offset(file.line(offset), file.column(offset)) == offset


@given(file_bytes)
def test_lines_and_their_newlines_are_the_file(data: bytes) -> None:
    file = source(data)
    whole = BOM if file.bom else b""
    for line in range(1, data.count(b"\n") + 2):
        span = file.line_span(line)
        after = data[span.end : span.end + 2]
        whole += file.slice(span) + (after if after == b"\r\n" else after[:1])
    assert whole == data


@given(st.text(alphabet="a\té😀\n", max_size=30))
def test_columns_agree_with_decoded_text(text: str) -> None:
    file = source(text.encode())
    for index in range(len(text)):
        offset = len(text[:index].encode())
        before = text[:index].rpartition("\n")[2]
        assert file.codepoint_column(offset) == len(before)
        assert file.utf16_column(offset) == len(before.encode("utf-16-le")) // 2
        assert file.column(offset) == len(before.encode()) + 1
