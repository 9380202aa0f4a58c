"""What acquires, releases, borrows and never returns: data files and their loader."""

from leakfix.models.catalogue import Models
from leakfix.models.schema import (
    CALL,
    RECEIVER,
    Acquire,
    Borrow,
    Confidence,
    Family,
    Keep,
    Lend,
    ModelError,
    NoReturn,
    Release,
    Resource,
    Severity,
    Wrap,
)

__all__ = [
    "CALL",
    "RECEIVER",
    "Acquire",
    "Borrow",
    "Confidence",
    "Family",
    "Keep",
    "Lend",
    "ModelError",
    "Models",
    "NoReturn",
    "Release",
    "Resource",
    "Severity",
    "Wrap",
]
