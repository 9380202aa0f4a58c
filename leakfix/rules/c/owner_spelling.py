"""How the release of a member is written: as that of its siblings, or its own elsewhere, else as its kind demands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Worth
from leakfix.languages.c import syntax
from leakfix.languages.c.member_pairs import counterpart
from leakfix.languages.c.member_places import Field
from leakfix.languages.c.member_table import Table
from leakfix.languages.c.types import global_type
from leakfix.languages.cpp.classes import Classes, destructor
from leakfix.rules.c.owner_units import Unit, units_of
from leakfix.rules.c.owners import near_files
from leakfix.rules.c.repair import ARRAY, OBJECT, RefusalError
from leakfix.rules.c.wrappers import leads_to_nothing, plain_symbols

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakfix.languages.c.files import Global, Struct
    from leakfix.rules.c.owners import Ending, Forgot

_NULL_SAFE: Final = frozenset(("free", "delete", "delete[]"))
_DESCRIPTOR: Final = "descriptor"


def release_lines(forgot: Forgot, ending: Ending, access: str, siblings: Sequence[Unit]) -> list[str]:
    """The lines that release ``access``, the member as it is spelled in its ending. Raises `RefusalError`."""
    data = ending.function.file.data
    if forgot.told.acquired.obligation is None and forgot.told.acquired.worth is Worth.ACQUIRED:
        return [f"{counterpart(ending.analysis.program, forgot.maker.file, forgot.told.acquired.symbol)}(&{access});"]
    if forgot.model is not None:
        if forgot.model.callee.partition("[")[0].encode() not in data:
            raise RefusalError("no-release", f"{forgot.model.callee} is not used in the file of the ending")
        _check_type(forgot, forgot.model.callee)
        return [_statement(forgot.model, access)]
    undoing = _undoing(forgot, ending)
    if undoing and all(unit.callee != undoing for unit in siblings):
        return _guarded(f"{access} != {_null(data)}", f"{undoing}({access});")
    for unit in siblings:
        if unit.callee == undoing or (not undoing and _suits(unit, forgot, ending)):
            _check_type(forgot, unit.callee)
            return _like(unit, access)
    return _by_kind(forgot, access, data)


def _undoing(forgot: Forgot, ending: Ending) -> str:
    """The function of the project that undoes what another one makes, which does more than to hand on memory.

    Empty where no function of the project makes what the member holds. Raises `RefusalError`.
    """
    acquired, analysis = forgot.told.acquired, ending.analysis
    made = analysis.world.function(acquired.symbol, forgot.maker.file) if acquired.symbol else None
    if made is None or acquired.obligation is None or analysis.models.acquires(acquired.symbol):
        return ""
    found = analysis.program.pairs.undoing(acquired.symbol, ending.function.file)
    if found:
        return found
    of = global_type(forgot.field.declared)
    is_flat = leads_to_nothing(analysis.types(ending.function), of)
    if not is_flat and not plain_symbols(analysis, made, acquired.obligation.resource):
        raise RefusalError("no-release", f"nothing shows how what {acquired.symbol}() gives is released")
    return ""


def _suits(unit: Unit, forgot: Forgot, ending: Ending) -> bool:
    """Whether what releases a sibling releases the member too: what both hold is made alike."""
    field = Field(ending.struct, unit.declared)
    table = Table(ending.analysis.program, field)
    table.read(near_files(ending))
    mine = forgot.told.acquired.obligation
    alike = False
    for stored in table.stores:
        if stored.worth is Worth.ACQUIRED:
            alike = stored.obligation is not None and mine is not None and stored.obligation.resource == mine.resource
            if not alike:
                return False
    if not alike:
        return False
    return _spelled_type(unit.declared) == _spelled_type(forgot.field.declared) or _is_general(unit, ending)


def _is_general(unit: Unit, ending: Ending) -> bool:
    """Whether a release takes things of any type: an operator, the library's, or one that is used so in the file."""
    if unit.release.type == syntax.DELETE_EXPRESSION or ending.analysis.models.release(unit.callee) is not None:
        return True
    types = {
        _spelled_type(other.declared)
        for function in unit.function.file.functions
        if ending.analysis.program.is_read(function) and unit.callee.encode() in (function.body.text or b"")
        for other in units_of(ending.analysis.program, function)
        if other.callee == unit.callee
    }
    return len(types) > 1


def _spelled_type(declared: Global) -> str:
    return str(global_type(declared))


