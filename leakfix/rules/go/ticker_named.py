"""Tickers and timers that have a name: what the lifecycle detector says of them, and what only timers know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.losses import LossKind, Status
from leakfix.languages.go import syntax
from leakfix.languages.go.statements import node_at
from leakfix.rules.go.forms import before_exits
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_channels import received, target_of
from leakfix.rules.go.ticker_layout import lines_before, new_name, replaced
from leakfix.rules.go.ticker_scene import NEW_TICKER, NEW_TIMER, calls_of, is_target, scene_of, takes_nil
from leakfix.text.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak, Loss
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
    losses = tuple(loss for loss in leak.losses if _is_reached(repair, scene, loss, held, made))
    if variable is not None and _never_holds_nil(scene, variable):
        losses = tuple(replace(loss, others=loss.others & {Status.HANDED_ON}) for loss in losses)
    return replace(leak, losses=losses) if losses else None


def stopped_before_exits(repair: Repair) -> list[Edit]:
    """``t.Stop()`` before every exit, unless ticks are still received where the variable is not in scope any more."""
    scene, variable = _scene(repair), _variable(repair)
    control = scene.control
    receives = _receives(scene, variable) if variable is not None else None
    using, made = control.holding(node.start_byte for node in receives or ()), control.holding([repair.call.start_byte])
    for loss in repair.leak.losses:
        point = control.lost_at(node_at(repair.root, loss.span), loss.span)
        ends = loss.kind in (LossKind.RETURN, LossKind.END)
        if not ends and point is not None and using & control.reachable([point], made):
            raise RefusalError("no-owner", "its channel is still in use where the variable that holds it is gone")
    return before_exits(repair)


def is_reset(repair: Repair) -> bool:
    """Whether the timer is reset, so that a Stop before that ends nothing."""
    variable = _variable(repair)
    return variable is not None and any(True for _ in _calls(_scene(repair), variable, "Reset"))


def is_replaced(repair: Repair) -> bool:
    """Whether the variable takes another one later, which a Stop that was deferred before would miss."""
    variable, own = _variable(repair), target_of(repair.call)
    uses = repair.bindings.uses(variable) if variable is not None else ()
    return any(is_target(use) and use != own and not takes_nil(use) for use in uses)


def named(repair: Repair) -> list[Edit]:
    """``f(time.NewTicker(d))``: the ticker gets a name before the statement, and a deferred Stop."""
    scene, noun = _scene(repair), repair.leak.site.obligation.noun
    if repair.leak.repeats:
        raise RefusalError("loop", f"each turn of a loop makes another {noun}, and a deferred Stop would wait")
    name = new_name(scene, noun, repair.statement)
    call = repair.call
    lines = [f"{name} := {syntax.text(call)}", f"defer {name}.Stop()"]
    return [
        lines_before(scene, repair.statement, lines),
        replaced(scene, call, name),
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


def _never_holds_nil(scene: Scene, variable: Variable) -> bool:
    """Whether every assignment to a variable, its declaration included, is that of a new ticker or timer."""
    calls = [*calls_of(scene.analysis, NEW_TICKER), *calls_of(scene.analysis, NEW_TIMER)]
    taking = {target.id for call in calls if (target := target_of(call.node)) is not None}
    targets = [variable.declaration, *(use for use in scene.bindings.uses(variable) if is_target(use))]
    return all(target.id in taking for target in targets)


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


def _is_reached(repair: Repair, scene: Scene, loss: Loss, held: set[Point], made: set[Point]) -> bool:
    """Whether control gets to a loss while the ticker runs; one without a name is lost where it is made."""
    point = scene.control.lost_at(node_at(repair.root, loss.span), loss.span)
    return point is None or point in held or (loss.kind is LossKind.SCOPE and point in made)
