"""A bare wait becomes a select that watches a signal too: what is written, and where it would not be exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_operations import Act
from leakfix.languages.go.statements import LayoutError, owns_line, statement_of
from leakfix.languages.go.types import Chan, underlying
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled
from leakfix.rules.go.waiting_exits import check_exit, returning
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_operations import Operation
    from leakfix.rules.go.ticker_scene import Scene
    from leakfix.text import Source


@record
class Watch:
    """A wait that shall watch ``signal``, the expression that is received from, and leave with ``way_out``.

    An empty ``way_out`` is to be found: the function returns.
    """

    scene: Scene
    operation: Operation
    signal: str
    way_out: str = ""


def watched(watch: Watch) -> Edit:
    """The edit. Raises `RefusalError` and `LayoutError`."""
    operation, source = watch.operation, watch.scene.source
    way_out = watch.way_out or returning(watch.scene, operation.node)
    check_exit(watch.scene, operation, way_out)
    if operation.select is not None:
        return _case_added(watch, operation.select, way_out)
    if operation.act is Act.RANGE:
        return _range_replaced(watch, way_out)
    statement = statement_of(operation.node)
    if statement is None or not owns_line(source, statement):
        raise LayoutError
    indent, newline = source.indent(statement.start_byte).decode(), source.newline.decode()
    comment, end = _comment_behind(source, statement.end_byte)
    lines = [*_statement_lines(watch, statement, operation, way_out, comment)]
    return Edit(Span(statement.start_byte, end), (newline + indent).join(lines).encode("utf-8", "surrogateescape"))


def _comment_behind(source: Source, end: int) -> tuple[str, int]:
    """The comment that ends a line behind a byte, with a blank before it, and where it ends."""
    line_end = source.line_end(end)
    text = source.data[end:line_end].strip().decode("utf-8", "surrogateescape")
    if not text:
        return "", end
    if not text.startswith("//"):
        raise LayoutError
    return f" {text}", line_end


def _statement_lines(watch: Watch, statement: Node, operation: Operation, way_out: str, comment: str) -> Iterator[str]:
    if operation.act is Act.SEND:
        if statement != operation.node:
            raise LayoutError
        # A case stands where its select does, so that lines of the value keep their indentation.
        communication = syntax.text(statement)
    else:
        declared, communication = _received(watch, statement, operation)
        yield from declared
    yield "select {"
    yield f"case {communication}:{comment}"
    yield f"case <-{watch.signal}:"
    yield f"\t{way_out}"
    yield "}"


def _one_line(node: Node) -> str:
    """The text of a node; what spans lines would have to be indented anew."""
    text = syntax.text(node)
    if "\n" in text:
        raise LayoutError
    return text


def _received(watch: Watch, statement: Node, operation: Operation) -> tuple[list[str], str]:
    """The declarations of the variables that a receive defines, and the communication that assigns to them."""
    receive = _one_line(operation.node)
    if statement.kind_id == syntax.EXPRESSION_STATEMENT and syntax.operands(statement) == [operation.node]:
        return [], receive
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    assigns = statement.kind_id in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT)
    if not assigns or left is None or right is None or syntax.operands(right) != [operation.node]:
        raise RefusalError("expression", "the value is received in the middle of an expression or of a header")
    if statement.kind_id == syntax.ASSIGNMENT_STATEMENT:
        if syntax.operator(statement) != "=":
            raise RefusalError("expression", "the value is received in the middle of an expression")
        return [], f"{_one_line(left)} = {receive}"
    names = syntax.operands(left)
    declared = []
    for index, name in enumerate(names):
        variable = watch.scene.bindings.variable(name)
        if variable is not None and variable.declaration == name:
            declared.append(f"var {syntax.text(name)} {_type_of(watch.scene, operation, name, index)}")
    return declared, f"{_one_line(left)} = {receive}"


def _type_of(scene: Scene, operation: Operation, at: Node, index: int) -> str:
    if index == 1:
        return "bool"
    channel = underlying(scene.types.of(operation.channel))
    element = channel.element if isinstance(channel, Chan) else None
    name = spelled(scene.function.file, scene.bindings, at, element) if element is not None else None
    if name is None:
        raise RefusalError("unresolved", "the type of the received value has no name here")
    return name


def _range_replaced(watch: Watch, way_out: str) -> Edit:
    """``for v := range ch {`` becomes an endless loop that begins with the select."""
    operation, source = watch.operation, watch.scene.source
    clause = operation.node
    loop = clause.parent
    body = loop.child_by_field_id(syntax.F_BODY) if loop is not None else None
    if loop is None or body is None or source.line(loop.start_byte) != source.line(body.start_byte):
        raise LayoutError
    comment, end = _comment_behind(source, body.start_byte + 1)
    indent = source.indent(loop.start_byte).decode() + "\t"
    channel = _one_line(operation.channel)
    left = clause.child_by_field_id(syntax.F_LEFT)
    lines = [f"for {{{comment}"]
    target = ""
    if left is not None:
        (name,) = syntax.operands(left)
        target = f"{syntax.text(name)} = "
        variable = watch.scene.bindings.variable(name) if name.kind_id == syntax.IDENTIFIER else None
        if variable is not None and variable.declaration == name:
            lines.append(f"var {variable.name} {_type_of(watch.scene, operation, name, 0)}")
        elif syntax.text(name) == "_":
            target = ""
    lines += ["select {", f"case {target}<-{channel}:", f"case <-{watch.signal}:", f"\t{way_out}", "}"]
    text = (source.newline.decode() + indent).join(lines)
    return Edit(Span(loop.start_byte, end), text.encode("utf-8", "surrogateescape"))


def _case_added(watch: Watch, select: Node, way_out: str) -> Edit:
    """One more case at the end of a select."""
    source = watch.scene.source
    brace = select.end_byte - 1
    start = source.line_start(brace)
    if source.data[start:brace].strip():
        raise LayoutError
    indent, newline = source.indent(select.start_byte), source.newline
    lines = (f"case <-{watch.signal}:", f"\t{way_out}")
    return Edit(Span(start, start), b"".join(indent + line.encode() + newline for line in lines))
