"""How much of the Juliet test suite for C and C++ the detector finds, and how much it reports that is none.

Takes the directory of the suite, the one that holds `testcases` and `testcasesupport`, and prints for each weakness how
many of the bad functions and how many of the good ones are reported. A bad function counts as reported when something
in its test case's bad part is: it, or the source or sink that it calls.

    python benchmarks/juliet.py /path/to/juliet --missed
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.c.adapter import LANGUAGE
from leakfix.languages.c.workspace import CWorkspace
from leakfix.models import Models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.languages.c.files import Function

WEAKNESSES = ("CWE401", "CWE773", "CWE775")
_NAME = re.compile(r"(?P<case>CWE\d+_.*?_\d\d)[a-e]?(?:_(?P<role>bad|good\w*))?\Z")
_WINDOWS = "w32"


@dataclass(slots=True)
class Count:
    """What was found of one weakness."""

    bad: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    good: set[tuple[str, str]] = field(default_factory=set)
    wrong: set[tuple[str, str]] = field(default_factory=set)


def main() -> int:
    """Run the detector over the suite and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=Path)
    parser.add_argument("--missed", action="store_true", help="list what was missed by flow variant, and what is wrong")
    parser.add_argument("--only", default="", help="only files whose name contains this")
    given = parser.parse_args()
    files = sorted(path for path in given.suite.rglob("*") if path.suffix in LANGUAGE.suffixes and path.is_file())
    counts: dict[str, Count] = defaultdict(Count)
    models = Models.load(LANGUAGE.name)
    survey = LANGUAGE.survey(((path.as_posix(), path.read_bytes()) for path in files), models)
    workspace = CWorkspace(models, survey)
    for path in files:
        case = case_of(path)
        if case is None or _WINDOWS in path.name or given.only not in path.name:
            continue
        analysis = workspace.open(path, path.read_bytes()).subject
        count = counts[case[0][:6]]
        for function in analysis.file.functions:
            role = role_of(path, function)
            if role == "bad":
                count.bad.add(case[0])
            elif role:
                count.good.add((case[0], f"{path.name}:{function.name}"))
        for function in analysis.units():
            graph = analysis.graph(function)
            role = role_of(path, function)
            if graph is None or not role or not leaks(graph):
                continue
            if role == "bad":
                count.found.add(case[0])
            else:
                count.wrong.add((case[0], f"{path.name}:{function.name}"))
    for lines in (table(counts), details(counts) if given.missed else ()):
        for line in lines:
            print(line)
    return 0


def case_of(path: Path) -> tuple[str, str] | None:
    """The test case that a file belongs to, and the part that the whole file is, if it is one."""
    match = _NAME.match(path.stem)
    return (match["case"], match["role"] or "") if match is not None else None


def role_of(path: Path, function: Function) -> str:
    """Whether a function is of the bad or of the good part of its test case; "" when it is neither."""
    case = case_of(path)
    name = function.last_name.lower().removeprefix("~")
    own = name.rpartition("_")[2] if name.startswith("cwe") else name
    for role in ("bad", "good"):
        if own.startswith(role) or (case is not None and case[1].lower().startswith(role)):
            return role
        if function.class_name.rpartition("::")[2].rpartition("_")[2].lower().startswith(role):
            return role
    return ""


def table(counts: dict[str, Count]) -> Iterator[str]:
    """One line a weakness."""
    for weakness in WEAKNESSES:
        count = counts[weakness]
        found, wrong = len(count.found & count.bad), len(count.wrong)
        yield (
            f"{weakness}: bad {found} of {len(count.bad)} ({_percent(found, len(count.bad))}),"
            f" good {wrong} of {len(count.good)} ({_percent(wrong, len(count.good))})"
        )


def details(counts: dict[str, Count]) -> Iterator[str]:
    """What was missed, by flow variant, and what was reported of good functions."""
    for weakness in WEAKNESSES:
        count = counts[weakness]
        by_variant: dict[str, list[str]] = defaultdict(list)
        for case in sorted(count.bad - count.found):
            by_variant[case[-2:]].append(case)
        for variant, cases in sorted(by_variant.items()):
            yield f"{weakness} variant {variant}: missed {len(cases)}, as {cases[0]}, {cases[-1]}"
        for _, where in sorted(count.wrong):
            yield f"{weakness} wrong: {where}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
