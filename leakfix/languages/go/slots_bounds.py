"""Whether a bound of a slice expression cuts something off, and how much: what is known of Go index expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_copies import copied
from leakfix.languages.go.slots_order import is_on_the_way
from leakfix.languages.go.slots_places import Linear
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.slots_facts import Facts

_BELOW: Final = frozenset(("<", "<="))
_ABOVE: Final = frozenset((">", ">="))


@record
class Lost:
    """How many slots a bound cuts off, where that is known, and whether the bound surely is at most the length."""

    count: int | None
    bounded: bool


class Bounds:
    """What one cut's bounds mean; ``names`` are the keys of the places that hold the array that is cut."""

    def __init__(self, facts: Facts, names: Set[str], at: Node, is_reachable: bool = True) -> None:
        """Take the cut's statement, the array's names, and whether other functions can change its length meanwhile."""
        self.facts = facts
        self.lengths = {f"len({name})" for name in names}
        self.names = names
        self.at = at
        self.is_reachable = is_reachable

    def behind(self, high: Node) -> Lost | None:
        """What ``x[:high]`` loses at the end; None when it may lose nothing, or may even bring slots back."""
        linear = self.facts.places.linear(high)
        if linear is None:
            return None
        found = self._below_length(linear)
        if found is not None:
            return found
        if self._is_less_than_length(high):
            return Lost(None, bounded=False)
        variable = self._counted(high, linear)
        if variable is not None and linear.constant <= 0:
            from_variable = self._of_variable(variable, linear.constant)
            if from_variable is not None:
                return from_variable
        if self._is_guarded(self.facts.places.key(high)):
            return Lost(None, bounded=True)
        return None

    def before(self, low: Node) -> Lost | None:
        """What ``x[low:]`` loses at the front; None when it loses nothing."""
        linear = self.facts.places.linear(low)
        if linear is not None and not linear.terms:
            return Lost(linear.constant, bounded=True) if linear.constant > 0 else None
        return Lost(None, bounded=True)

    def between(self, low: Node, high: Node) -> Lost | None:
        """What ``append(x[:low], x[high:]...)`` loses; None when it inserts, loses nothing, or has calls for bounds."""
        first, second = self.facts.places.linear(low), self.facts.places.linear(high)
        if first is None or second is None:
            return None
        apart = second.minus(first)
        if not apart.terms:
            return Lost(apart.constant, bounded=True) if apart.constant > 0 else None
        if not first.terms and first.constant == 0:
            return Lost(None, bounded=True)
        return Lost(None, bounded=False)

    def is_length(self, high: Node) -> bool:
        """Whether a bound is the length of the array."""
        return self.facts.places.key(high) in self.lengths

    def is_in_loop(self, node: Node) -> bool:
        """Whether the innermost loop around a node goes over the array."""
        return self._loop_over(node) is not None

    def _below_length(self, linear: Linear) -> Lost | None:
        """The loss when the length is a term: ``len(x)-1``, ``len(x)-n``."""
        length = next((key for key in self.lengths if linear.terms.get(key) == 1), None)
        if length is None:
            return None
        rest = {key: factor for key, factor in linear.terms.items() if key != length}
        if any(factor > 0 for factor in rest.values()) or linear.constant > 0:
            return Lost(None, bounded=True) if self._is_moved(linear, length) else None
        if rest:
            return Lost(None, bounded=True)
        return Lost(-linear.constant, bounded=True) if linear.constant < 0 else None

    def _is_less_than_length(self, high: Node) -> bool:
        """Whether something is taken off the length: ``len(x)-(j-i)``."""
        high = syntax.unparen(high)
        left = high.child_by_field_id(syntax.F_LEFT) if high.kind_id == syntax.BINARY_EXPRESSION else None
        return left is not None and syntax.operator(high) == "-" and self.is_length(left)

    def _is_moved(self, linear: Linear, length: str) -> bool:
        """Whether a bound is the length less what a ``copy(x[i:], x[j:])`` before it moved down: ``len(x)-j+i``."""
        places = self.facts.places
        for call in self.facts.nodes("call"):
            found = copied(self.facts, self.names, call) if call.end_byte < self.at.start_byte else None
            if found is None or not is_on_the_way(call, self.at):
                continue
            start = places.linear(found[0]) if found[0] is not None else Linear({}, 0)
            end = places.linear(found[1])
            if start is not None and end is not None and linear == Linear({length: 1}, 0).minus(end.minus(start)):
                return True
        return False

    def _counted(self, high: Node, linear: Linear) -> Variable | None:
        if linear.only is None:
            return None
        waiting = [high]
        while waiting:
            node = waiting.pop()
            if node.kind_id == syntax.IDENTIFIER and self.facts.places.key(node) == linear.only:
                return self.facts.variable(node)
            waiting.extend(node.named_children)
        return None

    def _of_variable(self, variable: Variable, added: int) -> Lost | None:
        """What a variable that is at most the length loses: it was the length, an index, or counted what was kept."""
        definitions = self.facts.definitions(variable)
        steps = self.facts.steps(variable)
        if any(step.kind_id not in (syntax.INC_STATEMENT, syntax.DEC_STATEMENT) for step in steps):
            return None
        up = [step for step in steps if step.kind_id == syntax.INC_STATEMENT]
        down = [step for step in steps if step.kind_id == syntax.DEC_STATEMENT]
        values = [d for d in definitions if d.kind == "value" and d.value is not None]
        told = [d for d in definitions if d.kind != "zero"]
        if len(told) == len(values) == 1 and values[0].value is not None:
            linear = self.facts.places.linear(values[0].value)
            if linear is not None and linear.only in self.lengths and not up:
                return self._of_length(values[0].statement, linear.constant + added, down)
            if self._is_copied(values[0].value) and not steps and not added:
                return Lost(None, bounded=True)
        if any(d.kind == "index" and self._ranges(d.value) for d in definitions) and len(definitions) == 1 and not up:
            return Lost(None, bounded=True)
        return self._of_counter(definitions_zero(self, variable), up, down)

    def _of_length(self, statement: Node, apart: int, down: list[Node]) -> Lost | None:
        """A variable that was made the length plus ``apart`` and may have been decremented."""
        between = [c for c in self.facts.nodes("call") if statement.end_byte <= c.start_byte < self.at.start_byte]
        grown = any(self._may_resize(call) for call in between)
        if not down:
            if apart == 0:
                return Lost(None, bounded=False) if grown else None
            return Lost(-apart if not grown else None, bounded=not grown) if apart < 0 else None
        exact = len(down) == 1 and not grown and apart == 0 and self._runs_once(down[0])
        return Lost(1 if exact else None, bounded=not grown) if apart <= 0 else None

    def _runs_once(self, step: Node) -> bool:
        """Whether a statement stands in the cut's own block or around it: each run of the cut has one of it."""
        holder = step.parent
        return holder is not None and holder.start_byte <= self.at.start_byte and self.at.end_byte <= holder.end_byte

    def _of_counter(self, from_zero: bool, up: list[Node], down: list[Node]) -> Lost | None:
        """A counter of what a loop over the array kept: it starts at 0 and grows at most once a turn."""
        if not from_zero or down or len(up) != 1:
            return None
        loop = self._loop_over(up[0])
        return Lost(None, bounded=True) if loop is not None else None

    def _loop_over(self, node: Node) -> Node | None:
        """The innermost loop around a node when it runs over the array."""
        at = node.parent
        while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
            if at.kind_id == syntax.FOR_STATEMENT:
                return at if self._is_over(at) else None
            at = at.parent
        return None

    def _is_over(self, loop: Node) -> bool:
        for child in syntax.operands(loop):
            if child.kind_id == syntax.RANGE_CLAUSE:
                return self._ranges(child.child_by_field_id(syntax.F_RIGHT))
            condition = child.child_by_field_id(syntax.F_CONDITION) if child.kind_id == syntax.FOR_CLAUSE else child
            if child.kind_id != syntax.BLOCK and condition is not None:
                return any(self._is_below(part) for part in _conjuncts(condition))
        return False

    def _is_below(self, condition: Node) -> bool:
        """Whether a condition compares something with the length, or with a variable that is the length."""
        if condition.kind_id != syntax.BINARY_EXPRESSION:
            return False
        sides = [condition.child_by_field_id(f) for f in (syntax.F_LEFT, syntax.F_RIGHT)]
        side = sides[1] if syntax.operator(condition) in _BELOW else sides[0]
        return side is not None and (self.is_length(side) or self.is_length_variable(side))

    def is_length_variable(self, node: Node) -> bool:
        """Whether a variable was set to the length of the array, once."""
        variable = self.facts.variable(node)
        if variable is None or self.facts.steps(variable):
            return False
        values = [d.value for d in self.facts.definitions(variable)]
        return len(values) == 1 and values[0] is not None and self.is_length(values[0])

    def _ranges(self, over: Node | None) -> bool:
        return over is not None and self.facts.places.key(over) in self.names

    def _is_copied(self, value: Node) -> bool:
        """Whether a value is the count of a ``copy`` into the array."""
        if value.kind_id != syntax.CALL_EXPRESSION:
            return False
        function, arguments = value.child_by_field_id(syntax.F_FUNCTION), value.child_by_field_id(syntax.F_ARGUMENTS)
        into = syntax.operands(arguments)[:1] if arguments is not None else []
        named = function is not None and function.text == b"copy"
        return named and bool(into) and self.facts.places.key(into[0]) in self.names

    def _may_resize(self, call: Node) -> bool:
        """Whether a call appends to the array, has to do with its owner, or is of an unknown function."""
        function, arguments = call.child_by_field_id(syntax.F_FUNCTION), call.child_by_field_id(syntax.F_ARGUMENTS)
        first = syntax.operands(arguments)[:1] if arguments is not None else []
        if function is not None and function.text == b"append":
            return bool(first) and self.facts.places.key(first[0]) in self.names
        if not self.is_reachable:
            return False
        callee = self.facts.types.callee(call)
        if callee is None or callee.kind == "value":
            return True
        given = syntax.operands(arguments) if arguments is not None else []
        operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
        holders = {name.rpartition(".")[0] for name in self.names} - {""}
        return any(self.facts.places.key(node) in holders for node in (*given, operand))

    def _is_guarded(self, bound: str | None) -> bool:
        """Whether an if around the cut tells that the bound is below the length."""
        at = self.at.parent
        inside = self.at
        while bound is not None and at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
            condition = at.child_by_field_id(syntax.F_CONDITION) if at.kind_id == syntax.IF_STATEMENT else None
            then = at.child_by_field_id(syntax.F_CONSEQUENCE) if condition is not None else None
            if condition is not None and then is not None and then.start_byte <= inside.start_byte < then.end_byte:
                for part in _conjuncts(condition):
                    if self._tells_below(part, bound):
                        return True
            inside, at = at, at.parent
        return False

    def _tells_below(self, condition: Node, bound: str) -> bool:
        if condition.kind_id != syntax.BINARY_EXPRESSION:
            return False
        sign = syntax.operator(condition)
        left, right = (self.facts.places.key(condition.child_by_field_id(f)) for f in (syntax.F_LEFT, syntax.F_RIGHT))
        if sign in _BELOW:
            return left == bound and right in self.lengths
        return sign in _ABOVE and right == bound and left in self.lengths


def definitions_zero(bounds: Bounds, variable: Variable) -> bool:
    """Whether a variable starts at 0 and is assigned nothing else."""
    return all(
        d.kind == "zero" or (d.kind == "value" and d.value is not None and d.value.text == b"0")
        for d in bounds.facts.definitions(variable)
    )


def _conjuncts(condition: Node) -> Iterator[Node]:
    condition = syntax.unparen(condition)
    if condition.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(condition) == "&&":
        for number in (syntax.F_LEFT, syntax.F_RIGHT):
            side = condition.child_by_field_id(number)
            if side is not None:
                yield from _conjuncts(side)
    else:
        yield condition
