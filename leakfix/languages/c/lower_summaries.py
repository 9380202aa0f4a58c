"""Lowering of calls whose bodies were read: they do to their operands, and acquire, what their summaries say."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from leakfix.flow import ANY_METHOD, Assign, Copy, Derive, Doubt, Drop, Escape, Forget, Handing, Outcome, Release
from leakfix.flow.fates import Fate
from leakfix.languages.c import customs
from leakfix.languages.c.files import is_read_only
from leakfix.languages.c.lower_frame import NOTHING, RECEIVER, Facts, Link, Relation, Value
from leakfix.languages.c.lower_unknown import format_of
from leakfix.languages.c.summaries import DOUBTFUL, KEPT
from leakfix.languages.c.types import result_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.flow import Place
    from leakfix.languages.c.files import Param
    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.languages.c.summaries import Acquisition, Effect, Summary
    from leakfix.text import Span


class SummaryLowering:
    """Lowers one such call."""

    def __init__(
        self, calls: CallLowering, span: Span, summary: Summary, operands: dict[int, Value], *, is_heard: bool
    ) -> None:
        """``is_heard`` tells whether anybody looks at what the callee gives back."""
        function = summary.function
        self._calls = calls
        self._frame = calls.frame
        self._span = span
        self._summary = summary
        self._operands = operands
        self._is_heard = is_heard
        self._keeps_receiver = customs.gives_away(function.last_name) and not function.is_constructor
        self._moves: list[tuple[Place, Place]] = []
        """Places that the callee stores something in, with what holds it until it is done."""

    @cached_property
    def _found(self) -> Place:
        """The place of what the callee gives back."""
        return self._frame.temporary()

    @cached_property
    def _failures(self) -> frozenset[tuple[tuple[str, ...], Outcome]]:
        """What tells that the callee failed."""
        return self._calls.unknown.outcomes.failures(result_type(self._summary.function))

    def call(self, arguments: list[Value]) -> Value:
        """The callee does what its summary says."""
        calls, frame, span, found = self._calls, self._frame, self._span, self._found
        function = self._summary.function
        frame.emit(Assign(span, found))
        number = calls.program.constants.returned(function)
        params = function.params
        count = len(params)
        for index, value in self._operands.items():
            if not frame.concerns(value):
                continue
            if index >= count:
                if value.address is not None or format_of(function.call) is None:
                    frame.escape(span, value, Handing.PASSED)
                continue
            self._effects(index, value)
            calls.unknown.whole(span, value, found)
            if value.address is not None and index >= 0 and self._is_sent(params[index], value.address):
                frame.emit(Escape(span, value.address, Handing.PASSED))
        self._settle_moves()
        first = arguments[0] if arguments else NOTHING
        calls.unknown.emptied(span, function.last_name, first, found)
        if any(function.last_name in site.obligation.releases for site in frame.graph.sites):
            # Its body may hang on functions that nobody has read: what it is named to release is gone behind it.
            frame.escape(span, first, Handing.PASSED)
        for acquisition in self._acquired():
            if acquisition.operand is not None:
                place = self._taken_by(acquisition)
                if place is not None:
                    self._acquire(acquisition, place)
            elif not acquisition.path:
                self._acquire(acquisition, found)
        return Value((Link(found),), number)

    def expect(self) -> None:
        """What the callee acquires for its caller is followed before it is asked what else it does to who takes it."""
        for acquisition in self._acquired():
            place = self._taken_by(acquisition)
            if place is not None:
                self._frame.followed.add(place, is_whole=False)

    def end(self) -> None:
        """The callee is a destructor, which runs on its receiver."""
        self._effects(RECEIVER, self._operands[RECEIVER])
        self._settle_moves()

    # what it acquires

    def _acquired(self) -> tuple[Acquisition, ...]:
        return self._summary.acquired() if not customs.is_weak(self._summary.function.last_name) else ()

    def _taken_by(self, acquisition: Acquisition) -> Place | None:
        """The place that gets what the callee acquires below an operand; None where that is another's."""
        if acquisition.operand is None or self._is_part(acquisition):
            return None
        place = self._calls.resolve(self._operands.get(acquisition.operand, NOTHING), acquisition.path)
        return place if place is not None and not self._calls.is_elsewhere(place) else None

    def _is_part(self, acquisition: Acquisition) -> bool:
        """Whether a resource is a member of what a callee sets up: that tells itself what it holds."""
        resource = self._calls.models.find_resource(acquisition.obligation.resource)
        return resource is not None and resource.in_place and len(acquisition.path) > 1

    def _acquire(self, acquisition: Acquisition, place: Place) -> None:
        calls, frame, span, found = self._calls, self._frame, self._span, self._found
        ways = acquisition.ways
        success = next((facts for facts, owned in ways if owned), ())
        index = calls.site(span, acquisition.obligation, self._summary.function.qualified, place, success)

        def succeed() -> None:
            if place != found:
                frame.emit(Assign(span, place, Outcome.NOT_NIL))
                for path, outcome in acquisition.held:
                    frame.emit(Assign(span, place.below(*path), outcome))
            frame.acquire(index)
            calls.store_out(span, place)

        def fail() -> None:
            for path, outcome in acquisition.otherwise:
                frame.emit(Assign(span, place.below(*path), outcome))

        frame.fork(found, [(facts, succeed if owned else fail) for facts, owned in ways])
        if place == found:
            calls.note_unnamed(found)

    # what it does to its operands

    def _effects(self, index: int, value: Value) -> None:
        if not value.links and value.address is None:
            return
        frame, span = self._frame, self._span
        effects = self._summary.of(index)
        if effects is None:
            frame.escape(span, value, Handing.PASSED)
            if value.address is not None:
                frame.emit(Assign(span, value.address))
            return
        for path, told in effects.fates:
            # A method may note its object somewhere: whoever goes on to end it is its owner all the same.
            is_own = index == RECEIVER and not path and not self._keeps_receiver
            alternatives = tuple(DOUBTFUL if is_own and one == KEPT else one for one in told)
            if len(alternatives) > 1 and not self._is_heard:
                # Whoever does not ask whether it was taken over believes that it was.
                self._effect(value, path, KEPT)
                continue
            if len(alternatives) == 1:
                self._effect(value, path, alternatives[0])
                continue
            happenings: list[tuple[Facts, Callable[[], None]]] = [
                (effect.facts, partial(self._effect, value, path, effect)) for effect in alternatives
            ]
            frame.fork(self._found, happenings)
        sometimes = {path for path, told in effects.fates if len(told) > 1}
        for path, known in effects.assigned:
            place = self._calls.resolve(value, path)
            if place is not None and not frame.outlives(place):
                # What is gone on some ways only is set anew on those: on the others it is there still.
                frame.emit(Forget(span, place) if path in sometimes else Assign(span, place, known))

    def _effect(self, value: Value, path: tuple[str, ...], effect: Effect) -> None:
        frame, span, found = self._frame, self._span, self._found
        places = self._resolved(value, path)
        is_kept = effect.fate is Fate.KEPT and not effect.is_doubtful
        if value.address is not None and not path and (is_kept or effect.moved):
            # Who has the address gets at what is put there later, too.
            frame.emit(Escape(span, value.address, Handing.ADDRESSED, late=True))
        for place, relation in places:
            for target in effect.moved:
                into = self._calls.resolve(self._operands.get(target[0], NOTHING), target[1])
                if into is None or frame.outlives(into) or relation is Relation.THROUGH:
                    frame.emit(Escape(span, place, Handing.STORED))
                else:
                    between = frame.temporary()
                    frame.emit(Copy(span, between, place))
                    self._moves.append((into, between))
            if effect.returned is not None:
                frame.connect(span, found.below(*effect.returned), (Link(place, relation),))
            if effect.leading is not None:
                frame.emit(Derive(span, found.below(*effect.leading), place))
            if effect.is_doubtful:
                frame.emit(Escape(span, place, Handing.PASSED, doubt=Doubt(found, self._failures)))
            elif effect.fate is Fate.KEPT or (effect.fate is Fate.RELEASED and relation is Relation.THROUGH):
                frame.emit(Escape(span, place, Handing.PASSED))
            elif effect.fate is Fate.RELEASED:
                frame.emit(Release(span, place, ANY_METHOD))

    def _settle_moves(self) -> None:
        """What the callee stored below its operands is there behind all that it set there."""
        for into, between in self._moves:
            self._frame.emit(Copy(self._span, into, between))
        roots = frozenset(between.root for _, between in self._moves)
        if roots:
            self._frame.emit(Drop(self._span, roots))

    def _resolved(self, value: Value, path: tuple[str, ...]) -> list[tuple[Place, Relation]]:
        if value.address is not None:
            place = self._calls.resolve(value, path)
            found = [(place, Relation.ALIAS)] if place is not None else []
            # Whoever keeps the address of a part may get at what it lies in.
            return found if path else [*found, *((link.place, link.relation) for link in value.links)]
        return [(link.place.below(*path), link.relation) for link in value.links]

    def _is_sent(self, param: Param, address: Place) -> bool:
        """Whether a pointer is given as the bytes that it is made of: `write(fd, &p, sizeof(p))`."""
        is_bytes = param.type is not None and param.type.text == b"void" and is_read_only(param)
        return is_bytes and not address.path and self._is_pointer(address)

    def _is_pointer(self, place: Place) -> bool:
        variable = self._frame.variable_of(place.root)
        found = self._frame.types.variable(variable) if variable is not None else None
        return found is not None and self._frame.types.resolved(found).is_pointer and not found.is_array
