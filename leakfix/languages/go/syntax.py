"""The Go grammar: parsing, the numbers of node kinds and fields, and the few node helpers everybody needs.

Node kinds and fields are compared by number (`node.kind_id == CALL_EXPRESSION`): half the price of comparing strings.
"""

from functools import cache
from typing import Final

import tree_sitter_go
from tree_sitter import Language, Node, Parser, Query, Range, Tree

_LANGUAGE: Final = Language(tree_sitter_go.language())
_TYPE_STARTS: Final = (b"[", b"*", b"<-", b"map[", b"chan ", b"struct", b"func", b"interface", b"(")


def language() -> Language:
    """Return the tree-sitter grammar of Go."""
    return _LANGUAGE


@cache
def query(text: str) -> Query:
    """Compile a query over the grammar once it is asked for: many runs need few of them, and each takes its time."""
    return Query(_LANGUAGE, text)


def parse(data: bytes, within: Range | None = None) -> Tree:
    """Parse one Go source file, or a range of it; never fails: what is no Go becomes ERROR nodes.

    Node offsets are bytes into `data`.
    """
    parser = Parser(_LANGUAGE) if within is None else Parser(_LANGUAGE, included_ranges=[within])
    tree = parser.parse(data)
    if tree.root_node.has_error and b"new(" in data:
        return _parse_new_expressions(parser, data, tree)
    return tree


def _parse_new_expressions(parser: Parser, data: bytes, tree: Tree) -> Tree:
    """Parse again where `new(expression)` of Go 1.26 was an error: the grammar wants a type in those parentheses.

    While it is parsed, `new` is spelled like any function's name; nodes read the true text from the buffer afterwards.
    """
    broken = [child for child in tree.root_node.children if child.has_error]
    buffer = bytearray(data)
    for child in broken:
        at = data.find(b"new(", child.start_byte, child.end_byte)
        while at >= 0:
            if not data.startswith(_TYPE_STARTS, at + 4):
                buffer[at : at + 3] = b"neW"
            at = data.find(b"new(", at + 4, child.end_byte)
    again = parser.parse(buffer)
    buffer[:] = data
    better = sum(child.has_error for child in again.root_node.children) < len(broken)
    return again if better else tree


def kind(name: str, named: bool = True) -> int:
    """Return the number of a node kind (or of a token); raises KeyError when the grammar has no such kind."""
    number = _LANGUAGE.id_for_node_kind(name, named)
    if number is None:
        raise KeyError(name)
    return number


def field(name: str) -> int:
    """Return the number of a field; raises KeyError when the grammar has no such field."""
    number = _LANGUAGE.field_id_for_name(name)
    if number is None:
        raise KeyError(name)
    return number


