"""The form that joins a label of the function which releases just what is live, and then returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from leakfix.detectors.losses import LossKind
from leakfix.languages.c import syntax
from leakfix.languages.c.lower_tests import is_constant_name
from leakfix.languages.c.program import may_change
from leakfix.rules.c.checks import check_exit, check_held, check_holder, check_whole, needs
from leakfix.rules.c.layout import LOOPS, insert_before
from leakfix.rules.c.releases import declared_type, return_type
from leakfix.rules.c.repair import RefusalError, Repair, leaks_of
from leakfix.rules.c.spelling import Spelling, plain_release
from leakfix.text import Edit, Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.c.scopes import Variable


_CONSTANTS: Final = frozenset((syntax.NUMBER_LITERAL, syntax.NULL, syntax.TRUE, syntax.FALSE))


class Freed(NamedTuple):
    """What is released: a variable, or what is below it, as it is handed over."""

    variable: Variable
    text: str


@record
class Label:
    """A label behind which variables are released and the function returns ``result``, if it returns anything."""

    name: str
    node: Node
    releases: tuple[tuple[Freed, str], ...]
    result: Node | None


def joined_labels(repair: Repair) -> list[Edit]:
    """A jump to the label that fits instead of every return that forgets the resource. Raises `RefusalError`."""
    check_whole(repair)
    labels = list(_labels(repair))
    if not labels:
        raise RefusalError("no-label", "the function has no label that releases and returns")
    edits: list[Edit] = []
    for loss in repair.leak.losses:
        edits.extend(_joined(repair, loss, labels))
    return edits


def _joined(repair: Repair, loss: Loss, labels: list[Label]) -> Iterator[Edit]:
    if loss.kind is not LossKind.RETURN:
        raise RefusalError("no-label", "the resource is lost elsewhere than at a return")
    if check_held(repair, repair.holder(loss), loss):
        raise RefusalError("conditional", "the exit is also reached without the resource")
    node = repair.exit_of(loss)
    if node.type != syntax.RETURN_STATEMENT:
        raise RefusalError("macro", "a macro hides the way out")
    live = dict(_live(repair, node))
    for label in labels:
        if label.node.start_byte > node.end_byte and dict(label.releases) == live:
            _check_jump(repair, node, label)
            yield from _jump(repair, loss, node, label)
            return
    raise RefusalError("no-label", "no label releases just what is live at the return")


def _live(repair: Repair, node: Node) -> Iterator[tuple[Freed, str]]:
    """What is lost at a return: the variables, each with the function that releases it."""
    for unit, leak in leaks_of(repair.analysis):
        if unit.function is not repair.function:
            continue
        other = Repair(repair.analysis, unit, leak)
        for loss in leak.losses:
            if loss.span == Span(node.start_byte, node.end_byte):
                variable = other.holder(loss)
                check_holder(other, variable)
                check_exit(other, variable, node)
                check_held(other, variable, loss)
                yield Freed(variable, other.expression(variable)), Spelling(other).function(variable)


def _labels(repair: Repair) -> Iterator[Label]:
    """The labels of the function's own block, each with all that is released from there on."""
    statements = syntax.named(repair.function.body)
    for number, statement in enumerate(statements):
        label = statement.child_by_field_name("label") if statement.type == syntax.LABELED_STATEMENT else None
        if label is None:
            continue
        found = _read(repair, [inner for one in statements[number:] for inner in _unlabeled(one)])
        if found is not None:
            yield Label(syntax.text(label), statement, *found)


def _unlabeled(statement: Node) -> list[Node]:
    if statement.type != syntax.LABELED_STATEMENT:
        return [statement]
    label = statement.child_by_field_name("label")
    inner = [one for one in syntax.named(statement) if one != label]
    return [each for one in inner for each in _unlabeled(one)]


def _read(repair: Repair, statements: list[Node]) -> tuple[tuple[tuple[Freed, str], ...], Node | None] | None:
    """What a row of statements releases and returns; None when it does anything else."""
    releases: list[tuple[Freed, str]] = []
    for number, statement in enumerate(statements):
        if statement.type == syntax.RETURN_STATEMENT:
            returned = syntax.named(statement)
            is_last = number == len(statements) - 1
            return (tuple(releases), returned[0] if returned else None) if is_last else None
        release = _release(repair, statement)
        if release is None:
            return None
        releases.append(release)
    return (tuple(releases), None) if repair.function.type is not None and _is_void(repair) else None


def _is_void(repair: Repair) -> bool:
    of = repair.function.type
    return (
        of is not None and syntax.text(of) == "void" and repair.function.declarator.type == syntax.FUNCTION_DECLARATOR
    )


