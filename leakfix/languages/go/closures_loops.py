"""The loops of a Go file in which deferred calls pile up, and whether each round may run its own at its end.

A pile is judged before anything is written: the answer is where the function literal has to start, or a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tree_sitter import Query, QueryCursor

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import (
    enclosing_function,
    enclosing_loops,
    jumped_back,
    nested,
    never_stops,
    repeats_after,
    statements_of,
)
from leakfix.languages.go.closures_deferred import (
    Action,
    Deferred,
    Origin,
    Role,
    deferred_of,
    lock_of,
    origin_of,
    siblings_of,
    variables_of,
)
from leakfix.languages.go.closures_lifetime import Lifetime
from leakfix.languages.go.closures_plan import Obstacle, ObstructedError
from leakfix.languages.go.closures_results import results_of
from leakfix.languages.go.closures_values import Round, base_of, binding_of, bindings_in, last_name
from leakfix.languages.go.types import Array, Signature, deref, has_method, underlying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Variable

_DEFERS: Final = Query(go.language(), "(defer_statement) @defer")
_CALLS: Final = Query(go.language(), "(call_expression) @call")
_INC: Final = go.kind("inc_statement")
_DEC: Final = go.kind("dec_statement")
_CLOSING: Final = ("Close", "Stop", "Shutdown", "Release", "Cancel", "Unlock", "RUnlock", "Wait", "Kill", "Remove")
_FRAMES: Final = frozenset(("runtime.Caller", "runtime.Callers"))
_SERVERS: Final = ("listener", "server", "proxy")
"""Ends of the names of modelled resources that others find by an address."""


@dataclass(frozen=True)
class Pile:
    """The defers of one loop that run only at the end of the function; ``label`` marks a loop built with goto."""

    round: Round
    statements: tuple[Node, ...]
    label: Node | None = None

    @property
    def owner(self) -> Node:
        """The function literal or declaration at whose end the defers run."""
        return self.round.owner

    @cached_property
    def deferred(self) -> tuple[Deferred, ...]:
        """What each of the statements defers."""
        found = (deferred_of(statement, self.round) for statement in self.statements)
        return tuple(deferred for deferred in found if deferred is not None)

    @cached_property
    def rounds_at_most(self) -> int | None:
        """How many rounds the loop has, where that is plain to see."""
        return None if self.label is not None else _rounds(self.round)


@dataclass(frozen=True, slots=True)
class Plea:
    """What speaks for a wrap: the statement to start at, and what a reviewer has to look at (empty if nothing)."""

    first: Node
    lifetimes: tuple[Lifetime, ...]
    review: str = ""
    result_name: str = ""


def piles(program: Program, file: File) -> Iterator[Pile]:
    """The loops of a file with defers that pile up, in the order of the file."""
    found = QueryCursor(_DEFERS).captures(file.root).get("defer", [])
    functions = iter(file.functions)
    function = next(functions, None)
    grouped: dict[int, tuple[Function, Node, Node, bool, list[Node]]] = {}
    for statement in sorted(found, key=lambda node: node.start_byte):
        while function is not None and function.node.end_byte <= statement.start_byte:
            function = next(functions, None)
        owner = enclosing_function(statement)
        if function is None or owner is None or function.node.start_byte > statement.start_byte:
            continue
        loop, by_goto = _repeating(program, function, statement)
        if loop is not None:
            grouped.setdefault(loop.id, (function, owner, loop, by_goto, []))[-1].append(statement)
    for top, owner, loop, by_goto, statements in grouped.values():
        yield Pile(Round(program, top, owner, loop), tuple(statements), loop if by_goto else None)


def judge(pile: Pile) -> Plea | Obstacle:
    """Whether every round of a pile's loop may release at its end what it defers to release."""
    try:
        return _Judge(pile).plea()
    except ObstructedError as why:
        return why.obstacle


def _repeating(program: Program, function: Function, statement: Node) -> tuple[Node | None, bool]:
    """The innermost loop that can go on once a statement has run; the label of one that is built with goto."""

    def stops(call: Node) -> bool:
        if never_stops(call):
            return True
        callee = call.child_by_field_id(go.F_FUNCTION)
        if callee is None or last_name(callee) not in program.stopping_names:
            return False
        called = program.types(function).callee(call)
        return called is not None and program.models.never_returns(called.symbol)

    for loop in enclosing_loops(statement):
        if repeats_after(statement, loop, stops):
            return loop, False
    label = jumped_back(statement, stops)
    return label, label is not None


