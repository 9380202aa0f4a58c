"""Tickers and timers that have a name: what the lifecycle detector says of them, and what only timers know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.statements import node_at
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_channels import received
from leakfix.rules.go.ticker_scene import scene_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.detectors.lifecycle import Leak, Loss
    from leakfix.languages.go.scopes import Variable
    from leakfix.rules.go.repair import Repair
    from leakfix.rules.go.ticker_control import Point
    from leakfix.rules.go.ticker_scene import Scene
    from leakfix.text import Edit

_TIMER = "timer"


def real_losses(repair: Repair) -> Leak | None:
    """The leak with the losses that are real; None when none is, or when others receive the ticks.

    A function gets to none of the exits behind a range over a ticker, since nobody closes its channel. A timer that was
    received from is over until it is reset.
    """
    scene, leak, variable = _scene(repair), repair.leak, _variable(repair)
    receives = _receives(scene, variable) if variable is not None else []
    if receives is None:
        return None
    control = scene.control
    made = control.holding([repair.call.start_byte])
    if not made:
        return leak
    over: set[Point] = set()
    if variable is not None and leak.site.obligation.resource == _TIMER:
        made |= control.holding(_calls(scene, variable, "Reset"))
        over = control.holding([*(node.start_byte for node in receives), *_calls(scene, variable, "Stop")])
    held = control.reachable({following for point in made for following in control.behind(point)}, over)
    losses = tuple(loss for loss in leak.losses if _is_reached(repair, scene, loss, held | made))
    return replace(leak, losses=losses) if losses else None


def is_reset(repair: Repair) -> bool:
    """Whether the timer is reset, so that a Stop before that ends nothing."""
    variable = _variable(repair)
    return variable is not None and any(True for _ in _calls(_scene(repair), variable, "Reset"))


def named(repair: Repair) -> list[Edit]:
    """``f(time.NewTicker(d))``: the ticker gets a name before the statement, and a deferred Stop."""
    scene, noun = _scene(repair), repair.leak.site.obligation.noun
    if repair.leak.repeats:
        raise RefusalError("loop", f"each turn of a loop makes another {noun}, and a deferred Stop would wait")
    if scene.holds_goto:
        raise RefusalError("goto", "the function jumps, and no jump may pass the declaration of a variable")
    name = scene.name(noun, repair.statement)
    call = repair.call
    lines = [f"{name} := {syntax.text(call)}", f"defer {name}.Stop()"]
    return [
        scene.lines_before(repair.statement, lines),
        scene.replaced(call, name),
    ]


def _scene(repair: Repair) -> Scene:
    return scene_of(repair.analysis, repair.unit.function, repair.unit.owner)


def is_held(repair: Repair) -> bool:
    """Whether some place of the function, a variable or a field of one, names it where it is lost."""
    return all(loss.holder is not None for loss in repair.leak.losses)


def _variable(repair: Repair) -> Variable | None:
    """The variable that holds it itself."""
    holders = (loss.holder for loss in repair.leak.losses if loss.holder is not None)
    root = next((holder.root for holder in holders if not holder.path), None)
    return next((v for v in repair.bindings.variables if v.declaration.start_byte == root), None)


def _receives(scene: Scene, variable: Variable) -> list[Node] | None:
    """Where ticks are received from; None when the channel leaves the function."""
    found: list[Node] = []
    for use in scene.bindings.uses(variable):
        channel = _selected(use, "C")
        receives = received(scene, channel) if channel is not None else []
        if receives is None:
            return None
        found += receives
    return found


def _calls(scene: Scene, variable: Variable, method: str) -> Iterable[int]:
    return (use.start_byte for use in scene.bindings.uses(variable) if _selected(use, method) is not None)


def _selected(use: Node, name: str) -> Node | None:
    """The selector ``use.name``."""
    selector = use.parent
    if selector is None or selector.kind_id != syntax.SELECTOR_EXPRESSION:
        return None
    field = selector.child_by_field_id(syntax.F_FIELD)
    return selector if field is not None and syntax.text(field) == name else None


def _is_reached(repair: Repair, scene: Scene, loss: Loss, held: set[Point]) -> bool:
    point = scene.control.lost_at(node_at(repair.root, loss.span), loss.span)
    return point is None or point in held
