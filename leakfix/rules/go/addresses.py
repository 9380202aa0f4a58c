"""Servers whose address leaves the function: whoever is given it can only mean to reach them, so that they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.kinds import BOOL, ERROR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.repair import Repair

_ASSIGNING: Final = frozenset((syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT, syntax.VAR_SPEC))
_ANSWERS: Final = frozenset((ERROR, BOOL))
"""Types of what tells how a call went, and holds no address."""
_TESTS: Final = "testing."


def is_handed_out(repair: Repair) -> bool:
    """Whether the address of the resource, or what is made of it, is returned or stored where it outlives the call."""
    resource = repair.resource
    if resource is None or not resource.address or not 0 <= repair.result < len(repair.targets):
        return False
    holder = repair.bindings.variable(repair.targets[repair.result])
    return holder is not None and _Moves(repair, holder, frozenset(resource.address)).leave()


class _Moves:
    """The variables of a function that hold the address, as far as statements in any order tell."""

    def __init__(self, repair: Repair, holder: Variable, names: frozenset[str]) -> None:
        self._repair = repair
        self._holder = holder
        self._names = names
        self._told = {holder.index: holder}

    def leave(self) -> bool:
        """Whether one of them, or the address itself, leaves the function."""
        nodes = list(_walk(self._repair.unit.owner))
        count = 0
        while count != len(self._told):
            count = len(self._told)
            if any(self._is_let_out(node) for node in nodes):
                return True
        return False

    def _is_let_out(self, node: Node) -> bool:
        if node.kind_id == syntax.RETURN_STATEMENT:
            is_own = syntax.owner_of(node) == self._repair.unit.owner
            return is_own and any(self._tells(one) for held in syntax.operands(node) for one in _each(held))
        if node.kind_id == syntax.CALL_EXPRESSION:
            return self._is_kept_by_call(node)
        if node.kind_id not in _ASSIGNING:
            return False
        right = node.child_by_field_id(syntax.F_RIGHT) or node.child_by_field_id(syntax.F_VALUE)
        if right is None or not self._mentions(right):
            return False
        left = node.child_by_field_id(syntax.F_LEFT)
        targets = list(_each(left)) if left is not None else syntax.field_children(node, syntax.F_NAME)
        return any(self._is_kept_by(target) for target in targets)

    def _is_kept_by_call(self, call: Node) -> bool:
        """Whether a method is given it that may keep it in its receiver, which outlives the call."""
        called, given = call.child_by_field_id(syntax.F_FUNCTION), call.child_by_field_id(syntax.F_ARGUMENTS)
        if called is None or given is None or called.kind_id != syntax.SELECTOR_EXPRESSION or not self._mentions(given):
            return False
        receiver = called.child_by_field_id(syntax.F_OPERAND)
        of = self._repair.type_of(receiver) if receiver is not None else None
        if receiver is None or of is None or str(of).lstrip("*").startswith(_TESTS):
            return False
        return self._is_kept_by(receiver)

    def _is_kept_by(self, target: Node) -> bool:
        """Whether what it is assigned to outlives the call; a variable of the function holds it from there on."""
        variable = self._root(target)
        is_name = target.kind_id == syntax.IDENTIFIER
        if variable is None or variable.kind == "result" or (variable.kind != "local" and not is_name):
            return target.kind_id != syntax.BLANK_IDENTIFIER and syntax.text(target) != "_"
        if variable is not self._holder and self._repair.type_of(target) not in _ANSWERS:
            self._told[variable.index] = variable
        return False

    def _root(self, node: Node) -> Variable | None:
        at: Node | None = node
        while at is not None and at.kind_id != syntax.IDENTIFIER:
            at = next(iter(at.named_children), None)
        return self._repair.bindings.variable(at) if at is not None else None

    def _tells(self, node: Node) -> bool:
        return self._repair.type_of(node) not in _ANSWERS and self._mentions(node)

    def _mentions(self, node: Node) -> bool:
        """Whether an expression names what holds the address, or asks the resource for it."""
        for one in _walk(node):
            variable = self._repair.bindings.variable(one) if one.kind_id == syntax.IDENTIFIER else None
            if variable is None or variable.index not in self._told:
                continue
            if variable is not self._holder or self._asks(one):
                return True
        return False

    def _asks(self, node: Node) -> bool:
        """Whether the resource is only named to ask for its address."""
        above = node.parent
        asked = above.child_by_field_id(syntax.F_FIELD) if above is not None else None
        return asked is not None and syntax.text(asked) in self._names


def _each(node: Node) -> Iterator[Node]:
    """The expressions of a list; one expression itself."""
    yield from syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else (node,)


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(at.named_children)
