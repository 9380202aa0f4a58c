"""Where a resource is lost that is handed on otherwise: statements that may raise before, returns that forget it.

The flow graph tells of each point what has become of the resource. A stretch of code is chosen from the block of the
acquisition only where the resource is held, by its own variable, wherever anything of that stretch raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from leakfix.detectors.courses import Courses
from leakfix.detectors.losses import Status
from leakfix.flow import Place
from leakfix.languages.python import syntax
from leakfix.languages.python.lowering import lower_in_detail
from leakfix.rules.python.plainness import closes_directly, reaches, reads_all_names
from leakfix.rules.python.repair import RefusalError
from leakfix.rules.python.scenes import child_around
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.courses import Trail
    from leakfix.languages.python.variables import Variable
    from leakfix.rules.python.repair import Repair

_HANDLERS: Final = frozenset((syntax.EXCEPT_CLAUSE, "except_group_clause"))
_THROUGH: Final = frozenset((syntax.IF_STATEMENT, syntax.TRY_STATEMENT))
"""What may stand around an acquisition and behind it go on."""


@dataclass(frozen=True)
class ErrorPaths:
    """The run of statements of a block that loses the resource when it raises, and the returns that lose it."""

    repair: Repair
    variable: Variable
    block: Node
    run: tuple[Node, ...]
    """One behind the other; none where nothing but returns loses it."""
    returns: tuple[Node, ...]

    @classmethod
    def of(cls, repair: Repair, variable: Variable) -> ErrorPaths:
        """What a variable's resource is lost by. Raises `RefusalError` unless it is exactly known."""
        _check_name(repair, variable)
        courses = _courses(repair)
        block, trail = _block(repair, courses)
        tops = [child_around(block, _node(repair, point.span)) for point in trail.raised]
        found = sorted((top for top in tops if top is not None), key=lambda node: node.start_byte)
        every = syntax.statements(block)
        run = every[every.index(found[0]) : every.index(found[-1]) + 1] if found else []
        returns = [_return(repair, point.span) for point in trail.returned]
        paths = cls(repair, variable, block, tuple(run), tuple(sorted(returns, key=lambda node: node.start_byte)))
        paths.check(courses, trail)
        return paths

    def check(self, courses: Courses, trail: Trail) -> None:
        """Raise `RefusalError` where it is not surely held, by its variable, wherever the form would close it."""
        held = Place(self.variable.index)
        for point in courses.points():
            if self._is_in_run(point.span):
                self._check_fate(point.status)
                if point.status is Status.HELD and held not in point.holders:
                    raise RefusalError("reassigned", f"`{self.variable.name}` holds something else by then")
        for point in trail.returned:
            if held not in point.holders:
                raise RefusalError("reassigned", f"`{self.variable.name}` holds something else by then")
            for fate in courses.fates_at(point.span):
                self._check_fate(fate)
        if not self.repair.leak.site.obligation.idempotent and any(map(self._is_in_run, courses.takings())):
            raise RefusalError("closed-elsewhere", "who takes it over may close it and fail, and twice is an error")
        self._check_run()
        self._check_around()
        for statement in self.returns:
            self._check_return(statement)

    def _check_fate(self, fate: Status) -> None:
        if fate in (Status.BEFORE, Status.ABSENT):
            raise RefusalError("not-opened", "it may not be open there yet")
        if fate is Status.HANDED_ON:
            raise RefusalError("handed-on", "somebody else may have taken it over there, and closes it when he likes")
        if fate is Status.RELEASED and not self.repair.leak.site.obligation.idempotent:
            raise RefusalError("closed-elsewhere", "it may be closed there already, and twice is an error")

    def _is_in_run(self, span: Span) -> bool:
        return bool(self.run) and self.run[0].start_byte <= span.start and span.end <= self.run[-1].end_byte

    def _check_run(self) -> None:
        if not self.run:
            return
        start, end = self.run[0].start_byte, self.run[-1].end_byte
        inside = range(start, end)
        for binding in (*self.variable.bindings, *self.variable.deletions):
            if binding.identifier.start_byte in inside and syntax.statement_of(binding.identifier) != self.run[-1]:
                raise RefusalError("reassigned", f"`{self.variable.name}` takes something else before it is handed on")
        for statement in self.run:
            for node in syntax.walk(statement):
                if node.type == syntax.YIELD and syntax.owner_of(node) == self.repair.function.node:
                    raise RefusalError("yield", "the generator may be left where it yields, before it is handed on")
        if all(_closes_on_its_own(self, statement) for statement in self.run):
            raise RefusalError("closed-elsewhere", "a handler of the code closes it upon what it is written for")

    def _check_around(self) -> None:
        """Handlers of the function that meet what is raised must have nothing to do with the resource."""
        for outer in _compounds(self.block):
            if outer.type not in (syntax.TRY_STATEMENT, syntax.WITH_STATEMENT):
                continue
            # An else clause runs where nothing was raised.
            clauses = [one for one in syntax.named(outer) if one.type == syntax.ELSE_CLAUSE]
            for use in self._uses():
                is_apart = any(syntax.is_within(use, one) for one in (self.block, *clauses))
                if not is_apart and self._may_see(use):
                    raise RefusalError("used-behind", "a handler that may run behind, or what follows it, uses it too")

    def _check_return(self, statement: Node) -> None:
        if any(syntax.is_within(use, statement) for use in self._uses()):
            raise RefusalError("escapes", "what is returned still needs it open")
        for outer in _compounds(statement):
            if outer.type != syntax.TRY_STATEMENT or not syntax.is_within(outer, self.block):
                continue
            clauses = [one for one in syntax.named(outer) if one.type.endswith("_clause")]
            behind = [one for one in clauses if not syntax.is_within(statement, one)]
            if any(syntax.is_within(use, one) for use in self._uses() for one in behind):
                raise RefusalError("used-behind", "a clause that runs behind the return uses it too")

    def _may_see(self, use: Node) -> bool:
        """Whether a use may be of what was opened here, not of what its variable holds on other ways."""
        if self.repair.bindings.variable(use) is not self.variable:
            return True
        made = [one for one in self.variable.bindings if syntax.statement_of(one.identifier) == self.repair.statement]
        function = self.repair.function.node
        return not made or any(reaches(use, self.variable, one, function) for one in made)

    def _uses(self) -> Iterator[Node]:
        for carrier in {self.variable, *self.repair.carriers}:
            yield from self.repair.bindings.uses(carrier)