ARGUMENT_LIST: Final = kind("argument_list")
ARRAY_TYPE: Final = kind("array_type")
ASSIGNMENT_STATEMENT: Final = kind("assignment_statement")
BINARY_EXPRESSION: Final = kind("binary_expression")
BLANK_IDENTIFIER: Final = kind("blank_identifier")
BLOCK: Final = kind("block")
BREAK_STATEMENT: Final = kind("break_statement")
CALL_EXPRESSION: Final = kind("call_expression")
CHANNEL_TYPE: Final = kind("channel_type")
COMMENT: Final = kind("comment")
COMMUNICATION_CASE: Final = kind("communication_case")
COMPOSITE_LITERAL: Final = kind("composite_literal")
CONST_DECLARATION: Final = kind("const_declaration")
CONST_SPEC: Final = kind("const_spec")
CONTINUE_STATEMENT: Final = kind("continue_statement")
DEC_STATEMENT: Final = kind("dec_statement")
DEFAULT_CASE: Final = kind("default_case")
DEFER_STATEMENT: Final = kind("defer_statement")
DOT: Final = kind("dot")
EXPRESSION_CASE: Final = kind("expression_case")
EXPRESSION_LIST: Final = kind("expression_list")
EXPRESSION_STATEMENT: Final = kind("expression_statement")
EXPRESSION_SWITCH_STATEMENT: Final = kind("expression_switch_statement")
FALLTHROUGH_STATEMENT: Final = kind("fallthrough_statement")
FALSE: Final = kind("false")
FIELD_DECLARATION: Final = kind("field_declaration")
FIELD_DECLARATION_LIST: Final = kind("field_declaration_list")
FIELD_IDENTIFIER: Final = kind("field_identifier")
FLOAT_LITERAL: Final = kind("float_literal")
FOR_CLAUSE: Final = kind("for_clause")
FOR_STATEMENT: Final = kind("for_statement")
FUNC_LITERAL: Final = kind("func_literal")
FUNCTION_DECLARATION: Final = kind("function_declaration")
FUNCTION_TYPE: Final = kind("function_type")
GENERIC_TYPE: Final = kind("generic_type")
GOTO_STATEMENT: Final = kind("goto_statement")
GO_STATEMENT: Final = kind("go_statement")
IDENTIFIER: Final = kind("identifier")
IF_STATEMENT: Final = kind("if_statement")
IMAGINARY_LITERAL: Final = kind("imaginary_literal")
IMPLICIT_LENGTH_ARRAY_TYPE: Final = kind("implicit_length_array_type")
IMPORT_DECLARATION: Final = kind("import_declaration")
IMPORT_SPEC: Final = kind("import_spec")
IMPORT_SPEC_LIST: Final = kind("import_spec_list")
INC_STATEMENT: Final = kind("inc_statement")
INDEX_EXPRESSION: Final = kind("index_expression")
INT_LITERAL: Final = kind("int_literal")
INTERFACE_TYPE: Final = kind("interface_type")
INTERPRETED_STRING_LITERAL: Final = kind("interpreted_string_literal")
IOTA: Final = kind("iota")
KEYED_ELEMENT: Final = kind("keyed_element")
LABEL_NAME: Final = kind("label_name")
LABELED_STATEMENT: Final = kind("labeled_statement")
LITERAL_ELEMENT: Final = kind("literal_element")
LITERAL_VALUE: Final = kind("literal_value")
MAP_TYPE: Final = kind("map_type")
METHOD_DECLARATION: Final = kind("method_declaration")
METHOD_ELEM: Final = kind("method_elem")
NEGATED_TYPE: Final = kind("negated_type")
NIL: Final = kind("nil")
PACKAGE_CLAUSE: Final = kind("package_clause")
PACKAGE_IDENTIFIER: Final = kind("package_identifier")
PARAMETER_DECLARATION: Final = kind("parameter_declaration")
PARAMETER_LIST: Final = kind("parameter_list")
PARENTHESIZED_EXPRESSION: Final = kind("parenthesized_expression")
PARENTHESIZED_TYPE: Final = kind("parenthesized_type")
POINTER_TYPE: Final = kind("pointer_type")
QUALIFIED_TYPE: Final = kind("qualified_type")
RANGE_CLAUSE: Final = kind("range_clause")
RAW_STRING_LITERAL: Final = kind("raw_string_literal")
RECEIVE_STATEMENT: Final = kind("receive_statement")
RETURN_STATEMENT: Final = kind("return_statement")
RUNE_LITERAL: Final = kind("rune_literal")
SELECT_STATEMENT: Final = kind("select_statement")
SELECTOR_EXPRESSION: Final = kind("selector_expression")
SEND_STATEMENT: Final = kind("send_statement")
SHORT_VAR_DECLARATION: Final = kind("short_var_declaration")
SOURCE_FILE: Final = kind("source_file")
SLICE_EXPRESSION: Final = kind("slice_expression")
SLICE_TYPE: Final = kind("slice_type")
STATEMENT_LIST: Final = kind("statement_list")
STRUCT_TYPE: Final = kind("struct_type")
TRUE: Final = kind("true")
TYPE_ALIAS: Final = kind("type_alias")
TYPE_ARGUMENTS: Final = kind("type_arguments")
TYPE_ASSERTION_EXPRESSION: Final = kind("type_assertion_expression")
TYPE_CASE: Final = kind("type_case")
TYPE_CONSTRAINT: Final = kind("type_constraint")
TYPE_CONVERSION_EXPRESSION: Final = kind("type_conversion_expression")
TYPE_DECLARATION: Final = kind("type_declaration")
TYPE_ELEM: Final = kind("type_elem")
TYPE_IDENTIFIER: Final = kind("type_identifier")
TYPE_INSTANTIATION_EXPRESSION: Final = kind("type_instantiation_expression")
TYPE_PARAMETER_DECLARATION: Final = kind("type_parameter_declaration")
TYPE_PARAMETER_LIST: Final = kind("type_parameter_list")
TYPE_SPEC: Final = kind("type_spec")
TYPE_SWITCH_STATEMENT: Final = kind("type_switch_statement")
UNARY_EXPRESSION: Final = kind("unary_expression")
VAR_DECLARATION: Final = kind("var_declaration")
VAR_SPEC: Final = kind("var_spec")
VAR_SPEC_LIST: Final = kind("var_spec_list")
VARIADIC_ARGUMENT: Final = kind("variadic_argument")
VARIADIC_PARAMETER_DECLARATION: Final = kind("variadic_parameter_declaration")

