"""The fixed forms for lost slots: edits that clear them, delete with what clears, or copy what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.imports import Import, ImportCycleError, import_package
from leakfix.languages.go.slots import Kind
from leakfix.languages.go.slots_facts import stores_of
from leakfix.languages.go.statements import LayoutError, free_name, insert_before, owns_line
from leakfix.languages.go.types import INT, UNTYPED_INT, Slice
from leakfix.languages.go.versions import Version
from leakfix.rules.finding import Safety
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.slot_zeros import Zeros
from leakfix.rules.go.spelling import spelled
from leakfix.rules.rule import Form
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut

ZERO: Final = Form("zero", "set the lost slot to its zero value first")
CLEAR: Final = Form("clear", "clear the lost slots first")
DELETE: Final = Form("delete", "delete with slices.Delete, which clears the lost slots", requires="go1.22")
MOVE: Final = Form("move-down", "move the elements down and clear the lost slots")
FRESH: Final = Form("copy", "copy what is kept to an array of its own", Safety.REVIEW)
FIELDS: Final = Form("fields", "set the fields that are left to their zero values")

_DELETE_CLEARS: Final = Version(1, 22)
_CALLS: Final = "the bounds call functions, which would be called once more"


def clearing(cut: Cut) -> tuple[Edit, ...]:
    """Clear what ``x = x[low:high]``, ``x = x[:0]`` or a filter cuts off, on lines before the cut."""
    lines = _clearing_lines(cut)
    return _before(cut, lines)


def deletion(cut: Cut) -> tuple[Edit, ...]:
    """``slices.Delete(x, i, j)`` in the place of ``append(x[:i], x[j:]...)``."""
    facts = cut.facts
    version = facts.file.version
    if version is None or version < _DELETE_CLEARS:
        raise RefusalError("version", "slices.Delete clears what it cuts off from Go 1.22 on")
    _check_calls(cut)
    found = _slices(cut)
    if found is None or cut.high is None or cut.store.value is None:
        raise RefusalError("name-taken", "the name slices means something else here")
    value = cut.store.value
    low = _as_int(cut, cut.low) if cut.low is not None else "0"
    high = _as_int(cut, cut.high)
    text = f"{found.name}.Delete({syntax.text(syntax.unparen(cut.array))}, {low}, {high})"
    return (*found.edits, Edit(Span(value.start_byte, value.end_byte), text.encode()))


def _slices(cut: Cut) -> Import | None:
    """Package slices where the cut is; None where the name means something else, or no import is safe."""
    facts = cut.facts
    try:
        found = import_package(facts.file, facts.bindings, cut.statement, "slices")
    except ImportCycleError:
        return None
    return found if found.name == "slices" or not found.edits else None


def moved_down(cut: Cut) -> tuple[Edit, ...]:
    """``copy`` and a cleared last slot in the place of ``append(x[:i], x[i+1:]...)``; several are cleared last."""
    _check_calls(cut)
    _check_alone(cut)
    zeros = Zeros(cut)
    array, target = zeros.array, syntax.text(cut.target)
    low, high = cut.low, cut.high
    if high is None or cut.store.value is None:
        raise LayoutError
    if cut.back is not None and cut.back.count == 1:
        last = f"len({zeros.whole})-1"
        cleared = zeros.slot(last, f"[{last}:]")
        start = f"{array}[{syntax.text(low)}:]" if low is not None else zeros.whole
        lines = [f"copy({start}, {array}[{syntax.text(high)}:])", *cleared, f"{target} = {array}[:{last}]"]
    else:
        kept = free_name(["kept", "rest", "remaining"], cut.facts.bindings, cut.statement)
        _check_goto(cut)
        value = syntax.text(cut.store.value)
        lines = [f"{kept} := {value}", *zeros.behind(f"len({kept})"), f"{target} = {kept}"]
    return (_instead(cut, lines),)


def copied(cut: Cut) -> tuple[Edit, ...]:
    """Copy what ``x = x[low:]`` keeps to a new array."""
    facts, value = cut.facts, cut.store.value
    if value is None:
        raise LayoutError
    part = syntax.text(value)
    found = None
    if facts.file.version is not None and facts.file.version >= Version(1, 21):
        found = _slices(cut)
    if found is not None:
        return (*found.edits, Edit(Span(value.start_byte, value.end_byte), f"{found.name}.Clone({part})".encode()))
    made = spelled(facts.file, facts.bindings, cut.statement, Slice(cut.element))
    if made is None:
        raise RefusalError("unspelled", f"the file has no name for {cut.element}, the type of the elements")
    return (Edit(Span(value.start_byte, value.end_byte), f"append({made}(nil), {part}...)".encode()),)


def cleared_behind(cut: Cut) -> tuple[Edit, ...]:
    """Clear what a function of package slices cut off, on a line behind it."""
    zeros = Zeros(cut)
    if not zeros.can_clear:
        raise RefusalError("name-taken", "the name clear means something else here")
    _check_goto(cut)
    _check_alone(cut)
    length = free_name(["n", "before", "length"], cut.facts.bindings, cut.statement)
    whole, call = zeros.whole, syntax.text(cut.statement)
    return (_instead(cut, [f"{length} := len({whole})", call, f"clear({zeros.array}[len({whole}):{length}])"]),)


def remaining_fields(cut: Cut, fields: Sequence[tuple[str, str]]) -> tuple[Edit, ...]:
    """Set fields of the one slot that is cut off, whose other fields are set already, on lines before the cut."""
    zeros = Zeros(cut)
    index = _lost_index(cut)
    return _before(cut, [f"{zeros.array}[{index}].{name} = {zero}" for name, zero in fields])


def writers(cut: Cut, is_handed_out: bool) -> list[tuple[Form, Callable[[Cut], tuple[Edit, ...]]]]:
    """The forms that suit a cut, the preferred one first."""
    if cut.kind is Kind.DELETE:
        return [(DELETE, deletion), (MOVE, moved_down)]
    if cut.kind is Kind.ENDS and cut.front is not None and is_handed_out:
        return [(FRESH, copied)]
    if cut.kind is Kind.LIBRARY:
        return [(CLEAR, cleared_behind)]
    counts = [lost.count for lost in (cut.front, cut.back) if lost is not None]
    single = cut.kind in (Kind.ENDS, Kind.RESULT) and all(count == 1 for count in counts)
    return [(ZERO if single else CLEAR, clearing)]


def _clearing_lines(cut: Cut) -> list[str]:
    zeros = Zeros(cut)
    if cut.kind is Kind.EMPTY:
        return zeros.all()
    if cut.kind is Kind.FILTER:
        return zeros.behind(f"len({cut.kept.name})") if cut.kept is not None else []
    lines: list[str] = []
    if cut.front is not None and cut.low is not None:
        lines += zeros.slot("0", "[:1]") if cut.front.count == 1 else zeros.front(cut.low)
    if cut.back is not None and cut.high is not None:
        index = syntax.text(cut.high)
        lines += zeros.slot(index, f"[{index}:]") if cut.back.count == 1 else zeros.behind(cut.high)
    return lines


def _lost_index(cut: Cut) -> str:
    return syntax.text(cut.high) if cut.back is not None and cut.high is not None else "0"


def _before(cut: Cut, lines: Sequence[str]) -> tuple[Edit, ...]:
    """New lines before the cut; an element that the same statement reads is read on a line of its own first."""
    if any(line.startswith("var ") for line in lines):
        _check_goto(cut)
    if len(stores_of(cut.statement)) <= 1:
        _check_own_line(cut)
        return (insert_before(cut.facts.function.file.source, cut.statement, lines),)
    return (_instead(cut, [_other_store(cut), *lines, _own_store(cut)]),)


def _own_store(cut: Cut) -> str:
    return f"{syntax.text(cut.target)} = {syntax.text(cut.store.value) if cut.store.value is not None else ''}"


def _other_store(cut: Cut) -> str:
    """The other assignment of ``x, s = s[0], s[1:]``, which then comes first. Raises `RefusalError` where it cannot."""
    others = [store for store in stores_of(cut.statement) if store.position != cut.store.position]
    plain = len(others) == 1 and others[0].value is not None and others[0].sign == "="
    if not plain or others[0].value is None:
        raise RefusalError("layout", "the statement assigns to several places at once")
    other, value = others[0], others[0].value
    variable = cut.facts.variable(other.target)
    is_read = variable is None or any(
        cut.facts.variable(node) is variable
        for part in (cut.array, cut.low, cut.high, cut.target)
        for node in _names(part)
    )
    if is_read and other.target.text != b"_":
        raise RefusalError("layout", "the statement assigns to several places at once")
    return f"{syntax.text(other.target)} = {syntax.text(value)}"


def _names(node: Node | None) -> list[Node]:
    found: list[Node] = []
    waiting = [node] if node is not None else []
    while waiting:
        at = waiting.pop()
        if at.kind_id == syntax.IDENTIFIER:
            found.append(at)
        waiting.extend(at.named_children)
    return found


def _instead(cut: Cut, lines: Sequence[str]) -> Edit:
    """Lines in the place of the cut's statement."""
    _check_own_line(cut)
    source, statement = cut.facts.file.source, cut.statement
    indent = source.indent(statement.start_byte)
    text = (source.newline + indent).join(line.encode() for line in lines)
    return Edit(Span(statement.start_byte, statement.end_byte), text)


