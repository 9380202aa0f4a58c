"""Which variables of a function what callees do with them is worth asking about: told while it is lowered.

A callee is asked only about operands that may hold something followed, or whose value is tested. Both may come to light
behind the call; then the function is lowered once more, with them followed from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.flow import Copy, Derive, Place
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Bindings, Variable

Entry: TypeAlias = tuple[Place, bool]
"""A place that is followed, with whether all that lies below it is followed, too."""
_DEEPEST: Final = 8
_PATHS_AT_MOST: Final = 24


class Followed:
    """The places that are followed in one function, those that were passed over, and what has to be asked next time.

    Followed are the places that may hold what is acquired, not what lies below those; of an operand all that it leads
    to. What is done with any other place concerns neither.
    """

    def __init__(self, places: Iterable[Entry] = (), tested: Iterable[int] = (), *, everything: bool = False) -> None:
        """``tested`` are the roots whose values are known to be tested, or to be copied to where they are."""
        self._places: dict[int, dict[tuple[str, ...], bool]] = {}
        """Paths by the roots that they lie below, with whether all below them is followed, too."""
        for place, is_whole in places:
            self.add(place, is_whole=is_whole)
        self.tested = set(tested)
        self._everything = everything
        self._start = (frozenset(self._entries()), frozenset(self.tested))
        self._passed_over: set[Place] = set()
        self._addressed: set[int] = set()
        self._given_last: set[int] = set()
        """The variables whose addresses the last call before the function ends is given: nothing tests them then."""

    def add(self, place: Place, *, is_whole: bool) -> bool:
        """Follow a place from now on; whether that is new."""
        root, path = place
        paths = self._places.setdefault(root, {})
        if len(path) > _DEEPEST or len(paths) >= _PATHS_AT_MOST:
            path, is_whole = (), True
        if paths.get(path, False) or (path in paths and not is_whole):
            return False
        paths[path] = is_whole
        return True

    def holds(self, root: int) -> bool:
        """Whether anything below a root is followed."""
        return root in self._places

    def connect(self, move: Copy | Derive) -> None:
        """What one place holds is, or works through, what another one holds from now on."""
        if move.source.root in self._places:
            for target, is_whole in self._moved(move):
                self.add(target, is_whole=is_whole)

    def is_followed(self, place: Place) -> bool:
        """Whether a place, or what lies above or below it, may hold something followed; if not, it is passed over."""
        if self._everything or self._is_near(place):
            return True
        self._passed_over.add(place)
        return False

    def is_set(self, root: int, *, at_last: bool = False) -> bool:
        """Whether it matters what somebody puts into a variable whose address he is given; or just before it ends."""
        if root in self._places or self._everything or (root in self.tested and not at_last):
            return True
        (self._given_last if at_last else self._addressed).add(root)
        return False

    def next(self, graph: Graph) -> Followed | None:
        """What to follow when the function is lowered again; None when nothing was passed over that matters."""
        if not self._passed_over and not self._addressed and not self._given_last:
            return None
        moves = [event for event in graph.events() if isinstance(event, (Copy, Derive))]
        self._settle(moves)
        facts = {test.place.root for block in graph.blocks for edge in block.edges for test in edge.tests}
        tested = reached(facts, {(move.target.root, move.source.root) for move in moves})
        is_missed = any(map(self._is_near, self._passed_over)) or not self._addressed.isdisjoint(tested)
        if not is_missed and (self._addressed | self._given_last).isdisjoint(self._places):
            return None
        # The roots of what has no name are others in each round; where nothing else was missed, the next is no wiser.
        named = frozenset(entry for entry in self._entries() if entry[0].root >= 0)
        behind = named, frozenset(root for root in tested if root >= 0)
        return Followed(*behind, everything=behind == self._start)

    def _entries(self) -> Iterator[Entry]:
        for root, paths in self._places.items():
            for path, is_whole in paths.items():
                yield Place(root, path), is_whole

    def _is_near(self, place: Place) -> bool:
        root, path = place
        return any(own[: len(path)] == path[: len(own)] for own in self._places.get(root, ()))

    def _moved(self, move: Copy | Derive) -> list[Entry]:
        """What is followed at the target of a copy once it has happened."""
        root, path = move.source
        found: list[Entry] = []
        for own, is_whole in self._places.get(root, {}).items():
            if own[: len(path)] == path:
                below = own[len(path) :] if isinstance(move, Copy) else ()
                found.append((move.target.below(*below), is_whole))
            elif is_whole and path[: len(own)] == own:
                found.append((move.target, True))
        return found

    def _settle(self, moves: Iterable[Copy | Derive]) -> None:
        """Follow all that what is followed is ever copied to, whatever the order."""
        behind: dict[int, list[Copy | Derive]] = {}
        for move in moves:
            behind.setdefault(move.source.root, []).append(move)
        waiting = list(self._places)
        while waiting:
            for move in behind.get(waiting.pop(), ()):
                for target, is_whole in self._moved(move):
                    if self.add(target, is_whole=is_whole):
                        waiting.append(target.root)


def is_tested(function: Function, bindings: Bindings, variable: Variable) -> bool:
    """Whether a condition of the function plainly names a variable, or what lies in it."""
    known = function.cache.setdefault("tested", {})
    if not isinstance(known, dict):
        return False
    if variable.index not in known:
        known[variable.index] = any(map(_is_condition, bindings.uses(variable)))
    return bool(known[variable.index])


def _is_condition(use: Node) -> bool:
    at, parent = use, use.parent
    while parent is not None and parent.type in _WITHIN_CONDITIONS:
        at, parent = parent, parent.parent
    if parent is None or parent.type not in _CONDITIONAL:
        return False
    return parent.child_by_field_name("condition") == at


_WITHIN_CONDITIONS: Final = frozenset(
    (
        *(syntax.PARENTHESIZED_EXPRESSION, syntax.CONDITION_CLAUSE, syntax.BINARY_EXPRESSION, syntax.UNARY_EXPRESSION),
        *(syntax.CAST_EXPRESSION, syntax.FIELD_EXPRESSION, syntax.POINTER_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION),
        *(syntax.ASSIGNMENT_EXPRESSION, syntax.COMMA_EXPRESSION),
    )
)
_CONDITIONAL: Final = frozenset(
    (
        *(syntax.IF_STATEMENT, syntax.WHILE_STATEMENT, syntax.DO_STATEMENT, syntax.FOR_STATEMENT),
        *(syntax.SWITCH_STATEMENT, syntax.CONDITIONAL_EXPRESSION),
    )
)


def reached(roots: Iterable[int], moves: Iterable[tuple[int, int]]) -> set[int]:
    """All roots that some lead to."""
    found = set(roots)
    waiting = list(found)
    behind: dict[int, list[int]] = {}
    for source, target in moves:
        behind.setdefault(source, []).append(target)
    while waiting:
        for target in behind.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found
