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
    from leakfix.languages.c.types import CType

_LIKE: Final = ("malloc", "calloc", "realloc", "free")
"""The functions of the library that members are named after: they take the same, and more behind it."""
_FREES: Final = "free"
_POINTERS: Final = frozenset(("fn", "func", "function", "fct", "cb", "ptr", "proc"))
_LETTERS: Final = 2
_DEEPEST: Final = 3


def stands_for(frame: Frame, called: Node) -> str:
    """The function of the library that a member of an allocator's table stands for; "" when it is none."""
    if called.type != syntax.FIELD_EXPRESSION:
        return ""
    field, table = called.child_by_field_name("field"), called.child_by_field_name("argument")
    meant = role(spelling(field)) if field is not None else ""
    struct = frame.types.struct(_type(frame, table, 0)) if meant and table is not None else None
    return meant if struct is not None and _allocates(struct) else ""


def _type(frame: Frame, table: Node, depth: int) -> CType | None:
    """The type of a global variable, or of a field in one."""
    if table.type == syntax.IDENTIFIER and frame.variable(table) is None:
        found = frame.program.world.variable(syntax.text(table), frame.file)
    elif table.type == syntax.FIELD_EXPRESSION and depth < _DEEPEST:
        whole, field = table.child_by_field_name("argument"), table.child_by_field_name("field")
        struct = frame.types.struct(_type(frame, whole, depth + 1)) if whole is not None else None
        found = frame.types.member(struct, spelling(field)) if struct is not None and field is not None else None
    else:
        return None
    return global_type(found) if found is not None and found.kind != "function" else None


@lru_cache(maxsize=8192)
def role(name: str) -> str:
    """The function of the library that a name says to be another of; "" when it says none."""
    words = [word for word in customs.words(name) if word not in _POINTERS]
    last = words[-1] if words else ""
    return next((one for one in _LIKE if last.endswith(one) and len(last) - len(one) <= _LETTERS), "")


def _allocates(struct: Struct) -> bool:
    pointers = (name for name, member in struct.members.items() if member.kind == "variable")
    meant = {role(name) for name in pointers}
    return _FREES in meant and len(meant - {""}) > 1
