"""What functions, lambdas and classes nested in a function take from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.variables import Variable

_SCOPES: Final = syntax.FUNCTIONS | {syntax.CLASS_DEFINITION}


def captured(frame: Frame, node: Node) -> tuple[Variable, ...]:
    """The variables of the function, or of those around it, that something nested uses, in source order."""
    found: dict[int, Variable] = {}
    for inner in syntax.walk(node):
        if inner.type != syntax.IDENTIFIER:
            continue
        variable = frame.bindings.variable(inner)
        if variable is None or variable.kind not in ("local", "param"):
            continue
        scope = variable.node
        if not (node.start_byte <= scope.start_byte and scope.end_byte <= node.end_byte):
            found.setdefault(id(variable), variable)
    return tuple(found.values())


def is_shared(frame: Frame, variable: Variable) -> bool:
    """Whether a nested function assigns the variable too (`nonlocal`)."""
    known = frame.function.cache.setdefault("shared", {})
    if not isinstance(known, dict):
        return True
    key = id(variable)
    if key not in known:
        known[key] = any(
            frame.bindings.is_nested(binding.identifier, variable)
            for binding in (*variable.bindings, *variable.deletions)
        )
    return bool(known[key])


def closed_by(frame: Frame, body: Node) -> Variable | None:
    """The variable that a lambda with this body closes, when it does nothing else: `lambda: f.close()`."""
    body = syntax.unparen(body)
    if body.type != syntax.CALL:
        return None
    called = syntax.callee(body)
    held = called.child_by_field_name("object") if called.type == syntax.ATTRIBUTE else None
    name = called.child_by_field_name("attribute")
    if held is None or name is None or held.type != syntax.IDENTIFIER:
        return None
    return frame.bindings.variable(held) if frame.program.is_release(syntax.text(name)) else None


def is_only_called(frame: Frame, variable: Variable) -> bool:
    """Whether a nested function never gets out: all that happens to its name is that the function around calls it."""
    if len(variable.bindings) != 1:
        return False
    for use in frame.bindings.uses(variable):
        parent = use.parent
        if parent is None or parent.type != syntax.CALL or syntax.callee(parent) != use:
            return False
        if frame.bindings.is_nested(use, variable):
            return False
    return True
