"""Preprocessor lines as bytes: macros, includes, conditional groups. No macro is expanded but where somebody asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DEFINE: Final = re.compile(
    rb"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^()\n]*\))?((?:[^\n\\]+|\\\r?\n|\\.|\\)*)", re.MULTILINE
)
_INCLUDE: Final = re.compile(rb"^[ \t]*#[ \t]*(?:include|import)[ \t]*([\"<])([^\">\n]+)[\">]", re.MULTILINE)
_COMMENT: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_SPLICE: Final = re.compile(rb"\\\r?\n[ \t]*")
_TOKEN: Final = re.compile(
    rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_]\w*|\.?\d(?:[\w.]|[eEpP][+-])*|##|#|\s+|.", re.DOTALL
)
_LONGEST_EXPANSION: Final = 64 << 10
_DEEPEST_EXPANSION: Final = 8


@dataclass(frozen=True, slots=True)
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
        return bool(self.params) and self.params[-1].endswith("...")  # type: ignore[index]

    def says_the_same(self, other: Macro) -> bool:
        """Whether two definitions expand alike."""
        return (self.params, self.body.split()) == (other.params, other.body.split())


@dataclass(frozen=True, slots=True)
class Include:
    """What a file includes, as it is spelled."""

    name: str
    is_quoted: bool


def macros(data: bytes, path: str) -> dict[str, tuple[Macro, ...]]:
    """Return the macros that a file defines, each with all its definitions that differ."""
    found: dict[str, tuple[Macro, ...]] = {}
    for match in _DEFINE.finditer(data) if b"define" in data else ():
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
    found = (Include(match[2].decode("utf-8", "replace"), match[1] == b'"') for match in _INCLUDE.finditer(data))
    return tuple(dict.fromkeys(found))


def expand(macro: Macro, arguments: Sequence[bytes], known: Mapping[str, Macro]) -> bytes | None:
    """Return the text of a macro's use, the macros of `known` expanded in it; None when it does not fit or is too long.

    Arguments are put in as they stand. `known` decides how far it goes: with none, the macro's own body is all.
    """
    text = _substituted(macro, arguments)
    return None if text is None else _rescanned(text, known, frozenset({macro.name}), 0)


def arguments_of(text: bytes, start: int) -> tuple[tuple[bytes, ...], int] | None:
    """Return the arguments of a use whose `(` stands at `start`, and where it ends; None when it is not closed."""
    depth = 0
    at = begin = start
    found: list[bytes] = []
    while at < len(text):
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


# What a first look at conditional groups needs: directives at line starts, and what could hide a brace.
_DIRECTIVE: Final = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b((?:[^\n\\]+|\\\r?\n|\\.|\\)*)", re.MULTILINE
)
_OPAQUE: Final = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_HEADER_AT_END: Final = re.compile(rb"\b(?:if|while|for|switch)\b[^;{}]*\Z")
_BRACKETS: Final = re.compile(rb"[{}()\[\]]")


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a conditional group: its directive line, and the lines behind it, as byte offsets."""

    keyword: str
    condition: bytes
    directive: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """A conditional group from its `#if` to behind its `#endif`."""

    branches: tuple[Branch, ...]
    end: int

    @property
    def start(self) -> int:
        """Where its first directive line starts."""
        return self.branches[0].directive


@dataclass(frozen=True, slots=True)
class Readable:
    """The bytes of a file made easy to parse: as long, with blanks for what was taken out."""

    data: bytes
    torn: tuple[tuple[int, int], ...]
    """The groups of which only one branch is left although others count too: what holds one is not read rightly."""


def groups(data: bytes) -> list[Group]:
    """Return the conditional groups that are closed, the inner ones before the outer ones."""
    return list(_groups(data))


def readable(data: bytes, *, is_cpp: bool, empty: Mapping[bytes, Macro] | None = None) -> Readable:
    """Take out of a file what the grammar stumbles over.

    Branches that are never compiled go; of a group whose branches are no whole statements the first is left; macros of
    `empty` (see `world.World.decorations`), which only decorate declarations, go too.
    """
    buffer = bytearray(data)
    torn: list[tuple[int, int]] = []
    plain: bytearray | None = None
    for group in _groups(data):
        kept = _decided(group, is_cpp=is_cpp)
        if kept is None:
            if plain is None:
                plain = bytearray(_OPAQUE.sub(_blank, bytes(buffer)))
            if _is_whole(plain, group):
                continue
            torn.append((group.start, group.end))
            kept = 0
        _keep(buffer, group, kept)
        if plain is not None:
            _keep(plain, group, kept)
    if empty:
        _strip(buffer, empty)
    return Readable(bytes(buffer), tuple(torn))


