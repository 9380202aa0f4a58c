"""What the packages of a Go toolchain or module cache really declare, told by the program in ``symbols/``."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).parent / "symbols" / "main.go"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function or method with the types of its parameters and results, or a type."""

    name: str
    is_type: bool
    params: tuple[str, ...]
    results: tuple[str, ...]
    methods: tuple[Mapping[str, list[str]], ...]
    """Of each result: what can be called on it ("Close", "Body.Close", "()"), with the types of the parameters."""
    receiver: Mapping[str, list[str]] | None
    """The same of the receiver, or of the type."""


class Go:
    """A Go toolchain that answers for its standard library and for modules in its cache."""

    def __init__(self, tool: Path, scratch: Path) -> None:
        self._tool = tool
        self._scratch = scratch
        # The answers are those for Linux, wherever the tests run; nothing is fetched but by `go mod download`.
        self._environment = {**os.environ, "GOROOT": str(tool.parent.parent), "GOTOOLCHAIN": "local"}
        self._program = scratch / "symbols"
        (scratch / "go.mod").write_text("module scratch\n")
        self._run(self._tool, "build", "-o", self._program, _PROGRAM)

    def symbols(self, packages: Iterable[str], modules: Mapping[str, Path] | None = None) -> dict[str, Symbol]:
        """Everything that the packages declare, by symbol; imports without source leave types unknown."""
        flags = [f"-module={path}={directory}" for path, directory in (modules or {}).items()]
        found: dict[str, Symbol] = {}
        for line in self._run(self._program, *flags, *packages, GOOS="linux", GOARCH="amd64").splitlines():
            data = json.loads(line)
            found[data["symbol"]] = _symbol(data)
        return found

    def module(self, module: str, online: bool) -> Path | None:
        """The directory of ``path@version`` in the module cache, downloaded if `online`; None if it is not there."""
        proxy = {} if online else {"GOPROXY": "off"}
        asked = subprocess.run(
            [self._tool, "mod", "download", "-json", module],
            cwd=self._scratch,
            env={**self._environment, "GOFLAGS": "", **proxy},
            capture_output=True,
            text=True,
            check=False,
        )
        return Path(json.loads(asked.stdout)["Dir"]) if asked.returncode == 0 else None

    def _run(self, *command: Path | str, **environment: str) -> str:
        environment = {**self._environment, **environment}
        done = subprocess.run(command, cwd=self._scratch, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _symbol(data: Mapping[str, Any]) -> Symbol:
    return Symbol(
        name=data["symbol"],
        is_type=data["type"],
        params=tuple(data["params"] or ()),
        results=tuple(data["results"] or ()),
        methods=tuple(data["methods"] or ()),
        receiver=data["receiver"],
    )
