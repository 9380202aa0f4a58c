"""What is stored in a field: something that is acquired there, nothing, or what somebody else may own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.members import Touch, Worth
from leakfix.languages.c import syntax
from leakfix.languages.c.customs import is_making
from leakfix.languages.c.lower_frame import POINTEE
from leakfix.languages.cpp.classes import Classes
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow import Obligation
    from leakfix.languages.c.files import Function, Struct
    from leakfix.languages.c.member_touches import Touches
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

_DEEPEST: Final = 4
_LITERALS: Final = frozenset((syntax.NUMBER_LITERAL, syntax.STRING_LITERAL, syntax.CHAR_LITERAL))
_NOTHING: Final = frozenset((syntax.NULL, syntax.NUMBER_LITERAL, syntax.FALSE))
_NULLS: Final = frozenset((b"NULL", b"nullptr"))
_RANK: Final = (Worth.NOTHING, Worth.ACQUIRED, Worth.UNKNOWN, Worth.BORROWED)


@record
class Value:
    """What an expression gives: ``symbol`` is the callee, or "new" or "new[]" and the type that is made."""

    worth: Worth
    obligation: Obligation | None = None
    symbol: str = ""


NOTHING: Final = Value(Worth.NOTHING)
BORROWED: Final = Value(Worth.BORROWED)


class Values:
    """What expressions give, in the functions of a program."""

    def __init__(self, program: Program, touches: Touches) -> None:
        self.program = program
        self.touches = touches

    def of(self, function: Function, node: Node, depth: int = 0) -> Value:
        """What an expression of a function gives."""
        node = syntax.unparen(node)
        kind = node.type
        if depth > _DEEPEST:
            return BORROWED
        if kind == syntax.CAST_EXPRESSION:
            inner = node.child_by_field_name("value")
            return self.of(function, inner, depth + 1) if inner is not None else BORROWED
        if kind in _NOTHING or node.text in _NULLS or (kind == syntax.UNARY_EXPRESSION and node.text == b"-1"):
            return NOTHING
        if kind == syntax.CONDITIONAL_EXPRESSION:
            branches = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
            return _all_of(self.of(function, one, depth + 1) for one in branches if one is not None)
        if kind == syntax.ASSIGNMENT_EXPRESSION:
            right, left = node.child_by_field_name("right"), node.child_by_field_name("left")
            found = self.of(function, right, depth + 1) if right is not None else BORROWED
            return found if found.worth is Worth.NOTHING or left is None else BORROWED
        if kind == syntax.NEW_EXPRESSION:
            return self._new(function, node)
        if kind == syntax.CALL_EXPRESSION:
            return self._call(function, node, depth)
        if kind == syntax.IDENTIFIER:
            return self._variable(function, node, depth)
        return BORROWED

    def acquired_at(self, function: Function, address: Node) -> Value:
        """What a call stores where an address among its arguments leads to."""
        frame = self.program.frame(function)
        call = address.parent.parent if address.parent is not None else None
        if frame is None or call is None:
            return BORROWED
        for site in frame.graph.sites:
            if site.place.path and call.start_byte <= site.span.start and site.span.end <= call.end_byte:
                return Value(Worth.ACQUIRED, site.obligation, site.symbol)
        types = self.program.types(function)
        callee = types.callee(call)
        known = callee.function if callee is not None else None
        summary = self.program.summary(known) if known is not None else None
        arguments = call.child_by_field_name("arguments")
        given = syntax.named(arguments) if arguments is not None else []
        for found in summary.acquired() if summary is not None else ():
            if found.path == (POINTEE,) and found.operand is not None and given.index(address) == found.operand:
                return Value(Worth.ACQUIRED, found.obligation, callee.symbol if callee is not None else "")
        return BORROWED

    def _new(self, function: Function, node: Node) -> Value:
        """`new T`: owned, unless T has memory or parents of its own that free its objects."""
        if node.child_by_field_name("placement") is not None or node.child_by_field_name("type") is None:
            return BORROWED
        is_array = any(child.type == "new_declarator" for child in node.named_children)
        types = self.program.types(function)
        made = types.of(node)
        struct = types.struct(made) if made is not None else None
        given = node.child_by_field_name("arguments")
        arguments = syntax.named(given) if given is not None else []
        spelled = " ".join(syntax.text(node.child_by_field_name("type") or node).partition("<")[0].split())
        if not spelled.startswith("std::") and not self._is_plain(struct, arguments):
            return BORROWED
        obligation = self.program.obligation_of("array" if is_array else "object")
        return Value(Worth.ACQUIRED, obligation, f"{'new[]' if is_array else 'new'} {spelled}")

    def _is_plain(self, struct: Struct | None, arguments: list[Node]) -> bool:
        if struct is None:
            return all(one.type in _LITERALS for one in arguments)
        above = Classes(self.program.world).ancestors(struct)
        if above is None:
            return not arguments and not struct.bases
        return not any(member.startswith("operator new") for one in (struct, *above) for member in one.members)

    def _call(self, function: Function, node: Node, depth: int) -> Value:
        types = self.program.types(function)
        callee = types.callee(node)
        if callee is not None and callee.kind == "cast":
            arguments = node.child_by_field_name("arguments")
            given = syntax.named(arguments) if arguments is not None else []
            return self.of(function, given[0], depth + 1) if len(given) == 1 else BORROWED
        symbol = callee.symbol if callee is not None else ""
        frame = self.program.frame(function)
        if frame is not None:
            for site in frame.graph.sites:
                if (site.span.start, site.span.end) == (node.start_byte, node.end_byte) and not site.place.path:
                    return Value(Worth.ACQUIRED, site.obligation, symbol or site.symbol)
        known = callee.function if callee is not None else None
        summary = self.program.summary(known) if known is not None and not known.is_template else None
        for found in summary.acquired() if summary is not None else ():
            if found.operand is None and not found.path:
                return Value(Worth.ACQUIRED, found.obligation, symbol)
        if callee is None or callee.kind == "value" or (known is not None and not is_making(symbol)):
            return BORROWED
        return Value(Worth.UNKNOWN, None, symbol)

    def _variable(self, function: Function, node: Node, depth: int) -> Value:
        """A local variable that is handed to the field alone: all that it is ever set to."""
        bindings = self.program.bindings(function)
        variable = bindings.variable(node)
        if variable is None or variable.kind != "local" or not self._is_kept(function, variable, node):
            return BORROWED
        values = [variable.value] if variable.value is not None else []
        for use in bindings.uses(variable):
            parent = use.parent
            if parent is not None and parent.type == syntax.ASSIGNMENT_EXPRESSION:
                right = parent.child_by_field_name("right")
                if parent.child_by_field_name("left") == use and right is not None:
                    values.append(right)
        return _all_of(self.of(function, value, depth + 1) for value in values) if values else BORROWED

    def _is_kept(self, function: Function, variable: Variable, node: Node) -> bool:
        """Whether nobody but the field takes a variable over."""
        for use in self.program.bindings(function).uses(variable):
            if use != node and self.touches.of(function, use) is Touch.HANDED_ON and not _is_set(use):
                return False
        return True


def _is_set(use: Node) -> bool:
    parent = use.parent
    is_left = parent is not None and parent.type == syntax.ASSIGNMENT_EXPRESSION
    return is_left and parent is not None and parent.child_by_field_name("left") == use


def _all_of(values: Iterator[Value]) -> Value:
    """What one of several values is at worst: nothing and something acquired is something acquired."""
    return max(values, key=lambda value: _RANK.index(value.worth), default=BORROWED)
