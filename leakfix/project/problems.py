"""What could not be looked at, as a value that every report can print."""

from __future__ import annotations

from leakfix.text.records import ordered


@ordered
class Problem:
    """One line about one path: `path` is a display path (as of a candidate), `message` a clause without it."""

    path: str
    message: str

    def __str__(self) -> str:
        """The path and the message."""
        return f"{self.path}: {self.message}"


def because(error: OSError) -> str:
    """The reason that the system gives, as part of a message."""
    return (error.strerror or type(error).__name__).lower()
