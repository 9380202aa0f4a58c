"""Lowering of calls of which neither a body nor a model tells: what names, types and the function itself say of them.

By custom a method borrows its object, who prints or measures only looks, and who adds, registers or starts takes over.
Of the others nothing is known: whether they took something over is told by what the function does behind the call. What
the function releases itself, or what is made by a function that another one is named to undo, is its own.
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Derive, Doubt, Escape, Forget, Handing, Obligation, Outcome, Place
from leakfix.languages.c import customs, declarators, syntax
from leakfix.languages.c.evidence import DELETE, DELETE_ARRAY, bare, given, says_release_of_first
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_assertions import assertion
from leakfix.languages.c.lower_frame import NOTHING, POINTEE, Facts, Link, Relation, Value
from leakfix.languages.c.lower_outcomes import Outcomes
from leakfix.languages.c.lower_tests import failure
from leakfix.languages.c.types import SMART_POINTERS, result_type
from leakfix.languages.c.unknown_owners import INTEGERS, SCALARS, Owners, declared_as, is_called_on, target_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.languages.c.types import Callee, CType
    from leakfix.text import Span

_TAKEN_AT_FIRST: Final = frozenset(("handle", "handler", "process", "consume", "accept", "enter", "take", "keep"))
_KEEPS_ADDRESS: Final = frozenset(
    (
        "add",
        "push",
        "store",
        "save",
        "keep",
        "track",
        "bind",
        "subscribe",
        "hook",
        "insert",
        "append",
        "cleanup",
        "defer",
    )
)
_EMPTIES: Final = frozenset(
    ("detach", "steal", "take", "move", "swap", "transfer", "extract", "finish", "finalize", "commit")
)
_TELL_EMPTY: Final = frozenset(("oom", "empty", "isempty"))
"""Words of methods that tell that a struct owns nothing."""
_PAIR: Final = "pair"


class Mode(Enum):
    """What becomes of an operand of a call of which nothing is known but its name and types."""

    BORROWED = "borrowed"
    DOUBTFUL = "doubtful"
    TAKEN = "taken"


class UnknownCalls:
    """Lowers such calls of one function."""

    def __init__(self, calls: CallLowering) -> None:
        self.calls = calls
        self.frame = calls.frame
        self.program = calls.program
        self.results: set[int] = set()
        """The roots of what unknown callees gave back."""
        self.values: set[int] = set()
        """The roots of structs on the stack that own something."""
        self.owners = Owners(calls.program, calls.frame.function)
        self.outcomes = Outcomes(calls.frame, calls.values)
        self._sites: dict[Place, int] = {}
        """The acquisitions of structs on the stack, each by the first call that makes it own something."""

    def call(self, node: Node, callee: Callee | None, receiver: Value, arguments: list[Value]) -> Value:
        """Evaluate such a call; its result is a place of its own."""
        name = self._name(node, callee)
        span = self.frame.span(node)
        nodes = self.calls.arguments(node)
        if self._is_smart(name):
            for value in arguments:
                self._own(span, value)
            return NOTHING
        if callee is not None and callee.kind != "method" and customs.guards(name):
            for value in arguments:
                for place in (*(link.place for link in value.links), *([value.address] if value.address else ())):
                    self.frame.emit(Escape(span, place, Handing.STORED, late=True))
            return NOTHING
        if len(nodes) == len(arguments) and (self._releases(name, callee, nodes) or self._ends(name, nodes, arguments)):
            self.calls.release(span, arguments[0])
            return NOTHING
        found = self.frame.temporary()
        self.results.add(found.root)
        self.frame.emit(Assign(span, found))
        result = declared_as(callee)
        taken = result if result is not None or self.frame.expansion is not None else self._taken_as(node)
        doubt = Doubt(found, self.outcomes.failures(taken))
        self._receiver(span, name, receiver, doubt, result)
        is_given = any(value.links and value.address is None for value in arguments)
        read_only = self.program.read_only(callee) if callee is not None and is_given else frozenset()
        formatted = self._formatted(callee, nodes) if is_given else len(nodes)
        for index, value in enumerate(arguments):
            inner = nodes[index] if index < len(nodes) else None
            # Nobody makes an object only to let somebody look at it whom he gives its only name.
            is_new = inner is not None and inner.type == syntax.NEW_EXPRESSION
            is_lent = index in read_only and value.address is None and not is_new
            mode = Mode.BORROWED if is_lent else self._mode(name, callee, index, inner, value, index >= formatted)
            self._operand(span, value, mode, doubt)
            self.whole(span, value, found)
            if mode is Mode.BORROWED and value.place is not None:
                self._come_back(node, name, result, inner, found, value.place)
        self.emptied(span, name, arguments[0] if arguments else NOTHING, found)
        assertion(self.calls, node, name, arguments)
        if self.frame.expansion is None and callee is not None and callee.kind in ("function", "value", "macro"):
            self._acquisitions(node, name, callee, nodes, arguments, result, found)
        return Value((Link(found),))

    def emptied(self, span: Span, name: str, first: Value, found: Place) -> None:
        """What a struct on the stack holds is taken out of it, or a method tells that it holds nothing."""
        place = first.address
        if place is None or place.path or place.root not in self.values:
            return
        said = set(customs.words(name))
        gone = Escape(span, place, Handing.PASSED)
        if said & _EMPTIES:
            self.frame.emit(gone)
        elif said & _TELL_EMPTY:
            let_go = partial(self.frame.emit, gone)
            self.frame.fork(found, [((((), Outcome.NIL),), lambda: None), ((((), Outcome.NOT_NIL),), let_go)])

    def taken_out(self, span: Span, place: Place) -> None:
        """Whoever takes a pointer out of a struct on the stack to somewhere else may have taken over what that owns."""
        target = self.frame.variable_of(place.root) if place.root in self.values else None
        of = self.owners.type_below(target, place.path) if target is not None else None
        if target is not None and (of is None or of.is_pointer or of.base not in SCALARS):
            self.frame.emit(Escape(span, Place(place.root), Handing.STORED))

    def whole(self, span: Span, value: Value, found: Place) -> None:
        """Whoever has the address of a struct in a struct on the stack may get at all of that, as methods do."""
        place = value.address
        if place is None or not place.path or POINTEE in place.path or place.root not in self.frame.graph.names:
            return
        target = self.frame.variable_of(place.root)
        of = self.owners.type_below(target, place.path) if target is not None else None
        if of is not None and (of.is_pointer or of.base in SCALARS):
            return
        doubt = Doubt(found, self.outcomes.failures(None))
        self.frame.emit(Escape(span, Place(place.root), Handing.ADDRESSED, doubt=doubt))

    def own(self, span: Span, value: Value) -> None:
        """A value is given to a smart pointer, or to anything else that nobody gives what is not his own."""
        self._own(span, value)

    # names and types

    def _name(self, node: Node, callee: Callee | None) -> str:
        if callee is not None and callee.symbol:
            return callee.symbol
        called = node.child_by_field_name("function")
        if called is not None and called.type == syntax.FIELD_EXPRESSION:
            called = called.child_by_field_name("field")
        return spelling(called) if called is not None and called.type in _NAMES else ""

    def _is_smart(self, name: str) -> bool:
        return name.partition("<")[0] in SMART_POINTERS

    def _releases(self, name: str, callee: Callee | None, nodes: list[Node]) -> bool:
        if callee is not None and callee.kind == "method":
            return False
        return says_release_of_first(name, nodes)

    def _ends(self, name: str, nodes: list[Node], arguments: list[Value]) -> bool:
        """Whether a function ends the struct on the stack that it is given, as its type and its name tell."""
        if len(nodes) != 1 or arguments[0].address is None:
            return False
        of = self._type(nodes[0])
        return of is not None and of.pointers == 1 and self.program.pairs.ending(of.base, self.frame.file) == name

    def _type(self, node: Node | None) -> CType | None:
        if node is None or self.frame.expansion is not None:
            return None
        return self.frame.types.of(bare(node))

    # operands

    def _receiver(self, span: Span, name: str, receiver: Value, doubt: Doubt, result: CType | None) -> None:
        """A method borrows its object, unless its name says otherwise; what it gives may be the object itself."""
        place = receiver.place
        if receiver.address is not None:
            self.frame.emit(Escape(span, receiver.address, Handing.ADDRESSED, doubt=doubt))
            self.frame.emit(Forget(span, receiver.address))
        elif customs.gives_away(name) or not name or (place is not None and place.root not in self.frame.graph.names):
            self.frame.escape(span, receiver, Handing.PASSED)
        elif place is not None and doubt.result is not None and (result is None or result.is_pointer):
            self.frame.emit(Derive(span, doubt.result, place, closes=True))

    def _mode(
        self, name: str, callee: Callee | None, index: int, node: Node | None, value: Value, is_formatted: bool
    ) -> Mode:
        if value.address is not None:
            return self._mode_of_address(name, index, node)
        if not value.links:
            return Mode.BORROWED
        if is_formatted or customs.only_looks(name):
            return Mode.BORROWED
        of = self._type(node)
        if of is not None and not of.is_pointer:
            if of.base in INTEGERS:
                return self._mode_of_descriptor(name)
            return Mode.DOUBTFUL
        if of is not None and of.pointers == 1 and of.base in SCALARS and customs.reads_into(name) and _has_next(node):
            return Mode.BORROWED
        if any(link.relation is Relation.THROUGH for link in value.links):
            return self._mode_of_part(name, index, node, of)
        if self._is_method_of(name, index, node):
            if customs.gives_away(name):
                return Mode.TAKEN
            return Mode.DOUBTFUL if customs.converts(name) else Mode.BORROWED
        if index == 0 and (callee is None or callee.kind != "method"):
            is_taken = customs.gives_away(name) or not _TAKEN_AT_FIRST.isdisjoint(customs.words(name)) or not name
            return Mode.TAKEN if is_taken else Mode.DOUBTFUL
        return Mode.TAKEN if customs.takes(name) or not name else Mode.DOUBTFUL

    def _mode_of_address(self, name: str, index: int, node: Node | None) -> Mode:
        """The address of a variable: of a struct its method, of a pointer somewhere to put something."""
        said = set(customs.words(name))
        if not name or (said & _KEEPS_ADDRESS and index > 0) or customs.gives_away(name):
            return Mode.TAKEN
        if said & {"cleanup", "defer", "push"} and not self._is_method_of(name, index, node):
            return Mode.TAKEN
        if self._is_method_of(name, index, node):
            return Mode.BORROWED
        of = self._type(node)
        ends = of is not None and of.pointers == 1 and bool(self.program.pairs.ending(of.base, self.frame.file))
        return Mode.BORROWED if ends and not said & _EMPTIES else Mode.DOUBTFUL

    def _is_method_of(self, name: str, index: int, node: Node | None) -> bool:
        """Whether a function is named after the type of its first argument; what is called on an object is its own."""
        of = self._type(node)
        is_named = index == 0 and of is not None and of.pointers == 1 and customs.belongs_to(name, of.base)
        return is_named and not (self.frame.file.is_cpp and is_called_on(node))

    def _mode_of_descriptor(self, name: str) -> Mode:
        if customs.only_looks(name, at_descriptor=True):
            return Mode.BORROWED
        return Mode.TAKEN if customs.takes(name) or not name else Mode.DOUBTFUL

    def _mode_of_part(self, name: str, index: int, node: Node | None, of: CType | None) -> Mode:
        """A pointer into something: somewhere to put a pointer, or an object inside."""
        if of is not None and of.pointers >= 2:
            return Mode.BORROWED
        if self._is_method_of(name, index, node) and not customs.gives_away(name):
            return Mode.BORROWED
        return Mode.TAKEN if customs.takes(name) or not name else Mode.DOUBTFUL

    def _operand(self, span: Span, value: Value, mode: Mode, doubt: Doubt) -> None:
        if mode is Mode.TAKEN:
            self.frame.escape(span, value, Handing.PASSED)
            if value.address is not None:
                self.frame.emit(Assign(span, value.address))
            return
        if mode is Mode.DOUBTFUL:
            for link in value.links:
                inside = link.relation is not Relation.ALIAS
                self.frame.emit(Escape(span, link.place, Handing.PASSED, None, inside, doubt=doubt))
            if value.address is not None:
                self.frame.emit(Escape(span, value.address, Handing.ADDRESSED, doubt=doubt))
        if value.address is not None:
            self.frame.emit(Forget(span, value.address))

    def _come_back(
        self, call: Node, name: str, result: CType | None, node: Node | None, found: Place, place: Place
    ) -> None:
        """What a callee gives may be what it was given, or lie in it, as the caller of the function may know."""
        if self._may_come_back(call, name, result, node):
            self.frame.emit(Derive(self.frame.span(call), found, place, closes=True))
            return
        parent = syntax.wrapped(call).parent
        of = result if result is not None else result_type(self.frame.function)
        is_returned = parent is not None and parent.type == syntax.RETURN_STATEMENT and self.frame.expansion is None
        if is_returned and (of is None or of.is_pointer) and not customs.is_making(name):
            self.frame.emit(Derive(self.frame.span(call), found, place))

    def _may_come_back(self, call: Node, name: str, result: CType | None, node: Node | None) -> bool:
        """Whether what a callee gives may be what it was given."""
        if self.frame.expansion is not None or customs.is_making(name):
            return False
        taken = result if result is not None else self._taken_as(call)
        of = self._type(node)
        if taken is None or of is None:
            return False
        if not taken.is_pointer or not of.is_pointer:
            # What nobody has defined may well be a pointer.
            return of == taken and of.base not in SCALARS
        return of.base == taken.base or "void" in (of.base, taken.base)

    def _taken_as(self, call: Node) -> CType | None:
        """The type of what takes the result of a call."""
        target = target_of(call, self.frame.bindings)
        if target is not None:
            return self.owners.type_of(target)
        parent = syntax.wrapped(call).parent
        is_returned = parent is not None and parent.type == syntax.RETURN_STATEMENT
        return result_type(self.frame.function) if is_returned else None

    def _formatted(self, callee: Callee | None, nodes: list[Node]) -> int:
        """The index of the first argument that is only formatted: the format, as a prototype or the text itself tells.

        Their number if there is none.
        """
        call = callee.function.call if callee is not None and callee.function is not None else None
        if call is None and callee is not None and callee.declared is not None and callee.declared.declarator:
            call = declarators.read(callee.declared.declarator).call
        if call is not None and call.child_by_field_name("parameters") is not None:
            at = format_of(call)
            return at if at is not None else len(nodes)
        for index, node in enumerate(nodes):
            if node.type in _LITERALS:
                behind = len(nodes) - index - 1
                is_one = behind or customs.only_looks(callee.symbol if callee is not None else "")
                return index if is_one and _directives(node.text or b"") >= behind else len(nodes)
        return len(nodes)

    def _own(self, span: Span, value: Value) -> None:
        for link in value.links:
            inside = link.relation is not Relation.ALIAS
            self.frame.emit(Escape(span, link.place, Handing.PASSED, None, inside, owned=not inside))
        if value.address is not None:
            self.frame.emit(Escape(span, value.address, Handing.ADDRESSED, late=True))

    # acquisitions

    def _acquisitions(
        self,
        node: Node,
        name: str,
        callee: Callee,
        nodes: list[Node],
        arguments: list[Value],
        result: CType | None,
        found: Place,
    ) -> None:
        """What the caller owns behind the call: its result, or what its arguments lead to."""
        if callee.function is not None and self.program.summary(callee.function) is not None:
            return
        self._made(node, name, nodes, result, found)
        for inner, value in zip(nodes, arguments, strict=False):
            if value.address is not None:
                self._filled(node, name, nodes, inner, value.address, result, found)

    def _made(self, node: Node, name: str, nodes: list[Node], result: CType | None, found: Place) -> None:
        made = self.owners.made(node, name, nodes, result)
        if made is None:
            return
        obligation = self._obligation(made.release, is_pointer=made.is_pointer, is_assumed=made.is_assumed)
        fails = "null" if made.is_pointer else "negative"
        span = self.frame.span(node)
        index = self.calls.site(span, obligation, name, found, failure(fails)[0])
        self.calls.acquire(span, index, fails, NOTHING, found)

    def _filled(
        self, node: Node, name: str, nodes: list[Node], inner: Node, place: Place, result: CType | None, found: Place
    ) -> None:
        """A variable whose address is given: a pointer that is set, or a struct that owns memory from now on."""
        target = given(inner, self.frame.bindings)
        filled = tuple(self.owners.filled(name, nodes, inner)) if target is not None and not place.path else ()
        ways = self.outcomes.ways(node, result) if filled else None
        if target is None or ways is None:
            return
        for one in filled:
            obligation = self._obligation(one.release, is_pointer=True, is_assumed=one.is_assumed)
            at = place.below(*one.path) if one.is_value else Place(self.frame.root(target.variable))
            self._acquire_into(node, name, at, obligation, ways, found, is_value=one.is_value)

    def _acquire_into(
        self,
        node: Node,
        name: str,
        place: Place,
        obligation: Obligation,
        ways: tuple[Facts, Facts],
        found: Place,
        *,
        is_value: bool,
    ) -> None:
        """A call makes a place own something; a struct owns what all its methods put there as one."""
        span = self.frame.span(node)
        success, failed = ways
        index = self._sites.get(place) if is_value else None
        if index is None:
            index = self.calls.site(span, obligation, name, place, success)
        if is_value:
            self._sites[place] = index
            self.values.add(place.root)

        alternatives: list[tuple[Facts, Callable[[], None]]] = [(success, lambda: self.frame.acquire(index))]
        if failed:
            alternatives.append((failed, lambda: None))
        self.frame.fork(found, alternatives)

    def _obligation(self, release: str, *, is_pointer: bool, is_assumed: bool) -> Obligation:
        models = self.program.models
        modelled = models.release(release)
        name = modelled.resource if modelled is not None and modelled.resource else _PAIR
        if release in (DELETE, DELETE_ARRAY):
            name = "object" if release == DELETE else "array"
        elif not is_pointer:
            name = "descriptor"
        found = self.program.obligation_of(name)
        return Obligation(found.resource, found.noun, found.family, (release,), confidence="medium", assumed=is_assumed)


def _has_next(argument: Node | None) -> bool:
    """Whether another argument follows, as a size follows a buffer."""
    return argument is not None and argument.next_named_sibling is not None


def format_of(call: Node | None) -> int | None:
    """The index of the text that a function is declared to format any number of arguments by; None if it is not."""
    parameters = call.child_by_field_name("parameters") if call is not None else None
    if parameters is None or not any(child.type in ("...", "variadic_parameter") for child in parameters.children):
        return None
    texts = [index for index, one in enumerate(syntax.named(parameters)) if b"char" in (one.text or b"")]
    return texts[-1] if texts else None


_NAMES: Final = frozenset(
    (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER, "field_identifier", syntax.TEMPLATE_FUNCTION, "template_method")
)
_LITERALS: Final = frozenset((syntax.STRING_LITERAL, "concatenated_string", "raw_string_literal"))


def _directives(literal: bytes) -> int:
    """How many arguments a format takes."""
    return literal.count(b"%") - 2 * literal.count(b"%%")
