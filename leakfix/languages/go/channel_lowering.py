"""Lowering of a Go function, and of the goroutines that it starts, to a net of processes (go.dev/ref/spec#Statements).

Statements are lowered backwards: each from the step that follows it. What concerns none of the channels, and has no way
out of its block, leaves no step. Functions that are given a channel are read where they are called.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import (
    Act,
    Choice,
    Close,
    Defer,
    End,
    Forget,
    Halt,
    Leave,
    Make,
    Meet,
    Net,
    Process,
    Start,
    Unwind,
    Wait,
    Way,
)
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_branches import BranchLowering
from leakfix.languages.go.channel_conditions import Conditions
from leakfix.languages.go.channel_uses import (
    Doing,
    Operation,
    Reader,
    Role,
    Run,
    arguments,
    function_node,
    group_name,
    is_assigned,
    last_name,
    literals_between,
    operation,
    parameter,
    role_of_call,
)
from leakfix.languages.go.types import is_integer
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.flow.channels import Step
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Variable

_DEEPEST: Final = 4
_GOEXIT: Final = "runtime.Goexit"
_GIVING_UP: Final = frozenset({"testing", "github.com/stretchr/testify/assert", "github.com/stretchr/testify/require"})
"""Packages whose functions that never return end the goroutine, not the process."""
_TAKING: Final = frozenset({Doing.RECEIVE, Doing.RANGE, Doing.PASS})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_GROUP_CALL: Final = re.compile(rb"\.(Wait|Done)\(")


class DepthError(Exception):
    """Functions call each other too deep, or for ever."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the source a step meets a channel: the use, in which function or literal."""

    function: Function
    owner: Node
    node: Node


@dataclass(slots=True)
class Shared:
    """What the lowerings of all functions of one net share."""

    program: Program
    net: Net = field(default_factory=Net)
    readers: dict[int, Reader] = field(default_factory=dict)
    processes: dict[tuple[int, frozenset[tuple[int, int]]], int] = field(default_factory=dict)
    started: dict[int, list[Node]] = field(default_factory=dict)
    """By process the calls that start it."""
    runs: dict[int, Run] = field(default_factory=dict)
    """By process the function that it runs."""
    sites: dict[tuple[Step, int], Site] = field(default_factory=dict)
    makes: dict[int, int] = field(default_factory=dict)
    """The channels that are made, by the byte offset of the variable's name."""
    frames: int = 0
    loops: int = 0
    end: Step = 0
    halt: Step = 0

    def reader(self, function: Function) -> Reader:
        """The reader of a function, made once."""
        key = function.node.id
        if key not in self.readers:
            self.readers[key] = Reader(self.program, function)
        return self.readers[key]


def lower_net(shared: Shared, run: Run, channels: dict[Variable, int]) -> None:
    """Fill the net: the function of ``run`` is process 0. Raises `DepthError`."""
    shared.end, shared.halt = shared.net.add(End()), shared.net.add(Halt())
    shared.net.processes.append(Process(0))
    lowering = Lowering(shared, run, channels, 0, is_first=True)
    shared.net.processes[0] = Process(lowering.body(shared.end))
    shared.runs[0] = run


@dataclass(frozen=True, slots=True)
class _Item:
    """Something of consequence in a simple statement, in the order of evaluation."""

    node: Node
    operation: Operation | None = None
    channel: int = -1
    role: Role = Role.CALLED
    group: str = ""
    run: Run | None = None
    waits: str = ""