def _groups(data: bytes) -> Iterator[Group]:
    opened: list[list[Branch]] = []
    for match in _DIRECTIVE.finditer(data):
        keyword = match[1].decode()
        line_end = min(match.end() + 1, len(data))
        branch = Branch(keyword, match[2].strip(), match.start(), line_end, len(data))
        if keyword in _OPENING:
            opened.append([branch])
            continue
        if not opened:
            continue
        branches = opened[-1]
        last = branches[-1]
        branches[-1] = Branch(last.keyword, last.condition, last.directive, last.start, match.start())
        if keyword == "endif":
            opened.pop()
            yield Group(tuple(branches), line_end)
        else:
            branches.append(branch)


_OPENING: Final = frozenset(("if", "ifdef", "ifndef"))


def _decided(group: Group, *, is_cpp: bool) -> int | None:
    """The branch that is compiled, if its condition tells by itself: its number, or -1 for none."""
    for number, branch in enumerate(group.branches):
        holds = _holds(branch, is_cpp=is_cpp)
        if holds is None:
            return None
        if holds:
            return number
    return -1


def _holds(branch: Branch, *, is_cpp: bool) -> bool | None:
    if branch.keyword == "else":
        return True
    condition = _COMMENT.sub(b"", branch.condition).strip()
    if branch.keyword in ("if", "elif"):
        if condition in (b"0", b"1", b"(0)", b"(1)", b"false", b"true"):
            return condition.strip(b"()") in (b"1", b"true")
        if condition in (b"defined(__cplusplus)", b"defined __cplusplus", b"defined (__cplusplus)"):
            return is_cpp
        return None
    if condition == b"__cplusplus":
        return is_cpp != (branch.keyword in ("ifndef", "elifndef"))
    return None


def _is_whole(plain: bytearray, group: Group) -> bool:
    """Whether each branch is a row of whole statements, declarations or directives, where such may stand."""
    before = plain[max(group.start - 4096, 0) : group.start].rstrip()
    last = before[before.rfind(b"\n") + 1 :]
    if before and not before.endswith((b";", b"}", b"{", b":")) and not last.lstrip().startswith(b"#"):
        return False
    return all(_is_row(plain[branch.start : branch.end]) for branch in group.branches)


def _is_row(text: bytearray) -> bool:
    stripped = text.strip()
    if not stripped:
        return True
    if stripped.startswith((b"else", b"&&", b"||", b",", b")", b"}")):
        return False
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += 1 if match[0] in (b"{", b"(", b"[") else -1
        if depth < 0:
            return False
    if depth:
        return False
    last = stripped[stripped.rfind(b"\n") + 1 :]
    if stripped.endswith((b";", b"}", b":")) or last.lstrip().startswith(b"#"):
        return True
    return stripped.endswith(b")") and _HEADER_AT_END.search(stripped) is None


def _keep(buffer: bytearray, group: Group, kept: int) -> None:
    """Blank all of a group but one branch."""
    for number, branch in enumerate(group.branches):
        end = branch.start if number == kept else branch.end
        buffer[branch.directive : end] = _blanks(buffer[branch.directive : end])
    last = group.branches[-1].end
    buffer[last : group.end] = _blanks(buffer[last : group.end])


def _blank(match: re.Match[bytes]) -> bytes:
    return _blanks(match[0])


_NOT_A_LINE: Final = re.compile(rb"[^\r\n]")


def _blanks(text: bytes | bytearray) -> bytes:
    return _NOT_A_LINE.sub(b" ", bytes(text))


def _strip(buffer: bytearray, empty: Mapping[bytes, Macro]) -> None:
    """Blank the uses of macros that only decorate; of one with a parameter, the argument stays."""
    data = bytes(buffer)
    for match in _WORD.finditer(data):
        macro = empty.get(match[0])
        if macro is None or _in_directive(data, match.start()):
            continue
        if macro.params is None:
            buffer[match.start() : match.end()] = b" " * len(match[0])
            continue
        opening = match.end()
        while data[opening : opening + 1] in (b" ", b"\t"):
            opening += 1
        read = arguments_of(data, opening) if data[opening : opening + 1] == b"(" else None
        if read is None:
            continue
        stays = macro.params and macro.params[0].encode() in macro.body.split()
        buffer[match.start() : opening + 1] = b" " * (opening + 1 - match.start())
        if stays:
            buffer[read[1] - 1 : read[1]] = b" "
        else:
            buffer[opening : read[1]] = _blanks(data[opening : read[1]])


_WORD: Final = re.compile(rb"[A-Za-z_]\w*")


def _in_directive(data: bytes, at: int) -> bool:
    return data[data.rfind(b"\n", 0, at) + 1 : at].lstrip()[:1] == b"#"
