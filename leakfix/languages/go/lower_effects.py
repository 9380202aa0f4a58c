"""What a Go call does to the resources among its operands.

It is known from the models, else from the callee's summary, else from the types of its parameters: one that can only
read or write borrows. A callee of which nothing is known keeps what it is given.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from leakfix.flow import ANY_METHOD, Escape, Handing, Release
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry, can_read_through, only_borrows
from leakfix.languages.go.lower_frame import Frame, Link, Relation, Value, span_of
from leakfix.languages.go.types import Basic, Signature, Slice, underlying
from leakfix.models import RECEIVER
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.summaries import Summary
    from leakfix.languages.go.types import Type

_ITERATES: Final = re.compile(r"(?:For)?Each|Range|Walk|Visit|Iterate|Iter|Ascend|Descend")
"""Methods that call a function for each of many before they return, by the naming that Go code keeps to."""

_KEEPS: Final = re.compile(r"(?:Add|Attach|Put|Register|Reset|Set|Start|Store|Use)(?:[A-Z]|$)")


@record
class Call:
    """A call with its evaluated operands; ``name`` is the last one of what is called."""

    node: Node
    name: str
    callee: Callee | None
    receiver: Value
    arguments: tuple[Value, ...]
    deferred: bool = False


class EffectLowering:
    """Emits what the calls of one function do to their operands."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.program = frame.program

    def apply(self, call: Call) -> dict[int, list[Value]]:
        """Emit the effects; gives what each result works through."""
        through: dict[int, list[Value]] = {}
        for index, value in ((RECEIVER, call.receiver), *enumerate(call.arguments)):
            if self.frame.is_tracked(value):
                self._effect(call, index, value, through)
        return through

    def _effect(self, call: Call, index: int, value: Value, through: dict[int, list[Value]]) -> None:
        callee = call.callee
        if callee is None:
            if index == RECEIVER and value.place is not None:
                through.setdefault(0, []).append(value.through())
            else:
                self._hand_over(call, index, value)
            return
        if self._modelled(call, callee.symbol, index, value, through):
            return
        if index != RECEIVER and _closes_number(call, parameter(callee, index)):
            self._hand_over(call, index, value)
            return
        if callee.function is not None and self.program.is_read(callee.function):
            self._summarised(call, self.program.summary(callee.function), index, value, through)
            return
        self._by_type(call, callee, index, value, through)

    def _modelled(self, call: Call, symbol: str, index: int, value: Value, through: dict[int, list[Value]]) -> bool:
        """Whether the models say what the callee does to the operand."""
        models = self.program.models
        release, wrap = models.release(symbol), models.wrap(symbol)
        if release is not None and release.argument == index:
            for link in value.links:
                self.frame.emit(Release(span_of(call.node), link.place, ANY_METHOD, call.deferred))
            return True
        if models.kept_argument(symbol) == index:
            self._hand_over(call, index, value)
            return True
        if wrap is not None and index in wrap.arguments:
            if wrap.closes_on_error:
                self._hand_over(call, index, value)
            else:
                relation = Relation.OWNING if wrap.closes else Relation.THROUGH
                through.setdefault(0, []).append(value.through(relation))
            return True
        borrow = models.borrow(symbol)
        if borrow is None:
            return False
        if borrow.until and not self.program.calls(self.frame.function, borrow.until):
            self._hand_over(call, index, value)
        else:
            self._run(call, index, value)
        return True

    def _run(self, call: Call, index: int, value: Value) -> None:
        """A callee that keeps nothing calls the functions that it is given; what is none has nothing to be called."""
        taken = underlying(parameter(call.callee, index)) if call.callee is not None else None
        if taken is not None and not isinstance(taken, Signature):
            return
        for link in value.links:
            literal = link.late and link.relation is Relation.OWNING
            self.frame.emit(Release(span_of(call.node), link.place, ANY_METHOD if literal else "()", call.deferred))

    def _summarised(
        self, call: Call, summary: Summary, index: int, value: Value, through: dict[int, list[Value]]
    ) -> None:
        """The callee's body was read: it releases and keeps just what its summary says."""
        effects = summary.of(index)
        if effects is None:
            self._hand_over(call, index, value)
            return
        skipped = 1 if _is_element(call, index) else 0
        for link in value.links:
            for path, method in effects.releases:
                released = link.place.below(*_without_element(path, skipped))
                self.frame.emit(Release(span_of(call.node), released, method, call.deferred))
            for path in (_without_element(path, skipped) for path in effects.keeps):
                self._hand_over(call, index, Value((replace(link, place=link.place.below(*path)),)))
        for result in effects.results:
            through.setdefault(result, []).append(value if result in effects.same else value.through(Relation.OWNING))

    def _by_type(self, call: Call, callee: Callee, index: int, value: Value, through: dict[int, list[Value]]) -> None:
        """Nothing but the signature is known."""
        standard = self.program.is_standard(callee.package, self.frame.file)
        borrows = value.place is not None or standard if index == RECEIVER else only_borrows(parameter(callee, index))
        if index != RECEIVER and not standard and (_stores(call) or _is_descriptor(call, value)):
            borrows = False
        if not borrows:
            self._hand_over(call, index, value)
        if not (borrows or self._is_stub(call)):
            return
        results = callee.signature.results if callee.signature is not None else (None,)
        for number, result in enumerate(results):
            if can_read_through(result) if standard else can_carry(result):
                through.setdefault(number, []).append(value.through())

    def _is_stub(self, call: Call) -> bool:
        return any(fnmatchcase(call.name, pattern) for patterns in self.program.stubs.values() for pattern in patterns)

    def _hand_over(self, call: Call, index: int, value: Value) -> None:
        """The operand may be kept; but what is given to a resource itself stays with it."""
        if call.deferred or index == RECEIVER:
            self.frame.escape(span_of(call.node), value, Handing.PASSED)
            return
        spares = frozenset(
            name for name, patterns in self.program.stubs.items() if any(fnmatchcase(call.name, p) for p in patterns)
        )
        for link in value.links:
            if link.place.root not in self.frame.tracked or self._runs_at_once(call, link):
                continue
            inside = bool(link.path) or link.relation is not Relation.ALIAS
            into = call.receiver.place
            self.frame.emit(
                Escape(span_of(call.node), link.place, Handing.PASSED, None, inside, into, spares, link.late)
            )

    def _runs_at_once(self, call: Call, link: Link) -> bool:
        """Whether an argument is a function that only uses the resource, and is called before the call returns."""
        uses = link.relation is Relation.THROUGH and link.late
        return (uses or link.place.root in self.frame.functions) and _ITERATES.search(call.name) is not None


