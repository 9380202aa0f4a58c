"""Lowering of calls: what becomes of their operands, what they acquire, and what they give back.

What a callee does is told by the models, else by the summary of its body, else by what it is a method of. A callee of
which nothing is known keeps what it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import ANY_METHOD, Escape, ExitKind, Handing, Release
from leakfix.languages.python import syntax
from leakfix.languages.python.effects import (
    BORROWS,
    EAGER,
    IN_MEMORY,
    KEEPS,
    PATHS,
    Effect,
    Fate,
    builtin_effect,
    model_effect,
)
from leakfix.languages.python.first_look import may_not_return
from leakfix.languages.python.lower_frame import ELEMENT, span_of
from leakfix.languages.python.nested import captured
from leakfix.languages.python.raising import CONSUMING, CONSUMING_METHODS, does_little, is_quiet
from leakfix.languages.python.values import NOTHING, Link, Relation, Value, joined
from leakfix.models.schema import RECEIVER
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Obligation
    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.lower_values import ValueLowering
    from leakfix.languages.python.types import Callee
    from leakfix.models import Acquire
    from leakfix.text import Span

_NEVER_RAISING: Final = frozenset(
    (
        *("contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext"),
        *("iter", "enumerate", "zip", "map", "filter", "itertools.chain", "itertools.count"),
    )
)
"""What only keeps what it is given."""
_UNDOING: Final = frozenset(("smtplib.SMTP.connect",))
"""What has closed its object where it raises: smtplib's `getreply` closes the socket that no greeting comes from."""
_WRITING_OUT: Final = frozenset(("str", "repr", "format"))
_CONTAINERS: Final = "collections."
_APPENDING: Final = frozenset(("append", "add", "appendleft", "insert", "setdefault"))
_EXTENDING: Final = frozenset(("extend", "update"))
_TAKING_ITEMS: Final = frozenset(("extend", "extendleft", "writelines"))
"""The methods of whatever that take the items of what they are given, all of them at once."""
_TAKING: Final = frozenset(("pop", "popleft", "popitem", "get"))


@record
class Argument:
    """One argument of a call: at a position, by keyword, or (neither) out of `*args` or `**kwargs`."""

    node: Node
    value: Value
    position: int | None
    keyword: str


@record
class Call:
    """A call whose operands are evaluated."""

    node: Node
    span: Span
    callee: Callee
    receiver: Value
    """What a method is called on; nothing of functions."""
    method: str
    arguments: tuple[Argument, ...]

    @property
    def symbol(self) -> str:
        """The dotted name of what is called, "" when that is not known."""
        return self.callee.symbol or ""


