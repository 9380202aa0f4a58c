"""What forms may write where the code runs on Python 2 as well: with statements for what closes itself there alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.finding import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tree_sitter import Node

_ENTERED: Final = {
    **dict.fromkeys(("open", "codecs.open", "os.fdopen", "io.FileIO"), 6),
    **dict.fromkeys(("tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile"), 6),
    **dict.fromkeys(("winreg.OpenKey", "winreg.OpenKeyEx", "winreg.CreateKey", "winreg.CreateKeyEx"), 6),
    **dict.fromkeys(("gzip.open", "gzip.GzipFile", "bz2.BZ2File", "lzma.open", "lzma.LZMAFile"), 7),
    **dict.fromkeys(("zipfile.ZipFile", "zipfile.ZipFile.open", "tarfile.open", "tarfile.TarFile.open"), 7),
}
"""What gives a context manager in Python 2, and the minor version from which on it does."""
_WITH: Final = 6
_SEVERAL: Final = 7
_BASE_EXCEPTION: Final = 5
_YIELD_IN_TRY: Final = 5
_BUILTINS: Final = frozenset(("file",))
"""What forms might call a resource, and Python 2 has a meaning for already."""


def context_in_2(context: str, symbol: str, releases: Sequence[str], version: int) -> str:
    """How a with statement of Python 2 as well as 3 releases what ``symbol`` opens; "" for a class of the project."""
    if version < _WITH:
        return ""
    if context != "with" or not symbol or _ENTERED.get(symbol, version + 1) <= version:
        return context
    return "closing" if "close" in releases[:1] else ""


def enters_several(version: int | None) -> bool:
    """Whether one with statement may enter several things."""
    return version is None or version >= _SEVERAL


def check_in_contextlib(name: str, version: int | None) -> None:
    """Raise `RefusalError` where the contextlib of Python 2 has no such name."""
    if version is not None and name != "closing":
        raise RefusalError("python-2", f"the code runs on Python 2 as well, whose `contextlib` has no `{name}`")


def check_catches_all(version: int | None) -> None:
    """Raise `RefusalError` where no name stands for all exceptions."""
    if version is not None and version < _BASE_EXCEPTION:
        raise RefusalError("python-2", f"the code runs on Python 2.{version} as well, which has no `BaseException`")


def builtins_of_2(version: int | None) -> frozenset[str]:
    """The names that hide something of Python 2."""
    return _BUILTINS if version is not None else frozenset()


def check_yields(statements: Iterable[Node], version: int | None) -> None:
    """Raise `RefusalError` where statements that yield must not stand before a finally clause."""
    if version is None or version >= _YIELD_IN_TRY:
        return
    if any(syntax.captures("(yield) @y", statement) for statement in statements):
        raise RefusalError(
            "python-2", f"the code runs on Python 2.{version} as well, where no `try` of this kind yields"
        )


def check_released_twice(exits: str | None, version: int | None) -> None:
    """Raise `RefusalError` for what must not be waited for again: its pipes are closed when it was."""
    if version is not None and exits == "waits":
        raise RefusalError("python-2", "the code runs on Python 2 as well, where it must not be waited for twice")
