"""Which version of Python a file may rely on: what its project states, else what the file itself uses."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.imports import is_of_python_2

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
_AT_LEAST_2: Final = re.compile(r"(?:>=|~=|==|>|\^|~)?\s*2\.(\d+)")
_CLASSIFIED: Final = re.compile(r"Programming Language :: Python :: 2(?:\.(\d+))?\b")
_LAST_2: Final = 7
UNTOLD_2: Final = 5
"""What code is taken to run on that is of Python 2, and of nobody knows which: it may have no with statement."""
_WITH_2: Final = 6
"""The minor version of Python 2 from which on it has a with statement; the one before has it upon an import."""
_SIX: Final = "six"
_FUTURE_2: Final = frozenset(("absolute_import", "division", "print_function", "unicode_literals", "with_statement"))
"""What Python 3 does anyway: who imports it runs on Python 2."""
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
    found = (_least(said) for said in _said(name, data.decode("utf-8", "replace")))
    return next((version for version in found if version is not None), None)


def stated_2_above(directory: Path) -> int | None:
    """Return the oldest minor version of Python 2 that the nearest build file above states; None for Python 3 alone."""
    for parent in (directory, *directory.parents):
        for name in BUILD_FILES:
            data = read_build_file(parent / name)
            if data is not None and stated(name, data) is not None:
                return None
            found = stated_2(name, data) if data is not None else None
            if found is not None:
                return found
        if any((parent / mark).exists() for mark in _ROOT_MARKS):
            break
    return None


def stated_2(name: str, data: bytes) -> int | None:
    """Return the oldest minor version of Python 2 that a build file asks for, or tells that the project runs on."""
    text = data.decode("utf-8", "replace")
    asked = (_AT_LEAST_2.match(part.strip()) for said in _said(name, text) for part in said.split(","))
    told = [int(match[1]) for match in asked if match is not None]
    told = told or [int(match[1] or _LAST_2) for match in _CLASSIFIED.finditer(text) if match[1]]
    return min(told, default=_LAST_2 if _CLASSIFIED.search(text) else None)


def used_2(file: PyFile, told: int | None, *, is_stated: bool) -> int | None:
    """Return the oldest minor version of Python 2 that a file is made for, where ``told`` is what is known besides.

    Where a version of Python 3 is stated, and none of Python 2, what a file imports is a relic.
    """
    if told is None and is_stated:
        return None
    future = _futures(file)
    if told is None:
        targets = [one.target for one in file.imports_made]
        is_old = any(is_of_python_2(target) or target.split(".")[0] == _SIX for target in targets)
        return _LAST_2 if is_old or not future.isdisjoint(_FUTURE_2) else None
    return max(told, _WITH_2) if "with_statement" in future else told


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


def _futures(file: PyFile) -> set[str]:
    """What a file imports from `__future__`."""
    from leakfix.languages.python import syntax

    if b"__future__" not in file.data:
        return set()
    statements = (node for node in file.root.named_children if node.type == syntax.FUTURE_IMPORT_STATEMENT)
    return {syntax.text(name) for one in statements for name in one.children_by_field_name("name")}


def _said(name: str, text: str) -> Iterator[str]:
    """What a build file says of the versions of Python that it needs."""
    if name != "pyproject.toml":
        yield from (match[1] or match[2] for match in _STATED.finditer(text) if match[1] or match[2])
        return
    try:
        yield from _requirements(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return


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
