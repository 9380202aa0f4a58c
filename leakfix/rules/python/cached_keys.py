"""Functions whose cache has no bound, and is given whole files and answers: the keys keep all of them alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.rules.python.cached import cache_of
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.python.analysis import Analysis
    from leakfix.languages.python.files import Function, PyFile
    from leakfix.languages.python.types import Types
    from leakfix.models import Large

_LARGE: Final = "large"


@record
class LargeKey:
    """A function whose cache keeps what it is given.

    `decorator` is the expression behind the `@`, `argument` what a call in `file` hands over, and `large` what that is.
    """

    decorator: Node
    function: Function
    file: PyFile
    argument: Node
    large: Large


def large_keys(analysis: Analysis) -> Iterator[LargeKey]:
    """Yield the functions of a file with a cache without a bound that some call of the run gives something large.

    A function in a function has a cache of its own each time that it is made; a method keeps its objects before all.
    """
    for function in analysis.file.functions:
        if function.outer is not None or not function.decorators:
            continue
        cache = cache_of(analysis.types, function)
        if cache is None or cache.size is not None:
            continue
        found = next(_given(analysis, function, cache.decorator), None)
        if found is not None:
            yield found


def _given(analysis: Analysis, function: Function, decorator: Node) -> Iterator[LargeKey]:
    for file in analysis.world.mentioning(function.last_name.encode()):
        types = analysis.world.types(file)
        for call in syntax.captures("(call) @call", file.root).get("call", []):
            if not syntax.text(syntax.callee(call)).endswith(function.last_name):
                continue
            if types.callee(call).function is not function:
                continue
            for argument in syntax.argument_nodes(call):
                large = _large(types, argument)
                if large is not None:
                    yield LargeKey(decorator, function, file, argument, large)


def _large(types: Types, argument: Node) -> Large | None:
    """What is read at once, and in full, for an argument; None of what nothing is known of."""
    value = syntax.unparen(argument)
    if value.type == syntax.KEYWORD_ARGUMENT:
        value = syntax.unparen(syntax.named(value)[-1])
    if value.type == syntax.IDENTIFIER:
        variable = types.scopes.variable(value)
        if variable is None or len(variable.bindings) != 1 or variable.bindings[0].kind != "assign":
            return None
        bound = variable.bindings[0].value
        if bound is None:
            return None
        value = syntax.unparen(bound)
    if value.type != syntax.CALL or types.models is None:
        return None
    symbol = types.callee(value).symbol
    large = types.models.large(symbol) if symbol is not None else None
    is_whole = syntax.text(syntax.callee(value)).rpartition(".")[2] != "read" or not syntax.argument_nodes(value)
    return large if large is not None and large.size == _LARGE and is_whole else None
