"""The grammar of Python: parsing, the names of node types, and the few node helpers everybody needs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from tree_sitter import Language, Parser, Query, QueryCursor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Tree

    from leakfix.text import Span

ALIASED_IMPORT: Final = "aliased_import"
ARGUMENT_LIST: Final = "argument_list"
ASSERT_STATEMENT: Final = "assert_statement"
ASSIGNMENT: Final = "assignment"
AS_PATTERN: Final = "as_pattern"
AS_PATTERN_TARGET: Final = "as_pattern_target"
ATTRIBUTE: Final = "attribute"
AUGMENTED_ASSIGNMENT: Final = "augmented_assignment"
AWAIT: Final = "await"
BINARY_OPERATOR: Final = "binary_operator"
BLOCK: Final = "block"
BOOLEAN_OPERATOR: Final = "boolean_operator"
BREAK_STATEMENT: Final = "break_statement"
CALL: Final = "call"
CASE_CLAUSE: Final = "case_clause"
CASE_PATTERN: Final = "case_pattern"
CLASS_DEFINITION: Final = "class_definition"
CLASS_PATTERN: Final = "class_pattern"
COMMENT: Final = "comment"
COMPARISON_OPERATOR: Final = "comparison_operator"
CONCATENATED_STRING: Final = "concatenated_string"
CONDITIONAL_EXPRESSION: Final = "conditional_expression"
CONTINUE_STATEMENT: Final = "continue_statement"
DECORATED_DEFINITION: Final = "decorated_definition"
DECORATOR: Final = "decorator"
DEFAULT_PARAMETER: Final = "default_parameter"
DELETE_STATEMENT: Final = "delete_statement"
DICTIONARY: Final = "dictionary"
DICTIONARY_COMPREHENSION: Final = "dictionary_comprehension"
DICTIONARY_SPLAT: Final = "dictionary_splat"
DICTIONARY_SPLAT_PATTERN: Final = "dictionary_splat_pattern"
DICT_PATTERN: Final = "dict_pattern"
DOTTED_NAME: Final = "dotted_name"
ELIF_CLAUSE: Final = "elif_clause"
ELLIPSIS: Final = "ellipsis"
ELSE_CLAUSE: Final = "else_clause"
ERROR: Final = "ERROR"
EXCEPT_CLAUSE: Final = "except_clause"
EXEC_STATEMENT: Final = "exec_statement"
EXPRESSION_LIST: Final = "expression_list"
EXPRESSION_STATEMENT: Final = "expression_statement"
FALSE: Final = "false"
FINALLY_CLAUSE: Final = "finally_clause"
FLOAT: Final = "float"
FORMAT_EXPRESSION: Final = "format_expression"
FOR_IN_CLAUSE: Final = "for_in_clause"
FOR_STATEMENT: Final = "for_statement"
FUNCTION_DEFINITION: Final = "function_definition"
FUTURE_IMPORT_STATEMENT: Final = "future_import_statement"
GENERATOR_EXPRESSION: Final = "generator_expression"
GENERIC_TYPE: Final = "generic_type"
GLOBAL_STATEMENT: Final = "global_statement"
IDENTIFIER: Final = "identifier"
IF_CLAUSE: Final = "if_clause"
IF_STATEMENT: Final = "if_statement"
IMPORT_FROM_STATEMENT: Final = "import_from_statement"
IMPORT_PREFIX: Final = "import_prefix"
IMPORT_STATEMENT: Final = "import_statement"
INTEGER: Final = "integer"
INTERPOLATION: Final = "interpolation"
KEYWORD_ARGUMENT: Final = "keyword_argument"
KEYWORD_PATTERN: Final = "keyword_pattern"
KEYWORD_SEPARATOR: Final = "keyword_separator"
LAMBDA: Final = "lambda"
LAMBDA_PARAMETERS: Final = "lambda_parameters"
LIST: Final = "list"
LIST_COMPREHENSION: Final = "list_comprehension"
LIST_PATTERN: Final = "list_pattern"
LIST_SPLAT: Final = "list_splat"
LIST_SPLAT_PATTERN: Final = "list_splat_pattern"
MATCH_STATEMENT: Final = "match_statement"
MODULE: Final = "module"
NAMED_EXPRESSION: Final = "named_expression"
NONE: Final = "none"
NONLOCAL_STATEMENT: Final = "nonlocal_statement"
NOT_OPERATOR: Final = "not_operator"
PAIR: Final = "pair"
PARAMETERS: Final = "parameters"
PARENTHESIZED_EXPRESSION: Final = "parenthesized_expression"
PARENTHESIZED_LIST_SPLAT: Final = "parenthesized_list_splat"
PASS_STATEMENT: Final = "pass_statement"  # noqa: S105 (no password)
PATTERN_LIST: Final = "pattern_list"
POSITIONAL_SEPARATOR: Final = "positional_separator"
PRINT_STATEMENT: Final = "print_statement"
RAISE_STATEMENT: Final = "raise_statement"
RELATIVE_IMPORT: Final = "relative_import"
RETURN_STATEMENT: Final = "return_statement"
SET: Final = "set"
SET_COMPREHENSION: Final = "set_comprehension"
SLICE: Final = "slice"
SPLAT_PATTERN: Final = "splat_pattern"
STRING: Final = "string"
STRING_CONTENT: Final = "string_content"
SUBSCRIPT: Final = "subscript"
TRUE: Final = "true"
TRY_STATEMENT: Final = "try_statement"
TUPLE: Final = "tuple"
TUPLE_PATTERN: Final = "tuple_pattern"
TYPE: Final = "type"
TYPED_DEFAULT_PARAMETER: Final = "typed_default_parameter"
TYPED_PARAMETER: Final = "typed_parameter"
TYPE_ALIAS_STATEMENT: Final = "type_alias_statement"
TYPE_PARAMETER: Final = "type_parameter"
UNARY_OPERATOR: Final = "unary_operator"
UNION_PATTERN: Final = "union_pattern"
UNION_TYPE: Final = "union_type"
WHILE_STATEMENT: Final = "while_statement"
WILDCARD_IMPORT: Final = "wildcard_import"
WITH_CLAUSE: Final = "with_clause"
WITH_ITEM: Final = "with_item"
WITH_STATEMENT: Final = "with_statement"
YIELD: Final = "yield"

COMPREHENSIONS: Final = frozenset(
    (LIST_COMPREHENSION, SET_COMPREHENSION, DICTIONARY_COMPREHENSION, GENERATOR_EXPRESSION)
)
FUNCTIONS: Final = frozenset((FUNCTION_DEFINITION, LAMBDA))
"""What has a frame of its own and runs when it is called."""
DEFERRED: Final = frozenset((FUNCTION_DEFINITION, LAMBDA, GENERATOR_EXPRESSION))
"""What may run later than the place where it stands."""
SIMPLE_STATEMENTS: Final = frozenset(
    (
        ASSERT_STATEMENT,
        BREAK_STATEMENT,
        CONTINUE_STATEMENT,
        DELETE_STATEMENT,
        EXEC_STATEMENT,
        EXPRESSION_STATEMENT,
        FUTURE_IMPORT_STATEMENT,
        GLOBAL_STATEMENT,
        IMPORT_FROM_STATEMENT,
        IMPORT_STATEMENT,
        NONLOCAL_STATEMENT,
        PASS_STATEMENT,
        PRINT_STATEMENT,
        RAISE_STATEMENT,
        RETURN_STATEMENT,
        TYPE_ALIAS_STATEMENT,
    )
)
COMPOUND_STATEMENTS: Final = frozenset(
    (
        CLASS_DEFINITION,
        DECORATED_DEFINITION,
        FOR_STATEMENT,
        FUNCTION_DEFINITION,
        IF_STATEMENT,
        MATCH_STATEMENT,
        TRY_STATEMENT,
        WHILE_STATEMENT,
        WITH_STATEMENT,
    )
)
STATEMENTS: Final = SIMPLE_STATEMENTS | COMPOUND_STATEMENTS
"""What stands in a block. A decorated definition is a statement, and so is the definition in it."""
SUITES: Final = frozenset((BLOCK, MODULE))
"""What holds statements."""

_OLD: Final = """
[(print_statement) (exec_statement)] @old
(comparison_operator "<>") @old
(raise_statement (expression_list)) @old
(except_clause value: (_) value: (_)) @old
(parameters (tuple_pattern) @old)
((integer) @old (#match? @old "^0[0-9]*[1-9]|[lL]$"))
((string_start) @old (#match? @old "`|^[uU][rR]"))
"""


@cache
def language() -> Language:
    """Return the tree-sitter grammar, loaded when first asked for."""
    import tree_sitter_python

    return Language(tree_sitter_python.language())


@cache
def query(text: str) -> Query:
    """Return a tree-sitter query, compiled once."""
    return Query(language(), text)


def captures(text: str, node: Node, span: Span | None = None) -> dict[str, list[Node]]:
    """Return what a query captures in a node, by name and in source order; with a span what touches it."""
    cursor = QueryCursor(query(text))
    if span is not None:
        cursor.set_byte_range(span.start, span.end)
    found = cursor.captures(node)
    for nodes in found.values():
        nodes.sort(key=_start)
    return found


def _start(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


def parse(data: bytes) -> Tree:
    """Parse one source file; never fails: what is not of the language becomes ERROR nodes. Offsets are bytes.

    In a file that is not UTF-8 each byte is a character, and those that are not ASCII may be letters of names.
    """
    if data.isascii() or _is_utf8(data):
        return Parser(language()).parse(data)
    buffer = bytearray(data.translate(_LETTERS))
    tree = Parser(language()).parse(buffer)
    buffer[:] = data
    return tree


_LETTERS: Final = bytes(range(128)) + b"x" * 128


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def outdated(root: Node) -> list[Node]:
    """Return the nodes that the grammar knows and Python 3 does not: `print x`, `except A, e`, `a <> b`, `0777`."""
    return captures(_OLD, root).get("old", [])


def text(node: Node) -> str:
    """Return the source of a node; bytes that are not UTF-8 become replacement characters."""
    return (node.text or b"").decode("utf-8", "replace")


def field(node: Node, name: str) -> Node | None:
    """Return the child in a field."""
    return node.child_by_field_name(name)


def named(node: Node) -> list[Node]:
    """Return the named children without comments."""
    return [child for child in node.named_children if child.type not in _EXTRAS]


_EXTRAS: Final = frozenset((COMMENT, "line_continuation"))


def unparen(node: Node) -> Node:
    """Return the expression in all parentheses around it."""
    while node.type == PARENTHESIZED_EXPRESSION:
        children = named(node)
        if len(children) != 1:
            return node
        node = children[0]
    return node


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all named nodes below it, in source order."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(reversed(at.named_children))


# calls


def callee(call: Node) -> Node:
    """Return the expression that is called."""
    found = call.child_by_field_name("function")
    assert found is not None
    return found


def argument_nodes(call: Node) -> list[Node]:
    """Return the arguments of a call as written: values, keyword arguments and splats; `f(x for x in y)` has one."""
    found = call.child_by_field_name("arguments")
    if found is None:
        return []
    return [found] if found.type == GENERATOR_EXPRESSION else named(found)


def positional(call: Node) -> list[Node]:
    """Return the values that are certainly passed by position: those before the first `*args`."""
    values: list[Node] = []
    for node in argument_nodes(call):
        if node.type in _SPLATS:
            break
        if node.type != KEYWORD_ARGUMENT:
            values.append(node)
    return values


def keywords(call: Node) -> dict[str, Node]:
    """Return the values that are passed by keyword, by name."""
    values: dict[str, Node] = {}
    for node in argument_nodes(call):
        if node.type == KEYWORD_ARGUMENT:
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None:
                values[text(name)] = value
    return values


def argument(call: Node, position: int, keyword: str = "") -> Node | None:
    """Return the value of one parameter, by position (none if negative) or keyword; None when it is not given."""
    values = positional(call)
    if 0 <= position < len(values):
        return values[position]
    return keywords(call).get(keyword) if keyword else None


def has_splat(call: Node) -> bool:
    """Whether arguments are passed that are not written out: `*args`, `**kwargs`."""
    return any(node.type in _SPLATS or node.type == DICTIONARY_SPLAT for node in argument_nodes(call))


_SPLATS: Final = frozenset((LIST_SPLAT, PARENTHESIZED_LIST_SPLAT))


def string_value(node: Node) -> str | None:
    """Return what a plain string literal says; None of anything else: f-strings, bytes, escapes, joined ones."""
    node = unparen(node)
    if node.type != STRING:
        return None
    children = node.named_children
    start = text(children[0]).rstrip("\"'").lower() if children else ""
    if start not in ("", "r", "u") or len(children) not in (2, 3):
        return None
    if len(children) == 2:
        return ""
    content = children[1]
    return text(content) if content.type == STRING_CONTENT and not content.named_children else None


# places


def owner_of(node: Node) -> Node | None:
    """Return the innermost function or lambda around a node; None in no function."""
    at = node.parent
    while at is not None and at.type not in FUNCTIONS:
        at = at.parent
    return at


def statement_of(node: Node) -> Node:
    """Return the innermost statement that a node belongs to, itself included: what stands in a block."""
    at: Node | None = node
    while at is not None:
        parent = at.parent
        if parent is None or (parent.type in SUITES and at.type in STATEMENTS):
            return at
        at = parent
    return node


def block_of(statement: Node) -> Node | None:
    """Return the block or module that a statement stands in."""
    parent = statement.parent
    return parent if parent is not None and parent.type in SUITES else None


def statements(block: Node) -> list[Node]:
    """Return the statements of a block or module, without comments."""
    return named(block)


def is_within(node: Node, outer: Node) -> bool:
    """Whether a node is another, or lies in it."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def is_async(node: Node) -> bool:
    """Whether a definition, loop, with statement or clause of a comprehension says `async`."""
    return any(child.type == "async" for child in node.children[:2])


def definition(node: Node) -> Node:
    """Return the definition in a decorated one, else the node itself."""
    if node.type == DECORATED_DEFINITION:
        inner = node.child_by_field_name("definition")
        return inner if inner is not None else node
    return node


def decorators(node: Node) -> list[Node]:
    """Return the expressions of the decorators of a function or class definition, outermost first."""
    parent = node.parent
    if parent is None or parent.type != DECORATED_DEFINITION:
        return []
    return [named(child)[0] for child in parent.named_children if child.type == DECORATOR and named(child)]


def with_items(statement: Node) -> list[tuple[Node, Node | None]]:
    """Return the context expressions of a with statement with what stands behind their `as`."""
    clause = next((child for child in statement.named_children if child.type == WITH_CLAUSE), None)
    found: list[tuple[Node, Node | None]] = []
    for item in clause.named_children if clause is not None else ():
        value = item.child_by_field_name("value") if item.type == WITH_ITEM else None
        if value is None:
            continue
        if value.type == AS_PATTERN:
            target = value.child_by_field_name("alias")
            inner = named(target) if target is not None else []
            found.append((named(value)[0], inner[0] if inner else None))
        else:
            found.append((value, None))
    return found
