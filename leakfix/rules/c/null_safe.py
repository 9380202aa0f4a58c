"""Functions and macros of a project that do nothing where they are given null, as `free` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import preprocessor, syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.preprocessor import Macro

_DEEPEST: Final = 3
_NULLS: Final = ("NULL", "nullptr", "0")
_ARGUMENT: Final = "argument"


def takes_null(analysis: Analysis, name: str, depth: int = 0) -> bool:
    """Whether a release may be given null, as its model tells, or its body."""
    release = analysis.models.release(name.removeprefix("std::"))
    if release is not None:
        return release.null
    if depth > _DEEPEST:
        return False
    macros = analysis.world.macros(name, analysis.file)
    if macros:
        return all(_of_macro(analysis, macro, depth) for macro in macros)
    functions = analysis.world.functions(name, analysis.file)
    return bool(functions) and all(_of_function(analysis, one, depth) for one in functions)


def _of_macro(analysis: Analysis, macro: Macro, depth: int) -> bool:
    if macro.params is None:
        other = macro.body.decode("utf-8", "replace").strip()
        return other.isidentifier() and takes_null(analysis, other, depth + 1)
    text = preprocessor.expand(macro, [_ARGUMENT.encode()], {})
    if text is None:
        return False
    root = syntax.parse(b"void f(void) {" + text + b";}", analysis.file.dialect).root_node
    body = root.named_children[0].child_by_field_name("body") if root.named_children else None
    return body is not None and not root.has_error and _ignores(analysis, body, _ARGUMENT, depth)


def _of_function(analysis: Analysis, function: Function, depth: int) -> bool:
    name = function.params[0].name if len(function.params) == 1 else ""
    return bool(name) and _ignores(analysis, function.body, name, depth)


def _ignores(analysis: Analysis, body: Node, name: str, depth: int) -> bool:
    """Whether the statements of a block do nothing where a variable is null."""
    for statement in syntax.named(body):
        if statement.type == syntax.COMMENT or statement.text == b";":
            continue
        if statement.type == syntax.IF_STATEMENT:
            tested = statement.child_by_field_name("condition")
            condition = "".join(syntax.text(tested).split()).strip("()") if tested is not None else ""
            consequence = statement.child_by_field_name("consequence")
            if condition in _spelled(name, "==") or condition == f"!{name}":
                return consequence is not None and _leaves(consequence)
            is_guarded = condition == name or condition in _spelled(name, "!=")
            if is_guarded and statement.child_by_field_name("alternative") is None:
                continue
            return False
        if not _is_harmless(analysis, statement, name, depth):
            return False
    return True


def _spelled(name: str, operator: str) -> tuple[str, ...]:
    sides = [(name, null) for null in _NULLS] + [(null, name) for null in _NULLS]
    return tuple(f"{left}{operator}{right}" for left, right in sides)


def _leaves(statement: Node) -> bool:
    inner = syntax.named(statement) if statement.type == syntax.COMPOUND_STATEMENT else [statement]
    return len(inner) == 1 and inner[0].type == syntax.RETURN_STATEMENT and not syntax.named(inner[0])


def _is_harmless(analysis: Analysis, statement: Node, name: str, depth: int) -> bool:
    """Whether a statement is a call that is only given the variable, and may be given null."""
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    call = held[0] if len(held) == 1 and held[0].type == syntax.CALL_EXPRESSION else None
    called = call.child_by_field_name("function") if call is not None else None
    arguments = call.child_by_field_name("arguments") if call is not None else None
    if called is None or arguments is None or called.type != syntax.IDENTIFIER:
        return False
    given = [_uncast(one) for one in syntax.named(arguments)]
    return [syntax.text(one) for one in given] == [name] and takes_null(analysis, syntax.text(called), depth + 1)


def _uncast(node: Node) -> Node:
    while node.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
        inner = node.child_by_field_name("value") if node.type == syntax.CAST_EXPRESSION else syntax.unparen(node)
        if inner is None or inner == node:
            return node
        node = inner
    return node
