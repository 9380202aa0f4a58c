"""From paths to fixed files: a scan, then every file with a fix to take brought to its fixed point."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leakfix.engine.choice import Policy
from leakfix.engine.examine import Examined, Request, position
from leakfix.engine.mend import Mended, Mending
from leakfix.engine.plan import WORTH_A_PROCESS
from leakfix.engine.scan import Scan
from leakfix.engine.workers import Lost, run
from leakfix.project import Problem

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from leakfix.engine.choice import Chooser
    from leakfix.engine.inputs import Input
    from leakfix.engine.mend import Applied, Dropped
    from leakfix.engine.options import Options
    from leakfix.engine.result import Result
    from leakfix.engine.scan import Progress
    from leakfix.engine.work import Work
    from leakfix.rules import Finding, Fix


@dataclass(frozen=True, slots=True)
class Fixed:
    """What fixing came to; nothing is written.

    `before` is the scan of the unchanged files, `files` are those that change, by path, `left` the findings that
    remain in all files, and `dropped` the fixes that were tried and did not hold. `tree` is the directory that all of
    it happens in (see `tree_of`).
    """

    before: Result
    files: tuple[Mended, ...]
    left: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    errors: tuple[Problem, ...]
    tree: Path
    looked_at: tuple[str, ...]
    """The absolute paths of all files that were analysed."""

    @property
    def applied(self) -> tuple[Applied, ...]:
        """All fixes that were kept, in the order in which they were applied, file by file."""
        return tuple(applied for file in self.files for applied in file.applied)


@dataclass(frozen=True, slots=True)
class _Task:
    """A file to mend, without the findings of which the fingerprints are `excluded`."""

    language: str
    request: Request
    data: bytes
    excluded: frozenset[str] = frozenset()

    @property
    def weight(self) -> int:
        return len(self.data)


@dataclass
class _Mender:
    """Mends files; one in each process."""

    work: Work
    choose: Chooser
    selected: frozenset[str]
    rules: tuple[str, ...] | None
    """The order of the rules when they are to be applied one after the other."""

    def __call__(self, task: _Task) -> Mended:
        def examine(data: bytes) -> Examined:
            return self.work.examine(task.language, task.request, data)[1]

        def choose(finding: Finding) -> Fix | None:
            return None if finding.fingerprint in task.excluded else self.choose(finding)

        request = task.request
        spoiled = self.work.tongues[task.language].language.spoiled
        mending = Mending(request.path, request.absolute, task.data, examine, choose, self.selected, spoiled)
        return mending.run(self.rules)


@dataclass(frozen=True, slots=True)
class _Repeated:
    """Takes the fixes that were taken before: forms by fingerprint."""

    taken: Mapping[str, str]

    def __call__(self, finding: Finding) -> Fix | None:
        form = self.taken.get(finding.fingerprint)
        return next((fix for fix in finding.fixes if fix.form == form), None)


class Fixing:
    """A scan and the files that it leads to mend; `run` mends them, `again` some of them without some fixes."""

    def __init__(self, scan: Scan, *, by_rule: bool = False, progress: Progress | None = None) -> None:
        """With `by_rule`, all fixes of one rule are applied before those of the next."""
        self.scan = scan
        self._setup = scan.setup
        self._progress = progress
        self._jobs = self._setup.jobs
        self._policy = Policy.of(self._setup)
        # All rules check what fixes do, also those that nobody selected.
        every = self._setup.registry.rules
        work = replace(scan.work, examiner=replace(scan.work.examiner, rules=every))
        selected = tuple(dict.fromkeys(rule.id for rule in self._setup.rules))
        self._mender = _Mender(work, self._policy, frozenset(selected), selected if by_rule else None)

    def run(self, interview: Callable[[Policy, Result], Chooser] | None = None) -> Fixed:
        """Scan, then mend every file that carries a fix that may be taken.

        The options choose; or what `interview` makes of their policy and the scan does, asked in this process.
        """
        before = self.scan.run()
        if interview:
            self._mender.choose = interview(self._policy, before)
            self._jobs = 1
        carrying = {finding.path for finding in before.findings if self._policy.ordered(finding)}
        files = (file for file in self.scan.inputs.files if file.display in carrying)
        tasks = [self._task(file) for file in sorted(files, key=lambda file: file.display)]
        mended, errors = self._mend(tasks)
        return _fixed(self.scan, before, mended, errors)

    def again(self, fixed: Fixed, excluded: frozenset[str]) -> Fixed:
        """What fixing would have come to without the fixes of the findings with these fingerprints."""
        taken = {entry.finding.fingerprint: entry.fix.form for entry in fixed.applied}
        self._mender.choose = _Repeated(taken)
        concerned = {
            file.path for file in fixed.files for entry in file.applied if entry.finding.fingerprint in excluded
        }
        tasks = [self._task(file, excluded) for file in self.scan.inputs.files if file.display in concerned]
        mended, errors = self._mend(tasks)
        unchanged = [file for file in fixed.files if file.path not in concerned]
        return _fixed(self.scan, fixed.before, [*unchanged, *mended], errors)

    def _task(self, file: Input, excluded: frozenset[str] = frozenset()) -> _Task:
        rules = tuple(rule.id for rule in self._setup.registry.for_language(file.language))
        return _Task(
            file.language,
            Request(file.display, file.absolute, file.language, rules, file.generated, thorough=True),
            file.data,
            excluded,
        )

    def _mend(self, tasks: Sequence[_Task]) -> tuple[list[Mended], list[Problem]]:
        ordered = sorted(tasks, key=lambda task: -task.weight) if self._jobs > 1 else list(tasks)
        total = sum(task.weight for task in ordered)
        mended: list[Mended] = []
        errors: list[Problem] = []
        done = 0
        with closing(run(ordered, self._mender, self._jobs if total >= WORTH_A_PROCESS else 1)) as outcomes:
            for task, outcome in outcomes:
                done += task.weight
                if self._progress:
                    self._progress(done, total)
                if isinstance(outcome, Lost):
                    errors.append(Problem(task.request.path, f"could not be fixed: {outcome.reason}"))
                else:
                    mended.append(outcome)
        return mended, errors


def _fixed(scan: Scan, before: Result, mended: Iterable[Mended], errors: Iterable[Problem]) -> Fixed:
    by_path = {file.path: file for file in mended}
    left: dict[str, list[Finding]] = defaultdict(list)
    for finding in before.findings:
        if finding.path not in by_path:
            left[finding.path].append(finding)
    for file in by_path.values():
        left[file.path] += file.left
    changed = (file for file in by_path.values() if file.old != file.new)
    return Fixed(
        before,
        tuple(sorted(changed, key=lambda file: file.path)),
        tuple(sorted((finding for findings in left.values() for finding in findings), key=position)),
        tuple(
            sorted((entry for file in by_path.values() for entry in file.dropped), key=lambda e: position(e.finding))
        ),
        tuple(sorted((*before.errors, *errors))),
        scan.tree,
        tuple(file.absolute for file in scan.inputs.files),
    )


def fix(
    paths: Iterable[str | os.PathLike[str]] = (),
    options: Options | None = None,
    *,
    choose: Chooser | None = None,
    by_rule: bool = False,
    progress: Progress | None = None,
) -> Fixed:
    """The files at and below `paths` with their leaks fixed; nothing is written.

    `choose` takes a fix for each finding; by default the first that is safe, in the order of the preferred forms. With
    `by_rule` all fixes of one rule are applied before those of the next. Raises as `scan` does.
    """
    fixing = Fixing(Scan(paths, options, progress), by_rule=by_rule, progress=progress)
    return fixing.run((lambda _policy, _result: choose) if choose else None)
