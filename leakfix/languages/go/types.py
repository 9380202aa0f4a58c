"""Questions about Go types: underlying and core types, fields and methods, method sets; and the types themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from leakfix.languages.go.kinds import (
    ANY,
    BASICS,
    BOOL,
    BYTE,
    COMPARABLE,
    ERROR,
    INT,
    NOTHING,
    PREDECLARED,
    RUNE,
    STRING,
    UINTPTR,
    UNSAFE_POINTER,
    UNTYPED_BOOL,
    UNTYPED_COMPLEX,
    UNTYPED_FLOAT,
    UNTYPED_INT,
    UNTYPED_NIL,
    UNTYPED_RUNE,
    UNTYPED_STRING,
    Array,
    Basic,
    Chan,
    Declaration,
    Declared,
    Field,
    Interface,
    Map,
    Method,
    Named,
    Pointer,
    Signature,
    Slice,
    Struct,
    Term,
    Tuple,
    Type,
    TypeParam,
    Types,
    Union,
    show,
)
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.languages.go.objects import Object

__all__ = [
    "ANY",
    "BASICS",
    "BOOL",
    "BYTE",
    "COMPARABLE",
    "ERROR",
    "INT",
    "NOTHING",
    "PREDECLARED",
    "RUNE",
    "STRING",
    "UINTPTR",
    "UNSAFE_POINTER",
    "UNTYPED_BOOL",
    "UNTYPED_COMPLEX",
    "UNTYPED_FLOAT",
    "UNTYPED_INT",
    "UNTYPED_NIL",
    "UNTYPED_RUNE",
    "UNTYPED_STRING",
    "Array",
    "Basic",
    "Chan",
    "Declaration",
    "Declared",
    "Field",
    "Interface",
    "Map",
    "Method",
    "Named",
    "Pointer",
    "Selection",
    "Signature",
    "Slice",
    "Struct",
    "Term",
    "Tuple",
    "Type",
    "TypeParam",
    "Types",
    "Union",
    "core",
    "default_type",
    "deref",
    "has_method",
    "implements",
    "interface_methods",
    "is_integer",
    "is_interface",
    "selection",
    "show",
    "term_types",
    "underlying",
]

_DEPTH: Final = 50
_DEFAULTS: Final = {
    UNTYPED_BOOL: BOOL,
    UNTYPED_INT: INT,
    UNTYPED_RUNE: RUNE,
    UNTYPED_FLOAT: BASICS["float64"],
    UNTYPED_COMPLEX: BASICS["complex128"],
    UNTYPED_STRING: STRING,
}
_INTEGERS: Final = frozenset(
    ("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr")
) | {"untyped int", "untyped rune"}


@record
class Selection:
    """What `x.name` means.

    `owner` is the type that declares the member: a Named, or the struct or interface literal it stands in; `path` the
    embedded fields it is promoted through. `object` is a method's declaration where there is one.
    """

    kind: Literal["field", "method"]
    name: str
    type: Type | None
    owner: Type
    path: tuple[str, ...] = ()
    object: Object | None = None
    interface: bool = False


def default_type(t: Type | None) -> Type | None:
    """Return the type a variable gets from a value: int for an untyped int, ...; None for nil."""
    if isinstance(t, Basic) and t.untyped:
        return _DEFAULTS.get(t)
    return t


def underlying(t: Type | None) -> Type | None:
    """Return the underlying type; for a type parameter itself."""
    if isinstance(t, Named):
        return t.declaration.underlying(t.args) if t.declaration is not None else None
    return t


def core(t: Type | None) -> Type | None:
    """Return the underlying type, for a type parameter the one that all types of its constraint share."""
    if isinstance(t, TypeParam):
        terms = list(term_types(t.constraint))
        if not terms or any(term is None for term in terms):
            return None
        first = underlying(terms[0])
        return first if all(underlying(term) == first for term in terms[1:]) else None
    return underlying(t)


def term_types(constraint: Type | None, depth: int = 0) -> Iterator[Type | None]:
    """Yield the types that a constraint's unions list; nothing for an interface of methods alone."""
    if depth > _DEPTH:
        return
    if isinstance(constraint, Union):
        for term in constraint.terms:
            if isinstance(underlying(term.type), Interface):
                yield from term_types(term.type, depth + 1)
            else:
                yield term.type
        return
    under = underlying(constraint)
    if isinstance(under, Interface):
        for embedded in under.embedded:
            yield from term_types(embedded.type, depth + 1)
    elif depth and constraint is not None:
        yield constraint


def is_integer(t: Type | None) -> bool:
    """Whether the core type is an integer, untyped ones included."""
    under = core(t)
    return isinstance(under, Basic) and under.name in _INTEGERS


def is_interface(t: Type | None) -> bool:
    """Whether the underlying type is an interface."""
    shape = t.declaration.shape if isinstance(t, Named) and t.declaration is not None else ""
    return shape == "interface" if shape else isinstance(underlying(t), Interface)


def deref(t: Type | None) -> Type | None:
    """Return what a pointer points to, and every other type itself."""
    return t.element if isinstance(t, Pointer) else t


def selection(t: Type | None, name: str) -> Selection | None:
    """Find the field or method `x.name` for an x of type t: declared or promoted, through one pointer.

    None when there is none, when two are equally near, and when a type on the way is unknown. Methods with a pointer
    receiver are found on values too, as calls on addressable values do.
    """
    found = _select(t, name)
    return found if isinstance(found, Selection) else None


