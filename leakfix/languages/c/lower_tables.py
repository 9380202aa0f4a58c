"""Calls through the members of a global table of functions that allocates: `allocator.malloc(n)`, `allocator.free(p)`.

Such a table has a member that makes blocks and one that frees them, by names that the library's own functions bear.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.files import spelling
from leakfix.languages.c.types import global_type

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.files import Struct
    from leakfix.languages.c.lower_frame import Frame

_LIKE: Final = ("malloc", "calloc", "realloc", "free")
"""The functions of the library that members are named after: they take the same, and more behind it."""
_FREES: Final = "free"
_POINTERS: Final = frozenset(("fn", "func", "function", "fct", "cb", "ptr", "proc"))
_LETTERS: Final = 2


def stands_for(frame: Frame, called: Node) -> str:
    """The function of the library that a member of an allocator's table stands for; "" when it is none."""
    if called.type != syntax.FIELD_EXPRESSION:
        return ""
    field, table = called.child_by_field_name("field"), called.child_by_field_name("argument")
    meant = role(spelling(field)) if field is not None else ""
    if not meant or table is None or table.type != syntax.IDENTIFIER or frame.variable(table) is not None:
        return ""
    found = frame.program.world.variable(syntax.text(table), frame.file)
    of = global_type(found) if found is not None and found.kind != "function" else None
    struct = frame.types.struct(of)
    return meant if struct is not None and _allocates(struct) else ""


@lru_cache(maxsize=8192)
def role(name: str) -> str:
    """The function of the library that a name says to be another of; "" when it says none."""
    words = [word for word in customs.words(name) if word not in _POINTERS]
    last = words[-1] if words else ""
    return next((one for one in _LIKE if last.endswith(one) and len(last) - len(one) <= _LETTERS), "")


def _allocates(struct: Struct) -> bool:
    meant = {role(member) for member in struct.members}
    return _FREES in meant and len(meant - {""}) > 1
