"""Where a look at the starts of lines finds the declarations of a file; code laid out as gofmt does it shows them all.

This only tells what is worth parsing for a name; the tree then decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from leakfix.languages.go.objects import Kind

Shape = Literal["struct", "interface", ""]

_DECLARATION: Final = re.compile(
    rb"\n(?:func (\w+)(?=[ \t\r\n,=([*])|(?:type|var|const) (?:(\w+)(?=[ \t\r\n,=([*])|(\()))"
)
_GROUPED: Final = re.compile(rb"\n\t(\w+)(?=[ \t\r\n,=([*])")
_SHAPE: Final = re.compile(rb"type \w+ (struct|interface)\b")
_TYPE: Final = b"type "
_FUNCTION: Final = b"func "


def places(data: bytes) -> Mapping[bytes, Sequence[int]]:
    """Where the declarations of names start, those of groups where the group does; methods are left out."""
    found: dict[bytes, list[int]] = {}
    for match in _DECLARATION.finditer(data):
        start = match.start() + 1
        if match.lastindex == 3:
            end = data.find(b"\n)", start)
            for name in _GROUPED.findall(data, start, end) if end >= 0 else ():
                found.setdefault(name, []).append(start)
        else:
            found.setdefault(match[match.lastindex or 0], []).append(start)
    return found


def plain_kind(data: bytes, start: int, name: bytes) -> Kind | None:
    """What a declaration of a name declares that starts at an offset; None where its tree has to tell.

    It does where the name may be an alias, has parameters, or is one of several.
    """
    behind = start + len(_FUNCTION) + len(name)
    if data.startswith(_FUNCTION, start):
        return "func" if data.startswith(name, start + len(_FUNCTION)) else None
    if not data.startswith(_TYPE + name + b" ", start):
        return None
    return "type" if data[behind + 1 : behind + 2].isalpha() else None


def written_shape(data: bytes, start: int) -> Shape:
    """Whether the type that `plain_kind` tells of is spelled out as a struct or interface; "" where it is not."""
    match = _SHAPE.match(data, start)
    if match is None:
        return ""
    return "struct" if match[1] == b"struct" else "interface"
