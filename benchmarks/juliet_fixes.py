"""How many of the leaks that are reported in the Juliet test suite get a fix, and whether those fixes hold.

Takes the directory of the suite, applies the preferred fix of every finding to a copy, and builds every case that has
one as the suite does, its bad and its good part apart, before and after. A fix is proved when the bad part leaked and
leaks no more, the good part leaks nothing, and both print what they printed: the address and leak sanitizers watch
memory, a count of what is open watches descriptors. Cases that ask for random numbers run with several seeds, those
that resize memory also where that fails.

    python benchmarks/juliet_fixes.py /path/to/juliet --sample 60 --seed 1
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from juliet import WEAKNESSES, case_of

import leakfix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WINDOWS: Final = "w32"
_PARTS: Final = {"bad": "-DOMITGOOD", "good": "-DOMITBAD"}
_FLAGS: Final = ("-DINCLUDEMAIN", "-w", "-O0", "-fno-omit-frame-pointer", "-fsanitize=address")
_LINK: Final = ("-fsanitize=address", "-Wl,--wrap=time", "-Wl,--wrap=realloc", "-lpthread", "-lm")
_COMPILERS: Final = {".c": ("gcc",), ".cpp": ("g++",)}
_OPEN: Final = re.compile(r"^DESCRIPTORS (-?\d+)$", re.MULTILINE)
_SECONDS: Final = 20
_TOLD: Final = 50
"""After so many cases it is told how far it got."""
_RANDOM: Final = b"globalReturnsTrueOrFalse"
_SEEDS: Final = ("1", "2", "3", "4", "5", "6")


@dataclass(slots=True)
class Case:
    """A test case: its files, relative to the suite, and what leakfix says of them."""

    name: str
    files: list[str] = field(default_factory=list)
    reported: bool = False
    forms: list[tuple[str, str]] = field(default_factory=list)
    """The form and the safety of each fix that was applied."""
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """The code and the sentence of each finding that is left."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of one part printed, and what it lost."""

    output: bytes
    code: int
    leaks: bool
    fails: bool
    """Whether the sanitizer found something else than a leak, or the run did not end by itself."""


