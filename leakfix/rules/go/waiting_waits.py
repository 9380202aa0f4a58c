"""Goroutines of a file that wait for ever for the channels of the objects that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Cause, Channel, Party, Verdict, Wait, judge_all, may_last
from leakfix.detectors.signals import Scene as Given
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import (
    ChannelField,
    FieldUses,
    closed_names,
    field_of,
    is_channel,
    pointed,
    uses_of,
)
from leakfix.languages.go.channel_operations import Act, Operation, alternatives, cases_of, operations, received_from
from leakfix.languages.go.channel_starts import Start, started_names, starts
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.types import Chan, Struct, underlying
from leakfix.rules.go.waiting_facts import Facts, WaitScene, is_closing, scene_at, signal_of, task_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.types import Named

_STRANGERS: Final = Channel(sent_elsewhere=True, received_elsewhere=True)


@dataclass(frozen=True, slots=True, eq=False)
class Stuck:
    """A goroutine that waits for ever at ``operation``.

    ``signal`` is the expression that it should receive from too, empty if there is none, ``givers`` what closes it;
    ``closing`` the method that ends the object, ``holder`` the expression of the object. ``way_out`` is what other
    selects of the goroutine do upon the signal, empty where no other watches it. ``is_exact`` tells that nothing is in
    the channel, or on its way, that would be lost.
    """

    scene: WaitScene
    operation: Operation
    cause: Cause
    start: Start
    signal: str = ""
    holder: str = ""
    owner: Named | None = None
    closing: Function | None = None
    givers: tuple[Operation, ...] = ()
    is_exact: bool = False
    way_out: str = ""

    @property
    def place(self) -> Node:
        """What waits: the operation, or its select."""
        return self.operation.select or self.operation.node

    @property
    def channels(self) -> str:
        """The channels that it waits on, as they are spelled."""
        select = self.operation.select
        parts = [one for one in operations(self.operation.function) if one.select == select] if select else []
        return " or ".join(syntax.text(one.channel) for one in parts or [self.operation])


def stuck_waits(analysis: Analysis) -> Iterator[Stuck]:
    """The waits of a file that nothing ends, one for each goroutine at most, in order."""
    file = analysis.file
    if file.is_test or not may_wait(file):
        return
    facts = Facts(analysis)
    told: set[object] = set()
    for function, operation in candidates(analysis):
        task = task_of(function, operation.owner)
        if task in told:
            continue
        found = _judged(facts, function, operation)
        if found is not None:
            told.add(task)
            yield found


def may_wait(file: File) -> bool:
    """A look at the bytes of a file: whether it declares functions that are started, or starts literals."""
    if b"go func(" in file.data or b".Go(func(" in file.data:
        return True
    names = started_names(file.package)
    if not names:
        return False
    return any(name in names for _, name in file.likely_methods) or any(name in names for name in file.likely_names)


def candidates(analysis: Analysis) -> Iterator[tuple[Function, Operation]]:
    """The operations of goroutines that wait, those in selects by their first case."""
    data, names = analysis.file.data, started_names(analysis.file.package)
    for function in analysis.file.functions:
        node = function.node
        called = function.name.rpartition(".")[2].encode()
        start, end = node.start_byte, node.end_byte
        if data.find(b"<-", start, end) < 0 and data.find(b"range ", start, end) < 0:
            continue
        if called not in names and data.find(b"go func(", start, end) < 0 and data.find(b".Go(func(", start, end) < 0:
            continue
        if function.has_error:
            continue
        for operation in operations(function):
            if operation.act is not Act.CLOSE and _is_wait(operation):
                yield function, operation


def _is_wait(operation: Operation) -> bool:
    if operation.select is not None:
        return alternatives(operation) is not None and cases_of(operation.select)[0] == operation.case
    return True


def _judged(facts: Facts, function: Function, operation: Operation) -> Stuck | None:
    if _may_be_closed(operation):
        return None
    started = starts(function, operation.owner)
    if not started or all(start.lives_on for start in started):
        return None
    scene = scene_at(facts.analysis, function, operation.owner)
    channels = _channels(facts, scene, operation)
    wait = _wait(facts, scene, operation) if channels is not None else None
    if wait is None or channels is None or not all(may_last(wait, channel) for _, channel in channels):
        return None
    field = channels[0][0]
    for named, holder in _holders(scene, operation):
        signals = facts.signals(named, field)
        closing = closing_method(facts, named)
        given = Given(tuple(signals), closing is not None)
        first = judge_all(wait, [channel for _, channel in channels], given)
        if first is None:
            continue
        is_exact = first.cause is Cause.ABANDONED and field is not None and not uses_of(field).is_buffered
        start = next(one for one in started if not one.lives_on)
        signal = _spelled(first, holder)
        givers = _givers(facts, first)
        return Stuck(scene, operation, first.cause, start, signal, holder, named, closing, givers, is_exact)
    return None


def _may_be_closed(operation: Operation) -> bool:
    """A look at the names that the package closes: one of the select's, or that of a range, ends the wait."""
    closed = closed_names(operation.function.file.package)
    select = operation.select
    if select is None:
        return operation.act is Act.RANGE and _last_name(operation.channel) in closed
    parts = (one for one in operations(operation.function) if one.select == select and one.act is Act.RECEIVE)
    return any(one.channel.kind_id == syntax.CALL_EXPRESSION or _last_name(one.channel) in closed for one in parts)


