"""Lists, dictionaries and sets that a function keeps to itself: what is put into them can be followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.effects import COLLECTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.variables import Variable

_METHODS: Final = frozenset(
    (
        *("append", "appendleft", "extend", "insert", "pop", "popleft", "clear", "remove", "reverse", "sort", "index"),
        *("count", "items", "values", "keys", "get", "update", "setdefault", "add", "discard"),
    )
)
_READING: Final = frozenset(("len", "enumerate", "zip", "reversed", "sorted", "any", "all", "print", "iter", "range"))


def is_own(frame: Frame, node: Node) -> bool:
    """Whether a name is a container of the function's own that nobody else ever gets hold of."""
    if node.type != syntax.IDENTIFIER:
        return False
    variable = frame.bindings.variable(node)
    if variable is None or variable.kind != "local" or not frame.bindings.is_own(variable):
        return False
    known = frame.function.cache.setdefault("containers", {})
    if not isinstance(known, dict):
        return False
    key = id(variable)
    if key not in known:
        known[key] = _is_own(frame, variable)
    return bool(known[key])


def _is_own(frame: Frame, variable: Variable) -> bool:
    if frame.types.of_variable(variable) not in COLLECTIONS or frame.bindings.is_captured(variable):
        return False
    if any(one.kind != "assign" for one in variable.bindings):
        return False
    return all(_is_harmless(frame, use) for use in frame.bindings.uses(variable))


def _is_harmless(frame: Frame, use: Node) -> bool:
    """Whether a use of a container lets nobody else get hold of it for later; being returned is told by the graph."""
    parent = use.parent
    if parent is None:
        return False
    kind = parent.type
    if kind == syntax.ATTRIBUTE:
        name = parent.child_by_field_name("attribute")
        above = parent.parent
        called = above is not None and above.type == syntax.CALL and syntax.callee(above) == parent
        return called and name is not None and syntax.text(name) in _METHODS
    if kind == syntax.SUBSCRIPT:
        return parent.child_by_field_name("value") == use
    if kind in (syntax.FOR_STATEMENT, syntax.FOR_IN_CLAUSE):
        return parent.child_by_field_name("right") == use
    if kind == syntax.ARGUMENT_LIST:
        call = parent.parent
        return call is not None and call.type == syntax.CALL and frame.types.symbol(syntax.callee(call)) in _READING
    return kind in (
        *(syntax.RETURN_STATEMENT, syntax.COMPARISON_OPERATOR, syntax.IF_STATEMENT, syntax.WHILE_STATEMENT),
        *(syntax.NOT_OPERATOR, syntax.BOOLEAN_OPERATOR, syntax.DELETE_STATEMENT),
    )
