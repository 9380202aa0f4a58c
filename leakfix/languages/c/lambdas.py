"""The lambdas of C++: each is a function of its own, and what it captures is borrowed where it cannot outlive that.

A lambda that is called at once, given to an algorithm of the standard library, or kept in a variable that nothing is
done with but such, is gone when its block is. What it only looks at is still the function's then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import customs, syntax
from leakfix.languages.c.files import Function, spelling

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.scopes import Bindings, Variable

_ALGORITHMS: Final = frozenset(
    (
        *("sort", "stable_sort", "partial_sort", "nth_element", "is_sorted", "for_each", "for_each_n", "find_if"),
        *("find_if_not", "any_of", "all_of", "none_of", "count_if", "remove_if", "remove_copy_if", "copy_if"),
        *("replace_if", "transform", "accumulate", "reduce", "generate", "generate_n", "partition"),
        *("stable_partition", "partition_point", "min_element", "max_element", "minmax_element", "lower_bound"),
        *("upper_bound", "equal_range", "binary_search", "unique", "adjacent_find", "search", "equal", "mismatch"),
        *("erase_if", "includes", "merge", "set_difference", "set_intersection", "set_union", "min", "max"),
    )
)
"""Functions of the standard library that are through with what they call when they return."""
_CAPTURES: Final = frozenset(("lambda_capture_specifier", "lambda_default_capture"))
_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))


def lambdas_of(function: Function) -> tuple[Function, ...]:
    """Return the lambdas in a function, made once: what they capture is nothing that they declare."""
    known = function.cache.get("lambdas")
    if not isinstance(known, tuple):
        known = function.cache["lambdas"] = tuple(_lambdas(function))
    return known


def _lambdas(function: Function) -> list[Function]:
    text = function.file.data[function.node.start_byte : function.node.end_byte]
    if not function.file.is_cpp or b"]" not in text:
        return []
    found: list[Function] = []
    for node in syntax.found(function.body, (syntax.LAMBDA_EXPRESSION,), function.file.dialect):
        body = node.child_by_field_name("body")
        if body is None or body.type != syntax.COMPOUND_STATEMENT:
            continue
        declarator = node.child_by_field_name("declarator")
        found.append(
            Function(
                name="lambda",
                node=node,
                body=body,
                file=function.file,
                class_name=function.class_name,
                namespaces=function.namespaces,
                type=None,
                declarator=declarator or node,
                call=declarator,
                is_static=True,
                is_template=function.is_template,
                is_macro=False,
                has_error=node.has_error,
            )
        )
    return found


def stays(node: Node, bindings: Bindings) -> bool:
    """Whether a lambda is gone when the statements around it are: nobody is handed it who may keep it."""
    parent = node.parent
    while parent is not None and parent.type == syntax.PARENTHESIZED_EXPRESSION:
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type == syntax.INIT_DECLARATOR and parent.child_by_field_name("value") == node:
        variable = next((one for one in bindings.variables if one.value == node), None)
        is_plain = variable is not None and variable.kind == "local" and not _steps(variable)
        return variable is not None and is_plain and all(_is_run(use) for use in bindings.uses(variable))
    return _is_run(node)


def _steps(variable: Variable) -> tuple[str, ...]:
    return tuple(variable.declarator.steps) if variable.declarator is not None else ()


def _is_run(node: Node) -> bool:
    """Whether an expression is called where it stands, or given to an algorithm."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == syntax.CALL_EXPRESSION:
        return parent.child_by_field_name("function") == node
    call = parent.parent if parent.type == syntax.ARGUMENT_LIST else None
    called = call.child_by_field_name("function") if call is not None else None
    if called is None or called.type not in (syntax.IDENTIFIER, syntax.QUALIFIED_IDENTIFIER):
        return False
    name = spelling(called).removeprefix("::")
    return name.removeprefix("std::").removeprefix("ranges::") in _ALGORITHMS


def only_looks(use: Node) -> bool:
    """Whether a use of a captured pointer leaves what that leads to where it is."""
    parent = use.parent
    while parent is not None and parent.type == syntax.PARENTHESIZED_EXPRESSION:
        use, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in _CAPTURES:
        return True
    if parent.type == syntax.FIELD_EXPRESSION and parent.child_by_field_name("argument") == use:
        return _leaves_alone(parent)
    if parent.type == syntax.SUBSCRIPT_EXPRESSION:
        return parent.child_by_field_name("argument") == use and not _is_addressed(parent)
    if parent.type == syntax.POINTER_EXPRESSION:
        return parent.children[0].type == "*" and not _is_addressed(parent)
    operator = parent.child_by_field_name("operator")
    if parent.type == syntax.UNARY_EXPRESSION:
        return operator is not None and operator.type == "!"
    return parent.type == syntax.BINARY_EXPRESSION and operator is not None and operator.type in _COMPARISONS


def _leaves_alone(field: Node) -> bool:
    """Whether `p->f` is read or written, or a method that does not give its object away."""
    name = field.child_by_field_name("field")
    parent = field.parent
    is_called = parent is not None and parent.type == syntax.CALL_EXPRESSION
    if is_called and parent is not None and parent.child_by_field_name("function") == field:
        return name is not None and not customs.gives_away(syntax.text(name))
    return not _is_addressed(field)


def _is_addressed(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == syntax.POINTER_EXPRESSION and parent.children[0].type == "&"
