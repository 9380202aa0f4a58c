"""A goroutine that can be stopped, but for one wait: for the answer to a request that it hands over in a select.

The select that hands the request over watches the signal, because whoever takes requests may be gone. The answer then
never comes either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.detectors.signals import Cause
from leakfix.languages.go import syntax
from leakfix.languages.go.channel_operations import Act, Operation, operations, received_from, statements_of
from leakfix.languages.go.channel_starts import direct_starts
from leakfix.languages.go.types import Chan, Struct, underlying
from leakfix.rules.go.context_nodes import initial
from leakfix.rules.go.waiting_channels import candidates, may_wait
from leakfix.rules.go.waiting_facts import Facts, WaitScene, scene_at
from leakfix.rules.go.waiting_offers import path_of
from leakfix.rules.go.waiting_waits import Stuck
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable

_DONE: Final = ".Done()"


@individual
class _Exit:
    """A case of a select upon which the goroutine returns: the signal as it is spelled, and what leaves."""

    case: Node
    signal: str
    way_out: str


def unanswered_replies(analysis: Analysis) -> Iterator[Stuck]:
    """The waits of a file's goroutines for answers that may not come any more, in order."""
    if analysis.file.is_test or not may_wait(analysis.file):
        return
    facts = Facts(analysis)
    for function, operation in candidates(analysis):
        if operation.act is not Act.RECEIVE or operation.select is not None:
            continue
        variable = _local(analysis, function, operation)
        started = direct_starts(function, operation.owner) if variable is not None else ()
        start = next((one for one in started if not one.lives_on), None)
        if variable is None or start is None:
            continue
        scene = scene_at(analysis, function, operation.owner)
        handed = _handed_over(scene, variable, operation)
        if handed is None or handed.select is None:
            continue
        for way in _exits(facts, function, operation):
            if way.case.parent == handed.select and _means_the_same(scene, way, operation):
                yield Stuck(scene, operation, Cause.ABANDONED, start, way.signal, way_out=way.way_out)
                break


def _local(analysis: Analysis, function: Function, operation: Operation) -> Variable | None:
    """The local variable that the channel is, or is a field of."""
    node = operation.channel
    if node.kind_id == syntax.SELECTOR_EXPRESSION:
        node = node.child_by_field_id(syntax.F_OPERAND) or node
    if node.kind_id != syntax.IDENTIFIER:
        return None
    variable = analysis.bindings(function).variable(node)
    is_own = variable is not None and variable.kind == "local" and variable.function == operation.owner
    return variable if is_own and variable is not None and _is_made(variable, operation.channel) else None


def _is_made(variable: Variable, channel: Node) -> bool:
    """Whether a variable starts as a new channel, or as a struct whose field is one."""
    value = initial(variable)
    if value is not None and value.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(value) == "&":
        value = value.child_by_field_id(syntax.F_OPERAND)
    if value is not None and channel.kind_id == syntax.SELECTOR_EXPRESSION:
        name = channel.child_by_field_id(syntax.F_FIELD)
        body = value.child_by_field_id(syntax.F_BODY) if value.kind_id == syntax.COMPOSITE_LITERAL else None
        pairs = [e for e in syntax.operands(body) if e.kind_id == syntax.KEYED_ELEMENT] if body is not None else []
        values = (
            pair.child_by_field_id(syntax.F_VALUE)
            for pair in pairs
            if _text(pair.child_by_field_id(syntax.F_KEY)) == _text(name)
        )
        held = next((one for one in values if one is not None), None)
        value = next(iter(syntax.operands(held)), None) if held is not None else None
    if value is None or value.kind_id != syntax.CALL_EXPRESSION:
        return False
    return _text(value.child_by_field_id(syntax.F_FUNCTION)) == "make"


