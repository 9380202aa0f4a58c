"""What a Go function itself does about the slots that it cuts off: it clears them, in part, or lets the array go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_facts import Facts
from leakfix.languages.go.slots_places import indexed
from leakfix.languages.go.types import Pointer, Struct, core, underlying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_facts import Store

_LISTS: Final = frozenset((syntax.STATEMENT_LIST, syntax.BLOCK))
_BORROWING: Final = frozenset(("append", "copy", "len", "cap", "delete", "panic", "print", "println"))
_JUMPS: Final = frozenset((syntax.RETURN_STATEMENT, syntax.kind("break_statement"), syntax.kind("continue_statement")))
_INDEXES: Final = frozenset((syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION))


@dataclass(frozen=True, slots=True)
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


def lets_go(cut: Cut) -> bool:
    """Whether the owner gets another array behind the cut: nothing of the old one is kept for long then."""
    for store in cut.facts.stores:
        if cut.facts.places.key(store.target) != cut.owner or store.statement.id == cut.statement.id:
            continue
        behind = store.statement.start_byte > cut.statement.start_byte or _share_loop(store.statement, cut.statement)
        if behind and _is_fresh(cut, store) and is_on_the_way(store.statement, cut.statement):
            return True
    return any(_replaced_by(cut, call) for call in cut.facts.nodes("call")) or _is_overwritten(cut)


def _is_overwritten(cut: Cut) -> bool:
    """Whether an append behind the cut of one last slot surely writes it again."""
    if cut.front is not None or cut.back is None or cut.kind is Kind.EMPTY:
        return False
    lists = _ancestors(cut.statement)
    return any(
        store.statement.start_byte > cut.statement.start_byte
        and store.statement.parent is not None
        and store.statement.parent.id in lists
        and cut.facts.places.key(store.target) == cut.owner
        and (store.value.text or b"").startswith(b"append(")
        for store in cut.facts.stores
        if store.value is not None
    )


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


def is_on_the_way(node: Node, cut: Node) -> bool:
    """Whether a statement belongs to a cut: it stands in a block around it, however deep, and in no other branch."""
    around = _ancestors(cut)
    at: Node | None = node
    while at is not None:
        parent = at.parent
        if parent is not None and parent.id in around:
            return parent.kind_id in _LISTS
        at = parent
    return False


def _ancestors(node: Node) -> set[int]:
    found: set[int] = set()
    at = node.parent
    while at is not None:
        found.add(at.id)
        at = at.parent
    return found


def _share_loop(one: Node, other: Node) -> bool:
    at = one.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.FOR_STATEMENT and at.start_byte <= other.start_byte < at.end_byte:
            return True
        at = at.parent
    return False


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
        return any(_is_part(cut, argument) for argument in syntax.operands(arguments))
    if syntax.text(function) in _BORROWING:
        return False
    if not isinstance(core(cut.element), Pointer) and _is_on_element(cut, function, pointers):
        return True
    return any(_gives_slots(cut, argument, pointers) for argument in syntax.operands(arguments))


def _is_part(cut: Cut, node: Node) -> bool:
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


def _gives_slots(cut: Cut, argument: Node, pointers: dict[Variable, Node]) -> bool:
    argument = syntax.unparen(argument)
    variable = cut.facts.variable(argument)
    if variable is not None and variable in pointers:
        return True
    if argument.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(argument) == "&":
        operand = argument.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and is_slot(cut, operand)
    return argument.kind_id == syntax.SLICE_EXPRESSION and _is_part(cut, argument)


def _is_fresh(cut: Cut, store: Store) -> bool:
    """Whether what the owner is assigned has an array of its own."""
    value = syntax.unparen(store.value) if store.value is not None else None
    if value is None or store.sign != "=":
        return False
    if value.kind_id == syntax.SLICE_EXPRESSION or cut.facts.places.key(value) in cut.names:
        return False
    variable = cut.facts.variable(value)
    if variable is not None:
        return variable is not cut.kept and variable is not cut.facts.variable(cut.target)
    return not any(_names_array(cut, part) for part in _first_arguments(value))


def _first_arguments(value: Node) -> Iterator[Node]:
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS) if value.kind_id == syntax.CALL_EXPRESSION else None
    if arguments is not None:
        yield from syntax.operands(arguments)[:1]


def _names_array(cut: Cut, node: Node) -> bool:
    return _is_part(cut, node)


def _replaced_by(cut: Cut, call: Node) -> bool:
    """Whether a method of the owner that is called behind the cut gives it another array."""
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION or call.start_byte < cut.statement.end_byte:
        return False
    holder, _, name = cut.owner.rpartition(".")
    operand = function.child_by_field_id(syntax.F_OPERAND)
    if not holder or cut.facts.places.key(operand) != holder or not is_on_the_way(call, cut.statement):
        return False
    callee = cut.facts.types.callee(call)
    if (
        callee is None
        or callee.function is None
        or callee.function.body is None
        or callee.function.file.package.is_snapshot
    ):
        return False
    facts = Facts.of(cut.facts.analysis, callee.function)
    receivers = [v for v in facts.bindings.variables if v.kind == "receiver"]
    owner = f"{receivers[0].name}#{receivers[0].index}.{name}" if receivers else ""
    for store in facts.stores:
        if facts.places.key(store.target) == owner and store.value is not None:
            value = syntax.unparen(store.value)
            first = next(_first_arguments(value), None)
            cut_again = value.kind_id == syntax.SLICE_EXPRESSION or facts.places.key(first) == owner
            if not cut_again:
                return True
    return False
