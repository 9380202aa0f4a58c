"""All C and C++ files in reach of a run: where a name is defined, and what a file sees.

There are no imports to follow: what a name means is looked for in the file itself, then in what it includes, then
anywhere in the tree, where it counts if it is the only one (`lookup`). Files are parsed when a name leads to them
(`file_set`). What was found is kept until a file is edited.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leakfix.languages.c.disk import directory_of, key_of
from leakfix.languages.c.file_set import FileSet
from leakfix.languages.c.lookup import Lookup
from leakfix.languages.c.standards import stated_above, used
from leakfix.languages.c.survey import CSurvey
from leakfix.languages.c.word_index import WordIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from leakfix.languages.c.files import CFile, Function, Global, Struct, Typedef
    from leakfix.languages.c.preprocessor import Macro

_FoundT = TypeVar("_FoundT")

_MOST_SEARCHED: Final = 20_000


class World:
    """The files of a run, with those on disk that they include. Nothing outside of their tree is read."""

    def __init__(self, survey: CSurvey | None = None, contents: Mapping[str, bytes] = MappingProxyType({})) -> None:
        """Take a first look at all files of the run; without it only what a file includes is known.

        ``contents`` are files by absolute path that need not be read again.
        """
        self._survey = survey if survey is not None else CSurvey()
        self._files = FileSet(self._survey, contents)
        self._words = WordIndex(self._files)
        self._lookup = Lookup(self._files, self._words)
        self._found: dict[tuple[str, str, str], Any] = {}
        self._standards: dict[str, int | None] = {}
        self._surveyed_macros: frozenset[bytes] | None = None
        self.edits = 0
        """How often a file was opened with other bytes than before."""

    # files

    def file(self, path: Path | str, data: bytes | None = None) -> CFile:
        """Return a file; `data` counts instead of what the disk holds. Raises OSError when it cannot be read."""
        found = self._files.open(path, data)
        if self.edits != len(self.edited):
            self.edits = len(self.edited)
            self._found.clear()
        return found

    @property
    def edited(self) -> Sequence[tuple[CFile | None, CFile]]:
        """The files that were opened with other bytes, as they were and as they are, as `FileSet` tells them."""
        return self._files.edited

    def files(self) -> Iterator[CFile]:
        """Yield the files of the run that can be read, in their order."""
        return self._files.all()

    def outsiders(self) -> tuple[CFile, ...]:
        """Return all files of which the survey does not tell, or no longer, that files of the run lead to."""
        return self._files.outsiders()

    def foreign(self, file: CFile) -> tuple[CFile, ...]:
        """Return the files in reach of which the survey does not tell, or no longer."""
        return self._files.foreign(file)

    def reach(self, file: CFile) -> tuple[str, ...]:
        """Return the absolute paths of the file and all that it includes, nearest first, as far as they are there."""
        return self._files.reach(file)

    def included(self, file: CFile) -> tuple[CFile, ...]:
        """Return the files that a file includes itself, as far as they are there."""
        return self._files.included(file)

    def includes(self, file: CFile, path: str) -> bool:
        """Whether a file is another one, or includes it."""
        return key_of(path) in self._files.reach_set(file)

    def standard(self, file: CFile) -> int | None:
        """Return the C++ standard of a file as its two digits (98, 11, 14, 17, 20); None of C, or when nothing tells.

        The nearest build file above counts; when none says anything, what the file itself uses is the least.
        """
        if not file.is_cpp:
            return None
        directory = directory_of(file.key)
        if directory not in self._standards:
            self._standards[directory] = stated_above(Path(directory))
        told = self._standards[directory]
        return told if told is not None else used(file.data)

    # what a name means

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
        return self._cached("function", key, from_file, lambda: self._lookup.functions(name, from_file, namespaces))

    def struct(self, name: str, from_file: CFile) -> Struct | None:
        """Return the struct, class, union or enum with a body that a name means; None when it could be several."""
        return self._cached("struct", name, from_file, lambda: self._lookup.struct(name, from_file))

    def typedef(self, name: str, from_file: CFile) -> Typedef | None:
        """Return the `typedef` or `using` of a name; None when there is none, or it could be several."""
        return self._cached("typedef", name, from_file, lambda: self._lookup.typedef(name, from_file))

    def macros(self, name: str, from_file: CFile) -> tuple[Macro, ...]:
        """Return all definitions of a macro that a file may see and that differ."""
        return self._cached("macro", name, from_file, lambda: self._lookup.macros(name, from_file))

    def variable(self, name: str, from_file: CFile) -> Global | None:
        """Return a variable, constant or declared function that a file or what it includes declares."""
        return self._cached("global", name, from_file, lambda: self._lookup.variable(name, from_file))

    def macro(self, name: str, from_file: CFile) -> Macro | None:
        """Return the macro that a name means; None when there is none, or it is defined in several ways."""
        found = self.macros(name, from_file)
        return found[0] if len(found) == 1 else None

    def sees(self, file: CFile, macro: Macro) -> bool:
        """Whether a macro is defined in a file or in what it includes."""
        return self.includes(file, macro.path)

    def macros_named(self, name: str, from_file: CFile) -> Iterator[Macro]:
        """Yield all macros of a name: those of the run, and those that a file includes from elsewhere."""
        places = [self._files.keys[number] for number in self._survey.macros.get(name, ())]
        for holder in (*map(self._files.at, places), *self._files.foreign(from_file)):
            yield from holder.macros.get(name, ()) if holder is not None else ()

    def macro_words(self, from_file: CFile) -> frozenset[bytes]:
        """The names of all macros that `macros_named` knows of."""
        return self._cached("macro words", "", from_file, lambda: self._macro_words(from_file))

    def defining(self, name: str, from_file: CFile) -> tuple[CFile, ...]:
        """Return the files in which `function` would look for a function; all but the first are told by their bytes."""
        return self._lookup.defining(name, from_file)

    # where names stand

    @property
    def words(self) -> AbstractSet[bytes]:
        """All identifiers in files of the run."""
        return self._words.words.keys()

    @property
    def headed(self) -> AbstractSet[bytes]:
        """The names that functions in files of the run may bear."""
        return self._words.headed.keys()

    def heading(self, last_name: bytes) -> Sequence[CFile]:
        """Return the files of the run that may define functions of a name, whatever class or namespace they are in."""
        return self._words.headed.get(last_name, ())

    def naming(self, word: bytes) -> tuple[CFile, ...]:
        """Return the files of the run that hold an identifier; none when the run is too large to be searched."""
        return tuple(self._words.words.get(word, ())) if len(self._files.keys) <= _MOST_SEARCHED else ()

    def mentioning(self, name: bytes) -> tuple[CFile, ...]:
        """Return the files of the run in whose bytes a name stands; none when the run is too large to be searched."""
        files = self.files() if len(self._files.keys) <= _MOST_SEARCHED else ()
        return tuple(file for file in files if name in file.data)

    def holds(self, file: CFile, word: bytes) -> bool:
        """Whether an identifier stands in a file, or in anything that it includes."""
        return self._words.holds(file, word)

    def function_names(self, file: CFile) -> Iterator[str]:
        """Yield the last names of the functions that a file, or any of the run, may define."""
        yield from self._survey.functions
        yield from (function.last_name for function in file.functions)

    def _macro_words(self, file: CFile) -> frozenset[bytes]:
        if self._surveyed_macros is None:
            self._surveyed_macros = frozenset(name.encode() for name in self._survey.macros)
        foreign = {name.encode() for one in self._files.foreign(file) for name in one.macros}
        return self._surveyed_macros | foreign if foreign else self._surveyed_macros

    def _cached(self, kind: str, name: str, file: CFile, find: Callable[[], _FoundT]) -> _FoundT:
        key = (kind, name, file.key)
        try:
            known: _FoundT = self._found[key]
        except KeyError:
            known = self._found[key] = find()
        return known
