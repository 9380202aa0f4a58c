"""Which variables of a function what callees do with them is worth asking about: told while it is lowered.

A callee is asked only about operands that may hold something followed, or whose value is tested. Both may come to light
behind the call; then the function is lowered once more, with them followed from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Copy, Derive
from leakfix.languages.c import syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Bindings, Variable


class Followed:
    """The roots that are followed in one function, those that were passed over, and what has to be asked next time."""

    def __init__(self, roots: Iterable[int] = (), tested: Iterable[int] = (), *, everything: bool = False) -> None:
        """``tested`` are the roots whose values are known to be tested, or to be copied to where they are."""
        self.roots = set(roots)
        self.tested = set(tested)
        self._everything = everything
        self._start = (frozenset(self.roots), frozenset(self.tested))
        self._passed_over: set[int] = set()
        self._addressed: set[int] = set()

    def connect(self, source: int, target: int) -> None:
        """What the variable with the first root holds is, or works through, what the second one holds from now on."""
        if source in self.roots:
            self.roots.add(target)

    def is_followed(self, root: int) -> bool:
        """Whether a variable may hold something followed; if not, it is noted as passed over."""
        if root in self.roots or self._everything:
            return True
        self._passed_over.add(root)
        return False

    def is_set(self, root: int) -> bool:
        """Whether it matters what somebody puts into a variable whose address he is given."""
        if root in self.roots or root in self.tested or self._everything:
            return True
        self._addressed.add(root)
        return False

    def next(self, graph: Graph) -> Followed | None:
        """What to follow when the function is lowered again; None when nothing was passed over that matters."""
        if not self._passed_over and not self._addressed:
            return None
        moves = {
            (event.source.root, event.target.root) for event in graph.events() if isinstance(event, (Copy, Derive))
        }
        followed = reached(self.roots, moves)
        facts = {test.place.root for block in graph.blocks for edge in block.edges for test in edge.tests}
        tested = reached(facts, {(target, source) for source, target in moves})
        is_missed = not followed.isdisjoint(self._passed_over)
        if not is_missed and self._addressed.isdisjoint(followed | tested):
            return None
        # The roots of what has no name are others in each round; where nothing else was missed, the next is no wiser.
        behind = _named(followed), _named(tested)
        return Followed(*behind, everything=behind == self._start)


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


def _named(roots: set[int]) -> frozenset[int]:
    return frozenset(root for root in roots if root >= 0)
