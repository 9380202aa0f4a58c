"""The waits of a file's goroutines, with all that is known of the channels that they are for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Channel, Party, Wait, may_last
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_field_uses import FieldUses, uses_of
from leakfix.languages.go.channel_fields import ChannelField, closed_names, field_of, function_around, is_channel
from leakfix.languages.go.channel_operations import Act, Operation, alternatives, cases_of, operations, received_from
from leakfix.languages.go.channel_starts import started_names
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.types import Chan, Struct, underlying
from leakfix.rules.go.context_nodes import initial
from leakfix.rules.go.ticker_goroutines import stuck_goroutines
from leakfix.rules.go.ticker_scene import is_target
from leakfix.rules.go.waiting_counters import is_counted
from leakfix.rules.go.waiting_facts import Facts, WaitScene, signal_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import File, Function, Package

_STRANGERS: Final = Channel(sent_elsewhere=True, received_elsewhere=True)
_SENT: Final = b" <- "
_BARE: Final = re.compile(rb"[ \t]+\w+\.(\w+)")
_CASE: Final = re.compile(rb"\n[ \t]+case (?:(?:[\w, ]+:?= )?<-([\w.]+):|([\w.]+) <- )")
_STARTS: Final = (b"go func(", b"Go(func(", b"go(func(", b"Attach(func(", b"Async(func(")


@record
class Waiting:
    """A wait and the channels that it is for, as far as they are fields; those that are not may be anybody's."""

    wait: Wait
    channels: tuple[Channel, ...]
    fields: tuple[ChannelField | None, ...]

    @property
    def is_buffered(self) -> bool:
        """Whether one of the channels may have a buffer, or nobody knows."""
        return any(field is None or uses_of(field).is_buffered for field in self.fields)


def may_wait(file: File) -> bool:
    """A look at the bytes of a file: whether it declares functions that are started, or starts literals."""
    if any(word in file.data for word in _STARTS):
        return True
    names = started_names(file.package)
    if not names:
        return False
    return any(name in names for _, name in file.likely_methods) or any(name in names for name in file.likely_names)


def candidates(analysis: Analysis) -> tuple[tuple[Function, Operation], ...]:
    """The operations of goroutines that wait, those in selects by their first case; found once for all who ask."""
    known = analysis.cache.get("channel waits")
    if not isinstance(known, tuple):
        known = analysis.cache["channel waits"] = tuple(_candidates(analysis))
    return known


def _candidates(analysis: Analysis) -> Iterator[tuple[Function, Operation]]:
    data, names = analysis.file.data, started_names(analysis.file.package)
    for function in analysis.file.functions:
        start, end = function.start, function.end
        if data.find(b"<-", start, end) < 0 and data.find(b"range ", start, end) < 0:
            continue
        called = function.name.rpartition(".")[2].encode()
        if called not in names and all(data.find(word, start, end) < 0 for word in _STARTS):
            continue
        if function.has_error:
            continue
        for operation in operations(function):
            if operation.act is not Act.CLOSE and _is_wait(operation):
                yield function, operation


def client_candidates(analysis: Analysis) -> Iterator[tuple[Function, Operation]]:
    """The bare sends of methods on channels that selects of the package are for, too."""
    data = analysis.file.data
    at = data.find(_SENT)
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        found = _BARE.fullmatch(data, start, at)
        at = data.find(_SENT, at + 1)
        if found is None or found[1] not in _selected_names(analysis.file.package):
            continue
        function = function_around(analysis.file, start)
        if function is None or not function.receiver_type or function.has_error:
            continue
        for operation in operations(function):
            if operation.channel.end_byte == found.end(1) and operation.select is None:
                yield function, operation


def _selected_names(package: Package) -> frozenset[bytes]:
    """The last names of the channels that a package's selects are for; a look at its bytes."""
    known = package.looks.get("selected")
    if not isinstance(known, frozenset):
        files = (file for file in package.files if not file.is_test and b"select {" in file.data)
        found = (match[1] or match[2] for file in files for match in _CASE.finditer(file.data))
        known = package.looks["selected"] = frozenset(name.rpartition(b".")[2] for name in found)
    return known


def may_go_on(operation: Operation) -> bool:
    """A look at the syntax: whether a wait for the channel of nobody's object stands in no endless loop."""
    channel = source_of(operation.function, operation.channel)
    if operation.select is not None or operation.act is Act.RANGE or channel.kind_id == syntax.SELECTOR_EXPRESSION:
        return False
    at: Node | None = operation.node
    while at is not None and at != operation.owner:
        if at.kind_id == syntax.FOR_STATEMENT and all(c.kind_id == syntax.BLOCK for c in syntax.operands(at)):
            return False
        at = at.parent
    return True


def may_be_closed(operation: Operation) -> bool:
    """A look at the names that the package closes: one of the select's, or that of a range, ends the wait."""
    closed = closed_names(operation.function.file.package)
    if operation.select is None:
        return operation.act is Act.RANGE and _last_name(operation.channel) in closed
    parts = [one for one in parts_of(operation) if one.act is Act.RECEIVE]
    if any(_last_name(one.channel) == b"Done()" for one in parts):
        return True
    return any(_last_name(one.channel) in closed and _is_closed(one) for one in parts)


