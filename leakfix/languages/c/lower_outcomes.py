"""What tells whether a call that nobody can see succeeded: its type, and what its result is compared with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow import Outcome
from leakfix.flow.remembering import NEGATIVE, equal_to
from leakfix.languages.c import customs, syntax
from leakfix.languages.c.lower_tests import is_constant_name
from leakfix.languages.c.unknown_owners import INTEGERS, target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.lower_frame import Facts, Frame
    from leakfix.languages.c.lower_values import ValueLowering
    from leakfix.languages.c.types import CType

    _Comparison = tuple[str, Node | None]

_CONSTANT: Final = re.compile(rb"\b[A-Z][A-Z0-9_]+\b")
_FAILED: Final = (((NEGATIVE,), Outcome.TRUE), ((equal_to("-1"),), Outcome.TRUE))
_FAILURES: Final = {"pointer": (((), Outcome.NIL),), "number": (*_FAILED, ((), Outcome.NOT_NIL))}
_BELOW: Final = frozenset(("<", ">="))


class Outcomes:
    """Tells of the calls of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values
        self._failures: dict[str, frozenset[tuple[tuple[str, ...], Outcome]]] = {}

    def failures(self, of: CType | None) -> frozenset[tuple[tuple[str, ...], Outcome]]:
        """What tells that a call failed: a negative number, a constant named so, null, or false."""
        kind = _kind(of)
        if kind not in self._failures:
            self._failures[kind] = frozenset((*self._named_failures(), *_FAILURES.get(kind, _FAILED)))
        return self._failures[kind]

    def _named_failures(self) -> Iterator[tuple[tuple[str, ...], Outcome]]:
        for name, failed in self._constants.items():
            yield (equal_to(name),), Outcome.TRUE if failed else Outcome.FALSE

    @property
    def _constants(self) -> dict[str, bool]:
        """The constants of the function whose names tell of success or failure."""
        cache = self.frame.function.cache
        if "outcomes" not in cache:
            cache["outcomes"] = _outcomes(self.frame.function)
        known = cache["outcomes"]
        return known if isinstance(known, dict) else {}

    def ways(self, node: Node, result: CType | None) -> tuple[Facts, Facts] | None:
        """What the result tells where the call succeeded, and where it failed; None where nobody can say."""
        comparisons = tuple(self._comparisons(node))
        if any(self._is_unclear(other) for _, other in comparisons):
            return None
        asked = _asked(node)
        good = [name for name, failed in self._constants.items() if not failed and asked in (name, "variable")]
        named: Facts = tuple(((equal_to(name),), Outcome.FALSE) for name, failed in self._constants.items() if failed)
        opposite: Facts = ()
        if len(good) == 1:
            named = (*named, ((equal_to(good[0]),), Outcome.TRUE))
            opposite = (((equal_to(good[0]),), Outcome.FALSE),)
        resolved = self.frame.types.resolved(result) if result is not None else None
        if resolved is not None and (resolved.is_pointer or resolved.base in ("bool", "_Bool")):
            well = Outcome.NIL if _is_error(result) else Outcome.NOT_NIL
            return (*named, ((), well)), (*opposite, ((), well.opposite))
        if resolved is not None and resolved.base == "void":
            return (), ()
        if asked == "":
            return (), ()
        if asked == "?" and resolved is None:
            return None
        if asked not in ("", "?", "<", "number", "variable") and asked not in self._constants:
            return None
        not_negative = (((NEGATIVE,), Outcome.FALSE), ((equal_to("-1"),), Outcome.FALSE))
        if asked == "<" or (asked == "variable" and any(operator in _BELOW for operator, _ in comparisons)):
            # A number that has a name is no success where nobody says so.
            others: Facts = tuple(((equal_to(name),), Outcome.FALSE) for name in _equals(comparisons))
            return (*named, *others, *not_negative), (*opposite, ((NEGATIVE,), Outcome.TRUE), ((), Outcome.NOT_NIL))
        return (*named, ((), Outcome.NIL), *not_negative), (*opposite, ((), Outcome.NOT_NIL))

    def is_status(self, root: int) -> bool:
        """Whether a variable is asked whether it is negative: what it takes by name, but for success, is a failure."""
        variable = self.frame.variable_of(root)
        uses = self.frame.bindings.uses(variable) if variable is not None else ()
        told = (one for use in uses for one in _comparison(use))
        return any(operator in _BELOW and other is not None and other.text == b"0" for operator, other in told)

    def _is_unclear(self, node: Node | None) -> bool:
        """Whether something stands for a value that neither a definition nor its spelling tells anything of."""
        if node is None or node.type != syntax.IDENTIFIER or is_constant_name(syntax.text(node)):
            return False
        return self.frame.bindings.variable(node) is None and self.values.constant(node) is None

    def _comparisons(self, node: Node) -> Iterator[_Comparison]:
        """What a result, or the variable that takes it, is compared with, each behind its operator."""
        target = target_of(node, self.frame.bindings)
        uses = self.frame.bindings.uses(target.variable) if target is not None and not target.path else ()
        for one in (node, *uses):
            yield from _comparison(one)


