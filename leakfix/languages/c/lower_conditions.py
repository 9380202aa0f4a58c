"""Lowering of the conditions of C and C++: edges that tell what holds on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.flow import Escape, Handing, Outcome, Place, Test
from leakfix.languages.c import syntax
from leakfix.languages.c.lower_frame import POINTEE, Frame, Value
from leakfix.languages.c.lower_tests import compared, compared_by_name, is_constant_name, is_success, mirrored, truth

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.lower_values import ValueLowering
    from leakfix.languages.c.scopes import Variable
    from leakfix.text import Span

_Told: TypeAlias = tuple[tuple[Test, ...], tuple[Test, ...], Mapping[bool, tuple[Place, ...]]]


class ConditionLowering:
    """Branches on the conditions of one function."""

    def __init__(self, frame: Frame, values: ValueLowering) -> None:
        self.frame = frame
        self.values = values

    def branch(self, node: Node, holds: int, fails: int, *, negated: bool = False, whole: Node | None = None) -> None:
        """Branch on a condition; `&&`, `||` and `!` become edges of their own."""
        node = syntax.unparen(node)
        whole = whole if whole is not None else node
        number = self.values.constant(node)
        if number is not None:
            self.frame.goto(holds if number else fails)
            return
        form = node.type
        if form == syntax.BINARY_EXPRESSION:
            operator = node.child_by_field_name("operator")
            kind = operator.type if operator is not None else ""
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if kind in ("&&", "||") and left is not None and right is not None:
                second = self.frame.new_block()
                first = (second, fails) if kind == "&&" else (holds, second)
                self.branch(left, *first, negated=negated, whole=whole)
                self.frame.resume(second)
                self.branch(right, holds, fails, negated=negated, whole=whole)
                return
        elif form == syntax.UNARY_EXPRESSION:
            operator = node.child_by_field_name("operator")
            if operator is not None and operator.type == "!":
                argument = node.child_by_field_name("argument")
                if argument is not None:
                    self.branch(argument, fails, holds, negated=not negated, whole=whole)
                return
        elif form == syntax.CAST_EXPRESSION:
            inner = node.child_by_field_name("value")
            if inner is not None:
                self.branch(inner, holds, fails, negated=negated, whole=whole)
                return
        elif form == syntax.CALL_EXPRESSION:
            unwrapped = syntax.hinted(node)
            if unwrapped is not None:
                self.branch(unwrapped, holds, fails, negated=negated, whole=whole)
                return
            expanded = self.values.macros.condition(node, holds, fails, negated=negated, whole=whole)
            if expanded:
                return
        positive, negative, both = self._told(node)
        span = self.frame.span(whole)
        for target, tests, taken in ((holds, positive, not negated), (fails, negative, negated)):
            self._branch(target, tests, span, taken, both.get(target == holds, ()))
        self.frame.current = None

    def _branch(self, target: int, tests: tuple[Test, ...], span: Span, taken: bool, let_go: tuple[Place, ...]) -> None:
        if not let_go:
            self.frame.branch(target, tests, span, taken)
            return
        between = self.frame.new_block()
        self.frame.branch(between, tests, span, taken)
        for place in let_go:
            self.frame.graph.blocks[between].events.append(Escape(span, place, Handing.STORED))
        self.frame.link(between, target)

    def _told(self, node: Node) -> _Told:
        """What a condition tells where it holds, where not, and what is followed no more where it holds, or not."""
        if node.type != syntax.BINARY_EXPRESSION:
            return self._told_of_one(node)
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator is None or left is None or right is None:
            return self._told_of_one(node)
        if may_be_template(operator, left, right):
            self.values.escape_all(node)
            return (), (), {}
        kind = mirrored(operator.type)
        if not kind:
            return self._told_of_one(node)
        one, other = self.values.value(left), self.values.value(right)
        for value, number, sign in ((one, other.number, operator.type), (other, one.number, kind)):
            if value.place is not None and number is not None:
                # A descriptor that is one of the three standard ones is meant to stay open.
                low = {"<": False, "<=": False, ">": True, ">=": True}.get(sign) if 0 < number <= 3 else None
                let_go: dict[bool, tuple[Place, ...]] = {not low: (value.place,)} if low is not None else {}
                empty = self._emptied(value.place)
                if number == 0 and empty and sign in ("==", "!="):
                    let_go = {sign == "==": empty}
                return (*compared(value.place, sign, number), let_go)
        for value, opposite, sign in ((one, right, operator.type), (other, left, kind)):
            if value.place is None:
                continue
            if sign not in ("==", "!=") and is_success(opposite):
                return (*compared(value.place, sign, 0), {})
            name = syntax.text(opposite) if opposite.type == syntax.IDENTIFIER else ""
            if is_constant_name(name):
                told = compared_by_name(value.place, operator.type, name)
                equal: dict[bool, tuple[Place, ...]] = (
                    {operator.type == "==": (value.place,)} if operator.type in ("==", "!=") else {}
                )
                return (*told, equal)
        positive, negative = self._by_spelling(node)
        if operator.type in ("==", "!="):
            # Equal, one of them is no longer alone; not equal, they never were the same.
            unknown = self.values.calls.unknown.results
            found = (value.place for value in (one, other))
            places = tuple(place for place in found if place is not None and place.root not in unknown)
            both = places if len(places) > 1 else ()
            return positive, negative, {operator.type == "==": places, operator.type != "==": both}
        return positive, negative, {}

    def _told_of_one(self, node: Node) -> _Told:
        value = self.values.value(node)
        if value.place is not None:
            empty = self._emptied(value.place)
            return (*truth(value.place), {False: empty} if empty else {})
        return (*self._by_spelling(node), {})

    def _emptied(self, place: Place) -> tuple[Place, ...]:
        """The struct on the stack that holds nothing where one of its fields is null."""
        is_field = bool(place.path) and POINTEE not in place.path and place.root in self.values.calls.unknown.values
        return (Place(place.root),) if is_field else ()

    def _by_spelling(self, node: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        """A condition on one variable and constants holds again as long as the variable does not change."""
        about = self._about(node)
        if about is None:
            return (), ()
        named, said, is_opposite = about
        root = self.frame.named_root(named) if isinstance(named, str) else self.frame.root(named)
        place = Place(root, ("?" + said,))
        told = (Test(place, Outcome.TRUE),), (Test(place, Outcome.FALSE),)
        return (told[1], told[0]) if is_opposite else told

    def _about(self, node: Node) -> tuple[Variable | str, str, bool] | None:
        """The one variable that a condition is about, or the name of one outside, and how the condition is spelled."""
        if self.frame.expansion is not None or self.frame.has_macro_names:
            return self._read_about(node)
        known = self.frame.function.cache.setdefault("conditions", {})
        if not isinstance(known, dict):
            return None
        if node.id not in known:
            known[node.id] = self._read_about(node)
        found: tuple[Variable | str, str, bool] | None = known[node.id]
        return found

    def _read_about(self, node: Node) -> tuple[Variable | str, str, bool] | None:
        found: set[Variable | str] = set()
        for inner in syntax.walk(node):
            kind = inner.type
            if kind in _CHANGING and not self.values.macros.is_plain(inner):
                return None
            if kind == syntax.IDENTIFIER and not _is_called(inner):
                variable = self.frame.variable(inner)
                if variable is None:
                    if self.values.constant(inner) is None and not is_constant_name(syntax.text(inner)):
                        found.add(syntax.text(inner))
                elif not self.frame.program.is_array(self.frame, variable):
                    found.add(variable)
        return (found.pop(), *_said(node)) if len(found) == 1 else None

    def case(self, subject: Value, value: Node) -> tuple[tuple[Test, ...], tuple[Test, ...]]:
        """What is told where the subject of a switch is the value of a case, and where it is not."""
        if subject.place is None:
            return (), ()
        number = self.values.constant(value)
        if number is not None:
            return compared(subject.place, "==", number)
        return compared_by_name(subject.place, "==", " ".join(syntax.text(value).split()))


_CHANGING: Final = frozenset((syntax.CALL_EXPRESSION, syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION))
_OPPOSITES: Final = {">": "<=", ">=": "<", "!=": "=="}


def _said(node: Node) -> tuple[str, bool]:
    """How a condition is spelled, and whether that is the opposite of it: `a > b` is where `a <= b` does not hold."""
    operator, left, right = (node.child_by_field_name(name) for name in ("operator", "left", "right"))
    opposite = _OPPOSITES.get(operator.type) if operator is not None else None
    if opposite is None or left is None or right is None or node.type != syntax.BINARY_EXPRESSION:
        return " ".join(syntax.text(node).split()), False
    return " ".join(f"{syntax.text(left)} {opposite} {syntax.text(right)}".split()), True


def _is_called(identifier: Node) -> bool:
    parent = identifier.parent
    called = parent.child_by_field_name("function") if parent is not None else None
    return called is not None and called == identifier


def may_be_template(operator: Node, left: Node, right: Node) -> bool:
    """Whether a comparison of a comparison with something in parentheses may be the call of a template's function."""
    if operator.type != ">" or right.type != syntax.PARENTHESIZED_EXPRESSION or left.type != syntax.BINARY_EXPRESSION:
        return False
    inner = left.child_by_field_name("operator")
    return inner is not None and inner.type == "<"
