"""The shape of a function literal that takes the place of a loop's body: its results, and what follows its call."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from tree_sitter import Node

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import Exit, Jump
from leakfix.languages.go.closures_results import (
    Result,
    ZeroOf,
    fixed_columns,
    names_in,
    results_of,
    returned,
    zero_value,
)
from leakfix.languages.go.packages import File
from leakfix.languages.go.scopes import Bindings
from leakfix.text.records import record

_WAYS_AT_MOST: Final = 3
_FLAGS: Final = {
    "return": ("done", "finished", "returned"),
    "break": ("stop", "halt", "stopped"),
    "jump": ("next", "leave", "onward"),
}


@record
class Site:
    """What is to be wrapped: the body of ``loop`` from its top-level statement ``first`` on, inside of ``function``."""

    file: File
    bindings: Bindings
    function: Node
    loop: Node
    first: Node
    is_error: Callable[[Node, Node], bool]
    """Whether an expression (the first node) of a return statement (the second) is an error that is not nil."""
    zero_of: ZeroOf
    """The zero value of a named type."""
    result_name: str = ""
    """The name that the literal's error result must have because a deferred function in the body sets it."""


@record
class Obstacle:
    """Why a site cannot be wrapped exactly: a refusal's code, its sentence and the node that stands in the way."""

    code: str
    reason: str
    node: Node


class ObstructedError(Exception):
    """Raised where planning or rewriting meets an obstacle."""

    def __init__(self, code: str, reason: str, node: Node) -> None:
        """Carry the obstacle out."""
        super().__init__(reason)
        self.obstacle = Obstacle(code, reason, node)


@record
class Route:
    """A way out of the literal other than the next round: what tells of it, the jumps that take it, what it does."""

    flag: str
    exits: tuple[Exit, ...]
    action: str


@record
class Plan:
    """The literal's routes; ``columns`` are the positions of the function's results that it hands out as ``names``."""

    routes: tuple[Route, ...] = ()
    by_error: bool = False
    """The first route is told by an error that is not nil, and has no flag."""
    columns: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()
    result_name: str = ""

    @property
    def flagged(self) -> tuple[Route, ...]:
        """The routes that a flag tells of, in the order of the flags."""
        return self.routes[1:] if self.by_error else self.routes

    @property
    def head(self) -> str:
        """The line before the moved statements."""
        if not self.routes:
            return "func() {"
        bound = ", ".join([*(route.flag for route in self.flagged), *self.names])
        return f"if {bound} := func() {self._results()} {{"

    def tail(self, last: str) -> list[str]:
        """The lines behind the moved statements, the first of which may be a last statement of the literal."""
        lines = [f"\t{last}"] if last else []
        if not self.routes:
            return [*lines, "}()"]
        opening = "}(); "
        for route in self.routes:
            told = f"{self.names[-1]} != nil" if self.by_error and route is self.routes[0] else route.flag
            lines += [f"{opening}{told} {{", f"\t{route.action}"]
            opening = "} else if "
        return [*lines, "}"]

    def answer(self, route: Route | None, values: Sequence[str] | None = None) -> str:
        """The return statement that takes a route; None stands for the next round."""
        given = self.zeros if values is None else values
        return f"return {', '.join([*self.flags(route), *given])}".rstrip()

    def flags(self, route: Route | None) -> list[str]:
        """The values of the flags that tell of a route."""
        return ["true" if other is route else "false" for other in self.flagged]

    def route_of(self, leave: Exit) -> Route | None:
        """The route that a jump takes; None when it goes on to the next round."""
        for route in self.routes:
            if route.exits and (leave.jump, leave.target) == (route.exits[0].jump, route.exits[0].target):
                return route
        return None

    def _results(self) -> str:
        types = [*("bool" for _ in self.flagged), *self.types]
        if self.result_name:
            names = [*(route.flag for route in self.flagged), self.result_name]
            types = [f"{name} {kind}" for name, kind in zip(names, types, strict=True)]
        return f"({', '.join(types)})" if len(types) > 1 or self.result_name else types[0]


def plan(site: Site, leaving: Sequence[Exit]) -> Plan:
    """The literal for the jumps that leave a site. Raises ObstructedError."""
    returns = tuple(leave for leave in leaving if leave.jump is Jump.RETURN)
    groups = _jumps(site, leaving)
    if len(groups) + bool(returns) > _WAYS_AT_MOST:
        raise ObstructedError("label", "the body is left in too many ways", site.loop)
    names = _Names(site)
    if not returns:
        if site.result_name and leaving:
            raise ObstructedError(
                "named-result", "the deferred function sets a result that a jump would lose", site.loop
            )
        if not site.result_name:
            return Plan(tuple(_routes(groups, names)))
    return _with_results(site, returns, groups, names)


