"""What a rule says about code: findings, their traces, the fixes that they carry and the reasons for offering none."""

from dataclasses import field
from enum import StrEnum

from leakfix.text import Edit, Source, Span
from leakfix.text.records import record, replace


class Safety(StrEnum):
    """How far a fix keeps behaviour."""

    SAFE = "safe"
    """Same behaviour but for the leak."""
    REVIEW = "review"
    """Behaviour can change in a way that the fix's ``why`` names."""


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Confidence(StrEnum):
    """How sure the detector is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@record
class Step:
    """One line of a trace: ``line`` is 1-based in ``path``."""

    path: str
    line: int
    message: str


@record
class FileEdit:
    """An edit to the file with the display path ``path``."""

    path: str
    edit: Edit


@record
class Fix:
    """One way to mend a finding, complete and independent of other fixes."""

    title: str
    form: str
    safety: Safety
    why: str
    """One sentence: why the fix keeps behaviour, or, for ``review``, what it may change."""
    edits: tuple[FileEdit, ...]
    requires: str = ""
    """The language version that the fixed form needs, as ``go1.21``; empty for any."""


@record
class Refusal:
    """Why a finding carries no fix: ``code`` is counted by ``--statistics``, ``reason`` is a sentence."""

    code: str
    reason: str


class RefusalError(Exception):
    """A form that cannot be written exactly here: ``code`` names the reason, ``reason`` tells it in a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(code, reason)


@record
class Finding:
    """A leak: where it is, how it comes about and how it can be mended.

    Lines and columns are 1-based, columns count bytes; ``span`` is in byte offsets.
    """

    rule: str
    path: str
    span: Span
    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    message: str
    severity: Severity
    confidence: Confidence
    trace: tuple[Step, ...] = ()
    fixes: tuple[Fix, ...] = ()
    refusal: Refusal | None = None
    fingerprint: str = ""
    text: str = field(default="", repr=False)
    """The source line of the finding, without surrounding blanks: what the fingerprint is made of."""

    @classmethod
    def at(
        cls,
        source: Source,
        span: Span,
        *,
        rule: str,
        function: str,
        message: str,
        severity: Severity = Severity.WARNING,
        confidence: Confidence = Confidence.HIGH,
        trace: tuple[Step, ...] = (),
        fixes: tuple[Fix, ...] = (),
        refusal: Refusal | None = None,
    ) -> "Finding":
        """A finding at ``span`` of ``source``; lines and columns are computed."""
        line = source.line(span.start)
        return cls(
            rule=rule,
            path=source.path,
            span=span,
            line=line,
            column=source.column(span.start),
            end_line=source.line(span.end),
            end_column=source.column(span.end),
            function=function,
            message=message,
            severity=severity,
            confidence=confidence,
            trace=trace,
            fixes=fixes,
            refusal=refusal,
            text=source.text(source.line_span(line)).strip(),
        )

    def with_fingerprint(self, ordinal: int) -> "Finding":
        """The finding with its fingerprint, which survives moved lines.

        ``ordinal`` tells apart findings that agree in rule, path, function and text, in the order of the file.
        """
        import hashlib  # loads a library, which a run without a finding needs not wait for

        parts = (self.rule, self.path, self.function, self.text, str(ordinal))
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return replace(self, fingerprint=digest)
