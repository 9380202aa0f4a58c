"""What the statements around an acquiring call plainly tell, before anything is lowered: that somebody else gets it, or
that what runs in any case closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.bindings import Bindings
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.variables import Variable

_AROUND: Final = frozenset((syntax.PARENTHESIZED_EXPRESSION, syntax.AWAIT))


def is_settled(program: Program, bindings: Bindings, call: Node) -> bool:
    """Whether what a call acquires is returned or stored at once, or closed by the `finally` clause that follows."""
    at = call
    while at.parent is not None and at.parent.type in _AROUND:
        at = at.parent
    parent = at.parent
    if parent is None:
        return False
    if parent.type == syntax.RETURN_STATEMENT:
        return True
    if parent.type != syntax.ASSIGNMENT or parent.child_by_field_name("right") != at:
        return False
    target = parent.child_by_field_name("left")
    statement = parent.parent
    if target is None or statement is None or statement.type != syntax.EXPRESSION_STATEMENT:
        return False
    if target.type == syntax.ATTRIBUTE:
        return True
    variable = bindings.variable(target) if target.type == syntax.IDENTIFIER else None
    if variable is None or len(variable.bindings) != 1 or variable.deletions:
        return False
    behind = statement.next_named_sibling
    return behind is not None and _is_closed(program, bindings, behind, variable)


def _is_closed(program: Program, bindings: Bindings, behind: Node, variable: Variable) -> bool:
    """Whether the next statement hands the variable to the caller, or closes what it holds whatever happens."""
    if behind.type == syntax.RETURN_STATEMENT:
        return any(_means(bindings, child, variable) for child in syntax.named(behind))
    if behind.type != syntax.TRY_STATEMENT:
        return False
    final = next((child for child in syntax.named(behind) if child.type == syntax.FINALLY_CLAUSE), None)
    block = syntax.named(final)[-1] if final is not None else None
    first = syntax.named(block)[0] if block is not None and syntax.named(block) else None
    call = syntax.named(first)[0] if first is not None and first.type == syntax.EXPRESSION_STATEMENT else None
    called = syntax.callee(call) if call is not None and call.type == syntax.CALL else None
    if called is None or called.type != syntax.ATTRIBUTE:
        return False
    held, name = called.child_by_field_name("object"), called.child_by_field_name("attribute")
    is_release = name is not None and program.is_release(syntax.text(name))
    return is_release and held is not None and _means(bindings, held, variable)


def _means(bindings: Bindings, node: Node, variable: Variable) -> bool:
    return node.type == syntax.IDENTIFIER and bindings.variable(node) is variable
