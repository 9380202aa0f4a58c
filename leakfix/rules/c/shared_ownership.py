"""The form that makes the variable a `std::shared_ptr` from the start, where that is what it becomes in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c import syntax
from leakfix.languages.c.files import spelling
from leakfix.rules.c.checks import check_whole
from leakfix.rules.c.ownership import can_be_made, check_function, included, owner_of, used_in
from leakfix.rules.c.repair import ARRAY, RefusalError, Repair
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.c.scopes import Variable


def shared_from_the_start(repair: Repair) -> list[Edit]:
    """The declaration, every use, each `std::shared_ptr<T>(p)`, and the header. Raises `RefusalError`."""
    check_whole(repair)
    variable = owner_of(repair)
    check_function(repair, variable)
    if repair.resource == ARRAY:
        raise RefusalError("used", "an array is no single object")
    made = repair.acquisition.child_by_field_name("type")
    name = syntax.text(made) if made is not None else ""
    sinks = {use.id: call for use in repair.bindings.uses(variable) if (call := _sink(use)) is not None}
    if not sinks or any(_shared(call) != name for call in sinks.values()):
        raise RefusalError("used", f"{variable.name} does not become a std::shared_ptr<{name}>")
    edits = [_declared(repair, variable, name)]
    for use in repair.bindings.uses(variable):
        edits.extend(_used(repair, variable, use, sinks.get(use.id)))
    edits.extend(included(repair))
    return edits


def _used(repair: Repair, variable: Variable, use: Node, sink: Node | None) -> Iterator[Edit]:
    if sink is not None:
        yield Edit(Span(sink.start_byte, sink.end_byte), variable.name.encode())
        return
    at = use.parent
    while at is not None and at.type == syntax.PARENTHESIZED_EXPRESSION:
        at = at.parent
    if at is None or at.type in (syntax.DELETE_EXPRESSION, syntax.RETURN_STATEMENT, syntax.ARGUMENT_LIST):
        raise RefusalError("used", f"{variable.name} is also used as a plain pointer")
    yield from used_in(repair, variable, use)


def _sink(use: Node) -> Node | None:
    """The call `std::shared_ptr<T>(p)` that a use is the only argument of."""
    arguments = use.parent
    call = arguments.parent if arguments is not None and arguments.type == syntax.ARGUMENT_LIST else None
    if call is None or call.type != syntax.CALL_EXPRESSION or arguments is None or len(syntax.named(arguments)) != 1:
        return None
    called = call.child_by_field_name("function")
    return call if called is not None and spelling(called).partition("<")[0] == "std::shared_ptr" else None


def _shared(call: Node) -> str:
    """The type in `std::shared_ptr<T>(p)`, as it is spelled."""
    called = call.child_by_field_name("function")
    text = syntax.text(called) if called is not None else ""
    return text.partition("<")[2].rpartition(">")[0].strip()


def _declared(repair: Repair, variable: Variable, made: str) -> Edit:
    value = repair.acquisition
    if can_be_made(repair, value, made):
        arguments = value.child_by_field_name("arguments")
        assert arguments is not None
        new = f"auto {variable.name} = std::make_shared<{made}>{syntax.text(arguments)};"
    else:
        new = f"std::shared_ptr<{made}> {variable.name}({syntax.text(value)});"
    return Edit(Span(variable.origin.start_byte, variable.origin.end_byte), new.encode())
