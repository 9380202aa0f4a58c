"""The fixed forms of a goroutine that is stuck at a send: a buffer, or a return that was forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.blocking import stuck
from leakfix.flow.channels import Act, Meet
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing
from leakfix.languages.go.statements import insert_behind
from leakfix.rules.finding import Safety
from leakfix.rules.go.blocking import check_predeclared, owner_literal
from leakfix.rules.go.blocking_effects import Count, Effect, effect, total
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.waiting_exits import returning
from leakfix.text import Edit, Span
from leakfix.text.records import record, replace

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.languages.go.channel_shared import Site
    from leakfix.rules.go.blocking import Blocked


@record
class Written:
    """The edits of one form, how far they keep behaviour, and why."""

    edits: list[Edit]
    safety: Safety
    why: str


# a buffer


def buffered(case: Blocked) -> Written:
    """A buffer for all that is sent. Raises `RefusalError`."""
    count = total(case)
    safety = _check_buffer(case)
    why = "Whoever sends finds space, whether or not anybody receives."
    if safety is Safety.REVIEW:
        why = "What the goroutine does at its end no longer waits until its value was received."
    return Written([_capacity(case, count)], safety, why)


def _check_buffer(case: Blocked, ends: frozenset[int] = frozenset()) -> Safety:
    if case.made.channel.unknown_senders:
        raise RefusalError("escapes", f"{case.name} is handed to functions that may send on it as well")
    if any(True for _ in case.uses(Doing.MEASURE)):
        raise RefusalError("measured", f"the function asks how much {case.name} holds")
    found = Effect.NOTHING
    for site in case.sites:
        found = max(found, effect(case, site, ends))
    if found is Effect.MORE:
        raise RefusalError(
            "rendezvous", "the goroutine goes on when its value was received, and would no longer wait for that"
        )
    return Safety.SAFE if found is Effect.NOTHING else Safety.REVIEW


def _capacity(case: Blocked, count: Count) -> Edit:
    if count.each:
        check_predeclared(case, "len")
    given = syntax.arguments(case.made.make)
    if len(given) > 1:
        return Edit(Span(given[1].start_byte, given[1].end_byte), count.spelled().encode())
    return Edit(Span(given[0].end_byte, given[0].end_byte), f", {count.spelled()}".encode())


# a return that was forgotten


def returned(case: Blocked) -> Written:
    """A return behind a send in an error branch, from where control falls through to the next send."""
    shared = case.nest.shared
    sends = [(step, site) for (step, channel), site in shared.sites.items() if channel == case.number]
    falling = [(step, site) for step, site in sends if _falls_through(case, site, [other for _, other in sends])]
    if not falling:
        raise RefusalError("unbounded", "no send falls through to another one")
    kept = list(shared.net.steps)
    for step, site in falling:
        meet = shared.net.steps[step]
        if not isinstance(meet, Meet) or owner_literal(case, site) is None:
            raise RefusalError("callee", "the send stands in a function that others call too")
        shared.net.steps[step] = Meet(tuple(replace(way, target=shared.returns[step]) for way in meet.ways))
    try:
        found = stuck(shared.net)
        rest = [one for one in found if one.channel == case.number and one.act is Act.SEND]
    finally:
        shared.net.steps[:] = kept
    if any(one.act is Act.RECEIVE for one in found):
        raise RefusalError("cleanup", "somebody would wait for what stands behind the send")
    nodes = {site.node.start_byte: site for _, site in falling}
    edits = [insert_behind(case.source, site.node, [returning(case.scene, site.node)]) for site in nodes.values()]
    if rest:
        skipping = frozenset(step for step, _ in falling)
        _check_buffer(case, frozenset(nodes))
        edits.append(_capacity(case, total(case, skipping)))
    why = "The goroutine ends with its first error, as nobody receives what it would send behind it."
    return Written(edits, Safety.REVIEW, why)


def _falls_through(case: Blocked, site: Site, others: list[Site]) -> bool:
    """Whether a send is the last statement of ``if err != nil {...}`` and another send follows."""
    held = site.node.parent
    block = held.parent if held is not None and held.kind_id == syntax.STATEMENT_LIST else None
    branch = block.parent if block is not None else None
    if held is None or branch is None or branch.kind_id != syntax.IF_STATEMENT or operation_behind(site.node):
        return False
    if branch.child_by_field_id(syntax.F_ALTERNATIVE) is not None or not _tests_error(case, branch):
        return False
    return any(
        other.owner == site.owner and other.node.start_byte >= branch.end_byte and _follows(branch, other.node)
        for other in others
    )


def operation_behind(node: Node) -> bool:
    """Whether another statement follows in the same list."""
    at = node.next_named_sibling
    while at is not None and at.kind_id == syntax.COMMENT:
        at = at.next_named_sibling
    return at is not None


def _follows(branch: Node, node: Node) -> bool:
    """Whether control gets from behind a branch to a node, as far as the blocks around tell."""
    held = branch.parent
    return held is not None and held.start_byte <= node.start_byte < held.end_byte


def _tests_error(case: Blocked, branch: Node) -> bool:
    condition = branch.child_by_field_id(syntax.F_CONDITION)
    if condition is None or condition.kind_id != syntax.BINARY_EXPRESSION or syntax.operator(condition) != "!=":
        return False
    left, right = condition.child_by_field_id(syntax.F_LEFT), condition.child_by_field_id(syntax.F_RIGHT)
    return (
        left is not None
        and right is not None
        and right.kind_id == syntax.NIL
        and str(case.scene.types.of(left)) == "error"
    )
