"""The methods that end values of a type, and how a package makes such values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function, Package

_CLOSING: Final = ("Close", "Shutdown", "Stop", "close", "shutdown", "stop")
_DECLARED: Final = re.compile(rb"\)\s*(?:%b)\s*\(" % b"|".join(name.encode() for name in _CLOSING))


def may_end(package: Package) -> bool:
    """Whether a package may declare a method that ends values of a type: a look at the bytes of its files."""
    known = package.looks.get("ends")
    if not isinstance(known, bool):
        known = any(_DECLARED.search(file.data) for file in package.files if not file.is_test)
        package.looks["ends"] = known
    return known


def closing_method(package: Package, owner: str) -> Function | None:
    """The method that ends values of a type of a package."""
    for name in _CLOSING:
        method = package.method(owner, name)
        if method is not None:
            return method.function
    return None


def is_always_made_with(package: Package, owner: str, name: str) -> bool:
    """Whether every value of a struct type is a composite literal that sets a field."""
    for file in package.files:
        for match in re.finditer(rb"\b" + re.escape(owner.encode()) + rb"\b", file.data):
            node = file.descendant(match.start(), match.end())
            if node is not None and not _makes_with(node, name):
                return False
    return True


def _makes_with(node: Node, name: str) -> bool:
    """Whether a mention of the type makes no value of it, or one with the field set."""
    parent = node.parent
    if parent is None or node.kind_id not in (syntax.TYPE_IDENTIFIER, syntax.IDENTIFIER):
        return True
    if parent.kind_id == syntax.COMPOSITE_LITERAL:
        body = parent.child_by_field_id(syntax.F_BODY)
        keys = (
            [element.child_by_field_id(syntax.F_KEY) for element in syntax.operands(body)] if body is not None else []
        )
        return any(key is not None and syntax.text(key) == name for key in keys)
    return parent.kind_id in (syntax.POINTER_TYPE, syntax.TYPE_SPEC) or node.kind_id == syntax.IDENTIFIER


def receiver_of(method: Function) -> str:
    """The name of a method's receiver; empty when it has none."""
    held = method.node.child_by_field_id(syntax.F_RECEIVER)
    for declaration in syntax.operands(held) if held is not None else []:
        for name in syntax.field_children(declaration, syntax.F_NAME):
            return "" if syntax.text(name) == "_" else syntax.text(name)
    return ""
