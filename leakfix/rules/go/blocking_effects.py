"""How often goroutines send, and what they do behind a send: whether a buffer of some size changes only the leak."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from leakfix.flow.channels import Act, following
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing, is_assigned, last_name, operation
from leakfix.languages.go.types import Array, Basic, Map, Slice, is_integer, underlying
from leakfix.rules.go.repair import RefusalError
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.channel_shared import Site
    from leakfix.rules.go.blocking import Blocked

_HARMLESS: Final = frozenset({"Done", "close", "recover"})
"""What a goroutine may do at its end without anybody minding when."""
_TELLING: Final = frozenset({"fmt", "log", "log/slog", "testing"})
"""Packages whose functions only tell."""
_CLEANING: Final = frozenset({"Close", "Done", "Flush", "RUnlock", "Release", "Stop", "Unlock", "cancel", "close"})
_CHANGING: Final = frozenset({syntax.ASSIGNMENT_STATEMENT, syntax.INC_STATEMENT, syntax.DEC_STATEMENT})
_MOST: Final = 64


class Effect(IntEnum):
    """What a goroutine does when it has sent."""

    NOTHING = 0
    CLEANUP = 1
    MORE = 2


@record
class Count:
    """How many values are sent: so many, and so many for each of what ``each`` counts."""

    fixed: int
    each: tuple[tuple[str, int], ...] = ()

    def spelled(self) -> str:
        """As an argument of make, laid out by gofmt."""
        parts = [text if times == 1 else f"{times}*{text}" for text, times in self.each]
        if self.fixed or not parts:
            parts.append(str(self.fixed))
        return "+".join(parts)


def total(case: Blocked, skipping: frozenset[int] = frozenset()) -> Count:
    """How many values all goroutines send at most; behind ``skipping`` they return. Raises `RefusalError`."""
    fixed, each = 0, dict[str, int]()
    if case.acts(0, Act.SEND):
        raise RefusalError("rendezvous", f"the function that makes {case.name} sends on it as well")
    for process in case.processes:
        if not case.acts(process, Act.SEND):
            continue
        most = _most(case, process, skipping)
        if most is None:
            raise RefusalError(
                "unbounded", "how many values the goroutine sends is not known where the channel is made"
            )
        for start in case.nest.shared.started.get(process, []):
            bound = _bound(case, start)
            if bound:
                each[bound] = each.get(bound, 0) + most
            else:
                fixed += most
    return Count(fixed, tuple(each.items()))


def _most(case: Blocked, process: int, skipping: frozenset[int]) -> int | None:
    """How often a process sends at most; None when it may do so again and again."""
    net, sends = case.nest.shared.net, case.acts(process, Act.SEND)

    def behind(at: int) -> list[int]:
        return [] if at in skipping else following(net.steps[at])

    if any(at in _reachable(behind(at), behind) for at in sends):
        return None
    most: dict[int, int] = {}
    order = _reachable([net.processes[process].entry], behind)
    # Sends are on no cycle: as many rounds as there are sends settle how many follow each step.
    for _ in range(len(sends) + 1):
        waiting = [at for at in order if at in sends]
        most = {
            at: 1 + max((most.get(s, 0) for s in _reachable(behind(at), behind) & sends), default=0) for at in waiting
        }
    found = max(most.values(), default=0)
    return found if found <= _MOST else None


def _reachable(starts: list[int], behind: Callable[[int], list[int]]) -> set[int]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        fresh = [step for step in behind(waiting.pop()) if step not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return seen


def _bound(case: Blocked, start: Node) -> str:
    """What counts how often a goroutine is started, empty for once. Raises `RefusalError` when that cannot be told."""
    unknown = RefusalError("unbounded", "how many goroutines send is not known where the channel is made")
    if syntax.owner_of(start) != case.nest.owner:
        raise unknown
    loops = []
    at = start.parent
    make = case.made.make
    while at is not None and at != case.nest.owner:
        if at.kind_id == syntax.FOR_STATEMENT and not at.start_byte <= make.start_byte < at.end_byte:
            loops.append(at)
        at = at.parent
    if not loops:
        return ""
    clause = next((child for child in syntax.operands(loops[0]) if child.kind_id != syntax.BLOCK), None)
    if len(loops) > 1 or clause is None:
        raise unknown
    bound = _ranged(case, clause) if clause.kind_id == syntax.RANGE_CLAUSE else _limit(case, clause)
    if bound is None:
        raise unknown
    return bound


def _ranged(case: Blocked, clause: Node) -> str | None:
    right = clause.child_by_field_id(syntax.F_RIGHT)
    if right is None or not _is_steady(case, right):
        return None
    of = case.scene.types.of(right)
    if right.kind_id == syntax.INT_LITERAL or is_integer(of):
        return syntax.text(right)
    under = underlying(of)
    is_list = isinstance(under, Slice | Array) or (isinstance(under, Map) and _is_only_read(case, right))
    return f"len({syntax.text(right)})" if is_list else None


def _is_only_read(case: Blocked, ranged: Node) -> bool:
    """Whether a map is only ranged over and indexed from where the channel is made on."""
    variable = case.bindings.variable(ranged)
    for use in case.bindings.uses(variable) if variable is not None else ():
        if use.start_byte < case.made.make.start_byte or use.parent is None:
            continue
        kind = use.parent.kind_id
        if kind != syntax.RANGE_CLAUSE and (kind != syntax.INDEX_EXPRESSION or is_assigned(use.parent)):
            return False
    return variable is not None


def _limit(case: Blocked, clause: Node) -> str | None:
    """The bound of ``for i := 0; i < n; i++``."""
    if clause.kind_id != syntax.FOR_CLAUSE:
        return None
    start, condition, update = (
        clause.child_by_field_id(f) for f in (syntax.F_INITIALIZER, syntax.F_CONDITION, syntax.F_UPDATE)
    )
    if start is None or condition is None or update is None or syntax.operator(condition) != "<":
        return None
    if not syntax.text(start).endswith(":= 0") or not syntax.text(update).endswith("++"):
        return None
    bound = condition.child_by_field_id(syntax.F_RIGHT)
    if bound is None or not is_integer(case.scene.types.of(bound)):
        return None
    of = case.scene.types.of(bound)
    if isinstance(of, Basic) and not of.untyped and of.name != "int":
        return None
    is_length = bound.kind_id == syntax.CALL_EXPRESSION and last_name(bound) == "len"
    inner = syntax.arguments(bound)[0] if is_length else bound
    return syntax.text(bound) if _is_steady(case, inner) else None


def _is_steady(case: Blocked, node: Node) -> bool:
    """Whether an expression has one value from before the channel is made on."""
    if node.kind_id == syntax.INT_LITERAL:
        return True
    if node.kind_id != syntax.IDENTIFIER:
        return False
    variable = case.bindings.variable(node)
    if variable is None:
        entity = case.scene.types.entity(node)
        return getattr(entity, "kind", "") == "const"
    uses = case.bindings.uses(variable)
    if variable.declaration.start_byte > case.made.make.start_byte:
        return False
    visible = case.bindings.locals_at(case.made.make).get(variable.name) is variable
    return visible and not any(is_assigned(use) and use.start_byte > case.made.make.start_byte for use in uses)


# what follows a send


def effect(case: Blocked, site: Site, ends: frozenset[int] = frozenset()) -> Effect:
    """What the goroutine does behind a send, before it ends; behind those that start at ``ends`` it ends at once."""
    found = Effect.NOTHING
    at: Node | None = site.node if site.node.start_byte not in ends else None
    while at is not None and at.parent is not None and at.parent != site.owner:
        parent = at.parent
        if parent.kind_id == syntax.FOR_STATEMENT:
            return Effect.MORE
        if parent.kind_id == syntax.STATEMENT_LIST:
            leaves, worse = _behind(case, site, at)
            found = max(found, worse)
            if leaves or found is Effect.MORE:
                break
        at = parent
    return max([found, *(_deferred(case, site, call) for call in _deferred_calls(site.owner))])


def _behind(case: Blocked, site: Site, node: Node) -> tuple[bool, Effect]:
    """Whether the statements behind one in its list always leave, and what they do."""
    found = Effect.NOTHING
    at = node.next_named_sibling
    while at is not None and found is not Effect.MORE:
        if at.kind_id == syntax.RETURN_STATEMENT:
            plain = not any(child.kind_id == syntax.CALL_EXPRESSION for child in _inside(at))
            return True, found if plain else Effect.MORE
        if at.kind_id != syntax.COMMENT and not _is_of_channel(case, at):
            found = max(found, Effect.CLEANUP if _is_private(case, site, at) else Effect.MORE)
        at = at.next_named_sibling
    return False, found


def _is_private(case: Blocked, site: Site, statement: Node) -> bool:
    """Whether nobody but the goroutine sees what a statement does, but for what it tells and gives back."""
    for node in _inside(statement):
        if node.kind_id == syntax.CALL_EXPRESSION and not _only_tells(case, site, node):
            return False
        if node.kind_id == syntax.SEND_STATEMENT or node.kind_id == syntax.GO_STATEMENT:
            return False
        if node.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(node) == "<-":
            return False
        if node.kind_id == syntax.IDENTIFIER and is_assigned(node) and not _is_own(case, site, node):
            return False
        if node.kind_id in _CHANGING:
            left = node.child_by_field_id(syntax.F_LEFT) or node
            if any(part.kind_id != syntax.IDENTIFIER for part in syntax.operands(left)):
                return False
    return True


def _only_tells(case: Blocked, site: Site, call: Node) -> bool:
    callee = case.analysis.program.types(site.function).callee(call)
    if callee is not None and (callee.package in _TELLING or callee.kind in ("builtin", "conversion")):
        return True
    function = call.child_by_field_id(syntax.F_FUNCTION)
    operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
    if operand is not None and operand.kind_id == syntax.IDENTIFIER and _is_own(case, site, operand):
        return True
    return last_name(call) in _CLEANING and not syntax.arguments(call)


def _is_own(case: Blocked, site: Site, name: Node) -> bool:
    """Whether a name is that of a variable which the goroutine declares itself."""
    variable = case.analysis.program.bindings(site.function).variable(name)
    return variable is not None and variable.function == site.owner


def _is_of_channel(case: Blocked, statement: Node) -> bool:
    """Whether a statement only sends on the channel, or closes it."""
    for use in case.bindings.uses(case.made.variable):
        if statement.start_byte <= use.start_byte < statement.end_byte:
            does = operation(use)
            at = does.node.parent if does.doing is Doing.CLOSE else does.node
            if at == statement and does.doing in (Doing.SEND, Doing.CLOSE):
                return True
    return False


def _inside(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        yield at
        waiting.extend(at.named_children)


def _deferred_calls(owner: Node) -> Iterator[Node]:
    for node in _inside(owner):
        if node.kind_id == syntax.DEFER_STATEMENT and syntax.owner_of(node) == owner:
            yield from (call for call in syntax.operands(node) if call.kind_id == syntax.CALL_EXPRESSION)


def _deferred(case: Blocked, site: Site, call: Node) -> Effect:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None or function.kind_id == syntax.FUNC_LITERAL:
        calls = [node for node in _inside(call) if node.kind_id == syntax.CALL_EXPRESSION and node != call]
        return Effect.NOTHING if all(last_name(one) in _HARMLESS for one in calls) else Effect.CLEANUP
    if last_name(call) in _HARMLESS or _gives_back_own(case, site, call):
        return Effect.NOTHING
    return Effect.CLEANUP


def _gives_back_own(case: Blocked, site: Site, call: Node) -> bool:
    """Whether a call gives back something that the goroutine got for itself, and that it does not send."""
    bindings = case.analysis.program.bindings(site.function)
    function = call.child_by_field_id(syntax.F_FUNCTION)
    names = [node for node in _inside(function or call) if node.kind_id == syntax.IDENTIFIER]
    if last_name(call) not in _CLEANING or syntax.arguments(call) or not names or not _is_own(case, site, names[0]):
        return False
    variable = bindings.variable(names[0])
    value = site.node.child_by_field_id(syntax.F_VALUE)
    return value is not None and not any(
        node.kind_id == syntax.IDENTIFIER and bindings.variable(node) is variable for node in _inside(value)
    )
