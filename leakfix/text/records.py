"""Records: immutable values. Their classes are made by the hundred whenever leakfix starts, they by the ten thousand.

What `dataclasses` makes of the same class behaves alike, but takes a compiler run for every method, which would be half
of all that a start costs. Here the methods of classes with as many fields are one code, under other names.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from functools import cached_property, lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import replace as replace
    from types import CodeType
    from typing import TypeVar, dataclass_transform

    _Class = TypeVar("_Class")

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def record(cls: type[_Class]) -> type[_Class]:
        """Make a class a dataclass with slots that nobody changes: the type checker sees to it."""

    @dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
    def individual(cls: type[_Class]) -> type[_Class]:
        """Make a class a record whose values equal nothing but themselves."""

    @dataclass_transform(frozen_default=True, order_default=True, field_specifiers=(field,))
    def ordered(cls: type[_Class]) -> type[_Class]:
        """Make a class a record whose values are compared by their fields, from the first on."""

    @dataclass_transform(eq_default=False, field_specifiers=(field,))
    def state(cls: type[_Class]) -> type[_Class]:
        """Make a class a dataclass with slots whose fields change, and that equals nothing but itself."""

else:
    # A frozen dataclass guards every field at run time, which makes it three times as dear to make.
    def record(cls):
        """A class of values, as above."""
        return _made(cls, compared=True)

    def individual(cls):
        """A class of things, as above."""
        return _made(cls, compared=False)

    def ordered(cls):
        """A class of values in an order, as above."""
        return _made(cls, compared=True, in_order=True)

    state: Final = individual

    def replace(one, /, **changes):
        """A record like another but for some fields: `dataclasses.replace`, in half the time."""
        for name in one.__match_args__:
            if name not in changes:
                changes[name] = getattr(one, name)
        return one.__class__(**changes)


_OWN_METHODS: Final = ("__init__", "__eq__", "__hash__", "__slots__", "__lt__")
_OPTIONS: Final = ("init", "hash", "kw_only")
_INITIALISE: Final = """
def __init__(self, {fields}):
    {assigned}
"""
_ANEW: Final = "{name}.make() if {name}.__class__ is _Each else {name}"
_COMPARE: Final = """
def __eq__(self, other):
    if other.__class__ is self.__class__:
        return ({own}) == ({others})
    return NotImplemented
def __hash__(self):
    return hash(({own}))
"""
_ORDER: Final = """
def {name}(self, other):
    if other.__class__ is self.__class__:
        return ({own}) {sign} ({others})
    return NotImplemented
"""
_SIGNS: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


class _Each:
    """The default of a field of which each value gets one of its own."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def _made(cls: type[Any], *, compared: bool, in_order: bool = False) -> type[Any]:
    fields: Mapping[str, object] = cls.__annotations__
    if not _is_plain(cls, fields):
        return dataclass(slots=True, unsafe_hash=compared, eq=compared, order=in_order)(cls)
    body = dict(cls.__dict__)
    names = tuple(fields)
    given = {name: body.pop(name) for name in names if name in body}
    defaults = {name: default for name, value in given.items() if (default := _default(value)) is not MISSING}
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    made = tuple(number for number, name in enumerate(names) if defaults.get(name).__class__ is _Each)
    numbered = dict(zip(_numbered(len(names)), names, strict=True))
    initialise = _initialiser(len(names), made, "__post_init__" in body)
    body["__init__"] = _function(initialise, numbered, cls, tuple(defaults.values()))
    telling = tuple(number for number, name in enumerate(names) if name not in given or _tells(given[name]))
    for code in (*(_comparing(telling) if compared else ()), *(_ordering(telling) if in_order else ())):
        body[code.co_name] = _function(code, numbered, cls)
    hidden = frozenset(name for name, value in given.items() if _is_field(value) and not value.repr)
    body.setdefault("__repr__", _showing(hidden) if hidden else _shown)
    # What is cached needs a place.
    caches = ("__dict__",) if any(isinstance(value, cached_property) for value in body.values()) else ()
    body |= {"__slots__": (*names, *caches), "__match_args__": names, "__reduce__": _reduced}
    body |= {"__dataclass_fields__": _Standard(fields, given), "__dataclass_params__": _Standard(fields, given)}
    metaclass: Any = type(cls)
    remade: type[Any] = metaclass(cls.__name__, cls.__bases__, body)
    remade.__qualname__ = cls.__qualname__
    return remade