def _handed_over(scene: WaitScene, variable: Variable, wait: Operation) -> Operation | None:
    """The send that hands the request over; None where anything else may answer: a call, a literal, a close."""
    channel = syntax.text(wait.channel)
    done = [one for one in operations(wait.function) if one.owner == wait.owner]
    found = None
    for use in scene.bindings.uses(variable):
        expression = _expression(use, channel)
        if any(one.act in (Act.RECEIVE, Act.RANGE) and one.channel == expression for one in done):
            continue
        sent = next((one for one in done if one.act is Act.SEND and _is_value_of(use, one)), None)
        if sent is not None:
            if found is not None and found is not sent:
                return None
            found = sent
        elif expression == use or syntax.text(expression) == channel:
            return None
    return found if found is not None and found.node.start_byte < wait.node.start_byte else None


def _expression(use: Node, channel: str) -> Node:
    """What is selected from a variable: the field with the channel, or another."""
    parent = use.parent
    is_selected = parent is not None and parent.kind_id == syntax.SELECTOR_EXPRESSION
    return parent if parent is not None and is_selected and "." in channel else use


def _is_value_of(use: Node, send: Operation) -> bool:
    value = send.node.child_by_field_id(syntax.F_VALUE)
    return value is not None and value.start_byte <= use.start_byte and use.end_byte <= value.end_byte


def _exits(facts: Facts, function: Function, wait: Operation) -> Iterator[_Exit]:
    """The cases of the selects around a wait's turn upon which the goroutine returns."""
    for operation in operations(function):
        case = operation.case
        if operation.owner != wait.owner or operation.act is not Act.RECEIVE or case is None:
            continue
        signal = _signal(facts, function, case)
        if signal and facts.leaves(function, case):
            statements = statements_of(case)
            way_out = syntax.text(statements[0]) if len(statements) == 1 else ""
            yield _Exit(case, signal, way_out if _is_plain(way_out, statements) else "")


def _is_plain(way_out: str, statements: list[Node]) -> bool:
    """Whether a statement that leaves may stand elsewhere too: a return of constants, or a break with a label."""
    if len(statements) != 1 or "\n" in way_out:
        return False
    if statements[0].kind_id == syntax.BREAK_STATEMENT:
        return bool(syntax.operands(statements[0]))
    return statements[0].kind_id == syntax.RETURN_STATEMENT and "(" not in way_out


def _signal(facts: Facts, function: Function, case: Node) -> str:
    """The signal that a case receives from: the Done of a context, or a channel of nothing; else an empty string."""
    held = case.child_by_field_id(syntax.F_COMMUNICATION)
    channel = received_from(case)
    if channel is None or held is None or held.child_by_field_id(syntax.F_LEFT) is not None:
        return ""
    text = syntax.text(channel)
    of = underlying(facts.analysis.types(function).of(channel))
    element = underlying(of.element) if isinstance(of, Chan) else None
    if channel.kind_id == syntax.CALL_EXPRESSION:
        called = channel.child_by_field_id(syntax.F_FUNCTION)
        operand = called.child_by_field_id(syntax.F_OPERAND) if called is not None else None
        return text if text.endswith(_DONE) and operand is not None and path_of(operand) else ""
    if not path_of(channel) or not (isinstance(element, Struct) and not element.fields):
        return ""
    return text


def _means_the_same(scene: WaitScene, way: _Exit, wait: Operation) -> bool:
    """Whether the signal's first name is that of the same variable at the wait, and a break has its loop there."""
    channel = received_from(way.case)
    base = channel
    while base is not None and base.kind_id in (syntax.SELECTOR_EXPRESSION, syntax.CALL_EXPRESSION):
        number = syntax.F_OPERAND if base.kind_id == syntax.SELECTOR_EXPRESSION else syntax.F_FUNCTION
        base = base.child_by_field_id(number)
    variable = scene.bindings.variable(base) if base is not None else None
    if variable is None or scene.bindings.locals_at(wait.node).get(variable.name) is not variable:
        return False
    return not way.way_out.startswith("break") or _is_in_loop(wait.node, way.way_out.removeprefix("break").strip())


def _is_in_loop(node: Node, label: str) -> bool:
    at = node.parent
    while at is not None and at.kind_id not in syntax.FUNCTION_KINDS:
        if at.kind_id == syntax.LABELED_STATEMENT and _text(next(iter(at.named_children), None)) == label:
            return True
        at = at.parent
    return False


def _text(node: Node | None) -> str:
    return syntax.text(node) if node is not None else ""
