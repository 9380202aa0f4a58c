"""Assignments of Go as what memory they put where (go.dev/ref/spec#Assignment_statements)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from leakfix.flow import Assign
from leakfix.flow.memory import Lifetime
from leakfix.languages.go import syntax
from leakfix.languages.go.sharing_frame import SharingFrame, Target, span_of
from leakfix.languages.go.sharing_places import Outside, Places
from leakfix.languages.go.sharing_values import SharingValues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.sharing_calls import Summary
    from leakfix.languages.go.sharing_sizes import Sizes

_Value = tuple["Place", ...]


class SharingAssignments(ABC):
    """Assigns, declares and sends in one function."""

    def __init__(self, frame: SharingFrame, sizes: Sizes, summary: Callable[[Function], Summary]) -> None:
        self.frame = frame
        self.places = Places(frame)
        self.values = SharingValues(frame, self.places, sizes, self.literal, summary)

    @abstractmethod
    def literal(self, node: Node) -> None:
        """Lower the body of a function literal."""

    def assignment(self, node: Node) -> None:
        """Lower an assignment or a short declaration."""
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if left is None or right is None:
            return
        if syntax.operator(node) not in ("", "=", ":="):
            self.values.value(right)
            self.step(left)
            return
        self._bind(node, syntax.operands(left), syntax.operands(right))

    def step(self, node: Node) -> None:
        """``m[key]++`` and ``m[key] += n`` store the key."""
        for target in map(syntax.unparen, syntax.operands(node)):
            key = target.child_by_field_id(syntax.F_INDEX) if target.kind_id == syntax.INDEX_EXPRESSION else None
            where = self.places.target(target) if key is not None else None
            if key is not None and isinstance(where, Outside) and where.is_map:
                self.frame.store(key, self.values.value(key), Target(Lifetime.CONTAINER, syntax.text(target)))

    def var(self, node: Node) -> None:
        """Lower a declaration of variables."""
        waiting = syntax.operands(node)
        for spec in waiting:
            if spec.kind_id == syntax.VAR_SPEC_LIST:
                waiting.extend(syntax.operands(spec))
            elif spec.kind_id == syntax.VAR_SPEC:
                value = spec.child_by_field_id(syntax.F_VALUE)
                names = syntax.field_children(spec, syntax.F_NAME)
                self._bind(spec, names, syntax.operands(value) if value is not None else [])

    def _bind(self, node: Node, targets: list[Node], nodes: list[Node]) -> None:
        if len(nodes) == 1 and len(targets) > 1:
            values: Sequence[_Value] = self.values.values(nodes[0], len(targets))
            leaves: Sequence[Node] = targets
        else:
            values = [self.values.value(one) for one in nodes]
            leaves = nodes
        if len(targets) > 1:
            values = [self.values.settled(node, value) for value in values]
        for number, target in enumerate(targets):
            value = values[number] if number < len(values) else ()
            self.assign(node, target, value, leaves[number] if number < len(leaves) else node)

    def assign(self, node: Node, target: Node, value: _Value, leaf: Node) -> None:
        """Store a value in a target; ``leaf`` is the expression of the value."""
        target = syntax.unparen(target)
        key = target.child_by_field_id(syntax.F_INDEX) if target.kind_id == syntax.INDEX_EXPRESSION else None
        key_value = self.values.value(key) if key is not None else ()
        where = self.places.target(target)
        if where is None:
            return
        if isinstance(where, Outside):
            name = syntax.text(target)
            if key is not None and where.is_map:
                self.frame.store(key, key_value, Target(Lifetime.CONTAINER, name))
            self.frame.store(leaf, value, Target(_grown(where.lifetime, leaf), name))
            return
        span = span_of(node)
        inside = target.kind_id != syntax.IDENTIFIER
        if not where.weak and (value or where.root in self.frame.live):
            self.frame.emit(Assign(span, where))
        if key is not None:
            self.frame.hold(key, key_value, where, entry=True)
        self.frame.hold(leaf, value, where, entry=inside)

    def send(self, node: Node) -> None:
        """Lower a send on a channel."""
        channel, value = node.child_by_field_id(syntax.F_CHANNEL), node.child_by_field_id(syntax.F_VALUE)
        if channel is not None and value is not None:
            self.frame.store(value, self.values.value(value), Target(Lifetime.CHANNEL, syntax.text(channel)))


def _grown(lifetime: Lifetime, leaf: Node) -> Lifetime:
    """What is appended to a field is stored in a container."""
    function = leaf.child_by_field_id(syntax.F_FUNCTION) if leaf.kind_id == syntax.CALL_EXPRESSION else None
    grows = function is not None and syntax.text(function) == "append"
    return Lifetime.CONTAINER if grows and lifetime is Lifetime.OBJECT else lifetime