def main() -> int:
    """Fix, build, run and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="only so many of the cases with a fix are built")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--only", default="", help="only files whose name contains this")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--objects", type=Path, help="a directory that keeps what is compiled for the next run")
    parser.add_argument("--refusals", action="store_true", help="list why the rest has no fix")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="juliet-") as scratch:
        fixed = Path(scratch, "after")
        cases = copied(given.suite, fixed, given.only)
        mended(cases, fixed)
        for line in counted(cases.values(), refusals=given.refusals):
            print(line, flush=True)
        chosen = sorted((case for case in cases.values() if case.forms), key=lambda case: case.name)
        random.Random(given.seed).shuffle(chosen)
        chosen = chosen[: given.sample or None]
        builder = Builder(given.suite, fixed, given.objects or Path(scratch, "build"))
        verdicts: dict[str, str] = {}
        with ThreadPoolExecutor(given.jobs) as pool:
            for case, verdict in zip(chosen, pool.map(builder.verdict, chosen), strict=True):
                verdicts[case.name] = verdict
                if len(verdicts) % _TOLD == 0:
                    wrong = sum(map(bool, verdicts.values()))
                    print(
                        f"  {len(verdicts)} of {len(chosen)} built and run, {wrong} wrong", file=sys.stderr, flush=True
                    )
    for line in proved(chosen, verdicts):
        print(line)
    return 1 if any(verdicts.values()) else 0


def copied(suite: Path, to: Path, only: str) -> dict[str, Case]:
    """Copy the suite but for what is for Windows; the cases of the weaknesses by name."""
    cases: dict[str, Case] = {}
    for path in sorted(suite.rglob("*")):
        found = case_of(path)
        relative = path.relative_to(suite)
        if not path.is_file() or _WINDOWS in path.name or (found is not None and only not in path.name):
            continue
        (to / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to / relative)
        if found is not None and found[0][:6] in WEAKNESSES:
            case = cases.setdefault(found[0], Case(found[0]))
            if path.suffix in _COMPILERS:
                case.files.append(relative.as_posix())
    return cases


def mended(cases: Mapping[str, Case], tree: Path) -> None:
    """Apply the preferred fix of every finding to the files in ``tree``, those that need a review too."""
    fixed = leakfix.fix([tree], leakfix.Options(unsafe=True, tests=True, confidence="medium"))
    for finding in fixed.before.findings:
        case = _case(cases, finding)
        if case is not None:
            case.reported = True
    for entry in fixed.applied:
        case = _case(cases, entry.finding)
        if case is not None:
            case.forms.append((entry.fix.form, entry.fix.safety.value))
    for finding in fixed.left:
        case = _case(cases, finding)
        if case is not None and finding.refusal is not None:
            case.refusals.append((f"{finding.rule} {finding.refusal.code}", finding.refusal.reason))
    for file in fixed.files:
        Path(file.absolute).write_bytes(file.new)


def _case(cases: Mapping[str, Case], finding: leakfix.Finding) -> Case | None:
    found = case_of(Path(finding.path))
    return cases.get(found[0]) if found is not None else None


def counted(cases: Iterable[Case], *, refusals: bool) -> Iterator[str]:
    """One line a weakness, and why the rest has no fix."""
    known = list(cases)
    for weakness in WEAKNESSES:
        reported = [case for case in known if case.reported and case.name.startswith(weakness)]
        with_fix = [case for case in reported if case.forms]
        review = sum(any(safety == "review" for _, safety in case.forms) for case in with_fix)
        yield (
            f"{weakness}: {len(reported)} cases reported, {len(with_fix)} with a fix"
            f" ({_percent(len(with_fix), len(reported))}), {review} of them for a review"
        )
    if refusals:
        why = Counter(code for case in known if not case.forms for code, _ in case.refusals)
        examples = {code: (case.name, reason) for case in known if not case.forms for code, reason in case.refusals}
        for code, count in why.most_common():
            yield f"  {count} {code}: {examples[code][1]} ({examples[code][0]})"


def proved(cases: Sequence[Case], verdicts: Mapping[str, str]) -> Iterator[str]:
    """One line a weakness, and one for each fix that does not hold."""
    of: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        of[case.name[:6]].append(case)
    for weakness, built in sorted(of.items()):
        clean = sum(not verdicts[case.name] for case in built)
        yield f"{weakness}: {len(built)} cases built and run, {clean} proved clean, {len(built) - clean} wrong"
    for name, verdict in sorted(verdicts.items()):
        if verdict:
            yield f"  {name}: {verdict}"


class Builder:
    """Builds and runs cases; what compiles from the same text is compiled once."""

    def __init__(self, before: Path, after: Path, objects: Path) -> None:
        self._trees = {"before": before, "after": after}
        self._objects = objects
        objects.mkdir(parents=True, exist_ok=True)
        support = before / "testcasesupport"
        probe = Path(__file__).with_name("juliet_probe.c")
        self._include = f"-I{support}"
        sources = [support / "io.c", support / "std_thread.c", probe]
        self._support = [str(self._compiled(source, ())) for source in sources]

    def verdict(self, case: Case) -> str:
        """What is wrong with the fix of a case; empty when it is proved."""
        leaked = False
        for part in _PARTS:
            runs: dict[tuple[Path, ...], list[Run]] = {}
            objects: dict[str, tuple[Path, ...]] = {}
            for tree in self._trees:
                try:
                    objects[tree] = self._built(case, part, tree)
                    if objects[tree] not in runs:
                        runs[objects[tree]] = self._runs(case, objects[tree])
                except BuildError as error:
                    return f"the {part} part does not build {tree} the fix: {error}"
            for before, after in zip(runs[objects["before"]], runs[objects["after"]], strict=True):
                if after.fails and not before.fails:
                    return f"the {part} part fails"
                if (before.output, before.code) != (after.output, after.code):
                    return f"the {part} part prints something else"
                if after.leaks:
                    return f"the {part} part leaks"
                leaked = leaked or (part == "bad" and before.leaks)
        return "" if leaked else "the bad part did not leak before"

    def _environments(self, case: Case) -> list[dict[str, str]]:
        texts = [(self._trees["before"] / name).read_bytes() for name in case.files]
        seeds = _SEEDS if any(_RANDOM in text for text in texts) else _SEEDS[:1]
        found = [{"JULIET_SEED": seed} for seed in seeds]
        if any(b"realloc(" in text for text in texts):
            found.append({"JULIET_SEED": seeds[0], "JULIET_NO_REALLOC": "1"})
        return found

    def _built(self, case: Case, part: str, tree: str) -> tuple[Path, ...]:
        return tuple(self._compiled(self._trees[tree] / name, (_PARTS[part],)) for name in case.files)

    def _runs(self, case: Case, objects: Sequence[Path]) -> list[Run]:
        program = self._objects / f"{case.name}.program"
        _called(["g++", *map(str, objects), *self._support, *_LINK, "-o", str(program)])
        runs = [self._run(program, environment) for environment in self._environments(case)]
        program.unlink()
        return runs

    def _compiled(self, source: Path, flags: Sequence[str]) -> Path:
        command = [*_COMPILERS[source.suffix], *_FLAGS, *flags, self._include]
        text = _called([*command, "-E", "-P", str(source)])
        target = self._objects / f"{hashlib.sha256(source.suffix.encode() + text).hexdigest()[:24]}.o"
        if not target.exists():
            whole = self._objects / f"{target.stem}{'.i' if source.suffix == '.c' else '.ii'}"
            whole.write_bytes(text)
            built = whole.with_suffix(".part")
            _called([*command, "-c", str(whole), "-o", str(built)])
            built.rename(target)
            whole.unlink()
        return target

    def _run(self, program: Path, environment: Mapping[str, str]) -> Run:
        # A leak must not end the process before what it printed is written.
        options = {"LC_ALL": "C", "ASAN_OPTIONS": "detect_leaks=1:symbolize=0", "LSAN_OPTIONS": "exitcode=0"}
        try:
            done = subprocess.run(
                [str(program)],
                env={**os.environ, **options, **environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                cwd=self._objects,
            )
        except subprocess.TimeoutExpired:
            return Run(b"", 0, leaks=False, fails=True)
        told = done.stderr.decode("utf-8", "replace")
        open_at_end = _OPEN.search(told)
        lost = "LeakSanitizer: detected memory leaks" in told
        is_open = open_at_end is not None and int(open_at_end[1]) > 0
        fails = "ERROR: AddressSanitizer" in told or done.returncode < 0
        return Run(done.stdout, done.returncode, leaks=lost or is_open, fails=fails)


class BuildError(Exception):
    """A compiler did not take its input; the message is the first thing that it said."""


def _called(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        raise BuildError(next((line for line in lines if "error" in line), "".join(lines[-1:])))
    return done.stdout


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
