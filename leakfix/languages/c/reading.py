"""The bytes of a file made easy to parse: as long, with blanks for what the grammar stumbles over.

Nodes read their text from the true bytes, so that nothing of this shows but in their types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c import conditionals, preprocessor
from leakfix.languages.c.words import WORD
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from leakfix.languages.c.conditionals import Group
    from leakfix.languages.c.preprocessor import Macro

_OPAQUE: Final = re.compile(rb"\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_DIRECTIVE: Final = re.compile(rb"#(?:[^\n\\]+|\\\r?\n|\\.|\\)*")
_BLANKED: Final = bytes(byte if byte in b"\r\n" else ord(" ") for byte in range(256))

_LABEL: Final = re.compile(rb"[ \t]*(?:[A-Za-z_]\w*|case\b[^:;{}?\n]*)[ \t]*")
_LABEL_END: Final = re.compile(rb":(?=[ \t]*\r?\n\s*[#}])")
_STATEMENT: Final = re.compile(rb"\n[ \t]++([A-Za-z_]\w++)(?=[ \t]*+(?:[({]|\r?$))", re.MULTILINE)
_DECORATED: Final = rb"[ \t]+([A-Z][A-Z0-9_]+(?:\([^()\n]*\))?)(?=[ \t]+[A-Za-z_])"
# What a pattern starts with is searched for at once; what must not stand before it is asked behind it.
_CLASS_HEAD: Final = re.compile(rb"class(?<!\wclass)" + _DECORATED)
_STRUCT_HEAD: Final = re.compile(rb"struct(?<!\wstruct)" + _DECORATED)
_BEHIND_TEXT: Final = re.compile(rb"[ \t\r\n]+([A-Za-z_]\w*)(?=\s*[\"),;\]}])")
_BEFORE_TEXT: Final = re.compile(rb"\b([A-Za-z_]\w*)[ \t\r\n]+\Z")
_ARGUMENT_TYPE: Final = re.compile(
    rb"\b(?:va_arg|container_of|list_entry|list_first_entry|list_last_entry|hlist_entry|rb_entry)\s*\(([^;{}()]*)\)"
)
_HIDDEN_FIRST: Final = re.compile(rb"\b([ap]THX_)\b(?=\s*[\w*,)])")
_HIDDEN_LAST: Final = re.compile(rb"(?<=[\w)\]])[ \t]+([A-Z][A-Z0-9_]*_(?:CC|DC))\b(?=\s*[\w*,)])")
_JOINED_NAMES: Final = re.compile(
    rb"[(,=][ \t\r\n]*+[A-Z][A-Z0-9]*+_[A-Z0-9_]++[ \t\r\n]++([A-Z][A-Z0-9]*+_[A-Z0-9_]++)(?=\s*+[,);])"
)
_LONE_NAME: Final = re.compile(
    rb"\n([A-Z][A-Z0-9]*_[A-Z0-9_]+)[ \t]*(?=\r?\n(?:\s*(?:inline\s+)?namespace\b|[ \t]*\r?\n))"
)
_OPERATOR_CALL: Final = re.compile(rb"(?:->|\.)\s*operator(\s*(?:\[\]|\(\)|[-+*/=<>!&|^%]{1,3}))(?=\s*\()")
_SUPERFLUOUS: Final = (
    (_HIDDEN_FIRST, (b"THX_",)),
    (_HIDDEN_LAST, (b"_CC", b"_DC")),
    (_JOINED_NAMES, (b"_",)),
    (_CLASS_HEAD, (b"class ", b"class\t")),
    (_STRUCT_HEAD, (b"struct ", b"struct\t")),
    (_LONE_NAME, (b"_",)),
)
_TAKING_TYPES: Final = (b"va_arg", b"container_of", b"_entry")
_HEAD: Final = re.compile(rb"\n(?:[A-Za-z_][\w:<>]*+[ \t\r\n*&]++){2,8}(?=~?[A-Za-z_][\w:]*+\s*+\()")
_SHOUTED: Final = re.compile(rb"\b[A-Z][A-Z0-9_]{2,}\b")
_HEAD_WORD: Final = re.compile(rb"[A-Za-z_][\w:]*")
_TEXT_WORDS: Final = frozenset(
    (b"return", b"case", b"extern", b"throw", b"else", b"operator", b"asm", b"__asm__", b"volatile", b"do", b"in")
)
_STATEMENT_WORDS: Final = frozenset(
    (
        *(b"if", b"while", b"for", b"switch", b"return", b"sizeof", b"else", b"do", b"case", b"default", b"break"),
        *(b"continue", b"goto", b"catch", b"try", b"new", b"delete", b"throw", b"public", b"private", b"protected"),
        *(b"const", b"static", b"inline", b"struct", b"union", b"enum", b"class", b"typedef", b"void", b"int"),
        *(b"unsigned", b"signed", b"char", b"long", b"short", b"float", b"double", b"bool", b"auto", b"template"),
    )
)
_QUALIFYING: Final = frozenset((b"static", b"inline", b"extern", b"const", b"virtual", b"constexpr", b"explicit"))
_LOOP_NAME: Final = re.compile(rb"(?i)for_?each|_loop|^loop|^for_|_for_")
_SPACES: Final = b" \t\r\n"


@record
class Readable:
    """What is parsed instead of a file."""

    data: bytes
    torn: tuple[tuple[int, int], ...]
    """The conditional groups of which only one branch is left although others count too, as byte offsets."""


@record
class Habits:
    """What the macros of a tree stand for, as far as parsing has to know it."""

    decorations: Mapping[bytes, Macro]
    """Macros that only decorate declarations: empty ones, attributes, `static inline`; of one parameter or none."""
    headers: Mapping[bytes, bytes]
    """Macros that stand for the header of a statement, with the keyword that it starts with: `while` for any loop."""


NO_HABITS: Final = Habits({}, {})


def readable(data: bytes, *, is_cpp: bool, habits: Habits = NO_HABITS) -> Readable:
    """Take out of a file, or change in it, what the grammar stumbles over.

    Branches that are never compiled go; of a group whose branches are no whole statements the first is left. Macros
    that decorate declarations go, those that head a statement become a `while`, those that are one get a semicolon.
    """
    buffer = bytearray(data)
    torn, known = _choose(buffer, data, is_cpp=is_cpp)
    told = known or _plain(bytes(buffer))
    plain = told.text
    plain[:] = _without_directives(bytes(plain))
    if habits.decorations:
        _undecorate(buffer, plain, habits.decorations)
    _quieten(buffer, plain)
    _end_statements(buffer, plain, habits.headers)
    uncommented = bytearray(buffer)
    for start, end in told.comments:
        uncommented[start:end] = plain[start:end]
    for at in list(_label_ends(bytes(uncommented))):
        uncommented[at : at + 1] = buffer[at : at + 1] = b";"
    _join_texts(buffer, bytes(uncommented), told.quoted)
    text = bytes(plain)
    if b"_Thread_local" in text:
        buffer[:] = bytes(buffer).replace(b"_Thread_local", b"__thread".ljust(len(b"_Thread_local")))
    framed = b"\n" + text
    for pattern, words in _SUPERFLUOUS:
        for match in pattern.finditer(framed) if any(word in text for word in words) else ():
            _wipe(buffer, None, match.start(1) - 1, match.end(1) - 1)
    for match in _OPERATOR_CALL.finditer(text) if is_cpp and b"operator" in text else ():
        buffer[match.start(1) : match.end(1)] = b"x" * len(match[1])
    for match in _ARGUMENT_TYPE.finditer(text) if any(word in text for word in _TAKING_TYPES) else ():
        _name_types(buffer, match.start(1), match.end(1))
    return Readable(bytes(buffer), torn)


def without_dead(data: bytes, *, is_cpp: bool) -> bytes:
    """Blank the branches that are never compiled."""
    buffer = bytearray(data)
    for group in conditionals.groups(data):
        kept = conditionals.decided(group, is_cpp=is_cpp)
        if kept is not None:
            _keep(buffer, group, kept)
    return bytes(buffer)


def without_storage(data: bytes) -> bytes:
    """Blank out what looks like a macro for thread-local storage before a body: `static APP_THREAD_LOCAL struct {`.

    Unless its definition is at hand, the grammar takes the whole for a function without complaint.
    """
    return _STORAGE.sub(_blank, data)


_STORAGE: Final = re.compile(rb"(?<=static )[A-Z][A-Z0-9_]*_THREAD_LOCAL(?=\s+(?:struct|union|class)\b)")


def habits_of(macros: Mapping[str, tuple[Macro, ...]]) -> Habits:
    """Tell what macros stand for; one that is defined in several ways counts if all of them fit."""
    decorations: dict[bytes, Macro] = {}
    headers: dict[bytes, bytes] = {}
    for name, found in macros.items():
        if _decorate(found):
            decorations[name.encode()] = max(found, key=lambda macro: len(macro.body))
            continue
        keywords = {_keyword(macro) for macro in found}
        keyword = keywords.pop() if len(keywords) == 1 else b""
        if keyword == _WHILE and len(name) < len(_WHILE):
            keyword = b"if"
        if keyword and len(keyword) <= len(name):
            headers[name.encode()] = keyword
    return Habits(decorations, headers)


_DECORATING: Final = frozenset(
    (
        *(b"static", b"inline", b"extern", b"const", b"register", b"volatile", b"constexpr", b"__inline"),
        *(b"__inline__", b"__forceinline", b"__cdecl", b"__stdcall", b"__fastcall", b"__extension__", b"noexcept"),
        *(b"_Noreturn", b"restrict", b"__restrict", b"__restrict__", b"__const", b"far", b"_far", b"__far", b"WINAPI"),
    )
)
_ATTRIBUTE: Final = re.compile(
    rb"__attribute__\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*\)|__declspec\s*\([^()]*\)|\[\[.*?\]\]"
    rb"|_Pragma\s*\([^()]*\)"
)


def _decorate(found: tuple[Macro, ...]) -> bool:
    """Whether all definitions of a macro leave what it stands beside as it is."""
    if all(macro.params is None for macro in found):
        decorating = [_is_decoration(macro) for macro in found]
        return any(decorating) and all(
            told or WORD.fullmatch(macro.body) is not None for told, macro in zip(decorating, found, strict=True)
        )
    around = [_is_around(macro) for macro in found]
    return any(around) and all(told or not macro.body for told, macro in zip(around, found, strict=True))


def _is_decoration(macro: Macro) -> bool:
    return all(word in _DECORATING for word in _ATTRIBUTE.sub(b" ", macro.body).replace(b'"C"', b" ").split())


def _is_around(macro: Macro) -> bool:
    """Whether it is an attribute with arguments, or stands around a type."""
    words = _ATTRIBUTE.sub(b" ", macro.body).split()
    if not words:
        return bool(macro.body)
    if macro.params is None or len(macro.params) != 1:
        return False
    argument = macro.params[0].encode()
    return argument in words and all(word in _DECORATING or word == argument for word in words)


def _keyword(macro: Macro) -> bytes:
    """The keyword of the statement that a macro is the header of; empty when it is none."""
    body = macro.body
    word = WORD.match(body)
    if macro.params is None and _LAMBDA_AT_END.search(body) is not None:
        return GUARD
    if word is None or word[0] not in _HEADING:
        return b""
    if macro.params is None:
        return body if body == b"try" else _ENDLESS if _ENDLESS_LOOP.fullmatch(body) is not None else b""
    whole = macro.params is not None and body.endswith((b")", b"else")) and b"{" not in body
    return _HEADING[word[0]] if whole else b""


GUARD: Final = b"x = [&]"
"""What is read for a macro that makes a scope guard of the block behind it: an assignment of a lambda."""
_ENDLESS: Final = b"for(;;)"
_ENDLESS_LOOP: Final = re.compile(rb"(?:for\s*\(\s*;\s*;\s*\)|while\s*\(\s*(?:1|true)\s*\))")
_LAMBDA_AT_END: Final = re.compile(rb"\[&\]\s*(?:\(\s*(?:void)?\s*\)\s*)?(?:mutable|noexcept)?\s*\Z")
_HEADING: Final = {b"for": b"while", b"while": b"while", b"if": b"if", b"catch": b"catch", b"try": b"try"}


def _choose(buffer: bytearray, data: bytes, *, is_cpp: bool) -> tuple[tuple[tuple[int, int], ...], _Plain | None]:
    """Blank what is not compiled, or cannot be parsed; return the torn groups, and what is plain if that is known."""
    torn: list[tuple[int, int]] = []
    plain: bytearray | None = None
    found: _Plain | None = None
    for group in conditionals.groups(data):
        kept = conditionals.decided(group, is_cpp=is_cpp)
        if kept is None:
            if plain is None:
                found = _plain(bytes(buffer))
                plain = found.text
            if conditionals.is_whole(plain, group):
                continue
            torn.append((group.start, group.end))
            kept = 0
        _keep(buffer, group, kept)
        if plain is not None:
            _keep(plain, group, kept)
            found = None
    return tuple(torn), found


def _keep(buffer: bytearray, group: Group, kept: int) -> None:
    """Blank all of a group but one branch."""
    for number, branch in enumerate(group.branches):
        end = branch.start if number == kept else branch.end
        buffer[branch.directive : end] = _blanks(buffer[branch.directive : end])
    last = group.branches[-1].end
    buffer[last : group.end] = _blanks(buffer[last : group.end])


def _undecorate(buffer: bytearray, plain: bytearray, decorations: Mapping[bytes, Macro]) -> None:
    """Blank the uses of macros that only decorate; of one that stands around something, that stays."""
    text = bytes(plain)
    for match in _uses(text, decorations.keys()):
        if text[match.start() - 1 : match.start()] in (b".", b">"):
            continue
        macro = decorations[match[0]]
        if macro.params is None:
            _wipe(buffer, plain, match.start(), match.end())
            continue
        opening = match.end()
        while text[opening : opening + 1] in (b" ", b"\t"):
            opening += 1
        read = preprocessor.arguments_of(text, opening) if text[opening : opening + 1] == b"(" else None
        if read is None:
            continue
        if macro.params and macro.params[0].encode() in macro.body.split():
            _wipe(buffer, plain, match.start(), opening + 1)
            _wipe(buffer, plain, read[1] - 1, read[1])
        else:
            _wipe(buffer, plain, match.start(), read[1])


def _uses(text: bytes, names: Collection[bytes]) -> Iterator[re.Match[bytes]]:
    """Where some names stand in a text, and not as a part of a longer one."""
    for name in sorted(names):
        at = text.find(name)
        while at >= 0:
            start = at
            while start and text[start - 1] in _HEAD_BYTES:
                start -= 1
            match = next(one for one in _HEAD_WORD.finditer(text, start) if one.end() > at)
            if match[0] == name:
                yield match
            at = text.find(name, match.end())


_HEAD_BYTES: Final = frozenset(b"_:0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _quieten(buffer: bytearray, plain: bytearray) -> None:
    """Blank the words in capitals between the words of a function's header, which somebody else's macros are."""
    for match in _HEAD.finditer(b"\n" + plain):
        words = [word for word in _HEAD_WORD.finditer(match[0]) if word[0] not in _QUALIFYING]
        shouted = [word for word in words if _SHOUTED.fullmatch(word[0])]
        if not shouted or words[0][0] in _STATEMENT_WORDS - _TYPE_WORDS:
            continue
        kept = shouted[0] if len(shouted) == len(words) else None
        for word in shouted:
            if word is not kept:
                _wipe(buffer, plain, match.start() - 1 + word.start(), match.start() - 1 + word.end())


_TYPE_WORDS: Final = frozenset(
    (
        *(b"const", b"static", b"inline", b"struct", b"union", b"enum", b"class", b"void", b"int", b"unsigned"),
        *(b"signed", b"char", b"long", b"short", b"float", b"double", b"bool", b"auto"),
    )
)


def _end_statements(buffer: bytearray, plain: bytearray, headers: Mapping[bytes, bytes]) -> None:
    """Give a macro that is a statement its semicolon, and one that heads a statement the keyword of that."""
    text = bytes(plain)
    for match in _STATEMENT.finditer(text):
        name = match[1]
        if name in _STATEMENT_WORDS or not _starts_statement(text, match.start(1), name in headers):
            continue
        end = match.end(1)
        opening = end
        while text[opening : opening + 1] in (b" ", b"\t"):
            opening += 1
        has_arguments = text[opening : opening + 1] == b"("
        if has_arguments:
            end = _closing(text, opening)
            if end < 0:
                continue
        elif not (name in headers or _SHOUTED.fullmatch(name)):
            continue
        following = text[end : end + _NEAR].lstrip()
        if following[:1] in _WITHIN_STATEMENT:
            continue
        is_header = name in headers or _LOOP_NAME.search(name) is not None
        keyword = headers.get(name, _WHILE if len(name) >= len(_WHILE) else b"if")
        if has_arguments == (keyword not in _BARE) and _heads_here(following, is_header=is_header):
            buffer[match.start(1) : match.end(1)] = keyword + b" " * (len(name) - len(keyword))
            if has_arguments and end - opening > 2 and not text[opening + 1 : end - 1].strip():
                buffer[opening + 1] = ord(b"1")
        elif _starts_anew(following) and text[end : end + 1] in (b" ", b"\t", b"\r", b"\n"):
            buffer[end : end + 1] = b";"
            plain[end : end + 1] = b";"


_NEAR: Final = 400
_WITHIN_STATEMENT: Final = frozenset(bytes((byte,)) for byte in b";,.()[]<>=+-*/%&|^!?:") | {b""}
"""What stands behind a call that neither ends a statement there nor heads one."""
_BRACKET: Final = re.compile(rb"[()\[\]{}]")
_LONGEST_ARGUMENTS: Final = 64 << 10


def _closing(text: bytes, start: int) -> int:
    """Where the list that is opened at `start` ends, in a text without comments and strings; -1 when not soon."""
    depth = 0
    for match in _BRACKET.finditer(text, start, start + _LONGEST_ARGUMENTS):
        depth += 1 if match[0] in b"([{" else -1
        if not depth:
            return match.end()
    return -1


_WHILE: Final = b"while"
_BARE: Final = frozenset((b"try", _ENDLESS, GUARD))
_CONTINUING: Final = frozenset((b"and", b"or", b"const", b"noexcept", b"override", b"final", b"try"))


def _heads_here(following: bytes, *, is_header: bool) -> bool:
    return following.startswith(b"{") or (is_header and WORD.match(following) is not None)


def _starts_anew(following: bytes) -> bool:
    """Whether what follows a call on its line is no part of the same statement."""
    word = WORD.match(following)
    if word is not None:
        return word[0] not in _CONTINUING
    return following.startswith((b"}", b"#"))


def _starts_statement(text: bytes, at: int, is_header: bool) -> bool:
    """Whether what stands before is a whole statement, the start of a block, or a label; or the header of one."""
    before = text[max(at - _NEAR, 0) : at].rstrip()
    if is_header and before.endswith((b")", b"else")):
        return True
    return before.endswith((b";", b"{", b"}", b":")) or _is_statement_macro(before)


def _is_statement_macro(before: bytes) -> bool:
    """Whether the line before is a macro in capitals alone, which may be a statement too."""
    line = before[before.rfind(b"\n") + 1 :].strip()
    word = _SHOUTED.match(line)
    return word is not None and (
        word.end() == len(line) or (line[word.end() :].lstrip()[:1] == b"(" and line.endswith(b")"))
    )


def _label_ends(text: bytes) -> Iterator[int]:
    """Where a label ends that has no statement behind it."""
    for match in _LABEL_END.finditer(text):
        if _LABEL.fullmatch(text, text.rfind(b"\n", 0, match.start()) + 1, match.start()) is not None:
            yield match.end()


def _join_texts(buffer: bytearray, text: bytes, quoted: list[tuple[int, int]]) -> None:
    """Blank the macros that stand beside string literals: `"%" PRIu64 "\\n"`. `text` has no comments."""
    done = -1
    for start, end in quoted:
        if text[start : start + 1] != b'"':
            continue
        before = _word_before(text, start)
        if before is not None and before[0] > done:
            _blank_beside(buffer, text, before[0], before)
        match = _BEHIND_TEXT.match(text, end)
        if match is not None:
            done = match.start(1)
            _blank_beside(buffer, text, end, match.span(1))


def _word_before(text: bytes, at: int) -> tuple[int, int] | None:
    """The word before an offset, with blanks between them."""
    if text[at - 1 : at] not in _BLANK_BYTES:
        return None
    if text[max(at - _NEAR, 0) : at].rstrip()[-1:] in _BEFORE_MOST_TEXTS:
        return None
    size = _NEAR
    near = text[max(at - size, 0) : at]
    while (length := len(near.rstrip())) < _LONGEST_WORD and size < at:
        size *= 8
        near = text[max(at - size, 0) : at]
    match = _BEFORE_TEXT.search(near, max(length - _LONGEST_WORD, 0))
    return (at - len(near) + match.start(1), at - len(near) + match.end(1)) if match is not None else None


_BLANK_BYTES: Final = (b" ", b"\t", b"\r", b"\n")
_BEFORE_MOST_TEXTS: Final = frozenset((b",", b"(", b"{", b"=", b'"', b";", b"+", b":", b"?", b"<"))
_LONGEST_WORD: Final = 200


def _blank_beside(buffer: bytearray, text: bytes, at: int, word: tuple[int, int]) -> None:
    if text[word[0] : word[1]] not in _TEXT_WORDS and not _is_in_directive(text, at):
        _wipe(buffer, None, *word)


def _is_in_directive(data: bytes, at: int) -> bool:
    return data[data.rfind(b"\n", 0, at) + 1 : at].lstrip()[:1] == b"#"


def _name_types(buffer: bytearray, start: int, end: int) -> None:
    """Make a type among arguments look like a name."""
    at = start
    for part in bytes(buffer[start:end]).split(b","):
        stripped = part.strip()
        if stripped and (stripped.endswith(b"*") or b" " in stripped or stripped in _TYPE_WORDS):
            offset = at + part.index(stripped)
            buffer[offset : offset + len(stripped)] = b"x" * len(stripped)
        at += len(part) + 1


def _wipe(buffer: bytearray, plain: bytearray | None, start: int, end: int) -> None:
    buffer[start:end] = _blanks(buffer[start:end])
    if plain is not None:
        plain[start:end] = _blanks(plain[start:end])


@record
class _Plain:
    """A text with blanks for its comments and literals, and where these stand, as byte offsets."""

    text: bytearray
    comments: list[tuple[int, int]]
    quoted: list[tuple[int, int]]


def _plain(data: bytes) -> _Plain:
    comments: list[tuple[int, int]] = []
    quoted: list[tuple[int, int]] = []
    parts: list[bytes] = []
    at = 0
    for match in _OPAQUE.finditer(data):
        start, end = match.span()
        parts += (data[at:start], match[0].translate(_BLANKED))
        (comments if data[start] == _SLASH else quoted).append((start, end))
        at = end
    parts.append(data[at:])
    return _Plain(bytearray(b"".join(parts)), comments, quoted)


_SLASH: Final = ord("/")


def _blank(match: re.Match[bytes]) -> bytes:
    return _blanks(match[0])


def _without_directives(text: bytes) -> bytes:
    """Blank the directives but for the `#`, which ends a statement."""
    parts: list[bytes] = []
    at = 0
    for _, match in conditionals.directives(text, _DIRECTIVE):
        hash_end = match.start() + 1
        parts += (text[at:hash_end], _blanks(text[hash_end : match.end()]))
        at = match.end()
    return b"".join((*parts, text[at:]))


def _blanks(text: bytes | bytearray) -> bytes:
    return bytes(text).translate(_BLANKED)
