"""What callees whose bodies cannot be read may do with what lives under a context: by models, convention and types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.types import Named, Pointer
from leakfix.models import RECEIVER
from leakfix.rules.go.context_nodes import arguments, called_name, function_of_call
from leakfix.rules.go.context_types import can_live_under, is_function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Callee, Types
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.types import Type

ENDING_METHODS: Final = frozenset(
    {"Cancel", "Close", "CloseIdleConnections", "Done", "Release", "Rollback", "Shutdown", "Stop", "Unlock", "Wait"}
)
"""Methods that end something, and do so under a cancelled context as well."""

_SYNCHRONOUS: Final = frozenset(
    {"bytes", "go/ast", "io/fs", "iter", "maps", "path/filepath", "regexp", "slices", "sort", "strings", "sync"}
)
"""Packages of the standard library that call the functions they are given before they return."""

_SUBTESTS: Final = frozenset({"testing.B.Run", "testing.F.Fuzz", "testing.T.Run"})
_LOOKING: Final = "github.com/stretchr/testify/"
"""A library whose functions look at what they are given and at nothing later."""


class Callees:
    """What the calls of one function call, as far as it has to be told without their bodies."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._file = function.file
        self._types: Types = program.types(function)

    def is_standard(self, package: str) -> bool:
        """Whether an import path is one of the standard library's."""
        return self._program.is_standard(package, self._file)

    def can_live(self, of: Type | None) -> bool:
        """Whether a value of a type may depend on a context."""
        return can_live_under(of, self.is_standard)

    def is_function(self, node: Node) -> bool:
        """Whether the value of an expression can be called."""
        return syntax.unparen(node).kind_id == syntax.FUNC_LITERAL or is_function(self._types.of(node))

    def never_returns(self, call: Node) -> bool:
        """Whether a call never comes back."""
        callee = self._types.callee(call)
        if callee is None:
            return False
        if callee.kind == "builtin":
            return callee.name == "panic"
        return self._program.models.never_returns(callee.symbol)

    def only_looks(self, callee: Callee) -> bool:
        """Whether a callee is known to keep nothing, and to give nothing that depends on its arguments."""
        models = self._program.models
        if callee.package.startswith(_LOOKING):
            return True
        return models.borrows(callee.symbol) or models.check(callee.symbol) is not None

    def starts(self, call: Node, callee: Callee | None) -> bool:
        """Whether a call starts something that goes on, as far as its name tells."""
        symbol = callee.symbol if callee is not None else ""
        if symbol in ("context.AfterFunc", "os/exec.Cmd.Start"):
            return True
        return called_name(call).startswith("Start") and not (callee is not None and self.is_standard(callee.package))

    def calls_at_once(self, callee: Callee | None, operand: Node) -> bool:
        """Whether a function that is passed to a callee has run when that returns."""
        if callee is None:
            return False
        if callee.symbol in _SUBTESTS:
            return b".Parallel()" not in (operand.text or b"")
        return callee.package in _SYNCHRONOUS and callee.name != "Go" and self.is_standard(callee.package)

    def may_keep(self, callee: Callee | None, operand: Node) -> bool:
        """Whether a callee may hold on to an operand that is neither a context nor a function."""
        if callee is not None and self.is_standard(callee.package):
            return False
        of = self._types.of(operand)
        named = of.element if isinstance(of, Pointer) else of
        return not (isinstance(named, Named) and self.is_standard(named.package))


def operands(call: Node) -> Iterator[tuple[int, Node]]:
    """The receiver and the arguments of a call with their positions."""
    function = function_of_call(call)
    if function.kind_id == syntax.SELECTOR_EXPRESSION:
        operand = function.child_by_field_id(syntax.F_OPERAND)
        if operand is not None:
            yield RECEIVER, operand
    yield from enumerate(arguments(call))


def result_type(callee: Callee | None, result: int) -> Type | None:
    """The type of one result of a call; None when it is unknown."""
    results = callee.signature.results if callee is not None and callee.signature is not None else ()
    return results[result] if result < len(results) else None
