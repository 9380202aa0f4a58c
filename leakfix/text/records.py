"""Records: immutable values. Their classes are made by the hundred whenever leakfix starts, they by the ten thousand.

What `dataclasses` makes of the same class behaves alike, but takes a compiler run for every method, which would be half
of all that a start costs. Here the methods of classes with as many fields are one code, under other names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
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

else:
    # A frozen dataclass guards every field at run time, which makes it three times as dear to make.
    ordered: Final = dataclass(slots=True, unsafe_hash=True, order=True)

    def record(cls):
        """A class of values, as above."""
        return _made(cls, compared=True)

    def individual(cls):
        """A class of things, as above."""
        return _made(cls, compared=False)

    def replace(one, /, **changes):
        """A record like another but for some fields: `dataclasses.replace`, in half the time."""
        for name in one.__match_args__:
            if name not in changes:
                changes[name] = getattr(one, name)
        return one.__class__(**changes)


_OWN_METHODS: Final = ("__init__", "__post_init__", "__eq__", "__hash__", "__slots__")
_TEMPLATE: Final = """
def __init__(self, {fields}):
    {assigned}
def __eq__(self, other):
    if other.__class__ is self.__class__:
        return ({own}) == ({others})
    return NotImplemented
def __hash__(self):
    return hash(({own}))
"""


def _made(cls: type[Any], *, compared: bool) -> type[Any]:
    fields: Mapping[str, object] = cls.__annotations__
    if not _is_plain(cls, fields):
        return dataclass(slots=True, unsafe_hash=compared, eq=compared)(cls)
    body = dict(cls.__dict__)
    names = tuple(fields)
    defaults = {name: body.pop(name) for name in names if name in body}
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    initialise, equal, hashed = _codes(len(names))
    body["__init__"] = _function(initialise, names, cls, tuple(defaults.values()))
    if compared:
        body["__eq__"] = _function(equal, names, cls)
        body["__hash__"] = _function(hashed, names, cls)
    body.setdefault("__repr__", _shown)
    body |= {"__slots__": names, "__match_args__": names, "__reduce__": _reduced}
    body |= {"__dataclass_fields__": _Standard(fields, defaults), "__dataclass_params__": _Standard(fields, defaults)}
    metaclass: Any = type(cls)
    made: type[Any] = metaclass(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


def _is_plain(cls: type[Any], fields: Mapping[str, object]) -> bool:
    """Whether all fields are the class's own, set by its constructor from arguments or from values that stand there."""
    body = cls.__dict__
    known = [name in body for name in fields]
    return (
        bool(fields)
        and not any(hasattr(base, "__dataclass_fields__") for base in cls.__bases__)
        and not any(name in body for name in _OWN_METHODS)
        and not any("ClassVar" in str(told) or "InitVar" in str(told) for told in fields.values())
        # Mutable defaults, fields with options and a field without a default behind one are for `dataclass` to judge.
        and all(
            body[name].__class__.__hash__ is not None and not _is_field(body[name]) for name in fields if name in body
        )
        and known == sorted(known)
    )


def _is_field(value: object) -> bool:
    return hasattr(value, "default_factory")


@lru_cache(maxsize=64)
def _codes(count: int) -> tuple[CodeType, CodeType, CodeType]:
    """The methods of a class with that many fields, which are called `_0`, `_1` and so on."""
    names = [f"_{number}" for number in range(count)]
    made: dict[str, FunctionType] = {}
    source = _TEMPLATE.format(
        fields=", ".join(names),
        assigned="; ".join(f"self.{name} = {name}" for name in names),
        own="".join(f"self.{name}, " for name in names),
        others="".join(f"other.{name}, " for name in names),
    )
    exec(source, made)  # noqa: S102 (nothing in it comes from outside)
    return made["__init__"].__code__, made["__eq__"].__code__, made["__hash__"].__code__


def _function(
    code: CodeType, names: tuple[str, ...], cls: type[Any], defaults: tuple[object, ...] = ()
) -> FunctionType:
    """A method of `_codes` with the names of a class."""
    named = {f"_{number}": name for number, name in enumerate(names)}
    renamed = code.replace(
        co_varnames=tuple(named.get(name, name) for name in code.co_varnames),
        co_names=tuple(named.get(name, name) for name in code.co_names),
        co_qualname=f"{cls.__qualname__}.{code.co_name}",
    )
    return FunctionType(renamed, globals(), code.co_name, defaults)


def _shown(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({values})"


def _reduced(self: Any) -> tuple[type[Any], tuple[object, ...]]:
    return self.__class__, tuple([getattr(self, name) for name in self.__match_args__])


class _Standard:
    """What `dataclasses.replace` and `fields` look for in a class: made by `dataclass`, when they do."""

    def __init__(self, fields: Mapping[str, object], defaults: Mapping[str, object]) -> None:
        self.body = {"__annotations__": dict(fields), **defaults}

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        found = getattr(dataclass(type(self.owner.__name__, (), self.body)), self.name)
        setattr(self.owner, self.name, found)
        return found
