"""The cancel function of a context is not called on every path.

`context.WithCancel`, `WithTimeout` and `WithDeadline`, their `Cause` forms and `signal.NotifyContext` give a function
that must be called when the work is done, be it ended by a deadline or not. Until then, or until the parent ends, the
parent keeps the child and its timer, some parents keep a goroutine waiting, and signals stay caught. The function is
thrown away with `_`, or a path leads out of the function on which it is not called.

Example:

    ctx, _ := context.WithTimeout(parent, d)        ctx, cancel := context.WithTimeout(parent, d)
    return fetch(ctx)                               defer cancel()
                                                    return fetch(ctx)

A cancel function that is returned, stored, sent, or given to a goroutine or to another function is somebody else's to
call. `_ = cancel` is no use of it. In `main` nothing is lost when the process ends.

Cancelling must come behind the last use of the context and of all that lives under it: child contexts, requests and the
responses read under them, rows, closures, objects that hold it. Where something of that outlives the function and
nobody ever calls the cancel function, the context was meant to live on, and only its author knows until when: such a
finding is reported without an edit (`escapes`).

Forms:
- `defer`: `defer cancel()` right behind the call that makes the context; a deferred call that stands too late moves up.
- `close-before-exit`: `cancel()` before every exit that forgets it; the only form in loops, where deferred calls pile
  up, and where other paths hand the function on. A returned expression that works under the context is bound first.
- `bind`: a discarded function is bound to a name, then deferred, or in a loop called before every way out of the turn.

Fix safety: safe. Cancelling twice is harmless, and nothing works under the context behind the exits.

References: https://pkg.go.dev/context ("Failing to call the CancelFunc leaks the child and its children until the
parent is canceled"), the analyser lostcancel of `go vet`, https://pkg.go.dev/iter#Pull.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.detectors.losses import Leak, Loss, LossKind, Status
from leakfix.flow import Handing, Release
from leakfix.languages.go import syntax
from leakfix.languages.go.statements import LayoutError, following, insert_behind, node_at, remove_line, statement_of
from leakfix.rules import Finding, Form, Refusal
from leakfix.rules.go import forms, iterators
from leakfix.rules.go.context_nodes import Sweep, base, fails, function_of_call
from leakfix.rules.go.discarded import bound
from leakfix.rules.go.leaks import leaks_of
from leakfix.rules.go.lifecycle import LifecycleRule, Writer, usual_writers
from leakfix.rules.go.repair import RefusalError, Repair
from leakfix.rules.go.ticker_control import Control
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.context_fates import Lasting
    from leakfix.text import Edit

_DEFER: Final = Form("defer", "defer the cancel function behind the call that returns it")
_BEFORE_EXIT: Final = Form("close-before-exit", "call the cancel function before every exit that forgets it")
_BIND: Final = Form("bind", "bind the cancel function and call it")

_STOPPING: Final = frozenset({"os/signal.NotifyContext", "iter.Pull", "iter.Pull2"})
"""Calls whose function is called ``stop`` where they are documented."""

_ENDS: Final = {
    Handing.RETURNED: "is returned: its cancel function would have to be returned too",
    Handing.STORED: "is stored where it outlives the function",
    Handing.SENT: "is sent away on a channel",
    Handing.CAPTURED: "is in the hands of a goroutine or an earlier deferred call, which may still need it then",
    Handing.PASSED: "is passed to a function that may go on with it",
}


class LostCancel(LifecycleRule):
    """``go-lost-cancel``."""

    id: ClassVar[str] = "go-lost-cancel"
    title: ClassVar[str] = "cancel function of a context is not called on every path"
    family: ClassVar[str] = "cancel"
    forms: ClassVar[tuple[Form, ...]] = (_DEFER, _BEFORE_EXIT, _BIND)
    sources: ClassVar[tuple[str, ...]] = (
        "https://pkg.go.dev/context#CancelFunc",
        "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/lostcancel",
    )

    def find(self, subject: Analysis) -> Iterable[Finding]:
        """The cancel functions that get lost, and iterators that are given up before their end."""
        for unit, leak in leaks_of(subject):
            if leak.site.obligation.family == self.family:
                repair = _certain(Repair(subject, unit, leak))
                if repair is not None:
                    yield self.finding(repair)

    def message(self, repair: Repair) -> str:
        """What is lost, in one sentence."""
        noun, call = repair.leak.site.obligation.noun, repair.leak.site.symbol.rpartition("/")[2]
        if repair.leak.site.discarded:
            return f"the {noun} that {call} returns is thrown away"
        if repair.leak.fates:
            return f"the {noun} that {call} returns is not called on every path"
        return f"the {noun} that {call} returns is never called"

    def refuse(self, repair: Repair) -> Refusal | None:
        """As usual, and where the context is meant to outlive the function."""
        try:
            return super().refuse(repair) or _outlives(repair)
        except RefusalError as why:
            return why.refusal

    def writers(self, repair: Repair) -> Sequence[tuple[Form, Writer]]:
        """The usual forms, each behind the last use of what lives under the context."""
        if repair.leak.site.discarded:
            return [(_BIND, _bound)]
        own = {_DEFER.name: (_DEFER, _deferred), _BEFORE_EXIT.name: (_BEFORE_EXIT, _before_exits)}
        kept = repair.leak.repeats or Status.HANDED_ON in repair.leak.fates
        if _is_overwritten(repair.leak) and not kept:
            return [own[_BEFORE_EXIT.name], own[_DEFER.name]]
        return [own[form.name] for form, _ in usual_writers(repair)]

    def why(self, repair: Repair) -> str:
        """Why cancelling at that point changes nothing else."""
        subject = _subject(repair)
        return f"It may be called more than once, and where it is called now {subject} is needed no more."


RULE = LostCancel()


def _certain(repair: Repair) -> Repair | None:
    """The leak without losses that are none: iterators at their end, collections whose elements are called."""
    if repair.leak.site.obligation.resource == iterators.RESOURCE:
        return iterators.unfinished(repair)
    if not any(loss.holder is not None and loss.holder.weak for loss in repair.leak.losses):
        return repair
    called = {
        variable.declaration.start_byte
        for call in Sweep(repair.unit.owner).calls
        if function_of_call(call).kind_id == syntax.INDEX_EXPRESSION
        and (start := base(function_of_call(call))) is not None
        and (variable := repair.bindings.variable(start)) is not None
    }
    losses = tuple(
        loss
        for loss in repair.leak.losses
        if loss.holder is None or not loss.holder.weak or loss.holder.root not in called
    )
    if losses == repair.leak.losses:
        return repair
    return Repair(repair.analysis, repair.unit, replace(repair.leak, losses=losses)) if losses else None


# what outlives the function


def _outlives(repair: Repair) -> Refusal | None:
    """Why cancelling at the exits would end something that is meant to go on."""
    assert repair.dependents is not None
    if repair.leak.fates and _is_bounded(repair) and not _may_return(repair):
        return None
    for found in repair.dependents.lasting:
        if not repair.leak.fates or _concerns_exit(repair, found):
            line = repair.source.line(found.node.start_byte)
            return Refusal("escapes", f"{_subject(repair)} {_ENDS[found.how]} (line {line})")
    return None


def _may_return(repair: Repair) -> bool:
    """A first look at the returns that forget the cancel function: whether one may give back what lives under it."""
    nodes = [node_at(repair.root, loss.span) for loss in repair.leak.losses]
    returns = [node for node in nodes if node is not None and node.kind_id == syntax.RETURN_STATEMENT]
    return any(repair.dependents is not None and repair.dependents.may_return(node) for node in returns)


def _subject(repair: Repair) -> str:
    is_iterator = repair.leak.site.obligation.resource == iterators.RESOURCE
    return "the iterator" if is_iterator else "what lives under the context"


def _concerns_exit(repair: Repair, found: Lasting) -> bool:
    """Whether something that gets out of the function is still at work at an exit that forgets the cancel function."""
    if found.how is Handing.RETURNED:
        return any(loss.span.start == found.node.start_byte for loss in repair.leak.losses)
    if _is_bounded(repair):
        return False
    control = Control(repair.unit.owner, _never, _never)
    behind = control.reachable(control.holding([found.node.start_byte]))
    exits = (control.lost_at(node_at(repair.root, loss.span), loss.span) for loss in repair.leak.losses)
    return any(point is None or point in behind for point in exits)


def _is_bounded(repair: Repair) -> bool:
    """Whether the author ends the context with the function, and not just when the function fails."""
    if all(_fails(repair, node_at(repair.root, loss.span)) for loss in repair.leak.losses):
        return True
    if Status.RELEASED not in repair.leak.fates:
        return False
    return any(event.deferred or not _fails(repair, _left_by(repair, event)) for event in _releases(repair))


def _releases(repair: Repair) -> Iterable[Release]:
    holders = {loss.holder for loss in repair.leak.losses}
    for event in repair.unit.graph.events():
        if isinstance(event, Release) and event.place in holders:
            yield event


def _left_by(repair: Repair, event: Release) -> Node | None:
    """The return that follows a release in its block."""
    node = node_at(repair.root, event.span)
    statement = statement_of(node) if node is not None else None
    behind = following(statement) if statement is not None else []
    return next((node for node in behind if node.kind_id == syntax.RETURN_STATEMENT), None)


def _fails(repair: Repair, node: Node | None) -> bool:
    return fails(repair.analysis.types(repair.unit.function), node)


# the forms


def _names(repair: Repair) -> tuple[str, ...]:
    """What to call a discarded function: no two of one function get the same name."""
    taken: set[str] = set()
    for unit, leak in leaks_of(repair.analysis):
        if unit.function is not repair.unit.function or not leak.site.discarded:
            continue
        if leak.site.obligation.family != "cancel" or leak.site.span.start >= repair.leak.site.span.start:
            continue
        other = Repair(repair.analysis, unit, leak)
        if _outlives(other) is None:
            taken.add(_free(_usual_names(other), taken)[0])
    return _free(_usual_names(repair), taken)


def _free(names: Iterable[str], taken: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in taken)


def _usual_names(repair: Repair) -> tuple[str, ...]:
    """Good names, and enough of them."""
    first = "stop" if repair.leak.site.symbol in _STOPPING else "cancel"
    made = next((t for t in repair.targets if t.kind_id == syntax.IDENTIFIER and syntax.text(t) != "_"), None)
    name = syntax.text(made) if made is not None else ""
    short = name.removesuffix("Context").removesuffix("Ctx") or name
    named = (first + short[:1].upper() + short[1:],) if short else ()
    return (first, *named, *(f"{first}{number}" for number in range(2, 100)))


def _bound(repair: Repair) -> list[Edit]:
    """The discarded function gets a name; in a loop it is called before every way out of the turn."""
    return bound(repair, _names(repair), _before_exits)


def _deferred(repair: Repair) -> list[Edit]:
    """``defer cancel()``; where the variable is overwritten, a later deferred call stays with what overwrites it."""
    if _is_overwritten(repair.leak):
        name = repair.holder()
        return [insert_behind(repair.source, repair.statement, [f"defer {repair.release(name)}"])]
    return [*forms.deferred(repair), *_blank_uses(repair)]


def _before_exits(repair: Repair) -> list[Edit]:
    """``cancel()`` before every exit that forgets it, if nothing that lives under the context is needed behind it."""
    control = Control(repair.unit.owner, _never, _never)
    together = _with_siblings(repair, control)
    for loss in together.leak.losses:
        if loss.kind in (LossKind.RETURN, LossKind.END):
            _check_deferred(together)
        else:
            _check_over(together, control, loss)
    return [*forms.before_exits(together), *_blank_uses(together)]


def _check_deferred(repair: Repair) -> None:
    """No deferred call may need the context: it would run when that is cancelled."""
    deferred = repair.dependents.deferred if repair.dependents is not None else None
    if deferred is not None:
        line = repair.source.line(deferred.start_byte)
        raise RefusalError("used-in-exit", f"the deferred call on line {line} still needs the context")


def _with_siblings(repair: Repair, control: Control) -> Repair:
    """The leak, where another branch makes a context for the same variable and forgets it at the same exits."""
    losses = tuple(
        replace(loss, others=frozenset())
        if loss.others == {Status.BEFORE} and _is_always_made(repair, control, loss)
        else loss
        for loss in repair.leak.losses
    )
    if losses == repair.leak.losses:
        return repair
    return Repair(repair.analysis, repair.unit, replace(repair.leak, losses=losses))


def _is_always_made(repair: Repair, control: Control, loss: Loss) -> bool:
    """Whether no way leads to a loss past all the calls whose cancel function is lost there from the same variable."""
    calls = [repair.leak.site.span.start]
    for unit, leak in leaks_of(repair.analysis):
        same = (other for other in leak.losses if (other.kind, other.span) == (loss.kind, loss.span))
        if unit is repair.unit and any(o.holder == loss.holder and o.others <= {Status.BEFORE} for o in same):
            calls.append(leak.site.span.start)
    body = repair.unit.owner.child_by_field_id(syntax.F_BODY)
    first = next((control.at(n) for held in syntax.operands(body or repair.call) for n in syntax.operands(held)), None)
    point = control.lost_at(node_at(repair.root, loss.span), loss.span)
    made = control.holding(calls)
    return first is not None and point is not None and point not in control.reachable([first], made) - made


def _never(_: Node) -> bool:
    return False


def _check_over(repair: Repair, control: Control, loss: Loss) -> None:
    """Nothing that lives under the context may be read behind a loss inside the function."""
    assert repair.dependents is not None
    node = node_at(repair.root, loss.span)
    point = control.lost_at(node, loss.span)
    if point is None:
        raise RefusalError("unresolved", "what runs behind the point where the cancel function is lost is not known")
    for variable in repair.dependents.variables:
        writes, reads = _accesses(repair, variable)
        if loss.kind is LossKind.OVERWRITTEN and any(loss.span.contains(offset) for offset in writes):
            continue
        behind = control.reachable(control.behind(point), control.holding(writes))
        if behind & control.holding(reads):
            code = "outlives-iteration" if repair.leak.repeats else "escapes"
            raise RefusalError(code, f"{variable.name} lives under the context and is used behind its end")


def _accesses(repair: Repair, variable: Variable) -> tuple[list[int], list[int]]:
    """The byte offsets where a variable is assigned, and where it is read."""
    writes, reads = [variable.declaration.start_byte], list[int]()
    for use in repair.bindings.uses(variable):
        (writes if _is_assigned(use) else reads).append(use.start_byte)
    return writes, reads


def _is_assigned(use: Node) -> bool:
    held = use.parent
    statement = held.parent if held is not None and held.kind_id == syntax.EXPRESSION_LIST else None
    if statement is None or statement.child_by_field_id(syntax.F_LEFT) != held:
        return False
    return statement.kind_id != syntax.ASSIGNMENT_STATEMENT or syntax.operator(statement) == "="


def _blank_uses(repair: Repair) -> list[Edit]:
    """``_ = cancel``, which only silences the compiler, goes."""
    edits = []
    for statement in following(repair.statement):
        if _is_blank_use(repair, statement):
            try:
                edits.append(remove_line(repair.source, statement))
            except LayoutError:
                continue
    return edits


def _is_blank_use(repair: Repair, statement: Node) -> bool:
    left, right = statement.child_by_field_id(syntax.F_LEFT), statement.child_by_field_id(syntax.F_RIGHT)
    if statement.kind_id != syntax.ASSIGNMENT_STATEMENT or left is None or right is None:
        return False
    return syntax.text(left) == "_" and syntax.text(right) == repair.holder()


def _is_overwritten(leak: Leak) -> bool:
    return any(loss.kind is LossKind.OVERWRITTEN for loss in leak.losses)
