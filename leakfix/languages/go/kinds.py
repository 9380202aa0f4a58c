"""The kinds of Go types as immutable values; what is not known is None, also inside of a type (`[]?`).

Declared types know their declaration, so that members are resolved only when somebody asks for one of them: a struct
with fifty fields costs the one field that was selected. Nothing here reads source; `resolve` does.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.languages.go.objects import Object
    from leakfix.languages.go.places import Shape


@record
class Basic:
    """A predeclared type, or the kind of an untyped constant ("untyped int"); `byte` equals `uint8`."""

    name: str
    shown: str = field(default="", compare=False)

    @property
    def untyped(self) -> bool:
        """Whether it is the kind of an untyped constant, boolean or nil."""
        return self.name.startswith("untyped ")

    def __str__(self) -> str:
        """Spell as written: "byte" stays "byte"."""
        return self.shown or self.name


@record
class Named:
    """A declared type: its package's path, its name, its type arguments.

    `local` is the offset of a declaration inside a function, else -1. Without a `declaration` only the name is known:
    the package's source is not there.
    """

    package: str
    name: str
    args: tuple[Type | None, ...] = ()
    local: int = -1
    declaration: Declaration | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Spell with the package path: "net/http.Request"."""
        args = f"[{','.join(show(arg) for arg in self.args)}]" if self.args else ""
        return f"{self.package}.{self.name}{args}" if self.package else f"{self.name}{args}"


@record
class Pointer:
    """`*element`."""

    element: Type | None

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"*{show(self.element)}"


@record
class Slice:
    """`[]element`."""

    element: Type | None

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"[]{show(self.element)}"


@record
class Array:
    """`[length]element`; the length is None when it could not be computed."""

    length: int | None
    element: Type | None

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"[{'?' if self.length is None else self.length}]{show(self.element)}"


@record
class Map:
    """`map[key]value`."""

    key: Type | None
    value: Type | None

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"map[{show(self.key)}]{show(self.value)}"


@record
class Chan:
    """A channel type that can do both, only be sent to, or only be received from."""

    element: Type | None
    direction: Literal["both", "send", "receive"] = "both"

    def __str__(self) -> str:
        """Spell as Go does."""
        if self.direction == "send":
            return f"chan<- {show(self.element)}"
        if self.direction == "receive":
            return f"<-chan {show(self.element)}"
        inner = show(self.element)
        return f"chan ({inner})" if inner.startswith("<-") else f"chan {inner}"


@record
class Tuple:
    """What a call with no or several results gives."""

    types: tuple[Type | None, ...]

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"({', '.join(map(show, self.types))})"


class TypeParam:
    """A type parameter, compared by identity."""

    __slots__ = ("_bound", "name")

    def __init__(self, name: str, bound: Callable[[], Type | None]) -> None:
        """Take its name and what resolves its constraint."""
        self.name = name
        self._bound = bound

    @property
    def constraint(self) -> Type | None:
        """The interface that bounds it, or the type or union written in its place."""
        return self._bound()

    def __str__(self) -> str:
        """Spell its name, as go/types does."""
        return self.name