def _check_name(repair: Repair, variable: Variable) -> None:
    bindings = repair.bindings
    if repair.function.is_module or not bindings.is_own(variable) or variable.kind not in ("local", "param"):
        raise RefusalError("escapes", f"`{variable.name}` is no variable of the function itself")
    if any(bindings.is_nested(one.identifier, variable) for one in variable.bindings):
        raise RefusalError("captured", f"a function inside this one assigns `{variable.name}`")
    if reads_all_names(repair):
        raise RefusalError("dynamic-names", "names may be read here that are not written (`locals`, `eval`, `exec`)")


def _courses(repair: Repair) -> Courses:
    site = repair.leak.site
    frame = lower_in_detail(repair.unit.frame.program, repair.function)
    same = [
        number
        for number, one in enumerate(frame.graph.sites if frame is not None else ())
        if (one.span, one.result, one.obligation.resource) == (site.span, site.result, site.obligation.resource)
    ]
    courses = Courses.of(frame.graph, same[0]) if frame is not None and len(same) == 1 else None
    if courses is None:
        raise RefusalError("unresolved", "the function is too large to tell where it is held")
    return courses


def _block(repair: Repair, courses: Courses) -> tuple[Node, Trail]:
    """The innermost block in which something behind the acquisition is the last that every loss comes from."""
    block = syntax.block_of(repair.statement)
    while block is not None:
        first = child_around(block, repair.acquisition)
        assert first is not None
        start, end = first.end_byte, block.end_byte

        def is_behind(span: Span, start: int = start, end: int = end) -> bool:
            return start <= span.start and span.end <= end

        def leaves(span: Span, block: Node = block) -> bool:
            return not _is_met(repair, courses, block, span)

        trail = courses.trail(is_behind, leaves)
        if trail is not None and (trail.raised or trail.returned):
            return block, trail
        owner = next(_compounds(block), None)
        if owner is None or owner.type not in _THROUGH:
            break
        block = syntax.block_of(owner)
    raise RefusalError("outside-block", "it is lost where no statement behind the opening is to blame")


def _is_met(repair: Repair, courses: Courses, block: Node, span: Span) -> bool:
    """Whether a handler in a block meets what is raised there, or a `with` statement that may end exceptions."""
    node = _node(repair, span)
    ends = {point.span for point in courses.points()}
    for outer in _compounds(node):
        if outer == block.parent or not syntax.is_within(outer, block):
            return False
        body = syntax.field(outer, "body")
        if body is None or not syntax.is_within(node, body):
            continue
        if outer.type == syntax.WITH_STATEMENT and Span(outer.start_byte, outer.end_byte) in ends:
            return True
        if outer.type == syntax.TRY_STATEMENT and any(one.type in _HANDLERS for one in syntax.named(outer)):
            return True
    return False


def _compounds(node: Node) -> Iterator[Node]:
    """The compound statements of the function around a node, the innermost first."""
    at = node.parent
    while at is not None and at.type not in (syntax.FUNCTION_DEFINITION, syntax.LAMBDA, syntax.CLASS_DEFINITION):
        if at.type in syntax.COMPOUND_STATEMENTS:
            yield at
        at = at.parent


def _node(repair: Repair, span: Span) -> Node:
    node = repair.root.descendant_for_byte_range(span.start, span.end)
    if node is None:
        raise RefusalError("unresolved", "what raises was not found again in the file")
    return node


def _return(repair: Repair, span: Span) -> Node:
    node: Node | None = _node(repair, span)
    while node is not None and node.type != syntax.RETURN_STATEMENT:
        node = node.parent
    if node is None or (node.start_byte, node.end_byte) != (span.start, span.end):
        raise RefusalError("unresolved", "the return was not found again in the file")
    return node


def _closes_on_its_own(paths: ErrorPaths, statement: Node) -> bool:
    """Whether a statement is a try of which a handler closes the resource."""
    if statement.type != syntax.TRY_STATEMENT:
        return False
    handlers = [one for one in syntax.named(statement) if one.type == syntax.EXCEPT_CLAUSE]
    closings = [one.call for one in paths.repair.closings if closes_directly(one.call) is not None]
    return any(syntax.is_within(call, handler) for call in closings for handler in handlers)
