"""Findings about objects that empty a slice to use it again, and leave its slots as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import Held, bearing_fields
from leakfix.languages.go.slots_aliases import watcher
from leakfix.languages.go.slots_cleared import cleared
from leakfix.languages.go.slots_loops import sweep
from leakfix.languages.go.slots_replaced import lets_go
from leakfix.languages.go.slots_uses import uses
from leakfix.languages.go.statements import LayoutError, insert_before, insert_last, owns_line
from leakfix.languages.go.types import Struct, underlying
from leakfix.rules.finding import Confidence, FileEdit, Fix, Refusal, Safety
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.slot_owners import left_fields, lives_long
from leakfix.rules.go.slot_reports import finding, others_hold, review
from leakfix.rules.go.slot_zeros import Zeros
from leakfix.rules.rule import Form
from leakfix.text.records import replace

if TYPE_CHECKING:
    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.slots_loops import Sweep
    from leakfix.languages.go.slots_uses import Uses
    from leakfix.languages.go.types import Field
    from leakfix.rules.finding import Finding
    from leakfix.rules.rule import Rule
    from leakfix.text import Edit

IN_LOOP: Final = Form("in-loop", "clear each element in the loop that visits them")
CLEAR: Final = Form("clear", "clear the slots before the slice is emptied")

_RESETTING: Final = ("reset", "clear", "recycle", "release", "free", "put", "dispose", "cleanup")
_MANY: Final = 4
_WHY: Final = "Nothing reads a slot of an empty slice before it is written again."


def kept_slots(rule: Rule[Analysis], cut: Cut) -> Finding | None:
    """The finding for ``x = x[:0]`` in a function that makes an object ready for its next use; None elsewhere."""
    put_back = _is_put_back(cut)
    if not (put_back or _resets(cut)) or _is_filled_again(cut):
        return None
    done = cleared(cut)
    if done.whole or lets_go(cut) or watcher(cut) is not None:
        return None
    used = replace(uses(cut), overtaken=None) if put_back else uses(cut)
    fields = left_fields(cut, done, used)
    loop = sweep(cut)
    if fields is not None and (not fields or loop is None):
        return None
    fixes, refusal = _fixes(cut, used, fields, loop)
    names = tuple(field.name for field in fields) if fields is not None else ()
    found = finding(rule, cut, _message(cut, names), fixes, refusal)
    sure = cut.held is Held.POINTERS and (bool(names) or put_back or lives_long(cut))
    return replace(found, confidence=Confidence.HIGH) if sure else found


def _resets(cut: Cut) -> bool:
    """Whether the function's name says that it makes something ready to be used again."""
    name = cut.facts.function.name.rpartition(".")[2].lower().lstrip("_")
    return name.startswith(_RESETTING)


def _is_put_back(cut: Cut) -> bool:
    """Whether the function gives the owner back to a pool."""
    holder = cut.owner.partition(".")[0].removeprefix("*")
    for call in cut.facts.nodes("call"):
        arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
        given = syntax.operands(arguments) if arguments is not None else []
        if len(given) == 1 and cut.facts.places.key(given[0]) == holder:
            callee = cut.facts.types.callee(call)
            if callee is not None and callee.symbol == "sync.Pool.Put":
                return True
    return False


def _is_filled_again(cut: Cut) -> bool:
    """Whether the same function goes on to fill the slice."""
    return any(
        store.statement.start_byte > cut.statement.end_byte and cut.facts.places.key(store.target) in cut.names
        for store in cut.facts.stores
    )


def _message(cut: Cut, fields: tuple[str, ...]) -> str:
    place = syntax.text(cut.place)
    if fields:
        return f"the emptied {place} keeps {' and '.join(fields)} of its elements reachable in its array"
    said = f"the elements of the emptied {place} stay reachable in its array"
    return said if cut.held is Held.POINTERS else f"{said}: one string for each slot"


def _fixes(
    cut: Cut, used: Uses, fields: tuple[Field, ...] | None, loop: Sweep | None
) -> tuple[tuple[Fix, ...], Refusal | None]:
    if cut.facts.file.is_generated:
        return (), Refusal("generated", "the file is generated: its generator is the place for the fix")
    alias = others_hold(used)
    if alias:
        return (), Refusal("live-alias", alias)
    fixes: list[Fix] = []
    refusal: Refusal | None = None
    for form in (IN_LOOP, CLEAR):
        try:
            edits = _in_loop(cut, fields, loop) if form is IN_LOOP else _cleared(cut, fields)
        except RefusalError as why:
            refusal = refusal or why.refusal
        except LayoutError:
            refusal = refusal or Refusal("layout", "the code is not laid out one statement a line")
        else:
            if edits:
                danger = review(cut, used, form)
                safety = Safety.REVIEW if danger else Safety.SAFE
                path = cut.facts.file.source.path
                made = tuple(FileEdit(path, edit) for edit in edits)
                fixes.append(Fix(form.title, form.name, safety, danger or _WHY, made))
    return tuple(fixes), None if fixes else refusal


def _in_loop(cut: Cut, fields: tuple[Field, ...] | None, loop: Sweep | None) -> tuple[Edit, ...]:
    """Lines at the end of the loop that visits every element."""
    if loop is None:
        return ()
    zeros = Zeros(cut)
    if fields is None and isinstance(underlying(cut.element), Struct):
        fields = bearing_fields(cut.element)
        fields = fields if fields is not None and len(fields) <= _MANY else None
    if fields is not None:
        values = [(field.name, zeros.value(field.type)) for field in fields]
        lines = [f"{loop.element}.{name} = {value[1]}" for name, value in values if value is not None and not value[0]]
        if len(lines) != len(fields):
            raise RefusalError("unspelled", "the file has no name for the type of a field")
    else:
        found = zeros.value(cut.element)
        if found is None or found[0] or "[" not in loop.element:
            return ()
        lines = [f"{loop.element} = {found[1]}"]
    return (insert_last(cut.facts.file.source, loop.body.end_byte - 1, lines),)


def _cleared(cut: Cut, fields: tuple[Field, ...] | None) -> tuple[Edit, ...]:
    """``clear(x)`` or a loop on the lines before the slice is emptied."""
    if fields is not None:
        return ()
    source, parent = cut.facts.file.source, cut.statement.parent
    lines = Zeros(cut).all()
    if parent is None or parent.kind_id != syntax.STATEMENT_LIST or not owns_line(source, cut.statement):
        raise LayoutError
    return (insert_before(source, cut.statement, lines),)