def has_method(t: Type | None, name: str) -> bool | None:
    """Whether `x.name()` is a method for an x of type t; None when a type on the way is unknown."""
    found = _select(t, name)
    return found.kind == "method" if isinstance(found, Selection) else found


def implements(t: Type | None, interface: Type | None) -> bool | None:
    """Whether the method set of t holds every method of an interface; None when a type on the way is unknown.

    Methods are compared by name and signature; a pointer receiver needs a pointer, or promotion through one.
    """
    methods = interface_methods(interface)
    if methods is None or t is None:
        return None
    answer: bool | None = True
    for method in methods:
        found = _select(t, method.name)
        if isinstance(found, Selection):
            if found.kind != "method" or not _in_method_set(t, found) or found.type != method.signature:
                return False
        elif found is False:
            return False
        else:
            answer = None
    return answer


def interface_methods(t: Type | None) -> tuple[Method, ...] | None:
    """Return all methods of an interface, embedded ones included; None when t is no interface or one is unknown."""
    methods: dict[str, Method] = {}
    waiting, depth = [t], 0
    while waiting and depth < 1000:
        depth += 1
        under = underlying(waiting.pop())
        if isinstance(under, Interface):
            for method in under.methods:
                methods.setdefault(method.name, method)
            waiting.extend(embedded.type for embedded in under.embedded)
        elif under is None or depth == 1:
            return None
    return tuple(methods.values())


def _in_method_set(t: Type, found: Selection) -> bool:
    owner = found.owner
    if not isinstance(owner, Named) or owner.declaration is None or found.interface:
        return True
    return isinstance(t, Pointer) or bool(found.path) or not owner.declaration.pointer_receiver(found.name)


def _select(t: Type | None, name: str) -> Selection | Literal[False] | None:
    """Search once for each declared type and name; False: surely nothing, None: unknown or ambiguous."""
    start = t.element if isinstance(t, Pointer) else t
    if not isinstance(start, Named) or start.declaration is None:
        return _search(t, name)
    known = start.declaration.selections
    key = (name, start.args, start is t)
    if key not in known:
        known[key] = _search(t, name)
    found = known[key]
    return found if isinstance(found, Selection) or found is None else False


def _search(t: Type | None, name: str) -> Selection | Literal[False] | None:
    """Search breadth first by depth of embedding."""
    if isinstance(t, Pointer):
        start = t.element
        if is_interface(start):
            return False
    else:
        start = t
        if isinstance(t, Named) and (t.declaration is None or not t.declaration.shape):
            under = underlying(t)
            if isinstance(under, Pointer):
                start = under.element
    level: list[tuple[Type | None, tuple[str, ...]]] = [(start, ())]
    seen: set[tuple[str, str, int]] = set()
    for _ in range(_DEPTH):
        if not level:
            return False
        found: list[Selection] = []
        unknown = False
        deeper: list[tuple[Type | None, tuple[str, ...]]] = []
        for current, path in level:
            if isinstance(current, Named):
                key = (current.package, current.name, current.local)
                if key in seen:
                    continue
                seen.add(key)
            member = _member(current, name, path, deeper)
            if member is None:
                unknown = True
            elif member:
                found.append(member)
        if len(found) == 1:
            return found[0]
        if found or unknown:
            return None
        level = deeper
    return None


def _member(
    t: Type | None, name: str, path: tuple[str, ...], deeper: list[tuple[Type | None, tuple[str, ...]]]
) -> Selection | Literal[False] | None:
    """Look at one type's own members, and note what it embeds for the next depth."""
    if t is None:
        return None
    declaration = t.declaration if isinstance(t, Named) else None
    if declaration is not None and declaration.shape == "struct" and not declaration.may_have_field(name):
        method = declaration.method(name, t.args) if isinstance(t, Named) else None
        if method is not None:
            return Selection("method", name, method.signature, t, path, method.object)
    under = underlying(t)
    if isinstance(under, Struct):
        for item in under.fields:
            if item.name == name:
                return Selection("field", name, item.type, t, path)
    if isinstance(t, Named):
        if t.declaration is None:
            return None
        method = t.declaration.method(name, t.args)
        if method is not None:
            return Selection("method", name, method.signature, t, path, method.object)
    if isinstance(under, Struct):
        deeper.extend((deref(item.type), (*path, item.name)) for item in under.fields if item.embedded)
        return False
    if isinstance(under, Interface):
        return _interface_member(t, name, path, 0)
    if isinstance(under, TypeParam):
        return _bound_member(under, name, path)
    return None if under is None else False


def _interface_member(
    t: Type | None, name: str, path: tuple[str, ...], depth: int
) -> Selection | Literal[False] | None:
    if isinstance(t, Union):
        return False
    under = underlying(t)
    if t is None or under is None or depth > _DEPTH:
        return None
    if not isinstance(under, Interface):
        return False
    for method in under.methods:
        if method.name == name:
            return Selection("method", name, method.signature, t, path, None, True)
    unknown = False
    for embedded in under.embedded:
        member = _interface_member(embedded.type, name, path, depth + 1)
        if member:
            return member
        unknown = unknown or member is None
    return None if unknown else False


def _bound_member(t: TypeParam, name: str, path: tuple[str, ...]) -> Selection | Literal[False] | None:
    bound = t.constraint
    if bound is None:
        return None
    return _interface_member(bound, name, path, 0) if is_interface(bound) else False
