"""All C and C++ files in reach of a run: where a name is defined, and what a file sees.

There are no imports to follow: what a name means is looked for in the file itself, then in what it includes, then
anywhere in the tree, where it counts if it is the only one. Files are parsed when a name leads to them.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leakfix.languages.c import reading
from leakfix.languages.c.files import CFile
from leakfix.languages.c.reading import Habits
from leakfix.languages.c.standards import stated_above, used
from leakfix.languages.c.survey import CSurvey, FileSketch, mark, sketch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from leakfix.languages.c.files import Function, Global, Struct, Typedef
    from leakfix.languages.c.preprocessor import Include, Macro
    from leakfix.languages.c.survey import Names

_FoundT = TypeVar("_FoundT")

_LARGEST_FILE: Final = 4 << 20
_MOST_INCLUDED: Final = 600
_MOST_PLACES: Final = 24
"""A name that more files define is nobody's in particular."""
_MOST_SEARCHED: Final = 20_000
_ROOT_MARKS: Final = (".git", ".hg", ".svn")


class World:
    """The files of a run, with those on disk that they include. Nothing outside of their tree is read."""

    def __init__(self, survey: CSurvey | None = None, contents: Mapping[str, bytes] = MappingProxyType({})) -> None:
        """Take a first look at all files of the run; without it only what a file includes is known.

        ``contents`` are files by absolute path that need not be read again.
        """
        self._survey = survey if survey is not None else CSurvey()
        self._contents = contents
        self._keys = [_key(path) for path in self._survey.files]
        self._numbers = {key: number for number, key in enumerate(self._keys)}
        self._files: dict[str, CFile | None] = {}
        self._sketches: dict[str, FileSketch | None] = {}
        self._tails: dict[str, list[str]] | None = None
        self._roots: dict[str, str] = {}
        self._reach: dict[str, tuple[str, ...]] = {}
        self._targets: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, str, str], Any] = {}
        self._reach_sets: dict[str, frozenset[str]] = {}
        self._foreigners: dict[str, tuple[CFile, ...]] = {}
        self._strangers: dict[str, tuple[str, ...]] = {}
        self._habits: Habits | None = None
        self._standards: dict[str, int | None] = {}
        self._indexed: _Index | None = None
        self._surveyed_macros: frozenset[bytes] | None = None
        self.edits = 0
        """How often a file was opened with other bytes than before."""
        self.edited: list[tuple[CFile | None, CFile]] = []
        """The files that were, as they were and as they are: None for what only the survey has seen otherwise."""

    def file(self, path: Path | str, data: bytes | None = None) -> CFile:
        """Return a file; `data` counts instead of what the disk holds. Raises OSError when it cannot be read."""
        key = _key(path)
        known = self._files.get(key)
        if known is not None and (data is None or known.data == data):
            return known
        if data is None:
            read = self._read(key)
            if read is None:
                raise FileNotFoundError(key)
            data = read
        shown = path.as_posix() if isinstance(path, Path) else path
        number = self._numbers.get(key)
        dialect = self._survey.dialects[number] if number is not None else None
        names = self._names(key, data)
        found = self._files[key] = CFile(shown, data, dialect, self.habits, names)
        if known is not None or (number is not None and self._survey.marks[number] != mark(data)):
            self.edited.append((known, found))
            self._forget(key, data)
        return found

    def function(self, name: str, from_file: CFile, namespaces: tuple[str, ...] = ()) -> Function | None:
        """Return the definition that a call of a name means; None when there is none, or several that it may be.

        `name` is "f" or "Class::method"; namespaces before it may be there or not. `namespaces` are those of the call:
        of several definitions the one in the innermost of them counts.
        """
        found = self.functions(name, from_file, namespaces)
        return found[0] if len(found) == 1 else None

    def functions(self, name: str, from_file: CFile, namespaces: tuple[str, ...] = ()) -> tuple[Function, ...]:
        """Return the definitions that a name may mean in a file: its own, else those included, else any not static."""
        key = " ".join((name, *namespaces))
        plain = name.removeprefix("::")
        return self._cached("function", key, from_file, lambda: self._functions(plain, from_file, namespaces))

    def struct(self, name: str, from_file: CFile) -> Struct | None:
        """Return the struct, class, union or enum with a body that a name means; None when it could be several."""
        return self._cached("struct", name, from_file, lambda: self._one("type", name, from_file, _struct_in))

    def typedef(self, name: str, from_file: CFile) -> Typedef | None:
        """Return the `typedef` or `using` of a name; None when there is none, or it could be several."""
        return self._cached("typedef", name, from_file, lambda: self._one("type", name, from_file, _typedef_in))

    def macros(self, name: str, from_file: CFile) -> tuple[Macro, ...]:
        """Return all definitions of a macro that a file may see and that differ."""
        return self._cached("macro", name, from_file, lambda: self._macros(name, from_file))

    def sees(self, file: CFile, macro: Macro) -> bool:
        """Whether a macro is defined in a file or in what it includes."""
        return self.includes(file, macro.path)

    def includes(self, file: CFile, path: str) -> bool:
        """Whether a file is another one, or includes it."""
        return _key(path) in self._reach_set(file)

    def macros_named(self, name: str, from_file: CFile) -> Iterator[Macro]:
        """Yield all macros of a name: those of the run, and those that a file includes from elsewhere."""
        numbers = self._survey.macros.get(name, ())
        places = [self._keys[number] for number in numbers]
        for holder in (*map(self._at, places), *self.foreign(from_file)):
            yield from holder.macros.get(name, ()) if holder is not None else ()

    def foreign(self, file: CFile) -> tuple[CFile, ...]:
        """Return the files in reach of which the survey does not tell, or no longer."""
        known = self._foreigners.get(file.key)
        if known is None:
            known = self._foreigners[file.key] = tuple(self._foreign(file))
        return known

    def _foreign(self, file: CFile) -> Iterator[CFile]:
        for key in self._unsurveyed(file):
            holder = self._at(key)
            if holder is not None:
                yield holder

    def files(self) -> Iterator[CFile]:
        """Yield the files of the run that can be read, in their order."""
        yield from (file for file in map(self._at, self._keys) if file is not None)

    def outsiders(self) -> tuple[CFile, ...]:
        """Return all files of which the survey does not tell, or no longer, that files of the run lead to."""
        seen = dict.fromkeys(self._keys)
        waiting = list(seen)
        while waiting:
            targets = [target for target in self._included(waiting.pop()) if target not in seen]
            seen.update(dict.fromkeys(targets))
            waiting += targets
        found = (self._at(key) for key in seen if self._is_unsurveyed(key))
        return tuple(file for file in found if file is not None)

    def heading(self, last_name: bytes) -> Sequence[CFile]:
        """Return the files of the run that may define functions of a name, whatever class or namespace they are in."""
        return self._index.headed.get(last_name, ())

    def defining(self, name: str, from_file: CFile) -> tuple[CFile, ...]:
        """Return the files in which `function` would look for a function; all but the first are told by their bytes."""
        own = (from_file,) if from_file.named_functions(name) else ()
        found = (self._at(place) for place in self._alone(name, self._places("function", name, from_file)))
        return (*own, *(file for file in found if file is not None and file is not from_file))

    @property
    def headed(self) -> AbstractSet[bytes]:
        """The names that functions in files of the run may bear."""
        return self._index.headed.keys()

    def macro_words(self, from_file: CFile) -> frozenset[bytes]:
        """The names of all macros that `macros_named` knows of."""
        return self._cached("macro words", "", from_file, lambda: self._macro_words(from_file))

    def _macro_words(self, file: CFile) -> frozenset[bytes]:
        if self._surveyed_macros is None:
            self._surveyed_macros = frozenset(name.encode() for name in self._survey.macros)
        foreign = {name.encode() for one in self.foreign(file) for name in one.macros}
        return self._surveyed_macros | foreign if foreign else self._surveyed_macros

    def macro(self, name: str, from_file: CFile) -> Macro | None:
        """Return the macro that a name means; None when there is none, or it is defined in several ways."""
        found = self.macros(name, from_file)
        return found[0] if len(found) == 1 else None

    def variable(self, name: str, from_file: CFile) -> Global | None:
        """Return a variable, constant or declared function that a file or what it includes declares."""
        return self._cached("global", name, from_file, lambda: self._variable(name.removeprefix("::"), from_file))

    def function_names(self, file: CFile) -> Iterator[str]:
        """Yield the last names of the functions that a file, or any of the run, may define."""
        yield from self._survey.functions
        yield from (function.last_name for function in file.functions)

    def mentioning(self, name: bytes) -> tuple[CFile, ...]:
        """Return the files of the run in whose bytes a name stands; none when the run is too large to be searched."""
        if len(self._keys) > _MOST_SEARCHED:
            return ()
        found = (self._at(key) for key in self._keys)
        return tuple(file for file in found if file is not None and name in file.data)

    def naming(self, word: bytes) -> tuple[CFile, ...]:
        """Return the files of the run that hold an identifier; none when the run is too large to be searched."""
        return tuple(self._index.words.get(word, ())) if len(self._keys) <= _MOST_SEARCHED else ()

    @property
    def words(self) -> AbstractSet[bytes]:
        """All identifiers in files of the run."""
        return self._index.words.keys()

    def holds(self, file: CFile, word: bytes) -> bool:
        """Whether an identifier stands in a file, or in anything that it includes."""
        if word in file.words:
            return True
        holders = self._index.words.get(word)
        if holders is not None:
            reach = self._reach_set(file)
            if any(holder.key in reach for holder in holders):
                return True
        return any(holder.holds(word) for holder in self.foreign(file))

    def _reaching(self, file: CFile, word: bytes) -> Iterator[CFile]:
        """The files in reach that may hold an identifier, in no order."""
        reach = self._reach_set(file)
        yield from (holder for holder in self._index.words.get(word, ()) if holder.key in reach)
        yield from self.foreign(file)

    def _reach_set(self, file: CFile) -> frozenset[str]:
        known = self._reach_sets.get(file.key)
        if known is None:
            known = self._reach_sets[file.key] = frozenset(self.reach(file))
        return known

    @property
    def _index(self) -> _Index:
        if self._indexed is None:
            self._indexed = _Index(self.files())
        return self._indexed

    def reach(self, file: CFile) -> tuple[str, ...]:
        """Return the absolute paths of the file and all that it includes, nearest first, as far as they are there."""
        return self._reached(file.key)

    def _reached(self, key: str) -> tuple[str, ...]:
        known = self._reach.get(key)
        if known is None:
            seen = {key: None}
            waiting = [key]
            while waiting and len(seen) < _MOST_INCLUDED:
                following: list[str] = []
                for at in waiting:
                    for target in self._included(at):
                        if target not in seen:
                            seen[target] = None
                            following.append(target)
                waiting = following
            known = self._reach[key] = tuple(seen)
        return known

    def included(self, file: CFile) -> tuple[CFile, ...]:
        """Return the files that a file includes itself, as far as they are there."""
        return tuple(one for one in map(self._at, self._included(file.key)) if one is not None)

    def standard(self, file: CFile) -> int | None:
        """Return the C++ standard of a file as its two digits (98, 11, 14, 17, 20); None of C, or when nothing tells.

        The nearest build file above counts; when none says anything, what the file itself uses is the least.
        """
        if not file.is_cpp:
            return None
        directory = os.path.dirname(file.key)  # noqa: PTH120 (a key is a string)
        if directory not in self._standards:
            self._standards[directory] = stated_above(Path(directory))
        told = self._standards[directory]
        return told if told is not None else used(file.data)

    def habits(self, file: CFile) -> Habits:
        """Return what macros stand for in a file, as far as parsing has to know it: those that it names.

        Those in capitals may be anybody's in the run; the others count where the file sees them.
        """
        known = self._all_habits()
        decorations = {name: known.decorations[name] for name in self._seen(known.decorations.keys(), file)}
        return Habits(decorations, {name: known.headers[name] for name in self._seen(known.headers.keys(), file)})

    def _seen(self, macros: AbstractSet[bytes], file: CFile) -> Iterator[bytes]:
        """Those of some macros that a file names and may mean."""
        reach = self._reach_set(file)
        for name in macros & file.words:
            if name.isupper() or not reach.isdisjoint(self._defining(name.decode("utf-8", "replace"))):
                yield name

    def _defining(self, macro: str) -> Iterator[str]:
        """The files of the run that define a macro."""
        return (self._keys[number] for number in self._survey.macros.get(macro, ()))

    def _all_habits(self) -> Habits:
        if self._habits is None:
            found: dict[str, tuple[Macro, ...]] = {}
            for key in self._keys:
                holder = self._at(key)
                for name, macros in holder.macros.items() if holder is not None else ():
                    found[name] = (*found.get(name, ()), *macros)
            self._habits = reading.habits_of(found)
        return self._habits

    def _cached(self, kind: str, name: str, file: CFile, find: Callable[[], _FoundT]) -> _FoundT:
        key = (kind, name, file.key)
        try:
            known: _FoundT = self._found[key]
        except KeyError:
            known = self._found[key] = find()
        return known

    def _forget(self, key: str, data: bytes) -> None:
        """Drop what was found with other bytes of a file."""
        self.edits += 1
        self._indexed = None
        for known in (self._found, self._reach_sets, self._foreigners, self._strangers):
            known.clear()
        self._reach.clear()
        self._targets.pop(key, None)
        self._sketches[key] = sketch(key, data)

    def _functions(self, name: str, file: CFile, namespaces: tuple[str, ...]) -> tuple[Function, ...]:
        last = name.rpartition("::")[2]
        own = _fitting(file.named_functions(last), name)
        if own:
            return _nearest(own, namespaces)
        reach = self._reach_set(file)
        seen: list[Function] = []
        others: list[Function] = []
        for place in self._holding(name, file, namespaces):
            holder = self._at(place)
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

    def _declared_for_both(self, name: str, file: CFile, found: list[Function]) -> list[Function]:
        """Of several definitions those whose files include what declares the name for the caller, if there are any.

        Stand-ins, models for other tools and parts of other programs declare for themselves what they define.
        """
        told = {holder.key for holder in self._reaching(file, name.encode()) if holder is not file}
        both = [one for one in found if not told.isdisjoint(self._reach_set(one.file))]
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
        same = [self._keys[number] for number in self._survey.functions.get(last, ()) if number in spaced]
        if same and len(same) <= _MOST_PLACES:
            return list(dict.fromkeys((*same, *self._within("function", last, file))))
        return self._alone(last, self._places("function", last, file))

    def _alone(self, name: str, places: list[str]) -> list[str]:
        """Those of some files that may define a function of a name that belongs to no class."""
        methods = {self._keys[number] for number in self._survey.methods.get(name, ())}
        return [place for place in places if place not in methods or place in self._sketches] if methods else places

    def _within(self, kind: str, name: str, file: CFile) -> list[str]:
        """The files in reach that may define a name."""
        reach = self._reach_set(file)
        return [place for place in self._places(kind, name, file) if place in reach]

    def _macros(self, name: str, file: CFile) -> tuple[Macro, ...]:
        own = file.macros.get(name, ())
        if own:
            return own
        reach = self._reach_set(file)
        seen: list[Macro] = []
        others: list[Macro] = []
        for place in self._places("macro", name, file):
            holder = self._at(place)
            for macro in holder.macros.get(name, ()) if holder is not None else ():
                known = seen if place in reach else others
                if not any(macro.says_the_same(other) for other in known):
                    known.append(macro)
        return tuple(seen) if seen else tuple(others)

    def _variable(self, name: str, file: CFile) -> Global | None:
        own = file.globals.get(name)
        if own is not None:
            return own
        word = name.rpartition("::")[2].encode()
        holders = {holder.key: holder for holder in self._reaching(file, word) if holder.holds(word)}
        for place in self.reach(file) if holders else ():
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
        reach = self._reach_set(file)
        others: list[_FoundT] = []
        for place in self._places(kind, name.rpartition("::")[2], file):
            holder = self._at(place)
            found = find(holder, name) if holder is not None and holder is not file else None
            if found is None:
                continue
            if place in reach:
                return found
            others.append(found)
        return others[0] if len(others) == 1 else None

    def _places(self, kind: str, name: str, file: CFile) -> list[str]:
        """The files that may define a name: those in reach, and those of the run; too many are none."""
        table = {"function": self._survey.functions, "type": self._survey.types, "macro": self._survey.macros}[kind]
        found = dict.fromkeys(self._keys[number] for number in table.get(name, ()))
        if len(found) > _MOST_PLACES:
            reach = self._reach_set(file)
            found = {place: None for place in found if place in reach}
        for place in self._unsurveyed(file):
            looked = self._sketch(place)
            names = getattr(looked, f"{kind}s") if looked is not None else ()
            if name in names:
                found[place] = None
            else:
                found.pop(place, None)
        return list(found)

    def _unsurveyed(self, file: CFile) -> tuple[str, ...]:
        """The files in reach of which the survey does not tell, or no longer."""
        known = self._strangers.get(file.key)
        if known is None:
            known = self._strangers[file.key] = tuple(filter(self._is_unsurveyed, self.reach(file)))
        return known

    def _is_unsurveyed(self, key: str) -> bool:
        return key not in self._numbers or key in self._sketches

    def _sketch(self, key: str) -> FileSketch | None:
        if key not in self._sketches:
            holder = self._at(key)
            self._sketches[key] = sketch(key, holder.data) if holder is not None else None
        return self._sketches[key]

    def _at(self, key: str) -> CFile | None:
        """A file by its absolute path; None when it cannot be read or is too large."""
        if key not in self._files:
            data = self._read(key)
            number = self._numbers.get(key)
            if data is None:
                self._files[key] = None
            else:
                dialect = self._survey.dialects[number] if number is not None else None
                shown = self._survey.files[number] if number is not None else key
                self._files[key] = CFile(shown, data, dialect, self.habits, self._names(key, data))
        return self._files[key]

    def _read(self, key: str) -> bytes | None:
        data = self._contents.get(key)
        if data is None:
            return _read(key)
        return data if len(data) <= _LARGEST_FILE else None

    def _names(self, key: str, data: bytes) -> Names | None:
        """The names in a file as far as they have been looked for: in what the run has read."""
        number = self._numbers.get(key)
        if number is None or not self._survey.names or self._contents.get(key) is not data:
            return None
        return self._survey.names[number]

    def _includes(self, key: str) -> tuple[Include, ...]:
        number = self._numbers.get(key)
        if number is not None and key not in self._sketches:
            return self._survey.includes[number]
        looked = self._sketch(key)
        return looked.includes if looked is not None else ()

    def _included(self, key: str) -> tuple[str, ...]:
        """The files that a file includes itself, as far as they can be there."""
        known = self._targets.get(key)
        if known is None:
            targets = (self._lead(key, include) for include in self._includes(key))
            known = self._targets[key] = tuple(dict.fromkeys(target for target in targets if target is not None))
        return known

    def _lead(self, key: str, include: Include) -> str | None:
        name = include.name
        if "\0" in name or name.startswith("/") or "\\" in name or not name:
            return None
        root = self._root(os.path.dirname(key))  # noqa: PTH120 (strings: there are many)
        beside = os.path.normpath(f"{os.path.dirname(key)}/{name}")  # noqa: PTH120 (strings: there are many)
        if beside in self._numbers:
            return beside
        if include.is_quoted and _is_inside(beside, root):
            return beside
        return self._by_tail(key, name)

    def _by_tail(self, key: str, name: str) -> str | None:
        """The one file of the run whose path ends so; the nearest one of several."""
        if self._tails is None:
            self._tails = {}
            for path in self._keys:
                self._tails.setdefault(path.rpartition("/")[2], []).append(path)
        tail = f"/{os.path.normpath(name).removeprefix('../')}"
        found = [path for path in self._tails.get(tail.rpartition("/")[2], ()) if path.endswith(tail)]
        if not found:
            return None
        return max(found, key=lambda path: (len(os.path.commonpath((path, key))), -len(path), path))

    def _root(self, directory: str) -> str:
        """The tree that a directory belongs to: the repository, or what holds all files of the run."""
        if directory not in self._roots:
            at = Path(directory)
            marked = next(
                (parent for parent in (at, *at.parents) if any((parent / mark).exists() for mark in _ROOT_MARKS)), None
            )
            if marked is None:
                inside = [os.path.dirname(key) for key in self._keys]  # noqa: PTH120 (strings: there are many)
                common = os.path.commonpath(inside) if inside else directory
                marked = Path(common if _holds(common, directory) else directory)
            self._roots[directory] = os.path.realpath(marked)
        return self._roots[directory]


