"""Channels that are nil on purpose: a case of a select on a nil channel is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import is_assigned

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.scopes import Bindings, Variable

_QUERY: Final = "(communication_case communication: (_) @communication)"


class Nils:
    """The variables of one declaration or literal whose channel cases wait for, and that are nil at times."""

    def __init__(self, owner: Node, bindings: Bindings) -> None:
        self._bindings = bindings
        self._keys: dict[Variable, str] = {}
        self.changes: dict[int, tuple[str, bool]] = {}
        """By the byte offset of the name: the condition that a channel is nil, and whether it is from there on."""
        text = owner.text or b""
        if b"select {" not in text or (b"= nil" not in text and b"var " not in text):
            return
        for node in QueryCursor(syntax.query(_QUERY)).captures(owner).get("communication", []):
            variable = self._channel(node)
            if variable is not None and variable not in self._keys:
                self._read(variable)

    def key(self, communication: Node) -> str | None:
        """The condition under which what a case waits for never happens."""
        variable = self._channel(communication)
        return self._keys.get(variable) if variable is not None else None

    def _channel(self, communication: Node) -> Variable | None:
        node: Node | None = communication
        if communication.kind_id == syntax.SEND_STATEMENT:
            node = communication.child_by_field_id(syntax.F_CHANNEL)
        elif communication.kind_id == syntax.RECEIVE_STATEMENT:
            node = communication.child_by_field_id(syntax.F_RIGHT)
        if node is not None and node.kind_id == syntax.UNARY_EXPRESSION:
            node = node.child_by_field_id(syntax.F_OPERAND)
        return self._bindings.variable(node) if node is not None and node.kind_id == syntax.IDENTIFIER else None

    def _read(self, variable: Variable) -> None:
        key = f"{variable.name} == nil {[variable.declaration.start_byte]}"
        found: dict[int, tuple[str, bool]] = {}
        for use in self._bindings.uses(variable):
            if is_assigned(use):
                found[use.start_byte] = (key, _is_nil(use))
        origin = variable.origin
        if origin.kind_id == syntax.VAR_SPEC and origin.child_by_field_id(syntax.F_VALUE) is None:
            found[variable.declaration.start_byte] = (key, True)
        if any(is_nil for _, is_nil in found.values()):
            self._keys[variable] = key
            self.changes.update(found)


def _is_nil(use: Node) -> bool:
    """Whether a variable is assigned nil here."""
    listed = use.parent
    statement = listed.parent if listed is not None else None
    if listed is None or statement is None or statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
        return False
    right = statement.child_by_field_id(syntax.F_RIGHT)
    values = syntax.operands(right) if right is not None else []
    position = syntax.operands(listed).index(use) if use in listed.named_children else len(values)
    return position < len(values) and values[position].kind_id == syntax.NIL