class _Judge:
    """Looks at all that a loop's body defers."""

    def __init__(self, pile: Pile) -> None:
        self.pile = pile
        self.round = pile.round
        self.review: list[str] = []
        self.result_name = ""
        self.starts: list[Node] = []
        self.lifetimes: list[Lifetime] = []

    def plea(self) -> Plea:
        if self.pile.label is not None:
            raise ObstructedError("goto", "the loop is built with goto", self.pile.label)
        if self.round.function.has_error:
            raise ObstructedError("syntax-error", "the function holds a syntax error", self.round.loop)
        self._check_frames()
        for deferred in self.pile.deferred:
            self._look_at(deferred)
        first = self._first()
        for statement in self._others(first):
            other = deferred_of(statement, self.round)
            if other is not None:
                self._look_at(other)
        return Plea(self._first(), tuple(self.lifetimes), "; ".join(dict.fromkeys(self.review)), self.result_name)

    def _first(self) -> Node:
        """The earliest statement of the body that has to move."""
        return min((self._top(node) for node in self.starts), key=lambda node: node.start_byte)

    def _others(self, first: Node) -> list[Node]:
        """The defers that would move although they do not pile up."""
        known = {deferred.statement.id for deferred in self.pile.deferred}
        moved = (node for node in nested([self.round.body]) if node.start_byte >= first.start_byte)
        return [node for node in moved if node.kind_id == go.DEFER_STATEMENT and node.id not in known]

    def _top(self, node: Node) -> Node:
        """The top-level statement of the body that holds a node."""
        for statement in statements_of(self.round.body):
            if statement.start_byte <= node.start_byte < statement.end_byte:
                return statement
        raise ObstructedError("unresolved", "a statement is not where it was looked for", node)

    def _check_frames(self) -> None:
        """Refuse what looks at its caller's frame, and note what reports it."""
        for call in self._calls(self.round.body):
            name = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
            called = self.round.types.callee(call) if name in ("Caller", "Callers", "recover") else None
            if called is not None and called.symbol in _FRAMES:
                raise ObstructedError("caller-frame", "the body looks at the stack, which gets one frame more", call)
            recovers = called is not None and name == "recover" and called.kind == "builtin"
            if recovers and enclosing_function(call) == self.pile.owner:
                raise ObstructedError("recover", "the body calls recover itself", call)
        for call in self._calls(self.round.function.node):
            named = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
            if named == "Helper" and enclosing_function(call) == self.pile.owner:
                self.review.append("failures reported in the body name its own lines instead of the caller's")

    def _calls(self, node: Node) -> list[Node]:
        return QueryCursor(_CALLS).captures(node).get("call", [])

    def _look_at(self, deferred: Deferred) -> None:
        self.starts.append(deferred.statement)
        if any(
            last_name(call.child_by_field_id(go.F_FUNCTION) or call) == "recover"
            for call in self._deferred_calls(deferred)
        ):
            raise ObstructedError("recover", "the deferred function recovers from panics", deferred.statement)
        if deferred.literal is not None:
            self._check_state(deferred, deferred.literal)
        roots: set[Variable] = set()
        for action in deferred.actions:
            roots |= self._roots(action, deferred)
        if not deferred.actions:
            why = f"`{deferred.shown}` releases nothing that the iteration acquired"
            raise ObstructedError("no-owner", why, deferred.statement)
        if roots:
            self._follow(deferred, frozenset(roots))

    def _deferred_calls(self, deferred: Deferred) -> list[Node]:
        return self._calls(deferred.statement if deferred.literal is None else deferred.literal)

    # what the deferred function reads and writes

    def _check_state(self, deferred: Deferred, literal: Node) -> None:
        """Refuse a deferred literal whose outcome depends on when it runs."""
        results = {result.name for result in results_of(self.pile.owner)} - {"", "_"}
        touched: Node | None = None
        stack = [literal]
        while stack:
            node = stack.pop()
            stack.extend(node.named_children)
            if node.kind_id in (go.ASSIGNMENT_STATEMENT, _INC, _DEC):
                self._check_stores(node, literal)
            variable = self.round.bindings.variable(node) if node.kind_id == go.IDENTIFIER else None
            if variable is None or self._is_inside(variable, literal) or self.round.is_own(variable):
                continue
            if variable.kind == "result" and variable.name in results and variable.function == self.pile.owner:
                touched = node
            elif self.round.in_head(variable):
                continue
            elif self._changes(variable, literal):
                why = f"the deferred function reads {variable.name}, which changes until the function returns"
                raise ObstructedError("outer-state", why, node)
        if touched is not None:
            self._take_result(touched, deferred, literal)

    def _check_stores(self, statement: Node, literal: Node) -> None:
        left = statement.child_by_field_id(go.F_LEFT) if statement.kind_id == go.ASSIGNMENT_STATEMENT else statement
        for target in [] if left is None else go.operands(left):
            base = base_of(target)
            variable = self.round.bindings.variable(base) if base.kind_id == go.IDENTIFIER else None
            if go.text(target) == "_" or (variable is not None and variable.kind == "result"):
                continue
            if variable is None or not (self._is_inside(variable, literal) or self.round.is_own(variable)):
                why = f"the deferred function writes {go.text(target)}, which others may read when the loop goes on"
                raise ObstructedError("outer-state", why, statement)

    def _changes(self, variable: Variable, literal: Node) -> bool:
        """Whether a variable gets another value from the loop on, other than in the literal itself."""
        for use in self.round.bindings.uses(variable):
            within = literal.start_byte <= use.start_byte < literal.end_byte
            if use.start_byte < self.round.loop.start_byte or within or use.parent is None:
                continue
            if binding_of(use) is not None or use.parent.kind_id in (_INC, _DEC):
                return True
        return False

    def _take_result(self, touched: Node, deferred: Deferred, literal: Node) -> None:
        """Take over a named error result that a deferred close sets when there is no error yet; refuse all else."""
        why = f"the deferred function uses the result {go.text(touched)}, which is set when the function returns"
        refused = ObstructedError("named-result", why, deferred.statement)
        results = results_of(self.pile.owner)
        variable = self.round.bindings.variable(touched)
        last = results[-1]
        if variable is None or last.name != variable.name or last.text != "error" or deferred.call.child_count == 0:
            raise refused
        if not _keeps_first_error(literal, variable.name) or not self._is_settled(variable):
            raise refused
        self.result_name = variable.name
        self.review.append("the loop ends at the first release that fails, and its error is the one that is returned")

    def _is_settled(self, variable: Variable) -> bool:
        """Whether nothing behind the loop reads the value that the body leaves in a result."""
        end = self.round.loop.end_byte
        body = self.pile.owner.child_by_field_id(go.F_BODY)
        after = [node for node in nested([body]) if node.start_byte >= end] if body is not None else []
        if any(node.kind_id == go.RETURN_STATEMENT and not node.named_children for node in after):
            return False
        return all(use.start_byte < end or binding_of(use) is not None for use in self.round.bindings.uses(variable))

    # what it works on

    def _roots(self, action: Action, deferred: Deferred) -> set[Variable]:
        """The round's variables that a deferred call releases. Raises when the round does not own them."""
        if action.role is Role.UNLOCK:
            return self._unlocked(action, deferred)
        if action.role is Role.DONE:
            self.review.append(f"`{go.text(action.call)}` runs earlier")
            return set()
        bases = [self.round.bindings.variable(base_of(expression)) for expression in action.on]
        own = [variable for variable in deferred.variables if self.round.is_own(variable)]
        touched = set(variables_of(action, deferred.literal, self.round))
        used = [variable for variable in own if variable in touched]
        if action.role is Role.REMOVE:
            if not used:
                raise self._not_owned(action, deferred)
            self.review.append("what is removed may be wanted until the function returns")
            return set(used)
        first = bases[0] if bases else None
        if first is not None and used and first in used and origin_of(first, self.round) is Origin.ELSEWHERE:
            raise self._not_owned(action, deferred)
        made = {variable: origin_of(variable, self.round) for variable in used}
        roots = {variable for variable, origin in made.items() if origin is not Origin.ELSEWHERE}
        if not roots:
            return self._only_outer(action, deferred)
        if first is not None and first not in roots and not self.round.is_own(first):
            self.review.append(f"`{go.text(action.call)}` runs at the end of each iteration")
        elif any(origin is Origin.LIKELY for variable, origin in made.items() if variable in roots):
            self.review.append("what the iteration makes is taken to be its own")
        return roots

    def _only_outer(self, action: Action, deferred: Deferred) -> set[Variable]:
        """What to make of a call that works on nothing of the round's own: part of a literal, it may be harmless."""
        name = last_name(action.call.child_by_field_id(go.F_FUNCTION) or action.call)
        others = [other for other in deferred.actions if other is not action]
        if deferred.literal is None or not others or name in _CLOSING or action.call == deferred.call:
            if action.on and not deferred.variables and deferred.literal is None and self._made_in_place(action):
                self.review.append(f"`{deferred.shown}` runs at the end of each iteration")
                return set()
            raise self._not_owned(action, deferred)
        self.review.append(f"`{go.text(action.call)}` runs at the end of each iteration")
        return set()

    def _made_in_place(self, action: Action) -> bool:
        """Whether what is deferred is made by the defer statement itself: ``defer trace(name)()``."""
        function = action.call.child_by_field_id(go.F_FUNCTION)
        return function is not None and go.unparen(function).kind_id == go.CALL_EXPRESSION

    def _not_owned(self, action: Action, deferred: Deferred) -> ObstructedError:
        named = next((go.text(base_of(expression)) for expression in action.on), "")
        if not named:
            why = f"`{deferred.shown}` releases nothing that the iteration acquired"
            return ObstructedError("no-owner", why, deferred.statement)
        why = f"{named} is not acquired in the iteration, which may not end its life"
        return ObstructedError("outlives-iteration", why, deferred.statement)

    def _unlocked(self, action: Action, deferred: Deferred) -> set[Variable]:
        """A mutex is the same in every round, or was made in the round."""
        base = base_of(action.on[0])
        variable = self.round.bindings.variable(base)
        if variable is not None and self.round.is_own(variable):
            if origin_of(variable, self.round) is Origin.ELSEWHERE:
                why = f"each iteration may lock another {go.text(action.on[0])}, to hold them all"
                raise ObstructedError("outlives-iteration", why, deferred.statement)
            return {variable}
        named = [self.round.bindings.variable(node) for node in _identifiers(action.on[0])]
        for other in named:
            if other is not None and (
                self.round.in_head(other) or self.round.in_body(other) or self._changes(other, action.call)
            ):
                why = f"each iteration may lock another {go.text(action.on[0])}, to hold them all"
                raise ObstructedError("outlives-iteration", why, deferred.statement)
        lock = lock_of(action, deferred.statement, self.round)
        if lock is None:
            why = f"the iteration does not lock {go.text(action.on[0])} itself"
            raise ObstructedError("no-owner", why, deferred.statement)
        self.starts.append(lock)
        return set()

    def _follow(self, deferred: Deferred, roots: frozenset[Variable]) -> None:
        """Refuse when something made from the resource outlives the round, or when nothing uses it in the round."""
        everything = roots.union(*(siblings_of(root, self.round) for root in roots))
        for root in roots:
            bound = (binding.statement for binding in bindings_in(root, self.round))
            self.starts += [node for node in bound if node.start_byte >= self.round.body.start_byte]
        releases = frozenset(node.id for node in self._all_defers())
        lifetime = Lifetime(self.round, everything, naming=self._is_named(deferred, roots), releases=releases)
        found = lifetime.outliving()
        if lifetime.assumes:
            self.review.append("a constructor is taken to keep what it is given in its result alone")
        if found is not None:
            why = f"what `{deferred.shown}` releases {found.how}, and outlives the iteration"
            raise ObstructedError("escapes", why, found.node)
        guard = all(isinstance(underlying(self.round.types.variable(one)), Signature) for one in everything)
        guard = guard or deferred.role is Role.UNLOCK
        if not (self._goes_on(deferred.statement) if guard else lifetime.is_used()):
            why = f"nothing in the iteration uses what `{deferred.shown}` releases: it may be meant to live on"
            raise ObstructedError("outlives-iteration", why, deferred.statement)
        self.lifetimes.append(lifetime)

    def _all_defers(self) -> list[Node]:
        return [node for node in nested([self.round.body]) if node.kind_id == go.DEFER_STATEMENT]

    def _goes_on(self, statement: Node) -> bool:
        return any(other.start_byte > statement.start_byte for other in statements_of(self.round.body))

    def _is_named(self, deferred: Deferred, roots: frozenset[Variable]) -> bool:
        """Whether others can find the resource by what names it, as a server by its address."""
        if deferred.role is Role.REMOVE:
            return True
        for root in roots:
            kind = self.round.types.variable(root)
            known = self.round.program.models.resource_of_type(str(deref(kind)))
            if known is not None:
                if known.name.endswith(_SERVERS):
                    return True
            elif not isinstance(underlying(kind), Signature) and not has_method(kind, "Read"):
                return True
        return False

    @staticmethod
    def _is_inside(variable: Variable, literal: Node) -> bool:
        return literal.start_byte <= variable.declaration.start_byte < literal.end_byte


