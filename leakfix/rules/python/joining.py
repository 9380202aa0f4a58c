"""Two with statements in one, where nothing stands between: the new item joins the header that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.cleaning import outside
from leakfix.rules.python.indenting import LayoutError
from leakfix.rules.python.outdated import enters_several
from leakfix.rules.python.suites import comment_behind, removals
from leakfix.text import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.rules.python.scenes import Scene

_WIDTH: Final = 88
"""How long a header may grow: a longer one is put below the other."""


def joined(
    scene: Scene, item: bytes, gone: tuple[Node, ...], word: bytes, inner: Sequence[Edit] = ()
) -> list[Edit] | None:
    """The edits that add an item to the with statement around the run, or to the one that is all of it; else None.

    ``inner`` puts names in the place of opening calls where they stand inside the first statement; without it the
    first statement goes.
    """
    if b"\n" in item or not enters_several(scene.repair.analysis.version_2):
        return None
    try:
        found = _into_outer(scene, item, gone, word, inner)
        if found is None and not inner:
            found = _into_inner(scene, item, gone, word)
    except LayoutError:
        return None
    return found


def joined_behind(scene: Scene, item: bytes, gone: tuple[Node, ...], word: bytes) -> list[Edit] | None:
    """The edits that add what has a name already to the with statement that is all of the run; None if none is."""
    kept = [node for node in scene.following if node not in gone]
    if len(kept) != 1 or not _takes_items(scene, kept[0], word, named=False):
        return None
    if not enters_several(scene.repair.analysis.version_2):
        return None
    clause = _clause(kept[0])
    if _too_wide(scene, clause, item):
        return None
    added = Edit(Span(clause.start_byte, clause.start_byte), item + b", ")
    try:
        return [added, *outside(scene.repair.source, scene.repair.root, gone)]
    except LayoutError:
        return None


def _into_outer(
    scene: Scene, item: bytes, gone: tuple[Node, ...], word: bytes, inner: Sequence[Edit]
) -> list[Edit] | None:
    statement, source = scene.block.parent, scene.repair.source
    every = scene.suite.statements
    if statement is None or not _takes_items(scene, statement, word):
        return None
    if scene.first != every[0] or scene.last != every[-1] or scene.suite.is_inline:
        return None
    clause = _clause(statement)
    row = source.line(clause.end_byte)
    if source.line(scene.first.start_byte) != row + 1 or comment_behind(source, clause) is not None:
        return None
    if _too_wide(scene, clause, item):
        return None
    added = Edit(Span(clause.end_byte, clause.end_byte), b", " + item)
    changes = outside(source, scene.repair.root, gone)
    if inner:
        return [added, *inner, *changes]
    kept = [node for node in every[1:] if node not in gone]
    if not kept or comment_behind(source, scene.first) is not None or len(scene.suite.chain(scene.first)) > 1:
        return None
    here = [node for node in gone if node in every]
    below = [node for node in gone if node not in every]
    return [
        added,
        *removals(scene.suite, [scene.first, *here]),
        *outside(source, scene.repair.root, below),
    ]


def _into_inner(scene: Scene, item: bytes, gone: tuple[Node, ...], word: bytes) -> list[Edit] | None:
    source = scene.repair.source
    kept = [node for node in scene.following if node not in gone]
    if len(kept) != 1 or not _takes_items(scene, kept[0], word):
        return None
    statement = kept[0]
    clause = _clause(statement)
    is_next = source.line(statement.start_byte) == source.line(scene.first.end_byte) + 1
    if not is_next or comment_behind(source, scene.first) is not None or _too_wide(scene, clause, item):
        return None
    if len(scene.suite.chain(scene.first)) > 1:
        return None
    header = Edit(Span(scene.first.start_byte, clause.start_byte), word + item + b", ")
    return [header, *outside(source, scene.repair.root, gone)]


def _takes_items(scene: Scene, statement: Node, word: bytes, *, named: bool = True) -> bool:
    """Whether a with statement enters all in one line and without parentheses, and gives all a name if so ``named``."""
    if statement.type != syntax.WITH_STATEMENT or syntax.is_async(statement) != word.startswith(b"async"):
        return False
    clause = _clause(statement)
    source = scene.repair.source
    if source.line(statement.start_byte) != source.line(clause.end_byte) or clause.children[0].type == "(":
        return False
    return not named or all(target is not None for _, target in syntax.with_items(statement))


def _clause(statement: Node) -> Node:
    return next(child for child in statement.named_children if child.type == syntax.WITH_CLAUSE)


def _too_wide(scene: Scene, clause: Node, item: bytes) -> bool:
    source = scene.repair.source
    line = source.text(source.line_span(source.line(clause.start_byte)))
    return len(line.expandtabs(4)) + len(item.decode(errors="replace")) + 2 > _WIDTH
