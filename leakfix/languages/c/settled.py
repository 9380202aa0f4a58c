"""Whether what a function acquires is plainly handed on or released, told by its tree and without a graph.

What is stored at once in a member or a global, returned at once, or given at once to a smart pointer cannot be lost,
and neither can what a variable holds that the statements behind the acquisition release, return or store before control
leaves. Everything doubtful is left to the graph.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome
from leakfix.flow.remembering import NEGATIVE
from leakfix.languages.c import syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.lower_throws import throws
from leakfix.languages.c.name_places import UnclearError, called_by, is_silent, places
from leakfix.languages.c.settled_values import Holding
from leakfix.languages.c.settled_walk import Walk
from leakfix.languages.c.stores import Store, store_at
from leakfix.languages.c.types import SMART_POINTERS
from leakfix.languages.c.words import WORD, places_of
from leakfix.models import OUT

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.candidates import Candidate, Candidates
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.summaries import Acquisition

_CASTS: Final = frozenset(("static_cast", "reinterpret_cast", "const_cast", "dynamic_cast"))
_OBJECTS: Final = frozenset((syntax.TEMPLATE_TYPE, syntax.QUALIFIED_IDENTIFIER))
_THROW: Final = b"throw"
_TRY: Final = b"try"


class Settled(IntEnum):
    """What is known of all that a function acquires; the greater the less."""

    KEPT = 0
    """It is released, or others keep it; the callers get nothing of it."""
    HANDED = 1
    """None of it is lost; callers may get it."""
    OPEN = 2


class Settling:
    """Looks at the functions of a program."""

    def __init__(self, program: Program, candidates: Candidates) -> None:
        self._program = program
        self._candidates = candidates
        self._throwing: dict[bytes, bool] = {}
        self._edits = program.world.edits

    def of(self, function: Function) -> Settled:
        """Return what becomes of all that a function acquires."""
        found = self._candidates.of(function)
        if found is None:
            return Settled.OPEN
        if not found:
            return Settled.KEPT
        edits = self._program.world.edits
        if self._edits != edits:
            self._edits = edits
            self._throwing.clear()
        known = function.cache.get("settled")
        if not isinstance(known, tuple) or known[:2] != (edits, found):
            known = function.cache["settled"] = (edits, found, self._of(function, found))
        settled: Settled = known[2]
        return settled

    def _of(self, function: Function, found: tuple[Candidate, ...]) -> Settled:
        if self._may_raise(function):
            return Settled.OPEN
        worst = Settled.KEPT
        for one in found:
            worst = max(worst, self._one(function, one))
            if worst is Settled.OPEN:
                break
        return worst

    def _may_raise(self, function: Function) -> bool:
        """Whether something may throw in a function, of which only the graph tells what it loses."""
        if not function.file.is_cpp:
            return False
        promising = self._program.promising
        own = promising.vocabulary.own(function)
        if _TRY in own:
            return True
        throwing = frozenset(filter(self._throws, promising.definable(promising.called(function))))
        if not throwing:
            return False
        macros = self._program.world.macro_words(function.file) & own
        if any(not throwing.isdisjoint(promising.called_by(word, function.file)) for word in macros):
            return True
        return any(self._calls_throwing(function, name) for name in throwing)

    def _calls_throwing(self, function: Function, name: bytes) -> bool:
        """Whether what a function calls by a name may throw, be it a method that heirs may have, too."""
        try:
            nodes = [node for node in places(function, name) if not is_silent(node, function)]
        except UnclearError:
            return True
        for node in nodes:
            if node.type == syntax.TYPE_IDENTIFIER:
                continue
            call = called_by(node)
            callee = self._program.types(function).callee(call) if call is not None else None
            if call is None or (callee is not None and self._program.is_virtual(callee)):
                return True
            if callee is not None and callee.function is not None and throws(callee.function):
                return True
        return False

    def _throws(self, name: bytes) -> bool:
        known = self._throwing.get(name)
        if known is None:
            found = self._program.promising.defining(name, saying=_THROW)
            known = self._throwing[name] = any(map(throws, found))
        return known

    def _one(self, function: Function, found: Candidate) -> Settled:
        """What becomes of what one expression acquires."""
        if found.has_parts or not self._is_plain(found):
            return Settled.OPEN
        at, parent = _taken(found.node)
        if parent is None:
            return Settled.OPEN
        kind = parent.type
        if kind == syntax.RETURN_STATEMENT:
            return Settled.HANDED
        if kind == syntax.ARGUMENT_LIST:
            return self._given(parent)
        if kind == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == at:
            return self._assigned(function, found, parent)
        if kind == syntax.INIT_DECLARATOR and parent.child_by_field_name("value") == at:
            return self._declared(function, found, parent)
        return Settled.OPEN

    def _is_plain(self, found: Candidate) -> bool:
        """Whether an expression gives what it acquires and does nothing else of note: it does not resize anything."""
        models = self._program.models
        for one in found.acquires:
            release = models.release(one.symbol)
            if one.result == OUT or one.allocator or (release is not None and release.unless):
                return False
        return not found.fills and all(one.operand is None and not one.path for one in found.acquired)

    def _given(self, arguments: Node) -> Settled:
        """What a smart pointer is given is its own, and what a member is initialised with that of the object."""
        holder = arguments.parent
        if holder is None or len(syntax.named(arguments)) != 1:
            return Settled.OPEN
        if holder.type == syntax.FIELD_INITIALIZER:
            return Settled.HANDED
        if holder.type == syntax.CALL_EXPRESSION:
            named = holder.child_by_field_name("function")
        elif holder.type == syntax.INIT_DECLARATOR and holder.parent is not None:
            named = holder.parent.child_by_field_name("type")
        else:
            return Settled.OPEN
        is_smart = named is not None and spelling(named).partition("<")[0] in SMART_POINTERS
        return Settled.KEPT if is_smart else Settled.OPEN

    def _assigned(self, function: Function, found: Candidate, assignment: Node) -> Settled:
        left, operator = assignment.child_by_field_name("left"), assignment.child_by_field_name("operator")
        if left is None or operator is None or operator.type != "=" or self._may_resize(function, found, left):
            return Settled.OPEN
        store = store_at(self._program, function, left)
        if store is Store.OPERAND:
            return Settled.HANDED
        if store is Store.ELSEWHERE:
            return Settled.KEPT
        left = syntax.unparen(left)
        if store is not Store.VARIABLE:
            return Settled.OPEN
        return self._held(function, found, left, assignment)

    def _declared(self, function: Function, found: Candidate, declarator: Node) -> Settled:
        declaration, name = declarator.parent, declarator.child_by_field_name("declarator")
        while name is not None and name.type in (syntax.POINTER_DECLARATOR, syntax.PARENTHESIZED_DECLARATOR):
            name = name.child_by_field_name("declarator") or next(iter(syntax.named(name)), None)
        of = declaration.child_by_field_name("type") if declaration is not None else None
        if name is None or name.type != syntax.IDENTIFIER or of is None:
            return Settled.OPEN
        is_object = declarator.child_by_field_name("declarator") == name and function.file.is_cpp
        if is_object and of.type in _OBJECTS and not syntax.text(of).endswith("_t"):
            return Settled.OPEN
        if is_object and of.type == syntax.TYPE_IDENTIFIER and self._is_class(function, of):
            return Settled.OPEN
        return self._held(function, found, name, declarator)

    def _is_class(self, function: Function, of: Node) -> bool:
        struct = self._program.world.struct(spelling(of), function.file)
        return struct is not None and struct.kind != "enum"

    def _held(self, function: Function, found: Candidate, name: Node, taking: Node) -> Settled:
        """What becomes of what a variable holds from a point on."""
        variable = self._program.bindings(function).variable(name)
        if variable is None:
            return Settled.OPEN
        if variable.kind in ("static", "extern"):
            return Settled.KEPT
        if (
            variable.kind != "local"
            or variable.others
            or any(
                step.startswith("&") for step in (variable.declarator.steps if variable.declarator is not None else ())
            )
        ):
            return Settled.OPEN
        fails = found.made is not None and not found.made.is_pointer
        is_number = fails or any(one.fails == "negative" for one in found.acquires) or _is_number(found.acquired)
        walk = Walk(self._program, function, variable, is_number=is_number)
        return _SETTLED[walk.behind(taking)]

    def _may_resize(self, function: Function, found: Candidate, left: Node) -> bool:
        """Whether what an assignment sets is given to the call whose result it takes."""
        arguments = found.node.child_by_field_name("arguments")
        if arguments is None or found.acquires:
            return False
        last = left.child_by_field_name("field") or left
        name = last.text or b""
        if WORD.fullmatch(name) is None:
            return name in (arguments.text or b"")
        bindings = self._program.bindings(function)
        variable = bindings.variable(last) if last.type == syntax.IDENTIFIER else None
        for at in places_of(function.file.data, name, arguments.start_byte, arguments.end_byte):
            node = arguments.descendant_for_byte_range(at, at + len(name))
            if variable is None or node is None or bindings.variable(node) is variable:
                return True
        return False


_SETTLED: Final = {Holding.KEPT: Settled.KEPT, Holding.HANDED: Settled.HANDED, Holding.LOST: Settled.OPEN}


def _is_number(acquired: tuple[Acquisition, ...]) -> bool:
    """Whether what a callee hands on is no number below 0."""
    ways = [facts for one in acquired for facts, is_owned in one.ways if is_owned]
    return bool(ways) and all(((NEGATIVE,), Outcome.FALSE) in facts for facts in ways)


def _taken(node: Node) -> tuple[Node, Node | None]:
    """An expression with the casts and choices around it that give what it gives, and what that is a part of."""
    at, parent = node, node.parent
    while parent is not None:
        is_choice = parent.type == syntax.CONDITIONAL_EXPRESSION and parent.child_by_field_name("condition") != at
        cast = parent.parent if parent.type == syntax.ARGUMENT_LIST else None
        if cast is not None and _is_cast(cast):
            at, parent = cast, cast.parent
        elif parent.type in syntax.WRAPPING or is_choice:
            at, parent = parent, parent.parent
        else:
            break
    return at, parent


def _is_cast(call: Node) -> bool:
    called = call.child_by_field_name("function") if call.type == syntax.CALL_EXPRESSION else None
    return called is not None and called.type == syntax.TEMPLATE_FUNCTION and spelling(called) in _CASTS
