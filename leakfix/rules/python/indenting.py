"""Stretches of lines moved one level in or out, byte for byte: what changes is the white space that leads a line.

Lines that start inside a string are not touched, for what leads them is part of it; neither are blank lines, nor
comments that stand further left than the code around them. A form feed stays first on its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.text import Source

_BLANKS: Final = b" \t"
_FEED: Final = b"\f"
_DEFAULT: Final = b"    "


class LayoutError(Exception):
    """Lines that cannot be moved without changing what they say."""


def unit_of(source: Source, root: Node, near: Node | None = None) -> bytes:
    """One level of indentation, as the block around ``near`` has it, else the file's first block, else four blanks."""
    at = near
    while at is not None:
        unit = _unit_of_block(source, at) if at.type == syntax.BLOCK else None
        if unit:
            return unit
        at = at.parent
    found = (_unit_of_block(source, node) for node in syntax.walk(root) if node.type == syntax.BLOCK)
    return next((unit for unit in found if unit), _DEFAULT)


def _unit_of_block(source: Source, block: Node) -> bytes | None:
    """How much further in a block stands than its header; None when it shares a line with it."""
    header = block.parent
    first = block.named_children[0] if block.named_children else None
    if header is None or first is None or not starts_line(source, first.start_byte):
        return None
    inner, outer = leading(source, first.start_byte), leading(source, header.start_byte)
    return inner[len(outer) :] if inner.startswith(outer) and len(inner) > len(outer) else None


def starts_line(source: Source, offset: int) -> bool:
    """Whether nothing but white space stands before an offset on its line."""
    return not source.data[source.line_start(offset) : offset].strip(_BLANKS + _FEED)


def leading(source: Source, offset: int) -> bytes:
    """The blanks and tabs that count as the indentation of the line that holds an offset: those behind a form feed."""
    start = source.line_start(offset)
    line = source.data[start : source.line_end(offset)]
    return line[: len(line) - len(line.lstrip(_BLANKS + _FEED))].rpartition(_FEED)[2]


def string_spans(root: Node, span: Span) -> list[Span]:
    """The strings that touch a span and reach over more than one line, outermost ones only, in order."""
    found: list[Span] = []
    waiting = [root]
    while waiting:
        at = waiting.pop()
        if at.end_byte <= span.start or at.start_byte >= span.end or at.start_point.row == at.end_point.row:
            continue
        if at.type == syntax.STRING:
            found.append(Span(at.start_byte, at.end_byte))
        else:
            waiting.extend(at.children)
    return sorted(found)


def line_starts(source: Source, span: Span) -> Iterator[int]:
    """Where the lines start that start in a span."""
    at = source.line_start(span.start)
    while at < span.end:
        if at >= span.start:
            yield at
        end = source.data.find(b"\n", at)
        if end < 0:
            return
        at = end + 1


def moved_in(source: Source, root: Node, span: Span, unit: bytes, base: bytes) -> list[Edit]:
    """The edits that move in the lines that start in a span; ``base`` is the block's. Raises `LayoutError`."""
    return [Edit(Span(at, at), unit) for at in _movable(source, root, span, base)]


def moved_out(source: Source, root: Node, span: Span, unit: bytes, base: bytes) -> list[Edit]:
    """The edits that move out the lines that start in a span. Raises `LayoutError` where there is no such level.

    What continues a statement of an earlier line may stand anywhere and keeps its place if it stands too far left.
    """
    if not base.endswith(unit):
        raise LayoutError("the block is not indented as the file is")
    starts = [at for at in _movable(source, root, span, base) if source.data.startswith(base, at)]
    return [Edit(Span(at + len(base) - len(unit), at + len(base)), b"") for at in starts]


def _movable(source: Source, root: Node, span: Span, base: bytes) -> Iterator[int]:
    """Where the indentation of each line starts that moves with the others. Raises `LayoutError`."""
    # The grammar takes the carriage return before a newline for the end of a comment.
    if b"\r" in source.slice(span).replace(b"\r\n", b"").removesuffix(b"\r"):
        raise LayoutError("a line ends in a carriage return alone")
    strings = string_spans(root, span)
    number = 0
    for start in line_starts(source, span):
        while number < len(strings) and strings[number].end <= start:
            number += 1
        if number < len(strings) and strings[number].start < start:
            continue
        line = source.data[start : source.line_end(start)]
        content = line.lstrip(_BLANKS + _FEED)
        if not content:
            continue
        indent = line[: len(line) - len(content)].rpartition(_FEED)[2]
        if content.startswith(b"#") and len(indent.expandtabs()) < len(base.expandtabs()):
            continue
        yield start + len(line) - len(content) - len(indent)
