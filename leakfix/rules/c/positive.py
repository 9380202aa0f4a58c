"""Which sizes are surely not 0: `realloc` may release a block of size 0 and give null all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Variable

_DEEPEST: Final = 12
_GROWING: Final = frozenset(("+=", "<<=", "|="))
_CHANGES: Final = frozenset((syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION))
_NONE: Final[frozenset[str]] = frozenset()


@record
class Sizes:
    """Tells of the expressions of a function, up to where ``end`` stands, whether they are more than 0."""

    analysis: Analysis
    function: Function
    end: int

    def is_positive(self, node: Node, assumed: frozenset[str] = _NONE, depth: int = 0) -> bool:
        """Whether an expression, which is not negative, is surely not 0; ``assumed`` are places that are not."""
        node = syntax.unparen(node)
        if depth > _DEEPEST:
            return False
        if syntax.text(node) in assumed or node.type == syntax.SIZEOF_EXPRESSION:
            return True
        constant = self.analysis.program.constants.of(node, self.function.file, self._is_local)
        if constant is not None:
            return constant > 0
        if node.type == syntax.CAST_EXPRESSION:
            value = node.child_by_field_name("value")
            return value is not None and self.is_positive(value, assumed, depth + 1)
        if node.type == syntax.BINARY_EXPRESSION:
            return self._is_positive_result(node, assumed, depth)
        if node.type == syntax.UPDATE_EXPRESSION:
            return node.children[0].type == "++"
        if node.type == syntax.CONDITIONAL_EXPRESSION:
            return self._is_positive_choice(node, assumed, depth)
        if node.type == syntax.IDENTIFIER:
            variable = self.analysis.bindings(self.function).variable(node)
            return variable is not None and self._is_positive_variable(variable, assumed, depth)
        return node.type == syntax.FIELD_EXPRESSION and self._is_positive_field(node, assumed, depth)

    def _is_local(self, node: Node) -> bool:
        return self.analysis.bindings(self.function).variable(node) is not None

    def _is_positive_result(self, node: Node, assumed: frozenset[str], depth: int) -> bool:
        operator = node.child_by_field_name("operator")
        sides = [node.child_by_field_name(name) for name in ("left", "right")]
        told = [side is not None and self.is_positive(side, assumed, depth + 1) for side in sides]
        kind = operator.type if operator is not None else ""
        if kind in ("+", "|"):
            return any(told)
        return (kind == "*" and all(told)) or (kind == "<<" and told[0])

    def _is_positive_choice(self, node: Node, assumed: frozenset[str], depth: int) -> bool:
        condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        other = node.child_by_field_name("alternative")
        if condition is None or then is None or other is None:
            return False
        where, elsewhere = _told(syntax.unparen(condition))
        return self.is_positive(then, assumed | where, depth + 1) and self.is_positive(
            other, assumed | elsewhere, depth + 1
        )

    def _is_positive_variable(self, variable: Variable, assumed: frozenset[str], depth: int) -> bool:
        """Whether all that a local variable is ever set to is positive, itself taken for such."""
        if variable.kind != "local":
            return False
        if self._is_just_set(variable, assumed, depth):
            return True
        assumed |= {variable.name}
        values = [variable.value] if variable.value is not None else []
        for use in self.analysis.bindings(self.function).uses(variable):
            parent = use.parent
            if parent is None or (parent.type == syntax.POINTER_EXPRESSION and parent.children[0].type == "&"):
                return False
            if parent.type == syntax.UPDATE_EXPRESSION and b"--" in (parent.text or b""):
                return False
            if parent.type != syntax.ASSIGNMENT_EXPRESSION or parent.child_by_field_name("left") != use:
                continue
            operator, value = parent.child_by_field_name("operator"), parent.child_by_field_name("right")
            kind = operator.type if operator is not None else ""
            if value is None or kind not in ("=", "*=", *_GROWING):
                return False
            if kind in ("=", "*="):
                values.append(value)
        return bool(values) and all(self.is_positive(value, assumed, depth + 1) for value in values)

    def _is_just_set(self, variable: Variable, assumed: frozenset[str], depth: int) -> bool:
        """Whether a variable was set to something positive last, in the block that ``end`` is in."""
        uses = [use for use in self.analysis.bindings(self.function).uses(variable) if use.start_byte < self.end]
        changes = [use.parent for use in uses if use.parent is not None and use.parent.type in _CHANGES]
        changes = [one for one in changes if _changed(one) in uses]
        if not changes or any(use.parent is not None and use.parent.type == syntax.POINTER_EXPRESSION for use in uses):
            return False
        last = max(changes, key=lambda one: one.start_byte)
        operator, value = last.child_by_field_name("operator"), last.child_by_field_name("right")
        block = last.parent.parent if last.parent is not None else None
        if operator is None or operator.type not in ("=", "+=") or value is None or block is None:
            return False
        at = self.function.body.descendant_for_byte_range(self.end, self.end)
        while at is not None and at.type != syntax.COMPOUND_STATEMENT:
            at = at.parent
        return at == block and self.is_positive(value, assumed, depth + 1)

    def _is_positive_field(self, field: Node, assumed: frozenset[str], depth: int) -> bool:
        """Whether a member was set to something positive on all ways, and not to anything else since."""
        name = syntax.text(field)
        is_set = False
        for node in syntax.walk(self.function.body):
            if node.type != syntax.ASSIGNMENT_EXPRESSION or node.start_byte >= self.end:
                continue
            target, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
            value = node.child_by_field_name("right")
            if target is None or operator is None or value is None or syntax.text(target) != name:
                continue
            if operator.type != "=" or not self.is_positive(value, assumed, depth + 1):
                return False
            statement = node.parent
            block = statement.parent if statement is not None else None
            is_set = is_set or (
                block is not None
                and block.type == syntax.COMPOUND_STATEMENT
                and block.start_byte < self.end < block.end_byte
            )
        return is_set


def _changed(change: Node) -> Node | None:
    """What an assignment or an update changes."""
    return change.child_by_field_name("left") or change.child_by_field_name("argument")


def _told(condition: Node) -> tuple[frozenset[str], frozenset[str]]:
    """The places that are not 0 where a condition holds, and where not."""
    if condition.type in (syntax.IDENTIFIER, syntax.FIELD_EXPRESSION):
        return frozenset((syntax.text(condition),)), _NONE
    operator = condition.child_by_field_name("operator")
    kind = operator.type if operator is not None else ""
    if condition.type == syntax.UNARY_EXPRESSION and kind == "!":
        inner = condition.child_by_field_name("argument")
        return _NONE, frozenset((syntax.text(inner),)) if inner is not None else _NONE
    left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
    if left is None or right is None or syntax.text(right) != "0":
        return _NONE, _NONE
    place = frozenset((syntax.text(left),))
    if kind in ("!=", ">"):
        return place, _NONE
    return (_NONE, place) if kind == "==" else (_NONE, _NONE)
