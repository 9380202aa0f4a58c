"""What a Go function does to what it is given, and what it gives back: read off its flow graph, without its order."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from leakfix.flow import (
    Copy,
    Derive,
    Escape,
    ExitKind,
    Graph,
    Handing,
    Obligation,
    Outcome,
    Place,
    Release,
)
from leakfix.languages.go import syntax
from leakfix.languages.go.lower_frame import KeptError
from leakfix.languages.go.ownership import NOTHING_OWNED, Owned, ownership
from leakfix.text.records import record, state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program

Path = tuple[str, ...]
Part = TypeVar("Part")


class Depth:
    """How many more calls deep summaries may look, and whether one had to stop there."""

    __slots__ = ("_most", "left", "met", "within")

    def __init__(self, left: int) -> None:
        self.left = self._most = left
        self.met = False
        self.within: tuple[str, int] | None = None
        """The function and operand whose effects are being read off: calling itself, it does no more than it does."""

    @property
    def is_full(self) -> bool:
        """Whether no summary is being made."""
        return self.left == self._most


class Depths(Generic[Part]):
    """One part of a summary: final, or, where it met the end of the depth, as known with so many calls left."""

    __slots__ = ("_final", "_known")

    def __init__(self) -> None:
        self._final: list[Part] = []
        self._known: dict[int, Part] = {}

    def get(self, depth: Depth, compute: Callable[[], Part], unknown: Part, least: Part | None = None) -> Part:
        """The part as far as the depth allows; ``unknown`` beyond it.

        ``least`` is what tells the least of all: what is no more than that at some depth is no more at a lower one.
        """
        if self._final:
            return self._final[0]
        if depth.left in self._known:
            depth.met = True
            return self._known[depth.left]
        if depth.left == 0:
            depth.met = True
            return unknown
        if least is not None and any(part is least and left > depth.left for left, part in self._known.items()):
            depth.met = True
            return least
        before, depth.met = depth.met, False
        depth.left -= 1
        try:
            found = compute()
        finally:
            depth.left += 1
            cut, depth.met = depth.met, depth.met or before
        if cut:
            self._known[depth.left] = found
        else:
            self._final.append(found)
        return found


@record
class Effects:
    """What a function does to one operand; paths are below the operand."""

    releases: tuple[tuple[Path, str], ...] = ()
    keeps: tuple[Path, ...] = ()
    results: frozenset[int] = frozenset()
    """The results that hold the operand or work through it."""
    same: frozenset[int] = frozenset()
    """Those of them that are the operand itself on some path."""


_PLAIN: Final = frozenset({b"bool", b"error", b"string"})
_DEEPEST_PATH = 6

NO_EFFECTS = Effects()
KEPT = Effects(keeps=((),))
"""What is done to an operand that is kept as a whole: whatever else is done to it makes no difference."""


class Summary:
    """A function as its callers see it; each part is read off a flow graph of its own when somebody asks.

    Beyond a depth of calls nothing is known: everything is kept and nothing owned is returned. A part that met that
    depth is kept for the depth at which it was asked for, so that what is known never depends on who asked first.
    """

    __slots__ = ("_effects", "_function", "_never_returns", "_owned", "_program")

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function
        self._effects: dict[int, Depths[Effects | None]] = {}
        self._owned: Depths[Owned] = Depths()
        self._never_returns: Depths[bool] = Depths()

    def of(self, index: int) -> Effects | None:
        """The effects on an argument, or on the receiver; None when they are unknown."""
        position = self._position(index)
        if position is None:
            return NO_EFFECTS
        if self._program.depth.within == (self._function.symbol, position):
            return NO_EFFECTS
        known = self._effects.setdefault(position, Depths())
        return known.get(self._program.depth, lambda: self._effects_at(position), None, KEPT)

    @property
    def owned(self) -> Mapping[int, Obligation]:
        """The results that the caller has to release."""
        return self._ownership().results

    @property
    def needs(self) -> Mapping[int, frozenset[tuple[int, Outcome]]]:
        """What operands, counted with the receiver first, must be for the caller to have to release a result."""
        return self._ownership().needs

    @property
    def holders(self) -> frozenset[int]:
        """The results that are new objects which hold something to be released."""
        return self._ownership().holders

    @property
    def never_returns(self) -> bool:
        """Whether no path gets to a return or the end."""
        return self._never_returns.get(self._program.depth, self._has_no_return, False)

    @property
    def parts(self) -> Mapping[int, frozenset[Path]]:
        """Where in those objects what was acquired lies, an empty path where that is not known."""
        return self._ownership().parts

    def _ownership(self) -> Owned:
        return self._owned.get(self._program.depth, self._owned_results, NOTHING_OWNED)

    def _effects_at(self, position: int) -> Effects | None:
        if _is_unused(self._function, position):
            return NO_EFFECTS
        depth = self._program.depth
        outer, depth.within = depth.within, (self._function.symbol, position)
        try:
            graph = self._program.summary_graph(self._function, follow=position)
        except KeptError:
            return KEPT
        finally:
            depth.within = outer
        return effects_on(graph, graph.params[position]) if graph is not None else None

    def _owned_results(self) -> Owned:
        program, function = self._program, self._function
        if not program.may_hand_over(function):
            return NOTHING_OWNED
        calls = program.acquiring(function) if _may_hand_over(function) else []
        settled = frozenset(call.end_byte for call in calls if program.settling.is_private(function, call))
        if all(call.end_byte in settled for call in calls):
            return NOTHING_OWNED
        try:
            graph = program.summary_graph(function, settled=settled, for_caller=True)
        except KeptError:
            return NOTHING_OWNED
        return ownership(graph) if graph is not None else NOTHING_OWNED

    def _has_no_return(self) -> bool:
        graph = self._program.summary_graph(self._function) if self._may_not_return() else None
        return graph is not None and _never_returns(graph)

    def _position(self, index: int) -> int | None:
        """The place of an operand among receiver and parameters; the arguments of a variadic one share the last."""
        count = self._program.parameter_count(self._function)
        position = index + 1 if self._function.receiver_type else index
        if position < 0 or count == 0:
            return None
        return min(position, count - 1)

    def _may_not_return(self) -> bool:
        """A first look: a function that names no return may leave by calls alone."""
        body = self._function.body
        return body is not None and b"return" not in self._function.file.data[body.start_byte : body.end_byte]


def _is_unused(function: Function, position: int) -> bool:
    """A first look: whether the body does not name an operand, counted with the receiver first."""
    body = function.body
    lists = (function.node.child_by_field_id(number) for number in (syntax.F_RECEIVER, syntax.F_PARAMETERS))
    declared = (one for held in lists if held is not None for one in syntax.operands(held))
    names: list[Node | None] = []
    for one in declared:
        names += syntax.field_children(one, syntax.F_NAME) or [None]
    name = names[position] if position < len(names) else None
    if name is None or body is None:
        return body is not None
    return function.file.data.find(name.text or b"", body.start_byte, body.end_byte) < 0


def _may_hand_over(function: Function) -> bool:
    """A first look: whether a function has a result that can hold a resource."""
    result = function.node.child_by_field_id(syntax.F_RESULT)
    if result is None:
        return False
    if result.kind_id != syntax.PARAMETER_LIST:
        return result.text not in _PLAIN
    types = (one.child_by_field_id(syntax.F_TYPE) for one in syntax.operands(result))
    return any(of is None or of.text not in _PLAIN for of in types)


def effects_on(graph: Graph, root: int) -> Effects:
    """What the function with this graph does to the operand with this root."""
    if not root:
        return NO_EFFECTS
    origins = _origins(graph, root)
    told = _Told()
    for event in graph.events():
        if isinstance(event, Release):
            told.releases |= {(path, event.method) for path in _found(origins, event.place)}
            told.keeps |= _below(origins, event.place)
        elif isinstance(event, Escape):
            for path in _found(origins, event.place):
                told.escape(event, path, whole=not path and not event.inside)
            for path in _below(origins, event.place):
                told.escape(event, path, whole=False)
    return told.effects()


@state
class _Told:
    """What the events of a function tell of one operand."""

    releases: set[tuple[Path, str]] = field(default_factory=set)
    keeps: set[Path] = field(default_factory=set)
    results: set[int] = field(default_factory=set)
    same: set[int] = field(default_factory=set)

    def escape(self, event: Escape, path: Path, *, whole: bool) -> None:
        """The operand, or what lies at ``path`` below it, is handed on."""
        if event.how is not Handing.RETURNED or event.index is None:
            self.keeps.add(path)
            return
        self.results.add(event.index)
        if whole:
            self.same.add(event.index)

    def effects(self) -> Effects:
        """All of it, in order."""
        if () in self.keeps:
            return KEPT
        return Effects(
            tuple(sorted(self.releases)), tuple(sorted(self.keeps)), frozenset(self.results), frozenset(self.same)
        )


def _origins(graph: Graph, root: int) -> dict[Place, set[Path]]:
    """For each place, the paths below the operand that it may stand for."""
    origins: dict[Place, set[Path]] = {Place(root): {()}}
    transfers = [event for event in graph.events() if isinstance(event, Copy | Derive)]
    changed = True
    while changed:
        changed = False
        for event in transfers:
            found = {path for path in _found(origins, event.source) if len(path) < _DEEPEST_PATH}
            if not found:
                continue
            known = origins.setdefault(event.target, set())
            if not found <= known:
                known |= found
                changed = True
    return origins


def _found(origins: Mapping[Place, set[Path]], place: Place) -> set[Path]:
    found: set[Path] = set()
    for length in range(len(place.path) + 1):
        known = origins.get(Place(place.root, place.path[:length]))
        if known:
            found |= {path + place.path[length:] for path in known}
    return found


def _below(origins: Mapping[Place, set[Path]], place: Place) -> set[Path]:
    """What a larger value at ``place`` holds of the operand."""
    return {path for part, paths in origins.items() if part != place and place.holds(part) for path in paths}


def _never_returns(graph: Graph) -> bool:
    """Whether no path from the entry gets to a return or the end."""
    seen, queue = {0}, [0]
    while queue:
        block = graph.blocks[queue.pop()]
        if block.exit is not None and block.exit.kind in (ExitKind.RETURN, ExitKind.END):
            return False
        for edge in block.edges:
            if edge.target not in seen:
                seen.add(edge.target)
                queue.append(edge.target)
    return True
