"""Places of Go as keys: two expressions with one key mean the same variable, field or element.

An expression whose evaluation may do something, or may differ the second time, has no key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.languages.go.scopes import Bindings

_LITERALS: Final = frozenset(
    (syntax.INT_LITERAL, syntax.INTERPRETED_STRING_LITERAL, syntax.RAW_STRING_LITERAL, syntax.RUNE_LITERAL)
)
_PURE: Final = frozenset(("len", "cap", "int", "int64", "int32", "uint", "uint64", "uint32", "min", "max"))


@record
class Linear:
    """A sum: a constant and terms, each a key with its factor."""

    terms: Mapping[str, int]
    constant: int

    def minus(self, other: Linear) -> Linear:
        """The difference of two sums."""
        terms = dict(self.terms)
        for key, factor in other.terms.items():
            terms[key] = terms.get(key, 0) - factor
        return Linear({key: factor for key, factor in terms.items() if factor}, self.constant - other.constant)

    @property
    def only(self) -> str | None:
        """The one term, with factor 1, that a constant may be added to; None for every other sum."""
        if len(self.terms) == 1:
            ((key, factor),) = self.terms.items()
            return key if factor == 1 else None
        return None


class Places:
    """The keys of the expressions of one function."""

    def __init__(self, bindings: Bindings) -> None:
        """Take the function's variables."""
        self.bindings = bindings

    def key(self, node: Node | None) -> str | None:
        """The key of an expression; None for a call and what else has none."""
        if node is None:
            return None
        node = syntax.unparen(node)
        number = node.kind_id
        if number in (syntax.IDENTIFIER, syntax.TYPE_IDENTIFIER):
            found = self.bindings.entity(node)
            return syntax.text(node) if found is None else f"{found.name}#{found.index}"
        if number in _LITERALS:
            return syntax.text(node)
        if number == syntax.SELECTOR_EXPRESSION:
            operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
            inner = self.key(operand)
            return f"{inner.removeprefix('*')}.{syntax.text(name)}" if inner and name is not None else None
        if number == syntax.UNARY_EXPRESSION:
            inner = self.key(node.child_by_field_id(syntax.F_OPERAND))
            sign = syntax.operator(node)
            return f"{sign}{inner}" if inner and sign in ("*", "-") else None
        if number in (syntax.INDEX_EXPRESSION, syntax.TYPE_INSTANTIATION_EXPRESSION):
            operand, index = indexed(node)
            outer, inner = self.key(operand), self.key(index)
            return f"{outer}[{inner}]" if outer and inner else None
        if number == syntax.BINARY_EXPRESSION:
            left, right = (self.key(node.child_by_field_id(f)) for f in (syntax.F_LEFT, syntax.F_RIGHT))
            return f"({left}{syntax.operator(node)}{right})" if left and right else None
        if number == syntax.CALL_EXPRESSION:
            return self._pure_call(node)
        return None

    def linear(self, node: Node | None) -> Linear | None:
        """An integer expression as a sum; None for what has no key."""
        if node is None:
            return None
        node = syntax.unparen(node)
        if node.kind_id == syntax.INT_LITERAL:
            try:
                return Linear({}, int(syntax.text(node), 0))
            except ValueError:
                return None
        sign = syntax.operator(node) if node.kind_id == syntax.BINARY_EXPRESSION else ""
        if sign in ("+", "-"):
            left, right = (self.linear(node.child_by_field_id(f)) for f in (syntax.F_LEFT, syntax.F_RIGHT))
            if left is None or right is None:
                return None
            return left.minus(Linear({}, 0).minus(right)) if sign == "+" else left.minus(right)
        key = self.key(node)
        return Linear({key: 1}, 0) if key is not None else None

    def _pure_call(self, call: Node) -> str | None:
        function, arguments = call.child_by_field_id(syntax.F_FUNCTION), call.child_by_field_id(syntax.F_ARGUMENTS)
        if function is None or arguments is None or syntax.text(function) not in _PURE:
            return None
        keys = [self.key(argument) for argument in syntax.operands(arguments)]
        if not keys or None in keys:
            return None
        return f"{syntax.text(function)}({','.join(key for key in keys if key)})"


def indexed(node: Node) -> tuple[Node | None, Node | None]:
    """What an index expression indexes, and by what; the grammar takes ``a[b]`` for an instantiation at times."""
    if node.kind_id == syntax.INDEX_EXPRESSION:
        return node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_INDEX)
    parts = syntax.operands(node)
    return (parts[0], parts[1]) if len(parts) == 2 else (None, None)


def bounds(sliced: Node) -> tuple[Node | None, Node | None, Node | None]:
    """The bounds of a slice expression: low, high and capacity."""
    colons = 0
    found: list[Node | None] = [None, None, None]
    opened = False
    for child in sliced.children:
        if child.type == "[" and not child.is_named:
            opened = True
        elif child.type == ":" and not child.is_named:
            colons += 1
        elif opened and child.is_named and child.kind_id != syntax.COMMENT and colons < 3:
            found[colons] = child
    return found[0], found[1], found[2]
