"""Blocks that are resized into their only name: `p = realloc(p, n)`, which loses the block where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.losses import LossKind
from leakfix.flow import Assign, BudgetError, Copy, ExitKind, Known, Outcome, Place, Test, explore
from leakfix.flow.fates import Fate
from leakfix.flow.remembering import correlated, sources
from leakfix.languages.c import syntax
from leakfix.languages.c.files import spelling
from leakfix.rules.c.layout import node_at
from leakfix.rules.c.repair import leaks_of
from leakfix.rules.c.resized_checks import may_stop
from leakfix.text import Span
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.flow import Block, Edge, Event, Graph, Site, Step
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Variable
    from leakfix.rules.c.repair import Unit

_DEEPEST: Final = 4
_CASTS: Final = frozenset(("static_cast", "reinterpret_cast"))
_PATHS: Final = frozenset((syntax.FIELD_EXPRESSION, syntax.SUBSCRIPT_EXPRESSION, syntax.POINTER_EXPRESSION))
_PLAIN: Final = frozenset(
    (syntax.IDENTIFIER, syntax.FIELD_IDENTIFIER, syntax.THIS, syntax.NUMBER_LITERAL, syntax.CHAR_LITERAL)
)


@record
class Resize:
    """An assignment of a resized block to the place that held it."""

    analysis: Analysis
    unit: Unit
    site: Site
    call: Node
    assignment: Node
    target: Node
    may_fail: bool
    """Whether the call gives null where it could not resize, rather than to end the process."""
    sizes: tuple[Node, ...]
    """The other arguments of the call."""
    variable: Variable | None
    """The variable, where the place is one, whole."""

    @property
    def function(self) -> Function:
        """The function that it is in."""
        return self.unit.function

    @property
    def place(self) -> str:
        """The place as the source spells it."""
        return syntax.text(self.target)


def resizes(analysis: Analysis, unit: Unit) -> Iterator[Resize]:
    """The assignments of a function that take what a call resized from the very place that is assigned."""
    for site in unit.graph.sites:
        call = node_at(analysis.file.root, site.span)
        if call is None or call.type != syntax.CALL_EXPRESSION or site.place.root >= 0 or site.place.path:
            continue
        found = _resize(analysis, unit, site, call)
        if found is not None:
            yield found


def resized_spans(analysis: Analysis, unit: Unit) -> frozenset[Span]:
    """Where the function assigns what is resized to its own place."""
    return frozenset(Span(one.assignment.start_byte, one.assignment.end_byte) for one in resizes(analysis, unit))


def losing_exit(resize: Resize) -> Span | None:
    """Where the function is left, without the block, when it could not be resized; None when that never happens.

    It does not when a failure ends the process, when another name of the block is left, or when there was none.
    """
    if not resize.may_fail or _is_copy_of_callers(resize) or may_stop(resize):
        return None
    if resize.unit.graph.ends_process or _is_zero(resize) or _has_other_name(resize):
        return None
    if _is_own(resize):
        return _lost_by(resize)
    walker = _FailureWalker(resize)
    try:
        explore(resize.unit.graph, _State(), walker.run, walker.cross)
    except BudgetError:
        return None
    return min(walker.exits, default=None)


def assigned_from(value: Node) -> Node:
    """The outermost of the casts and parentheses around a value."""
    at = value
    while (parent := at.parent) is not None:
        if parent.type in (syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
            at = parent
        elif parent.type == syntax.ARGUMENT_LIST and parent.parent is not None and _is_cast(parent.parent):
            at = parent.parent
        else:
            break
    return at


def root_of(target: Node) -> Node | None:
    """The identifier, or `this`, that a place starts from."""
    at: Node | None = target
    while at is not None and at.type in (*_PATHS, syntax.PARENTHESIZED_EXPRESSION, syntax.CAST_EXPRESSION):
        if at.type == syntax.PARENTHESIZED_EXPRESSION:
            at = next(iter(syntax.named(at)), None)
        else:
            at = at.child_by_field_name("argument") or at.child_by_field_name("value")
    return at


def _resize(analysis: Analysis, unit: Unit, site: Site, call: Node) -> Resize | None:
    value = assigned_from(call)
    assignment = value.parent
    if assignment is None or assignment.type != syntax.ASSIGNMENT_EXPRESSION:
        return None
    operator, target = assignment.child_by_field_name("operator"), assignment.child_by_field_name("left")
    if operator is None or operator.type != "=" or target is None or assignment.child_by_field_name("right") != value:
        return None
    target = syntax.unparen(target)
    arguments = call.child_by_field_name("arguments")
    given = syntax.named(arguments) if arguments is not None else []
    position = _resized_argument(analysis, unit.function, site, call)
    if position is None or position >= len(given) or not _is_steady(target):
        return None
    old = given[position]
    while old.type in (syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
        old = old.child_by_field_name("value") or syntax.unparen(old)
    if _spelled(old) != _spelled(target) or any(_changes(one, target) for one in given):
        return None
    bindings = analysis.bindings(unit.function)
    variable = bindings.variable(target) if target.type == syntax.IDENTIFIER else None
    sizes = tuple(one for index, one in enumerate(given) if index != position)
    may_fail = not _may_end(analysis, unit.function, site.symbol, 0)
    return Resize(analysis, unit, site, call, assignment, target, may_fail, sizes, variable)


def _resized_argument(analysis: Analysis, function: Function, site: Site, call: Node) -> int | None:
    """The position of what a call releases only if it gives something back; None of any other call."""
    called = call.child_by_field_name("function")
    name = spelling(called).rpartition("::")[2] if called is not None else ""
    if name != site.symbol.rpartition("::")[2]:
        return None
    release = analysis.models.release(site.symbol)
    if release is not None:
        return release.argument if release.unless == "null" and analysis.models.acquires(site.symbol) else None
    callee = analysis.world.function(site.symbol, function.file, function.namespaces)
    summary = analysis.program.summary(callee) if callee is not None else None
    if callee is None or summary is None:
        return None
    for position in range(len(callee.params)):
        effects = summary.of(position)
        fates = dict(effects.fates).get((), ()) if effects is not None else ()
        kept = [effect.facts for effect in fates if effect.fate is Fate.HELD and effect.returned is None]
        if any(effect.fate is Fate.RELEASED for effect in fates) and kept and all(((), Outcome.NIL) in f for f in kept):
            return position
    return None


def _may_end(analysis: Analysis, function: Function, symbol: str, depth: int) -> bool:
    """Whether a function of the project ends the process on some way: where memory has run out, and size 0 has not."""
    callee = analysis.world.function(symbol, function.file, function.namespaces)
    graph = analysis.graph(callee) if callee is not None and depth <= _DEEPEST else None
    if callee is None or graph is None or analysis.models.release(symbol) is not None:
        return False
    if any(block.exit is not None and block.exit.kind is ExitKind.STOP for block in graph.blocks):
        return True
    calls = [node for node in syntax.walk(callee.body) if node.type == syntax.CALL_EXPRESSION]
    called = [node.child_by_field_name("function") for node in calls]
    if any(one is not None and analysis.models.never_returns(syntax.text(one)) for one in called):
        # A macro of that name may hide that it does not.
        return True
    return any(_may_end(analysis, callee, site.symbol, depth + 1) for site in graph.sites)


def _is_copy_of_callers(resize: Resize) -> bool:
    """Whether the place is a parameter, or a field of one, that the caller has the original of."""
    at: Node | None = resize.target
    while at is not None and at.type in (syntax.FIELD_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
        if any(child.type == "->" for child in at.children):
            return False
        at = at.child_by_field_name("argument") or next(iter(syntax.named(at)), None)
    variable = resize.analysis.bindings(resize.function).variable(at) if at is not None else None
    return variable is not None and variable.kind == "param" and not _is_reference(variable)


def _is_own(resize: Resize) -> bool:
    """Whether only what the function itself acquired can be in the place, so that the detector followed it."""
    root = root_of(resize.target)
    variable = resize.analysis.bindings(resize.function).variable(root) if root is not None else None
    if variable is None or variable.kind != "local":
        return False
    if resize.variable is not None:
        return not _is_reference(variable)
    steps = variable.declarator.steps if variable.declarator is not None else ()
    return not steps


def _lost_by(resize: Resize) -> Span | None:
    """Where the detector saw the block lost."""
    span = Span(resize.assignment.start_byte, resize.assignment.end_byte)
    for unit, leak in leaks_of(resize.analysis):
        if unit.function is not resize.function:
            continue
        for loss in leak.losses:
            is_unnamed = not loss.holders and not leak.site.discarded and loss.span.start >= resize.call.end_byte
            if (is_unnamed and _comes_from(resize, leak.site)) or (
                loss.kind is LossKind.OVERWRITTEN and loss.span == span
            ):
                return loss.span
    return None


def _comes_from(resize: Resize, site: Site) -> bool:
    """Whether what a site acquires may be in the variable."""
    if resize.variable is None:
        return False
    found = {site.place.root}
    copies = [event for event in resize.unit.graph.events() if isinstance(event, Copy)]
    while True:
        added = {copy.target.root for copy in copies if copy.source.root in found and copy.target.root not in found}
        if not added:
            return resize.variable.index in found
        found |= added


@record
class _State:
    failed: bool = False
    facts: frozenset[Test] = frozenset()


class _FailureWalker:
    """Follows the ways on which a call gave null to where they leave the function."""

    def __init__(self, resize: Resize) -> None:
        graph: Graph = resize.unit.graph
        self.place = resize.site.place
        self.span = Span(resize.assignment.start_byte, resize.assignment.end_byte)
        targets = {event.place for event in graph.events() if isinstance(event, Assign) and event.span == self.span}
        self.targets = targets - {self.place}
        self.remembered = sources(graph, correlated(graph) | self.targets | {self.place})
        self.exits: set[Span] = set()

    def run(self, step: Step[_State], block: Block) -> _State | None:
        state = step.state
        for event in block.events:
            state = self._event(state, event)
        if block.exit is None:
            return state
        if state.failed and block.exit.kind in (ExitKind.RETURN, ExitKind.END):
            self.exits.add(block.exit.span)
        return None

    def cross(self, edge: Edge, state: _State) -> _State | None:
        facts = state.facts
        for test in edge.tests:
            if Test(test.place, test.outcome.opposite) in facts:
                return None
            if test.place in self.remembered:
                facts |= {test}
        return state if facts == state.facts else _State(state.failed, facts)

    def _event(self, state: _State, event: Event) -> _State:
        if isinstance(event, Assign):
            facts = frozenset(fact for fact in state.facts if not event.place.holds(fact.place))
            value = event.value
            if state.failed and event.span == self.span and event.place in self.targets:
                value = Outcome.NIL
            if value is not None and event.place in self.remembered:
                facts |= {Test(event.place, value)}
            return _State(state.failed, facts)
        if isinstance(event, Known):
            failed = state.failed or (event.place == self.place and event.value is Outcome.NIL)
            facts = state.facts | {Test(event.place, event.value)} if event.place in self.remembered else state.facts
            return _State(failed, facts)
        if isinstance(event, Copy):
            told = {
                Test(
                    Place(event.target.root, event.target.path + fact.place.path[len(event.source.path) :]),
                    fact.outcome,
                )
                for fact in state.facts
                if event.source.holds(fact.place)
            }
            told = {test for test in told if test.place in self.remembered}
            return _State(state.failed, state.facts | told) if told else state
        return state


def _has_other_name(resize: Resize) -> bool:
    """Whether the function gave what the place holds another name before, or takes it from one."""
    wanted = _spelled(resize.target)
    variable = resize.variable
    if variable is not None and variable.kind == "local":
        return False
    for node in syntax.walk(resize.function.body):
        if node.type == syntax.ASSIGNMENT_EXPRESSION:
            target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        elif node.type == syntax.INIT_DECLARATOR:
            target, value = node.child_by_field_name("declarator"), node.child_by_field_name("value")
        else:
            continue
        if target is None or value is None or node == resize.assignment:
            continue
        if _spelled(_uncast(value)) == wanted and node.start_byte < resize.call.start_byte:
            return True
        if _spelled(target) == wanted and _uncast(value).type in (syntax.IDENTIFIER, *_PATHS):
            return True
    return False


def _uncast(value: Node) -> Node:
    while value.type in (syntax.CAST_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION):
        inner = value.child_by_field_name("value") or syntax.unparen(value)
        if inner == value:
            break
        value = inner
    return value


def _is_zero(resize: Resize) -> bool:
    """Whether the new size is written as 0, which is a way to release."""
    return any(syntax.text(one).rstrip("uUlL") == "0" for one in resize.sizes)


def _is_reference(variable: Variable) -> bool:
    return variable.declarator is not None and any(step.startswith("&") for step in variable.declarator.steps)


def _is_steady(target: Node) -> bool:
    """Whether a place may be named several times: nothing happens when it is evaluated."""
    return all(
        node.type in _PATHS
        or node.type in _PLAIN
        or node.type in (syntax.PARENTHESIZED_EXPRESSION, syntax.BINARY_EXPRESSION, "subscript_argument_list")
        for node in syntax.walk(target)
        if node.is_named
    ) and (target.type == syntax.IDENTIFIER or target.type in _PATHS)


def _changes(argument: Node, target: Node) -> bool:
    """Whether evaluating an argument sets a part of what a place is named with."""
    named = {_spelled(node) for node in syntax.walk(target) if node.is_named}
    for node in syntax.walk(argument):
        if node.type in (syntax.ASSIGNMENT_EXPRESSION, syntax.UPDATE_EXPRESSION):
            changed = node.child_by_field_name("left") or node.child_by_field_name("argument")
            if changed is None or _spelled(syntax.unparen(changed)) in named:
                return True
    return False


def _is_cast(call: Node) -> bool:
    called = call.child_by_field_name("function")
    return called is not None and called.type == syntax.TEMPLATE_FUNCTION and spelling(called) in _CASTS


def _spelled(node: Node) -> str:
    return "".join(syntax.text(node).split())
