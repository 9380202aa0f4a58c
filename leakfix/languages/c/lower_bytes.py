"""Lowering of calls that copy bytes: the pointers among them are held at two places from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Escape, Handing
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.lower_frame import POINTEE, Link, Value
from leakfix.languages.c.unknown_owners import SCALARS

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.languages.c.lower_calls import CallLowering
    from leakfix.models import Duplicate


def duplicate(calls: CallLowering, node: Node, told: Duplicate, arguments: list[Value]) -> None:
    """`memcpy(to, from, size)`: where ``to`` leads takes what stands where ``from`` leads, as an assignment does.

    Where it is not known where that is, somebody holds what stands there, but not the memory that it stands in.
    """
    nodes = calls.arguments(node)
    if max(told.source, told.target) >= min(len(arguments), len(nodes)) or _is_plain(calls, nodes[told.source]):
        return
    source, target = arguments[told.source], arguments[told.target]
    held, taking = _behind(source), _behind(target)
    is_told = taking is not None and (target.address is not None or calls.frame.outlives(taking))
    if held is not None and taking is not None and is_told:
        calls.values.assign(node, taking, Value((Link(held),)))
        return
    places = [link.place.below(POINTEE) for link in source.links]
    for place in (*places, *((source.address,) if source.address is not None else ())):
        calls.frame.emit(Escape(calls.frame.span(node), place, Handing.STORED, contents=True))


def _behind(value: Value) -> Place | None:
    """The place that a pointer leads to."""
    if value.address is not None:
        return value.address
    return value.place.below(POINTEE) if value.place is not None else None


def _is_plain(calls: CallLowering, node: Node) -> bool:
    """Whether an expression leads to numbers or characters, and so to no pointers."""
    found = calls.frame.types.of(bare(node)) if calls.frame.expansion is None else None
    of = calls.frame.types.resolved(found) if found is not None else None
    return of is not None and of.base in SCALARS and of.pointers <= 1
