"""The tests that a file's bytes have to pass before it is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leakfix.engine.examine import Request
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leakfix.engine.inputs import Input
    from leakfix.languages.language import Language, Survey
    from leakfix.models import Models
    from leakfix.rules import Rule


@individual
class Sieve:
    """What passes on the files of one language that some rule may find something in, or a reader must be told of."""

    language: Language[Any]
    calls: Callable[[bytes], bool]
    acquiring: tuple[str, ...]
    """The rules for which the models decide."""
    triggered: tuple[Rule[Any], ...]

    @classmethod
    def of(cls, language: Language[Any], models: Models, survey: Survey, rules: Iterable[Rule[Any]]) -> Sieve:
        """The sieve for a language and those of the rules that are for it."""
        mine = [rule for rule in rules if rule.language == language.name]
        return cls(
            language,
            language.may_acquire(models, survey),
            tuple(rule.id for rule in mine if not rule.triggers),
            tuple(rule for rule in mine if rule.triggers),
        )

    def request(self, file: Input) -> Request | None:
        """What is wanted of a file; None when it need not be opened."""
        data = file.data
        rules = [rule.id for rule in self.triggered if rule.may_fire(data)]
        if self.acquiring and self.calls(data):
            rules += self.acquiring
        is_broken = self.language.looks_broken(data)
        if rules or is_broken or b"leakfix:" in data:
            return Request(file.display, file.absolute, file.language, tuple(rules), file.generated, is_broken)
        return None
