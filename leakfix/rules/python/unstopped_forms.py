"""How the owner of a timer, a thread or a session ends it where the owner itself is stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.finding import Safety
from leakfix.rules.python.plain import Mended, free_name, lines_before, lines_behind, own_line
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.suites import Suite
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function
    from leakfix.rules.python.unstopped import Loop, Unstopped

STOP: Final = Form("stop", "end it where its owner is stopped")
SENTINEL: Final = Form("sentinel", "tell the thread to end where its owner is stopped", Safety.REVIEW)

_MARKS: Final = ("_STOP", "_DONE", "_STOP_MARK")


def stop(analysis: Analysis, found: Unstopped) -> Mended:
    """`self.timer.cancel()` in the owner's stop. Raises `RefusalError`."""
    owner = _owner(found)
    if found.is_async and not owner.is_async:
        raise RefusalError("sync-stop", f"`{owner.last_name}` is no coroutine function, and what closes it is awaited")
    name = f"{owner.params[0].name}.{found.attribute}"
    call = f"{'await ' if found.is_async else ''}{name}.{found.release}()".encode()
    lines = [call]
    if not _is_always_set(analysis, found):
        if not _starts_as_none(analysis, found):
            raise RefusalError("maybe-unset", f"`{found.attribute}` may not be there yet when the owner is stopped")
        unit = Suite(analysis.source, analysis.file.root, owner.body).unit
        lines = [f"if {name} is not None:".encode(), unit + call]
    if found.kind == "timer":
        edit = _in_front(analysis, owner, lines)
    else:
        edit = _at_end(analysis, owner, found.noun, found.attribute, lines)
    if found.kind == "timer" and any(_is_none(one) and not _is_initial(analysis, one) for one in found.stores):
        why = "The timer's own thread may forget the timer just when its owner is stopped."
        return Mended((edit,), why, Safety.REVIEW)
    if found.is_periodic:
        why = "A timer that fires while its owner is stopped may still start the next one."
        return Mended((edit,), why, Safety.REVIEW)
    return Mended((edit,), f"Who stops the owner has no use for its {found.noun} any more.")


def sentinel(analysis: Analysis, found: Unstopped) -> Mended:
    """`self.queue.put(self._STOP)` in the owner's stop, and the thread leaves upon it. Raises `RefusalError`."""
    owner, loop = _owner(found), found.loop
    if loop is None:
        raise RefusalError("no-loop", "it is not told what the thread waits for")
    if loop.target is None or loop.target.type != syntax.IDENTIFIER:
        raise RefusalError("layout", "what the thread takes has no name")
    queue, held = syntax.text(loop.queue), owner.params[0].name
    name = queue.rpartition(".")[2]
    if not queue.startswith(f"{held}.") or queue.count(".") != 1:
        raise RefusalError("queue", "the queue is not the owner's own")
    _refuse_counted(analysis, found, name)
    mark = free_name(analysis, _MARKS)
    source = analysis.source
    indent = own_line(analysis, loop.statement)
    unit = Suite(source, analysis.file.root, owner.body).unit
    leave = b"return" if _is_followed(analysis, loop) else b"break"
    test = f"if {syntax.text(loop.target)} is {held}.{mark}:".encode()
    edits = (
        _class_line(analysis, found, f"{mark} = object()".encode()),
        lines_behind(source, loop.statement, indent, [test, unit + leave]),
        _at_end(analysis, owner, "thread", None, [f"{queue}.put({held}.{mark})".encode()]),
    )
    return Mended(edits, "The thread ends once it has done what was put into the queue before; later items stay there.")


def _owner(found: Unstopped) -> Function:
    owner = found.stop
    if owner is None:
        raise RefusalError("no-stop", "the class has no method by which it is told to stop")
    if not owner.params or owner.params[0].stars or owner.decorators or owner.is_generator:
        raise RefusalError("no-stop", f"`{owner.last_name}` is no plain method")
    first = syntax.statements(owner.body)[0]
    if (
        any(node.type == syntax.RAISE_STATEMENT for node in syntax.statements(owner.body)[:2])
        or first.type == "ellipsis"
    ):
        raise RefusalError("no-stop", f"`{owner.last_name}` is for subclasses to write")
    return owner


def _is_always_set(analysis: Analysis, found: Unstopped) -> bool:
    """Whether the attribute is set to what is to be ended whenever an object is made, and never to None."""
    if any(_is_none(store) for store in found.stores) or "__del__" in found.class_.methods:
        return False
    return any(_is_plain_store(analysis, found, store) for store in found.stores)


def _starts_as_none(analysis: Analysis, found: Unstopped) -> bool:
    """Whether the attribute is None until it is set: by `__init__`, or by the class."""
    scope = analysis.types.scopes.scope_of(found.class_.node)
    variable = scope.variables.get(found.attribute.encode())
    values = [binding.value for binding in variable.bindings] if variable is not None else []
    if values and all(value is not None and value.type == syntax.NONE for value in values):
        return True
    return any(_is_none(store) and _is_plain_store(analysis, found, store) for store in found.stores) or any(
        _is_plain_store(analysis, found, store) for store in found.stores
    )


