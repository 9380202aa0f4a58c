"""A goroutine without end gets one: a channel in the object that it belongs to, closed where the object is closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import fields_of
from leakfix.languages.go.imports import added
from leakfix.languages.go.statements import LayoutError, insert_behind, insert_first
from leakfix.rules.finding import FileEdit, Safety
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.waiting_facts import is_closing
from leakfix.rules.go.waiting_select import Watch, watched
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function, Package
    from leakfix.rules.go.waiting_waits import Stuck
    from leakfix.text import Source

OWNER_CLOSE: Final = Form("owner-close", "end the goroutine where its owner is closed", Safety.REVIEW)

_NAMES: Final = ("done", "quit", "closing", "ended")
_DEPTH: Final = 2
_ENDS: Final = frozenset({"Close", "Stop", "Shutdown", "Cancel", "CloseIdleConnections", "Release"})


@record
class _Literal:
    """A composite literal of the type."""

    file: File
    body: Node


@record
class _Making:
    """How a package makes values of a type; ``is_certain`` when each is a literal that this edit can reach."""

    literals: tuple[_Literal, ...]
    is_certain: bool


def closed_by_owner(stuck: Stuck) -> tuple[FileEdit, ...]:
    """The edits of the form. Raises `RefusalError` and `LayoutError`."""
    method, owner = stuck.closing, stuck.owner
    if method is None or owner is None or method.body is None or method.has_error:
        raise RefusalError("no-owner", "the type has no method that ends its objects")
    if not ends_objects(method):
        raise RefusalError("no-owner", f"{method.name} gives nothing back that tells that the object ends")
    package = method.file.package
    declared = package.lookup(owner.name)
    body = _fields(declared.node) if declared is not None else None
    if declared is None or body is None or owner.args:
        raise RefusalError("no-owner", f"{owner.name} is no plain struct type")
    if declared.file.whole.is_generated or method.file.is_generated:
        raise RefusalError("generated", "the type is generated: its generator is the place for the fix")
    making = _makings(package, owner.name)
    taken = {name for name, _ in fields_of(owner)} | set(package.methods(owner.name))
    name = next((one for one in _NAMES if one not in taken), "")
    once = f"{_verb(method)}Once"
    if not name or once in taken:
        raise RefusalError("name-taken", "the names for the new fields are taken")
    edits = [FileEdit(stuck.scene.source.path, watched(Watch(stuck.scene, stuck.operation, f"{stuck.holder}.{name}")))]
    edits += _field_edits(declared.file.whole, body, name, once)
    for literal in making.literals:
        edits.append(FileEdit(literal.file.source.path, _value_added(literal, name)))
    edits.append(FileEdit(method.file.source.path, _closed(method, name, once, making.is_certain)))
    return tuple(edits)


def ends_objects(method: Function, depth: int = 0) -> bool:
    """Whether a method, or one that it calls to close, gives back what its object holds: stops or closes a field."""
    receiver = _receiver(method)
    waiting = [method.body]
    while waiting:
        node = waiting.pop()
        if node is None:
            continue
        if node.kind_id == syntax.SEND_STATEMENT and syntax.text(node).startswith(f"{receiver}."):
            return True
        if node.kind_id == syntax.CALL_EXPRESSION:
            if _gives_back(node, receiver):
                return True
            helper = _helper(method, node, receiver) if depth < _DEPTH else None
            if helper is not None and ends_objects(helper, depth + 1):
                return True
        waiting.extend(node.named_children)
    return False


def _helper(method: Function, call: Node, receiver: str) -> Function | None:
    """The method of the same object that a call calls, if its name says that it closes."""
    function = call.child_by_field_id(syntax.F_FUNCTION)
    head, _, name = syntax.text(function).rpartition(".") if function is not None else ("", "", "")
    if head != receiver or not is_closing(name):
        return None
    found = method.file.package.method(method.receiver_type, name)
    return found.function if found is not None else None


def _gives_back(call: Node, receiver: str) -> bool:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None:
        return False
    text = syntax.text(function)
    if text == "close":
        arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
        return bool(arguments) and syntax.text(arguments[0]).startswith(f"{receiver}.")
    head, _, name = text.rpartition(".")
    owned = head.startswith(f"{receiver}.") and name in _ENDS
    return owned or (head == receiver and name.lower().startswith("cancel"))


def _fields(spec: Node) -> Node | None:
    """The list of fields of a type's declaration."""
    of = spec.child_by_field_id(syntax.F_TYPE)
    if of is None or of.kind_id != syntax.STRUCT_TYPE or spec.child_by_field_id(syntax.F_TYPE_PARAMETERS) is not None:
        return None
    return next((child for child in of.named_children if child.kind_id == syntax.FIELD_DECLARATION_LIST), None)


