"""What forbids a form: a change of order, a second close, a value that may be none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Derive
from leakfix.languages.python import syntax
from leakfix.rules.python import order, safety
from leakfix.rules.python.plainness import closes_directly, is_eager, reaches
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.scenes import in_finally, is_context, is_entered

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.python.files import Function
    from leakfix.languages.python.variables import Variable
    from leakfix.rules.python.repair import Closing, Repair
    from leakfix.rules.python.scenes import Scene

_LATE: Final = frozenset(("apply_async", "map_async", "starmap_async", "imap", "imap_unordered"))
_CONSTANTS: Final = frozenset((syntax.TRUE, syntax.FALSE, syntax.INTEGER, syntax.STRING))


def check_hoistable(repair: Repair, node: Node, together: frozenset[Node] = frozenset()) -> None:
    """Raise `RefusalError` unless the opening may be evaluated before all else in its statement but ``together``."""
    writes = safety.writes(repair)
    order.check_hoistable(node, writes=writes, eager=lambda call: is_eager(repair, call), together=together)


def check_not_repeated(repair: Repair) -> None:
    """Raise `RefusalError` where an `ExitStack` would be no better: the order is odd, or each of many files is read."""
    try:
        check_hoistable(repair, repair.value)
    except RefusalError as why:
        if why.refusal.code != "conditional" and repair.assignment is None:
            raise


def check_closed_once(scene: Scene, bound: Variable) -> None:
    """Raise `RefusalError` where something else closes what must not be closed twice."""
    repair = scene.repair
    if repair.leak.site.obligation.idempotent:
        return
    gone = {node for nodes in scene.closings() for node in nodes}
    stay = [one for one in repair.closings if one.statement is None or one.statement not in gone]
    roots = {root for root, variable in repair.unit.frame.variables.items() if variable is bound}
    events = repair.unit.graph.events()
    owned = any(isinstance(event, Derive) and event.closes and event.source.root in roots for event in events)
    if stay or owned:
        reason = f"something else closes the {repair.noun} on some path, and twice is an error"
        raise RefusalError("closed-elsewhere", reason)


def check_not_entered(scene: Scene) -> None:
    """Raise `RefusalError` where the code itself closes it by a with statement, or in a finally clause that stays."""
    repair = scene.repair
    # What has no context of its own, or one that does not close, is entered for something else.
    holders = [scene.holder] if scene.holder is not None and repair.context != "closing" else []
    if any(is_entered(use) for holder in holders for use in repair.bindings.uses(holder)):
        raise RefusalError("closed-elsewhere", "a `with` statement of the code closes it already")
    gone = {node for nodes in scene.closings() for node in nodes}
    for closing in repair.closings:
        if _closes_another(scene, closing):
            continue
        if closing.statement is None and is_context(closing.call):
            raise RefusalError("closed-elsewhere", "a `with` statement of the code closes it already")
        if closing.statement is not None and closing.statement not in gone and in_finally(closing.statement):
            raise RefusalError("closed-elsewhere", "a `finally` clause of the code closes it already")


def _closes_another(scene: Scene, closing: Closing) -> bool:
    """Whether what a call closes is surely not what was acquired here, but what the variable held before or later."""
    closed, holder = closes_directly(closing.call), scene.holder
    if closed is None or holder is None or scene.repair.bindings.variable(closed) is not holder:
        return False
    own = (one for one in holder.bindings if syntax.statement_of(one.identifier) == scene.repair.statement)
    return not any(reaches(closed, holder, one, scene.repair.function.node) for one in own)


def check_surely_made(repair: Repair) -> None:
    """Raise `RefusalError` where the call may give None, which no with statement enters."""
    if may_be_none(repair):
        raise RefusalError("may-be-none", "the function that opens it may give None")


def check_results_taken(scene: Scene) -> None:
    """Raise `RefusalError` where there still is work that nobody waits for when the block would end it."""
    if scene.repair.exits != "terminates":
        return
    above = [need.parent for need in scene.flow.needs]
    called = [one for one in above if one is not None and one.type == syntax.ATTRIBUTE]
    names = {syntax.text(name) for one in called if (name := syntax.field(one, "attribute")) is not None}
    if not names.isdisjoint(_LATE) and "join" not in names:
        raise RefusalError("late-results", "the end of the block would end work that nobody has waited for")


def may_be_none(repair: Repair) -> bool:
    """Whether the call may give None. Raises `RefusalError` where it may give still other things."""
    if repair.analysis.models.acquires(repair.leak.site.symbol):
        return False
    callee = repair.analysis.types.callee(repair.acquisition)
    if callee.class_ is not None:
        return False
    if callee.function is None or _gives_constants(callee.function):
        raise RefusalError("may-be-none", "the function that opens it may give something else")
    return not always_gives(callee.function)


def always_gives(function: Function) -> bool:
    """Whether a function ends in a return of something that is not None, wherever it ends."""
    values = _returned(function)
    return all(value and value[0].type != syntax.NONE for value in values) and not _falls_off(function.body)


def _gives_constants(function: Function) -> bool:
    return any(value and value[0].type in _CONSTANTS for value in _returned(function))


def _returned(function: Function) -> list[list[Node]]:
    """What stands behind each return of a function itself."""
    returns = (node for node in syntax.walk(function.body) if node.type == syntax.RETURN_STATEMENT)
    return [syntax.named(node) for node in returns if syntax.owner_of(node) == function.node]


def _falls_off(block: Node) -> bool:
    """Whether control may come to the end of a block: it does not behind a return or raise, on whatever branch."""
    inside = syntax.statements(block)
    last = inside[-1] if inside else None
    if last is None:
        return True
    if last.type in (syntax.RETURN_STATEMENT, syntax.RAISE_STATEMENT):
        return False
    clauses = [child for child in syntax.named(last) if child.type.endswith("_clause")]
    blocks = [child for child in last.named_children if child.type == syntax.BLOCK]
    blocks += [clause.named_children[-1] for clause in clauses if clause.type != syntax.FINALLY_CLAUSE]
    if last.type == syntax.WITH_STATEMENT or last.type == syntax.TRY_STATEMENT:
        return any(_falls_off(one) for one in blocks)
    if last.type == syntax.IF_STATEMENT:
        has_else = bool(clauses) and clauses[-1].type == syntax.ELSE_CLAUSE
        return not has_else or any(_falls_off(one) for one in blocks)
    return True
