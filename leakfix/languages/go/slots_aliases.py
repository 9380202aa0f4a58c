"""Who in the function still sees the slots of a Go slice when they are cut off: loops, other names, pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_cleared import element_pointers
from leakfix.languages.go.slots_facts import stores_of
from leakfix.languages.go.slots_places import bounds, indexed
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.slots import Cut

_BUILTINS: Final = frozenset(("append", "copy", "len", "cap", "clear", "min", "max", "print", "println"))
_BREAKABLE: Final = frozenset(
    (
        syntax.FOR_STATEMENT,
        syntax.EXPRESSION_SWITCH_STATEMENT,
        syntax.TYPE_SWITCH_STATEMENT,
        syntax.SELECT_STATEMENT,
    )
)


@record
class Watcher:
    """What still sees the slots: a code, a sentence about it, and where."""

    code: str
    reason: str
    node: Node


def watcher(cut: Cut) -> Watcher | None:
    """The first thing that may look at the lost slots behind the cut; None when nothing in the function does."""
    loop = _ranging(cut)
    if loop is not None:
        return Watcher(
            "ranged-over", "the loop around it goes on over the same slice and would meet cleared elements", loop
        )
    for variable, node in _others(cut):
        use = _use_behind(cut, variable)
        if use is not None:
            reason = f"{variable.name} still refers to the same array, and would see the slots cleared"
            return Watcher("live-alias", reason, node)
    return None


def is_handed_on(cut: Cut) -> bool:
    """Whether the very elements that are cut off get another owner: ``batch := q[:n]; q = q[n:]``."""
    places = cut.facts.places
    for sliced in cut.facts.nodes("slice"):
        operand = sliced.child_by_field_id(syntax.F_OPERAND)
        if places.key(operand) not in cut.names or _is_within(sliced, cut.statement):
            continue
        if _is_borrowed(sliced):
            continue
        low, high, _ = bounds(sliced)
        if (
            cut.kind is Kind.ENDS
            and cut.front is not None
            and high is not None
            and places.key(high) == places.key(cut.low)
        ):
            return True
        if (
            cut.kind is Kind.ENDS
            and cut.back is not None
            and low is not None
            and places.key(low) == places.key(cut.high)
        ):
            return True
    return _split_in_statement(cut) or _is_pointed_at(cut)


def _is_pointed_at(cut: Cut) -> bool:
    """Whether the lost slot is used through a pointer from then on: ``p := &free[n]; free = free[:n]``."""
    places = cut.facts.places
    lost = {"0"} if cut.front is not None else {places.key(cut.high)}
    return any(
        places.key(indexed(slot)[1]) in lost and _use_behind(cut, variable) is not None
        for variable, slot in element_pointers(cut).items()
    )


def lent(cut: Cut) -> Node | None:
    """A call that is given the very elements that are cut off the front, and might keep them."""
    places = cut.facts.places
    for sliced in cut.facts.nodes("slice") if cut.kind is Kind.ENDS and cut.front is not None else ():
        arguments = sliced.parent
        call = arguments.parent if arguments is not None and arguments.kind_id == syntax.ARGUMENT_LIST else None
        if call is None or call.kind_id != syntax.CALL_EXPRESSION or _is_within(sliced, cut.statement):
            continue
        function = call.child_by_field_id(syntax.F_FUNCTION)
        same = places.key(bounds(sliced)[1]) == places.key(cut.low)
        whose = places.key(sliced.child_by_field_id(syntax.F_OPERAND)) in cut.names
        if same and whose and function is not None and syntax.text(function) not in _BUILTINS:
            return call
    return None


def _split_in_statement(cut: Cut) -> bool:
    """Whether the same statement gives a part of the slice to somebody: ``a, q = q[:n], q[n:]``."""
    for store in stores_of(cut.statement):
        value = syntax.unparen(store.value) if store.value is not None else None
        if value is None or store.position == cut.store.position or value.kind_id != syntax.SLICE_EXPRESSION:
            continue
        if cut.facts.places.key(value.child_by_field_id(syntax.F_OPERAND)) in cut.names:
            return True
    return False


def _others(cut: Cut) -> Iterator[tuple[Variable, Node]]:
    """The local variables that hold the array, a part of it, or a pointer into it, with where they got it."""
    own = cut.facts.variable(cut.target)
    for store in cut.facts.stores:
        variable, value = cut.facts.variable(store.target), store.value
        if variable is None or value is None or variable is own or variable is cut.kept or store.several:
            continue
        value = syntax.unparen(value)
        if value.kind_id == syntax.SLICE_EXPRESSION:
            value = syntax.unparen(value.child_by_field_id(syntax.F_OPERAND) or value)
        if cut.facts.places.key(value) in cut.names:
            yield variable, store.statement
    for variable, slot in element_pointers(cut).items():
        yield variable, slot


def _use_behind(cut: Cut, variable: Variable) -> Node | None:
    """A use of a variable that may come behind the cut and reads more than its length."""
    for use in cut.facts.bindings.uses(variable):
        if _is_within(use, cut.statement) or _is_harmless(use):
            continue
        if use.start_byte > cut.statement.end_byte and not _is_left_before(cut, use):
            return use
        if variable.function != _function_of(use) or _comes_again(cut, variable, use):
            return use
    return None


def _is_left_before(cut: Cut, use: Node) -> bool:
    """Whether control leaves the block of the cut, by a return behind it, before it could reach the use."""
    at = cut.statement.next_named_sibling
    while at is not None:
        if at.start_byte <= use.start_byte < at.end_byte:
            return False
        if at.kind_id == syntax.RETURN_STATEMENT:
            return True
        at = at.next_named_sibling
    return False


def _comes_again(cut: Cut, variable: Variable, use: Node) -> bool:
    """Whether a loop around both leads from the cut back to a use that stands before it, with the same variable."""
    if use.start_byte > cut.statement.end_byte:
        return False
    at = cut.statement.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.FOR_STATEMENT and at.start_byte <= use.start_byte < at.end_byte:
            own = at.start_byte <= variable.declaration.start_byte < at.end_byte
            return not own and not leaves(cut.statement, at)
        at = at.parent
    return False


def _is_harmless(use: Node) -> bool:
    """Whether a use is an assignment to the variable, or asks for its length."""
    parent = use.parent
    if parent is None:
        return False
    if parent.kind_id == syntax.ARGUMENT_LIST and parent.parent is not None:
        function = parent.parent.child_by_field_id(syntax.F_FUNCTION)
        return function is not None and function.text in (b"len", b"cap")
    if parent.kind_id == syntax.EXPRESSION_LIST and parent.parent is not None:
        left = parent.parent.child_by_field_id(syntax.F_LEFT)
        return left is not None and left.id == parent.id and parent.parent.kind_id != syntax.RETURN_STATEMENT
    return False


def _ranging(cut: Cut) -> Node | None:
    """A range loop over the array around the cut that goes on behind it."""
    at = cut.statement.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.FOR_STATEMENT:
            clause = next((child for child in syntax.operands(at) if child.kind_id == syntax.RANGE_CLAUSE), None)
            over = clause.child_by_field_id(syntax.F_RIGHT) if clause is not None else None
            left = clause.child_by_field_id(syntax.F_LEFT) if clause is not None else None
            reads = left is not None and len(syntax.operands(left)) > 1
            if reads and cut.facts.places.key(over) in cut.names and not leaves(cut.statement, at):
                return at
        at = at.parent
    return None


def leaves(statement: Node, loop: Node) -> bool:
    """Whether control surely leaves a loop behind a statement in its body."""
    at: Node | None = statement
    breaks_loop = True
    while at is not None and at.id != loop.id:
        following = at.next_named_sibling
        while following is not None:
            if following.kind_id in (syntax.RETURN_STATEMENT, syntax.GOTO_STATEMENT):
                return True
            if following.kind_id == syntax.BREAK_STATEMENT:
                return breaks_loop or bool(syntax.operands(following))
            following = following.next_named_sibling
        at = at.parent
        if at is not None and at.id != loop.id and at.kind_id in _BREAKABLE:
            breaks_loop = False
    return False


def _is_borrowed(sliced: Node) -> bool:
    """Whether a part of the slice is only ranged over, or passed to a call."""
    parent = sliced.parent
    while parent is not None and parent.kind_id in (syntax.PARENTHESIZED_EXPRESSION, syntax.VARIADIC_ARGUMENT):
        parent = parent.parent
    return parent is not None and parent.kind_id in (
        syntax.RANGE_CLAUSE,
        syntax.ARGUMENT_LIST,
        syntax.INDEX_EXPRESSION,
    )


def _function_of(node: Node) -> Node | None:
    at = node.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        at = at.parent
    return at


def _is_within(node: Node, statement: Node) -> bool:
    return statement.start_byte <= node.start_byte and node.end_byte <= statement.end_byte
