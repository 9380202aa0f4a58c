"""All that a package does with one field of its types: what is stored in it, and what becomes of that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Home, Member, Stored, Touch, Used, Worth
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import ChannelField, field_of, member_of, mentions
from leakfix.languages.go.infer import Types
from leakfix.languages.go.types import Named
from leakfix.languages.go.words import places_of
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow import Obligation
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Signature

_DEEPEST: Final = 3
_ORDER: Final = (Touch.USED, Touch.LENT, Touch.HANDED_ON, Touch.RELEASED)
_READING: Final = frozenset(
    ("io.Reader", "io.Writer", "io.ReaderAt", "io.WriterAt", "io.StringWriter", "io.ByteReader", "io.Seeker", "string")
)
_PLAIN: Final = frozenset({syntax.BINARY_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.EXPRESSION_STATEMENT})
_HOLDING: Final = frozenset({syntax.EXPRESSION_LIST, syntax.KEYED_ELEMENT, syntax.LITERAL_ELEMENT})
"""What an expression stands in that is assigned, or that a literal sets a field to."""
_BEHIND: Final = re.compile(rb"\.(\w+)|\(")
_VERBS: Final = (
    *("Close", "Stop", "Shutdown", "Release", "Cancel", "Destroy", "Free", "Wait", "Kill", "Cleanup", "Disconnect"),
    *("Unsubscribe", "Rollback", "Commit", "Terminate", "Quit", "Done", "Finish", "End", "GracefulStop", "Unlock"),
)


class FieldTable:
    """Builds what is known of a field."""

    def __init__(self, program: Program, field: ChannelField) -> None:
        self.program = program
        self.field = field
        self._verbs = program.release_verbs | frozenset(_VERBS)

    def is_released(self) -> bool:
        """Whether the package releases the field somewhere: what most fields are asked, and no more."""
        name = self.field.name.encode()
        for file in self.field.package.files:
            if file.is_test or name not in file.data:
                continue
            for at in places_of(file.data, name):
                if not self._may_release(file.data, at, at + len(name)):
                    continue
                node = file.descendant(at, at + len(name))
                function = file.function_around(at)
                selector = node.parent if node is not None else None
                if function is None or selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
                    return True
                found = field_of(function, selector)
                if found is None or found == self.field:
                    return True
        return False

    def _may_release(self, data: bytes, start: int, end: int) -> bool:
        """Whether what is selected between two offsets may be called, or have a method called that releases it."""
        behind = _BEHIND.match(data, end)
        is_called = behind is not None and (behind[1] is None or behind[1].decode() in self._verbs)
        return is_called and data[start - 1 : start] == b"."

    def read(self) -> Member | None:
        """The whole table; None when some code is not read."""
        stores: list[Stored] = []
        uses: list[Used] = []
        for function, node in mentions(self.field.package, self.field.name):
            parent = node.parent
            if parent is None or parent.kind_id == syntax.FIELD_DECLARATION:
                continue
            whole = parent if parent.kind_id == syntax.SELECTOR_EXPRESSION else node
            if whole is parent and parent.child_by_field_id(syntax.F_FIELD) != node:
                continue
            meant = self._meant(function, whole)
            if meant is False:
                continue
            if function is None or function.has_error:
                return None
            self._note(function, whole, stores, uses, is_certain=meant is True)
        return Member(self.field.owner, self.field.name, tuple(stores), tuple(uses))

    def _meant(self, function: Function | None, node: Node) -> bool | None:
        """Whether an expression, or the key of a literal, names the field; None when that is not known."""
        if node.kind_id == syntax.SELECTOR_EXPRESSION:
            if function is None:
                return None
            found = field_of(function, node)
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if found is not None:
                return found == self.field
            of = self.program.types(function).of(operand) if operand is not None else None
            return None if of is None else False
        literal = literal_of_key(node)
        if literal is None or function is None:
            return False
        of = self.program.types(function).of(literal)
        return of is None or (isinstance(of, Named) and member_of(function, of, self.field.name) == self.field)

    def _note(
        self, function: Function, node: Node, stores: list[Stored], uses: list[Used], *, is_certain: bool
    ) -> None:
        home = home_of(function)
        span = Span(node.start_byte, node.end_byte)
        value = self._stored(function, node)
        if value is not None:
            worth, obligation, at = value
            stores.append(Stored(home, at if worth is Worth.ACQUIRED else span, worth, obligation))
            return
        touch = self.touch(function, node, 0)
        if is_certain or touch in (Touch.RELEASED, Touch.HANDED_ON):
            uses.append(Used(home, span, touch))

    def _stored(self, function: Function, node: Node) -> tuple[Worth, Obligation | None, Span] | None:
        if node.kind_id != syntax.SELECTOR_EXPRESSION:
            value = value_of_key(node)
            return self.worth(function, value, 0, 0) if value is not None else None
        assigned = _assigned(node)
        if assigned is None:
            return None
        value, index = assigned
        if value is None:
            return Worth.BORROWED, None, Span(node.start_byte, node.end_byte)
        return self.worth(function, value, index, 0)

    def worth(self, function: Function, value: Node, index: int, depth: int) -> tuple[Worth, Obligation | None, Span]:
        """What an expression, or one result of a call, is worth."""
        value = syntax.unparen(value)
        span = Span(value.start_byte, value.end_byte)
        if value.kind_id == syntax.NIL:
            return Worth.NOTHING, None, span
        if value.kind_id == syntax.CALL_EXPRESSION:
            callee = self.program.types(function).callee(value)
            owned = self.program.owned(callee, value, function) if callee is not None else {}
            found = owned.get(index)
            return (Worth.ACQUIRED, found[0], span) if found is not None else (Worth.BORROWED, None, span)
        if value.kind_id == syntax.IDENTIFIER and depth < _DEEPEST:
            variable = self.program.bindings(function).variable(value)
            if variable is not None and variable.kind == "local":
                return self._of_variable(function, variable, value, depth)
        return Worth.BORROWED, None, span

    def _of_variable(
        self, function: Function, variable: Variable, value: Node, depth: int
    ) -> tuple[Worth, Obligation | None, Span]:
        """All that a local variable is ever set to, if nobody but the field takes it over."""
        span = Span(value.start_byte, value.end_byte)
        found: list[tuple[Worth, Obligation | None, Span]] = []
        for use in (variable.declaration, *self.program.bindings(function).uses(variable)):
            assigned = _assigned(use) or _declared(use)
            if assigned is not None:
                inner, index = assigned
                if inner is None:
                    continue
                found.append(self.worth(function, inner, index, depth + 1))
            elif use != value and self.touch(function, use, depth + 1) in (Touch.HANDED_ON, Touch.LENT):
                return Worth.BORROWED, None, span
        acquired = [one for one in found if one[0] is Worth.ACQUIRED]
        others = [one for one in found if one[0] not in (Worth.ACQUIRED, Worth.NOTHING)]
        return acquired[0] if acquired and not others else (Worth.BORROWED, None, span)

    def touch(self, function: Function, node: Node, depth: int) -> Touch:
        """What is done with the value of an expression."""
        at = node
        while at.parent is not None and at.parent.kind_id == syntax.PARENTHESIZED_EXPRESSION:
            at = at.parent
        parent = at.parent
        if parent is None or depth > _DEEPEST:
            return Touch.HANDED_ON
        kind = parent.kind_id
        if kind == syntax.SELECTOR_EXPRESSION:
            name = parent.child_by_field_id(syntax.F_FIELD)
            return Touch.RELEASED if name is not None and syntax.text(name) in self._verbs else Touch.USED
        if kind == syntax.CALL_EXPRESSION and parent.child_by_field_id(syntax.F_FUNCTION) == at:
            return Touch.RELEASED
        if kind == syntax.ARGUMENT_LIST and parent.parent is not None:
            return self._given(function, parent.parent, syntax.operands(parent).index(at))
        if kind == syntax.RETURN_STATEMENT or (
            kind == syntax.EXPRESSION_LIST
            and parent.parent is not None
            and parent.parent.kind_id == syntax.RETURN_STATEMENT
        ):
            return Touch.HANDED_ON
        if kind in _PLAIN or kind == syntax.IF_STATEMENT:
            return Touch.USED
        if _assigned(node) is not None:
            return Touch.USED
        target = _taken_by(at)
        variable = self.program.bindings(function).variable(target) if target is not None else None
        if variable is not None and variable.kind == "local":
            uses = self.program.bindings(function).uses(variable)
            return max((self.touch(function, use, depth + 1) for use in uses), key=_ORDER.index, default=Touch.USED)
        return Touch.HANDED_ON

    def _given(self, function: Function, call: Node, index: int) -> Touch:
        """What a callee does with an argument: one that can only read through it, or that is known, keeps nothing."""
        if call.kind_id != syntax.CALL_EXPRESSION:
            return Touch.HANDED_ON
        callee = self.program.types(function).callee(call)
        if callee is None:
            return Touch.HANDED_ON
        models = self.program.models
        if models.released_argument(callee.symbol) == index:
            return Touch.RELEASED
        if models.borrows(callee.symbol):
            return Touch.USED
        return Touch.USED if _only_reads(callee.signature, index) else Touch.HANDED_ON


def _only_reads(signature: Signature | None, index: int) -> bool:
    """Whether a parameter can do no more than read, and nothing is given back that works through it."""
    if signature is None or signature.results or index >= len(signature.params):
        return False
    return str(signature.params[index]) in _READING


def home_of(function: Function) -> Home:
    """A function as the detector knows it."""
    return Home(function.file.source.path, function.start, function.name)


def fields_taking(function: Function, call: Node) -> Iterator[tuple[ChannelField, int]]:
    """The fields that take a result of a call, right away or through a local variable, and which result."""
    held = call.parent
    if held is None or held.kind_id not in _HOLDING:
        return
    for index, target in enumerate(_targets(call)):
        if target.kind_id == syntax.SELECTOR_EXPRESSION:
            found = field_of(function, target)
            if found is not None:
                yield found, index
    found = _field_of_literal(function, call)
    if found is not None:
        yield found, 0


def literal_of_key(node: Node) -> Node | None:
    """The composite literal that an identifier is a key of."""
    held = node.parent
    keyed = held.parent if held is not None and held.kind_id == syntax.LITERAL_ELEMENT else held
    if (
        keyed is None
        or keyed.kind_id != syntax.KEYED_ELEMENT
        or keyed.child_by_field_id(syntax.F_KEY) not in (held, node)
    ):
        return None
    body = keyed.parent
    literal = body.parent if body is not None else None
    return literal if literal is not None and literal.kind_id == syntax.COMPOSITE_LITERAL else None


def value_of_key(node: Node) -> Node | None:
    """What the literal sets the field to that an identifier is the key of."""
    held = node.parent
    keyed = held.parent if held is not None and held.kind_id == syntax.LITERAL_ELEMENT else held
    value = keyed.child_by_field_id(syntax.F_VALUE) if keyed is not None else None
    if value is None or value.kind_id != syntax.LITERAL_ELEMENT:
        return value
    inner = syntax.operands(value)
    return inner[0] if len(inner) == 1 else None


def _field_of_literal(function: Function, value: Node) -> ChannelField | None:
    """The field that a composite literal sets to an expression."""
    held = value.parent
    keyed = held.parent if held is not None and held.kind_id == syntax.LITERAL_ELEMENT else held
    if keyed is None or keyed.kind_id != syntax.KEYED_ELEMENT:
        return None
    key = keyed.child_by_field_id(syntax.F_KEY)
    inner = key
    if key is not None and key.kind_id == syntax.LITERAL_ELEMENT:
        inner = next(iter(syntax.operands(key)), None)
    literal = literal_of_key(inner) if inner is not None and key != held else None
    if literal is None or inner is None:
        return None
    return member_of(function, Types.of_function(function).of(literal), syntax.text(inner))


def _targets(call: Node) -> list[Node]:
    held = call.parent
    statement = held.parent if held is not None and held.kind_id == syntax.EXPRESSION_LIST else None
    if statement is None or statement.kind_id not in (syntax.ASSIGNMENT_STATEMENT, syntax.SHORT_VAR_DECLARATION):
        return []
    left = statement.child_by_field_id(syntax.F_LEFT)
    return syntax.operands(left) if left is not None else []


def _assigned(target: Node) -> tuple[Node | None, int] | None:
    """What an assignment gives one of its targets: an expression, or a result of a call; None of no target."""
    held = target.parent
    statement = held.parent if held is not None and held.kind_id == syntax.EXPRESSION_LIST else None
    if statement is None or statement.kind_id not in (syntax.ASSIGNMENT_STATEMENT, syntax.SHORT_VAR_DECLARATION):
        return None
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or left != held or right is None:
        return None
    targets, values = syntax.operands(left), syntax.operands(right)
    index = targets.index(target)
    if len(values) == len(targets):
        return values[index], 0
    return (values[0], index) if len(values) == 1 else (None, 0)


def _declared(name: Node) -> tuple[Node | None, int] | None:
    """What `var x = value` gives a name."""
    spec = name.parent
    if spec is None or spec.kind_id != syntax.VAR_SPEC:
        return None
    names = syntax.field_children(spec, syntax.F_NAME)
    held = spec.child_by_field_id(syntax.F_VALUE)
    values = syntax.operands(held) if held is not None else []
    index = names.index(name) if name in names else 0
    if len(values) == len(names):
        return values[index], 0
    return (values[0], index) if len(values) == 1 else (None, 0)


def _taken_by(value: Node) -> Node | None:
    """The identifier that an assignment or a short declaration sets to an expression."""
    held = value.parent
    statement = held.parent if held is not None and held.kind_id == syntax.EXPRESSION_LIST else None
    if statement is None or statement.kind_id not in (syntax.ASSIGNMENT_STATEMENT, syntax.SHORT_VAR_DECLARATION):
        return None
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if left is None or right is None or right != held:
        return None
    targets, values = syntax.operands(left), syntax.operands(right)
    target = targets[values.index(value)] if len(targets) == len(values) else None
    return target if target is not None and target.kind_id == syntax.IDENTIFIER else None
