"""Expressions that are the same on every run: literals, constants, macros, variables that nobody assigns.

Only what the language or the whole tree proves counts; everything else is None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import preprocessor, syntax
from leakfix.languages.c.declarators import declarators

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.files import CFile, Function, Global
    from leakfix.languages.c.world import World

_DEEPEST: Final = 12
_INTEGER: Final = re.compile(rb"([+-]?)[ ]?(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)[uUlLzZ]*\Z")
_MACRO_NUMBER: Final = re.compile(rb"[(\s]*(-?)\s*(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*[)\s]*\Z")
_NULLS: Final = frozenset((b"NULL", b"nullptr"))
_STANDARD: Final = {"STDIN_FILENO": 0, "STDOUT_FILENO": 1, "STDERR_FILENO": 2, "EXIT_SUCCESS": 0, "EXIT_FAILURE": 1}
_ESCAPES: Final = {b"n": 10, b"t": 9, b"r": 13, b"0": 0, b"\\": 92, b"'": 39}
_RETURN: Final = re.compile(rb"\breturn\b")
_JUMPS: Final = re.compile(rb"\b(?:goto|throw|longjmp)\b")
_CHANGED_BEFORE: Final = re.compile(rb"(?:\+\+|--|&)\s*\Z")
_CHANGED_BEHIND: Final = re.compile(rb"\s*(?:\[[^\]\n]*\]\s*)?(?:\+\+|--|(?:[-+*/%&|^]|<<|>>)?=(?!=))")
_NEAR: Final = 400

_TELLING: Final = frozenset(
    (
        *(syntax.NUMBER_LITERAL, syntax.TRUE, syntax.FALSE, syntax.NULL, syntax.CHAR_LITERAL, syntax.IDENTIFIER),
        *(syntax.QUALIFIED_IDENTIFIER, syntax.CAST_EXPRESSION, syntax.UNARY_EXPRESSION, syntax.BINARY_EXPRESSION),
        syntax.CALL_EXPRESSION,
    )
)

_BINARY: Final[dict[str, Callable[[int, int], int | None]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    "<=": lambda a, b: int(a <= b),
    ">": lambda a, b: int(a > b),
    ">=": lambda a, b: int(a >= b),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b if 0 <= b < 64 else None,
    ">>": lambda a, b: a >> b if 0 <= b < 64 else None,
    "/": lambda a, b: int(a / b) if b else None,
    "%": lambda a, b: a - b * int(a / b) if b else None,
}


class Constants:
    """The constants of all files in reach."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._globals: dict[tuple[str, str], int | None] = {}

    def of(self, node: Node, file: CFile, is_local: Callable[[Node], bool], depth: int = 0) -> int | None:
        """The value of an expression; ``is_local`` tells of an identifier whether the function declares it."""
        if depth > _DEEPEST:
            return None
        node = syntax.unparen(node)
        kind = node.type
        if kind not in _TELLING:
            return None
        if kind == syntax.NUMBER_LITERAL:
            return _number(node.text or b"")
        if kind in (syntax.TRUE, syntax.FALSE):
            return int(kind == syntax.TRUE)
        if kind == syntax.NULL:
            return 0
        if kind == syntax.CHAR_LITERAL:
            return _character(node.text or b"")
        if kind == syntax.IDENTIFIER:
            return None if is_local(node) else self.named(syntax.text(node), file, depth)
        if kind == syntax.QUALIFIED_IDENTIFIER:
            return self.named(syntax.text(node), file, depth)
        if kind == syntax.CAST_EXPRESSION:
            value = node.child_by_field_name("value")
            return self.of(value, file, is_local, depth + 1) if value is not None else None
        if kind == syntax.UNARY_EXPRESSION:
            return self._unary(node, file, is_local, depth)
        if kind == syntax.BINARY_EXPRESSION:
            return self._binary(node, file, is_local, depth)
        if kind == syntax.CALL_EXPRESSION:
            return self._call(node, file, is_local, depth)
        return None

    def named(self, name: str, file: CFile, depth: int = 0) -> int | None:
        """The value of a macro, an enum's constant, or a variable outside of functions that is never assigned."""
        if name.encode() in _NULLS:
            return 0
        if name in _STANDARD:
            return _STANDARD[name]
        key = (name, file.path)
        if key not in self._globals:
            self._globals[key] = None
            self._globals[key] = self._named(name, file, depth)
        return self._globals[key]

    def returned(self, function: Function) -> int | None:
        """The constant that a function gives back, whatever happens in it."""
        known = function.cache
        if "returned" not in known:
            known["returned"] = None
            known["returned"] = self._returned(function)
        found = known["returned"]
        return found if isinstance(found, int) else None

    def _unary(self, node: Node, file: CFile, is_local: Callable[[Node], bool], depth: int) -> int | None:
        operator, argument = node.child_by_field_name("operator"), node.child_by_field_name("argument")
        if operator is None or argument is None:
            return None
        value = self.of(argument, file, is_local, depth + 1)
        if value is None:
            return None
        return {"-": -value, "+": value, "!": int(not value), "~": ~value}.get(operator.type)

    def _binary(self, node: Node, file: CFile, is_local: Callable[[Node], bool], depth: int) -> int | None:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or left is None or right is None:
            return None
        one = self.of(left, file, is_local, depth + 1)
        if one is None:
            return None
        kind = operator.type
        if kind in ("&&", "||"):
            if bool(one) == (kind == "||"):
                return int(bool(one))
            other = self.of(right, file, is_local, depth + 1)
            return None if other is None else int(bool(other))
        apply = _BINARY.get(kind)
        other = self.of(right, file, is_local, depth + 1) if apply is not None else None
        return apply(one, other) if apply is not None and other is not None else None

    def _call(self, node: Node, file: CFile, is_local: Callable[[Node], bool], depth: int) -> int | None:
        called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if called is None or called.type != syntax.IDENTIFIER or arguments is None or syntax.named(arguments):
            return None
        if is_local(called) or depth > 2:
            return None
        function = self.world.function(syntax.text(called), file)
        return self.returned(function) if function is not None else None

    def _named(self, name: str, file: CFile, depth: int) -> int | None:
        macros = self.world.macros(name, file)
        if macros:
            values = {_macro(macro) for macro in macros}
            return values.pop() if len(values) == 1 else None
        found = self.world.variable(name, file)
        if found is None:
            return None
        if found.kind == "constant":
            return self._enumerated(found, depth)
        return self._unassigned(found, name, file, depth) if found.kind == "variable" else None

    def _enumerated(self, found: Global, depth: int) -> int | None:
        """The value of an enum's constant: its own, or as many more than the last one that has one."""
        value, count = found.node.child_by_field_name("value"), 0
        at: Node | None = found.node
        while at is not None and value is None:
            at = at.prev_named_sibling
            while at is not None and at.type == syntax.COMMENT:
                at = at.prev_named_sibling
            if at is None:
                return count
            if at.type != syntax.ENUMERATOR:
                return None
            count += 1
            value = at.child_by_field_name("value")
        base = self.of(value, found.file, lambda _: False, depth + 1) if value is not None else None
        return base + count if base is not None else None

    def _unassigned(self, found: Global, name: str, file: CFile, depth: int) -> int | None:
        last = name.rpartition("::")[2].encode()
        initial: list[tuple[CFile, Node]] = []
        holders = dict.fromkeys((file, found.file) if found.is_static else self.world.naming(last))
        # All bytes come before any tree: most variables are assigned somewhere.
        if not all(_is_only_read(holder.data, last) for holder in holders):
            return None
        for holder in holders:
            declared = holder.globals.get(found.name)
            if declared is not None and declared.kind == "variable":
                if declared.node.parent is None or _is_pointer(declared):
                    return None
                value = _initial(declared)
                if value is not None:
                    initial.append((holder, value))
        if len(initial) != 1:
            return None
        holder, value = initial[0]
        return self.of(value, holder, lambda _: False, depth + 1)

    def _returned(self, function: Function) -> int | None:
        body = function.body
        data = body.text or b""
        if len(data) > 400 or function.has_error or _JUMPS.search(data) or len(_RETURN.findall(data)) != 1:
            return None
        statements = syntax.named(body)
        if not statements or statements[-1].type != syntax.RETURN_STATEMENT:
            return None
        values = syntax.named(statements[-1])
        names = {param.name for param in function.params}
        locals_ = [one for one in statements if one.type == syntax.DECLARATION]
        if len(values) != 1 or locals_:
            return None
        return self.of(values[0], function.file, lambda node: syntax.text(node) in names, 2)


