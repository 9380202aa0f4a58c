"""What the statements that refresh a static cache do: whether they only make its value, anew and from nothing old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.statics import words

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.scopes import Bindings, Variable

_OVERWRITES: Final = frozenset(
    ("memcpy", "memmove", "strcpy", "strncpy", "strlcpy", "sprintf", "snprintf", "strftime", "vsnprintf", "memset")
)
"""Functions that write what their first argument leads to, whatever was there."""
_FILLS: Final = _OVERWRITES | {"gmtime_r", "localtime_r", "gettimeofday", "clock_gettime"}
_GIVES_BACK: Final = frozenset(("free", "efree", "release", "delete", "destroy", "unref", "put", "close", "drop"))
_VALUES: Final = frozenset((syntax.PRIMITIVE_TYPE, syntax.SIZED_TYPE, syntax.STRUCT_SPECIFIER))
_STEPS: Final = frozenset(
    (
        *(syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION, syntax.CAST_EXPRESSION),
        syntax.PARENTHESIZED_EXPRESSION,
    )
)


def holds(outer: Node, inner: Node) -> bool:
    """Whether a node lies within another one."""
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def is_overwritten(node: Node) -> bool:
    """Whether an expression is written where it stands, and nothing of its old value is left to look at."""
    at, parent = node, node.parent
    while parent is not None and parent.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
        at, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type == syntax.ASSIGNMENT_EXPRESSION:
        operator = parent.child_by_field_name("operator")
        return parent.child_by_field_name("left") == at and operator is not None and operator.type == "="
    if parent.type == syntax.ARGUMENT_LIST and parent.parent is not None:
        return _name(parent.parent) in _OVERWRITES and syntax.named(parent)[0] == at
    return parent.type == syntax.FIELD_EXPRESSION and _is_assign(parent)


def is_number(type_node: Node | None, steps: tuple[str, ...]) -> bool:
    """Whether a value of a type is a number, which everybody gets a copy of."""
    if type_node is None or steps:
        return False
    spelled = syntax.text(type_node)
    return type_node.type in (syntax.PRIMITIVE_TYPE, syntax.SIZED_TYPE) or spelled.endswith("_t")


class Makers:
    """The statements of one block, which is to be done for each call."""

    def __init__(self, bindings: Bindings, body: Node) -> None:
        """Take the block."""
        self.bindings = bindings
        self.declared = tuple(one for one in bindings.variables if holds(body, one.origin))

    def only_make(self, statement: Node) -> bool:
        """Whether a statement makes a value and does nothing else that anybody could notice."""
        if statement.type == syntax.DECLARATION:
            return self._declares(statement)
        if statement.type != syntax.EXPRESSION_STATEMENT or not statement.named_children:
            return False
        inner = syntax.unparen(statement.named_children[0])
        if inner.type == syntax.ASSIGNMENT_EXPRESSION:
            return self._is_ours(inner.child_by_field_name("left"))
        if inner.type == syntax.DELETE_EXPRESSION:
            return self._is_local(inner.named_children[-1])
        return inner.type == syntax.CALL_EXPRESSION and self._fills(inner)

    def _declares(self, statement: Node) -> bool:
        """Whether it declares plain values and pointers, which may live longer without harm."""
        if any(one.type == syntax.STORAGE_CLASS for one in statement.children):
            return False
        type_node = statement.child_by_field_name("type")
        if type_node is None:
            return False
        is_plain = type_node.type in _VALUES or syntax.text(type_node).endswith("_t")
        steps = [
            one.declarator.steps if one.declarator is not None else ("&",)
            for one in self.declared
            if one.origin == statement
        ]
        return bool(steps) and all("&" not in one and (is_plain or one[-1:] == ("*",)) for one in steps)

    def _fills(self, call: Node) -> bool:
        """Whether a call writes a static or a local of the block, or gives back what such a local holds."""
        called, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        given = syntax.named(arguments) if arguments is not None else []
        if called is not None and called.type == syntax.FIELD_EXPRESSION:
            return _is_assign(called) and self._is_ours(called.child_by_field_name("argument"))
        name = _name(call)
        if len(given) == 1 and not _GIVES_BACK.isdisjoint(words(name)):
            return self._is_local(given[0])
        return name in _FILLS and any(self._is_ours(one) for one in given)

    def _is_local(self, node: Node) -> bool:
        return self.bindings.variable(node) in self.declared

    def _is_ours(self, node: Node | None) -> bool:
        """Whether an expression is a part of a static or of a local of the block, or the address of one."""
        variable = self._root(node)
        return variable is not None and (variable.is_static or variable in self.declared)

    def _root(self, node: Node | None) -> Variable | None:
        at = node
        while at is not None and at.type in _STEPS:
            at = at.child_by_field_name("argument") or at.child_by_field_name("value") or at.named_children[-1]
        return self.bindings.variable(at) if at is not None else None


def _name(call: Node) -> str:
    called = call.child_by_field_name("function")
    return syntax.text(called).rpartition("::")[2] if called is not None else ""


def _is_assign(access: Node) -> bool:
    """Whether a field expression is the method `assign` of something."""
    name = access.child_by_field_name("field")
    return name is not None and name.text == b"assign"