class Signature:
    """A function type. The last parameter of a variadic function is a slice.

    Parameters and results are resolved when looked at. `type_params` are those of a generic function that is not
    instantiated yet; `instantiate` gives the signature with type arguments in their place.
    """

    __slots__ = ("_make", "_params", "_results", "type_params", "variadic")

    def __init__(
        self,
        params: Types | Callable[[], Types],
        results: Types | Callable[[], Types],
        variadic: bool = False,
        type_params: tuple[TypeParam, ...] = (),
        make: Callable[[dict[str, Type | None]], Signature] | None = None,
    ) -> None:
        """Take tuples, or functions that resolve them when asked."""
        self._params = params
        self._results = results
        self._make = make
        self.variadic = variadic
        self.type_params = type_params

    @property
    def params(self) -> Types:
        """The types of the parameters, without the receiver."""
        found = self._params
        if callable(found):
            found = self._params = found()
        return found

    @property
    def results(self) -> Types:
        """The types of the results."""
        found = self._results
        if callable(found):
            found = self._results = found()
        return found

    @property
    def result(self) -> Type | None:
        """What a call gives: the one result, or a Tuple of none or several."""
        results = self.results
        return results[0] if len(results) == 1 else Tuple(results)

    def instantiate(self, args: dict[str, Type | None]) -> Signature:
        """Put type arguments in the place of type parameters, by name."""
        return self._make(args) if self._make is not None else self

    def __eq__(self, other: object) -> bool:
        """Compare parameters, results and variadicity; names do not matter."""
        return self is other or (
            isinstance(other, Signature)
            and self.variadic == other.variadic
            and self.type_params == other.type_params
            and self.params == other.params
            and self.results == other.results
        )

    def __hash__(self) -> int:
        """Hash the shape alone: types may lead back to themselves."""
        return hash((len(self.params), len(self.results), self.variadic))

    def __str__(self) -> str:
        """Spell as Go does, without parameter names."""
        shown = [show(param) for param in self.params]
        if self.variadic and shown:
            last = self.params[-1]
            shown[-1] = "..." + show(last.element if isinstance(last, Slice) else last)
        generic = f"[{', '.join(f'{p} {show(p.constraint)}' for p in self.type_params)}]" if self.type_params else ""
        results = self.results
        tail = "" if not results else f" {show(results[0])}" if len(results) == 1 else f" {Tuple(results)}"
        return f"func{generic}({', '.join(shown)}){tail}"


class Field:
    """A struct field; its type is resolved when looked at."""

    __slots__ = ("_type", "embedded", "name")

    def __init__(self, name: str, embedded: bool, resolve: Callable[[], Type | None]) -> None:
        """Take its name and what resolves its type."""
        self.name = name
        self.embedded = embedded
        self._type: Type | Callable[[], Type | None] | None = resolve

    @property
    def type(self) -> Type | None:
        """Its type."""
        found = self._type
        if callable(found):
            self._type = None
            found = self._type = found()
        return found

    def __eq__(self, other: object) -> bool:
        """Compare name, embedding and type."""
        return self is other or (
            isinstance(other, Field)
            and (self.name, self.embedded) == (other.name, other.embedded)
            and self.type == other.type
        )

    def __hash__(self) -> int:
        """Hash the name."""
        return hash(self.name)

    def __str__(self) -> str:
        """Spell as in a struct."""
        return show(self.type) if self.embedded else f"{self.name} {show(self.type)}"


@record
class Struct:
    """A struct type."""

    fields: tuple[Field, ...]

    def __str__(self) -> str:
        """Spell as Go does, without tags."""
        return f"struct{{{'; '.join(map(str, self.fields))}}}"


class Method:
    """A method that an interface lists; its signature is resolved when looked at."""

    __slots__ = ("_signature", "name")

    def __init__(self, name: str, resolve: Callable[[], Signature | None]) -> None:
        """Take its name and what resolves its signature."""
        self.name = name
        self._signature: Signature | Callable[[], Signature | None] | None = resolve

    @property
    def signature(self) -> Signature | None:
        """Its signature, without receiver."""
        found = self._signature
        if found is not None and not isinstance(found, Signature):
            found = self._signature = found()
        return found

    def __eq__(self, other: object) -> bool:
        """Compare name and signature."""
        return self is other or (
            isinstance(other, Method) and self.name == other.name and self.signature == other.signature
        )

    def __hash__(self) -> int:
        """Hash the name."""
        return hash(self.name)

    def __str__(self) -> str:
        """Spell as in an interface."""
        return self.name + show(self.signature).removeprefix("func")


@record
class Term:
    """One term of a union: `type`, or `~type`."""

    type: Type | None
    tilde: bool

    def __str__(self) -> str:
        """Spell as Go does."""
        return f"{'~' if self.tilde else ''}{show(self.type)}"


