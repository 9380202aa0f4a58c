"""Wrapping the tail of a loop's body in a function literal that is called at once, so that defers in it run each round.

Three shapes, chosen by what leaves the body (`continue` is a `return` in each of them):

- nothing but `continue`: ``func() { ... }()``;
- errors that are known not to be nil: ``if err := func() error { ... }(); err != nil { return nil, err }``;
- anything else: ``if done, v, err := func() (bool, T, error) { ... }(); done { return v, err }``, with one flag for
  each way out (`return`, `break`, a jump to an outer label), and the results that differ from return to return.

Where no shape is exact the answer is an `Obstacle`, which says why. The edits are insertions at the head, the tail and
the start of each moved line, and the jumps that leave the body; offsets are bytes into the file.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from tree_sitter import Node

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import (
    Exit,
    Jump,
    ends_in_jump,
    exits,
    gotos_into,
    label_of,
    labels_of,
    nested,
    statements_of,
)
from leakfix.languages.go.closures_layout import Rewrite, deepen, realigned, tail_lines
from leakfix.languages.go.closures_plan import Obstacle, ObstructedError, Plan, Route, Site, plan
from leakfix.languages.go.closures_results import results_of, returned
from leakfix.languages.go.closures_values import binding_of, is_address_taken
from leakfix.languages.go.scopes import Variable
from leakfix.text import Edit, Source, Span
from leakfix.text.records import record, replace

__all__ = ["Obstacle", "Shape", "Site", "Wrapped", "wrap"]

Shape = Literal["plain", "error", "flags"]

_PREDECLARED: Final = ("bool", "true", "false", "nil", "error", "new")


@record
class Wrapped:
    """The edits that wrap a site; ``first`` is the statement at which the literal starts, maybe earlier than asked."""

    shape: Shape
    first: Node
    edits: tuple[Edit, ...]


def wrap(site: Site) -> Wrapped | Obstacle:
    """The edits that wrap a site, or what stands in the way."""
    try:
        return _wrap(site)
    except ObstructedError as why:
        return why.obstacle


def _wrap(site: Site) -> Wrapped:
    source = site.file.source
    block = site.loop.child_by_field_id(go.F_BODY)
    if block is None or block.has_error:
        raise ObstructedError("syntax-error", "the loop holds a syntax error", site.loop)
    statements = _run(site, statements_of(block))
    site = replace(site, first=statements[0])
    leaving = exits(statements)
    _check_jumps(site, statements, leaving)
    lines = tail_lines(source, block, statements[0])
    if lines is None:
        raise ObstructedError("layout", "the loop does not keep its statements on lines of their own", statements[0])
    planned = plan(site, leaving)
    returning = frozenset(leave.node.id for leave in leaving)
    last = planned.answer(None) if planned.routes and not ends_in_jump(statements, returning) else ""
    rewrites = [_rewrite(site, planned, leave) for leave in leaving]
    edits = deepen(source, block, lines, planned.head.encode(), [line.encode() for line in planned.tail(last)])
    edits += [edit for rewrite in rewrites for edit in rewrite.edits]
    edits += realigned(source, rewrites)
    edits += _without_label(site, leaving, planned)
    shape: Shape = "error" if planned.by_error else "flags" if planned.routes else "plain"
    return Wrapped(shape, statements[0], tuple(sorted(edits, key=lambda edit: edit.span)))


def _run(site: Site, statements: Sequence[Node]) -> Sequence[Node]:
    """The statements to wrap: from the asked one, or from an earlier one that declares what they assign with ``:=``.

    Inside of the literal such a ``:=`` declares another variable, which is the same to all that follows unless the
    first one is still to be seen from elsewhere.
    """
    index = next(at for at, statement in enumerate(statements) if statement == site.first)
    while True:
        start = statements[index].start_byte
        shared = [
            variable.declaration.start_byte
            for statement in statements[index:]
            for name in _declared_by(statement)
            if (variable := site.bindings.variable(name)) is not None
            and site.loop.start_byte <= variable.declaration.start_byte < start
            and not _can_be_two(site, variable, start, name)
        ]
        if not shared:
            return statements[index:]
        earliest = min(shared)
        index = max(at for at, statement in enumerate(statements) if statement.start_byte <= earliest)


def _can_be_two(site: Site, variable: Variable, start: int, again: Node) -> bool:
    """Whether a variable can become two: one up to the literal, which starts at ``start``, one from ``again`` on."""
    uses = site.bindings.uses(variable)
    before = [use for use in uses if use.start_byte < start]
    reads = [use for use in uses if use.start_byte > again.start_byte and binding_of(use) is None]
    kept = any(is_address_taken(use) or go.owner_of(use) != site.function for use in before)
    body = statements_of(site.loop.child_by_field_id(go.F_BODY))
    looped = any(statement.kind_id == go.LABELED_STATEMENT for statement in body)
    return bool(reads) and any(binding_of(use) is None for use in before) and not kept and not looped


def _declared_by(statement: Node) -> Iterable[Node]:
    """The names on the left of a ``:=`` that stands by itself, maybe behind labels."""
    while statement.kind_id == go.LABELED_STATEMENT and len(go.operands(statement)) > 1:
        statement = go.operands(statement)[-1]
    left = statement.child_by_field_id(go.F_LEFT) if statement.kind_id == go.SHORT_VAR_DECLARATION else None
    return [] if left is None else go.operands(left)


def _check_jumps(site: Site, statements: Sequence[Node], leaving: Sequence[Exit]) -> None:
    for leave in leaving:
        if leave.jump is Jump.GOTO:
            raise ObstructedError("goto", "a goto leaves the loop's body", leave.node)
        if leave.jump is not Jump.RETURN and leave.target is None:
            raise ObstructedError("label", "a jump has no target", leave.node)
    for goto in gotos_into(site.function, statements):
        raise ObstructedError("goto", "a goto jumps among the statements that would move", goto)
    known = site.bindings.locals_at(site.first)
    for name in _PREDECLARED:
        if name in known or site.file.package.lookup(name) is not None:
            raise ObstructedError("name-taken", f"the name {name} means something else here", site.first)


def _rewrite(site: Site, planned: Plan, leave: Exit) -> Rewrite:
    """The edits that make a jump the return from the literal that takes its route."""
    route = planned.route_of(leave)
    if leave.jump is not Jump.RETURN:
        jump = Span(leave.node.start_byte, leave.node.end_byte)
        edits: tuple[Edit, ...] = (Edit(jump, planned.answer(route).encode()),)
    else:
        edits = _rewritten_return(site, planned, leave.node, route)
    source = site.file.source
    grown = sum(len(edit.text.decode()) - len(source.text(edit.span)) for edit in edits)
    return Rewrite(leave.node, edits, grown)


def _rewritten_return(site: Site, planned: Plan, statement: Node, route: Route | None) -> tuple[Edit, ...]:
    values = returned(statement)
    results = results_of(site.function)
    flags = planned.flags(route)
    if not values:
        named = dict(zip(planned.columns, planned.zeros, strict=True))
        shown = [results[at].name if results[at].name != "_" else zero for at, zero in named.items()]
        behind = " " + ", ".join([*flags, *shown])
        return (Edit(Span(statement.end_byte, statement.end_byte), behind.encode()),)
    if len(values) < len(results):
        return _bound_return(site, planned, statement, flags)
    kept = [at for at in range(len(values)) if at in planned.columns]
    if any(child.kind_id == go.COMMENT for part in (statement, *statement.named_children) for child in part.children):
        raise ObstructedError("layout", "a comment stands within a return statement", statement)
    if not kept:
        whole = Span(values[0].start_byte, values[-1].end_byte)
        return (Edit(whole, ", ".join(flags).encode()),)
    edits = [Edit(Span(values[0].start_byte, values[0].start_byte), f"{', '.join(flags)}, ".encode())] if flags else []
    for at, value in enumerate(values):
        if at in kept:
            continue
        if at < kept[-1]:
            edits.append(Edit(Span(value.start_byte, values[at + 1].start_byte), b""))
        else:
            edits.append(Edit(Span(values[at - 1].end_byte, value.end_byte), b""))
    return tuple(edits)


def _bound_return(site: Site, planned: Plan, statement: Node, flags: Sequence[str]) -> tuple[Edit, ...]:
    """``return f()`` with several results: they are bound first."""
    source = site.file.source
    value = returned(statement)[0]
    holder = statement.parent
    while holder is not None and holder.kind_id == go.STATEMENT_LIST:
        holder = holder.parent
    beside = {entity.name for entity in site.bindings.entities if entity.scope == holder}
    names: list[str] = []
    for name in planned.names:
        variants = [name, *(f"{name}{number}" for number in range(2, 100))]
        names.append(next(free for free in variants if free not in beside and free not in names))
    newline = source.newline + source.indent(statement.start_byte) + b"\t"
    return (
        Edit(Span(statement.start_byte, value.start_byte), f"{', '.join(names)} := ".encode()),
        Edit(Span(statement.end_byte, statement.end_byte), newline + f"return {', '.join([*flags, *names])}".encode()),
    )


def _without_label(site: Site, leaving: Sequence[Exit], planned: Plan) -> list[Edit]:
    """The edit that takes away the loop's label when the last jump to it is gone: an unused label does not compile."""
    source = site.file.source
    body = site.function.child_by_field_id(go.F_BODY)
    edits: list[Edit] = []
    for labelled in labels_of(site.loop):
        name = labelled.child_by_field_id(go.F_LABEL)
        if name is None or body is None:
            continue
        label = go.text(name)
        gone = {leave.node.id for leave in leaving if leave.label == label}
        jumps = (node for node in nested([body]) if node.kind_id != go.LABELED_STATEMENT)
        kept = any(label_of(node) == label and node.id not in gone for node in jumps)
        if not gone or kept or any(route.action.endswith(f" {label}") for route in planned.routes):
            continue
        inner = go.operands(labelled)[-1]
        edits.append(_deleted_label(source, name, inner))
    return edits


def _deleted_label(source: Source, name: Node, inner: Node) -> Edit:
    start, end = source.line_start(name.start_byte), source.line_end(name.end_byte)
    if source.data[start:end].strip() == go.text(name).encode() + b":":
        return Edit(Span(start, end + len(source.newline)), b"")
    if source.data[name.end_byte : inner.start_byte].strip() != b":":
        raise ObstructedError("label", "a comment stands behind the label that would go", name)
    return Edit(Span(name.start_byte, inner.start_byte), b"")
