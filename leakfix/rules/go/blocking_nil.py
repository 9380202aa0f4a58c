"""Waits for a channel that is nil, and stays so: a variable that is declared, used, and never assigned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_uses import Doing, is_assigned, operation
from leakfix.rules.finding import Finding, Refusal, Severity, Step
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.rules.rule import Rule

_CHANNEL: Final = b"chan"
_DECLARED: Final = re.compile(rb"[ \t]+var (\w+) +(?:<-)?chan\b[^=\n]*$", re.MULTILINE)
"""A first look at the line on which such a variable may be declared."""
SENDS: Final = frozenset({Doing.SEND})
RECEIVES: Final = frozenset({Doing.RECEIVE, Doing.RANGE})


def nil_waits(rule: Rule[Analysis], subject: Analysis, waits: frozenset[Doing]) -> Iterator[Finding]:
    """The waits of a file that never end as their channel is nil, outside of selects, in order."""
    for match in _declared(subject.file.data):
        function = subject.function_at(match.start(1))
        if function is None or function.has_error or _is_main(function):
            continue
        name = function.node.descendant_for_byte_range(match.start(1), match.end(1))
        if name is not None and name.parent is not None and name.parent.kind_id == syntax.VAR_SPEC:
            yield from _found(rule, subject, function, name, waits)


def _declared(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where variables may be declared that are nil, in order."""
    at = data.find(_CHANNEL)
    while at >= 0:
        match = _DECLARED.match(data, data.rfind(b"\n", 0, at) + 1)
        if match is not None:
            yield match
        end = data.find(b"\n", at)
        at = data.find(_CHANNEL, end) if end >= 0 else -1


def _is_main(function: Function) -> bool:
    """Whether to wait for ever is to keep the process alive."""
    return function.name in ("main", "init")


def _found(
    rule: Rule[Analysis], subject: Analysis, function: Function, name: Node, waits: frozenset[Doing]
) -> Iterator[Finding]:
    bindings = subject.bindings(function)
    variable = bindings.variable(name)
    uses = bindings.uses(variable) if variable is not None else ()
    if any(map(is_assigned, uses)):
        return
    source = subject.source
    for use in uses:
        does = operation(use)
        if does.doing not in waits or _is_case(does.node):
            continue
        steps = (
            Step(source.path, source.line(name.start_byte), f"{syntax.text(name)} is declared here, and is nil"),
            Step(source.path, source.line(use.start_byte), "what waits for it waits for ever"),
        )
        yield Finding.at(
            source,
            Span(does.node.start_byte, does.node.end_byte),
            rule=rule.id,
            function=function.name,
            message=f"{syntax.text(name)} is nil, as nothing is ever assigned to it: this waits for ever",
            severity=Severity.INFO if subject.file.is_test else rule.severity,
            trace=steps,
            refusal=Refusal("no-owner", "which channel is meant only its author knows"),
        )


def _is_case(node: Node) -> bool:
    """Whether an operation is what a case of a select waits for, where nil switches the case off."""
    at = node.parent
    while at is not None and at.kind_id not in (syntax.STATEMENT_LIST, syntax.BLOCK):
        if at.kind_id == syntax.COMMUNICATION_CASE:
            return True
        at = at.parent
    return False
