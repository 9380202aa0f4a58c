"""What the values of a Go type keep alive: whether they bear pointers, and whether these lead to more than strings."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.resolve import TypeDeclaration
from leakfix.languages.go.types import (
    UNSAFE_POINTER,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    TypeParam,
    term_types,
    underlying,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.languages.go.types import Field, Type

_LIGHT: Final = frozenset(
    (
        *("time.Time", "*time.Location", "reflect.Type", "unicode.RangeTable", "*unicode.RangeTable"),
        *("net/netip.Addr", "net/netip.AddrPort", "net/netip.Prefix", "encoding/binary.ByteOrder"),
        *("sync.Mutex", "sync.RWMutex", "sync.WaitGroup", "sync.Once"),
        *("sync/atomic.Bool", "sync/atomic.Int32", "sync/atomic.Int64", "sync/atomic.Uint32", "sync/atomic.Uint64"),
    )
)
"""Types of the standard library whose pointers, if any, lead to what lives as long as the program."""
_REFERENCES: Final = (Pointer, Slice, Map, Chan, Signature, Interface)
_DEPTH: Final = 20


class Held(IntEnum):
    """What a value keeps alive, apart from itself."""

    NOTHING = 0
    STRINGS = 1
    POINTERS = 2


def held(t: Type | None) -> Held | None:
    """What values of a type keep alive; None when that is not known.

    A type parameter may stand for pointers, unless its constraint lists types without any.
    """
    return _held(t, _DEPTH)


def bears_pointers(t: Type | None) -> bool | None:
    """Whether values of a type keep something else alive, strings included; None when that is not known."""
    found = held(t)
    return None if found is None else found is not Held.NOTHING


def bearing_fields(t: Type | None) -> tuple[Field, ...] | None:
    """The fields of a struct type that keep something alive; None for other types and where one is not known."""
    under = underlying(t)
    if not isinstance(under, Struct) or _is_opaque(t):
        return None
    found = [(field, held(field.type)) for field in under.fields]
    if any(what is None for _, what in found):
        return None
    return tuple(field for field, what in found if what)


def _held(t: Type | None, depth: int) -> Held | None:
    if t is None or depth == 0:
        return None
    if str(t) in _LIGHT:
        return Held.NOTHING
    if isinstance(t, TypeParam):
        terms = list(term_types(t.constraint))
        return _most((_held(term, depth - 1) for term in terms), opaque=False) if terms else Held.POINTERS
    under = underlying(t)
    if isinstance(under, Basic):
        if under == UNSAFE_POINTER:
            return Held.POINTERS
        return Held.STRINGS if under.name == "string" else Held.NOTHING
    if isinstance(under, _REFERENCES):
        return Held.POINTERS
    if isinstance(under, Array):
        return Held.NOTHING if under.length == 0 else _held(under.element, depth - 1)
    if isinstance(under, Struct):
        return _most((_held(field.type, depth - 1) for field in under.fields), _is_opaque(t))
    return None


def _most(parts: Iterable[Held | None], opaque: bool) -> Held | None:
    """The most that any part keeps; what is not known may keep anything, but no more than pointers."""
    most, known = Held.NOTHING, not opaque
    for part in parts:
        if part is None:
            known = False
        else:
            most = max(most, part)
    return most if known or most is Held.POINTERS else None


def _is_opaque(t: Type | None) -> bool:
    """Whether a type is known by its exported fields alone."""
    declaration = t.declaration if isinstance(t, Named) else None
    return isinstance(declaration, TypeDeclaration) and declaration.file.package.is_snapshot
