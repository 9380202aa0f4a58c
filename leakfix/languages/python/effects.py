"""What callees outside of the project do to what they are given: as the models say, or by what they are methods of."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.names import BUILTINS
from leakfix.languages.python.values import Relation
from leakfix.models.schema import RECEIVER
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.languages.python.types import Callee, Types
    from leakfix.models import Models


class Fate(Enum):
    """What a callee does to something."""

    HELD = "borrows"
    RELEASED = "releases"
    KEPT = "keeps"


@record
class Effect:
    """What a callee does to an operand, and how its result relates to it; None when it has nothing to do with it."""

    fate: Fate
    result: Relation | None = None


KEEPS: Final = Effect(Fate.KEPT)
BORROWS: Final = Effect(Fate.HELD)
RELEASES: Final = Effect(Fate.RELEASED)
WORKS_THROUGH: Final = Effect(Fate.HELD, Relation.THROUGH)

EAGER: Final = frozenset(("list", "tuple", "set", "frozenset", "sorted", "dict", "next", "max", "min"))
"""The builtins whose result holds elements of an argument, all of it read."""
_LAZY: Final = frozenset(
    ("iter", "map", "filter", "zip", "enumerate", "reversed", "getattr", "aiter", "memoryview", "property")
)
_KEEPING: Final = frozenset(("setattr", "exec", "eval", "type", "super", "__import__", "object"))
_VALUES: Final = frozenset(
    ("str", "bytes", "bytearray", "int", "float", "complex", "bool", "None", "range", "slice", "memoryview", "type")
)
PLAIN: Final = _VALUES - {"memoryview", "type"}
"""The classes whose values hold no resources."""
PATHS: Final = frozenset(("str", "bytes", "int", "pathlib.Path", "pathlib.PurePath", "os.PathLike"))
"""The classes of what names a file, or of the descriptor of one."""
IN_MEMORY: Final = frozenset(("io.BytesIO", "io.StringIO"))
COLLECTIONS: Final = frozenset(("list", "tuple", "dict", "set", "frozenset"))


def model_effect(models: Models, symbol: str, position: int | None, keyword: str) -> Effect | None:
    """What a modelled callee does to an operand; None when the models know nothing of the callee."""
    if not symbol or not models.knows(symbol):
        return None
    if keyword:
        names = models.parameters(symbol)
        position = names.index(keyword) if keyword in names else None
    wrap = models.wrap(symbol)
    if wrap is not None and position in wrap.arguments:
        return Effect(Fate.HELD, Relation.OWNING if wrap.closes else Relation.THROUGH)
    if position is not None and models.released_argument(symbol) == position:
        return RELEASES
    if position is not None and models.kept_argument(symbol) == position:
        return KEEPS
    if position == RECEIVER:
        return BORROWS if models.returned(symbol) in PLAIN | COLLECTIONS else WORKS_THROUGH
    if wrap is not None:
        # `itertools.chain(*files)`, `zip(names, f)`: what works through one argument may work through another.
        return WORKS_THROUGH
    borrows = models.borrows(symbol) or models.lends(symbol) or bool(models.acquires(symbol))
    if borrows or models.released_argument(symbol) is not None:
        return BORROWS
    return None


def builtin_effect(types: Types, symbol: str, callee: Callee) -> Effect:
    """What a callee of which no model tells does to an argument: builtins and methods of plain values keep nothing."""
    if symbol in BUILTINS and symbol not in _KEEPING:
        return WORKS_THROUGH if symbol in _LAZY else BORROWS
    if callee.receiver is not None and types.of(callee.receiver) in _VALUES:
        return BORROWS
    return KEEPS
