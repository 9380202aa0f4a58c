"""Lowering of `new`, `delete` and what local containers of the standard library hold: objects and who ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Handing, Outcome
from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_frame import ELEMENT, NOTHING, RECEIVER, Facts, Link, Value
from leakfix.languages.c.lower_summaries import SummaryLowering
from leakfix.languages.c.lower_throws import KEEPERS
from leakfix.languages.c.types import SMART_POINTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.files import Function, Param
    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.languages.c.types import Callee, CType
    from leakfix.text import Span

_ACCESSORS: Final = frozenset(("back", "front", "at", "top"))
_CONTAINERS: Final = frozenset(("vector", "list", "map", "set", "deque", "queue", "stack", "unordered_map", "array"))


class ObjectLowering:
    """Lowers what makes and ends the objects of one function."""

    def __init__(self, calls: CallLowering) -> None:
        self.calls = calls
        self.frame = calls.frame
        self.program = calls.program

    def of_container(self, span: Span, callee: Callee | None, receiver: Value, arguments: list[Value]) -> Value | None:
        """What is put in a local container of the standard library is held by it."""
        if callee is None or callee.function is not None or callee.kind not in ("method", "value"):
            return None
        if receiver.address is None or not self._is_container(callee.receiver_type):
            return None
        name = callee.symbol.rpartition("::")[2]
        inside = self.frame.below(receiver.address, ELEMENT)
        if inside is None:
            return None
        if name in _ACCESSORS:
            return Value((Link(inside),))
        if name in KEEPERS:
            self.calls.values.statements.may_run_out_of_memory(span)
            if self.frame.outlives(inside):
                self.calls.hand_over(span, NOTHING, arguments)
                return NOTHING
            if self._holds_owners(callee.receiver_type):
                for value in arguments:
                    self.calls.unknown.own(span, value)
                return NOTHING
            for value in arguments:
                self.frame.connect(span, inside, value.links)
            return NOTHING
        if name in ("end", "begin", "size", "empty", "cend", "cbegin", "reserve", "capacity"):
            return NOTHING
        return None

    def _holds_owners(self, of: CType | None) -> bool:
        """Whether the elements of a container are smart pointers."""
        return of is not None and any(one is not None and one.base in SMART_POINTERS for one in of.args)

    def _is_container(self, of: CType | None) -> bool:
        return of is not None and not of.is_pointer and of.base.removeprefix("std::") in _CONTAINERS

    # new and delete

    def new(self, node: Node) -> Value:
        """Evaluate a `new` expression."""
        wanted, self.calls.wanted = self.calls.wanted, True
        span = self.frame.span(node)
        type_node, given = node.child_by_field_name("type"), node.child_by_field_name("arguments")
        placement = node.child_by_field_name("placement")
        arguments = [self.calls.values.value(one) for one in (syntax.named(given) if given is not None else ())]
        is_array = any(child.type == "new_declarator" for child in node.children)
        name = spelling(type_node) if type_node is not None else ""
        nothrow = placement is not None and b"nothrow" in (placement.text or b"")
        if placement is not None and not nothrow:
            where = [self.calls.values.value(one) for one in syntax.named(placement)]
            self.calls.hand_over(span, NOTHING, arguments if len(where) == 1 else [*where, *arguments])
            return where[0] if len(where) == 1 else NOTHING
        if not self.program.is_plain_new(self.frame, node, name, given):
            self.calls.hand_over(span, NOTHING, arguments)
            return NOTHING
        if not nothrow:
            self.calls.values.statements.may_run_out_of_memory(span)
        found = self.frame.temporary()
        self.frame.emit(Assign(span, found))
        obligation = self.program.obligation_of("array" if is_array else "object")
        success: Facts = (((), Outcome.NOT_NIL),)
        index = self.calls.site(span, obligation, "new[]" if is_array else "new", found, success)
        if not wanted:
            self.frame.discard(index)
        alternatives: list[tuple[Facts, Callable[[], None]]] = [(success, lambda: self.frame.acquire(index))]
        if nothrow:
            alternatives.append(((((), Outcome.NIL),), lambda: None))
        self.frame.fork(found, alternatives)
        self.calls.note_unnamed(found)
        self.construct(node, name, Value((Link(found),)), arguments)
        return Value((Link(found),))

    def construct(self, node: Node, name: str, receiver: Value, arguments: list[Value]) -> None:
        """The constructor of a class runs on ``receiver``."""
        constructor = self.program.constructor(self.frame, name, len(arguments))
        summary = self.program.summary(constructor) if constructor is not None else None
        if constructor is not None and summary is not None:
            operands = operands_of(constructor, receiver, arguments)
            if summary.knows(self.calls.asked(operands)):
                span = self.frame.span(node)
                SummaryLowering(self.calls, span, summary, operands, is_heard=True).call(arguments)
                return
        if arguments or not self.program.is_simple(self.frame, name):
            self.calls.hand_over(self.frame.span(node), NOTHING, arguments)

    def destroy(self, span: Span, destructor: Function, receiver: Value) -> None:
        """A destructor runs on ``receiver``."""
        if not self.frame.concerns(receiver):
            return
        summary = self.program.summary(destructor)
        if summary is None or not summary.knows((RECEIVER,)):
            self.frame.escape(span, receiver, Handing.PASSED)
            return
        SummaryLowering(self.calls, span, summary, {RECEIVER: receiver}, is_heard=True).end()

    def delete(self, node: Node) -> Value:
        """Evaluate a `delete` expression."""
        inner = syntax.named(node)
        if not inner:
            return NOTHING
        value = self.calls.values.value(inner[-1])
        span = self.frame.span(node)
        destructor = self.program.destructor(self.frame, inner[-1]) if self.frame.expansion is None else None
        if destructor is not None and value.place is not None:
            self.destroy(span, destructor, value)
        self.calls.release(span, value, is_memory=destructor is not None)
        return NOTHING


def operands_of(function: Function, receiver: Value, arguments: list[Value]) -> dict[int, Value]:
    """What a callee is given by position, as its parameters take it; the receiver last."""
    params = function.params
    operands = dict(enumerate(arguments))
    if function.file.is_cpp:
        known = function.cache.get("references")
        if not isinstance(known, tuple):
            known = function.cache["references"] = tuple(index for index, one in enumerate(params) if is_reference(one))
        for index in known:
            if index in operands:
                operands[index] = referred(operands[index])
    operands[RECEIVER] = receiver
    return operands


def is_reference(param: Param) -> bool:
    """Whether a parameter is a reference to what it is given."""
    steps = declarators.read(param.declarator).steps if param.declarator is not None else ()
    return any(step.startswith("&") for step in steps)


def referred(value: Value) -> Value:
    """What a reference to a value is."""
    return Value(address=value.place) if value.place is not None else value
