"""New lines and names in a function, laid out as gofmt does it and out of the way of its jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError, free_name, insert_before, insert_behind
from leakfix.rules.go.repair import RefusalError
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.rules.go.ticker_scene import Scene


def new_name(scene: Scene, base: str, at: Node) -> str:
    """A free name for a variable declared before the statement ``at``. Raises `RefusalError` where a goto passes it."""
    if _is_jumped_over(scene, at):
        raise RefusalError("goto", "a goto passes this place, and none may pass the declaration of a variable")
    return free_name([base], scene.bindings, at)


def lines_before(scene: Scene, statement: Node, lines: Iterable[str]) -> Edit:
    """New lines before a statement; gofmt sets a label one tab to the left of what it stands at."""
    deeper = ""
    if statement.kind_id == syntax.LABELED_STATEMENT:
        inner = syntax.operands(statement)[-1]
        outer = scene.source.indent(statement.start_byte)
        deeper = scene.source.indent(inner.start_byte).removeprefix(outer).decode()
    if _has_comment(scene, statement.start_byte, -1) and _has_comment(scene, statement.start_byte):
        raise LayoutError
    return insert_before(scene.source, statement, [deeper + line for line in lines])


def lines_behind(scene: Scene, statement: Node, lines: Iterable[str]) -> Edit:
    """New lines behind a statement."""
    if _has_comment(scene, statement.end_byte) and _has_comment(scene, statement.end_byte, 1):
        raise LayoutError
    return insert_behind(scene.source, statement, lines)


def replaced(scene: Scene, node: Node, text: str) -> Edit:
    """Other text for an expression, which stands on a line that shares no column of comments with another."""
    if _has_comment(scene, node.end_byte) and any(_has_comment(scene, node.end_byte, step) for step in (-1, 1)):
        raise LayoutError
    return Edit(Span(node.start_byte, node.end_byte), text.encode())


def first_in_case(scene: Scene, case: Node, line: str) -> Edit:
    """A new line as the first of a case of a select."""
    source = scene.source
    colon = next((child for child in case.children if child.type == ":"), None)
    if colon is None:
        raise LayoutError
    end = source.line_end(colon.end_byte)
    rest = source.data[colon.end_byte : end].strip()
    if (rest and not rest.startswith(b"//")) or end + len(source.newline) > len(source.data):
        raise LayoutError
    at = end + len(source.newline)
    text = source.indent(case.start_byte) + b"\t" + line.encode() + source.newline
    return Edit(Span(at, at), text)


def _has_comment(scene: Scene, offset: int, step: int = 0) -> bool:
    """Whether code and then a comment stand on the line at ``offset``, or ``step`` lines on."""
    source = scene.source
    line = source.line(offset) + step
    if not 1 <= line <= source.line_count:
        return False
    span = source.line_span(line)
    node = scene.analysis.file.descendant(max(span.end - 1, span.start), span.end)
    is_comment = node is not None and node.kind_id == syntax.COMMENT
    return is_comment and node is not None and bool(source.data[span.start : node.start_byte].strip())


def _is_jumped_over(scene: Scene, at: Node) -> bool:
    """Whether a goto may pass what is written before the statement ``at``."""
    if b"goto " not in scene.source.data[scene.owner.start_byte : scene.owner.end_byte]:
        return False
    jumps, labels = _labels(scene, at)
    own = at.child_by_field_id(syntax.F_LABEL) if at.kind_id == syntax.LABELED_STATEMENT else None
    return any(before and name in labels for name, before in jumps) or (
        own is not None and any(name == syntax.text(own) for name, _ in jumps)
    )


def _labels(scene: Scene, at: Node) -> tuple[set[tuple[str, bool]], set[str]]:
    """The labels of all jumps, with whether the jump stands before ``at``, and the labels that stand behind it."""
    jumps: set[tuple[str, bool]] = set()
    labels: set[str] = set()
    waiting = [scene.owner]
    while waiting:
        node = waiting.pop()
        if node.kind_id == syntax.LABEL_NAME and node.parent is not None:
            before = node.start_byte < at.start_byte
            if node.parent.kind_id == syntax.GOTO_STATEMENT:
                jumps.add((syntax.text(node), before))
            elif not before:
                labels.add(syntax.text(node))
        waiting.extend(node.named_children)
    return jumps, labels
