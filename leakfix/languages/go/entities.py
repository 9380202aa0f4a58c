"""What names mean that no function declares: imports, package-level objects, predeclared names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.languages.go import types
from leakfix.languages.go.objects import PREDECLARED, Object
from leakfix.languages.go.resolve import file_object, imported_object
from leakfix.languages.go.scopes import Variable
from leakfix.languages.go.types import Type
from leakfix.text.records import record

if TYPE_CHECKING:
    from leakfix.languages.go.files import File

WITHOUT_RESULT: Final = frozenset(("panic", "print", "println", "close", "delete", "clear"))
"""The predeclared functions that give nothing."""

_BUILTINS: Final = WITHOUT_RESULT | {
    *("len", "cap", "copy", "recover", "make", "new", "append", "min", "max", "complex", "real", "imag"),
}


@record
class ImportName:
    """A package name in a file."""

    path: str


@record
class Builtin:
    """A predeclared function."""

    name: str


@record
class Foreign:
    """A member of a package whose source is not there."""

    path: str
    name: str


Entity: TypeAlias = Variable | Object | ImportName | Builtin | Foreign | Type | None


class FileNames:
    """The names that a file sees outside of functions; each is looked up once."""

    __slots__ = ("_file", "_members", "_names")

    def __init__(self, file: File) -> None:
        """Take the file; nothing is looked up yet."""
        self._file = file
        self._names: dict[bytes, Entity] = {}
        self._members: dict[tuple[str, bytes], Entity] = {}

    @classmethod
    def of(cls, file: File) -> FileNames:
        """Return the names of a file, made once."""
        found = file.cache.get("names")
        if not isinstance(found, cls):
            found = file.cache["names"] = cls(file.whole)
        return found

    def lookup(self, name: bytes) -> Entity:
        """Return what a name means at package level; None when nothing known."""
        if name not in self._names:
            self._names[name] = self._find(name.decode("utf-8", "replace"))
        return self._names[name]

    def member(self, path: str, name: bytes) -> Entity:
        """Return what `package.name` means, for the package with this import path."""
        key = (path, name)
        if key not in self._members:
            self._members[key] = self._find_member(path, name.decode("utf-8", "replace"))
        return self._members[key]

    def _find(self, name: str) -> Entity:
        path = self._file.imported_as(name)
        if path is not None and not self._file.is_guessed(name):
            return ImportName(path)
        found = file_object(self._file, name)
        if found is not None:
            return found
        if path is not None:
            return ImportName(path)
        if name in _BUILTINS:
            return Builtin(name)
        return types.PREDECLARED.get(name) if name in PREDECLARED else None

    def _find_member(self, path: str, name: str) -> Entity:
        if path == "unsafe" and name == "Pointer":
            return types.UNSAFE_POINTER
        found = imported_object(self._file, path, name)
        return found if found is not None else Foreign(path, name)