class _Index:
    """Which files of a run hold which identifiers, and which may define which functions."""

    def __init__(self, files: Iterable[CFile]) -> None:
        words: defaultdict[bytes, list[CFile]] = defaultdict(list)
        headed: defaultdict[bytes, list[CFile]] = defaultdict(list)
        for file in files:
            for names, found in ((file.words, words), (file.headed, headed)):
                for name in names:
                    found[name].append(file)
        self.words = dict(words)
        self.headed = dict(headed)


def _fitting(functions: Iterable[Function], name: str) -> tuple[Function, ...]:
    """The functions that a name with or without namespaces may mean."""
    return tuple(one for one in functions if not one.is_macro and fits(one.name, one.namespaces, name))


def _nearest(functions: tuple[Function, ...], namespaces: tuple[str, ...]) -> tuple[Function, ...]:
    """Of several functions those in the innermost of the namespaces of a call."""
    for length in range(len(namespaces), -1, -1) if len(functions) > 1 and namespaces else ():
        found = tuple(one for one in functions if one.namespaces == namespaces[:length])
        if found:
            return found
    return functions


def fits(own: str, namespaces: tuple[str, ...], name: str) -> bool:
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
        if fits(struct.name, struct.namespaces, name):
            return struct
    return None


def _typedef_in(file: CFile, name: str) -> Typedef | None:
    found = file.typedefs.get(name)
    if found is None and "::" in name:
        return file.typedefs.get(name.rpartition("::")[2])
    return found


def _key(path: Path | str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 (links stay as they are)


def _holds(directory: str, path: str) -> bool:
    return path == directory or path.startswith(f"{directory.rstrip('/')}/")


def _is_inside(path: str, root: str) -> bool:
    """Whether something is there and, links followed, lies in the tree."""
    try:
        real = os.path.realpath(path, strict=True)
    except OSError:
        return False
    return _holds(root, real)


def _read(key: str) -> bytes | None:
    try:
        with open(key, "rb", opener=_opener) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_FILE:
                return None
            return stream.read(_LARGEST_FILE + 1)
    except (OSError, ValueError):
        return None


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
