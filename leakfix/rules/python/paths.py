"""`path.read_text()` and `path.read_bytes()` in the place of opening and reading, where they do exactly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.reading import check_readable
from leakfix.rules.python.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair

_PATH: Final = "pathlib.Path"
_TEXT_MODES: Final = frozenset(("", "r", "rt", "tr"))
_BYTES_MODES: Final = frozenset(("rb", "br"))
_PARAMETERS: Final = ("mode", "buffering", "encoding", "errors", "newline")


def read_at_once(repair: Repair, *, text: bool) -> Edit:
    """The edit that reads a `pathlib.Path` at once. Raises `RefusalError` unless nothing else would differ."""
    check_readable(repair)
    call = repair.acquisition
    path, values = _opened(repair, call)
    reading = _reading(call)
    mode_node = values.get("mode")
    mode = "" if mode_node is None else syntax.string_value(mode_node)
    if mode is None or mode not in (_TEXT_MODES if text else _BYTES_MODES):
        raise RefusalError("mode", "it is not opened for reading in this mode")
    wanted = ("encoding", "errors") if text else ()
    if any(name not in ("mode", *wanted) for name in values):
        raise RefusalError("mode", "it is opened with arguments that reading at once does not take")
    source = repair.source
    given = [(name, values[name]) for name in wanted if name in values]
    arguments = b", ".join(name.encode() + b"=" + _text(repair, value) for name, value in given)
    held = source.slice(Span(path.start_byte, path.end_byte))
    method = b"read_text" if text else b"read_bytes"
    return Edit(Span(reading.start_byte, reading.end_byte), held + b"." + method + b"(" + arguments + b")")


def _text(repair: Repair, node: Node) -> bytes:
    return repair.source.slice(Span(node.start_byte, node.end_byte))


def _opened(repair: Repair, call: Node) -> tuple[Node, dict[str, Node]]:
    """The path that is opened, and the arguments by the names of their parameters."""
    types = repair.analysis.types
    called = syntax.callee(call)
    if syntax.has_splat(call):
        raise RefusalError("mode", "it is opened with arguments that are not written out")
    positional = syntax.positional(call)
    held = syntax.field(called, "object") if called.type == syntax.ATTRIBUTE else None
    if repair.leak.site.symbol == "open" and positional and types.of(positional[0]) == _PATH:
        path, positional = positional[0], positional[1:]
    elif held is not None and types.of(held) == _PATH:
        path = held
    else:
        raise RefusalError("no-path", "what is opened is not known to be a `pathlib.Path`")
    if path.type not in (syntax.IDENTIFIER, syntax.ATTRIBUTE, syntax.CALL, syntax.PARENTHESIZED_EXPRESSION):
        raise RefusalError("no-path", "the path is not a name")
    return path, {**dict(zip(_PARAMETERS, positional, strict=False)), **syntax.keywords(call)}


def _reading(call: Node) -> Node:
    """The call of `read` on what was opened, all of which it reads."""
    method = call.parent
    reading = method.parent if method is not None else None
    if method is not None and reading is not None and method.type == syntax.ATTRIBUTE and reading.type == syntax.CALL:
        name = syntax.field(method, "attribute")
        if name is not None and syntax.text(name) == "read" and not syntax.argument_nodes(reading):
            return reading
    raise RefusalError("not-read", "more is done with it than to read all of it")
