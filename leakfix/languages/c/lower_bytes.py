"""Lowering of calls that copy bytes: the pointers among them have another holder then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Escape, Handing
from leakfix.languages.c.lower_frame import POINTEE, Frame, Value
from leakfix.languages.c.unknown_owners import SCALARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tree_sitter import Node

    from leakfix.text import Span


def copied(frame: Frame, indices: Iterable[int], nodes: Sequence[Node], arguments: Sequence[Value], span: Span) -> None:
    """What stands in the bytes behind some arguments is somebody else's as well, but not the memory that they are."""
    for index in indices:
        if index >= len(arguments) or _bears_nothing(frame, nodes[index]):
            continue
        value = arguments[index]
        places = [link.place.below(POINTEE) for link in value.links]
        for place in (*places, *((value.address,) if value.address is not None else ())):
            frame.emit(Escape(span, place, Handing.STORED, contents=True))


def _bears_nothing(frame: Frame, pointer: Node) -> bool:
    """Whether a pointer leads to numbers or letters."""
    found = frame.types.of(pointer) if frame.expansion is None else None
    aimed = frame.types.resolved(found).pointee if found is not None else None
    return aimed is not None and not aimed.is_pointer and not aimed.is_function and aimed.base in SCALARS
