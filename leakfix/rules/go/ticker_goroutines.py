"""Goroutines that range over a ticker's channel for ever: stopping the ticker does not close it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.analysis import owner_of
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_scene import NEW_TICKER, NEW_TIMER, scene_of, time_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.ticker_scene import Scene, TimeCall


@dataclass(frozen=True, eq=False)
class Stuck:
    """A goroutine that ranges over the channel of a ticker, without a way out, and the Stop that leaves it there."""

    call: TimeCall
    range: Node
    stop: Node


def stuck_goroutines(analysis: Analysis) -> Iterator[Stuck]:
    """The stuck goroutines of a file, at most one for each ticker, in order."""
    for call in time_calls(analysis):
        if call.symbol in (NEW_TICKER, NEW_TIMER) and not call.scene.is_main:
            stuck = _stuck(call)
            if stuck is not None:
                yield stuck


def _stuck(call: TimeCall) -> Stuck | None:
    scene = call.scene
    target = target_of(call.node)
    variable = scene.bindings.variable(target) if target is not None and target.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.function != scene.owner:
        return None
    loop = next((loop for use in scene.bindings.uses(variable) if (loop := _endless_range(scene, use))), None)
    stop = _stop(scene, variable, loop) if loop is not None else None
    return Stuck(call, loop, stop) if loop is not None and stop is not None else None


def _endless_range(scene: Scene, use: Node) -> Node | None:
    """The ``for range t.C`` of a goroutine started here, when nothing leads out of it."""
    selector = use.parent
    clause = selector.parent if selector is not None else None
    if clause is None or clause.kind_id != syntax.RANGE_CLAUSE or not scene.is_endless(selector or use):
        return None
    literal = owner_of(use)
    call = literal.parent if literal is not None and literal.kind_id == syntax.FUNC_LITERAL else None
    if literal is None or call is None or call.parent is None or call.parent.kind_id != syntax.GO_STATEMENT:
        return None
    if owner_of(call) != scene.owner or call.child_by_field_id(syntax.F_FUNCTION) != literal:
        return None
    inside = scene_of(scene.analysis, scene.function, literal).control
    start = inside.at(clause.parent) if clause.parent is not None else None
    return clause.parent if start is not None and not inside.leaves(inside.reachable([start])) else None


def _stop(scene: Scene, variable: Variable, loop: Node) -> Node | None:
    """The call that stops the ticker, outside the goroutine, once the function returns or before."""
    goroutine = owner_of(loop)
    for use in scene.bindings.uses(variable):
        selector = use.parent
        field = selector.child_by_field_id(syntax.F_FIELD) if selector is not None else None
        if field is None or syntax.text(field) != "Stop" or _is_within(use, goroutine):
            continue
        points = scene.control.holding([use.start_byte])
        if not points or scene.control.leaves(scene.control.reachable(points)):
            return use
    return None


def _is_within(node: Node, around: Node | None) -> bool:
    return around is not None and around.start_byte <= node.start_byte < around.end_byte
