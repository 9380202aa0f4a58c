"""What leakfix makes of the places that ruff's SIM115 names ("use a context manager for opening files").

Takes trees. Ruff says where; leakfix says which of those places leak, how sure that is, and what its fix is. All fixes
are applied in memory; each rewritten file must compile as before and keep its comments and blank lines. It prints
counts and every place with what was made of it, to be read against the code.

    python benchmarks/sim115.py /path/to/project /path/to/another
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tokenize
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import leakfix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_RULE: Final = "py-unclosed"
_RUFF: Final = ("ruff", "check", "--isolated", "--ignore-noqa", "--select", "SIM115", "--output-format", "json")


@dataclass(frozen=True, slots=True)
class Place:
    """A call that ruff names, and what leakfix says of it: "" for the confidence where it says nothing."""

    path: str
    line: int
    confidence: str
    outcome: str


def main() -> None:
    """Run the measurement that the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("trees", nargs="+", type=Path)
    ask.add_argument("--quiet", action="store_true", help="tell the counts only")
    asked = ask.parse_args()
    for tree in asked.trees:
        named = ruff_places(tree)
        places = list(judged(tree, named))
        if not asked.quiet:
            for place in places:
                print(f"{place.path}:{place.line}: {place.confidence or '-'} {place.outcome}")
        print(summary(tree, places))


def ruff_places(tree: Path) -> list[tuple[str, int]]:
    """The files and lines that ruff names."""
    done = subprocess.run([*_RUFF, str(tree)], capture_output=True, text=True, check=False)
    return sorted((str(Path(one["filename"]).resolve()), one["location"]["row"]) for one in json.loads(done.stdout))


def judged(tree: Path, named: Sequence[tuple[str, int]]) -> Iterable[Place]:
    """What leakfix makes of each place."""
    options = leakfix.Options(select=(_RULE,), confidence="low", unsafe=True)
    found = {(str(Path(one.path).resolve()), one.line): one for one in leakfix.scan([tree], options).findings}
    fixed = leakfix.fix([tree], options)
    files = {file.absolute: file for file in fixed.files}
    applied = {
        (str(Path(one.finding.path).resolve()), one.finding.line): one.fix
        for file in fixed.files
        for one in file.applied
    }
    broken = {path: harm for path, file in files.items() if (harm := harms(path, file.old, file.new))}
    for path, line in named:
        finding, fix = found.get((path, line)), applied.get((path, line))
        shown = str(Path(path).relative_to(tree.resolve()))
        if finding is None:
            yield Place(shown, line, "", "no leak")
        elif fix is None:
            refusal = finding.refusal
            yield Place(shown, line, str(finding.confidence), f"refused ({refusal.code if refusal else 'verify'})")
        elif path in broken:
            yield Place(shown, line, str(finding.confidence), f"BROKEN ({broken[path]})")
        else:
            yield Place(shown, line, str(finding.confidence), f"rewritten ({fix.form}, {fix.safety})")


def harms(path: str, old: bytes, new: bytes) -> str:
    """What is wrong with a rewritten file; empty if nothing is."""
    if not compiles(path, new) and compiles(path, old):
        return "does not compile"
    if comments(old) != comments(new):
        return "comments differ"
    return "" if blank_lines(old) == blank_lines(new) else "blank lines differ"


def compiles(path: str, data: bytes) -> bool:
    """Whether the interpreter that runs this reads a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def comments(data: bytes) -> list[str]:
    """The comments of a file, in order."""
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def blank_lines(data: bytes) -> int:
    """How many lines say nothing."""
    return sum(not line.strip() for line in data.split(b"\n"))


def summary(tree: Path, places: Sequence[Place]) -> str:
    """The counts of one tree."""
    outcomes: Mapping[str, int] = Counter(place.outcome.partition(" (")[0] for place in places)
    sure = Counter(place.confidence for place in places if place.confidence)
    files = len({place.path for place in places})
    told = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
    return f"{tree}: {len(places)} places in {files} files: {told}; confidence {dict(sorted(sure.items()))}"


if __name__ == "__main__":
    main()
