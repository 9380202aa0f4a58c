"""What a Go function itself does about the slots that it cuts off: it clears them, or some of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_order import is_on_the_way
from leakfix.languages.go.slots_places import indexed
from leakfix.languages.go.types import Pointer, Struct, core, underlying
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_facts import Facts, Store

_LISTS: Final = frozenset((syntax.STATEMENT_LIST, syntax.BLOCK))
_BORROWING: Final = frozenset(("append", "copy", "len", "cap", "delete", "panic", "print", "println"))
_JUMPS: Final = frozenset((syntax.RETURN_STATEMENT, syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT))
_HANDING_ON: Final = frozenset((syntax.ARGUMENT_LIST, syntax.SLICE_EXPRESSION, syntax.VARIADIC_ARGUMENT))
_INDEXES: Final = frozenset((syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION))


@record
class Cleared:
    """What is cleared already: every slot as a whole, or some fields of each; ``last`` is the last such statement."""

    whole: bool
    fields: frozenset[str] = frozenset()
    last: Node | None = None


def cleared(cut: Cut) -> Cleared:
    """What the function sets to zero of the slots that a cut loses, in its own block or on the way there."""
    fields: set[str] = set()
    last: Node | None = None
    pointers = element_pointers(cut)
    for store in cut.facts.stores:
        if (
            store.statement.id == cut.statement.id
            or store.sign != "="
            or not is_on_the_way(store.statement, cut.statement)
        ):
            continue
        slot, path = _slot(cut, store.target, pointers)
        if slot is None:
            continue
        if not path:
            if is_zero(cut.facts, store.value) or _replaces_lost(cut, slot, store):
                return Cleared(whole=True)
        elif is_zero(cut.facts, store.value):
            fields.add(path)
            last = store.statement
    if any(_clears(cut, call, pointers) for call in cut.facts.nodes("call")) or _is_known_nil(cut):
        return Cleared(whole=True)
    return Cleared(False, frozenset(fields), last)


def _is_known_nil(cut: Cut) -> bool:
    """Whether the cut is only reached where the lost element is nil: ``if x[0] != nil { return }`` before it."""
    for index in cut.facts.nodes("index"):
        test = index.parent
        if test is None or test.kind_id != syntax.BINARY_EXPRESSION or not is_slot(cut, index):
            continue
        branch = test.parent
        if (test.text or b"").endswith(b"nil") and branch is not None and branch.kind_id == syntax.IF_STATEMENT:
            then = branch.child_by_field_id(syntax.F_CONSEQUENCE)
            inside = then is not None and then.start_byte <= cut.statement.start_byte < then.end_byte
            before = branch.end_byte <= cut.statement.start_byte and is_on_the_way(branch, cut.statement)
            if (inside and syntax.operator(test) == "==") or (
                before and syntax.operator(test) == "!=" and _leaves(then)
            ):
                return True
    return False


def _leaves(block: Node | None) -> bool:
    """Whether the last statement of a block is a jump."""
    lists = syntax.operands(block) if block is not None else []
    statements = syntax.operands(lists[0]) if lists else []
    return bool(statements) and statements[-1].kind_id in _JUMPS


def element_pointers(cut: Cut) -> dict[Variable, Node]:
    """The local variables that point into the array, ``p := &x[i]``, with what they point to."""
    found: dict[Variable, Node] = {}
    for store in cut.facts.stores:
        variable = cut.facts.variable(store.target)
        value = store.value
        if variable is None or value is None or value.kind_id != syntax.UNARY_EXPRESSION:
            continue
        operand = value.child_by_field_id(syntax.F_OPERAND)
        if operand is not None and syntax.operator(value) == "&" and is_slot(cut, operand):
            found[variable] = operand
    return found


def is_slot(cut: Cut, node: Node) -> bool:
    """Whether an expression is an element of the array."""
    return node.kind_id in _INDEXES and cut.facts.places.key(indexed(node)[0]) in cut.names


def is_zero(facts: Facts, value: Node | None) -> bool:
    """Whether an expression is the zero value of its type."""
    if value is None:
        return False
    value = syntax.unparen(value)
    if value.kind_id == syntax.NIL or value.text in (b"nil", b'""', b"0", b"false", b"``"):
        return True
    if value.kind_id == syntax.COMPOSITE_LITERAL:
        body = value.child_by_field_id(syntax.F_BODY)
        return body is not None and not syntax.operands(body) and isinstance(underlying(facts.types.of(value)), Struct)
    if value.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(value) == "*":
        return (value.text or b"").startswith(b"*new(")
    variable = facts.variable(value)
    return variable is not None and all(d.kind == "zero" for d in facts.definitions(variable))


def _slot(cut: Cut, target: Node, pointers: dict[Variable, Node]) -> tuple[Node | None, str]:
    """The element that a target is, or is a field of, and the path of that field."""
    path: list[str] = []
    node = syntax.unparen(target)
    while True:
        if is_slot(cut, node):
            return node, ".".join(reversed(path))
        variable = cut.facts.variable(node)
        if variable is not None and variable in pointers and (path or node is not syntax.unparen(target)):
            return pointers[variable], ".".join(reversed(path))
        if node.kind_id == syntax.SELECTOR_EXPRESSION:
            name = node.child_by_field_id(syntax.F_FIELD)
            path.append(syntax.text(name) if name is not None else "")
        elif node.kind_id != syntax.UNARY_EXPRESSION or syntax.operator(node) != "*":
            return None, ""
        inner = node.child_by_field_id(syntax.F_OPERAND)
        if inner is None:
            return None, ""
        node = syntax.unparen(inner)


def _replaces_lost(cut: Cut, slot: Node, store: Store) -> bool:
    """Whether something that is no element of the array is put in the very slot that is lost."""
    value = store.value
    if value is None or store.several or _is_element(cut, value):
        return False
    places = cut.facts.places
    index = places.linear(indexed(slot)[1])
    if cut.front is not None and cut.front.count == 1 and index is not None and not index.terms:
        return index.constant == 0
    if cut.kind is Kind.ENDS and cut.back is not None and cut.back.count == 1:
        return index == places.linear(cut.high)
    return False


def _is_element(cut: Cut, value: Node) -> bool:
    value = syntax.unparen(value)
    if is_slot(cut, value):
        return True
    variable = cut.facts.variable(value)
    if variable is None:
        return False
    for definition in cut.facts.definitions(variable):
        if definition.kind == "element" and cut.facts.places.key(definition.value) in cut.names:
            return True
        if (
            definition.kind == "value"
            and definition.value is not None
            and is_slot(cut, syntax.unparen(definition.value))
        ):
            return True
    return False


def _clears(cut: Cut, call: Node, pointers: dict[Variable, Node]) -> bool:
    """Whether a call clears slots, or is given slots that it might clear."""
    function, arguments = call.child_by_field_id(syntax.F_FUNCTION), call.child_by_field_id(syntax.F_ARGUMENTS)
    if function is None or arguments is None or not is_on_the_way(call, cut.statement):
        return False
    if function.text == b"clear":
        return any(is_part(cut, argument) for argument in syntax.operands(arguments))
    if syntax.text(function) in _BORROWING:
        return False
    if not isinstance(core(cut.element), Pointer) and _is_on_element(cut, function, pointers):
        return True
    given = syntax.operands(arguments)
    if any(_gives_pointer(cut, argument, pointers) for argument in given):
        return True
    parts = [i for i, a in enumerate(given) if a.kind_id == syntax.SLICE_EXPRESSION and is_part(cut, a)]
    return any(_writes(cut.facts, call, position) for position in parts)


def _writes(facts: Facts, call: Node, position: int) -> bool:
    """Whether a function of the project writes elements of a slice that it is given, or hands it on."""
    callee = facts.types.callee(call)
    body = callee.function.body if callee is not None and callee.function is not None else None
    if callee is None or callee.function is None or body is None:
        return False
    there = type(facts).of(facts.analysis, callee.function)
    parameters = [variable for variable in there.bindings.variables if variable.kind == "param"]
    if position >= len(parameters):
        return True
    own = parameters[position]
    for use in there.bindings.uses(own):
        outer = use.parent
        if outer is not None and outer.kind_id in (
            syntax.ARGUMENT_LIST,
            syntax.SLICE_EXPRESSION,
            syntax.VARIADIC_ARGUMENT,
        ):
            return True
        element = (
            outer is not None and outer.kind_id in _INDEXES and any(outer == store.target for store in there.stores)
        )
        if element:
            return True
    return False


def is_part(cut: Cut, node: Node) -> bool:
    """Whether an expression is the array, or a part of it."""
    node = syntax.unparen(node)
    if node.kind_id == syntax.SLICE_EXPRESSION:
        return cut.facts.places.key(node.child_by_field_id(syntax.F_OPERAND)) in cut.names
    return cut.facts.places.key(node) in cut.names


def _is_on_element(cut: Cut, function: Node, pointers: dict[Variable, Node]) -> bool:
    """Whether a method with a pointer receiver may be called on an element that is a value."""
    operand = function.child_by_field_id(syntax.F_OPERAND) if function.kind_id == syntax.SELECTOR_EXPRESSION else None
    if operand is None or not isinstance(underlying(cut.element), Struct):
        return False
    variable = cut.facts.variable(operand)
    return is_slot(cut, syntax.unparen(operand)) or (variable is not None and variable in pointers)


def _gives_pointer(cut: Cut, argument: Node, pointers: dict[Variable, Node]) -> bool:
    """Whether a call is given a pointer to an element."""
    argument = syntax.unparen(argument)
    variable = cut.facts.variable(argument)
    if variable is not None and variable in pointers:
        return True
    operand = argument.child_by_field_id(syntax.F_OPERAND) if argument.kind_id == syntax.UNARY_EXPRESSION else None
    return operand is not None and syntax.operator(argument) == "&" and is_slot(cut, operand)
