"""Whether an expression can be taken out of its statement and evaluated before it: order and number of turns stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.repair import RefusalError
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

_PURE: Final = frozenset(
    (
        syntax.IDENTIFIER,
        syntax.INTEGER,
        syntax.FLOAT,
        syntax.TRUE,
        syntax.FALSE,
        syntax.NONE,
        syntax.ELLIPSIS,
        syntax.LAMBDA,
    )
)
"""What is evaluated without anybody noticing."""
_PURE_OF: Final = frozenset(
    (
        syntax.STRING,
        syntax.CONCATENATED_STRING,
        syntax.INTERPOLATION,
        syntax.ATTRIBUTE,
        syntax.TUPLE,
        syntax.LIST,
        syntax.SET,
        syntax.DICTIONARY,
        syntax.PAIR,
        syntax.UNARY_OPERATOR,
        syntax.NOT_OPERATOR,
        syntax.BINARY_OPERATOR,
        syntax.COMPARISON_OPERATOR,
        syntax.BOOLEAN_OPERATOR,
        syntax.CONDITIONAL_EXPRESSION,
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.SUBSCRIPT,
        syntax.SLICE,
        syntax.KEYWORD_ARGUMENT,
        syntax.LIST_SPLAT,
        syntax.DICTIONARY_SPLAT,
        syntax.EXPRESSION_LIST,
    )
)
"""What is so if its parts are."""
_TRANSPARENT: Final = frozenset(
    ("string_content", "string_start", "string_end", "escape_sequence", "format_specifier", "type_conversion")
)
_READS: Final = frozenset(("read", "readline", "readlines", "strip", "splitlines", "split", "decode", "encode", "join"))
_ONCE: Final = frozenset(
    (
        syntax.EXPRESSION_STATEMENT,
        syntax.RETURN_STATEMENT,
        syntax.RAISE_STATEMENT,
        syntax.ASSIGNMENT,
        syntax.WITH_CLAUSE,
        syntax.WITH_ITEM,
        syntax.AS_PATTERN,
        syntax.WITH_STATEMENT,
    )
)
"""What evaluates its part, or its first part, once."""
_BEFORE: Final = frozenset(
    (
        syntax.CALL,
        syntax.ARGUMENT_LIST,
        syntax.BINARY_OPERATOR,
        syntax.COMPARISON_OPERATOR,
        syntax.DICTIONARY,
        syntax.PAIR,
        syntax.LIST,
        syntax.TUPLE,
        syntax.SET,
        syntax.SUBSCRIPT,
        syntax.SLICE,
        syntax.EXPRESSION_LIST,
        syntax.STRING,
        syntax.CONCATENATED_STRING,
    )
)
"""What evaluates its parts from left to right."""
_AROUND: Final = frozenset(
    (
        syntax.PARENTHESIZED_EXPRESSION,
        syntax.ATTRIBUTE,
        syntax.AWAIT,
        syntax.YIELD,
        syntax.UNARY_OPERATOR,
        syntax.NOT_OPERATOR,
        syntax.KEYWORD_ARGUMENT,
        syntax.LIST_SPLAT,
        syntax.DICTIONARY_SPLAT,
        syntax.INTERPOLATION,
        syntax.NAMED_EXPRESSION,
    )
)
"""What has one part, or parts that nobody evaluates."""


def check_hoistable(
    node: Node, *, writes: bool, eager: Callable[[Node], bool], together: frozenset[Node] = frozenset()
) -> None:
    """Raise `RefusalError` unless a node is what its statement evaluates first, once, but for what nobody notices.

    To open a file for reading earlier than what only reads is no difference; to make or empty one is. ``eager`` tells
    of a call whether it only reads its arguments. What is in ``together`` is taken out of the statement as well.
    """
    at = node
    while True:
        parent = at.parent
        if parent is None:
            raise RefusalError("unresolved", "the acquisition stands in no statement")
        if parent.type in syntax.SUITES:
            return
        _check_step(parent, at, _Order(together, None if writes else eager))
        if parent.type in syntax.STATEMENTS and parent.parent is not None and parent.parent.type in syntax.SUITES:
            return
        at = parent


def _check_step(parent: Node, at: Node, known: _Order) -> None:
    kind = parent.type
    if kind in _BEFORE or kind == syntax.AUGMENTED_ASSIGNMENT:
        _check_before(syntax.named(parent), at, known)
    elif kind == syntax.WITH_CLAUSE and syntax.named(parent)[0] != at:
        raise RefusalError("evaluation-order", "other contexts are entered before it is opened")
    elif kind not in _ONCE and kind not in _AROUND and not _is_first(parent, at):
        code, reason = _WHY.get(kind, ("evaluation-order", "it is not opened once, before all else in its statement"))
        raise RefusalError(code, reason)


def _check_before(parts: list[Node], at: Node, known: _Order) -> None:
    for part in parts:
        if part.start_byte >= at.start_byte:
            return
        if not is_pure(part, known):
            raise RefusalError("evaluation-order", "something that may have effects is evaluated before it is opened")


def _is_first(parent: Node, at: Node) -> bool:
    """Whether a part is what a statement or expression evaluates first, and always."""
    kind = parent.type
    if kind in (syntax.FOR_STATEMENT, syntax.BOOLEAN_OPERATOR):
        return syntax.field(parent, "right" if kind == syntax.FOR_STATEMENT else "left") == at
    if kind in (syntax.IF_STATEMENT, syntax.ASSERT_STATEMENT, syntax.MATCH_STATEMENT):
        return syntax.named(parent)[0] == at
    if kind == syntax.CONDITIONAL_EXPRESSION:
        return syntax.named(parent)[1] == at
    if kind == syntax.FOR_IN_CLAUSE:
        return _is_outermost(parent, at)
    return kind in syntax.COMPREHENSIONS and at.type == syntax.FOR_IN_CLAUSE


_WHY: Final = {
    syntax.LAMBDA: ("deferred", "it is opened when the lambda is called"),
    syntax.CONDITIONAL_EXPRESSION: ("conditional", "it is opened on a condition"),
    syntax.BOOLEAN_OPERATOR: ("conditional", "it is opened on a condition"),
    syntax.WHILE_STATEMENT: ("loop", "it is opened again on each turn of the loop"),
    syntax.ELIF_CLAUSE: ("conditional", "it is opened on a condition"),
    syntax.DECORATOR: ("deferred", "it is opened in a decorator"),
    syntax.DEFAULT_PARAMETER: ("default", "it is opened for a default value, which lives as long as the function"),
    syntax.TYPED_DEFAULT_PARAMETER: (
        "default",
        "it is opened for a default value, which lives as long as the function",
    ),
    syntax.LIST_COMPREHENSION: ("comprehension", "it is opened for each item of a comprehension"),
    syntax.SET_COMPREHENSION: ("comprehension", "it is opened for each item of a comprehension"),
    syntax.DICTIONARY_COMPREHENSION: ("comprehension", "it is opened for each item of a comprehension"),
    syntax.GENERATOR_EXPRESSION: ("comprehension", "it is opened for each item of a comprehension"),
    syntax.FOR_IN_CLAUSE: ("comprehension", "it is opened for each item of a comprehension"),
    syntax.IF_CLAUSE: ("comprehension", "it is opened for each item of a comprehension"),
}


def _is_outermost(clause: Node, at: Node) -> bool:
    """Whether a node is the first iterable of a comprehension, which is evaluated once and at once."""
    comprehension = clause.parent
    if comprehension is None or syntax.field(clause, "right") != at:
        return False
    clauses = [child for child in comprehension.named_children if child.type == syntax.FOR_IN_CLAUSE]
    return bool(clauses) and clauses[0] == clause


@record
class _Order:
    """What is evaluated earlier anyway, and which calls only read; None when reading counts as an effect."""

    together: frozenset[Node] = frozenset()
    reads: Callable[[Node], bool] | None = None


_STRICT: Final = _Order()


def is_pure(node: Node, known: _Order = _STRICT) -> bool:
    """Whether nobody notices when an expression is evaluated, or where that happens."""
    if node in known.together:
        return True
    if node.type in _PURE or node.type in _TRANSPARENT:
        return True
    if node.type in _PURE_OF:
        return all(is_pure(child, known) for child in syntax.named(node))
    if node.type == syntax.CALL and known.reads is not None:
        called = syntax.callee(node)
        name = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else None
        held = syntax.field(called, "object") if called.type == syntax.ATTRIBUTE else None
        is_method = name is not None and held is not None and syntax.text(name) in _READS and is_pure(held, known)
        return (is_method or known.reads(node)) and all(is_pure(one, known) for one in syntax.argument_nodes(node))
    return False
