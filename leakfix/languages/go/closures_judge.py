"""Whether each round of a Go loop may run at its end what it defers: the roles, owners and lifetimes behind a wrap.

A pile is judged before anything is written: the answer is where the function literal has to start, or a refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import nested, statements_of
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
from leakfix.languages.go.closures_loops import DEFERS_AT_MOST
from leakfix.languages.go.closures_plan import Obstacle, ObstructedError
from leakfix.languages.go.closures_state import State
from leakfix.languages.go.closures_values import base_of, bindings_in, last_name
from leakfix.languages.go.types import Signature, deref, has_method, underlying
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.closures_loops import Pile
    from leakfix.languages.go.scopes import Variable

_CALLS: Final = "(call_expression) @call"
_CLOSING: Final = ("Close", "Stop", "Shutdown", "Release", "Cancel", "Unlock", "RUnlock", "Wait", "Kill", "Remove")
_FRAMES: Final = frozenset(("runtime.Caller", "runtime.Callers"))
_SERVERS: Final = ("listener", "server", "proxy")
"""Ends of the names of modelled resources that others find by an address."""


@record
class Plea:
    """What speaks for a wrap: the statement to start at, and what a reviewer has to look at (empty if nothing)."""

    first: Node
    lifetimes: tuple[Lifetime, ...]
    review: str = ""
    result_name: str = ""


def judge(pile: Pile) -> Plea | Obstacle:
    """Whether every round of a pile's loop may release at its end what it defers to release."""
    try:
        return _Judge(pile).plea()
    except ObstructedError as why:
        return why.obstacle
    except RecursionError:
        return Obstacle("unresolved", "the function is nested too deeply to be followed", pile.round.loop)


class _Judge:
    """Looks at all that a loop's body defers."""

    def __init__(self, pile: Pile) -> None:
        self.pile = pile
        self.round = pile.round
        self.state = State(pile.round)
        self.review = self.state.review
        self.starts: list[Node] = []
        self.lifetimes: list[Lifetime] = []

    def plea(self) -> Plea:
        if self.pile.label is not None:
            raise ObstructedError("goto", "the loop is built with goto", self.pile.label)
        if self.round.function.has_error:
            raise ObstructedError("syntax-error", "the function holds a syntax error", self.round.loop)
        if len(self._all_defers()) > DEFERS_AT_MOST:
            raise ObstructedError("unresolved", "the loop defers more than can be followed", self.round.loop)
        self._check_frames()
        waiting = list(self.pile.statements)
        seen: set[int] = set()
        while waiting:
            for statement in waiting:
                deferred = deferred_of(statement, self.round)
                if deferred is not None:
                    self._look_at(deferred)
            seen.update(statement.id for statement in waiting)
            waiting = self._others(seen)
        first = self._first()
        self.state.settle(first)
        result = self.state.result.name if self.state.result is not None else ""
        return Plea(first, tuple(self.lifetimes), "; ".join(dict.fromkeys(self.review)), result)

    def _first(self) -> Node:
        """The earliest statement of the body that has to move."""
        return min((self._top(node) for node in self.starts), key=lambda node: node.start_byte)

    def _others(self, seen: set[int]) -> list[Node]:
        """The defers that would move although they do not pile up."""
        start = self._first().start_byte
        return [node for node in self._all_defers() if node.start_byte >= start and node.id not in seen]

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
            if recovers and go.owner_of(call) == self.pile.owner:
                raise ObstructedError("recover", "the body calls recover itself", call)
        for call in self._calls(self.round.function.node):
            named = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
            if named == "Helper" and go.owner_of(call) == self.pile.owner:
                self.review.append("failures reported in the body name its own lines instead of the caller's")

    def _calls(self, node: Node) -> list[Node]:
        return QueryCursor(go.query(_CALLS)).captures(node).get("call", [])

    def _look_at(self, deferred: Deferred) -> None:
        self.starts.append(deferred.statement)
        if any(
            last_name(call.child_by_field_id(go.F_FUNCTION) or call) == "recover"
            for call in self._deferred_calls(deferred)
        ):
            raise ObstructedError("recover", "the deferred function recovers from panics", deferred.statement)
        self.state.check_arguments(deferred)
        if deferred.literal is not None:
            self.state.check(deferred, deferred.literal)
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
        if bases and all(base is not None and deferred.declares(base) for base in bases):
            return set()
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
                self.round.in_head(other) or self.round.in_body(other) or self.state.changes_from_loop_on(other)
            ):
                why = f"each iteration may lock another {go.text(action.on[0])}, to hold them all"
                raise ObstructedError("outlives-iteration", why, deferred.statement)
        lock = lock_of(action, deferred.statement, self.round)
        if lock is None:
            why = f"the iteration does not lock {go.text(action.on[0])} itself"
            raise ObstructedError("no-owner", why, deferred.statement)
        self.starts.append(lock)
        if go.text(lock).endswith(".RLock()"):
            self.review.append("others can write between two iterations")
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


def _identifiers(expression: Node) -> Iterator[Node]:
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.kind_id == go.IDENTIFIER:
            yield node
        stack.extend(node.named_children)
