"""Goroutines, and functions, that wait for ever for values of a channel that a function keeps to itself.

Nobody sends any more, and nobody closes the channel: the function leaves before it does, the goroutine that sends
returns early, or nobody thought of it. Forms:

- `close-before-exit`: ``close(ch)`` before the exits that forget it, where other paths close.
- `defer-close`: ``defer close(ch)`` behind the creation where nothing closes; in a goroutine that alone sends, first
  thing, instead of the closes on some of its paths.

A close is only written where nobody can close twice or send on a closed channel, and only where those that wait take it
for the end: a range, a receive that asks for ``ok``, one whose value is not used as the last thing that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import Act, Close, Leave, following
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing, Role, role_of_call
from leakfix.languages.go.statements import (
    LayoutError,
    insert_before,
    insert_behind,
    insert_first,
    insert_last,
    remove_line,
    statement_of,
)
from leakfix.rules.finding import Confidence, FileEdit, Fix, Refusal, Safety
from leakfix.rules.go.blocking import blocked, check_predeclared, report
from leakfix.rules.go.blocking_nil import RECEIVES, nil_waits
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.rule import Form
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.channel_shared import Site
    from leakfix.rules.finding import Finding
    from leakfix.rules.go.blocking import Blocked
    from leakfix.rules.rule import Rule
    from leakfix.text import Edit, Span

CLOSE_BEFORE_EXIT: Final = Form("close-before-exit", "close the channel before every exit that forgets it")
DEFER_CLOSE: Final = Form("defer-close", "close the channel when the one who sends is through")
FORMS: Final = (DEFER_CLOSE, CLOSE_BEFORE_EXIT)
_OPEN: Final = "conditional"
"""The refusal where a close may have come before an exit, on some condition that nothing more is known of."""


def local_receives(rule: Rule[Analysis], subject: Analysis) -> Iterator[Finding]:
    """The channels of a file for which somebody can wait for ever, in order; those that are nil last."""
    for case in blocked(subject, Act.RECEIVE):
        if not _is_token(case):
            fixes, refusal = _mended(case)
            found = report(rule, case, _message(case), fixes, refusal, span=_span(case))
            yield replace(found, confidence=Confidence.LOW) if refusal is not None and refusal.code == _OPEN else found
    yield from nil_waits(rule, subject, RECEIVES)


def _is_token(case: Blocked) -> bool:
    """Whether those that wait also send: who passes on what it has received counts in ways that no path tells."""
    return any(wait.process and case.acts(wait.process, Act.SEND) for wait in case.waits)


def _closes(case: Blocked) -> list[tuple[int, Site]]:
    shared = case.nest.shared
    found = ((step, site) for (step, channel), site in shared.sites.items() if channel == case.number)
    return [(step, site) for step, site in found if isinstance(shared.net.steps[step], Close)]


def _span(case: Blocked) -> Span | None:
    """Where the function leaves without the close that stands on other ways; else the finding is at the make."""
    return case.left[0] if case.left and any(site.owner == case.nest.owner for _, site in _closes(case)) else None


def _message(case: Blocked) -> str:
    if any(wait.process == 0 for wait in case.waits):
        return f"the function can wait for ever for {case.name}: who sends can end without sending or closing it"
    if _closes(case) and case.left:
        return f"the function returns without closing {case.name}, for which a goroutine waits for ever"
    return f"a goroutine can wait for ever for {case.name}: nobody closes it"


def _mended(case: Blocked) -> tuple[tuple[Fix, ...], Refusal | None]:
    if case.analysis.file.is_generated:
        return (), Refusal("generated", "the file is generated: its generator is the place for the fix")
    fixes: list[Fix] = []
    reasons: list[Refusal] = []
    for form, writer in reversed(_WRITERS) if _closes(case) else _WRITERS:
        try:
            _check(case)
            check_predeclared(case, "close")
            edits = tuple(FileEdit(case.source.path, edit) for edit in writer(case))
        except RefusalError as why:
            reasons.append(why.refusal)
        except LayoutError:
            reasons.append(Refusal("layout", "the code is not laid out one statement a line"))
        else:
            why_safe = f"Nobody sends on {case.name} behind that, and those that wait take the close for the end."
            fixes.append(Fix(form.title, form.name, Safety.SAFE, why_safe, edits))
    return tuple(fixes), None if fixes else reasons[0]


# forms


def _before_exits(case: Blocked) -> list[Edit]:
    """``close(ch)`` before the exits of the function that leave it open."""
    closes = _closes(case)
    if not closes:
        raise RefusalError("no-owner", f"nothing closes {case.name} on any path")
    if any(site.owner != case.nest.owner or role_of_call(site.node) is Role.DEFERRED for _, site in closes):
        raise RefusalError("other-closer", f"somebody else than the function itself closes {case.name}")
    _check_only_function_sends(case)
    net = case.nest.shared.net
    behind: set[int] = set()
    waiting = [step for step, _ in closes]
    while waiting:
        at = waiting.pop()
        if at not in behind:
            behind.add(at)
            waiting.extend(following(net.steps[at]))
    if any(isinstance(net.steps[at], Leave) and getattr(net.steps[at], "span", None) in case.left for at in behind):
        raise RefusalError(_OPEN, f"{case.name} may be closed already where the function leaves")
    return [_before(case, span) for span in case.left]


def _before(case: Blocked, span: Span) -> Edit:
    line = [f"close({case.name})"]
    if case.source.slice(span) == b"}":
        return insert_last(case.source, span.start, line)
    node = case.nest.function.node.named_descendant_for_byte_range(span.start, span.end)
    statement = statement_of(node) if node is not None else None
    if statement is None:
        raise LayoutError
    visible = case.bindings.locals_at(statement).get(case.name)
    if visible is not case.made.variable:
        raise RefusalError("name-taken", f"{case.name} means something else where the function leaves")
    return insert_before(case.source, statement, line)


def _deferred(case: Blocked) -> list[Edit]:
    """A deferred close by whoever alone sends."""
    senders = [process for process in case.processes if case.acts(process, Act.SEND)]
    if not senders and (case.acts(0, Act.SEND) or not case.made.channel.unknown_senders):
        return _deferred_by_function(case)
    if len(senders) != 1 or case.acts(0, Act.SEND) or case.made.channel.unknown_senders:
        raise RefusalError("several-senders", f"several send on {case.name}, and only the last of them may close it")
    return _deferred_by_sender(case, senders[0])


def _deferred_by_function(case: Blocked) -> list[Edit]:
    if _closes(case):
        raise RefusalError("other-closer", f"{case.name} is closed already on other paths")
    if any(wait.process == 0 for wait in case.waits):
        raise RefusalError("no-owner", f"nobody sends on {case.name}")
    statement = case.statement
    if statement is None or statement.kind_id not in (syntax.SHORT_VAR_DECLARATION, syntax.VAR_DECLARATION):
        raise RefusalError("no-owner", "the channel is made in the header of a statement")
    if case.is_in_loop(statement):
        raise RefusalError("loop", "the channel is made in a loop, where deferred calls pile up")
    return [insert_behind(case.source, statement, [f"defer close({case.name})"])]


def _deferred_by_sender(case: Blocked, process: int) -> list[Edit]:
    run, starts = case.nest.shared.runs[process], case.nest.shared.started.get(process, [])
    if run.owner.kind_id != syntax.FUNC_LITERAL or run.function is not case.nest.function:
        raise RefusalError("callee", "what sends is a function that others call too")
    if len(starts) != 1 or case.is_in_loop(starts[0]):
        raise RefusalError("several-senders", f"several send on {case.name}, and only the last of them may close it")
    body = run.owner.child_by_field_id(syntax.F_BODY)
    if body is None:
        raise LayoutError
    edits = [insert_first(case.source, body, [f"defer close({case.name})"])]
    for close in case.uses(Doing.CLOSE):
        if syntax.owner_of(close) != run.owner or role_of_call(close) is not Role.CALLED:
            raise RefusalError("other-closer", f"somebody else than the goroutine that sends closes {case.name}")
        statement = statement_of(close)
        if statement is None or not _is_last(statement, run.owner):
            raise RefusalError("cleanup", f"the goroutine goes on when it has closed {case.name}")
        edits.append(remove_line(case.source, statement))
    return edits


def _is_last(statement: Node, owner: Node) -> bool:
    """Whether nothing but a plain return follows a statement, in all the lists around it."""
    at: Node | None = statement
    while at is not None and at != owner:
        if at.kind_id == syntax.FOR_STATEMENT:
            return False
        behind = at.next_named_sibling if at.parent is not None and at.parent.kind_id == syntax.STATEMENT_LIST else None
        while behind is not None and behind.kind_id == syntax.COMMENT:
            behind = behind.next_named_sibling
        if behind is not None:
            return behind.kind_id == syntax.RETURN_STATEMENT and not syntax.operands(behind)
        at = at.parent
    return True


# what a close means to those that wait


def _check(case: Blocked) -> None:
    """Raise `RefusalError` unless all that receive take a close for the end, as far as nothing shows that they do."""
    waiting = [site for wait in case.waits if (site := case.site(wait)) is not None]
    if not _closes(case):
        shared = case.nest.shared
        steps = {step for process in case.processes for step in case.acts(process, Act.RECEIVE)}
        waiting += [site for (step, number), site in shared.sites.items() if number == case.number and step in steps]
    for site in waiting:
        if site.node.kind_id != syntax.RANGE_CLAUSE and not _takes_close_for_end(site.node):
            raise RefusalError("zero-value", "who waits would take the zero value of a closed channel for a value")


def _takes_close_for_end(receive: Node) -> bool:
    """Whether a receive asks for ``ok``, or throws its value away and is the last that happens."""
    at = receive.parent
    if at is not None and at.kind_id == syntax.EXPRESSION_LIST:
        at = at.parent
    left = at.child_by_field_id(syntax.F_LEFT) if at is not None else None
    if left is not None:
        return len(syntax.operands(left)) == 2
    if at is not None and at.kind_id == syntax.RECEIVE_STATEMENT:
        clause = at.parent
        held = [child for child in clause.named_children if child.kind_id == syntax.STATEMENT_LIST] if clause else []
        statements = [one for part in held for one in syntax.operands(part)]
        return bool(statements) and statements[-1].kind_id == syntax.RETURN_STATEMENT
    owner = syntax.owner_of(receive)
    statement = statement_of(receive)
    if statement is None or owner is None or statement.kind_id != syntax.EXPRESSION_STATEMENT:
        return False
    return _is_last(statement, owner)


def _check_only_function_sends(case: Blocked) -> None:
    if case.made.channel.unknown_senders or any(case.acts(process, Act.SEND) for process in case.processes):
        raise RefusalError("several-senders", f"others send on {case.name} too, and would panic once it is closed")


_WRITERS: Final[list[tuple[Form, Callable[[Blocked], list[Edit]]]]] = [
    (DEFER_CLOSE, _deferred),
    (CLOSE_BEFORE_EXIT, _before_exits),
]