class CallLowering:
    """Evaluates the calls of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self.managed: set[int] = set()
        """The calls whose result a `with` statement releases by itself."""

    def call(self, node: Node) -> Value:
        """Evaluate a call."""
        if node.end_byte <= self.frame.begins and not self.frame.program.may_end(node):
            self._early(node)
            return NOTHING
        call = self._evaluated(node)
        if not self.frame.reachable:
            return NOTHING
        if self._ends(call):
            return NOTHING
        return self._stored(call) or self._released(call) or self._passed(call)

    def _early(self, node: Node) -> None:
        """A call before anything is followed: all that it can do is raise something."""
        self.values.value(syntax.callee(node))
        for argument, position in _positions(node):
            self._argument(argument, position)
        self.frame.raising(span_of(node))

    def _evaluated(self, node: Node) -> Call:
        expected, self.frame.expected = self.frame.expected, None
        callee = self.frame.types.callee(node)
        called = syntax.unparen(syntax.callee(node))
        receiver, method = NOTHING, ""
        if called.type == syntax.ATTRIBUTE:
            held, name = called.child_by_field_name("object"), called.child_by_field_name("attribute")
            if held is not None and (callee.receiver is not None or callee.symbol is None):
                receiver = self.values.value(held)
            method = syntax.text(name) if name is not None else ""
        elif called.type != syntax.IDENTIFIER or callee.symbol is None:
            self.frame.release(span_of(node), self.values.value(called), "()")
        arguments = tuple(self._argument(one, position) for one, position in _positions(node))
        self.frame.expected = expected
        return Call(node, span_of(node), callee, receiver, method, arguments)

    def _argument(self, node: Node, position: int | None) -> Argument:
        keyword = ""
        inner: Node | None = node
        if node.type == syntax.KEYWORD_ARGUMENT:
            name, inner = node.child_by_field_name("name"), node.child_by_field_name("value")
            keyword = syntax.text(name) if name is not None else ""
        elif node.type in (syntax.LIST_SPLAT, syntax.DICTIONARY_SPLAT, syntax.PARENTHESIZED_LIST_SPLAT):
            children = syntax.named(node)
            inner = children[0] if children else None
        value = self.values.value(inner) if inner is not None else NOTHING
        return Argument(inner or node, value, position, keyword)

    # what does not come back, what stores, what releases

    def _ends(self, call: Call) -> bool:
        """Whether control goes no further here."""
        if self.frame.program.models.never_returns(call.symbol):
            self.frame.exit(ExitKind.STOP, call.span)
            return True
        function = call.callee.function if call.callee.may_be_function(may_not_return) else None
        ending = self.frame.program.ending(function) if function is not None else None
        if ending is None:
            return False
        if ending is ExitKind.STOP:
            self.frame.exit(ExitKind.STOP, call.span)
        else:
            self._hand_over(call)
            self.frame.goto(self.frame.raise_target())
        return True

    def _stored(self, call: Call) -> Value | None:
        """`files.append(f)` of a list that the function keeps to itself."""
        called = syntax.unparen(syntax.callee(call.node))
        held = called.child_by_field_name("object") if called.type == syntax.ATTRIBUTE else None
        if held is None or len(call.receiver.links) != 1 or not self.frame.program.is_own_container(self.frame, held):
            return None
        place = call.receiver.links[0].place
        if call.method in _APPENDING:
            for argument in call.arguments:
                self.frame.add(call.span, place, ELEMENT, Value(argument.value.all_links()))
            return NOTHING
        if call.method in _EXTENDING:
            for argument in call.arguments:
                self.frame.add(call.span, place, ELEMENT, self.values.element(argument.value, None))
            return NOTHING
        if call.method in _TAKING:
            self.frame.raising(call.span, doubtful=True)
            return self.values.element(call.receiver, None)
        return None

    def _released(self, call: Call) -> Value | None:
        """A method that releases what it is called on."""
        program = self.frame.program
        if call.receiver.is_empty or not program.is_release(call.method):
            return None
        self.frame.release(call.span, call.receiver, call.method)
        self._hand_over(call)
        self.frame.raising(call.span, doubtful=True)
        return self._acquired(call) or NOTHING

    # operands

    def _passed(self, call: Call) -> Value:
        """What a call does to its operands, then what it may raise, then what it gives back."""
        links: list[Value] = []
        contained: list[Value] = []
        if self.frame.follows(call.receiver):
            effect = self._effect(call, RECEIVER)
            self._apply(call, call.receiver, effect, is_receiver=True)
            links.append(_given_back(call.receiver, effect))
        for argument in call.arguments:
            if not self.frame.follows(argument.value):
                continue
            effect = self._effect(call, argument)
            self._apply(call, argument.value, effect)
            if call.method == "format" or call.symbol in _WRITING_OUT:
                self.frame.spell(call.span, argument.value)
            if call.symbol in EAGER and not argument.keyword:
                contained.append(self.values.turn(argument.value))
            elif effect.fate is Fate.HELD and self._fills(call, argument):
                contained.append(Value(argument.value.all_links()))
            else:
                links.append(_given_back(argument.value, effect))
        self._captured(call)
        # What takes something over may fail, yet hardly ever does.
        takes = any(link.relation is Relation.OWNING for value in links for link in value.links)
        if call.symbol not in _NEVER_RAISING and not self.frame.has_raised:
            undone = call.receiver if call.symbol in _UNDOING else NOTHING
            self.frame.raising(call.span, doubtful=takes or self._is_quiet(call), undone=undone)
        acquired = self._acquired(call)
        if acquired is not None:
            return Value((*acquired.links, *joined(links).links), acquired.items)
        if not links and not contained:
            return NOTHING
        if self.frame.program.is_plain_result(self.frame.types, call.node):
            return joined(contained)
        return joined([*links, *contained])

    def _is_read(self, argument: Argument) -> bool:
        """Whether a callee that reads all it gets reads what is followed, and not only a container of it."""
        if argument.keyword or self._is_container(argument.value):
            return False
        return self.frame.follows(argument.value)

    def _hand_over(self, call: Call) -> None:
        for argument in call.arguments:
            if self.frame.follows(argument.value):
                self._apply(call, argument.value, self._effect(call, argument))

    def _is_quiet(self, call: Call) -> bool:
        if is_quiet(self.frame.types, call.symbol, call.method, call.callee.receiver):
            # What reads a resource may raise whatever reading it does.
            reads = call.symbol in CONSUMING or call.method in CONSUMING_METHODS
            return not (reads and any(map(self._is_read, call.arguments)))
        function = call.callee.function
        return function is not None and does_little(self.frame.program, function)

    def _apply(self, call: Call, value: Value, effect: Effect, *, is_receiver: bool = False) -> None:
        """What a call does to one operand."""
        if effect.fate is Fate.RELEASED:
            for link in value.all_links():
                if link.relation is not Relation.THROUGH:
                    self.frame.emit(Release(call.span, link.place, ANY_METHOD))
        elif effect.fate is Fate.KEPT:
            into = call.receiver.links[0].place if len(call.receiver.links) == 1 and not is_receiver else None
            for link in value.all_links():
                inside = link.relation is not Relation.ALIAS
                if into is None or link.place != into:
                    self.frame.emit(Escape(call.span, link.place, Handing.PASSED, inside=inside, into=into))

    def _effect(self, call: Call, operand: Argument | int) -> Effect:
        """What the callee does to its receiver or to an argument."""
        program, callee = self.frame.program, call.callee
        position = RECEIVER if isinstance(operand, int) else operand.position
        keyword = "" if isinstance(operand, int) else operand.keyword
        if call.method in _EXTENDING and not isinstance(operand, int) and self._is_container(operand.value):
            return KEEPS
        known = model_effect(program.models, call.symbol, position, keyword)
        if known is not None:
            return known
        if callee.function is not None:
            # What becomes of the elements of a container is not told by what becomes of an object.
            held = call.receiver if isinstance(operand, int) else operand.value
            return KEEPS if self._is_container(held) else program.effect(callee, position, keyword)
        if position == RECEIVER:
            return Effect(Fate.HELD, Relation.THROUGH)
        if position == 0 and not call.symbol and call.method in _TAKING_ITEMS and len(call.arguments) == 1:
            return BORROWS
        return builtin_effect(self.frame.types, call.symbol, callee)

    def _fills(self, call: Call, argument: Argument) -> bool:
        """Whether a container is made that holds an argument, or what is in it."""
        if call.symbol == "dict":
            return True
        return call.symbol.startswith(_CONTAINERS) and self._is_container(argument.value)

    def _is_container(self, value: Value) -> bool:
        """Whether something that is followed may be an element of a value."""
        return bool(value.items) or any(link.place in self.frame.parts for link in value.links)

    def _captured(self, call: Call) -> None:
        """What a function nested in this one does to what it captures."""
        if call.callee.class_ is not None or not call.symbol.startswith(self.frame.function.symbol):
            return
        function = call.callee.function
        if function is None or function.outer_function is not self.frame.function:
            return
        for variable in captured(self.frame, function.node):
            place = self.frame.place_of(variable)
            if not self.frame.follows(Value((Link(place),))):
                continue
            fate = self.frame.program.captured_fate(function, variable)
            if fate is Fate.RELEASED:
                self.frame.emit(Release(call.span, place, ANY_METHOD))
            elif fate is Fate.KEPT:
                self.frame.emit(Escape(call.span, place, Handing.CAPTURED))

    # what is acquired

    def _acquired(self, call: Call) -> Value | None:
        """What the caller owns behind the call."""
        if call.node.id in self.managed or self.frame.is_expected_to_raise:
            return NOTHING
        if self.frame.focus is not None:
            return None
        program = self.frame.program
        modelled = [one for one in program.models.acquires(call.symbol) if self._happens(call, one)]
        if modelled and self._lives_as_long(modelled[0]):
            return None
        if modelled:
            obligations = [(one.result, program.obligation(one)) for one in modelled]
            if obligations[0][0] == RECEIVER:
                return None
            is_whole = len(obligations) == 1 and not _gives_tuple(program.models.returned(call.symbol))
            return self._results(call, [(None if is_whole else at, one) for at, one in obligations])
        if program.models.knows(call.symbol):
            return None
        found = program.acquired(call.callee)
        if found:
            return self._results(call, [(one.index, one.obligation) for one in found])
        return None

    def _happens(self, call: Call, acquire: Acquire) -> bool:
        """Whether an argument is given, or left out, as it has to be for anything to be acquired."""
        if acquire.when and not any(_is_given(call, *one.split("=", 1)) for one in acquire.when.split("|")):
            return False
        return not self._works_on_object(call)

    def _lives_as_long(self, acquire: Acquire) -> bool:
        """Whether a server or the like is made by what runs as long as the program does."""
        function = self.frame.function
        is_main = function.is_module or function.name == "main"
        return is_main and self.frame.program.models.resource(acquire.resource).long_lived

    def _works_on_object(self, call: Call) -> bool:
        """Whether something is made that only works on an open file it is given, which it does not close."""
        wrap = self.frame.program.models.wrap(call.symbol)
        if wrap is None or wrap.closes or RECEIVER in wrap.arguments:
            return False
        given = next((one for one in call.arguments if one.position == wrap.argument), None)
        types = self.frame.types
        found = types.of(given.node) if given is not None else None
        if found is None or found in PATHS:
            return False
        is_file = found in IN_MEMORY or "io.IOBase" in types.inherits(found)
        return is_file or self.frame.program.world.class_(found) is not None

    def _results(self, call: Call, obligations: list[tuple[int | None, Obligation]]) -> Value:
        expected, self.frame.expected = self.frame.expected, None
        width = max((at for at, _ in obligations if at is not None), default=-1) + 1
        items = [NOTHING] * width
        whole = NOTHING
        for at, obligation in obligations:
            if at is None:
                self.frame.expected = expected
            value = self.frame.acquire(call.node, obligation, call.symbol, at or 0)
            self.frame.expected = None
            if at is None:
                whole = value
            else:
                items[at] = value
        return Value(whole.links, tuple(items))


def _is_given(call: Call, keyword: str, wanted: str) -> bool:
    """Whether a keyword argument is a constant, be it one of a module; one that is left out is None."""
    given = next((one.node for one in call.arguments if one.keyword == keyword), None)
    if given is None:
        return wanted == "None" and not syntax.has_splat(call.node)
    return syntax.text(given).rpartition(".")[2] == wanted


def _positions(call: Node) -> list[tuple[Node, int | None]]:
    """The arguments of a call with their positions, as far as those are certain."""
    found: list[tuple[Node, int | None]] = []
    position: int | None = 0
    for node in syntax.argument_nodes(call):
        if node.type in (syntax.LIST_SPLAT, syntax.PARENTHESIZED_LIST_SPLAT):
            position = None
        if node.type in (syntax.KEYWORD_ARGUMENT, syntax.DICTIONARY_SPLAT):
            found.append((node, None))
            continue
        found.append((node, position))
        position = position + 1 if position is not None else None
    return found


def _given_back(value: Value, effect: Effect) -> Value:
    """What a call gives back of an operand."""
    if effect.result is None or effect.fate is Fate.KEPT:
        return NOTHING
    return Value(value.all_links()) if effect.result is Relation.ALIAS else value.through(effect.result)


def _gives_tuple(type_name: str | None) -> bool:
    return type_name == "tuple"