def _kind(of: CType | None) -> str:
    """How a value of a type tells that a call failed, as far as that is known."""
    if of is None:
        return ""
    if of.is_pointer or of.base in ("bool", "_Bool"):
        return "" if _is_error(of) else "pointer"
    return "number" if of.base in INTEGERS else ""


def _is_error(of: CType | None) -> bool:
    """Whether a type is that of what tells of a failure: it is null where all went well."""
    return of is not None and customs.tells_failure(of.base) is True


def _equals(comparisons: Iterable[_Comparison]) -> Iterator[str]:
    """The names of constants that something is equal to, or not, of which none tells how a call ended."""
    for operator, other in comparisons:
        name = syntax.text(other) if other is not None and other.type == syntax.IDENTIFIER else ""
        if operator in ("==", "!=") and is_constant_name(name) and customs.tells_failure(name) is None:
            yield name


def _comparison(node: Node) -> Iterator[_Comparison]:
    at = syntax.wrapped(node)
    parent = at.parent
    while parent is not None and parent.type == syntax.ASSIGNMENT_EXPRESSION and _is_first(at, parent):
        at = syntax.wrapped(parent)
        parent = at.parent
    operator = parent.child_by_field_name("operator") if parent is not None else None
    if parent is not None and operator is not None and _is_first(at, parent):
        yield operator.type, parent.child_by_field_name("right")


def _is_first(node: Node, parent: Node) -> bool:
    """Whether an expression stands before the operator."""
    return parent.child_by_field_name("left") == node


def _outcomes(function: Function) -> dict[str, bool]:
    """The constants that a function names, with whether they tell of a failure."""
    body = function.body
    found: dict[str, bool] = {}
    for match in _CONSTANT.finditer(function.file.data, body.start_byte, body.end_byte):
        name = match[0].decode()
        failed = customs.tells_failure(name) if name not in found and is_constant_name(name) else None
        if failed is not None:
            node = body.descendant_for_byte_range(match.start(), match.end())
            if node is not None and node.type == syntax.IDENTIFIER and syntax.text(node) == name:
                found[name] = failed
    return dict(sorted(found.items()))


def _asked(node: Node) -> str:
    """What a call's result is compared with: "number", the name of a constant, "?" if it is only asked for its truth.

    "variable" where it is assigned, "" where nobody looks at it.
    """
    at = syntax.wrapped(node)
    parent = at.parent
    if parent is None or parent.type == syntax.EXPRESSION_STATEMENT:
        return ""
    if parent.type == syntax.INIT_DECLARATOR:
        return "variable"
    if parent.type == syntax.ASSIGNMENT_EXPRESSION:
        parent = syntax.wrapped(parent)
        outer = parent.parent
        if outer is not None and outer.type == syntax.BINARY_EXPRESSION:
            return _compared(outer, parent)
        if outer is None or outer.type == syntax.EXPRESSION_STATEMENT:
            return "variable"
        return "number"
    if parent.type == syntax.BINARY_EXPRESSION:
        return _compared(parent, at)
    return "?"


def _compared(comparison: Node, side: Node) -> str:
    operator = comparison.child_by_field_name("operator")
    if operator is None or operator.type in ("&&", "||"):
        return "?"
    is_equal = operator.type in ("==", "!=")
    left, right = comparison.child_by_field_name("left"), comparison.child_by_field_name("right")
    other = right if left == side else left
    if other is not None and other.type == syntax.IDENTIFIER:
        return syntax.text(other) if customs.tells_failure(syntax.text(other)) is not False or is_equal else "<"
    return "number" if is_equal else "<"
