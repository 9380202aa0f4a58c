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
    given = syntax.named(arguments) if arguments is not None else []
    count, index = _expanded(given), _expanded(given[:index])
    known = _bodies(analysis, callee)
    bodies = [one for one in known if _required(one) <= count <= len(one.params)]
    if bodies:
        is_exact = all(one.name == callee.symbol for one in bodies)
        lets_go = all(_lets_go(analysis, one, index) for one in bodies)
        return (Use.READ if is_exact else Use.UNKNOWN) if lets_go else Use.KEPT
    is_strange = not known and callee.kind == "method" and callee.declared is None
    return Use.UNKNOWN if is_strange and callee.symbol.rpartition("::")[2] in _COPYING else Use.KEPT


_COPYING: Final = frozenset(("append", "write", "print", "puts", "send", "output"))
"""Names of methods that are known to copy what they are given."""


_TWO_ARGUMENTS: Final = frozenset(("ZEND_STRL", "ZEND_STRS"))
"""Macros of PHP's headers that stand for a string and its length."""


def _expanded(given: list[Node]) -> int:
    """How many arguments are there when macros are expanded."""
    called = (node.child_by_field_name("function") for node in given if node.type == syntax.CALL_EXPRESSION)
    return len(given) + sum(1 for one in called if one is not None and syntax.text(one) in _TWO_ARGUMENTS)


def _required(function: Function) -> int:
    """How many parameters of a function have no default."""
    return sum(1 for one in function.params if one.node.type != syntax.OPTIONAL_PARAMETER)


def _bodies(analysis: Analysis, callee: Callee) -> tuple[Function, ...]:
    """The definitions that a call may mean: of a method all of its overloads, wherever they stand."""
    if callee.function is not None:
        return (callee.function,)
    if callee.kind != "method" or "::" not in callee.symbol:
        return ()
    *_, owner, last = callee.symbol.split("::")
    found = [one for file in analysis.world.mentioning(owner.encode()) for one in _named(file, last, owner.encode())]
    return tuple(one for one in found if one.name in (callee.symbol, f"{owner}::{last}"))


def _named(file: CFile, last: str, name: bytes) -> tuple[Function, ...]:
    """The functions of a name in a file, if it may define methods of a class."""
    data, spelled = file.data, last.encode()
    inside = spelled in data and any(word + name in data for word in (b"class ", b"struct "))
    if not inside and name + b"::" + spelled not in data:
        return ()
    return file.named_functions(last)


def _lets_go(analysis: Analysis, function: Function, index: int, depth: int = 0) -> bool:
    """Whether the body of a function hands an argument on to nobody, and gives it no other name.

    What its type says of ownership is not enough: a `const char *` that is stored is not owned, and yet kept.
    """
    frame = analysis.program.frame(function, index)
    if frame is None:
        return False
    root = next((root for root, position in frame.parameters.items() if position == index), None)
    if root is None:
        return 0 <= index < len(function.params) and not function.params[index].name
    touching = [event for event in frame.graph.events() if _touches(event, root)]
    if touching and depth == _DEEPEST:
        return False
    return all(_is_handed_to_reader(analysis, function, event, index, depth) for event in touching)


_DEEPEST: Final = 3
"""How many methods of a class may hand an argument on to each other."""


def _is_handed_to_reader(analysis: Analysis, function: Function, event: Event, index: int, depth: int) -> bool:
    """Whether what happens to an argument is a call of another method of the class that lets go of it, too."""
    node = function.node.descendant_for_byte_range(event.span.start, event.span.end)
    called = node.child_by_field_name("function") if node is not None and node.type == syntax.CALL_EXPRESSION else None
    if not isinstance(event, Escape) or node is None or called is None or called.type != syntax.IDENTIFIER:
        return False
    name = f"{function.class_name}::{syntax.text(called)}"
    given = syntax.named(node.child_by_field_name("arguments") or node)
    spelled = function.params[index].name
    at = [number for number, one in enumerate(given) if one.type == syntax.IDENTIFIER and syntax.text(one) == spelled]
    others = [one for one in function.file.named_functions(syntax.text(called)) if one.name == name]
    fitting = [one for one in others if _required(one) <= _expanded(given) <= len(one.params)]
    if len(at) != 1 or not fitting or function in fitting:
        return False
    return all(_lets_go(analysis, one, _expanded(given[: at[0]]), depth + 1) for one in fitting)


def _touches(event: Event, root: int) -> bool:
    if isinstance(event, (Release, Escape)):
        return event.place.root == root
    return isinstance(event, (Copy, Derive)) and event.source.root == root
