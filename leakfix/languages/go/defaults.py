"""The version whose runtime behaviour a program gets by default: GODEBUG follows what its main module declares.

It is not the version that a file's code may rely on (`File.version`): no build constraint moves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go.versions import Version

if TYPE_CHECKING:
    from leakfix.languages.go.lookup import Package

UNDECLARED: Final = Version(1, 16)
"""What cmd/go assumes without a go line (go.dev/ref/mod#go-mod-file-go) and in GOPATH mode (DefaultGoModVersion)."""


def declared_version(package: Package) -> Version | None:
    """The version that decides, None when unknown: code is judged by the module that it lies in.

    Outside any module only GOPATH mode builds a package, but for a command of its own: ``go run x.go`` takes the
    version of the toolchain at hand.
    """
    module = package.module
    if module is not None:
        return module.go or UNDECLARED
    return None if package.name == "main" and not _needs_path(package) else UNDECLARED


def _needs_path(package: Package) -> bool:
    """Whether a command imports what only a GOPATH or a module provides: a path that starts with a host's name."""
    return any("." in path.partition("/")[0] for file in package.files for _, path in file.import_specs)
