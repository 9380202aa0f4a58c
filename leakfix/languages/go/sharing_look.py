"""First looks at the bytes of Go functions: which may cut or make something, and where.

They may say yes too often; types and the graph decide.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_READING: Final = (
    *(b"ReadAll(", b"ReadFile(", b"ReadString(", b"ReadBytes(", b"ReadLine(", b"ReadSlice("),
    b".Read()",
)
_READ: Final = re.compile(rb"Read(?:All|File|String|Bytes|Line|Slice)?\(")
"""What is found wherever one of those stands."""
_LARGE: Final = (*_READING, b"Output(", b".Text(", b".Peek(", b".Bytes()", b".Next(", b"Mmap(")
_BUFFER: Final = re.compile(rb"make\(\[\]\w+, ?(?:[\w.]*[a-z][\w.]{3,}\)|\w+ ?[*<]|\d{5})")
_ARRAY: Final = re.compile(rb"\[[\w<* ]{4,}\]byte\n")
_CUT: Final = re.compile(rb"\[[^\[\]\n:=]*+(?:\[[^\[\]\n]*+\][^\[\]\n:=]*+)?:[^\n=\]]*+\]")
# Each has the beginning that the engine searches for: together they would take six times as long.
_VIEW: Final = re.compile(rb"\.(?:(?:Trim|Split|Fields|Cut|Lines|Find)\w*\(|Read\(\))")
_UNSAFE: Final = re.compile(rb"unsafe\.S\w+\(")
# A part of constant length of something of any length.
_FIXED: Final = re.compile(rb"\[(?:0?:(?:[1-9]\d*|max\w*)|len\([\w.]+\) ?- ?\w+:|\d+:\d+)\]")
# A variable that is assigned the beginning of another, or a field that is shortened.
_SHORTENED: Final = re.compile(rb" = ([\w.]++)\[0?:\w++\]")
_POINTER: Final = re.compile(rb" = (?:\(\*\w+\)\()?&\w+\.\w+\)?\r?\n")
_FIELD: Final = re.compile(rb"&\w++\.\w++\)?\r?\n")
"""What that ends with, which begins with a byte that is soon found."""
_STORES: Final = re.compile(rb"(?:\.\w+|\]) ?(?:=(?!=)|\+)|<-|append\(|\.\w+, \w+(?:\.\w+)? =|[\n{]\s*\w+ = ")
_RETURNED: Final = re.compile(rb"\) (?:\(\w* ?)?(?:string|\[\]byte)\b[^\n]*\{\n")
_MARK: Final = re.compile(
    rb"\b(?:ReadAll|ReadFile|\w*Output|Text|ReadString|ReadBytes|ReadLine|ReadSlice|Peek|Bytes|Next|Mmap|Find\w*)\(|\.Read\(\)"
    rb"|make\(\[\]|\[[^\[\]\n]*(?:\[[^\[\]\n]*\])?[^\[\]\n]*:|&\w+\.|\.(?:String|Slice)\("
    rb"|\.(?:Trim|Split|Fields|Cut|Lines|To|Replace)\w*\("
)
_NAME: Final = re.compile(rb"(?:func )?(?:\([^)\n]*\) )?(\w+)")
_FUNCTION: Final = b"\nfunc "


@lru_cache(maxsize=2)
def may_keep_parts(data: bytes) -> bool:
    """Whether a file may hold a function that stores a part of something large: a look at its bytes."""
    points = _points(data)
    if not (points or _cuts(data)):
        return False
    words = _words(data)
    may_be_large = _is_large(data, words)
    if not (points or may_be_large or is_fixed(data)):
        return False
    functions = data.split(_FUNCTION)[1:]
    return any(_candidates(functions, [may_be_large and _is_large(text, words) for text in functions]))


def large_among(functions: Sequence[bytes], data: bytes) -> list[bool]:
    """In which of the functions of a file something large may be made."""
    words = _words(data)
    return [_is_large(text, words) for text in functions]


def _words(data: bytes) -> tuple[bytes, ...]:
    """The words for what is large that stand in a file."""
    return tuple(word for word in (_LARGE if _READ.search(data) else _LARGE[len(_READING) :]) if word in data)


def _is_large(text: bytes, words: Sequence[bytes]) -> bool:
    """Whether something large may be made; ``words`` are those that may stand in the text."""
    for word in words:
        if word in text:
            return True
    return (b"make([]" in text and _BUFFER.search(text) is not None) or (
        b"]byte\n" in text and _ARRAY.search(text) is not None
    )


def is_fixed(text: bytes) -> bool:
    """Whether a part of constant length is cut, a field is shortened in place, or a variable gets a beginning."""
    if _FIXED.search(text):
        return True
    for match in _SHORTENED.finditer(text):
        assigned = text[text.rfind(b"\n", 0, match.start()) + 1 : match.start()].strip()
        if (assigned == match[1]) == (b"." in assigned):
            return True
    return False


def _points(text: bytes) -> bool:
    """Whether a pointer to a field is assigned."""
    for match in _FIELD.finditer(text):
        if _POINTER.search(text, text.rfind(b"\n", 0, match.start()) + 1, match.end()):
            return True
    return False


def _cuts(text: bytes) -> bool:
    return bool(_CUT.search(text) or _VIEW.search(text) or _UNSAFE.search(text))


def candidates(functions: Sequence[bytes], sized: Sequence[bool]) -> list[bool]:
    """Which of the functions of a file are worth a graph; ``sized`` is what `large_among` tells of them."""
    return list(_candidates(functions, sized))


def _candidates(functions: Sequence[bytes], sized: Sequence[bool]) -> Iterator[bool]:
    large = [text for text, has_large in zip(functions, sized, strict=True) if has_large]
    giving = [name + b"(" for name in givers(large)]
    for text, has_large in zip(functions, sized, strict=True):
        yield (
            (_cuts(text) and (has_large or _stores(text, large)))
            or (any(name in text for name in giving) and _STORES.search(text) is not None)
            or _points(text)
        )


def givers(large: Iterable[bytes]) -> list[bytes]:
    """The names of the functions that may return a part of something large."""
    found = (_NAME.match(text) for text in large if _RETURNED.search(text) and _cuts(text))
    return [match[1] for match in found if match is not None]


def _stores(text: bytes, large: Sequence[bytes]) -> bool:
    """Whether a function stores a part of constant length, or of what a function with something large may pass it."""
    name = _NAME.match(text)
    if not (is_fixed(text) or (name is not None and any(name[1] + b"(" in other for other in large))):
        return False
    # Looked for last: it takes longest.
    return _STORES.search(text) is not None


def marks(data: bytes, start: int, end: int, names: Iterable[str]) -> list[int]:
    """Where a function between two offsets may make or cut something, or calls a function of these names."""
    found = [match.start() for match in _MARK.finditer(data, start, end)]
    for name in names:
        call = re.compile(rb"\b%b\(" % re.escape(name.encode()))
        found += (match.start() for match in call.finditer(data, start, end))
    return found
