"""The forms that release what a variable holds before it takes something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import Status
from leakfix.languages.c import syntax
from leakfix.languages.c.standards import reaches
from leakfix.rules.c.checks import check_derived, check_exit, check_holder, check_whole, guard_of, held
from leakfix.rules.c.contents import Content
from leakfix.rules.c.filled import may_be_left
from leakfix.rules.c.layout import LOOPS, declare_first, insert_before, node_at, statement_of, unit_of
from leakfix.rules.c.naming import free_name, may_declare
from leakfix.rules.c.releases import declared_type
from leakfix.rules.c.repair import RefusalError, Repair
from leakfix.rules.c.spelling import Spelling
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.scopes import Bindings, Variable
    from leakfix.rules.c.repair import Unit

_NAMES: Final = ("next", "tmp", "replacement")
_PATHS: Final = frozenset((syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION))
_LAZY: Final = frozenset(("&&", "||"))
_LABELS: Final = frozenset((syntax.LABELED_STATEMENT, syntax.CASE_STATEMENT))
_NOTHING: Final = frozenset(("NULL", "nullptr", "0", "-1"))
_DESCRIPTOR: Final = "descriptor"


def is_lost(analysis: Analysis, unit: Unit, loss: Loss) -> bool:
    """Whether a variable surely takes something else: what is computed from a pointer may lead into the same block."""
    node = _expression(analysis.file.root, loss)
    if node is None:
        return False
    value = node.child_by_field_name("right") if node.type == syntax.ASSIGNMENT_EXPRESSION else None
    if value is not None and Status.HANDED_ON in loss.others and syntax.text(_uncast(value)) in _NOTHING:
        # Who sets a pointer to null where it may have been taken over says so.
        return False
    if value is None or not _reads(analysis.bindings(unit.function), loss, value):
        return True
    return _is_acquired(unit, value) or _uncast(value).type in _PATHS


def released_before(repair: Repair) -> list[Edit]:
    """The release before every statement that assigns over the resource. Raises `RefusalError` and `LayoutError`."""
    check_whole(repair)
    spelling = Spelling(repair)
    edits: list[Edit] = []
    for loss in repair.leak.losses:
        variable, node = _overwritten(repair, loss)
        statement = _host(node)
        _check_through(repair, loss, statement, node)
        lines, added = _release(repair, loss, variable, spelling)
        if node.type == syntax.CALL_EXPRESSION and may_be_left(repair, variable, loss, node):
            raise RefusalError("conditional", f"a call that fails may leave {variable.name} as it is, released by then")
        edits += added
        edits += insert_before(repair.source, statement, lines)
    return list(dict.fromkeys(edits))


def released_behind(repair: Repair) -> list[Edit]:
    """What is assigned is made first, with the help of what it replaces, which is released then.

    Raises `RefusalError` and `LayoutError`.
    """
    check_whole(repair)
    spelling = Spelling(repair)
    edits: list[Edit] = []
    for loss in repair.leak.losses:
        variable, node = _overwritten(repair, loss)
        statement = _host(node)
        value = node.child_by_field_name("right") if node.type == syntax.ASSIGNMENT_EXPRESSION else None
        is_plain = statement.type == syntax.EXPRESSION_STATEMENT and syntax.named(statement)[0] == node
        if value is None or not is_plain:
            raise RefusalError("expression", "the assignment is part of another expression")
        if not _reads(repair.bindings, loss, value):
            raise RefusalError("used", "what is assigned is made without the help of what it replaces")
        if not _is_acquired(repair.unit, value):
            raise RefusalError("used", "what is assigned may be a part of what it replaces")
        lines, added = _release(repair, loss, variable, spelling)
        name = free_name(repair.analysis, repair.function, statement, _NAMES)
        text = repair.source.text(Span(value.start_byte, value.end_byte))
        declared = f"{_declared(repair, variable)}{name}"
        is_here = may_declare(repair.analysis, statement)
        taken = f"{declared} = {text};" if is_here else f"{name} = {text};"
        edits += added if is_here else [*added, *declare_first(repair.source, statement, f"{declared};")]
        edits += insert_before(repair.source, statement, [taken, *lines], declares=is_here)
        edits.append(Edit(Span(value.start_byte, value.end_byte), name.encode()))
    return edits


def _overwritten(repair: Repair, loss: Loss) -> tuple[Variable, Node]:
    """The variable that is assigned over, and the expression that does it."""
    variable = repair.holder(loss)
    check_holder(repair, variable)
    if repair.path_of(variable) or len(loss.holders) != 1:
        raise RefusalError("member", "what is assigned over is a part of something")
    node = _expression(repair.root, loss)
    if node is None:
        raise RefusalError("macro", "a macro hides what is assigned")
    if node.type == syntax.ASSIGNMENT_EXPRESSION:
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        if left is None or operator is None or operator.type != "=" or repair.bindings.variable(left) is not variable:
            raise RefusalError("reassigned", f"{variable.name} is moved away from what it was given")
    check_exit(repair, variable, node)
    check_derived(repair, variable, loss)
    return variable, node


def _host(node: Node) -> Node:
    """The statement that an expression is a part of; control gets to both alike."""
    statement = statement_of(node)
    at = node
    while statement is not None and at != statement and at.parent is not None:
        parent = at.parent
        operator = parent.child_by_field_name("operator")
        is_lazy = parent.type == syntax.BINARY_EXPRESSION and operator is not None and operator.type in _LAZY
        if (is_lazy and parent.child_by_field_name("left") != at) or parent.type in (
            syntax.CONDITIONAL_EXPRESSION,
            syntax.LAMBDA_EXPRESSION,
        ):
            raise RefusalError("expression", "it is assigned over only if something else holds")
        if parent.type in LOOPS:
            raise RefusalError("loop", "it is assigned over in the head of a loop")
        at = parent
    if statement is None or (statement.parent is not None and statement.parent.type == syntax.ELSE_CLAUSE):
        raise RefusalError("expression", "it is assigned over in the condition of an else")
    return statement


def _is_target(use: Node, node: Node) -> bool:
    """Whether a use is what the assignment sets, or the address that the call fills."""
    parent = use.parent
    if node.type == syntax.ASSIGNMENT_EXPRESSION:
        return node.child_by_field_name("left") == use
    return parent is not None and parent.type == syntax.POINTER_EXPRESSION and parent.children[0].type == "&"


def _expression(root: Node, loss: Loss) -> Node | None:
    """The assignment or call by which a variable takes something else."""
    node = node_at(root, loss.span)
    if node is not None and node.type == syntax.EXPRESSION_STATEMENT:
        node = next(iter(syntax.named(node)), None)
    return node if node is not None and node.type in (syntax.ASSIGNMENT_EXPRESSION, syntax.CALL_EXPRESSION) else None


def _is_acquired(unit: Unit, value: Node) -> bool:
    """Whether a value is what a call, or a `new`, has just acquired."""
    inner = _uncast(value)
    return any((site.span.start, site.span.end) == (inner.start_byte, inner.end_byte) for site in unit.graph.sites)


def _uncast(value: Node) -> Node:
    value = syntax.unparen(value)
    while value.type == syntax.CAST_EXPRESSION:
        inner = value.child_by_field_name("value")
        if inner is None:
            break
        value = syntax.unparen(inner)
    return value


def _reads(bindings: Bindings, loss: Loss, value: Node) -> bool:
    """Whether a value is made with the help of what holds the resource, or leads into it."""
    found = (bindings.variable(node) for node in syntax.walk(value) if node.type == syntax.IDENTIFIER)
    return any(variable is not None and variable.index in loss.through for variable in found)


def _check_through(repair: Repair, loss: Loss, statement: Node, node: Node) -> None:
    """Nothing that works through what is released may be asked before it is assigned over."""
    for root in loss.through:
        variable = repair.variables.get(root)
        uses = repair.bindings.uses(variable) if variable is not None else ()
        for use in uses:
            if statement.start_byte <= use.start_byte < node.end_byte and not _is_target(use, node):
                raise RefusalError("used", "what is assigned is made with the help of what it replaces")


def _release(repair: Repair, loss: Loss, variable: Variable, spelling: Spelling) -> tuple[list[str], list[Edit]]:
    """The lines that release what is assigned over, and the edits elsewhere that they need."""
    found = held(repair, variable, loss, spared=frozenset((Content.UNSET,)))
    edits = [_initialised(repair, variable)] if Content.UNSET in found else []
    absent = bool(found & {Content.UNSET, Content.NOTHING})
    guard = guard_of(repair, variable, spelling, absent=absent)
    statement = spelling.statement(variable)
    if not guard:
        return [statement], edits
    unit = unit_of(repair.source, loss.span.start).decode()
    return [f"if ({guard}) {{", f"{unit}{statement}", "}"], edits


def _initialised(repair: Repair, variable: Variable) -> Edit:
    """The variable starts out with nothing. Raises `RefusalError`."""
    declarator = variable.declaration
    while declarator.parent is not None and declarator.parent.type == syntax.POINTER_DECLARATOR:
        declarator = declarator.parent
    is_bare = declarator.parent is not None and declarator.parent.type == syntax.DECLARATION
    is_jumped = repair.analysis.file.is_cpp and any(node.type in _LABELS for node in syntax.walk(repair.function.body))
    if variable.value is not None or not is_bare or is_jumped:
        raise RefusalError("conditional", f"{variable.name} may hold anything where nothing was acquired")
    nothing = "nullptr" if b"nullptr" in repair.source.data else "NULL"
    if repair.resource == _DESCRIPTOR:
        nothing = "-1"
    return Edit(Span(declarator.end_byte, declarator.end_byte), f" = {nothing}".encode())


def _declared(repair: Repair, variable: Variable) -> str:
    """How the declaration of a variable of the same type starts. Raises `RefusalError`."""
    words = declared_type(variable)
    if words:
        of = " ".join(words)
        return of if of.endswith("*") else f"{of} "
    if repair.analysis.file.is_cpp and reaches(repair.analysis.standard, "c++11"):
        return "auto "
    raise RefusalError("type", f"the type of {variable.name} is not plain")
