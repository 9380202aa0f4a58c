"""Types that own what their members hold, and what their ends forget: destructors, and functions that free a struct."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.detectors.ownership import Forgotten, forgotten
from leakfix.flow.fates import Fate
from leakfix.flow.members import Worth
from leakfix.languages.c import syntax
from leakfix.languages.c.customs import says_release, words
from leakfix.languages.c.files import spelling
from leakfix.languages.c.member_pairs import PairTable
from leakfix.languages.c.member_places import Field
from leakfix.languages.c.member_table import Table, called_by, home_of
from leakfix.languages.c.types import global_type
from leakfix.languages.c.words import places_of
from leakfix.languages.cpp.classes import Classes, destructor, is_readable
from leakfix.rules.c.owner_units import Unit, units_of, voucher
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from leakfix.flow.members import Home, Member
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import CFile, Function, Global, Param, Struct

_SET: Final = re.compile(
    rb"\s*(?:=\s*(?!=|NULL\b|nullptr\b|0\s*;|-1\b|false\b)|[({]\s*(?!NULL\b|nullptr\b|0\s*\)|\)|\}))"
)
"""A first look at what stands behind a name: it is set to something."""
_GIVEN: Final = re.compile(rb"\s*[,)]")
_ADDRESS: Final = re.compile(rb"[(,]\s*&[^&,;()]*\Z")
"""What stands around the last name of what a callee is given the address of."""
_LONGEST_ADDRESS: Final = 400
_SET_UP: Final = re.compile(rb"init\w*\s*\(\s*&([^,;()]*)")
_WORD: Final = re.compile(rb"[\w$]+")
_NAMING: Final = 3
"""How many letters of a member's name a function's has to begin with to be named after it."""
_NUMBERS: Final = frozenset(("int", "SOCKET", "socket_t"))


@individual
class Ending:
    """What ends the objects of a type: the destructor, or a function that is given one to free (``owner``)."""

    analysis: Analysis
    function: Function
    struct: Struct
    owner: Param | None


@individual
class Forgot:
    """A member that a type owns and nothing releases; ``ending`` is None where the type has no destructor."""

    field: Field
    told: Forgotten
    ending: Ending | None
    maker: Function
    """The function of the first acquisition."""
    model: Unit | None
    """A release of such a thing elsewhere that tells that it is owned."""


def forgotten_members(analysis: Analysis) -> Iterator[Forgot]:
    """The members that the endings in a file forget, and those that its constructors acquire without any ending."""
    for function in analysis.file.functions:
        if not analysis.program.is_read(function) or function.is_template:
            continue
        ending = _ending(analysis, function)
        if ending is not None:
            yield from _forgotten_by(ending)
        elif function.is_constructor:
            yield from _without_end(analysis, function)


def _ending(analysis: Analysis, function: Function) -> Ending | None:
    if function.is_destructor:
        struct = analysis.world.struct(function.class_name, function.file)
        return Ending(analysis, function, struct, None) if struct is not None and _is_plain(analysis, struct) else None
    if function.is_method or not function.params or not says_release(function.name, of_value=True):
        return None
    owner = function.params[0]
    struct = owned_struct(analysis, function, owner)
    if struct is None or struct.kind not in ("struct", "class") or not is_readable(struct) or struct.bases:
        return None
    return Ending(analysis, function, struct, owner)


def near_files(ending: Ending) -> tuple[CFile, ...]:
    """The files of a type: those of its body and of its end."""
    return (ending.struct.file, ending.function.file)


def own_units(ending: Ending) -> tuple[Unit, ...]:
    """The releases of members of the type in the function that ends its objects."""
    return tuple(unit for unit in units_of(ending.analysis.program, ending.function) if _is_of(ending.struct, unit))


def _is_of(struct: Struct, unit: Unit) -> bool:
    own = struct.members.get(unit.name)
    return own is not None and Field(struct, own).is_declared_by(unit.declared)


def owned_struct(analysis: Analysis, function: Function, owner: Param) -> Struct | None:
    """The struct that a parameter is a pointer to."""
    types = analysis.types(function)
    of = types.of(owner.identifier) if owner.identifier is not None else None
    if of is None or types.resolved(of).pointers != 1 or of.is_const:
        return None
    return types.struct(of)


def _is_plain(analysis: Analysis, struct: Struct) -> bool:
    """Whether all of a class can be read."""
    if struct.kind not in ("class", "struct") or struct.is_template or not is_readable(struct):
        return False
    return not Classes(analysis.world).has_unknown_members(struct)


def _forgotten_by(ending: Ending) -> Iterator[Forgot]:
    program = ending.analysis.program
    near = near_files(ending)
    tables: list[Table] = [Table(program, field) for field in _owning(ending.struct, near)]
    tables += [PairTable(program, field) for field in _set_up(ending.struct, near)]
    units = own_units(ending) if tables else ()
    if ending.owner is not None and (not units or _is_of_part(ending, units)):
        return
    released = {unit.name for unit in units}
    left = [table for table in tables if table.field.name not in released and table.may_own(near)]
    if not left or (ending.owner is not None and not _is_last(ending, units)):
        return
    reached = frozenset(map(home_of, called_by(program, ending.function)))
    for builder in left:
        table = builder.read(near)
        found = _judged(ending.analysis, builder.field, table, reached, ending) if table is not None else None
        if found is not None:
            yield found


def _without_end(analysis: Analysis, constructor: Function) -> Iterator[Forgot]:
    """The members that a constructor acquires, of a class that has no destructor."""
    struct = analysis.world.struct(constructor.class_name, analysis.file)
    if struct is None or not _is_plain(analysis, struct) or not _is_endless(struct):
        return
    near = (struct.file, constructor.file)
    fields = list(_owning(struct, near))
    if not fields or _is_immortal(analysis, struct):
        return
    for field in fields:
        table = Table(analysis.program, field).read(near)
        found = _judged(analysis, field, table, frozenset(), None) if table is not None else None
        if found is not None and found.maker is constructor and found.told.acquired.worth is Worth.ACQUIRED:
            yield found


def _is_endless(struct: Struct) -> bool:
    """Whether a class has no destructor of its own."""
    own = destructor(struct)
    return own is None or "default" in syntax.text(own.node)


def _is_immortal(analysis: Analysis, struct: Struct) -> bool:
    """Whether the tree has a static object of a class, or a pointer to one, which may live as long as the process."""
    last = struct.name.rpartition("::")[2]
    if any(member.is_static and _base(member) == last for member in struct.members.values()):
        return True
    for file in analysis.world.naming(last.encode()):
        if any(one.kind == "variable" and _base(one) == last for one in file.globals.values()):
            return True
    return False


def _base(declared: Global) -> str:
    return spelling(declared.type).rpartition("::")[2] if declared.type is not None else ""


def _owning(struct: Struct, near: Sequence[CFile]) -> Iterator[Field]:
    """The members that may own something: pointers and descriptors that the files of the type set to something."""
    for name, declared in struct.members.items():
        if declared.kind != "variable" or declared.is_static or declared.class_name != struct.name:
            continue
        of = global_type(declared)
        if of is None or of.is_function or of.is_array or of.is_reference:
            continue
        if of.pointers == 0 and of.base not in _NUMBERS:
            continue
        if any(_is_stored(file, name.encode()) for file in near):
            yield Field(struct, declared)


def _set_up(struct: Struct, near: Sequence[CFile]) -> Iterator[Field]:
    """The members that are structs, and that the files of the type set up by a function."""
    for name, declared in struct.members.items():
        if declared.kind != "variable" or declared.is_static or declared.class_name != struct.name:
            continue
        of = global_type(declared)
        if of is None or of.is_pointer or of.is_function or of.is_reference or of.base in _NUMBERS:
            continue
        if any(name.lower().encode() in _initialised(file) for file in near):
            yield Field(struct, declared)


def _is_stored(file: CFile, name: bytes) -> bool:
    """Whether something of a name is set to something in a file, or its address given away; looked for once."""
    known = file.cache.setdefault("stored", {})
    if not isinstance(known, dict):
        return False
    if name not in known:
        places = places_of(file.data, name, 0, len(file.data)) if name in file.words else ()
        known[name] = any(_is_stored_at(file.data, at, at + len(name)) for at in places)
    return bool(known[name])


def _is_stored_at(data: bytes, start: int, end: int) -> bool:
    if _SET.match(data, end) is not None:
        return True
    is_last = _GIVEN.match(data, end) is not None
    return is_last and _ADDRESS.search(data[max(start - _LONGEST_ADDRESS, 0) : start]) is not None


def _initialised(file: CFile) -> frozenset[bytes]:
    """The names in a file, in small letters, of what is given to a function that says that it sets something up."""
    known = file.cache.get("initialised")
    if not isinstance(known, frozenset):
        found = (_WORD.findall(piece) for piece in _SET_UP.findall(file.data.lower()))
        known = file.cache["initialised"] = frozenset(word for words in found for word in words)
    return known


def _is_of_part(ending: Ending, units: Sequence[Unit]) -> bool:
    """Whether a function is named after the very members that it releases, and so ends nothing else: `req_ext_free`."""
    of = ending.owner.type if ending.owner is not None else None
    types = {*words(ending.struct.name), *(words(spelling(of)) if of is not None else ())}
    others = (word for word in words(ending.function.last_name) if word not in types)
    said = [word for word in others if not says_release(word, of_value=True)]

    def is_named(unit: Unit) -> bool:
        return any(part.startswith(word) for part in words(unit.name) for word in said if len(word) >= _NAMING)

    return all(map(is_named, units)) and not _frees(ending.analysis, ending.function)


def _is_last(ending: Ending, units: Sequence[Unit]) -> bool:
    """Whether no other function ends such objects as one that releases some members of what it is given."""
    if _frees(ending.analysis, ending.function):
        return True
    for other in ending.function.file.functions:
        if other is ending.function or other.is_method or not other.params:
            continue
        if says_release(other.name, of_value=True) and ending.analysis.program.is_read(other):
            struct = owned_struct(ending.analysis, other, other.params[0])
            is_same = struct is not None and struct.body == ending.struct.body
            more = len(units_of(ending.analysis.program, other)) > len(units) if is_same else False
            if is_same and (more or _frees(ending.analysis, other)):
                return False
    return True


def _frees(analysis: Analysis, function: Function) -> bool:
    """Whether a function frees the object itself that it is given."""
    summary = analysis.program.summary(function)
    effects = summary.of(0) if summary is not None else None
    for path, told in effects.fates if effects is not None else ():
        if not path and any(effect.fate is Fate.RELEASED for effect in told):
            return True
    return False


def _judged(
    analysis: Analysis, field: Field, table: Member, reached: frozenset[Home], ending: Ending | None
) -> Forgot | None:
    symbols = {stored.symbol for stored in table.stores if stored.worth is Worth.UNKNOWN and stored.symbol}
    known = {symbol: unit for symbol in symbols if (unit := voucher(analysis, symbol, field.declared)) is not None}
    told = forgotten(table, reached, vouched=known)
    if told is None:
        return None
    maker = _function_of(analysis, told.acquired.home)
    if maker is None:
        return None
    model = known.get(told.acquired.symbol)
    for use in told.replaced[:1] if model is None else ():
        function = _function_of(analysis, use.home)
        found = (
            [unit for unit in units_of(analysis.program, function) if field.is_declared_by(unit.declared)]
            if function is not None
            else []
        )
        model = found[0] if found else None
    return Forgot(field, told, ending, maker, model)


def _function_of(analysis: Analysis, home: Home) -> Function | None:
    return analysis.world.file(home.path).function_at(home.start)
