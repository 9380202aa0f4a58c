"""What operations make of the types of their operands."""

from __future__ import annotations

from typing import Final

from leakfix.languages.go import types
from leakfix.languages.go.types import (
    INT,
    UNTYPED_BOOL,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    UNTYPED_INT,
    UNTYPED_RUNE,
    UNTYPED_STRING,
    Array,
    Basic,
    Chan,
    Map,
    Pointer,
    Signature,
    Slice,
    Type,
    TypeParam,
)

_RANK: Final = {
    UNTYPED_INT: 0,
    UNTYPED_RUNE: 1,
    UNTYPED_FLOAT: 2,
    UNTYPED_COMPLEX: 3,
    UNTYPED_STRING: 4,
    UNTYPED_BOOL: 5,
}


def element_type(container: Type | None) -> Type | None:
    """Return the type of `x[i]` for an x of this type."""
    core = types.core(container)
    if core is None and isinstance(container, TypeParam):
        elements = list(map(element_type, types.term_types(container.constraint)))
        return elements[0] if elements and all(element == elements[0] for element in elements) else None
    if isinstance(core, Pointer):
        core = types.core(core.element)
        return core.element if isinstance(core, Array) else None
    if isinstance(core, Map):
        return core.value
    if isinstance(core, (Slice, Array)):
        return core.element
    return types.BYTE if core in (types.STRING, UNTYPED_STRING) else None


def range_types(ranged: Type | None) -> tuple[Type | None, Type | None]:
    """Return the types of the two iteration variables over a value of this type."""
    core = types.core(ranged)
    if isinstance(core, Pointer):
        core = types.core(core.element)
        return (INT, core.element) if isinstance(core, Array) else (None, None)
    if isinstance(core, (Slice, Array)):
        return INT, core.element
    if isinstance(core, Map):
        return core.key, core.value
    if isinstance(core, Chan):
        return core.element, None
    if isinstance(core, Basic):
        if core.name in ("string", "untyped string"):
            return INT, types.RUNE
        return (types.default_type(ranged), None) if types.is_integer(core) else (None, None)
    if isinstance(core, Signature) and len(core.params) == 1:
        yielded = types.core(core.params[0])
        if isinstance(yielded, Signature):
            first, second, *_ = (*yielded.params, None, None)
            return first, second
    return None, None


def arithmetic(left: Type | None, right: Type | None) -> Type | None:
    """Return the type of an operation whose operands must agree: the typed one's, else the wider untyped kind."""
    left_untyped = isinstance(left, Basic) and left.untyped
    right_untyped = isinstance(right, Basic) and right.untyped
    if left is not None and not left_untyped:
        return left
    if right is not None and not right_untyped:
        return right
    if isinstance(left, Basic) and isinstance(right, Basic):
        return left if _RANK.get(left, 9) >= _RANK.get(right, 9) else right
    return None


def complex_builtin(name: str, first: Type | None, last: Type | None) -> Type | None:
    """Return the result type of complex, real or imag."""
    found = arithmetic(first, last)
    core = types.core(found)
    if not isinstance(core, Basic):
        return None
    if core.untyped:
        return UNTYPED_COMPLEX if name == "complex" else UNTYPED_FLOAT
    if name == "complex":
        return {"float32": types.BASICS["complex64"], "float64": types.BASICS["complex128"]}.get(core.name)
    return {"complex64": types.BASICS["float32"], "complex128": types.BASICS["float64"]}.get(core.name)


def with_receiver(t: Type | None, receiver: Type) -> Signature | None:
    """Return the signature of a method expression: the method's with its receiver in front."""
    if not isinstance(t, Signature):
        return None
    return Signature((receiver, *t.params), t.results, t.variadic)
