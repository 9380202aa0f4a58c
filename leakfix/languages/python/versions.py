"""Which version of Python a file may rely on: what its project states, else what the file itself uses."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.imports import is_of_python_2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from leakfix.languages.python.files import PyFile

OLDEST: Final = 8
"""The oldest minor version of Python 3 that is thought of: it is relied on where nothing states a version."""

BUILD_FILES: Final = ("pyproject.toml", "setup.cfg", "setup.py")
_LARGEST: Final = 1 << 20
_ROOT_MARKS: Final = (".git", ".hg")
_AT_LEAST: Final = re.compile(r"(>=|~=|==|>|\^)?\s*3(?:\.(\d+)|(?![\d.]*\d))")
_AT_LEAST_2: Final = re.compile(r"(?:>=|~=|==|>|\^|~)?\s*2\.(\d+)")
_CLASSIFIED: Final = re.compile(r"Programming Language :: Python :: 2(?:\.(\d+))?\b")
_CLASSIFIED_3: Final = re.compile(r"Programming Language :: Python :: 3\.(\d+)\b")
_ONLY_3: Final = "Programming Language :: Python :: 3 :: Only"
_LAST_2: Final = 7
_ALONE: Final = -1
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
_LOOKS_LIKE_3: Final = re.compile(
    rb"(?m:^[ \t]*+[\w.]++:[ \t])|->|:=|\b(?:async|nonlocal|from)\b|def[ \t]+\w+\([^)]*\w:|\*,|"
    + _TEMPLATE % (b"f", b"f")
    + rb"|"
    + _TEMPLATE % (b"F", b"F")
)
_ALONE_3: Final = """[
    (function_definition "async") (function_definition return_type: (_)) (typed_parameter) (typed_default_parameter)
    (assignment type: (_)) (nonlocal_statement) (named_expression) (keyword_separator)
    (raise_statement cause: (_)) (yield "from")
    ((string_start) @start (#match? @start "^[rR]?[fF]"))
] @s"""
"""What Python 2 cannot read; `_LOOKS_LIKE_3` stands in the bytes of most that have some."""


def _nobody(_: str) -> bool:
    return False


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
    said = next(_said_of_2(directory), None)
    return said if said is not None and said != _ALONE else None


def is_for_3_above(directory: Path) -> bool:
    """Whether the nearest build files above that tell of it say that the project runs on Python 3 alone."""
    return next(_said_of_2(directory), None) == _ALONE


def _said_of_2(directory: Path) -> Iterator[int]:
    """What the build files above say of Python 2, the nearest first; one for Python 3 alone counts before its like."""
    for parent in (directory, *directory.parents):
        read = ((name, read_build_file(parent / name)) for name in BUILD_FILES)
        beside = [(name, data) for name, data in read if data is not None]
        if any(is_for_3(name, data) for name, data in beside):
            yield _ALONE
        for name, data in beside:
            found = stated_2(name, data)
            if found is not None:
                yield found
        if any((parent / mark).exists() for mark in _ROOT_MARKS):
            break


def is_for_3(name: str, data: bytes) -> bool:
    """Whether a build file says that the project does not run on Python 2, by what it needs or lists."""
    if stated(name, data) is not None:
        return True
    text = data.decode("utf-8", "replace")
    listed = [int(match[1]) for match in _CLASSIFIED_3.finditer(text)]
    return _ONLY_3 in text or (stated_2(name, data) is None and min(listed, default=0) >= OLDEST)


def stated_2(name: str, data: bytes) -> int | None:
    """Return the oldest minor version of Python 2 that a build file asks for, or tells that the project runs on."""
    text = data.decode("utf-8", "replace")
    asked = (_AT_LEAST_2.match(part.strip()) for said in _said(name, text) for part in said.split(","))
    told = [int(match[1]) for match in asked if match is not None]
    told = told or [int(match[1] or _LAST_2) for match in _CLASSIFIED.finditer(text) if match[1]]
    return min(told, default=_LAST_2 if _CLASSIFIED.search(text) else None)


def used_2(file: PyFile, told: int | None, *, is_stated: bool, own: Callable[[str], bool] = _nobody) -> int | None:
    """Return the oldest minor version of Python 2 that a file is made for, where ``told`` is what is known besides.

    Where the project runs on Python 3 alone (``is_stated``), what a file imports is a relic. ``own`` tells which
    modules are the project's.
    """
    if told is None and (is_stated or not _imports_2(file, own)):
        return None
    if is_for_3_alone(file):
        return None
    if told is None:
        return _LAST_2
    return max(told, _WITH_2) if "with_statement" in _futures(file) else told


def is_for_3_alone(file: PyFile) -> bool:
    """Whether a file has something that Python 2 cannot read."""
    from leakfix.languages.python import syntax

    looks = _LOOKS_LIKE_3.search(file.data) is not None and not file.has_error
    return looks and bool(syntax.captures(_ALONE_3, file.root))


def _imports_2(file: PyFile, own: Callable[[str], bool]) -> bool:
    """Whether a file imports what Python 3 has not, or does anyway."""
    modules = {one.target for one in file.imports_made}
    if any(is_of_python_2(target) and not own(target.split(".")[0]) for target in modules):
        return True
    return any(target.split(".")[0] == _SIX for target in modules) or not _futures(file).isdisjoint(_FUTURE_2)


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
            return int(match[2]) + (1 if match[1] == ">" else 0) if match[2] else 0
    return None
