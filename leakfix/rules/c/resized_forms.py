"""The fixed forms of a block that is resized into its only name: a temporary takes what the call gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import syntax
from leakfix.rules.c.layout import LOOPS, insert_after, insert_before, unit_of
from leakfix.rules.c.naming import says_release
from leakfix.rules.c.repair import RefusalError, units_of
from leakfix.rules.c.resized_checks import asked_null
from leakfix.rules.c.resized_places import Temporary
from leakfix.rules.c.resized_sizes import may_be_zero, not_zero
from leakfix.rules.c.resizing import root_of
from leakfix.rules.c.wrappers import plain_symbols
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.rules.c.resizing import Resize


def released_on_failure(resize: Resize) -> list[Edit]:
    """The old block is released where the call failed, and the place set as before: nothing else changes.

    Raises `RefusalError` and `LayoutError`.
    """
    place = Temporary.of(resize)
    release = _release(resize)
    name = place.name
    unit = unit_of(place.source, place.statement.start_byte).decode()
    lines, edits = place.taken()
    asked = " && ".join((f"{name} == {place.null}", *not_zero(resize)))
    lines += [f"if ({asked}) {{", f"{unit}{release}({resize.place});", "}"]
    assigned = f"{resize.place} = {name};"
    if place.is_plain:
        edits += [Edit(_span(place.statement), assigned.encode())]
    else:
        lines.append(assigned)
        edits += [Edit(_span(_bare(resize.assignment)), resize.place.encode())]
    declares = place.is_declared_here
    return [*insert_before(place.source, place.statement, lines, declares=declares), *edits]


def checked_first(resize: Resize) -> list[Edit]:
    """The check that follows is made of the temporary, and the place is set behind it.

    Where the failure leaves the function a variable's block is released, and what an object holds stays with it.
    Raises `RefusalError` and `LayoutError`.
    """
    place = Temporary.of(resize)
    check = place.check()
    body = check.child_by_field_name("consequence")
    if body is None or check.child_by_field_name("alternative") is not None:
        raise RefusalError("unchecked", "what follows the call is no check that leaves on failure")
    condition = check.child_by_field_name("condition")
    asked = asked_null(condition, resize) if condition is not None else None
    if asked is None:
        raise RefusalError("unchecked", "what follows the call is no check that leaves on failure")
    if may_be_zero(resize):
        raise RefusalError("size", "the call may have released the block, the new size being 0")
    statements = syntax.named(body) if body.type == syntax.COMPOUND_STATEMENT else [body]
    left = _left_by(resize, statements)
    lines, edits = place.taken()
    if place.is_plain:
        edits.append(Edit(_span(place.statement), lines.pop().encode()))
        if lines:
            raise RefusalError("layout", "the new variable has no line of its own")
    else:
        edits += insert_before(place.source, place.statement, lines, declares=place.is_declared_here)
    edits.append(Edit(_span(asked), place.name.encode()))
    if left:
        edits += insert_before(place.source, statements[0], [f"{left}({resize.place});"])
    edits.append(insert_after(place.source, check, [f"{resize.place} = {place.name};"]))
    return edits


def _left_by(resize: Resize, statements: list[Node]) -> str:
    """The release that the branch of the failure needs before it leaves; empty where the block has an owner still."""
    last = statements[-1] if statements else None
    if last is None or last.type != syntax.RETURN_STATEMENT:
        raise RefusalError("unchecked", "the branch of the failure does not return")
    root = root_of(resize.target)
    name = syntax.text(root) if root is not None else ""
    for statement in statements:
        if any(
            node.text == root.text for node in syntax.walk(statement) if root is not None and node.type == root.type
        ):
            raise RefusalError("used", f"the branch of the failure uses {name}")
    variable = resize.variable
    if variable is not None and variable.kind == "local" and variable.declarator is not None:
        if _is_in_lambda(resize):
            raise RefusalError("captured", "the call stands in a lambda")
        return _release(resize)
    if resize.target.type != syntax.FIELD_EXPRESSION or not syntax.named(last):
        raise RefusalError("owner", f"nobody is told that {resize.place} keeps what it had")
    _check_sizes(resize, name)
    return ""


def _check_sizes(resize: Resize, name: str) -> None:
    """What the object says of its size must be set behind the call, not before."""
    before: list[str] = []
    behind: list[str] = []
    base = resize.target.child_by_field_name("argument")
    for node in syntax.walk(resize.function.body):
        if node.type == syntax.ASSIGNMENT_EXPRESSION:
            target = node.child_by_field_name("left")
        elif node.type == syntax.UPDATE_EXPRESSION:
            target = node.child_by_field_name("argument")
        else:
            continue
        if target is None or node == resize.assignment or target.type != syntax.FIELD_EXPRESSION:
            continue
        owner = target.child_by_field_name("argument")
        if owner is not None and base is not None and owner.text == base.text:
            (before if node.start_byte < resize.call.end_byte else behind).append(syntax.text(target))
    if before or not behind or _is_in_loop(resize):
        raise RefusalError("owner", f"{name} may say already that it holds more")
    arguments = resize.call.child_by_field_name("arguments")
    for node in syntax.walk(arguments) if arguments is not None else ():
        owner = node.child_by_field_name("argument") if node.type == syntax.FIELD_EXPRESSION else None
        is_size = owner is not None and base is not None and owner.text == base.text
        if is_size and syntax.text(node) not in (*behind, resize.place):
            raise RefusalError("owner", f"{name} may say already that it holds more")


def _is_in_loop(resize: Resize) -> bool:
    return any(node.type in LOOPS for node in _around(resize))


def _is_in_lambda(resize: Resize) -> bool:
    return any(node.type == syntax.LAMBDA_EXPRESSION for node in _around(resize))


def _around(resize: Resize) -> Iterator[Node]:
    at = resize.call.parent
    while at is not None and at != resize.function.node:
        yield at
        at = at.parent


def _release(resize: Resize) -> str:
    """The function that releases what the call resizes. Raises `RefusalError`."""
    analysis = resize.analysis
    called = resize.call.child_by_field_name("function")
    prefix = "std::" if called is not None and syntax.text(called).startswith("std::") else ""
    if analysis.models.release(resize.site.symbol) is not None:
        return f"{prefix}{analysis.models.releasing_functions(resize.site.obligation.resource)[0].symbol}"
    found = set(_released_so(resize))
    if len(found) == 1:
        return found.pop()
    if found:
        raise RefusalError("ambiguous-release", "the file releases such things by several functions")
    callee = analysis.world.function(resize.site.symbol, analysis.file, resize.function.namespaces)
    if callee is not None and plain_symbols(analysis, callee, resize.site.obligation.resource):
        return analysis.models.releasing_functions(resize.site.obligation.resource)[0].symbol
    raise RefusalError("no-release", f"nothing in the file shows how what {resize.site.symbol}() gives is released")


def _released_so(resize: Resize) -> Iterator[str]:
    """The functions that the file releases what has the name of the place, or of the member, with."""
    last = syntax.text(resize.target.child_by_field_name("field") or resize.target)
    for unit in units_of(resize.analysis):
        for node in syntax.walk(unit.function.body):
            if node.type != syntax.CALL_EXPRESSION:
                continue
            arguments = node.child_by_field_name("arguments")
            given = syntax.named(arguments) if arguments is not None else []
            if len(given) != 1 or syntax.text(given[0].child_by_field_name("field") or given[0]) != last:
                continue
            called = node.child_by_field_name("function")
            if called is not None and called.type == syntax.IDENTIFIER and says_release(syntax.text(called)):
                yield syntax.text(called)


def _bare(assignment: Node) -> Node:
    """The assignment with the parentheses that it needs and its value does not."""
    parent = assignment.parent
    outer = parent.parent if parent is not None else None
    is_needed = outer is not None and outer.child_by_field_name("condition") == parent
    if parent is None or parent.type != syntax.PARENTHESIZED_EXPRESSION or is_needed:
        return assignment
    return parent


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)
