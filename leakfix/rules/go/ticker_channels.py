"""Tickers and timers of which only the channel is kept: nothing can stop them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.rules.go.ticker_durations import is_never_positive
from leakfix.rules.go.ticker_once import is_made_few_times, is_made_once
from leakfix.rules.go.ticker_scene import AFTER, TICK, is_target, outer_expression, time_calls
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.rules.go.ticker_control import Point
    from leakfix.rules.go.ticker_scene import Scene, TimeCall

_DEEPEST_COPY = 4


@individual
class Channel:
    """The channel of a ticker or timer that has no name, and where its owner receives from it."""

    call: TimeCall
    node: Node
    """The expression that is the channel: ``time.Tick(d)``, ``time.NewTicker(d).C``."""
    receives: tuple[Node, ...]
    """The expressions that are received from or ranged over."""

    @property
    def scene(self) -> Scene:
        """The function around it."""
        return self.call.scene

    @cached_property
    def case(self) -> Node | None:
        """The case of a select that receives from it right away."""
        return _case_of(self.node)

    @cached_property
    def awaited(self) -> Node | None:
        """The only case that receives from it, right away or by the variable that holds it."""
        return _case_of(self.receives[0]) if len(self.receives) == 1 else None

    @property
    def select(self) -> Node | None:
        """The select of that case."""
        return self.case.parent if self.case is not None else None

    @property
    def is_received(self) -> bool:
        """Whether one value is received from it right away."""
        return _receive_of(self.node) is not None

    @cached_property
    def point(self) -> Point | None:
        """The step that makes it."""
        if self.select is not None:
            return self.scene.control.at(self.select)
        return next(iter(self.scene.control.holding([self.node.start_byte])), None)

    @cached_property
    def behind(self) -> set[Point]:
        """What can run behind it."""
        control = self.scene.control
        return control.reachable(control.behind(self.point)) if self.point is not None else set()

    @property
    def repeats(self) -> bool:
        """Whether it can be made again."""
        return self.point in self.behind

    @property
    def returns(self) -> bool:
        """Whether the function can return behind it, and the process goes on."""
        return self.scene.control.leaves(self.behind) and not self.scene.is_main

    @cached_property
    def passing(self) -> tuple[Node, ...]:
        """The other cases of the select from which control gets to the select again."""
        select, case, control = self.select, self.case, self.scene.control
        found = []
        for other in syntax.operands(select) if select is not None else []:
            start = control.at(other)
            if other == case or self._waits_for_context(other):
                continue
            if start is not None and self.point in control.reachable([start]):
                found.append(other)
        return tuple(found)

    def _waits_for_context(self, case: Node) -> bool:
        """Whether a case is taken once a context is done: it stays done, and a loop that goes on then ends soon."""
        held = case.child_by_field_id(syntax.F_COMMUNICATION)
        right = held.child_by_field_id(syntax.F_RIGHT) if held is not None else None
        call = right.child_by_field_id(syntax.F_OPERAND) if right is not None else None
        if call is None or call.kind_id != syntax.CALL_EXPRESSION:
            return False
        callee = self.scene.types.callee(call)
        return callee is not None and callee.symbol == "context.Context.Done"

    @property
    def outlived(self) -> bool:
        """Whether it can be made again while the last one was not received from."""
        if self.select is not None:
            return bool(self.passing)
        control, point = self.scene.control, self.point
        if point is None or self.node in self.receives or not self._has_one_name():
            return False
        if is_made_once(self.scene, self.node, target_of(self.node)):
            return False
        done = control.holding(receive.start_byte for receive in self.receives)
        return point in control.reachable(control.behind(point), done)

    def _has_one_name(self) -> bool:
        """Whether one variable holds it wherever it is received from."""
        bindings = self.scene.bindings
        return len({bindings.variable(syntax.unparen(receive)) for receive in self.receives}) == 1

    @property
    def leaks(self) -> bool:
        """Whether what nobody can stop piles up: tickers whenever they are left, timers while they run."""
        if self.point is None:
            return False
        if not self.call.ticks:
            return self.outlived and not is_made_few_times(self.scene, self.node)
        duration = self.call.duration
        return (self.returns or self.repeats) and duration is not None and not is_never_positive(self.scene, duration)


def channels(analysis: Analysis) -> Iterator[Channel]:
    """The channels of a file, in order, that stay in the function that makes their ticker or timer."""
    for call in time_calls(analysis):
        node = channel_of(call)
        receives = received(call.scene, node) if node is not None else None
        if node is not None and receives is not None:
            yield Channel(call, node, tuple(receives))


def channel_of(call: TimeCall) -> Node | None:
    """The expression that is the channel, if the call is only made for it."""
    if call.symbol in (TICK, AFTER):
        return call.node
    return outer_expression(call.node).parent if is_only_channel(call.node) else None


def is_only_channel(call: Node) -> bool:
    """Whether a new ticker or timer is thrown away but for its channel: ``time.NewTicker(d).C``."""
    selector = outer_expression(call).parent
    if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
        return False
    name = selector.child_by_field_id(syntax.F_FIELD)
    return name is not None and syntax.text(name) == "C"


def received(scene: Scene, channel: Node, depth: int = _DEEPEST_COPY) -> list[Node] | None:
    """Where the owner receives from a channel; None when the channel may be used by anybody else."""
    node = outer_expression(channel)
    parent = node.parent
    if parent is None or depth == 0:
        return None
    if _receive_of(node) is not None or parent.kind_id == syntax.RANGE_CLAUSE:
        return [channel]
    if parent.kind_id == syntax.BINARY_EXPRESSION or is_target(node):
        return []
    if parent.kind_id == syntax.ARGUMENT_LIST:
        return [] if _is_lent(scene, parent, node) else None
    target = target_of(node)
    if target is None:
        return None
    return [] if syntax.text(target) == "_" else received_by_variable(scene, target, depth - 1)


def received_by_variable(scene: Scene, identifier: Node, depth: int = _DEEPEST_COPY) -> list[Node] | None:
    """Where the owner receives from what a local variable of its own holds; None when others may use it."""
    variable = scene.bindings.variable(identifier) if identifier.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local" or variable.function != scene.owner:
        return None
    found: list[Node] = []
    for use in scene.bindings.uses(variable):
        receives = received(scene, use, depth) if syntax.owner_of(use) == scene.owner else None
        if receives is None:
            return None
        found += receives
    return found


def _case_of(node: Node) -> Node | None:
    """The case of a select that receives from a channel."""
    receive = _receive_of(node)
    held = receive.parent if receive is not None else None
    if held is None or held.kind_id != syntax.RECEIVE_STATEMENT or held.parent is None:
        return None
    return held.parent if held.parent.kind_id == syntax.COMMUNICATION_CASE else None


def _receive_of(node: Node) -> Node | None:
    """The receive operation on a channel."""
    parent = outer_expression(node).parent
    is_receive = parent is not None and parent.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(parent) == "<-"
    return parent if is_receive else None


def _is_lent(scene: Scene, arguments: Node, node: Node) -> bool:
    """Whether a callee whose body is known keeps nothing of the argument ``node``."""
    call = arguments.parent
    if call is None or call.kind_id != syntax.CALL_EXPRESSION or call.parent is None:
        return False
    callee = scene.types.callee(call)
    if call.parent.kind_id == syntax.GO_STATEMENT or callee is None or callee.function is None:
        return False
    effects = scene.analysis.program.summary(callee.function).of(syntax.operands(arguments).index(node))
    return effects is not None and not effects.keeps and not effects.results


def target_of(node: Node) -> Node | None:
    """What an expression is assigned to, alone or as one of several; None when it is no value of an assignment."""
    values = outer_expression(node).parent
    if values is None or values.kind_id != syntax.EXPRESSION_LIST or values.parent is None:
        return None
    held = values.parent
    if held.kind_id == syntax.VAR_SPEC:
        targets = syntax.field_children(held, syntax.F_NAME)
    elif held.kind_id in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT):
        left = held.child_by_field_id(syntax.F_LEFT)
        targets = syntax.operands(left) if left is not None else []
    else:
        return None
    number = syntax.operands(values).index(outer_expression(node))
    return targets[number] if len(targets) == len(syntax.operands(values)) else None
