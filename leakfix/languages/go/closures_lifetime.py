"""Whether a resource, or anything made from it, outlives the round of a Go loop that acquired it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.carry import only_borrows
from leakfix.languages.go.closures_values import (
    Mark,
    Marks,
    Round,
    arguments_of,
    base_of,
    binding_of,
    bindings_in,
    is_package,
    is_standard,
    last_name,
    receiver_of,
)
from leakfix.languages.go.types import Signature, underlying
from leakfix.models import RECEIVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type

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
_STORING: Final = re.compile(
    r"^(Set|Add|Append|Attach|Enqueue|Go|Insert|Prepend|Push|Put|Register|Replace|Reset|Store|Submit|Swap|Track|With)"
    r"([A-Z]|$)"
)
"""Methods that are there to keep what they are given."""
_STARTING: Final = re.compile(
    r"^(?i:go|keepalive|launch|listen|monitor|run|schedule|serve|spawn|start|subscribe|watch)([A-Z]|$)"
)
"""Functions that leave something running when they come back."""
_MAKING: Final = re.compile(r"^(?i:new|make|open|create|build|command)")
"""Names of functions that return something new."""
_AT_ONCE: Final = frozenset(
    ("bytes", "go/ast", "io/fs", "maps", "path/filepath", "regexp", "slices", "sort", "strings")
)
"""Packages whose functions call the functions that they are given before they return."""
_AT_ONCE_METHODS: Final = frozenset(("sync.Map.Range", "sync.Once.Do", "testing.T.Run", "testing.B.Run"))
_KEEPERS: Final = frozenset(("log.SetOutput", "net/http.Handle", "net/http.HandleFunc", "runtime.SetFinalizer"))


@dataclass(frozen=True, slots=True)
class Outliving:
    """Where something outlives the round, and how, as the end of a sentence."""

    node: Node
    how: str


class Lifetime:
    """Follows the resources that some variables of a round are through the round's body."""

    def __init__(
        self, round_: Round, roots: frozenset[Variable], *, naming: bool, releases: frozenset[int], depth: int = 3
    ) -> None:
        """``releases`` holds the ids of the deferred statements that release them: uses in those do not count."""
        self.round = round_
        self.assumes = False
        """Whether a constructor of which only the name is known was taken to keep things in what it returns alone."""
        self.marks = Marks(round_, roots, naming=naming)
        self._releases = releases
        self._depth = depth
        self._flows: list[Node] = []
        self._sinks: list[Node] = []
        self._uses: list[Node] = []
        self._collect(round_.body)
        while any([self._flow(node) for node in self._flows] + [self._absorb(node) for node in self._sinks]):
            continue

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
        """Mark the round's own object that a method call gives something marked."""
        receiver = receiver_of(call) if call.kind_id == go.CALL_EXPRESSION else None
        if receiver is None or self._kept(call) is None:
            return False
        holder = self._absorber(receiver)
        return holder is not None and self.marks.raise_to(holder, Mark.HOLDS)

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
        if variable is None or not self.round.is_own(variable):
            return None
        return variable if base == go.unparen(target) or self._is_fresh(variable) else None

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
        kept = self._kept(node)
        receiver = receiver_of(node)
        if kept is None or (receiver is not None and self._absorber(receiver) is not None):
            return None
        return kept

    def _kept(self, call: Node) -> Outliving | None:
        """How a call may keep something marked that it is given."""
        function = call.child_by_field_id(go.F_FUNCTION)
        if function is None or go.unparen(function).kind_id == go.FUNC_LITERAL:
            return None
        receiver, arguments, name = receiver_of(call), arguments_of(call), last_name(function)
        held = receiver is not None and self.marks.of(receiver) is Mark.HOLDS
        given = [at for at, argument in enumerate(arguments) if self.marks.of(argument)]
        if not held and not given:
            return None
        callee = self.round.types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return self._copied(call, callee, arguments)
        shown = go.text(function)
        if held and self._left_running(call, callee, receiver):
            return Outliving(call, f"may be used after {shown} has returned")
        stores = receiver is not None and not is_package(receiver, self.round) and bool(_STORING.match(name))
        if not held and stores and any(not self._is_context(arguments[at]) for at in given):
            return Outliving(call, f"is passed to {shown}")
        for at in given:
            if self.marks.of(arguments[at]) is Mark.HOLDS and self._is_kept(call, callee, at, arguments[at]):
                return Outliving(call, f"is passed to {shown}, which may keep it")
        return None

    def _copied(self, call: Node, callee: Callee, arguments: list[Node]) -> Outliving | None:
        if callee.name != "copy" or len(arguments) < 2 or not self.marks.of(arguments[1]):
            return None
        return None if self._absorber(arguments[0]) is not None else Outliving(call, "is copied into a slice")

    def _left_running(self, call: Node, callee: Callee | None, receiver: Node | None) -> bool:
        """Whether a method of an object that works through the resource leaves something running."""
        base = None if receiver is None else self.round.bindings.variable(base_of(receiver))
        if base is None or base in self.marks.roots:
            return False
        if callee is not None and callee.function is not None and callee.function.body is not None:
            return self._is_kept_inside(callee.function, RECEIVER)
        return bool(_STARTING.match(last_name(call.child_by_field_id(go.F_FUNCTION) or call)))

    def _is_kept(self, call: Node, callee: Callee | None, at: int, argument: Node) -> bool:
        """Whether a callee may keep its argument number ``at``, which holds the resource."""
        if callee is None:
            return self._is_kept_by_unknown(call, argument)
        models = self.round.program.models
        if models.borrows(callee.symbol) or models.released_argument(callee.symbol) == at:
            return False
        if models.kept_argument(callee.symbol) == at or callee.symbol in _KEEPERS:
            return True
        if isinstance(underlying(self.round.types.of(argument)), Signature):
            return not self._calls_at_once(callee, at, argument)
        if is_standard(callee, self.round.file):
            return False
        if callee.function is not None and callee.function.body is not None:
            return self._is_kept_inside(callee.function, at)
        if callee.signature is None or self._is_context(argument):
            return self._is_kept_by_unknown(call, argument)
        return not only_borrows(_parameter(callee, at))

    def _is_context(self, argument: Node) -> bool:
        return str(self.round.types.of(argument)) == "context.Context"

    def _is_kept_by_unknown(self, call: Node, argument: Node) -> bool:
        """A function keeps a context only if it leaves something running; a constructor keeps what it is given inside.

        That is by convention, and by name: neither the body nor, maybe, the signature of the function is known.
        """
        name = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
        alone = call.parent is not None and call.parent.kind_id == go.EXPRESSION_STATEMENT
        if self._is_context(argument):
            return alone or bool(_STARTING.match(name))
        if alone or not re.match(r"New([A-Z]|$)", name):
            return True
        self.assumes = True
        return False

    def _is_kept_inside(self, function: Function, at: int) -> bool:
        """Whether a function with a body lets its operand ``at`` outlive the call, other than in what it returns."""
        key = f"kept:{at}:{self._depth}"
        known = function.cache.get(key)
        if isinstance(known, bool):
            return known
        if self._depth == 0 or function.has_error:
            return True
        inside = Round(self.round.program, function, function.node, function.node)
        names = parameters_of(function.node, go.F_RECEIVER if at == RECEIVER else go.F_PARAMETERS)
        variable = inside.bindings.variable(names[min(max(at, 0), len(names) - 1)]) if names else None
        kept = False
        if variable is not None:
            roots, none = frozenset({variable}), frozenset[int]()
            kept = Lifetime(inside, roots, naming=False, releases=none, depth=self._depth - 1).outliving() is not None
        function.cache[key] = kept
        return kept

    def _calls_at_once(self, callee: Callee, at: int, argument: Node) -> bool:
        """Whether a function that is given a function is done with it when it returns."""
        if callee.package in _AT_ONCE or callee.symbol in _AT_ONCE_METHODS:
            return ".Parallel()" not in go.text(argument)
        if callee.function is not None and callee.function.body is not None:
            return not self._is_kept_inside(callee.function, at)
        return False

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


def parameters_of(function: Node, field: int) -> list[Node]:
    """The names of a function's parameters, or of its receiver; an unnamed one has none."""
    held = function.child_by_field_id(field)
    declared = [] if held is None else go.operands(held)
    return [name for declaration in declared for name in go.field_children(declaration, go.F_NAME)]


def _parameter(callee: Callee, at: int) -> Type | None:
    """The type of a parameter, which for a variadic one is that of each argument."""
    signature = callee.signature
    if signature is None or not signature.params:
        return None
    params = signature.params
    if signature.variadic and at >= len(params) - 1:
        return getattr(params[-1], "element", None)
    return params[at] if at < len(params) else None
