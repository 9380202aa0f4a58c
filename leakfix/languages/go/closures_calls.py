"""What the calls in one round of a Go loop keep of what they are given.

A callee with a body is looked into. Of one without, the models and the types of its parameters tell; contexts are kept
by convention only by what leaves something running, and constructors keep what they are given in their result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.carry import only_borrows
from leakfix.languages.go.closures_values import (
    Mark,
    Marks,
    Round,
    arguments_of,
    base_of,
    is_package,
    is_standard,
    last_name,
    receiver_of,
)
from leakfix.languages.go.types import Signature, underlying
from leakfix.models import RECEIVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.types import Type

    Follow = Callable[[Round, Variable, Variable | None], bool]

_STORING: Final = re.compile(
    r"^(Set|Add|Append|Attach|Enqueue|Go|Insert|Prepend|Push|Put|Register|Replace|Reset|Store|Submit|Swap|Track|With)"
    r"([A-Z]|$)"
)
"""Methods that are there to keep what they are given."""
_STARTING: Final = re.compile(
    r"^(?i:go|keepalive|launch|listen|monitor|run|schedule|serve|spawn|start|subscribe|watch)([A-Z]|$)"
)
"""Functions that leave something running when they come back."""
_CONSTRUCTING: Final = re.compile(r"New([A-Z]|$)")
_AT_ONCE: Final = frozenset(
    ("bytes", "go/ast", "io/fs", "maps", "path/filepath", "regexp", "slices", "sort", "strings")
)
"""Packages whose functions call the functions that they are given before they return."""
_AT_ONCE_METHODS: Final = frozenset(("sync.Map.Range", "sync.Once.Do", "testing.T.Run", "testing.B.Run"))
_KEEPERS: Final = frozenset(("log.SetOutput", "net/http.Handle", "net/http.HandleFunc", "runtime.SetFinalizer"))


class Calls:
    """Answers for the calls of one round whose marks are being worked out."""

    def __init__(self, round_: Round, marks: Marks, follow: Follow | None) -> None:
        """``follow`` tells whether a variable outlives a function's body, but for what its receiver then holds.

        It gets the body as a round, the variable and that receiver; without it, no callee is looked into.
        """
        self._round = round_
        self._marks = marks
        self._follow = follow
        self.assumes = False
        """Whether a constructor of which only the name is known was taken to keep things in what it returns alone."""

    def kept_how(self, call: Node, *, inward: bool) -> str:
        """How a call may keep something marked, as the end of a sentence; empty when it does not.

        ``inward``: the receiver is an object of the round, and may keep what it likes.
        """
        function = call.child_by_field_id(go.F_FUNCTION)
        if function is None or go.unparen(function).kind_id == go.FUNC_LITERAL:
            return ""
        receiver, arguments = receiver_of(call), arguments_of(call)
        held = receiver is not None and self._marks.of(receiver) is Mark.HOLDS
        if not held and not any(self._marks.of(argument) for argument in arguments):
            return ""
        callee = self._round.types.callee(call)
        if callee is not None and callee.kind in ("builtin", "conversion"):
            return ""
        shown = go.text(function)
        if receiver is not None and held and self._leaves_running(call, callee, receiver):
            return f"may be used after {shown} has returned"
        if self._is_given_to_store(call) and not held and not inward:
            return f"is passed to {shown}"
        if any(self._is_kept(call, callee, at, inward=inward) for at in self._holding(arguments)):
            return f"is passed to {shown}, which may keep it"
        return ""

    def is_given_to_keep(self, call: Node) -> bool:
        """Whether a method may keep an argument that holds the resource, be it in its receiver."""
        holding = self._holding(arguments_of(call))
        if not holding:
            return False
        callee = self._round.types.callee(call)
        if self._is_given_to_store(call):
            return True
        return any(self._is_kept(call, callee, at, inward=False) for at in holding)

    def _holding(self, arguments: list[Node]) -> list[int]:
        return [at for at, argument in enumerate(arguments) if self._marks.of(argument) is Mark.HOLDS]

    def _is_given_to_store(self, call: Node) -> bool:
        """Whether a method is by its name there to keep its arguments, one of which is marked and no context."""
        receiver = receiver_of(call)
        if receiver is None or is_package(receiver, self._round):
            return False
        name = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
        if not _STORING.match(name):
            return False
        callee = self._round.types.callee(call)
        given = [
            at
            for at, argument in enumerate(arguments_of(call))
            if self._marks.of(argument) and not self._is_context(argument)
        ]
        if callee is None or name.startswith(("Reset", "Set")):
            return bool(given)
        return any(not only_borrows(_parameter(callee, at)) for at in given)

    def _leaves_running(self, call: Node, callee: Callee | None, receiver: Node) -> bool:
        """Whether a method of an object that works through the resource leaves something running."""
        base = self._round.bindings.variable(base_of(receiver))
        if base is None or base in self._marks.roots:
            return False
        if callee is not None and callee.function is not None and callee.function.body is not None:
            return self._is_kept_inside(callee.function, RECEIVER)
        return bool(_STARTING.match(last_name(call.child_by_field_id(go.F_FUNCTION) or call)))

    def _is_kept(self, call: Node, callee: Callee | None, at: int, *, inward: bool) -> bool:
        """Whether a callee may keep its argument ``at``; ``inward``: other than in its receiver."""
        argument = arguments_of(call)[at]
        if callee is None:
            return self._is_kept_by_unknown(call, argument, inward=inward)
        models = self._round.program.models
        if models.borrows(callee.symbol) or models.released_argument(callee.symbol) == at:
            return False
        if models.kept_argument(callee.symbol) == at or callee.symbol in _KEEPERS:
            return not inward
        if isinstance(underlying(self._round.types.of(argument)), Signature):
            return not self._calls_at_once(callee, at, argument)
        if is_standard(callee, self._round.file):
            return False
        if callee.function is not None and callee.function.body is not None:
            return self._is_kept_inside(callee.function, at, inward=inward)
        if callee.signature is None or self._is_context(argument):
            return self._is_kept_by_unknown(call, argument, inward=inward)
        return not inward and not only_borrows(_parameter(callee, at))

    def _is_context(self, argument: Node) -> bool:
        return str(self._round.types.of(argument)) == "context.Context"

    def _is_kept_by_unknown(self, call: Node, argument: Node, *, inward: bool) -> bool:
        """Whether a function of which the body, and maybe the signature, is not known may keep an argument."""
        name = last_name(call.child_by_field_id(go.F_FUNCTION) or call)
        if inward:
            return bool(_STARTING.match(name))
        alone = call.parent is not None and call.parent.kind_id == go.EXPRESSION_STATEMENT
        if self._is_context(argument):
            return alone or bool(_STARTING.match(name))
        if alone or not _CONSTRUCTING.match(name):
            return True
        self.assumes = True
        return False

    def _is_kept_inside(self, function: Function, at: int, *, inward: bool = False) -> bool:
        """Whether a function with a body lets its operand ``at`` outlive the call, other than in what it returns."""
        if self._follow is None or function.has_error:
            return True
        inside = Round(self._round.program, function, function.node, function.node)
        receiver = [inside.bindings.variable(name) for name in parameters_of(function.node, go.F_RECEIVER)]
        parameters = [inside.bindings.variable(name) for name in parameters_of(function.node, go.F_PARAMETERS)]
        named = receiver if at == RECEIVER else parameters
        variable = named[min(max(at, 0), len(named) - 1)] if named else None
        return variable is not None and self._follow(inside, variable, receiver[0] if inward and receiver else None)

    def _calls_at_once(self, callee: Callee, at: int, argument: Node) -> bool:
        """Whether a function that is given a function is done with it when it returns."""
        if callee.package in _AT_ONCE or callee.symbol in _AT_ONCE_METHODS:
            return ".Parallel()" not in go.text(argument)
        if callee.function is not None and callee.function.body is not None:
            return not self._is_kept_inside(callee.function, at)
        return False


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
