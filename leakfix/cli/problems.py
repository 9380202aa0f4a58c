"""Errors that are the user's to know: one line, no traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from leakfix import ConfigurationError, DirtyError, ModelError, OptionError, ReviewError, VerifyError

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
    except DirtyError as error:
        raise Failure(f"{error}; commit or stash them, or pass --allow-dirty") from error
    except (ConfigurationError, ModelError, OptionError, ReviewError, VerifyError) as error:
        raise Failure(" ".join(str(error).split())) from error
