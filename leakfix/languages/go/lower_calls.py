"""Lowering of Go calls: their operands, the acquisitions that they make, and whether they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Drop, ExitKind, Handing, Obligation, Outcome, Place, Release, Test
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry
from leakfix.languages.go.lower_effects import Call, EffectLowering, parameter
from leakfix.languages.go.lower_frame import NOTHING, Frame, Link, Relation, Value, span_of
from leakfix.languages.go.obligations import assigned_to, drained_by
from leakfix.languages.go.types import selection
from leakfix.models import RECEIVER
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.lower_values import ValueLowering
    from leakfix.languages.go.types import Signature


_BUILTINS = frozenset({"append", "cap", "close", "copy", "delete", "len", "make", "new"})
_HOLDS = {"nil": Outcome.NIL, "not-nil": Outcome.NOT_NIL, "true": Outcome.TRUE, "false": Outcome.FALSE}


class CallLowering:
    """Evaluates the calls of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self.program = frame.program
        self.effects = EffectLowering(frame)
        self.unnamed: set[int] = set()
        """Temporaries whose life ends with the statement."""

    # calls in expressions

    def call(self, node: Node) -> list[Value]:
        """Evaluate a call; one value a result."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        is_builtin = function.kind_id == syntax.IDENTIFIER and syntax.text(function) in _BUILTINS
        if not is_builtin and not self.frame.concerns(node):
            return [NOTHING]
        name = _last_name(function)
        if function.kind_id == syntax.FUNC_LITERAL:
            self._arguments(node)
            self.values.closures.run(function, deferred=False)
            return [NOTHING]
        receiver = self._receiver(function)
        arguments = self._arguments(node, is_builtin=is_builtin)
        builtin = self._builtin(node, function, name, arguments)
        if builtin is not None:
            return [builtin]
        if self._released_by_verb(node, function, name, receiver, deferred=False):
            self._give(node, arguments)
            return [NOTHING]
        concerned = self._concerned(receiver, arguments)
        if not (concerned or (self._counts(node) and name in self.program.names)):
            return [NOTHING]
        callee = self.frame.types.callee(node)
        if callee is not None and callee.kind == "conversion":
            return arguments[:1] or [NOTHING]
        through = self.effects.apply(Call(node, name, callee, receiver, tuple(arguments))) if concerned else {}
        return self._results(node, callee, receiver, through)

    def discard(self, node: Node) -> None:
        """A call as a statement: nothing holds its results."""
        results = enumerate(self.call(node))
        self._lose(node, [one for at, one in results if one.pending is None or not self._gives_back(node, at)])

    def _gives_back(self, node: Node, result: int) -> bool:
        """Whether a result may be an argument: who drops it knows that it is, and goes on with that."""
        callee = self.frame.types.callee(node)
        given = callee.signature.results[result : result + 1] if callee is not None and callee.signature else ()
        if callee is None or callee.function is None or not given or not self.program.is_read(callee.function):
            return False
        summary = self.program.summary(callee.function)
        taken = (at for at in range(len(syntax.arguments(node))) if str(parameter(callee, at)) == str(given[0]))
        effects = (summary.of(index) for index in taken)
        return any(one is not None and result in one.same for one in effects)

    def defer(self, node: Node) -> None:
        """``defer f(x)``: arguments are evaluated now, what the call releases is released at the exits."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.FUNC_LITERAL:
            arguments = self._arguments(node)
            self.values.closures.run(function, deferred=True)
            for argument in arguments:
                self.frame.escape(span_of(node), argument, Handing.PASSED)
            return
        receiver = self._receiver(function)
        arguments = self._arguments(node)
        if self._released_by_verb(node, function, _last_name(function), receiver, deferred=True):
            self._give(node, arguments)
            return
        if self._concerned(receiver, arguments):
            callee = self.frame.types.callee(node)
            self.effects.apply(Call(node, _last_name(function), callee, receiver, tuple(arguments), deferred=True))

    def start(self, node: Node) -> None:
        """``go f(x)``: whatever the goroutine is given is in its hands."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if function.kind_id == syntax.FUNC_LITERAL:
            self.values.closures.start(function)
        elif function.kind_id == syntax.IDENTIFIER:
            self.values.hand_on(node, self.values.value(function), Handing.CAPTURED)
        else:
            self.values.hand_on(node, self._receiver(function), Handing.CAPTURED)
        for argument in self._arguments(node):
            self.values.hand_on(node, argument, Handing.CAPTURED)
        if _last_name(function) in self.program.names:
            self._lose(node, self._results(node, self.frame.types.callee(node), NOTHING, {}))

    def _give(self, node: Node, arguments: list[Value]) -> None:
        """A call of a function that is followed itself gets these, and may keep them."""
        for argument in arguments:
            self.frame.escape(span_of(node), argument, Handing.PASSED)

    def _lose(self, node: Node, results: list[Value]) -> None:
        """Nothing holds the results of the call."""
        for value in results:
            if value.pending is not None:
                self.frame.begin(value)
                self.frame.discard(value.pending)
                roots = frozenset(link.place.root for link in value.links if link.place.root < 0)
                self.frame.emit(Drop(span_of(node), roots))

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
        if callee.function is not None:
            return ExitKind.STOP if self.program.summary(callee.function).never_returns else None
        return None

    def checked(self, node: Node) -> Test | None:
        """What is known of a variable once the call has come back: ``require.NoError(t, err)``."""
        function = syntax.unparen(node.child_by_field_id(syntax.F_FUNCTION) or node)
        if _last_name(function) not in self.program.checking_names:
            return None
        callee = self.frame.types.callee(node)
        check = self.program.models.check(callee.symbol) if callee is not None else None
        arguments = syntax.operands(node.child_by_field_id(syntax.F_ARGUMENTS) or node)
        if check is None or check.argument >= len(arguments):
            return None
        place = self.values.place(arguments[check.argument])
        return Test(place, _HOLDS[check.holds]) if place is not None else None

    def drained(self, condition: Node) -> Release | None:
        """For a condition ``rows.Next()``: the release that its being false amounts to."""
        function = (
            condition.child_by_field_id(syntax.F_FUNCTION) if condition.kind_id == syntax.CALL_EXPRESSION else None
        )
        if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION:
            return None
        name, operand = _last_name(function), function.child_by_field_id(syntax.F_OPERAND)
        return self._ended_by(condition, operand, name) if name in self.program.draining_methods else None

    def ended(self, channel: Node | None) -> Release | None:
        """For what is received from ``x.Done()``: the release that it tells of, for ``x`` has come to its end."""
        function = channel.child_by_field_id(syntax.F_FUNCTION) if channel is not None else None
        if channel is None or function is None or _last_name(function) != "Done":
            return None
        return self._ended_by(channel, function.child_by_field_id(syntax.F_OPERAND), "Done")

    def _ended_by(self, call: Node, operand: Node | None, name: str) -> Release | None:
        place = self.values.place(operand) if operand is not None else None
        if place is None or place.root not in self.frame.tracked:
            return None
        return Release(span_of(call), place, drained_by(name), drains=True)

    # what the lowering of values asks

    def is_method(self, selector: Node) -> bool:
        """Whether ``x.name``, not called, is a method value; unknown counts as a field."""
        return self._selects(selector) == "method"

    def can_carry(self, node: Node) -> bool:
        """Whether a value of the expression's type can hold a resource; unknown types can."""
        return can_carry(self.frame.types.of(node))

    # pieces

    def _selects(self, selector: Node) -> str:
        """Whether ``x.name`` is a "field" or a "method"; empty when the type is unknown."""
        operand, name = selector.child_by_field_id(syntax.F_OPERAND), selector.child_by_field_id(syntax.F_FIELD)
        if operand is None or name is None:
            return ""
        found = selection(self.frame.types.of(operand), syntax.text(name))
        return found.kind if found is not None else ""

    def _receiver(self, function: Node) -> Value:
        if function.kind_id != syntax.SELECTOR_EXPRESSION:
            if function.kind_id == syntax.IDENTIFIER:
                return NOTHING
            return self.values.settle(self.values.value(function))
        operand = function.child_by_field_id(syntax.F_OPERAND)
        return self.values.settle(self.values.value(operand)) if operand is not None else NOTHING

    def _arguments(self, node: Node, *, is_builtin: bool = False) -> list[Value]:
        """The values of a call's arguments; of others than builtins, what concerns nothing is left out."""
        arguments = node.child_by_field_id(syntax.F_ARGUMENTS)
        values = []
        for child in syntax.operands(arguments) if arguments is not None else ():
            if not is_builtin and not self.frame.concerns(child):
                values.append(NOTHING)
                continue
            inner = syntax.operands(child)[0] if child.kind_id == syntax.VARIADIC_ARGUMENT else child
            values.append(self.values.settle(self.values.value(inner)))
        return values

    def _concerned(self, receiver: Value, arguments: list[Value]) -> bool:
        return self.frame.is_tracked(receiver) or any(self.frame.is_tracked(argument) for argument in arguments)

    def _builtin(self, node: Node, function: Node, name: str, arguments: list[Value]) -> Value | None:
        """The result of a call to a builtin that matters here; None if it is none of them."""
        if name not in _BUILTINS or function.kind_id != syntax.IDENTIFIER or self.frame.variable(function) is not None:
            return None
        if name in ("make", "new"):
            return Value(fresh=True)
        concerned = self._concerned(NOTHING, arguments)
        if name == "append" and arguments:
            links = list(arguments[0].links) if concerned else []
            for argument in arguments[1:] if concerned else ():
                links.extend(argument.under(("[]",)).links)
            return Value(tuple(links), count=Outcome.TRUE if len(arguments) > 1 and not _is_spread(node) else None)
        if not concerned:
            return None
        if name == "close" and arguments:
            for link in arguments[0].links:
                self.frame.emit(Release(span_of(node), link.place, "close"))
        if name == "copy" and len(arguments) > 1:
            self.frame.escape(span_of(node), arguments[1], Handing.PASSED)
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
        place = receiver.place if function.kind_id == syntax.SELECTOR_EXPRESSION else None
        if place is not None and place.root in self.frame.tracked and self._selects(function) == "field":
            self.frame.emit(Release(span, place.below(name), "()", deferred))
        if name not in self.program.release_verbs or not self.frame.is_tracked(receiver):
            return False
        for link in receiver.links:
            self.frame.emit(Release(span, link.place, name, deferred))
        return True

    def _results(
        self, node: Node, callee: Callee | None, receiver: Value, through: dict[int, list[Value]]
    ) -> list[Value]:
        """The values of the call's results, with the acquisitions that it makes."""
        owned: Mapping[int, tuple[Obligation, int | None]] = {}
        if callee is not None and self._counts(node):
            owned = self.program.owned(callee, node, self.frame.function)
        if not (owned or through):
            return [NOTHING]
        signature = callee.signature if callee is not None else None
        errors = [error for _, error in owned.values() if error is not None]
        count = max((len(signature.results) if signature else 1) - 1, *through, *owned, *errors, 0) + 1
        values = [_joined(through.get(index, [])) for index in range(count)]
        if not owned:
            self._failing(node, signature, values)
        for index, (obligation, error) in owned.items():
            self._acquire(node, callee, receiver, values, index, obligation, error)
        for index in self.program.sharing(callee) - owned.keys() if owned else ():
            held = [replace(link, relation=Relation.OWNING) for at in owned for link in values[at].links]
            if index < count:
                values[index] = Value((*values[index].links, *held))
        return values

    def _failing(self, node: Node, signature: Signature | None, values: list[Value]) -> None:
        """Where the last result is an error that is set, the others hold nothing of what went into the call."""
        last = len(signature.results if signature is not None else assigned_to(node)) - 1
        if last < 1 or (signature is not None and str(signature.results[last]) != "error"):
            return
        values.extend(NOTHING for _ in range(last + 1 - len(values)))
        held = [link for value in values[:last] for link in value.links if link.relation is not Relation.THROUGH]
        if not held or values[last].links:
            return
        failure = self.frame.temporary()
        for index, value in enumerate(values[:last]):
            owning = tuple(
                link if link.relation is Relation.THROUGH else replace(link, relation=Relation.OWNING, error=failure)
                for link in value.links
            )
            values[index] = replace(value, links=owning)
        values[last] = Value((Link(failure),))

    def _counts(self, node: Node) -> bool:
        """Whether it matters what a call acquires."""
        return self.frame.acquires and node.end_byte not in self.frame.settled

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


def _is_spread(call: Node) -> bool:
    """Whether the last argument of a call is ``list...``, which may be empty."""
    arguments = syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)
    return bool(arguments) and arguments[-1].kind_id == syntax.VARIADIC_ARGUMENT


def _joined(values: list[Value]) -> Value:
    return Value(tuple(link for value in values for link in value.links)) if values else NOTHING


def _last_name(function: Node) -> str:
    """The name that is called: ``Open`` of ``os.Open``."""
    if function.kind_id == syntax.SELECTOR_EXPRESSION:
        name = function.child_by_field_id(syntax.F_FIELD)
        return syntax.text(name) if name is not None else ""
    if function.kind_id == syntax.IDENTIFIER:
        return syntax.text(function)
    inner = function.child_by_field_id(syntax.F_OPERAND) or function.child_by_field_id(syntax.F_TYPE)
    return _last_name(syntax.unparen(inner)) if inner is not None else ""
