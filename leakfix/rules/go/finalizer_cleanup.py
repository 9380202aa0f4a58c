"""The form that replaces a finalizer by runtime.AddCleanup, whose argument does not reach the object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import unused
from leakfix.languages.go.types import UNSAFE_POINTER, Basic, Chan, Named, Struct, deref, selection, underlying
from leakfix.languages.go.versions import Version
from leakfix.rules.go.finalizer_aliases import aliases, goes_on_without, is_within, pointer_type
from leakfix.rules.go.finalizer_param import parameter
from leakfix.rules.go.finalizers import NAME, SYMBOL, calls_in
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled
from leakfix.rules.go.ticker_scene import is_target
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.finalizer_aliases import Alias
    from leakfix.rules.go.finalizers import Finalizer

SINCE: Final = Version(1, 24)
_CLOSED: Final = frozenset(
    ("*os.File", "*os.Process", "*os.Root", "*net.TCPConn", "*net.UDPConn", "*net.UnixConn", "*net.TCPListener")
)
"""Pointers to types of the standard library that hold nothing of their users' (by their declarations)."""
_KEEPING: Final = frozenset({syntax.ASSIGNMENT_STATEMENT, syntax.SEND_STATEMENT, syntax.RETURN_STATEMENT})
_PARTS: Final = frozenset({syntax.PARENTHESIZED_EXPRESSION, syntax.EXPRESSION_LIST})


@record
class Cleanup:
    """A complete change, and whether the cleanup shares state with other code: cleanups may run at the same time."""

    edits: list[Edit]
    shares: bool


def as_cleanup(found: Finalizer) -> Cleanup:
    """The edits; raises `RefusalError` where a cleanup would not do exactly what the finalizer was to do."""
    version = found.analysis.version
    if version is None or version < SINCE:
        raise RefusalError("version", "runtime.AddCleanup, which collects cycles, needs Go 1.24")
    pointed, literal = pointer_type(found), found.literal
    if literal is None:
        raise RefusalError("whole-object", "the finalizer is given the object itself, which a cleanup must not reach")
    declaration, name = parameter(found, literal, str(pointed))
    if literal.child_by_field_id(syntax.F_RESULT) is not None:
        raise RefusalError("unresolved", "the finalizer has results, which a cleanup must not have")
    own = aliases(found, literal) if found.captured else ()
    if found.captured:
        goes_on_without(found, own, cycles=False)
    uses = [use for alias in own for use in alias.uses]
    variable = found.bindings.variable(name) if name is not None else None
    uses += found.bindings.uses(variable) if variable is not None else ()
    fields = [_field(found, use) for use in uses]
    if len({syntax.text(field).rpartition(".")[2] for field in fields}) > 1:
        raise RefusalError("whole-object", "the finalizer uses several fields, and a cleanup has one argument")
    _check_alone(found, pointed)
    shares = any(not is_within(variable.declaration, literal) for variable in _variables(found, literal, own))
    if not fields:
        changed = [(declaration, "struct{}"), (found.value, "struct{}{}")]
        return Cleanup(_edits(found, changed, []), shares)
    return Cleanup(_with_argument(found, literal, declaration, fields), shares)


def _with_argument(found: Finalizer, literal: Node, declaration: Node, fields: list[Node]) -> list[Edit]:
    operand = syntax.unparen(found.object)
    if operand.kind_id == syntax.UNARY_EXPRESSION:
        operand = operand.child_by_field_id(syntax.F_OPERAND) or operand
    if not _is_name(operand):
        raise RefusalError("whole-object", "the object has no name by which its field could be passed")
    field = syntax.text(fields[0]).rpartition(".")[2]
    t = found.types.of(fields[0])
    _check_field(found, literal, field, t)
    written = spelled(found.function.file, found.bindings, fields[0], t)
    if written is None:
        raise RefusalError("name-taken", f"the type of the field {field} has no name here")
    name = unused([field], _names(literal) | found.function.file.imports.keys())
    changed = [(declaration, f"{name} {written}"), (found.value, f"{syntax.text(operand)}.{field}")]
    return _edits(found, changed, [(node, name) for node in fields])


def _edits(found: Finalizer, changed: list[tuple[Node, str]], uses: list[tuple[Node, str]]) -> list[Edit]:
    (declaration, declared), (behind, argument) = changed
    function = found.call.child_by_field_id(syntax.F_FUNCTION)
    called = function.child_by_field_id(syntax.F_FIELD) if function is not None else None
    if called is None:
        raise RefusalError("name-taken", "the runtime package has no name here")
    return [
        Edit(Span(called.start_byte, called.end_byte), b"AddCleanup"),
        Edit(Span(declaration.start_byte, declaration.end_byte), declared.encode()),
        *(Edit(Span(node.start_byte, node.end_byte), text.encode()) for node, text in uses),
        Edit(Span(behind.end_byte, behind.end_byte), f", {argument}".encode()),
    ]


