"""The form that releases before every way out that forgets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import LossKind
from leakfix.flow import Copy, Release
from leakfix.languages.c import syntax
from leakfix.rules.c.checks import (
    check_exit,
    check_held,
    check_holder,
    check_whole,
    guard_of,
    needs,
)
from leakfix.rules.c.layout import declare_first, insert_before, insert_last, is_bare_body, node_at, preceding, unit_of
from leakfix.rules.c.naming import free_name, may_declare
from leakfix.rules.c.repair import RefusalError, Repair
from leakfix.rules.c.spelling import Spelling
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Variable

_NAMES: Final = ("result", "ret", "value", "returned")
_JUMPS: Final = frozenset((syntax.BREAK_STATEMENT, syntax.CONTINUE_STATEMENT, syntax.GOTO_STATEMENT))
_NO_LAST: Final = syntax.CONDITIONALS | {syntax.CASE_STATEMENT}
_SPECIFIERS: Final = frozenset((b"static", b"inline", b"extern", b"__inline", b"__inline__", b"constexpr", b"virtual"))


def released_before_exits(repair: Repair) -> list[Edit]:
    """The release on a line of its own before every point where the resource is lost. Raises `RefusalError`."""
    check_whole(repair)
    spelling = Spelling(repair)
    edits: list[Edit] = []
    for loss in repair.leak.losses:
        variable = repair.holder(loss)
        check_holder(repair, variable)
        edits.extend(_before(repair, loss, variable, spelling))
    return edits


def _before(repair: Repair, loss: Loss, variable: Variable, spelling: Spelling) -> Iterator[Edit]:
    if loss.raised is not None:
        raise RefusalError("raised", "an exception of a callee leaves here: only an owner would release it")
    if loss.others and loss.jump is not None:
        jump = _plain_jump(repair, loss)
        if jump is not None:
            check_exit(repair, variable, jump)
            yield from insert_before(repair.source, jump, [spelling.statement(variable)])
            return
    absent = check_held(repair, variable, loss)
    guard = guard_of(repair, variable, spelling, absent=absent)
    lines = _guarded(repair, spelling.statement(variable), guard, loss.span.start)
    if repair.source.data[loss.span.start : loss.span.end] == b"}":
        last = _last_statement(repair, variable, loss)
        yield insert_last(repair.source, loss.span.start, lines, last)
        return
    node = repair.exit_of(loss)
    check_exit(repair, variable, node)
    if node.type == syntax.RETURN_STATEMENT and loss.kind is LossKind.RETURN:
        yield from _before_return(repair, loss, node, lines, is_library=spelling.is_library(variable))
    elif node.type == syntax.EXPRESSION_STATEMENT and loss.kind is LossKind.RETURN:
        if any(needs(repair, loss, one, is_library=spelling.is_library(variable)) for one in _given(node)):
            raise RefusalError("used-in-exit", "what the macro returns needs what it would be released before")
        yield from insert_before(repair.source, _first_of_releases(repair, node), lines)
    elif node.type in _JUMPS or (node.type == syntax.THROW_STATEMENT and not _throws(repair, loss, node)):
        yield from insert_before(repair.source, _first_of_releases(repair, node), lines)
    else:
        raise RefusalError("no-owner", "the resource is lost where no statement leaves")


def _given(statement: Node) -> list[Node]:
    """What is handed to the macro that a statement consists of."""
    arguments = statement.named_children[0].child_by_field_name("arguments")
    return syntax.named(arguments) if arguments is not None else []


def _throws(repair: Repair, loss: Loss, node: Node) -> bool:
    """Whether what is thrown is made with the resource, or with what leads into it."""
    named = (repair.bindings.variable(one) for one in syntax.walk(node) if one.type == syntax.IDENTIFIER)
    return any(one is not None and one.index in loss.through for one in named)


def _plain_jump(repair: Repair, loss: Loss) -> Node | None:
    """The goto on the way to a loss, if nothing behind its label reads what is lost."""
    node = node_at(repair.root, loss.jump) if loss.jump is not None else None
    if node is None or node.type != syntax.GOTO_STATEMENT:
        return None
    label = node.child_by_field_name("label")
    target = next(
        (
            one
            for one in syntax.walk(repair.function.body)
            if one.type == syntax.LABELED_STATEMENT
            and label is not None
            and (named := one.child_by_field_name("label")) is not None
            and named.text == label.text
        ),
        None,
    )
    if target is None or target.start_byte < node.start_byte:
        return None
    for root in loss.through:
        variable = repair.variables.get(root)
        if variable is not None and any(use.start_byte > target.start_byte for use in repair.bindings.uses(variable)):
            return None
    return node


def _last_statement(repair: Repair, variable: Variable, loss: Loss) -> Node:
    """The last of a block in which the variable is visible; control must get to its brace from the code above."""
    last = repair.root.descendant_for_byte_range(loss.span.start, loss.span.end)
    block = last.parent if last is not None else None
    statements = syntax.named(block) if block is not None else []
    if block is None or block.type != syntax.COMPOUND_STATEMENT or not statements:
        raise RefusalError("layout", "the end of the block was not found")
    if statements[-1].type in _NO_LAST:
        raise RefusalError("layout", "the block ends in a case, or between #if and #endif")
    check_exit(repair, variable, statements[-1])
    return statements[-1]


def _guarded(repair: Repair, statement: str, guard: str, at: int) -> list[str]:
    if not guard:
        return [statement]
    unit = unit_of(repair.source, at).decode()
    return [f"if ({guard}) {{", f"{unit}{statement}", "}"]


def _before_return(repair: Repair, loss: Loss, node: Node, lines: list[str], *, is_library: bool) -> Iterator[Edit]:
    expressions = syntax.named(node)
    anchor = _first_of_releases(repair, node)
    if not expressions or not needs(repair, loss, expressions[0], is_library=is_library):
        yield from insert_before(repair.source, anchor, lines)
        return
    if anchor != node:
        raise RefusalError("used-in-exit", "other releases stand before what is returned, which needs this one later")
    expression = expressions[0]
    if expression.type == syntax.INITIALIZER_LIST:
        raise RefusalError("used-in-exit", "what is returned has no type of its own")
    span = Span(expression.start_byte, expression.end_byte)
    text = repair.source.text(span)
    name = _own_result(repair, loss, node)
    if name:
        bound = f"{name} = {text};"
        declares = False
    else:
        name = free_name(repair.analysis, repair.function, node, _NAMES)
        of = return_type(repair.function)
        declared = f"{of}{'' if of.endswith('*') else ' '}{name}"
        declares = may_declare(repair.analysis, node)
        if not declares:
            yield from declare_first(repair.source, node, f"{declared};")
        bound = f"{declared} = {text};" if declares else f"{name} = {text};"
    newline = repair.source.newline.decode()
    if newline in text and not repair.source.text(Span(node.start_byte, expression.start_byte)).startswith("return "):
        raise RefusalError("layout", "what is returned is laid out over several lines")
    yield from insert_before(repair.source, node, [bound, *lines], declares=declares)
    yield Edit(span, name.encode())


def return_type(function: Function) -> str:
    """The type that a function returns, as it is spelled, with its stars. Raises `RefusalError`."""
    words: list[str] = []
    for child in function.node.children:
        if child.start_byte >= function.declarator.start_byte:
            break
        if child.type == syntax.COMMENT or child.text in _SPECIFIERS:
            continue
        if child.type not in (syntax.TYPE_QUALIFIER, syntax.STORAGE_CLASS) and child != function.type:
            raise RefusalError("used-in-exit", "the type of the result is not plain")
        words.append(" ".join(syntax.text(child).split()))
    stars = 0
    at: Node | None = function.declarator
    while at is not None and at.type == syntax.POINTER_DECLARATOR:
        if any(child.type == syntax.TYPE_QUALIFIER for child in at.children):
            raise RefusalError("used-in-exit", "the type of the result is not plain")
        stars += 1
        at = at.child_by_field_name("declarator")
    is_nothing = not words or (words[-1] in ("void", "auto") and not stars)
    if is_nothing or at is None or at.type != syntax.FUNCTION_DECLARATOR:
        raise RefusalError("used-in-exit", "the type of the result is not plain")
    if any(child.type == "trailing_return_type" for child in at.children):
        raise RefusalError("used-in-exit", "the type of the result is not plain")
    return " ".join(words) + (" " + "*" * stars if stars else "")


def _own_result(repair: Repair, loss: Loss, node: Node) -> str:
    """A variable of the function's own that other statements return, of just that type; empty if it has none."""
    try:
        of = return_type(repair.function).split()
    except RefusalError:
        return ""
    for other in syntax.walk(repair.function.body):
        if other.type != syntax.RETURN_STATEMENT or other == node:
            continue
        returned = syntax.named(other)
        variable = repair.bindings.variable(returned[0]) if returned and returned[0].type == syntax.IDENTIFIER else None
        if variable is None or variable.kind != "local" or variable.index in loss.through:
            continue
        if repair.is_visible(variable, node) and declared_type(variable) == of and not _is_shared(repair, variable):
            return variable.name
    return ""