def _number(text: bytes) -> int | None:
    match = _INTEGER.match(text)
    if match is None:
        return None
    digits = match[2].replace(b"'", b"").lower()
    sign = -1 if match[1] == b"-" else 1
    if digits.startswith((b"0x", b"0b")):
        return sign * int(digits, 0)
    try:
        return sign * (int(digits, 8) if len(digits) > 1 and digits.startswith(b"0") else int(digits))
    except ValueError:
        return None


def _character(text: bytes) -> int | None:
    inner = text[text.find(b"'") + 1 : -1]
    if len(inner) == 1:
        return inner[0]
    return _ESCAPES.get(inner[1:]) if inner.startswith(b"\\") else None


def _macro(macro: preprocessor.Macro) -> int | None:
    if macro.params is not None:
        return None
    match = _MACRO_NUMBER.match(macro.body)
    if match is None:
        return {b"true": 1, b"false": 0, b"TRUE": 1, b"FALSE": 0, b"NULL": 0, b"((void *)0)": 0}.get(macro.body.strip())
    number = _number(match[2])
    return None if number is None else -number if match[1] else number


def _is_only_read(data: bytes, name: bytes) -> bool:
    """Whether nothing in a file assigns a name, takes its address or declares it again, but for its first value."""
    at = data.find(name)
    while at >= 0:
        end = at + len(name)
        if not _is_word_byte(data[end : end + 1]) and _is_written(data, at, end):
            return False
        at = data.find(name, end)
    return True


def _is_written(data: bytes, start: int, end: int) -> bool:
    """Whether the name between two offsets is changed, or its address taken."""
    before = _CHANGED_BEFORE.search(data, max(start - _NEAR, 0), start)
    if before is not None:
        return not (before[0].startswith(b"&") and data.startswith(b"&&", before.start() - 1))
    if _is_word_byte(data[start - 1 : start]) or _CHANGED_BEHIND.match(data, end) is None:
        return False
    return not _is_first_value(data, start)


def _is_word_byte(byte: bytes) -> bool:
    return byte == b"_" or byte.isalnum()


def _is_first_value(data: bytes, at: int) -> bool:
    """Whether an offset lies in a declaration at the margin, which gives a variable its first value."""
    before = data[data.rfind(b"\n", 0, at) + 1 : at]
    return bool(before) and not before[:1].isspace() and before.replace(b"_", b"").replace(b" ", b"").isalnum()


def _initial(declared: Global) -> Node | None:
    for one in declarators(declared.node):
        if one.name is not None and one.name.start_byte == declared.identifier.start_byte:
            return one.value
    return None


def _is_pointer(declared: Global) -> bool:
    node = declared.declarator
    while node is not None and node.type == syntax.INIT_DECLARATOR:
        node = node.child_by_field_name("declarator")
    return node is None or node.type != syntax.IDENTIFIER
