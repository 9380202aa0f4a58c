"""Which version of Python a file may rely on: what its project states, else what the file itself uses."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from leakfix.languages.python.files import PyFile

OLDEST: Final = 8
"""The oldest minor version of Python 3 that is thought of: it is relied on where nothing states a version."""

BUILD_FILES: Final = ("pyproject.toml", "setup.cfg", "setup.py")
_LARGEST: Final = 1 << 20
_ROOT_MARKS: Final = (".git", ".hg")
_AT_LEAST: Final = re.compile(r"(>=|~=|==|>|\^)?\s*3\.(\d+)")
_STATED: Final = re.compile(r"""python_requires\s*=\s*(?:["']([^"'\n]*)["']|([^"'\n]+))""")
_NEEDS: Final = re.compile(r"python3\.(\d+)")
_TEMPLATE: Final = rb"(?:(?<!\w%b)|(?<=\W[rR]%b))[rR]?[\"']"
_USED: Final[tuple[tuple[int, str, tuple[re.Pattern[bytes], ...]], ...]] = tuple(
    (version, query, tuple(map(re.compile, looks)))
    for version, query, looks in (
        (
            14,
            '((string_start) @s (#match? @s "^[rR]?[tT]"))',
            (b"t" + _TEMPLATE % (b"t", b"t"), b"T" + _TEMPLATE % (b"T", b"T")),
        ),
        (
            12,
            "[(type_alias_statement) (type_parameter)] @s",
            (rb"\n[ \t]*+type\b", rb"def[ \t]+\w+[ \t]*\[", rb"class[ \t]+\w+[ \t]*\["),
        ),
        (11, '(except_clause "*") @s', (rb"except[ \t]*\*",)),
        (10, "(match_statement) @s", (rb"\n[ \t]*+match\b",)),
    )
)
"""What a version brought: the version, its nodes, and what stands in the bytes of files that have some."""


def stated_above(directory: Path) -> int | None:
    """Return the oldest minor version that the nearest build file above states; None when none does."""
    for parent in (directory, *directory.parents):
        for name in BUILD_FILES:
            data = read_build_file(parent / name)
            found = stated(name, data) if data is not None else None
            if found is not None:
                return found
        if any((parent / mark).exists() for mark in _ROOT_MARKS):
            break
    return None


def stated(name: str, data: bytes) -> int | None:
    """Return the oldest minor version of Python 3 that a build file asks for: 9 of `requires-python = ">=3.9"`."""
    text = data.decode("utf-8", "replace")
    if name != "pyproject.toml":
        match = _STATED.search(text)
        return _least(match[1] or match[2]) if match is not None else None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    for said in _requirements(table):
        found = _least(said)
        if found is not None:
            return found
    return None


def reaches(version: int, requires: str) -> bool:
    """Whether a minor version of Python 3 is at least what `python3.N` asks for; nothing needs none."""
    match = _NEEDS.fullmatch(requires)
    return match is None or version >= int(match[1])


def used(file: PyFile) -> int:
    """Return the least minor version that a file itself needs, as far as its statements tell."""
    from leakfix.languages.python import syntax

    data = b"\n" + file.data
    for version, query, looks in _USED:
        if any(look.search(data) for look in looks) and syntax.captures(query, file.root):
            return version
    return OLDEST


def read_build_file(path: Path) -> bytes | None:
    """Return what a build file says; None when it cannot be read or is too large."""
    try:
        if not os.path.isfile(path) or path.stat().st_size > _LARGEST:  # noqa: PTH113 (cheaper)
            return None
        return path.read_bytes()
    except OSError:
        return None


def _requirements(table: dict[str, object]) -> Iterator[str]:
    project = table.get("project")
    if isinstance(project, dict) and isinstance(project.get("requires-python"), str):
        yield project["requires-python"]
    tool = table.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    needed = poetry.get("dependencies") if isinstance(poetry, dict) else None
    if isinstance(needed, dict) and isinstance(needed.get("python"), str):
        yield needed["python"]


def _least(requirement: str) -> int | None:
    for part in requirement.split(","):
        match = _AT_LEAST.match(part.strip())
        if match is not None and (match[1] or part.strip().startswith("3")):
            return int(match[2]) + (1 if match[1] == ">" else 0)
    return None
