"""Everything that lowering and codemods ask about a C or C++ program: files, types, models, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.c.scopes import Bindings
from leakfix.languages.c.types import Types

if TYPE_CHECKING:
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.world import World
    from leakfix.models import Models


class Program:
    """The files in reach with what is known of their functions."""

    def __init__(self, world: World, models: Models) -> None:
        self.world = world
        self.models = models

    def bindings(self, function: Function) -> Bindings:
        """The variables of a function."""
        return Bindings.of_function(function)

    def types(self, function: Function) -> Types:
        """The types of a function's expressions."""
        return Types.of_function(self.world, function)
