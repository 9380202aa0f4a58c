"""The channels that a function makes and keeps to itself and to the goroutines that it starts, as a net of processes.

A channel is followed when its variable never holds anything else and every use of it is known: a send, a receive, a
range, a close, an argument of a function whose body is read, a capture of a literal that runs where it is seen to run.
One that is given to an unknown function which can only send on it is followed too; all others are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import Channel
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_ends import is_free
from leakfix.languages.go.channel_lowering import lower_net
from leakfix.languages.go.channel_shared import DepthError, Shared
from leakfix.languages.go.channel_uses import (
    Doing,
    Role,
    Run,
    is_assigned,
    literals_between,
    operation,
    parameter,
    role_of_call,
)
from leakfix.languages.go.consts import evaluate
from leakfix.languages.go.words import LETTERS
from leakfix.text.records import record, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.channel_uses import Reader
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable

_MAKE: Final = b"make(chan"
_STARTING: Final = (b"go func", b"\tgo ", b" go ", b".Go(")
_DEEPEST: Final = 3
_COBRA: Final = ["*github.com/spf13/cobra.Command", "[]string"]


@record
class Made:
    """A channel that is followed: its variable, the call of make, and what it holds."""

    variable: Variable
    make: Node
    channel: Channel


@record
class Nest:
    """A function with the channels that it makes, lowered."""

    function: Function
    owner: Node
    made: tuple[Made, ...]
    shared: Shared


def nests(analysis: Analysis) -> tuple[Nest, ...]:
    """The functions of a file that start goroutines and make channels which can be followed, in order."""
    known = analysis.cache.get("channel nests")
    if not isinstance(known, tuple):
        known = analysis.cache["channel nests"] = tuple(_nests(analysis))
    return known


def _nests(analysis: Analysis) -> Iterator[Nest]:
    file = analysis.file
    owners: dict[int, tuple[Function, Node, list[tuple[Node, Node, int]]]] = {}
    for function, call in _calls(analysis):
        target = _target(call)
        owner = syntax.owner_of(call)
        if target is not None and owner is not None and may_start(file.data, owner.start_byte, owner.end_byte):
            owners.setdefault(owner.id, (function, owner, []))[2].append((call, *target))
    for function, owner, calls in owners.values():
        nest = _nest(analysis, function, owner, calls)
        if nest is not None:
            yield nest


def _calls(analysis: Analysis) -> Iterator[tuple[Function, Node]]:
    data = analysis.file.data
    makes = tuple(_makes(data))
    if not makes or not may_start(data, 0, len(data)):
        return
    functions = iter(analysis.file.functions)
    function = next(functions, None)
    for at in makes:
        while function is not None and function.end <= at:
            function = next(functions, None)
        if function is None:
            return
        if function.start > at or not _may_declare(data, function.start, at):
            continue
        if not may_start(data, function.start, function.end) or function.has_error:
            continue
        node = function.node.descendant_for_byte_range(at, at + len(b"make"))
        call = node.parent if node is not None and node.kind_id == syntax.IDENTIFIER else None
        if call is not None and call.kind_id == syntax.CALL_EXPRESSION:
            yield function, call


def _makes(data: bytes) -> Iterator[int]:
    """Where channels may be made."""
    at = data.find(_MAKE)
    while at >= 0:
        behind = at + len(_MAKE)
        if data[at - 1] not in LETTERS and not LETTERS.issuperset(data[behind : behind + 1] or b"a"):
            yield at
        at = data.find(_MAKE, behind)


def _may_declare(data: bytes, first: int, offset: int) -> bool:
    """A first look whether a variable may start with what stands at an offset, in a function from ``first`` on."""
    before = data[data.rfind(b"\n", 0, offset) + 1 : offset]
    if b":=" in before or b"var " in before or not before.strip():
        return True
    return b" = " in before and data.find(b"var (", first, offset) >= 0


def may_start(data: bytes, start: int, end: int) -> bool:
    """A first look whether a function starts goroutines."""
    return any(data.find(word, start, end) >= 0 for word in _STARTING)


def _target(call: Node) -> tuple[Node, int] | None:
    """The name that a call of make is declared for, and where it starts; None when it is assigned otherwise."""
    listed = call.parent
    declared = listed.parent if listed is not None and listed.kind_id == syntax.EXPRESSION_LIST else None
    if listed is None or declared is None:
        return None
    if declared.kind_id == syntax.SHORT_VAR_DECLARATION:
        left = declared.child_by_field_id(syntax.F_LEFT)
        names = syntax.operands(left) if left is not None else []
    elif declared.kind_id == syntax.VAR_SPEC:
        names = syntax.field_children(declared, syntax.F_NAME)
    else:
        return None
    position = syntax.operands(listed).index(call)
    if position >= len(names) or names[position].kind_id != syntax.IDENTIFIER:
        return None
    return names[position], names[position].start_byte


def _nest(analysis: Analysis, function: Function, owner: Node, calls: list[tuple[Node, Node, int]]) -> Nest | None:
    shared = Shared(analysis.program)
    reader = shared.reader(function)
    made: list[Made] = []
    matters = False
    for call, name, _ in calls:
        variable = reader.bindings.variable(name)
        if variable is None or variable.declaration != name or not reader.bindings.uses(variable):
            continue
        matters = matters or _may_block(reader, variable, owner)
        known = _Trace(shared).follow(reader, variable, variable.function)
        if known is not None:
            channel = Channel(variable.name, _capacity(analysis, function, call), known.unknown_senders)
            made.append(Made(variable, call, channel))
    if not matters or all(is_free(reader, one.variable, one.make, owner, one.channel) for one in made):
        return None
    for number, one in enumerate(made):
        shared.net.channels.append(one.channel)
        shared.makes[one.variable.declaration.start_byte] = number
    try:
        lower_net(shared, Run(function, owner), {one.variable: number for number, one in enumerate(made)})
    except (DepthError, RecursionError):
        return None
    if len(shared.net.processes) < 2:
        return None
    return Nest(function, owner, tuple(made), shared)


def _may_block(reader: Reader, variable: Variable, owner: Node) -> bool:
    """Whether anybody but the function itself does more with a channel than to close it at its end."""
    for use in reader.bindings.uses(variable):
        does = operation(use)
        is_own = syntax.owner_of(use) == owner
        if does.doing is Doing.CLOSE and (is_own or role_of_call(does.node) is Role.DEFERRED):
            continue
        if does.doing is not Doing.MEASURE and (not is_own or does.doing is Doing.GIVE):
            return True
    return False


def _capacity(analysis: Analysis, function: Function, call: Node) -> int | None:
    arguments = syntax.arguments(call)
    return evaluate(arguments[1], analysis.types(function).resolver) if len(arguments) > 1 else 0


def ends_process(analysis: Analysis, nest: Nest) -> bool:
    """Whether the process ends with the function, or what the function starts is meant to run as long as it."""
    function, owner = nest.function, nest.owner
    is_plain = owner == function.node and not function.receiver_type
    is_program = function.file.package.name == "main"
    if is_plain and (function.name == "init" or (is_program and _is_part_of_main(function))):
        return True
    signature = analysis.types(function).signature(owner) if b"cobra" in function.file.data else None
    return signature is not None and [str(of) for of in signature.params] == _COBRA


def _is_part_of_main(function: Function) -> bool:
    """Whether a function of a program is its main, or is called by that alone, once each time."""
    if function.name == "main":
        return True
    calls = 0
    pattern = re.compile(rb"\b" + re.escape(function.name.encode()) + rb"\b")
    for file in function.file.package.files:
        for match in pattern.finditer(file.data):
            name = file.descendant(match.start(), match.end())
            if name is None or name.kind_id != syntax.IDENTIFIER:
                continue
            around = file.function_around(match.start())
            if around is not None and around.node == function.node and match.start() < _body_start(function):
                continue
            if around is None or around.name != "main" or _repeats(around.node, match.start()):
                return False
            calls += 1
    return calls > 0


def _body_start(function: Function) -> int:
    return function.body.start_byte if function.body is not None else function.node.end_byte


def _repeats(main: Node, offset: int) -> bool:
    """Whether what stands at an offset runs in a loop or as a goroutine."""
    at = main.descendant_for_byte_range(offset, offset + 1)
    while at is not None and at != main:
        if at.kind_id in (syntax.FOR_STATEMENT, syntax.GO_STATEMENT):
            return True
        at = at.parent
    return False


@state
class _Known:
    unknown_senders: bool = False


class _Trace:
    """Goes after a channel through the functions that are given it."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._seen: set[int] = set()
        self._known = _Known()

    def follow(self, reader: Reader, variable: Variable, owner: Node, depth: int = 0) -> _Known | None:
        """What is known of the channel; None when it gets out of sight."""
        if depth > _DEEPEST:
            return None
        if variable.declaration.id in self._seen:
            return self._known
        self._seen.add(variable.declaration.id)
        for use in reader.bindings.uses(variable):
            if is_assigned(use):
                return None
            does = operation(use)
            if does.doing is Doing.ESCAPE:
                return None
            if any(reader.places(literal) is None for literal in literals_between(use, owner)):
                return None
            if does.doing is Doing.GIVE and not self._passed(reader, does.node, does.position, depth):
                return None
        return self._known

    def _passed(self, reader: Reader, call: Node, position: int, depth: int) -> bool:
        run = reader.called(call)
        if run is None:
            self._known.unknown_senders = True
            return reader.takes_to_send(call, position)
        inner = self._shared.reader(run.function)
        given = parameter(inner, run.owner, position)
        return given is not None and self.follow(inner, given, run.owner, depth + 1) is not None
