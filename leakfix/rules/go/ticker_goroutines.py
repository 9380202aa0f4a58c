"""Goroutines that range over a ticker's channel for ever: stopping the ticker does not close it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.rules.go.ticker_channels import target_of
from leakfix.rules.go.ticker_members import Use, selected_from, stored_in, uses_of
from leakfix.rules.go.ticker_scene import NEW_TICKER, calls_of, scene_of
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.rules.go.ticker_scene import Scene, TimeCall


@individual
class Stuck:
    """A goroutine that ranges over the channel of a ticker, without a way out, and the Stop that leaves it there."""

    call: TimeCall
    range: Use
    stop: Use


def stuck_goroutines(analysis: Analysis) -> Iterator[Stuck]:
    """The stuck goroutines of a file, at most one for each ticker, in order."""
    for call in calls_of(analysis, NEW_TICKER):
        stuck = _local(call) or _field(analysis, call)
        if stuck is not None:
            yield stuck


def _local(call: TimeCall) -> Stuck | None:
    """A ticker in a variable: a function literal started here ranges over it."""
    scene, target = call.scene, target_of(call.node)
    variable = scene.bindings.variable(target) if target is not None and target.kind_id == syntax.IDENTIFIER else None
    if variable is None or variable.function != scene.owner or scene.is_main:
        return None
    uses = [Use(_around(scene, use), use) for use in scene.bindings.uses(variable)]
    ranging = next((use for use in uses if use.endless_range is not None and _is_started(use.scene, scene.owner)), None)
    if ranging is None:
        return None
    stop = next((use for use in uses if use.scene is not ranging.scene and _stops(scene, use)), None)
    return Stuck(call, ranging, stop) if stop is not None else None


def _field(analysis: Analysis, call: TimeCall) -> Stuck | None:
    """A ticker in a field: a method that somebody starts as a goroutine ranges over it."""
    member = stored_in(call) if not analysis.file.is_test else None
    if member is None:
        return None
    uses = tuple(uses_of(analysis, member))
    stop = next((use for use in uses if use.member == "Stop" and not use.scene.function.file.is_test), None)
    for use in uses if stop is not None else ():
        if use.endless_range is not None and (_is_started(use.scene) or _is_started_by_name(analysis, use.scene)):
            return Stuck(call, use, stop) if stop is not None else None
    return None


def _around(scene: Scene, node: Node) -> Scene:
    """The scene of the function literal, or declaration, that a node of a function lies in."""
    owner = syntax.owner_of(node)
    return scene if owner is None or owner == scene.owner else scene_of(scene.analysis, scene.function, owner)


def _is_started(scene: Scene, by: Node | None = None) -> bool:
    """Whether a function literal is started as a goroutine where it stands, in the function ``by`` if given."""
    call = scene.owner.parent if scene.owner.kind_id == syntax.FUNC_LITERAL else None
    if call is None or call.parent is None or call.parent.kind_id != syntax.GO_STATEMENT:
        return False
    return call.child_by_field_id(syntax.F_FUNCTION) == scene.owner and (by is None or syntax.owner_of(call) == by)


def _is_started_by_name(analysis: Analysis, scene: Scene) -> bool:
    """Whether some ``go x.run()`` of the package starts the function."""
    function = scene.function
    if scene.owner != function.node:
        return False
    name = function.name.rpartition(".")[2].encode()
    for file in function.file.package.files:
        for match in re.finditer(rb"\bgo [\w.]*\b(" + re.escape(name) + rb")\(", file.data):
            call = file.descendant(match.start(1), match.end(1))
            while call is not None and call.kind_id != syntax.CALL_EXPRESSION:
                call = call.parent
            around = file.function_around(match.start())
            if call is not None and around is not None and _calls(analysis, around, call) is function:
                return True
    return False


def _calls(analysis: Analysis, around: Function, call: Node) -> Function | None:
    callee = analysis.types(around).callee(call)
    is_started = call.parent is not None and call.parent.kind_id == syntax.GO_STATEMENT
    return callee.function if callee is not None and is_started else None


def _stops(scene: Scene, use: Use) -> bool:
    """Whether a use stops the ticker once the function that made it returns, or before."""
    if selected_from(use.node) != "Stop":
        return False
    points = scene.control.holding([use.node.start_byte])
    return not points or scene.control.leaves(scene.control.reachable(points))
