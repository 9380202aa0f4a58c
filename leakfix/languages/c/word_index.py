"""Which files of a run hold which identifiers, and which may define which functions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from leakfix.languages.c.file_set import FileSet
    from leakfix.languages.c.files import CFile


class WordIndex:
    """Made when somebody asks first, and again when a file was edited."""

    def __init__(self, files: FileSet) -> None:
        self._files = files
        self._edits = -1
        self._words: dict[bytes, list[CFile]] = {}
        self._headed: dict[bytes, list[CFile]] = {}

    @property
    def words(self) -> Mapping[bytes, Sequence[CFile]]:
        """The files of the run that hold each identifier."""
        self._refresh()
        return self._words

    @property
    def headed(self) -> Mapping[bytes, Sequence[CFile]]:
        """The files of the run that may define functions of each name, whatever class or namespace they are in."""
        self._refresh()
        return self._headed

    def reaching(self, file: CFile, word: bytes) -> Iterator[CFile]:
        """Yield the files in reach of a file that may hold an identifier, in no order."""
        reach = self._files.reach_set(file)
        yield from (holder for holder in self.words.get(word, ()) if holder.key in reach)
        yield from self._files.foreign(file)

    def holds(self, file: CFile, word: bytes) -> bool:
        """Whether an identifier stands in a file, or in anything that it includes."""
        if word in file.words:
            return True
        holders = self.words.get(word)
        if holders is not None:
            reach = self._files.reach_set(file)
            if any(holder.key in reach for holder in holders):
                return True
        return any(holder.holds(word) for holder in self._files.foreign(file))

    def _refresh(self) -> None:
        if self._edits == len(self._files.edited):
            return
        words: defaultdict[bytes, list[CFile]] = defaultdict(list)
        headed: defaultdict[bytes, list[CFile]] = defaultdict(list)
        for file in self._files.all():
            for names, found in ((file.words, words), (file.headed, headed)):
                for name in names:
                    found[name].append(file)
        self._words, self._headed = dict(words), dict(headed)
        self._edits = len(self._files.edited)