class Lowering(BranchLowering):
    """Lowers the body of one declaration or literal."""

    def __init__(
        self, shared: Shared, run: Run, channels: dict[Variable, int], depth: int, *, is_first: bool = False
    ) -> None:
        super().__init__(shared.net, run.function.file.data)
        if depth > _DEEPEST:
            raise DepthError
        self._shared = shared
        self._run = run
        self._channels = channels
        self._depth = depth
        self._is_first = is_first
        self._reader = shared.reader(run.function)
        self._leaving = _leaving(shared.program.stopping_names)
        self._nodes = self._find_nodes()
        self._offsets = sorted(self._nodes)
        self._conditions = Conditions(run.owner, self._reader.bindings, self._flags())
        self._changes = sorted(self._conditions.changes)
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

    # what matters

    def _find_nodes(self) -> dict[int, Node]:
        """The names of consequence in the function: channels, literals that use them, what waits for groups."""
        owner, bindings = self._run.owner, self._reader.bindings
        found = {
            use.start_byte: use
            for variable in self._channels
            for use in bindings.uses(variable)
            if owner.start_byte <= use.start_byte < owner.end_byte and operation(use).doing is not Doing.MEASURE
        }
        found.update(
            {
                variable.declaration.start_byte: variable.declaration
                for variable, channel in self._channels.items()
                if self._shared.makes.get(variable.declaration.start_byte) == channel and self._is_first
            }
        )
        waiting = list(found.values())
        while waiting:
            for literal in literals_between(waiting.pop(), owner):
                variable = self._reader.variable_of(literal)
                for use in bindings.uses(variable) if variable is not None else ():
                    if use.start_byte not in found:
                        found[use.start_byte] = use
                        waiting.append(use)
        for match in _GROUP_CALL.finditer(self.data, owner.start_byte, owner.end_byte):
            node = owner.descendant_for_byte_range(match.start(1), match.end(1))
            if node is not None and node.kind_id == syntax.FIELD_IDENTIFIER and match[1] == b"Wait":
                found.setdefault(node.start_byte, node)
        return found

    def _flags(self) -> Iterable[Variable]:
        """The variables that tell whether a receive got a value."""
        for node in self._nodes.values():
            flag = self._flag(operation(node).node) if node.kind_id == syntax.IDENTIFIER else None
            if flag is not None:
                yield flag

    def _flag(self, receive: Node) -> Variable | None:
        at = receive.parent
        if at is not None and at.kind_id == syntax.EXPRESSION_LIST:
            at = at.parent
        left = at.child_by_field_id(syntax.F_LEFT) if at is not None else None
        targets = syntax.operands(left) if left is not None and left.end_byte <= receive.start_byte else []
        return self._reader.bindings.variable(targets[1]) if len(targets) == 2 else None

    def touches(self, node: Node) -> bool:
        """Whether a node holds something of consequence."""
        return self._holds(self._offsets, node)

    def matters(self, node: Node) -> bool:
        """Whether a node needs steps of its own."""
        if self._holds(self._offsets, node) or self._holds(self._changes, node):
            return True
        return self._leaving.search(self.data, node.start_byte, node.end_byte) is not None

    @staticmethod
    def _holds(offsets: list[int], node: Node) -> bool:
        at = bisect_left(offsets, node.start_byte)
        return at < len(offsets) and offsets[at] < node.end_byte

    # simple statements

    def leave(self, node: Node) -> Step:
        """A return."""
        return self.simple(node, self._left(Span(node.start_byte, node.end_byte)))

    def _left(self, span: Span) -> Step:
        return self.net.add(Leave(span, self._unwind)) if self._is_first else self._unwind

    def stop(self, node: Node) -> Step | None:
        """Where control goes behind a call statement that never returns; None for one that does."""
        call = next(iter(syntax.operands(node)), None)
        if call is None or call.kind_id != syntax.CALL_EXPRESSION or not self._leaving.search(node.text or b""):
            return None
        name = last_name(call)
        if name == "panic" and function_node(call).kind_id == syntax.IDENTIFIER:
            return self._shared.halt
        if name not in self._shared.program.stopping_names:
            return None
        package, symbol = self._symbol(call, name)
        if not symbol:
            return None
        leaves = package in _GIVING_UP or symbol == _GOEXIT
        return self._left(Span(node.start_byte, node.end_byte)) if leaves else self._shared.halt

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
            if written is not None and written.kind_id != syntax.TYPE_IDENTIFIER and b"testing." in (written.text or b""):
                return "testing", f"testing.T.{name}"
        callee = self._shared.program.types(self._run.function).callee(call)
        if callee is None or not self._shared.program.models.never_returns(callee.symbol):
            return "", ""
        return callee.package, callee.symbol

    def simple(self, node: Node, after: Step) -> Step:
        """The steps of a statement or expression that branches nowhere."""
        forgotten = [self._conditions.changes[at] for at in self._within(self._changes, node)]
        if forgotten:
            after = self.net.add(Forget(frozenset().union(*forgotten), after))
        for item in reversed(self._items(node)):
            after = self._item(item, after)
        return after

    @staticmethod
    def _within(offsets: list[int], node: Node) -> list[int]:
        return offsets[bisect_left(offsets, node.start_byte) : bisect_left(offsets, node.end_byte)]

    def _items(self, node: Node) -> list[_Item]:
        found: dict[int, _Item] = {}
        for offset in self._within(self._offsets, node):
            for item in self._read(self._nodes[offset]):
                found[item.node.id] = item
        return sorted(found.values(), key=lambda item: (item.node.end_byte, -item.node.start_byte))

    def _read(self, use: Node) -> Iterable[_Item]:
        """What a name stands for, if it is this function itself that does something here."""
        around = literals_between(use, self._run.owner)
        if around:
            literal = around[-1]
            places = self._reader.places(literal) if self._reader.variable_of(literal) is None else None
            for place in places or ():
                if place.call is not None:
                    run = Run(self._run.function, literal)
                    yield _Item(place.call, role=place.role, group=place.group, run=run)
            return
        if use.kind_id == syntax.FIELD_IDENTIFIER:
            yield from self._waiting(use)
            return
        variable = self._reader.bindings.variable(use)
        channel = self._channels.get(variable) if variable is not None else None
        if variable is None:
            return
        if channel is None:
            yield from self._named(use, variable)
        elif use == variable.declaration:
            yield _Item(use, channel=channel)
        else:
            yield from self._used(operation(use), channel)

    def _used(self, does: Operation, channel: int) -> Iterable[_Item]:
        if does.doing is Doing.PASS:
            run = self._reader.called(does.node)
            if run is not None:
                yield _Item(does.node, role=role_of_call(does.node), run=run)
        elif does.doing in (Doing.SEND, Doing.RECEIVE, Doing.CLOSE):
            yield _Item(does.node, does, channel, role=role_of_call(does.node))

    def _named(self, use: Node, variable: Variable) -> Iterable[_Item]:
        """A use of a variable that holds a literal."""
        place = self._reader.place(use)
        literal = self._reader.literal_of(variable)
        if place is not None and place.call is not None and literal is not None:
            run = Run(self._run.function, literal)
            yield _Item(place.call, role=place.role, group=place.group, run=run)

    def _waiting(self, name: Node) -> Iterable[_Item]:
        function = name.parent
        call = function.parent if function is not None else None
        operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
        if call is not None and operand is not None and call.kind_id == syntax.CALL_EXPRESSION:
            yield _Item(call, role=role_of_call(call), waits=group_name(operand))

    def _item(self, item: _Item, after: Step) -> Step:
        if item.role is Role.DEFERRED:
            entry = self._done(item, self._unwind)
            return self.net.add(Defer(self._frame, entry, after))
        return self._done(item, after)

    def _done(self, item: _Item, after: Step) -> Step:
        if item.run is not None:
            channels = self._given(item.run, item.node)
            if item.role in (Role.STARTED, Role.GROUPED):
                return self.net.add(Start(self._process(item, item.run, channels), after))
            return Lowering(self._shared, item.run, channels, self._depth + 1).body(after)
        if item.waits:
            return self.net.add(Wait(item.waits, after))
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
            if way.act is not Act.PASS:
                self._note(step, way.channel, node)
        return step

    def received(self, body: Node) -> frozenset[int]:
        """The channels that a loop's body receives from, or gives to a function that it calls."""
        found = set()
        for offset in self._within(self._offsets, body):
            variable = self._reader.bindings.variable(self._nodes[offset])
            channel = self._channels.get(variable) if variable is not None else None
            does = operation(self._nodes[offset])
            if channel is not None and does.doing in _TAKING and self._is_own(self._nodes[offset], does.node):
                found.add(channel)
        return frozenset(found)

    def _is_own(self, use: Node, node: Node) -> bool:
        """Whether the function does something itself, not a goroutine that it starts."""
        around = [place for literal in literals_between(use, self._run.owner) for place in self._reader.places(literal) or ()]
        roles = {role_of_call(node), *(place.role for place in around)}
        return roles.isdisjoint({Role.STARTED, Role.GROUPED})

    def counts(self, atom: Node, loop: Node) -> bool:
        """Whether a condition compares what a loop counts: a variable that goes up or down, or a length."""
        if atom.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(atom) not in _COMPARISONS:
            return False
        sides = [atom.child_by_field_id(number) for number in (syntax.F_LEFT, syntax.F_RIGHT)]
        return any(side is not None and self._is_counter(side, loop) for side in sides)

    def _is_counter(self, node: Node, loop: Node) -> bool:
        counted = node
        if node.kind_id == syntax.CALL_EXPRESSION and last_name(node) == "len":
            counted = next(iter(arguments(node)), node)
        variable = self._reader.bindings.variable(counted) if counted.kind_id == syntax.IDENTIFIER else None
        uses = self._reader.bindings.uses(variable) if variable is not None else ()
        inside = (use for use in uses if loop.start_byte <= use.start_byte < loop.end_byte)
        return any(is_assigned(use) for use in inside) and is_integer(self.types.of(node))

    def note_again(self, step: Step, channel: int, node: Node) -> None:
        """A step that was filled later meets a channel."""
        self._note(step, channel, node)

    def _note(self, step: Step, channel: int, node: Node) -> None:
        self._shared.sites.setdefault((step, channel), Site(self._run.function, self._run.owner, node))

    def _way(self, does: Operation, channel: int, after: Step) -> Way:
        if does.doing is Doing.SEND:
            return Way(after, Act.SEND, channel)
        flag = self._flag(does.node)
        told = [self._conditions.told_of(flag, holds) if flag is not None else None for holds in (True, False)]
        return Way(after, Act.RECEIVE, channel, told=told[0], told_ended=told[1])

    def communication(self, node: Node, target: Step) -> tuple[Way, Node]:
        """What a case of a select waits for."""
        for item in self._items(node):
            if item.operation is not None and item.operation.doing is not Doing.CLOSE and _is_all_of(item.node, node):
                return self._way(item.operation, item.channel, target), item.operation.node
        return Way(target), node

    def ranged(self, clause: Node) -> int | None:
        """The channel that a loop ranges over."""
        right = clause.child_by_field_id(syntax.F_RIGHT)
        variable = self._reader.bindings.variable(right) if right is not None else None
        return self._channels.get(variable) if variable is not None else None

    def told(self, atom: Node) -> tuple[str, bool] | None:
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
        given = arguments(call) if self._reader.called(call) == run else []
        for position, argument in enumerate(given):
            variable = self._reader.bindings.variable(argument) if argument.kind_id == syntax.IDENTIFIER else None
            channel = self._channels.get(variable) if variable is not None else None
            inner = parameter(reader, run.owner, position) if channel is not None else None
            if channel is not None and inner is not None:
                found[inner] = channel
        return found

    def _process(self, item: _Item, run: Run, channels: dict[Variable, int]) -> int:
        key = (run.owner.id, frozenset((variable.index, channel) for variable, channel in channels.items()))
        shared = self._shared
        number = shared.processes.get(key)
        if number is None:
            number = shared.processes[key] = len(shared.net.processes)
            shared.net.processes.append(Process(shared.end))
            shared.runs[number] = run
            entry = Lowering(shared, run, channels, self._depth + 1).body(shared.end)
            groups, busy = _done_in(run)
            groups |= {item.group} if item.group else set()
            shared.net.processes[number] = Process(entry, frozenset(groups), frozenset(busy))
        calls = shared.started.setdefault(number, [])
        if item.node not in calls:
            calls.append(item.node)
        return number

    def choose(self, ways: Iterable[tuple[Step, tuple[str, bool] | None]]) -> Step:
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


