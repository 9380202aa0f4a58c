"""One Go file as its rules see it: the file, its program, and the graphs of the functions that acquire something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go import syntax
from leakfix.text.records import record

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.flow import Graph
    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function, World
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.scopes import Bindings
    from leakfix.languages.go.versions import Version
    from leakfix.models import Models
    from leakfix.text import Source


@record
class Unit:
    """A function declaration or literal that holds acquiring calls of its own, and its flow graph, which may be cut.

    Where nothing is lost up to the end of a graph that is cut, nothing is lost behind it.
    """

    function: Function
    owner: Node
    graph: Graph


class Analysis:
    """One file under analysis. What rules compute about it and share is kept in ``cache``."""

    def __init__(self, program: Program, file: File) -> None:
        self.program = program
        self.file = file
        self.cache: dict[str, object] = {}

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.file.source

    @property
    def world(self) -> World:
        """All packages in reach."""
        return self.program.world

    @property
    def models(self) -> Models:
        """What acquires and releases."""
        return self.program.models

    @property
    def version(self) -> Version | None:
        """The language version that the file may rely on; None when unknown."""
        return self.file.version

    def function_at(self, offset: int) -> Function | None:
        """The top-level function that a byte offset lies in."""
        return self.file.function_around(offset)

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return self.program.bindings(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return self.program.types(function)

    def graph(self, function: Function, owner: Node) -> Graph:
        """The flow graph of a declaration or of a function literal inside it."""
        return self.program.graph(function, owner)

    def units(self) -> tuple[Unit, ...]:
        """The functions and literals with acquiring calls, in order; those with syntax errors are left out."""
        known = self.cache.get("units")
        if not isinstance(known, tuple):
            known = self.cache["units"] = tuple(self._units())
        return known

    def _units(self) -> list[Unit]:
        owners: dict[int, tuple[Function, Node]] = {}
        for function in self.file.functions:
            calls = self.program.candidates(function) if self.program.may_lose(function) else ()
            for call in calls if calls and not function.has_error else ():
                owner = syntax.owner_of(call)
                if owner is None or owner.id in owners or self.program.settling.is_settled(function, call):
                    continue
                if self.program.acquires(function, call) and not self.program.ends_with_process(function, owner, call):
                    owners[owner.id] = (function, owner)
        return [
            Unit(function, owner, self.program.graph(function, owner, cut=True)) for function, owner in owners.values()
        ]
