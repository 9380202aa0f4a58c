"""Functions as they are lowered, each once, whatever order they are asked for in.

A function is lowered for what it acquires, or for what one variable of it holds at its start. Meanwhile its callees
are asked what they do, and so lowered in turn, to a depth. A callee that is being lowered already, or that is too deep
below, is unknown. A function that was lowered without knowing such a callee is kept only for those who would get the
same: so no result depends on where one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from leakfix.languages.python.lower_frame import LargeError
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from leakfix.languages.python.files import Function
    from leakfix.languages.python.lower_frame import Frame

_DEEPEST: Final = 5
_MOST: Final = 400
"""How many callees may be asked about below one function."""


_Key: TypeAlias = tuple[int, int | None]


@record
class _Lowered:
    """A function as it was lowered, and what that took: levels of callees, callees, those that were unknown."""

    frame: Frame | None
    height: int
    count: int
    unknown: frozenset[_Key]
    """The functions around it that somebody below asked for."""
    partners: frozenset[_Key]
    """The functions below it, or below its callees, that asked for one around them."""
    is_cut: bool
    """Whether a callee was too deep below."""


@dataclass(slots=True)
class _Level:
    function: Function
    focus: int | None
    height: int = 0
    count: int = 1
    unknown: frozenset[_Key] = frozenset()
    partners: frozenset[_Key] = frozenset()
    is_cut: bool = False

    @property
    def key(self) -> _Key:
        """What tells the levels apart."""
        return id(self.function), self.focus


class Lowerings:
    """Lowers functions with ``lower``."""

    def __init__(self, lower: Callable[[Function, int | None], Frame]) -> None:
        self._lower = lower
        self._stack: list[_Level] = []

    def of(self, function: Function, focus: int | None) -> Frame | None:
        """A function as it was lowered; None when it is too large, or unknown from where one asks.

        ``focus`` is the root of the variable that it is lowered for; None: for what it acquires.
        """
        key = (id(function), focus)
        at = next((at for at, level in enumerate(self._stack) if level.key == key), None)
        if at is not None:
            self._stack[-1].unknown |= {key}
            self._stack[at].partners |= {level.key for level in self._stack[at + 1 :]}
            return None
        if len(self._stack) > _DEEPEST or (self._stack and self._stack[0].count > _MOST):
            self._stack[-1].is_cut = True
            return None
        kept = f"lowered for {focus}"
        known = function.cache.get(kept)
        if isinstance(known, _Lowered) and self._fits(known):
            return self._met(known).frame
        found = self._new(function, focus)
        if not self._stack or (not found.is_cut and not found.unknown):
            function.cache[kept] = found
        return self._met(found).frame

    def _fits(self, known: _Lowered) -> bool:
        """Whether the function would be lowered to the same from here."""
        if not self._stack:
            return True
        if known.is_cut or known.unknown or len(self._stack) + known.height > _DEEPEST:
            return False
        return known.partners.isdisjoint(level.key for level in self._stack)

    def _new(self, function: Function, focus: int | None) -> _Lowered:
        level = _Level(function, focus)
        self._stack.append(level)
        frame: Frame | None
        try:
            frame = self._lower(function, focus)
        except (LargeError, RecursionError):
            # Nobody writes what is nested that deep.
            frame = None
        finally:
            self._stack.pop()
        unknown = level.unknown - {level.key}
        return _Lowered(frame, level.height, level.count, unknown, level.partners, level.is_cut)

    def _met(self, found: _Lowered) -> _Lowered:
        """Tell those around what it took."""
        if self._stack:
            around = self._stack[-1]
            around.height = max(around.height, found.height + 1)
            around.unknown |= found.unknown
            around.partners |= found.partners
            around.is_cut = around.is_cut or found.is_cut
            self._stack[0].count += found.count
        return found
