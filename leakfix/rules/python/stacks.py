"""`contextlib.ExitStack`: for what loops collect, and for what only some branches open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.python import syntax
from leakfix.rules.python.cautions import (
    check_not_entered,
    check_not_repeated,
    check_results_taken,
    check_surely_made,
)
from leakfix.rules.python.cleaning import outside
from leakfix.rules.python.contexts import check_no_parts, enters_itself
from leakfix.rules.python.finishing import finished, wrapped
from leakfix.rules.python.flowing import Flow
from leakfix.rules.python.naming import free_name, from_contextlib
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.scenes import LOOPS, Scene, compound_of
from leakfix.rules.python.wrapping import Wrap
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.python.lifecycle import Written
    from leakfix.rules.python.repair import Repair

_STACK = "contextlib.ExitStack"


def stack_block(repair: Repair) -> Written:
    """`with contextlib.ExitStack() as stack:` with `stack.enter_context(open(p))` where it is opened."""
    if repair.context not in ("with", "closing"):
        raise RefusalError("no-context", f"a `with` statement does not close the {repair.noun}")
    check_surely_made(repair)
    scene = _scene(repair)
    check_not_entered(scene)
    check_results_taken(scene)
    if not enters_itself(repair):
        raise RefusalError("no-context", f"what a `with` statement gives is not the {repair.noun} itself")
    if not scene.flow.containers:
        check_not_repeated(repair)
    known = _stack_around(scene)
    gone, late = ([], []) if scene.flow.containers else scene.closings()
    if known:
        more: list[Edit] = []
        entering = _entering(repair, known, more)
        closes = outside(repair.source, repair.root, [*gone, *late])
        return finished(scene, [*entering, *closes, *more])
    made, imported = from_contextlib(repair, "ExitStack")
    stack = free_name(repair, ("stack", "exit_stack"))
    inner = tuple(_entering(repair, stack, imported))
    header = f"with {made}() as {stack}:".encode()
    wrap = Wrap(scene.suite, (scene.first, *scene.following), header, gone=tuple(gone), inner=inner)
    return wrapped(scene, wrap, imported, late)


def _entering(repair: Repair, stack: str, imported: list[Edit]) -> list[Edit]:
    """The opening call given to a stack, which gives it back."""
    call = repair.value
    before, behind = f"{stack}.enter_context(", ")"
    if repair.context == "closing":
        closing, added = from_contextlib(repair, "closing")
        imported += [edit for edit in added if edit not in imported]
        before, behind = f"{before}{closing}(", "))"
    return [
        Edit(Span(call.start_byte, call.start_byte), before.encode()),
        Edit(Span(call.end_byte, call.end_byte), behind.encode()),
    ]


def _stack_around(scene: Scene) -> str:
    """The name of a stack around the run that ends where the run ends; empty if there is none."""
    repair, node = scene.repair, scene.last
    block: Node | None = scene.block
    while block is not None and syntax.statements(block)[-1] == node:
        owner = compound_of(block)
        if owner is None or (owner.type in LOOPS and not scene.flow.containers):
            return ""
        for value, target in syntax.with_items(owner) if owner.type == syntax.WITH_STATEMENT else ():
            is_named = target is not None and target.type == syntax.IDENTIFIER
            if value.type == syntax.CALL and is_named and repair.analysis.types.callee(value).symbol == _STACK:
                return syntax.text(target) if target is not None else ""
        node, block = owner, syntax.block_of(owner)
    return ""


def _scene(repair: Repair) -> Scene:
    """The smallest block that holds the opening and all uses, however deep it is opened. Raises `RefusalError`."""
    at: Node | None = repair.value
    while at is not None and at != repair.statement:
        if at.type in syntax.DEFERRED:
            raise RefusalError("deferred", "it is opened when something else runs")
        if at.type in (syntax.DEFAULT_PARAMETER, syntax.TYPED_DEFAULT_PARAMETER, syntax.DECORATOR):
            raise RefusalError("default", "what is opened for a default value lives as long as the function")
        at = at.parent
    check_no_parts(repair)
    flow = Flow.of(repair)
    block = syntax.block_of(repair.statement)
    while block is not None:
        owner = compound_of(block)
        if block.parent is not None and block.parent.type == syntax.CLASS_DEFINITION:
            raise RefusalError("class-body", "names made in the body of a class become its attributes")
        try:
            return Scene.in_block(repair, flow, block)
        except RefusalError as why:
            if why.refusal.code != "outside-block" or owner is None:
                raise
        if owner.type in LOOPS and not flow.containers:
            raise RefusalError("loop", "each turn of a loop opens another one, and the last is used behind the loop")
        block = syntax.block_of(owner)
    raise RefusalError("outside-block", "no block holds all that uses it")
