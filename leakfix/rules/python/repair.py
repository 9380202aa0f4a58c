"""One Python leak about to be mended: the nodes and names that its fixed forms are written with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.detectors.lifecycle import leaks
from leakfix.flow import Acquire, Copy, Derive, Release
from leakfix.languages.python import syntax
from leakfix.rules.finding import RefusalError as RefusalError
from leakfix.rules.python.outdated import context_in_2
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak
    from leakfix.flow import Graph
    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.bindings import Bindings
    from leakfix.languages.python.files import Function
    from leakfix.languages.python.lower_frame import Frame
    from leakfix.languages.python.variables import Variable
    from leakfix.models import Exits, Resource
    from leakfix.text import Source, Span

_LOOPS: Final = frozenset((syntax.FOR_STATEMENT, syntax.WHILE_STATEMENT)) | syntax.COMPREHENSIONS


_AROUND: Final = (syntax.PARENTHESIZED_EXPRESSION, syntax.AWAIT)


@record
class Unit:
    """A function as it was lowered."""

    function: Function
    frame: Frame

    @property
    def graph(self) -> Graph:
        """Its flow graph."""
        return self.frame.graph


@record
class Closing:
    """A call that releases the resource: `f.close()`, `os.close(fd)`, `safe_close(f)`.

    ``statement`` is the whole statement when the call is all of it, else None: then its value is used.
    """

    call: Node
    method: str
    statement: Node | None


def leaks_of(analysis: Analysis) -> tuple[tuple[Unit, Leak], ...]:
    """Every lifecycle leak of a file, computed once for all rules."""
    known = analysis.cache.get("leaks")
    if not isinstance(known, tuple):
        found = ((unit, leak) for unit in units_of(analysis) for leak in leaks(unit.graph))
        known = analysis.cache["leaks"] = tuple(found)
    return known


def units_of(analysis: Analysis) -> tuple[Unit, ...]:
    """The functions of a file that acquire something, as they were lowered."""
    known = analysis.cache.get("units")
    if not isinstance(known, tuple):
        frames = ((function, analysis.program.frame(function)) for function in analysis.units())
        known = analysis.cache["units"] = tuple(Unit(one, frame) for one, frame in frames if frame is not None)
    return known


@dataclass(frozen=True)
class Repair:
    """A leak with the nodes around its acquisition. All nodes are of the tree of ``analysis.file``."""

    analysis: Analysis
    unit: Unit
    leak: Leak

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.analysis.source

    @property
    def root(self) -> Node:
        """The file's syntax tree."""
        return self.analysis.file.root

    @property
    def function(self) -> Function:
        """The function that leaks; the pseudo function of the module's code when that does."""
        return self.unit.function

    @cached_property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.function)

    @property
    def noun(self) -> str:
        """What messages call what leaks."""
        return self.leak.site.obligation.noun

    @property
    def resource(self) -> Resource | None:
        """The model of what leaks; None of an object of a class of the project."""
        return self.analysis.models.find_resource(self.leak.site.obligation.resource)

    @property
    def exits(self) -> Exits | None:
        """What the end of a block does besides releasing it; None: nothing."""
        return self.resource.exits if self.resource is not None else None

    @cached_property
    def acquisition(self) -> Node:
        """The acquiring call. Raises `RefusalError`."""
        node = node_at(self.root, self.leak.site.span)
        if node is None or node.type != syntax.CALL:
            raise RefusalError("unresolved", "the acquiring call was not found again in the file")
        return node

    @cached_property
    def value(self) -> Node:
        """The acquiring call with what is around it that gives the resource: `await`, `[0]`. Raises `RefusalError`."""
        at = self.acquisition
        while at.parent is not None and (at.parent.type in _AROUND or self._is_taken_out(at.parent, at)):
            at = at.parent
        return at

    def _is_taken_out(self, subscript: Node, call: Node) -> bool:
        """Whether a subscript takes what is acquired out of the tuple that a call gives: `listener.accept()[0]`."""
        if subscript.type != syntax.SUBSCRIPT or call.type != syntax.CALL:
            return False
        indices = subscript.children_by_field_name("subscript")
        return len(indices) == 1 and syntax.text(indices[0]) == str(self.leak.site.result)

    @cached_property
    def statement(self) -> Node:
        """The innermost statement of a block that acquires, be it in the header of a compound one."""
        return syntax.statement_of(self.acquisition)

    @cached_property
    def assignment(self) -> Node | None:
        """The assignment whose whole right side is the acquisition; of a chain the innermost, `b = open()`."""
        parent = self.value.parent
        if parent is None or parent.type != syntax.ASSIGNMENT or parent.child_by_field_name("right") != self.value:
            return None
        return parent

    @cached_property
    def variable(self) -> Variable | None:
        """The variable that the acquisition is assigned to as it is, by `=` alone."""
        left = self.assignment.child_by_field_name("left") if self.assignment is not None else None
        return self.bindings.variable(left) if left is not None and left.type == syntax.IDENTIFIER else None

    @cached_property
    def holders(self) -> tuple[Variable, ...]:
        """Every variable that may hold the resource itself at some time: all that copies lead to."""
        return tuple(self._reached(through=False))

    @cached_property
    def carriers(self) -> tuple[Variable, ...]:
        """Every variable that may hold the resource or work through it: readers, iterators, bound methods, closures."""
        return tuple(self._reached(through=True))

    @cached_property
    def uses(self) -> tuple[Node, ...]:
        """The identifiers that read a carrier behind the acquisition, in nested functions too, in source order."""
        end = self.acquisition.end_byte
        found = {use.id: use for variable in self.carriers for use in self.bindings.uses(variable)}
        return tuple(sorted((use for use in found.values() if use.start_byte >= end), key=lambda use: use.start_byte))

    @cached_property
    def closings(self) -> tuple[Closing, ...]:
        """The calls that release the resource on some path, in source order."""
        roots = {self.leak.site.place.root, *(one.index for one in self.holders)}
        spans = {
            event.span: event.method
            for event in self.unit.graph.events()
            if isinstance(event, Release) and event.place.root in roots
        }
        return tuple(sorted(self._closings(spans), key=lambda one: one.call.start_byte))

    @property
    def is_discarded(self) -> bool:
        """Whether no variable ever holds it: `open(p).read()`."""
        return self.leak.site.discarded or not self.holders

    @property
    def is_in_loop(self) -> bool:
        """Whether a loop or comprehension of the function stands around the acquisition."""
        at: Node | None = self.acquisition
        while at is not None and at != self.function.node:
            if at.type in _LOOPS:
                return True
            at = at.parent
        return False

    @cached_property
    def context(self) -> str:
        """How a `with` statement releases it: "with", "closing" or "async with"; "" if it does not."""
        program, obligation = self.unit.frame.program, self.leak.site.obligation
        context = program.context(obligation)
        if self.analysis.version_2 is None:
            return context
        is_own = program.owners.context(obligation.resource) is not None
        symbol = "" if is_own else self.leak.site.symbol
        return context_in_2(context, symbol, obligation.releases, self.analysis.version_2)

    def _closings(self, spans: dict[Span, str]) -> Iterator[Closing]:
        for span, method in spans.items():
            call = node_at(self.root, span)
            if call is None or call.type != syntax.CALL:
                continue
            at = call.parent if call.parent is not None and call.parent.type == syntax.AWAIT else call
            parent = at.parent
            alone = parent is not None and parent.type == syntax.EXPRESSION_STATEMENT and len(syntax.named(parent)) == 1
            yield Closing(call, method, parent if alone else None)

    def _reached(self, through: bool) -> Iterator[Variable]:
        """The variables that copies, and what works through it, lead to from the acquisition."""
        roots = {
            event.place.root
            for event in self.unit.graph.events()
            if isinstance(event, Acquire) and self.unit.graph.sites[event.site] is self.leak.site
        }
        kinds = (Copy, Derive) if through else (Copy,)
        links = [event for event in self.unit.graph.events() if isinstance(event, kinds)]
        while True:
            added = {event.target.root for event in links if event.source.root in roots} - roots
            if not added:
                break
            roots |= added
        for root in sorted(roots):
            variable = self.unit.frame.variables.get(root)
            if variable is not None:
                yield variable


def node_at(root: Node, span: Span) -> Node | None:
    """The outermost node that covers exactly a span, below statements that consist of it alone."""
    node = root.descendant_for_byte_range(span.start, span.end)
    while node is not None and node.parent is not None and _covers_same(node.parent, span):
        if node.parent.type == syntax.EXPRESSION_STATEMENT:
            break
        node = node.parent
    return node if node is not None and _covers_same(node, span) else None


def _covers_same(node: Node, span: Span) -> bool:
    return node.start_byte == span.start and node.end_byte == span.end
