"""What a function owns behind a call of which neither a body nor a model tells: its result, or what it fills.

It is its own where the function itself releases it, or where another function is named to undo the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, declarators, syntax
from leakfix.languages.c.evidence import Evidence, bare, given
from leakfix.languages.c.files import Global
from leakfix.languages.c.lower_frame import POINTEE
from leakfix.languages.c.types import CType, declared_result, global_type, result_type
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.evidence import Given, Released
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Bindings, Variable
    from leakfix.languages.c.types import Callee

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
INTEGERS: Final = frozenset(("int", "ssize_t", "long", "int32_t", "int64_t", "short"))
SCALARS: Final = frozenset(
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
_SITES_OF_ONE: Final = 6


@record
class Made:
    """The result of a call is the caller's: what releases it, and whether only the caller says so."""

    release: str
    is_pointer: bool
    is_assumed: bool


@record
class Filled:
    """A variable whose address a call is given, or what lies below it, is the caller's behind it."""

    path: tuple[str, ...]
    release: str
    is_assumed: bool
    is_value: bool
    """Whether the variable is no pointer but a struct that owns it."""


class Owners:
    """Tells of the calls of one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function
        self.bindings: Bindings = program.bindings(function)
        self._types = program.types(function)

    @property
    def evidence(self) -> Evidence:
        """What the function itself releases."""
        return Evidence.of(self._function, self.bindings, self._program.models)

    def made(self, node: Node, name: str, nodes: list[Node], result: CType | None) -> Made | None:
        """What the caller owns in the result of a call; ``nodes`` are its arguments, ``result`` the declared type."""
        target = target_of(node, self.bindings)
        if target is None or customs.is_lending(name) or (result is not None and result.is_const):
            return None
        pairs, file = self._program.pairs, self._function.file
        of = self._types.resolved(result) if result is not None else self.type_of(target)
        if of is not None and of.is_void_pointer:
            # What takes it tells more.
            taking = self.type_of(target)
            of = taking if taking is not None and taking.is_pointer else of
        evident = self._released(target)
        # What a member makes, a member undoes.
        is_own = not is_member(node)
        undoing = pairs.undoing(name, file) if is_own and not self._is_in_pool(name, nodes) else ""
        if is_own and not undoing and of is not None and not of.is_pointer and customs.is_opening(name):
            undoing = "close" if pairs.calls("close", file) else ""
        if of is not None and undoing and not self._fits(undoing, of, nodes):
            undoing = ""
        is_known = of is not None and (of.is_pointer or of.base in INTEGERS)
        if (of is not None and of.is_const) or not (evident or (undoing and is_known)):
            return None
        if not is_known and of is not None and (of.base in SCALARS or self._types.struct(of) is not None):
            return None
        closes = customs.is_opening(name) or any(_closes(one.function) for one in evident)
        is_pointer = of.is_pointer if of is not None and is_known else not closes
        if not is_pointer and not closes:
            return None
        return Made(evident[0].function if evident else undoing, is_pointer, is_assumed=not undoing)

    def filled(self, name: str, nodes: list[Node], inner: Node) -> Iterator[Filled]:
        """Yield what the caller owns through one of the arguments: a pointer that is set, a struct that owns."""
        target = given(inner, self.bindings)
        if target is None or target.path or target.variable.kind != "local":
            return
        of = self._types.variable(target.variable)
        if of is None or of.is_array or of.is_const or of.is_reference:
            return
        evident = self.evidence.about(target.variable)
        if self._types.resolved(of).is_pointer:
            yield from self._set(name, of, evident, is_own=not is_called_on(inner))
        elif self._types.struct(of) is not None or of.base not in SCALARS:
            yield from self._owning(name, nodes, of, evident, is_first=inner is nodes[0])

    def type_of(self, target: Given) -> CType | None:
        """The type of what an expression names."""
        return self.type_below(target.variable, target.path)

    def type_below(self, variable: Variable, path: tuple[str, ...]) -> CType | None:
        """The type of what lies at a path below a variable."""
        found = self._types.variable(variable)
        if found is None:
            return None
        for step in path:
            if step == "*":
                found = found.pointee if found is not None else None
                continue
            struct = self._types.struct(found)
            member = self._types.member(struct, step) if struct is not None else None
            if member is None:
                return None
            found = global_type(member) if isinstance(member, Global) else None
        return self._types.resolved(found) if found is not None else None

    def _set(self, name: str, of: CType, evident: tuple[Released, ...], *, is_own: bool) -> Iterator[Filled]:
        """`int t_new(T **out, ...)`; ``is_own`` tells that it is no member of an object, which undoes that itself."""
        if of.pointers != 1 or of.base in ("char", "void"):
            evident = tuple(one for one in evident if not one.given.path)
        own = tuple(one for one in evident if not one.given.path and not one.given.is_address)
        undoing = ""
        if customs.is_making(name):
            pairs, file = self._program.pairs, self._function.file
            undoing = pairs.ending(of.base, file) or (self._undoing_of(of, name) if is_own else "")
        if not customs.is_lending(name) and (own or undoing):
            yield Filled((), own[0].function if own else undoing, is_assumed=not undoing, is_value=False)

    def _undoing_of(self, of: CType, name: str) -> str:
        """The function that undoes a call, if it takes what is of a type, as far as that is declared."""
        found = self._program.pairs.undoing(name, self._function.file)
        taken = self._program.pairs.taken(found, self._function.file) if found else ""
        return found if taken in ("", "void") or _is_same(taken, of, self._types.resolved(of)) else ""

    def _owning(
        self, name: str, nodes: list[Node], of: CType, evident: tuple[Released, ...], *, is_first: bool
    ) -> Iterator[Filled]:
        """A struct on the stack that owns memory once it is used, or whose fields are released."""
        whole = next((one for one in evident if one.given.is_address and not one.given.path), None)
        if is_first and customs.belongs_to(name, of.base):
            ending = self._program.pairs.ending
            release = whole.function if whole is not None else ending(of.base, self._function.file)
            if whole is None and self._refers_to_pool(of):
                return
            if release and not FILLS.isdisjoint(customs.words(name)) and not says_all_nothing(name, nodes):
                yield Filled((), release, is_assumed=False, is_value=True)
            return
        if whole is not None:
            yield Filled((), whole.function, is_assumed=True, is_value=True)
            return
        if customs.only_looks(name):
            return
        fields = {one.given.path: one for one in evident if one.given.path and POINTEE not in one.given.path}
        for path, one in sorted(fields.items())[:_SITES_OF_ONE]:
            if not one.given.is_address and not self.evidence.sets(one.given.variable, path):
                yield Filled(path, one.function, is_assumed=True, is_value=True)

    def _fits(self, undoing: str, of: CType, nodes: list[Node]) -> bool:
        """Whether a function may end what is of a type: it takes no object where there are bytes, and no number."""
        if not of.is_pointer:
            return self._undoes_number(undoing) and not any(map(self._is_owning, nodes))
        taken = self._program.pairs.taken(undoing, self._function.file)
        if taken in ("", "void") or of.base in (taken, self._types.resolved(CType(taken)).base):
            return True
        if any(self._leads_to(node, taken) for node in nodes):
            return False
        return of.base == "void" or (taken in SCALARS) == (of.base in SCALARS)

    def _leads_to(self, argument: Node, name: str) -> bool:
        """Whether an argument is a pointer to a type, as spelled: that is what the call sets up, and what is undone."""
        of = self._types.of(bare(argument))
        return of is not None and of.pointers == 1 and not of.is_function and of.base == name

    def _is_owning(self, argument: Node) -> bool:
        """Whether an argument is the address of what the function releases: what the call gives is a status then."""
        target = given(argument, self.bindings)
        return target is not None and target.is_address and bool(self.evidence.about(target.variable))

    def _undoes_number(self, undoing: str) -> bool:
        """Whether a function may end what a number stands for: it closes, and takes no pointer."""
        return _closes(undoing) and not self._program.pairs.takes_pointer(undoing, self._function.file)

    def _is_in_pool(self, name: str, nodes: list[Node]) -> bool:
        """Whether something is made in a pool, which owns it: that is given first."""
        of = self._types.of(bare(nodes[0])) if nodes else None
        if nodes and (customs.is_pool(syntax.text(nodes[0])) or (of is not None and customs.is_pool(of.base))):
            return True
        is_block = not {"alloc", "allocate", "malloc", "calloc"}.isdisjoint(customs.words(name))
        return "::" in name or (is_block and of is not None and of.is_pointer)

    def _refers_to_pool(self, of: CType) -> bool:
        """Whether a struct knows a pool, from which it takes its memory."""
        struct = self._types.struct(of)
        members = struct.members.values() if struct is not None else ()
        types = (global_type(member) for member in members if member.kind == "variable")
        return any(one is not None and one.is_pointer and customs.is_pool(one.base) for one in types)

    def _released(self, target: Given) -> tuple[Released, ...]:
        """How the function releases what a target holds, or what it is assigned to."""
        if target.variable.kind != "local" or POINTEE in target.path:
            return ()
        ends = target.path[-1:]
        return tuple(
            one
            for one in self.evidence.about(target.variable)
            if not one.given.is_address and (one.given.path[-1:] == ends or not one.given.path or not ends)
        )


def declared_as(callee: Callee | None) -> CType | None:
    """The type of what a callee gives back, if it is declared."""
    if callee is None:
        return None
    if callee.function is not None:
        return result_type(callee.function)
    return declared_result(callee.declared) if callee.declared is not None else None


def target_of(call: Node, bindings: Bindings) -> Given | None:
    """What takes the result of a call."""
    at = syntax.wrapped(call)
    parent = at.parent
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


def is_member(call: Node) -> bool:
    """Whether a call calls a member of an object."""
    called = call.child_by_field_name("function")
    return called is not None and called.type == syntax.FIELD_EXPRESSION


def is_called_on(argument: Node | None) -> bool:
    """Whether what an argument is given to is called on an object."""
    given_in = argument.parent if argument is not None else None
    call = given_in.parent if given_in is not None and given_in.type == syntax.ARGUMENT_LIST else None
    return call is not None and is_member(call)


def says_all_nothing(name: str, nodes: list[Node]) -> bool:
    """Whether an initialisation is given nothing that it could make something of."""
    return "init" in customs.words(name) and all(one.text in (b"0", b"NULL", b"nullptr") for one in nodes[1:])


def _is_same(spelled: str, *types: CType) -> bool:
    """Whether a type is spelled as one of some others, whatever namespace or tag it is named with."""
    last = spelled.removeprefix("struct ").rpartition("::")[2]
    return any(last == one.base.removeprefix("struct ").rpartition("::")[2] for one in types)


def _closes(function: str) -> bool:
    return "close" in customs.words(function) or "closesocket" in function
