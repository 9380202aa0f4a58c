"""One C or C++ file as its rules see it: the file and its program."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.c.lambdas import lambdas_of

if TYPE_CHECKING:
    from leakfix.flow import Graph
    from leakfix.languages.c.files import CFile, Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Bindings
    from leakfix.languages.c.types import Types
    from leakfix.languages.c.world import World
    from leakfix.models import Models
    from leakfix.text import Source


class Analysis:
    """One file under analysis. What rules compute about it and share is kept in ``cache``."""

    def __init__(self, program: Program, file: CFile) -> None:
        self.program = program
        self.file = file
        self.cache: dict[str, object] = {}

    @property
    def source(self) -> Source:
        """The bytes of the file."""
        return self.file.source

    @property
    def world(self) -> World:
        """All files in reach."""
        return self.program.world

    @property
    def models(self) -> Models:
        """What acquires and releases."""
        return self.program.models

    @cached_property
    def standard(self) -> int | None:
        """The C++ standard as its two digits; None of C, or when nothing tells."""
        return self.world.standard(self.file)

    def units(self) -> tuple[Function, ...]:
        """The functions that are looked at: those that can be read, and call what acquires or may hand it on.

        What a lambda acquires is its own: it is a function of its own.
        """
        found: list[Function] = []
        for function in self.file.functions:
            if self.program.may_acquire(function):
                found += (function, *filter(self.program.may_acquire, lambdas_of(function)))
        return tuple(found)

    def graph(self, function: Function) -> Graph | None:
        """The flow graph of a function; None when it cannot be read."""
        return self.program.graph(function)

    def function_at(self, offset: int) -> Function | None:
        """The function that a byte offset lies in."""
        return self.file.function_at(offset)

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return self.program.bindings(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return self.program.types(function)
