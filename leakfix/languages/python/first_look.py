"""First looks at the bytes of single Python files, without parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from leakfix.models import Models

_CONFLICT: Final = b"\n<<<<<<< "
_IMPORT: Final = re.compile(
    rb"^[ \t]*(?:from|import)[ \t]+([\w.]+(?:[ \t]*(?:as[ \t]+\w+)?[ \t]*,[ \t]*[\w.]+)*)", re.MULTILINE
)
_ALIASED: Final = re.compile(rb"[ \t]+as[ \t]+\w+")
_MANAGED: Final = re.compile(rb"[ \t]*(?:async[ \t]+)?with[ \t]+[\w.]*\Z")
_DEFINED: Final = re.compile(rb"def[ \t]+\Z")
_CALL: Final = re.compile(rb"([A-Za-z_]\w*)\(")
_OUTDATED: Final = re.compile(
    rb"^[ \t]*(?:print[ \t]+[^\s(=.,:\[|]|print[ \t]*>>|exec[ \t]+[^\s(=.,:]|except[ \t][^:\n(#]*,[^:\n(#]*:"
    rb"|raise[ \t]+[\w.]+[ \t]*,)",
    re.MULTILINE,
)
_OLD_LITERAL: Final = re.compile(rb"[ \t=(,\[]0[0-7]|\dL\b|[ \t=(,\[][uU][rR][\"']|=[ \t]*`|\(`")
_COOKIE: Final = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_UTF8: Final = frozenset((b"utf-8", b"utf8", b"utf_8", b"u8", b"utf-8-sig"))


def imported_modules(data: bytes) -> set[bytes]:
    """Return the dotted names of the modules that a file names in imports, with strings that look like imports."""
    found: set[bytes] = set()
    for names in _IMPORT.findall(data):
        if b"," in names or b" as " in names:
            found.update(name.strip() for name in _ALIASED.sub(b"", names).split(b","))
        else:
            found.add(names)
    return found


class Acquiring:
    """The names of what acquires something, by the modules that have to be imported for it."""

    def __init__(self, models: Models) -> None:
        """Take the names from models: "socket" needs `import socket`, "open" needs nothing."""
        self._anywhere: dict[bytes, bool] = {}
        self._by_module: dict[bytes, dict[bytes, bool]] = {}
        tops = _tops(models)
        for symbol in models.symbols():
            for fact in models.acquires(symbol):
                first, _, rest = symbol.partition(".")
                name = (rest.rpartition(".")[2] or first).encode()
                managed = models.resource(fact.resource).context in ("with", "async with")
                places = [self._anywhere] if not rest else [self._by_module.setdefault(one, {}) for one in tops[first]]
                for place in places:
                    place[name] = place.get(name, True) and managed

    @property
    def names(self) -> frozenset[bytes]:
        """The last names of all that acquires."""
        return frozenset((*self._anywhere, *(name for names in self._by_module.values() for name in names)))

    def __call__(self, data: bytes) -> bool:
        """Whether a file may call what acquires something, other than as the very context of a with statement."""
        if any(_calls(data, name, plain=True, managed=managed) for name, managed in self._anywhere.items()):
            return True
        tops = {module.partition(b".")[0] for module in imported_modules(data)}
        wanted: dict[bytes, bool] = {}
        for top in tops & self._by_module.keys():
            for name, managed in self._by_module[top].items():
                wanted[name] = wanted.get(name, True) and managed
        return any(_calls(data, name, plain=False, managed=managed) for name, managed in wanted.items())


def calls_any(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names."""
    wanted = frozenset(name.encode() for name in names)
    if not wanted:
        return lambda data: False  # noqa: ARG005 (whatever the file is)

    def test(data: bytes) -> bool:
        return not wanted.isdisjoint(_CALL.findall(data))

    return test


def looks_broken(data: bytes) -> bool:
    """Whether a merge was not finished in a file, it may be of Python 2, or it is not UTF-8."""
    if _CONFLICT in data or may_be_outdated(data):
        return True
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return not declares_encoding(data)
    return False


def may_be_outdated(data: bytes) -> bool:
    """Whether a file may hold what only Python 2 reads."""
    return b"<>" in data or _OUTDATED.search(data) is not None or _OLD_LITERAL.search(data) is not None


def declares_encoding(data: bytes) -> bool:
    """Whether one of the first two lines names an encoding other than UTF-8."""
    for line in data.split(b"\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found is not None:
            return found[1].lower() not in _UTF8
    return False


def _tops(models: Models) -> Mapping[str, tuple[bytes, ...]]:
    """For the first component of each symbol the top modules whose import may lead to it: "urllib" by "six" too."""
    found: dict[str, dict[bytes, None]] = {}
    for symbol in models.symbols():
        first = symbol.partition(".")[0]
        found.setdefault(first, {first.encode(): None})
    for name, meant in models.aliases():
        found.setdefault(meant.partition(".")[0], {})[name.partition(".")[0].encode()] = None
    return {first: tuple(tops) for first, tops in found.items()}


def _calls(data: bytes, name: bytes, *, plain: bool, managed: bool) -> bool:
    """Whether a name is called; `plain`: not as a method; `managed`: calls that with statements hold do not count."""
    return any(True for _ in _places(data, name, plain, managed))


def _places(data: bytes, name: bytes, plain: bool, managed: bool) -> Iterator[int]:
    called = name + b"("
    at = data.find(called)
    while at >= 0:
        before = data[at - 1] if at else 0
        if before not in _WORD and not (plain and before == 0x2E):
            line = data[data.rfind(b"\n", 0, at) + 1 : at]
            if not (managed and _MANAGED.match(line)) and _DEFINED.search(line) is None:
                yield at
        at = data.find(called, at + len(called))


def dotted_prefixes(modules: Iterable[bytes]) -> Iterator[str]:
    """Yield the modules and the packages that they lie in: "a.b" and "a" of "a.b"."""
    seen: set[bytes] = set()
    for module in modules:
        at = module
        while at and at not in seen:
            seen.add(at)
            yield at.decode("utf-8", "replace")
            at = at.rpartition(b".")[0]