def _field_edits(file: File, body: Node, name: str, once: str) -> Iterator[FileEdit]:
    """The new fields at the end of the struct, in a section of their own, and the import of sync."""
    source = file.source
    brace = body.end_byte - 1
    start = source.line_start(brace)
    if source.data[start:brace].strip() or not syntax.operands(body):
        raise LayoutError
    package = next((local for local, path in file.imports.items() if path == "sync"), "")
    if not package:
        if "sync" in file.imports or file.package.lookup("sync", file) is not None:
            raise RefusalError("name-taken", "sync means something else here")
        package = "sync"
        yield FileEdit(source.path, added(file, "sync"))
    indent, newline = source.indent(brace) + b"\t", source.newline
    width = max(len(name), len(once))
    lines = (f"{name:{width}} chan struct{{}}", f"{once:{width}} {package}.Once")
    text = newline + b"".join(indent + line.encode() + newline for line in lines)
    yield FileEdit(source.path, Edit(Span(start, start), text))


def _value_added(literal: _Literal, name: str) -> Edit:
    """``done: make(chan struct{})`` as the last element of a literal, in line with the others."""
    source, body = literal.file.source, literal.body
    pairs = syntax.operands(body)
    value = f"{name}: make(chan struct{{}})"
    brace = body.end_byte - 1
    if source.line(body.start_byte) == source.line(brace):
        at = pairs[-1].end_byte if pairs else body.start_byte + 1
        if source.data[at:brace].strip() not in (b"", b","):
            raise LayoutError
        return Edit(Span(at, brace), (", " if pairs else "").encode() + value.encode())
    start = source.line_start(brace)
    if source.data[start:brace].strip() or not pairs:
        raise LayoutError
    last = pairs[-1]
    if source.line(brace) != source.line(last.end_byte) + 1:
        raise LayoutError
    indent = source.indent(last.start_byte)
    gap = _gap(source, last, len(name))
    text = indent + f"{name}:{' ' * gap}make(chan struct{{}}),".encode() + source.newline
    return Edit(Span(start, start), text)


def _gap(source: Source, last: Node, width: int) -> int:
    """How many blanks gofmt puts behind the colon of a new last key."""
    if source.line(last.start_byte) != source.line(last.end_byte):
        return 1
    behind = source.data[last.end_byte : source.line_end(last.end_byte)].strip()
    key, value = last.child_by_field_id(syntax.F_KEY), last.child_by_field_id(syntax.F_VALUE)
    if behind != b"," or key is None or value is None:
        raise LayoutError
    column = value.start_byte - key.start_byte
    gap = column - width - 1
    if gap < 1:
        raise LayoutError
    is_alone = (
        last.prev_named_sibling is None
        or source.line(last.prev_named_sibling.end_byte) != source.line(last.start_byte) - 1
    )
    tight = column == key.end_byte - key.start_byte + 2
    if is_alone and not tight:
        raise LayoutError
    return gap


