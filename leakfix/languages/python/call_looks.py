"""What the bytes of a file tell of its calls: where it may call what acquires something, or hands that on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.python.first_look import imports_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

    from leakfix.languages.python.first_look import Imports
    from leakfix.models import Models

_MANAGED: Final = re.compile(rb"[ \t]*(?:async[ \t]+)?with[ \t(]+[\w.]*\Z")
# A definition, a comment, or an example in a docstring.
_SPOKEN: Final = re.compile(rb"[ \t]*(?:#|>>>|\.\.\. |\*|(?:async[ \t]+)?def[ \t]+\Z|class[ \t])")
_DOT: Final = 0x2E
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CALL: Final = b"("
_END_OF_LINE: Final = (b"\n", b"\r\n")
_TAKEN: Final = b" = getattr("
_TAKEN_NAME: Final = re.compile(rb"[\w.]+,[ \t]*[\"'](\w+)[\"']")
_VARIABLE: Final = re.compile(rb"([A-Za-z_]\w*)\Z")
_MEMBER_OF: Final = re.compile(rb"([A-Za-z_]\w*) = [\w.]*\.\Z")
_SIX: Final = b".six.moves"
_BUILTINS: Final = b"builtins"


class Acquiring:
    """The names of what acquires something, by the modules that have to be imported for it."""

    def __init__(self, models: Models) -> None:
        """Take the names from models: "socket" needs `import socket`, "open" needs nothing."""
        self._anywhere: dict[bytes, bool] = {}
        self._by_module: dict[bytes, dict[bytes, bool]] = {}
        # Files that import the same share how their names are looked for.
        self._searches: dict[frozenset[bytes], _Search] = {}
        tops = _tops(models)
        for symbol in models.symbols():
            for fact in models.acquires(symbol):
                first, _, rest = symbol.partition(".")
                name = (rest.rpartition(".")[2] or first).encode()
                # What has no context of its own stands in no with statement; `closing` comes around it.
                managed = models.resource(fact.resource).context != "closing"
                modules = tops[first] if rest else (*tops[first], _BUILTINS)
                places = [self._by_module.setdefault(one, {}) for one in modules]
                for place in places if rest else (self._anywhere, *places):
                    place[name] = place.get(name, True) and managed

    def __call__(self, data: bytes) -> bool:
        """Whether a file may call what acquires something, other than as the very context of a with statement."""
        return any(True for _ in self.places(data, imports_in(data)))

    def places(self, data: bytes, imports: Imports) -> Iterator[int]:
        """Yield the byte offsets of the names of such calls in a file that imports some modules."""
        found = self._imported(data, imports)
        known = self._anywhere | found
        members: list[tuple[int, bytes, bytes]] = []
        for at, name in self._search(known)(data):
            behind = at + len(name)
            if data.startswith(_CALL, behind):
                if _is_call(data, at, behind, plain=name not in found, managed=known[name]):
                    yield at
            elif data.startswith(_END_OF_LINE, behind):
                variable = _MEMBER_OF.search(data, data.rfind(b"\n", 0, at) + 1, at)
                if variable is not None:
                    members.append((at, name, variable[1]))
        others: dict[bytes, bool] = {}
        pairs = ((old, new) for _, old, new in sorted(members))
        for old, new in (*imports.aliases, *_taken(data), *pairs):
            if old in known and new not in found:
                others.setdefault(new, known[old])
        for new, managed in others.items():
            yield from _calls(data, _Search((new,)), managed=managed)

    def _imported(self, data: bytes, imports: Imports) -> dict[bytes, bool]:
        """The names that count in a file by what it imports, and whether a with statement may hold what they give."""
        found: dict[bytes, bool] = {}
        # The last part counts for copies of a library's modules in packages, what is before it for copies of six.
        ends = {part for module in imports.modules for part in (module.partition(b".")[0], module.rpartition(b".")[2])}
        if _SIX in data:
            ends.add(b"six")
        for top in ends & self._by_module.keys():
            for name, managed in self._by_module[top].items():
                found[name] = found.get(name, True) and managed
        return found

    def _search(self, names: Mapping[bytes, bool]) -> _Search:
        key = frozenset(names)
        if key not in self._searches:
            self._searches[key] = _Search(key)
        return self._searches[key]


class Owners:
    """The functions and classes that may hand on what they acquire, by the last names of their modules."""

    def __init__(self, owners: Mapping[str, Collection[str]]) -> None:
        """Take the names."""
        self._wanted = {module.encode(): frozenset(map(str.encode, names)) for module, names in owners.items()}
        self._searches: dict[frozenset[bytes], _Search] = {}

    def places(self, data: bytes, parts: Set[bytes]) -> list[int]:
        """Return where a file calls one of a module whose name is among some parts of names."""
        if self._wanted.keys().isdisjoint(parts):
            return []
        modules = frozenset(self._wanted.keys() & parts)
        if modules not in self._searches:
            self._searches[modules] = _Search(name for module in modules for name in self._wanted[module])
        return list(_calls(data, self._searches[modules], managed=True))

    def __call__(self, data: bytes) -> bool:
        """Whether a file may call one."""
        return bool(self.places(data, imports_in(data).parts))


def called_places(owners: Mapping[str, Collection[str]]) -> Callable[[bytes, Collection[str]], list[int]]:
    """Make what finds the calls of functions that stand in modules which a file imports, and of names of its own."""
    known = Owners(owners)

    def find(data: bytes, own: Collection[str]) -> list[int]:
        mine = _calls(data, _Search(map(str.encode, own)), managed=True)
        return [*known.places(data, imports_in(data).parts), *mine]

    return find


class _Search:
    """Finds names in the bytes of files, be it in longer names. What is part of several names is looked for once."""

    def __init__(self, names: Iterable[bytes]) -> None:
        """Tell for each part that is looked for the names that it stands in, with its place in them."""
        self._parts: dict[bytes, list[tuple[bytes, int]]] = {}
        for name in sorted(set(names), key=lambda name: (len(name), name)):
            part = next((part for part in self._parts if part in name), name)
            self._parts.setdefault(part, []).append((name, name.find(part)))

    def __call__(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the byte offsets of the names, with the names."""
        for part, names in self._parts.items():
            at = data.find(part)
            while at >= 0:
                for name, place in names:
                    if at >= place and data.startswith(name, at - place):
                        yield at - place, name
                at = data.find(part, at + 1)


