"""All that a tree does with one field: what is stored in it and what becomes of that, as the detector asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Home, Member, Stored, Touch, Used, Worth, is_hopeless
from leakfix.languages.c import syntax
from leakfix.languages.c.customs import words
from leakfix.languages.c.member_places import Access, Field, accesses
from leakfix.languages.c.member_stores import BORROWED, NOTHING, Value, Values
from leakfix.languages.c.member_touches import Touches
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program

_MAKING: Final = frozenset(
    ("init", "initialize", "new", "create", "alloc", "make", "construct", "ctor", "setup", "open", "dup", "clone")
)
"""Words of functions that make objects of a struct, or fill them for the first time."""
_LISTS: Final = frozenset((syntax.ARGUMENT_LIST, syntax.INITIALIZER_LIST))
_CASTS: Final = frozenset((syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION))


def home_of(function: Function) -> Home:
    """A function as the detector knows it."""
    return Home(function.file.path, function.node.start_byte, function.name)


class Table:
    """Builds what is known of a field."""

    def __init__(self, program: Program, field: Field) -> None:
        self.program = program
        self.field = field
        self.touches = Touches(program)
        self.values = Values(program, self.touches)
        self._stores: list[Stored] = []
        self._uses: list[Used] = []
        self._accesses: dict[str, tuple[Access, ...]] = {}

    def may_own(self, near: Iterable[CFile]) -> bool:
        """Whether `read` may give a table, told by what the files of the type store alone.

        One store of what may be somebody else's says no, and so does it when nothing is stored that may be acquired.
        """
        is_any = False
        for access in sorted(self._stored_at(near), key=_is_dear):
            value = self._stored(access.function, access.node) if access.function and access.node else None
            if value is None or (not access.is_certain and value[0].worth in (Worth.NOTHING, Worth.ACQUIRED)):
                continue
            if value[0].worth is Worth.BORROWED:
                return False
            is_any = is_any or value[0].worth is not Worth.NOTHING
        return is_any

    def _stored_at(self, near: Iterable[CFile]) -> Iterator[Access]:
        """The places in some files that may store something."""
        for file in {file.path: file for file in near}.values():
            yield from (access for access in self._accesses_in(file) if access.node is not None)

    def _accesses_in(self, file: CFile) -> tuple[Access, ...]:
        if file.path not in self._accesses:
            self._accesses[file.path] = tuple(accesses(self.program, self.field, file))
        return self._accesses[file.path]

    def read(self, near: Iterable[CFile]) -> Member | None:
        """The whole table; None when it shows nothing that the type acquires.

        ``near`` are the files of the type: something must be acquired there, else the rest of the tree is left alone.
        """
        seen: set[str] = set()
        for file in near:
            if file.path not in seen:
                seen.add(file.path)
                self._take(file)
        found = self._member
        if is_hopeless(found) or all(one.worth in (Worth.NOTHING, Worth.BORROWED) for one in found.stores):
            return None
        for file in self.program.world.naming(self.field.name.encode()):
            if file.path not in seen and self._may_see(file):
                self._take(file)
                if is_hopeless(self._member):
                    return None
        return self._member

    def _may_see(self, file: CFile) -> bool:
        """Whether a file knows the members of the type: it includes them, or names the type at least."""
        world, struct = self.program.world, self.field.struct
        last = struct.name.rpartition("::")[2].encode()
        return (bool(last) and last in file.data) or world.reach(struct.file)[0] in world.reach(file)

    @property
    def stores(self) -> tuple[Stored, ...]:
        """What was found to be stored so far, also where the table was given up."""
        return tuple(self._stores)

    @property
    def acquired(self) -> tuple[Stored, ...]:
        """What is acquired, as far as it was found."""
        return tuple(stored for stored in self._stores if stored.worth is Worth.ACQUIRED)

    @property
    def _member(self) -> Member:
        return Member(self.field.struct.name, self.field.name, tuple(self._stores), tuple(self._uses))

    def _take(self, file: CFile) -> None:
        default = self.field.declared.node.child_by_field_name("default_value")
        if file is self.field.declared.file and default is not None:
            self._by_default(file, default)
        for access in self._accesses_in(file):
            self._note(access)

    def _by_default(self, file: CFile, default: Node) -> None:
        """`T *m = value;` in the class: what does not depend on a function."""
        is_nothing = default.type in (syntax.NULL, syntax.NUMBER_LITERAL) or default.text == b"NULL"
        worth = Worth.NOTHING if is_nothing else Worth.BORROWED
        home = Home(file.path, default.start_byte, "")
        self._stores.append(Stored(home, _span(default), worth, makes=True))

    def _note(self, access: Access) -> None:
        if access.function is None or access.node is None:
            home = Home(access.file.path, access.at, "")
            self._uses.append(Used(home, Span(access.at, access.at), Touch.HANDED_ON))
            return
        stored = self._stored(access.function, access.node)
        if stored is not None:
            self._keep_store(access, stored[0], stored[1])
            return
        touch = self.touches.of(access.function, access.node)
        if access.is_certain or touch in (Touch.RELEASED, Touch.HANDED_ON):
            self._uses.append(Used(home_of(access.function), _span(access.node), touch))

    def _keep_store(self, access: Access, value: Value, node: Node) -> None:
        function = access.function
        if function is None or (not access.is_certain and value.worth in (Worth.NOTHING, Worth.ACQUIRED)):
            return
        home, makes = home_of(function), function.is_constructor or not _MAKING.isdisjoint(words(function.name))
        self._stores.append(Stored(home, _span(node), value.worth, value.obligation, value.symbol, makes))

    def _stored(self, function: Function, node: Node) -> tuple[Value, Node] | None:
        """What is stored by an expression that names the field; None when it only reads."""
        if node.type == syntax.FIELD_INITIALIZER:
            return self._initialised(function, node), node
        if node.type == "initializer_pair":
            value = node.child_by_field_name("value")
            found = self.values.of(function, value) if value is not None else BORROWED
            return (found if found.worth is Worth.NOTHING else BORROWED), node
        at = node
        while at.parent is not None and at.parent.type in _CASTS:
            at = at.parent
        parent = at.parent
        if parent is None:
            return None
        if parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("left") == at:
            return self._assigned(function, parent), parent
        if parent.type == syntax.UPDATE_EXPRESSION:
            return BORROWED, parent
        if parent.type == syntax.POINTER_EXPRESSION and syntax.operator(parent) == "&":
            address = parent
            while address.parent is not None and address.parent.type in _CASTS:
                address = address.parent
            if address.parent is not None and address.parent.type == syntax.ARGUMENT_LIST:
                acquired = self.values.acquired_at(function, address)
                return (acquired, address.parent) if acquired.worth is Worth.ACQUIRED else None
        return None

    def _initialised(self, function: Function, initializer: Node) -> Value:
        """`: m(value)`."""
        given = [one for held in initializer.named_children if held.type in _LISTS for one in syntax.named(held)]
        if not given:
            return NOTHING
        return self.values.of(function, given[0]) if len(given) == 1 else BORROWED

    def _assigned(self, function: Function, assignment: Node) -> Value:
        operator, right = assignment.child_by_field_name("operator"), assignment.child_by_field_name("right")
        if right is None or (operator is not None and operator.type != "="):
            return BORROWED
        value = self.values.of(function, right)
        if value.worth is not Worth.NOTHING and self.touches.of(function, assignment) is Touch.HANDED_ON:
            return BORROWED
        return value


def _is_dear(access: Access) -> bool:
    """Whether telling what is stored at a place takes more than a look at it: its function may have to be lowered."""
    at = access.node
    while at is not None and at.parent is not None and at.parent.type in _CASTS:
        at = at.parent
    parent = at.parent if at is not None else None
    if parent is None or parent.type != syntax.ASSIGNMENT_EXPRESSION or parent.child_by_field_name("left") != at:
        return True
    right = parent.child_by_field_name("right")
    while right is not None and right.type in _CASTS:
        right = right.child_by_field_name("value") or next(iter(syntax.named(right)), None)
    return right is None or right.type in _TOLD_BY_OTHERS


_TOLD_BY_OTHERS: Final = frozenset(
    (syntax.CALL_EXPRESSION, syntax.IDENTIFIER, syntax.CONDITIONAL_EXPRESSION, syntax.ASSIGNMENT_EXPRESSION)
)


def called_by(program: Program, ending: Function) -> Iterator[Function]:
    """The functions that the end of an object runs on it, as far as they are there: itself, and what it calls."""
    seen = {id(ending)}
    waiting = [ending]
    while waiting and len(seen) < _MOST_CALLED:
        function = waiting.pop()
        yield function
        types = program.types(function)
        for node in syntax.walk(function.body):
            if node.type == syntax.CALL_EXPRESSION:
                callee = types.callee(node)
                known = callee.function if callee is not None else None
                if known is not None and id(known) not in seen:
                    seen.add(id(known))
                    waiting.append(known)


_MOST_CALLED: Final = 60


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