def _makings(package: Package, name: str) -> _Making:
    """Every mention of a type that makes a value of it."""
    literals: list[_Literal] = []
    is_certain = True
    pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    for file in package.files:
        for match in pattern.finditer(file.data):
            node = file.descendant(match.start(), match.end())
            parent = node.parent if node is not None else None
            if node is None or parent is None or node.kind_id != syntax.TYPE_IDENTIFIER:
                continue
            if parent.kind_id == syntax.COMPOSITE_LITERAL:
                body = parent.child_by_field_id(syntax.F_BODY)
                if file.is_test or body is None:
                    is_certain = False
                elif any(pair.kind_id != syntax.KEYED_ELEMENT for pair in syntax.operands(body)):
                    raise RefusalError("no-owner", f"a literal of {name} has no names for its fields")
                else:
                    literals.append(_Literal(file, body))
            elif parent.kind_id not in (syntax.POINTER_TYPE, syntax.TYPE_SPEC):
                if parent.kind_id == syntax.PARAMETER_DECLARATION or _is_copied(parent):
                    raise RefusalError("no-owner", f"values of {name} are copied, and with them what is closed once")
                is_certain = False
    if not literals:
        raise RefusalError("no-owner", f"nothing in the package makes a {name}")
    is_own = name[:1].islower() or all(_sets_own(literal) for literal in literals)
    return _Making(tuple(literals), is_certain and is_own)


def _is_copied(parent: Node) -> bool:
    """Whether a type stands where its values are copied: as a result, or in a container."""
    return parent.kind_id in (syntax.SLICE_TYPE, syntax.MAP_TYPE, syntax.CHANNEL_TYPE) or parent.kind_id in (
        syntax.FUNCTION_DECLARATION,
        syntax.METHOD_DECLARATION,
    )


def _sets_own(literal: _Literal) -> bool:
    """Whether a literal sets a field that no other package can set."""
    keys = (pair.child_by_field_id(syntax.F_KEY) for pair in syntax.operands(literal.body))
    return any(key is not None and syntax.text(key)[:1].islower() for key in keys)


def _closed(method: Function, name: str, once: str, is_certain: bool) -> Edit:
    receiver, body = _receiver(method), method.body
    if not receiver or body is None:
        raise RefusalError("no-owner", f"{method.name} has no name for its receiver")
    if not _is_pointer(method):
        raise RefusalError("no-owner", f"{method.name} gets a copy of its object")
    place = f"{receiver}.{name}"
    if is_certain:
        lines = [f"{receiver}.{once}.Do(func() {{ close({place}) }})"]
    else:
        lines = [f"if {place} != nil {{", f"\t{receiver}.{once}.Do(func() {{ close({place}) }})", "}"]
    source = method.file.source
    locked = _lock(body)
    return insert_behind(source, locked, lines) if locked is not None else insert_first(source, body, lines)


def _lock(body: Node) -> Node | None:
    """The deferred Unlock right behind the Lock that the body starts with."""
    statements = [s for held in body.named_children for s in syntax.operands(held)][:2]
    if len(statements) < 2 or statements[1].kind_id != syntax.DEFER_STATEMENT:
        return None
    locks = syntax.text(statements[0]).endswith(".Lock()") and syntax.text(statements[1]).endswith(".Unlock()")
    return statements[1] if locks else None


def _is_pointer(method: Function) -> bool:
    held = method.node.child_by_field_id(syntax.F_RECEIVER)
    kinds = [d.child_by_field_id(syntax.F_TYPE) for d in (syntax.operands(held) if held is not None else ())]
    return any(of is not None and of.kind_id == syntax.POINTER_TYPE for of in kinds)


def _receiver(method: Function) -> str:
    held = method.node.child_by_field_id(syntax.F_RECEIVER)
    for declaration in syntax.operands(held) if held is not None else ():
        for name in syntax.field_children(declaration, syntax.F_NAME):
            return "" if syntax.text(name) == "_" else syntax.text(name)
    return ""


def _verb(method: Function) -> str:
    name = method.name.rpartition(".")[2]
    return name[:1].lower() + name[1:]
