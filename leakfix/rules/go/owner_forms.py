"""The fixed form of a forgotten field: its release in the method that ends the type, errors kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import type_of
from leakfix.languages.go.statements import insert_before, insert_last
from leakfix.languages.go.types import Signature, selection
from leakfix.rules.finding import FileEdit, Safety
from leakfix.rules.go.owner_methods import is_always_made_with, receiver_of
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.rules.go.owners import ForgottenField

RELEASE: Final = Form("release", "release the field where its owner is closed", Safety.REVIEW)

_CALL: Final = "()"
_NO_ERROR: Final = frozenset(("cancel", "ticker"))


def released_by_owner(found: ForgottenField) -> tuple[FileEdit, ...]:
    """The edits of the form. Raises `RefusalError` and `LayoutError`."""
    method = found.method
    body, receiver = method.body, receiver_of(method)
    if method.file.is_generated:
        raise RefusalError("generated", "the method is generated: its generator is the place for the fix")
    if body is None or not receiver or method.has_error:
        raise RefusalError("no-owner", f"{method.name} has no name for its receiver")
    place = f"{receiver}.{found.field.name}"
    release = _release(found, place)
    last = _statements(body)[-1:]
    returns = last[0] if last and last[0].kind_id == syntax.RETURN_STATEMENT else None
    if any(node != returns for node in _returns(body) if not _is_guard(node, body)):
        raise RefusalError("early-return", f"{method.name} returns before its end")
    guard = "" if is_always_made_with(found.field.package, found.field.owner, found.field.name) else f"{place} != nil"
    if returns is None and last and last[0].kind_id in _ENDLESS:
        raise RefusalError("no-owner", f"{method.name} does not end in a statement that is passed")
    return tuple(FileEdit(method.file.source.path, edit) for edit in _edits(method, body, returns, release, guard))


def _release(found: ForgottenField, place: str) -> tuple[str, bool]:
    """The call that releases, and whether it gives an error."""
    obligation = found.told.acquired.obligation
    releases = [one for one in obligation.releases if not one.endswith("?")] if obligation is not None else []
    if not releases or "." in releases[0]:
        raise RefusalError("no-release", "nothing shows how what the field holds is released")
    if releases[0] == _CALL:
        return f"{place}()", False
    return f"{place}.{releases[0]}()", _gives_error(found, releases[0])


def _gives_error(found: ForgottenField, method: str) -> bool:
    chosen = selection(type_of(found.field), method)
    signature = chosen.type if chosen is not None else None
    if not isinstance(signature, Signature):
        raise RefusalError("unresolved", f"what {method} gives is not known")
    if len(signature.params) != 0 or signature.variadic:
        raise RefusalError("no-release", f"{method} wants arguments")
    if not signature.results:
        return False
    if [str(one) for one in signature.results] != ["error"]:
        raise RefusalError("no-release", f"{method} gives more than an error")
    return True


def _edits(
    method: Function, body: Node, returns: Node | None, release: tuple[str, bool], guard: str
) -> tuple[Edit, ...]:
    source, (call, fails) = method.file.source, release
    results = method.node.child_by_field_id(syntax.F_RESULT)
    if returns is None:
        if results is not None:
            raise RefusalError("named-result", f"{method.name} does not end in a return")
        return (insert_last(source, body.end_byte - 1, _guarded([call], guard)),)
    values = [value for held in syntax.operands(returns) for value in syntax.operands(held)]
    if not fails or not values:
        return (insert_before(source, returns, _guarded([call], guard)),)
    if len(values) != 1 or results is None or syntax.text(results) not in ("error", "(error)"):
        raise RefusalError("return", f"{method.name} does not return one plain error")
    value = values[0]
    span = Span(value.start_byte, value.end_byte)
    if value.kind_id == syntax.NIL and not guard:
        return (Edit(span, call.encode()),)
    if value.kind_id == syntax.NIL and b"err" not in _words(body):
        lines = ["var err error", *_guarded([f"err = {call}"], guard)]
        return (insert_before(source, returns, lines), Edit(span, b"err"))
    if value.kind_id == syntax.NIL:
        lines = [f"if err := {call}; err != nil {{", "\treturn err", "}"]
        return (insert_before(source, returns, _guarded(lines, guard)),)
    if value.kind_id == syntax.IDENTIFIER and syntax.text(value) == "err":
        return (insert_before(source, returns, _guarded(_kept(call, "cerr"), guard)),)
    if value.kind_id == syntax.CALL_EXPRESSION and b"err" not in _words(body):
        lines = [f"err := {syntax.text(value)}", *_guarded(_kept(call, "cerr"), guard)]
        return (insert_before(source, returns, lines), Edit(span, b"err"))
    raise RefusalError("return", f"what {method.name} returns is not plain")


def _kept(call: str, name: str) -> list[str]:
    """The first error wins."""
    return [f"if {name} := {call}; err == nil {{", f"\terr = {name}", "}"]


def _guarded(lines: list[str], guard: str) -> list[str]:
    return [f"if {guard} {{", *(f"\t{line}" for line in lines), "}"] if guard else lines


def _words(body: Node) -> frozenset[bytes]:
    found: set[bytes] = set()
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.kind_id == syntax.IDENTIFIER and node.text is not None:
            found.add(node.text)
        waiting.extend(node.named_children)
    return frozenset(found)


def _statements(body: Node) -> list[Node]:
    return [statement for held in syntax.operands(body) for statement in syntax.operands(held)]


def _returns(body: Node) -> list[Node]:
    """The returns of a function, those of function literals in it left out."""
    found: list[Node] = []
    waiting = [body]
    while waiting:
        node = waiting.pop()
        if node.kind_id == syntax.RETURN_STATEMENT:
            found.append(node)
        elif node == body or node.kind_id not in syntax.FUNCTION_KINDS:
            waiting.extend(node.named_children)
    return found


def _is_guard(node: Node, body: Node) -> bool:
    """Whether a return is all that an if at the start of a method does, before anything is released: it was closed."""
    for statement in _statements(body):
        if statement.start_byte <= node.start_byte < statement.end_byte:
            block = statement.child_by_field_id(syntax.F_CONSEQUENCE)
            inner = _statements(block) if block is not None else []
            is_plain = statement.child_by_field_id(syntax.F_INITIALIZER) is None
            return statement.kind_id == syntax.IF_STATEMENT and inner[-1:] == [node] and is_plain
        if b"Close" in (statement.text or b"") or b"Stop" in (statement.text or b""):
            return False
    return False


_ENDLESS: Final = frozenset({syntax.FOR_STATEMENT, syntax.SELECT_STATEMENT, syntax.GO_STATEMENT})
