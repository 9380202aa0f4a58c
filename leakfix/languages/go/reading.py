"""The Go files of directories, read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.files import File
from leakfix.languages.go.headers import read_header
from leakfix.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILE_LIMIT: Final = 32 << 20


class Reading:
    """Reads regular files alone, and follows links only as long as they stay below a directory.

    `cache` is the directory of downloaded modules, whose tests nobody imports; `contents` is what has been read
    already, by absolute path.
    """

    def __init__(self, cache: str, contents: Mapping[str, bytes]) -> None:
        """Nothing is read yet."""
        self._cache = f"{cache}{os.sep}"
        self._contents = contents
        self._true: dict[str, str] = {}
        self._are_directories: dict[str, bool] = {}

    def is_downloaded(self, path: str) -> bool:
        """Whether an absolute path lies in the module cache."""
        return path.startswith(self._cache)

    def is_directory(self, path: str) -> bool:
        """Whether an absolute path is one of a directory."""
        known = self._are_directories.get(path)
        if known is None:
            known = self._are_directories[path] = os.path.isdir(path)  # noqa: PTH112 (paths are text here)
        return known

    def files(self, directory: str, root: str, tests_last: bool = False) -> Iterator[File]:
        """Yield the .go files of a directory by name; links count only when they stay under `root`."""
        if not self._is_inside(directory, root):
            return
        try:
            with os.scandir(directory) as found:
                entries = sorted((entry for entry in found if entry.name.endswith(".go")), key=lambda entry: entry.name)
        except OSError:
            return
        if self.is_downloaded(directory):
            entries = [entry for entry in entries if not entry.name.endswith("_test.go")]
        elif tests_last:
            entries.sort(key=lambda entry: entry.name.endswith("_test.go"))
        shown = display(directory)
        before = "" if shown == "." else f"{shown.rstrip('/')}/"
        for entry in entries:
            data = self._data(entry, root)
            if data is not None:
                yield File(entry.path, Source(before + entry.name, data), read_header(data))

    def _data(self, entry: os.DirEntry[str], root: str) -> bytes | None:
        known = self._contents.get(entry.path)
        if known is not None or not self._is_source(entry, root):
            return known
        try:
            with open(entry.path, "rb", buffering=0) as stream:  # noqa: PTH123 (cheaper: many files are read)
                return stream.readall()
        except OSError:
            return None

    def _is_source(self, entry: os.DirEntry[str], root: str) -> bool:
        if entry.name.startswith((".", "_")):
            return False
        try:
            if entry.is_symlink() and not self._is_inside(entry.path, root):
                return False
            return entry.is_file() and entry.stat().st_size <= _FILE_LIMIT
        except OSError:
            return False

    def _is_inside(self, path: str, root: str) -> bool:
        """Whether a path leads to what lies under a directory, whatever links are on the way."""
        if path == root:
            return True
        true, holding = self._true_path(path), self._true_path(root)
        return true == holding or true.startswith(holding.rstrip(os.sep) + os.sep)

    def _true_path(self, path: str) -> str:
        """An absolute path without the links in it."""
        known = self._true.get(path)
        if known is None:
            above, _, name = path.rpartition(os.sep)
            if not above or not name or name in (os.curdir, os.pardir):
                known = os.path.realpath(path)
            else:
                known = f"{self._true_path(above).rstrip(os.sep)}{os.sep}{name}"
                known = os.path.realpath(known) if os.path.islink(known) else known  # noqa: PTH114 (paths are text)
            self._true[path] = known
        return known


def display(path: str) -> str:
    """Return a path as people want to read it: posix, relative to the working directory when it is below it."""
    here = os.getcwd()  # noqa: PTH109 (paths are text here)
    if path == here:
        return "."
    below = here.rstrip(os.sep) + os.sep
    return path.removeprefix(below).replace(os.sep, "/")
