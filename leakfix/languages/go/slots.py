"""Where Go code cuts elements off a slice whose backing array lives on: the cuts of a file.

A cut assigns a part of a slice to the place that held all of it, a field, element or variable that outlives the call.
What the array's other slots hold stays reachable until they are overwritten or the array goes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_bounds import Bounds, Lost
from leakfix.languages.go.slots_copies import moved_by
from leakfix.languages.go.slots_facts import Facts, Store, stores_of
from leakfix.languages.go.slots_first_look import candidates
from leakfix.languages.go.slots_holders import appends_to, owner_of
from leakfix.languages.go.slots_literals import held_by_elements
from leakfix.languages.go.slots_places import bounds
from leakfix.languages.go.types import Slice, core
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.pointers import Held
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type

_IN_BOUND: Final = frozenset(
    (syntax.SLICE_EXPRESSION, syntax.ARGUMENT_LIST, syntax.CALL_EXPRESSION, syntax.BINARY_EXPRESSION)
)
_MOST: Final = 100
"""How many slice expressions of one function are looked at: more are a table, or made by a machine."""
_ASSIGNING: Final = frozenset((syntax.ASSIGNMENT_STATEMENT, syntax.SHORT_VAR_DECLARATION, syntax.VAR_SPEC))


class Kind(StrEnum):
    """How elements are cut off."""

    ENDS = "ends"
    """``x = x[low:high]``: what is before ``low`` and behind ``high``."""
    DELETE = "delete"
    """``x = append(x[:low], x[high:]...)``: the last slots, whose elements were moved down."""
    EMPTY = "empty"
    """``x = x[:0]``: every slot."""
    FILTER = "filter"
    """``y := x[:0]``, elements of x appended to y, ``x = y``: the slots behind what was kept."""
    RESULT = "result"
    """``return x[low:high:high]`` of a slice made here: what the caller cannot reach."""
    LIBRARY = "library"
    """``x = slices.Delete(x, i, j)`` and the like, where these may be of a toolchain that clears nothing."""


@individual
class Cut:
    """One cut.

    ``statement`` assigns to ``target``; ``array`` is the expression that is sliced; ``owner`` the key of the place that
    outlives the call and ``place`` an expression for it; ``names`` the keys of all that hold the array in the function.
    ``front`` and ``back`` tell what is lost at the ends. ``kept`` is the variable that a filter appends to.
    """

    facts: Facts
    kind: Kind
    store: Store
    array: Node
    low: Node | None
    high: Node | None
    owner: str
    place: Node
    names: frozenset[str]
    element: Type | None
    held: Held
    front: Lost | None = None
    back: Lost | None = None
    kept: Variable | None = None

    @property
    def statement(self) -> Node:
        """The assignment."""
        return self.store.statement

    @property
    def target(self) -> Node:
        """What is assigned to."""
        return self.store.target


def cuts(analysis: Analysis) -> tuple[Cut, ...]:
    """The cuts of a file, in order; found once."""
    known = analysis.cache.get("slots")
    if not isinstance(known, tuple):
        known = analysis.cache["slots"] = tuple(_Search(analysis).cuts())
    return known


class _Search:
    """Goes through the slice expressions of one file."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._seen: set[int] = set()
        self._counts: dict[str, int] = {}

    def cuts(self) -> Iterator[Cut]:
        file = self.analysis.file
        for match in candidates(file.data):
            node = file.descendant(match.start(), match.end())
            node = _outermost(node) if node is not None else None
            if node is not None and node.kind_id == syntax.SLICE_EXPRESSION and node.id not in self._seen:
                self._seen.add(node.id)
                yield from self._of(node)

    def _of(self, sliced: Node) -> Iterator[Cut]:
        """The cut that a slice expression makes, or the filter that it begins."""
        statement, value = _assigned(sliced)
        if statement is None or value is None:
            return
        store = next((s for s in stores_of(statement) if s.value == value and not s.several), None)
        function = self.analysis.function_at(sliced.start_byte)
        if store is None or function is None or function.has_error:
            return
        self._counts[function.name] = self._counts.get(function.name, 0) + 1
        if self._counts[function.name] > _MOST:
            return
        facts = Facts.of(self.analysis, function)
        array = sliced.child_by_field_id(syntax.F_OPERAND)
        if array is None:
            return
        if value.id != sliced.id:
            found = self._deletion(facts, store, sliced, array, value)
        elif store.sign == ":=" and _is_empty(sliced):
            found = self._filter(facts, store, array)
        elif store.sign in ("=", ":="):
            found = self._ends(facts, store, sliced, array)
        else:
            found = None
        if found is not None:
            yield found

    def _ends(self, facts: Facts, store: Store, sliced: Node, array: Node) -> Cut | None:
        low, high, _ = bounds(sliced)
        owner = owner_of(facts, store, array)
        if owner is None:
            return None
        place, key, names = owner
        told = Bounds(facts, names, store.statement, is_reachable=facts.variable(array) is None)
        moved = moved_by(facts, names, high)
        if moved is not None and (low is None or low.text == b"0"):
            start, end = moved
            back = told.between(start, end) if start is not None else Lost(None, bounded=True)
            return _cut(facts, Kind.DELETE, store, array, start, end, key, place, names, None, back) if back else None
        if _is_empty(sliced):
            return _cut(facts, Kind.EMPTY, store, array, None, high, key, place, names, None, Lost(None, bounded=True))
        if high is not None and told.is_length(high):
            high = None
        front = told.before(low) if low is not None else None
        back = told.behind(high) if high is not None else None
        if (low is not None and low.text != b"0" and front is None) or (high is not None and back is None):
            return None
        if front is None and back is None:
            return None
        return _cut(facts, Kind.ENDS, store, array, low, high, key, place, names, front, back)

    def _deletion(self, facts: Facts, store: Store, first: Node, array: Node, call: Node) -> Cut | None:
        second = _second(call)
        if second is None:
            return None
        again = second.child_by_field_id(syntax.F_OPERAND)
        zero, low, capacity = bounds(first)
        high, until, _ = bounds(second)
        plain = (zero is None or zero.text == b"0") and capacity is None and until is None
        if not plain or low is None or high is None or facts.places.key(again) != facts.places.key(array):
            return None
        owner = owner_of(facts, store, array)
        if owner is None:
            return None
        place, key, names = owner
        linear = facts.places.linear(low), facts.places.linear(high)
        has_calls = None in linear
        back = Lost(None, bounded=False) if has_calls else Bounds(facts, names, store.statement).between(low, high)
        if back is None:
            return None
        return _cut(facts, Kind.DELETE, store, array, low, high, key, place, names, None, back)

    def _filter(self, facts: Facts, begun: Store, array: Node) -> Cut | None:
        """The cut at the end of an in-place filter that a declaration ``kept := x[:0]`` begins."""
        kept = facts.variable(begun.target)
        array_key = facts.places.key(array)
        if kept is None or array_key is None:
            return None
        stores = [s for s in facts.stores if s.statement.start_byte > begun.statement.end_byte]
        appended = any(facts.variable(s.target) is kept and appends_to(facts, s.value, kept) for s in stores)
        ends = [s for s in stores if s.sign == "=" and facts.variable(s.value) is kept and not s.several]
        if not appended or len(ends) != 1:
            return None
        owner = owner_of(facts, ends[0], array)
        if owner is None:
            return None
        place, key, names = owner
        during = range(begun.statement.end_byte, ends[0].statement.start_byte)
        read = [n.child_by_field_id(syntax.F_RIGHT) for n in facts.nodes("range") if n.start_byte in during]
        read += [syntax.operands(n)[0] for n in facts.nodes("index") if n.start_byte in during]
        if not any(facts.places.key(node) in names for node in read):
            return None
        back = Lost(None, bounded=_keeps_one_a_turn(facts, kept, names))
        return _cut(facts, Kind.FILTER, ends[0], array, None, None, key, place, names, None, back, kept)


