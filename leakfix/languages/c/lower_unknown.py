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
from leakfix.flow.remembering import NEGATIVE, equal_to
from leakfix.languages.c import customs, declarators, syntax
from leakfix.languages.c.evidence import DELETE, DELETE_ARRAY, Evidence, bare, given, says_release_of_first
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_assertions import assertion
from leakfix.languages.c.lower_frame import NOTHING, POINTEE, Facts, Link, Relation, Value
from leakfix.languages.c.lower_tests import failure, is_constant_name
from leakfix.languages.c.types import SMART_POINTERS, declared_result, result_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.evidence import Given, Released
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.languages.c.scopes import Bindings, Variable
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
FILLS: Final = frozenset(
    (
        *(
            "put",
            "puts",
            "putc",
            "printf",
            "vprintf",
            "append",
            "appendf",
            "add",
            "cat",
            "set",
            "sets",
            "push",
            "insert",
        ),
        *(
            "grow",
            "reserve",
            "join",
            "joinpath",
            "read",
            "readbuffer",
            "load",
            "copy",
            "dup",
            "write",
            "encode",
            "escape",
        ),
        *("unescape", "prepend", "splice", "format", "addstr", "addch", "addf", "addbuf", "expand", "fill", "resize"),
        *("ensure", "alloc", "sprintf", "getline", "clone", "concat", "insert", "decode", "strdup", "escape"),
    )
)
"""Words of methods after which a struct on the stack owns memory."""
_EMPTIES: Final = frozenset(("detach", "steal", "take", "move", "swap", "transfer", "extract", "finish", "finalize"))
_TELL_EMPTY: Final = frozenset(("oom", "empty", "isempty"))
"""Words of methods that tell that a struct owns nothing."""
_INTEGERS: Final = frozenset(("int", "ssize_t", "long", "int32_t", "int64_t", "short"))
_PAIR: Final = "pair"
_SITES_OF_ONE: Final = 6


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
        result = self._result(callee)
        taken = result if result is not None or self.frame.expansion is not None else self._taken_as(node)
        doubt = Doubt(found, self.failures(taken))
        self._receiver(span, name, receiver, doubt, result)
        read_only = self.program.read_only(callee) if callee is not None else frozenset()
        is_format = self._is_format(callee, nodes)
        for index, value in enumerate(arguments):
            inner = nodes[index] if index < len(nodes) else None
            is_lent = index in read_only and value.address is None
            mode = Mode.BORROWED if is_lent else self._mode(name, callee, index, inner, value, is_format)
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

    def whole(self, span: Span, value: Value, found: Place) -> None:
        """Whoever has the address of a struct in a struct on the stack may get at all of that, as methods do."""
        place = value.address
        if place is None or not place.path or POINTEE in place.path or place.root not in self.frame.graph.names:
            return
        target = self.frame.variable_of(place.root)
        of = self._type_below(target, place.path) if target is not None else None
        if of is not None and (of.is_pointer or of.base in _SCALARS):
            return
        doubt = Doubt(found, self.failures(None))
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

    def _result(self, callee: Callee | None) -> CType | None:
        """The type of what the callee gives back, if it is declared."""
        if callee is None:
            return None
        if callee.function is not None:
            return result_type(callee.function)
        return declared_result(callee.declared) if callee.declared is not None else None

    def failures(self, of: CType | None) -> frozenset[tuple[tuple[str, ...], Outcome]]:
        """What tells that a call failed: a negative number, a constant named so, null, or false."""
        named = {
            ((equal_to(name),), Outcome.TRUE if failed else Outcome.FALSE) for name, failed in self._constants.items()
        }
        if of is not None and (of.is_pointer or of.base in ("bool", "_Bool")):
            return frozenset((*named, ((), Outcome.NIL)))
        negative = (((NEGATIVE,), Outcome.TRUE), ((equal_to("-1"),), Outcome.TRUE))
        is_number = of is not None and of.base in _INTEGERS
        return frozenset((*named, *negative, ((), Outcome.NOT_NIL)) if is_number else (*named, *negative))

    @property
    def _constants(self) -> dict[str, bool]:
        """The constants of the function whose names tell of success or failure."""
        cache = self.frame.function.cache
        if "outcomes" not in cache:
            cache["outcomes"] = _outcomes(self.frame.function)
        known = cache["outcomes"]
        return known if isinstance(known, dict) else {}

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
        self, name: str, callee: Callee | None, index: int, node: Node | None, value: Value, is_format: bool
    ) -> Mode:
        if value.address is not None:
            return self._mode_of_address(name, index, node)
        if not value.links:
            return Mode.BORROWED
        if is_format or customs.only_looks(name):
            return Mode.BORROWED
        of = self._type(node)
        if of is not None and not of.is_pointer:
            if of.base in _INTEGERS:
                return self._mode_of_descriptor(name)
            return Mode.DOUBTFUL
        if any(link.relation is Relation.THROUGH for link in value.links):
            return self._mode_of_part(name, index, node, of)
        if index == 0 and of is not None and of.pointers == 1 and customs.belongs_to(name, of.base):
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
        of = self._type(node)
        return index == 0 and of is not None and of.pointers == 1 and customs.belongs_to(name, of.base)

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
        parent = call.parent
        while parent is not None and parent.type in _AROUND:
            parent = parent.parent
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
        if taken is None or of is None or not taken.is_pointer or not of.is_pointer:
            return False
        return of.base == taken.base or "void" in (of.base, taken.base)

    def _taken_as(self, call: Node) -> CType | None:
        """The type of what takes the result of a call."""
        target = self._target(call)
        if target is not None:
            return self._target_type(target)
        parent = call.parent
        while parent is not None and parent.type in _AROUND:
            parent = parent.parent
        is_returned = parent is not None and parent.type == syntax.RETURN_STATEMENT
        return result_type(self.frame.function) if is_returned else None

    def _is_format(self, callee: Callee | None, nodes: list[Node]) -> bool:
        """Whether a call formats: its prototype says so, or one of its arguments is a format for all behind it."""
        call = callee.function.call if callee is not None and callee.function is not None else None
        if call is None and callee is not None and callee.declared is not None and callee.declared.declarator:
            call = declarators.read(callee.declared.declarator).call
        if call is not None and call.child_by_field_name("parameters") is not None:
            return takes_format(call)
        for index, node in enumerate(nodes):
            if node.type in _LITERALS:
                return _directives(node.text or b"") >= len(nodes) - index - 1 and (
                    index < len(nodes) - 1 or customs.only_looks(callee.symbol if callee is not None else "")
                )
        return False

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
                self._filled(node, name, inner, value.address, result, found, is_first=inner is nodes[0])

    def _made(self, node: Node, name: str, nodes: list[Node], result: CType | None, found: Place) -> None:
        target = self._target(node)
        if target is None or customs.is_lending(name) or (result is not None and result.is_const):
            return
        of = self.frame.types.resolved(result) if result is not None else self._target_type(target)
        evident = self._released(target)
        undoing = self.program.pairs.undoing(name, self.frame.file) if not self._is_in_pool(name, nodes) else ""
        if not undoing and of is not None and not of.is_pointer and customs.is_opening(name):
            undoing = "close" if self.program.pairs.calls("close", self.frame.file) else ""
        if of is not None and not of.is_pointer and undoing and not self._undoes_number(undoing):
            undoing = ""
        is_known = of is not None and (of.is_pointer or of.base in _INTEGERS)
        if (of is not None and of.is_const) or not (evident or (undoing and is_known)):
            return
        if not is_known and of is not None and (of.base in _SCALARS or self.frame.types.struct(of) is not None):
            return
        closes = customs.is_opening(name) or any(_closes(one.function) for one in evident)
        is_pointer = of.is_pointer if of is not None and is_known else not closes
        if not is_pointer and not closes:
            return
        release = evident[0].function if evident else undoing
        obligation = self._obligation(release, is_pointer=is_pointer, is_assumed=not undoing)
        fails = "null" if is_pointer else "negative"
        span = self.frame.span(node)
        index = self.calls.site(span, obligation, name, found, failure(fails)[0])
        self.calls.acquire(span, index, fails, NOTHING, found)

    def _undoes_number(self, undoing: str) -> bool:
        """Whether a function may end what a number stands for: it closes, and takes no pointer."""
        return _closes(undoing) and not self.program.pairs.takes_pointer(undoing, self.frame.file)

    def _is_in_pool(self, name: str, nodes: list[Node]) -> bool:
        """Whether something is made in a pool, which owns it: that is given first."""
        of = self._type(nodes[0]) if nodes else None
        said = set(customs.words(of.base)) if of is not None else set()
        said |= set(customs.words(syntax.text(nodes[0]))) if nodes else set()
        if not said.isdisjoint(("pool", "arena", "region", "zone", "slab", "heap", "mempool", "memcontext")):
            return True
        is_block = not {"alloc", "allocate", "malloc", "calloc"}.isdisjoint(customs.words(name))
        return "::" in name or (is_block and of is not None and of.is_pointer)

    def _target(self, node: Node) -> Given | None:
        return target_of(node, self.frame.bindings)

    def _target_type(self, target: Given) -> CType | None:
        return self._type_below(target.variable, target.path)

    def _type_below(self, variable: Variable, path: tuple[str, ...]) -> CType | None:
        found = self.frame.types.variable(variable)
        if found is None:
            return None
        for step in path:
            if step == "*":
                found = found.pointee if found is not None else None
                continue
            struct = self.frame.types.struct(found)
            member = self.frame.types.member(struct, step) if struct is not None else None
            if member is None:
                return None
            found = self._member_type(member)
        return self.frame.types.resolved(found) if found is not None else None

    def _member_type(self, member: object) -> CType | None:
        from leakfix.languages.c.files import Global
        from leakfix.languages.c.types import global_type

        return global_type(member) if isinstance(member, Global) else None

    @property
    def _evidence(self) -> Evidence:
        return Evidence.of(self.frame.function, self.frame.bindings, self.program.models)

    def _released(self, target: Given) -> tuple[Released, ...]:
        """How the function releases what a target holds, or what it is assigned to."""
        if target.variable.kind != "local" or POINTEE in target.path:
            return ()
        found = self._evidence.about(target.variable)
        ends = target.path[-1:]
        return tuple(
            one
            for one in found
            if not one.given.is_address and (one.given.path[-1:] == ends or not one.given.path or not ends)
        )

    def _filled(
        self,
        node: Node,
        name: str,
        inner: Node,
        place: Place,
        result: CType | None,
        found: Place,
        *,
        is_first: bool,
    ) -> None:
        """A variable whose address is given: a pointer that is set, or a struct that owns memory from now on."""
        target = given(inner, self.frame.bindings)
        if target is None or target.path or target.variable.kind != "local" or place.path:
            return
        of = self.frame.types.variable(target.variable)
        if of is None or of.is_array or of.is_const or of.is_reference:
            return
        ways = self._ways(node, result)
        if ways is None:
            return
        resolved = self.frame.types.resolved(of)
        evident = self._evidence.about(target.variable)
        if resolved.is_pointer:
            self._set(node, name, of, target.variable, evident, ways, found)
        elif self.frame.types.struct(of) is not None or of.base not in _SCALARS:
            self._owning(node, name, of, place, evident, ways, found, is_first=is_first)

    def _set(
        self,
        node: Node,
        name: str,
        of: CType,
        variable: Variable,
        evident: tuple[Released, ...],
        ways: tuple[Facts, Facts],
        found: Place,
    ) -> None:
        """`int t_new(T **out, ...)`."""
        if of.pointers != 1 or of.base in ("char", "void"):
            evident = tuple(one for one in evident if not one.given.path)
        own = tuple(one for one in evident if not one.given.path and not one.given.is_address)
        undoing = ""
        if customs.is_making(name):
            undoing = self.program.pairs.ending(of.base, self.frame.file) or self.program.pairs.undoing(
                name, self.frame.file
            )
        if customs.is_lending(name) or not (own or undoing):
            return
        obligation = self._obligation(own[0].function if own else undoing, is_pointer=True, is_assumed=not undoing)
        place = Place(self.frame.root(variable))
        self._acquire_into(node, name, place, obligation, ways, found, is_value=False)

    def _owning(
        self,
        node: Node,
        name: str,
        of: CType,
        place: Place,
        evident: tuple[Released, ...],
        ways: tuple[Facts, Facts],
        found: Place,
        *,
        is_first: bool,
    ) -> None:
        """A struct on the stack that owns memory once it is used, or whose fields are released."""
        said = set(customs.words(name))
        is_method = is_first and customs.belongs_to(name, of.base)
        whole = next((one for one in evident if one.given.is_address and not one.given.path), None)
        if is_method:
            release = whole.function if whole is not None else self.program.pairs.ending(of.base, self.frame.file)
            if release and said & FILLS and not says_all_nothing(name, self.calls.arguments(node)):
                obligation = self._obligation(release, is_pointer=True, is_assumed=False)
                self._acquire_into(node, name, place, obligation, ways, found)
            return
        if whole is not None:
            obligation = self._obligation(whole.function, is_pointer=True, is_assumed=True)
            self._acquire_into(node, name, place, obligation, ways, found)
            return
        if customs.only_looks(name):
            return
        fields = {one.given.path: one for one in evident if one.given.path and POINTEE not in one.given.path}
        for path, one in sorted(fields.items())[:_SITES_OF_ONE]:
            if not one.given.is_address and not self._evidence.sets(one.given.variable, path):
                obligation = self._obligation(one.function, is_pointer=True, is_assumed=True)
                self._acquire_into(node, name, place.below(*path), obligation, ways, found)

    def _acquire_into(
        self,
        node: Node,
        name: str,
        place: Place,
        obligation: Obligation,
        ways: tuple[Facts, Facts],
        found: Place,
        *,
        is_value: bool = True,
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

    def _ways(self, node: Node, result: CType | None) -> tuple[Facts, Facts] | None:
        """What the result tells where the call succeeded, and where it failed; None where nobody can say."""
        asked = _asked(node)
        good = [name for name, failed in self._constants.items() if not failed and asked in (name, "variable")]
        named: Facts = tuple(((equal_to(name),), Outcome.FALSE) for name, failed in self._constants.items() if failed)
        opposite: Facts = ()
        if len(good) == 1:
            named = (*named, ((equal_to(good[0]),), Outcome.TRUE))
            opposite = (((equal_to(good[0]),), Outcome.FALSE),)
        resolved = self.frame.types.resolved(result) if result is not None else None
        if resolved is not None and (resolved.is_pointer or resolved.base in ("bool", "_Bool")):
            return (*named, ((), Outcome.NOT_NIL)), (*opposite, ((), Outcome.NIL))
        if resolved is not None and resolved.base == "void":
            return (), ()
        if asked == "":
            return (), ()
        if asked == "?" and resolved is None:
            return None
        if asked not in ("", "?", "<", "number", "variable") and asked not in self._constants:
            return None
        not_negative = (((NEGATIVE,), Outcome.FALSE), ((equal_to("-1"),), Outcome.FALSE))
        if asked == "<" or (asked == "variable" and self._is_compared_below(node)):
            return (*named, *not_negative), (*opposite, ((NEGATIVE,), Outcome.TRUE), ((), Outcome.NOT_NIL))
        return (*named, ((), Outcome.NIL), *not_negative), (*opposite, ((), Outcome.NOT_NIL))

    def _is_compared_below(self, node: Node) -> bool:
        """Whether the variable that takes a result is asked whether it is negative."""
        target = self._target(node)
        for use in self.frame.bindings.uses(target.variable) if target is not None and not target.path else ():
            parent = use.parent
            operator = parent.child_by_field_name("operator") if parent is not None else None
            if operator is not None and operator.type in ("<", ">="):
                return True
        return False

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


def takes_format(call: Node | None) -> bool:
    """Whether a function is declared to take a text and then any number of arguments, which it formats."""
    parameters = call.child_by_field_name("parameters") if call is not None else None
    if parameters is None or not any(child.type in ("...", "variadic_parameter") for child in parameters.children):
        return False
    return any(b"char" in (one.text or b"") for one in syntax.named(parameters))


_NAMES: Final = frozenset(
    (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER, "field_identifier", syntax.TEMPLATE_FUNCTION, "template_method")
)
_LITERALS: Final = frozenset((syntax.STRING_LITERAL, "concatenated_string", "raw_string_literal"))
_AROUND: Final = frozenset((syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION))
_SCALARS: Final = frozenset(
    (
        *(
            "int",
            "char",
            "long",
            "short",
            "float",
            "double",
            "size_t",
            "ssize_t",
            "bool",
            "unsigned",
            "off_t",
            "time_t",
        ),
        *("int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "unsigned int"),
        *("unsigned char", "unsigned long", "unsigned short", "long long", "unsigned long long", "socklen_t", "time_t"),
    )
)


def target_of(call: Node, bindings: Bindings) -> Given | None:
    """What takes the result of a call."""
    at, parent = call, call.parent
    while parent is not None and parent.type in _AROUND:
        at, parent = parent, parent.parent
    if parent is None:
        return None
    if parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == at:
        operator = parent.child_by_field_name("operator")
        is_plain = operator is None or operator.type == "="
        return given(parent.child_by_field_name("left"), bindings) if is_plain else None
    if parent.type == syntax.INIT_DECLARATOR and parent.child_by_field_name("value") == at:
        read = declarators.read(parent)
        return given(read.name, bindings) if read.name is not None else None
    return None


def _outcomes(function: Function) -> dict[str, bool]:
    """The constants that a function names, with whether they tell of a failure."""
    identifiers = syntax.found(function.body, (syntax.IDENTIFIER,), function.file.dialect)
    names = {syntax.text(node) for node in identifiers}
    told = ((name, customs.tells_failure(name)) for name in sorted(names) if is_constant_name(name))
    return {name: failed for name, failed in told if failed is not None}


def _closes(function: str) -> bool:
    return "close" in customs.words(function) or "closesocket" in function


def _directives(literal: bytes) -> int:
    """How many arguments a format takes."""
    return literal.count(b"%") - 2 * literal.count(b"%%")


def says_all_nothing(name: str, nodes: list[Node]) -> bool:
    """Whether an initialisation is given nothing that it could make something of."""
    return "init" in customs.words(name) and all(one.text in (b"0", b"NULL", b"nullptr") for one in nodes[1:])


def _asked(node: Node) -> str:
    """What a call's result is compared with: "number", the name of a constant, "?" if it is only asked for its truth.

    "variable" where it is assigned, "" where nobody looks at it.
    """
    at, parent = node, node.parent
    while parent is not None and parent.type in _AROUND:
        at, parent = parent, parent.parent
    if parent is None or parent.type == syntax.EXPRESSION_STATEMENT:
        return ""
    if parent.type == syntax.INIT_DECLARATOR:
        return "variable"
    if parent.type == syntax.ASSIGNMENT_EXPRESSION:
        outer = parent.parent
        while outer is not None and outer.type in _AROUND:
            parent, outer = outer, outer.parent
        if outer is not None and outer.type == syntax.BINARY_EXPRESSION:
            return _compared(outer, parent)
        if outer is None or outer.type == syntax.EXPRESSION_STATEMENT:
            return "variable"
        return "number"
    if parent.type == syntax.BINARY_EXPRESSION:
        return _compared(parent, at)
    return "?"


def _compared(comparison: Node, side: Node) -> str:
    operator = comparison.child_by_field_name("operator")
    if operator is None or operator.type in ("&&", "||"):
        return "?"
    is_equal = operator.type in ("==", "!=")
    left, right = comparison.child_by_field_name("left"), comparison.child_by_field_name("right")
    other = right if left == side else left
    if other is not None and other.type == syntax.IDENTIFIER:
        return syntax.text(other) if customs.tells_failure(syntax.text(other)) is not False or is_equal else "<"
    return "number" if is_equal else "<"
