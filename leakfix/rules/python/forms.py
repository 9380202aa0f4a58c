"""The fixed forms of a Python resource that is not closed. Each gives one complete fix, or says why it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python import contexts, headers, paths
from leakfix.rules.python.cautions import (
    check_closed_once,
    check_hoistable,
    check_not_entered,
    check_results_taken,
    check_surely_made,
    may_be_none,
)
from leakfix.rules.python.cleaning import outside
from leakfix.rules.python.companions import companions
from leakfix.rules.python.finishing import finished, wrapped
from leakfix.rules.python.joining import joined, joined_behind
from leakfix.rules.python.lifecycle import Written
from leakfix.rules.python.naming import free_name, name_of_resource
from leakfix.rules.python.openings import opened_by
from leakfix.rules.python.outdated import check_released_twice, check_yields
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.safety import judge_callee
from leakfix.rules.python.scenes import Scene
from leakfix.rules.python.wrapping import Wrap
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair

_HEADS: Final = frozenset((syntax.IF_STATEMENT, syntax.MATCH_STATEMENT, syntax.FOR_STATEMENT))


def with_block(repair: Repair) -> Written:
    """`with open(p) as f:` over the smallest run of statements that covers every use."""
    _need_context(repair, "with")
    return _entered(repair)


def closing_block(repair: Repair) -> Written:
    """`with contextlib.closing(connect()) as c:` for what has no context of its own, or one that does not close."""
    _need_context(repair, "closing")
    return _entered(repair)


def async_block(repair: Repair) -> Written:
    """`async with` for what is closed by awaiting."""
    _need_context(repair, "async with")
    if not repair.function.is_async:
        raise RefusalError("not-async", "`async with` needs an `async def` around it")
    return _entered(repair)


def null_block(repair: Repair) -> Written:
    """`with open(p) if p else contextlib.nullcontext(sys.stdin) as f:` for what is opened on a condition."""
    _need_context(repair, "with")
    condition, bound = contexts.conditional_of(repair)
    scene = Scene.of(repair)
    edits: list[Edit] = []
    expression = contexts.nulled(repair, condition, edits)
    return _as_block(scene, bound, expression, edits)


def finally_block(repair: Repair) -> Written:
    """`try: ... finally: f.close()` behind the opening, where a `with` is not exact or not there."""
    scene = Scene.of(repair)
    check_not_entered(scene)
    check_released_twice(repair.exits, repair.analysis.version_2)
    release = headers.release_of(repair)
    bound = scene.holder
    if bound is not None:
        if scene.is_reassigned:
            raise RefusalError("reassigned", f"`{bound.name}` takes something else before it could be closed")
        check_closed_once(scene, bound)
        guard = (f"if {bound.name} is not None:".encode(),) if may_be_none(repair) else ()
        return _finally(scene, (*guard, release(bound.name)), scene.following, ())
    contexts.check_no_parts(repair)
    check_hoistable(repair, repair.value)
    name = name_of_resource(repair)
    opening = name.encode() + b" = " + headers.expression(repair, repair.value, _column(scene))
    inner = (headers.replaced(repair.value, name),)
    check_surely_made(repair)
    if len(companions(scene)) > 1:
        raise RefusalError("several", "several are opened in one statement")
    return _finally(scene, (release(name),), (scene.first, *scene.following), inner, opening)


def read_path(repair: Repair) -> Written:
    """`path.read_text()` in the place of `path.open().read()`."""
    return _read(repair, paths.read_at_once(repair, text=True))


def read_path_bytes(repair: Repair) -> Written:
    """`path.read_bytes()` in the place of `path.open("rb").read()`."""
    return _read(repair, paths.read_at_once(repair, text=False))


def _read(repair: Repair, edit: Edit) -> Written:
    verdict = judge_callee(repair)
    return Written([edit], verdict.safety, verdict.why)


# the block that a context manager is entered for


def _need_context(repair: Repair, wanted: str) -> None:
    if repair.context != wanted:
        raise RefusalError("no-context", f"the {repair.noun} is not closed by this kind of block")


def _entered(repair: Repair) -> Written:
    """The block for what a context manager closes, wherever the opening call stands."""
    check_surely_made(repair)
    if contexts.is_part(repair):
        return _entered_part(repair)
    edits: list[Edit] = []
    try:
        scene = Scene.of(repair)
    except RefusalError as why:
        if why.refusal.code != "outside-block":
            raise
        return _behind_opening(repair)
    check_not_entered(scene)
    check_results_taken(scene)
    bound = contexts.bound_by(repair)
    if not contexts.enters_itself(repair):
        return _entered_by_name(scene, bound)
    if bound is not None:
        return _as_block(
            scene, bound, bound.expression or headers.managed(repair, repair.value, edits, _column(scene)), edits
        )
    if repair.assignment is None and contexts.is_whole_statement(repair):
        return _as_block(
            scene,
            contexts.Bound(repair.statement, b""),
            headers.managed(repair, repair.value, edits, _column(scene)),
            edits,
        )
    return _hoisted(scene, edits)


def _entered_by_name(scene: Scene, bound: contexts.Bound | None) -> Written:
    """`with scratch:` behind the assignment, for what gives something else than itself when it is entered."""
    repair = scene.repair
    gone, late = scene.closings()
    kept = [node for node in scene.following if node not in gone]
    if bound is None or not bound.target or bound.first or not kept:
        raise RefusalError("no-context", f"what a `with` statement gives is not the {repair.noun} itself")
    header = headers.keyword(repair) + bound.target + b":"
    return wrapped(scene, Wrap(scene.suite, scene.following, header, gone=tuple(gone)), [], late)


def _entered_part(repair: Repair) -> Written:
    """`with conn:` behind `conn, address = listener.accept()`."""
    variable = contexts.part_of(repair)
    if variable is None:
        raise RefusalError("no-context", f"the {repair.noun} is one of several values, and has no name of its own")
    scene = Scene.of(repair)
    check_not_entered(scene)
    if scene.is_reassigned:
        raise RefusalError("reassigned", f"`{variable.name}` takes something else before it could be closed")
    gone, late = scene.closings()
    if all(node in gone for node in scene.following):
        raise RefusalError("no-context", f"nothing is done with the {repair.noun} that a block could hold")
    edits: list[Edit] = []
    item, word = headers.managed_name(repair, variable.name, edits), headers.keyword(repair)
    at_once = joined_behind(scene, item, tuple(gone), word)
    if at_once is not None:
        return finished(scene, [*at_once, *edits, *outside(repair.source, repair.root, late)])
    return wrapped(scene, Wrap(scene.suite, scene.following, word + item + b":", gone=tuple(gone)), edits, late)


def _as_block(scene: Scene, bound: contexts.Bound, expression: bytes, edits: list[Edit]) -> Written:
    """The statement that opens becomes the header."""
    repair = scene.repair
    gone, late = scene.closings()
    item = expression + (b" as " + bound.target if bound.target else b"")
    word = headers.keyword(repair)
    if not (bound.above or bound.first):
        at_once = joined(scene, item, tuple(gone), word)
        if at_once is not None:
            return finished(scene, [*at_once, *edits, *outside(repair.source, repair.root, late)])
    wrap = Wrap(
        scene.suite,
        scene.following,
        word + item + b":",
        opening=bound.statement,
        above=bound.above,
        first=bound.first,
        gone=tuple(gone),
    )
    return wrapped(scene, wrap, edits, late)


def _hoisted(scene: Scene, edits: list[Edit]) -> Written:
    """The opening call stands inside of a statement: it gets a name in a header of its own, with its like there."""
    repair = scene.repair
    together = companions(scene)
    items: list[bytes] = []
    inner: list[Edit] = []
    names: list[str] = []
    nodes = frozenset(contexts.walrus_of(one.repair) or one.repair.value for one in together)
    for one in together:
        target = contexts.walrus_of(one.repair) or one.repair.value
        check_hoistable(one.repair, target, nodes - {target})
        names.append(contexts.walrus_name(target) or name_of_resource(one.repair, names))
        entered = headers.managed(one.repair, one.repair.value, edits, _column(scene))
        items.append(entered + b" as " + names[-1].encode())
        inner.append(headers.replaced(target, names[-1]))
    item, word = b", ".join(items), headers.keyword(repair)
    is_single = len(together) == 1
    if is_single and scene.first.type in _HEADS and scene.flow.plain is not None and not scene.flow.carriers:
        return _with_value(scene, word + item, inner[0], edits)
    scene = replace(scene, last=max((one.last for one in together), key=lambda node: node.start_byte))
    gone, late = scene.closings()
    at_once = joined(scene, item, tuple(gone), word, inner=inner)
    if at_once is not None:
        return finished(scene, [*at_once, *edits, *outside(repair.source, repair.root, late)])
    body = (scene.first, *scene.following)
    header = headers.of_items(scene, items)
    wrap = Wrap(scene.suite, body, header, gone=tuple(gone), inner=tuple(inner))
    return wrapped(scene, wrap, edits, late)


def _with_value(scene: Scene, header: bytes, inner: Edit, edits: list[Edit]) -> Written:
    """What the header of a compound statement reads gets a name: the file is closed before its body runs."""
    repair, value = scene.repair, scene.flow.plain
    assert value is not None
    name = free_name(repair, headers.value_names(value))
    source = repair.source
    read = headers.substituted(source, value, inner)
    line = source.newline + scene.suite.indent
    text = header + b":" + line + scene.suite.unit + name.encode() + b" = " + read + line
    at = scene.first.start_byte
    if scene.suite.chain(scene.first)[0] != scene.first or scene.suite.is_inline:
        raise RefusalError("layout", "the statement shares its line with others")
    whole = [Edit(Span(at, at), text), Edit(Span(value.start_byte, value.end_byte), name.encode())]
    return finished(scene, [*whole, *edits])


def _behind_opening(repair: Repair) -> Written:
    """`with f:` behind a statement that has opened it on all its ways: a try that guards the opening alone, an if."""
    opened = opened_by(repair)
    scene = opened.scene
    check_not_entered(scene)
    edits: list[Edit] = []
    gone, late = scene.closings()
    item = headers.managed_name(repair, opened.name, edits)
    wrap = Wrap(scene.suite, opened.body, headers.keyword(repair) + item + b":", gone=tuple(gone))
    return wrapped(scene, wrap, edits, late)


# what forms have in common


def _column(scene: Scene) -> int:
    """Where a header goes on behind its first word, in bytes."""
    return len(scene.suite.indent) + len(headers.keyword(scene.repair))


def _finally(
    scene: Scene, release: tuple[bytes, ...], body: Sequence[Node], inner: tuple[Edit, ...], opening: bytes = b""
) -> Written:
    gone, late = scene.closings()
    kept = [node for node in body if node not in gone]
    check_yields(kept, scene.repair.analysis.version_2)
    if not kept:
        return _closed_at_once(scene, release, gone)
    wrap = Wrap(
        scene.suite,
        tuple(body),
        b"try:",
        above=(opening,) if opening else (),
        footer=(b"finally:", *(scene.suite.unit * depth + line for depth, line in enumerate(release))),
        gone=tuple(gone),
        inner=inner,
    )
    return wrapped(scene, wrap, [], late, headers.method_of(scene.repair))


def _closed_at_once(scene: Scene, release: tuple[bytes, ...], gone: Sequence[Node]) -> Written:
    """Nothing is done with it: it is closed in the next line."""
    source, suite = scene.repair.source, scene.suite
    if len(release) > 1 or gone or suite.chain(scene.first) != [scene.first] or suite.is_inline:
        raise RefusalError("layout", "the statement shares its line with others")
    end = source.line_end(scene.first.end_byte)
    added = Edit(Span(end, end), source.newline + suite.indent + release[0])
    return finished(scene, [added], headers.method_of(scene.repair))
