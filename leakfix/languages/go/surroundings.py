"""What the meaning of Go files hangs on besides their own bytes, so that a result is not reused when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go.modules import escaped, go_path, module_cache, normal, read_module, read_workspace
from leakfix.languages.language import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

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
        self._vendored: dict[Path, bool] = {}

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

    def neighbours(self, directory: Path, imports: Iterable[str]) -> Iterator[Path]:
        """Yield the directories of imported packages: of own modules, replaced, vendored or in GOPATH."""
        own = self._module(directory)
        if own is None:
            yield from (self._gopath / "src" / path for path in imports if _is_sane(path))
            return
        modules = [own, *self._others(own)]
        for path in imports:
            if not _is_sane(path):
                continue
            for module in modules:
                if module.is_std:
                    yield module.directory / path
                elif _within(path, module.path):
                    yield module.directory / path[len(module.path) :].lstrip("/")
                if self._has_vendor(module):
                    yield module.directory / "vendor" / path
                for (name, _), target in module.replaces.items():
                    if not target.version and _within(path, name):
                        yield normal(module.directory / target.path) / path[len(name) :].lstrip("/")

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

    def _has_vendor(self, module: Module) -> bool:
        if module.directory not in self._vendored:
            self._vendored[module.directory] = (module.directory / "vendor").is_dir()
        return self._vendored[module.directory]


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


def _within(path: str, module: str) -> bool:
    return path == module or path.startswith(f"{module}/")


def _is_sane(path: str) -> bool:
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path and "\0" not in path


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(_LIMIT)
    except OSError:
        return None
