"""Functions of the project that hand on what they acquire as they got it, so that its plain release is exact.

Where one keeps accounts, adds a head or has a release of its own, only that will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.c import syntax
from leakfix.languages.c.types import global_type, type_of
from leakfix.rules.c.layout import node_at
from leakfix.rules.c.naming import says_release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.types import CType, Types
    from leakfix.rules.c.repair import Repair

_DEEPEST: Final = 4
_DEEPEST_TYPE: Final = 4
_MEMORY: Final = "memory"
_MADE: Final = frozenset(("object", "array"))
_ARITHMETIC: Final = frozenset(
    (
        *("int", "long", "short", "char", "unsigned", "signed", "float", "double", "bool", "_Bool", "wchar_t"),
        *("size_t", "ssize_t", "ptrdiff_t", "intptr_t", "uintptr_t", "time_t", "off_t", "char16_t", "char32_t"),
        *(f"{sign}int{size}_t" for sign in ("", "u") for size in (8, 16, 32, 64)),
    )
)


def acquiring_calls(repair: Repair) -> frozenset[str]:
    """What acquires for the function of the project that is called, as the models name it, `new` and `new[]` included.

    Empty when the function does more than to hand on what it acquires.
    """
    call = repair.acquisition
    if call.type != syntax.CALL_EXPRESSION:
        return frozenset()
    callee = repair.analysis.types(repair.function).callee(call)
    function = callee.function if callee is not None else None
    return plain_symbols(repair.analysis, function, repair.resource) if function is not None else frozenset()


def plain_symbols(analysis: Analysis, function: Function, resource: str) -> frozenset[str]:
    """What acquires in a function that does no more than to hand it on; empty when it does more."""
    if _has_own_release(analysis, function):
        return frozenset()
    found = frozenset(_acquiring(analysis, function, resource, 0))
    return frozenset() if "" in found else found


def is_flat(repair: Repair, of: CType | None) -> bool:
    """Whether memory behind a pointer of this type leads to no other memory."""
    return repair.resource != _MEMORY or leads_to_nothing(repair.analysis.types(repair.function), of)


def leads_to_nothing(types: Types, of: CType | None) -> bool:
    """Whether what a pointer of this type leads to holds no pointer."""
    aimed = of.pointee if of is not None and of.pointers == 1 and not of.is_function else None
    return aimed is not None and _bears_nothing(types, aimed, 0)


def _acquiring(analysis: Analysis, function: Function, resource: str, depth: int) -> Iterator[str]:
    """The names of what acquires in a function; "" when it is not plain."""
    graph = analysis.graph(function)
    if graph is None or depth > _DEEPEST or function.is_template or _leaves_traces(analysis, function):
        yield ""
        return
    for site in graph.sites:
        if site.obligation.resource != resource:
            continue
        if resource in _MADE and site.symbol in ("new", "new[]"):
            made = node_at(function.file.root, site.span)
            of = made.child_by_field_name("type") if made is not None else None
            kind = type_of(of, None) if of is not None else None
            yield f"{site.symbol} {kind.base}" if kind is not None else ""
        elif analysis.models.acquires(site.symbol):
            yield site.symbol
        else:
            inner = analysis.world.function(site.symbol, function.file, function.namespaces)
            yield from _acquiring(analysis, inner, resource, depth + 1) if inner is not None else ("",)


def _leaves_traces(analysis: Analysis, function: Function) -> bool:
    """Whether a function sets anything that is there when it has returned, but for what it gives its caller."""
    bindings = analysis.bindings(function)
    for node in syntax.walk(function.body):
        if node.type == syntax.ASSIGNMENT_EXPRESSION:
            target = node.child_by_field_name("left")
        elif node.type == syntax.UPDATE_EXPRESSION:
            target = node.child_by_field_name("argument")
        else:
            continue
        root, steps = _root(target)
        variable = bindings.variable(root) if root is not None else None
        if variable is None or variable.kind not in ("local", "param"):
            return True
        is_given = variable.kind == "param" and any(step != syntax.POINTER_EXPRESSION for step in steps)
        if is_given and not any(_is_set_before(use, node) for use in bindings.uses(variable)):
            return True
    return False


def _is_set_before(use: Node, node: Node) -> bool:
    """Whether a use of a variable sets it on all ways to a node: in a statement before it in a block around it."""
    parent = use.parent
    if parent is None or parent.type != syntax.ASSIGNMENT_EXPRESSION or parent.child_by_field_name("left") != use:
        return False
    statement = parent.parent
    block = statement.parent if statement is not None and statement.type == syntax.EXPRESSION_STATEMENT else None
    is_block = block is not None and block.type == syntax.COMPOUND_STATEMENT
    return is_block and block is not None and parent.end_byte <= node.start_byte < block.end_byte


def _root(target: Node | None) -> tuple[Node | None, list[str]]:
    """The identifier that an assignment starts from, and the kinds of what is applied to it."""
    steps: list[str] = []
    while target is not None and target.type != syntax.IDENTIFIER:
        if target.type == syntax.PARENTHESIZED_EXPRESSION:
            target = next(iter(syntax.named(target)), None)
            continue
        steps.append(target.type)
        target = target.child_by_field_name("argument")
    return target, steps


def _has_own_release(analysis: Analysis, function: Function) -> bool:
    """Whether a function of the project is named as the release of what this one gives: `list_free` of `list_new`."""
    own = function.last_name
    stem = own.rpartition("_")[0].rstrip("_")
    return bool(stem) and any(
        name != own and name.startswith(stem) and says_release(name[len(stem) :])
        for name in analysis.world.function_names(analysis.file)
    )


def _bears_nothing(types: Types, of: CType, depth: int) -> bool:
    """Whether a value of a type holds no pointer."""
    found = types.resolved(of)
    if depth > _DEEPEST_TYPE or found.pointers or found.is_function or found.args:
        return False
    if all(word in _ARITHMETIC for word in found.base.split()):
        return True
    struct = types.struct(found)
    if struct is None or struct.bases or struct.is_template:
        return False
    fields = [global_type(one) for one in struct.members.values() if one.kind == "variable"]
    if any(one.kind != "variable" for one in struct.members.values()):
        return False
    return bool(fields) and all(one is not None and _bears_nothing(types, one, depth + 1) for one in fields)
