"""All Python files in reach of a run: which file a module is, and what a dotted name leads to.

Only the files of the run and what lies beside them in the same source tree; installed packages are never read, and
nothing is executed. Files are parsed when a name leads to them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.files import Function, PyClass, PyFile
from leakfix.languages.python.survey import PySurvey, module_of, package_test
from leakfix.languages.python.versions import (
    UNTOLD_2,
    is_for_3_above,
    is_for_3_alone,
    stated_2_above,
    stated_above,
    used_2,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leakfix.languages.python.classes import Classes
    from leakfix.languages.python.replacements import Replacements
    from leakfix.languages.python.types import Types
    from leakfix.models import Models

_LARGEST_FILE: Final = 4 << 20
_MOST_HOPS: Final = 12
_MOST_SEARCHED: Final = 20_000
_COPIED_SIX: Final = ".six.moves."
"""What packages that bring their own copy of six have behind their names."""
_INSTALLED: Final = frozenset(("site-packages", "dist-packages"))


class World:
    """The files of a run, with those on disk that they import from their own source tree."""

    def __init__(
        self,
        survey: PySurvey | None = None,
        models: Models | None = None,
        contents: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        """Know the files of a run; `models` tells by which names a library's things are known besides.

        `contents` are files by absolute path that need not be read.
        """
        self.survey = survey if survey is not None else PySurvey()
        self.models = models
        self._contents = contents
        self._keys = [_key(path) for path in self.survey.files]
        self._is_package = package_test(self._keys)
        self._files: dict[str, PyFile | None] = {}
        self._roots: dict[str, str] = {}
        self._canonical: dict[tuple[str, str], str] = {}
        self._splits = _Splits()
        self._versions: dict[str, int | None] = {}
        self._versions_2: dict[str, tuple[int | None, bool]] = {}
        self.classes: Classes | None = None
        self.replacements: Replacements | None = None

    def file(self, path: Path | str, data: bytes | None = None) -> PyFile:
        """Return a file; `data` counts instead of what the disk holds. Raises OSError when it cannot be read."""
        key = _key(path)
        known = self._files.get(key)
        if known is not None and (data is None or known.data == data):
            return known
        if data is None:
            data = Path(key).read_bytes()
        shown = path.as_posix() if isinstance(path, Path) else path
        return self._add(key, shown, data)

    def types(self, file: PyFile) -> Types:
        """Return the types of a file."""
        from leakfix.languages.python.types import Types

        return Types.of_file(self, file)

    def stated_version(self, file: PyFile) -> int | None:
        """Return the oldest minor version of Python 3 that the project of a file states; None when none is stated."""
        directory = os.path.dirname(_key(file.path))  # noqa: PTH120 (a key is a string)
        if directory not in self._versions:
            self._versions[directory] = stated_above(Path(directory))
        return self._versions[directory]

    def version_2(self, file: PyFile) -> int | None:
        """Return the oldest minor version of Python 2 that a file is made for as well; None when it is for 3 alone."""
        directory = os.path.dirname(_key(file.path))  # noqa: PTH120 (a key is a string)
        if directory not in self._versions_2:
            is_stated = is_for_3_above(Path(directory))
            self._versions_2[directory] = (None if is_stated else self._told_2(directory), is_stated)
        told, is_stated = self._versions_2[directory]
        return used_2(file, told, is_stated=is_stated, own=lambda name: self.module(name, file) is not None)

    def _told_2(self, directory: str) -> int | None:
        """What the project of a directory states of Python 2, or else its files show, whom Python 3 cannot read.

        Beside files that Python 2 cannot read, those are no more than a test's material.
        """
        told = stated_2_above(Path(directory))
        if told is not None:
            return told
        beside = [number for number, key in enumerate(self._keys) if key.rpartition("/")[0] == directory]
        files = [found for found in map(self._at, beside) if found is not None]
        is_old = any(one.outdated for one in files) and not any(map(is_for_3_alone, files))
        return UNTOLD_2 if is_old else None

    def module(self, dotted: str, importer: PyFile | None = None) -> PyFile | None:
        """Return the file of a module: of the run, or on disk in the source tree of `importer`; None if it is neither.

        Of several files of that name the one in the importer's own tree counts; else there must be only one.
        """
        if not dotted or dotted.startswith("."):
            return None
        if importer is not None and dotted == importer.module:
            return importer
        numbers = self.survey.modules.get(dotted, ())
        root = self._root(importer) if importer is not None else ""
        near = [number for number in numbers if root and self._root_of(self._keys[number]) == root]
        if len(near or numbers) == 1:
            return self._at((near or list(numbers))[0])
        if numbers or not root or not _INSTALLED.isdisjoint(root.split("/")):
            return None
        base = f"{root}/{dotted.replace('.', '/')}"
        return self._read(f"{base}/__init__.py") or self._read(f"{base}.py")

    def canonical(self, symbol: str, importer: PyFile | None = None) -> str:
        """Return the one name of what a dotted name means: aliases of libraries, and names that modules pass on."""
        symbol = self._renamed(symbol)
        key = (symbol, self._root(importer) if importer is not None else "")
        known = self._canonical.get(key)
        if known is None:
            known = self._canonical[key] = self._followed(symbol, importer)
        return known

    def function(self, symbol: str, importer: PyFile | None = None) -> Function | None:
        """Return the function or method that a canonical dotted name means: "pkg.mod.f", "pkg.mod.C.m"."""
        found = self.split(symbol, importer)
        if found is None or not found[0].may_define_function(found[1].rpartition(".")[2]):
            return None
        return found[0].functions_by_name.get(found[1])

    def class_(self, symbol: str, importer: PyFile | None = None) -> PyClass | None:
        """Return the class that a canonical dotted name means: "pkg.mod.C"."""
        found = self.split(symbol, importer)
        if found is None or not found[0].may_define_class(found[1].rpartition(".")[2]):
            return None
        module, rest = found
        return module.classes_by_name.get(rest) if rest not in module.functions_by_name else None

    def mentioning(self, word: bytes) -> Iterator[PyFile]:
        """Yield the files of the run, and those opened besides, in whose bytes a word stands."""
        for number in range(min(len(self._keys), _MOST_SEARCHED)):
            self._at(number)
        for file in tuple(self._files.values()):
            if file is not None and word in file.data:
                yield file

    def split(self, symbol: str, importer: PyFile | None = None) -> tuple[PyFile, str] | None:
        """Return the module that a dotted name starts with, and the rest of the name; None of other people's."""
        known = self._splits_of(importer)
        if symbol not in known:
            known[symbol] = self._split(symbol, importer)
        return known[symbol]

    def _splits_of(self, importer: PyFile | None) -> _Splits:
        """The names that were split as a file sees them, since the last change of a file."""
        if importer is None:
            return self._splits
        known = importer.cache.get("splits")
        if not isinstance(known, _Splits) or known.kin is not self._splits:
            known = importer.cache["splits"] = _Splits(self._splits)
        return known

    def _split(self, symbol: str, importer: PyFile | None) -> tuple[PyFile, str] | None:
        parts = symbol.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.module(".".join(parts[:length]), importer)
            if module is not None:
                return module, ".".join(parts[length:])
        return None

    def _followed(self, symbol: str, importer: PyFile | None) -> str:
        for _ in range(_MOST_HOPS):
            found = self.split(symbol, importer)
            if found is None:
                return self._copied(symbol, importer)
            module, rest = found
            first, _, more = rest.partition(".")
            target = module.imports.get(first) if module.may_import(first) else None
            if target is None or first in module.functions_by_name or first in module.classes_by_name:
                break
            following = f"{target}.{more}" if more else target
            if following == symbol:
                break
            symbol = self._renamed(following)
        return symbol

    def _copied(self, symbol: str, importer: PyFile | None) -> str:
        """What a class is called in the library, if a module of the own package out of reach is a copy of one there."""
        own = importer.module.partition(".")[0] if importer is not None and importer.package else ""
        parts = symbol.split(".")
        if self.models is None or len(parts) < 3 or parts[0] not in ("", own):
            return symbol
        name = ".".join(parts[-2:])
        is_copy = parts[-2] in sys.stdlib_module_names and parts[-1][:1].isupper() and self.models.acquires(name)
        return name if is_copy else symbol

    def _renamed(self, symbol: str) -> str:
        at = symbol.find(_COPIED_SIX)
        if at >= 0:
            symbol = symbol[at + 1 :]
        if self.models is not None:
            symbol = self.models.canonical(symbol)
        return symbol.removeprefix("builtins.")

    def _add(self, key: str, shown: str, data: bytes) -> PyFile:
        name, root = module_of(key, self._is_package)
        self._roots[key] = root
        if self._files.get(key) is not None:
            self._canonical.clear()
            self._splits = _Splits()
        made = self._files[key] = PyFile(shown, data, name, is_package=key.endswith("/__init__.py"))
        return made

    def _at(self, number: int) -> PyFile | None:
        key = self._keys[number]
        if key not in self._files:
            self._keep(key, self.survey.files[number], self._content(key))
        return self._files[key]

    def _content(self, key: str) -> bytes | None:
        data = self._contents.get(key)
        if data is None:
            return _read(key)
        return data if len(data) <= _LARGEST_FILE else None

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the run as they were read, with their display paths; what cannot be read is empty."""
        for path, key in zip(self.survey.files, self._keys, strict=True):
            yield path, self._content(key) or b""

    def _read(self, key: str) -> PyFile | None:
        if key not in self._files:
            self._keep(key, key, _read(key))
        return self._files[key]

    def _keep(self, key: str, shown: str, data: bytes | None) -> None:
        if data is None:
            self._files[key] = None
        else:
            self._add(key, shown, data)

    def _root(self, file: PyFile) -> str:
        known = file.cache.get("root")
        if not isinstance(known, str):
            known = file.cache["root"] = self._root_of(_key(file.path))
        return known

    def _root_of(self, key: str) -> str:
        if key not in self._roots:
            self._roots[key] = module_of(key, self._is_package)[1]
        return self._roots[key]


class _Splits(dict[str, "tuple[PyFile, str] | None"]):
    """Dotted names with the modules that they start with, as one file sees them; ``kin`` is what they are good for."""

    def __init__(self, kin: _Splits | None = None) -> None:
        super().__init__()
        self.kin = kin


def _key(path: Path | str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 (strings: there are many)


def _read(key: str) -> bytes | None:
    path = Path(key)
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
            return None
        return path.read_bytes()
    except OSError:
        return None
