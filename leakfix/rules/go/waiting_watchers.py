"""A goroutine that only waits for a context to be done, in a function that may be done long before the context.

    go func() {
        <-ctx.Done()
        conn.Close()
    }()

When the function has finished its work, the goroutine is left waiting for as long as the context lives. That is a leak
where the function finishes what the goroutine would end: it closes it itself, or has waited for all who work with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax
from leakfix.languages.go.channel_fields import is_context
from leakfix.languages.go.channel_starts import Start, start_of_literal
from leakfix.languages.go.statements import statement_of
from leakfix.languages.go.types import Chan, Struct, underlying
from leakfix.rules.go.ticker_scene import is_target
from leakfix.rules.go.waiting_facts import WaitScene, scene_at
from leakfix.rules.go.waiting_offers import path_of
from leakfix.text.records import individual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.analysis import Analysis
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.scopes import Variable

_WATCHING: Final = re.compile(rb"go func\(\) \{\s*(?://[^\n]*\s*)*<-([\w.]+)")
_GROUPS: Final = frozenset({"sync.WaitGroup", "*sync.WaitGroup"})
_ERRGROUPS: Final = ("golang.org/x/sync/errgroup.Group", "*golang.org/x/sync/errgroup.Group")


@individual
class Watcher:
    """A goroutine that waits at ``wait`` for ``signal``, and where its starter is done with its work."""

    scene: WaitScene
    start: Start
    wait: Node
    signal: str
    finish: Node

    @property
    def leaving(self) -> Node:
        """The first return behind the start, or the body that ends."""
        control = self.scene.control
        points = control.holding([self.start.node.start_byte])
        found = control.first_return(control.reachable(points))
        return found if found is not None else self.scene.owner


def watchers(analysis: Analysis) -> Iterator[Watcher]:
    """The goroutines of a file that outlive what they watch over, in order."""
    if analysis.file.is_test or b"Done()" not in analysis.file.data:
        return
    if analysis.file.package.name == "main":
        return
    for match in _WATCHING.finditer(analysis.file.data):
        function = analysis.function_at(match.start())
        if function is None or function.has_error:
            continue
        found = _watcher(analysis, function, match.start(), match.start(1))
        if found is not None:
            yield found


def _watcher(analysis: Analysis, function: Function, start: int, name: int) -> Watcher | None:
    literal = analysis.file.descendant(start + len(b"go "), start + len(b"go func"))
    while literal is not None and literal.kind_id != syntax.FUNC_LITERAL:
        literal = literal.parent
    started = start_of_literal(function, literal) if literal is not None else None
    if literal is None or started is None or started.node.kind_id != syntax.GO_STATEMENT or started.lives_on:
        return None
    body = literal.child_by_field_id(syntax.F_BODY)
    statements = [s for held in (body.named_children if body else ()) for s in syntax.operands(held)]
    wait = _received(statements[0]) if len(statements) > 1 else None
    owner = syntax.owner_of(started.node)
    if wait is None or owner is None or not wait.start_byte <= name < wait.end_byte:
        return None
    scene = scene_at(analysis, function, owner)
    signal = wait.child_by_field_id(syntax.F_OPERAND)
    if signal is None or not _outlives(scene, signal) or not _returns_behind(scene, started.node):
        return None
    watched = _captured(scene, literal, wait)
    if not watched or any(_escapes(scene, variable) for variable in watched if variable.kind == "local"):
        return None
    finish = _finish(scene, started.node, literal, watched)
    return Watcher(scene, started, wait, syntax.text(signal), finish) if finish is not None else None


def _received(statement: Node) -> Node | None:
    """The receive that is a statement of its own."""
    operands = syntax.operands(statement) if statement.kind_id == syntax.EXPRESSION_STATEMENT else []
    receives = [n for n in operands if n.kind_id == syntax.UNARY_EXPRESSION and syntax.operator(n) == "<-"]
    return receives[0] if len(receives) == 1 else None


def _outlives(scene: WaitScene, signal: Node) -> bool:
    """Whether a signal comes from outside of the function: of a parameter, or of a field of one."""
    holder: Node | None = signal
    if signal.kind_id == syntax.CALL_EXPRESSION:
        called = signal.child_by_field_id(syntax.F_FUNCTION)
        holder = called.child_by_field_id(syntax.F_OPERAND) if called is not None else None
        if called is None or not syntax.text(called).endswith(".Done"):
            return False
        if holder is None or not path_of(holder) or not is_context(scene.types.of(holder)):
            return False
    elif not _tells_nothing(scene, signal):
        return False
    base = holder
    while base is not None and base.kind_id == syntax.SELECTOR_EXPRESSION:
        base = base.child_by_field_id(syntax.F_OPERAND)
    variable = scene.bindings.variable(base) if base is not None else None
    if variable is None or variable.kind not in ("param", "receiver"):
        return False
    return not any(is_target(use) for use in scene.bindings.uses(variable))


def _tells_nothing(scene: WaitScene, channel: Node) -> bool:
    """Whether a channel can only be received from, and carries nothing."""
    of = underlying(scene.types.of(channel))
    element = underlying(of.element) if isinstance(of, Chan) and of.direction == "receive" else None
    return isinstance(element, Struct) and not element.fields


def _returns_behind(scene: WaitScene, node: Node) -> bool:
    control = scene.control
    points = control.holding([node.start_byte])
    return bool(points) and control.leaves(control.reachable(points))


def _captured(scene: WaitScene, literal: Node, wait: Node) -> list[Variable]:
    """The variables of the function that the goroutine works with behind its wait."""
    found = []
    for variable in scene.bindings.variables:
        if variable.function == literal or variable.kind == "receiver":
            continue
        uses = scene.bindings.uses(variable)
        if any(
            literal.start_byte <= use.start_byte < literal.end_byte and use.start_byte > wait.end_byte for use in uses
        ):
            found.append(variable)
    return found


def _escapes(scene: WaitScene, variable: Variable) -> bool:
    """Whether a variable's value may live on when the function has returned: returned, stored or put into a value."""
    for use in scene.bindings.uses(variable):
        at: Node | None = use
        while at is not None and at.kind_id not in (*syntax.FUNCTION_KINDS, syntax.STATEMENT_LIST):
            parent = at.parent
            if at.kind_id in (syntax.RETURN_STATEMENT, syntax.COMPOSITE_LITERAL):
                return _is_whole(use)
            is_sent = parent is not None and parent.kind_id == syntax.SEND_STATEMENT
            if is_sent and parent is not None and parent.child_by_field_id(syntax.F_VALUE) == at and _is_whole(use):
                return True
            if at.kind_id == syntax.ASSIGNMENT_STATEMENT and _is_stored(at, use):
                return True
            at = parent
    return False


