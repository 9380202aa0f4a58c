"""First looks at the bytes of single C and C++ files, without parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from leakfix.models import Models

NEW: Final = "new"
"""The one acquiring name that is called without parentheses."""

_CONFLICT: Final = b"\n<<<<<<< "
_CALL: Final = re.compile(rb"([A-Za-z_]\w*+)\s*+\(")
_NEW: Final = re.compile(rb"\bnew\b")
_CUSTOM: Final = re.compile(
    rb"(?:[Aa]lloc|ALLOC|free|Free|FREE|close|Close|CLOSE|[Dd]estroy|DESTROY|destory|release|Release|RELEASE|[Dd]ispose"
    rb"|unref|Unref|dtor|[Dd]elete)\w*[ \t]*\("
)
"""The ends of names that by custom make or release something."""


def acquiring_names(models: Models) -> frozenset[str]:
    """Return the last names of all symbols that acquire something, and `new`."""
    symbols = (symbol for symbol in models.symbols() if models.acquires(symbol))
    return frozenset((*(symbol.rpartition("::")[2] for symbol in symbols), NEW))


def calls_by_custom(data: bytes) -> bool:
    """Whether something is called whose name says that it makes or releases."""
    return _CUSTOM.search(data) is not None


def may_make(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names, or one that makes things by custom."""
    calls = calls_any(names)
    return lambda data: calls(data) or calls_by_custom(data)


def calls_any(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names, or say `new` if it is among them."""
    wanted = frozenset(name.encode() for name in names if name != NEW)
    says_new = NEW in names

    def test(data: bytes) -> bool:
        if says_new and _NEW.search(data) is not None:
            return True
        return not wanted.isdisjoint(_CALL.findall(data))

    return test


def looks_broken(data: bytes) -> bool:
    """Whether a merge was not finished in a file, or it is not UTF-8."""
    if _CONFLICT in data:
        return True
    if data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False
