"""Findings as SARIF 2.1.0, which code hosts show beside the code."""

from __future__ import annotations

import json
import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from leakfix.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakfix.engine.result import Result
    from leakfix.project import Problem
    from leakfix.rules import Finding, Fix, Rule, Step
    from leakfix.text import Source

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_RANKS = {"high": 90.0, "medium": 60.0, "low": 30.0}


def sarif_report(result: Result, rules: Iterable[Rule[Any]]) -> str:
    """One log with one run; the rules are those that have findings. Columns count UTF-16 code units from 1."""
    ids = sorted({finding.rule for finding in result.findings})
    known = list(rules)
    told = [_rule(name, [rule for rule in known if rule.id == name]) for name in ids]
    run = {
        "tool": {"driver": {"name": "leakfix", "version": __version__, "rules": told}},
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {
                "executionSuccessful": not result.errors,
                "toolExecutionNotifications": [
                    *(_notification(problem, "error") for problem in result.errors),
                    *(_notification(problem, "warning") for problem in result.warnings),
                ],
            }
        ],
        "results": [_result(finding, ids, result.sources) for finding in result.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(name: str, rules: Sequence[Rule[Any]]) -> dict[str, Any]:
    """What is told of the rules of an id, one a language."""
    if not rules:
        return {"id": name}
    rule = rules[0]
    return {
        "id": name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.documentation.partition("\n\n")[0]},
        "help": {"text": "\n\n".join(each.documentation for each in rules)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, ids: list[str], sources: Mapping[str, Source]) -> dict[str, Any]:
    source = sources.get(finding.path)
    location = {"physicalLocation": _place(finding.path, _region(finding, source))}
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": ids.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "rank": _RANKS[finding.confidence],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"leakfix/v1": finding.fingerprint},
    }
    if finding.trace:
        found["codeFlows"] = [{"threadFlows": [{"locations": [_step(step) for step in finding.trace]}]}]
    if finding.fixes:
        found["fixes"] = [_fix(fix) for fix in finding.fixes]
    return found


def _region(finding: Finding, source: Source | None) -> dict[str, int]:
    region = {"startLine": finding.line, "endLine": finding.end_line}
    if source is not None:
        region["startColumn"] = source.utf16_column(finding.span.start) + 1
        region["endColumn"] = source.utf16_column(finding.span.end) + 1
    return region | {"byteOffset": finding.span.start, "byteLength": len(finding.span)}


def _step(step: Step) -> dict[str, Any]:
    place = _place(step.path, {"startLine": step.line})
    return {"location": {"physicalLocation": place, "message": {"text": step.message}}}


def _fix(fix: Fix) -> dict[str, Any]:
    paths = dict.fromkeys(entry.path for entry in fix.edits)
    return {
        "description": {"text": f"{fix.title} ({fix.safety}): {fix.why}"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(path)},
                "replacements": [
                    {
                        "deletedRegion": {
                            "byteOffset": entry.edit.span.start,
                            "byteLength": len(entry.edit.span),
                        },
                        "insertedContent": {"text": entry.edit.text.decode("utf-8", "replace")},
                    }
                    for entry in fix.edits
                    if entry.path == path
                ],
            }
            for path in paths
        ],
    }


def _place(path: str, region: Mapping[str, int]) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(path)}, "region": region}


def _notification(problem: Problem, level: str) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(problem.path)}}}
    return {"level": level, "message": {"text": problem.message}, "locations": [location]}


def _uri(path: str) -> str:
    if PurePosixPath(path).is_absolute():
        return "file://" + quote(os.fsencode(path))
    return quote(os.fsencode(path))
