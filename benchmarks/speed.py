"""How fast leakfix is, as ratios within one run, so that they mean the same on any machine.

    python benchmarks/speed.py TREE [--language NAME] [--runs N]

- check: a whole `leakfix check --no-cache TREE`, against parsing each file of the language once with tree-sitter on one
  core
- check, cached: the same run again, with its results at hand
- version: `leakfix --version`, against starting and ending the bare interpreter

Each is the best of N runs, the two sides of a ratio taking turns. Look at the ratios; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tree_sitter import Language, Parser

from leakfix.languages.language import languages
from leakfix.project import discover, find_configuration

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = Path(sys.executable).with_name("leakfix")
_LIMITS = {"c": 2.5, "go": 2, "python": 2}


@dataclass(frozen=True, slots=True)
class Ratio:
    """One comparison; `limit` is the most that it should come to, if there is one."""

    name: str
    measured: float
    yardstick: float
    limit: float | None

    @property
    def value(self) -> float:
        """How many yardsticks."""
        return self.measured / self.yardstick

    def row(self) -> str:
        """A line of the table."""
        limit = f"at most {self.limit:g}" if self.limit is not None else ""
        return f"{self.name:<28}{self.measured:>10.3f} s{self.yardstick:>10.3f} s{self.value:>10.2f}   {limit}"


def main() -> int:
    """Measure and print; the exit code is 1 when a ratio exceeds its limit."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("tree", type=Path)
    ask.add_argument("--language", default="go", choices=sorted(languages()))
    ask.add_argument("--runs", type=int, default=5)
    given = ask.parse_args()
    tree = given.tree.resolve()
    sources = _sources(tree, given.language)
    size = sum(len(data) for _, data in sources) / 1e6
    print(f"{len(sources)} files of {given.language}, {size:.1f} MB, {os.cpu_count()} processors\n")
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "XDG_CACHE_HOME": cache, "PYTHONPYCACHEPREFIX": cache}
        # An installed leakfix is compiled; the first run, which is not measured, compiles this one.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        _run(tree, environment, "check")
        parse, whole = _best(
            given.runs, lambda: _parse(sources), lambda: _run(tree, environment, "check", "--no-cache")
        )
        start, again, version = _best(
            given.runs,
            lambda: subprocess.run([sys.executable, "-c", "pass"], check=True),
            lambda: _run(tree, environment, "check"),
            lambda: _run(tree, environment, "--version"),
        )
    ratios = [
        Ratio("check / parse all once", whole, parse, _LIMITS[given.language]),
        Ratio("check, cached / parse all", again, parse, None),
        Ratio("--version / interpreter", version, start, 3),
    ]
    print(f"{'':<28}{'measured':>12}{'yardstick':>12}{'ratio':>10}")
    for ratio in ratios:
        print(ratio.row())
    return int(any(ratio.limit is not None and ratio.value > ratio.limit for ratio in ratios))


def _sources(tree: Path, language: str) -> list[tuple[str, bytes]]:
    """The files that a check looks at, each with the module of the grammar that it is parsed with."""
    suffixes = dict.fromkeys(languages()[language].suffixes, language)
    found = discover([tree], suffixes, find_configuration(tree))
    return [(_grammar(file.path.suffix), file.path.read_bytes()) for file in found.candidates]


def _grammar(suffix: str) -> str:
    return {".go": "tree_sitter_go", ".py": "tree_sitter_python", ".c": "tree_sitter_c"}.get(suffix, "tree_sitter_cpp")


def _parse(sources: list[tuple[str, bytes]]) -> None:
    parsers = {
        name: Parser(Language(importlib.import_module(name).language())) for name in {name for name, _ in sources}
    }
    for name, source in sources:
        parsers[name].parse(source)


def _run(directory: Path, environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run([SCRIPT, *arguments], cwd=directory, env=environment, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())


def _best(runs: int, *works: Callable[[], object]) -> list[float]:
    """The shortest time of each, all taking turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
