"""The form that uses the finalizer's parameter where it captured the object itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.rules.go.finalizer_aliases import aliases, goes_on_without, is_the_object, pointer_type
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.go.finalizer_aliases import Alias
    from leakfix.rules.go.finalizers import Finalizer


def with_parameter(found: Finalizer) -> list[Edit]:
    """The edits; raises `RefusalError` where the parameter cannot stand for all that keeps the object alive."""
    pointed = pointer_type(found)
    if found.value.kind_id == syntax.SELECTOR_EXPRESSION:
        return [_wrapped(found, str(pointed))]
    literal = found.literal
    if literal is None:
        raise RefusalError("unresolved", "the finalizer is a function value that is made elsewhere")
    own = aliases(found, literal)
    goes_on_without(found, own)
    declaration, name = parameter(found, literal, str(pointed))
    if name is not None and syntax.text(name) != "_":
        return _renamed(found, own, name)
    if not own:
        raise RefusalError("captured", "what the finalizer captures leads to the object")
    chosen = own[0].variable.name
    at = (
        Span(name.start_byte, name.end_byte)
        if name is not None
        else Span(declaration.start_byte, declaration.start_byte)
    )
    edits = [Edit(at, chosen.encode() if name is not None else f"{chosen} ".encode())]
    for alias in own[1:]:
        for use in alias.uses:
            if found.bindings.locals_at(use).get(chosen) is not own[0].variable:
                raise RefusalError("name-taken", f"{chosen} means something else where the finalizer needs the object")
            edits.append(_replaced(use, chosen))
    return edits


def parameter(found: Finalizer, literal: Node, pointed: str) -> tuple[Node, Node | None]:
    """The declaration of the only parameter of a literal, and its name; it must have the type of the object."""
    held = literal.child_by_field_id(syntax.F_PARAMETERS)
    declared = syntax.operands(held) if held is not None else []
    names = syntax.field_children(declared[0], syntax.F_NAME) if len(declared) == 1 else []
    signature = found.types.signature(literal)
    if len(declared) != 1 or len(names) > 1 or signature is None or len(signature.params) != 1:
        raise RefusalError("unresolved", "the finalizer has not one parameter")
    if str(signature.params[0]) != pointed:
        raise RefusalError("unresolved", "the parameter of the finalizer is of another type than the object")
    return declared[0], names[0] if names else None


def _renamed(found: Finalizer, own: tuple[Alias, ...], name: Node) -> list[Edit]:
    chosen, variable = syntax.text(name), found.bindings.variable(name)
    uses = [use for alias in own for use in alias.uses]
    if any(found.bindings.locals_at(use).get(chosen) is not variable for use in uses):
        raise RefusalError("name-taken", f"{chosen} means something else where the finalizer needs the object")
    if not uses:
        raise RefusalError("captured", "what the finalizer captures leads to the object")
    return [_replaced(use, chosen) for use in uses]


def _wrapped(found: Finalizer, pointed: str) -> Edit:
    """``func(x *T) { x.m(x) }`` for the method value ``x.m``."""
    goes_on_without(found)
    operand = found.value.child_by_field_id(syntax.F_OPERAND)
    operand = syntax.unparen(operand) if operand is not None else None
    variable = found.bindings.variable(operand) if operand is not None else None
    if operand is None or variable is None or not is_the_object(found, variable):
        raise RefusalError("captured", "the method value holds something that leads to the object")
    if str(found.types.variable(variable)) != pointed:
        raise RefusalError("unresolved", "the method value is not of the object's type")
    written = _spelled(found, operand)
    name, method = variable.name, syntax.text(found.value.child_by_field_id(syntax.F_FIELD) or found.value)
    text = f"func({name} {written}) {{ {name}.{method}({name}) }}"
    return Edit(Span(found.value.start_byte, found.value.end_byte), text.encode())


def _spelled(found: Finalizer, node: Node) -> str:
    written = spelled(found.function.file, found.bindings, node, found.types.of(node))
    if written is None:
        raise RefusalError("name-taken", "the type of the object has no name here")
    return written


def _replaced(use: Node, name: str) -> Edit:
    return Edit(Span(use.start_byte, use.end_byte), name.encode())
