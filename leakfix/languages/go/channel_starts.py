"""Goroutines: where function literals and declared functions are started, and which live as long as the program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import function_around
from leakfix.languages.go.infer import Types
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.types import selection
from leakfix.languages.go.words import places_of
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function, Package

_STARTED: Final = re.compile(rb"go ((?:\w+\.)*\w+)[(\[]")
_GIVEN: Final = re.compile(rb"\((?:[\w.]+, )?((?:\w+\.)*\w+)\)")
_GIVEN_TO: Final = (b".Go", b"Attach", b"Async")
_WRAPPED: Final = re.compile(rb"func\(\) \{\s+(?:defer [^\n]*\s+)*((?:\w+\.)*\w+)\([^\n]*\)\s+\}")
"""How a literal begins that does nothing, deferred calls left out, but to call one function."""

_GROUPS: Final = frozenset({"sync.WaitGroup.Go", "golang.org/x/sync/errgroup.Group.Go"})
_DEPTH: Final = 3
_USED: Final = frozenset({b"(", b"[", b")", b","})
"""What may stand behind the name of a function that is called or given away."""


@individual
class Start:
    """A goroutine that runs a declared function or a literal; ``by`` is the function around the statement ``node``."""

    node: Node
    called: Node
    by: Function
    runs: Function | None = None
    """The declared function that the goroutine runs; None for a literal."""

    @property
    def lives_on(self) -> bool:
        """Whether it is meant to run as long as the program: started in main or init, or for a package-level object."""
        name, package = self.by.name, self.by.file.package.name
        if name == "init" or (name == "main" and package == "main"):
            return True
        base = self.called
        while base.kind_id == syntax.SELECTOR_EXPRESSION:
            operand = base.child_by_field_id(syntax.F_OPERAND)
            if operand is None:
                return False
            base = operand
        if base.kind_id != syntax.IDENTIFIER or base == self.called:
            return False
        return Bindings.of_function(self.by).variable(base) is None


def started_names(package: Package) -> Mapping[bytes, Sequence[tuple[File, int]]]:
    """Where a package's code may start functions as goroutines, by their last names; a look at its bytes."""
    made = package.looks.get("started")
    if isinstance(made, dict):
        return made
    known: dict[bytes, list[tuple[File, int]]] = {}
    package.looks["started"] = known
    for file in package.files:
        if file.is_test or (b"go " not in file.data and b".Go(" not in file.data):
            continue
        for match in sorted((*_STARTED.finditer(file.data), *_given(file.data)), key=re.Match.start):
            known.setdefault(match[1].rpartition(b".")[2], []).append((file, match.end(1) - 1))
        for match in _WRAPPED.finditer(file.data):
            known.setdefault(match[1].rpartition(b".")[2], []).append((file, match.end(1) - 1))
    return known


