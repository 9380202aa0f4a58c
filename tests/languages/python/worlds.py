"""Small projects on disk, and what their calls call."""

from collections.abc import Mapping
from pathlib import Path

from leakfix.languages.python import syntax
from leakfix.languages.python.adapter import LANGUAGE
from leakfix.languages.python.files import PyFile
from leakfix.languages.python.types import Types
from leakfix.languages.python.world import World
from leakfix.models import Models

MODELS = Models.load("python")


def project(directory: Path, files: Mapping[str, str]) -> World:
    """A world of all files of a project, which are written out."""
    for name, code in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    listed = [(str(directory / name), code.encode()) for name, code in files.items()]
    return World(LANGUAGE.survey(listed, MODELS), MODELS)


def single(code: str) -> tuple[World, PyFile]:
    """A world of one file in no package."""
    world = World(None, MODELS)
    return world, world.file("/nowhere/fixture.py", code.encode())


def symbols(world: World, file: PyFile) -> dict[str, str | None]:
    """What each call in a file calls, by the source of what is called."""
    types = Types.of_file(world, file)
    calls = syntax.captures("(call) @c", file.root).get("c", [])
    return {syntax.text(syntax.callee(call)): types.callee(call).symbol for call in calls}


def called(code: str) -> dict[str, str | None]:
    """What each call in a program of one file calls."""
    return symbols(*single(code))


def classes(code: str, name: str) -> list[str | None]:
    """The classes of all values that are passed to the calls of a name, in order."""
    world, file = single(code)
    types = Types.of_file(world, file)
    calls = syntax.captures("(call) @c", file.root).get("c", [])
    return [
        types.of(node)
        for call in calls
        if syntax.callee(call).text == name.encode()
        for node in syntax.positional(call)
    ]