def _release(repair: Repair, statement: Node) -> tuple[Freed, str] | None:
    """The variable that a statement releases, and by which function: `f(x);`, also under `if (x)`."""
    if statement.type == syntax.IF_STATEMENT:
        condition, then = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
        if condition is None or then is None or statement.child_by_field_name("alternative") is not None:
            return None
        inner = syntax.named(then) if then.type == syntax.COMPOUND_STATEMENT else [then]
        found = _release(repair, inner[0]) if len(inner) == 1 else None
        return found if found is not None and _tests(repair, condition, found[0].variable) else None
    held = syntax.named(statement) if statement.type == syntax.EXPRESSION_STATEMENT else []
    if len(held) != 1:
        return None
    for name in _names(held[0]):
        variable = repair.bindings.variable(name)
        for handed in (name, name.parent, name.parent.parent if name.parent is not None else None):
            text = "".join(syntax.text(handed).split()) if handed is not None else ""
            function = plain_release(held[0], text)
            if function and variable is not None:
                return Freed(variable, text), function
    return None


def _names(node: Node) -> list[Node]:
    return [one for one in syntax.walk(node) if one.type == syntax.IDENTIFIER]


def _tests(repair: Repair, condition: Node, variable: Variable) -> bool:
    """Whether a condition asks just whether a variable holds something."""
    node = syntax.unparen(condition)
    if node.type == syntax.IDENTIFIER:
        return repair.bindings.variable(node) is variable
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if node.type != syntax.BINARY_EXPRESSION or left is None or right is None or operator is None:
        return False
    if repair.bindings.variable(left) is not variable:
        return False
    asked = (operator.type, syntax.text(right))
    return asked in (("!=", "NULL"), ("!=", "0"), ("!=", "nullptr"), ("!=", "-1"), (">=", "0"), (">", "-1"))


def _check_jump(repair: Repair, node: Node, label: Label) -> None:
    """No declaration that a jump may not pass stands between."""
    for statement in syntax.named(repair.function.body):
        if not node.end_byte <= statement.start_byte < label.node.start_byte:
            continue
        if statement.type != syntax.DECLARATION:
            continue
        if repair.analysis.file.is_cpp:
            raise RefusalError("jump", "the jump would pass over a declaration")
        if any(inner.type == "array_declarator" for inner in syntax.walk(statement)):
            raise RefusalError("jump", "the jump would pass over an array")


def _jump(repair: Repair, loss: Loss, node: Node, label: Label) -> Iterator[Edit]:
    jump = f"goto {label.name};"
    returned = syntax.named(node)
    whole = Span(node.start_byte, node.end_byte)
    if not returned or (label.result is not None and syntax.text(returned[0]) == syntax.text(label.result)):
        if returned and (
            needs(repair, loss, returned[0], is_library=True) or not _is_same_name(repair, returned[0], label)
        ):
            raise RefusalError("used-in-exit", "what is returned is computed anew")
        yield Edit(whole, jump.encode())
        return
    result = label.result
    variable = repair.bindings.variable(result) if result is not None and result.type == syntax.IDENTIFIER else None
    if variable is None or variable.kind != "local" or not repair.is_visible(variable, node):
        raise RefusalError("no-label", "the label returns something else")
    if declared_type(variable) != return_type(repair.function).split():
        raise RefusalError("no-label", "what the label returns is of another type than the function's")
    if not _holds(repair, variable, node, returned[0]):
        yield from insert_before(repair.source, node, [f"{variable.name} = {syntax.text(returned[0])};"])
    yield Edit(whole, jump.encode())


def _holds(repair: Repair, variable: Variable, node: Node, returned: Node) -> bool:
    """Whether the variable still has the value that it was declared with, which is what a statement returns."""
    first = variable.value
    if first is None or not _is_constant(repair, returned) or syntax.text(first) != syntax.text(returned):
        return False
    if any(one.start_byte < node.start_byte for one in _jumped_to(repair.function.body)):
        return False
    at, start = node.parent, node.end_byte
    loops: list[Node] = []
    while at is not None and at != repair.function.body:
        loops += [at] if at.type in LOOPS else []
        at = at.parent
    behind = max((loop.end_byte for loop in loops), default=start)
    # What is given to a callee of C++ may be set there.
    is_cpp = repair.analysis.file.is_cpp
    return all(use.start_byte >= behind for use in repair.bindings.uses(variable) if is_cpp or may_change(use))


def _is_constant(repair: Repair, node: Node) -> bool:
    if node.type == syntax.IDENTIFIER:
        return is_constant_name(syntax.text(node)) and repair.bindings.variable(node) is None
    return node.type in _CONSTANTS


def _jumped_to(body: Node) -> Iterator[Node]:
    return (one for one in syntax.walk(body) if one.type == syntax.LABELED_STATEMENT)


def _is_same_name(repair: Repair, returned: Node, label: Label) -> bool:
    """Whether the names in two equal texts mean the same."""
    assert label.result is not None
    one = [repair.bindings.variable(name) for name in _names(returned)]
    return one == [repair.bindings.variable(name) for name in _names(label.result)]