def _given(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where a function is given to one that starts it."""
    for name in _GIVEN_TO:
        at = data.find(name + b"(")
        while at >= 0:
            match = _GIVEN.match(data, at + len(name))
            if match is not None:
                yield match
            at = data.find(name + b"(", at + 1)


def start_of_literal(function: Function, literal: Node) -> Start | None:
    """Where a function literal is started as a goroutine at the place where it stands."""
    if literal.kind_id != syntax.FUNC_LITERAL:
        return None
    call = literal.parent
    statement = call.parent if call is not None and call.kind_id == syntax.CALL_EXPRESSION else None
    if statement is not None and statement.kind_id == syntax.GO_STATEMENT:
        return Start(statement, literal, function)
    return _in_group(function, literal)


def starts_of(function: Function) -> tuple[Start, ...]:
    """Where the package starts a declared function as a goroutine, by itself or as part of one that it starts."""
    known = function.cache.get("starts")
    if not isinstance(known, tuple):
        function.cache["starts"] = ()
        known = function.cache["starts"] = tuple(_starts(function, 0))
    return known


def direct_starts(function: Function, owner: Node) -> tuple[Start, ...]:
    """Where a declaration or literal is itself what a goroutine runs."""
    if owner != function.node:
        return starts(function, owner)
    return tuple(start for start in starts_of(function) if start.runs is function)


def starts(function: Function, owner: Node) -> tuple[Start, ...]:
    """Where a declaration or literal is started as a goroutine."""
    if owner == function.node:
        return starts_of(function)
    start = start_of_literal(function, owner)
    return (start,) if start is not None else ()


def _starts(function: Function, depth: int) -> Iterator[Start]:
    name = function.name.rpartition(".")[2].encode()
    package = function.file.package
    found = [start for by, mention in _sites(package, name) if (start := _start(by, mention, function)) is not None]
    if found or name[:1].isupper() or depth >= _DEPTH:
        yield from found
        return
    # A helper that goroutines alone call is part of them.
    for by, mention in _mentions(package, name):
        used = _reference(mention)
        call, owner = used.parent, syntax.owner_of(used)
        is_call = call is not None and call.kind_id == syntax.CALL_EXPRESSION
        if by is function or owner is None or not _means(by, used, function):
            continue
        if call is None or not is_call or call.child_by_field_id(syntax.F_FUNCTION) != used:
            return
        inherited = starts(by, owner)
        if not inherited:
            return
        found += inherited
    yield from found


def _start(by: Function, mention: Node, function: Function) -> Start | None:
    """The goroutine that a mention of a function starts."""
    used = _reference(mention)
    call = used.parent
    if call is None or not _means(by, used, function):
        return None
    if call.kind_id != syntax.CALL_EXPRESSION or call.child_by_field_id(syntax.F_FUNCTION) != used:
        group = _in_group(by, used)
        return Start(group.node, used, by, function) if group is not None else None
    statement, owner = call.parent, syntax.owner_of(call)
    if statement is not None and statement.kind_id == syntax.GO_STATEMENT:
        return Start(statement, used, by, function)
    literal = start_of_literal(by, owner) if owner is not None else None
    return Start(literal.node, used, by, function) if literal is not None else None


def _sites(package: Package, name: bytes) -> Iterator[tuple[Function, Node]]:
    for file, offset in started_names(package).get(name, ()):
        node, function = file.descendant(offset, offset + 1), function_around(file, offset)
        if node is not None and function is not None:
            yield function, node


def _mentions(package: Package, name: bytes) -> Iterator[tuple[Function, Node]]:
    for file in package.files:
        for at in places_of(file.data, name) if not file.is_test else ():
            if file.data[at + len(name) : at + len(name) + 1] not in _USED:
                continue
            node = file.descendant(at, at + len(name))
            function = function_around(file, at)
            declared = function is not None and function.node.child_by_field_id(syntax.F_NAME) == node
            if node is not None and function is not None and not declared:
                yield function, node


def _reference(mention: Node) -> Node:
    parent = mention.parent
    selected = parent is not None and parent.kind_id == syntax.SELECTOR_EXPRESSION
    return (
        parent if parent is not None and selected and parent.child_by_field_id(syntax.F_FIELD) == mention else mention
    )


def _means(by: Function, used: Node, function: Function) -> bool:
    """Whether a reference names the function."""
    types = Types.of_function(by)
    if used.kind_id == syntax.SELECTOR_EXPRESSION:
        call = used.parent
        if call is not None and call.kind_id == syntax.CALL_EXPRESSION:
            callee = types.callee(call) if call.child_by_field_id(syntax.F_FUNCTION) == used else None
            if callee is not None:
                return callee.function is function
        operand, name = used.child_by_field_id(syntax.F_OPERAND), used.child_by_field_id(syntax.F_FIELD)
        if operand is None or name is None or not function.receiver_type:
            return False
        found = selection(types.of(operand), syntax.text(name))
        return found is not None and found.object is not None and found.object.function is function
    if used.kind_id != syntax.IDENTIFIER or function.receiver_type:
        return False
    return Bindings.of_function(by).variable(used) is None


def _in_group(function: Function, used: Node) -> Start | None:
    """A function value that is an argument of a group's Go, or of a function that runs it as a goroutine."""
    held = used.parent
    call = held.parent if held is not None and held.kind_id == syntax.ARGUMENT_LIST else None
    if call is None or held is None or call.kind_id != syntax.CALL_EXPRESSION:
        return None
    callee = Types.of_function(function).callee(call)
    if callee is None:
        return None
    runs = callee.symbol in _GROUPS
    if not runs and callee.function is not None:
        runs = _runs(callee.function, syntax.operands(held).index(used))
    return Start(call, used, function) if runs else None


def _runs(function: Function, index: int) -> bool:
    """Whether a function runs one of its parameters as a goroutine, and does nothing else with it."""
    if function.body is None or b"go " not in (function.body.text or b""):
        return False
    bindings = Bindings.of_function(function)
    for variable in bindings.variables:
        if variable.kind == "param" and variable.function == function.node and variable.position == index:
            uses = bindings.uses(variable)
            return bool(uses) and all(_is_in_goroutine(use, function.node) for use in uses)
    return False


def _is_in_goroutine(use: Node, owner: Node) -> bool:
    at: Node | None = use
    while at is not None and at != owner:
        if at.kind_id == syntax.GO_STATEMENT:
            return True
        at = at.parent
    return False
