"""What all forms end in: the edits of one fix, and how safe they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.rules.python import safety
from leakfix.rules.python.cleaning import outside
from leakfix.rules.python.indenting import LayoutError
from leakfix.rules.python.lifecycle import Written
from leakfix.rules.python.repair import RefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.rules.python.scenes import Scene
    from leakfix.rules.python.wrapping import Wrap
    from leakfix.text import Edit


def wrapped(scene: Scene, wrap: Wrap, edits: Sequence[Edit], late: Sequence[Node], calls: str = "") -> Written:
    """A block around a run, with other edits, and with statements behind it that go. Raises `RefusalError`.

    ``calls`` is the method that the edits call; "" where they enter a context.
    """
    try:
        change = wrap.edit()
        others = outside(scene.repair.source, scene.repair.root, late)
    except LayoutError as why:
        raise RefusalError("layout", str(why)) from None
    return finished(scene, [change, *others, *edits], calls)


def finished(scene: Scene, edits: Sequence[Edit], calls: str = "") -> Written:
    """All edits of a fix, with what can be said of it."""
    verdict = safety.judge(scene, calls)
    return Written(edits, verdict.safety, verdict.why)
