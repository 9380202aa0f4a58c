"""Whether a Go slice has an array that nobody else knows: it was made for whoever holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.slots_facts import Facts

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.packages import Function

_MAKING: Final = frozenset(
    (
        *("slices.Clone", "slices.Collect", "slices.Sorted", "slices.SortedFunc", "slices.Concat", "slices.Repeat"),
        *("strings.Split", "strings.SplitN", "strings.SplitAfter", "strings.Fields", "strings.FieldsFunc"),
        *("bytes.Split", "bytes.SplitN", "bytes.Fields", "os.ReadDir", "os.Environ", "path/filepath.Glob"),
    )
)
_DEPTH: Final = 3


def is_fresh(facts: Facts, value: Node, depth: int = _DEPTH) -> bool:
    """Whether an expression gives a slice whose array is new: made, a literal, a copy, nil."""
    value = syntax.unparen(value)
    number = value.kind_id
    if number in (syntax.NIL, syntax.COMPOSITE_LITERAL) or value.text == b"nil":
        return True
    if number == syntax.SLICE_EXPRESSION:
        operand = value.child_by_field_id(syntax.F_OPERAND)
        return operand is not None and facts.variable(operand) is not None and is_fresh(facts, operand, depth)
    if number == syntax.IDENTIFIER:
        return _is_made_here(facts, value, depth)
    if number in (syntax.CALL_EXPRESSION, syntax.TYPE_CONVERSION_EXPRESSION):
        return _is_made_by(facts, value, depth)
    return False


def _is_made_here(facts: Facts, name: Node, depth: int) -> bool:
    variable = facts.variable(name)
    if variable is None or depth == 0:
        return False
    for definition in facts.definitions(variable):
        if definition.kind == "zero":
            continue
        value = definition.value
        own = value is not None and facts.variable(_first(value)) is variable
        if definition.kind != "value" or value is None or not (own or is_fresh(facts, value, depth - 1)):
            return False
    return True


def _first(value: Node) -> Node | None:
    """What is appended to, cut or deleted from."""
    arguments = value.child_by_field_id(syntax.F_ARGUMENTS)
    if arguments is not None:
        given = syntax.operands(arguments)
        return given[0] if given else None
    return value.child_by_field_id(syntax.F_OPERAND)


def _is_made_by(facts: Facts, call: Node, depth: int) -> bool:
    arguments = call.child_by_field_id(syntax.F_ARGUMENTS)
    given = syntax.operands(arguments) if arguments is not None else syntax.operands(call)[1:]
    callee = facts.types.callee(call)
    if callee is None:
        return False
    if callee.kind == "builtin":
        return callee.name == "make" or (callee.name == "append" and bool(given) and is_fresh(facts, given[0], depth))
    if callee.kind == "conversion":
        return bool(given) and is_fresh(facts, given[0], depth)
    if callee.symbol in _MAKING:
        return True
    body = callee.function.body if callee.function is not None else None
    if callee.function is None or body is None or depth == 0 or not facts.analysis.program.is_read(callee.function):
        return False
    return _returns_fresh(facts, callee.function, depth - 1)


def _returns_fresh(facts: Facts, function: Function, depth: int) -> bool:
    """Whether every return of a function with one result gives a new array."""
    there = Facts.of(facts.analysis, function)
    returns = [node for node in there.nodes("exit") if node.kind_id == syntax.RETURN_STATEMENT]
    results = [part for node in returns for held in syntax.operands(node) for part in syntax.operands(held)]
    return bool(results) and len(results) == len(returns) and all(is_fresh(there, part, depth) for part in results)
