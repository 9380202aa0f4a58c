"""Declarators: what stands around a declared name, from the name outwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_WRAPPERS: Final = frozenset(
    (
        syntax.INIT_DECLARATOR,
        syntax.PARENTHESIZED_DECLARATOR,
        syntax.ATTRIBUTED_DECLARATOR,
        syntax.VARIADIC_DECLARATOR,
        "ms_based_modifier",
        "bitfield_clause",
        "abstract_parenthesized_declarator",
    )
)
_POINTERS: Final = frozenset((syntax.POINTER_DECLARATOR, syntax.ABSTRACT_POINTER_DECLARATOR))
_ARRAYS: Final = frozenset((syntax.ARRAY_DECLARATOR, syntax.ABSTRACT_ARRAY_DECLARATOR))
_CALLS: Final = frozenset((syntax.FUNCTION_DECLARATOR, syntax.ABSTRACT_FUNCTION_DECLARATOR))
_REFERENCES: Final = frozenset((syntax.REFERENCE_DECLARATOR, syntax.ABSTRACT_REFERENCE_DECLARATOR))
_NAMES: Final = frozenset(
    (
        syntax.IDENTIFIER,
        syntax.FIELD_IDENTIFIER,
        syntax.TYPE_IDENTIFIER,
        syntax.QUALIFIED_IDENTIFIER,
        syntax.DESTRUCTOR_NAME,
        syntax.OPERATOR_NAME,
        syntax.OPERATOR_CAST,
        syntax.TEMPLATE_FUNCTION,
        syntax.STRUCTURED_BINDING,
        syntax.PRIMITIVE_TYPE,
    )
)
_DEEPEST: Final = 60


@record
class Declarator:
    """One declared name and what it is of the declaration's type, outermost first: `*`, `[]`, `()`, `&`.

    For `int *(*f[3])(int)` the steps from the name are array, pointer, function, pointer, and `steps` holds them so.
    """

    name: Node | None
    steps: tuple[str, ...]
    call: Node | None
    """The function_declarator next to the name, if what is declared is a function or the name of one's pointer."""
    node: Node
    """The whole declarator with its initializer."""
    value: Node | None = None

    @property
    def is_function(self) -> bool:
        """Whether a function is declared, not a pointer to one."""
        return bool(self.steps) and self.steps[0] == "()"


def read(node: Node) -> Declarator:
    """Read one declarator, abstract or not."""
    steps: list[str] = []
    call: Node | None = None
    value = node.child_by_field_name("value") if node.type == syntax.INIT_DECLARATOR else None
    at: Node | None = node
    for _ in range(_DEEPEST):
        if at is None or at.type in _NAMES:
            break
        kind = at.type
        if kind in _POINTERS:
            steps.append("*")
        elif kind in _ARRAYS:
            steps.append("[]")
        elif kind in _CALLS:
            steps.append("()")
            call = at
        elif kind in _REFERENCES:
            steps.append("&&" if any(child.type == "&&" for child in at.children) else "&")
        elif kind not in _WRAPPERS:
            at = None
            break
        inner = _inner(at)
        if kind in _CALLS and inner is not None and inner.type in _CALLS:
            named = _wrapped(inner)
            if named is not None:
                steps.append("*")
                inner = named
        at = inner
    steps.reverse()
    return Declarator(at, tuple(steps), call, node, value)


def declarators(declaration: Node) -> Iterator[Declarator]:
    """Yield what a declaration, a field declaration, a type definition or a parameter declares."""
    for child in declaration.children_by_field_name("declarator"):
        yield read(child)


def name_of(node: Node) -> Node | None:
    """Return the identifier of a name: the last part of a qualified one, without template arguments."""
    for _ in range(_DEEPEST):
        if node.type == syntax.QUALIFIED_IDENTIFIER or node.type == syntax.TEMPLATE_FUNCTION:
            inner = node.child_by_field_name("name")
            if inner is None:
                return None
            node = inner
        else:
            return node
    return None


def _wrapped(call: Node) -> Node | None:
    """The name in `MACRO(name)` where it stands for that of a function: none gives a function, but some a pointer."""
    macro, parameters = call.child_by_field_name("declarator"), call.child_by_field_name("parameters")
    given = parameters.named_children if parameters is not None else []
    if macro is None or macro.type not in _NAMES or len(given) != 1 or given[0].named_child_count != 1:
        return None
    return given[0].child_by_field_name("type")


def _inner(node: Node) -> Node | None:
    found = node.child_by_field_name("declarator")
    if found is not None:
        return found
    for child in node.named_children:
        if child.type in _NAMES or child.type in _DECLARATORS:
            return child
    return None


_DECLARATORS: Final = _WRAPPERS | _POINTERS | _ARRAYS | _CALLS | _REFERENCES
