"""Lowering of calls: what they acquire, and what they do to their operands.

It is known from the models, else from the callee's summary. A callee of which nothing is known keeps what it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import (
    ANY_METHOD,
    Assign,
    Copy,
    Escape,
    ExitKind,
    Forget,
    Handing,
    Obligation,
    Outcome,
    Place,
    Release,
)
from leakfix.languages.c import syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_bytes import duplicate
from leakfix.languages.c.lower_frame import (
    ELEMENT,
    NOTHING,
    POINTEE,
    RECEIVER,
    Facts,
    Frame,
    Link,
    Relation,
    Value,
)
from leakfix.languages.c.lower_objects import ObjectLowering, operands_of
from leakfix.languages.c.lower_summaries import SummaryLowering
from leakfix.languages.c.lower_tables import stands_for
from leakfix.languages.c.lower_tests import failure
from leakfix.languages.c.lower_throws import is_noexcept, throws
from leakfix.languages.c.lower_unknown import UnknownCalls
from leakfix.languages.c.types import Callee
from leakfix.models import OUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.lower_values import ValueLowering
    from leakfix.languages.c.summaries import Summary
    from leakfix.models import Acquire, Wrap
    from leakfix.models import Release as ModelledRelease
    from leakfix.text import Span


class CallLowering:
    """Lowers the calls of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self.program = frame.program
        self.models = frame.program.models
        self.wanted = True
        """Whether anybody wants the value of the call that is lowered next."""
        self.last: int | None = None
        """The node of the call that a function ends with, whose value it gives back."""
        self.unnamed: list[int] = []
        """The roots of what was acquired since the statement began."""
        self._in_place: set[Place] = set()
        """The variables that are a resource themselves, as a `regex_t` is."""
        self.unknown = UnknownCalls(self)
        self.objects = ObjectLowering(self)

    # calls

    def call(self, node: Node) -> Value:
        """Evaluate a call."""
        wanted, self.wanted = self.wanted, True
        called = node.child_by_field_name("function")
        if called is not None and syntax.unparen(called).type == syntax.LAMBDA_EXPRESSION:
            self.values.value(called)
        if self.frame.is_bare and called is not None and not self._may_stop(called):
            self.hand_over(
                self.frame.span(node), self._receiver(node, None), list(map(self.values.value, self.arguments(node)))
            )
            return NOTHING
        callee = self._callee(node)
        if callee is not None and callee.kind == "macro" and self._is_unseen(callee):
            callee = Callee("function", callee.symbol, callee.symbols)
        if callee is not None and callee.kind == "macro" and callee.function is None:
            expanded = self.values.macros.value(node, callee.macro, is_heard=wanted)
            if expanded is not None:
                return expanded
            callee = self._renamed(callee)
        receiver = self._receiver(node, callee)
        arguments = [self.values.value(one) for one in self.arguments(node)]
        self.frame.is_ending = node.id == self.last and self.frame.expansion is None
        value = self._called(node, callee, receiver, arguments, wanted)
        self.frame.is_ending = False
        return value

    def _may_stop(self, called: Node) -> bool:
        """Whether a call may be one that never comes back, or is a macro, which may do anything."""
        member = called.child_by_field_name("field") if called.type == syntax.FIELD_EXPRESSION else None
        name = spelling(member or called).rpartition("::")[2].encode()
        if member is None and name in self.program.world.macro_words(self.frame.file):
            return True
        return self.program.promising.stopping.may_be(name)

    def _is_unseen(self, callee: Callee) -> bool:
        """Whether a function of the library is only a macro in files that this one does not include."""
        if not any(self._is_modelled(symbol) for symbol in callee.symbols):
            return False
        world, file = self.program.world, self.frame.file
        return not any(world.sees(file, macro) for macro in world.macros(callee.symbol, file))

    def arguments(self, node: Node) -> list[Node]:
        """The arguments of a call."""
        arguments = node.child_by_field_name("arguments")
        return syntax.named(arguments) if arguments is not None else []

    def _callee(self, node: Node) -> Callee | None:
        called = node.child_by_field_name("function")
        if called is None:
            return None
        standing = stands_for(self.frame, called)
        if standing:
            return Callee("function", syntax.text(called), (standing,))
        if self.frame.expansion is not None:
            if called.type not in (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER):
                return None
            if called.type == syntax.IDENTIFIER and self.frame.variable(called) is not None:
                return None
            return self.frame.types.named(spelling(called))
        callee = self.frame.types.callee(node)
        if callee is not None and callee.kind == "value":
            return self._pointed(called, callee)
        if callee is not None and callee.kind == "method":
            return self._dynamic(callee)
        return callee

    def _pointed(self, called: Node, callee: Callee) -> Callee | None:
        """The function that a pointer leads to that is set once."""
        variable = callee.variable
        inner = syntax.unparen(called)
        if variable is None and inner.type == syntax.POINTER_EXPRESSION:
            argument = inner.child_by_field_name("argument")
            variable = self.frame.variable(argument) if argument is not None else None
        function = self.program.pointed_function(self.frame, variable) if variable is not None else None
        if function is None:
            return None
        return Callee("function", function.qualified, (function.qualified,), function=function)

    def _dynamic(self, callee: Callee) -> Callee | None:
        """The method that is run: of a virtual one that of the object's own class, where that is known."""
        if not self.program.is_virtual(callee):
            return callee
        name = callee.symbol.rpartition("::")[2]
        made = self.program.class_of(self.frame, callee.receiver) if callee.receiver is not None else None
        function = self.frame.types.method(made, name) if made is not None else None
        if function is None:
            return Callee("value", name, (), receiver=callee.receiver, receiver_type=callee.receiver_type)
        return Callee(
            *("method", function.name, (function.name,), function),
            receiver=callee.receiver,
            receiver_type=callee.receiver_type,
        )

    def _renamed(self, callee: Callee) -> Callee | None:
        """What a macro that is only another name stands for."""
        macros = self.program.world.macros(callee.symbol, self.frame.file)
        names = [macro.body.decode("utf-8", "replace") if macro.params is None else "" for macro in macros]
        known = any(self._is_modelled(symbol) for symbol in callee.symbols)
        if names and all(name.isidentifier() for name in names):
            name = next((name for name in names if self._is_modelled(name)), names[0])
            function = self.program.world.function(name, self.frame.file) if len(names) == 1 else None
            # What nobody has seen does what it stands in for.
            if function is not None or self._is_modelled(name) or not known:
                return Callee("function", name, (name,), function=function)
        return Callee("function", callee.symbol, callee.symbols) if known else None

    def _is_modelled(self, symbol: str) -> bool:
        return self.models.knows(symbol)

    def _receiver(self, node: Node, callee: Callee | None) -> Value:
        called = node.child_by_field_name("function")
        called = syntax.unparen(called) if called is not None else None
        if callee is not None and callee.implicit:
            return Value((Link(Place(self.frame.this)),))
        if called is None or called.type != syntax.FIELD_EXPRESSION:
            return NOTHING
        argument = called.child_by_field_name("argument")
        if argument is None:
            return NOTHING
        if syntax.operator(called) == "->":
            return self.values.value(argument)
        place = self.values.place(argument)
        if place is None:
            return self.values.value(argument) if argument.type == syntax.CALL_EXPRESSION else NOTHING
        return Value(address=place)

    def _called(
        self, node: Node, callee: Callee | None, receiver: Value, arguments: list[Value], wanted: bool
    ) -> Value:
        span = self.frame.span(node)
        symbol = next((one for one in callee.symbols if self._is_modelled(one)), "") if callee is not None else ""
        if callee is not None and symbol:
            before = len(self.frame.graph.sites)
            value = self._modelled(node, symbol, arguments, wanted)
            if callee.symbol not in callee.symbols:
                self.frame.named(before, callee.symbol)
            return value
        contained = self.objects.of_container(span, callee, receiver, arguments)
        if contained is not None:
            return contained
        function = callee.function if callee is not None else None
        if function is not None and not function.is_template:
            summary = self.program.summary(function)
            if summary is not None:
                if summary.never_returns:
                    self.frame.exit(ExitKind.STOP, span)
                    return NOTHING
                operands = operands_of(function, receiver, arguments)
                told = SummaryLowering(self, span, summary, operands, is_heard=wanted)
                told.expect()
                if self.frame.graph.sites and throws(function) and not is_noexcept(self.frame.function):
                    self.values.statements.may_raise(span, self._at_risk(summary, operands))
                if summary.knows(self.asked(operands)):
                    return told.call(arguments)
        return self.unknown.call(node, callee, receiver, arguments)

    def asked(self, operands: dict[int, Value]) -> list[int]:
        """The operands of which the callee has to tell what it does with them."""
        return [index for index, value in operands.items() if self.frame.concerns(value)]

    def _at_risk(self, summary: Summary, operands: dict[int, Value]) -> list[Value]:
        """The arguments of a callee that it may do anything else with than to look at them."""
        asked = [index for index in self.asked(operands) if index != RECEIVER]
        effects = ((summary.of(index) if summary.knows([index]) else None, operands[index]) for index in asked)
        return [value for known, value in effects if known is None or known.fates]

    def hand_over(self, span: Span, receiver: Value, arguments: list[Value]) -> None:
        """Nothing is known of the callee: it may keep, release and change what it can reach."""
        for value in (receiver, *arguments):
            self.frame.escape(span, value, Handing.PASSED)
            if value.address is not None:
                self.frame.emit(Assign(span, value.address))

    # models

    def _modelled(self, node: Node, symbol: str, arguments: list[Value], wanted: bool) -> Value:
        span = self.frame.span(node)
        if self.models.never_returns(symbol):
            self.frame.exit(ExitKind.STOP, span)
            return NOTHING
        check = self.models.check(symbol)
        if check is not None:
            self._checked(node, check.argument)
            return NOTHING
        if self.leave(span, symbol, arguments):
            return NOTHING
        release, wrap = self.models.release(symbol), self.models.wrap(symbol)
        acquires = tuple(
            one for one in self.models.acquires(symbol) if not one.when or self._is_asked_for(one, arguments)
        )
        copied = self.models.duplicate(symbol)
        if copied is not None:
            duplicate(self, node, copied, arguments)
        kept = self._kept(node, symbol, arguments, wanted) if not acquires else NOTHING
        released = self._released(release, arguments)
        if release is not None and not release.unless:
            resource = self.models.find_resource(release.resource)
            is_raw = resource is not None and resource.raw
            self.release(span, released, is_memory=is_raw and not acquires)
        if acquires:
            kept_on_failure = released if release is not None and release.unless else NOTHING
            return self._acquired(node, symbol, acquires[0], arguments, kept_on_failure, wanted)
        if wrap is not None and wrap.argument < len(arguments):
            return self._wrapped(span, arguments[wrap.argument], wrap)
        for value in arguments:
            if value.address is not None and release is None:
                self._overwrite(span, value.address)
        return kept

    def _is_asked_for(self, acquire: Acquire, arguments: list[Value]) -> bool:
        """Whether the arguments are such that the call acquires: `getcwd(NULL, 0)` does, with a buffer it does not."""
        name, _, wanted = acquire.when.partition("=")
        parameters = self.models.parameters(acquire.symbol)
        position = parameters.index(name) if name in parameters else len(arguments)
        return position < len(arguments) and wanted == "NULL" and arguments[position].number == 0

    def leave(self, span: Span, symbol: str, arguments: list[Value]) -> bool:
        """Whether a macro, as the models tell, returns from the function that uses it: control leaves here."""
        leave = self.models.leave(symbol)
        if leave is None:
            return False
        for index in leave.arguments:
            if index < len(arguments):
                self.frame.escape(span, arguments[index], Handing.RETURNED)
        self.values.statements.leave_function(span)
        self.frame.exit(ExitKind.RETURN, span)
        return True

    def _taken(self, symbol: str, arguments: list[Value]) -> tuple[Value, ...]:
        """What a modelled call takes over; a macro may stand for several arguments before it."""
        keep = self.models.keep(symbol)
        positions = keep.arguments if keep is not None and arguments else ()
        return tuple(arguments[min(index, len(arguments) - 1)] for index in positions)

    def _kept(self, node: Node, symbol: str, arguments: list[Value], wanted: bool) -> Value:
        """A modelled call takes over operands, always or where it succeeds; the value that tells of that."""
        taken = self._taken(symbol, arguments)
        if not taken:
            return NOTHING
        span = self.frame.span(node)

        def take() -> None:
            for value in taken:
                self.frame.escape(span, value, Handing.PASSED)

        keep = self.models.keep(symbol)
        if keep is None or not keep.fails or not wanted:
            # Whoever does not ask whether it was taken over believes that it was.
            take()
            return NOTHING
        found = self.frame.temporary()
        self.frame.emit(Assign(span, found))
        success, failed = failure(keep.fails)
        self.frame.fork(found, [(success, take), (failed, lambda: None)])
        return Value((Link(found),))

    def _has_allocator(self, place: Place, member: str) -> bool:
        """Whether the function says where something takes its memory from, so that losing it loses none."""
        variable = self.frame.variable_of(place.root)
        for use in self.frame.bindings.uses(variable) if variable is not None else ():
            field = use.parent
            named = field.child_by_field_name("field") if field is not None else None
            parent = field.parent if field is not None else None
            if named is None or syntax.text(named) != member or parent is None:
                continue
            right = parent.child_by_field_name("right") if parent.type == syntax.ASSIGNMENT_EXPRESSION else None
            if right is not None and right != field and self.values.constant(right) != 0:
                return not syntax.text(right).endswith("NULL")
        return False

    def _released(self, release: ModelledRelease | None, arguments: list[Value]) -> Value:
        """What a modelled call releases: what it is given, or what that leads to."""
        if release is None or release.argument >= len(arguments):
            return NOTHING
        value = arguments[release.argument]
        resource = self.models.find_resource(release.resource)
        if resource is None or not resource.in_place or value.place is None:
            return value
        inside = self.frame.below(value.place, POINTEE)
        return Value((Link(inside),)) if inside is not None else NOTHING

    def _overwrite(self, span: Span, place: Place) -> None:
        """What is known of a variable is known no more; what it holds it may hold still."""
        if place in self._in_place:
            self.frame.emit(Forget(span, place))
            return
        self.frame.emit(Escape(span, place, Handing.ADDRESSED))
        self.frame.emit(Assign(span, place))

    def _wrapped(self, span: Span, value: Value, wrap: Wrap) -> Value:
        if not wrap.closes:
            return value.through()
        place = value.place
        if place is None or not wrap.fails:
            return value
        found = self.frame.temporary()
        self.frame.emit(Assign(span, found))
        success, failed = failure(wrap.fails)
        self.frame.fork(found, ((success, lambda: self.frame.emit(Copy(span, found, place))), (failed, lambda: None)))
        return Value((Link(found),))

    def _acquired(
        self, node: Node, symbol: str, acquire: Acquire, arguments: list[Value], released: Value, wanted: bool
    ) -> Value:
        span = self.frame.span(node)
        found = self.frame.temporary()
        self.frame.emit(Assign(span, found))
        place = found
        for index, value in enumerate(arguments):
            if value.address is not None and index != acquire.argument:
                self._overwrite(span, value.address)
        if acquire.result == OUT:
            value = arguments[acquire.argument or 0] if (acquire.argument or 0) < len(arguments) else NOTHING
            aimed = self.resolve(value, (POINTEE,))
            if aimed is None or self.is_elsewhere(aimed):
                # A member takes it: the object around that is nobody else's for it.
                held = tuple(link for link in value.links if link.relation is not Relation.THROUGH)
                self.frame.escape(span, Value(held, address=value.address), Handing.PASSED)
                return self._kept(node, symbol, arguments, wanted)
            if acquire.allocator and self._has_allocator(aimed, acquire.allocator):
                return NOTHING
            place = aimed
            if self.models.resource(acquire.resource).in_place:
                self._in_place.add(place)
            if not acquire.fails:
                # A call that cannot fail takes what was there before, as getline does.
                self.release(span, Value((Link(place),)))
        index = self.site(span, self.program.obligation(acquire), symbol, place, failure(acquire.fails)[0])
        if not wanted and place == found:
            self.frame.discard(index)
        self.acquire(span, index, acquire.fails, released, found, self._taken(symbol, arguments))
        return Value((Link(found),))

    def acquire(
        self, span: Span, index: int, fails: str, released: Value, found: Place, taken: tuple[Value, ...] = ()
    ) -> None:
        """An acquisition happens, or fails as its model tells; only then is anything else released, or taken over."""
        place = self.frame.graph.sites[index].place
        success, failed = failure(fails)
        spare = self.frame.temporary()
        self.frame.emit(Assign(span, spare))

        def succeed() -> None:
            self.release(span, released)
            for value in taken:
                self.frame.escape(span, value, Handing.PASSED)
            if place != found:
                self.frame.emit(Assign(span, place, Outcome.NOT_NIL))
            self.frame.acquire(index)
            self.store_out(span, place)

        def fail() -> None:
            """What was not released is still there, even when its only name takes the null that comes back."""
            for link in released.links:
                self.frame.emit(Copy(span, spare, link.place))

        alternatives: list[tuple[Facts, Callable[[], None]]] = [(success, succeed)]
        if failed:
            alternatives.append((failed, fail))
        self.frame.fork(found, alternatives)
        if place == found:
            self.note_unnamed(found)

    def site(self, span: Span, obligation: Obligation, symbol: str, place: Place, success: Facts) -> int:
        """A new acquisition into a place: its index."""
        index = self.frame.site(span, obligation, symbol, OUT if place.root >= 0 else 0, place)
        self.frame.success[index] = success
        return index

    def note_unnamed(self, found: Place) -> None:
        """What was acquired has no name so far."""
        self.unnamed.append(found.root)
        self.frame.made.add(found.root)

    def is_elsewhere(self, place: Place) -> bool:
        """Whether what is stored at a place is out of sight, and not seen by the callers either."""
        return self.frame.outlives(place) and place.root not in self.frame.parameters and place.root != self.frame.this

    def store_out(self, span: Span, place: Place) -> None:
        """What was acquired into a place that outlives the function is its owner's."""
        if self.frame.outlives(place):
            self.frame.emit(Escape(span, place, Handing.STORED, into=Place(place.root)))

    def _checked(self, node: Node, argument: int) -> None:
        """`assert(condition)`: control goes on only where it holds."""
        arguments = self.arguments(node)
        if argument >= len(arguments):
            return
        goes_on, stops = self.frame.new_block(), self.frame.new_block()
        self.values.conditions.branch(arguments[argument], goes_on, stops)
        self.frame.resume(stops)
        self.frame.exit(ExitKind.STOP, self.frame.span(node))
        self.frame.resume(goes_on)

    def release(self, span: Span, value: Value, *, is_memory: bool = False) -> None:
        """What the value holds is given back."""
        if value.address is not None:
            self.frame.emit(Release(span, value.address, ANY_METHOD))
            return
        for link in value.links:
            if link.relation is Relation.THROUGH:
                self.frame.emit(Escape(span, link.place, Handing.PASSED))
                continue
            if is_memory and self._is_own(link.place):
                self.frame.emit(Assign(span, link.place.below(POINTEE)))
            self.frame.emit(Release(span, link.place, ANY_METHOD))

    def _is_own(self, place: Place) -> bool:
        return not place.path and place.root >= 0 and self.frame.is_fresh(place.root)

    def resolve(self, value: Value, path: tuple[str, ...]) -> Place | None:
        """The place that a callee means by a path below an operand."""
        if value.address is not None:
            if path[:1] in ((POINTEE,), (ELEMENT,)):
                return value.address.below(*path[1:])
            return value.address if not path else None
        return value.place.below(*path) if value.place is not None else None
