"""Which functions hand on what they acquire, so that their callers own it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.declarators import read
from leakfix.languages.c.settled import Settled
from leakfix.languages.c.spreading import MOST_ROUNDS, Fact, Spread
from leakfix.languages.c.summaries import Reading
from leakfix.languages.c.vocabulary import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.promising import Promising
    from leakfix.languages.c.summaries import Acquisition

_POINTED: Final = re.compile(rb"[=&]\s*([A-Za-z_]\w*+)\s*+[;,)]")


class Handing(Spread):
    """Knows them by their names."""

    def __init__(self, program: Program, promising: Promising) -> None:
        super().__init__(program)
        self._promising = promising
        self.makers: set[bytes] = set()
        """The names of those that are constructors."""
        self._rounds = 0

    def forget(self) -> None:
        """Know nothing."""
        super().forget()
        self.makers.clear()
        self._rounds = 0

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take over what was found."""
        super().learn(facts)
        self.makers.update(fact.name for fact in facts if fact.is_constructor)

    def hear(self, news: frozenset[Fact]) -> frozenset[Fact]:
        """Learn what the round before found, and ask those that it may concern."""
        self._rounds += 1
        return super().hear(news)

    def acquired(self, function: Function) -> tuple[Acquisition, ...]:
        """What whoever calls a function has to release behind the call."""
        known = self.known(function)
        return known.acquired if known is not None else ()

    def concerns(self, function: Function) -> bool:
        """Whether a function calls what hands on what it acquires; an object is made without any call."""
        return self._calls(function, self.names, self.makers)

    def used(self, function: Function) -> frozenset[bytes]:
        """The names of all that a function calls, or has a pointer to."""
        known = function.cache.get("used")
        if not isinstance(known, frozenset):
            pointed = _POINTED.findall(text_of(function))
            known = function.cache["used"] = self._promising.called(function).union(pointed)
        return known

    def _calls(self, function: Function, names: AbstractSet[bytes], makers: AbstractSet[bytes]) -> bool:
        found = self._promising.named(function) & names
        return bool(found) and not (found.isdisjoint(makers) and found.isdisjoint(self.used(function)))

    def _may_hold(self, function: Function) -> bool:
        return may_hand_on(function)

    def _begins(self, function: Function) -> bool:
        return self._promising.acquires(function)

    def _is_concerned(self, function: Function, names: AbstractSet[bytes], makers: AbstractSet[bytes]) -> bool:
        return self._calls(function, names, makers)

    def _found(self, function: Function, known: Fact | None) -> Fact | None:
        if known is not None and self._rounds > MOST_ROUNDS:
            return None
        acquired = self._asked_for(function)
        is_new = bool(acquired) if known is None else acquired != known.acquired
        return Fact.of(function, acquired) if is_new else None

    def _asked_for(self, function: Function) -> tuple[Acquisition, ...]:
        if not self._program.is_read(function) or self._promising.settling.of(function) is Settled.KEPT:
            return ()
        frame = self._program.frame(function)
        if frame is None:
            return ()
        if frame.acquired is None:
            frame.acquired = tuple(Reading(function, frame).acquisitions())
        return frame.acquired


def may_hand_on(function: Function) -> bool:
    """Whether a function gives anything back, or is given what leads to memory of the caller."""
    if function.is_method or function.is_template or function.type is None or function.type.text != b"void":
        return True
    if read(function.declarator).steps:
        return True
    return any(one.declarator is not None and read(one.declarator).steps for one in function.params)
