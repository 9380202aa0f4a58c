"""Lines that set slots of a Go slice to zero, spelled for the element's type and the file's language version."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import free_name, unused
from leakfix.languages.go.types import (
    UNSAFE_POINTER,
    Array,
    Basic,
    Chan,
    Interface,
    Map,
    Pointer,
    Signature,
    Slice,
    Struct,
    TypeParam,
    underlying,
)
from leakfix.languages.go.versions import Version
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.spelling import spelled
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.slots import Cut
    from leakfix.languages.go.types import Type

CLEAR_SINCE: Final = Version(1, 21)
_NILS: Final = (Pointer, Slice, Map, Chan, Signature, Interface)


@record
class Zeros:
    """Spells what clears the slots of one cut's array."""

    cut: Cut

    @property
    def array(self) -> str:
        """The array as it is indexed and sliced: ``(*d)``."""
        return syntax.text(self.cut.array)

    @property
    def whole(self) -> str:
        """The array as an operand: ``*d``."""
        return syntax.text(syntax.unparen(self.cut.array))

    @cached_property
    def can_clear(self) -> bool:
        """Whether the predeclared ``clear`` is there and not hidden by another."""
        facts, version = self.cut.facts, self.cut.facts.file.version
        if version is None or version < CLEAR_SINCE:
            return False
        hidden = "clear" in facts.bindings.locals_at(self.cut.statement) or "clear" in facts.file.imports
        return not hidden and facts.file.package.lookup("clear", facts.file) is None

    def value(self, of: Type | None) -> tuple[list[str], str] | None:
        """The zero value of a type, with the declaration that it needs; None where it cannot be spelled."""
        facts, at = self.cut.facts, self.cut.statement
        under = underlying(of)
        if isinstance(under, TypeParam):
            return self._of_parameter(under)
        if isinstance(under, _NILS) or under == UNSAFE_POINTER:
            return [], "nil"
        if isinstance(under, Basic):
            return [], '""' if under.name == "string" else "false" if under.name == "bool" else "0"
        if isinstance(under, (Struct, Array)):
            name = spelled(facts.file, facts.bindings, at, of)
            return ([], f"{name}{{}}") if name is not None else None
        name = spelled(facts.file, facts.bindings, at, of) if of is not None else None
        return ([], f"*new({name})") if name is not None else None

    def slot(self, index: str, part: str) -> list[str]:
        """Lines that set one slot to zero; ``part`` is the slice expression of that slot alone."""
        found = self.value(self.cut.element)
        if found is not None:
            return [*found[0], f"{self.array}[{index}] = {found[1]}"]
        if self.can_clear:
            return [f"clear({self.array}{part})"]
        raise RefusalError("unspelled", f"the file has no name for {self.cut.element}, the type of the elements")

    def front(self, low: Node) -> list[str]:
        """Lines that clear what is before ``low``."""
        part = f"{self.array}[:{syntax.text(low)}]"
        if self.can_clear:
            return [f"clear({part})"]
        return self.loop(f"range {part}", None)

    def behind(self, start: Node | str) -> list[str]:
        """Lines that clear what is behind ``start``, an expression or an identifier's length.

        A slice expression panics where ``start`` is beyond the length; a loop does not.
        """
        text = start if isinstance(start, str) else syntax.text(start)
        if self.can_clear and self.cut.back is not None and self.cut.back.bounded:
            return [f"clear({self.array}[{text}:])"]
        return self.loop("", text if isinstance(start, str) else spaced(start))

    def all(self) -> list[str]:
        """Lines that clear every slot."""
        return [f"clear({self.whole})"] if self.can_clear else self.loop(f"range {self.whole}", None)

    def loop(self, ranged: str, start: str | None, fields: tuple[tuple[str, str], ...] = ()) -> list[str]:
        """A loop over a range, or from ``start`` on, that sets each slot, or fields of it, to zero."""
        index = unused(["i", "j", "k"], self.cut.facts.bindings.locals_at(self.cut.statement).keys() | {self.whole})
        declared: list[str] = []
        inner: list[str] = [f"\t{self.array}[{index}].{name} = {zero}" for name, zero in fields]
        if not fields:
            found = self.value(self.cut.element)
            if found is None:
                raise RefusalError(
                    "unspelled", f"the file has no name for {self.cut.element}, the type of the elements"
                )
            declared, inner = found[0], [f"\t{self.array}[{index}] = {found[1]}"]
        head = (
            f"for {index} := {start}; {index} < len({self.whole}); {index}++ {{"
            if start
            else f"for {index} := {ranged} {{"
        )
        return [*declared, head, *inner, "}"]

    def _of_parameter(self, parameter: TypeParam) -> tuple[list[str], str] | None:
        facts, at = self.cut.facts, self.cut.statement
        local = facts.bindings.local_type(parameter.name, at.start_byte)
        if local is None or local.kind != "typeparam":
            return None
        for variable in facts.bindings.locals_at(at).values():
            is_zero = variable.kind == "local" and all(d.kind == "zero" for d in facts.definitions(variable))
            if is_zero and not facts.steps(variable) and facts.types.variable(variable) is parameter:
                return [], variable.name
        name = free_name(["zero", "none", "blank"], facts.bindings, at)
        return [f"var {name} {parameter.name}"], name


def spaced(node: Node) -> str:
    """A sum as gofmt spaces it in a statement. Raises `RefusalError` for what it would space by other rules."""
    if node.kind_id == syntax.BINARY_EXPRESSION:
        sign = syntax.operator(node)
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if sign not in ("+", "-") or left is None or right is None:
            raise RefusalError("layout", "the bound is an expression that cannot be laid out anew")
        return f"{spaced(left)} {sign} {spaced(right)}"
    if node.kind_id == syntax.PARENTHESIZED_EXPRESSION:
        return f"({spaced(syntax.operands(node)[0])})"
    if any(child.kind_id == syntax.BINARY_EXPRESSION for child in node.named_children):
        raise RefusalError("layout", "the bound is an expression that cannot be laid out anew")
    return syntax.text(node)
