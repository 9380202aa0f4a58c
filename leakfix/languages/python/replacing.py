"""Where the bytes of files look as if something was put in the place of what others define: see `replacements`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NAMING: Final = (b"patch", b"setattr", b"swap_", b"setitem", b"stub")
"""What is written in the name of whatever replaces something that it is given the name of."""
MODULES: Final = b"sys.modules"
_ASSIGNED: Final = re.compile(rb"\.(?<![^.\w]self\.)(?<![^.\w]cls\.)(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")
_NAMED: Final = re.compile(rb"[.'\"](\w+)(?=['\"])|(\w+)[ \t]*=(?!=)")
_INDENTED: Final = re.compile(rb"[ \t]*")
_HEAD: Final = re.compile(rb":[ \t\r]*(?:#[^\n]*)?\Z")


def replacing_places(contents: Iterable[bytes]) -> Mapping[bytes, Sequence[tuple[int, Span]]]:
    """Return the stretches in which some names may be replaced, by the names, with the numbers of the files.

    These are the assignments to attributes of that name, but for those of `self`, and the statements in which a name is
    written as text, or as a keyword, behind one of `NAMING` or `MODULES`.
    """
    found: dict[bytes, list[tuple[int, Span]]] = {}
    for number, data in enumerate(contents):
        for assigned in _ASSIGNED.finditer(data):
            found.setdefault(assigned[1], []).append((number, Span(*assigned.span(1))))
        for stretch in _naming(data):
            for named in _NAMED.finditer(data, stretch.start, stretch.end):
                found.setdefault(named[1] or named[2], []).append((number, stretch))
    return found


def _naming(data: bytes) -> Iterator[Span]:
    """Where a word stands that may be part of what replaces something, up to the end of its statement."""
    for word in (*NAMING, MODULES):
        at = data.find(word)
        while at >= 0:
            end = _end_of_statement(data, at)
            yield Span(at, end)
            at = data.find(word, at + len(word))


def _end_of_statement(data: bytes, at: int) -> int:
    """Where the statement around an offset ends at the latest, by how lines are indented."""
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    if end < 0:
        return len(data)
    if _HEAD.search(data, at, end) is not None and data.count(b"(", at, end) <= data.count(b")", at, end):
        return end
    indented = _INDENTED.match(data, start)
    depth = indented.end() - start if indented is not None else 0
    found = re.compile(rb"\n[ \t]{0,%d}[^\s#)\]}]" % depth).search(data, end)
    return found.start() if found is not None else len(data)