@record
class Union:
    """Terms of a constraint: `~int | string`."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        """Spell as Go does."""
        return " | ".join(map(str, self.terms))


@record
class Interface:
    """An interface type: the methods it lists, and what it embeds (interfaces, unions, types).

    `embedded` are nameless fields, resolved when looked at.
    """

    methods: tuple[Method, ...] = ()
    embedded: tuple[Field, ...] = ()

    def __str__(self) -> str:
        """Spell as Go does; the empty one is "any"."""
        if not self.methods and not self.embedded:
            return "any"
        return f"interface{{{'; '.join([*map(str, self.methods), *map(str, self.embedded)])}}}"


Type: TypeAlias = (
    Basic | Named | Pointer | Slice | Array | Map | Chan | Tuple | TypeParam | Signature | Struct | Interface | Union
)
Types: TypeAlias = tuple[Type | None, ...]


@record
class Declared:
    """A method that a declared type has."""

    object: Object
    signature: Signature


class Declaration(Protocol):
    """What a declared type can tell about itself."""

    @property
    def selections(self) -> dict[object, object]:
        """What was found of its members so far; belongs to `types.selection`."""

    @property
    def shape(self) -> Shape:
        """Whether it is spelled out as a struct or interface, where that is told without its tree."""

    def may_have_field(self, name: str) -> bool:
        """Whether the name may be that of a field which it declares itself, told without its tree."""

    def underlying(self, args: Types) -> Type | None:
        """Return the underlying type for these type arguments; None when it is unknown."""

    def method(self, name: str, args: Types) -> Declared | None:
        """Return a method declared on the type or on a pointer to it; None when there is none."""

    def pointer_receiver(self, name: str) -> bool:
        """Whether a declared method has a pointer receiver."""


def _basic(name: str) -> Basic:
    return Basic({"byte": "uint8", "rune": "int32"}.get(name, name), name)


BASICS: Final = {
    name: _basic(name)
    for name in (
        *("bool", "byte", "complex128", "complex64", "float32", "float64", "int", "int16", "int32", "int64", "int8"),
        *("rune", "string", "uint", "uint16", "uint32", "uint64", "uint8", "uintptr"),
    )
}
BOOL: Final = BASICS["bool"]
BYTE: Final = BASICS["byte"]
INT: Final = BASICS["int"]
RUNE: Final = BASICS["rune"]
STRING: Final = BASICS["string"]
UINTPTR: Final = BASICS["uintptr"]
UNSAFE_POINTER: Final = Basic("unsafe.Pointer")
UNTYPED_BOOL: Final = Basic("untyped bool")
UNTYPED_INT: Final = Basic("untyped int")
UNTYPED_RUNE: Final = Basic("untyped rune")
UNTYPED_FLOAT: Final = Basic("untyped float")
UNTYPED_COMPLEX: Final = Basic("untyped complex")
UNTYPED_STRING: Final = Basic("untyped string")
UNTYPED_NIL: Final = Basic("untyped nil")
ANY: Final = Interface()
NOTHING: Final = Tuple(())


class _ErrorDeclaration:
    """The predeclared interface `error`."""

    @property
    def selections(self) -> dict[object, object]:
        """Return nothing: what all packages share keeps no state."""
        return {}

    @property
    def shape(self) -> Shape:
        """It is an interface."""
        return "interface"

    def may_have_field(self, name: str) -> bool:
        """An interface has no fields."""
        del name
        return False

    def underlying(self, args: Types) -> Type | None:
        """Return the interface with its one method."""
        del args
        return _ERROR_INTERFACE

    def method(self, name: str, args: Types) -> Declared | None:
        """Return nothing: an interface declares no methods."""
        del name, args
        return None

    def pointer_receiver(self, name: str) -> bool:
        """Return nothing of use."""
        del name
        return False


class _ComparableDeclaration(_ErrorDeclaration):
    """The predeclared constraint `comparable`, which no method belongs to."""

    def underlying(self, args: Types) -> Type | None:
        """Return an interface without methods."""
        del args
        return ANY


_ERROR_INTERFACE: Final = Interface((Method("Error", lambda: Signature((), (STRING,))),))
ERROR: Final = Named("", "error", declaration=_ErrorDeclaration())
COMPARABLE: Final = Named("", "comparable", declaration=_ComparableDeclaration())
PREDECLARED: Final[dict[str, Type]] = {**BASICS, "error": ERROR, "any": ANY, "comparable": COMPARABLE}


def show(t: Type | None) -> str:
    """Spell a type for people; "?" for what is unknown."""
    return "?" if t is None else str(t)
