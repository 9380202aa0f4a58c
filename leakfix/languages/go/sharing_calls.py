"""Calls of Go as what memory their results share with arguments, and what they store of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import QueryCursor

from leakfix.flow.memory import Cut, Lifetime, Part, Size, Source
from leakfix.languages.go import syntax
from leakfix.languages.go.entities import Builtin
from leakfix.languages.go.sharing_frame import Target, span_of
from leakfix.models import RECEIVER
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.flow.sharing import Passed
    from leakfix.languages.go.objects import Function
    from leakfix.languages.go.sharing_values import SharingValues
    from leakfix.models import Store, View

Value = tuple["Place", ...]

_PARTS = {"part": Part.SLICE, "head": Part.SLICE, "tail": Part.SLICE, "most": Part.MOST, "list": Part.LIST}
_CALLS = "(call_expression function: (selector_expression)) @call"
_GIVING_BACK = (".Put", ".put", ".Release", ".release")
_BUILTINS = frozenset(
    {"append", "make", "len", "cap", "copy", "new", "delete", "min", "max", "clear", "panic", "close"}
)
_UNTIL_RESET = ("bytes.Buffer.Bytes", "bytes.Buffer.Next")
"""Views that stay as they are until their buffer is reset, or is given to somebody else."""


@record
class Summary:
    """What a function does with memory, as its callers see it."""

    passed: tuple[tuple[int, Passed], ...] = ()
    """What becomes of its parameters, by position."""
    given: tuple[tuple[Source, Passed], ...] = ()
    """What it returns of something large that it made itself."""


class SharingCalls:
    """Evaluates the calls of one function; of other expressions it asks ``values``."""

    def __init__(self, values: SharingValues, summary: Callable[[Function], Summary]) -> None:
        """``summary`` tells what a function of the project does."""
        self.values = values
        self.frame = values.frame
        self.models = values.frame.program.models
        self.summary = summary

    def call(self, node: Node) -> dict[int, Value]:
        """Evaluate a call: its results by position."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        arguments = syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
        name = syntax.text(function.child_by_field_id(syntax.F_FIELD) or function)
        if name in _BUILTINS and isinstance(self.frame.types.entity(function), Builtin):
            return {0: self._builtin(node, name, arguments)}
        if function.kind_id == syntax.FUNC_LITERAL:
            self.values.literal(function)
        receiver = function.child_by_field_id(syntax.F_OPERAND)
        if receiver is not None and receiver.kind_id != syntax.IDENTIFIER:
            self.values.value(receiver)
        if name in self.models.large_names:
            made = self.values.sizes.of_call(self.frame.function, node)
            if made is not None:
                self._each(arguments)
                value: Value = (self.frame.source(made.source),)
                return {made.result: self.frame.cut(Cut(span_of(node), Part.LIST), value) if made.parts else value}
        if name in self.models.view_names:
            callee = self.frame.types.callee(node)
            views = self.models.views(callee.symbol) if callee is not None else ()
            if views:
                return self._views(node, views, arguments)
        given = self._each(arguments)
        if name in self.models.store_names and any(given):
            self._store(node, receiver, arguments, given)
        if not any(given) and name not in self.values.sizes.givers:
            return {}
        callee = self.frame.types.callee(node)
        if callee is not None and callee.kind == "conversion" and len(arguments) == 1:
            return {0: self.values.converted(node, arguments[0], given[0])}
        called = callee.function if callee is not None else None
        return self._through(called, receiver, arguments, given) | self._gives(node, called)

    def _each(self, nodes: list[Node]) -> list[Value]:
        return [self.values.value(node) for node in nodes]

    def _store(self, node: Node, receiver: Node | None, arguments: list[Node], given: list[Value]) -> None:
        """A method of a container keeps what it is given, as long as the container lives."""
        callee = self.frame.types.callee(node)
        store: Store | None = self.models.store(callee.symbol) if callee is not None else None
        lifetime = self.values.places.lifetime_through(receiver, Lifetime.CONTAINER) if store is not None else None
        if store is None or lifetime is None or receiver is None:
            return
        for index in store.arguments:
            if index < len(given):
                self.frame.store(arguments[index], given[index], Target(lifetime, syntax.text(receiver)))

    def _through(
        self, function: Function | None, receiver: Node | None, arguments: list[Node], given: list[Value]
    ) -> dict[int, Value]:
        """What a function of the project does with its arguments: gives back a part of one, or stores it."""
        found: dict[int, Value] = {}
        for index, passed in self.summary(function).passed if function is not None and any(given) else ():
            if function is None or index >= len(given) or not given[index]:
                continue
            leaf = arguments[index]
            if passed.result is None:
                if passed.copied:
                    continue
                lifetime = self.values.places.lifetime_through(receiver, passed.lifetime)
                if lifetime is not None:
                    self.frame.store(leaf, given[index], Target(lifetime, f"{function.name.rpartition('.')[2]}()"))
                continue
            if passed.inside:
                held = self.frame.temporary(span_of(leaf))
                self.frame.hold(leaf, given[index], held, entry=True)
                value: Value = (held,)
            else:
                value = self.frame.cut(Cut(span_of(leaf), _part(passed)), given[index])
            found[passed.result] = (*found.get(passed.result, ()), *value)
        return found

    def _gives(self, node: Node, function: Function | None) -> dict[int, Value]:
        """What a function of the project gives of something large that it made: all of it, or a part."""
        found: dict[int, Value] = {}
        for source, passed in self.summary(function).given if function is not None else ():
            if passed.result is not None and not passed.inside:
                made = self.frame.source(replace(source, span=span_of(node)))
                part = Part.MOST if passed.whole else Part.SLICE
                found[passed.result] = self.frame.cut(Cut(span_of(node), part), (made,))
        return found

    def _views(self, node: Node, views: tuple[View, ...], arguments: list[Node]) -> dict[int, Value]:
        found: dict[int, Value] = {}
        given: dict[int, Value] = {}
        for view in views:
            at = view.argument
            if at not in given:
                given[at] = self._given(node, view, arguments)
            cut = Cut(
                span_of(node),
                _PARTS[view.share],
                head=view.share == "head",
                tail=view.share == "tail",
                loop=self.frame.loop_around(node),
                reused=view.reused,
            )
            found[view.result] = self.frame.cut(cut, given[at])
        return found

    def _given(self, node: Node, view: View, arguments: list[Node]) -> Value:
        if view.argument != RECEIVER:
            return self.values.cut_from(arguments[view.argument]) if view.argument < len(arguments) else ()
        function = node.child_by_field_id(syntax.F_FUNCTION)
        owner = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
        if owner is None or not self._is_used_again(node, owner, until_reset=view.symbol in _UNTIL_RESET):
            return ()
        name = syntax.text(owner)
        return (self.frame.source(Source(span_of(node), Size.UNKNOWN, f"the buffer of {name}", name)),)

    def _builtin(self, node: Node, name: str, arguments: list[Node]) -> Value:
        if name == "append" and arguments:
            return self._append(node, arguments)
        self._each(arguments)
        if name == "make":
            source = self.values.sizes.of_make(self.frame.function, node)
            return (self.frame.source(source),) if source is not None else ()
        return ()

    def _append(self, node: Node, arguments: list[Node]) -> Value:
        first = self.values.value(arguments[0])
        held = self.frame.temporary(span_of(node))
        self.frame.hold(node, first, held, entry=False)
        spread = node.text is not None and b"..." in node.text and arguments[-1].kind_id == syntax.VARIADIC_ARGUMENT
        for argument in arguments[1:]:
            value = self.values.value(argument)
            if spread and argument == arguments[-1]:
                cut = Cut(span_of(argument), Part.EACH)
                value = (*self.frame.cut(cut, value), *(place.below("[]") for place in value))
            self.frame.hold(argument, value, held.below("[]"), entry=True)
        return (held,)

    def _is_used_again(self, call: Node, owner: Node, *, until_reset: bool) -> bool:
        """Whether what a method gave a view of is used again: in a next turn, when reset, or by its next owner."""
        at = call.parent
        while at is not None and at != self.frame.function.node and not until_reset:
            if at.kind_id == syntax.FOR_STATEMENT:
                return not self._is_declared_in(owner, at)
            at = at.parent
        name = syntax.text(owner)
        for other in QueryCursor(syntax.query(_CALLS)).captures(self.frame.function.node).get("call", ()):
            function, arguments = (other.child_by_field_id(f) for f in (syntax.F_FUNCTION, syntax.F_ARGUMENTS))
            called = syntax.text(function) if function is not None else ""
            given = [syntax.text(one) for one in syntax.operands(arguments)] if arguments is not None else []
            is_reset = called == f"{name}.Reset" and self._is_behind(other, call)
            if is_reset or (called.endswith(_GIVING_BACK) and given == [name]):
                return True
        return False

    def _is_declared_in(self, owner: Node, statement: Node) -> bool:
        variable = self.frame.bindings.variable(owner) if owner.kind_id == syntax.IDENTIFIER else None
        return variable is not None and statement.start_byte <= variable.declaration.start_byte < statement.end_byte

    def _is_behind(self, other: Node, call: Node) -> bool:
        """Whether another call comes after a call: it stands behind it, or is deferred."""
        if other.start_byte > call.start_byte:
            return True
        at: Node | None = other
        while at is not None and at != self.frame.function.node:
            if at.kind_id == syntax.DEFER_STATEMENT:
                return True
            at = at.parent
        return False


def _part(passed: Passed) -> Part:
    """What a result of a function is of its argument."""
    if passed.copied:
        return Part.COPY
    return Part.MOST if passed.whole else Part.SLICE
