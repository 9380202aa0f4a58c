"""Why a run cannot start at all; every message is one clear line for the user."""

from __future__ import annotations


class OptionError(ValueError):
    """An option with a value that means nothing: an unknown rule, form, or glob."""
