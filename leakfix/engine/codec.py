"""Reports as JSON values and back, for the cache. Whatever is not exactly what was written is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from leakfix.engine.work import Report
from leakfix.project import Problem
from leakfix.rules import Confidence, FileEdit, Finding, Fix, Refusal, Safety, Severity, Step
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class CodecError(ValueError):
    """A value that `encode` did not make."""


def encode(report: Report) -> dict[str, object]:
    """A report as values that JSON knows."""
    return {
        "findings": [_finding(finding) for finding in report.findings],
        "suppressed": report.suppressed,
        "opened": report.opened,
        "warnings": [[problem.path, problem.message] for problem in report.warnings],
    }


def decode(value: object) -> Report:
    """The report that `encode` was given, but for its errors. Raises CodecError."""
    try:
        if not isinstance(value, dict):
            raise CodecError("not a report")
        return Report(
            tuple(_read_finding(entry) for entry in _list(value["findings"])),
            _integer(value["suppressed"]),
            (),
            tuple(Problem(_text(path), _text(message)) for path, message in map(_list, _list(value["warnings"]))),
            _integer(value["opened"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CodecError(str(error)) from error


def _finding(finding: Finding) -> list[object]:
    return [
        finding.rule,
        finding.path,
        [finding.span.start, finding.span.end],
        [finding.line, finding.column, finding.end_line, finding.end_column],
        finding.function,
        finding.message,
        finding.severity,
        finding.confidence,
        [[step.path, step.line, step.message] for step in finding.trace],
        [_fix(fix) for fix in finding.fixes],
        [finding.refusal.code, finding.refusal.reason] if finding.refusal else [],
        finding.fingerprint,
        finding.text,
    ]


def _fix(fix: Fix) -> list[object]:
    edits = [[e.path, e.edit.span.start, e.edit.span.end, e.edit.text.decode("latin-1")] for e in fix.edits]
    return [fix.title, fix.form, fix.safety, fix.why, edits, fix.requires]


def _read_finding(value: object) -> Finding:
    rule, path, span, place, function, message, severity, confidence, trace, fixes, refusal, mark, text = _list(value)
    start, end = map(_integer, _list(span))
    line, column, end_line, end_column = map(_integer, _list(place))
    refused = [_text(part) for part in _list(refusal)]
    return Finding(
        _text(rule),
        _text(path),
        Span(start, end),
        line,
        column,
        end_line,
        end_column,
        _text(function),
        _text(message),
        Severity(_text(severity)),
        Confidence(_text(confidence)),
        _all(trace, _read_step),
        _all(fixes, _read_fix),
        Refusal(*refused) if refused else None,
        _text(mark),
        _text(text),
    )


def _read_step(value: object) -> Step:
    path, line, message = _list(value)
    return Step(_text(path), _integer(line), _text(message))


def _read_fix(value: object) -> Fix:
    title, form, safety, why, edits, requires = _list(value)
    return Fix(_text(title), _text(form), Safety(_text(safety)), _text(why), _all(edits, _read_edit), _text(requires))


def _read_edit(value: object) -> FileEdit:
    path, start, end, text = _list(value)
    return FileEdit(_text(path), Edit(Span(_integer(start), _integer(end)), _text(text).encode("latin-1")))


def _all(value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    return tuple(read(entry) for entry in _list(value))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise CodecError("not a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise CodecError("not a text")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CodecError("not a number")
    return value
