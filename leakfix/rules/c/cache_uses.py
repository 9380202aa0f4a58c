"""What becomes of a cached value where a function uses it: whether anybody may keep it beyond the call."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.flow import Copy, Derive, Escape, Release
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Event
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.types import Callee, Types

VIEWS: Final = frozenset(("ZSTR_VAL", "ZSTR_LEN", "strlen", "sizeof"))
"""Macros and functions that only look into what they are given."""
_READERS: Final = frozenset(
    (
        *("printf", "fprintf", "puts", "fputs", "fwrite", "write", "send", "memcpy", "memmove", "strcpy", "strncpy"),
        *("strcmp", "strncmp", "memcmp", "strcasecmp", "snprintf", "sprintf", "strlen", "strstr", "strchr", "strcat"),
        *("std::string::append", "std::string::assign", "std::ostream::write", "syslog"),
    )
)


class Use(Enum):
    """What becomes of a value where it is used."""

    READ = "nobody keeps it"
    UNKNOWN = "a function that is not at hand is given it"
    KEPT = "somebody keeps it, or may"


def use_of(analysis: Analysis, types: Types, read: Node, function: Function) -> Use:
    """What becomes of what a part leads to where it is used."""
    node = read
    while node.parent is not None and node != function.body:
        parent = node.parent
        kind = parent.type
        if kind == syntax.SUBSCRIPT_EXPRESSION and _is_addressed(parent):
            node = parent.parent or parent
        elif kind in _LEAVES_ALONE:
            return Use.READ
        elif kind == syntax.FIELD_EXPRESSION and _is_called(parent):
            method = syntax.text(parent.child_by_field_name("field") or parent)
            if method not in _POINTS_INTO:
                return Use.READ if method in _MEASURES else Use.KEPT
            node = parent.parent or parent
        elif kind in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION) or _is_access(parent):
            node = parent
        elif kind == syntax.BINARY_EXPRESSION:
            return Use.READ if _is_comparison(parent) else Use.KEPT
        elif kind == syntax.ARGUMENT_LIST and parent.parent is not None:
            call = parent.parent
            called = call.child_by_field_name("function")
            name = syntax.text(called) if called is not None else ""
            if name not in VIEWS:
                return _given(analysis, types, call, syntax.named(parent).index(node))
            if name != "ZSTR_VAL":
                return Use.READ
            node = call
        else:
            return Use.KEPT
    return Use.KEPT


_LEAVES_ALONE: Final = frozenset(
    (
        *(syntax.IF_STATEMENT, syntax.WHILE_STATEMENT, syntax.EXPRESSION_STATEMENT, syntax.CONDITION_CLAUSE),
        *(syntax.UNARY_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION),
    )
)


_POINTS_INTO: Final = frozenset(("c_str", "data"))
_MEASURES: Final = frozenset(("size", "length", "empty"))


def _is_addressed(element: Node) -> bool:
    """Whether the address of an element is taken."""
    above = element.parent
    return above is not None and above.type == syntax.POINTER_EXPRESSION and above.children[0].type == "&"


def _is_access(node: Node) -> bool:
    """Whether a node is a field of something, and no method that is called."""
    return node.type == syntax.FIELD_EXPRESSION and not _is_called(node)


def _is_called(access: Node) -> bool:
    parent = access.parent
    return (
        parent is not None
        and parent.type == syntax.CALL_EXPRESSION
        and parent.child_by_field_name("function") == access
    )


def _is_comparison(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type in ("==", "!=", "<", ">", "<=", ">=", "&&", "||")


def _given(analysis: Analysis, types: Types, call: Node, index: int) -> Use:
    """What a call does with an argument, as the models or the bodies of all that it may call tell."""
    callee = types.callee(call)
    if callee is None:
        return Use.KEPT
    if any(analysis.models.borrows(symbol) or symbol in _READERS for symbol in (callee.symbol, *callee.symbols)):
        return Use.READ
    arguments = call.child_by_field_name("arguments")
    count = len(syntax.named(arguments)) if arguments is not None else 0
    known = _bodies(analysis, callee)
    bodies = [one for one in known if len(one.params) == count]
    if bodies:
        return Use.READ if all(_lets_go(analysis, one, index) for one in bodies) else Use.KEPT
    is_strange = not known and callee.kind == "method" and callee.declared is None
    return Use.UNKNOWN if is_strange and callee.symbol.rpartition("::")[2] in _COPYING else Use.KEPT


_COPYING: Final = frozenset(("append", "write", "print", "puts", "send", "output"))
"""Names of methods that are known to copy what they are given."""


def _bodies(analysis: Analysis, callee: Callee) -> tuple[Function, ...]:
    """The definitions that a call may mean: of a method all of its overloads, wherever they stand."""
    if callee.function is not None:
        return (callee.function,)
    if callee.kind != "method" or "::" not in callee.symbol:
        return ()
    last = callee.symbol.rpartition("::")[2]
    name = callee.symbol.partition("::")[0].encode()
    found = [one for file in analysis.world.mentioning(name) for one in _named(file, last, name)]
    return tuple(one for one in found if one.name == callee.symbol)


def _named(file: CFile, last: str, name: bytes) -> tuple[Function, ...]:
    """The functions of a name in a file, if it may define methods of a class."""
    data, spelled = file.data, last.encode()
    inside = spelled in data and any(word + name in data for word in (b"class ", b"struct "))
    if not inside and name + b"::" + spelled not in data:
        return ()
    return file.named_functions(last)


def _lets_go(analysis: Analysis, function: Function, index: int) -> bool:
    """Whether the body of a function hands an argument on to nobody, and gives it no other name.

    What its type says of ownership is not enough: a `const char *` that is stored is not owned, and yet kept.
    """
    frame = analysis.program.frame(function)
    if frame is None:
        return False
    root = next((root for root, position in frame.parameters.items() if position == index), None)
    if root is None:
        return 0 <= index < len(function.params) and not function.params[index].name
    return not any(_touches(event, root) for event in frame.graph.events())


def _touches(event: Event, root: int) -> bool:
    if isinstance(event, (Release, Escape)):
        return event.place.root == root
    return isinstance(event, (Copy, Derive)) and event.source.root == root
