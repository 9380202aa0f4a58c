"""The functions of a Go file that may store a part of something large, and what memory they share.

Few functions cut strings or slices, and fewer where something large is at hand: a look at the bytes decides which are
worth a graph, and whether their file is worth being parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.languages.go.sharing_flow import lower_sharing
from leakfix.languages.go.sharing_look import candidates, givers, large_among, may_keep_parts
from leakfix.languages.go.sharing_sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leakfix.flow.memory import Sharing
    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function


def sharings(analysis: Analysis) -> tuple[tuple[Function, Sharing], ...]:
    """The memory that the functions of a file cut and store, where that may waste any; computed once for all rules."""
    known = analysis.cache.get("sharings")
    if not isinstance(known, tuple):
        known = analysis.cache["sharings"] = tuple(_sharings(analysis))
    return known


def _sharings(analysis: Analysis) -> Iterator[tuple[Function, Sharing]]:
    data, functions = analysis.file.data, analysis.file.functions
    if not may_keep_parts(data):
        return
    texts = [data[function.start : function.end] for function in functions]
    sized = large_among(texts, data)
    large = [text for text, has_large in zip(texts, sized, strict=True) if has_large]
    callers = tuple(function for function, has_large in zip(functions, sized, strict=True) if has_large)
    names = frozenset(name.decode("utf-8", "replace") for name in givers(large))
    sizes = Sizes(analysis.program, callers, names)
    for function, is_candidate in zip(functions, candidates(texts, sized), strict=True):
        if is_candidate and not function.has_error:
            yield function, lower_sharing(analysis.program, function, sizes)
