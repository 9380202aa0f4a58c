"""What a package tells of its channels, signals and goroutines, in the terms of `leakfix.detectors.signals`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Channel, Party, Signal
from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import Analysis
from leakfix.languages.go.channel_field_uses import FieldUses, uses_of
from leakfix.languages.go.channel_fields import (
    ChannelField,
    closed_names,
    field_of,
    is_channel,
    is_context,
    members_of,
    mentions,
    type_of,
)
from leakfix.languages.go.channel_operations import Act, Operation, alternatives, cases_of, operations, received_from
from leakfix.languages.go.channel_starts import direct_starts, start_of_literal, starts_of
from leakfix.languages.go.statements import following, statement_of
from leakfix.languages.go.types import underlying
from leakfix.rules.go.ticker_scene import Scene
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function, Package
    from leakfix.languages.go.types import Named, Type

CLOSING: Final = (
    "close",
    "stop",
    "shutdown",
    "quit",
    "terminate",
    "destroy",
    "dispose",
    "cancel",
    "exit",
    "kill",
    "halt",
)
"""How the names of methods start that end an object, in lower case."""

_DONE: Final = "context.Context.Done"
ENDLESS_CONTEXTS: Final = frozenset({"context.Background", "context.TODO"})
"""What makes contexts that are never done."""


class WaitScene(Scene):
    """A scene in which a range over a channel that nobody closes never ends."""

    def is_endless(self, node: Node, depth: int = 0) -> bool:
        """Whether a range over the channel never ends."""
        return super().is_endless(node, depth) or self._is_never_closed(node)

    def _never_returns(self, call: Node) -> bool:
        """As for every scene, but only functions whose names are known to stop are looked at."""
        function = call.child_by_field_id(syntax.F_FUNCTION)
        name = syntax.text(function).rpartition(".")[2] if function is not None else ""
        known = name == "panic" or name in self.analysis.program.stopping_names
        return known and super()._never_returns(call)

    def is_timer_channel(self, node: Node) -> bool:
        """Whether a channel is that of a ticker or timer, which nobody closes."""
        return super().is_endless(node)

    def _is_never_closed(self, node: Node) -> bool:
        if not is_channel(self.types.of(node)):
            return False
        field = field_of(self.function, node)
        if field is None:
            return False
        uses = uses_of(field)
        return uses.is_made and not uses.sent_elsewhere and not uses.of(Act.CLOSE)


def scene_at(analysis: Analysis, function: Function, owner: Node) -> WaitScene:
    """The scene of a declaration or literal of any file of the package, made once."""
    known = function.cache.setdefault("wait scenes", {})
    assert isinstance(known, dict)
    found = known.get(owner.id)
    if not isinstance(found, WaitScene):
        here = analysis if function.file is analysis.file else Analysis(analysis.program, function.file)
        found = known[owner.id] = WaitScene(here, function, owner)
    return found


def task_of(function: Function, owner: Node) -> Hashable:
    """The task that code is part of: a literal that no goroutine runs is part of the function around it."""
    at = owner
    while at.kind_id == syntax.FUNC_LITERAL and start_of_literal(function, at) is None:
        around = syntax.owner_of(at)
        if around is None:
            break
        at = around
    return function.file.location, at.start_byte


def is_closing(name: str) -> bool:
    """Whether a function's name says that it ends something."""
    return name.rpartition(".")[2].lower().startswith(CLOSING)


def signal_of(function: Function, channel: Node) -> ChannelField | None:
    """The signal that a received channel stands for: a field with a channel, or the Done of a field's context."""
    channel = syntax.unparen(channel)
    if channel.kind_id != syntax.CALL_EXPRESSION:
        return field_of(function, channel)
    called = channel.child_by_field_id(syntax.F_FUNCTION)
    context = called.child_by_field_id(syntax.F_OPERAND) if called is not None else None
    if context is None or called is None or not syntax.text(called).endswith(".Done"):
        return None
    return field_of(function, context)


