"""From paths to findings: discovery, first looks, analysis on several processes, the cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, TypeAlias

from leakfix.engine import plan
from leakfix.engine.examine import position
from leakfix.engine.inputs import Input, Inputs, gather
from leakfix.engine.options import Options, Setup, configured
from leakfix.engine.places import tree_of
from leakfix.engine.result import Result, Statistics
from leakfix.engine.work import Report, Unit, Work
from leakfix.engine.workers import Lost, run
from leakfix.languages.language import languages
from leakfix.project import Problem
from leakfix.text import Source

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many bytes are done of how many."""


class Scan:
    """A scan whose files are read; `run` analyses them. What fixing needs of it stays at hand."""

    def __init__(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        options: Options | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Read everything. `progress` is told how many bytes are done of how many.

        Raises ConfigurationError, OptionError and ModelError.
        """
        given = list(paths)
        asked = options or Options()
        configuration = configured(given, asked)
        known = languages()
        gathered = gather(given, configuration, known)
        self._progress = progress
        with plan.surveys(gathered.files, known, configuration, asked.processes) as surveys:
            self.setup = Setup.of(asked, configuration, known.keys() - gathered.languages)
            # Files that no rule is about are none of its business.
            self.inputs: Inputs = gathered.of({name for name in known if self.setup.registry.for_language(name)})
            if asked.processes > 1:
                plan.prepare(known[name] for name in self.inputs.languages)
            self.tongues = {name: tongue() for name, tongue in surveys.items() if name in self.inputs.languages}
        self.tree = tree_of(given)
        self.work: Work = plan.worker(self.tree, self.setup, self.tongues, self.inputs.files)

    def run(self) -> Result:
        """Analyse what has to be, and put all findings in order."""
        units = plan.units_of(self.inputs.files)
        reports = self._cached(units) if self.setup.options.cache else dict(self._examined(units))
        return self._result(list(reports.values()))

    def _cached(self, units: Sequence[Unit]) -> dict[Unit, Report]:
        from leakfix.engine.cache import Cache

        cache = Cache.of(self.inputs.files, self.setup, self.work, units)
        reports = dict(cache.known())
        for unit, report in self._examined([unit for unit in units if unit not in reports]):
            reports[unit] = report
            if not report.errors:
                cache.add(unit, report)
        cache.save()
        return reports

    def _examined(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, Report]]:
        return examined(units, self.work, self.setup.jobs, self.inputs.files, self._progress)

    def _result(self, reports: Sequence[Report]) -> Result:
        findings = sorted((finding for report in reports for finding in report.findings), key=position)
        registry_problems = [Problem("leakfix", message) for message in self.setup.registry.problems]
        failures = [*self.inputs.problems, *(problem for report in reports for problem in report.errors)]
        errors = [problem for problem in failures if self.inputs.is_named(problem)]
        warnings = [problem for problem in failures if not self.inputs.is_named(problem)]
        warnings += [problem for report in reports for problem in report.warnings]
        paths = {finding.path for finding in findings}
        return Result(
            tuple(findings),
            tuple(sorted((*registry_problems, *errors))),
            tuple(sorted(warnings)),
            Statistics.of(
                findings,
                files=len(self.inputs.files),
                opened=sum(report.opened for report in reports),
                suppressed=sum(report.suppressed for report in reports),
            ),
            {file.display: Source(file.display, file.data) for file in self.inputs.files if file.display in paths},
        )


def examined(
    units: Sequence[Unit], work: Work, jobs: int, inputs: Iterable[Input], progress: Progress | None = None
) -> Iterator[tuple[Unit, Report]]:
    """The report of every unit of a run that has these inputs, in the order in which they get done."""
    parts = {part: unit for unit in units for part in plan.parts_of(unit, work.tongues[unit.language].language)}
    # What lies close together imports the same packages, which every process has to read for itself.
    weights = [part.weight for part in parts]
    total = sum(weights)
    done = 0
    left = Counter(parts.values())
    found: dict[Unit, list[Report]] = {unit: [] for unit in units}
    jobs = jobs if total >= plan.WORTH_A_PROCESS else 1
    agenda = plan.agenda_of(list(parts), work, inputs) if jobs > 1 else None
    outcomes = run(list(parts), work, jobs, weights, agenda)
    with closing(outcomes):
        for part, outcome in outcomes:
            done += part.weight
            if progress:
                progress(done, total)
            unit = parts[part]
            found[unit].append(_report(unit, outcome))
            left[unit] -= 1
            if not left[unit]:
                yield unit, Report.joined(found.pop(unit))


def _report(unit: Unit, outcome: Report | Lost[Unit]) -> Report:
    if isinstance(outcome, Lost):
        return Report(errors=(Problem(unit.directory or ".", f"could not be analysed: {outcome.reason}"),))
    return outcome


def scan(
    paths: Iterable[str | os.PathLike[str]] = (), options: Options | None = None, progress: Progress | None = None
) -> Result:
    """The findings in the files at and below `paths`, by default in the current directory.

    Nothing is written but, when the options say so, the cache. `progress` is told now and then how many bytes are done
    of how many. Raises ConfigurationError, OptionError and ModelError when the run cannot start; what goes wrong with
    single files is in the result.
    """
    return Scan(paths, options, progress).run()
