"""Tickers in fields of a type that can be closed and does not stop them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis, owner_of
from leakfix.languages.go.statements import insert_behind, insert_first
from leakfix.languages.go.types import Named, Struct, deref, underlying
from leakfix.rules.finding import FileEdit, Safety
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_scene import NEW_TICKER, is_target, outer_expression, scene_of, time_calls
from leakfix.rules.rule import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function, Package
    from leakfix.languages.go.types import Type
    from leakfix.rules.go.ticker_scene import Scene, TimeCall

FORM: Final = Form("owner-close", "stop the ticker where its owner is closed", Safety.REVIEW)

_CLOSING: Final = ("Close", "Shutdown", "Stop", "close", "shutdown", "stop")
_HARMLESS: Final = frozenset({"C", "Reset"})


@dataclass(frozen=True, slots=True, eq=False)
class Forgotten:
    """The ticker made by ``call`` is stored in a field, and the closing method of the type does not stop it."""

    call: TimeCall
    owner: str
    field: str
    method: Function
    certain: bool
    """Whether every value of the type has a ticker in the field."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a struct type of the package."""

    package: Package
    owner: str
    name: str


def forgotten(analysis: Analysis) -> Iterator[Forgotten]:
    """The fields whose ticker no code of the package stops; each is told of where it is stored first."""
    for call in time_calls(analysis):
        field = _stored_in(call) if call.symbol == NEW_TICKER and not analysis.file.is_test else None
        method = _closing_method(field) if field is not None else None
        if field is None or method is None or not _is_first(analysis, call, field):
            continue
        uses = _uses(analysis, field)
        if uses is not None:
            certain = _is_certain(field, call, uses)
            yield Forgotten(call, field.owner, field.name, method, certain)


def stopped_by_owner(found: Forgotten) -> tuple[FileEdit, ...]:
    """``x.ticker.Stop()`` first in the closing method, behind its lock. Raises `RefusalError` and `LayoutError`."""
    method = found.method
    body, receiver = method.body, _receiver(method)
    if method.file.is_generated:
        raise RefusalError("generated", "the method is generated: its generator is the place for the fix")
    if body is None or not receiver or method.has_error:
        raise RefusalError("no-owner", f"{method.name} has no name for its receiver")
    if _ranges_for_ever(found):
        raise RefusalError("goroutine", "a loop ranges over the ticker, which Stop does not end: it needs a way out")
    place = f"{receiver}.{found.field}"
    lines = [f"{place}.Stop()"] if found.certain else [f"if {place} != nil {{", f"\t{place}.Stop()", "}"]
    source = method.file.source
    locked = _lock(body)
    edit = insert_behind(source, locked, lines) if locked is not None else insert_first(source, body, lines)
    return (FileEdit(source.path, edit),)


# where a ticker is stored


def _stored_in(call: TimeCall) -> _Field | None:
    """The field that takes the new ticker, right away or through one local variable."""
    scene = call.scene
    found = _field_of_value(scene, call.node)
    target = target_of(call.node)
    if found is not None or target is None:
        return found
    variable = scene.bindings.variable(target) if target.kind_id == syntax.IDENTIFIER else None
    if variable is None:
        return None
    fields = set()
    for use in scene.bindings.uses(variable):
        if _member(use) not in _HARMLESS:
            fields.add(_field_of_value(scene, use))
    return fields.pop() if len(fields) == 1 else None


def _field_of_value(scene: Scene, value: Node) -> _Field | None:
    """The field that an expression is assigned to, or put into by a composite literal."""
    target = target_of(value)
    if target is not None:
        return _field(scene, target) if target.kind_id == syntax.SELECTOR_EXPRESSION else None
    element = outer_expression(value).parent
    keyed = element.parent if element is not None and element.kind_id == syntax.LITERAL_ELEMENT else None
    key = keyed.child_by_field_id(syntax.F_KEY) if keyed is not None and keyed.kind_id == syntax.KEYED_ELEMENT else None
    body = keyed.parent if keyed is not None else None
    literal = body.parent if body is not None else None
    if key is None or literal is None or literal.kind_id != syntax.COMPOSITE_LITERAL:
        return None
    return _field_of_type(scene, scene.types.of(literal), syntax.text(key))


def _field(scene: Scene, selector: Node) -> _Field | None:
    operand, name = selector.child_by_field_id(syntax.F_OPERAND), selector.child_by_field_id(syntax.F_FIELD)
    if operand is None or name is None:
        return None
    return _field_of_type(scene, scene.types.of(operand), syntax.text(name))


def _field_of_type(scene: Scene, of: Type | None, name: str) -> _Field | None:
    """The field if its type is a pointer to a ticker, and no other package can use it."""
    named, package = deref(of), scene.function.file.package
    if not isinstance(named, Named) or named.package != package.key or name[:1].isupper():
        return None
    under = underlying(named)
    if not isinstance(under, Struct) or not any(f.name == name and str(f.type) == "*time.Ticker" for f in under.fields):
        return None
    return _Field(package, named.name, name)


def _closing_method(field: _Field) -> Function | None:
    """The method that ends values of the type."""
    for name in _CLOSING:
        method = field.package.method(field.owner, name)
        if method is not None:
            return method.function
    return None


