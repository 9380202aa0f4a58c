"""What a name means in a file: its own, else what it includes, else anything in the run if it is the only one.

The survey tells which files may define a name, and those are parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakfix.languages.c.file_set import FileSet
    from leakfix.languages.c.files import CFile, Function, Global, Struct, Typedef
    from leakfix.languages.c.preprocessor import Macro
    from leakfix.languages.c.word_index import WordIndex

_FoundT = TypeVar("_FoundT")

_MOST_PLACES: Final = 24
"""A name that more files define is nobody's in particular."""


class Lookup:
    """Looks names up in the files in reach; what it finds it does not keep."""

    def __init__(self, files: FileSet, words: WordIndex) -> None:
        self._files = files
        self._survey = files.survey
        self._words = words

    def functions(self, name: str, file: CFile, namespaces: tuple[str, ...]) -> tuple[Function, ...]:
        """The definitions that a name may mean; those of other files only where they are not static."""
        name = name.removeprefix("::")
        last = name.rpartition("::")[2]
        own = _fitting(file.named_functions(last), name)
        if own:
            return _nearest(own, namespaces)
        reach = self._files.reach_set(file)
        seen: list[Function] = []
        others: list[Function] = []
        for place in self._holding(name, file, namespaces):
            holder = self._files.at(place)
            if holder is None or holder is file:
                continue
            found = _fitting(holder.named_functions(last), name)
            if place in reach:
                seen += found
            else:
                others += (one for one in found if not one.is_static or one.is_method)
        if not seen and len(others) > 1:
            others = self._declared_for_both(last, file, others)
        return _nearest(tuple(seen) if seen else tuple(others), namespaces)

    def defining(self, name: str, file: CFile) -> tuple[CFile, ...]:
        """The files in which a function would be looked for; all but the first are told by their bytes."""
        own = (file,) if file.named_functions(name) else ()
        found = (self._files.at(place) for place in self._alone(name, self._places("function", name, file)))
        return (*own, *(holder for holder in found if holder is not None and holder is not file))

    def struct(self, name: str, file: CFile) -> Struct | None:
        """The struct, class, union or enum with a body that a name means."""
        return self._one("type", name, file, _struct_in)

    def typedef(self, name: str, file: CFile) -> Typedef | None:
        """The `typedef` or `using` of a name."""
        return self._one("type", name, file, _typedef_in)

    def macros(self, name: str, file: CFile) -> tuple[Macro, ...]:
        """All definitions of a macro that a file may see and that differ."""
        own = file.macros.get(name, ())
        if own:
            return own
        reach = self._files.reach_set(file)
        seen: list[Macro] = []
        others: list[Macro] = []
        for place in self._places("macro", name, file):
            holder = self._files.at(place)
            for macro in holder.macros.get(name, ()) if holder is not None else ():
                known = seen if place in reach else others
                if not any(macro.says_the_same(other) for other in known):
                    known.append(macro)
        return tuple(seen) if seen else tuple(others)

    def variable(self, name: str, file: CFile) -> Global | None:
        """The variable, constant or declared function that a file or what it includes declares."""
        name = name.removeprefix("::")
        own = file.globals.get(name)
        if own is not None:
            return own
        word = name.rpartition("::")[2].encode()
        holders = {holder.key: holder for holder in self._words.reaching(file, word) if holder.holds(word)}
        for place in self._files.reach(file) if holders else ():
            found = holders[place].globals.get(name) if place in holders else None
            if found is not None:
                return found
        return None

    def _one(self, kind: str, name: str, file: CFile, find: Callable[[CFile, str], _FoundT | None]) -> _FoundT | None:
        """The only thing of a name: in the file, else in what it includes, else in the tree."""
        name = name.removeprefix("::")
        own = find(file, name)
        if own is not None:
            return own
        reach = self._files.reach_set(file)
        others: list[_FoundT] = []
        for place in self._places(kind, name.rpartition("::")[2], file):
            holder = self._files.at(place)
            found = find(holder, name) if holder is not None and holder is not file else None
            if found is None:
                continue
            if place in reach:
                return found
            others.append(found)
        return others[0] if len(others) == 1 else None

    def _declared_for_both(self, name: str, file: CFile, found: list[Function]) -> list[Function]:
        """Of several definitions those whose files include what declares the name for the caller, if there are any.

        Stand-ins, models for other tools and parts of other programs declare for themselves what they define.
        """
        told = {holder.key for holder in self._words.reaching(file, name.encode()) if holder is not file}
        both = [one for one in found if not told.isdisjoint(self._files.reach_set(one.file))]
        return both or found

    def _holding(self, name: str, file: CFile, namespaces: tuple[str, ...]) -> list[str]:
        """The files that may define a function: those of its class, of the namespace of the call, else of its name."""
        parts = name.split("::")
        last = parts[-1].lstrip("~")
        if len(parts) > 1:
            # What stands in the body of a class is not looked for at the margin.
            found = dict.fromkeys((*self._within("function", last, file), *self._places("type", parts[-2], file)))
            exact = self._places("function", "::".join(parts[-2:]), file)
            return list({**found, **dict.fromkeys(exact or self._places("function", last, file))})
        spaced = set(self._survey.spaces.get(namespaces[-1], ())) if namespaces else set()
        same = [self._files.keys[number] for number in self._survey.functions.get(last, ()) if number in spaced]
        if same and len(same) <= _MOST_PLACES:
            return list(dict.fromkeys((*same, *self._within("function", last, file))))
        return self._alone(last, self._places("function", last, file))

    def _alone(self, name: str, places: list[str]) -> list[str]:
        """Those of some files that may define a function of a name that belongs to no class."""
        methods = {self._files.keys[number] for number in self._survey.methods.get(name, ())}
        return [place for place in places if place not in methods or self._files.is_unsurveyed(place)]

    def _within(self, kind: str, name: str, file: CFile) -> list[str]:
        """The files in reach that may define a name."""
        reach = self._files.reach_set(file)
        return [place for place in self._places(kind, name, file) if place in reach]

    def _places(self, kind: str, name: str, file: CFile) -> list[str]:
        """The files that may define a name: those in reach, and those of the run; too many are none."""
        tables = {"function": self._survey.functions, "type": self._survey.types, "macro": self._survey.macros}
        found = dict.fromkeys(self._files.keys[number] for number in tables[kind].get(name, ()))
        if len(found) > _MOST_PLACES:
            reach = self._files.reach_set(file)
            found = {place: None for place in found if place in reach}
        for place in self._files.unsurveyed(file):
            looked = self._files.sketch(place)
            names = getattr(looked, f"{kind}s") if looked is not None else ()
            if name in names:
                found[place] = None
            else:
                found.pop(place, None)
        return list(found)


