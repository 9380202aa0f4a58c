"""The names of consequence in a function that runs as a process, and what its simple statements do with them."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import (
    Doing,
    Operation,
    Role,
    Run,
    group_name,
    is_assigned,
    last_name,
    literals_between,
    operation,
    role_of_call,
)
from leakfix.languages.go.types import is_integer
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_shared import Shared
    from leakfix.languages.go.scopes import Variable

_TAKING: Final = frozenset({Doing.RECEIVE, Doing.RANGE, Doing.GIVE})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_GROUP_CALL: Final = re.compile(rb"\.(Wait|Done)\(")
_STARTING: Final = frozenset({Role.STARTED, Role.GROUPED})


@record
class Item:
    """Something of consequence in a simple statement, in the order of evaluation."""

    node: Node
    operation: Operation | None = None
    channel: int = -1
    role: Role = Role.CALLED
    group: str = ""
    run: Run | None = None
    waits: str = ""
    done: str = ""


class Items:
    """Reads one declaration or literal, which knows ``channels`` by these variables."""

    def __init__(self, shared: Shared, run: Run, channels: dict[Variable, int], *, makes: bool) -> None:
        """``makes`` tells whether it is the function that makes the channels."""
        self._shared = shared
        self._run = run
        self._channels = channels
        self._makes = makes
        self._reader = shared.reader(run.function)
        self._nodes = self._find_nodes()
        self._offsets = sorted(self._nodes)
        self._values = dict(self._find_values())
        self._sends = any(operation(node).doing is Doing.SEND for node in self._nodes.values())

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
                if self._shared.makes.get(variable.declaration.start_byte) == channel and self._makes
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
        for match in _GROUP_CALL.finditer(self._run.function.file.data, owner.start_byte, owner.end_byte):
            node = owner.descendant_for_byte_range(match.start(1), match.end(1))
            if node is not None and node.kind_id == syntax.FIELD_IDENTIFIER and _is_statement(node):
                found.setdefault(node.start_byte, node)
        return found

    def flag(self, receive: Node) -> Variable | None:
        """The variable that tells whether a receive got a value."""
        targets = _targets(receive)
        return self._reader.bindings.variable(targets[1]) if len(targets) == 2 else None

    def _find_values(self) -> Iterator[tuple[Variable, int]]:
        """The variables that take what is received, and from which channel."""
        for node in self._nodes.values():
            variable = self._reader.bindings.variable(node) if node.kind_id == syntax.IDENTIFIER else None
            channel = self._channels.get(variable) if variable is not None else None
            for target in _targets(operation(node).node)[:1] if channel is not None else ():
                value = self._reader.bindings.variable(target)
                if value is not None and channel is not None:
                    yield value, channel

    def value_of(self, node: Node) -> int | None:
        """The channel that a value in an expression was received from."""
        if not self._values:
            return None
        waiting = [node]
        while waiting:
            at = waiting.pop()
            variable = self._reader.bindings.variable(at) if at.kind_id == syntax.IDENTIFIER else None
            if variable in self._values:
                return self._values[variable]
            waiting.extend(at.named_children)
        return None

    def variables(self, node: Node | None) -> frozenset[int]:
        """The variables of an expression, each as the offset of its name, in a function that sends; else none."""
        found = set()
        waiting = [node] if node is not None and self._sends else []
        while waiting:
            at = waiting.pop()
            variable = self._reader.bindings.variable(at) if at.kind_id == syntax.IDENTIFIER else None
            if variable is not None:
                found.add(variable.declaration.start_byte)
            waiting.extend(at.named_children)
        return frozenset(found)

    def touches(self, node: Node) -> bool:
        """Whether a node holds something of consequence."""
        at = bisect_left(self._offsets, node.start_byte)
        return at < len(self._offsets) and self._offsets[at] < node.end_byte

    def received(self, body: Node) -> frozenset[int]:
        """The channels that a loop's body receives from, or gives to a function that it calls."""
        found = set()
        for name in self._within(body):
            variable = self._reader.bindings.variable(name)
            channel = self._channels.get(variable) if variable is not None else None
            does = operation(name)
            if channel is not None and does.doing in _TAKING and self._is_own(name, does.node):
                found.add(channel)
        return frozenset(found)

    def _is_own(self, use: Node, node: Node) -> bool:
        """Whether the function does something itself, not a goroutine that it starts."""
        around = literals_between(use, self._run.owner)
        places = [place for literal in around for place in self._reader.places(literal) or ()]
        return _STARTING.isdisjoint({role_of_call(node), *(place.role for place in places)})

    def counts(self, atom: Node, loop: Node) -> bool:
        """Whether a condition compares what a loop counts: a variable that goes up or down, or a length."""
        if atom.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(atom) not in _COMPARISONS:
            return False
        sides = [atom.child_by_field_id(number) for number in (syntax.F_LEFT, syntax.F_RIGHT)]
        return any(side is not None and self._is_counter(side, loop) for side in sides)

    def _is_counter(self, node: Node, loop: Node) -> bool:
        counted = node
        if node.kind_id == syntax.CALL_EXPRESSION and last_name(node) == "len":
            counted = next(iter(syntax.arguments(node)), node)
        variable = self._reader.bindings.variable(counted) if counted.kind_id == syntax.IDENTIFIER else None
        uses = self._reader.bindings.uses(variable) if variable is not None else ()
        inside = (use for use in uses if loop.start_byte <= use.start_byte < loop.end_byte)
        return any(is_assigned(use) for use in inside) and is_integer(
            self._shared.program.types(self._run.function).of(node)
        )

    def _within(self, node: Node) -> list[Node]:
        first, behind = (bisect_left(self._offsets, at) for at in (node.start_byte, node.end_byte))
        return [self._nodes[offset] for offset in self._offsets[first:behind]]

    def of(self, node: Node) -> list[Item]:
        """What a statement or expression does, in order."""
        found: dict[int, Item] = {}
        for name in self._within(node):
            for item in self._read(name):
                found[item.node.id] = item
        return sorted(found.values(), key=lambda item: (item.node.end_byte, -item.node.start_byte))

    def _read(self, use: Node) -> Iterable[Item]:
        """What a name stands for, if it is this function itself that does something here."""
        around = literals_between(use, self._run.owner)
        if around:
            literal = around[-1]
            places = self._reader.places(literal) if self._reader.variable_of(literal) is None else None
            for place in places or ():
                if place.call is not None:
                    run = Run(self._run.function, literal)
                    yield Item(place.call, role=place.role, group=place.group, run=run)
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
            yield Item(use, channel=channel)
        else:
            yield from self._used(operation(use), channel)

    def _used(self, does: Operation, channel: int) -> Iterable[Item]:
        if does.doing is Doing.GIVE:
            run = self._reader.called(does.node)
            if run is not None:
                yield Item(does.node, role=role_of_call(does.node), run=run)
        elif does.doing in (Doing.SEND, Doing.RECEIVE, Doing.CLOSE):
            yield Item(does.node, does, channel, role=role_of_call(does.node))

    def _named(self, use: Node, variable: Variable) -> Iterable[Item]:
        """A use of a variable that holds a literal."""
        place = self._reader.place(use)
        literal = self._reader.literal_of(variable)
        if place is not None and place.call is not None and literal is not None:
            run = Run(self._run.function, literal)
            yield Item(place.call, role=place.role, group=place.group, run=run)

    def _waiting(self, name: Node) -> Iterable[Item]:
        function = name.parent
        call = function.parent if function is not None else None
        operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
        if call is not None and operand is not None and call.kind_id == syntax.CALL_EXPRESSION:
            group = group_name(operand)
            is_wait = name.text == b"Wait"
            yield Item(call, role=role_of_call(call), waits=group if is_wait else "", done="" if is_wait else group)


