"""Which files of the work tree differ from HEAD, told without git ever seeing the work tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.review.base import submodule_of
from leakfix.review.errors import PathRefusedError
from leakfix.review.listing import SUBMODULE, Entry, blob_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from leakfix.review.base import Prepare
    from leakfix.review.files import Found, WorkTree
    from leakfix.review.listing import Recorded


@dataclass(frozen=True, slots=True)
class Comparison:
    """The `files` of the work tree beside what is committed and staged.

    `file_mode`: whether the executable bit counts. `recorded` gives size and time that the index holds for files, and
    the time of the index in nanoseconds.
    """

    files: WorkTree
    object_format: str
    committed: Mapping[str, Entry]
    staged: Mapping[str, Entry]
    file_mode: bool
    prepare: Prepare
    recorded: Callable[[Iterable[str]], tuple[Mapping[str, Recorded], int]]

    def differing(self, paths: Sequence[str]) -> set[str]:
        """Those of the paths that are not clean; see `Repository.dirty`. Raises PathRefusedError."""
        different: set[str] = set()
        unequal: dict[str, Found] = {}
        for path in paths:
            self._check_owner(path)
            entry, found = self.staged.get(path), self.files.find(path)
            if entry is None or found is None or not self._settled(path, entry, found):
                if not self._absent(path, entry, found):
                    different.add(path)
            elif blob_id(found.data, self.object_format) != entry.blob:
                unequal[path] = found
        return different | self._stored_differently(unequal)

    def _check_owner(self, path: str) -> None:
        reason = submodule_of(path, self.staged)
        if path in self.staged and self.staged[path].mode == SUBMODULE:
            reason = "is a submodule"
        if reason:
            raise PathRefusedError(f"{path!r} {reason}")

    def _settled(self, path: str, entry: Entry, found: Found) -> bool:
        """Whether nothing but the content is left to compare."""
        return self._unstaged(path, entry) and (
            entry.mode == found.mode or (not self.file_mode and entry.regular and found.mode.startswith("100"))
        )

    def _unstaged(self, path: str, entry: Entry) -> bool:
        committed = self.committed.get(path)
        same = committed is not None and (committed.mode, committed.blob) == (entry.mode, entry.blob)
        return same and not entry.conflict

    def _absent(self, path: str, entry: Entry | None, found: Found | None) -> bool:
        """Whether a file is missing as it should: nowhere, or left out by a sparse checkout."""
        if found is not None:
            return False
        return path not in self.committed if entry is None else entry.absent and self._unstaged(path, entry)

    def _stored_differently(self, unequal: Mapping[str, Found]) -> set[str]:
        """Those of the files whose bytes git would not store as the blob that is staged."""
        regular = [path for path in unequal if self.staged[path].regular]
        if not regular:
            return set(unequal)
        conversion = self.prepare(self.staged, regular)
        blobs = conversion.blobs([(path, unequal[path].data) for path in regular], write=False)
        equal = {path for path, blob in zip(regular, blobs, strict=True) if blob == self.staged[path].blob}
        filtered = list(conversion.filters(path for path in regular if path not in equal))
        recorded, index_time = self.recorded(filtered) if filtered else ({}, 0)
        untouched = {
            path for path in filtered if path in recorded and recorded[path].still(unequal[path].status, index_time)
        }
        return set(unequal) - equal - untouched