def _is_closed(operation: Operation) -> bool:
    """Whether the field that a channel is gets closed; what is no field may be."""
    field = field_of(operation.function, source_of(operation.function, operation.channel))
    return field is None or bool(uses_of(field).of(Act.CLOSE))


def waiting_at(facts: Facts, scene: WaitScene, operation: Operation) -> Waiting | None:
    """The wait at an operation, or at its select; None where something surely ends it."""
    parts = parts_of(operation)
    if operation.select is None and (_is_measured(operation) or is_counted(operation)):
        return None
    if operation.select is not None and len(parts) != len(cases_of(operation.select)):
        return None
    known = [_channel(facts, scene, part) for part in parts]
    found = [one for one in known if one is not None]
    if len(found) != len(known):
        return None
    wait = _wait(facts, scene, operation)
    if wait is None or not all(may_last(wait, channel) for _, channel in found):
        return None
    return Waiting(wait, tuple(channel for _, channel in found), tuple(field for field, _ in found))


def parts_of(operation: Operation) -> list[Operation]:
    """All operations of an operation's select; it alone where there is none."""
    select = operation.select
    if select is None:
        return [operation]
    return [one for one in operations(operation.function) if one.select == select]


def source_of(function: Function, channel: Node) -> Node:
    """Where a local variable that only ever holds one channel got it from; every other expression itself."""
    if channel.kind_id != syntax.IDENTIFIER:
        return channel
    bindings = Bindings.of_function(function)
    variable = bindings.variable(channel)
    value = initial(variable) if variable is not None else None
    if variable is None or value is None or value.kind_id != syntax.SELECTOR_EXPRESSION:
        return channel
    return channel if any(is_target(use) for use in bindings.uses(variable)) else value


def _is_measured(operation: Operation) -> bool:
    """Whether the function asks how much is in the channel."""
    return b"len(%b)" % (operation.channel.text or b"") in (operation.owner.text or b"")


def _is_wait(operation: Operation) -> bool:
    if operation.select is not None:
        return alternatives(operation) is not None and cases_of(operation.select)[0] == operation.case
    return True


def _last_name(node: Node) -> bytes:
    return (node.text or b"").rpartition(b".")[2]


def _channel(facts: Facts, scene: WaitScene, operation: Operation) -> tuple[ChannelField | None, Channel] | None:
    """What is known of the channel of one operation; None when it is no channel, or one that has room."""
    if not is_channel(scene.types.of(operation.channel)):
        return None
    field = field_of(operation.function, source_of(operation.function, operation.channel))
    if field is None:
        return None, _STRANGERS
    uses = uses_of(field)
    if _may_go_on(scene, operation, uses):
        return None
    return field, facts.channel(uses) if uses.is_made else _STRANGERS


def _may_go_on(scene: WaitScene, operation: Operation, uses: FieldUses) -> bool:
    """Whether a channel's buffer may let an operation pass: it has room, or the tokens of a semaphore."""
    if not uses.is_buffered or operation.act is Act.SEND:
        return uses.is_buffered
    of = underlying(scene.types.of(operation.channel))
    element = underlying(of.element) if isinstance(of, Chan) else None
    return isinstance(element, Struct) and not element.fields


def _wait(facts: Facts, scene: WaitScene, operation: Operation) -> Wait | None:
    control = scene.control
    at: Node | None = operation.select
    if at is None:
        at = operation.node.parent if operation.act is Act.RANGE else statement_of(operation.node)
    point = control.at(at) if at is not None else None
    if point is None or at is None:
        return None
    is_endless = not control.leaves(control.reachable([point]))
    is_final = is_endless and not any(_takes_ok(part.node) for part in parts_of(operation))
    if operation.act is Act.RANGE and operation.select is None:
        is_final = is_endless and scene.is_timer_channel(operation.channel) and not _is_told_elsewhere(scene, at)
    party = facts.party(operation)
    watched = frozenset(_watched(operation)) if operation.select is not None else party.watches
    return Wait(Party(party.task, True, watched), operation.act is Act.SEND, is_endless, is_final)


def _is_told_elsewhere(scene: WaitScene, loop: Node) -> bool:
    """Whether go-ticker-stop tells of the loop: that of a ticker which is stopped."""
    return any(stuck.range.endless_range == loop for stuck in stuck_goroutines(scene.analysis))


def _watched(operation: Operation) -> Iterator[ChannelField]:
    for case in cases_of(operation.select) if operation.select is not None else ():
        channel = received_from(case)
        signal = signal_of(operation.function, channel) if channel is not None else None
        if signal is not None:
            yield signal


def _takes_ok(node: Node) -> bool:
    """Whether a receive gives a second value, which tells that the channel is closed."""
    at = node.parent
    while at is not None and at.kind_id in (syntax.PARENTHESIZED_EXPRESSION, syntax.EXPRESSION_LIST):
        at = at.parent
    left = at.child_by_field_id(syntax.F_LEFT) if at is not None else None
    return left is not None and len(syntax.operands(left)) > 1
