"""Which files can take part in the analysis of a directory: its own, and those of what it imports, and so on."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakfix.engine.components import components
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from leakfix.engine.inputs import Input
    from leakfix.languages.language import Language, Surroundings

_LARGEST_FILE = 32 << 20


@record
class _Directory:
    """A digest of the source files in a directory, and the directories that its imports may lead to."""

    digest: str
    neighbours: tuple[str, ...]


class Reach:
    """Digests of all source that results hang on; directories outside of the scan are read when imports lead there."""

    def __init__(self, inputs: Iterable[Input], languages: Mapping[str, Language[Any]]) -> None:
        self._languages = languages
        self._read: dict[str, bytes] = {}
        directories: defaultdict[str, dict[Path, None]] = defaultdict(dict)
        for file in inputs:
            self._read[file.absolute] = file.data
            directories[file.language][Path(file.absolute).parent] = None
        self._surroundings = {name: languages[name].surroundings(found) for name, found in directories.items()}
        self._contents = {name: _contents(found) for name, found in self._surroundings.items()}
        self._directories: dict[tuple[str, str], _Directory | None] = {}
        self._digests: dict[str, dict[str, str]] = {}
        """By language and absolute path."""

    def digest(self, language: str, directory: str) -> str:
        """What the results of a directory (a display path) hang on.

        Directories that import each other in a circle hang on the same: each such circle has one digest, of its own
        source and of the digests of all that it leads to.
        """
        start = os.path.abspath(directory or ".")  # noqa: PTH100 (links stay as they are)
        known = self._digests.setdefault(language, {})
        for circle in components(start, lambda path: self._neighbours(language, path), known):
            digest = self._of_circle(language, sorted(circle), known)
            known.update(dict.fromkeys(circle, digest))
        return known[start]

    def _of_circle(self, language: str, circle: list[str], known: Mapping[str, str]) -> str:
        digest = hashlib.blake2b(self._contents[language].encode(), digest_size=16)
        behind: set[str] = set()
        for path in circle:
            found = self._directory(language, path)
            if found is not None:
                digest.update(b"%b\0%b\0" % (os.fsencode(path), found.digest.encode()))
            behind.update(known[other] for other in self._neighbours(language, path) if other in known)
        digest.update("\0".join(sorted(behind)).encode())
        return digest.hexdigest()

    def _neighbours(self, language: str, path: str) -> tuple[str, ...]:
        found = self._directory(language, path)
        return found.neighbours if found is not None else ()

    def _directory(self, language: str, path: str) -> _Directory | None:
        key = (language, path)
        if key not in self._directories:
            self._directories[key] = self._look(self._languages[language], self._surroundings[language], path)
        return self._directories[key]

    def _look(self, language: Language[Any], surroundings: Surroundings, path: str) -> _Directory | None:
        files = self._files(language, path)
        if files is None:
            return None
        digest = hashlib.blake2b(digest_size=16)
        imports: set[str] = set()
        for name, data in files:
            digest.update(b"%b\0%d\0" % (os.fsencode(name), len(data)))
            digest.update(data)
            imports.update(language.imports(data))
        return _Directory(digest.hexdigest(), tuple(dict.fromkeys(surroundings.neighbours(path, sorted(imports)))))

    def _files(self, language: Language[Any], path: str) -> list[tuple[str, bytes]] | None:
        try:
            names = sorted(name for name in os.listdir(path) if name.endswith(language.suffixes))  # noqa: PTH208
        except OSError:
            return None
        return [(name, self._data(f"{path}/{name}")) for name in names]

    def _data(self, path: str) -> bytes:
        known = self._read.get(path)
        return _content(Path(path)) if known is None else known


def _content(path: Path) -> bytes:
    """The bytes of a file outside of the scan; none when it is no file that an analysis would read."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST_FILE else b""
    except OSError:
        return b""


def _contents(surroundings: Surroundings) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, data in surroundings.contents():
        digest.update(b"%b\0%d\0" % (os.fsencode(name), len(data)))
        digest.update(data)
    return digest.hexdigest()
