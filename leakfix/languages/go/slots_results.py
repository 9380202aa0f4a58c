"""Parts of a Go function's own slice that it returns with three indices: nobody can reach the rest of the array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import held
from leakfix.languages.go.slots import Cut, Kind
from leakfix.languages.go.slots_bounds import Lost
from leakfix.languages.go.slots_facts import Facts, Store
from leakfix.languages.go.slots_first_look import candidates
from leakfix.languages.go.slots_places import bounds
from leakfix.languages.go.types import Slice, core

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.scopes import Variable

_READING: Final = frozenset(
    (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION, syntax.RANGE_CLAUSE, syntax.BINARY_EXPRESSION)
)
_BUILTINS: Final = frozenset((b"len", b"cap", b"append", b"copy", b"clear"))


def returned(analysis: Analysis) -> Iterator[Cut]:
    """The returns of ``s[low:high:high]`` of a local slice that lose slots, in order."""
    file = analysis.file
    for match in candidates(file.data):
        if match[0].count(b":") != 2:
            continue
        node = file.descendant(match.start(), match.end())
        if node is not None and node.kind_id == syntax.SLICE_EXPRESSION:
            found = _of(analysis, node)
            if found is not None:
                yield found


def _of(analysis: Analysis, sliced: Node) -> Cut | None:
    listed = sliced.parent
    statement = listed.parent if listed is not None and listed.kind_id == syntax.EXPRESSION_LIST else None
    function = analysis.function_at(sliced.start_byte)
    array = sliced.child_by_field_id(syntax.F_OPERAND)
    if statement is None or statement.kind_id != syntax.RETURN_STATEMENT or function is None or function.has_error:
        return None
    facts = Facts.of(analysis, function)
    variable, key = facts.variable(array), facts.places.key(array)
    if array is None or variable is None or key is None or not _is_own(facts, variable, sliced):
        return None
    low, high, capacity = bounds(sliced)
    whole = core(facts.types.of(array))
    what = held(whole.element) if isinstance(whole, Slice) else None
    ends = facts.places.linear(high), facts.places.linear(capacity)
    if not what or high is None or None in ends or ends[0] != ends[1] or not isinstance(whole, Slice):
        return None
    front, back = _front(facts, low), _back(facts, variable, high)
    if front is None and (back is None or back.count is None):
        return None
    store = Store(statement, array, sliced, 0, False, "")
    names = frozenset((key,))
    return Cut(facts, Kind.RESULT, store, array, low, high, key, array, names, whole.element, what, front, back)


def _front(facts: Facts, low: Node | None) -> Lost | None:
    linear = facts.places.linear(low)
    if low is None or linear is None or linear.terms or linear.constant <= 0:
        return None
    return Lost(linear.constant, bounded=True)


def _back(facts: Facts, variable: Variable, high: Node) -> Lost | None:
    """What is behind the end: known where the slice is a literal of known length that nothing is appended to."""
    linear, length = facts.places.linear(high), _length(facts, variable)
    if linear is None or linear.terms:
        return None
    if length is None:
        return Lost(None, bounded=False)
    apart = length - linear.constant
    return Lost(apart, bounded=True) if apart > 0 else None


def _length(facts: Facts, variable: Variable) -> int | None:
    definitions = facts.definitions(variable)
    value = definitions[0].value if len(definitions) == 1 else None
    if value is None or value.kind_id != syntax.COMPOSITE_LITERAL:
        return None
    body = value.child_by_field_id(syntax.F_BODY)
    elements = syntax.operands(body) if body is not None else []
    return None if any(e.kind_id == syntax.KEYED_ELEMENT for e in elements) else len(elements)


def _is_own(facts: Facts, variable: Variable, sliced: Node) -> bool:
    """Whether nobody but the function knows the array: it is made here, and only read, indexed and appended to."""
    if variable.kind != "local":
        return False
    for definition in facts.definitions(variable):
        value = definition.value
        if definition.kind == "zero":
            continue
        made = definition.kind == "value" and value is not None
        if not made or value is None or not (_makes(value) or _appends(facts, value, variable)):
            return False
    return all(_only_reads(facts, use, variable, sliced) for use in facts.bindings.uses(variable))


def _makes(value: Node) -> bool:
    function = value.child_by_field_id(syntax.F_FUNCTION)
    return value.kind_id == syntax.COMPOSITE_LITERAL or (function is not None and function.text == b"make")


def _appends(facts: Facts, value: Node, variable: Variable) -> bool:
    function, arguments = value.child_by_field_id(syntax.F_FUNCTION), value.child_by_field_id(syntax.F_ARGUMENTS)
    first = syntax.operands(arguments)[:1] if arguments is not None else []
    return function is not None and function.text == b"append" and bool(first) and facts.variable(first[0]) is variable


def _only_reads(facts: Facts, use: Node, variable: Variable, sliced: Node) -> bool:
    parent = use.parent
    if parent is None or parent.id == sliced.id:
        return True
    if parent.kind_id == syntax.ARGUMENT_LIST and parent.parent is not None:
        function = parent.parent.child_by_field_id(syntax.F_FUNCTION)
        return function is not None and function.text in _BUILTINS
    if parent.kind_id == syntax.EXPRESSION_LIST and parent.parent is not None:
        return any(s.target == use and facts.variable(s.target) is variable for s in facts.stores)
    taken = parent.parent is not None and parent.parent.kind_id == syntax.UNARY_EXPRESSION
    return parent.kind_id in _READING and not (taken and syntax.operator(parent.parent or parent) == "&")
