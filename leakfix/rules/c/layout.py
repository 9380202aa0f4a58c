"""Statements of a C or C++ function as text: where they stand, and edits that put lines beside them.

New lines get the indentation of the statement that they stand beside. Where a statement is the whole body of an if, an
else or a loop, braces are added in the manner of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from leakfix.text import Source

JUMPS: Final = frozenset(
    (syntax.RETURN_STATEMENT, syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT, syntax.GOTO_STATEMENT)
)
LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_RANGE_LOOP))
_HEADED: Final = (LOOPS - {syntax.DO_STATEMENT}) | {syntax.IF_STATEMENT, syntax.ELSE_CLAUSE}
_LISTS: Final = frozenset((syntax.COMPOUND_STATEMENT, syntax.CASE_STATEMENT))
_CONDITIONALS: Final = syntax.CONDITIONALS | syntax.ALTERNATIVES
_BODIES: Final = frozenset(("consequence", "body"))
_DEFAULT_UNIT: Final = b"    "


class LayoutError(Exception):
    """The code is not laid out so that lines can be added or removed without touching what stands beside them."""


def node_at(root: Node, span: Span) -> Node | None:
    """The outermost named node that covers exactly these bytes."""
    node = root.named_descendant_for_byte_range(span.start, span.end)
    while node is not None and node.parent is not None:
        parent = node.parent
        if (parent.start_byte, parent.end_byte) != (node.start_byte, node.end_byte) or parent.type in _LISTS:
            break
        node = parent
    if node is None or (node.start_byte, node.end_byte) != (span.start, span.end):
        return None
    return node


def statement_of(node: Node) -> Node | None:
    """The innermost statement that holds a node, the node itself included; the body of an if is one."""
    at: Node | None = node
    while at is not None and at.type not in syntax.FUNCTIONS:
        parent = at.parent
        if parent is None:
            return None
        if parent.type in _LISTS or parent.type in _CONDITIONALS or is_bare_body(at):
            return at
        if parent.type == syntax.LABELED_STATEMENT and at.type != syntax.STATEMENT_IDENTIFIER:
            return at
        at = parent
    return None


def is_bare_body(node: Node) -> bool:
    """Whether a statement is the whole body of an if, an else or a loop, without braces."""
    parent = node.parent
    if parent is None or node.type == syntax.COMPOUND_STATEMENT:
        return False
    if parent.type == syntax.ELSE_CLAUSE:
        return node.type not in (syntax.IF_STATEMENT, syntax.COMMENT)
    if parent.type not in _HEADED and parent.type != syntax.DO_STATEMENT:
        return False
    return any(parent.child_by_field_name(name) == node for name in _BODIES)


def is_conditional(node: Node, owner: Node) -> bool:
    """Whether a node of a function stands between `#if` and `#endif`."""
    at: Node | None = node
    while at is not None and at != owner:
        if at.type in _CONDITIONALS:
            return True
        at = at.parent
    return False


def preceding(statement: Node) -> Iterator[Node]:
    """The statements before one in its block, the nearest first."""
    at = statement.prev_named_sibling
    while at is not None:
        if at.type != syntax.COMMENT:
            yield at
        at = at.prev_named_sibling


def following(statement: Node) -> Iterator[Node]:
    """The statements behind one in its block."""
    at = statement.next_named_sibling
    while at is not None:
        if at.type != syntax.COMMENT:
            yield at
        at = at.next_named_sibling


def starts_line(source: Source, node: Node) -> bool:
    """Whether nothing but blanks stands before a node on its first line."""
    return not source.data[source.line_start(node.start_byte) : node.start_byte].strip()


def ends_line(source: Source, node: Node) -> bool:
    """Whether nothing but a comment that ends there stands behind a node on its last line."""
    behind = source.data[node.end_byte : source.line_end(node.end_byte)].strip()
    if behind.startswith(b"/*"):
        return behind.find(b"*/") == len(behind) - 2
    return not behind or (behind.startswith(b"//") and not behind.endswith(b"\\"))


def insert_before(source: Source, statement: Node, lines: Sequence[str], *, declares: bool = False) -> list[Edit]:
    """New lines before a statement, above the comments that belong to it; braces where it has none.

    ``declares`` says that the lines declare something, which no label may stand before. Raises `LayoutError`.
    """
    parent = statement.parent
    if parent is None:
        raise LayoutError
    if is_bare_body(statement):
        return _braced(source, statement, lines)
    if declares and parent.type in (syntax.CASE_STATEMENT, syntax.LABELED_STATEMENT):
        raise LayoutError
    if starts_line(source, statement):
        at = source.line_start(_with_comments(source, statement).start_byte)
        return [_lines(source, at, source.indent(statement.start_byte), lines)]
    if not _is_one_line(source, parent) and parent.type != syntax.CASE_STATEMENT:
        raise LayoutError
    if any("\n" in line or line.endswith("{") for line in lines):
        raise LayoutError
    text = "".join(f"{line} " for line in lines)
    return [Edit(Span(statement.start_byte, statement.start_byte), text.encode())]


def insert_after(source: Source, statement: Node, lines: Sequence[str]) -> Edit:
    """New lines behind a statement of a block, below the comment that ends its line. Raises `LayoutError`."""
    if statement.parent is None or statement.parent.type not in _LISTS or not starts_line(source, statement):
        raise LayoutError
    if not ends_line(source, statement) or source.line_end(statement.end_byte) >= len(source.data):
        raise LayoutError
    return _lines(source, next_line(source, statement.end_byte), source.indent(statement.start_byte), lines)


def declare_first(source: Source, statement: Node, line: str) -> list[Edit]:
    """A declaration behind those that the block around a statement starts with. Raises `LayoutError`."""
    block = statement.parent
    while block is not None and block.type != syntax.COMPOUND_STATEMENT:
        block = block.parent
    last = None
    for child in syntax.named(block) if block is not None else []:
        if child.type != syntax.DECLARATION:
            return [insert_after(source, last, [line])] if last else insert_before(source, child, [line], declares=True)
        last = child
    raise LayoutError


def insert_last(source: Source, closing: int, lines: Sequence[str], last: Node | None = None) -> Edit:
    """New lines before the brace at byte ``closing``, which has a line of its own. Raises `LayoutError`.

    ``last`` is the last statement of the block.
    """
    start = source.line_start(closing)
    if source.data[closing : closing + 1] != b"}" or source.data[start:closing].strip():
        raise LayoutError
    above = source.data[:start].rstrip()
    indent = source.indent(len(above) - 1) if above and not above.endswith(b"{") else b""
    if last is not None and starts_line(source, last):
        indent = source.indent(last.start_byte)
    base = source.indent(closing)
    if len(indent) <= len(base):
        indent = base + unit_of(source, closing)
    return _lines(source, start, indent, lines)


def remove_statement(source: Source, statement: Node) -> Edit:
    """The statement goes with its line, and the blank line before it if that would double another or end the block."""
    parent = statement.parent
    if parent is None or parent.type not in _LISTS:
        raise LayoutError
    behind = source.data[statement.end_byte : source.line_end(statement.end_byte)]
    if not starts_line(source, statement) or behind.strip():
        raise LayoutError
    start, end = source.line_start(statement.start_byte), next_line(source, statement.end_byte)
    blank_before = start > 0 and not source.data[source.line_start(start - 1) : start].strip()
    rest = source.data[end : source.line_end(end)].strip()
    if blank_before and (not rest or rest.startswith(b"}")):
        start = source.line_start(start - 1)
    return Edit(Span(start, end), b"")


def next_line(source: Source, offset: int) -> int:
    """Where the line behind the one of ``offset`` starts."""
    return min(source.line_end(offset) + len(source.newline), len(source.data))


def unit_of(source: Source, offset: int) -> bytes:
    """One step of indentation as the code before ``offset`` has it."""
    data = source.data
    at = data.rfind(b"{", 0, offset)
    while at >= 0:
        line_end = source.line_end(at)
        following_line = data[next_line(source, at) : source.line_end(next_line(source, at))]
        if not data[at + 1 : line_end].strip() and following_line.strip():
            outer, inner = source.indent(at), source.indent(next_line(source, at))
            if inner.startswith(outer) and 0 < len(inner) - len(outer) <= 8:
                return inner[len(outer) :]
        at = data.rfind(b"{", 0, at)
    return _DEFAULT_UNIT


def _braced(source: Source, statement: Node, lines: Sequence[str]) -> list[Edit]:
    """The body of an if, else or loop in braces, with new lines before it."""
    headed = statement.parent
    if headed is None or headed.type == syntax.DO_STATEMENT:
        raise LayoutError
    header = _last_of_header(headed, statement)
    if not ends_line(source, statement) or source.line(statement.start_byte) != source.line(statement.end_byte - 1):
        raise LayoutError
    outer = headed.parent if headed.type == syntax.ELSE_CLAUSE else headed
    if outer is None:
        raise LayoutError
    base = source.indent(headed.start_byte)
    newline = source.newline
    own_line = starts_line(source, statement)
    inner = source.indent(statement.start_byte) if own_line else base + unit_of(source, statement.start_byte)
    opening = _opening(source, headed, base)
    added = b"".join(newline + inner + line.encode() for line in lines)
    edits = []
    if own_line:
        between = source.data[header.end_byte : statement.start_byte]
        if between.count(newline) != 1 or opening != b" {":
            if between.strip():
                raise LayoutError
            edits.append(Edit(Span(header.end_byte, statement.start_byte), opening + added + newline + inner))
        else:
            edits.append(Edit(Span(header.end_byte, header.end_byte), opening))
            at = source.line_start(statement.start_byte)
            edits.append(_lines(source, at, inner, lines))
    else:
        if source.data[header.end_byte : statement.start_byte].strip():
            raise LayoutError
        edits.append(Edit(Span(header.end_byte, statement.start_byte), opening + added + newline + inner))
    edits.append(_closing(source, headed, statement, opening, base))
    return edits


def _closing(source: Source, headed: Node, statement: Node, opening: bytes, base: bytes) -> Edit:
    """The brace behind a body, on the line of an else that follows where braces open on the line of their header."""
    alternative = headed.child_by_field_name("alternative") if headed.type == syntax.IF_STATEMENT else None
    if alternative is not None:
        if not starts_line(source, alternative):
            raise LayoutError
        if source.line(alternative.start_byte) != source.line(statement.end_byte) + 1:
            raise LayoutError
        if opening == b" {":
            return Edit(Span(alternative.start_byte, alternative.start_byte), b"} ")
    end = source.line_end(statement.end_byte)
    return Edit(Span(end, end), source.newline + opening.strip(b"\r\n{ \t").join((_brace_indent(opening, base), b"}")))


def _brace_indent(opening: bytes, base: bytes) -> bytes:
    return base if opening == b" {" else opening.lstrip(b"\r\n")[:-1]


def _opening(source: Source, headed: Node, base: bytes) -> bytes:
    """How a brace opens behind a header: on its line, or on the next, as the nearest blocks of the file do."""
    root = headed
    while root.parent is not None and root.type not in syntax.FUNCTIONS:
        root = root.parent
    votes = {True: 0, False: 0}
    steps: list[bytes] = []
    for node in _braced_headers(root):
        body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
        if body is None:
            continue
        on_line = not starts_line(source, body)
        if not on_line and _has_long_header(source, node, body) and not _has_long_header(source, headed, None):
            # Many put the brace on a line of its own only where the condition takes several.
            continue
        votes[on_line] += 1
        if not on_line:
            steps.append(source.indent(body.start_byte)[len(source.indent(node.start_byte)) :])
    if votes == {True: 0, False: 0}:
        votes[_shared_lines(source) >= 0] = 1
    if votes[True] >= votes[False]:
        return b" {"
    step = max(set(steps), key=steps.count) if steps else b""
    return source.newline + base + step + b"{"


def _has_long_header(source: Source, node: Node, body: Node | None) -> bool:
    """Whether what stands before the body of a control statement takes several lines."""
    body = body or node.child_by_field_name("consequence") or node.child_by_field_name("body")
    last = body.prev_sibling if body is not None else None
    return last is not None and source.line(last.end_byte - 1) != source.line(node.start_byte)


def _shared_lines(source: Source) -> int:
    """How many more control statements of the file have their brace on their line than on the next."""
    shared = source.data.count(b") {") + source.data.count(b"){")
    alone = sum(source.data.count(b"\n" + blanks + b"{") for blanks in (b"    ", b"  ", b"\t"))
    return shared - alone


def _braced_headers(root: Node) -> Iterable[Node]:
    for node in syntax.walk(root):
        if node.type in _HEADED - {syntax.ELSE_CLAUSE}:
            body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
            if body is not None and body.type == syntax.COMPOUND_STATEMENT:
                yield node


def _last_of_header(headed: Node, statement: Node) -> Node:
    """What stands last before the body: the closing parenthesis, or `else`."""
    last = None
    for child in headed.children:
        if child.start_byte >= statement.start_byte:
            break
        if child.type != syntax.COMMENT:
            last = child
    if last is None:
        raise LayoutError
    return last


def _with_comments(source: Source, statement: Node) -> Node:
    """The first of the comments that stand directly above a statement, or the statement."""
    first = statement
    above = statement.prev_named_sibling
    while (
        above is not None
        and above.type == syntax.COMMENT
        and source.line(above.end_byte - 1) == source.line(first.start_byte) - 1
        and starts_line(source, above)
    ):
        first, above = above, above.prev_named_sibling
    return first


def _is_one_line(source: Source, block: Node) -> bool:
    return block.type == syntax.COMPOUND_STATEMENT and source.line(block.start_byte) == source.line(block.end_byte - 1)


def _lines(source: Source, at: int, indent: bytes, lines: Iterable[str]) -> Edit:
    text = b"".join(indent + line.encode() + source.newline for line in lines)
    return Edit(Span(at, at), text)