def declared_type(variable: Variable) -> list[str]:
    """The type that a plain variable is declared with, in words, its stars the last; empty for any other."""
    of = variable.origin.child_by_field_name("type")
    if of is None or variable.declarator is None or any(step != "*" for step in variable.declarator.steps):
        return []
    if any(child.type == syntax.TYPE_QUALIFIER for child in variable.origin.children):
        return []
    stars = "*" * len(variable.declarator.steps)
    return [*syntax.text(of).split(), *([stars] if stars else [])]


def _is_shared(repair: Repair, variable: Variable) -> bool:
    """Whether the address of a variable is taken, or a lambda captures it."""
    for use in repair.bindings.uses(variable):
        parent = use.parent
        if parent is not None and parent.type == syntax.POINTER_EXPRESSION and b"&" in (parent.text or b"")[:1]:
            return True
        at = parent
        while at is not None and at != repair.function.node:
            if at.type == syntax.LAMBDA_EXPRESSION:
                return True
            at = at.parent
    return False


def _first_of_releases(repair: Repair, node: Node) -> Node:
    """Where a release before ``node`` belongs: above those of what was acquired earlier, below those of the rest."""
    first = node
    if is_bare_body(node):
        return node
    spans = {
        (event.span.start, event.span.end): event.place.root
        for event in repair.unit.graph.events()
        if isinstance(event, Release)
    }
    acquired = _acquired_at(repair)
    own = repair.leak.site.span.start
    for sibling in preceding(node):
        held = sibling.named_children if sibling.type == syntax.EXPRESSION_STATEMENT else []
        inner = held[0] if held else None
        root = spans.get((inner.start_byte, inner.end_byte)) if inner is not None else None
        if root is None or acquired.get(root, own) >= own:
            break
        first = sibling
    return first


def _acquired_at(repair: Repair) -> dict[int, int]:
    """Where what a variable holds was acquired, by the root of the variable."""
    found: dict[int, int] = {}
    graph = repair.unit.graph
    places = {site.place: site.span.start for site in graph.sites}
    for event in graph.events():
        if isinstance(event, Copy) and event.source in places:
            found.setdefault(event.target.root, places[event.source])
    for place, start in places.items():
        found.setdefault(place.root, start)
    return found
