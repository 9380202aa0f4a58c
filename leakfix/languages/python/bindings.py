"""The variables of a file as one of its functions sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.scopes import Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.variables import Scope, Variable, VariableKind

_WORDS: Final = re.compile(rb"[A-Za-z_]\w*")
_DYNAMIC: Final = re.compile(rb"\b(?:locals|vars|eval|exec)\s*\(")


class Bindings:
    """The variables of a file as one function sees them."""

    def __init__(self, function: Function) -> None:
        """Look at the names of a function, those nested in it included."""
        self.function = function
        self.file: PyFile = function.file
        self.scopes = Scopes.of(function.file)
        self.scope = self.scopes.scope_of(function.node)

    @classmethod
    def of_function(cls, function: Function) -> Bindings:
        """Return the bindings of a function, made once."""
        known = function.cache.get("bindings")
        if not isinstance(known, cls):
            known = function.cache["bindings"] = cls(function)
        return known

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that an identifier binds or uses; None of builtins, unknown names and attributes."""
        return self.scopes.variable(identifier)

    def kind(self, variable: Variable) -> VariableKind:
        """Return what a variable is to this function: its own, a global, or "free", which a function around it owns."""
        if variable.kind in ("local", "param") and not self.is_own(variable):
            return "free"
        return variable.kind

    def is_own(self, variable: Variable) -> bool:
        """Whether a variable lives in this very function, its comprehensions included."""
        scope: Scope | None = variable.scope
        while scope is not None and scope.kind == "comprehension":
            scope = scope.parent
        return scope is self.scope

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The function's own variables, parameters first, comprehensions' left out."""
        return tuple(sorted(self.scope.variables.values(), key=lambda one: one.index))

    @property
    def parameters(self) -> tuple[Variable, ...]:
        """Its parameters, in order."""
        return tuple(one for one in self.variables if one.kind == "param")

    def uses(self, variable: Variable) -> tuple[Node, ...]:
        """Return all identifiers that mean a variable and do not bind it, in source order; see `Scopes.uses`."""
        return self.scopes.uses(variable)

    def is_nested(self, node: Node, variable: Variable) -> bool:
        """Whether a use stands in a function, lambda, class or generator expression nested in the variable's scope.

        Comprehensions that run at once are no such place; the body of a class runs at once, but keeps what it binds.
        """
        scope: Scope | None = self.scopes.scope_at(node.start_byte)
        while scope is not None and scope is not variable.scope:
            if scope.kind != "comprehension" or scope.node.type == syntax.GENERATOR_EXPRESSION:
                return True
            scope = scope.parent
        return False

    def is_captured(self, variable: Variable) -> bool:
        """Whether something nested uses the variable: a function, lambda, class or generator expression."""
        return any(self.is_nested(node, variable) for node in self.uses(variable)) or any(
            self.is_nested(one.identifier, variable) for one in variable.bindings
        )

    @property
    def names(self) -> set[str]:
        """Every name that may mean something in the function: a name used anywhere in the file may be meant."""
        known = self.file.cache.get("words")
        if not isinstance(known, frozenset):
            words = set(_WORDS.findall(self.file.data))
            known = self.file.cache["words"] = frozenset(word.decode("utf-8", "replace") for word in words)
        return set(known)

    @property
    def is_dynamic(self) -> bool:
        """Whether names may be used that are not written: `locals()`, `vars()`, `eval`, `exec` are called in it."""
        node = self.function.node
        return _DYNAMIC.search(self.file.data, node.start_byte, node.end_byte) is not None
