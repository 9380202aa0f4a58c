"""A first look at all Python files of a run, at their bytes: how they are imported, and who may hand on what.

It may name a function too many, since the tree of that file decides; of what it does not name nothing is known.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import field
from typing import TYPE_CHECKING, Final

from leakfix.languages.language import Survey
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_INIT: Final = "__init__.py"
_MOST_ABOVE: Final = 24
_ROUNDS: Final = 4
_MAKER: Final = re.compile(
    rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)[^\n]*\n((?:(?:\1[ \t]+[^\n]*|[ \t\r]*|[ \t]*\)[^\n]*)\n){1,400})",
    re.MULTILINE,
)
_RETURNED: Final = re.compile(rb"\b(?:return|yield)[ \t]+(?:await[ \t]+)?[\w.]*?(\w+)[ \t]*(\(|$|\n|\r)")
_ASSIGNED: Final = re.compile(rb"^[ \t]*([\w.]+)[ \t]*=[ \t]*(?:await[ \t]+)?[\w.]*?(\w+)[ \t]*\(", re.MULTILINE)
_CLASS: Final = re.compile(rb"^class[ \t]+(\w+)[^\n]*:", re.MULTILINE)
_CLOSES: Final = re.compile(
    rb"^[ \t]+(?:async[ \t]+)?def[ \t]+(?:close|aclose|stop|shutdown|__a?exit__)\b", re.MULTILINE
)
_KEPT: Final = re.compile(rb"\bself\.\w+[ \t]*=[ \t]*(?:await[ \t]+)?[\w.]*?(\w+)[ \t]*\(")


@record
class PySurvey(Survey):
    """Where the modules of a run are, and which functions and classes may hand on what they acquire."""

    files: tuple[str, ...] = ()
    """Display paths; the numbers below are places in it."""
    modules: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """The files by the dotted name under which they are imported."""
    owners: frozenset[str] = frozenset()
    """The last names of functions and classes that call what acquires and give it back, or keep it and can close it."""
    digest: str = ""

    def meaning(self) -> Iterator[str]:
        """Yield a digest of all files: what one defines, all may use."""
        yield self.digest


def survey(files: Iterable[tuple[str, bytes]], acquiring: Callable[[bytes], bool], names: frozenset[bytes]) -> PySurvey:
    """Look at all files; `acquiring` tells whether one may call what acquires something, by one of `names`."""
    paths: list[str] = []
    digest = hashlib.blake2b(digest_size=20)
    sources: list[bytes] = []
    for path, data in files:
        digest.update(b"%b\0%d\0" % (path.encode("utf-8", "surrogateescape"), len(data)))
        digest.update(data)
        paths.append(path)
        if acquiring(data):
            sources.append(data)
    return PySurvey(tuple(paths), _modules(paths), _owners(sources, names), digest.hexdigest())


def module_of(path: str, packages: Callable[[str], bool]) -> tuple[str, str]:
    """Return the dotted name of the module in a file and the directory that its import starts from.

    `packages` tells whether a directory holds an `__init__.py`. Paths are absolute.
    """
    directory, _, name = path.rpartition("/")
    parts = [] if name == _INIT else [name.removesuffix(".py")]
    for _ in range(_MOST_ABOVE):
        if not directory or not packages(directory):
            break
        directory, _, last = directory.rpartition("/")
        parts.append(last)
    return ".".join(reversed(parts)), directory


def package_test(files: Iterable[str]) -> Callable[[str], bool]:
    """Make the test whether a directory is a package: by the files of a run, and by the disk. Paths are absolute."""
    known = {path.rpartition("/")[0]: True for path in files if path.endswith("/" + _INIT)}

    def test(directory: str) -> bool:
        found = known.get(directory)
        if found is None:
            found = known[directory] = os.path.exists(f"{directory}/{_INIT}")  # noqa: PTH110 (strings: there are many)
        return found

    return test


def _modules(paths: list[str]) -> dict[str, tuple[int, ...]]:
    absolute = [os.path.abspath(path) for path in paths]  # noqa: PTH100 (strings: there are many)
    is_package = package_test(absolute)
    found: dict[str, list[int]] = {}
    for number, path in enumerate(absolute):
        name, _ = module_of(path, is_package)
        if name:
            found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def _owners(sources: list[bytes], names: frozenset[bytes]) -> frozenset[str]:
    """Follow what is acquired through functions that return it and constructors that keep it, for some rounds."""
    handed = [pair for data in sources for pair in (*_makers(data), *_keepers(data))]
    wanted = set(names)
    owners: set[bytes] = set()
    for _ in range(_ROUNDS):
        found = {name for name, calls in handed if name not in owners and not wanted.isdisjoint(calls)}
        if not found:
            break
        owners |= found
        wanted = found
    return frozenset(name.decode("utf-8", "replace") for name in owners if not name.startswith(b"__"))


def _makers(data: bytes) -> Iterator[tuple[bytes, frozenset[bytes]]]:
    """The functions of a file that return what a call gave them: their names, and the names that are called."""
    if b"return" not in data and b"yield" not in data:
        return
    for match in _MAKER.finditer(data):
        body = match[3]
        returned = _RETURNED.findall(body)
        if not returned:
            continue
        calls = {name for name, behind in returned if behind == b"("}
        plain = {name for name, behind in returned if behind != b"("}
        calls.update(called for target, called in _ASSIGNED.findall(body) if target in plain)
        if calls:
            yield match[2], frozenset(calls)


def _keepers(data: bytes) -> Iterator[tuple[bytes, frozenset[bytes]]]:
    """The classes of a file that keep what a call gave them and can close it."""
    heads = list(_CLASS.finditer(data))
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(data)
        if _CLOSES.search(data, head.end(), end) is not None:
            calls = frozenset(_KEPT.findall(data, head.end(), end))
            if calls:
                yield head[1], calls