def _is_plain(cls: type[Any], fields: Mapping[str, object]) -> bool:
    """Whether all fields are the class's own, set by its constructor from arguments or from values that stand there."""
    body = cls.__dict__
    known = [_default(body[name]) is not MISSING if name in body else False for name in fields]
    return (
        not any(hasattr(base, "__dataclass_fields__") for base in cls.__bases__)
        and not any(name in body for name in _OWN_METHODS)
        and not any("ClassVar" in str(told) or "InitVar" in str(told) for told in fields.values())
        # Mutable defaults, fields with options and a field without a default behind one are for `dataclass` to judge.
        and all(_is_usual(body[name]) for name in fields if name in body)
        and known == sorted(known)
    )


def _is_usual(value: Any) -> bool:
    """Whether a default needs no more than to be set, or to be made anew."""
    if _is_field(value):
        options = [getattr(value, option) for option in _OPTIONS]
        return options == [True, None, MISSING] and _is_usual(value.default)
    return value.__class__.__hash__ is not None


def _tells(value: Any) -> bool:
    """Whether a field with this default is one of those that values are compared by."""
    return not _is_field(value) or bool(value.compare)


def _default(value: Any) -> object:
    """What a field is set to, an `_Each`, or `MISSING`."""
    if not _is_field(value):
        return value
    return value.default if value.default_factory is MISSING else _Each(value.default_factory)


def _is_field(value: object) -> bool:
    return hasattr(value, "default_factory")


def _compiled(source: str) -> list[CodeType]:
    made: dict[str, Any] = {}
    exec(source, made)  # noqa: S102 (nothing in it comes from outside)
    return [one.__code__ for one in made.values() if isinstance(one, FunctionType)]


def _numbered(count: int) -> list[str]:
    """What the fields of a class with so many are called here."""
    return [f"_{number}" for number in range(count)]


def _tuple_of(owner: str, numbers: tuple[int, ...]) -> str:
    return "".join(f"{owner}._{number}, " for number in numbers)


@lru_cache(maxsize=128)
def _initialiser(count: int, made: tuple[int, ...], checks: bool) -> CodeType:
    """The constructor of a class with so many fields, some of which are `made` anew for each value."""
    names = _numbered(count)
    values = [_ANEW.format(name=name) if number in made else name for number, name in enumerate(names)]
    assigned = "; ".join(f"self.{name} = {value}" for name, value in zip(names, values, strict=True)) or "pass"
    assigned += "; self.__post_init__()" if checks else ""
    return _compiled(_INITIALISE.format(fields=", ".join(names), assigned=assigned))[0]


@lru_cache(maxsize=64)
def _comparing(numbers: tuple[int, ...]) -> list[CodeType]:
    """What compares and hashes values by these of their fields."""
    return _compiled(_COMPARE.format(own=_tuple_of("self", numbers), others=_tuple_of("other", numbers)))


@lru_cache(maxsize=8)
def _ordering(numbers: tuple[int, ...]) -> list[CodeType]:
    """What tells which of two values comes first by these of their fields."""
    own, others = _tuple_of("self", numbers), _tuple_of("other", numbers)
    pieces = (_ORDER.format(name=name, sign=sign, own=own, others=others) for name, sign in _SIGNS.items())
    return _compiled("".join(pieces))


def _function(
    code: CodeType, named: Mapping[str, str], cls: type[Any], defaults: tuple[object, ...] = ()
) -> FunctionType:
    """A method with the names of a class for those of numbered fields."""
    renamed = code.replace(
        co_varnames=tuple(named.get(name, name) for name in code.co_varnames),
        co_names=tuple(named.get(name, name) for name in code.co_names),
        co_qualname=f"{cls.__qualname__}.{code.co_name}",
    )
    return FunctionType(renamed, globals(), code.co_name, defaults)


def _shown(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({values})"


def _showing(hidden: frozenset[str]) -> Callable[[Any], str]:
    """What shows a value without some of its fields."""

    def shown(self: Any) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__ if name not in hidden)
        return f"{self.__class__.__qualname__}({values})"

    return shown


def _reduced(self: Any) -> tuple[type[Any], tuple[object, ...]]:
    return self.__class__, tuple([getattr(self, name) for name in self.__match_args__])


class _Standard:
    """What `dataclasses.replace` and `fields` look for in a class: made by `dataclass`, when they do."""

    def __init__(self, fields: Mapping[str, object], given: Mapping[str, object]) -> None:
        self.fields, self.given = fields, given

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        body = {"__annotations__": dict(self.fields), **self.given}
        found = getattr(dataclass(type(self.owner.__name__, (), body)), self.name)
        setattr(self.owner, self.name, found)
        return found
