"""Objects that tell of errors: a function whose result nobody looks at made one only where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import LossKind
from leakfix.languages.c import customs, syntax
from leakfix.rules.finding import RefusalError

if TYPE_CHECKING:
    from leakfix.rules.c.repair import Repair

_ERRORS: Final = frozenset(("error", "err", "errors", "exception", "status", "fault"))


def is_ignored_error(repair: Repair) -> bool:
    """Whether all that is lost is the error of a call whose result is thrown away."""
    try:
        call = repair.acquisition
    except RefusalError:
        return False
    if call.type != syntax.CALL_EXPRESSION or any(
        loss.kind is not LossKind.SCOPE or not loss.span.contains(repair.leak.site.span) for loss in repair.leak.losses
    ):
        return False
    found = repair.analysis.types(repair.function).of(call)
    if found is None:
        return False
    resolved = repair.analysis.types(repair.function).resolved(found)
    return not _ERRORS.isdisjoint((*customs.words(found.base), *customs.words(resolved.base)))
