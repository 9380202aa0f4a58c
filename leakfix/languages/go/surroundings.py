"""What the meaning of Go files hangs on besides their own bytes, so that a result is not reused when it changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from leakfix.languages.go.modules import escaped, go_path, module_cache, normal, read_module, read_workspace
from leakfix.languages.language import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from leakfix.languages.go.modules import Module

_FILES: Final = ("go.mod", "go.work", "vendor/modules.txt")
_LIMIT: Final = 4 << 20


class GoSurroundings(Surroundings):
    """The modules, workspaces, vendored and downloaded packages that Go files in some directories can see."""

    def __init__(self, directories: Iterable[Path], environment: Mapping[str, str]) -> None:
        self._cache = module_cache(environment)
        self._gopath = go_path(environment)
        self._above = sorted({parent for directory in directories for parent in (directory, *directory.parents)})
        self._modules: dict[Path, Module | None] = {}
        self._workspaces: dict[Path, tuple[Path, ...]] = {}
        self._reached: dict[str, _Roots] = {}
        self._roots_of: dict[Path | None, _Roots] = {}

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files that settle imports and versions, and which of the required modules are downloaded."""
        yield "places", f"{self._cache}\n{self._gopath}".encode("utf-8", "surrogateescape")
        directories = dict.fromkeys(self._above)
        for directory in self._above:
            directories.update(dict.fromkeys(self._workspace(directory)))
        for directory in directories:
            for name in _FILES:
                data = _read(directory / name)
                if data is not None:
                    yield str(directory / name), data
            module = self._module(directory)
            if module is not None and module.directory == directory:
                found = (str(place) for place in _downloads(module, self._cache) if place.is_dir())
                yield f"{directory}: downloaded", "\n".join(found).encode("utf-8", "surrogateescape")

    def neighbours(self, directory: str, imports: Iterable[str]) -> Iterator[str]:
        """Yield the directories of imported packages: of own modules, replaced, vendored or in GOPATH."""
        if directory not in self._reached:
            self._reached[directory] = self._roots(Path(directory))
        roots = self._reached[directory]
        for path in imports:
            known = roots.known.get(path)
            if known is None:
                known = roots.known[path] = tuple(roots.lead(path)) if _is_sane(path) else ()
            yield from known

    def _roots(self, directory: Path) -> _Roots:
        """Where the imports of a directory lead; one object for all directories of a module."""
        own = self._module(directory)
        key = own.directory if own is not None else None
        if key not in self._roots_of:
            self._roots_of[key] = self._find_roots(own)
        return self._roots_of[key]

    def _find_roots(self, own: Module | None) -> _Roots:
        if own is None:
            return _Roots((), (str(self._gopath / "src"),))
        prefixes: list[tuple[str, str]] = []
        everywhere: list[str] = []
        for module in (own, *self._others(own)):
            if module.is_std:
                everywhere.append(str(module.directory))
            else:
                prefixes.append((module.path, str(module.directory)))
            if (module.directory / "vendor").is_dir():
                everywhere.append(str(module.directory / "vendor"))
            for (name, _), target in module.replaces.items():
                if not target.version:
                    prefixes.append((name, str(normal(module.directory / target.path))))
        return _Roots(tuple(dict.fromkeys(prefixes)), tuple(dict.fromkeys(everywhere)))

    def _module(self, directory: Path) -> Module | None:
        if directory not in self._modules:
            module = read_module(directory)
            if module is None and directory.parent != directory:
                module = self._module(directory.parent)
            self._modules[directory] = module
        return self._modules[directory]

    def _others(self, own: Module) -> list[Module]:
        """The other modules of the workspace that holds a module."""
        for parent in (own.directory, *own.directory.parents):
            used = self._workspace(parent)
            if used:
                found = (self._module(place) for place in used)
                return [module for module in found if module is not None and module.directory != own.directory]
        return []

    def _workspace(self, directory: Path) -> tuple[Path, ...]:
        if directory not in self._workspaces:
            self._workspaces[directory] = read_workspace(directory)
        return self._workspaces[directory]


class _Roots:
    """Directories of packages: for import paths that start in some way, and for all."""

    def __init__(self, prefixes: tuple[tuple[str, str], ...], everywhere: tuple[str, ...]) -> None:
        self.prefixes = prefixes
        self.everywhere = everywhere
        self.known: dict[str, tuple[str, ...]] = {}

    def lead(self, path: str) -> Iterator[str]:
        """Yield the directories that one import path may lead to."""
        for prefix, directory in self.prefixes:
            if path == prefix:
                yield directory
            elif path.startswith(f"{prefix}/"):
                yield directory + path[len(prefix) :]
        for directory in self.everywhere:
            yield f"{directory}/{path}"


def _downloads(module: Module, cache: Path) -> Iterator[Path]:
    """Yield where the module cache keeps what a module requires."""
    required = dict(module.requires)
    for (name, version), target in module.replaces.items():
        if target.version:
            yield cache / f"{escaped(target.path)}@{escaped(target.version)}"
        elif not version:
            required.pop(name, None)
    for name, version in required.items():
        yield cache / f"{escaped(name)}@{escaped(version)}"


def _is_sane(path: str) -> bool:
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path and "\0" not in path


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(_LIMIT)
    except OSError:
        return None
