"""A file, socket, connection, archive, process or executor is not closed on every path.

It is opened in a function and neither closed on every way out nor handed on: never closed, closed only where nothing is
raised, thrown away where it is made as in `open(path).read()`, or opened again by each turn of a loop. CPython closes a
file when the last reference to it goes, which a traceback, a cycle or another interpreter puts off; until then data is
not written, descriptors run out, and Windows neither moves nor removes the file. Nothing else ends pools and processes.

Example:

    f = open(path)                        with open(path) as f:
    head = f.readline()                       head = f.readline()
    f.close()                             return head
    return head

Ownership decides: what is returned, yielded, stored or passed to a callee that may keep it is somebody else's to close,
and is not reported. What opens and what closes is data (the models), names are resolved through imports, and functions
of the project that return something open are found by themselves.

The block of a fix is the smallest run of statements that covers every use; what works through the resource counts as a
use of it: readers, iterators, bound methods, functions. Explicit closes go. Comments, blank lines and strings
keep their bytes.

Forms:
- `with`: for what is closed at the end of its own block; behind a call that gives several, by its name.
- `closing`: `contextlib.closing`, for what has no such block or, like a connection of sqlite3, does not close there.
- `async-with`: for what is closed by awaiting.
- `nullcontext`: for what is opened on a condition, with something else that stays open: `sys.stdin`, None.
- `exit-stack`: `contextlib.ExitStack`, for what loops collect and branches open.
- `read-text`, `read-bytes`: a `pathlib.Path` is read at once, where mode, encoding and newlines stay the same.
- `finally`: `try` and `finally`, for descriptors and what no block closes.
- `close-on-error`: `except BaseException` that closes and raises again, and a close before a return, for what is handed
  on otherwise: over the statements that may raise before.

Fix safety: safe where the block only ends earlier than the garbage collector would have come; `review` where its end
waits for processes or tasks, where a file is written and its path used again behind the block, and where a test puts
something else in the place of `open`.

References: the documentation of open, contextlib and ResourceWarning; CWE-772; ruff SIM115; pylint R1732.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from leakfix.rules import Form
from leakfix.rules.python import forms as written
from leakfix.rules.python.lifecycle import LifecycleRule
from leakfix.rules.python.on_error import close_on_error
from leakfix.rules.python.stacks import stack_block

if TYPE_CHECKING:
    from leakfix.rules.python.lifecycle import Writer
    from leakfix.rules.python.repair import Repair

_WITH: Final = Form("with", "open it in a `with` statement")
_CLOSING: Final = Form("closing", "close it by `contextlib.closing`")
_ASYNC: Final = Form("async-with", "open it in an `async with` statement")
_NULL: Final = Form("nullcontext", "close it, or nothing, by a `with` statement")
_STACK: Final = Form("exit-stack", "close all that is opened by a `contextlib.ExitStack`")
_TEXT: Final = Form("read-text", "read the path at once")
_BYTES: Final = Form("read-bytes", "read the path at once")
_FINALLY: Final = Form("finally", "close it in a `finally` clause")
_ON_ERROR: Final = Form("close-on-error", "close it where it is not handed on")


class Unclosed(LifecycleRule):
    """What has to be closed and is not, on some path."""

    id = "py-unclosed"
    title = "file, socket or connection is not closed on every path"
    forms = (_WITH, _CLOSING, _ASYNC, _NULL, _STACK, _TEXT, _BYTES, _FINALLY, _ON_ERROR)
    sources = (
        "https://docs.astral.sh/ruff/rules/open-file-with-context-handler/",
        "https://pylint.readthedocs.io/en/stable/user_guide/messages/refactor/consider-using-with.html",
        "https://docs.python.org/3/library/contextlib.html#contextlib.closing",
        "https://docs.python.org/3/library/exceptions.html#ResourceWarning",
    )
    writers: ClassVar[tuple[tuple[Form, Writer], ...]] = (
        (_TEXT, written.read_path),
        (_BYTES, written.read_path_bytes),
        (_WITH, written.with_block),
        (_CLOSING, written.closing_block),
        (_ASYNC, written.async_block),
        (_NULL, written.null_block),
        (_STACK, stack_block),
        (_FINALLY, written.finally_block),
        (_ON_ERROR, close_on_error),
    )

    def concerns(self, repair: Repair) -> bool:
        """Whether it is something to close, not a task or a timer."""
        return repair.leak.site.obligation.family == "closer"


RULE = Unclosed()
