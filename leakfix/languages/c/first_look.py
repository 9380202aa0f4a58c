"""First looks at the bytes of single C and C++ files, without parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.c.words import before_parentheses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from leakfix.models import Models

NEW: Final = "new"
"""The one acquiring name that is called without parentheses."""

_CONFLICT: Final = b"\n<<<<<<< "
_NEW: Final = re.compile(rb"\bnew\b")
_CUSTOM: Final = (
    *(b"alloc", b"Alloc", b"ALLOC", b"free", b"Free", b"FREE", b"close", b"Close", b"CLOSE", b"release", b"Release"),
    *(b"RELEASE", b"destroy", b"Destroy", b"DESTROY", b"destory", b"dispose", b"Dispose", b"unref", b"Unref", b"dtor"),
    *(b"delete", b"Delete"),
)
"""What stands in names that by custom make or release something."""


def acquiring_names(models: Models) -> frozenset[str]:
    """Return the last names of all symbols that acquire something, and `new`."""
    symbols = (symbol for symbol in models.symbols() if models.acquires(symbol))
    return frozenset((*(symbol.rpartition("::")[2] for symbol in symbols), NEW))


def may_make(names: Collection[str]) -> Callable[[bytes], bool]:
    """Make the test whether a file may call a function of one of these names, or one that makes things by custom.

    Also whether it says `new`, if that is among them.
    """
    wanted = frozenset(name.encode() for name in names if name != NEW)
    says_new = NEW in names

    def test(data: bytes) -> bool:
        if says_new and b"new" in data and _NEW.search(data) is not None:
            return True
        called = before_parentheses(data)
        if not wanted.isdisjoint(called):
            return True
        names = b" ".join(called)
        return any(word in names for word in _CUSTOM)

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
