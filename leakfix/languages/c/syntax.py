"""The grammars of C and C++: parsing, the names of node types, and the few node helpers everybody needs.

The two grammars number their node types differently, so that names are compared: `node.type == CALL_EXPRESSION`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tree_sitter import Language, Parser, Query, QueryCursor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Tree

Dialect: TypeAlias = Literal["c", "cpp"]

_HINTS: Final = ("__builtin_expect", "likely", "UNEXPECTED", "EXPECTED", "LIKELY")
"""How the names of macros end that only tell the compiler which way a condition mostly goes."""

ABSTRACT_FUNCTION_DECLARATOR: Final = "abstract_function_declarator"
ABSTRACT_POINTER_DECLARATOR: Final = "abstract_pointer_declarator"
ABSTRACT_REFERENCE_DECLARATOR: Final = "abstract_reference_declarator"
ABSTRACT_ARRAY_DECLARATOR: Final = "abstract_array_declarator"
ALIAS_DECLARATION: Final = "alias_declaration"
ARGUMENT_LIST: Final = "argument_list"
ARRAY_DECLARATOR: Final = "array_declarator"
ASSIGNMENT_EXPRESSION: Final = "assignment_expression"
ATTRIBUTED_DECLARATOR: Final = "attributed_declarator"
ATTRIBUTED_STATEMENT: Final = "attributed_statement"
BASE_CLASS_CLAUSE: Final = "base_class_clause"
BINARY_EXPRESSION: Final = "binary_expression"
BREAK_STATEMENT: Final = "break_statement"
CALL_EXPRESSION: Final = "call_expression"
CASE_STATEMENT: Final = "case_statement"
CAST_EXPRESSION: Final = "cast_expression"
CATCH_CLAUSE: Final = "catch_clause"
CHAR_LITERAL: Final = "char_literal"
CLASS_SPECIFIER: Final = "class_specifier"
COMMA_EXPRESSION: Final = "comma_expression"
COMMENT: Final = "comment"
COMPOUND_LITERAL: Final = "compound_literal_expression"
COMPOUND_STATEMENT: Final = "compound_statement"
CONDITION_CLAUSE: Final = "condition_clause"
CONDITIONAL_EXPRESSION: Final = "conditional_expression"
CONTINUE_STATEMENT: Final = "continue_statement"
DECLARATION: Final = "declaration"
DECLARATION_LIST: Final = "declaration_list"
DEFAULT_METHOD: Final = "default_method_clause"
DELETE_EXPRESSION: Final = "delete_expression"
DELETE_METHOD: Final = "delete_method_clause"
DEPENDENT_NAME: Final = "dependent_name"
DESTRUCTOR_NAME: Final = "destructor_name"
DO_STATEMENT: Final = "do_statement"
ELSE_CLAUSE: Final = "else_clause"
ENUM_SPECIFIER: Final = "enum_specifier"
ENUMERATOR: Final = "enumerator"
ERROR: Final = "ERROR"
EXPRESSION_STATEMENT: Final = "expression_statement"
FALSE: Final = "false"
FIELD_DECLARATION: Final = "field_declaration"
FIELD_DECLARATION_LIST: Final = "field_declaration_list"
FIELD_EXPRESSION: Final = "field_expression"
FIELD_IDENTIFIER: Final = "field_identifier"
FIELD_INITIALIZER: Final = "field_initializer"
FIELD_INITIALIZER_LIST: Final = "field_initializer_list"
FOR_RANGE_LOOP: Final = "for_range_loop"
FOR_STATEMENT: Final = "for_statement"
FRIEND_DECLARATION: Final = "friend_declaration"
FUNCTION_DECLARATOR: Final = "function_declarator"
FUNCTION_DEFINITION: Final = "function_definition"
GENERIC_EXPRESSION: Final = "generic_expression"
GOTO_STATEMENT: Final = "goto_statement"
IDENTIFIER: Final = "identifier"
IF_STATEMENT: Final = "if_statement"
INITIALIZER_LIST: Final = "initializer_list"
INITIALIZER_PAIR: Final = "initializer_pair"
INIT_DECLARATOR: Final = "init_declarator"
INIT_STATEMENT: Final = "init_statement"
LABELED_STATEMENT: Final = "labeled_statement"
LAMBDA_CAPTURE_INITIALIZER: Final = "lambda_capture_initializer"
LAMBDA_CAPTURE_SPECIFIER: Final = "lambda_capture_specifier"
LAMBDA_EXPRESSION: Final = "lambda_expression"
LINKAGE_SPECIFICATION: Final = "linkage_specification"
NAMESPACE_DEFINITION: Final = "namespace_definition"
NAMESPACE_IDENTIFIER: Final = "namespace_identifier"
NEW_EXPRESSION: Final = "new_expression"
NULL: Final = "null"
NUMBER_LITERAL: Final = "number_literal"
OPERATOR_CAST: Final = "operator_cast"
OPERATOR_NAME: Final = "operator_name"
OPTIONAL_PARAMETER: Final = "optional_parameter_declaration"
PARAMETER_DECLARATION: Final = "parameter_declaration"
PARAMETER_LIST: Final = "parameter_list"
PARENTHESIZED_DECLARATOR: Final = "parenthesized_declarator"
PARENTHESIZED_EXPRESSION: Final = "parenthesized_expression"
PLACEHOLDER_TYPE: Final = "placeholder_type_specifier"
POINTER_DECLARATOR: Final = "pointer_declarator"
POINTER_EXPRESSION: Final = "pointer_expression"
PREPROC_CALL: Final = "preproc_call"
PREPROC_DEF: Final = "preproc_def"
PREPROC_ELIF: Final = "preproc_elif"
PREPROC_ELIFDEF: Final = "preproc_elifdef"
PREPROC_ELSE: Final = "preproc_else"
PREPROC_FUNCTION_DEF: Final = "preproc_function_def"
PREPROC_IF: Final = "preproc_if"
PREPROC_IFDEF: Final = "preproc_ifdef"
PREPROC_INCLUDE: Final = "preproc_include"
PRIMITIVE_TYPE: Final = "primitive_type"
QUALIFIED_IDENTIFIER: Final = "qualified_identifier"
REFERENCE_DECLARATOR: Final = "reference_declarator"
RETURN_STATEMENT: Final = "return_statement"
SIZED_TYPE: Final = "sized_type_specifier"
SIZEOF_EXPRESSION: Final = "sizeof_expression"
STATEMENT_IDENTIFIER: Final = "statement_identifier"
STORAGE_CLASS: Final = "storage_class_specifier"
STRING_LITERAL: Final = "string_literal"
STRUCT_SPECIFIER: Final = "struct_specifier"
STRUCTURED_BINDING: Final = "structured_binding_declarator"
SUBSCRIPT_EXPRESSION: Final = "subscript_expression"
SWITCH_STATEMENT: Final = "switch_statement"
TEMPLATE_ARGUMENT_LIST: Final = "template_argument_list"
TEMPLATE_DECLARATION: Final = "template_declaration"
TEMPLATE_FUNCTION: Final = "template_function"
TEMPLATE_METHOD: Final = "template_method"
TEMPLATE_TYPE: Final = "template_type"
THIS: Final = "this"
THROW_STATEMENT: Final = "throw_statement"
TRANSLATION_UNIT: Final = "translation_unit"
TRUE: Final = "true"
TRY_STATEMENT: Final = "try_statement"
TYPE_DEFINITION: Final = "type_definition"
TYPE_DESCRIPTOR: Final = "type_descriptor"
TYPE_IDENTIFIER: Final = "type_identifier"
TYPE_QUALIFIER: Final = "type_qualifier"
UNARY_EXPRESSION: Final = "unary_expression"
UNION_SPECIFIER: Final = "union_specifier"
UPDATE_EXPRESSION: Final = "update_expression"
USING_DECLARATION: Final = "using_declaration"
VARIADIC_DECLARATOR: Final = "variadic_declarator"
VARIADIC_PARAMETER: Final = "variadic_parameter"
WHILE_STATEMENT: Final = "while_statement"

FUNCTIONS: Final = frozenset((FUNCTION_DEFINITION, LAMBDA_EXPRESSION))
"""What has a frame of its own."""
IDENTIFIERS: Final = frozenset((IDENTIFIER, TYPE_IDENTIFIER))
"""What may name a variable: in some places the grammar takes a value for a type."""
CONDITIONALS: Final = frozenset((PREPROC_IF, PREPROC_IFDEF))
ALTERNATIVES: Final = frozenset((PREPROC_ELSE, PREPROC_ELIF, PREPROC_ELIFDEF))
CLASSES: Final = frozenset((STRUCT_SPECIFIER, UNION_SPECIFIER, CLASS_SPECIFIER))


@cache
def language(dialect: Dialect) -> Language:
    """Return the tree-sitter grammar of a dialect, loaded when first asked for."""
    if dialect == "c":
        import tree_sitter_c

        return Language(tree_sitter_c.language())
    import tree_sitter_cpp

    return Language(tree_sitter_cpp.language())


def parse(data: bytes, dialect: Dialect) -> Tree:
    """Parse one source file; never fails: what is not of the language becomes ERROR nodes. Offsets are bytes."""
    return Parser(language(dialect)).parse(data)


def parse_as(buffer: bytearray, data: bytes, dialect: Dialect) -> Tree:
    """Parse `buffer`, which is as long as `data`, and let the nodes read their text from `data`."""
    tree = Parser(language(dialect)).parse(buffer)
    buffer[:] = data
    return tree


def parse_again(tree: Tree, before: bytes, buffer: bytearray, data: bytes, dialect: Dialect) -> Tree:
    """Do as `parse_as`, given the tree of bytes as long, of which what is the same is not parsed again."""
    edits: list[tuple[int, int, tuple[int, int], tuple[int, int], tuple[int, int]]] = []
    at, offset = (0, 0), 0
    for start, end in _changes(before, bytes(buffer)):
        begin = _moved(at, before[offset:start])
        at, offset = _moved(begin, before[start:end]), end
        edits.append((start, end, begin, at, _moved(begin, bytes(buffer[start:end]))))
    # From the last to the first: what stands before an edit is where it was.
    for start, end, begin, old, new in reversed(edits):
        tree.edit(start, end, end, begin, old, new)
    again = Parser(language(dialect)).parse(buffer, tree)
    buffer[:] = data
    return again


def _moved(point: tuple[int, int], text: bytes) -> tuple[int, int]:
    """The row and column behind a text that starts at some."""
    lines = text.count(b"\n")
    return (point[0] + lines, len(text) - text.rfind(b"\n") - 1) if lines else (point[0], point[1] + len(text))


_CHANGE: Final = re.compile(rb"[^\0](?:\0{0,16}[^\0])*")
"""Differing bytes, with a few that are the same among them."""


def _changes(before: bytes, after: bytes) -> list[tuple[int, int]]:
    """Where two texts that are as long differ, as byte offsets."""
    differing = int.from_bytes(before, "big") ^ int.from_bytes(after, "big")
    return [match.span() for match in _CHANGE.finditer(differing.to_bytes(len(before), "big"))]


def text(node: Node) -> str:
    """Return the source of a node; bytes that are not UTF-8 become replacement characters."""
    return (node.text or b"").decode("utf-8", "replace")


def field(node: Node, name: str) -> Node | None:
    """Return the child in a field."""
    return node.child_by_field_name(name)


def operator(node: Node) -> str:
    """Return the operator of an expression as it is spelled; empty where it has none."""
    found = node.child_by_field_name("operator")
    return found.type if found is not None else ""


def unparen(node: Node) -> Node:
    """Return the expression in all parentheses around it, a clause of an if or a loop included."""
    while node.type in _PARENTHESES:
        inner = node.child_by_field_name("value") or _only(node)
        if inner is None:
            return node
        node = inner
    return node


def wrapped(node: Node) -> Node:
    """Return the expression with all parentheses and casts around it."""
    while node.parent is not None and node.parent.type in WRAPPING:
        node = node.parent
    return node


def named(node: Node) -> list[Node]:
    """Return the named children without comments."""
    return [child for child in node.named_children if child.type != COMMENT]


def hinted(call: Node) -> Node | None:
    """Return the condition in `__builtin_expect(condition, 0)` or in a macro that stands for it."""
    called, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if called is None or called.type != IDENTIFIER or not text(called).endswith(_HINTS):
        return None
    given = named(arguments) if arguments is not None else []
    return given[0] if given else None


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all named nodes below it, in source order."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(reversed(at.named_children))


def found(node: Node, kinds: tuple[str, ...], dialect: Dialect) -> list[Node]:
    """Return the nodes of some types at and below a node as `walk` would give them, without touching the others."""
    nodes = QueryCursor(_query(kinds, dialect)).captures(node).get("n", [])
    nodes.sort(key=lambda one: (one.start_byte, -one.end_byte))
    return nodes


@cache
def _query(kinds: tuple[str, ...], dialect: Dialect) -> Query:
    grammar = language(dialect)
    known = (kind for kind in kinds if grammar.id_for_node_kind(kind, True) is not None)
    return Query(grammar, "[" + " ".join(f"({kind})" for kind in known) + "] @n")


_PARENTHESES: Final = frozenset((PARENTHESIZED_EXPRESSION, CONDITION_CLAUSE))
WRAPPING: Final = frozenset((CAST_EXPRESSION, PARENTHESIZED_EXPRESSION))


def _only(node: Node) -> Node | None:
    children = named(node)
    return children[0] if len(children) == 1 else None
