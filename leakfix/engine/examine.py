"""One file: its rules run, and what they found made ready to be reported."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from leakfix.engine.options import UNUSED_SUPPRESSION
from leakfix.project import Problem, Suppressions, may_suppress, suppressions
from leakfix.rules import Confidence, Finding, Refusal, Severity
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from leakfix.languages.language import OpenFile
    from leakfix.project import Configuration, Suppression
    from leakfix.rules import Rule
    from leakfix.text import Span

_GENERATED = Refusal("generated", "the file is generated: its generator is what has to change")
_SHOWN_LINES = 3
_SURE_ENOUGH = {
    "high": frozenset({Confidence.HIGH}),
    "medium": frozenset({Confidence.HIGH, Confidence.MEDIUM}),
    "low": frozenset(Confidence),
}


@record
class Request:
    """What is wanted of one file."""

    path: str
    """The display path; the engine opens the file under it."""
    absolute: str
    language: str
    rules: tuple[str, ...]
    """The ids of the rules that may find something in it."""
    generated: bool = False
    thorough: bool = False
    """Whether syntax errors are looked for in all of it, not just in what concerns the rules."""


@record
class Examined:
    """One file's findings by position and rule: `all` of them, and those `kept` that nothing suppresses."""

    all: tuple[Finding, ...]
    kept: tuple[Finding, ...]
    suppressed: int = 0
    syntax_errors: int = 0
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@record
class Examiner:
    """Runs rules over files. `stable` is what the paths in fingerprints are relative to, however leakfix was called."""

    configuration: Configuration
    rules: tuple[Rule[Any], ...]
    reports_unused: bool
    stable: str

    def examine(self, file: OpenFile, request: Request) -> Examined:
        """Run the rules of a request; one that fails is an error of its own and stops no other."""
        found: list[Finding] = []
        errors: list[Problem] = []
        for rule in self.rules:
            if rule.language == request.language and rule.id in request.rules:
                try:
                    found.extend(rule.find(file.subject))
                except Exception as error:
                    errors.append(failure(request.path, rule.id, error))
        spoiled = file.syntax_errors(thorough=request.thorough)
        ready = self._ready(file, request, found)
        kept, unused, misspelt = self._unsuppressed(file, request, ready)
        shortcomings = [*_about_encoding(file), *_about_syntax(file, spoiled)]
        warnings = [Problem(request.path, "; ".join(shortcomings))] if shortcomings else []
        return Examined(
            tuple(ready),
            tuple(sorted((*kept, *unused), key=position)),
            len(ready) - len(kept),
            len(spoiled),
            tuple(errors),
            (*warnings, *misspelt),
        )

    def _ready(self, file: OpenFile, request: Request, found: Iterable[Finding]) -> list[Finding]:
        """The findings in order, each once, with fingerprints and only the fixes that may be offered."""
        ordered = sorted(dict.fromkeys(found), key=position)
        seen: Counter[tuple[str, str, str]] = Counter()
        ready = []
        for finding in ordered:
            alike = (finding.rule, finding.function, finding.text)
            ready.append(_fingerprinted(_offering(finding, file, request), self._stable(request), seen[alike]))
            seen[alike] += 1
        return ready

    def _stable(self, request: Request) -> str:
        path = os.path.relpath(request.absolute, self.stable)
        return path.replace(os.sep, "/")

    def _unsuppressed(
        self, file: OpenFile, request: Request, found: Sequence[Finding]
    ) -> tuple[list[Finding], list[Finding], list[Problem]]:
        sure, ignored_at = _SURE_ENOUGH[self.configuration.confidence], self.configuration.ignored_at
        wanted = [f for f in found if f.confidence in sure and not ignored_at(f.rule, _path(request))]
        data = file.source.data
        own = b"leakfix:" in data
        if not (own or (wanted and may_suppress(data))):
            return wanted, [], []
        known = suppressions(file.source, file.comments(), file.node_lines)
        kept = [finding for finding in wanted if not known.covers(finding.rule, finding.line)]
        misspelt = [Problem(request.path, f"line {entry.line}: {entry.message}") for entry in known.misspelt]
        return kept, self._unused(file, request, known), misspelt

    def _unused(self, file: OpenFile, request: Request, known: Suppressions) -> list[Finding]:
        if not self.reports_unused or self.configuration.ignored_at(UNUSED_SUPPRESSION, _path(request)):
            return []
        ran = [rule.id for rule in self.rules]
        found = [_unused(file, suppression) for suppression in known.unused(ran)]
        return [
            _fingerprinted(finding, self._stable(request), ordinal)
            for ordinal, finding in enumerate(found)
            if not known.covers(UNUSED_SUPPRESSION, finding.line)
        ]


def position(finding: Finding) -> tuple[str, Span, str]:
    """The key by which findings are sorted."""
    return finding.path, finding.span, finding.rule


def failure(path: str, where: str, error: BaseException) -> Problem:
    """What to report when leakfix itself, or a rule, fails on a file."""
    if os.environ.get("LEAKFIX_TRACEBACK"):
        raise error
    if isinstance(error, RecursionError):
        return Problem(path, f"{where}: is nested too deeply")
    told = " ".join(str(error).split())
    return Problem(path, f"{where} failed: {type(error).__name__}{': ' if told else ''}{told}")


def _path(request: Request) -> Path:
    return Path(request.absolute)


def _offering(finding: Finding, file: OpenFile, request: Request) -> Finding:
    """The finding without fixes that the file cannot take."""
    if request.generated:
        return replace(finding, fixes=(), refusal=_GENERATED)
    fixes = tuple(fix for fix in finding.fixes if file.admits(fix.requires))
    if len(fixes) == len(finding.fixes):
        return finding
    needed = finding.fixes[0].requires
    refusal = finding.refusal or Refusal("version", f"the fixed form needs {needed}, which the file may not rely on")
    return replace(finding, fixes=fixes, refusal=None if fixes else refusal)


def _fingerprinted(finding: Finding, stable: str, ordinal: int) -> Finding:
    named = replace(finding, path=stable).with_fingerprint(ordinal)
    return replace(finding, fingerprint=named.fingerprint)


def _unused(file: OpenFile, suppression: Suppression) -> Finding:
    names = f"[{', '.join(suppression.rules)}]" if suppression.rules is not None else ""
    return Finding.at(
        file.source,
        file.source.line_span(suppression.line),
        rule=UNUSED_SUPPRESSION,
        function="",
        message=f"'leakfix: ignore{names}' keeps no finding quiet: remove it",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
    )


def _about_syntax(file: OpenFile, spoiled: Sequence[Span]) -> list[str]:
    if not spoiled:
        return []
    lines = list(dict.fromkeys(file.source.line(span.start) for span in spoiled))
    shown = ", ".join(map(str, lines[:_SHOWN_LINES]))
    more = f" and {len(lines) - _SHOWN_LINES} more" if len(lines) > _SHOWN_LINES else ""
    plural = "s" if len(lines) > 1 else ""
    return [f"syntax error on line{plural} {shown}{more}: what holds it is left out"]


def _about_encoding(file: OpenFile) -> list[str]:
    if file.source.encoding == "utf-8":
        return []
    return ["is not UTF-8: bytes are kept as they are"]
