"""Integer constant expressions, as far as array lengths need them."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.packages import const_specs
from leakfix.languages.go.types import BASICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from leakfix.languages.go.packages import Object
    from leakfix.languages.go.resolve import Resolver

_DEPTH: Final = 40
_BITS: Final = 512
_ESCAPES: Final = {
    "\\a": 7,
    "\\b": 8,
    "\\t": 9,
    "\\n": 10,
    "\\v": 11,
    "\\f": 12,
    "\\r": 13,
    "\\\\": 92,
    "\\'": 39,
}
_UNSIGNED: Final = {"uint": 64, "uintptr": 64, "uint64": 64, "uint32": 32, "uint16": 16, "uint8": 8, "byte": 8}
_OPERATORS: Final[Mapping[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "&^": lambda left, right: left & ~right,
}


def evaluate(node: Node, resolver: Resolver, iota: int | None = None, depth: int = 0) -> int | None:
    """Compute an integer constant expression; None when it is none or syntax alone cannot tell."""
    if depth > _DEPTH:
        return None
    node = syntax.unparen(node)
    number = node.kind_id
    if number == syntax.INT_LITERAL:
        return int_literal(syntax.text(node))
    if number == syntax.RUNE_LITERAL:
        return rune_literal(syntax.text(node)[1:-1])
    if number == syntax.IOTA:
        return iota
    if number == syntax.IDENTIFIER:
        return _identifier(node, resolver, depth)
    if number == syntax.SELECTOR_EXPRESSION:
        return _selector(node, resolver, depth)
    if number == syntax.UNARY_EXPRESSION:
        return _unary(node, resolver, iota, depth)
    if number == syntax.BINARY_EXPRESSION:
        return _binary(node, resolver, iota, depth)
    if number == syntax.CALL_EXPRESSION:
        return _call(node, resolver, iota, depth)
    return None


def int_literal(text: str) -> int | None:
    """Read an integer literal in any of Go's bases."""
    digits = text.replace("_", "").lower()
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdecimal():
        digits = "0o" + digits[1:]
    try:
        return int(digits, 0)
    except ValueError:
        return None


def rune_literal(text: str) -> int | None:
    """Read what stands between the quotes of a rune literal."""
    if len(text) == 1:
        return ord(text)
    if text in _ESCAPES:
        return _ESCAPES[text]
    digits = text[1:].lstrip("xuU")
    try:
        return int(digits, 8 if text[1:] == digits else 16)
    except ValueError:
        return None


def _identifier(node: Node, resolver: Resolver, depth: int) -> int | None:
    from leakfix.languages.go.resolve import file_object

    local = resolver.scope.entity(node) if resolver.scope is not None else None
    if local is None:
        return constant(file_object(resolver.file, syntax.text(node)), depth)
    declaration = local.origin.parent
    if local.kind != "const" or declaration is None:
        return None
    for iota, (spec, values) in enumerate(const_specs(declaration)):
        if spec.id == local.origin.id:
            return _at(values, local.position, resolver, iota, depth)
    return None


def _selector(node: Node, resolver: Resolver, depth: int) -> int | None:
    from leakfix.languages.go.resolve import imported_object

    operand, name = node.child_by_field_id(syntax.F_OPERAND), node.child_by_field_id(syntax.F_FIELD)
    if operand is None or name is None or operand.kind_id != syntax.IDENTIFIER:
        return None
    if resolver.scope is not None and resolver.scope.entity(operand) is not None:
        return None
    path = resolver.file.imported_as(syntax.text(operand))
    return constant(imported_object(resolver.file, path, syntax.text(name)), depth) if path else None


def constant(declared: Object | None, depth: int = 0) -> int | None:
    """Return the value of a package-level integer constant."""
    from leakfix.languages.go.resolve import Resolver

    if declared is None or declared.kind != "const" or declared.values is None:
        return None
    return _at(declared.values, declared.index, Resolver(declared.file), declared.iota, depth)


def _at(values: Node, position: int, resolver: Resolver, iota: int, depth: int) -> int | None:
    written = values.child_by_field_id(syntax.F_VALUE)
    expressions = syntax.operands(written) if written is not None else []
    return evaluate(expressions[position], resolver, iota, depth + 1) if position < len(expressions) else None


def _unary(node: Node, resolver: Resolver, iota: int | None, depth: int) -> int | None:
    operand = node.child_by_field_id(syntax.F_OPERAND)
    value = evaluate(operand, resolver, iota, depth + 1) if operand is not None else None
    sign = syntax.operator(node)
    if operand is None or value is None or sign not in ("+", "-", "^"):
        return None
    if sign == "^":
        return value ^ _mask(operand)
    return value if sign == "+" else -value


def _mask(operand: Node) -> int:
    """Return what `^` flips: all bits of an unsigned type that the operand is converted to, else all (-1)."""
    function = operand.child_by_field_id(syntax.F_FUNCTION)
    bits = _UNSIGNED.get(syntax.text(function)) if function is not None else None
    return -1 if bits is None else (1 << bits) - 1


def _binary(node: Node, resolver: Resolver, iota: int | None, depth: int) -> int | None:
    left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
    a = evaluate(left, resolver, iota, depth + 1) if left is not None else None
    b = evaluate(right, resolver, iota, depth + 1) if right is not None else None
    if a is None or b is None:
        return None
    sign = syntax.operator(node)
    if sign in ("<<", ">>"):
        if not 0 <= b <= _BITS or abs(a).bit_length() > _BITS:
            return None
        return a << b if sign == "<<" else a >> b
    if sign in ("/", "%"):
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) if b else 0
        return None if not b else quotient if sign == "/" else a - quotient * b
    action = _OPERATORS.get(sign)
    return action(a, b) if action is not None else None


def _call(node: Node, resolver: Resolver, iota: int | None, depth: int) -> int | None:
    """Compute a conversion to a predeclared integer type, and the length of a string literal."""
    function, arguments = node.child_by_field_id(syntax.F_FUNCTION), node.child_by_field_id(syntax.F_ARGUMENTS)
    values = syntax.operands(arguments) if arguments is not None else []
    if function is None or function.kind_id != syntax.IDENTIFIER or len(values) != 1:
        return None
    name = syntax.text(function)
    if resolver.file.package.may_shadow(name):
        return None
    if name == "len" and values[0].kind_id in (syntax.INTERPRETED_STRING_LITERAL, syntax.RAW_STRING_LITERAL):
        text = values[0].text or b""
        return len(text) - 2 if b"\\" not in text else None
    return evaluate(values[0], resolver, iota, depth + 1) if "int" in name and name in BASICS else None
