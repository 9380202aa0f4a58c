"""Where the functions of a file stand, and what it imports, told by the bytes of one that is laid out as gofmt does.

Nothing is told of other files, and of those that may be broken: they have to be parsed as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from leakfix.languages.go.words import LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD: Final = re.compile(rb"func(?:\s*\(([^()\n]*)\)\s*|\s+)(\w+)\s*([\[(])")
_START: Final = re.compile(rb"\nfunc\b")
_LINE: Final = b"\nfunc"
_NEWLINE: Final = 0x0A
_NAME: Final = re.compile(rb"[A-Za-z_]\w*\Z")
_BEHIND_DIGITS: Final = b":"
"""What stands behind all that begins with a digit, and before all other words."""
_PAIRS: Final = ((b"{", b"}"), (b"(", b")"), (b"[", b"]"))
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}()[]")
# What ends with a rare byte is found many times as quickly: the blank behind it is looked for only then.
_CONFLICT: Final = b"\n<<<<<<<"
_REMARK: Final = rb"[ \t]*(?://.*)?\r?"
_PASSED: Final = re.compile(rb"(?:package \w+)?" + _REMARK)
_ABOVE: Final = re.compile(rb"(?:(?:package \w+)?%b\n)*" % _REMARK)
_SPEC: Final = rb'(?:([\w.]+)[ \t]+)?"([^"\\]+)"' + _REMARK
_SINGLE: Final = re.compile(rb"import[ \t]+" + _SPEC)
_LISTED: Final = re.compile(rb"[ \t]+" + _SPEC)
_LIST: Final = re.compile(rb"import[ \t]*\(" + _REMARK)
_END: Final = re.compile(rb"\)" + _REMARK)

# Comments and literals: between them, what looks like a declaration at the start of a line is one.
OPAQUE: Final = re.compile(
    rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*(?:`|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


class Standing(NamedTuple):
    """A top-level function: from its first byte to where the next one starts, its receiver's type and its name."""

    start: int
    end: int
    receiver: str
    name: str


def standings(data: bytes, is_opaque: Callable[[int], bool] | None) -> tuple[Standing, ...] | None:
    """All functions that a file declares, in order; None where only a parser can tell.

    `is_opaque` tells whether an offset lies in a comment or literal of several lines; None where there is none.
    """
    if (_CONFLICT in data and _CONFLICT + b" " in data) or not (_is_paired(data) or _is_paired(OPAQUE.sub(b"", data))):
        return None
    starts: list[int] = []
    names: list[bytes] = []
    owners: list[str] = []
    receivers: dict[bytes | None, str | None] = {None: ""}
    first = 0
    for match in _HEAD.finditer(data):
        start = match.start()
        receiver, name, bracket = match.groups()
        is_other = receiver is not None and (bracket == b"[" or name == b"func")
        if not start or data[start - 1] != _NEWLINE:
            if is_other or _is_passed(data, start, is_opaque):
                continue
            return None
        first += 1
        if is_opaque is not None and is_opaque(start - 1):
            continue
        if receiver not in receivers:
            receivers[receiver] = _receiver_name(receiver)
        of = receivers[receiver]
        if is_other or of is None or name < _BEHIND_DIGITS:
            return None
        starts.append(start)
        names.append(name)
        owners.append(of)
    # Where all that may start a line so has been seen, nothing is left to be looked for.
    if data.count(_LINE) != first:
        lines = (match.start() for match in _START.finditer(data))
        if [line + 1 for line in lines if is_opaque is None or not is_opaque(line)] != starts:
            return None
    ends = [*starts[1:], len(data)]
    texts = b" ".join(names).decode().split(" ")
    return tuple(map(Standing._make, zip(starts, ends, owners, texts, strict=False)))


def _is_passed(data: bytes, start: int, is_opaque: Callable[[int], bool] | None) -> bool:
    """Whether what looks like a function inside of a line is none: part of a word, of a comment or of a literal."""
    line = data.rfind(b"\n", 0, start) + 1
    if line == start:
        return False
    is_text = is_opaque is not None and is_opaque(start)
    return is_text or data[start - 1] in LETTERS or b"//" in data[line:start]


def _receiver_name(receiver: bytes) -> str | None:
    """The type's name in what stands between a receiver's parentheses; None where only a parser can tell."""
    of = receiver_type(receiver)
    return of.decode() if b"/" not in receiver and _NAME.match(of) else None


def imports(head: bytes) -> tuple[tuple[str, str], ...] | None:
    """All imports in what stands above the first other declaration, as (written name or "", path).

    None where only a parser can tell.
    """
    if b"/*" in head or b"`" in head:
        return None
    found: list[tuple[str, str]] = []
    spec: re.Pattern[bytes] = _SINGLE
    above = _ABOVE.match(head)
    for line in head[above.end() if above is not None else 0 :].split(b"\n"):
        imported = spec.fullmatch(line)
        if imported is not None:
            found.append(((imported[1] or b"").decode(), imported[2].decode("utf-8", "replace")))
        elif spec is _SINGLE and _LIST.fullmatch(line):
            spec = _LISTED
        elif spec is _LISTED and _END.fullmatch(line):
            spec = _SINGLE
        elif not _PASSED.fullmatch(line):
            return None
    return tuple(found) if spec is _SINGLE else None


def _is_paired(data: bytes) -> bool:
    brackets = data.translate(None, _NO_BRACKETS)
    return all(brackets.count(opening) == brackets.count(closing) for opening, closing in _PAIRS)


def receiver_type(receiver: bytes) -> bytes:
    """Return the type name in what stands between a receiver's parentheses: T in `t *T[K]`."""
    return receiver.partition(b"[")[0].rsplit(None, 1)[-1].lstrip(b"*") if receiver.strip() else b""
