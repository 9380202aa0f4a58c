"""One Go leak about to be mended: the nodes and names that its fixed forms are written with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.flow import Place
from leakfix.languages.go import syntax
from leakfix.languages.go.obligations import assigned_to
from leakfix.languages.go.statements import header_of, node_at, statement_of
from leakfix.languages.go.types import Array, Basic, Struct, has_method, selection, underlying
from leakfix.rules.finding import RefusalError as RefusalError
from leakfix.rules.go.context_values import Seed
from leakfix.rules.go.contexts import Dependents
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.detectors.losses import Leak, Loss
    from leakfix.languages.go.analysis import Analysis, Unit
    from leakfix.languages.go.scopes import Bindings, Variable
    from leakfix.languages.go.types import Type
    from leakfix.models import Resource
    from leakfix.text import Source, Span


_ASSIGNING = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT, syntax.VAR_SPEC})


@record
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
        """The declaration that the leak is in."""
        return self.unit.function.node

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

    @property
    def resource(self) -> Resource | None:
        """The model of the resource; None for a type of the project."""
        return self.analysis.models.find_resource(self.leak.site.obligation.resource)

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
        return self.unit.graph.describe(self.place(loss))

    def place(self, loss: Loss | None = None) -> Place:
        """The place that a release names, at a loss or where the resource is acquired. Raises `RefusalError`."""
        holders = [place for place in self._holders(loss) if not place.weak]
        if not holders:
            raise RefusalError("no-owner", "no variable of the function names the resource where it is lost")
        for place in holders:
            if self._has_release(place):
                return place
        name = self.unit.graph.describe(holders[0])
        raise RefusalError("no-owner", f"the type of {name} has no method that releases the resource")

    @property
    def has_typed_holder(self) -> bool:
        """Whether some variable that holds the resource, if any does, is of a type with the releasing method.

        A variable of another type may hold other things on other paths, and the ways there are often guarded.
        """
        holders = list(self._holders(None))
        return not holders or any(map(self._has_release, holders))

    def _holders(self, loss: Loss | None) -> Iterator[Place]:
        if loss is not None:
            yield from loss.holders
            return
        assigned = self._assigned_place()
        if assigned is not None:
            yield assigned
        for each in self.leak.losses:
            yield from each.holders

    def _assigned_place(self) -> Place | None:
        """The variable that the acquisition assigns the resource to."""
        target = self.targets[self.result] if 0 <= self.result < len(self.targets) else None
        variable = self.bindings.variable(target) if target is not None else None
        return Place(variable.declaration.start_byte) if variable is not None else None

    def _has_release(self, place: Place) -> bool:
        """Whether the type of a place has the releasing method; an unknown type has."""
        releases = self.leak.site.obligation.releases
        if not releases or releases[0] == "()":
            return True
        of = self.type_at(place)
        *path, method = releases[0].split(".")
        for name in path:
            found = selection(of, name)
            of = found.type if found is not None else None
        return has_method(of, method) is not False

    def type_at(self, place: Place) -> Type | None:
        """The type of what a place names, if it is known."""
        variables = (v for v in self.bindings.variables if v.declaration.start_byte == place.root)
        variable = next(variables, None)
        of = self.analysis.types(self.unit.function).variable(variable) if variable is not None else None
        for name in place.path:
            found = selection(of, name)
            of = found.type if found is not None else None
        return of

    def unless_nil(self, name: str, of: Type | None) -> str:
        """The condition that there is something to release. Raises `RefusalError` where a value is never nil."""
        if isinstance(underlying(of), Struct | Array | Basic):
            raise RefusalError(
                "nil-guard", f"{name} is never nil, and does not tell whether there is anything to release"
            )
        return f"{name} != nil"

    @property
    def waits(self) -> bool:
        """Whether the release waits for something to end by itself."""
        releases = self.leak.site.obligation.releases
        return bool(releases) and releases[0].endswith("Wait")

    def release(self, name: str) -> str:
        """The call that releases what ``name`` holds."""
        if not self.leak.site.obligation.releases:
            return self._release_by_function(name)
        first = self.leak.site.obligation.releases[0]
        resource = self.resource
        arguments = ", ".join(resource.arguments) if resource is not None else ""
        self._check_imports(resource.arguments if resource is not None else ())
        if first == "()":
            return f"{name}({arguments})"
        return f"{name}.{first}({arguments})"

    def _release_by_function(self, name: str) -> str:
        """The call of a function that releases its argument, if the file imports its package."""
        if self.error is None:
            raise RefusalError("unresolved", f"whether {name} holds anything is not known without the error")
        for release in self.analysis.models.releasing_functions(self.leak.site.obligation.resource):
            package, _, function = release.symbol.rpartition(".")
            for local, path in self.analysis.file.imports.items():
                if path == package and release.argument == 0 and not release.convert:
                    return f"{local}.{function}({name})"
        raise RefusalError("import", "the file does not import the package whose function releases it")

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


def _covers(node: Node, span: Span) -> bool:
    return node.start_byte <= span.start and span.end <= node.end_byte
