"""Modules on disk: go.mod, go.work, vendor/ and the module cache; where an import path leads, without running go."""

from __future__ import annotations

import os
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.languages.go.versions import parse_version
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leakfix.languages.go.versions import Version

_LIMIT = 4 << 20


@record
class Replacement:
    """The right side of a replace directive: a local path (version "") or another module at a version."""

    path: str
    version: str


@record
class Module:
    """One go.mod: where it stands, the module path, its go line and what it requires."""

    directory: Path
    path: str
    go: Version | None = None
    requires: Mapping[str, str] = field(default_factory=dict)
    replaces: Mapping[tuple[str, str], Replacement] = field(default_factory=dict)

    @property
    def is_std(self) -> bool:
        """Whether this is GOROOT/src, whose packages are imported without a prefix."""
        return self.path == "std"


def read_module(directory: Path) -> Module | None:
    """Read `directory`/go.mod; None when there is none or it names no module."""
    lines = _directives(directory / "go.mod")
    path, go = "", None
    requires: dict[str, str] = {}
    replaces: dict[tuple[str, str], Replacement] = {}
    for words in lines:
        match words:
            case ["module", name, *_]:
                path = name
            case ["go", version, *_]:
                go = parse_version(version)
            case ["require", name, version, *_]:
                requires[name] = version
            case ["replace", *rest] if "=>" in rest:
                arrow = rest.index("=>")
                left, right = rest[:arrow], rest[arrow + 1 :]
                if left and right:
                    key = (left[0], left[1] if len(left) > 1 else "")
                    replaces[key] = Replacement(right[0], right[1] if len(right) > 1 else "")
    return Module(directory, path, go, requires, replaces) if path else None


def read_workspace(directory: Path) -> tuple[Path, ...]:
    """Return the absolute directories that `directory`/go.work uses; empty when there is none."""
    used = [words[1] for words in _directives(directory / "go.work") if words[0] == "use" and len(words) > 1]
    return tuple(normal(directory / path) for path in used)


def normal(path: Path) -> Path:
    """Return an absolute path without "." and "..", links not followed."""
    return Path(os.path.normpath(path.absolute()))


def module_cache(environment: Mapping[str, str]) -> Path:
    """Return the directory of the module cache: $GOMODCACHE, else the first of $GOPATH, else ~/go."""
    explicit = environment.get("GOMODCACHE")
    return Path(explicit) if explicit else go_path(environment) / "pkg" / "mod"


def go_path(environment: Mapping[str, str]) -> Path:
    """Return the first directory of $GOPATH, ~/go when it is not set."""
    first = environment.get("GOPATH", "").split(os.pathsep)[0]
    return Path(first) if first else Path(environment.get("HOME") or Path.home()) / "go"


def escaped(path: str) -> str:
    """Escape a module path as the module cache does: an upper case letter becomes "!" and its lower case."""
    return "".join("!" + char.lower() if char.isupper() else char for char in path)


@cache
def likely_name(import_path: str) -> str:
    """Return the package name that an unresolved import path suggests, as goimports assumes it.

    `.../v2` and `gopkg.in/yaml.v3` lose their version, `go-foo` and `foo-go` their affix; what follows a character
    that no identifier holds is cut.
    """
    parts = import_path.split("/")
    last = parts[-1]
    if len(parts) > 1 and last[:1] == "v" and last[1:].isdecimal() and int(last[1:]) > 1:
        last = parts[-2]
    base, _, suffix = last.rpartition(".")
    if base and suffix[:1] == "v" and suffix[1:].isdecimal():
        last = base
    last = last.removeprefix("go-").removesuffix("-go").removesuffix(".go")
    for position, char in enumerate(last):
        if not (char.isalnum() or char == "_"):
            return last[:position]
    return last


def _directives(file: Path) -> list[list[str]]:
    """Return the lines of a go.mod or go.work as words, blocks unfolded to one directive a line."""
    try:
        with file.open("rb") as stream:
            text = stream.read(_LIMIT).decode("utf-8", "replace")
    except OSError:
        return []
    result: list[list[str]] = []
    block = ""
    for line in text.splitlines():
        words = [word.strip('"`') for word in line.partition("//")[0].split()]
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                result.append([block, *words])
        elif words[-1] == "(":
            block = words[0]
        else:
            result.append(words)
    return result
