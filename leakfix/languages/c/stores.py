"""Where an assignment puts its value: told by the tree, as `lower_frame` tells it of places."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.vocabulary import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program

_THROUGH: Final = "->"


class Store(Enum):
    """Where a value goes."""

    VARIABLE = "a variable of the function"
    OPERAND = "what the function is given, or its object: their owner has it"
    ELSEWHERE = "a global, or memory that somebody else owns"
    UNCLEAR = "nobody can tell by the tree"


def store_at(program: Program, function: Function, left: Node) -> Store:
    """Where an assignment to an expression puts its value.

    A member of what the function is given counts only where it is set once: it may lose what it held.
    """
    left = syntax.unparen(left)
    root, is_through = _root(left)
    if root is None:
        return Store.UNCLEAR
    if root.type == syntax.THIS:
        return Store.OPERAND if _is_set_once(program, function, left) else Store.UNCLEAR
    if root.type == syntax.QUALIFIED_IDENTIFIER:
        return Store.ELSEWHERE
    if root.type != syntax.IDENTIFIER:
        return Store.UNCLEAR
    variable = program.bindings(function).variable(root)
    if variable is None:
        if not program.is_member(function, syntax.text(root)):
            return Store.ELSEWHERE if not program.world.macros(syntax.text(root), function.file) else Store.UNCLEAR
        return Store.OPERAND if _is_set_once(program, function, left) else Store.UNCLEAR
    if variable.kind in ("static", "extern"):
        return Store.ELSEWHERE
    if left == root:
        return Store.VARIABLE
    steps = variable.declarator.steps if variable.declarator is not None else ()
    if any(step.startswith("&") for step in steps) or not is_through:
        return Store.UNCLEAR
    if variable.kind == "param":
        return Store.OPERAND if _is_set_once(program, function, left) else Store.UNCLEAR
    if variable.kind != "local" or _may_aim(variable.value) or program.is_fresh(function, variable):
        return Store.UNCLEAR
    return Store.ELSEWHERE


def _root(node: Node) -> tuple[Node | None, bool]:
    """What the path to a place begins with, and whether it leads through a pointer."""
    at: Node | None = node
    is_through = False
    while at is not None:
        kind = at.type
        if kind == syntax.FIELD_EXPRESSION:
            is_through = is_through or syntax.operator(at) == _THROUGH
        elif kind == syntax.POINTER_EXPRESSION:
            if at.children[0].type != "*":
                return None, False
            is_through = True
        elif kind == syntax.CAST_EXPRESSION:
            at = at.child_by_field_name("value")
            continue
        elif kind == syntax.PARENTHESIZED_EXPRESSION:
            inner = syntax.unparen(at)
            at = inner if inner.id != at.id else None
            continue
        elif kind != syntax.SUBSCRIPT_EXPRESSION:
            return at, is_through
        at = at.child_by_field_name("argument")
    return None, False


def _may_aim(value: Node | None) -> bool:
    """Whether a pointer may be declared with the address of something."""
    return value is not None and b"&" in (value.text or b"")


def _is_set_once(program: Program, function: Function, left: Node) -> bool:
    """Whether the function assigns to a member of this name only once, and no macro that it uses names it."""
    while left.type in (syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION):
        inner = left.child_by_field_name("argument")
        if inner is None:
            return False
        left = syntax.unparen(inner)
    name = (left.child_by_field_name("field") or left).text or b""
    if name in program.promising.vocabulary.meant(function):
        return False
    assigned = re.compile(rb"\b" + re.escape(name) + rb"\s*(?:\[[^;]*?\]\s*)*=(?!=)")
    return len(assigned.findall(text_of(function))) <= 1
