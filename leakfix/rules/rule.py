"""What a codemod declares: its identity, the forms it writes, and how it finds."""

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from leakfix.rules.finding import Finding, Safety, Severity
from leakfix.text.records import record

_ID = re.compile(r"^[a-z]+(-[a-z0-9]+)+$")

Subject = TypeVar("Subject")
"""What a language hands to its rules: for Go a ``leakfix.languages.go.analysis.Analysis``, one file with its world."""


@record
class Form:
    """One fixed form of a rule, as the user names it with ``--prefer``."""

    name: str
    title: str
    safety: Safety = Safety.SAFE
    requires: str = ""
    """The language version that the form needs, as ``go1.21``; empty for any."""


class RuleError(Exception):
    """A rule whose declaration is incomplete or clashes with another."""


class Rule(ABC, Generic[Subject]):
    """A codemod: it asks a detector where the leak is and writes the fixed form.

    A subclass states the class attributes; its module's docstring is the rule's documentation.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    language: ClassVar[str]
    forms: ClassVar[tuple[Form, ...]]
    severity: ClassVar[Severity] = Severity.WARNING
    sources: ClassVar[tuple[str, ...]] = ()
    """Where the pattern is documented: catalogue entries, release notes, issue threads."""
    triggers: ClassVar[tuple[bytes, ...]] = ()
    """Byte strings one of which a file must hold for the rule to fire; empty: the models' acquiring names decide."""
    pattern: ClassVar[re.Pattern[bytes] | None] = None
    """What must match somewhere in such a file besides: a first look that spares the parse, never an analysis."""

    @abstractmethod
    def find(self, subject: Subject) -> Iterable[Finding]:
        """The findings of one file, in the order of the file."""

    def may_fire(self, data: bytes) -> bool:
        """Whether a rule with triggers may find something in a file with these bytes."""
        for word in self.triggers:
            if word in data:
                return self.pattern is None or bool(self.pattern.search(data))
        return False

    @property
    def documentation(self) -> str:
        """The docstring of the rule's module."""
        return inspect.cleandoc(inspect.getmodule(type(self)).__doc__ or "")


def check_declaration(rule: Rule[object]) -> None:
    """Raise `RuleError` when a rule's declaration is not complete."""
    for name in ("id", "title", "language", "forms"):
        if not getattr(rule, name, None):
            raise RuleError(f"{type(rule).__module__}: the rule states no {name}")
    if not _ID.match(rule.id):
        raise RuleError(f"{type(rule).__module__}: {rule.id!r} is no rule id (lower-case words joined by dashes)")
    if not rule.documentation:
        raise RuleError(f"{rule.id}: the module has no docstring, which is the rule's documentation")
