"""Lowering of Go calls: what they acquire, and what they do to the resources among their arguments.

What a callee does is known from the models, else from its body's summary, else from the types of its parameters: one
that can only read or write borrows. A callee of which nothing is known keeps what it is given.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leakfix.flow import ANY_METHOD, Drop, ExitKind, Handing, Obligation, Place, Release
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry, can_read_through, only_borrows
from leakfix.languages.go.lower_frame import NOTHING, Frame, Link, Relation, Value, span_of
from leakfix.languages.go.obligations import drained_by
from leakfix.languages.go.types import Slice, selection
from leakfix.models import RECEIVER

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.lower_values import ValueLowering
    from leakfix.languages.go.summaries import Summary
    from leakfix.languages.go.types import Type


class CallLowering:
    """Evaluates the calls of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self.program = frame.program
        self.unnamed: set[int] = set()
        """Temporaries whose life ends with the statement."""

    # calls in expressions

    def call(self, node: Node) -> list[Value]:
        """Evaluate a call; one value a result."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.FUNC_LITERAL:
            self._arguments(node)
            self.values.closures.run(function, deferred=False)
            return [NOTHING]
        name = _last_name(function)
        receiver = self._receiver(function)
        arguments = self._arguments(node)
        builtin = self._builtin(node, function, name, arguments)
        if builtin is not None:
            return [builtin]
        if self._released_by_verb(node, function, name, receiver, deferred=False):
            return [NOTHING]
        concerned = self._concerned(receiver, arguments)
        if not concerned and name not in self.program.names:
            return [NOTHING]
        callee = self.frame.types.callee(node)
        if callee is not None and callee.kind == "conversion":
            return arguments[:1] or [NOTHING]
        results = self._effects(node, callee, receiver, arguments) if concerned else {}
        return self._results(node, callee, receiver, results)

    def discard(self, node: Node) -> None:
        """A call as a statement: nothing holds its results."""
        self._lose(node, self.call(node))

    def defer(self, node: Node) -> None:
        """``defer f(x)``: arguments are evaluated now, what the call releases is released at the exits."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.FUNC_LITERAL:
            arguments = self._arguments(node)
            self.values.closures.run(function, deferred=True)
            for argument in arguments:
                self._hand_over(node, argument)
            return
        receiver = self._receiver(function)
        arguments = self._arguments(node)
        if self._released_by_verb(node, function, _last_name(function), receiver, deferred=True):
            return
        if self._concerned(receiver, arguments):
            self._effects(node, self.frame.types.callee(node), receiver, arguments, deferred=True)

    def start(self, node: Node) -> None:
        """``go f(x)``: whatever the goroutine is given is in its hands."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.FUNC_LITERAL:
            self.values.closures.start(function)
        else:
            self.values.hand_on(node, self._receiver(function), Handing.CAPTURED)
        for argument in self._arguments(node):
            self.values.hand_on(node, argument, Handing.CAPTURED)
        if _last_name(function) in self.program.names:
            self._lose(node, self._results(node, self.frame.types.callee(node), NOTHING, {}))

    def _lose(self, node: Node, results: list[Value]) -> None:
        """Nothing holds the results of the call."""
        for value in results:
            if value.pending is not None:
                self.frame.begin(value)
                self.frame.amend(value.pending, discarded=True)
                self.frame.emit(Drop(span_of(node), frozenset(link.place.root for link in value.links)))

    def stops(self, node: Node) -> ExitKind | None:
        """Whether the call never returns, and how it ends."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.IDENTIFIER:
            name = syntax.text(function)
            if name == "panic" and self.frame.variable(function) is None:
                return ExitKind.PANIC
        elif function.kind_id != syntax.SELECTOR_EXPRESSION or _last_name(function) not in self.program.stopping_names:
            return None
        callee = self.frame.types.callee(node)
        if callee is None:
            return None
        if self.program.models.never_returns(callee.symbol):
            return ExitKind.STOP
        if callee.function is not None and callee.function.file.package is self.frame.file.package:
            return ExitKind.STOP if self.program.summary(callee.function).never_returns else None
        return None

    def drained(self, condition: Node) -> Release | None:
        """For a condition ``rows.Next()``: the release that its being false amounts to."""
        function = (
            condition.child_by_field_id(syntax.F_FUNCTION) if condition.kind_id == syntax.CALL_EXPRESSION else None
        )
        if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION:
            return None
        name, operand = _last_name(function), function.child_by_field_id(syntax.F_OPERAND)
        if name not in self.program.draining_methods or operand is None:
            return None
        place = self.values.place(operand)
        if place is None or place.root not in self.frame.tracked:
            return None
        return Release(span_of(condition), place, drained_by(name), drains=True)

    # what the lowering of values asks

    def is_method(self, selector: Node) -> bool:
        """Whether ``x.name``, not called, is a method value; unknown counts as a field."""
        operand, name = selector.child_by_field_id(syntax.F_OPERAND), selector.child_by_field_id(syntax.F_FIELD)
        if operand is None or name is None:
            return False
        found = selection(self.frame.types.of(operand), syntax.text(name))
        return found is not None and found.kind == "method"

    def can_carry(self, node: Node) -> bool:
        """Whether a value of the expression's type can hold a resource; unknown types can."""
        return can_carry(self.frame.types.of(node))

    # pieces

    def _receiver(self, function: Node) -> Value:
        if function.kind_id != syntax.SELECTOR_EXPRESSION:
            if function.kind_id == syntax.IDENTIFIER:
                return NOTHING
            return self.values.settle(self.values.value(function))
        operand = function.child_by_field_id(syntax.F_OPERAND)
        return self.values.settle(self.values.value(operand)) if operand is not None else NOTHING

    def _arguments(self, node: Node) -> list[Value]:
        arguments = node.child_by_field_id(syntax.F_ARGUMENTS)
        if arguments is None:
            return []
        nodes = list(syntax.operands(arguments))
        values = []
        for child in nodes:
            inner = syntax.operands(child)[0] if child.kind_id == syntax.VARIADIC_ARGUMENT else child
            values.append(self.values.settle(self.values.value(inner)))
        return values

    def _concerned(self, receiver: Value, arguments: list[Value]) -> bool:
        return self.frame.is_tracked(receiver) or any(self.frame.is_tracked(argument) for argument in arguments)

    def _builtin(self, node: Node, function: Node, name: str, arguments: list[Value]) -> Value | None:
        """The result of a call to a builtin that matters here; None if it is none of them."""
        if function.kind_id != syntax.IDENTIFIER or name not in ("append", "copy", "len", "cap", "delete", "close"):
            return None
        if self.frame.variable(function) is not None or not self._concerned(NOTHING, arguments):
            return None
        if name == "append":
            links = list(arguments[0].links)
            for argument in arguments[1:]:
                links.extend(argument.under(("[]",)).links)
            return Value(tuple(links))
        if name == "close" and arguments:
            for link in arguments[0].links:
                self.frame.emit(Release(span_of(node), link.place, "close"))
        if name == "copy" and len(arguments) > 1:
            self._hand_over(node, arguments[1])
        return NOTHING

    def _released_by_verb(self, node: Node, function: Node, name: str, receiver: Value, *, deferred: bool) -> bool:
        """``x.Close()`` on something followed, or ``cancel()`` of a function that is followed."""
        span = span_of(node)
        if function.kind_id == syntax.IDENTIFIER:
            variable = self.frame.variable(function)
            if variable is None or self.frame.root(variable) not in self.frame.tracked:
                return False
            self.frame.emit(Release(span, Place(self.frame.root(variable)), "()", deferred))
            return True
        if function.kind_id == syntax.SELECTOR_EXPRESSION and receiver.place is not None:
            called = receiver.place.below(name)
            if receiver.place.root in self.frame.tracked:
                self.frame.emit(Release(span, called, "()", deferred))
        if name not in self.program.release_verbs or not self.frame.is_tracked(receiver):
            return False
        for link in receiver.links:
            self.frame.emit(Release(span, link.place, name, deferred))
        return True

    def _effects(
        self, node: Node, callee: Callee | None, receiver: Value, arguments: list[Value], *, deferred: bool = False
    ) -> dict[int, list[Value]]:
        """What the call does to its operands; gives what each result works through."""
        through: dict[int, list[Value]] = {}
        for index, value in ((RECEIVER, receiver), *enumerate(arguments)):
            if self.frame.is_tracked(value):
                self._effect(node, callee, index, value, deferred, through)
        return through

    def _effect(
        self,
        node: Node,
        callee: Callee | None,
        index: int,
        value: Value,
        deferred: bool,
        through: dict[int, list[Value]],
    ) -> None:
        if callee is None:
            if index == RECEIVER and value.place is not None:
                through.setdefault(0, []).append(value.through())
            else:
                self._hand_over(node, value)
            return
        models, symbol = self.program.models, callee.symbol
        release = models.release(symbol)
        if release is not None and release.argument == index:
            for link in value.links:
                self.frame.emit(Release(span_of(node), link.place, ANY_METHOD, deferred))
            return
        if models.kept_argument(symbol) == index:
            self._hand_over(node, value)
            return
        wrap = models.wrap(symbol)
        if wrap is not None and index in wrap.arguments:
            relation = Relation.OWNING if wrap.closes else Relation.THROUGH
            through.setdefault(0, []).append(value.through(relation))
            return
        if models.borrows(symbol):
            return
        if callee.function is not None and callee.function.body is not None:
            self._summarised(node, self.program.summary(callee.function), index, value, deferred, through)
            return
        self._by_type(node, callee, index, value, through)

    def _summarised(
        self,
        node: Node,
        summary: Summary,
        index: int,
        value: Value,
        deferred: bool,
        through: dict[int, list[Value]],
    ) -> None:
        """The callee's body was read: it releases and keeps just what its summary says."""
        span = span_of(node)
        effects = summary.of(index)
        if effects is None:
            self._hand_over(node, value)
            return
        for link in value.links:
            for path, method in effects.releases:
                self.frame.emit(Release(span, link.place.below(*path), method, deferred))
            for path in effects.keeps:
                self.frame.escape(span, Value((replace(link, place=link.place.below(*path)),)), Handing.PASSED)
        for result in effects.results:
            through.setdefault(result, []).append(value if result in effects.same else value.through(Relation.OWNING))

    def _by_type(self, node: Node, callee: Callee, index: int, value: Value, through: dict[int, list[Value]]) -> None:
        """Nothing but the signature is known."""
        standard = self.program.is_standard(callee.package, self.frame.file)
        borrows = value.place is not None or standard if index == RECEIVER else only_borrows(_parameter(callee, index))
        if not borrows:
            self._hand_over(node, value)
            return
        signature = callee.signature
        results = signature.results if signature is not None else (None,)
        for number, result in enumerate(results):
            if can_read_through(result) if standard else can_carry(result):
                through.setdefault(number, []).append(value.through())

    def _hand_over(self, node: Node, value: Value) -> None:
        self.frame.escape(span_of(node), value, Handing.PASSED)

    def _results(
        self, node: Node, callee: Callee | None, receiver: Value, through: dict[int, list[Value]]
    ) -> list[Value]:
        """The values of the call's results, with the acquisitions that it makes."""
        owned = self.program.owned(callee, node, self.frame) if callee is not None else {}
        signature = callee.signature if callee is not None else None
        errors = [error for _, error in owned.values() if error is not None]
        count = max((len(signature.results) if signature else 1) - 1, *through, *owned, *errors, 0) + 1
        values = [_joined(through.get(index, [])) for index in range(count)]
        for index, (obligation, error) in owned.items():
            self._acquire(node, callee, receiver, values, index, obligation, error)
        return values

    def _acquire(
        self,
        node: Node,
        callee: Callee | None,
        receiver: Value,
        values: list[Value],
        index: int,
        obligation: Obligation,
        error: int | None,
    ) -> None:
        place = receiver.place if index == RECEIVER else None
        if index == RECEIVER and (place is None or place.path or not self.frame.is_own(place.root)):
            return
        site, resource, failure = self.frame.site(node, obligation, callee.symbol if callee else "", index, error)
        if place is not None:
            self.frame.acquire_receiver(site, place)
        else:
            values[index] = Value((Link(resource), *values[index].links), pending=site)
        if error is not None and error < len(values):
            values[error] = Value((*values[error].links, Link(failure)))


def _joined(values: list[Value]) -> Value:
    return Value(tuple(link for value in values for link in value.links)) if values else NOTHING


def _parameter(callee: Callee, index: int) -> Type | None:
    """The type of a parameter; each argument of a variadic one has its element type."""
    signature = callee.signature
    if signature is None or not signature.params:
        return None
    last = len(signature.params) - 1
    if signature.variadic and index >= last:
        rest = signature.params[last]
        return rest.element if isinstance(rest, Slice) else None
    return signature.params[index] if index <= last else None


def _last_name(function: Node) -> str:
    """The name that is called: ``Open`` of ``os.Open``."""
    if function.kind_id == syntax.SELECTOR_EXPRESSION:
        name = function.child_by_field_id(syntax.F_FIELD)
        return syntax.text(name) if name is not None else ""
    if function.kind_id == syntax.IDENTIFIER:
        return syntax.text(function)
    inner = function.child_by_field_id(syntax.F_OPERAND) or function.child_by_field_id(syntax.F_TYPE)
    return _last_name(syntax.unparen(inner)) if inner is not None else ""