def _calls(data: bytes, search: _Search, *, managed: bool) -> Iterator[int]:
    """Where names are called; `managed`: with statements hold none of what they give."""
    for at, name in search(data):
        behind = at + len(name)
        if data.startswith(_CALL, behind) and _is_call(data, at, behind, plain=False, managed=managed):
            yield at


def _is_call(data: bytes, at: int, behind: int, *, plain: bool, managed: bool) -> bool:
    """Whether a name before a bracket is called; `plain`: not as a method, and with arguments; `managed`: as above."""
    before = data[at - 1] if at else 0
    if before in _WORD or (plain and (before == _DOT or data[behind + 1 : behind + 2] == b")")):
        return False
    line = data[data.rfind(b"\n", 0, at) + 1 : at]
    return _SPOKEN.match(line) is None and not (managed and _is_held(data, line, behind + 1))


def _is_held(data: bytes, line: bytes, behind: int) -> bool:
    """Whether a call is the very context of a with statement, on its first line or on one that starts with the call."""
    if _MANAGED.match(line) is not None:
        return True
    if line.strip():
        return False
    end = data.find(b"\n", behind)
    return b") as " in data[behind : end if end >= 0 else len(data)]


def _taken(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The members that variables are given by their names, with the variables: `opened = getattr(io, "open", None)`."""
    at = data.find(_TAKEN)
    while at >= 0:
        behind = at + len(_TAKEN)
        variable, member = _VARIABLE.search(data, data.rfind(b"\n", 0, at) + 1, at), _TAKEN_NAME.match(data, behind)
        if variable is not None and member is not None:
            yield member[1], variable[1]
        at = data.find(_TAKEN, behind)


def _tops(models: Models) -> Mapping[str, tuple[bytes, ...]]:
    """For the first component of each symbol the top modules whose import may lead to it: "urllib" by "six" too."""
    found: dict[str, dict[bytes, None]] = {}
    for symbol in models.symbols():
        first = symbol.partition(".")[0]
        found.setdefault(first, {first.encode(): None})
    for name, meant in models.aliases():
        found.setdefault(meant.partition(".")[0], {})[name.partition(".")[0].encode()] = None
    return {first: tuple(tops) for first, tops in found.items()}
