"""The console script as its users start it: a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.executable).with_name("leakfix")


@dataclass(frozen=True)
class Console:
    """Runs the installed `leakfix` in a directory, with a cache and a home of its own."""

    directory: Path
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, *arguments: str | Path) -> list[str]:
        """The command line of a run."""
        assert SCRIPT.exists(), "install the project first: pip install -e ."
        return [str(SCRIPT), *map(str, arguments)]

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a run."""
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        return {**plain, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache"), **self.environment}

    def run(
        self, *arguments: str | Path, given: str = "", cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run to the end, output as text."""
        return subprocess.run(
            self.command(*arguments),
            cwd=cwd or self.directory,
            env=self.variables,
            input=given,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            check=False,
        )

    def json(self, *arguments: str | Path) -> dict[str, Any]:
        """The object that `check --format json` prints."""
        done = self.run("check", "--format", "json", *arguments)
        found: dict[str, Any] = json.loads(done.stdout)
        return found


LEAKING = """package store

import (
	"errors"
	"os"
)

var errEmpty = errors.New("empty")

func %s(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() == 0 {
		return 0, errEmpty
	}
	f.Close()
	return info.Size(), nil
}
"""
"""A Go file whose function (name to be filled in) leaks a file on two paths."""

CLEAN = """package store

import "os"

func Remove(path string) error { return os.Remove(path) }
"""


def leaking(name: str = "Size") -> str:
    """A Go file with one leaking function."""
    return LEAKING % name


def write(directory: Path, files: Mapping[str, str | bytes]) -> Path:
    """Lay out a tree of files, as a Go module unless it says otherwise."""
    for path, content in {"go.mod": "module example.com/store\n\ngo 1.22\n", **files}.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return directory


def git(directory: Path, *arguments: str) -> str:
    """What git prints, as a committer without configuration."""
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    alone = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=directory, env=alone, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(directory: Path) -> str:
    """Make a repository of a tree, everything committed; the commit's id."""
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "Start")
    return git(directory, "rev-parse", "HEAD").strip()
