"""Goroutines that a function leaves behind, stuck at a channel of its own: what is found, with the nodes around it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.detectors.blocking import stuck
from leakfix.flow.channels import Act, Meet, following
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing, operation
from leakfix.languages.go.channels import ends_process, nests
from leakfix.languages.go.statements import statement_of
from leakfix.rules.finding import Confidence, Finding, Severity, Step
from leakfix.rules.go.repair import RefusalError
from leakfix.rules.go.ticker_scene import Scene
from leakfix.text import Span
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.blocking import Stuck
    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.channel_shared import Site
    from leakfix.languages.go.channels import Made, Nest
    from leakfix.languages.go.scopes import Bindings
    from leakfix.rules.finding import Fix, Refusal
    from leakfix.rules.rule import Rule
    from leakfix.text import Source


@individual
class Blocked:
    """A channel at which goroutines can get stuck, and where: all of them send, or all receive."""

    analysis: Analysis
    nest: Nest
    number: int
    waits: tuple[Stuck, ...]

    @property
    def made(self) -> Made:
        """The channel."""
        return self.nest.made[self.number]

    @property
    def name(self) -> str:
        """The name of the channel."""
        return self.made.variable.name

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.analysis.source

    @property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.nest.function)

    @cached_property
    def scene(self) -> Scene:
        """The function that makes the channel."""
        return Scene(self.analysis, self.nest.function, self.nest.owner)

    @cached_property
    def statement(self) -> Node | None:
        """The statement that makes the channel."""
        return statement_of(self.made.make)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Where goroutines get stuck, each place once, in order."""
        found: dict[tuple[str, int], Site] = {}
        for wait in self.waits:
            site = self.site(wait)
            if site is not None:
                found.setdefault((site.function.file.source.path, site.node.start_byte), site)
        return tuple(found[key] for key in sorted(found))

    def site(self, wait: Stuck) -> Site | None:
        """Where in the source somebody waits."""
        return self.nest.shared.sites.get((wait.step, wait.channel))

    @cached_property
    def left(self) -> tuple[Span, ...]:
        """Where the function leaves with a goroutine stuck, in order."""
        return tuple(sorted({wait.left for wait in self.waits if wait.left is not None}))

    def is_in_loop(self, node: Node) -> bool:
        """Whether a loop of the function stands around a node."""
        at = node.parent
        while at is not None and at != self.nest.owner:
            if at.kind_id == syntax.FOR_STATEMENT:
                return True
            at = at.parent
        return False

    def uses(self, doing: Doing) -> Iterator[Node]:
        """What the top-level function itself does with the channel, goroutines in it included."""
        for use in self.bindings.uses(self.made.variable):
            does = operation(use)
            if does.doing is doing:
                yield does.node

    def acts(self, process: int, act: Act) -> set[int]:
        """The steps at which a process itself does something with the channel."""
        net = self.nest.shared.net
        found: set[int] = set()
        seen, waiting = set(), [net.processes[process].entry]
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            step = net.steps[at]
            if isinstance(step, Meet) and any(way.act is act and way.channel == self.number for way in step.ways):
                found.add(at)
            waiting.extend(following(step))
        return found

    @property
    def processes(self) -> range:
        """The goroutines."""
        return range(1, len(self.nest.shared.net.processes))


def blocked(analysis: Analysis, act: Act) -> tuple[Blocked, ...]:
    """The channels of a file at which somebody can get stuck in this way, in order."""
    known = analysis.cache.get("blocked")
    if not isinstance(known, tuple):
        known = analysis.cache["blocked"] = tuple(_blocked(analysis))
    return tuple(case for case in known if case.waits[0].act is act)


def _blocked(analysis: Analysis) -> Iterator[Blocked]:
    for nest in nests(analysis):
        found = stuck(nest.shared.net)
        if found and ends_process(analysis, nest):
            continue
        for number in range(len(nest.made)) if found else ():
            for act in (Act.SEND, Act.RECEIVE):
                waits = tuple(wait for wait in found if wait.channel == number and wait.act is act)
                waits = tuple(wait for wait in waits if wait.sure) or waits
                if waits:
                    yield Blocked(analysis, nest, number, waits)


def report(
    rule: Rule[Analysis],
    case: Blocked,
    message: str,
    fixes: tuple[Fix, ...],
    refusal: Refusal | None,
    *,
    span: Span | None = None,
) -> Finding:
    """The finding where the channel is made, or at ``span``."""
    make = case.made.make
    return Finding.at(
        case.source,
        span if span is not None else Span(make.start_byte, make.end_byte),
        rule=rule.id,
        function=case.nest.function.name,
        message=message,
        severity=Severity.INFO if case.analysis.file.is_test else rule.severity,
        confidence=_confidence(case),
        trace=tuple(dict.fromkeys(_trace(case))),
        fixes=fixes,
        refusal=refusal,
    )


def _confidence(case: Blocked) -> Confidence:
    if not any(wait.sure for wait in case.waits):
        return Confidence.LOW
    return Confidence.MEDIUM if case.made.channel.unknown_senders else Confidence.HIGH


def _trace(case: Blocked) -> Iterator[Step]:
    path, source = case.source.path, case.source
    yield Step(path, source.line(case.made.make.start_byte), f"{case.name} is made here")
    does = "sends" if case.waits[0].act is Act.SEND else "waits"
    for site in case.sites:
        file = site.function.file.source
        yield Step(file.path, file.line(site.node.start_byte), f"the goroutine {does} here")
    nobody = "receives" if case.waits[0].act is Act.SEND else "sends or closes"
    for span in case.left[:1]:
        yield Step(path, source.line(span.start), f"the function leaves here, and nobody {nobody} any more")


def check_predeclared(case: Blocked, *names: str) -> None:
    """Raise `RefusalError` when predeclared functions that a form writes mean something else in the function."""
    declared = {variable.name for variable in case.bindings.variables} | case.analysis.file.imports.keys()
    taken = [name for name in names if name in declared or case.analysis.file.package.lookup(name) is not None]
    if taken:
        raise RefusalError("name-taken", f"{taken[0]} is not the predeclared function here")


def owner_literal(case: Blocked, site: Site) -> Node | None:
    """The literal that a goroutine runs, if the site stands directly in one of this function."""
    runs = case.nest.shared.runs
    if all(run.owner != site.owner for process, run in runs.items() if process):
        return None
    if site.function is not case.nest.function or site.owner.kind_id != syntax.FUNC_LITERAL:
        return None
    return site.owner if syntax.owner_of(site.node) == site.owner else None
