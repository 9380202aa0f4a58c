"""Lowering of a Go function, and of the goroutines that it starts, to a net of processes (go.dev/ref/spec#Statements).

Statements are lowered backwards: each from the step that follows it. What concerns none of the channels, and has no way
out of its block, leaves no step. Functions that are given a channel are read where they are called.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import (
    Act,
    Choice,
    Close,
    Defer,
    Done,
    End,
    Forget,
    Halt,
    Leave,
    Make,
    Meet,
    Process,
    Start,
    Unwind,
    Wait,
    Way,
    mark_last,
)
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_branches import BranchLowering
from leakfix.languages.go.channel_items import Items, busy_in
from leakfix.languages.go.channel_nils import Nils
from leakfix.languages.go.channel_shared import DepthError, Shared, Site
from leakfix.languages.go.channel_uses import Doing, Role, Run, function_node, last_name, parameter
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.flow.channels import Step, Told
    from leakfix.languages.go.channel_items import Item
    from leakfix.languages.go.channel_uses import Operation
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Variable

_DEEPEST: Final = 4
_MOST_STEPS: Final = 4000
_HANDLER: Final = ["net/http.ResponseWriter", "*net/http.Request"]
_GOEXIT: Final = "runtime.Goexit"
_GIVING_UP: Final = frozenset({"testing", "github.com/stretchr/testify/assert", "github.com/stretchr/testify/require"})
"""Packages whose functions that never return end the goroutine, not the process."""


def lower_net(shared: Shared, run: Run, channels: dict[Variable, int]) -> None:
    """Fill the net: the function of ``run`` is process 0. Raises `DepthError`."""
    shared.end, shared.halt = shared.net.add(End()), shared.net.add(Halt())
    shared.net.processes.append(Process(0))
    lowering = Lowering(shared, run, channels, 0, is_first=True)
    shared.net.processes[0] = Process(lowering.body(shared.end))
    shared.runs[0] = run
    mark_last(shared.net, shared.sent, shared.asked)


class Lowering(BranchLowering):
    """Lowers the body of one declaration or literal."""

    def __init__(
        self, shared: Shared, run: Run, channels: dict[Variable, int], depth: int, *, is_first: bool = False
    ) -> None:
        items = Items(shared, run, channels, makes=is_first)
        super().__init__(shared.net, items)
        if depth > _DEEPEST or len(shared.net.steps) > _MOST_STEPS:
            raise DepthError
        self._shared = shared
        self._run = run
        self._data = run.function.file.data
        self._channels = channels
        self._depth = depth
        self._is_first = is_first
        self._reader = shared.reader(run.function)
        ways_out = leaving(shared.program.stopping_names)
        self._leaving = [m.start() for m in ways_out.finditer(self._data, run.owner.start_byte, run.owner.end_byte)]
        """Where control may leave a statement that mentions no channel."""
        self._conditions = shared.conditions(run.function)
        self._nils = Nils(run.owner, self._reader.bindings)
        self._changes = sorted({*self._conditions.changes, *self._nils.changes})
        shared.frames += 1
        self._frame = shared.frames
        self._unwind = 0

    def body(self, then: Step) -> Step:
        """The first step of the body; ``then`` follows when the function has ended."""
        self._unwind = self.net.add(Unwind(self._frame, then))
        body = self._run.owner.child_by_field_id(syntax.F_BODY)
        if body is None:
            return self._unwind
        return self.statements(body.named_children, self._left(Span(body.end_byte - 1, body.end_byte)))

    def matters(self, node: Node) -> bool:
        """Whether a node needs steps of its own."""
        if self.items.touches(node) or self._changed(node):
            return True
        return self._may_leave(node)

    def _may_leave(self, node: Node) -> bool:
        at = bisect_left(self._leaving, node.start_byte)
        return at < len(self._leaving) and self._leaving[at] < node.end_byte

    def _changed(self, node: Node) -> list[int]:
        """Where in a node a variable of a repeated condition is assigned."""
        first, behind = (bisect_left(self._changes, at) for at in (node.start_byte, node.end_byte))
        return self._changes[first:behind]

    # simple statements

    def leave(self, node: Node) -> Step:
        """A return."""
        return self.simple(node, self._left(Span(node.start_byte, node.end_byte)))

    def _left(self, span: Span) -> Step:
        return self.net.add(Leave(span, self._unwind)) if self._is_first else self._unwind

    def stop(self, node: Node) -> Step | None:
        """Where control goes behind a call statement that never returns; None for one that does."""
        call = next(iter(syntax.operands(node)), None)
        if call is None or call.kind_id != syntax.CALL_EXPRESSION or not self._may_leave(node):
            return None
        name = last_name(call)
        if name == "panic" and function_node(call).kind_id == syntax.IDENTIFIER:
            return self._left(Span(node.start_byte, node.end_byte)) if self._is_recovered() else self._shared.halt
        if name not in self._shared.program.stopping_names:
            return None
        package, symbol = self._symbol(call, name)
        if not symbol:
            return None
        leaves = package in _GIVING_UP or symbol == _GOEXIT
        return self._left(Span(node.start_byte, node.end_byte)) if leaves else self._shared.halt

    def _is_recovered(self) -> bool:
        """Whether the program goes on when the function panics: it recovers itself, or net/http does."""
        owner = self._run.owner
        if b"recover()" in (owner.text or b""):
            return True
        signature = self.types.signature(owner) if b"net/http" in self._data else None
        return signature is not None and [str(of) for of in signature.params] == _HANDLER

    def _symbol(self, call: Node, name: str) -> tuple[str, str]:
        """The package and symbol of a function that never returns, by its name; empty for others."""
        function = function_node(call)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        if operand is not None and operand.kind_id == syntax.IDENTIFIER:
            variable = self._reader.bindings.variable(operand)
            if variable is None and (package := self._run.function.file.imports.get(syntax.text(operand), "")):
                symbol = f"{package}.{name}"
                return (package, symbol) if self._shared.program.models.never_returns(symbol) else ("", "")
            written = variable.origin.child_by_field_id(syntax.F_TYPE) if variable is not None else None
            if (
                written is not None
                and written.kind_id != syntax.TYPE_IDENTIFIER
                and b"testing." in (written.text or b"")
            ):
                return "testing", f"testing.T.{name}"
        callee = self._shared.program.types(self._run.function).callee(call)
        if callee is None or not self._shared.program.models.never_returns(callee.symbol):
            return "", ""
        return callee.package, callee.symbol

    def simple(self, node: Node, after: Step) -> Step:
        """The steps of a statement or expression that branches nowhere."""
        changed = self._changed(node)
        nils = [self._nils.changes[at] for at in changed if at in self._nils.changes]
        for told in nils:
            after = self.net.add(Choice(((after, told),))) if told[1] else after
        forgotten = [self._conditions.changes.get(at, frozenset()) for at in changed]
        if forgotten:
            after = self.net.add(Forget(frozenset(key for key, _ in nils).union(*forgotten), after))
        for item in reversed(self.items.of(node)):
            after = self._item(item, after)
        return after

    def _item(self, item: Item, after: Step) -> Step:
        if item.role is Role.DEFERRED:
            entry = self._done(item, self._unwind)
            return self.net.add(Defer(self._frame, entry, after))
        return self._done(item, after)

    def _done(self, item: Item, after: Step) -> Step:
        if item.run is not None:
            channels = self._given(item.run, item.node)
            if item.role in (Role.STARTED, Role.GROUPED):
                return self.net.add(Start(self._process(item, item.run, channels), after))
            return Lowering(self._shared, item.run, channels, self._depth + 1).body(after)
        if item.waits:
            return self.net.add(Wait(item.waits, after))
        if item.done:
            return self.net.add(Done(item.done, after))
        if item.operation is None:
            return self.net.add(Make(item.channel, after))
        if item.operation.doing is Doing.CLOSE:
            step = self.net.add(Close(item.channel, after))
            self._note(step, item.channel, item.operation.node)
            return step
        return self.meet([(self._way(item.operation, item.channel, after), item.operation.node)])

    def meet(self, ways: list[tuple[Way, Node]]) -> Step:
        """A meeting with one of several."""
        step = self.net.add(Meet(tuple(way for way, _ in ways)))
        for way, node in ways:
            if way.act is not Act.ALONE:
                self._note(step, way.channel, node)
        return step

    def note_again(self, step: Step, channel: int, node: Node) -> None:
        """A step that was filled later meets a channel."""
        self._note(step, channel, node)

    def _note(self, step: Step, channel: int, node: Node) -> None:
        self._shared.returns[step] = self._unwind
        value = node.child_by_field_id(syntax.F_VALUE) if node.kind_id == syntax.SEND_STATEMENT else None
        if value is not None:
            self._shared.sent[step] = self.items.variables(value)
        self._shared.sites.setdefault((step, channel), Site(self._run.function, self._run.owner, node))

    def _way(self, does: Operation, channel: int, after: Step) -> Way:
        if does.doing is Doing.SEND:
            return Way(after, Act.SEND, channel)
        flag = self.items.flag(does.node)
        told = [self._conditions.told_of(flag, holds) if flag is not None else None for holds in (True, False)]
        return Way(after, Act.RECEIVE, channel, told=told[0], told_ended=told[1])

    def communication(self, node: Node, target: Step) -> tuple[Way, Node]:
        """What a case of a select waits for."""
        for item in self.items.of(node):
            if item.operation is not None and item.operation.doing is not Doing.CLOSE and _is_all_of(item.node, node):
                return self._way(item.operation, item.channel, target), item.operation.node
        return Way(target, shut=self._nils.key(node) or ""), node

    def ranged(self, clause: Node) -> int | None:
        """The channel that a loop ranges over."""
        right = clause.child_by_field_id(syntax.F_RIGHT)
        variable = self._reader.bindings.variable(right) if right is not None else None
        return self._channels.get(variable) if variable is not None else None

    def told(self, atom: Node) -> Told | None:
        """What a condition tells."""
        return self._conditions.told(atom)

    def loop(self) -> int:
        """The number of a new loop."""
        self._shared.loops += 1
        return self._shared.loops

    @property
    def halt(self) -> Step:
        """Nothing follows."""
        return self._shared.halt

    @property
    def types(self) -> Types:
        """The types of the function's expressions."""
        return self._shared.program.types(self._run.function)

    # other functions

    def _given(self, run: Run, call: Node) -> dict[Variable, int]:
        """The channels as a function that is called knows them: a literal sees its surroundings too."""
        reader = self._shared.reader(run.function)
        is_literal = run.owner.kind_id == syntax.FUNC_LITERAL and run.function is self._run.function
        found = dict(self._channels) if is_literal else {}
        given = syntax.arguments(call) if self._reader.called(call) == run else []
        for position, argument in enumerate(given):
            variable = self._reader.bindings.variable(argument) if argument.kind_id == syntax.IDENTIFIER else None
            channel = self._channels.get(variable) if variable is not None else None
            inner = parameter(reader, run.owner, position) if channel is not None else None
            if channel is not None and inner is not None:
                found[inner] = channel
        return found

    def _process(self, item: Item, run: Run, channels: dict[Variable, int]) -> int:
        key = (run.owner.id, frozenset((variable.index, channel) for variable, channel in channels.items()))
        shared = self._shared
        number = shared.processes.get(key)
        if number is None:
            number = shared.processes[key] = len(shared.net.processes)
            shared.net.processes.append(Process(shared.end))
            shared.runs[number] = run
            entry = Lowering(shared, run, channels, self._depth + 1).body(shared.end)
            groups = frozenset({item.group} if item.group else ())
            shared.net.processes[number] = Process(entry, groups, frozenset(busy_in(run)))
        calls = shared.started.setdefault(number, [])
        if item.node not in calls:
            calls.append(item.node)
        return number

    def ask(self, choice: Step, condition: Node) -> None:
        """Note what a choice depends on."""
        variables = self.items.variables(condition)
        if variables and isinstance(self.net.steps[choice], Choice):
            self._shared.asked[choice] = variables

    def choose(self, ways: Iterable[tuple[Step, Told | None]]) -> Step:
        """A branch; none where all ways lead to the same."""
        listed = tuple(dict.fromkeys(ways))
        if len({target for target, _ in listed}) == 1:
            return listed[0][0]
        return self.net.add(Choice(listed))


def _is_all_of(operation_node: Node, communication: Node) -> bool:
    """Whether an operation is what a case of a select does, not a part of what it evaluates before."""
    if communication.kind_id == syntax.RECEIVE_STATEMENT:
        return communication.child_by_field_id(syntax.F_RIGHT) == operation_node
    return communication == operation_node


@lru_cache(maxsize=8)
def leaving(names: frozenset[str]) -> re.Pattern[bytes]:
    """A first look at statements that mention no channel: control may not get to their end."""
    listed = b"|".join(sorted(re.escape(name.encode()) for name in names))
    return re.compile(
        rb"\b(?:return|break|continue|goto|fallthrough)\b|\bpanic\(|\bselect\s*\{\s*\}|:\s*$|\b(?:" + listed + rb")\(",
        re.MULTILINE,
    )
