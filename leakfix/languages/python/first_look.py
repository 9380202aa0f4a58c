"""First looks at the bytes of single Python files, without parsing."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

    from leakfix.models import Models

_IMPORT: Final = b"import"
_CONFLICT: Final = b"\n<<<<<<< "
_BEFORE_MODULE: Final = frozenset((_IMPORT, b","))
_MANAGED: Final = re.compile(rb"[ \t]*(?:async[ \t]+)?with[ \t(]+[\w.]*\Z")
# A definition, a comment, or an example in a docstring.
_SPOKEN: Final = re.compile(rb"[ \t]*(?:#|>>>|\.\.\. |\*|(?:async[ \t]+)?def[ \t]+\Z|class[ \t])")
_DOT: Final = 0x2E
_PRINT: Final = re.compile(rb"[ \t]*[\"'\w%>`]+[^\n=\[(.:]*\r?\n|[ \t]*[\"'%>`]")
_UNEQUAL: Final = b"<>"
_OLD_STATEMENTS: Final = (
    (b"print ", _PRINT),
    (b"exec ", re.compile(rb"[ \t]*[^\s(=.,:]")),
    (b"except ", re.compile(rb"[^:\n(#]*,[^:\n(#]*:")),
    (b"raise ", re.compile(rb"[ \t]*[\w.]+[ \t]*,")),
    (b"def ", re.compile(rb"\w+[ \t]*\([^()\n]*,?[ \t]*\([\w \t]+,")),
)
_OLD_LITERAL: Final = re.compile(rb"[ \t=(,\[](?:0[0-7]|\d+L\b|[uU][rR][\"']|`\w)")
_COOKIE: Final = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_LETTERS: Final = _WORD | frozenset(range(128, 256))
_DEF: Final = b"def"
_BEHIND: Final = re.compile(rb"[ \t\r\n\f\\]+([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
_DEFINED: Final = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+\w+")
_ANY_WORD: Final = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_NAME: Final = re.compile(rb"[A-Za-z_]\w*")
_LAST_NAME: Final = re.compile(rb"[A-Za-z_]\w*\Z")
_AS: Final = b" as "
_ALIAS: Final = re.compile(rb"([A-Za-z_]\w*) as ([A-Za-z_]\w*)")
_TAKEN: Final = b" = getattr("
_TAKEN_NAME: Final = re.compile(rb"[\w.]+,[ \t]*[\"'](\w+)[\"']")
_LONGEST_NAME: Final = 40
_NEW: Final = re.compile(r"_*(?:new|create|make|open|connect)(?![a-z])")
_RESULT: Final = b") -> "
_HEAD: Final = re.compile(rb"def[ \t]+(\w+)[ \t]*\(")
_LONGEST_HEAD: Final = 2000
_SIX: Final = b".six.moves"
_MEMBER: Final = re.compile(rb" = ([\w.]++)\r?\n")
_BUILTINS: Final = b"builtins"
_UTF8: Final = frozenset((b"utf-8", b"utf8", b"utf_8", b"u8", b"utf-8-sig"))


@record
class _Imports:
    """What the lines that say `import` tell, strings that look like imports among them."""

    modules: frozenset[bytes]
    """The dotted names of the modules."""
    members: frozenset[bytes]
    """What is taken from them on the same line, since that may be a module too."""
    aliases: tuple[tuple[bytes, bytes], ...]
    """Names with the other names that they are given: `from io import open as opened`."""


def imported_modules(data: bytes) -> frozenset[bytes]:
    """Return the dotted names of the modules that a file names in imports, with strings that look like imports."""
    return _imports(data).modules


@lru_cache(maxsize=1)
def _imports(data: bytes) -> _Imports:
    modules: set[bytes] = set()
    members: set[bytes] = set()
    aliases: list[tuple[bytes, bytes]] = []
    at = data.find(_IMPORT)
    while at >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, _end_of_line(data, at)
        line = data[start:end]
        words = line.split(b"#", 1)[0].replace(b",", b" , ").split()
        if words and words[0] == b"from" and len(words) > 1:
            modules.add(words[1])
            members.update(word.strip(b"()") for word in words[3:])
        elif words and words[0] == _IMPORT:
            modules.update(word for before, word in pairwise(words) if before in _BEFORE_MODULE)
        statement = line if b"(" not in line and b"\\" not in line else data[start : _end_of_import(data, start, at)]
        if _AS in statement:
            aliases += _ALIAS.findall(statement)
        at = data.find(_IMPORT, end)
    return _Imports(frozenset(modules), frozenset(members), tuple(aliases))


def import_words(data: bytes) -> frozenset[bytes]:
    """Return all words in the import statements of a file: those that they bind are among them."""
    found: set[bytes] = set()
    at = data.find(_IMPORT)
    while at >= 0:
        end = _end_of_import(data, data.rfind(b"\n", 0, at) + 1, at)
        found.update(_ANY_WORD.findall(data, at, end))
        at = data.find(_IMPORT, end)
    return frozenset(found)


def _end_of_import(data: bytes, start: int, at: int) -> int:
    """Where the statement ends at the earliest that starts with a line and says `import` at an offset."""
    end = _end_of_line(data, at)
    while data[start:end].rstrip().endswith(b"\\") and end < len(data):
        end = _end_of_line(data, end + 1)
    if b"(" in data[at:end]:
        closing = data.find(b")", at)
        end = max(end, closing) if closing >= 0 else len(data)
    return end


def _end_of_line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return end if end >= 0 else len(data)


def defined(data: bytes, keyword: bytes) -> frozenset[bytes]:
    """Return all names behind a keyword: those of the functions that a file defines by `def` are among them."""
    names = (_BEHIND.match(data, at + len(keyword)) for at in words(data, keyword))
    return frozenset(name[1] for name in names if name is not None)


def words(data: bytes, word: bytes) -> Iterator[int]:
    """Yield the byte offsets at which a word stands that is no part of a longer one."""
    at = data.find(word)
    while at >= 0:
        behind = at + len(word)
        if (at == 0 or data[at - 1] not in _LETTERS) and (behind == len(data) or data[behind] not in _LETTERS):
            yield at
        at = data.find(word, behind)


def may_not_return(data: bytes, name: bytes) -> bool:
    """Whether a file may define a function of a name in which no `return` stands, by how lines are indented."""
    for at in _definitions(data, name):
        line = data.rfind(b"\n", 0, at) + 1
        head = _DEFINED.match(data, line)
        if head is None:
            return True
        depth = len(head[1])
        end = re.compile(rb"\n[ \t]{0,%d}[^\s#]" % depth).search(data, head.end())
        if data.find(b"return", head.end(), end.start() if end is not None else len(data)) < 0:
            return True
    return False


def _definitions(data: bytes, name: bytes) -> Iterator[int]:
    at = data.find(name)
    while at >= 0:
        if data[max(at - _LONGEST_NAME, 0) : at].rstrip(b" \t\r\n\f\\").endswith(_DEF):
            yield at
        at = data.find(name, at + len(name))


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
                # What has no context of its own stands in no with statement; `closing` comes around it.
                managed = models.resource(fact.resource).context != "closing"
                modules = tops[first] if rest else (*tops[first], _BUILTINS)
                places = [self._by_module.setdefault(one, {}) for one in modules]
                for place in places if rest else (self._anywhere, *places):
                    place[name] = place.get(name, True) and managed

    @property
    def names(self) -> frozenset[bytes]:
        """The last names of all that acquires."""
        return frozenset((*self._anywhere, *(name for names in self._by_module.values() for name in names)))

    def __call__(self, data: bytes) -> bool:
        """Whether a file may call what acquires something, other than as the very context of a with statement."""
        return self.in_file(data)(data)

    def in_file(self, data: bytes) -> Callable[[bytes], bool]:
        """Make the test whether a piece of a file may call what acquires something, by what the file imports."""
        wanted = self._wanted(data)
        return lambda piece: any(True for _ in _all_places(piece, wanted))

    def places(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the byte offsets of the names of such calls in a file, with the names."""
        return _all_places(data, self._wanted(data))

    def _wanted(self, data: bytes) -> tuple[tuple[bytes, bool, bool], ...]:
        """The names that count in a file, whether they are no method, and whether a with statement may hold them."""
        found: dict[bytes, bool] = {}
        modules = imported_modules(data)
        # The last part counts for copies of a library's modules in packages, what is before it for copies of six.
        ends = {part for module in modules for part in (module.partition(b".")[0], module.rpartition(b".")[2])}
        if _SIX in data:
            ends.add(b"six")
        for top in ends & self._by_module.keys():
            for name, managed in self._by_module[top].items():
                found[name] = found.get(name, True) and managed
        plain = {name: managed for name, managed in self._anywhere.items() if name not in found}
        known = found | plain
        for old, new in (*_imports(data).aliases, *_assigned(data, tuple(known))):
            if old in known and new not in found:
                found[new] = known[old]
        return (
            *((name, True, managed) for name, managed in plain.items()),
            *((name, False, managed) for name, managed in found.items()),
        )


