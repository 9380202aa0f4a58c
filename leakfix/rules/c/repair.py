"""One C or C++ leak about to be mended: the nodes and names that its fixed forms are written with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leakfix.detectors.lifecycle import leaks
from leakfix.flow import Graph
from leakfix.languages.c import syntax
from leakfix.languages.c.evidence import given
from leakfix.languages.c.lower_frame import ELEMENT, POINTEE
from leakfix.rules.c.layout import LOOPS, node_at, statement_of
from leakfix.rules.c.member_overwrites import member_leaks
from leakfix.rules.finding import RefusalError as RefusalError
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak, Loss
    from leakfix.flow import Place
    from leakfix.languages.c.analysis import Analysis
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.scopes import Bindings, Variable
    from leakfix.languages.c.types import CType
    from leakfix.text import Source

OBJECT: Final = "object"
ARRAY: Final = "array"
"""The resources that `new` and `new[]` make."""
DESCRIPTOR: Final = "descriptor"
PAIR: Final = "pair"
"""What one function of a project makes and another one ends."""
_ASSIGNMENT: Final = syntax.ASSIGNMENT_EXPRESSION


@dataclass(frozen=True)
class Unit:
    """A function that can be read, with its flow graph, which is made when somebody asks for it."""

    analysis: Analysis
    function: Function

    @cached_property
    def graph(self) -> Graph:
        """The flow graph of the function."""
        graph = self.analysis.graph(self.function)
        return graph if graph is not None else Graph(self.function.name, Span(0, 0))


def leaks_of(analysis: Analysis) -> tuple[tuple[Unit, Leak], ...]:
    """Every lifecycle leak of a file, computed once for all rules."""
    known = analysis.cache.get("leaks")
    if not isinstance(known, tuple):
        found = ((unit, leak) for unit in open_units_of(analysis) for leak in _leaks(analysis, unit))
        known = analysis.cache["leaks"] = tuple(found)
    return known


def _leaks(analysis: Analysis, unit: Unit) -> Iterator[Leak]:
    yield from leaks(unit.graph)
    yield from member_leaks(analysis, unit.function, unit.graph)


def units_of(analysis: Analysis) -> tuple[Unit, ...]:
    """The functions of a file that may acquire something."""
    known = analysis.cache.get("units")
    if not isinstance(known, tuple):
        found = (Unit(analysis, one) for one in analysis.units() if analysis.program.is_read(one))
        known = analysis.cache["units"] = tuple(found)
    return known


def open_units_of(analysis: Analysis) -> tuple[Unit, ...]:
    """Those of them of which it takes their graph to tell whether they lose what they acquire."""
    known = analysis.cache.get("open units")
    if not isinstance(known, tuple):
        found = (one for one in units_of(analysis) if not analysis.program.loses_nothing(one.function))
        known = analysis.cache["open units"] = tuple(found)
    return known


@dataclass(frozen=True)
class Repair:
    """A leak with the nodes around its acquisition."""

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
        """The function that leaks."""
        return self.unit.function

    @property
    def resource(self) -> str:
        """The name of what leaks, as the models have it."""
        return self.leak.site.obligation.resource

    @property
    def is_object(self) -> bool:
        """Whether it was made with `new` or `new[]`."""
        return self.resource in (OBJECT, ARRAY)

    @cached_property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.function)

    @cached_property
    def acquisition(self) -> Node:
        """The expression that acquires. Raises `RefusalError`."""
        node = node_at(self.root, self.leak.site.span)
        if node is not None and node.type == syntax.EXPRESSION_STATEMENT:
            node = node.named_children[0]
        if node is None or node.type not in (syntax.CALL_EXPRESSION, syntax.NEW_EXPRESSION):
            raise RefusalError("macro", "the acquisition stands in a macro")
        return node

    @cached_property
    def is_hidden(self) -> bool:
        """Whether a macro that does more than to rename hides the acquisition."""
        try:
            called = self.acquisition.child_by_field_name("function")
        except RefusalError:
            return True
        name = syntax.text(called).removeprefix("::") if called is not None else ""
        if not name.isidentifier() or name == self.leak.site.symbol.rpartition("::")[2]:
            return False
        callee = self.analysis.types(self.function).callee(self.acquisition)
        if callee is not None and callee.kind == "function":
            return False
        macros = self.analysis.world.macros(name, self.analysis.file)
        renamed = re.compile(rb"(?:::)?" + re.escape(self.leak.site.symbol.encode()) + rb"\s*\([^;{}?]*\)")
        return any(macro.params is not None and renamed.fullmatch(macro.body) is None for macro in macros)

    @property
    def is_in_loop(self) -> bool:
        """Whether a loop of the function stands around the acquisition."""
        node: Node | None = self.root.descendant_for_byte_range(self.leak.site.span.start, self.leak.site.span.end)
        while node is not None and node != self.function.node:
            if node.type in LOOPS:
                return True
            node = node.parent
        return False

    @cached_property
    def variables(self) -> dict[int, Variable]:
        """The variables of the function by their roots."""
        return {variable.index: variable for variable in self.bindings.variables}

    def holder(self, loss: Loss) -> Variable:
        """The variable that holds the resource where it is lost, or has the field that does. Raises `RefusalError`."""
        roots = [place.root for place in loss.holders if not place.path]
        roots += [place.root for place in loss.holders if self._is_own_field(place)] if not roots else []
        plain = [self.variables[root] for root in roots if root in self.variables]
        if not plain:
            code, reason = "no-owner", "no variable of the function names the resource where it is lost"
            if loss.holders:
                code, reason = "member", "the resource is held by a member of something, which its owner may release"
            raise RefusalError(code, reason)
        found = next((one for one in plain if self.is_acquired_into(one)), plain[0])
        return next((one for one in plain if self.wraps(one)), found)

    def wraps(self, variable: Variable) -> bool:
        """Whether a variable is a stream that owns the descriptor that it was made of, and closes it."""
        if self.resource != DESCRIPTOR:
            return False
        targets = (use.parent for use in self.bindings.uses(variable) if use.parent is not None)
        values = [one.child_by_field_name("right") for one in targets if one.type == _ASSIGNMENT]
        for value in (variable.value, *values):
            called = value.child_by_field_name("function") if value is not None else None
            wrap = self.analysis.models.wrap(syntax.text(called)) if called is not None else None
            if wrap is not None and wrap.closes and wrap.fails:
                return True
        return False

    def _is_own_field(self, place: Place) -> bool:
        """Whether a place is the field of a struct on the stack that the acquisition itself fills."""
        return place == self.leak.site.place or (
            POINTEE not in place.path and ELEMENT not in place.path and self._is_assigned(place)
        )

    def _is_assigned(self, place: Place) -> bool:
        """Whether the acquisition is assigned to a place as it is."""
        parent = syntax.wrapped(self.acquisition).parent
        left = parent.child_by_field_name("left") if parent is not None else None
        target = given(left, self.bindings) if parent is not None and parent.type == _ASSIGNMENT else None
        return target is not None and (target.variable.index, target.path) == (place.root, place.path)

    def path_of(self, variable: Variable) -> tuple[str, ...]:
        """The field below a variable that holds the resource; empty where the variable itself does."""
        paths = {place.path for loss in self.leak.losses for place in loss.holders if place.root == variable.index}
        return () if () in paths or len(paths) != 1 else paths.pop()

    def expression(self, variable: Variable) -> str:
        """How what a variable or its field holds is handed to what releases it."""
        name = ".".join((variable.name, *self.path_of(variable)))
        return f"&{name}" if self.is_value(variable) else name

    def is_value(self, variable: Variable) -> bool:
        """Whether a variable is a struct on the stack that owns what was acquired as a whole, or has one in it."""
        of = self.type_of(variable)
        is_pointer = of is None or of.is_pointer
        if self.resource == PAIR:
            # What a function gives back is no struct, though nobody may have defined its type.
            return not is_pointer and not self.path_of(variable) and not self.is_acquired_into(variable)
        resource = self.analysis.models.find_resource(self.resource)
        return not is_pointer and resource is not None and resource.in_place

    def is_acquired_into(self, variable: Variable) -> bool:
        """Whether the acquisition is assigned to a variable as it is, or writes it as its out-parameter."""
        target = target_of(self.acquisition)
        return target is not None and self.bindings.variable(target) is variable

    def type_of(self, variable: Variable) -> CType | None:
        """The type of a variable, typedefs followed."""
        types = self.analysis.types(self.function)
        found = types.variable(variable)
        return types.resolved(found) if found is not None else None

    def is_visible(self, variable: Variable, at: Node) -> bool:
        """Whether the name of a variable means it at ``at``."""
        return self.bindings.locals_at(at).get(variable.name) is variable

    def places_of(self, variable: Variable) -> Iterator[Place]:
        """The places of the graph that are a variable, whole."""
        seen = set()
        for event in self.unit.graph.events():
            place = getattr(event, "place", None)
            if place is not None and place.root == variable.index and not place.path and place not in seen:
                seen.add(place)
                yield place

    def exit_of(self, loss: Loss) -> Node:
        """The statement at which the resource is lost. Raises `RefusalError` when a macro hides it."""
        node = node_at(self.root, loss.span)
        if node is not None and self.leaves(node) and node.parent is not None:
            return node.parent
        if node is None or statement_of(node) != node:
            raise RefusalError("macro", "a macro hides the way out")
        return node

    def leaves(self, node: Node) -> bool:
        """Whether a macro that stands alone as a statement is known to return: `RETURN_FALSE;`."""
        called = node.child_by_field_name("function") if node.type == syntax.CALL_EXPRESSION else node
        if called is None or called.type != syntax.IDENTIFIER or node.parent is None:
            return False
        is_statement = node.parent.type == syntax.EXPRESSION_STATEMENT
        return is_statement and self.analysis.models.leave(syntax.text(called)) is not None


def target_of(acquisition: Node) -> Node | None:
    """The identifier that the value of an expression is assigned to as it is, casts aside."""
    at = syntax.wrapped(acquisition)
    parent = at.parent
    if parent is None:
        return None
    if parent.type == syntax.ASSIGNMENT_EXPRESSION and parent.child_by_field_name("right") == at:
        left = parent.child_by_field_name("left")
        return left if left is not None and left.type == syntax.IDENTIFIER else None
    if parent.type == syntax.INIT_DECLARATOR and parent.child_by_field_name("value") == at:
        inner = parent.child_by_field_name("declarator")
        while inner is not None and inner.type == syntax.POINTER_DECLARATOR:
            inner = inner.child_by_field_name("declarator")
        return inner if inner is not None and inner.type == syntax.IDENTIFIER else None
    return None