def _identifiers(expression: Node) -> Iterator[Node]:
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.kind_id == go.IDENTIFIER:
            yield node
        stack.extend(node.named_children)


def _keeps_first_error(literal: Node, name: str) -> bool:
    """Whether a deferred literal only releases, and sets an error result that is not set yet.

    Two forms: ``if e := x.Close(); err == nil { err = e }`` (or with ``e != nil``), ``err = errors.Join(err, ...)``.
    """
    statements = statements_of(literal.child_by_field_id(go.F_BODY))
    if len(statements) != 1:
        return False
    only = statements[0]
    if only.kind_id == go.ASSIGNMENT_STATEMENT:
        left, right = only.child_by_field_id(go.F_LEFT), only.child_by_field_id(go.F_RIGHT)
        joined = "" if right is None else go.text(right)
        return left is not None and go.text(left) == name and joined.startswith(f"errors.Join({name}, ")
    initial, condition = only.child_by_field_id(go.F_INITIALIZER), only.child_by_field_id(go.F_CONDITION)
    consequence = only.child_by_field_id(go.F_CONSEQUENCE)
    if (
        only.kind_id != go.IF_STATEMENT
        or initial is None
        or condition is None
        or only.child_by_field_id(go.F_ALTERNATIVE)
    ):
        return False
    left = initial.child_by_field_id(go.F_LEFT)
    inner = statements_of(consequence)
    bound = "" if left is None else go.text(left)
    tests = {" ".join(part.split()) for part in go.text(condition).split("&&")}
    allowed = {f"{name} == nil", f"{bound} != nil"}
    return f"{name} == nil" in tests and tests <= allowed and [go.text(node) for node in inner] == [f"{name} = {bound}"]


