"""Functions that undo others, found by their names and what they take: `swString_free` for `swString_dup`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import customs, declarators, syntax
from leakfix.languages.c.files import param, spelling
from leakfix.languages.c.words import places_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix.languages.c.files import CFile, Param
    from leakfix.languages.c.world import World


class Pairs:
    """Looks for what undoes a call, once for each name and file."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[tuple[str, str, str], str] = {}
        self._counterparts: dict[str, tuple[str, ...]] = {}
        """What may undo a function of a name, of that what stands anywhere in the run."""
        self._ended: frozenset[bytes] = frozenset()
        self._edits = -1

    def undoing(self, name: str, file: CFile) -> str:
        """The function with one parameter that undoes what a function of a name makes; empty if none is in reach."""
        key = ("call", name, file.path)
        if key not in self._known:
            names = self._undoing(name) if not self._world.foreign(file) else _undoing(name)
            found = (one for one in names if self._world.holds(file, one.encode()) and self._is_one(one, file))
            self._known[key] = next(found, "")
        return self._known[key]

    def ending(self, type_name: str, file: CFile) -> str:
        """The function with one parameter, a pointer to the type, that ends an object of it; empty if there is none."""
        key = ("type", type_name, file.path)
        if key not in self._known:
            last = type_name.removeprefix("struct ")
            names = customs.releases_of_type(last) if self._endable(frozenset((last.encode(),)), file) else ()
            held = (name for name in names if self._world.holds(file, name.encode()))
            self._known[key] = next((one for one in held if self._takes(one, last, file)), "")
        return self._known[key]

    def ends_any(self, names: frozenset[bytes], file: CFile) -> bool:
        """Whether `ending` knows a function for a type that one of some names spells."""
        return any(self.ending(name.decode("utf-8", "replace"), file) for name in self._endable(names, file))

    def _endable(self, names: frozenset[bytes], file: CFile) -> frozenset[bytes]:
        """Those of some names of types of which functions may be named to end objects, as the names in files tell."""
        self._refresh()
        others = self._world.foreign(file)
        return names & (self._ended.union(*map(_ended_in, others)) if others else self._ended)

    def calls(self, name: str, file: CFile) -> bool:
        """Whether a file calls a function, always with one argument."""
        key = ("called", name, file.path)
        if key not in self._known:
            self._known[key] = name if self._is_called(name, file) else ""
        return bool(self._known[key])

    def takes_pointer(self, name: str, file: CFile) -> bool:
        """Whether a function in reach is declared to take one plain pointer, and so no number."""
        params = self._params(name, file) or []
        declarator = params[0].declarator if len(params) == 1 else None
        return declarator is not None and declarators.read(declarator).steps == ("*",)

    def taken(self, name: str, file: CFile) -> str:
        """The type of what the only parameter of a function in reach leads to, as spelled; empty if nothing tells."""
        params = self._params(name, file) or []
        of = params[0].type if len(params) == 1 and params[0].declarator is not None else None
        return spelling(of) if of is not None else ""

    def _undoing(self, name: str) -> tuple[str, ...]:
        """The names that what undoes a function may have, of those that stand in files of the run."""
        self._refresh()
        known = self._counterparts.get(name)
        if known is None:
            words = self._world.words
            known = self._counterparts[name] = tuple(one for one in _undoing(name) if one.encode() in words)
        return known

    def _refresh(self) -> None:
        """Look anew at the names in files that have other bytes than before."""
        if self._edits != self._world.edits:
            self._edits = self._world.edits
            self._counterparts.clear()
            self._ended = customs.types_released(self._world.words)

    def _is_one(self, name: str, file: CFile) -> bool:
        """Whether a function or macro of that name takes one argument, as far as it is in reach."""
        params = self._params(name, file)
        if params is not None:
            return len(params) == 1
        macros = self._world.macros(name, file)
        if macros:
            return all(macro.params is None or len(macro.params) == 1 for macro in macros)
        return self._is_called(name, file)

    def _takes(self, name: str, type_name: str, file: CFile) -> bool:
        params = self._params(name, file)
        if params is None:
            return False
        of = params[0].type if len(params) == 1 else None
        steps = declarators.read(params[0].declarator).steps if of is not None and params[0].declarator else ()
        return of is not None and spelling(of) == type_name and steps == ("*",)

    def _params(self, name: str, file: CFile) -> list[Param] | None:
        """The parameters of a function that is declared or defined in reach."""
        declared = self._world.variable(name, file)
        if declared is not None and declared.kind == "function" and declared.declarator is not None:
            call = declarators.read(declared.declarator).call
            parameters = call.child_by_field_name("parameters") if call is not None else None
            if parameters is not None:
                return [found for found in map(param, syntax.named(parameters)) if found is not None]
        # The file that defines it may not have been parsed yet.
        function = self._world.function(name, file)
        return list(function.params) if function is not None else None

    def _is_called(self, name: str, file: CFile) -> bool:
        """Whether the functions of a file call one, always with one argument."""
        word = name.encode()
        found = False
        for at in places_of(file.data, word, 0, len(file.data)) if file.holds(word) else ():
            node = file.root.descendant_for_byte_range(at, at + len(word))
            call = node.parent if node is not None else None
            if call is None or call.type != syntax.CALL_EXPRESSION or call.child_by_field_name("function") != node:
                continue
            if not any(one.body.start_byte <= at < one.body.end_byte for one in file.functions):
                continue
            arguments = call.child_by_field_name("arguments")
            if arguments is None or len(syntax.named(arguments)) != 1:
                return False
            found = True
        return found


def _undoing(name: str) -> Iterable[str]:
    return customs.counterparts(name) if customs.is_making(name) else ()


def _ended_in(file: CFile) -> frozenset[bytes]:
    """The types that functions may be named to end in a file, looked for once."""
    known = file.cache.get("ended")
    if not isinstance(known, frozenset):
        known = file.cache["ended"] = customs.types_released(file.words)
    return known
