"""Names bound in one of several ways, whatever a program runs on has: `try: import a except: import b as a`."""

from __future__ import annotations

import sys
from itertools import combinations
from typing import TYPE_CHECKING, Final

from leakfix.languages.python import syntax
from leakfix.languages.python.imports import is_of_python_2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from leakfix.languages.python.files import PyFile
    from leakfix.languages.python.variables import Binding

_DEFINITIONS: Final = frozenset((syntax.FUNCTION_DEFINITION, syntax.CLASS_DEFINITION))
_FORKS: Final = frozenset((syntax.TRY_STATEMENT, syntax.IF_STATEMENT))


def meant(file: PyFile, bindings: Sequence[Binding]) -> Sequence[Binding]:
    """Return the bindings that tell what a name means, out of all that a file has for it.

    An import that fails in Python 3 tells nothing beside another binding. What the standard library has comes about
    where a `try` imports it first. A class without any function, in the place of a module that is not there, lends
    names for constants only: what is called is the module's.
    """
    if len(bindings) < 2:
        return bindings
    current = [one for one in bindings if not (one.kind == "import" and is_of_python_2(one.symbol))] or list(bindings)
    imports = [one for one in current if one.kind == "import"]
    others = [one for one in current if one.kind != "import"]
    if imports and others and all(_is_namespace(file, one) for one in others) and _are_exclusive(current):
        current = imports
    first = current[0]
    if len(current) > 1 and len(imports) == len(current) and _is_standard(first.symbol) and _is_tried(first):
        return [first] if _are_exclusive(current) else current
    return current


def _is_namespace(file: PyFile, binding: Binding) -> bool:
    """Whether a class is made that defines and inherits nothing that could be called."""
    parent = binding.identifier.parent
    class_ = file.class_of(parent) if parent is not None and binding.kind == "class" else None
    if class_ is None or class_.bases or class_.keywords or class_.decorators:
        return False
    return not any(syntax.definition(one).type in _DEFINITIONS for one in syntax.named(class_.body))


def _is_standard(symbol: str) -> bool:
    return symbol.partition(".")[0] in sys.stdlib_module_names


def _is_tried(binding: Binding) -> bool:
    """Whether a binding stands in the body of a `try` itself, not in what handles a failure."""
    branches = _branches(binding.identifier).values()
    return all(branch.type == syntax.BLOCK for branch in branches) and any(
        branch.parent is not None and branch.parent.type == syntax.TRY_STATEMENT for branch in branches
    )


def _are_exclusive(bindings: Sequence[Binding]) -> bool:
    """Whether of some bindings at most one comes about: each two are in different branches of some statement."""
    found = [_branches(one.identifier) for one in bindings]
    return all(
        any(fork in other and _excludes(branch, other[fork]) for fork, branch in one.items())
        for one, other in combinations(found, 2)
    )


def _branches(node: Node) -> dict[int, Node]:
    """The branches that a node stands in, by the statements that they are of."""
    found: dict[int, Node] = {}
    at, above = node, node.parent
    while above is not None:
        if above.type in _FORKS:
            found[above.id] = at
        at, above = above, above.parent
    return found


def _excludes(branch: Node, other: Node) -> bool:
    if branch == other or branch.parent is None:
        return False
    kinds = (branch.type, other.type)
    if branch.parent.type == syntax.IF_STATEMENT:
        return True
    return syntax.EXCEPT_CLAUSE in kinds and syntax.FINALLY_CLAUSE not in kinds
