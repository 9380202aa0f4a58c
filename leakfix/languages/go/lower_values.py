"""Lowering of Go expressions: the events that evaluating them causes, and what the results hold.

Evaluation order follows the specification as far as it matters here: operands and calls from left to right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing, Outcome, Place, Test
from leakfix.languages.go import syntax
from leakfix.languages.go.lower_calls import CallLowering
from leakfix.languages.go.lower_closures import ClosureLowering
from leakfix.languages.go.lower_frame import COUNT, NOTHING, Frame, Link, Value, span_of
from leakfix.languages.go.scopes import takes_fields
from leakfix.languages.go.types import Slice, underlying

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

_CONSTANTS = {
    syntax.NIL: Value(known=Outcome.NIL),
    syntax.TRUE: Value(known=Outcome.TRUE),
    syntax.FALSE: Value(known=Outcome.FALSE),
}

_COUNTS = {
    (">", "0"): Outcome.TRUE,
    ("!=", "0"): Outcome.TRUE,
    (">=", "1"): Outcome.TRUE,
    ("==", "0"): Outcome.FALSE,
    ("<=", "0"): Outcome.FALSE,
    ("<", "1"): Outcome.FALSE,
}
"""What a comparison with a literal tells of a count where it holds; counts are taken not to be negative."""

_ERROR_TESTS = frozenset(
    {"errors.Is", "errors.As", "errors.AsType", "os.IsNotExist", "os.IsExist", "os.IsPermission", "os.IsTimeout"}
)
"""Functions that are true only of an error that is not nil (package documentation of errors and os)."""


class ValueLowering:
    """Evaluates the expressions of one function."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.calls = CallLowering(frame, self)
        self.closures = ClosureLowering(frame)

    def value(self, node: Node) -> Value:
        """Evaluate an expression of one value."""
        known = _CONSTANTS.get(node.kind_id)
        if known is not None:
            return known
        handler = _HANDLERS.get(node.kind_id)
        return handler(self, node) if handler is not None else NOTHING

    def _number(self, node: Node) -> Value:
        return Value(count=Outcome.FALSE if syntax.text(node) == "0" else Outcome.TRUE)

    def _literal(self, node: Node) -> Value:
        return self.closures.value(node)

    def _parenthesized(self, node: Node) -> Value:
        return self.value(syntax.unparen(node))

    def _call(self, node: Node) -> Value:
        results = self.calls.call(node)
        return results[0] if results else NOTHING

    def _binary(self, node: Node) -> Value:
        for operand in (node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)):
            if operand is not None:
                self.settle(self.value(operand))
        return NOTHING

    def values(self, node: Node, count: int) -> list[Value]:
        """Evaluate an expression in a context of ``count`` values; unknown ones hold nothing."""
        inner = syntax.unparen(node)
        results = self.calls.call(inner) if inner.kind_id == syntax.CALL_EXPRESSION else [self.value(inner)]
        if inner.kind_id == syntax.TYPE_ASSERTION_EXPRESSION and self.frame.is_tracked(results[0]):
            results.append(Value(known=Outcome.TRUE))
        return (results + [NOTHING] * count)[: max(count, 1)]

    def settle(self, value: Value) -> Value:
        """An acquisition whose result has no name happens now; its result lives to the end of the statement."""
        if value.pending is None:
            return value
        self.frame.begin(value)
        self.calls.unnamed.update(link.place.root for link in value.links if link.place.root < 0)
        return Value(value.links, fresh=value.fresh)

    def place(self, node: Node) -> Place | None:
        """The place that an expression names, evaluating nothing; None when it is no place of this function."""
        node = syntax.unparen(node)
        kind = node.kind_id
        if kind == syntax.IDENTIFIER:
            variable = self.frame.variable(node)
            return None if variable is None else Place(self.frame.root(variable))
        below = {
            syntax.SELECTOR_EXPRESSION: syntax.F_OPERAND,
            syntax.INDEX_EXPRESSION: syntax.F_OPERAND,
            syntax.UNARY_EXPRESSION: syntax.F_OPERAND,
        }.get(kind)
        operand = node.child_by_field_id(below) if below is not None else None
        base = self.place(operand) if operand is not None else None
        if base is None:
            return None
        if kind == syntax.SELECTOR_EXPRESSION:
            name = node.child_by_field_id(syntax.F_FIELD)
            return base.below(syntax.text(name)) if name is not None else None
        if kind == syntax.INDEX_EXPRESSION:
            return base.below("[]")
        return base if self._operator(node) in ("*", "&") else None

    def tests(self, condition: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        """What a condition without ``&&`` and ``||`` tells where it holds, and where it does not."""
        node = syntax.unparen(condition)
        if node.kind_id == syntax.BINARY_EXPRESSION:
            return self._comparison(node)
        if node.kind_id == syntax.CALL_EXPRESSION:
            return self._error_test(node)
        if node.kind_id in (syntax.IDENTIFIER, syntax.SELECTOR_EXPRESSION):
            place = self.place(node)
            if place is not None:
                return (Test(place, Outcome.TRUE),), (Test(place, Outcome.FALSE),)
        return (), ()

    def equality(self, left: Node, right: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        """What ``left == right`` tells where it holds, and where it does not."""
        left, right = syntax.unparen(left), syntax.unparen(right)
        if left.kind_id in _CONSTANTS:
            left, right = right, left
        place = self.place(left)
        if place is None:
            return (), ()
        known = _CONSTANTS.get(right.kind_id, NOTHING).known
        if known is not None:
            return (Test(place, known),), (Test(place, known.opposite),)
        if self.frame.types.of(right) is not None and str(self.frame.types.of(right)) == "error":
            return (Test(place, Outcome.NOT_NIL),), ()
        return (), ()

    def _comparison(self, node: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        operator = self._operator(node)
        if left is None or right is None:
            return (), ()
        counts = _COUNTS.get((operator, syntax.text(right))) if right.kind_id == syntax.INT_LITERAL else None
        if counts is not None:
            return self._counted(left, counts)
        if operator not in ("==", "!="):
            return (), ()
        holds, fails = self.equality(left, right)
        if operator == "==":
            return holds, fails
        return fails, holds

    def _counted(self, node: Node, holds: Outcome) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        """``n > 0`` and ``len(list) == 0``: whether a number is other than 0, or a container holds anything."""
        inner = syntax.unparen(node)
        if inner.kind_id == syntax.CALL_EXPRESSION:
            function, arguments = (inner.child_by_field_id(f) for f in (syntax.F_FUNCTION, syntax.F_ARGUMENTS))
            operands = syntax.operands(arguments) if arguments is not None else []
            if function is None or syntax.text(function) != "len" or len(operands) != 1:
                return (), ()
            inner = syntax.unparen(operands[0])
            if not isinstance(underlying(self.frame.types.of(inner)), Slice):
                return (), ()
        place = self.place(inner) if inner.kind_id == syntax.IDENTIFIER else None
        if place is None or not self.frame.is_steady(place):
            return (), ()
        counted = place.below(COUNT)
        return (Test(counted, holds),), (Test(counted, holds.opposite),)

    def _error_test(self, node: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        arguments = syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
        place = self.place(arguments[0]) if arguments else None
        if place is None:
            return (), ()
        callee = self.frame.types.callee(node)
        if callee is not None and callee.symbol in _ERROR_TESTS:
            return (Test(place, Outcome.NOT_NIL),), ()
        return (), ()

    def _identifier(self, node: Node) -> Value:
        variable = self.frame.variable(node)
        return self.frame.value_of(variable) if variable is not None else NOTHING

    def _selector(self, node: Node) -> Value:
        operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
        if operand is None or name is None:
            return NOTHING
        base = self.settle(self.value(operand))
        if not self.frame.is_tracked(base):
            place = base.place
            return NOTHING if place is None else Value((Link(place.below(syntax.text(name))),))
        if self.calls.is_method(node):
            return self.closures.method_value(node, base, syntax.text(name))
        place = base.place
        if place is None:
            return base.through()
        if not self.calls.can_carry(node):
            return NOTHING
        return Value((Link(place.below(syntax.text(name))),))

    def _operand(self, node: Node) -> Value:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        return self.value(operand) if operand is not None else NOTHING

    def _conversion(self, node: Node) -> Value:
        """``T(x)``; the grammar takes ``functions[i](x)`` for one, which nothing is known of."""
        value = self._operand(node)
        of = node.child_by_field_id(syntax.F_TYPE)
        if of is None or of.kind_id != syntax.GENERIC_TYPE or not self.frame.is_tracked(value):
            return value
        self.hand_on(node, value, Handing.PASSED)
        return NOTHING

    def _slice(self, node: Node) -> Value:
        value = self._operand(node)
        for child in syntax.operands(node)[1:]:
            self.settle(self.value(child))
        return value

    def _index(self, node: Node) -> Value:
        base = self.settle(self._operand(node))
        index = node.child_by_field_id(syntax.F_INDEX)
        if index is not None:
            self.settle(self.value(index))
        if not self.frame.is_tracked(base):
            return NOTHING
        place = base.place
        return base.through() if place is None else Value((Link(place.below("[]")),))

    def _unary(self, node: Node) -> Value:
        value = self._operand(node)
        operator = self._operator(node)
        if operator in ("&", "*"):
            return value
        self.settle(value)
        ended = self.calls.ended(node.child_by_field_id(syntax.F_OPERAND)) if operator == "<-" else None
        if ended is not None:
            self.frame.emit(ended)
        return NOTHING

    def _composite(self, node: Node) -> Value:
        body = node.child_by_field_id(syntax.F_BODY)
        links: list[Link] = []
        if body is not None:
            self._elements(body, (), links)
        return Value(tuple(links), fresh=True)

    def _elements(self, body: Node, path: tuple[str, ...], links: list[Link]) -> None:
        for element in syntax.operands(body):
            key, inner = "[]", element
            if element.kind_id == syntax.KEYED_ELEMENT:
                named, held = element.child_by_field_id(syntax.F_KEY), element.child_by_field_id(syntax.F_VALUE)
                if named is None or held is None:
                    continue
                first = syntax.operands(named)
                if first and first[0].kind_id == syntax.IDENTIFIER and takes_fields(first[0], self.frame.file):
                    key = syntax.text(first[0])
                elif first and first[0].kind_id != syntax.LITERAL_VALUE:
                    links.extend(self.settle(self.value(first[0])).under((*path, "[]")).links)
                inner = held
            parts = syntax.operands(inner) if inner.kind_id == syntax.LITERAL_ELEMENT else [inner]
            for part in parts:
                if part.kind_id == syntax.LITERAL_VALUE:
                    self._elements(part, (*path, key), links)
                else:
                    value = self.settle(self.value(part))
                    links.extend(value.under((*path, key)).links)

    def _operator(self, node: Node) -> str:
        operator = node.child_by_field_id(syntax.F_OPERATOR)
        return operator.type if operator is not None else ""

    def hand_on(self, node: Node, value: Value, how: Handing, index: int | None = None) -> None:
        """The value leaves the function's hands at ``node``; a pending acquisition happens first."""
        self.frame.begin(value)
        self.frame.escape(span_of(node), value, how, index)


# Of the class, not of its objects: those would refer to themselves, and outlive their use.
_HANDLERS: Final[dict[int, Callable[[ValueLowering, Node], Value]]] = {
    syntax.IDENTIFIER: ValueLowering._identifier,
    syntax.CALL_EXPRESSION: ValueLowering._call,
    syntax.SELECTOR_EXPRESSION: ValueLowering._selector,
    syntax.FUNC_LITERAL: ValueLowering._literal,
    syntax.COMPOSITE_LITERAL: ValueLowering._composite,
    syntax.TYPE_ASSERTION_EXPRESSION: ValueLowering._operand,
    syntax.TYPE_CONVERSION_EXPRESSION: ValueLowering._conversion,
    syntax.SLICE_EXPRESSION: ValueLowering._slice,
    syntax.INDEX_EXPRESSION: ValueLowering._index,
    syntax.UNARY_EXPRESSION: ValueLowering._unary,
    syntax.PARENTHESIZED_EXPRESSION: ValueLowering._parenthesized,
    syntax.BINARY_EXPRESSION: ValueLowering._binary,
    syntax.INT_LITERAL: ValueLowering._number,
}
