"""Where what lives under a context outlives a function, and what that tells of a callee that is given such a thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Handing
from leakfix.languages.go import syntax
from leakfix.models import RECEIVER
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.rules.go.context_calls import Callees

    Follow = Callable[[Function, Variable], Sequence["Lasting"]]

_KEY: Final = "fates"


@record
class Lasting:
    """At ``node`` something that lives under the context gets to where it outlives the function."""

    how: Handing
    node: Node
    result: int = -1
    """For a return: which result. For a goroutine: which result is the channel by which it is heard of."""
    into: Variable | None = None
    """For a store: the variable through which it was reached."""


@record
class Fate:
    """What a function does with an argument that lives under a context."""

    results: frozenset[int] = frozenset()
    """The results that live under it too."""
    into: frozenset[int] = frozenset()
    """The arguments (or the receiver) that hold it afterwards."""
    streams: frozenset[int] = frozenset()
    """The results that are channels on which a goroutine goes on to send."""
    outlives: bool = False
    """Whether something else goes on with it when the function has returned."""


class Fates:
    """What the callees of one function do with an operand, as far as the models or their bodies tell."""

    def __init__(self, program: Program, callees: Callees, follow: Follow | None) -> None:
        """``follow`` tells where what a parameter holds outlives a function; None where no body is to be read."""
        self._program = program
        self._callees = callees
        self._follow = follow

    def known(self, callee: Callee | None, index: int) -> Fate | None:
        """What becomes of an operand by its position; None when neither the models nor a body tell."""
        if callee is None:
            return None
        if self._callees.only_looks(callee):
            return Fate()
        function = callee.function
        if function is None or function.body is None or function.has_error or self._follow is None:
            return None
        known = function.cache.setdefault(_KEY, {})
        assert isinstance(known, dict)
        if index not in known:
            known[index] = Fate()
            variable = _parameter(self._program.bindings(function), function, index)
            known[index] = _fate(self._follow(function, variable)) if variable is not None else Fate()
        fate = known[index]
        return fate if isinstance(fate, Fate) else None


def _fate(lasting: Sequence[Lasting]) -> Fate:
    """What becomes of an argument, told by where it outlives the function."""
    results = {found.result for found in lasting if found.how is Handing.RETURNED}
    streams = {found.result for found in lasting if found.how is Handing.CAPTURED and found.result >= 0}
    into = {_position(found.into) for found in lasting if found.how is Handing.STORED}
    outlives = None in into or any(
        found.how in (Handing.SENT, Handing.PASSED) or (found.how is Handing.CAPTURED and found.result < 0)
        for found in lasting
    )
    held = frozenset(position for position in into if position is not None)
    return Fate(frozenset(results | streams), held, frozenset(streams), outlives)


def _parameter(bindings: Bindings, function: Function, index: int) -> Variable | None:
    """The variable of a parameter or of the receiver; the last one takes what is beyond it."""
    kind = "receiver" if index == RECEIVER else "param"
    found = [v for v in bindings.variables if v.kind == kind and v.function == function.node]
    if index == RECEIVER:
        return found[0] if found else None
    last = max(found, key=lambda variable: variable.position, default=None)
    if last is not None and last.position < index and last.origin.kind_id == syntax.VARIADIC_PARAMETER_DECLARATION:
        return last
    return next((variable for variable in found if variable.position == index), None)


def _position(variable: Variable | None) -> int | None:
    """The position of a parameter or of the receiver; None for every other variable."""
    if variable is None or variable.kind not in ("param", "receiver"):
        return None
    return RECEIVER if variable.kind == "receiver" else variable.position
