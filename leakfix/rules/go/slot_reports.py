"""Findings about lost slots: what is told, how sure it is, and the forms that mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.pointers import Held
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_aliases import is_handed_on, lent, watcher
from leakfix.languages.go.slots_cleared import cleared
from leakfix.languages.go.slots_mentions import named_place
from leakfix.languages.go.slots_replaced import lets_go
from leakfix.languages.go.slots_uses import Uses, uses
from leakfix.languages.go.statements import LayoutError
from leakfix.languages.go.types import Pointer, core
from leakfix.rules.finding import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity, Step
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.slot_forms import CLEAR, DELETE, FIELDS, FRESH, MOVE, ZERO, remaining_fields, writers
from leakfix.rules.go.slot_owners import base_variable_kind, is_exported, left_fields, lives_long, matters, may_matter
from leakfix.rules.go.slot_take import TAKE, is_read_behind, take_first
from leakfix.rules.go.slot_zeros import Zeros
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.slots import Cut
    from leakfix.rules.rule import Form, Rule
    from leakfix.text import Edit

_WHY: Final = "Nothing reads a slot that was cut off before it is written again."
_COPY_WHY: Final = "Who still has a part of the slice keeps the array that it knows; every cut copies what is kept."
_GENERATED: Final = Refusal("generated", "the file is generated: its generator is the place for the fix")
_TITLES: Final = {form.name: form.title for form in (ZERO, CLEAR, DELETE, MOVE, FRESH, FIELDS, TAKE)}


def lost_slots(rule: Rule[Analysis], cut: Cut) -> Finding | None:
    """The finding for a cut that leaves slots behind; None where nothing is lost for long."""
    done = cleared(cut)
    if done.whole or lets_go(cut) or is_handed_on(cut):
        return None
    if cut.kind is not Kind.RESULT and not may_matter(cut):
        return None
    used = Uses() if cut.kind is Kind.RESULT else uses(cut)
    if cut.kind is not Kind.RESULT and not matters(cut, used):
        return None
    fields = left_fields(cut, done, used)
    if fields is not None and (not fields or cut.kind is not Kind.ENDS or cut.back is None or cut.back.count != 1):
        return None
    names = tuple(field.name for field in fields) if fields is not None else ()
    if fields is None:
        fixes, refusal = _fixes(cut, used, writers(cut, used.handed_out is not None))
    else:
        zeros = Zeros(cut)
        values = tuple((field.name, found[1]) for field in fields if (found := zeros.value(field.type)) is not None)
        fixes, refusal = _fixes(cut, used, [(FIELDS, lambda c: remaining_fields(c, values))])
    return finding(rule, cut, message(cut, names), fixes, refusal)


def finding(rule: Rule[Analysis], cut: Cut, said: str, fixes: tuple[Fix, ...], refusal: Refusal | None) -> Finding:
    """A finding at a cut."""
    statement = cut.statement
    return Finding.at(
        cut.facts.file.source,
        Span(statement.start_byte, statement.end_byte),
        rule=rule.id,
        function=cut.facts.function.name,
        message=said,
        severity=_severity(cut),
        confidence=_confidence(cut),
        trace=_trace(cut),
        fixes=fixes,
        refusal=refusal,
    )


def message(cut: Cut, fields: tuple[str, ...] = ()) -> str:
    """What stays reachable, in one sentence."""
    place = syntax.text(cut.place)
    if fields:
        return f"the slot that is cut off {place} keeps {' and '.join(fields)} of its element reachable"
    several = any(lost is not None and lost.count != 1 for lost in (cut.front, cut.back))
    end = "front" if cut.front is not None else "end"
    what, verb = ("elements", "stay") if several else ("element", "stays")
    if cut.kind is Kind.RESULT:
        said = f"the part of {place} that is not returned stays reachable in its array"
    elif cut.kind in (Kind.DELETE, Kind.FILTER, Kind.LIBRARY):
        said = f"the slots behind the shortened {place} keep their elements reachable"
        if not several:
            said = f"the slot behind the shortened {place} keeps its element reachable"
    else:
        said = f"the {what} cut off the {end} of {place} {verb} reachable in its array"
    return said if cut.held is Held.POINTERS else f"{said}: one string for each slot"


def _fixes(
    cut: Cut, used: Uses, forms: list[tuple[Form, Callable[[Cut], tuple[Edit, ...]]]]
) -> tuple[tuple[Fix, ...], Refusal | None]:
    if cut.facts.file.is_generated:
        return (), _GENERATED
    if cut.store.sign == ":=" or (
        cut.facts.variable(cut.target) and cut.target.text != cut.array.text and not cut.kept
    ):
        return (), Refusal("live-alias", f"{syntax.text(cut.array)} keeps its length, and would see the slots cleared")
    seen = watcher(cut)
    if seen is not None:
        forms = [(TAKE, take_first)] if is_read_behind(cut) else []
        if not forms:
            return (), Refusal(seen.code, seen.reason)
    alias = others_hold(used)
    if alias:
        forms = [(form, write) for form, write in forms if form is FRESH]
        if not forms:
            return (), Refusal("live-alias", alias)
    if used.pointed and not isinstance(core(cut.element), Pointer):
        return (), Refusal("live-alias", "the address of an element is handed out, which would be seen cleared")
    fixes: list[Fix] = []
    refusal: Refusal | None = None
    for form, write in forms:
        try:
            edits = write(cut)
        except RefusalError as why:
            refusal = refusal or why.refusal
        except LayoutError:
            refusal = refusal or Refusal("layout", "the code is not laid out one statement a line")
        else:
            fixes.append(_fix(cut, used, form, edits))
    return tuple(fixes), None if fixes else refusal


def _fix(cut: Cut, used: Uses, form: Form, edits: tuple[Edit, ...]) -> Fix:
    danger = review(cut, used, form)
    path = cut.facts.file.source.path
    safety = Safety.REVIEW if danger else Safety.SAFE
    return Fix(
        _TITLES[form.name],
        form.name,
        safety,
        danger or _WHY,
        tuple(FileEdit(path, edit) for edit in edits),
        form.requires,
    )


def others_hold(used: Uses) -> str:
    """Who else may have the array, and would see its slots cleared; empty where nobody has."""
    if used.handed_out is not None:
        file, node = used.handed_out
        line = file.source.line(node.start_byte)
        return f"who got the slice in line {line} of {file.path.name} would see the slots cleared"
    if used.shared is not None:
        file, node = used.shared
        line = file.source.line(node.start_byte)
        return f"by line {line} of {file.path.name} others may have the same array, and would see its slots cleared"
    return ""


def review(cut: Cut, used: Uses, form: Form) -> str:
    """What a form may change; empty where nothing can see it."""
    if form is FRESH:
        return _COPY_WHY
    if used.overtaken is not None:
        file, node = used.overtaken
        line = file.source.line(node.start_byte)
        return f"The loop in line {line} of {file.path.name} may still be going on, and would meet cleared elements."
    call = lent(cut)
    if call is not None:
        line = cut.facts.file.source.line(call.start_byte)
        return (
            f"The function that line {line} calls is given what is cut off: if it keeps that, it would see it cleared."
        )
    loose = any(not lost.bounded for lost in (cut.front, cut.back) if lost is not None)
    if loose and (form is DELETE or form is ZERO):
        return "Where the bounds are out of order, or beyond the length, it panics."
    if is_exported(named_place(cut)):
        return "Code of other packages that holds the slice would see the slots cleared."
    return ""


def _severity(cut: Cut) -> Severity:
    if cut.facts.file.is_test or cut.held is Held.STRINGS or cut.kind is Kind.LIBRARY:
        return Severity.INFO
    sure = cut.front is not None or cut.kind in (Kind.EMPTY, Kind.RESULT) or lives_long(cut)
    return Severity.WARNING if sure else Severity.INFO


def _confidence(cut: Cut) -> Confidence:
    if cut.held is Held.STRINGS:
        return Confidence.LOW
    if cut.kind is Kind.RESULT:
        return Confidence.HIGH
    sure = lives_long(cut) or (base_variable_kind(cut) == "receiver" and cut.front is not None)
    return Confidence.HIGH if sure else Confidence.MEDIUM


def _trace(cut: Cut) -> tuple[Step, ...]:
    source = cut.facts.file.source
    place = syntax.text(cut.place)
    steps: list[Step] = []
    array = cut.facts.variable(cut.array)
    if array is not None and cut.kind is not Kind.RESULT:
        line = source.line(array.declaration.start_byte)
        steps.append(Step(source.path, line, f"{array.name} gets the array of {place} here"))
    steps.append(Step(source.path, source.line(cut.statement.start_byte), "the slice is cut here, its array stays"))
    return tuple(steps)
