"""All packages that can be reached from the files asked about: on disk, in the snapshot, in modules; never built."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.languages.go.files import File
from leakfix.languages.go.headers import read_header
from leakfix.languages.go.lookup import Package, SnapshotPackage
from leakfix.languages.go.modules import (
    escaped,
    go_path,
    likely_name,
    module_cache,
    normal,
    read_module,
    read_workspace,
)
from leakfix.languages.go.reading import Reading
from leakfix.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leakfix.languages.go.modules import Module


class World:
    """All packages that can be reached from the files asked about; they are read when needed and kept.

    `stdlib` is the directory of the snapshot; `environment` tells $GOMODCACHE, $GOPATH and $HOME. Nothing is built,
    no command is run, no link is followed out of a module. Raises OSError only for a file asked for by path.
    """

    def __init__(
        self,
        stdlib: Path | None = None,
        environment: Mapping[str, str] | None = None,
        contents: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take the defaults from the package and from os.environ; nothing is read yet but `contents`, by path."""
        self._stdlib = stdlib if stdlib is not None else Path(__file__).parent / "std"
        environment = os.environ if environment is None else environment
        self._cache = module_cache(environment)
        self._cache_text = os.fspath(self._cache)
        self._reading = Reading(self._cache_text, contents or {})
        self._gopath = go_path(environment) / "src"
        # Files and directories are known by their absolute paths, as text.
        self._files: dict[str, tuple[File, ...]] = {}
        self._known: dict[str, File] = {}
        self._packages: dict[tuple[str, str], Package] = {}
        self._primary: dict[str, str] = {}
        self._modules: dict[str, Module | None] = {}
        self._workspaces: dict[str, tuple[Module, ...]] = {}
        self._imported: dict[tuple[str, str], Package | None] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._snapshot: dict[str, Package | None] = {}
        self._std_paths: frozenset[str] | None = None

    def file(self, path: Path, data: bytes | None = None) -> File:
        """Return one file in its package; `data` replaces its text for this File alone (an editor's buffer).

        The overriding file sees its siblings, its siblings go on seeing the text on disk. Raises OSError when the
        file cannot be read and no data is given.
        """
        absolute = os.path.abspath(path)  # noqa: PTH100 (links stay as they are)
        directory = absolute.rpartition(os.sep)[0] or os.sep
        self._directory(directory)
        known = self._known.get(absolute)
        if data is None and known is not None:
            return known
        data = Path(absolute).read_bytes() if data is None else data
        if known is not None and known.data == data:
            return known
        file = File(absolute, Source(path.as_posix(), data), read_header(data))
        base = self._base(file, directory)
        others = [sibling for sibling in base.files if sibling.location != absolute] if base else []
        name = file.header.package
        module = self._module(directory)
        package = Package(self, name, self._import_path(directory, name, module), module, [file, *others])
        if base is not None:
            package.main = base.main
        file.package = package
        return file

    def package(self, directory: Path, test: bool = False) -> Package:
        """Return the package of a directory, or with `test` its external test package; empty when there is none."""
        return self._package(os.path.abspath(directory), test=test)  # noqa: PTH100 (links stay as they are)

    def imported(self, path: str, importer: Package) -> Package | None:
        """Find what an import path means in a package; None when its source is nowhere to be found."""
        key = (path, importer.main_directory)
        if key not in self._imported:
            self._imported[key] = self._import(path, importer)
        return self._imported[key]

    def package_name(self, path: str, importer: Package) -> str:
        """Return the true name of an imported package; "" when it is not found."""
        key = (path, importer.main_directory)
        name = self._names.get(key)
        if name is None:
            name = likely_name(path) if self._in_snapshot(path, importer) else self._name(path, importer)
            self._names[key] = name
        return name

    def is_downloaded(self, file: File) -> bool:
        """Whether a file lies in the module cache: a dependency, no code of the project."""
        known = file.cache.get("downloaded")
        if not isinstance(known, bool):
            known = file.cache["downloaded"] = self._reading.is_downloaded(file.location)
        return known

    def module_of(self, directory: Path) -> Module | None:
        """Return the module that holds an absolute directory: the nearest go.mod upwards."""
        return self._module(os.fspath(directory))

    def _module(self, directory: str) -> Module | None:
        if directory not in self._modules:
            # Most directories have none, which is soon told.
            there = os.path.isfile(f"{directory}{os.sep}go.mod")  # noqa: PTH113 (paths are text here)
            module = read_module(Path(directory)) if there else None
            above = os.path.dirname(directory)  # noqa: PTH120 (paths are text here)
            if module is None and above not in (directory, self._cache_text):
                module = self._module(above)
            self._modules[directory] = module
        return self._modules[directory]

    def _package(self, directory: str, *, test: bool = False) -> Package:
        self._directory(directory)
        name = self._primary.get(directory, "")
        return self._named(directory, f"{name}_test" if test else name)

    def _base(self, file: File, directory: str) -> Package | None:
        name = file.header.package
        if any(sibling.header.package == name for sibling in self._directory(directory)):
            return self._named(directory, name)
        return None

    def _named(self, directory: str, name: str) -> Package:
        key = (directory, name)
        package = self._packages.get(key)
        if package is None:
            files = [file for file in self._directory(directory) if file.header.package == name]
            files.sort(key=lambda file: file.is_test)
            module = self._module(directory)
            package = Package(self, name, self._import_path(directory, name, module), module, files)
            self._packages[key] = package
        return package

    def _directory(self, directory: str) -> tuple[File, ...]:
        """Read the Go files of a directory once and sort them into packages."""
        files = self._files.get(directory)
        if files is None:
            files = tuple(self._reading.files(directory, self._root(directory)))
            self._files[directory] = files
            self._primary[directory] = _primary_name(files)
            self._known.update((file.location, file) for file in files)
            for name in dict.fromkeys(file.header.package for file in files):
                package = self._named(directory, name)
                for file in package.files:
                    file.package = package
        return files

    def _root(self, directory: str) -> str:
        """Return the directory that no link may lead out of: that of the module."""
        module = self._module(directory)
        return os.fspath(module.directory) if module else directory

    def _import_path(self, directory: str, name: str, module: Module | None) -> str:
        path = self._plain_import_path(directory, module)
        return f"{path}_test" if path and name == f"{self._primary.get(directory, '')}_test" else path

    def _plain_import_path(self, location: str, module: Module | None) -> str:
        directory = Path(location)
        if module is not None:
            parts = directory.relative_to(module.directory).parts
            if "vendor" in parts:
                return "/".join(parts[len(parts) - parts[::-1].index("vendor") :])
            return "/".join(parts) if module.is_std else "/".join((module.path, *parts))
        if directory.is_relative_to(self._gopath) and directory != self._gopath:
            return directory.relative_to(self._gopath).as_posix()
        return ""

    def _in_snapshot(self, path: str, importer: Package) -> bool:
        if importer.module is not None and importer.module.is_std and path != "unsafe":
            return False
        if self._std_paths is None:
            self._std_paths = frozenset(_sources_below(os.fspath(self._stdlib)))
        return path in self._std_paths

    def _import(self, path: str, importer: Package) -> Package | None:
        if path == "C" or not _is_sane(path):
            return None
        if self._in_snapshot(path, importer):
            return self._standard(path)
        for directory in self._places(path, importer):
            if self._reading.is_directory(directory) and self._directory(directory):
                package = self._package(directory)
                if package.main is package.module and importer.main is not None:
                    package.main = importer.main
                package.path = package.path or path
                return package
        return None

    def _name(self, path: str, importer: Package) -> str:
        """Find the name of an imported package; no more of its files is read than tells it."""
        if path == "C" or not _is_sane(path):
            return ""
        for directory in self._places(path, importer):
            if directory in self._files:
                if self._files[directory]:
                    return self._primary[directory]
            elif self._reading.is_directory(directory):
                name = _first_name(self._reading.files(directory, self._root(directory), tests_last=True))
                if name is not None:
                    return name
        return ""

    def _standard(self, path: str) -> Package | None:
        if path not in self._snapshot:
            self._snapshot[path] = SnapshotPackage(self, path, (self._stdlib / f"{path}.go").read_bytes())
        return self._snapshot[path]

    def _places(self, path: str, importer: Package) -> Iterator[str]:
        """Yield the directories in which an imported package may stand, likeliest first."""
        main, own = importer.main, importer.module
        for module in dict.fromkeys(os.fspath(m.directory) for m in (own, main) if m is not None):
            found = self._modules[module]
            if found is None:
                continue
            if found.is_std:
                yield _below(found, path)
            elif _within(path, found.path):
                yield _below(found, path[len(found.path) :].lstrip("/"))
        if main is None:
            yield os.path.join(self._gopath, path)  # noqa: PTH118 (paths are text here)
            return
        yield _below(main, f"vendor/{path}")
        for module_there in self._workspace(os.fspath(main.directory)):
            if _within(path, module_there.path):
                yield _below(module_there, path[len(module_there.path) :].lstrip("/"))
        for requiring in (main, own):
            if requiring is not None:
                yield from map(os.fspath, self._required(path, requiring))

    def _required(self, path: str, main: Module) -> Iterator[Path]:
        replaced = {name for name, _ in main.replaces}
        for name in _prefixes(path):
            if name not in main.requires and name not in replaced:
                continue
            version = main.requires.get(name, "")
            rest = path[len(name) :].lstrip("/")
            replacement = main.replaces.get((name, version)) or main.replaces.get((name, ""))
            if replacement is not None and not replacement.version:
                yield normal(main.directory / replacement.path) / rest
            elif replacement is not None:
                yield self._cache / f"{escaped(replacement.path)}@{escaped(replacement.version)}" / rest
            elif version:
                yield self._cache / f"{escaped(name)}@{escaped(version)}" / rest

    def _workspace(self, directory: str) -> tuple[Module, ...]:
        """The modules that a go.work in a directory, or above it, uses."""
        if directory not in self._workspaces:
            there = os.path.isfile(f"{directory}{os.sep}go.work")  # noqa: PTH113 (paths are text here)
            used = tuple(map(self.module_of, read_workspace(Path(directory)))) if there else ()
            above = os.path.dirname(directory)  # noqa: PTH120 (paths are text here)
            is_top = bool(used) or above == directory
            modules = tuple(one for one in used if one is not None) if is_top else self._workspace(above)
            self._workspaces[directory] = modules
        return self._workspaces[directory]


