"""What acquires, releases, borrows and never returns: data files and their loader."""

from leakfix.models.catalogue import Models
from leakfix.models.schema import (
    CALL,
    CONTEXT,
    RECEIVER,
    Acquire,
    Borrow,
    Check,
    Confidence,
    Family,
    Holds,
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
    "CONTEXT",
    "RECEIVER",
    "Acquire",
    "Borrow",
    "Check",
    "Confidence",
    "Family",
    "Holds",
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
