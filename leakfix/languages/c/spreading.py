"""What is true of functions by what they call, found for all functions of a run in rounds, which processes can share.

In a round those functions are asked that what the round before found may concern, all with the same knowledge; nothing
is taken to be true before it is found. So it does not matter who asks which function, nor in which order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Final

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.summaries import Acquisition

MOST_ROUNDS: Final = 40
"""After so many, what was found stays: functions that call each other might change their minds for ever."""


@record
class Fact:
    """What was found of a function, which its file by absolute path and the offset of its start tell from others."""

    name: bytes
    """The function's last name."""
    file: str
    start: int
    is_constructor: bool
    acquired: tuple[Acquisition, ...] = ()
    """What it hands on, if that is what was asked."""

    @classmethod
    def of(cls, function: Function, acquired: tuple[Acquisition, ...] = ()) -> Fact:
        """What tells other processes of a function."""
        name, start = function.last_name.encode(), function.node.start_byte
        return cls(name, function.file.key, start, function.is_constructor, acquired)


class Spread(ABC):
    """One thing that may be true of functions, with what is known of it; this process asks those that are its own."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._own: list[Function] = []
        self._facts: dict[tuple[str, int], Fact] = {}
        self.names: set[bytes] = set()
        """The names of those of which anything was ever found."""

    @property
    def facts(self) -> Iterable[Fact]:
        """All that was found last."""
        return self._facts.values()

    def known(self, function: Function) -> Fact | None:
        """What was found of a function last."""
        if function.last_name.encode() not in self.names:
            return None
        return self._facts.get((function.file.key, function.node.start_byte))

    def clear(self) -> None:
        """Know nothing, and have no functions of one's own."""
        self._own.clear()
        self.forget()

    def forget(self) -> None:
        """Know nothing."""
        self._facts.clear()
        self.names.clear()

    def look(self, file: CFile) -> frozenset[Fact]:
        """Take the functions of a file for one's own, and ask in the first round those that need know nothing else."""
        own = self._functions(file)
        self._own += own
        return self._asked(one for one in own if self._begins(one))

    def _functions(self, file: CFile) -> list[Function]:
        # A file in which no name stands before a list and a block need not be parsed.
        functions = file.functions if file.headed else ()
        return [one for one in functions if one.last_name.encode() in file.headed and self._may_hold(one)]

    def hear(self, news: frozenset[Fact]) -> frozenset[Fact]:
        """Learn what the round before found, and ask those that it may concern."""
        self.learn(news)
        return self._concerned(self._own, news)

    def ask_anew(self, file: CFile) -> frozenset[Fact]:
        """Ask the functions of a file that has other bytes now, and give what is true since, or no longer."""
        gone = [fact for fact in self._facts.values() if fact.file == file.key]
        kept = [fact for fact in self._facts.values() if fact.file != file.key]
        self.forget()
        self.learn(kept)
        functions = self._functions(file)
        news = self._asked(one for one in functions if self._begins(one)) | self._concerned(functions, self.facts)
        found: dict[int, Fact] = {}
        while news:
            self.learn(news)
            found.update((fact.start, fact) for fact in news)
            news = self._concerned(functions, news)
        before, now = ({(fact.name, fact.acquired): fact for fact in facts} for facts in (gone, found.values()))
        return frozenset(before[one] if one in before else now[one] for one in before.keys() ^ now.keys())

    def spread(self, changed: Iterable[Fact]) -> frozenset[Fact]:
        """Ask whatever function in a file of the run this may concern, and learn what comes of it."""
        naming = self._program.world.naming
        files = dict.fromkeys(file for name in {fact.name for fact in changed} for file in naming(name))
        news = self._concerned([one for file in files for one in self._functions(file)], changed)
        self.learn(news)
        return news

    def _concerned(self, functions: Iterable[Function], news: Iterable[Fact]) -> frozenset[Fact]:
        """Ask those of some functions that news may concern."""
        names = frozenset(fact.name for fact in news)
        makers = frozenset(fact.name for fact in news if fact.is_constructor)
        return self._asked(one for one in functions if self._is_concerned(one, names, makers))

    def learn(self, facts: Iterable[Fact]) -> None:
        """Take over what was found."""
        for fact in facts:
            self._facts[fact.file, fact.start] = fact
            self.names.add(fact.name)

    def _asked(self, functions: Iterable[Function]) -> frozenset[Fact]:
        return frozenset(fact for fact in map(self._news, functions) if fact is not None)

    def _news(self, function: Function) -> Fact | None:
        try:
            return self._found(function, self.known(function))
        except Exception:
            # Where the function is examined it fails again, and is told.
            return None

    @abstractmethod
    def _may_hold(self, function: Function) -> bool:
        """Whether it may be true of a function at all."""

    @abstractmethod
    def _begins(self, function: Function) -> bool:
        """Whether it may be true of a function by what it calls that is no function of the run."""

    @abstractmethod
    def _is_concerned(self, function: Function, names: AbstractSet[bytes], makers: AbstractSet[bytes]) -> bool:
        """Whether it may be true of a function since it is of others; `makers` are those of them that make objects."""

    @abstractmethod
    def _found(self, function: Function, known: Fact | None) -> Fact | None:
        """Ask a function, and say what is true of it that is not `known`."""


