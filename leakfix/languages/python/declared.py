"""Functions that say themselves that they make something new: by their name, their annotation, and what they return.

That is all that can be known of those that leave the making to a library of which nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Obligation
from leakfix.languages.python import syntax
from leakfix.languages.python.first_look import says_new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.files import Function
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.variables import Variable


def obligation(program: Program, function: Function) -> Obligation | None:
    """Return what the caller of a function owns behind the call, as far as its signature and its end tell."""
    known = function.cache.get("declared", 0)
    if known == 0:
        known = function.cache["declared"] = _obligation(program, function)
    return known if isinstance(known, Obligation) else None


def _obligation(program: Program, function: Function) -> Obligation | None:
    if function.returns is None or not says_new(function.last_name) or function.is_generator:
        return None
    stated = program.types(function).annotated(function.returns)
    resource = program.models.resource_of_type(stated) if stated is not None else None
    if resource is None or not _returns_new(program, function):
        return None
    return Obligation(
        resource.name,
        resource.noun,
        resource.family,
        resource.release,
        resource.idempotent,
        confidence="low" if resource.confidence == "low" else "medium",
        severity=resource.severity or "",
    )


def _returns_new(program: Program, function: Function) -> bool:
    """Whether all that a function returns is what calls to the unknown give that say that they make it."""
    found = list(_returned(function))
    return bool(found) and all(value is not None and _is_new(program, function, value) for value in found)


def _returned(function: Function) -> Iterator[Node | None]:
    for node in syntax.captures("(return_statement) @r", function.body).get("r", []):
        if function.file.function_at(node.start_byte) is function:
            values = syntax.named(node)
            yield syntax.unparen(values[0]) if values else None


def _is_new(program: Program, function: Function, value: Node) -> bool:
    if value.type == syntax.AWAIT:
        value = syntax.unparen(syntax.named(value)[0])
    if value.type == syntax.CALL:
        return _makes(program, function, value)
    bindings = program.bindings(function)
    variable = bindings.variable(value) if value.type == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local" or not bindings.is_own(variable) or bindings.is_captured(variable):
        return False
    made = [one.value for one in variable.bindings if one.kind == "assign" and one.is_whole and one.value is not None]
    if len(made) != len(variable.bindings) or not all(one.type == syntax.CALL for one in made):
        return False
    return all(_makes(program, function, one) for one in made) and _is_only_used(program, function, variable)


def _makes(program: Program, function: Function, call: Node) -> bool:
    """Whether a call is to something unknown of a name that says that it makes something."""
    called = syntax.unparen(syntax.callee(call))
    name = called.child_by_field_name("attribute") if called.type == syntax.ATTRIBUTE else called
    if name is None or name.type != syntax.IDENTIFIER or not says_new(syntax.text(name)):
        return False
    callee = program.types(function).callee(call)
    return callee.function is None and callee.class_ is None and not program.models.knows(callee.symbol or "")


def _is_only_used(program: Program, function: Function, variable: Variable) -> bool:
    """Whether methods of what a variable holds are called, and it is returned: so nobody else keeps it."""
    for use in program.bindings(function).uses(variable):
        parent = use.parent
        if parent is None or parent.type not in (syntax.ATTRIBUTE, syntax.RETURN_STATEMENT):
            return False
        if parent.type == syntax.ATTRIBUTE and (parent.parent is None or parent.parent.type != syntax.CALL):
            return False
    return True
