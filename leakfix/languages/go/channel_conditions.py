"""Conditions that a function tests more than once, spelled so that equal ones are equal: what one test told, the next
one knows, until a variable in it is assigned."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tree_sitter import QueryCursor

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import function_node, is_assigned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow.channels import Told
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.scopes import Bindings, Variable

_QUERY: Final = "[(if_statement condition: (_) @condition) (for_clause condition: (_) @condition)]"
_OPAQUE: Final = frozenset(
    {syntax.CALL_EXPRESSION, syntax.INDEX_EXPRESSION, syntax.FUNC_LITERAL, syntax.TYPE_ASSERTION_EXPRESSION}
)


class Conditions:
    """The repeated conditions of one top-level function, literals in it included."""

    def __init__(self, function: Node, bindings: Bindings) -> None:
        self._bindings = bindings
        counts: Counter[str] = Counter()
        variables: dict[str, set[Variable]] = {}
        for atom in _repeated(function):
            key, _, named = self._read(atom)
            if key:
                counts[key] += 1 + self._is_flag(atom)
                variables[key] = named
        self._repeated = frozenset(key for key, count in counts.items() if count > 1)
        self.changes: dict[int, frozenset[str]] = {}
        """Where a variable of repeated conditions is assigned: the byte offset of its name, and the conditions."""
        for key in self._repeated:
            for variable in variables[key]:
                for use in self._bindings.uses(variable):
                    if is_assigned(use):
                        self.changes[use.start_byte] = self.changes.get(use.start_byte, frozenset()) | {key}

    def _is_flag(self, atom: Node) -> bool:
        """Whether a condition is a variable that a receive sets: one test of it is enough."""
        variable = self._bindings.variable(atom) if atom.kind_id == syntax.IDENTIFIER else None
        return variable is not None and variable.position == 1 and b"<-" in (variable.origin.text or b"")

    def told(self, atom: Node) -> Told | None:
        """What it means that a condition without ``&&``, ``||`` and ``!`` holds; None when nobody asks again."""
        key, holds, _ = self._read(atom)
        return (key, holds) if key in self._repeated else None

    def told_of(self, variable: Variable, holds: bool) -> Told | None:
        """What it means that a boolean variable is this."""
        return (_spelled(variable), holds) if _spelled(variable) in self._repeated else None

    def _is_fixed(self, node: Node) -> bool:
        """Whether a call tells of the surroundings: one of a plain function without arguments."""
        if node.kind_id != syntax.CALL_EXPRESSION or syntax.arguments(node):
            return False
        function = function_node(node)
        operand = function.child_by_field_id(syntax.F_OPERAND)
        name = operand if operand is not None else function
        return name.kind_id == syntax.IDENTIFIER and self._bindings.variable(name) is None

    def _read(self, atom: Node) -> tuple[str, bool, set[Variable]]:
        """The spelling of a condition, empty for one that may change by itself; whether it holds where that holds."""
        atom = syntax.unparen(atom)
        variables: set[Variable] = set()
        waiting = [atom]
        while waiting:
            node = waiting.pop()
            receives = node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "<-"
            if receives or (node.kind_id in _OPAQUE and not self._is_fixed(node)):
                return "", True, set()
            variable = self._bindings.variable(node) if node.kind_id == syntax.IDENTIFIER else None
            if variable is not None:
                variables.add(variable)
            waiting.extend(node.named_children)
        sign = syntax.operator(atom) if atom.kind_id == syntax.BINARY_EXPRESSION else ""
        words = syntax.text(atom).split()
        if sign == "!=":
            words = ["==" if word == sign else word for word in words]
        names = sorted(variable.declaration.start_byte for variable in variables)
        return f"{' '.join(words)} {names}", sign != "!=", variables


def recovered(atom: Node, types: Types) -> bool | None:
    """Whether a condition that asks what `recover` gave holds if that is something; None for other conditions."""
    sign = syntax.operator(atom) if atom.kind_id == syntax.BINARY_EXPRESSION else ""
    left, right = atom.child_by_field_id(syntax.F_LEFT), atom.child_by_field_id(syntax.F_RIGHT)
    if sign not in ("==", "!=") or left is None or right is None or right.kind_id != syntax.NIL:
        return None
    bindings = types.bindings
    variable = bindings.variable(left) if left.kind_id == syntax.IDENTIFIER and bindings is not None else None
    if variable is not None:
        values = variable.origin.child_by_field_id(syntax.F_RIGHT) or variable.origin.child_by_field_id(syntax.F_VALUE)
        listed = syntax.operands(values) if values is not None else []
        left = listed[variable.position] if variable.position < len(listed) else left
    is_recover = left.kind_id == syntax.CALL_EXPRESSION and function_node(left).text == b"recover"
    return sign == "!=" if is_recover else None


def _repeated(function: Node) -> Iterator[Node]:
    """The conditions that may be told of elsewhere too: first by their bytes, as most are tested once."""
    captured = QueryCursor(syntax.query(_QUERY)).captures(function).get("condition", [])
    atoms = [(atom, _plain(atom)) for condition in captured for atom in _atoms(condition)]
    counts = Counter(text for _, text in atoms)
    yield from (atom for atom, text in atoms if counts[text] > 1 or atom.kind_id == syntax.IDENTIFIER)


def _plain(atom: Node) -> bytes:
    return (atom.text or b"").replace(b"!=", b"==")


def _spelled(variable: Variable) -> str:
    return f"{variable.name} {[variable.declaration.start_byte]}"


def _atoms(condition: Node) -> Iterator[Node]:
    node = syntax.unparen(condition)
    if node.kind_id == syntax.BINARY_EXPRESSION and syntax.operator(node) in ("&&", "||"):
        for number in (syntax.F_LEFT, syntax.F_RIGHT):
            part = node.child_by_field_id(number)
            if part is not None:
                yield from _atoms(part)
    elif node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "!":
        operand = node.child_by_field_id(syntax.F_OPERAND)
        if operand is not None:
            yield from _atoms(operand)
    else:
        yield node
