"""Pointers to fields of objects that a Go function was given: each keeps the whole object alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.memory import Cut, Part, Size, Source
from leakfix.languages.go import syntax, types
from leakfix.languages.go.sharing_frame import span_of
from leakfix.languages.go.types import Basic, Named, Pointer, Struct

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.languages.go.scopes import Variable
    from leakfix.languages.go.sharing_frame import SharingFrame

LARGE_OBJECT: Final = 12
"""From how many fields on an object counts as large."""

_READING: Final = frozenset({syntax.SELECTOR_EXPRESSION, syntax.BINARY_EXPRESSION})


def field_pointer(frame: SharingFrame, operand: Node) -> tuple[Place, ...]:
    """The value of ``&object.field`` for a string in a large object that the function reads and does not hand on.

    The object is one of another package: what a client or decoder made. Where its type cannot be read, another module
    declares it, and what is known is that the object holds more than the field.
    """
    operand = syntax.unparen(operand)
    owner = operand.child_by_field_id(syntax.F_OPERAND) if operand.kind_id == syntax.SELECTOR_EXPRESSION else None
    variable = frame.bindings.variable(owner) if owner is not None and owner.kind_id == syntax.IDENTIFIER else None
    if variable is None or not _is_given(variable) or not _is_only_read(frame, variable):
        return ()
    core = types.core(frame.types.of(operand))
    if not _is_large(frame, variable) or not (core is None or (isinstance(core, Basic) and core.name == "string")):
        return ()
    source = frame.source(Source(span_of(operand), Size.LARGE, f"all of {variable.name}"))
    return frame.cut(Cut(span_of(operand), Part.SLICE), (source,))


def _is_given(variable: Variable) -> bool:
    """Whether the function got an object from elsewhere: as a parameter, or from a call."""
    if variable.kind != "local":
        return variable.kind == "param"
    held = variable.origin.child_by_field_id(syntax.F_RIGHT)
    is_assigned = variable.origin.kind_id == syntax.SHORT_VAR_DECLARATION and held is not None
    values = syntax.operands(held) if is_assigned and held is not None else []
    return len(values) == 1 and values[0].kind_id == syntax.CALL_EXPRESSION


def _is_only_read(frame: SharingFrame, variable: Variable) -> bool:
    """Whether nothing but fields of an object are used: who gets all of it may keep it anyway."""
    parents = (use.parent for use in frame.bindings.uses(variable))
    return all(parent is not None and parent.kind_id in _READING for parent in parents)


def _is_large(frame: SharingFrame, variable: Variable) -> bool:
    of = frame.types.variable(variable)
    named = of.element if isinstance(of, Pointer) else None
    own = frame.function.file.package.path
    if not isinstance(named, Named) or named.package == own:
        return False
    if named.declaration is None:
        return "." in named.package.partition("/")[0]
    under = types.underlying(named)
    return isinstance(under, Struct) and len(under.fields) >= LARGE_OBJECT
