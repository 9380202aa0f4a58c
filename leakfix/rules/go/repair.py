"""One Go leak about to be mended: the nodes and names that its fixed forms are written with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.languages.go.obligations import assigned_to
from leakfix.languages.go.statements import header_of, node_at, statement_of
from leakfix.rules.go.contexts import Dependents, Seed

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.detectors.lifecycle import Leak, Loss
    from leakfix.flow import Place
    from leakfix.languages.go.analysis import Analysis, Unit
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type
    from leakfix.models import Resource
    from leakfix.text import Source, Span


class RefusalError(Exception):
    """A form that cannot be written exactly here: ``code`` names the reason, ``reason`` tells it in a sentence."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


_ASSIGNING = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT, syntax.VAR_SPEC})


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

    @cached_property
    def bindings(self) -> Bindings:
        """The variables of the function."""
        return self.analysis.bindings(self.unit.function)

    @cached_property
    def call(self) -> Node:
        """The acquiring call."""
        node = node_at(self.root, self.leak.site.span)
        while node is not None and node.kind_id != syntax.CALL_EXPRESSION:
            node = next((child for child in node.named_children if _covers(child, self.leak.site.span)), None)
        if node is None:
            raise RefusalError("unresolved", "the acquiring call was not found again in the file")
        return node

    @cached_property
    def statement(self) -> Node:
        """The statement of a block that makes the acquisition, be it in the header of an if, for or switch."""
        found = statement_of(self.call)
        if found is None:
            raise RefusalError("no-owner", "the acquisition is part of no statement of a block")
        return found

    @property
    def is_in_loop(self) -> bool:
        """Whether a for statement of the function stands around the acquisition."""
        node: Node | None = self.call
        while node is not None and node != self.unit.owner:
            if node.kind_id == syntax.FOR_STATEMENT:
                return True
            node = node.parent
        return False

    @cached_property
    def header(self) -> Node | None:
        """The part of the statement's header that makes the acquisition."""
        return header_of(self.call, self.statement)

    @cached_property
    def assignment(self) -> Node | None:
        """The assignment or declaration that the call's results go to, when they go there as they are."""
        node = self.call.parent
        while node is not None and node.kind_id in (syntax.EXPRESSION_LIST, syntax.PARENTHESIZED_EXPRESSION):
            node = node.parent
        return node if node is not None and node.kind_id in _ASSIGNING else None

    @cached_property
    def targets(self) -> list[Node]:
        """What the results are assigned to, in order."""
        return assigned_to(self.call)

    @property
    def result(self) -> int:
        """Which result of the call is the resource; -1 when the call makes its receiver own something."""
        return self.leak.site.result

    @cached_property
    def resource(self) -> Resource | None:
        """The model of the resource; None for a type of the project."""
        known = {resource.name: resource for resource in self.analysis.models.resources()}
        return known.get(self.leak.site.obligation.resource)

    @cached_property
    def error(self) -> Variable | None:
        """The variable that takes the call's error."""
        index = self.leak.site.error_result
        return self.bindings.variable(self.targets[index]) if index is not None and index < len(self.targets) else None

    @property
    def reports_error(self) -> bool:
        """Whether the acquisition can fail, by returning an error."""
        return self.leak.site.error_result is not None

    @cached_property
    def dependents(self) -> Dependents | None:
        """What lives only until the release: all that is derived from a context; None for other resources."""
        if self.leak.site.obligation.family != "cancel":
            return None
        seed = Seed(self.call, self.result)
        return Dependents(self.analysis.program, self.unit.function, self.unit.owner, seed)

    def type_of(self, node: Node) -> Type | None:
        """The type of an expression of the function."""
        return self.analysis.types(self.unit.function).of(node)

    def holder(self, loss: Loss | None = None) -> str:
        """How the source names what holds the resource, at a loss or where it is acquired."""
        place = loss.holder if loss is not None else self._first_holder()
        if place is None or "[]" in place.path:
            raise RefusalError("no-owner", "no variable of the function names the resource where it is lost")
        return self.unit.graph.describe(place)

    def release(self, name: str) -> str:
        """The call that releases what ``name`` holds."""
        first = self.leak.site.obligation.releases[0]
        resource = self.resource
        arguments = ", ".join(resource.arguments) if resource is not None else ""
        self._check_imports(resource.arguments if resource is not None else ())
        if first == "()":
            return f"{name}({arguments})"
        return f"{name}.{first}({arguments})"

    def _check_imports(self, arguments: tuple[str, ...]) -> None:
        """The packages that the arguments of a release name must be imported under their own names."""
        for argument in arguments:
            package = argument.partition(".")[0] if "." in argument else ""
            if package and package not in self.analysis.file.imports:
                raise RefusalError("import", f"releasing needs {argument}, and the file does not import {package}")

    def is_visible(self, place: Place, at: Node) -> bool:
        """Whether the name of a place means the same variable at ``at``."""
        name = self.unit.graph.names.get(place.root, "")
        variable = self.bindings.locals_at(at).get(name)
        return variable is not None and variable.declaration.start_byte == place.root

    def _first_holder(self) -> Place | None:
        return next((loss.holder for loss in self.leak.losses if loss.holder is not None), None)


def _covers(node: Node, span: Span) -> bool:
    return node.start_byte <= span.start and span.end <= node.end_byte