def _like(unit: Unit, access: str) -> list[str]:
    """The lines of a sibling's release with the member in its place, with the test and the null that it has."""
    if not unit.is_guarded:
        return [_statement(unit, access), *_emptied(unit, access)]
    own = syntax.text(unit.access)
    condition = unit.first.child_by_field_name("condition")
    tested = syntax.text(condition).strip("() ") if condition is not None else ""
    if tested not in (own, f"{own} != NULL", f"{own} != nullptr", f"{own} != 0", f"NULL != {own}", f"{own} >= 0"):
        raise RefusalError("conditional", f"{unit.name} is released under a condition of its own")
    source = unit.function.file.source
    text = source.data[unit.first.start_byte : unit.last.end_byte].decode("utf-8", "replace")
    pattern = re.compile(r"(?<![\w.>])" + re.escape(own) + r"(?!\w)")
    indent = source.indent(unit.first.start_byte).decode()
    return [line.removeprefix(indent).rstrip("\r") for line in pattern.sub(access, text).split("\n")]


def _statement(unit: Unit, access: str) -> str:
    text, start = unit.release.text or b"", unit.release.start_byte
    before, behind = text[: unit.access.start_byte - start], text[unit.access.end_byte - start :]
    return f"{before.decode()}{access}{behind.decode()};"


def _emptied(unit: Unit, access: str) -> Iterator[str]:
    if unit.last != unit.first:
        own = syntax.text(unit.access)
        yield access + syntax.text(unit.last).removeprefix(own)


def _by_kind(forgot: Forgot, access: str, data: bytes) -> list[str]:
    obligation = forgot.told.acquired.obligation
    if obligation is None:
        raise RefusalError("no-release", "nothing shows how what the member holds is released")
    _check_type(forgot, "delete")
    if obligation.resource == OBJECT:
        return [f"delete {access};"]
    if obligation.resource == ARRAY:
        return [f"delete[] {access};"]
    ending = forgot.ending
    for release in ending.analysis.models.releasing_functions(obligation.resource) if ending is not None else ():
        if release.argument == 0 and not release.unless and release.symbol != "munmap":
            symbol = release.symbol
            break
    else:
        raise RefusalError("no-release", "nothing shows how what the member holds is released")
    if symbol.encode() not in data and forgot.told.acquired.home.path != forgot.field.struct.file.path:
        _check_made_here(forgot, symbol)
    statement = f"{symbol}({access});"
    if symbol in _NULL_SAFE:
        return [statement]
    test = f"{access} >= 0" if obligation.resource == _DESCRIPTOR else f"{access} != {_null(data)}"
    return _guarded(test, statement)


def _guarded(test: str, statement: str) -> list[str]:
    return [f"if ({test}) {{", f"\t{statement}", "}"]


def _null(data: bytes) -> str:
    return "nullptr" if b"nullptr" in data else "NULL"


def _check_made_here(forgot: Forgot, symbol: str) -> None:
    """What declares the acquisition declares the release: both must be in one file."""
    ending = forgot.ending
    if ending is None or forgot.told.acquired.home.path != ending.function.file.path:
        raise RefusalError("no-release", f"{symbol} is not used in the file of the ending")


def _check_type(forgot: Forgot, callee: str) -> None:
    """What is deleted must be of the type that was made, or end virtually, and that type must be complete."""
    ending = forgot.ending
    obligation = forgot.told.acquired.obligation
    if ending is None or (obligation is not None and obligation.resource not in (OBJECT, ARRAY)):
        return
    of = global_type(forgot.field.declared)
    if of is None or of.base == "void":
        raise RefusalError("type", f"the type of {forgot.field.name} is not what was made")
    types = ending.analysis.types(ending.function)
    struct = types.struct(of)
    last = of.base.rpartition("::")[2]
    made = re.escape(last.encode())
    data = ending.function.file.data
    reach = ending.analysis.world.reach(ending.function.file)
    name = re.escape(forgot.field.name.encode())
    is_used = re.search(rb"\b%b\s*->|\bnew\s+(?:\w+::)*%b\b" % (name, made), data)
    in_reach = struct is not None and ending.analysis.world.reach(struct.file)[0] in reach
    if not in_reach and is_used is None:
        raise RefusalError("incomplete", f"{of.base} may not be complete where {callee} would be written")
    for stored in forgot.told.member.stores:
        operator, _, made_of = stored.symbol.partition(" ")
        is_other = operator in ("new", "new[]") and made_of.rpartition("::")[2] != last
        if is_other and (struct is None or not _ends_virtually(ending, struct)):
            raise RefusalError("type", f"{forgot.field.name} is a pointer to another type than what was made")


def _ends_virtually(ending: Ending, struct: Struct) -> bool:
    """Whether deleting through a pointer to a class runs the destructor of the object's own class."""
    above = Classes(ending.analysis.world).ancestors(struct) or ()
    found = (destructor(one) for one in (struct, *above))
    return any(own is not None and own.is_virtual for own in found)
