"""One Go file as its rules see it: the file, its program, and the graphs of the functions that acquire something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.obligations import assigned_to

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function, World
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings
    from leakfix.languages.go.versions import Version
    from leakfix.models import Models
    from leakfix.text import Source


_ENDINGS = frozenset({"Close", "Stop"})
_FAR = 6
"""How many statements behind an acquisition the first look goes."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A function declaration or literal that holds acquiring calls of its own, and its flow graph."""

    function: Function
    owner: Node
    graph: Graph


class Analysis:
    """One file under analysis. What rules compute about it and share is kept in ``cache``."""

    def __init__(self, program: Program, file: File) -> None:
        self.program = program
        self.file = file
        self.cache: dict[str, object] = {}

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.file.source

    @property
    def world(self) -> World:
        """All packages in reach."""
        return self.program.world

    @property
    def models(self) -> Models:
        """What acquires and releases."""
        return self.program.models

    @property
    def version(self) -> Version | None:
        """The language version that the file may rely on; None when unknown."""
        return self.file.version

    def function_at(self, offset: int) -> Function | None:
        """The top-level function that a byte offset lies in."""
        for function in self.file.functions:
            if function.node.start_byte <= offset < function.node.end_byte:
                return function
        return None

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return self.program.bindings(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return self.program.types(function)

    def graph(self, function: Function, owner: Node) -> Graph:
        """The flow graph of a declaration or of a function literal inside it."""
        return self.program.graph(function, owner)

    def units(self) -> tuple[Unit, ...]:
        """The functions and literals with acquiring calls, in order; those with syntax errors are left out."""
        known = self.cache.get("units")
        if not isinstance(known, tuple):
            known = self.cache["units"] = tuple(self._units())
        return known

    def _units(self) -> list[Unit]:
        owners: dict[int, tuple[Function, Node]] = {}
        for function in self.file.functions:
            for call in self.program.candidates(function) if not function.has_error else ():
                owner = owner_of(call)
                if owner is None or owner.id in owners or is_released_at_once(call):
                    continue
                if self.program.acquires(function, call):
                    owners[owner.id] = (function, owner)
        return [Unit(function, owner, self.graph(function, owner)) for function, owner in owners.values()]


def is_released_at_once(call: Node) -> bool:
    """Whether a call's result is returned as it is, or released by a ``defer`` that every path behind the call meets.

    A first look that spares most functions their graph. Between the call and the `defer` there are only statements from
    which control goes on, and a check that leaves where there is no resource.
    """
    statement = call.parent
    while statement is not None and statement.kind_id == syntax.EXPRESSION_LIST:
        statement = statement.parent
    if statement is None or statement.kind_id == syntax.RETURN_STATEMENT:
        return True
    if statement.kind_id != syntax.SHORT_VAR_DECLARATION:
        return False
    names = [syntax.text(target) for target in assigned_to(call)]
    following = statement.next_named_sibling
    for _ in range(_FAR):
        if following is None:
            return False
        if following.kind_id == syntax.DEFER_STATEMENT:
            if _releases(following, names):
                return True
        elif not _goes_on(following, names):
            return False
        following = following.next_named_sibling
    return False


def _releases(deferred: Node, names: list[str]) -> bool:
    """Whether a plain deferred call releases the only resource among ``names``."""
    call = deferred.named_children[0]
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None or function.kind_id == syntax.FUNC_LITERAL:
        return False
    resources = [name for name in names if name not in ("_", "err")]
    by_value = function.kind_id == syntax.IDENTIFIER
    released = syntax.text(function).partition(".")[0]
    return released in resources and len(resources) <= 1 + by_value and _ends_it(function)


def _ends_it(function: Node) -> bool:
    """Whether a deferred call is one of a function value, or of a method with the name of a release."""
    if function.kind_id == syntax.IDENTIFIER:
        return True
    name = function.child_by_field_id(syntax.F_FIELD)
    return name is not None and syntax.text(name) in _ENDINGS


def _goes_on(statement: Node, names: list[str]) -> bool:
    """Whether control gets from a statement to the next one with the variables unchanged."""
    if statement.kind_id in (syntax.EXPRESSION_STATEMENT, syntax.COMMENT):
        return statement.kind_id == syntax.COMMENT or b"func" not in (statement.text or b"")
    if statement.kind_id == syntax.IF_STATEMENT:
        return _checks(statement, names[-1])
    if statement.kind_id != syntax.SHORT_VAR_DECLARATION or b"func" in (statement.text or b""):
        return False
    left = statement.child_by_field_id(syntax.F_LEFT)
    return left is not None and not any(syntax.text(target) in names[:-1] for target in syntax.operands(left))


def _checks(statement: Node, error: str) -> bool:
    """Whether an if statement is ``if err != nil {...}`` and leaves, or assigns nothing."""
    condition, then = (statement.child_by_field_id(f) for f in (syntax.F_CONDITION, syntax.F_CONSEQUENCE))
    if condition is None or then is None or statement.child_by_field_id(syntax.F_ALTERNATIVE) is not None:
        return False
    if syntax.text(condition) != f"{error} != nil":
        return False
    statements = [s for held in then.named_children for s in syntax.operands(held)]
    leaves = bool(statements) and statements[-1].kind_id == syntax.RETURN_STATEMENT
    return leaves or b"=" not in (then.text or b"")


def owner_of(node: Node) -> Node | None:
    """The innermost function declaration or literal around a node."""
    at = node.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        at = at.parent
    return at