def _rounds(round_: Round) -> int | None:
    """The number of rounds of a loop over a literal or up to a literal bound."""
    head = [child for child in go.operands(round_.loop) if child != round_.body]
    if not head:
        return None
    if head[0].kind_id == go.FOR_CLAUSE:
        return _rounds_of_clause(head[0])
    right = head[0].child_by_field_id(go.F_RIGHT) if head[0].kind_id == go.RANGE_CLAUSE else None
    if right is None:
        return None
    ranged = deref(round_.types.of(right))
    if isinstance(underlying(ranged), Array):
        return getattr(underlying(ranged), "length", None)
    if right.kind_id == go.INT_LITERAL:
        return _number(right)
    variable = round_.bindings.variable(right) if right.kind_id == go.IDENTIFIER else None
    if variable is not None and not any(binding_of(use) is not None for use in round_.bindings.uses(variable)):
        bound = binding_of(variable.declaration)
        right = right if bound is None or bound.value is None else bound.value
    body = right.child_by_field_id(go.F_BODY) if right.kind_id == go.COMPOSITE_LITERAL else None
    return None if body is None else len(go.operands(body))


def _rounds_of_clause(clause: Node) -> int | None:
    condition = clause.child_by_field_id(go.F_CONDITION)
    initial = clause.child_by_field_id(go.F_INITIALIZER)
    if condition is None or initial is None or condition.kind_id != go.BINARY_EXPRESSION:
        return None
    parts = go.operands(condition)
    sign = condition.child_by_field_id(go.F_OPERATOR)
    start = initial.child_by_field_id(go.F_RIGHT)
    first = None if start is None or len(go.operands(start)) != 1 else _number(go.operands(start)[0])
    last = _number(parts[1]) if len(parts) == 2 else None
    if first is None or last is None or sign is None or go.text(sign) not in ("<", "<="):
        return None
    return last - first + (go.text(sign) == "<=")


def _number(node: Node) -> int | None:
    text = go.text(node)
    return int(text) if node.kind_id == go.INT_LITERAL and text.isdecimal() else None