def _with_results(site: Site, returns: tuple[Exit, ...], groups: Sequence[tuple[Exit, ...]], names: "_Names") -> Plan:
    results = results_of(site.function)
    rows = [returned(leave.node) for leave in returns]
    naked = bool(results) and any(not row for row in rows)
    all_naked = naked and not any(rows)
    names_last, is_zero = partial(_lasts, site), partial(_is_zero, site)
    fixed = {} if naked else fixed_columns(rows, len(results), names_last, is_zero)
    if fixed and results[-1].text == "error" and fixed.get(len(results) - 1, site.loop).kind_id == go.IDENTIFIER:
        del fixed[len(results) - 1]
    columns = () if all_naked else tuple(at for at in range(len(results)) if at not in fixed)
    by_error = not naked and _told_by_error(site, returns, results, columns)
    if site.result_name and not by_error:
        raise ObstructedError(
            "named-result", "the deferred function sets a result, and not every return is an error", site.loop
        )
    if any("\n" in results[at].text for at in columns):
        raise ObstructedError("layout", "the type of a result is written on several lines", site.loop)
    _check_meanings(site, [results[at].type for at in columns], list(fixed.values()))
    taken = {go.text(name) for node in fixed.values() for name in names_in(node)}
    bound = names.values([results[at] for at in columns], taken, by_error=by_error)
    shown = dict(zip(columns, bound, strict=True))
    values = [shown.get(at) or go.text(fixed[at]) for at in range(len(results))] if not all_naked else []
    action = f"return {', '.join(values)}".rstrip()
    first = Route("" if by_error else names.flag("return"), returns, action)
    zeros = ["nil" if by_error else zero_value(results[at].type, site.zero_of) for at in columns]
    return Plan(
        routes=(first, *_routes(groups, names)),
        by_error=by_error,
        columns=columns,
        names=tuple(bound),
        types=tuple(results[at].text for at in columns),
        zeros=tuple(zeros),
        result_name=site.result_name,
    )


def _told_by_error(site: Site, returns: Sequence[Exit], results: Sequence[Result], columns: Sequence[int]) -> bool:
    """Whether the error alone is handed out, and never as nil."""
    if len(columns) != 1 or columns[0] != len(results) - 1 or results[-1].text != "error":
        return False
    values = [(returned(leave.node), leave.node) for leave in returns]
    return all(len(row) == len(results) and site.is_error(row[-1], statement) for row, statement in values)


def _jumps(site: Site, leaving: Sequence[Exit]) -> list[tuple[Exit, ...]]:
    """The jumps other than returns, gotos and those to the next round, grouped by where they go."""
    groups: dict[tuple[Jump, int], list[Exit]] = {}
    for leave in leaving:
        if leave.jump is Jump.RETURN or leave.target is None:
            continue
        if leave.jump is not Jump.CONTINUE or leave.target != site.loop:
            groups.setdefault((leave.jump, leave.target.id), []).append(leave)
    ordered = sorted(groups.values(), key=lambda group: group[0].target != site.loop)
    return [tuple(group) for group in ordered]


def _routes(groups: Iterable[tuple[Exit, ...]], names: "_Names") -> list[Route]:
    routes = []
    for group in groups:
        kind = "break" if group[0].jump is Jump.BREAK else "jump"
        label = next((leave.label for leave in group if leave.label), "")
        routes.append(Route(names.flag(kind), group, f"{group[0].jump.value} {label}".rstrip()))
    return routes


def _check_meanings(site: Site, types: Sequence[Node], fixed: Sequence[Node]) -> None:
    """Raise unless the names in types and fixed expressions mean the same at the head of the literal."""
    here = site.bindings.locals_at(site.first)
    for node in (*types, *fixed):
        there = site.bindings.locals_at(node)
        for name in names_in(node):
            text = go.text(name)
            known = here.get(text)
            named = known is not None and known.is_variable and node not in fixed
            if known is not there.get(text) or named:
                raise ObstructedError("name-taken", f"the name {text} means something else in the loop", site.first)


def _lasts(site: Site, value: Node) -> bool:
    """Whether an expression is a variable from outside of the body, or a constant, that is seen behind it too."""
    if value.kind_id != go.IDENTIFIER:
        return False
    name = go.text(value)
    entity = site.bindings.entity(value)
    if entity is None:
        declared = site.file.package.lookup(name, site.file)
        return declared is not None and declared.kind == "const" and name not in site.bindings.locals_at(site.first)
    return entity.is_variable and site.bindings.locals_at(site.first).get(name) is entity


def _is_zero(site: Site, value: Node) -> bool:
    """Whether an expression is a named result to which nothing is ever assigned."""
    variable = site.bindings.variable(value) if value.kind_id == go.IDENTIFIER else None
    if variable is None or variable.kind != "result" or variable.function != site.function:
        return False
    uses = site.bindings.uses(variable)
    return all(use.parent is not None and _is_only_returned(use.parent) for use in uses)


def _is_only_returned(holder: Node) -> bool:
    statement = holder.parent
    return holder.kind_id == go.EXPRESSION_LIST and statement is not None and statement.kind_id == go.RETURN_STATEMENT


class _Names:
    """Names for what the call of the literal hands out; they are seen only in the statements that follow the call."""

    def __init__(self, site: Site) -> None:
        self._own = {entity.name for entity in site.bindings.entities}
        self._given: set[str] = set()

    def flag(self, kind: str) -> str:
        wanted = _FLAGS[kind]
        return self._take(wanted, self._own)

    def values(self, results: Sequence[Result], taken: set[str], *, by_error: bool) -> list[str]:
        bound = []
        for result in results:
            if by_error or (result.text == "error" and result.name in ("", "_")):
                wanted: tuple[str, ...] = ("err",)
            else:
                wanted = (result.name,) if result.name not in ("", "_") else ("v",)
            bound.append(self._take(wanted, taken))
        return bound

    def _take(self, wanted: Sequence[str], taken: set[str]) -> str:
        """The first wanted name that is free, else one with a number."""
        candidates = [*wanted, *(f"{wanted[0]}{number}" for number in range(2, 100))]
        name = next(name for name in candidates if name not in taken and name not in self._given)
        self._given.add(name)
        return name
