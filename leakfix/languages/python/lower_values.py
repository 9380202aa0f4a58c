"""Lowering of expressions: what they evaluate to, and what evaluating them does on the way.

Operands are evaluated in Python's order; what branches (`and`, `or`, `x if c else y`, comprehensions) becomes branches
of the graph. Calls are lowered by `lower_calls`, conditions by `lower_tests`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing, Outcome
from leakfix.languages.python import syntax
from leakfix.languages.python.lower_calls import CallLowering
from leakfix.languages.python.lower_frame import ELEMENT, Frame, span_of
from leakfix.languages.python.lower_later import LaterLowering
from leakfix.languages.python.lower_tests import TestLowering
from leakfix.languages.python.values import NONE, NOTHING, TRUE, Link, Relation, Value, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.python.variables import Variable
    from leakfix.text import Span

_DEFINITIONS: Final = frozenset(("import", "function", "class", "type"))


class ValueLowering(LaterLowering):
    """Evaluates the expressions of one function."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.calls = CallLowering(frame, self)
        self.tests = TestLowering(frame, self)
        self._handlers: dict[str, Callable[[Node], Value]] = {
            syntax.IDENTIFIER: self._identifier,
            syntax.NONE: lambda _: NONE,
            syntax.FALSE: lambda _: NONE,
            syntax.TRUE: lambda _: TRUE,
            syntax.INTEGER: self._integer,
            syntax.FLOAT: lambda _: NOTHING,
            syntax.STRING: self._string,
            syntax.CALL: self.calls.call,
            syntax.ATTRIBUTE: self._attribute,
            syntax.SUBSCRIPT: self._subscript,
            syntax.PARENTHESIZED_EXPRESSION: self._inner,
            syntax.AWAIT: self._inner,
            syntax.TUPLE: self._tuple,
            syntax.EXPRESSION_LIST: self._tuple,
            syntax.LIST: self._list,
            syntax.SET: self._list,
            syntax.DICTIONARY: self._dictionary,
            syntax.UNARY_OPERATOR: self._unary,
            syntax.BINARY_OPERATOR: self._binary,
            syntax.BOOLEAN_OPERATOR: self._boolean,
            syntax.CONDITIONAL_EXPRESSION: self._conditional,
            syntax.NAMED_EXPRESSION: self._walrus,
            syntax.LAMBDA: self._lambda,
            syntax.YIELD: self._yield,
            syntax.LIST_COMPREHENSION: self._comprehension,
            syntax.SET_COMPREHENSION: self._comprehension,
            syntax.GENERATOR_EXPRESSION: self._comprehension,
            syntax.DICTIONARY_COMPREHENSION: self._comprehension,
        }

    def value(self, node: Node) -> Value:
        """Evaluate an expression."""
        handler = self._handlers.get(node.type)
        if handler is not None:
            return handler(node)
        for child in syntax.named(node):
            self.value(child)
        return NOTHING

    def discard(self, node: Node) -> None:
        """Evaluate an expression whose value nobody takes."""
        self.frame.discard(self.value(node))

    # names and parts

    def _identifier(self, node: Node) -> Value:
        variable = self.frame.bindings.variable(node)
        if variable is None or is_definition(variable):
            return NOTHING
        return Value((Link(self.frame.place_of(variable)),))

    def _attribute(self, node: Node) -> Value:
        held, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if held is None or name is None:
            return NOTHING
        base = self.value(held)
        if not base.links:
            return NOTHING
        attribute = syntax.text(name)
        if self.frame.program.is_release(attribute):
            return base.through(Relation.OWNING)
        if self.frame.program.is_plain(self.frame.types, node):
            return NOTHING
        return self._part(base, attribute)

    def _part(self, base: Value, component: str) -> Value:
        links = []
        for link in base.links:
            inner = self.frame.below(link.place, component) if link.relation is Relation.ALIAS else None
            links.append(Link(inner) if inner is not None else Link(link.place, Relation.THROUGH))
        return Value(tuple(links))

    def _subscript(self, node: Node) -> Value:
        held = node.child_by_field_name("value")
        indexes = node.children_by_field_name("subscript")
        base = self.value(held) if held is not None else NOTHING
        for index in indexes:
            self.value(index)
        if not _is_there(base, indexes):
            self.frame.raising(span_of(node), doubtful=True)
        if len(indexes) != 1 or indexes[0].type == syntax.SLICE:
            return base
        if self.frame.program.is_plain(self.frame.types, node):
            return NOTHING
        return self.element(base, syntax.text(indexes[0]) if indexes[0].type == syntax.INTEGER else None)

    def element(self, base: Value, index: str | None) -> Value:
        """One element of a value: the one at ``index``, or any."""
        if base.items:
            at = int(index) if index is not None and index.isdecimal() else -1
            if at < 0 or base.is_list:
                return joined(list(base.items))
            return base.items[at] if at < len(base.items) else NOTHING
        parts = []
        for link in base.links:
            known = self.frame.parts.get(link.place, set())
            if index is not None and index in known:
                parts.append(self._part(Value((link,)), index))
            else:
                components = sorted(known) if known and index is None else [ELEMENT]
                parts.extend(self._part(Value((link,)), component) for component in components)
        return joined(parts)

    def _inner(self, node: Node) -> Value:
        children = syntax.named(node)
        return self.value(children[0]) if len(children) == 1 else NOTHING

    # literals

    def _integer(self, node: Node) -> Value:
        return NONE if node.text == b"-1" else NOTHING

    def _string(self, node: Node) -> Value:
        for child in node.named_children:
            if child.type == syntax.INTERPOLATION:
                for inner in syntax.walk(child):
                    if inner.type == syntax.INTERPOLATION or inner.type == syntax.FORMAT_EXPRESSION:
                        expression = inner.child_by_field_name("expression")
                        if expression is not None:
                            self.frame.spell(span_of(node), self.value(expression))
        return NOTHING

    def _tuple(self, node: Node) -> Value:
        return self._display(node, is_list=False)

    def _list(self, node: Node) -> Value:
        return self._display(node, is_list=True)

    def _display(self, node: Node, is_list: bool) -> Value:
        items = []
        for child in syntax.named(node):
            if child.type in _SPLATS:
                items.append(self.element(self._inner(child), None))
                is_list = True
            else:
                items.append(self.value(child))
        return Value(items=tuple(items), is_list=is_list)

    def _dictionary(self, node: Node) -> Value:
        items: list[Value] = []
        for child in syntax.named(node):
            items.extend(self.value(part) for part in syntax.named(child))
        return Value(items=tuple(items), is_list=True)

    # operators

    def _unary(self, node: Node) -> Value:
        argument = node.child_by_field_name("argument")
        if argument is not None:
            self.value(argument)
            if node.text == b"-1":
                return NONE
        return NOTHING

    def _binary(self, node: Node) -> Value:
        values = [self.value(child) for child in syntax.named(node)]
        if self.frame.program.is_plain(self.frame.types, node):
            for value in values:
                self.frame.spell(span_of(node), value)
            return NOTHING
        containers = [one for one in values if one.items or any(link.place in self.frame.parts for link in one.links)]
        return joined(containers).through() if containers else NOTHING

    def _boolean(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or not self.frame.reachable:
            return NOTHING
        first = self.value(left)
        longer, behind = self.frame.new_block(), self.frame.new_block()
        stays = Outcome.NOT_NIL if operator is not None and operator.type == "or" else Outcome.NIL
        tests = self.tests.about(first, stays)
        opposite = self.tests.about(first, stays.opposite)
        result = self.frame.temporary()
        self.frame.branch(longer, opposite)
        short = self.frame.new_block()
        self.frame.branch(short, tests)
        self.frame.current = short
        self.frame.store(span_of(left), result, first)
        self.frame.goto(behind)
        self.frame.resume(longer)
        self.frame.store(span_of(right), result, self.value(right))
        self.frame.goto(behind)
        self.frame.resume(behind)
        self.frame.unnamed.add(result.root)
        return Value((Link(result),))

    def _conditional(self, node: Node) -> Value:
        children = syntax.named(node)
        if len(children) != 3 or not self.frame.reachable:
            return NOTHING
        chosen, condition, other = children
        yes, no, behind = (self.frame.new_block() for _ in range(3))
        result = self.frame.temporary()
        self.tests.condition(condition, yes, no)
        for block, expression in ((yes, chosen), (no, other)):
            self.frame.resume(block)
            self.frame.store(span_of(expression), result, self.value(expression))
            self.frame.goto(behind)
        self.frame.resume(behind)
        self.frame.unnamed.add(result.root)
        return Value((Link(result),))

    def _walrus(self, node: Node) -> Value:
        name, expression = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or expression is None:
            return NOTHING
        value = self.value(expression)
        self.assign(name, value)
        return self._identifier(name)

    # assignments

    def assign(self, target: Node, value: Value) -> None:
        """A target of any shape takes a value."""
        span = span_of(target)
        kind = target.type
        if kind == syntax.IDENTIFIER:
            self._assign_name(target, value)
        elif kind in _PATTERNS:
            self._unpack(target, value)
        elif kind in (syntax.PARENTHESIZED_EXPRESSION, syntax.LIST_SPLAT_PATTERN, syntax.LIST_SPLAT):
            for child in syntax.named(target):
                self.assign(child, Value(items=value.items, is_list=True) if value.items else value.through())
        elif kind == syntax.ATTRIBUTE:
            held, name = target.child_by_field_name("object"), target.child_by_field_name("attribute")
            base = self.value(held) if held is not None else NOTHING
            self._assign_part(span, base, syntax.text(name) if name is not None else "", value)
        elif kind == syntax.SUBSCRIPT:
            held = target.child_by_field_name("value")
            base = self.value(held) if held is not None else NOTHING
            for index in target.children_by_field_name("subscript"):
                self.value(index)
            self.frame.raising(span, doubtful=True)
            if held is not None and len(base.links) == 1 and self.frame.program.is_own_container(self.frame, held):
                self.frame.add(span, base.links[0].place, ELEMENT, value)
            else:
                self.frame.escape(span, value, Handing.STORED)

    def _assign_name(self, target: Node, value: Value) -> None:
        variable = self.frame.bindings.variable(target)
        span = span_of(target)
        if variable is None:
            self.frame.escape(span, value, Handing.STORED)
            return
        place = self.frame.place_of(variable)
        if place.root in self.frame.outside or self.frame.program.is_shared(self.frame, variable):
            self.frame.escape(span, value, Handing.STORED)
        self.frame.store(span, place, value)

    def _assign_part(self, span: Span, base: Value, name: str, value: Value) -> None:
        """`x.name = value`: whoever holds `x` holds it."""
        place = self._part(base, name).links[0].place if len(base.links) == 1 else None
        if place is not None:
            self.frame.stored.append((place, value))
        self.frame.escape(span, value, Handing.STORED)
        if place is not None:
            self.frame.store(span, place, value)

    def _unpack(self, target: Node, value: Value) -> None:
        children = syntax.named(target)
        starred = next((i for i, child in enumerate(children) if child.type in _SPLATS), None)
        for index, child in enumerate(children):
            if value.items and starred is not None and index >= starred:
                from_end = len(children) - index
                if index == starred:
                    items = value.items[index : len(value.items) - (from_end - 1)]
                    self.assign(child, Value(items=items, is_list=True))
                else:
                    at = len(value.items) - from_end
                    self.assign(child, value.items[at] if at >= 0 else NOTHING)
            else:
                self.assign(child, self.element(value, str(index)))


def _is_there(base: Value, indexes: list[Node]) -> bool:
    """Whether a tuple surely has the element that a number asks for."""
    if base.is_list or len(indexes) != 1 or indexes[0].type != syntax.INTEGER:
        return False
    index = syntax.text(indexes[0])
    return index.isdecimal() and int(index) < len(base.items)


def is_definition(variable: Variable) -> bool:
    """Whether a name only stands for modules, functions and classes, and so for nothing that is followed."""
    return all(binding.kind in _DEFINITIONS for binding in variable.bindings)


_SPLATS: Final = frozenset((syntax.LIST_SPLAT, syntax.LIST_SPLAT_PATTERN, syntax.DICTIONARY_SPLAT))
_PATTERNS: Final = frozenset(
    (syntax.PATTERN_LIST, syntax.TUPLE_PATTERN, syntax.LIST_PATTERN, syntax.TUPLE, syntax.LIST, syntax.EXPRESSION_LIST)
)
