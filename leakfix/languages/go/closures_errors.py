"""Which returned errors are known not to be nil, and the zero values of named types: what the wrap of a loop asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import CLAUSES, statements_of
from leakfix.languages.go.closures_results import zero_of_predeclared
from leakfix.languages.go.closures_values import arguments_of, binding_of, is_address_taken
from leakfix.languages.go.types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    underlying,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File
    from leakfix.languages.go.scopes import Bindings, Variable

_MAKING: Final = frozenset(("errors.New", "fmt.Errorf", "github.com/pkg/errors.New", "github.com/pkg/errors.Errorf"))
"""Functions whose error is never nil."""
_WRAPPING: Final = frozenset(
    f"github.com/pkg/errors.{name}" for name in ("Wrap", "Wrapf", "WithMessage", "WithMessagef", "WithStack")
)
"""Functions whose error is nil only if their first argument is."""


class Errors:
    """What is known of the errors that a function returns."""

    def __init__(self, file: File, bindings: Bindings, types: Types) -> None:
        """Take the file and what is known of the top-level function."""
        self._file = file
        self._bindings = bindings
        self._types = types

    def is_error(self, value: Node, statement: Node) -> bool:
        """Whether the value of a return statement is an error that is not nil."""
        value = go.unparen(value)
        kind = value.kind_id
        if kind == go.UNARY_EXPRESSION:
            operand = value.child_by_field_id(go.F_OPERAND)
            return go.text(value).startswith("&") and operand is not None and operand.kind_id == go.COMPOSITE_LITERAL
        if kind == go.COMPOSITE_LITERAL:
            return True
        if kind == go.CALL_EXPRESSION:
            callee = self._types.callee(value)
            symbol = "" if callee is None else callee.symbol
            arguments = arguments_of(value)
            return symbol in _MAKING or (
                symbol in _WRAPPING and bool(arguments) and self.is_error(arguments[0], statement)
            )
        if kind == go.IDENTIFIER:
            variable = self._bindings.variable(value)
            return (
                self._tested(variable, statement) if variable is not None else self._is_sentinel(go.text(value), None)
            )
        if kind == go.SELECTOR_EXPRESSION:
            operand, name = value.child_by_field_id(go.F_OPERAND), value.child_by_field_id(go.F_FIELD)
            if operand is None or name is None or operand.kind_id != go.IDENTIFIER:
                return False
            path = None if self._bindings.entity(operand) else self._file.imports.get(go.text(operand))
            return path is not None and self._is_sentinel(go.text(name), path)
        return False

    def zero(self, kind: Node) -> str | None:
        """The zero value of a type that is written as a name; None when its underlying type is not known."""
        written = go.text(kind)
        named = self._types.of(kind)
        if isinstance(named, Basic) or str(named) in ("error", "any", "comparable"):
            return zero_of_predeclared(written)
        under = underlying(named) if isinstance(named, Named) else named
        if isinstance(under, Struct | Array):
            return f"{written}{{}}"
        if isinstance(under, Pointer | Slice | Map | Chan | Interface | Signature):
            return "nil"
        return zero_of_predeclared(under.name) if isinstance(under, Basic) else None

    def _is_sentinel(self, name: str, path: str | None) -> bool:
        """Whether a package-level variable is declared with an error for its value."""
        package = self._file.package if path is None else self._file.package.world.imported(path, self._file.package)
        found = None if package is None else package.lookup(name, self._file)
        if found is None or found.kind != "var":
            return False
        value = found.node.child_by_field_id(go.F_VALUE)
        if value is None:
            in_snapshot = not found.file.path.is_absolute()
            return in_snapshot and (name == "EOF" or name.startswith("Err")) and go.text(found.node).endswith(" error")
        values = go.operands(value)
        made = values[found.index] if found.index < len(values) else None
        if made is None or made.kind_id != go.CALL_EXPRESSION:
            return made is not None and go.text(made).startswith("&")
        function = made.child_by_field_id(go.F_FUNCTION)
        return function is not None and go.text(function) in ("errors.New", "fmt.Errorf")

    def _tested(self, variable: Variable, statement: Node) -> bool:
        """Whether a return stands where a test has found the variable not to be nil, and it keeps its value since."""
        inner, at = statement, statement.parent
        while at is not None and at.kind_id not in go.FUNCTION_KINDS:
            if self._is_branch_of_error(at, inner, variable):
                return not self._changes(variable, inner)
            inner, at = at, at.parent
        return False

    def _is_branch_of_error(self, at: Node, inner: Node, variable: Variable) -> bool:
        if at.kind_id == go.IF_STATEMENT:
            condition = at.child_by_field_id(go.F_CONDITION)
            if condition is None:
                return False
            if inner == at.child_by_field_id(go.F_CONSEQUENCE):
                return self._says(condition, variable, "!=", "&&")
            return inner == at.child_by_field_id(go.F_ALTERNATIVE) and self._says(condition, variable, "==", "||")
        if at.kind_id == go.EXPRESSION_CASE:
            if _is_fallen_into(at):
                return False
            switch, value = at.parent, at.child_by_field_id(go.F_VALUE)
            values = [] if value is None else go.operands(value)
            tagless = switch is not None and switch.child_by_field_id(go.F_VALUE) is None
            return tagless and len(values) == 1 and self._says(values[0], variable, "!=", "&&")
        return False

    def _says(self, condition: Node, variable: Variable, operator: str, joint: str) -> bool:
        """Whether a condition holds (``!=``, ``&&``) or fails (``==``, ``||``) only where the variable is not nil."""
        condition = go.unparen(condition)
        if condition.kind_id != go.BINARY_EXPRESSION:
            return False
        sign = condition.child_by_field_id(go.F_OPERATOR)
        parts = [go.unparen(part) for part in go.operands(condition)]
        if sign is None or len(parts) != 2:
            return False
        if go.text(sign) == joint:
            return any(self._says(part, variable, operator, joint) for part in parts)
        if go.text(sign) != operator or not any(part.kind_id == go.NIL for part in parts):
            return False
        return any(part.kind_id == go.IDENTIFIER and self._bindings.variable(part) is variable for part in parts)

    def _changes(self, variable: Variable, branch: Node) -> bool:
        """Whether the variable can get another value in a branch; before a return in a loop, that may be behind it."""
        uses = [use for use in self._bindings.uses(variable) if branch.start_byte <= use.start_byte < branch.end_byte]
        return any(binding_of(use) is not None or is_address_taken(use) for use in uses)


def _is_fallen_into(clause: Node) -> bool:
    """Whether the clause before one ends in ``fallthrough``."""
    before = clause.prev_named_sibling
    while before is not None and before.kind_id == go.COMMENT:
        before = before.prev_named_sibling
    statements = statements_of(before) if before is not None and before.kind_id in CLAUSES else []
    return bool(statements) and statements[-1].kind_id == go.FALLTHROUGH_STATEMENT