@record
class Facts:
    """The channels and signals of one package, seen from the analysis of one of its files."""

    analysis: Analysis

    @property
    def package(self) -> Package:
        """The package."""
        return self.analysis.file.package

    def channel(self, uses: FieldUses) -> Channel:
        """A field's channel, with who sends, receives and closes."""
        closers = frozenset(task_of(one.function, one.owner) for one in uses.of(Act.CLOSE))
        return Channel(
            tuple(self.party(one) for one in uses.of(Act.SEND)),
            tuple(self.party(one) for one in uses.of(Act.RECEIVE, Act.RANGE)),
            closers,
            uses.sent_elsewhere,
            uses.received_elsewhere,
        )

    def party(self, operation: Operation) -> Party:
        """One operation with the signals of fields that its select watches; a default ends every wait."""
        function, owner = operation.function, operation.owner
        task, is_goroutine = task_of(function, owner), self.is_goroutine(function, owner)
        may_leave, is_farewell = self._may_leave(operation), is_closing(function.name)
        return Party(task, is_goroutine, self._watched(operation), may_leave, is_farewell)

    def _may_leave(self, operation: Operation) -> bool:
        """Whether the function returns upon another case of the operation's select."""
        return any(self.leaves(operation.function, case) for case in alternatives(operation) or ())

    def is_goroutine(self, function: Function, owner: Node) -> bool:
        """Whether the code runs as a goroutine of its own."""
        at: Node | None = owner
        while at is not None and at.kind_id == syntax.FUNC_LITERAL:
            if start_of_literal(function, at) is not None:
                return True
            at = syntax.owner_of(at)
        return bool(starts_of(function))

    def signals(self, owner: Named, waits_on: ChannelField | None) -> list[Signal]:
        """The fields of a type that end its goroutines, those that a closing method gives first."""
        found = []
        for key, of in members_of(self.package, owner):
            if key == waits_on or not (is_channel(of) or is_context(of)):
                continue
            signal = self._context(key) if is_context(of) else self._signal(key, of)
            if signal is not None:
                found.append(signal)
        return sorted(found, key=lambda signal: signal.given_elsewhere)

    def is_context(self, key: ChannelField) -> bool:
        """Whether a signal's field holds a context."""
        return is_context(type_of(key))

    def givers(self, key: ChannelField) -> list[Operation]:
        """The calls that close a signal's channel."""
        return list(uses_of(key).of(Act.CLOSE))

    def _signal(self, key: ChannelField, of: Type | None) -> Signal | None:
        if key.name.encode() not in closed_names(self.package):
            return self._given(key) if str(underlying(of)) == "<-chan struct{}" else None
        uses = uses_of(key)
        closes = uses.of(Act.CLOSE)
        if not closes or uses.of(Act.SEND):
            return None
        givers = frozenset(self._giver(one) for one in closes)
        is_farewell = all(self._is_farewell(one) for one in closes)
        ends = is_farewell or any(is_closing(one.function.name) for one in closes) or self._is_left_upon(uses)
        ends = ends or (str(underlying(of)) == "chan struct{}" and not uses.received_elsewhere and not _received(uses))
        return Signal(key, givers, False, ends, is_farewell, self._is_heeded(key, uses))

    def _is_heeded(self, key: ChannelField, uses: FieldUses) -> bool:
        """Whether a method that no goroutine runs sends in a select on the signal, on another channel of the object."""
        for one in uses.of(Act.RECEIVE):
            if one.select is None or not one.function.receiver_type or is_closing(one.function.name):
                continue
            beside = [other for other in operations(one.function) if other.select == one.select and other is not one]
            sent = [field_of(one.function, other.channel) for other in beside if other.act is Act.SEND]
            is_own = any(field is not None and field.owner == key.owner for field in sent)
            if is_own and not self.is_goroutine(one.function, one.owner):
                return True
        return False

    def _given(self, key: ChannelField) -> Signal | None:
        """A channel of nothing that can only be received from: whoever made the object closes it."""
        uses = uses_of(key)
        return Signal(key, frozenset(), True, True) if self._is_left_upon(uses) else None

    def _context(self, key: ChannelField) -> Signal | None:
        received = f".{key.name}.Done()".encode()
        if not any(received in file.data for file in self.package.files):
            return None
        for function, node in mentions(self.package, key.name):
            done = _received_done(node)
            if function is None or done is None or signal_of(function, done.channel) != key:
                continue
            if done.case is not None and self.leaves(function, done.case):
                return Signal(key, frozenset(), True, True)
        return None

    def _is_farewell(self, close: Operation) -> bool:
        """Whether a goroutine closes a channel as the last thing it does, or any function in a deferred call."""
        at: Node | None = close.node
        while at is not None and at.kind_id not in (syntax.FUNCTION_DECLARATION, syntax.METHOD_DECLARATION):
            if at.kind_id == syntax.DEFER_STATEMENT:
                return True
            at = at.parent
        if not self.is_goroutine(close.function, close.owner):
            return False
        statement = statement_of(close.node)
        behind = following(statement) if statement is not None else []
        if statement is None or behind:
            return bool(behind) and behind[0].kind_id == syntax.RETURN_STATEMENT
        held = statement.parent
        return held is not None and held.parent == close.function.body

    def _giver(self, operation: Operation) -> Hashable:
        """Who closes: a helper that one function alone calls is part of it."""
        function = operation.function
        task = task_of(function, operation.owner)
        name = function.name.rpartition(".")[2]
        if task != task_of(function, function.node) or name[:1].isupper() or direct_starts(function, function.node):
            return task
        if any(one.act in (Act.SEND, Act.RECEIVE) for one in operations(function)):
            return task
        callers = set()
        for by, node in mentions(self.package, name):
            is_own = node.parent == function.node
            if by is None:
                return task
            around = syntax.owner_of(node)
            if not is_own and around is not None:
                callers.add(task_of(by, around))
        return callers.pop() if len(callers) == 1 else task

    def _is_left_upon(self, uses: FieldUses) -> bool:
        """Whether some goroutine returns when the signal comes."""
        cases = ((one.case, one) for one in uses.of(Act.RECEIVE) if self.is_goroutine(one.function, one.owner))
        return any(case is not None and self.leaves(one.function, case) for case, one in cases)

    def leaves(self, function: Function, case: Node) -> bool:
        """Whether a function returns once a case of a select is taken, without waiting in that select again."""
        owner = syntax.owner_of(case)
        select = case.parent
        if owner is None or select is None:
            return False
        control = scene_at(self.analysis, function, owner).control
        start, again = control.at(case), control.at(select)
        if start is None:
            return False
        return control.leaves(control.reachable([start], [again] if again is not None else []))

    def _watched(self, operation: Operation) -> frozenset[Hashable]:
        select = operation.select
        found: set[Hashable] = set()
        for case in cases_of(select) if select is not None else ():
            channel = received_from(case)
            signal = signal_of(operation.function, channel) if channel is not None else None
            if case.kind_id == syntax.DEFAULT_CASE:
                return _EVERYTHING
            if signal is not None and case != operation.case:
                found.add(signal)
        return frozenset(found)


def _received(uses: FieldUses) -> bool:
    """Whether anybody waits for a channel: one that is closed for nobody was meant for somebody."""
    return bool(uses.of(Act.RECEIVE, Act.RANGE))


class _Everything(frozenset["Hashable"]):
    """The signals that an operation watches which never waits."""

    def __contains__(self, _: object) -> bool:
        return True


_EVERYTHING: Final = _Everything()


@record
class _Received:
    channel: Node
    case: Node | None


def _received_done(name: Node) -> _Received | None:
    """The receive from ``x.name.Done()`` that a mention of a context is part of."""
    at: Node | None = name
    for _ in range(4):
        at = at.parent if at is not None else None
        if at is None or at.kind_id == syntax.CALL_EXPRESSION:
            break
    receive = at.parent if at is not None else None
    if at is None or receive is None or receive.kind_id != syntax.UNARY_EXPRESSION:
        return None
    held = receive.parent
    case = held.parent if held is not None and held.kind_id == syntax.RECEIVE_STATEMENT else None
    return _Received(at, case)