def _below(module: Module, path: str) -> str:
    """A path in the directory of a module."""
    return os.path.join(module.directory, path) if path else os.fspath(module.directory)  # noqa: PTH118 (text)


def _sources_below(directory: str) -> Iterator[str]:
    """Yield the Go files below a directory by their paths there, without how they end."""
    for folder, _, names in os.walk(directory):
        within = os.path.relpath(folder, directory).replace(os.sep, "/")
        before = "" if within == "." else f"{within}/"
        yield from (f"{before}{name[:-3]}" for name in names if name.endswith(".go"))


def _prefixes(path: str) -> Iterator[str]:
    """Yield an import path and those above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _within(path: str, module: str) -> bool:
    return path == module or path.startswith(module + "/")


def _is_sane(path: str) -> bool:
    """Whether an import path can be no way out of the directory it is joined to."""
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path and "\0" not in path


def _primary_name(files: tuple[File, ...]) -> str:
    """Return the name of a directory's package: of its first plain file that linux/amd64 builds, tests last."""
    return _first_name(sorted(files, key=lambda file: file.is_test)) or ""


def _first_name(files: Iterable[File]) -> str | None:
    """Return the name that files, tests last, give a package, looking at no more of them than that takes."""
    found: str | None = None
    for file in files:
        name = file.header.package
        if file.is_test:
            return found or name.removesuffix("_test")
        if name and file.is_built:
            return name
        found = found or name
    return found
