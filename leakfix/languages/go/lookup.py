"""Packages: which object a name means, found without reading more of the files than that object needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from leakfix.languages.go.files import File
from leakfix.languages.go.headers import read_header
from leakfix.languages.go.objects import PREDECLARED
from leakfix.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leakfix.languages.go.modules import Module
    from leakfix.languages.go.objects import Object
    from leakfix.languages.go.world import World


class Package:
    """The files of one package; `path` is its import path, "" when unknown; `key` always tells it apart in symbols.

    `module` holds it; `main` is the module whose requirements decide what its imports mean.
    """

    is_snapshot = False
    """Whether it is a package of the standard library's snapshot, which has signatures but no bodies."""

    def __init__(self, world: World, name: str, path: str, module: Module | None, files: Iterable[File]) -> None:
        """Take what is known of it; the files belong to it from now on unless they have a package already."""
        self.world = world
        self.name = name
        self.path = path
        self.module = module
        self._main = module
        self.main_directory = _directory_of(module)
        self.files = tuple(files)
        self._found: dict[str, tuple[Object, ...]] = {}
        self._mentioned: dict[str, tuple[Object, ...]] = {}
        self._methods: dict[str, dict[str, Object]] = {}
        self._method: dict[tuple[str, str], Object | None] = {}
        self._shadows: dict[str, bool] = {}
        # What rules learn of the package: from its trees, dropped with any of them; and from its bytes alone.
        self.facts: dict[object, object] = {}
        self.looks: dict[object, object] = {}

    @property
    def main(self) -> Module | None:
        """The module whose requirements decide what its imports mean; `main_directory` is where that stands, or ""."""
        return self._main

    @main.setter
    def main(self, module: Module | None) -> None:
        self._main = module
        self.main_directory = _directory_of(module)

    @property
    def key(self) -> str:
        """The import path, or the package name when that is unknown."""
        return self.path or self.name

    def lookup(self, name: str, asking: File | None = None, thorough: bool = True) -> Object | None:
        """Find a package-level object: the asking file's own, else one that linux/amd64 builds, else the first.

        Files that declare it as formatted code does are looked at; if none does, and `thorough`, all that mention it.
        """
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = tuple(self._declarations(name))
        if not found and thorough and name not in PREDECLARED:
            found = self._mentioned.get(name)
            if found is None:
                found = self._mentioned[name] = tuple(self._mentions(name))
        return _preferred(found, asking) if found else None

    def may_shadow(self, name: str) -> bool:
        """Whether the package declares a predeclared name."""
        known = self._shadows.get(name)
        if known is None:
            known = self._shadows[name] = self.lookup(name) is not None
        return known

    def method(self, type_name: str, name: str) -> Object | None:
        """Find a method declared on a type of this package or on a pointer to it."""
        key = (type_name, name)
        if key not in self._method:
            self._method[key] = self._find_method(type_name, name)
        return self._method[key]

    def methods(self, type_name: str) -> Mapping[str, Object]:
        """Return all methods declared on a type or on a pointer to it, by name."""
        found = self._methods.get(type_name)
        if found is None:
            methods = ((name, self.method(type_name, name)) for name in self.method_names(type_name))
            found = self._methods[type_name] = {name: method for name, method in methods if method is not None}
        return found

    def method_names(self, type_name: str) -> Iterable[str]:
        """Return the names of what `methods` may find, each once; a look at the bytes."""
        wanted = type_name.encode()
        receivers = (pair for file in self.files for pair in file.likely_methods)
        return dict.fromkeys(name.decode() for receiver, name in receivers if receiver == wanted)

    def names(self) -> frozenset[str]:
        """Return all package-level names; parses every file."""
        return frozenset(name for file in self.files for name in file.declared)

    def forget(self, file: File) -> None:
        """Drop what was found in the tree of a file; declarations that were parsed on their own stay known."""
        for found in (self._found, self._mentioned):
            for name in [name for name, objects in found.items() if any(item.file is file for item in objects)]:
                del found[name]
        for key in [key for key, method in self._method.items() if method is not None and method.file is file]:
            del self._method[key]
        self._methods.clear()
        self.facts.clear()

    def _declarations(self, name: str) -> Iterator[Object]:
        """Yield the declarations of a name, one only when no build constraint allows for others."""
        wanted = name.encode()
        for file in self.files:
            if wanted in file.likely_names:
                for declared in file.objects(name):
                    yield declared
                    if file.constraint is None:
                        return

    def _mentions(self, name: str) -> Iterator[Object]:
        wanted = name.encode()
        for file in self.files:
            if wanted in file.data:
                yield from file.mentioned(name)

    def _find_method(self, type_name: str, name: str) -> Object | None:
        found: Object | None = None
        wanted = (type_name.encode(), name.encode())
        for file in self.files:
            if wanted in file.likely_methods:
                candidate = file.method(type_name, name)
                if candidate is not None and file.is_built:
                    return candidate
                found = found or candidate
        return found

    def __repr__(self) -> str:
        """Name it for people."""
        return f"<package {self.key}>"


class SnapshotPackage(Package):
    """A package of the bundled standard library snapshot: one stub file."""

    is_snapshot = True

    def __init__(self, world: World, path: str, data: bytes) -> None:
        """Take the bytes of the stub."""
        header = read_header(data)
        name = f"std/{path}.go"
        file = File(name, Source(name, data), header)
        file.package = self
        super().__init__(world, header.package, path, None, (file,))


def _directory_of(module: Module | None) -> str:
    return os.fspath(module.directory) if module is not None else ""


def _preferred(found: tuple[Object, ...], asking: File | None) -> Object:
    if len(found) > 1:
        wanted = asking.whole if asking is not None else None
        for candidate in found:
            if candidate.file.whole is wanted:
                return candidate
        for candidate in found:
            if candidate.file.is_built:
                return candidate
    return found[0]
