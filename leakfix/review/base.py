"""Whether the base commit holds what was analysed, so that a patch made from it applies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.review.listing import SUBMODULE, SYMLINK, Entry, blob_id
from leakfix.review.names import ancestors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from leakfix.review.conversion import Conversion
    from leakfix.review.series import Change

    Prepare = Callable[[Mapping[str, Entry], Iterable[str]], Conversion]


@dataclass(frozen=True, slots=True)
class Base:
    """The verdict on some files: the reasons of the `refused` ones; `conversion` stores the `converted` ones."""

    refused: Mapping[str, str]
    converted: frozenset[str]
    conversion: Conversion | None

    def stored(self, changes: Sequence[Change]) -> dict[tuple[int, str], str]:
        """The blob of each new content that git converts, by number of the change and path; they are written."""
        places = [
            (number, path) for number, change in enumerate(changes) for path in change.files if path in self.converted
        ]
        if self.conversion is None or not places:
            return {}
        files = [(path, changes[number].files[path]) for number, path in places]
        return dict(zip(places, self.conversion.blobs(files, write=True), strict=True))


def examine(contents: Mapping[str, bytes], entries: Mapping[str, Entry], object_format: str, prepare: Prepare) -> Base:
    """Compares analysed contents with the files of the base.

    A file passes when its blob is the content as it is or as git stores it; `prepare` makes the conversions of given
    files.
    """
    refused: dict[str, str] = {}
    unequal: list[str] = []
    for path, data in contents.items():
        entry = entries.get(path)
        if entry is None:
            refused[path] = submodule_of(path, entries) or "is not committed, so no patch can be based on it"
        elif entry.mode == SYMLINK:
            refused[path] = "is a symbolic link"
        elif not entry.regular:
            refused[path] = "is a submodule"
        elif blob_id(data, object_format) != entry.blob:
            unequal.append(path)
    if not unequal:
        return Base(refused, frozenset(), None)
    conversion = prepare(entries, unequal)
    blobs = conversion.blobs([(path, contents[path]) for path in unequal], write=False)
    converted = frozenset(path for path, blob in zip(unequal, blobs, strict=True) if blob == entries[path].blob)
    filters = conversion.filters(path for path in unequal if path not in converted)
    for path in unequal:
        if path in filters:
            refused[path] = f"is stored through the filter {filters[path]!r}, which leakfix does not run"
        elif path not in converted:
            refused[path] = "has changes that are not committed"
    return Base(refused, converted, conversion)


def misnamed(touched: Iterable[str], contents: Mapping[str, bytes], entries: Mapping[str, Entry]) -> dict[str, str]:
    """Why a file that a change touches and that was not analysed cannot be added."""
    added = [path for path in touched if path not in contents]
    directories = {directory for path in entries for directory in ancestors(path)} if added else set()
    refused = {}
    for path in added:
        if path in entries:
            refused[path] = "is in the base commit, but was not analysed"
        elif path in directories:
            refused[path] = "is a directory"
        elif files := [directory for directory in ancestors(path) if directory in entries]:
            refused[path] = submodule_of(path, entries) or f"lies below {files[0]!r}, which is no directory"
    return refused


def submodule_of(path: str, entries: Mapping[str, Entry]) -> str | None:
    """The reason to refuse a file that belongs to a submodule."""
    found = [
        directory for directory in ancestors(path) if directory in entries and entries[directory].mode == SUBMODULE
    ]
    return f"lies in the submodule {found[0]!r}" if found else None
