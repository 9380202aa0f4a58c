"""What is opened in one statement with the resource, and forgotten like it: one header enters all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.rules.python import contexts
from leakfix.rules.python.cautions import check_hoistable, check_surely_made
from leakfix.rules.python.repair import RefusalError, Repair, leaks_of
from leakfix.rules.python.scenes import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator


def companions(scene: Scene) -> list[Scene]:
    """The scenes of all that is opened inside of the statement, one itself included, in their order."""
    found = [scene, *_others(scene)]
    found.sort(key=lambda one: one.repair.acquisition.start_byte)
    nodes = frozenset(contexts.walrus_of(one.repair) or one.repair.value for one in found)
    for one in found:
        target = contexts.walrus_of(one.repair) or one.repair.value
        try:
            check_hoistable(one.repair, target, nodes - {target})
        except RefusalError:
            return [scene]
    return found


def _others(scene: Scene) -> Iterator[Scene]:
    mine = scene.repair
    for unit, leak in leaks_of(mine.analysis):
        span = leak.site.span
        if unit is not mine.unit or span == mine.leak.site.span:
            continue
        if not scene.first.start_byte <= span.start < span.end <= scene.first.end_byte:
            continue
        other = _scene(Repair(mine.analysis, unit, leak))
        if other is not None and other.repair.context == mine.context and other.first == scene.first:
            yield other


def _scene(repair: Repair) -> Scene | None:
    """The scene of what a with statement enters by itself; None if it does not."""
    try:
        scene = Scene.of(repair)
        check_surely_made(repair)
        is_inside = contexts.bound_by(repair) is None and not contexts.is_part(repair)
    except RefusalError:
        return None
    is_header = repair.statement.type in syntax.COMPOUND_STATEMENTS
    return scene if is_inside and not is_header and contexts.enters_itself(repair) else None
