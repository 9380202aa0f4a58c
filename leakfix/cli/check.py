"""`leakfix check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import leakfix
from leakfix.cli.app import CLEAN, FAILED, FOUND
from leakfix.cli.parameters import options_of, scanning
from leakfix.cli.problems import told
from leakfix.cli.terminal import ProgressBar, out, say, style_of, tell_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix import Result


@click.command("check")
@scanning
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", help="Of the report.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Leave out the findings that this JSON report of an earlier run has.",
)
def command(paths: tuple[str, ...], form: str, baseline: Path | None, statistics: bool, **values: Any) -> int:
    """Tell of the leaks in the files at and below PATHS, by default in the current directory.

    A file that is named is looked at whatever ignores it. Exit code 0 when there is no finding, 1 when there is, 2 when
    a path that was named could not be looked at.
    """
    with told(), ProgressBar() as progress:
        known = leakfix.read_baseline(baseline) if baseline else frozenset()
        result = leakfix.scan(paths, options_of(values), progress).without(known)
    tell_all((*result.errors, *result.warnings))
    out(_report(result, form))
    if statistics:
        table = leakfix.statistics_table(result.statistics, style_of(sys.stdout if form == "text" else sys.stderr))
        (out if form == "text" else say)(table)
    if result.errors:
        return FAILED
    return FOUND if result.findings else CLEAN


def _report(result: Result, form: str) -> Iterable[str]:
    if form == "json":
        return leakfix.json_report(result)
    if form == "sarif":
        return [leakfix.sarif_report(result, leakfix.load_rules().rules)]
    return leakfix.text_report(result, style_of(sys.stdout))
