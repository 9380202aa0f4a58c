"""Preprocessor lines as bytes: macros, includes, conditional groups. No macro is expanded but where somebody asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.conditionals import directives
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFINE: Final = re.compile(rb"#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^()\n]*\))?((?:[^\n\\]+|\\\r?\n|\\.|\\)*)")
_INCLUDE: Final = re.compile(rb"#[ \t]*(?:include|import)[ \t]*([\"<])([^\">\n]+)[\">]")
_COMMENT: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_SPLICE: Final = re.compile(rb"\\\r?\n[ \t]*")
_TOKEN: Final = re.compile(
    rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_]\w*|\.?\d(?:[\w.]|[eEpP][+-])*|##|#|\s+|.", re.DOTALL
)
_LONGEST_EXPANSION: Final = 64 << 10
_DEEPEST_EXPANSION: Final = 8


@record
class Macro:
    """One `#define`; `params` is None when it takes no arguments. The body is one line without comments."""

    name: str
    params: tuple[str, ...] | None
    body: bytes
    path: str
    start: int

    @property
    def is_variadic(self) -> bool:
        """Whether the last parameter takes all that is left."""
        return bool(self.params and self.params[-1].endswith("..."))

    def says_the_same(self, other: Macro) -> bool:
        """Whether two definitions expand alike."""
        return (self.params, self.body.split()) == (other.params, other.body.split())


@record
class Include:
    """What a file includes, as it is spelled."""

    name: str
    is_quoted: bool


def macros(data: bytes, path: str) -> dict[str, tuple[Macro, ...]]:
    """Return the macros that a file defines, each with all its definitions that differ."""
    found: dict[str, tuple[Macro, ...]] = {}
    for _, match in directives(data, _DEFINE) if b"define" in data else ():
        macro = Macro(
            match[1].decode("utf-8", "replace"),
            _params(match[2]),
            _COMMENT.sub(b" ", _SPLICE.sub(b" ", match[3])).strip(),
            path,
            match.start(1),
        )
        known = found.get(macro.name, ())
        if not any(macro.says_the_same(other) for other in known):
            found[macro.name] = (*known, macro)
    return found


def includes(data: bytes) -> tuple[Include, ...]:
    """Return what a file includes, in order, whatever the conditions around it."""
    found: dict[Include, None] = {}
    at = data.find(b"#")
    while at >= 0:
        match = _INCLUDE.match(data, at)
        if match is not None:
            found[Include(match[2].decode("utf-8", "replace"), match[1] == b'"')] = None
        at = data.find(b"#", at + 1)
    return tuple(found)


def expand(macro: Macro, arguments: Sequence[bytes], known: Mapping[str, Macro]) -> bytes | None:
    """Return the text of a macro's use, the macros of `known` expanded in it; None when it does not fit or is too long.

    Arguments are put in as they stand. `known` decides how far it goes: with none, the macro's own body is all.
    """
    text = _substituted(macro, arguments)
    if text is None or not known:
        return text
    return _rescanned(text, known, frozenset({macro.name}), 0)


def arguments_of(text: bytes, start: int) -> tuple[tuple[bytes, ...], int] | None:
    """Return the arguments of a use whose `(` stands at `start`, and where it ends; None when it is not closed soon."""
    depth = 0
    at = begin = start
    found: list[bytes] = []
    end = min(len(text), start + _LONGEST_EXPANSION)
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        token = match[0]
        if token in (b"(", b"[", b"{"):
            depth += 1
            if depth == 1:
                begin = match.end()
        elif token in (b")", b"]", b"}"):
            depth -= 1
            if depth == 0:
                last = text[begin:at].strip()
                return (*found, last) if found or last else (), match.end()
        elif token == b"," and depth == 1:
            found.append(text[begin:at].strip())
            begin = match.end()
        at = match.end()
    return None


def _params(text: bytes | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(name.strip().decode("utf-8", "replace") for name in text[1:-1].split(b",") if name.strip())


def _substituted(macro: Macro, arguments: Sequence[bytes]) -> bytes | None:
    if macro.params is None:
        return macro.body
    names = [name.removesuffix("...").strip().encode() or b"__VA_ARGS__" for name in macro.params]
    given = list(arguments)
    if macro.is_variadic:
        fixed = len(names) - 1
        if len(given) < fixed:
            return None
        given = [*given[:fixed], b", ".join(given[fixed:])]
    elif len(names) == 1 and not given:
        given = [b""]
    if len(given) != len(names):
        return None
    values = dict(zip(names, given, strict=True))
    out: list[bytes] = []
    tokens: list[bytes] = _TOKEN.findall(macro.body)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token == b"##":
            while out and out[-1].isspace():
                out.pop()
            at += 1
            while at < len(tokens) and tokens[at].isspace():
                at += 1
            is_rest = macro.is_variadic and tokens[at : at + 1] == names[-1:]
            if is_rest and not values[names[-1]] and out[-1:] == [b","]:
                # `, ##__VA_ARGS__` of nothing has no comma.
                out.pop()
            continue
        if token == b"#":
            following = next((later for later in tokens[at + 1 :] if not later.isspace()), b"")
            if following in values:
                out.append(b'"' + values[following].replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
                at = tokens.index(following, at) + 1
                continue
        out.append(values.get(token, token))
        at += 1
    text = b"".join(out)
    return text if len(text) <= _LONGEST_EXPANSION else None


def _rescanned(text: bytes, known: Mapping[str, Macro], hidden: frozenset[str], depth: int) -> bytes | None:
    """Expand the macros in a text, but for those that are being expanded."""
    if depth >= _DEEPEST_EXPANSION:
        return None
    out: list[bytes] = []
    at = 0
    length = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        piece: bytes | None = match[0]
        name = match[0].decode("utf-8", "replace")
        macro = known.get(name) if name not in hidden else None
        if macro is not None:
            piece, at = _used(macro, text, match, known, hidden, depth)
        if piece is None:
            return None
        length += len(piece)
        if length > _LONGEST_EXPANSION:
            return None
        out.append(piece)
    return b"".join(out)


def _used(
    macro: Macro,
    text: bytes,
    match: re.Match[bytes],
    known: Mapping[str, Macro],
    hidden: frozenset[str],
    depth: int,
) -> tuple[bytes | None, int]:
    arguments: tuple[bytes, ...] = ()
    end = match.end()
    if macro.params is not None:
        opening = end
        while text[opening : opening + 1].isspace():
            opening += 1
        if text[opening : opening + 1] != b"(":
            return match[0], end
        read = arguments_of(text, opening)
        if read is None:
            return None, end
        arguments, end = read
    body = _substituted(macro, arguments)
    if body is None:
        return None, end
    return _rescanned(body, known, hidden | {macro.name}, depth + 1), end