DEFINE: Final = kind(":=", named=False)

F_ALIAS: Final = field("alias")
F_ALTERNATIVE: Final = field("alternative")
F_ARGUMENTS: Final = field("arguments")
F_BODY: Final = field("body")
F_CHANNEL: Final = field("channel")
F_COMMUNICATION: Final = field("communication")
F_CONDITION: Final = field("condition")
F_CONSEQUENCE: Final = field("consequence")
F_ELEMENT: Final = field("element")
F_FIELD: Final = field("field")
F_FUNCTION: Final = field("function")
F_INDEX: Final = field("index")
F_INITIALIZER: Final = field("initializer")
F_KEY: Final = field("key")
F_LABEL: Final = field("label")
F_LEFT: Final = field("left")
F_LENGTH: Final = field("length")
F_NAME: Final = field("name")
F_OPERAND: Final = field("operand")
F_OPERATOR: Final = field("operator")
F_PACKAGE: Final = field("package")
F_PARAMETERS: Final = field("parameters")
F_PATH: Final = field("path")
F_RECEIVER: Final = field("receiver")
F_RESULT: Final = field("result")
F_RIGHT: Final = field("right")
F_TYPE: Final = field("type")
F_TYPE_ARGUMENTS: Final = field("type_arguments")
F_TYPE_PARAMETERS: Final = field("type_parameters")
F_UPDATE: Final = field("update")
F_VALUE: Final = field("value")

_PARENTHESES: Final = frozenset({PARENTHESIZED_EXPRESSION, PARENTHESIZED_TYPE})
FUNCTION_KINDS: Final = frozenset({FUNCTION_DECLARATION, METHOD_DECLARATION, FUNC_LITERAL})
JUMP_KINDS: Final = frozenset({BREAK_STATEMENT, CONTINUE_STATEMENT, FALLTHROUGH_STATEMENT, GOTO_STATEMENT})
"""The statements that go elsewhere in the same function."""


def text(node: Node) -> str:
    """Return the source text of a node; bytes that are no UTF-8 become replacement characters."""
    data = node.text
    return data.decode("utf-8", "replace") if data else ""


def operands(node: Node) -> list[Node]:
    """Return the named children without comments: the items of an expression, argument or statement list."""
    children = node.named_children
    for child in children:
        if child.kind_id == COMMENT:
            return [child for child in children if child.kind_id != COMMENT]
    return children


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call without comments."""
    listed = call.child_by_field_id(F_ARGUMENTS)
    return operands(listed) if listed is not None else []


def owner_of(node: Node) -> Node | None:
    """Return the innermost function declaration or literal around a node."""
    at = node.parent
    while at is not None and at.kind_id not in FUNCTION_KINDS:
        at = at.parent
    return at


def unparen(node: Node) -> Node:
    """Strip parentheses from an expression or a type."""
    while node.kind_id in _PARENTHESES:
        inner = operands(node)
        if not inner:
            return node
        node = inner[0]
    return node


def string_value(node: Node) -> str:
    """Return the text between the quotes of a string literal, escapes untouched (enough for import paths)."""
    return text(node)[1:-1]


def operator(node: Node) -> str:
    """Return the operator of a unary or binary expression or an assignment; "" when it is missing."""
    sign = node.child_by_field_id(F_OPERATOR)
    return sign.type if sign is not None else ""


def field_children(node: Node, number: int) -> list[Node]:
    """Return the named children in a field that may occur several times (the names of a spec or a parameter)."""
    children = node.children_by_field_id(number)
    for child in children:
        if not child.is_named:
            return [child for child in children if child.is_named]
    return children


def call_at(within: Node, offset: int) -> Node | None:
    """The call of the function or method whose name starts at a byte offset."""
    node = within.descendant_for_byte_range(offset, offset + 1)
    if node is None or node.kind_id not in (IDENTIFIER, FIELD_IDENTIFIER):
        return None
    parent = node.parent
    if parent is not None and parent.kind_id == SELECTOR_EXPRESSION:
        parent = parent.parent
    return parent if parent is not None and parent.kind_id == CALL_EXPRESSION else None
