"""First looks at the bytes of single Python files, without parsing."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IMPORT: Final = b"import"
_CONFLICT: Final = b"\n<<<<<<< "
_BEFORE_MODULE: Final = frozenset((_IMPORT, b","))
_PRINTING: Final = b"print "
_PRINT: Final = re.compile(rb"[ \t]*[\"'\w%>`]+[^\n=\[(.:]*\r?\n|[ \t]*[\"'%>`]")
_UNEQUAL: Final = b"<>"
_BEFORE_LITERAL: Final = frozenset(b" \t=(,[")
# Patterns that start with a character are found as quickly as that is.
_OLD_LITERALS: Final = tuple(map(re.compile, (rb"0[0-7]", rb"u[rR][\"']", rb"U[rR][\"']", rb"`\w")))
_LONG: Final = re.compile(rb"L\b")
_DIGITS: Final = frozenset(b"0123456789")
_ENDING_DIGITS: Final = re.compile(rb"\d+\Z")
_OLD_STATEMENTS: Final = {
    b"print": _PRINT,
    b"exec": re.compile(rb"[ \t]*[^\s(=.,:]"),
    b"except": re.compile(rb"[^:\n(#]*,[^:\n(#]*:"),
    b"raise": re.compile(rb"[ \t]*[\w.]+[ \t]*,"),
    b"def": re.compile(rb"\w+[ \t]*\([^()\n]*,?[ \t]*\([\w \t]+,"),
}
_OLD_STATEMENT: Final = re.compile(rb"[ \t\f]*+(%b) " % b"|".join(_OLD_STATEMENTS))
_LATER_STATEMENT: Final = re.compile(rb"\n" + _OLD_STATEMENT.pattern)
_COOKIE: Final = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_WORD: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_LETTERS: Final = _WORD | frozenset(range(128, 256))
_DEF: Final = b"def"
_BEHIND: Final = re.compile(rb"[ \t\r\n\f\\]+([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
_DEFINED: Final = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+\w+")
_ANY_WORD: Final = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_AS: Final = b" as "
_ALIAS: Final = re.compile(rb"([A-Za-z_]\w*) as ([A-Za-z_]\w*)")
_LONGEST_NAME: Final = 40
_NEW: Final = re.compile(r"_*(?:new|create|make|open|connect)(?![a-z])")
_ARROW: Final = b"->"
_RESULT: Final = b") -> "
_BEFORE_ARROW: Final = _RESULT.find(_ARROW)
_HEAD: Final = re.compile(rb"def[ \t]+(\w+)[ \t]*\(")
_LONGEST_HEAD: Final = 2000
_UTF8: Final = frozenset((b"utf-8", b"utf8", b"utf_8", b"u8", b"utf-8-sig"))


@record
class Imports:
    """What the lines that say `import` tell, strings that look like imports among them."""

    modules: frozenset[bytes]
    """The dotted names of the modules."""
    members: frozenset[bytes]
    """What is taken from them on the same line, since that may be a module too."""
    aliases: tuple[tuple[bytes, bytes], ...]
    """Names with the other names that they are given: `from io import open as opened`."""

    @property
    def parts(self) -> frozenset[bytes]:
        """The parts of all dotted names."""
        return frozenset(part for name in self.modules | self.members for part in name.split(b"."))


def imports_in(data: bytes) -> Imports:
    """Return what the imports of a file tell."""
    modules: set[bytes] = set()
    members: set[bytes] = set()
    aliases: list[tuple[bytes, bytes]] = []
    at = data.find(_IMPORT)
    while at >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, _end_of_line(data, at)
        line = data[start:end]
        words = line.partition(b"#")[0].replace(b",", b" , ").split()
        if words and words[0] == b"from" and len(words) > 1:
            modules.add(words[1])
            members.update(word.strip(b"()") for word in words[3:])
        elif words and words[0] == _IMPORT:
            modules.update(word for before, word in pairwise(words) if before in _BEFORE_MODULE)
        statement = line if b"(" not in line and b"\\" not in line else data[start : _end_of_import(data, start, at)]
        if _AS in statement:
            aliases += _ALIAS.findall(statement)
        at = data.find(_IMPORT, end)
    return Imports(frozenset(modules), frozenset(members), tuple(aliases))


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


def words(data: bytes, word: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield the byte offsets in a stretch at which a word stands that is no part of a longer one."""
    length, limit = len(word), len(data)
    at = data.find(word, start, end) if word else -1
    while at >= 0:
        behind = at + length
        if (at == 0 or data[at - 1] not in _LETTERS) and (behind == limit or data[behind] not in _LETTERS):
            yield at
        at = data.find(word, behind, end)


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


def says_new(name: str) -> bool:
    """Whether a function says by its name that it makes something: `create_connection`, `_new_conn`, `connect`."""
    return _NEW.match(name) is not None


def declared(data: bytes) -> set[str]:
    """Return the functions of a file that say by their names, and that a result is annotated, that they make it."""
    found: set[str] = set()
    at = data.find(_ARROW)
    while at >= 0:
        at -= _BEFORE_ARROW
        is_result = data.startswith(_RESULT, max(at, 0))
        start = data.rfind(b"def ", max(at - _LONGEST_HEAD, 0), at) if is_result else -1
        head = _HEAD.match(data, start) if start >= 0 else None
        name = head[1].decode("utf-8", "replace") if head is not None else ""
        if says_new(name) and not data.startswith(b"None", at + len(_RESULT)):
            found.add(name)
        at = data.find(_ARROW, at + _BEFORE_ARROW + 1)
    return found


def looks_broken(data: bytes) -> bool:
    """Whether a merge was not finished in a file, it says `print "x"`, or it is not UTF-8 and does not say so."""
    if _CONFLICT in data or _prints(data):
        return True
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return not declares_encoding(data)
    return False


def _prints(data: bytes) -> bool:
    """Whether a line starts with `print` and something to print."""
    at = data.find(_PRINTING)
    while at >= 0:
        behind = at + len(_PRINTING)
        if _PRINT.match(data, behind) is not None and not data[data.rfind(b"\n", 0, at) + 1 : at].strip():
            return True
        at = data.find(_PRINTING, behind)
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
    for pattern in _OLD_LITERALS:
        for found in pattern.finditer(data):
            if _starts_literal(data, found.start()):
                yield found.start()
    for found in _LONG.finditer(data):
        if found.start() and data[found.start() - 1] in _DIGITS:
            digits = _ENDING_DIGITS.search(data, data.rfind(b"\n", 0, found.start()) + 1, found.start())
            if digits is not None and _starts_literal(data, digits.start()):
                yield digits.start()
    first = _OLD_STATEMENT.match(data)
    for statement in (*((first,) if first is not None else ()), *_LATER_STATEMENT.finditer(data)):
        if _OLD_STATEMENTS[statement[1]].match(data, statement.end()) is not None:
            yield statement.start(1)


def _starts_literal(data: bytes, at: int) -> bool:
    return at > 0 and data[at - 1] in _BEFORE_LITERAL


def declares_encoding(data: bytes) -> bool:
    """Whether one of the first two lines names an encoding other than UTF-8."""
    for line in data.split(b"\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found is not None:
            return found[1].lower() not in _UTF8
    return False


def dotted_prefixes(modules: Iterable[bytes]) -> Iterator[str]:
    """Yield the modules and the packages that they lie in: "a.b" and "a" of "a.b"."""
    seen: set[bytes] = set()
    for module in modules:
        at = module
        while at and at not in seen:
            seen.add(at)
            yield at.decode("utf-8", "replace")
            at = at.rpartition(b".")[0]
