"""All that a package does with one of its fields that hold channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import ChannelField, mentions
from leakfix.languages.go.channel_operations import Act, Operation, operations
from leakfix.languages.go.infer import Types
from leakfix.languages.go.scopes import Bindings
from leakfix.languages.go.types import Chan, Named, deref, selection, underlying
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function

_HARMLESS: Final = frozenset({"len", "cap"})


@record
class FieldUses:
    """What a package does with a field, tests left out.

    ``is_made`` tells whether each value stored there is a channel made on the spot, ``is_buffered`` whether one of them
    may have a buffer, ``is_reset`` whether nil is stored;
    ``sent_elsewhere`` and ``received_elsewhere`` whether code that is not seen may do so: who may send may close.
    """

    operations: tuple[Operation, ...]
    is_made: bool
    is_buffered: bool
    is_reset: bool
    sent_elsewhere: bool
    received_elsewhere: bool

    def of(self, *acts: Act) -> tuple[Operation, ...]:
        """The operations of some kinds."""
        return tuple(operation for operation in self.operations if operation.act in acts)


def uses_of(field: ChannelField) -> FieldUses:
    """What the package of a field does with it."""
    known = field.package.facts.get(field)
    if not isinstance(known, FieldUses):
        known = field.package.facts[field] = _Collection(field).result()
    return known


class _Collection:
    """One look at every mention of a field."""

    def __init__(self, field: ChannelField) -> None:
        self._field = field
        self._operations: list[Operation] = []
        self._stores = 0
        self._is_made = True
        self._is_buffered = False
        self._is_reset = False
        self._sent = self._received = field.name[:1].isupper()
        for function, node in mentions(field.package, field.name):
            self._look(function, node)

    def result(self) -> FieldUses:
        is_made = self._is_made and self._stores > 0
        return FieldUses(
            tuple(self._operations),
            is_made,
            self._is_buffered,
            self._is_reset,
            self._sent,
            self._received,
        )

    def _look(self, function: Function | None, node: Node) -> None:
        if node.kind_id != syntax.FIELD_IDENTIFIER:
            if node.kind_id == syntax.IDENTIFIER:
                self._look_at_key(function, node)
            return
        selector = node.parent
        if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
            return
        if function is None:
            self._open(None)
        elif self._may_be(function, selector):
            self._use(function, selector)

    def _may_be(self, function: Function, selector: Node) -> bool:
        """Whether a selector may mean the field: its operand is of the type, of one that embeds it, or unknown."""
        operand = selector.child_by_field_id(syntax.F_OPERAND)
        of = Types.of_function(function).of(operand) if operand is not None else None
        if of is None:
            return not self._is_package(function, operand)
        found = selection(of, self._field.name)
        if found is None:
            named = deref(of)
            return not isinstance(named, Named) or named.package == self._field.package.key
        owner = found.owner
        if found.kind != "field" or not isinstance(owner, Named):
            return False
        return owner.name == self._field.owner and owner.package == self._field.package.key

    def _is_package(self, function: Function, operand: Node | None) -> bool:
        return operand is not None and syntax.text(operand) in function.file.imports

    def _use(self, function: Function, selector: Node, depth: int = 0) -> None:
        outer = selector
        while outer.parent is not None and outer.parent.kind_id == syntax.PARENTHESIZED_EXPRESSION:
            outer = outer.parent
        operation = next((one for one in operations(function) if one.channel == selector), None)
        if operation is not None:
            self._operations.append(operation)
            return
        parent = outer.parent
        if parent is None or parent.kind_id in (syntax.BINARY_EXPRESSION, syntax.SELECTOR_EXPRESSION):
            return
        if parent.kind_id == syntax.EXPRESSION_LIST and parent.parent is not None:
            if parent.parent.child_by_field_id(syntax.F_LEFT) == parent:
                if depth == 0:
                    self._store(_opposite(outer, parent))
                return
            if depth == 0 and self._alias(function, outer, parent):
                return
        if parent.kind_id == syntax.ARGUMENT_LIST and _is_harmless(parent):
            return
        self._open(_direction(function, outer))

    def _alias(self, function: Function, value: Node, values: Node) -> bool:
        """A local variable takes the channel: what is done with the variable is done with the channel."""
        assignment = values.parent
        targets = assignment.child_by_field_id(syntax.F_LEFT) if assignment is not None else None
        listed = syntax.operands(targets) if targets is not None else []
        position = syntax.operands(values).index(value)
        if position >= len(listed) or len(listed) != len(syntax.operands(values)):
            return False
        bindings = Bindings.of_function(function)
        variable = bindings.variable(listed[position]) if listed[position].kind_id == syntax.IDENTIFIER else None
        if variable is None or variable.kind != "local":
            return False
        for use in bindings.uses(variable):
            self._use(function, use, 1)
        return True

    def _look_at_key(self, function: Function | None, node: Node) -> None:
        """A key of a composite literal of the type stores a value in the field."""
        element = node.parent
        keyed = element.parent if element is not None and element.kind_id == syntax.LITERAL_ELEMENT else None
        if keyed is None or keyed.kind_id != syntax.KEYED_ELEMENT:
            return
        key, value = keyed.child_by_field_id(syntax.F_KEY), keyed.child_by_field_id(syntax.F_VALUE)
        if key != element or value is None or keyed.parent is None:
            return
        literal = keyed.parent.parent
        if (
            literal is not None
            and literal.kind_id == syntax.COMPOSITE_LITERAL
            and not self._is_of_type(function, literal)
        ):
            return
        self._store(next(iter(syntax.operands(value)), None))

    def _is_of_type(self, function: Function | None, literal: Node) -> bool:
        file = function.file if function is not None else None
        if file is None or function is None:
            of = literal.child_by_field_id(syntax.F_TYPE)
            return of is None or syntax.text(of).rpartition(".")[2].partition("[")[0] == self._field.owner
        named = deref(Types.of_function(function).of(literal))
        if not isinstance(named, Named):
            return named is None
        return named.name == self._field.owner and named.package == self._field.package.key

    def _store(self, value: Node | None) -> None:
        value = syntax.unparen(value) if value is not None else None
        if value is not None and value.kind_id == syntax.NIL:
            self._is_reset = True
            return
        self._stores += 1
        function = value.child_by_field_id(syntax.F_FUNCTION) if value is not None else None
        if (
            value is None
            or function is None
            or function.kind_id != syntax.IDENTIFIER
            or syntax.text(function) != "make"
        ):
            self._is_made = False
            return
        arguments = value.child_by_field_id(syntax.F_ARGUMENTS)
        self._is_buffered = self._is_buffered or (arguments is not None and len(syntax.operands(arguments)) > 1)

    def _open(self, direction: str | None) -> None:
        self._sent = self._sent or direction != "receive"
        self._received = self._received or direction != "send"


def _direction(function: Function, value: Node) -> str | None:
    """The direction of the channel type that a return hands a value on as; None when both or unknown."""
    parent = value.parent
    held = parent.parent if parent is not None and parent.kind_id == syntax.EXPRESSION_LIST else None
    owner = syntax.owner_of(value)
    if held is None or held.kind_id != syntax.RETURN_STATEMENT or parent is None or owner is None:
        return None
    signature = Types.of_function(function).signature(owner)
    position = syntax.operands(parent).index(value)
    if signature is None or position >= len(signature.results):
        return None
    of = underlying(signature.results[position])
    return of.direction if isinstance(of, Chan) and of.direction != "both" else None


def _opposite(target: Node, targets: Node) -> Node | None:
    """The value that one target of an assignment takes; None when a call gives several."""
    assignment = targets.parent
    values = assignment.child_by_field_id(syntax.F_RIGHT) if assignment is not None else None
    listed = syntax.operands(values) if values is not None else []
    position = syntax.operands(targets).index(target)
    return listed[position] if len(listed) == len(syntax.operands(targets)) else None


def _is_harmless(arguments: Node) -> bool:
    call = arguments.parent
    function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
    return function is not None and syntax.text(function) in _HARMLESS
