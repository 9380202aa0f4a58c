"""Whose slots are lost: which cuts of a Go slice matter, and how much is known of the owner's life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import Held, bearing_fields, held
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_mentions import may_grow, named_place
from leakfix.languages.go.types import Chan, Named, Slice, Struct, core, deref, underlying

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_cleared import Cleared
    from leakfix.languages.go.slots_uses import Uses
    from leakfix.languages.go.types import Field, Type

_SHARED: Final = ("sync.", "sync/atomic.", "context.")
_ENDINGS: Final = ("Close", "Stop", "Shutdown")


def base_variable_kind(cut: Cut) -> str:
    """What the owner's place begins with: receiver, param, local, or package."""
    node = syntax.unparen(cut.place)
    while node.kind_id != syntax.IDENTIFIER:
        inner = syntax.operands(node)
        if not inner:
            return ""
        node = syntax.unparen(inner[0])
    variable = cut.facts.variable(node)
    return variable.kind if variable is not None else "package"


def may_matter(cut: Cut) -> bool:
    """What `matters` may tell, before anybody looks for the uses: another object's slice has to grow somewhere."""
    is_popped = cut.front is None and named_place(cut).kind_id == syntax.UNARY_EXPRESSION
    return base_variable_kind(cut) in ("receiver", "package") or is_popped or may_grow(cut)


def matters(cut: Cut, uses: Uses) -> bool:
    """Whether the array is used again after the cut, rather than cut once on the way to be thrown away.

    A type that cuts its own slice, a package variable or a map's element is a queue, stack or list. For another
    object's slice, or a cut at a place that is computed, something must be appended elsewhere. A pointer to a slice
    that is moved on is a cursor, and so is a slice that others made when nothing is ever appended
    and the owner does not look as if it lived long.
    """
    own = base_variable_kind(cut) in ("receiver", "package")
    lost = [part for part in (cut.front, cut.back) if part is not None]
    by_one = cut.kind is Kind.DELETE or all(part.count == 1 for part in lost)
    if uses.grows:
        return own or by_one or cut.kind is not Kind.ENDS or lives_long(cut)
    if not own:
        pops = by_one and cut.front is None
        return pops and named_place(cut).kind_id == syntax.UNARY_EXPRESSION
    if cut.front is not None and uses.shared is not None and not lives_long(cut):
        return False
    return by_one or cut.kind in (Kind.FILTER, Kind.EMPTY)


def lives_long(cut: Cut) -> bool:
    """Whether the owner shows that it lives long: it is shared between goroutines, is closed, or is the package's."""
    if base_variable_kind(cut) == "package":
        return True
    place = named_place(cut)
    operand = next(iter(syntax.operands(place)), None)
    if operand is None:
        return False
    owner = deref(cut.facts.types.of(operand))
    if isinstance(underlying(owner), Slice):
        return _is_heap(owner)
    under = underlying(owner)
    if not isinstance(under, Struct):
        return False
    if any(_is_shared(field) for field in under.fields):
        return True
    declaration = owner.declaration if isinstance(owner, Named) else None
    return (
        declaration is not None
        and isinstance(owner, Named)
        and any(declaration.method(name, owner.args) is not None for name in _ENDINGS)
    )


def left_fields(cut: Cut, done: Cleared, uses: Uses) -> tuple[Field, ...] | None:
    """The fields of an element that are to be cleared one by one; None where the whole slot is.

    Where lost slots come back into use, buffers in them are kept on purpose, and only what is set anew then may go.
    """
    fields = bearing_fields(cut.element)
    if not done.fields and not uses.revives:
        return None
    if fields is None:
        return ()
    set_already = {path.partition(".")[0] for path in done.fields}
    left = [field for field in fields if field.name not in set_already and held(field.type) is Held.POINTERS]
    if uses.revives:
        left = [f for f in left if not isinstance(core(f.type), Slice) and f.name in uses.set_again]
    return tuple(left)


def is_exported(node: Node) -> bool:
    """Whether other packages can name the field or variable."""
    return syntax.text(syntax.operands(node)[-1] if node.named_children else node)[:1].isupper()


def _is_heap(owner: Type | None) -> bool:
    declaration = owner.declaration if isinstance(owner, Named) else None
    if declaration is None or not isinstance(owner, Named):
        return False
    return all(declaration.method(name, owner.args) is not None for name in ("Push", "Pop", "Less", "Swap"))


def _is_shared(field: Field) -> bool:
    """Whether a field is a lock, a channel, a context or the like: its struct is used by several goroutines."""
    of = deref(field.type)
    return isinstance(core(of), Chan) or (isinstance(of, Named) and str(of).startswith(_SHARED))