def _keeps_one_a_turn(facts: Facts, kept: Variable, names: frozenset[str]) -> bool:
    """Whether a filter surely keeps no more than there was: one append of one element, in a loop over the array."""
    appends = [s.value for s in facts.stores if facts.variable(s.target) is kept and appends_to(facts, s.value, kept)]
    call = appends[0] if len(appends) == 1 else None
    arguments = call.child_by_field_id(syntax.F_ARGUMENTS) if call is not None else None
    given = syntax.operands(arguments) if arguments is not None else []
    if call is None or len(given) != 2 or given[1].kind_id == syntax.VARIADIC_ARGUMENT:
        return False
    return Bounds(facts, names, call).is_in_loop(call)


def _cut(
    facts: Facts,
    kind: Kind,
    store: Store,
    array: Node,
    low: Node | None,
    high: Node | None,
    owner: str,
    place: Node,
    names: frozenset[str],
    front: Lost | None,
    back: Lost | None,
    kept: Variable | None = None,
) -> Cut | None:
    """The cut, if the slots are known to hold something that is kept alive."""
    whole = core(facts.types.of(array))
    if not isinstance(whole, Slice):
        return None
    what = held_by_elements(facts, whole.element)
    if not what:
        return None
    element = whole.element
    return Cut(facts, kind, store, array, low, high, owner, place, names, element, what, front, back, kept)


def _assigned(sliced: Node) -> tuple[Node | None, Node | None]:
    """The statement that assigns a slice expression, alone or as the first argument of ``append``, and that value."""
    value = sliced
    parent = value.parent
    if parent is not None and parent.kind_id == syntax.ARGUMENT_LIST:
        call = parent.parent
        function = call.child_by_field_id(syntax.F_FUNCTION) if call is not None else None
        if call is None or function is None or function.text != b"append" or syntax.operands(parent)[0] != sliced:
            return None, None
        value, parent = call, call.parent
    if parent is None or parent.kind_id != syntax.EXPRESSION_LIST:
        return None, None
    statement = parent.parent
    if statement is None or statement.kind_id not in _ASSIGNING:
        return None, None
    return statement, value


def _outermost(node: Node) -> Node:
    """The slice expression whose bound copies parts of the slice, for such a part; else the node itself."""
    at: Node | None = node
    while at is not None and at.kind_id in _IN_BOUND:
        above = at.parent
        if above is not None and above.kind_id == syntax.SLICE_EXPRESSION and at.id != node.id:
            return above
        at = above
    return node


def _second(call: Node) -> Node | None:
    """The slice expression ``x[j:]`` that ``append(x[:i], x[j:]...)`` appends."""
    arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
    given = syntax.operands(arguments) if arguments is not None else []
    if len(given) != 2 or given[1].kind_id != syntax.VARIADIC_ARGUMENT:
        return None
    inner = syntax.unparen(syntax.operands(given[1])[0])
    return inner if inner.kind_id == syntax.SLICE_EXPRESSION else None


def _is_empty(sliced: Node) -> bool:
    """Whether a slice expression is ``x[:0]``."""
    low, high, _ = bounds(sliced)
    return high is not None and high.text == b"0" and (low is None or low.text == b"0")
