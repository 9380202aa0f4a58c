"""What comparisons tell of a place where they hold, and where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome, Place, Test
from leakfix.flow.remembering import NEGATIVE, equal_to
from leakfix.languages.c import customs, syntax
from leakfix.languages.c.lower_frame import Facts, facts_of_number

if TYPE_CHECKING:
    from tree_sitter import Node

Tests = tuple[Test, ...]

_OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def mirrored(operator: str) -> str:
    """The operator with its operands exchanged; "" when it is no comparison."""
    return _MIRRORED.get(operator, "")


def truth(place: Place) -> tuple[Tests, Tests]:
    """What is told where a value counts as true, and where as false."""
    return compared(place, "!=", 0)


def compared(place: Place, operator: str, number: int) -> tuple[Tests, Tests]:
    """What is told where the comparison with a constant holds, and where it does not."""
    return _tests(place, _told(operator, number)), _tests(place, _told(_OPPOSITE[operator], number))


def compared_by_name(place: Place, operator: str, name: str) -> tuple[Tests, Tests]:
    """What is told by the comparison with a named constant whose value is unknown."""
    is_it = (Test(place.below(equal_to(name)), Outcome.TRUE),)
    is_not = (Test(place.below(equal_to(name)), Outcome.FALSE),)
    return (is_it, is_not) if operator == "==" else (is_not, is_it) if operator == "!=" else ((), ())


def is_constant_name(name: str) -> bool:
    """Whether a name is spelled as constants are."""
    return len(name) > 1 and name.upper() == name and not name.startswith("_")


def is_success(node: Node) -> bool:
    """Whether an expression is a constant whose name says that all went well, which is 0 wherever it has an order."""
    inner = syntax.unparen(node)
    name = syntax.text(inner)
    return inner.type == syntax.IDENTIFIER and is_constant_name(name) and customs.tells_failure(name) is False


def is_failure(name: str) -> bool:
    """Whether the name of a constant says that something failed: it is not 0 then."""
    return is_constant_name(name) and customs.tells_failure(name) is True and _NONE.isdisjoint(customs.words(name))


_NONE: Final = frozenset(("no", "none", "not", "without"))


def _told(operator: str, number: int) -> Facts:
    if operator == "==":
        return facts_of_number(number)
    if operator == "!=":
        known = ((equal_to(str(number)),), Outcome.FALSE)
        return (known, ((), Outcome.NOT_NIL)) if number == 0 else (known,)
    if operator in ("<=", ">"):
        operator, number = ("<", number + 1) if operator == "<=" else (">=", number + 1)
    if operator == "<":
        if number <= 0:
            return (((NEGATIVE,), Outcome.TRUE), ((), Outcome.NOT_NIL))
        return ()
    if number <= -1:
        return ()
    known = ((NEGATIVE,), Outcome.FALSE)
    return (known, ((), Outcome.NOT_NIL)) if number >= 1 else (known,)


def _tests(place: Place, facts: Facts) -> Tests:
    return tuple(Test(place.below(*path), outcome) for path, outcome in facts)


def failure(fails: str) -> tuple[Facts, Facts]:
    """What is known of a result where the call succeeded, and where it failed, as the models spell it."""
    if fails == "null":
        return (((), Outcome.NOT_NIL),), (((), Outcome.NIL),)
    if fails == "negative":
        return (
            (((NEGATIVE,), Outcome.FALSE), ((equal_to("-1"),), Outcome.FALSE)),
            (((NEGATIVE,), Outcome.TRUE), ((equal_to("-1"),), Outcome.TRUE), ((), Outcome.NOT_NIL)),
        )
    if fails == "nonzero":
        success = (((), Outcome.NIL), ((NEGATIVE,), Outcome.FALSE), ((equal_to("-1"),), Outcome.FALSE))
        return success, (((), Outcome.NOT_NIL),)
    if not fails:
        return (), ()
    name = equal_to(fails)
    return (
        (
            ((name,), Outcome.FALSE),
            ((), Outcome.NOT_NIL),
            ((equal_to("-1"),), Outcome.FALSE),
            ((NEGATIVE,), Outcome.FALSE),
        ),
        (((name,), Outcome.TRUE), ((equal_to("-1"),), Outcome.TRUE)),
    )