def _last_name(node: Node) -> bytes:
    return (node.text or b"").rpartition(b".")[2]


def _spelled(verdict: Verdict, holder: str) -> str:
    """The expression that is received from: ``x.done`` or ``x.ctx.Done()``."""
    signal = verdict.signal
    if signal is None or not isinstance(signal.key, ChannelField):
        return ""
    path = f"{holder}.{signal.key.name}"
    return f"{path}.Done()" if signal.given_elsewhere else path


def _givers(facts: Facts, verdict: Verdict) -> tuple[Operation, ...]:
    signal = verdict.signal
    if signal is None or signal.given_elsewhere or not isinstance(signal.key, ChannelField):
        return ()
    return tuple(facts.givers(signal.key))


def _channels(facts: Facts, scene: WaitScene, operation: Operation) -> list[tuple[ChannelField | None, Channel]] | None:
    """The channels that an operation, or each case of its select, waits for; None where that is no wait for ever."""
    if operation.select is None:
        found = _channel(facts, scene, operation)
        return [found] if found is not None else None
    parts = [one for one in operations(operation.function) if one.select == operation.select]
    known = [_channel(facts, scene, part) for part in parts]
    listed = [one for one in known if one is not None]
    return listed if listed and len(listed) == len(known) == len(cases_of(operation.select)) else None


def _channel(facts: Facts, scene: WaitScene, operation: Operation) -> tuple[ChannelField | None, Channel] | None:
    """What is known of the channel of one operation; None when it is no channel, or one that may end a goroutine."""
    if not is_channel(scene.types.of(operation.channel)):
        return None
    if operation.channel.kind_id == syntax.CALL_EXPRESSION:
        return None
    field = field_of(operation.function, operation.channel)
    if field is None:
        return None, _STRANGERS
    uses = uses_of(field)
    if _may_go_on(scene, operation, uses):
        return None
    return field, facts.channel(uses) if uses.is_made else _STRANGERS


def _may_go_on(scene: WaitScene, operation: Operation, uses: FieldUses) -> bool:
    """Whether a channel's buffer may let an operation pass: one with room, or with the tokens of a semaphore."""
    if not uses.is_buffered or operation.act is Act.SEND:
        return uses.is_buffered
    of = underlying(scene.types.of(operation.channel))
    element = underlying(of.element) if isinstance(of, Chan) else None
    return isinstance(element, Struct) and not element.fields


def _wait(facts: Facts, scene: WaitScene, operation: Operation) -> Wait | None:
    control = scene.control
    at: Node | None = operation.select
    if at is None:
        statement = statement_of(operation.node)
        if statement is None:
            return None
        at = operation.node.parent if operation.act is Act.RANGE else statement
    point = control.at(at) if at is not None else None
    if point is None:
        return None
    reached = control.reachable([point])
    is_endless = not control.leaves(reached)
    comma = _takes_ok(operation.node)
    is_final = is_endless and operation.act is not Act.RANGE and not comma
    party = facts.party(operation)
    watched = frozenset(_watched(operation)) if operation.select is not None else party.watches
    party = Party(party.task, True, watched)
    return Wait(party, operation.act is Act.SEND, is_endless, is_final)


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


def _holders(scene: WaitScene, operation: Operation) -> Iterator[tuple[Named, str]]:
    """The objects whose signals may concern a wait: the one that has the channel, and the method's receiver."""
    told = set()
    for node in (operation.channel.child_by_field_id(syntax.F_OPERAND), None):
        if node is not None and operation.channel.kind_id == syntax.SELECTOR_EXPRESSION:
            named, text = pointed(scene.types.of(node)), path_of(node)
        else:
            named, text = _receiver(scene)
        is_own = named is not None and named.package == scene.function.file.package.key and named.local < 0
        if named is not None and is_own and text and text not in told:
            told.add(text)
            yield named, text


def _receiver(scene: WaitScene) -> tuple[Named | None, str]:
    for variable in scene.bindings.variables:
        if variable.kind == "receiver":
            return pointed(scene.types.variable(variable)), variable.name
    return None, ""


def path_of(node: Node) -> str:
    """The source of a chain of names, ``x.conn``; empty for every other expression."""
    at: Node | None = syntax.unparen(node)
    while at is not None and at.kind_id == syntax.SELECTOR_EXPRESSION:
        at = at.child_by_field_id(syntax.F_OPERAND)
    return syntax.text(node) if at is not None and at.kind_id == syntax.IDENTIFIER else ""


def closing_method(facts: Facts, named: Named) -> Function | None:
    """The method that ends objects of a type: Close or Stop before others."""
    methods = facts.package.methods(named.name)
    names: Iterable[str] = sorted((name for name in methods if is_closing(name)), key=_rank)
    for name in names:
        function = methods[name].function
        if function is not None and function.body is not None:
            return function
    return None


def _rank(name: str) -> tuple[int, str]:
    plain = ("close", "stop", "shutdown")
    return (plain.index(name.lower()) if name.lower() in plain else len(plain), name)