def _check_own_line(cut: Cut) -> None:
    parent = cut.statement.parent
    alone = parent is not None and parent.kind_id == syntax.STATEMENT_LIST
    if not alone or not owns_line(cut.facts.file.source, cut.statement):
        raise LayoutError


def _check_alone(cut: Cut) -> None:
    if len(stores_of(cut.statement)) != 1 or cut.store.sign != "=":
        raise RefusalError("layout", "the statement assigns to several places at once")


def _check_calls(cut: Cut) -> None:
    places = cut.facts.places
    if any(bound is not None and places.linear(bound) is None for bound in (cut.low, cut.high)):
        raise RefusalError("side-effects", _CALLS)


def _check_goto(cut: Cut) -> None:
    node = cut.facts.function.node
    if b"goto " in cut.facts.file.data[node.start_byte : node.end_byte]:
        raise RefusalError("goto", "a goto may pass this place, and none may pass the declaration of a variable")


def _as_int(cut: Cut, bound: Node) -> str:
    """A bound as an argument of type int. Raises `RefusalError` where it has another type and int is hidden."""
    found = cut.facts.types.of(bound)
    text = syntax.text(bound)
    if found in (INT, UNTYPED_INT):
        return text
    if found is None:
        raise RefusalError("unresolved", f"the type of {text} is not known, and slices.Delete takes int")
    file = cut.facts.file
    if "int" in cut.facts.bindings.locals_at(cut.statement) or file.package.lookup("int", file) is not None:
        raise RefusalError("name-taken", "the name int means something else here")
    return f"int({text})"