def _is_element(call: Call, index: int) -> bool:
    """Whether an argument becomes an element of the slice that a variadic parameter is."""
    signature = call.callee.signature if call.callee is not None else None
    if signature is None or not signature.variadic or index < len(signature.params) - 1:
        return False
    arguments = syntax.operands(call.node.child_by_field_id(syntax.F_ARGUMENTS) or call.node)
    return index < len(arguments) and arguments[index].kind_id != syntax.VARIADIC_ARGUMENT


def _without_element(path: tuple[str, ...], count: int) -> tuple[str, ...]:
    return path[count:] if path[:count] == ("[]",) else path


def _closes_number(call: Call, of: Type | None) -> bool:
    """Whether a callee closes the descriptor that it is given, by its name: a number's type tells nothing."""
    return call.name.lower().startswith("close") and isinstance(underlying(of), Basic)


def _stores(call: Call) -> bool:
    """Whether a method is there, by its name, to keep what it is given, be it for what it leaves running."""
    return call.callee is not None and call.callee.kind == "method" and bool(_KEEPS.match(call.name))


def _is_descriptor(call: Call, value: Value) -> bool:
    """Whether a function of which nothing is known gets a number by which the resource can be closed."""
    unknown = call.callee is not None and call.callee.kind == "value"
    return unknown and any(link.relation is Relation.OWNING for link in value.links)


def parameter(callee: Callee, index: int) -> Type | None:
    """The type of a parameter; each argument of a variadic one has its element type."""
    signature = callee.signature
    if signature is None or not signature.params:
        return None
    last = len(signature.params) - 1
    if signature.variadic and index >= last:
        rest = signature.params[last]
        return rest.element if isinstance(rest, Slice) else None
    return signature.params[index] if index <= last else None
