"""Findings as one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leakfix.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakfix.engine.result import Result
    from leakfix.rules import Finding, Fix


def json_report(result: Result) -> Iterator[str]:
    """One object in lines, one finding a line: `version`, `findings`, `errors`.

    Lines and columns count from 1, columns and the offsets of edits in bytes. Bytes that are not UTF-8, in texts of
    edits as in paths, are lone surrogates (as Python's `surrogateescape`), so that nothing is lost. `errors` tells of
    everything that was passed over or looked at in part.
    """
    yield f'{{"version": {json.dumps(__version__)}, "findings": ['
    yield from _separated(json.dumps(finding_object(finding)) for finding in result.findings)
    yield '], "errors": ['
    problems = sorted({*result.errors, *result.warnings})
    yield from _separated(json.dumps({"path": entry.path, "message": entry.message}) for entry in problems)
    yield "]}"


class BaselineError(ValueError):
    """A file that is no report of findings."""


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of the findings in a JSON report of an earlier run. Raises BaselineError."""
    try:
        report = json.loads(path.read_bytes())
        return frozenset(str(finding["fingerprint"]) for finding in report["findings"])
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {(error.strerror or type(error).__name__).lower()}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BaselineError(f"{path}: is no report that `check --format json` has printed") from error


def finding_object(finding: Finding) -> dict[str, object]:
    """A finding as the values of its JSON object, keys in their order."""
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "function": finding.function,
        "message": finding.message,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "trace": [{"path": step.path, "line": step.line, "message": step.message} for step in finding.trace],
        "fixes": [_fix_object(fix) for fix in finding.fixes],
        "fingerprint": finding.fingerprint,
    }


def _fix_object(fix: Fix) -> dict[str, object]:
    return {
        "title": fix.title,
        "safety": fix.safety,
        "requires": fix.requires,
        "edits": [
            {
                "path": entry.path,
                "start": entry.edit.span.start,
                "end": entry.edit.span.end,
                "text": entry.edit.text.decode("utf-8", "surrogateescape"),
            }
            for entry in fix.edits
        ],
    }


def _separated(entries: Iterator[str]) -> Iterator[str]:
    """The entries with a comma behind each but the last."""
    last = next(entries, None)
    for entry in entries:
        yield f"{last},"
        last = entry
    if last is not None:
        yield last
