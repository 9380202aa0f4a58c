"""The expressions of a function that may acquire something, told by its tree, before it is lowered.

Lowering finds acquisitions where a name is called that a model knows, where a function in reach is called that hands
on what it acquires, at `new`, and where a call of which no body tells gives what the function itself releases. Each of
these is looked for by its name, and the callee is looked up where the name stands. What a macro may do is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.candidate_macros import MacroUses
from leakfix.languages.c.declarators import declarators
from leakfix.languages.c.evidence import given
from leakfix.languages.c.lower_tables import role
from leakfix.languages.c.name_places import UnclearError, is_silent, places, whole
from leakfix.languages.c.types import SMART_POINTERS
from leakfix.languages.c.unknown_owners import Owners, declared_as
from leakfix.languages.c.vocabulary import JOINED
from leakfix.languages.c.words import WORD
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.promising import Promising
    from leakfix.languages.c.summaries import Acquisition
    from leakfix.languages.c.types import Callee
    from leakfix.languages.c.unknown_owners import Made
    from leakfix.models import Acquire

_NEW: Final = b"new"
_SMART: Final = frozenset(name.rpartition("::")[2].encode() for name in SMART_POINTERS)
_QUALIFYING: Final = frozenset((syntax.QUALIFIED_IDENTIFIER, syntax.TEMPLATE_FUNCTION, syntax.TEMPLATE_METHOD))
_AROUND_TYPE: Final = _QUALIFYING | {syntax.TEMPLATE_TYPE}


@record
class Candidate:
    """An expression that may acquire something: a call of a modelled function, of one that hands on, or `new`."""

    node: Node
    acquires: tuple[Acquire, ...] = ()
    """What the models say that it acquires."""
    acquired: tuple[Acquisition, ...] = ()
    """What its callee hands on."""
    made: Made | None = None
    """What nobody tells but what becomes of it, or its name."""
    fills: bool = False
    """Whether it may leave something in a variable whose address it is given, as nobody tells either."""
    has_parts: bool = False
    """Whether the constructor of a new object may leave something in it."""


@record
class _Known:
    """What was found in a function, and all that it hangs on beyond the bytes in reach."""

    edits: tuple[int, int]
    names: frozenset[bytes]
    """Those of the names in the function that functions bear that hand on what they acquire."""
    asked: tuple[tuple[Function, tuple[Acquisition, ...]], ...]
    """The callees that were asked what they hand on."""
    found: tuple[Candidate, ...] | None


class Candidates:
    """Looks for them in the functions of a program."""

    def __init__(self, program: Program, promising: Promising) -> None:
        self._program = program
        self._promising = promising
        self._acquiring = frozenset(name.encode() for name in program.names) - {_NEW}
        self._macros = MacroUses(program, promising, self._acquiring)
        self._asked: dict[Function, tuple[Acquisition, ...]] = {}
        """The callees that were asked for the function that is looked at."""

    def of(self, function: Function) -> tuple[Candidate, ...] | None:
        """Return the candidates of a function; None where they cannot be told."""
        edits = self._promising.version[:2]
        known = function.cache.get("candidates")
        if isinstance(known, _Known) and known.edits == edits and self._holds(known, function):
            return known.found
        names, asked, self._asked = self._names(function), self._asked, {}
        try:
            found = tuple(self._of(function))
        except UnclearError:
            found = None
        function.cache["candidates"] = _Known(edits, names, tuple(self._asked.items()), found)
        self._asked = asked
        return found

    def _holds(self, known: _Known, function: Function) -> bool:
        """Whether nothing has come to be known that a function calls: what is unclear stays so."""
        return known.found is None or (
            known.names == self._names(function)
            and all(self._program.acquired(callee) == acquired for callee, acquired in known.asked)
        )

    def _names(self, function: Function) -> frozenset[bytes]:
        """What is known to hand on what it acquires of all that a function, or a macro in it, may mean."""
        handing, named = self._promising.handing.names, self._promising.named(function)
        return frozenset(handing if JOINED in named else named & handing)

    def _of(self, function: Function) -> Iterator[Candidate]:
        vocabulary = self._promising.vocabulary
        own, meant = vocabulary.own(function), vocabulary.meant(function)
        for call, callee in self._macros.of(function, own, meant):
            found = self._of_callee(function, call, callee)
            if found is not None:
                yield found
        if self._promising.may_use_tables(function):
            raise UnclearError
        handing = {word for word in self._promising.definable(own) if self._promising.hands_on(word)}
        hot = handing | (own & self._acquiring)
        if function.file.is_cpp and _NEW in own:
            hot.add(_NEW)
        for word in hot:
            for node in places(function, word):
                found = self._at(function, node, is_handing=word in handing)
                if found is not None:
                    yield found
        yield from self._unknown(function, own)

    def _unknown(self, function: Function, own: frozenset[bytes]) -> Iterator[Candidate]:
        """The calls of which no body tells that give the function something of its own."""
        promising = self._promising
        is_told = promising.may_get_from_unknown(function)
        if not is_told and (_SMART.isdisjoint(own) or not promising.releases(function)):
            return
        calls = tuple(promising.unknown_calls(function, with_virtual=True))
        owners = Owners(self._program, function) if calls else None
        for call in calls if owners is not None else ():
            callee = self._program.types(function).callee(call)
            name = self._renamed(function, callee) if callee is not None and callee.kind == "macro" else ""
            name = name or (callee.symbol if callee is not None else "")
            if not name or owners is None:
                raise UnclearError
            if callee is not None and callee.kind == "macro" and self._program.models.knows(name):
                continue
            arguments = call.child_by_field_name("arguments")
            nodes = syntax.named(arguments) if arguments is not None else []
            made = owners.made(call, name, nodes, declared_as(callee))
            fills = any(
                _may_be_address(one, owners) and any(True for _ in owners.filled(name, nodes, one)) for one in nodes
            )
            if made is not None or fills:
                yield Candidate(call, made=made, fills=fills)

    def _renamed(self, function: Function, callee: Callee) -> str:
        """The name that a macro is another one of; "" when it is more than that."""
        macros = self._program.world.macros(callee.symbol, function.file)
        names = [macro.body.decode("utf-8", "replace") if macro.params is None else "" for macro in macros]
        if not names or not all(name.isidentifier() for name in names):
            raise UnclearError
        return next((name for name in names if self._program.models.knows(name)), names[0])

    def _at(self, function: Function, node: Node, *, is_handing: bool) -> Candidate | None:
        """The candidate at a word that may be the name of what acquires."""
        if is_silent(node, function):
            return None
        parent = node.parent
        if parent is None or parent.type == syntax.ERROR:
            raise UnclearError
        if parent.type == syntax.NEW_EXPRESSION and node.type == "new":
            return self._new(function, parent)
        if node.type == syntax.TYPE_IDENTIFIER and function.file.is_cpp:
            _check_type(node)
            return None
        if node.type not in (syntax.IDENTIFIER, syntax.FIELD_IDENTIFIER):
            return None
        node, parent = whole(node)
        if parent is None:
            raise UnclearError
        if parent.type == syntax.CALL_EXPRESSION and parent.child_by_field_name("function") == node:
            return self._call(function, parent, is_handing=is_handing)
        if is_handing and _is_pointed(node, parent):
            raise UnclearError
        return None

    def _new(self, function: Function, node: Node) -> Candidate | None:
        placement, made = node.child_by_field_name("placement"), node.child_by_field_name("type")
        if placement is not None and b"nothrow" not in (placement.text or b""):
            return None
        words = self._promising.definable(frozenset(WORD.findall(made.text or b""))) if made is not None else ()
        del function
        return Candidate(node, has_parts=any(map(self._promising.hands_on, words)))

    def _call(self, function: Function, call: Node, *, is_handing: bool) -> Candidate | None:
        callee = self._program.types(function).callee(call)
        called = call.child_by_field_name("function")
        if called is not None and called.type == syntax.FIELD_EXPRESSION and self._is_of_table(called):
            raise UnclearError
        if callee is None:
            return None
        if callee.kind == "value":
            if callee.variable is not None:
                raise UnclearError
            return None
        if is_handing and self._program.is_virtual(callee):
            dynamic = self._dynamic(function, callee)
            return self._of_callee(function, call, dynamic) if dynamic is not None else None
        return self._of_callee(function, call, callee)

    def _dynamic(self, function: Function, callee: Callee) -> Callee | None:
        """The method that is run where the class of the object is known by what a variable is made as."""
        receiver = callee.receiver
        is_named = receiver is not None and receiver.type == syntax.IDENTIFIER
        variable = self._program.bindings(function).variable(receiver) if receiver is not None and is_named else None
        made = self._program.class_of_variable(function, variable) if variable is not None else None
        name = callee.symbol.rpartition("::")[2]
        found = self._program.types(function).method(made, name) if made is not None else None
        return replace(callee, symbol=found.name, symbols=(found.name,), function=found) if found is not None else None

    def _of_callee(self, function: Function, call: Node, callee: Callee) -> Candidate | None:
        if callee.kind == "macro" and callee.function is None:
            # What it stands for has been looked at, unless it is taken for something else.
            taken = self._macros.taken_for(callee, function)
            return self._of_callee(function, call, taken) if taken is not None else None
        models = self._program.models
        acquires = tuple(one for symbol in callee.symbols for one in models.acquires(symbol))
        acquired = self._acquired(callee) if not any(map(models.knows, callee.symbols)) else ()
        return Candidate(call, acquires, acquired) if acquires or acquired else None

    def _is_of_table(self, called: Node) -> bool:
        """Whether a member may allocate that is a pointer to a function, as its name tells."""
        name = called.child_by_field_name("field")
        return name is not None and role(syntax.text(name)) not in ("", "free")

    def _acquired(self, callee: Callee) -> tuple[Acquisition, ...]:
        """What the function that is called hands on to its callers."""
        function = callee.function
        if function is None or function.is_template or customs.is_weak(function.last_name):
            return ()
        if not self._promising.may_hand_on(function):
            return ()
        self._asked[function] = self._program.acquired(function)
        return self._asked[function]


def _may_be_address(argument: Node, owners: Owners) -> bool:
    """Whether an argument is the address of a variable, or a variable that may stand for one."""
    target = given(argument, owners.bindings)
    if target is None:
        return False
    declarator, value = target.variable.declarator, target.variable.value
    is_reference = declarator is not None and any(step.startswith("&") for step in declarator.steps)
    return target.is_address or is_reference or (value is not None and b"&" in (value.text or b""))


def _check_type(node: Node) -> None:
    """Raise `UnclearError` where a variable is an object of a class: there is no call of its constructor to look at."""
    at = node.parent
    while at is not None and at.type in _AROUND_TYPE:
        at = at.parent
    if at is None or at.type == syntax.ERROR:
        raise UnclearError
    if at.type == syntax.DECLARATION and any(one.is_function or not one.steps for one in declarators(at)):
        raise UnclearError


def _is_pointed(node: Node, parent: Node) -> bool:
    """Whether a variable is declared with a function, or its address."""
    if parent.type == syntax.POINTER_EXPRESSION and parent.parent is not None:
        node, parent = parent, parent.parent
    return parent.type == syntax.INIT_DECLARATOR and parent.child_by_field_name("value") == node
