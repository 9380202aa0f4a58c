"""The pieces of text that fixed forms are made of: what a header enters, what releases, what a value is called."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.indenting import string_spans
from leakfix.rules.python.naming import from_contextlib
from leakfix.rules.python.outdated import enters_several
from leakfix.rules.python.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair
    from leakfix.rules.python.scenes import Scene
    from leakfix.text import Source

_WIDTH: Final = 92
"""How long a header may grow that was written in several lines; a little is added behind it."""
_PARENTHESES: Final = 10
"""The minor version of Python 3 from which on the items of a with statement may stand in parentheses."""
_OPENING: Final = (b"", b"(", b"[", b"{", b".")
_CLOSING_TOKENS: Final = frozenset((")", "]", "}", ".", ","))
_CALLED: Final = {
    "read": ("content", "text"),
    "readlines": ("lines",),
    "splitlines": ("lines",),
    "list": ("lines", "rows"),
    "infolist": ("entries",),
    "namelist": ("names",),
    "getnames": ("names",),
    "getmembers": ("members",),
    "fetchall": ("rows",),
}
"""What the results of some methods are called."""


def keyword(repair: Repair) -> bytes:
    """What a header starts with."""
    return b"async with " if repair.context == "async with" else b"with "


def expression(repair: Repair, value: Node, column: int) -> bytes:
    """An expression as it is written, to stand at a column (0-based, in bytes) of its line.

    What goes on over several lines is set in one if that is short, else moved with its first line where it is aligned
    with that; in parentheses where it would otherwise break a line.
    """
    node = syntax.unparen(value)
    text = repair.source.slice(Span(node.start_byte, node.end_byte))
    if b"\n" not in text:
        return text
    short = _in_one_line(repair.source, node)
    if short is not None and column + len(short) <= _WIDTH:
        return short
    text = _aligned(repair, node, column)
    return b"(" + text + b")" if _breaks(node) else text


def _in_one_line(source: Source, node: Node) -> bytes | None:
    """An expression without its line breaks; None where a comment or string holds one."""
    pieces: list[bytes] = []
    at = node.start_byte
    for leaf in _leaves(node):
        gap = source.slice(Span(at, leaf.start_byte))
        if leaf.type == syntax.COMMENT or gap.strip(b" \t\r\n\\"):
            return None
        if b"\n" in gap:
            is_end = leaf.type == ")" and leaf.parent is not None and leaf.parent.type == syntax.ARGUMENT_LIST
            if is_end and pieces and pieces[-1] == b",":
                pieces.pop()
            before = pieces[-1] if pieces else b""
            gap = b"" if before[-1:] in _OPENING or leaf.type in _CLOSING_TOKENS else b" "
        text = source.slice(Span(leaf.start_byte, leaf.end_byte))
        if b"\n" in text:
            return None
        pieces += [gap, text] if gap else [text]
        at = leaf.end_byte
    return b"".join(pieces)


def _leaves(node: Node) -> Iterator[Node]:
    """The tokens of an expression; a string is one."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.type == syntax.STRING or not at.children:
            yield at
        else:
            waiting.extend(reversed(at.children))


def _aligned(repair: Repair, node: Node, column: int) -> bytes:
    """An expression with its further lines as far to the right of the first as they were, if they stood there."""
    source = repair.source
    shift = column - (node.start_byte - source.line_start(node.start_byte))
    lines = source.slice(Span(node.start_byte, node.end_byte)).split(b"\n")
    indents = [len(line) - len(line.lstrip(b" ")) for line in lines[1:] if line.strip()]
    own = node.start_byte - source.line_start(node.start_byte)
    if not indents or min(indents) <= own or string_spans(node, Span(node.start_byte, node.end_byte)):
        return b"\n".join(lines)
    moved = [b" " * shift + line if shift > 0 else line[-shift:] for line in lines[1:]]
    return b"\n".join([lines[0], *moved])


