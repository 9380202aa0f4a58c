"""The assignments, slice expressions and loops of one Go function, found once, and where its variables come from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax
from leakfix.languages.go.objects import Object
from leakfix.languages.go.slots_places import Places
from leakfix.languages.go.types import Chan, Map, Pointer, Slice, core
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.scopes import Bindings, Variable

_QUERY: Final = """
    [(assignment_statement) (short_var_declaration) (var_spec)] @store
    [(inc_statement) (dec_statement)] @step
    (slice_expression) @slice
    [(index_expression) (type_instantiation_expression)] @index
    (call_expression) @call
    (range_clause) @range
    (unary_expression operator: "&") @address
    [(return_statement) (composite_literal) (send_statement)] @exit
"""
_DEPTH: Final = 6


@record
class Store:
    """One target of an assignment or declaration with its value: None for the zero value of a declaration.

    In ``a, b := f()`` both targets have the call for their value, and ``several`` is true.
    """

    statement: Node
    target: Node
    value: Node | None
    position: int
    several: bool
    sign: str


@record
class Definition:
    """Where a variable gets a value from: an expression, the zero value, an operand, a range or what is not told."""

    kind: Literal["value", "zero", "operand", "element", "index", "unknown"]
    value: Node | None
    statement: Node


class Facts:
    """What the analysis of lost slots asks of a function; each answer is found when first asked for."""

    def __init__(self, analysis: Analysis, function: Function) -> None:
        """Take the function; nothing is looked at yet."""
        self.analysis = analysis
        self.function = function

    @classmethod
    def of(cls, analysis: Analysis, function: Function) -> Facts:
        """The facts of a function, made once."""
        found = function.cache.get("slot facts")
        if not isinstance(found, cls):
            found = function.cache["slot facts"] = cls(analysis, function)
        return found

    @property
    def file(self) -> File:
        """The file of the function."""
        return self.function.file

    @cached_property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.function)

    @cached_property
    def types(self) -> Types:
        """The types of the function's expressions."""
        return self.analysis.types(self.function)

    @cached_property
    def places(self) -> Places:
        """The keys of the function's expressions."""
        return Places(self.bindings)

    @cached_property
    def _nodes(self) -> dict[str, list[Node]]:
        found = QueryCursor(syntax.query(_QUERY)).captures(self.function.node)
        return {name: sorted(nodes, key=lambda node: node.start_byte) for name, nodes in found.items()}

    def nodes(self, name: str) -> Sequence[Node]:
        """The nodes of a kind, in order: slice, index, call, range, step, address or exit."""
        return self._nodes.get(name, ())

    @cached_property
    def stores(self) -> tuple[Store, ...]:
        """All assignments and declarations with their targets, in order."""
        return tuple(store for node in self.nodes("store") for store in stores_of(node))

    @cached_property
    def _by_variable(self) -> dict[Variable, list[Store]]:
        found: dict[Variable, list[Store]] = {}
        for store in self.stores:
            variable = self.variable(store.target)
            if variable is not None:
                found.setdefault(variable, []).append(store)
        return found

    def variable(self, node: Node | None) -> Variable | None:
        """The variable of the function that an expression names."""
        inner = syntax.unparen(node) if node is not None else None
        return self.bindings.variable(inner) if inner is not None and inner.kind_id == syntax.IDENTIFIER else None

    def definitions(self, variable: Variable) -> list[Definition]:
        """Where a variable gets its values from; steps like ``n++`` and ``n += k`` are left out."""
        found = [
            Definition(
                "unknown" if store.several else "zero" if store.value is None else "value", store.value, store.statement
            )
            for store in self._by_variable.get(variable, ())
            if store.sign in ("=", ":=")
        ]
        origin = variable.origin
        if variable.kind in ("param", "receiver"):
            found.append(Definition("operand", None, origin))
        elif variable.kind == "result":
            found.append(Definition("zero", None, origin))
        for clause in self.nodes("range"):
            left, right = clause.child_by_field_id(syntax.F_LEFT), clause.child_by_field_id(syntax.F_RIGHT)
            for position, target in enumerate(syntax.operands(left) if left is not None else ()):
                if self.variable(target) is variable:
                    found.append(Definition("element" if position else "index", right, clause))
        return found or [Definition("unknown", None, origin)]

    def steps(self, variable: Variable) -> list[Node]:
        """The statements ``n++``, ``n--``, ``n += k`` and ``n -= k`` of a variable."""
        found = [
            node for node in self.nodes("step") if self.variable(next(iter(syntax.operands(node)), None)) is variable
        ]
        return found + [s.statement for s in self._by_variable.get(variable, ()) if s.sign not in ("=", ":=")]

    def outlives(self, node: Node | None, depth: int = _DEPTH) -> bool:
        """Whether what an expression refers to was there before the call, and is not known to end with it."""
        if node is None or depth == 0:
            return False
        node = syntax.unparen(node)
        number = node.kind_id
        if number == syntax.IDENTIFIER:
            variable = self.bindings.variable(node)
            if variable is None:
                return self.bindings.entity(node) is None and self.is_package_variable(node)
            if variable.kind in ("param", "receiver"):
                return all(d.kind == "operand" for d in self.definitions(variable)) or self._all(variable, depth)
            return self._all(variable, depth)
        if number in (syntax.SELECTOR_EXPRESSION, syntax.UNARY_EXPRESSION, syntax.TYPE_ASSERTION_EXPRESSION):
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if number == syntax.TYPE_ASSERTION_EXPRESSION and operand is not None:
                return operand.kind_id == syntax.CALL_EXPRESSION or self.outlives(operand, depth - 1)
            if number == syntax.UNARY_EXPRESSION:
                sign = syntax.operator(node)
                return (
                    self.is_lasting(operand, depth - 1)
                    if sign == "&"
                    else sign == "*" and self.outlives(operand, depth - 1)
                )
            return self.is_package_variable(node) or self.outlives(operand, depth - 1)
        if number in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION):
            return self.outlives(next(iter(syntax.operands(node)), None), depth - 1)
        return False

    def _all(self, variable: Variable, depth: int) -> bool:
        definitions = [d for d in self.definitions(variable) if d.kind != "operand" and not _is_nil(d)]
        return bool(definitions) and all(
            d.kind in ("value", "element", "unknown") and self.outlives(d.value, depth - 1) for d in definitions
        )

    def is_lasting(self, node: Node | None, depth: int = _DEPTH) -> bool:
        """Whether a place is part of an object that outlives the call: behind a pointer or map, or of the package."""
        if node is None or depth == 0:
            return False
        node = syntax.unparen(node)
        number = node.kind_id
        if number == syntax.IDENTIFIER:
            return self.bindings.entity(node) is None and self.is_package_variable(node)
        operand = next(iter(syntax.operands(node)), None)
        if operand is None:
            return False
        if number == syntax.UNARY_EXPRESSION:
            return syntax.operator(node) == "*" and self.outlives(operand, depth)
        if number == syntax.SELECTOR_EXPRESSION:
            if self.is_package_variable(node):
                return True
            behind = isinstance(core(self.types.of(operand)), Pointer)
            return self.outlives(operand, depth) if behind else self.is_lasting(operand, depth - 1)
        if number in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION):
            of = core(self.types.of(operand))
            if isinstance(of, (Map, Slice, Pointer)):
                return self.outlives(operand, depth)
            return not isinstance(of, Chan) and self.is_lasting(operand, depth - 1)
        return False

    def may_last(self, node: Node) -> bool:
        """Whether a place is part of an object that may outlive the call: not all of its values are made here."""
        if self.is_lasting(node):
            return True
        node = syntax.unparen(node)
        while node.kind_id != syntax.IDENTIFIER:
            inner = syntax.operands(node)
            if not inner:
                return False
            node = syntax.unparen(inner[0])
        variable = self.bindings.variable(node)
        return variable is not None and any(self.outlives(d.value) for d in self.definitions(variable))

    def is_package_variable(self, node: Node) -> bool:
        """Whether an expression names a variable of this package or of an imported one."""
        found = self.types.entity(node)
        return isinstance(found, Object) and found.kind == "var"


def stores_of(statement: Node) -> list[Store]:
    """The targets of an assignment or declaration with their values."""
    if statement.kind_id == syntax.VAR_SPEC:
        targets = syntax.field_children(statement, syntax.F_NAME)
        right = statement.child_by_field_id(syntax.F_VALUE)
        sign = ":="
    else:
        left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
        targets = syntax.operands(left) if left is not None else []
        sign = syntax.operator(statement) if statement.kind_id == syntax.ASSIGNMENT_STATEMENT else ":="
    values = syntax.operands(right) if right is not None else []
    several = len(values) == 1 and len(targets) > 1
    found: list[Store] = []
    for position, target in enumerate(targets):
        comma_ok = several and position == 0 and values[0].kind_id != syntax.CALL_EXPRESSION
        value = values[0] if several else values[position] if position < len(values) else None
        found.append(Store(statement, target, value, position, several and not comma_ok, sign))
    return found


def _is_nil(definition: Definition) -> bool:
    return definition.kind == "value" and definition.value is not None and definition.value.kind_id == syntax.NIL
