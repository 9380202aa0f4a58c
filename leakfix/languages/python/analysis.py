"""One Python file as its rules see it: the file and its program."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from leakfix.languages.python import versions

if TYPE_CHECKING:
    from leakfix.flow import Graph
    from leakfix.languages.python.bindings import Bindings
    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.types import Types
    from leakfix.languages.python.world import World
    from leakfix.models import Models
    from leakfix.text import Source


class Analysis:
    """One file under analysis. What rules compute about it and share is kept in ``cache``."""

    def __init__(self, program: Program, file: PyFile) -> None:
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
    def version(self) -> int:
        """The oldest minor version of Python 3 that the file has to run on, as far as anything tells."""
        told = self.world.stated_version(self.file)
        return max(told if told is not None else 0, versions.used(self.file))

    @cached_property
    def version_2(self) -> int | None:
        """The oldest minor version of Python 2 that the file has to run on as well; None when it need not."""
        return self.world.version_2(self.file)

    @property
    def types(self) -> Types:
        """The meaning of the file's names and expressions."""
        return self.world.types(self.file)

    def units(self) -> tuple[Function, ...]:
        """The functions that are looked at: those that can be read, and call what acquires or may hand it on."""
        return tuple(function for function in self.file.functions if self.program.may_lose(function))

    def graph(self, function: Function) -> Graph | None:
        """The flow graph of a function; None when it cannot be read."""
        return self.program.graph(function)

    def function_at(self, offset: int) -> Function:
        """The innermost function that a byte offset lies in; the code of the module when it lies in none."""
        return self.file.function_at(offset)

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return self.program.bindings(function)
