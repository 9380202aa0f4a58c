"""Where an assignment of Go stores: in a variable of the function, or where others hold it after the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Place
from leakfix.flow.memory import Lifetime
from leakfix.languages.go import syntax, types
from leakfix.languages.go.entities import Foreign, ImportName
from leakfix.languages.go.objects import Object
from leakfix.languages.go.types import Chan, Interface, Map, Pointer, Slice
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.sharing_frame import SharingFrame

_DEPTH = 4
_RANGE_ELEMENT = 1


@record
class Outside:
    """A place that lives longer than the function."""

    lifetime: Lifetime
    is_map: bool = False
    """Whether the place is an element of a map, whose key is stored with it."""


class Places:
    """The places that expressions of one function name."""

    def __init__(self, frame: SharingFrame) -> None:
        self._frame = frame
        self._types = frame.types

    def place(self, node: Node) -> Place | None:
        """The place below a local variable that an expression names; None for everything else."""
        node = syntax.unparen(node)
        if node.kind_id == syntax.IDENTIFIER:
            variable = self._frame.bindings.variable(node)
            return Place(variable.declaration.start_byte) if variable is not None else None
        operand = node.child_by_field_id(syntax.F_OPERAND)
        base = self.place(operand) if operand is not None and node.kind_id in _STEPS else None
        if base is None:
            return None
        if node.kind_id == syntax.SELECTOR_EXPRESSION:
            field = node.child_by_field_id(syntax.F_FIELD)
            return base.below(syntax.text(field)) if field is not None else None
        return base.below("[]") if node.kind_id == syntax.INDEX_EXPRESSION else base

    def target(self, node: Node) -> Place | Outside | None:
        """What an assignment to ``node`` overwrites; None when it is unknown, or the blank identifier."""
        node = syntax.unparen(node)
        if syntax.text(node) == "_":
            return None
        if node.kind_id == syntax.IDENTIFIER:
            if self._frame.bindings.variable(node) is not None:
                return self.place(node)
            return Outside(Lifetime.PROGRAM) if self._is_package_variable(node) else None
        outside = self._lifetime(node, 0)
        if outside is Lifetime.PROGRAM:
            return Outside(outside, self._is_map_element(node))
        if outside is not None:
            is_element = node.kind_id == syntax.INDEX_EXPRESSION
            return Outside(Lifetime.CONTAINER if is_element else Lifetime.OBJECT, self._is_map_element(node))
        return self.place(node)

    def lifetime_through(self, receiver: Node | None, stored: Lifetime) -> Lifetime | None:
        """How long what a called function stores lives, seen from its caller; None when only the caller sees it."""
        if stored in (Lifetime.PROGRAM, Lifetime.CHANNEL) or receiver is None:
            return stored if stored in (Lifetime.PROGRAM, Lifetime.CHANNEL) else None
        outside = self._lifetime(receiver, 0)
        return outside if outside in (None, Lifetime.PROGRAM) else stored

    def _is_map_element(self, node: Node) -> bool:
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None or node.kind_id != syntax.INDEX_EXPRESSION:
            return False
        return isinstance(types.core(self._types.of(operand)), Map)

    def _is_package_variable(self, node: Node) -> bool:
        entity = self._types.entity(node)
        return isinstance(entity, Object) and entity.kind == "var"

    def _lifetime(self, node: Node, depth: int) -> Lifetime | None:
        """How long what an expression refers to lives, when that is longer than the call."""
        node = syntax.unparen(node)
        if depth > _DEPTH:
            return None
        if node.kind_id == syntax.IDENTIFIER:
            variable = self._frame.bindings.variable(node)
            if variable is None:
                return Lifetime.PROGRAM if self._is_package_variable(node) else None
            return self._of_variable(variable, depth)
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is None or node.kind_id not in _STEPS:
            return None
        if node.kind_id == syntax.SELECTOR_EXPRESSION and isinstance(
            self._types.entity(operand), (ImportName, Foreign)
        ):
            entity = self._types.entity(node)
            return Lifetime.PROGRAM if isinstance(entity, Object) and entity.kind == "var" else None
        return self._lifetime(operand, depth)

    def _of_variable(self, variable: Variable, depth: int) -> Lifetime | None:
        of = self._types.variable(variable)
        core = types.core(of)
        if isinstance(core, (Chan, Interface)) or not isinstance(core, (Pointer, Map, Slice)):
            return None
        if variable.kind in ("param", "receiver"):
            is_own = variable.function == self._frame.function.node
            return Lifetime.OBJECT if is_own and (variable.kind == "receiver" or not isinstance(core, Slice)) else None
        origin = _origin(variable)
        return self._lifetime(origin, depth + 1) if origin is not None else None


def _origin(variable: Variable) -> Node | None:
    """The expression that gives a local variable its first value, if it is one of a place."""
    node = variable.origin
    if node.kind_id == syntax.RANGE_CLAUSE:
        return node.child_by_field_id(syntax.F_RIGHT) if variable.position == _RANGE_ELEMENT else None
    if node.kind_id == syntax.SHORT_VAR_DECLARATION:
        held = node.child_by_field_id(syntax.F_RIGHT)
    elif node.kind_id == syntax.VAR_SPEC:
        held = node.child_by_field_id(syntax.F_VALUE)
    else:
        return None
    values = syntax.operands(held) if held is not None else []
    if variable.position < len(values):
        return values[variable.position]
    return None


_STEPS = frozenset({syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.UNARY_EXPRESSION})
