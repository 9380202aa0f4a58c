"""A way out for a goroutine that is stuck at a send: the end of a context, or of the function that would receive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import Act
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing, is_assigned, last_name, operation
from leakfix.languages.go.statements import LayoutError, free_name, insert_behind, owns_line, statement_of
from leakfix.rules.finding import Safety
from leakfix.rules.go.blocking import check_predeclared, owner_literal
from leakfix.rules.go.blocking_forms import Written
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.waiting_exits import returning
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.channel_shared import Site
    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.blocking import Blocked
    from leakfix.text import Source

_CONTEXTS: Final = frozenset({"context.Context", "golang.org/x/net/context.Context"})
_ROOTS: Final = frozenset(
    {f"{package}.{name}" for package in ("context", "golang.org/x/net/context") for name in ("Background", "TODO")}
)
_NAMES: Final = ("done", "finished", "stopped")


def until_left(case: Blocked) -> Written:
    """A select on a channel that is closed when the function returns: one that is there, or a new one."""
    _check_receivers(case)
    check_left(case)
    signal = _signal(case)
    edits: list[Edit] = []
    if signal is None:
        statement = case.statement
        if statement is None or statement.kind_id not in (syntax.SHORT_VAR_DECLARATION, syntax.VAR_DECLARATION):
            raise RefusalError("no-owner", "the channel is made in the header of a statement")
        if case.is_in_loop(statement):
            raise RefusalError("loop", "the channel is made in a loop, where deferred calls pile up")
        check_predeclared(case, "make", "close")
        signal = free_name(_NAMES, case.bindings, case.made.make)
        lines = [f"{signal} := make(chan struct{{}})", f"defer close({signal})"]
        edits.append(insert_behind(case.source, statement, lines))
    edits += [_selected(case, site, f"<-{signal}", returning(case.scene, site.node)) for site in _own_sites(case)]
    return Written(edits, Safety.SAFE, f"Once the function has returned nobody receives from {case.name} any more.")


def check_left(case: Blocked) -> None:
    """Raise `RefusalError` where the function does not leave, but waits for the goroutine to end."""
    if any(wait.left is None for wait in case.waits):
        raise RefusalError("waits", "the function waits for the goroutine itself, and does not return before")


def with_context(case: Blocked) -> Written:
    """A select on the context at hand."""
    check_left(case)
    contexts = [_context(case, site) for site in case.sites]
    if not contexts or any(context is None for context in contexts):
        raise RefusalError("no-context", "no context is at hand where the goroutine sends")
    edits = []
    for site, context in zip(case.sites, contexts, strict=True):
        assert context is not None
        if site.function is not case.nest.function:
            raise RefusalError("callee", "the send stands in a function that others call too")
        if not _is_done_then(case, context):
            raise RefusalError("no-context", f"{context.name} need not be done when the function returns")
        way_out = returning(case.scene, site.node)
        if way_out == "return nil":
            way_out = f"return {context.name}.Err()"
        edits.append(_selected(case, site, f"<-{context.name}.Done()", way_out))
    watched = all(_watching(case, context) for context in contexts if context is not None)
    if watched:
        return Written(
            edits, Safety.SAFE, f"Once the context is done the function does not wait for {case.name} either."
        )
    return Written(
        edits, Safety.REVIEW, "What is sent when the context is done may be dropped though it would be received."
    )


def _watching(case: Blocked, context: Variable) -> list[Node]:
    """The cases in which whoever receives gives up because the context is done; none if a receive has no such case."""
    cases = []
    for receive in (*case.uses(Doing.RECEIVE), *case.uses(Doing.RANGE)):
        select = _select_of(receive)
        watching = _case_of(case, select, context) if select is not None else None
        if watching is None:
            return []
        cases.append(watching)
    return cases


def _is_done_then(case: Blocked, context: Variable) -> bool:
    """Whether a context is done when the function has left a goroutine behind: it leaves for that, or cancels it."""
    cases = _watching(case, context)
    if cases and case.left and all(any(c.start_byte <= at.start < c.end_byte for c in cases) for at in case.left):
        return True
    cancel = next((v for v in case.bindings.variables if v.origin == context.origin and v.position == 1), None)
    if cancel is None or context.function != case.nest.owner or context.origin.kind_id != syntax.SHORT_VAR_DECLARATION:
        return False
    return any(
        use.parent is not None
        and use.parent.kind_id == syntax.CALL_EXPRESSION
        and use.parent.parent is not None
        and use.parent.parent.kind_id == syntax.DEFER_STATEMENT
        and syntax.owner_of(use) == case.nest.owner
        and use.start_byte < case.made.make.start_byte
        for use in case.bindings.uses(cancel)
    )


def _select_of(receive: Node) -> Node | None:
    at = receive.parent
    while at is not None and at.kind_id not in (syntax.STATEMENT_LIST, syntax.BLOCK):
        if at.kind_id == syntax.COMMUNICATION_CASE:
            return at.parent
        at = at.parent
    return None


def _case_of(case: Blocked, select: Node, context: Variable) -> Node | None:
    for clause in select.named_children:
        held = clause.child_by_field_id(syntax.F_COMMUNICATION) if clause.kind_id == syntax.COMMUNICATION_CASE else None
        for use in case.bindings.uses(context) if held is not None else ():
            if held is not None and held.start_byte <= use.start_byte < held.end_byte:
                return clause
    return None


def _check_receivers(case: Blocked) -> None:
    if any(case.acts(process, Act.RECEIVE) for process in case.processes):
        raise RefusalError(
            "receiver", f"another goroutine receives from {case.name}, and may go on when the function has returned"
        )
    if case.made.channel.unknown_senders:
        raise RefusalError("escapes", f"{case.name} is handed to functions that may send on it as well")


def _own_sites(case: Blocked) -> tuple[Site, ...]:
    if any(owner_literal(case, site) is None for site in case.sites):
        raise RefusalError("callee", "the send stands in a function that others call too")
    return case.sites


def _signal(case: Blocked) -> str | None:
    """A channel that nobody sends on, and whose close is deferred before any goroutine is started."""
    for made in case.nest.made:
        uses = [operation(use) for use in case.bindings.uses(made.variable)]
        closes = [does.node for does in uses if does.doing is Doing.CLOSE]
        if made is case.made or len(closes) != 1 or any(does.doing is Doing.SEND for does in uses):
            continue
        deferred = closes[0].parent
        if (
            deferred is None
            or deferred.kind_id != syntax.DEFER_STATEMENT
            or syntax.owner_of(deferred) != case.nest.owner
        ):
            continue
        visible = all(
            case.bindings.locals_at(site.node).get(made.variable.name) is made.variable for site in case.sites
        )
        starts = [start for starts in case.nest.shared.started.values() for start in starts]
        if visible and all(deferred.end_byte <= start.start_byte for start in starts):
            return made.variable.name
    return None


def _context(case: Blocked, site: Site) -> Variable | None:
    """The innermost context that is visible at a send and never assigned anew; not one that never ends."""
    bindings = case.analysis.program.bindings(site.function)
    types = case.analysis.program.types(site.function)
    found = [
        variable
        for variable in bindings.locals_at(site.node).values()
        if variable.is_variable and str(types.variable(variable)) in _CONTEXTS and not _is_endless(case, variable)
    ]
    found = [variable for variable in found if not any(map(is_assigned, bindings.uses(variable)))]
    return max(found, key=lambda variable: variable.visible, default=None)


def _is_endless(case: Blocked, variable: Variable) -> bool:
    right = variable.origin.child_by_field_id(syntax.F_RIGHT) or variable.origin.child_by_field_id(syntax.F_VALUE)
    values = syntax.operands(right) if right is not None else []
    value = values[variable.position] if variable.position < len(values) else None
    if value is None or value.kind_id != syntax.CALL_EXPRESSION or last_name(value) not in ("Background", "TODO"):
        return False
    callee = case.scene.types.callee(value)
    return callee is not None and callee.symbol in _ROOTS


def _has_comment(source: Source, line: int) -> bool:
    text = source.slice(source.line_span(line)).strip() if 1 <= line <= source.line_count else b""
    return b"//" in text and not text.startswith(b"//")


def _selected(case: Blocked, site: Site, signal: str, way_out: str) -> Edit:
    """The send becomes the first case of a select; a comment behind it stays behind it."""
    source, node = case.source, site.node
    if statement_of(node) != node or not owns_line(source, node):
        raise LayoutError
    if node.parent is None or node.parent.kind_id == syntax.COMMUNICATION_CASE:
        raise LayoutError
    indent, newline = source.indent(node.start_byte), source.newline
    end = source.line_end(node.end_byte)
    comment = source.data[node.end_byte : end].strip()
    if comment:
        if any(_has_comment(source, line) for line in (source.line(node.start_byte) - 1, source.line(end) + 1)):
            # gofmt aligns such comments.
            raise LayoutError
        comment = b" " + comment
    send = source.data[node.start_byte : node.end_byte]
    lines = [b"select {", b"case " + send + b":" + comment, f"case {signal}:".encode(), b"\t" + way_out.encode(), b"}"]
    return Edit(Span(node.start_byte, end), (newline + indent).join(lines))
