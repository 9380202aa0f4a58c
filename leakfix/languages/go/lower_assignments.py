"""Lowering of Go declarations and assignments: first everything is overwritten, then acquired, then connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Assign, Drop, Escape, Handing, Outcome, Place
from leakfix.languages.go import syntax
from leakfix.languages.go.lower_frame import COUNT, Frame, Link, Value, span_of
from leakfix.languages.go.lower_values import ValueLowering
from leakfix.text.records import replace

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.text import Span


class AssignmentLowering:
    """Declarations and assignments of one function."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.values = ValueLowering(frame)

    def _declare(self, node: Node) -> None:
        variable = self.frame.variable(node)
        if variable is not None and variable.declaration.start_byte == node.start_byte:
            self.frame.scopes[-1].add(self.frame.root(variable))

    def _var(self, node: Node) -> None:
        specs = [n for n in syntax.operands(node) if n.kind_id == syntax.VAR_SPEC]
        for group in syntax.operands(node):
            if group.kind_id == syntax.VAR_SPEC_LIST:
                specs.extend(n for n in syntax.operands(group) if n.kind_id == syntax.VAR_SPEC)
        for spec in specs:
            names = syntax.field_children(spec, syntax.F_NAME)
            value = spec.child_by_field_id(syntax.F_VALUE)
            for name in names:
                self._declare(name)
            if value is not None:
                self.bind(names, self._evaluate(syntax.operands(value), len(names)), spec)
                continue
            for name in names:
                place = self.values.place(name)
                if place is not None:
                    self.frame.fresh.add(place.root)
                    self.frame.emit(Assign(span_of(spec), place, self._zero(spec)))
                    self.frame.count(span_of(spec), place, self._zero_count(spec))

    def _zero(self, spec: Node) -> Outcome | None:
        """What is known of a variable declared without a value."""
        of = spec.child_by_field_id(syntax.F_TYPE)
        if of is None:
            return None
        if of.kind_id in (syntax.POINTER_TYPE, syntax.FUNCTION_TYPE, syntax.CHANNEL_TYPE, syntax.INTERFACE_TYPE):
            return Outcome.NIL
        name = syntax.text(of)
        if name == "bool":
            return Outcome.FALSE
        return Outcome.NIL if name == "error" else None

    def _zero_count(self, spec: Node) -> Outcome | None:
        """Whether a variable declared without a value counts nothing."""
        of = spec.child_by_field_id(syntax.F_TYPE)
        counts = of is not None and (of.kind_id == syntax.SLICE_TYPE or syntax.text(of) == "int")
        return Outcome.FALSE if counts else None

    def _step(self, node: Node) -> None:
        """``n++`` and ``n--``."""
        for operand in syntax.operands(node):
            place = self.values.place(operand)
            if place is not None and not place.path:
                self.frame.emit(Assign(span_of(node), place.below(COUNT)))
                self.frame.count(span_of(node), place, Outcome.TRUE if node.kind_id == syntax.INC_STATEMENT else None)

    # assignments

    def _assignment(self, node: Node) -> None:
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if left is None or right is None:
            return
        targets = syntax.operands(left)
        values = self._evaluate(syntax.operands(right), len(targets))
        if syntax.operator(node) not in ("", "="):
            values = [replace(value, count=None) for value in values]
        if node.kind_id == syntax.SHORT_VAR_DECLARATION:
            for target in targets:
                self._declare(target)
        self.bind(targets, values, node)

    def _evaluate(self, nodes: list[Node], count: int) -> list[Value]:
        if len(nodes) == 1:
            return self.values.values(nodes[0], count)
        return [self.values.value(node) for node in nodes]

    def bind(self, targets: list[Node], values: list[Value], node: Node) -> None:
        """Assign the values to the targets: first everything is overwritten, then acquired, then connected."""
        span = span_of(node)
        for target in targets:
            self._keyed(target)
        pairs = list(zip(targets, values, strict=False))
        pending = [value.pending for _, value in pairs if value.pending is not None]
        if not pending:
            self._bind_plain(pairs, span)
            return
        places = [self._target(target) for target, _ in pairs]
        for place, (_, value) in zip(places, pairs, strict=True):
            if place is not None:
                self.frame.emit(Assign(span, place, value.known))
        for place, (_, value) in zip(places, pairs, strict=True):
            self._acquired(place, value)
        for place, (target, value) in zip(places, pairs, strict=True):
            if place is not None:
                self.frame.connect(span, place, value)
            elif target.type != "_" and syntax.text(target) != "_":
                self._store_outside(target, value, span)
        sites = [self.frame.graph.sites[index] for index in pending]
        self.frame.emit(Drop(span, frozenset(site.place.root for site in sites)))

    def _keyed(self, target: Node) -> None:
        """``open[f] = true``: the key of a map is stored in it."""
        node = syntax.unparen(target)
        key = node.child_by_field_id(syntax.F_INDEX) if node.kind_id == syntax.INDEX_EXPRESSION else None
        if key is not None:
            self.values.hand_on(node, self.values.value(key), Handing.STORED)

    def _store_outside(self, target: Node, value: Value, span: Span) -> None:
        """A result goes where others can see it; if that is the error, tests of it still tell of the acquisition.

        An error that goes to a variable of the package leaves it open whether there is anything to release.
        """
        self.frame.escape(span, value, Handing.STORED)
        place = self.values.place(target)
        if value.pending is not None:
            return
        if place is not None and not place.weak:
            self.frame.emit(Assign(span, place, value.known))
            self.frame.connect(span, place, value)
        for site in self.frame.graph.sites if place is None else ():
            if any(link.place == site.error for link in value.links):
                self.frame.emit(Escape(span, site.place, Handing.STORED))

    def _acquired(self, place: Place | None, value: Value) -> None:
        if value.pending is None:
            return
        self.frame.begin(value)
        if place is None:
            self.frame.discard(value.pending)

    def _bind_plain(self, pairs: list[tuple[Node, Value]], span: Span) -> None:
        parallel = len(pairs) > 1 and any(value.links for _, value in pairs)
        prepared = []
        for target, value in pairs:
            if parallel and self.frame.is_tracked(value):
                between = self.frame.temporary()
                self.frame.connect(span, between, value)
                prepared.append((target, Value((Link(between),), value.known, fresh=value.fresh)))
            else:
                prepared.append((target, value))
        for target, value in prepared:
            place = self._target(target)
            if place is None:
                self._assign_outside(target, value, span)
                continue
            if value.fresh and not place.path:
                self.frame.fresh.add(place.root)
            self.frame.store(span, place, value)

    def _assign_outside(self, target: Node, value: Value, span: Span) -> None:
        if syntax.text(target) == "_":
            return
        place = self.values.place(target)
        others = value if place is None else value.without(place.root)
        self.frame.escape(span, others, Handing.STORED)
        if place is not None:
            self.frame.emit(Assign(span, place, value.known))

    def _target(self, node: Node) -> Place | None:
        """The place that an assignment to ``node`` overwrites, if only this function can see it."""
        node = syntax.unparen(node)
        place = self.values.place(node)
        if place is None or not self.frame.is_own(place.root):
            return None
        if node.kind_id == syntax.IDENTIFIER:
            return place
        return place if place.root in self.frame.fresh else None