def _breaks(node: Node) -> bool:
    """Whether an expression goes on in another line outside of all brackets of its own."""
    if node.start_point.row == node.end_point.row:
        return False
    if node.type in (syntax.LIST, syntax.TUPLE, syntax.DICTIONARY, syntax.SET, syntax.PARENTHESIZED_EXPRESSION):
        return False
    if node.type in (syntax.ARGUMENT_LIST, syntax.STRING) or node.type in syntax.COMPREHENSIONS:
        return False
    rows = [(child.start_point.row, child.end_point.row) for child in node.children]
    if any(before[1] != behind[0] for before, behind in pairwise(rows)):
        return True
    return any(_breaks(child) for child in node.children)


def managed(repair: Repair, value: Node, edits: list[Edit], column: int) -> bytes:
    """What a header enters so that the resource is closed; the import that it needs is added to ``edits``."""
    value = syntax.unparen(value)
    if repair.context == "async with" and value.type == syntax.AWAIT:
        value = syntax.named(value)[0]
    text = expression(repair, value, column)
    return _closing(repair, text, edits)


def managed_name(repair: Repair, name: str, edits: list[Edit]) -> bytes:
    """What a header enters when the resource has a name already."""
    return _closing(repair, name.encode(), edits)


def _closing(repair: Repair, text: bytes, edits: list[Edit]) -> bytes:
    if repair.context != "closing":
        return text
    name, added = from_contextlib(repair, "closing")
    edits += added
    return name.encode() + b"(" + text + b")"


def of_items(scene: Scene, items: Sequence[bytes]) -> bytes:
    """A header that enters several things: over several lines where it is long, and the version of Python lets it."""
    word, indent = keyword(scene.repair), scene.suite.indent
    if len(items) > 1 and not enters_several(scene.repair.analysis.version_2):
        raise RefusalError("python-2", "the code runs on a Python as well whose `with` enters one thing at a time")
    line = word + b", ".join(items) + b":"
    is_short = len(indent) + len(line) <= _WIDTH or len(items) == 1
    if is_short or scene.repair.analysis.version < _PARENTHESES:
        return line
    outer = scene.repair.source.newline + indent
    inner = b"".join(outer + scene.suite.unit + item + b"," for item in items)
    return word + b"(" + inner + outer + b"):"


def replaced(node: Node, name: str) -> Edit:
    """A name in the place of an expression and the parentheses around it."""
    return Edit(Span(node.start_byte, node.end_byte), name.encode())


def substituted(source: Source, node: Node, inner: Edit) -> bytes:
    """The text of an expression in which a part is replaced."""
    text = source.slice(Span(node.start_byte, inner.span.start)) + inner.text
    text += source.slice(Span(inner.span.end, node.end_byte))
    return b"(" + text + b")" if b"\n" in text and not text.startswith(b"(") and _breaks(node) else text


def value_names(value: Node) -> tuple[str, ...]:
    """What to call a value that was read."""
    name = ""
    if value.type == syntax.CALL:
        called = syntax.callee(value)
        last = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else called
        name = syntax.text(last) if last is not None else ""
    return (*_CALLED.get(name, ()), "data", "content", "value")


def method_of(repair: Repair) -> str:
    """The method that a fix calls to release the resource; "" where a function does it."""
    return next((one for one in repair.leak.site.obligation.releases if one.isidentifier()), "")


def release_of(repair: Repair) -> Callable[[str], bytes]:
    """How the resource of a name is released by a call. Raises `RefusalError`."""
    obligation = repair.leak.site.obligation
    method = method_of(repair)
    is_async = repair.context == "async with"
    if is_async and not repair.function.is_async:
        raise RefusalError("not-async", "what closes it has to be awaited")
    if method:
        prefix = "await " if is_async else ""
        return lambda name: f"{prefix}{name}.{method}()".encode()
    functions = repair.analysis.models.releasing_functions(obligation.resource)
    for function in functions:
        spelled = _spelled(repair, function.symbol)
        if spelled:
            return lambda name: f"{spelled}({name})".encode()
    raise RefusalError("unresolved", f"nothing is known here that releases the {repair.noun}")


def _spelled(repair: Repair, symbol: str) -> str:
    """How a function of a module is called in this file; empty if the file does not import it."""
    module, _, name = symbol.rpartition(".")
    for local, target in repair.analysis.file.imports.items():
        if target == symbol:
            return local
        if target == module:
            return f"{local}.{name}"
        if module.startswith(target + "."):
            return f"{local}{module[len(target) :]}.{name}"
    return ""