def _is_initial(analysis: Analysis, store: Node) -> bool:
    return analysis.function_at(store.start_byte).last_name == "__init__"


def _is_none(store: Node) -> bool:
    value = store.parent.child_by_field_name("right") if store.parent is not None else None
    return value is not None and value.type == syntax.NONE


def _is_plain_store(analysis: Analysis, found: Unstopped, store: Node) -> bool:
    """Whether a store is a statement of `__init__` itself, in no branch, behind which nothing comes that could fail."""
    function = analysis.function_at(store.start_byte)
    return (
        function.class_ is found.class_
        and function.last_name == "__init__"
        and syntax.block_of(syntax.statement_of(store)) == function.body
    )


def _statements(owner: Function) -> tuple[Node | None, list[Node]]:
    """The docstring of a method, and its other statements."""
    every = syntax.statements(owner.body)
    is_docstring = every[0].type == syntax.EXPRESSION_STATEMENT and syntax.named(every[0])[0].type == syntax.STRING
    return (every[0], every[1:]) if is_docstring else (None, every)


def _in_front(analysis: Analysis, owner: Function, lines: list[bytes]) -> Edit:
    """The edit that puts lines at the head of a method."""
    docstring, rest = _statements(owner)
    source = analysis.source
    if rest and rest[0].type == syntax.PASS_STATEMENT and len(rest) == 1:
        return _instead(analysis, rest[0], lines)
    if rest:
        return lines_before(source, rest[0], own_line(analysis, rest[0]), lines)
    assert docstring is not None
    return lines_behind(source, docstring, own_line(analysis, docstring), lines)


def _at_end(analysis: Analysis, owner: Function, noun: str, attribute: str | None, lines: list[bytes]) -> Edit:
    """The edit that puts lines behind the last use in a method, else at its end; at its head where it may return."""
    rest = _statements(owner)[1]
    source = analysis.source
    if not rest or (rest[0].type == syntax.PASS_STATEMENT and len(rest) == 1):
        return _in_front(analysis, owner, lines)
    using = rest
    if attribute is not None:
        using = [one for one in rest if re.search(rb"\.\s*%b\b" % attribute.encode(), one.text or b"")]
    leaves = syntax.captures("[(return_statement) (raise_statement)] @r", owner.body).get("r", [])
    if leaves:
        if using:
            raise RefusalError("control-flow", f"`{owner.last_name}` may return before it is done with the {noun}")
        return _in_front(analysis, owner, lines)
    last = using[-1] if using else rest[-1]
    return lines_behind(source, last, own_line(analysis, last), lines)


def _instead(analysis: Analysis, statement: Node, lines: list[bytes]) -> Edit:
    indent = own_line(analysis, statement)
    return Edit(Span(statement.start_byte, statement.end_byte), (analysis.source.newline + indent).join(lines))


def _refuse_counted(analysis: Analysis, found: Unstopped, queue: str) -> None:
    """A queue that is counted, or has a bound, cannot take one more item."""
    counted = re.compile(rb"\b%b\s*\.\s*(?:join|task_done|full|qsize|empty)\b" % queue.encode())
    if any(counted.search(file.data) for file in analysis.world.mentioning(queue.encode())):
        raise RefusalError("queue", "the items of the queue are counted")
    for store in analysis.types.classes.stores(found.class_, queue):
        value = store.parent.child_by_field_name("right") if store.parent is not None else None
        if value is None or value.type != syntax.CALL or syntax.argument_nodes(value):
            raise RefusalError("queue", "the queue has a bound")


def _is_followed(analysis: Analysis, loop: Loop) -> bool:
    """Whether code stands behind the loop, which nothing reaches yet."""
    function = analysis.function_at(loop.statement.start_byte)
    return (
        syntax.statements(function.body)[-1] != loop.endless
        or loop.endless.child_by_field_name("alternative") is not None
    )


def _class_line(analysis: Analysis, found: Unstopped, line: bytes) -> Edit:
    """The edit that adds a line to a class: behind its docstring and its other attributes, else as its first."""
    source = analysis.source
    anchor = None
    for statement in syntax.statements(found.class_.body):
        if statement.type != syntax.EXPRESSION_STATEMENT:
            break
        anchor = statement
    if anchor is None:
        first = syntax.statements(found.class_.body)[0]
        indent = own_line(analysis, first)
        return Edit(Span(first.start_byte, first.start_byte), line + source.newline * 2 + indent)
    indent = own_line(analysis, anchor)
    is_docstring = syntax.named(anchor)[0].type == syntax.STRING
    end = source.line_end(anchor.end_byte)
    return Edit(Span(end, end), source.newline * (2 if is_docstring else 1) + indent + line)