def _field(found: Finalizer, use: Node) -> Node:
    """The selector ``x.f`` of a use that only reads a field."""
    selector = use.parent
    if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION or _operand(selector) != use:
        if _is_handed_on(found, use):
            raise RefusalError("resurrects", "the finalizer hands the object on, and a cleanup runs when it is gone")
        raise RefusalError("whole-object", "the finalizer needs the object itself, which a cleanup must not reach")
    name = selector.child_by_field_id(syntax.F_FIELD)
    chosen = selection(found.types.of(use), syntax.text(name)) if name is not None else None
    if chosen is None or chosen.kind != "field":
        raise RefusalError("whole-object", "the finalizer calls a method of the object, which a cleanup must not reach")
    if _is_changed(selector):
        raise RefusalError("whole-object", "the finalizer changes the object, which is gone when a cleanup runs")
    return selector


def _is_handed_on(found: Finalizer, use: Node) -> bool:
    """Whether the object is stored, sent, returned, or given another finalizer."""
    at = use.parent
    while at is not None and at.kind_id in _PARTS:
        at = at.parent
    if at is None or at.kind_id != syntax.ARGUMENT_LIST or at.parent is None:
        return at is not None and at.kind_id in _KEEPING
    callee = found.types.callee(at.parent)
    return callee is not None and (callee.symbol == SYMBOL or (callee.kind, callee.name) == ("builtin", "append"))


def _check_field(found: Finalizer, literal: Node, field: str, t: Type | None) -> None:
    """A field that is passed early must not reach the object, and must not change until then."""
    under = underlying(t)
    plain = isinstance(under, Basic) and under != UNSAFE_POINTER
    signal = isinstance(under, Chan) and underlying(under.element) == Struct(())
    if not (plain or signal or str(t) in _CLOSED):
        raise RefusalError("reaches", f"the field {field} may lead back to the object, for all that its type tells")
    if field[:1].isupper():
        raise RefusalError("changes", f"the field {field} is exported, and may change until the finalizer runs")
    owner = deref(found.types.of(found.object))
    for file in found.function.file.package.files:
        for function, node in _selectors(file, field):
            is_own = function.node == found.function.node
            mine = is_own and (node.start_byte < found.call.start_byte or is_within(node, literal))
            operand = _operand(node)
            if mine or operand is None or not _is_changed(node):
                continue
            if deref(found.analysis.types(function).of(operand)) in (owner, None):
                raise RefusalError("changes", f"the field {field} changes between now and the time of the finalizer")


def _selectors(file: File, field: str) -> Iterator[tuple[Function, Node]]:
    wanted = f".{field}".encode()
    if wanted not in file.data:
        return
    for function in file.functions:
        at = file.data.find(wanted, function.start, function.end)
        while at >= 0:
            node = function.node.descendant_for_byte_range(at + 1, at + 2)
            parent = node.parent if node is not None else None
            if parent is not None and parent.kind_id == syntax.SELECTOR_EXPRESSION:
                yield function, parent
            at = file.data.find(wanted, at + 1, function.end)


def _check_alone(found: Finalizer, pointed: Type) -> None:
    """Nobody takes away the finalizers of such objects: SetFinalizer takes away no cleanup."""
    for file in found.function.file.package.files:
        if NAME + b"(" not in file.data:
            continue
        for function, call in calls_in(found.analysis, file):
            given = syntax.arguments(call)
            t = found.analysis.types(function).of(given[0])
            if given[1].kind_id == syntax.NIL and (str(t) == str(pointed) or not isinstance(deref(t), Named)):
                raise RefusalError("cleared", "somewhere the finalizer of such an object is taken away again")


def _variables(found: Finalizer, literal: Node, own: tuple[Alias, ...]) -> Iterator[Variable]:
    """The variables that the finalizer uses but for the names of the object."""
    names = {alias.variable for alias in own}
    for variable in found.bindings.variables:
        if variable not in names and any(is_within(use, literal) for use in found.bindings.uses(variable)):
            yield variable


def _names(node: Node) -> set[str]:
    waiting, names = [node], set[str]()
    while waiting:
        at = waiting.pop()
        if at.kind_id in (syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER, syntax.PACKAGE_IDENTIFIER):
            names.add(syntax.text(at))
        waiting.extend(at.named_children)
    return names


def _operand(selector: Node) -> Node | None:
    return selector.child_by_field_id(syntax.F_OPERAND)


def _is_name(node: Node) -> bool:
    node = syntax.unparen(node)
    if node.kind_id == syntax.SELECTOR_EXPRESSION:
        inner = _operand(node)
        return inner is not None and _is_name(inner)
    return node.kind_id == syntax.IDENTIFIER


def _is_changed(selector: Node) -> bool:
    """Whether a field is assigned to, or its address is taken."""
    at, parent = selector, selector.parent
    while parent is not None and parent.kind_id == syntax.PARENTHESIZED_EXPRESSION:
        at, parent = parent, parent.parent
    if parent is None or is_target(at) or parent.type in ("inc_statement", "dec_statement"):
        return True
    return parent.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "&"