class Rounds:
    """Several such things, of which each is found when those before are known: alone, or together with others."""

    def __init__(self, program: Program, spreads: Sequence[Spread]) -> None:
        self._program = program
        self._spreads = spreads
        self._common: tuple[CFile, ...] = ()
        self._begun = 0
        self._concluded = 0
        self._is_busy = False

    def clear(self, common: Iterable[CFile]) -> None:
        """Begin anew; `common` are the files outside of the run, whose functions everybody asks himself."""
        self._common = tuple(common)
        self._begun = self._concluded = 0
        for spread in self._spreads:
            spread.clear()

    def ask_anew(self, files: Sequence[CFile]) -> None:
        """Find out what is true since some files of the run have other bytes, which define the same macros."""
        for spread in self._spreads[: self._concluded]:
            for file in files:
                changed = self._asking(partial(spread.ask_anew, file))
                for _ in range(MOST_ROUNDS):
                    if not changed:
                        break
                    self._program.unlearn(frozenset(fact.name for fact in changed))
                    changed = self._asking(partial(spread.spread, changed))

    def inherit(self, other: Rounds, common: Iterable[CFile]) -> None:
        """Take over what another program has found out about the same files, but none of the files as it has them."""
        self._common, self._begun, self._concluded = tuple(common), other._concluded, other._concluded
        for mine, theirs in zip(self._spreads, other._spreads, strict=True):
            mine.learn(theirs.facts)

    def ensure(self) -> None:
        """Find out alone what is not known yet; in the meantime what is known counts."""
        while self._concluded < len(self._spreads) and not self._is_busy:
            step = self._concluded
            news = self.look(step, self._program.world.files())
            while self._concluded == step:
                news = self.hear(step, news)

    def look(self, step: int, files: Iterable[CFile]) -> frozenset[Fact]:
        """The first round for the functions of some files, which are one's own from now on."""
        common = self._common if step == self._begun else ()
        self._begun = max(self._begun, step + 1)
        return self._asking(lambda: frozenset[Fact]().union(*map(self._spreads[step].look, (*common, *files))))

    def hear(self, step: int, news: frozenset[Fact]) -> frozenset[Fact]:
        """A further round for all one's own functions; without news there is nothing more to know."""
        if not news:
            self._concluded = step + 1
            return news
        self._program.unlearn(frozenset(fact.name for fact in news))
        return self._asking(lambda: self._spreads[step].hear(news))

    def _asking(self, ask: Callable[[], frozenset[Fact]]) -> frozenset[Fact]:
        self._is_busy = True
        try:
            return ask()
        finally:
            self._is_busy = False
