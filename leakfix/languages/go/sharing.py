"""Which functions of a Go file may store a part of something large, and what the detector finds in them.

Few functions cut strings or slices, and fewer where something large is at hand: a look at the bytes decides which are
worth a graph, and whether their file is worth being parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leakfix.detectors.retention import Kept, kept
from leakfix.languages.go.sharing_flow import lower_sharing
from leakfix.languages.go.sharing_sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function

_LARGE: Final = (
    *(b"ReadAll(", b"ReadFile(", b"Output(", b".Text(", b"ReadString(", b"ReadBytes(", b"ReadLine(", b"ReadSlice("),
    *(b".Peek(", b".Bytes()", b".Next(", b"Mmap("),
)
_BUFFER: Final = re.compile(rb"make\(\[\]\w+, ?(?:[\w.]*[a-z][\w.]{3,}\)|\w+ ?[*<]|\d{5})")
_ARRAY: Final = re.compile(rb"\[[\w<* ]{4,}\]byte\n")
_CUT: Final = re.compile(rb"\[[^\[\]\n:=]*(?:\[[^\[\]\n]*\])?[^\[\]\n:=]*:[^\n=\]]*\]")
_VIEW: Final = re.compile(rb"(?:strings|bytes)\.(?:Trim|Split|Fields|Cut|Lines|To)\w*\(|unsafe\.S\w+\(|\.Find\w*\(")
# A part of constant length of something of any length.
_FIXED: Final = re.compile(rb"\[(?:0?:(?:[1-9]\d*|max\w*)|len\([\w.]+\) ?- ?\w+:|\d+:\d+)\]")
# A variable that is assigned the beginning of another, or a field that is shortened.
_SHORTENED: Final = re.compile(rb" = ([\w.]+)\[0?:\w+\]")
_POINTER: Final = re.compile(rb" = (?:\(\*\w+\)\()?&\w+\.\w+\)?\r?\n")
_STORES: Final = re.compile(rb"(?:\.\w+|\]) ?(?:=(?!=)|\+)|<-|append\(|\.\w+, \w+(?:\.\w+)? =|[\n{]\s*\w+ = ")
_RETURNED: Final = re.compile(rb"\) (?:\(\w* ?)?(?:string|\[\]byte)\b[^\n]*\{\n")
_NAME: Final = re.compile(rb"(?:func )?(?:\([^)\n]*\) )?(\w+)")
_FUNCTION: Final = b"\nfunc "


@lru_cache(maxsize=2)
def may_keep_parts(data: bytes) -> bool:
    """Whether a file may hold a function that stores a part of something large: a look at its bytes."""
    return (_is_large(data) or _is_fixed(data) or _points(data)) and any(_candidates(data.split(_FUNCTION)[1:]))


def _is_large(text: bytes) -> bool:
    """Whether something large may be made."""
    if any(word in text for word in _LARGE):
        return True
    return (b"make([]" in text and _BUFFER.search(text) is not None) or (
        b"]byte\n" in text and _ARRAY.search(text) is not None
    )


def _is_fixed(text: bytes) -> bool:
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
    return b"&" in text and _POINTER.search(text) is not None


def _cuts(text: bytes) -> bool:
    return _CUT.search(text) is not None or _VIEW.search(text) is not None


def _candidates(functions: Sequence[bytes]) -> list[bool]:
    """Which of the functions of a file are worth a graph."""
    large = [text for text in functions if _is_large(text)]
    givers = [name + b"(" for name in _givers(large)]
    return [
        (_cuts(text) and (_is_large(text) or _stores(text, large)))
        or (any(name in text for name in givers) and _STORES.search(text) is not None)
        or _points(text)
        for text in functions
    ]


def _givers(large: Iterable[bytes]) -> list[bytes]:
    """The names of the functions that may return a part of something large."""
    found = (_NAME.match(text) for text in large if _RETURNED.search(text) and _cuts(text))
    return [match[1] for match in found if match is not None]


def _stores(text: bytes, large: Sequence[bytes]) -> bool:
    """Whether a function stores a part of constant length, or of what a function with something large may pass it."""
    if not _STORES.search(text):
        return False
    name = _NAME.match(text)
    return _is_fixed(text) or (name is not None and any(name[1] + b"(" in other for other in large))


def _cuts_fixed(function: Function) -> bool:
    return _is_fixed(function.node.text or b"")


def kept_parts(analysis: Analysis) -> tuple[tuple[Function, Kept], ...]:
    """Every part that a file stores and that wastes the rest of its block, computed once for all rules."""
    known = analysis.cache.get("kept parts")
    if not isinstance(known, tuple):
        known = analysis.cache["kept parts"] = tuple(_kept_parts(analysis))
    return known


def _kept_parts(analysis: Analysis) -> list[tuple[Function, Kept]]:
    data, functions = analysis.file.data, analysis.file.functions
    if not may_keep_parts(data):
        return []
    found: list[tuple[Function, Kept]] = []
    texts = [data[function.node.start_byte : function.node.end_byte] for function in functions]
    givers = frozenset(name.decode() for name in _givers(text for text in texts if _is_large(text)))
    sizes = Sizes(analysis.program, _cuts_fixed, givers)
    for function, is_candidate in zip(functions, _candidates(texts), strict=True):
        if is_candidate and not function.has_error:
            found += [(function, one) for one in kept(lower_sharing(analysis.program, function, sizes))]
    return found