def _targets(receive: Node) -> list[Node]:
    """What a receive, or the clause of a range, assigns to."""
    at: Node | None = receive
    if receive.kind_id != syntax.RANGE_CLAUSE:
        at = receive.parent
        if at is not None and at.kind_id == syntax.EXPRESSION_LIST:
            at = at.parent
    left = at.child_by_field_id(syntax.F_LEFT) if at is not None else None
    if left is None or (left.end_byte > receive.start_byte and at != receive):
        return []
    return syntax.operands(left)


def _is_statement(name: Node) -> bool:
    """Whether a call of a method stands for itself, or is deferred: its result is not used, unless it is an error."""
    call = name.parent.parent if name.parent is not None else None
    if call is None or call.kind_id != syntax.CALL_EXPRESSION or syntax.arguments(call):
        return False
    is_used = call.parent is None or call.parent.kind_id not in (syntax.EXPRESSION_STATEMENT, syntax.DEFER_STATEMENT)
    return name.text == b"Wait" or not is_used


def busy_in(run: Run) -> set[str]:
    """The groups that a goroutine counts down in each turn of a loop."""
    often: set[str] = set()
    for match in _GROUP_CALL.finditer(run.function.file.data, run.owner.start_byte, run.owner.end_byte):
        node = run.owner.descendant_for_byte_range(match.start(1), match.end(1))
        selector = node.parent if node is not None and match[1] == b"Done" else None
        operand = selector.child_by_field_id(syntax.F_OPERAND) if selector is not None else None
        if operand is not None and selector is not None and _repeats(selector, run.owner):
            often.add(group_name(operand))
    return often


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