def _is_first(analysis: Analysis, call: TimeCall, field: _Field) -> bool:
    """Whether no call of the package before this one stores its ticker in the field."""
    for file in field.package.files:
        other = analysis if file is analysis.file else Analysis(analysis.program, file)
        if file.is_test or field.name.encode() not in file.data or b"NewTicker(" not in file.data:
            continue
        for earlier in time_calls(other):
            if earlier.node == call.node and other is analysis:
                return True
            if earlier.symbol == NEW_TICKER and _stored_in(earlier) == field:
                return False
    return True


# how a field is used


def _uses(analysis: Analysis, field: _Field) -> tuple[Node, ...] | None:
    """The selectors that name the field anywhere in its package; None when one may stop the ticker or hand it on."""
    found: list[Node] = []
    for file in field.package.files:
        for selector, scene in _selectors(analysis, file, field):
            if not _is_field(scene, selector, field):
                continue
            if _member(selector) not in _HARMLESS and not is_target(selector) and not _is_compared(selector):
                return None
            found.append(selector)
    return tuple(found)


def _selectors(analysis: Analysis, file: File, field: _Field) -> Iterator[tuple[Node, Scene]]:
    other = analysis if file is analysis.file else Analysis(analysis.program, file)
    for match in re.finditer(rb"\.\s*(" + re.escape(field.name.encode()) + rb")\b", file.data):
        node = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        selector = node.parent if node is not None and node.kind_id == syntax.FIELD_IDENTIFIER else None
        function = other.function_at(match.start(1))
        owner = owner_of(selector) if selector is not None else None
        if selector is not None and function is not None and owner is not None:
            yield selector, scene_of(other, function, owner)


def _is_field(scene: Scene, selector: Node, field: _Field) -> bool:
    """Whether a selector may mean the field: not when its operand is of another type that has such a field itself."""
    operand = selector.child_by_field_id(syntax.F_OPERAND)
    of = deref(scene.types.of(operand)) if operand is not None else None
    if not isinstance(of, Named) or (of.package == field.package.key and of.name == field.owner):
        return True
    under = underlying(of)
    return not isinstance(under, Struct) or not any(member.name == field.name for member in under.fields)


def _member(node: Node) -> str:
    """The name that is selected from an expression: ``C`` in ``x.ticker.C``; empty when none is."""
    selector = outer_expression(node).parent
    if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
        return ""
    name = selector.child_by_field_id(syntax.F_FIELD)
    return syntax.text(name) if name is not None and name != node else ""


def _is_compared(selector: Node) -> bool:
    parent = outer_expression(selector).parent
    return parent is not None and parent.kind_id == syntax.BINARY_EXPRESSION


def _is_certain(field: _Field, call: TimeCall, uses: tuple[Node, ...]) -> bool:
    """Whether the ticker is part of every composite literal of the type, and the type is made in no other way."""
    if any(is_target(use) for use in uses) or target_of(call.node) is not None:
        return False
    for file in field.package.files:
        for match in re.finditer(rb"\b" + re.escape(field.owner.encode()) + rb"\b", file.data):
            node = file.root.descendant_for_byte_range(match.start(), match.end())
            if node is not None and not _makes_with(node, field.name):
                return False
    return True


def _makes_with(node: Node, name: str) -> bool:
    """Whether a mention of the type makes no value of it, or one with the field set."""
    parent = node.parent
    if parent is None or node.kind_id not in (syntax.TYPE_IDENTIFIER, syntax.IDENTIFIER):
        return True
    if parent.kind_id == syntax.COMPOSITE_LITERAL:
        body = parent.child_by_field_id(syntax.F_BODY)
        keys = (
            [element.child_by_field_id(syntax.F_KEY) for element in syntax.operands(body)] if body is not None else []
        )
        return any(key is not None and syntax.text(key) == name for key in keys)
    return parent.kind_id in (syntax.POINTER_TYPE, syntax.TYPE_SPEC) or node.kind_id == syntax.IDENTIFIER


# the closing method


def _receiver(method: Function) -> str:
    held = method.node.child_by_field_id(syntax.F_RECEIVER)
    for declaration in syntax.operands(held) if held is not None else []:
        for name in syntax.field_children(declaration, syntax.F_NAME):
            return "" if syntax.text(name) == "_" else syntax.text(name)
    return ""


def _lock(body: Node) -> Node | None:
    """The deferred Unlock right behind the Lock that the body starts with."""
    statements = [s for held in body.named_children for s in syntax.operands(held)][:2]
    if len(statements) < 2 or statements[1].kind_id != syntax.DEFER_STATEMENT:
        return None
    locks = syntax.text(statements[0]).endswith(".Lock()") and syntax.text(statements[1]).endswith(".Unlock()")
    return statements[1] if locks else None


def _ranges_for_ever(found: Forgotten) -> bool:
    """Whether a loop over the ticks of the field has no way out."""
    scene, package = found.call.scene, found.method.file.package
    field = _Field(package, found.owner, found.field)
    for file in package.files:
        for selector, around in _selectors(scene.analysis, file, field):
            channel = selector.parent
            clause = channel.parent if channel is not None else None
            loop = clause.parent if clause is not None and clause.kind_id == syntax.RANGE_CLAUSE else None
            start = around.control.at(loop) if loop is not None else None
            if start is not None and not around.control.leaves(around.control.reachable([start])):
                return True
    return False
