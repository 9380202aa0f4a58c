"""The two streams of a run: results on stdout, everything else on stderr, each line whole and harmless."""

from __future__ import annotations

import io
import os
import sys
import time
from typing import IO, TYPE_CHECKING

from leakfix import Style, safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leakfix import Problem

_SLOW_SECONDS = 1.0
_REDRAWN_SECONDS = 0.1
_BAR_CELLS = 30


class OutputError(Exception):
    """Results that could not be written."""


def style_of(stream: IO[str] | None) -> Style:
    """Colours on a terminal; NO_COLOR and FORCE_COLOR decide when they are set and not empty."""
    if os.environ.get("NO_COLOR") or stream is None:
        return Style()
    return Style(bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb"))


def out(pieces: Iterable[str | bytes]) -> None:
    """Write to stdout, text with a newline behind each piece. When nobody reads on, the rest is dropped in silence."""
    if sys.stdout is None:  # closed by whoever started this
        return
    stream: IO[bytes] = sys.stdout.buffer
    if isinstance(stream, io.RawIOBase):
        # Python was told not to buffer: each write is a call of the system, which may take only a part.
        stream = open(stream.fileno(), "wb", closefd=False)  # noqa: SIM115 (no path, and nothing to close)
    try:
        stream.writelines(map(_encoded, pieces))
        stream.flush()
    except BrokenPipeError:
        _discard_stdout()
    except OSError as error:
        _discard_stdout()
        raise OutputError(
            f"the output cannot be written: {(error.strerror or type(error).__name__).lower()}"
        ) from error


def _encoded(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape") + b"\n"


def tell(message: str) -> None:
    """One line on stderr."""
    say([f"leakfix: {safe(message)}"])


def tell_all(problems: Iterable[Problem]) -> None:
    """A line for each problem."""
    for problem in problems:
        tell(f"{problem.path}: {problem.message}")


def say(lines: Iterable[str]) -> None:
    """Lines on stderr as they are, made by a report."""
    if sys.stderr is None:
        return
    try:
        for line in lines:
            sys.stderr.buffer.write(line.encode("utf-8", "surrogateescape") + b"\n")
        sys.stderr.flush()
    except OSError:
        return


class ProgressBar:
    """A bar on stderr, on a terminal only and only once a run has taken a while; `with` takes it away in the end."""

    def __init__(self) -> None:
        self._visible = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._started = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> ProgressBar:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        """Show how much is done."""
        now = time.monotonic()
        if not self._visible or now - self._started < _SLOW_SECONDS or now - self._drawn < _REDRAWN_SECONDS:
            return
        self._drawn = now
        share = done / total if total else 1.0
        filled = round(share * _BAR_CELLS)
        sys.stderr.write(f"\r\x1b[K[{'#' * filled}{' ' * (_BAR_CELLS - filled)}] {share:4.0%}")
        sys.stderr.flush()


def _discard_stdout() -> None:
    """Let the interpreter flush into nothing when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
