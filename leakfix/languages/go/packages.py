"""Files, packages and the world of packages that can be reached from them: lazily read, parsed once, never built.

A package-level lookup reads root children only, and parses a file only when the name asked for is declared in it as far
as the starts of its lines tell.
"""

from leakfix.languages.go.declarations import const_specs, receiver_name, value_specs
from leakfix.languages.go.files import File
from leakfix.languages.go.lookup import Package, SnapshotPackage
from leakfix.languages.go.objects import PREDECLARED, Function, Kind, Object
from leakfix.languages.go.reading import display
from leakfix.languages.go.world import World

__all__ = [
    "PREDECLARED",
    "File",
    "Function",
    "Kind",
    "Object",
    "Package",
    "SnapshotPackage",
    "World",
    "const_specs",
    "display",
    "receiver_name",
    "value_specs",
]