def _is_whole(use: Node) -> bool:
    """Whether a use takes the value itself, and calls no method of it."""
    parent = use.parent
    return parent is None or parent.kind_id not in (syntax.SELECTOR_EXPRESSION, syntax.INDEX_EXPRESSION)


def _is_stored(assignment: Node, use: Node) -> bool:
    right = assignment.child_by_field_id(syntax.F_RIGHT)
    return right is not None and right.start_byte <= use.start_byte < right.end_byte and _is_whole(use)


def _finish(scene: WaitScene, start: Node, literal: Node, watched: list[Variable]) -> Node | None:
    """Where the function finishes what the goroutine watches over; None when nothing tells."""
    ends = _ended(scene, literal)
    if any(_serves(scene, call, watched) for call in _calls(scene.owner)):
        return None
    for call in _calls(scene.owner):
        if not _is_sure(call, start, scene.owner):
            continue
        name, operand = _method(call)
        is_group = name == "Wait" and operand is not None and _is_group(scene, operand)
        if is_group and operand is not None and not _is_awaited(literal, operand):
            return call
        closed = _closed(scene, call)
        if closed is not None and closed in watched and closed in ends:
            return call
    return None


def _serves(scene: WaitScene, call: Node, watched: list[Variable]) -> bool:
    """Whether a call goes on until what the goroutine watches over is closed: it serves, or accepts connections."""
    name, operand = _method(call)
    if not name.startswith(("Accept", "Serve", "ListenAndServe")):
        return False
    given = [operand, *syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)]
    bases = (one for one in given if one is not None and one.kind_id == syntax.IDENTIFIER)
    return any(scene.bindings.variable(base) in watched for base in bases)


def _calls(owner: Node) -> Iterator[Node]:
    """The calls of a function, in order, those of literals left out."""
    waiting = [owner.child_by_field_id(syntax.F_BODY)]
    while waiting:
        node = waiting.pop()
        if node is None or node.kind_id == syntax.FUNC_LITERAL:
            continue
        if node.kind_id == syntax.CALL_EXPRESSION:
            yield node
        waiting.extend(reversed(node.named_children))


def _is_sure(call: Node, start: Node, owner: Node) -> bool:
    """Whether a call is made whenever the function gets behind the start: a deferred one, or one in no branch."""
    if call.parent is not None and call.parent.kind_id == syntax.DEFER_STATEMENT:
        return True
    statement = statement_of(call)
    held = statement.parent if statement is not None else None
    return (
        call.start_byte > start.end_byte and held is not None and held.parent == owner.child_by_field_id(syntax.F_BODY)
    )


def _method(call: Node) -> tuple[str, Node | None]:
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is None or function.kind_id != syntax.SELECTOR_EXPRESSION:
        return "", None
    name = function.child_by_field_id(syntax.F_FIELD)
    return (syntax.text(name) if name is not None else ""), function.child_by_field_id(syntax.F_OPERAND)


def _is_group(scene: WaitScene, operand: Node) -> bool:
    return str(scene.types.of(operand)) in (*_GROUPS, *_ERRGROUPS)


def _is_awaited(literal: Node, group: Node) -> bool:
    """Whether the goroutine itself is one of those that a group waits for: it calls Done outside of a loop."""
    for call in _all_calls(literal):
        name, operand = _method(call)
        if name == "Done" and operand is not None and syntax.text(operand) == syntax.text(group):
            at: Node | None = call
            while at is not None and at != literal and at.kind_id != syntax.FOR_STATEMENT:
                at = at.parent
            if at == literal:
                return True
    return False


def _all_calls(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at.kind_id == syntax.CALL_EXPRESSION:
            yield at
        waiting.extend(at.named_children)


def _ended(scene: WaitScene, literal: Node) -> set[Variable]:
    """The variables whose values the goroutine closes."""
    found = (_closed(scene, call) for call in _all_calls(literal))
    return {variable for variable in found if variable is not None}


def _closed(scene: WaitScene, call: Node) -> Variable | None:
    """The variable whose value a call closes: ``x.Close()`` or ``close(x)``."""
    name, operand = _method(call)
    function = call.child_by_field_id(syntax.F_FUNCTION)
    if function is not None and function.kind_id == syntax.IDENTIFIER and syntax.text(function) == "close":
        operand = next(iter(syntax.operands(call.child_by_field_id(syntax.F_ARGUMENTS) or call)), None)
    elif name not in ("Close", "CloseNow", "Stop"):
        return None
    return scene.bindings.variable(operand) if operand is not None and operand.kind_id == syntax.IDENTIFIER else None
