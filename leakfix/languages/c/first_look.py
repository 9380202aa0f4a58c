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
_CUSTOM: Final = re.compile(
    rb"(?:[Aa]lloc|ALLOC|free|Free|FREE|close|Close|CLOSE|[Dd]estroy|DESTROY|destory|release|Release|RELEASE|[Dd]ispose"
    rb"|unref|Unref|dtor|[Dd]elete)"
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
        return not wanted.isdisjoint(called) or _CUSTOM.search(b" ".join(called)) is not None

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
