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
from leakfix.languages.python.call_looks import Owners
from leakfix.languages.python.first_look import words
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from leakfix.languages.python.call_looks import Acquiring
    from leakfix.languages.python.first_look import Imports
    from leakfix.text import Span

_INIT: Final = "__init__.py"
_MOST_ABOVE: Final = 24
_ROUNDS: Final = 4
_LONGEST_STATEMENT: Final = 2000
_DEFINITION: Final = re.compile(rb"^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+(\w+)", re.MULTILINE)
_GIVEN: Final = re.compile(rb"[ \t]*(?:return|yield)\b[ \t(]*(?:await[ \t]+)?[\w.]*\Z")
_RETURNS: Final = re.compile(rb"\b(?:return|yield)\b")
_STORED: Final = re.compile(rb"[ \t]*([\w.]+)(?:[ \t]*:[^=\n]*)?[ \t]*=[ \t(]*(?:await[ \t]+)?[\w.]*\Z")
_CLOSES: Final = re.compile(rb"def[ \t]+(?:close|aclose|stop|shutdown|__a?exit__)\b")


@record
class PySurvey(Survey):
    """Where the modules of a run are, and which functions and classes may hand on what they acquire."""

    files: tuple[str, ...] = ()
    """Display paths; the numbers below are places in it."""
    modules: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """The files by the dotted name under which they are imported."""
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of functions and classes that call what acquires and give it back, or keep it and can close it.

    They are listed by the last name of the module that defines them, which others have to import.
    """
    acquiring: Mapping[bytes, tuple[int, ...]] = field(default_factory=dict)
    """The byte offsets of the names in calls of what acquires something, by the digest of the file."""
    calling: frozenset[bytes] = frozenset()
    """The digests of the files that call one of the owners of a module that they import."""
    digest: str = ""
    replacing: Mapping[bytes, Sequence[tuple[int, Span]]] | None = None
    """What `replacing_places` says of the files, where it was asked."""

    def meaning(self) -> Iterator[str]:
        """Yield a digest of all files: what one defines, all may use."""
        yield self.digest


def survey(files: Iterable[tuple[str, bytes, Imports]], acquiring: Acquiring) -> PySurvey:
    """Look at all files, given by their paths with what they import; `acquiring` knows what acquires something."""
    paths: list[str] = []
    whole = hashlib.sha256()
    looks: list[_Look] = []
    for path, data, imports in files:
        digest = digest_of(data)
        whole.update(b"%b\0%b" % (path.encode("utf-8", "surrogateescape"), digest))
        paths.append(path)
        looks.append(_Look(_last_name(path), data, digest, imports.parts, tuple(acquiring.places(data, imports))))
    owners, calling = _owners(looks)
    acquired = {look.digest: look.places for look in looks}
    return PySurvey(tuple(paths), _modules(paths), owners, acquired, calling, whole.hexdigest())


def digest_of(data: bytes) -> bytes:
    """Return what stands for the bytes of a file in `PySurvey`."""
    return hashlib.sha256(data).digest()


@record
class _Look:
    """A file by its bytes: the last name of its module, the parts of its imports, where it acquires something."""

    module: str
    data: bytes
    digest: bytes
    parts: frozenset[bytes]
    places: tuple[int, ...]


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


def _last_name(path: str) -> str:
    """The last name of the module in a file: that of its package for an `__init__.py`."""
    parts = path.rsplit("/", 2)
    return (parts[-2] if len(parts) > 1 else "") if parts[-1] == _INIT else parts[-1].removesuffix(".py")


def _owners(looks: list[_Look]) -> tuple[dict[str, frozenset[str]], frozenset[bytes]]:
    """Follow what is acquired in some files for some rounds, and tell which of them call an owner of another module.

    It goes through functions that return it and constructors that keep it.
    """
    found: dict[str, set[str]] = {}
    fresh: dict[str, set[str]] = {}
    calling: set[bytes] = set()
    for look in looks:
        fresh.setdefault(look.module, set()).update(_handed_on(look.data, look.places))
    for _ in range(_ROUNDS):
        fresh = {module: new for module, names in fresh.items() if (new := names - found.get(module, set()))}
        if not fresh:
            break
        for module, names in fresh.items():
            found.setdefault(module, set()).update(names)
        owners, wanted, fresh = Owners(fresh), fresh, {}
        for look in looks:
            at = owners.places(look.data, look.parts)
            if at:
                calling.add(look.digest)
            if look.module in wanted and look.module.encode() not in look.parts:
                at += owners.places(look.data, {look.module.encode()})
            if at:
                fresh.setdefault(look.module, set()).update(_handed_on(look.data, at))
    return {module: frozenset(names) for module, names in found.items()}, frozenset(calling)


def _handed_on(data: bytes, places: Iterable[int]) -> Iterator[str]:
    """Yield the functions and classes that hand on what is called at some places."""
    for at in places:
        line = data[data.rfind(b"\n", 0, at) + 1 : at]
        stored = _STORED.match(line)
        if stored is None and _GIVEN.match(line) is None:
            continue
        target = stored[1] if stored is not None else b""
        if b"." in target:
            yield from _keeper(data, at, target)
        else:
            yield from _maker(data, at, target)


def _maker(data: bytes, at: int, variable: bytes) -> Iterator[str]:
    """The function around a place, if it gives back what is called there, or the variable that holds it."""
    head = _around(data, at, b"def")
    if head is None or head[3].startswith(b"__"):
        return
    if variable and not _is_given_back(data, variable, at, _end(data, head)):
        return
    yield head[3].decode("utf-8", "replace")


def _is_given_back(data: bytes, variable: bytes, start: int, end: int) -> bool:
    """Whether a variable stands behind `return` or `yield` on some line of a stretch."""
    stretch = data[start:end]
    return any(_RETURNS.search(stretch, stretch.rfind(b"\n", 0, at) + 1, at) for at in words(stretch, variable))


def _keeper(data: bytes, at: int, target: bytes) -> Iterator[str]:
    """The class around a place where `self` keeps what is called, if it can close it."""
    head = _around(data, at, b"class") if target.startswith(b"self.") else None
    if head is not None and _CLOSES.search(data, head.end(), _end(data, head)) is not None:
        yield head[3].decode("utf-8", "replace")


def _around(data: bytes, at: int, keyword: bytes) -> re.Match[bytes] | None:
    """The innermost definition of a kind around a place, by indentation."""
    word = keyword + b" "
    depth = _depth(data, at)
    start = data.rfind(word, 0, at)
    while start >= 0:
        line = data.rfind(b"\n", 0, start) + 1
        head = _DEFINITION.match(data, line)
        if head is not None and head[2] == keyword and len(head[1]) < depth:
            return head
        start = data.rfind(word, 0, line)
    return None


def _depth(data: bytes, at: int) -> int:
    start = data.rfind(b"\n", 0, at) + 1
    return len(data[start:at]) - len(data[start:at].lstrip(b" \t"))


def _end(data: bytes, head: re.Match[bytes]) -> int:
    """Where the body of a definition ends at the latest: at the next line that is no deeper, and no closing bracket."""
    depth = len(head[1])
    found = re.compile(rb"\n[ \t]{0,%d}[^\s#)\]}]" % depth).search(data, head.end())
    return found.start() if found is not None else len(data)
