"""The files of a run, and those on disk that they include: read and parsed when somebody asks for them.

Files are known by their absolute paths. Nothing outside of their tree is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import reading
from leakfix.languages.c.disk import key_of, read_regular
from leakfix.languages.c.files import CFile
from leakfix.languages.c.inclusion import Inclusions
from leakfix.languages.c.reading import Habits
from leakfix.languages.c.survey import mark, sketch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from leakfix.languages.c.preprocessor import Include, Macro
    from leakfix.languages.c.survey import CSurvey, FileSketch, Names

_LARGEST_FILE: Final = 4 << 20


class FileSet:
    """All files in reach, with what the survey tells of them, or a sketch where it tells nothing, or no longer."""

    def __init__(self, survey: CSurvey, contents: Mapping[str, bytes]) -> None:
        """``contents`` are files by absolute path that need not be read again."""
        self.survey = survey
        self.keys = [key_of(path) for path in survey.files]
        """The files of the run, in the order of the survey."""
        self.edited: list[tuple[CFile | None, CFile]] = []
        """The files that were opened with other bytes than before, as they were and as they are.

        None for what only the survey has seen otherwise.
        """
        self._contents = contents
        self._numbers = {key: number for number, key in enumerate(self.keys)}
        self._files: dict[str, CFile | None] = {}
        self._sketches: dict[str, FileSketch | None] = {}
        self._inclusions = Inclusions(self.keys, self._includes)
        self._reach_sets: dict[str, frozenset[str]] = {}
        self._foreign: dict[str, tuple[CFile, ...]] = {}
        self._unsurveyed: dict[str, tuple[str, ...]] = {}
        self._habits: Habits | None = None

    def open(self, path: Path | str, data: bytes | None = None) -> CFile:
        """Return a file; `data` counts instead of what the disk holds. Raises OSError when it cannot be read."""
        key = key_of(path)
        known = self._files.get(key)
        if known is not None and (data is None or known.data == data):
            return known
        if data is None:
            data = self._read(key)
            if data is None:
                raise FileNotFoundError(key)
        found = self._made(key, path.as_posix() if isinstance(path, Path) else path, data)
        number = self._numbers.get(key)
        if known is not None or (number is not None and self.survey.marks[number] != mark(data)):
            self.edited.append((known, found))
            self._forget(key, data)
        return found

    def at(self, key: str) -> CFile | None:
        """Return a file; None when it cannot be read or is too large."""
        if key not in self._files:
            data = self._read(key)
            if data is None:
                self._files[key] = None
            else:
                number = self._numbers.get(key)
                self._made(key, self.survey.files[number] if number is not None else key, data)
        return self._files[key]

    def all(self) -> Iterator[CFile]:
        """Yield the files of the run that can be read, in their order."""
        yield from (file for file in map(self.at, self.keys) if file is not None)

    def sketch(self, key: str) -> FileSketch | None:
        """Return what the bytes of a file tell of which the survey tells nothing; None when it cannot be read."""
        if key not in self._sketches:
            holder = self.at(key)
            self._sketches[key] = sketch(key, holder.data) if holder is not None else None
        return self._sketches[key]

    # what a file sees

    def reach(self, file: CFile) -> tuple[str, ...]:
        """Return the file and all that it includes, nearest first, as far as they can be there."""
        return self._inclusions.reach(file.key)

    def reach_set(self, file: CFile) -> frozenset[str]:
        """Return the same in no order."""
        known = self._reach_sets.get(file.key)
        if known is None:
            known = self._reach_sets[file.key] = frozenset(self.reach(file))
        return known

    def included(self, file: CFile) -> tuple[CFile, ...]:
        """Return the files that a file includes itself, as far as they are there."""
        return tuple(one for one in map(self.at, self._inclusions.of(file.key)) if one is not None)

    # what the survey does not tell of

    def is_unsurveyed(self, key: str) -> bool:
        """Whether the survey does not tell of a file, or no longer: it is none of the run, or was edited."""
        return key not in self._numbers or key in self._sketches

    def unsurveyed(self, file: CFile) -> tuple[str, ...]:
        """Return those files in reach."""
        known = self._unsurveyed.get(file.key)
        if known is None:
            known = self._unsurveyed[file.key] = tuple(filter(self.is_unsurveyed, self.reach(file)))
        return known

    def foreign(self, file: CFile) -> tuple[CFile, ...]:
        """Return those of them that can be read."""
        known = self._foreign.get(file.key)
        if known is None:
            found = map(self.at, self.unsurveyed(file))
            known = self._foreign[file.key] = tuple(one for one in found if one is not None)
        return known

    def outsiders(self) -> tuple[CFile, ...]:
        """Return all such files that files of the run lead to."""
        seen = dict.fromkeys(self.keys)
        waiting = list(seen)
        while waiting:
            targets = [target for target in self._inclusions.of(waiting.pop()) if target not in seen]
            seen.update(dict.fromkeys(targets))
            waiting += targets
        found = (self.at(key) for key in seen if self.is_unsurveyed(key))
        return tuple(file for file in found if file is not None)

    # how a file is made

    def _made(self, key: str, shown: str, data: bytes) -> CFile:
        number = self._numbers.get(key)
        dialect = self.survey.dialects[number] if number is not None else None
        found = self._files[key] = CFile(shown, data, dialect, self._habits_of, self._names(key, data))
        return found

    def _read(self, key: str) -> bytes | None:
        data = self._contents.get(key)
        if data is None:
            return read_regular(key, _LARGEST_FILE)
        return data if len(data) <= _LARGEST_FILE else None

    def _names(self, key: str, data: bytes) -> Names | None:
        """The names in a file as far as they have been looked for: in what the run has read."""
        number = self._numbers.get(key)
        if number is None or not self.survey.names or self._contents.get(key) is not data:
            return None
        return self.survey.names[number]

    def _includes(self, key: str) -> tuple[Include, ...]:
        number = self._numbers.get(key)
        if number is not None and key not in self._sketches:
            return self.survey.includes[number]
        looked = self.sketch(key)
        return looked.includes if looked is not None else ()

    def _forget(self, key: str, data: bytes) -> None:
        """Drop what was found with other bytes of a file."""
        self._reach_sets.clear()
        self._foreign.clear()
        self._unsurveyed.clear()
        self._inclusions.forget(key)
        self._sketches[key] = sketch(key, data)

    # what macros stand for where a file cannot be parsed

    def _habits_of(self, file: CFile) -> Habits:
        """What macros stand for in a file, as far as parsing has to know it: those that it names.

        Those in capitals may be anybody's in the run; the others count where the file sees them.
        """
        known = self._all_habits()
        decorations = {name: known.decorations[name] for name in self._seen(known.decorations.keys(), file)}
        return Habits(decorations, {name: known.headers[name] for name in self._seen(known.headers.keys(), file)})

    def _all_habits(self) -> Habits:
        if self._habits is None:
            found: dict[str, tuple[Macro, ...]] = {}
            for holder in self.all():
                for name, macros in holder.macros.items():
                    found[name] = (*found.get(name, ()), *macros)
            self._habits = reading.habits_of(found)
        return self._habits

    def _seen(self, macros: AbstractSet[bytes], file: CFile) -> Iterator[bytes]:
        """Those of some macros that a file names and may mean."""
        reach = self.reach_set(file)
        for name in macros & file.words:
            defining = self.survey.macros.get(name.decode("utf-8", "replace"), ())
            if name.isupper() or not reach.isdisjoint(self.keys[number] for number in defining):
                yield name
