"""Ways out that macros hide where memory has run out: `CHECK_ALLOC(p);`. Nobody mends what is lost there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leakfix.flow import Copy
from leakfix.languages.c import customs, syntax
from leakfix.rules.c.layout import node_at

if TYPE_CHECKING:
    from tree_sitter import Node

    from leakfix.detectors.losses import Loss
    from leakfix.languages.c.analysis import Analysis
    from leakfix.rules.c.repair import Unit


def is_out_of_memory(analysis: Analysis, unit: Unit, loss: Loss) -> bool:
    """Whether the use of a macro leaves the function because what it is given could not be allocated."""
    node = node_at(analysis.file.root, loss.span)
    while node is not None and node.type in (syntax.EXPRESSION_STATEMENT, syntax.PARENTHESIZED_EXPRESSION):
        inner = syntax.named(node)
        node = inner[0] if len(inner) == 1 else None
    if node is None or node.type != syntax.CALL_EXPRESSION:
        return False
    called, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is None or arguments is None or not syntax.text(called).isupper():
        return False
    return customs.is_allocation_check(syntax.text(called)) or any(
        _is_made(analysis, unit, one) for one in syntax.named(arguments)
    )


def _is_made(analysis: Analysis, unit: Unit, argument: Node) -> bool:
    """Whether a variable takes what some call of the function allocates."""
    variable = analysis.bindings(unit.function).variable(argument) if argument.type == syntax.IDENTIFIER else None
    if variable is None:
        return False
    made = {site.place for site in unit.graph.sites}
    return any(
        isinstance(event, Copy) and event.target.root == variable.index and event.source in made
        for event in unit.graph.events()
    )
