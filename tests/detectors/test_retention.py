"""Which stores of parts waste the rest of what they were cut from, on graphs without a language."""

import pytest

from leakfix.detectors.retention import Evidence, Kept, evidence, kept
from leakfix.flow import Acquire, Assign, Block, Copy, Derive, Edge, Escape, Event, Graph, Handing, Place
from leakfix.flow.memory import Cut, Lifetime, Part, Sharing, Size, Source, Store
from leakfix.text import Span

LOOP = Span(900, 990)
WHOLE, PART, OTHER, PARTS = Place(1), Place(2), Place(3), Place(4)


class Program:
    """A graph in the making: one source in WHOLE, and the events that follow."""

    def __init__(self, size: Size = Size.LARGE) -> None:
        graph = Graph("example", Span(0, 1000), [Block()])
        self.sharing = Sharing(graph, [Source(Span(1, 2), size, "the whole file")])
        self._at = 10
        self._add(Acquire(self._span(), WHOLE, 0))

    def _span(self) -> Span:
        self._at += 10
        return Span(self._at, self._at + 5)

    def _add(self, event: Event) -> "Program":
        self.sharing.graph.blocks[-1].events.append(event)
        return self

    def cut(self, target: Place, source: Place = WHOLE, part: Part = Part.SLICE, **ends: bool) -> "Program":
        span = self._span()
        loop = LOOP if part is Part.EACH else None
        self.sharing.cuts[target.root] = Cut(span, part, loop=loop, **ends)
        return self._add(Derive(span, target, source))

    def copied(self, target: Place, source: Place) -> "Program":
        return self._add(Copy(self._span(), target, source))

    def overwritten(self, place: Place) -> "Program":
        return self._add(Assign(self._span(), place))

    def stored(self, place: Place, *, chosen: bool = False, lifetime: Lifetime = Lifetime.CONTAINER) -> "Program":
        span = self._span()
        loops = frozenset({LOOP}) if chosen else frozenset()
        self.sharing.stores[span] = Store(span, lifetime, loops, "cache")
        return self._add(Escape(span, place, Handing.STORED))

    def returned(self, place: Place) -> "Program":
        return self._add(Escape(self._span(), place, Handing.RETURNED, 0))

    def overwritten_on_one_path(self, place: Place) -> "Program":
        """One way on overwrites the place, the other does not."""
        blocks = self.sharing.graph.blocks
        here = len(blocks)
        blocks[-1].edges += [Edge(here), Edge(here + 1)]
        blocks += [Block([Assign(self._span(), place)], [Edge(here + 1)]), Block()]
        return self

    def kept(self) -> list[Kept]:
        return kept(self.sharing)


@pytest.mark.parametrize(
    ("program", "count"),
    [
        pytest.param(Program().cut(PART).stored(PART), 1, id="a part"),
        pytest.param(Program().cut(PART).copied(OTHER, PART).stored(OTHER), 1, id="through another variable"),
        pytest.param(Program().cut(PART).copied(OTHER.below("name"), PART).stored(OTHER), 1, id="inside of another"),
        pytest.param(Program().cut(PART).cut(OTHER, PART, Part.MOST).stored(OTHER), 1, id="trimmed after"),
        pytest.param(Program().cut(PART), 0, id="not stored"),
        pytest.param(Program().cut(PART).returned(PART), 0, id="returned"),
        pytest.param(Program().stored(WHOLE), 0, id="the whole"),
        pytest.param(Program().cut(PART).stored(PART).stored(WHOLE), 0, id="the whole as well"),
        pytest.param(Program().cut(PART, part=Part.MOST).stored(PART), 0, id="nearly the whole"),
        pytest.param(Program().cut(PART).overwritten(PART).stored(PART), 0, id="overwritten before"),
        pytest.param(Program().cut(PART).cut(OTHER, PART, Part.COPY).stored(OTHER), 0, id="a copy of the part"),
        pytest.param(Program().cut(OTHER, part=Part.COPY).cut(PART, OTHER).stored(PART), 1, id="a part of a copy"),
        pytest.param(
            Program().cut(PART, head=True).cut(OTHER, tail=True).stored(PART).stored(OTHER), 0, id="both ends"
        ),
        pytest.param(
            Program().cut(PART, head=True).cut(OTHER, tail=True).stored(PART).returned(OTHER), 0, id="the rest returned"
        ),
        pytest.param(Program().cut(PARTS, part=Part.LIST).stored(PARTS), 0, id="a list of all parts"),
        pytest.param(
            Program().cut(PARTS, part=Part.LIST).cut(PART, PARTS, Part.ELEMENT).stored(PART), 1, id="one of the parts"
        ),
        pytest.param(Program().cut(PARTS, part=Part.LIST).cut(PART, PARTS, Part.EACH).stored(PART), 0, id="every part"),
        pytest.param(
            Program().cut(PARTS, part=Part.LIST).cut(PART, PARTS, Part.EACH).stored(PART, chosen=True),
            1,
            id="chosen parts",
        ),
        pytest.param(Program().cut(PART, part=Part.ELEMENT).stored(PART), 0, id="an element that shares nothing"),
    ],
)
def test_stores_of_parts(program: Program, count: int) -> None:
    assert len(program.kept()) == count


def test_a_copy_on_one_path_leaves_the_other() -> None:
    assert len(Program().cut(PART).overwritten_on_one_path(PART).stored(PART).kept()) == 1


@pytest.mark.parametrize(
    ("size", "lifetime", "fixed", "expected"),
    [
        (Size.LARGE, Lifetime.PROGRAM, False, Evidence.STRONG),
        (Size.LARGE, Lifetime.OBJECT, False, Evidence.FAIR),
        (Size.LINE, Lifetime.CONTAINER, False, Evidence.FAIR),
        (Size.LINE, Lifetime.OBJECT, False, Evidence.WEAK),
        (Size.UNKNOWN, Lifetime.PROGRAM, True, Evidence.FAIR),
        (Size.UNKNOWN, Lifetime.PROGRAM, False, Evidence.WEAK),
        (Size.UNKNOWN, Lifetime.CONTAINER, True, Evidence.WEAK),
    ],
)
def test_evidence(size: Size, lifetime: Lifetime, fixed: bool, expected: Evidence) -> None:
    (one,) = Program(size).cut(PART, fixed=fixed).stored(PART, lifetime=lifetime).kept()
    assert evidence(one) is expected


@pytest.mark.parametrize(("held", "immutable", "count"), [("c.text", True, 0), ("cache", True, 1), ("cache", False, 0)])
def test_what_stays_alive_anyway_is_kept_only_where_it_is_shortened(held: str, immutable: bool, count: int) -> None:
    program = Program(Size.UNKNOWN).cut(PART, head=True).stored(PART)
    source = Source(Span(1, 2), Size.UNKNOWN, "all of it", held=held, immutable=immutable)
    program.sharing.sources[0] = source
    assert len([one for one in program.kept() if evidence(one) is not None]) == count