def _done_in(run: Run) -> tuple[set[str], set[str]]:
    """The groups that a goroutine counts down when it ends, and those for each turn of a loop."""
    once: set[str] = set()
    often: set[str] = set()
    for match in _GROUP_CALL.finditer(run.function.file.data, run.owner.start_byte, run.owner.end_byte):
        node = run.owner.descendant_for_byte_range(match.start(1), match.end(1))
        selector = node.parent if node is not None and match[1] == b"Done" else None
        operand = selector.child_by_field_id(syntax.F_OPERAND) if selector is not None else None
        if operand is not None and selector is not None:
            (often if _repeats(selector, run.owner) else once).add(group_name(operand))
    return once, often - once


def _repeats(node: Node, owner: Node) -> bool:
    """Whether a call runs in a loop of the function, not deferred to its end."""
    at = node.parent
    while at is not None and at != owner:
        if at.kind_id == syntax.DEFER_STATEMENT or at.kind_id == syntax.FUNC_LITERAL:
            return False
        if at.kind_id == syntax.FOR_STATEMENT:
            return True
        at = at.parent
    return False


@lru_cache(maxsize=8)
def _leaving(names: frozenset[str]) -> re.Pattern[bytes]:
    """A first look at statements that mention no channel: control may not get to their end."""
    listed = b"|".join(sorted(re.escape(name.encode()) for name in names))
    return re.compile(
        rb"\b(?:return|break|continue|goto|fallthrough)\b|\bpanic\(|\bselect\s*\{\s*\}|:\s*$|\b(?:" + listed + rb")\(",
        re.MULTILINE,
    )
