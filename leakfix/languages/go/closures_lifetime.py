"""Whether a resource, or anything made from it, outlives the round of a Go loop that acquired it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_calls import Calls
from leakfix.languages.go.closures_values import (
    Mark,
    Marks,
    Round,
    arguments_of,
    base_of,
    binding_of,
    bindings_in,
    last_name,
    receiver_of,
)
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable

_FLOWS: Final = frozenset(
    {
        go.SHORT_VAR_DECLARATION,
        go.ASSIGNMENT_STATEMENT,
        go.VAR_SPEC,
        go.RANGE_CLAUSE,
        go.RECEIVE_STATEMENT,
        go.TYPE_SWITCH_STATEMENT,
    }
)
_SINKS: Final = frozenset({go.CALL_EXPRESSION, go.GO_STATEMENT, go.SEND_STATEMENT})
_MAKING: Final = re.compile(r"^(?i:new|make|open|create|build|command)")
"""Names of functions that return something new."""


@record
class Outliving:
    """Where something outlives the round, and how, as the end of a sentence."""

    node: Node
    how: str


class Lifetime:
    """Follows the resources that some variables of a round are through the round's body."""

    def __init__(
        self,
        round_: Round,
        roots: frozenset[Variable],
        *,
        naming: bool,
        releases: frozenset[int] = frozenset(),
        depth: int = 3,
        inward: Variable | None = None,
    ) -> None:
        """``releases`` holds the ids of the deferred statements that release them: uses in those do not count.

        Callees are followed ``depth`` deep. What is stored in ``inward``, the receiver of a callee, does not outlive.
        """
        self.round = round_
        self.marks = Marks(round_, roots, naming=naming)
        self._calls = Calls(round_, self.marks, self._outlives if depth else None)
        self._depth = depth
        self._inward = inward
        self._releases = releases
        self._flows: list[Node] = []
        self._sinks: list[Node] = []
        self._uses: list[Node] = []
        self._fresh: dict[Variable, bool] = {}
        self._collect(round_.body)
        while any([self._flow(node) for node in self._flows] + [self._absorb(node) for node in self._sinks]):
            continue

    @property
    def assumes(self) -> bool:
        """Whether something is taken for granted of a function of which only the name is known."""
        return self._calls.assumes

    def outliving(self) -> Outliving | None:
        """The first place where something marked outlives the round."""
        for node in sorted([*self._flows, *self._sinks], key=lambda node: node.start_byte):
            found = self._stored(node) if node.kind_id in _FLOWS else self._sunk(node)
            if found is not None:
                return found
        return None

    def is_used(self) -> bool:
        """Whether the round does anything with what it acquired but acquire, test and release it."""
        return any(self._is_use(node) for node in self._uses)

    def is_used_in(self, statement: Node) -> bool:
        """Whether a statement uses what the round acquired, or what was made from it."""
        return any(
            statement.start_byte <= node.start_byte < statement.end_byte and self._is_use(node) for node in self._uses
        )

    def _collect(self, top: Node) -> None:
        stack = [top]
        while stack:
            node = stack.pop()
            if node.id in self._releases:
                continue
            if node.kind_id in _FLOWS:
                self._flows.append(node)
            elif node.kind_id in _SINKS:
                self._sinks.append(node)
            elif node.kind_id == go.IDENTIFIER:
                self._uses.append(node)
            stack.extend(reversed(node.named_children))

    # what becomes marked

    def _flow(self, node: Node) -> bool:
        """Mark the variables that get something marked; tells whether that changed anything."""
        changed = False
        for target, mark in self._given(node):
            holder = self._absorber(target)
            if mark and holder is not None:
                changed = self.marks.raise_to(holder, mark) or changed
        return changed

    def _absorb(self, call: Node) -> bool:
        """Mark the round's own object that a method call gives something marked to keep."""
        receiver = receiver_of(call) if call.kind_id == go.CALL_EXPRESSION else None
        holder = None if receiver is None else self._object(receiver)
        if holder is None or not self._calls.is_given_to_keep(call):
            return False
        return self.marks.raise_to(holder, Mark.HOLDS)

    def _given(self, node: Node) -> Iterator[tuple[Node, Mark]]:
        """What a statement assigns to, with the mark of what it assigns."""
        if node.kind_id == go.TYPE_SWITCH_STATEMENT:
            alias, value = node.child_by_field_id(go.F_ALIAS), node.child_by_field_id(go.F_VALUE)
            if alias is not None and value is not None:
                yield go.operands(alias)[0], self.marks.of(value)
            return
        left = node if node.kind_id == go.VAR_SPEC else node.child_by_field_id(go.F_LEFT)
        for target in [] if left is None else self._targets(node, left):
            yield target, self._mark_given(node, target)

    def _targets(self, node: Node, left: Node) -> list[Node]:
        return go.field_children(left, go.F_NAME) if node.kind_id == go.VAR_SPEC else go.operands(left)

    def _mark_given(self, node: Node, target: Node) -> Mark:
        bound = binding_of(target)
        if bound is None or bound.value is None:
            return Mark.NONE
        if node.kind_id == go.RANGE_CLAUSE:
            return self.marks.kept(self.marks.of(bound.value), target)
        mark = self.marks.of(bound.value, bound.index)
        unknown = mark is Mark.HOLDS and self.round.types.of(target) is None
        return Mark.NONE if unknown and bound.index and is_outcome(target) else mark

    def _absorber(self, target: Node) -> Variable | None:
        """The round's own variable that keeps what is stored in a place; None when the place outlives the round."""
        base = base_of(target)
        variable = self.round.bindings.variable(base) if base.kind_id == go.IDENTIFIER else None
        if variable is not None and base == go.unparen(target) and self.round.is_own(variable):
            return variable
        return self._object(target)

    def _object(self, expression: Node) -> Variable | None:
        """The variable behind an expression, when the object that it refers to was made in the round."""
        base = base_of(expression)
        variable = self.round.bindings.variable(base) if base.kind_id == go.IDENTIFIER else None
        if variable is None or variable is self._inward:
            return variable
        if variable not in self._fresh:
            self._fresh[variable] = self.round.is_own(variable) and self._is_fresh(variable)
        return variable if self._fresh[variable] else None

    def _is_fresh(self, variable: Variable) -> bool:
        """Whether what a variable refers to was made in the round, as far as can be told."""
        values = [bound.value for bound in bindings_in(variable, self.round)]
        return all(value is None or self._makes(go.unparen(value)) for value in values)

    def _makes(self, value: Node) -> bool:
        if value.kind_id == go.UNARY_EXPRESSION:
            operand = value.child_by_field_id(go.F_OPERAND)
            return operand is not None and go.unparen(operand).kind_id == go.COMPOSITE_LITERAL
        if value.kind_id == go.CALL_EXPRESSION:
            return bool(_MAKING.match(last_name(value.child_by_field_id(go.F_FUNCTION) or value)))
        return value.kind_id in (go.COMPOSITE_LITERAL, go.FUNC_LITERAL, go.NIL)

    # what outlives the round

    def _stored(self, node: Node) -> Outliving | None:
        for target, mark in self._given(node):
            if (
                mark
                and target.kind_id != go.BLANK_IDENTIFIER
                and go.text(target) != "_"
                and self._absorber(target) is None
            ):
                return Outliving(node, f"is stored in {go.text(target)}")
        return None

    def _sunk(self, node: Node) -> Outliving | None:
        if node.kind_id == go.SEND_STATEMENT:
            value = node.child_by_field_id(go.F_VALUE)
            return Outliving(node, "is sent on a channel") if value is not None and self.marks.of(value) else None
        if node.kind_id == go.GO_STATEMENT:
            return Outliving(node, "is used by a goroutine") if self.marks.captured_by(node) else None
        receiver = receiver_of(node)
        inward = receiver is not None and self._object(receiver) is not None
        how = self._copied(node) or self._calls.kept_how(node, inward=inward)
        return Outliving(node, how) if how else None

    def _copied(self, call: Node) -> str:
        """How the builtin ``copy`` takes something marked out of the round."""
        function, arguments = call.child_by_field_id(go.F_FUNCTION), arguments_of(call)
        if function is None or last_name(function) != "copy" or len(arguments) < 2 or not self.marks.of(arguments[1]):
            return ""
        return "" if self._absorber(arguments[0]) is not None else "is copied into a slice"

    def _outlives(self, inside: Round, variable: Variable, inward: Variable | None) -> bool:
        """Whether a variable, a parameter say, outlives the body of a callee."""
        key = f"outlives:{variable.index}:{self._depth}:{inward is not None}"
        known = inside.function.cache.get(key)
        if not isinstance(known, bool):
            within = Lifetime(inside, frozenset({variable}), naming=False, depth=self._depth - 1, inward=inward)
            known = inside.function.cache[key] = within.outliving() is not None
        return known

    def _is_use(self, identifier: Node) -> bool:
        variable = self.round.bindings.variable(identifier)
        if variable is None or not self.marks.of_variable.get(variable):
            return False
        if binding_of(identifier) is not None:
            return False
        parent = identifier.parent
        compared = parent is not None and parent.kind_id == go.BINARY_EXPRESSION
        return not (compared and parent is not None and any(child.kind_id == go.NIL for child in parent.named_children))


def is_outcome(target: Node) -> bool:
    """Whether the last of several targets is by its name an error or a yes-or-no."""
    name = go.text(target).lower()
    return name in ("e", "ok", "_") or name.endswith(("err", "error"))
