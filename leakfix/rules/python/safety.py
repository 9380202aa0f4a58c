"""What a fix may change besides the leak: when it is for people to look at, and the sentence that tells them why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.finding import Safety
from leakfix.rules.python.certainty import is_certain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from leakfix.models import Exits
    from leakfix.rules.python.repair import Repair
    from leakfix.rules.python.scenes import Scene

_WRITING: Final = frozenset("wax+")
_MODE_FIRST: Final = frozenset(("pathlib.Path.open", "zipfile.Path.open"))
_OPENING = """
    open codecs.open gzip.open bz2.open lzma.open gzip.GzipFile bz2.BZ2File lzma.LZMAFile zipfile.ZipFile tarfile.open
    tarfile.TarFile io.FileIO os.fdopen os.popen wave.open
"""
_MODE_SECOND: Final = frozenset(_OPENING.split())
_WRITES: Final = frozenset(("write", "writelines", "writestr", "truncate", "add", "execute", "executemany"))
_READ_ONLY: Final = frozenset(("urllib.request.urlopen", "os.scandir", "io.open_code", "tokenize.open"))
_PEERS: Final = ("socket", "connection", "server", "pipe", "channel")
"""What somebody is at the other end of."""
_MOCKS: Final = (b"patch(", b"patch.object(", b"Mock(", b"monkeypatch")
_NOTICED: Final[Mapping[Exits, str]] = {
    "waits": "At the end of the block the {noun} is waited for, with all that it works on.",
    "terminates": "At the end of the block the {noun} is shut down, and what it still works on is ended.",
    "talks": "At the end of the block the peer of the {noun} is told, and what it answers may be raised.",
}
"""What else than a release the end of a block is, in the words of the models."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How safe a fix is; None: as its form is."""

    safety: Safety | None = None
    why: str = ""


def judge(scene: Scene, calls: str = "") -> Verdict:
    """Whether anything could be noticed of a fix but that the leak is gone."""
    repair = scene.repair
    if repair.exits is not None and repair.exits in _NOTICED:
        return Verdict(Safety.REVIEW, _NOTICED[repair.exits].format(noun=repair.noun))
    if any(word in repair.noun for word in _PEERS) and not repair.closings and scene.behind:
        return Verdict(Safety.REVIEW, f"The {repair.noun} is closed before the statements behind the block run.")
    if _is_written(scene) and not repair.closings and _is_met_again(scene):
        why = f"What was written is on disk by the end of the block, so that {_path(repair)!r}, used behind it, has it."
        return Verdict(Safety.REVIEW, why.replace("'", "`"))
    return judge_callee(repair, calls)


def judge_callee(repair: Repair, calls: str = "") -> Verdict:
    """Whether what opens it is certain, or the fix asks nothing of it but ``calls``, which the code calls anyway."""
    is_lost_by_exceptions = all(loss.raised is not None for loss in repair.leak.losses)
    if is_lost_by_exceptions and any(closing.method == calls for closing in repair.closings):
        return Verdict()
    if _is_patched(repair) or not is_certain(repair):
        return Verdict(
            Safety.REVIEW, "Something else may stand in the place of what opens it, which must know the protocol too."
        )
    return Verdict()


def writes(repair: Repair) -> bool:
    """Whether opening it may have effects: files are made or emptied, peers are called."""
    symbol = repair.leak.site.symbol
    if symbol in _READ_ONLY:
        return False
    position = 0 if symbol in _MODE_FIRST else 1 if symbol in _MODE_SECOND else None
    if position is None or syntax.has_splat(repair.acquisition):
        return True
    mode = syntax.argument(repair.acquisition, position, "mode")
    value = syntax.string_value(mode) if mode is not None else "r"
    return value is None or not _WRITING.isdisjoint(value)


def _is_written(scene: Scene) -> bool:
    """Whether anything is written through it: as its mode says, or the methods that are called on it."""
    repair = scene.repair
    symbol = repair.leak.site.symbol
    if symbol in _MODE_FIRST or symbol in _MODE_SECOND or symbol in _READ_ONLY:
        return writes(repair)
    above = (need.parent for need in scene.flow.needs)
    called = (syntax.field(one, "attribute") for one in above if one is not None and one.type == syntax.ATTRIBUTE)
    return any(name is not None and syntax.text(name) in _WRITES for name in called)


def _path_node(repair: Repair) -> Node | None:
    called = syntax.callee(repair.acquisition)
    if repair.leak.site.symbol in _MODE_FIRST:
        return syntax.field(called, "object")
    return syntax.argument(repair.acquisition, 0, "file")


def _path(repair: Repair) -> str:
    node = _path_node(repair)
    return syntax.text(node) if node is not None else ""


def _is_met_again(scene: Scene) -> bool:
    """Whether the path that is written is used behind the block."""
    node = _path_node(scene.repair)
    if node is None or node.type not in (syntax.IDENTIFIER, syntax.ATTRIBUTE, syntax.STRING, syntax.SUBSCRIPT):
        return node is not None and scene.mentions_behind(
            [child.text or b"" for child in syntax.walk(node) if child.type == syntax.IDENTIFIER]
        )
    return scene.mentions_behind([node.text or b""])


def _is_patched(repair: Repair) -> bool:
    """Whether the function puts mocks in the place of something, one that knows the protocol left out."""
    node = repair.function.node
    above = node.parent
    start = above.start_byte if above is not None and above.type == syntax.DECORATED_DEFINITION else node.start_byte
    text = repair.source.data[start : node.end_byte]
    return not repair.function.is_module and any(word in text for word in _MOCKS) and b"mock_open" not in text
