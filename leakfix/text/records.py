"""Records: immutable values that are made by the ten thousand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TypeVar, dataclass_transform

    _Class = TypeVar("_Class")

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    def record(cls: type[_Class]) -> type[_Class]:
        """Make a class a dataclass with slots that nobody changes: the type checker sees to it."""

    @dataclass_transform(frozen_default=True, order_default=True, field_specifiers=(field,))
    def ordered(cls: type[_Class]) -> type[_Class]:
        """Make a class a record whose values are compared by their fields, from the first on."""

else:
    # A frozen dataclass guards every field at run time, which makes it three times as dear to make.
    record: Final = dataclass(slots=True, unsafe_hash=True)
    ordered: Final = dataclass(slots=True, unsafe_hash=True, order=True)
