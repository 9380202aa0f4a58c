"""What a type tells about ownership: whether its values can hold a resource, and whether a parameter only borrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go.types import (
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Pointer,
    Signature,
    Slice,
    Struct,
    has_method,
    interface_methods,
    underlying,
)

if TYPE_CHECKING:
    from leakfix.languages.go.types import Type

_READING = ("Read", "Write", "Next", "Scan", "Decode", "Encode", "ReadByte", "Token", "Close", "Query", "Accept")
_CLOSING = frozenset({"Close", "Stop", "Shutdown", "Release"})
_DEPTH = 4


def can_carry(of: Type | None, depth: int = _DEPTH) -> bool:
    """Whether a value of the type can hold a resource; an unknown type can, an error, a number or a string cannot."""
    if of is None or depth == 0:
        return True
    if str(of) == "error":
        return False
    under = underlying(of)
    if under is None:
        return True
    if isinstance(under, Basic):
        return "unsafe.Pointer" in str(under)
    if isinstance(under, Slice | Array | Chan):
        return can_carry(under.element, depth - 1)
    if isinstance(under, Map):
        return can_carry(under.key, depth - 1) or can_carry(under.value, depth - 1)
    if isinstance(under, Struct):
        return any(can_carry(field.type, depth - 1) for field in under.fields)
    return True


def can_read_through(of: Type | None) -> bool:
    """Whether a value of the type, made from a reader or writer, goes on reading or writing through it.

    Used for the standard library, whose functions otherwise return what they read.
    """
    if of is None:
        return True
    if isinstance(underlying(of), Signature):
        return True
    return any(has_method(of, name) for name in _READING)


def only_borrows(of: Type | None) -> bool:
    """Whether a parameter of the type cannot release what it is given: an interface without a closing method.

    The empty interface tells nothing: a callee can keep what it gets through one.
    """
    if of is None:
        return False
    under = underlying(of)
    if isinstance(under, Pointer | Slice | Map | Chan | Struct | Signature):
        return False
    if isinstance(under, Interface):
        methods = interface_methods(of)
        return methods is not None and len(methods) > 0 and not any(method.name in _CLOSING for method in methods)
    return isinstance(under, Basic)
