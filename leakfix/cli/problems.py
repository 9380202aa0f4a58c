"""Errors that are the user's to know: one line, no traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

import leakfix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any


class Failure(click.ClickException):
    """A run that could not do what it was asked for."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """One line."""
        del file
        from leakfix.cli.terminal import tell

        tell(self.message)


@contextmanager
def told() -> Iterator[None]:
    """Turn what a run can raise into one line."""
    try:
        yield
    except Exception as error:
        message = " ".join(str(error).split())
        # Looked up when there is an error only: most runs need none of the modules that declare them.
        if isinstance(error, leakfix.DirtyError):
            raise Failure(f"{message}; commit or stash them, or pass --allow-dirty") from error
        if isinstance(error, _known()):
            raise Failure(message) from error
        raise


def _known() -> tuple[type[Exception], ...]:
    """The errors that tell the user what to change."""
    return (
        leakfix.BaselineError,
        leakfix.ConfigurationError,
        leakfix.ModelError,
        leakfix.OptionError,
        leakfix.ReviewError,
        leakfix.VerifyError,
    )