def _fitting(functions: Iterable[Function], name: str) -> tuple[Function, ...]:
    """The functions that a name with or without namespaces may mean."""
    return tuple(one for one in functions if not one.is_macro and _fits(one.name, one.namespaces, name))


def _nearest(functions: tuple[Function, ...], namespaces: tuple[str, ...]) -> tuple[Function, ...]:
    """Of several functions those in the innermost of the namespaces of a call."""
    for length in range(len(namespaces), -1, -1) if len(functions) > 1 and namespaces else ():
        found = tuple(one for one in functions if one.namespaces == namespaces[:length])
        if found:
            return found
    return functions


def _fits(own: str, namespaces: tuple[str, ...], name: str) -> bool:
    """Whether a name as somebody spells it may mean something called `own` in these namespaces."""
    if name == own:
        return True
    if not name.endswith(f"::{own}"):
        return False
    before = tuple(name[: -len(own) - 2].split("::"))
    return before == namespaces[len(namespaces) - len(before) :]


def _struct_in(file: CFile, name: str) -> Struct | None:
    found = file.structs.get(name)
    if found is not None:
        return found
    for struct in file.structs.values() if "::" in name else ():
        if _fits(struct.name, struct.namespaces, name):
            return struct
    return None


def _typedef_in(file: CFile, name: str) -> Typedef | None:
    found = file.typedefs.get(name)
    if found is None and "::" in name:
        return file.typedefs.get(name.rpartition("::")[2])
    return found
