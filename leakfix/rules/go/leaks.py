"""The lifecycle leaks of a Go file, each with the function that it is in and all of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.detectors.lifecycle import leaks
from leakfix.languages.go.analysis import Unit

if TYPE_CHECKING:
    from leakfix.detectors.losses import Leak
    from leakfix.languages.go.analysis import Analysis


def leaks_of(analysis: Analysis) -> tuple[tuple[Unit, Leak], ...]:
    """Every lifecycle leak of a file, computed once for all rules."""
    known = analysis.cache.get("leaks")
    if not isinstance(known, tuple):
        known = analysis.cache["leaks"] = tuple(pair for unit in analysis.units() for pair in _leaks(analysis, unit))
    return known


def _leaks(analysis: Analysis, unit: Unit) -> list[tuple[Unit, Leak]]:
    """The leaks of a unit, with all of its graph where there are any."""
    found = leaks(unit.graph)
    if found and unit.graph.is_cut:
        unit = Unit(unit.function, unit.owner, analysis.graph(unit.function, unit.owner))
        found = leaks(unit.graph)
    return [(unit, leak) for leak in found]
