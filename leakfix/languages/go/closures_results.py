"""The results of a Go function: their types as they are written, their zero values, and what its returns return."""

from collections.abc import Callable, Sequence
from typing import Final

from tree_sitter import Node

from leakfix.languages.go import syntax as go
from leakfix.text.records import record

_NIL_TYPES: Final = frozenset(
    {go.POINTER_TYPE, go.SLICE_TYPE, go.MAP_TYPE, go.CHANNEL_TYPE, go.FUNCTION_TYPE, go.INTERFACE_TYPE}
)
_LITERALS: Final = frozenset(
    {
        go.NIL,
        go.TRUE,
        go.FALSE,
        go.INT_LITERAL,
        go.FLOAT_LITERAL,
        go.RUNE_LITERAL,
        go.INTERPRETED_STRING_LITERAL,
        go.RAW_STRING_LITERAL,
    }
)
_NUMBERS: Final = frozenset(
    {"byte", "complex128", "complex64", "float32", "float64", "int", "int16", "int32", "int64", "int8", "rune"}
    | {"uint", "uint16", "uint32", "uint64", "uint8", "uintptr"}
)
_ZEROS: Final = frozenset(("nil", "0", '""', "false"))


@record
class Result:
    """One result of a function: ``name`` is empty when it has none; ``type`` is its type's node."""

    name: str
    type: Node

    @property
    def text(self) -> str:
        """The type as it is written."""
        return go.text(self.type)


ZeroOf = Callable[[Node], str | None]
"""The zero value of a named type's node; None when its underlying type is not known."""


def results_of(function: Node) -> list[Result]:
    """The results that a function literal or declaration states, one entry each."""
    stated = function.child_by_field_id(go.F_RESULT)
    if stated is None:
        return []
    if stated.kind_id != go.PARAMETER_LIST:
        return [Result("", stated)]
    found: list[Result] = []
    for declaration in go.operands(stated):
        kind = declaration.child_by_field_id(go.F_TYPE)
        if declaration.kind_id != go.PARAMETER_DECLARATION or kind is None:
            continue
        names = go.field_children(declaration, go.F_NAME)
        found += [Result(go.text(name), kind) for name in names] or [Result("", kind)]
    return found


def zero_value(kind: Node, of_named: ZeroOf) -> str:
    """An expression for the zero value of a type; ``*new(T)``, which always holds, when nothing better is known."""
    kind = go.unparen(kind)
    written = go.text(kind)
    if kind.kind_id in _NIL_TYPES:
        return "nil"
    if kind.kind_id in (go.ARRAY_TYPE, go.STRUCT_TYPE):
        return f"{written}{{}}"
    named = of_named(kind)
    return named if named is not None else f"*new({written})"


def zero_of_predeclared(name: str) -> str | None:
    """The zero value of a predeclared type."""
    if name in ("error", "any"):
        return "nil"
    if name in _NUMBERS:
        return "0"
    return {"string": '""', "bool": "false"}.get(name)


def is_fixed(expression: Node) -> bool:
    """Whether an expression means the same wherever and whenever it is evaluated: a literal or an empty ``T{}``."""
    expression = go.unparen(expression)
    if expression.kind_id in _LITERALS:
        return True
    if expression.kind_id == go.UNARY_EXPRESSION:
        operand = expression.child_by_field_id(go.F_OPERAND)
        return expression.text is not None and expression.text[:1] == b"-" and operand is not None and is_fixed(operand)
    if expression.kind_id == go.COMPOSITE_LITERAL:
        body = expression.child_by_field_id(go.F_BODY)
        return body is not None and not body.named_children
    return False


def returned(statement: Node) -> list[Node]:
    """The expressions of a return statement; none when it is naked."""
    lists = [child for child in go.operands(statement) if child.kind_id == go.EXPRESSION_LIST]
    return go.operands(lists[0]) if lists else []


def names_in(node: Node) -> list[Node]:
    """The identifiers, type names and package names within a type or an expression, selected fields left out."""
    if node.kind_id in (go.IDENTIFIER, go.TYPE_IDENTIFIER, go.PACKAGE_IDENTIFIER):
        return [node]
    if node.kind_id == go.QUALIFIED_TYPE:
        package = node.child_by_field_id(go.F_PACKAGE)
        return [] if package is None else [package]
    return [name for child in node.named_children for name in names_in(child)]


def fixed_columns(
    rows: Sequence[Sequence[Node]], width: int, lasts: Callable[[Node], bool], is_zero: Callable[[Node], bool]
) -> dict[int, Node]:
    """The positions at which every row returns the same, with the expression that can be returned instead.

    That is a fixed expression, a name that ``lasts`` (it means the same behind the loop's body), or the zero value, be
    it as a literal or as a name that ``is_zero``.
    """
    found: dict[int, Node] = {}
    if not rows or any(len(row) != width for row in rows):
        return found
    for column in range(width):
        cells = [row[column] for row in rows]
        literal = next((cell for cell in cells if is_fixed(cell)), cells[0])
        same = len({go.text(cell) for cell in cells}) == 1 and all(is_fixed(cell) or lasts(cell) for cell in cells)
        if same or all(go.text(cell) in _ZEROS or is_zero(cell) for cell in cells):
            found[column] = literal
    return found