def calls_any(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names."""
    wanted = frozenset(name.encode() for name in names)

    def test(data: bytes) -> bool:
        return any(
            name in data and any(True for _ in _places(data, name, plain=False, managed=False)) for name in wanted
        )

    return test


def imported_parts(data: bytes) -> frozenset[bytes]:
    """Return the parts of all dotted names in the imports of a file."""
    found = _imports(data)
    return frozenset(part for name in found.modules | found.members for part in name.split(b"."))


class Owners:
    """The functions and classes that may hand on what they acquire, by the last names of their modules."""

    def __init__(self, owners: Mapping[str, Collection[str]]) -> None:
        """Take the names."""
        self._wanted = {module.encode(): tuple(name.encode() for name in names) for module, names in owners.items()}

    def places(self, data: bytes, parts: Set[bytes]) -> Iterator[int]:
        """Yield where a file calls one of a module whose name is among some parts of names."""
        if self._wanted.keys().isdisjoint(parts):
            return
        for name in {name for module in self._wanted.keys() & parts for name in self._wanted[module]}:
            yield from _places(data, name, plain=False, managed=True)

    def __call__(self, data: bytes) -> bool:
        """Whether a file may call one."""
        return any(True for _ in self.places(data, imported_parts(data)))


def called_places(owners: Mapping[str, Collection[str]]) -> Callable[[bytes, Collection[str]], list[int]]:
    """Make what finds the calls of functions that stand in modules which a file imports, and of names of its own."""
    known = Owners(owners)

    def find(data: bytes, own: Collection[str]) -> list[int]:
        names = {name.encode() for name in own}
        mine = [at for name in names for at in _places(data, name, plain=False, managed=True)]
        return [*known.places(data, imported_parts(data)), *mine]

    return find


def says_new(name: str) -> bool:
    """Whether a function says by its name that it makes something: `create_connection`, `_new_conn`, `connect`."""
    return _NEW.match(name) is not None


def declared(data: bytes) -> set[str]:
    """Return the functions of a file that say by their names, and that a result is annotated, that they make it."""
    found: set[str] = set()
    at = data.find(_RESULT)
    while at >= 0:
        start = data.rfind(b"def ", max(at - _LONGEST_HEAD, 0), at)
        head = _HEAD.match(data, start) if start >= 0 else None
        name = head[1].decode("utf-8", "replace") if head is not None else ""
        if says_new(name) and not data.startswith(b"None", at + len(_RESULT)):
            found.add(name)
        at = data.find(_RESULT, at + 1)
    return found


def looks_broken(data: bytes) -> bool:
    """Whether a merge was not finished in a file, it says `print "x"`, or it is not UTF-8 and does not say so."""
    if _CONFLICT in data or any(True for _ in _followed(data, b"print ", _PRINT)):
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
    return any(True for _ in outdated_places(data))


def outdated_places(data: bytes) -> Iterator[int]:
    """Yield the byte offsets of what only Python 2 reads, unless it stands in comments and strings."""
    at = data.find(_UNEQUAL)
    while at >= 0:
        yield at
        at = data.find(_UNEQUAL, at + 1)
    for literal in _OLD_LITERAL.finditer(data):
        yield literal.start() + 1
    for word, pattern in _OLD_STATEMENTS:
        yield from _followed(data, word, pattern)


def _followed(data: bytes, word: bytes, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """Where something stands behind a word that starts a line."""
    at = data.find(word)
    while at >= 0:
        behind = at + len(word)
        if pattern.match(data, behind) is not None and not data[data.rfind(b"\n", 0, at) + 1 : at].strip():
            yield at
        at = data.find(word, behind)


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


def _assigned(data: bytes, names: tuple[bytes, ...]) -> Iterator[tuple[bytes, bytes]]:
    """The members of modules that variables are assigned, with the variables, some members of other names among them.

    `connect = socket.create_connection`, `opened = getattr(io, "open")`.
    """
    at = data.find(_TAKEN)
    while at >= 0:
        behind = at + len(_TAKEN)
        old = _TAKEN_NAME.match(data, behind)
        if old is not None:
            yield from _given_to_variable(data, at, old[1])
        at = data.find(_TAKEN, behind)
    for value in _MEMBER.finditer(data):
        if data.endswith(names, *value.span(1)):
            _, dot, name = value[1].rpartition(b".")
            if dot:
                yield from _given_to_variable(data, value.start(), name)


def _given_to_variable(data: bytes, at: int, member: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A member with the variable that stands in front of an offset."""
    variable = _LAST_NAME.search(data, max(at - _LONGEST_NAME, 0), at)
    if variable is not None:
        yield member, variable[0]


def _all_places(data: bytes, wanted: Iterable[tuple[bytes, bool, bool]]) -> Iterator[tuple[int, bytes]]:
    for name, plain, managed in wanted:
        for at in _places(data, name, plain=plain, managed=managed):
            yield at, name


def _places(data: bytes, name: bytes, *, plain: bool, managed: bool) -> Iterator[int]:
    """Where a name is called; `plain`: not as a method, and with arguments; `managed`: with statements hold none."""
    called = name + b"("
    at = data.find(called)
    while at >= 0:
        before = data[at - 1] if at else 0
        behind = at + len(called)
        if before not in _WORD and not (plain and (before == _DOT or data[behind : behind + 1] == b")")):
            line = data[data.rfind(b"\n", 0, at) + 1 : at]
            if _SPOKEN.match(line) is None and not (managed and _is_held(data, line, behind)):
                yield at
        at = data.find(called, behind)


def _is_held(data: bytes, line: bytes, behind: int) -> bool:
    """Whether a call is the very context of a with statement, on its first line or on one that starts with the call."""
    if _MANAGED.match(line) is not None:
        return True
    if line.strip():
        return False
    end = data.find(b"\n", behind)
    return b") as " in data[behind : end if end >= 0 else len(data)]


def dotted_prefixes(modules: Iterable[bytes]) -> Iterator[str]:
    """Yield the modules and the packages that they lie in: "a.b" and "a" of "a.b"."""
    seen: set[bytes] = set()
    for module in modules:
        at = module
        while at and at not in seen:
            seen.add(at)
            yield at.decode("utf-8", "replace")
            at = at.rpartition(b".")[0]
