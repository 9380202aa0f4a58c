"""What forbids any edit: a file that does not parse, a test that expects the opening to raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.repair import RefusalError

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.rules.python.repair import Repair

_FILE_OR_PATH: Final = frozenset(("wave.open", "aifc.open", "sunau.open"))
_EXPECTING: Final = frozenset(("raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"))


def check_readable(repair: Repair) -> None:
    """Raise `RefusalError` for a file that does not parse as Python 3: it is not edited."""
    if repair.analysis.file.has_error:
        raise RefusalError("syntax-error", "the file does not parse as Python 3")


def check_not_borrowed(repair: Repair) -> None:
    """Raise `RefusalError` where the call may have been given an open file, which stays its owner's to close."""
    path = syntax.argument(repair.acquisition, 0)
    if repair.leak.site.symbol not in _FILE_OR_PATH or path is None:
        return
    of = repair.analysis.types.of(path)
    if of is None or not (of in ("str", "bytes") or of.startswith("pathlib.")):
        raise RefusalError("may-be-borrowed", "it may have been given a file instead of a path")


def check_not_expected(repair: Repair) -> None:
    """Raise `RefusalError` where a test expects the opening to raise: there is nothing to close."""
    at: Node | None = repair.statement
    while at is not None and at.type not in syntax.FUNCTIONS:
        for value, _ in syntax.with_items(at) if at.type == syntax.WITH_STATEMENT else ():
            called = syntax.callee(value) if value.type == syntax.CALL else value
            name = syntax.field(called, "attribute") if called.type == syntax.ATTRIBUTE else called
            if name is not None and syntax.text(name) in _EXPECTING:
                raise RefusalError("expected-to-raise", "a test expects that opening it raises")
        at = at.parent
