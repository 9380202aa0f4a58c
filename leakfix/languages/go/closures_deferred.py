"""What a deferred call of a Go loop does, and whether the round of the loop owns what it is done to."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from leakfix.languages.go import syntax as go
from leakfix.languages.go.closures_control import nested
from leakfix.languages.go.closures_lifetime import is_outcome
from leakfix.languages.go.closures_values import (
    Binding,
    arguments_of,
    base_of,
    bindings_in,
    is_package,
    last_name,
    may_hold,
    receiver_of,
)
from leakfix.text.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from leakfix.languages.go.closures_values import Round
    from leakfix.languages.go.scopes import Variable

_UNLOCKING: Final = {"Unlock": "Lock", "RUnlock": "RLock"}
_REMOVING: Final = frozenset(("os.Remove", "os.RemoveAll", "syscall.Unlink", "syscall.Rmdir"))
_TALKING: Final = frozenset(("fmt", "log", "log/slog", "errors", "testing", "strings", "strconv", "time"))
"""Packages whose functions release nothing."""
_RELEASING: Final = re.compile(r"^(?i:close|destroy|free|munmap|release|unlock|unmap)")
"""Names of functions that release what a number or a name stands for."""
_MAKING: Final = re.compile(
    r"^(?i:must)?(?i:accept|acquire|alloc|begin|borrow|build|connect|create|dial|fork|lease|listen|lock|make|mk|new|open"
    r"|prepare|reserve|setup|spawn|start|subscribe|temp|watch|with)"
)
"""Names of functions that make or acquire what they return."""


class Role(Enum):
    """What kind of a call is deferred."""

    RELEASE = "release"
    UNLOCK = "unlock"
    DONE = "done"
    REMOVE = "remove"


class Origin(Enum):
    """Where a variable's value comes from."""

    KNOWN = "known"
    """Acquired in the round, by what the models or the callee's body tell."""
    LIKELY = "likely"
    """Made in the round, by the looks of the call."""
    ELSEWHERE = "elsewhere"


@record
class Action:
    """One call that a deferred statement makes: ``on`` are the expressions that it works on."""

    call: Node
    role: Role
    on: tuple[Node, ...]


@record
class Deferred:
    """A deferred statement: the calls it makes, its literal if it has one, and the variables that they work on."""

    statement: Node
    call: Node
    literal: Node | None
    actions: tuple[Action, ...]
    variables: tuple[Variable, ...]

    @property
    def role(self) -> Role:
        """The role of the call that asks for most care."""
        roles = {action.role for action in self.actions}
        ordered = (Role.REMOVE, Role.UNLOCK, Role.RELEASE, Role.DONE)
        return next((role for role in ordered if role in roles), Role.RELEASE)

    def declares(self, variable: Variable) -> bool:
        """Whether a variable is one of the literal's own: a parameter, whose argument is looked at by itself."""
        return _is_within(variable, self.literal)

    @property
    def shown(self) -> str:
        """The call as messages name it."""
        if self.literal is None:
            return " ".join(go.text(self.call).split())
        named = [action.call for action in self.actions if action.role is self.role]
        closing = [call for call in named if _RELEASING.match(last_name(call.child_by_field_id(go.F_FUNCTION) or call))]
        return " ".join(go.text((closing or named)[0]).split()) if named else "func() {...}()"


def deferred_of(statement: Node, round_: Round) -> Deferred | None:
    """What a defer statement defers; None in broken code."""
    calls = go.operands(statement)
    call = go.unparen(calls[0]) if calls else None
    function = None if call is None else call.child_by_field_id(go.F_FUNCTION)
    if call is None or function is None:
        return None
    literal = _literal_of(go.unparen(function), round_)
    if literal is None:
        action = _action(call, round_)
        actions = [] if action is None else [action]
    else:
        actions = [*_actions_in(literal, round_), *_handed(call, round_)]
    variables = dict.fromkeys(variable for action in actions for variable in variables_of(action, literal, round_))
    return Deferred(statement, call, literal, tuple(actions), tuple(variables))


def origin_of(variable: Variable, round_: Round, depth: int = 4) -> Origin:
    """Where the value of a variable comes from that a round owns."""
    found: set[Origin] = set()
    for bound in bindings_in(variable, round_):
        origin = _origin(bound, round_, depth)
        if origin is not None:
            found.add(origin)
    if not found or Origin.ELSEWHERE in found:
        return Origin.ELSEWHERE
    return Origin.LIKELY if Origin.LIKELY in found else Origin.KNOWN


def siblings_of(variable: Variable, round_: Round) -> frozenset[Variable]:
    """The variables that the same acquisitions set: the context beside its cancel function. Errors do not count."""
    found: set[Variable] = set()
    for bound in bindings_in(variable, round_):
        for target in bound.targets if bound.index is not None else ():
            other = round_.bindings.variable(target) if target.kind_id == go.IDENTIFIER else None
            if other is None or other is variable or str(round_.types.of(target)) == "error":
                continue
            kind = str(round_.types.of(target))
            if kind != "bool" and (kind != "None" or not is_outcome(target)):
                found.add(other)
    return frozenset(found)


def noun_of(variable: Variable, round_: Round) -> str:
    """What the models call the resource that a variable holds; empty when they know none."""
    for bound in bindings_in(variable, round_):
        call = _made_by(bound.value)
        callee = None if call is None else round_.types.callee(call)
        acquire = None if callee is None else round_.program.models.acquire(callee.symbol)
        if acquire is not None:
            return round_.program.models.resource(acquire.resource).noun
    return ""


def _literal_of(function: Node, round_: Round) -> Node | None:
    """The function literal that is called: in its place, or through a variable that is set to it once."""
    if function.kind_id == go.FUNC_LITERAL:
        return function
    variable = round_.bindings.variable(function) if function.kind_id == go.IDENTIFIER else None
    values = [] if variable is None else [bound.value for bound in bindings_in(variable, round_)]
    if len(values) == 1 and values[0] is not None and go.unparen(values[0]).kind_id == go.FUNC_LITERAL:
        return go.unparen(values[0])
    return None


def _action(call: Node, round_: Round) -> Action | None:
    """What one call does; None for one that only talks, or computes."""
    function = call.child_by_field_id(go.F_FUNCTION)
    if function is None:
        return None
    function = go.unparen(function)
    callee = round_.types.callee(call)
    arguments, receiver = arguments_of(call), receiver_of(call)
    name = last_name(function)
    if callee is not None and callee.kind in ("builtin", "conversion"):
        return Action(call, Role.RELEASE, tuple(arguments[:1])) if name == "close" else None
    symbol = "" if callee is None else callee.symbol
    if symbol in _REMOVING:
        return Action(call, Role.REMOVE, tuple(arguments))
    if callee is not None and callee.package in _TALKING and not symbol.endswith(".Stop"):
        return None
    if receiver is None or is_package(receiver, round_):
        value = round_.bindings.variable(function)
        own = value is not None and round_.is_own(value)
        return Action(call, Role.RELEASE, (function,) if own or not arguments else tuple(arguments))
    if name in _UNLOCKING and not arguments:
        return Action(call, Role.UNLOCK, (receiver,))
    if symbol == "sync.WaitGroup.Done" or (not symbol and name == "Done"):
        return Action(call, Role.DONE, (receiver,))
    return Action(call, Role.RELEASE, (receiver, *arguments))


def _actions_in(literal: Node, round_: Round) -> Iterator[Action]:
    stack = [literal]
    while stack:
        node = stack.pop()
        if node.kind_id == go.CALL_EXPRESSION:
            action = _action(node, round_)
            if action is not None:
                yield action
        stack.extend(reversed(node.named_children))


def _handed(call: Node, round_: Round) -> Iterator[Action]:
    """The arguments of a deferred literal, as far as they can be resources."""
    held = [argument for argument in arguments_of(call) if may_hold(round_.types.of(argument))]
    if held:
        yield Action(call, Role.RELEASE, tuple(held))


def variables_of(action: Action, literal: Node | None, round_: Round) -> Iterator[Variable]:
    """The variables from outside of the literal that a call works on and that are no mere data."""
    for expression in action.on:
        for node in _bases(expression):
            variable = round_.bindings.variable(node)
            if variable is None or _is_within(variable, literal):
                continue
            if _takes_names(action) or may_hold(round_.types.variable(variable)):
                yield variable


def _takes_names(action: Action) -> bool:
    """Whether a call releases by a name or number: a path, a file descriptor."""
    if action.role is Role.REMOVE:
        return True
    function = action.call.child_by_field_id(go.F_FUNCTION)
    plain = receiver_of(action.call) is None or len(action.on) == len(arguments_of(action.call))
    return plain and function is not None and bool(_RELEASING.match(last_name(function)))


def _bases(expression: Node) -> Iterator[Node]:
    """The identifiers that an expression starts from: of ``f.Name()`` and of ``dir + name`` too."""
    base = base_of(expression)
    if base.kind_id == go.IDENTIFIER:
        yield base
        return
    if base.kind_id == go.CALL_EXPRESSION:
        receiver = receiver_of(base)
        parts = [*([] if receiver is None else [receiver]), *arguments_of(base)]
    else:
        parts = [] if base.kind_id == go.FUNC_LITERAL else go.operands(base)
    for part in parts:
        yield from _bases(part)


def _is_within(variable: Variable, literal: Node | None) -> bool:
    return literal is not None and literal.start_byte <= variable.declaration.start_byte < literal.end_byte


def _made_by(value: Node | None) -> Node | None:
    """The call that a value is the result of."""
    node = None if value is None else go.unparen(value)
    while node is not None and node.kind_id == go.TYPE_ASSERTION_EXPRESSION:
        operand = node.child_by_field_id(go.F_OPERAND)
        node = None if operand is None else go.unparen(operand)
    return node if node is not None and node.kind_id == go.CALL_EXPRESSION else None


def _origin(bound: Binding, round_: Round, depth: int) -> Origin | None:
    """Where the value of one assignment comes from; None for a zero value."""
    if bound.statement.kind_id in (go.RANGE_CLAUSE, go.RECEIVE_STATEMENT):
        return Origin.ELSEWHERE
    if bound.value is None:
        return None
    value = go.unparen(bound.value)
    call = _made_by(value)
    if call is not None:
        return _origin_of_call(call, bound, round_)
    if value.kind_id == go.NIL:
        return None
    if value.kind_id in (go.COMPOSITE_LITERAL, go.FUNC_LITERAL) or _is_new(value):
        return Origin.LIKELY
    if value.kind_id == go.IDENTIFIER and depth:
        variable = round_.bindings.variable(value)
        if variable is not None and round_.is_own(variable):
            return origin_of(variable, round_, depth - 1)
    return Origin.ELSEWHERE


def _is_new(value: Node) -> bool:
    operand = value.child_by_field_id(go.F_OPERAND) if value.kind_id == go.UNARY_EXPRESSION else None
    return operand is not None and go.text(value).startswith("&") and operand.kind_id == go.COMPOSITE_LITERAL


def _origin_of_call(call: Node, bound: Binding, round_: Round) -> Origin:
    callee = round_.types.callee(call)
    function = call.child_by_field_id(go.F_FUNCTION)
    index = bound.index or 0
    if callee is not None:
        if any(acquire.result == index for acquire in round_.program.models.acquires(callee.symbol)):
            return Origin.KNOWN
        if callee.function is not None and callee.function.body is not None:
            summary = round_.program.summary(callee.function)
            if index in summary.owned or index in summary.holders:
                return Origin.KNOWN
    fails = len(bound.targets) > 1 and (
        str(round_.types.of(bound.targets[-1])) == "error" or is_outcome(bound.targets[-1])
    )
    name = "" if function is None else last_name(function)
    return Origin.LIKELY if fails or _MAKING.match(name) or name == "func" else Origin.ELSEWHERE


def lock_of(action: Action, statement: Node, round_: Round) -> Node | None:
    """The call in the round before an unlocking defer that locks the same mutex."""
    locking = _UNLOCKING.get(last_name(action.call.child_by_field_id(go.F_FUNCTION) or action.call))
    wanted = f"{go.text(action.on[0])}.{locking}()"
    before = (node for node in nested([round_.body]) if node.kind_id == go.EXPRESSION_STATEMENT)
    found = [node for node in before if go.text(node) == wanted and node.start_byte < statement.start_byte]
    return found[-1] if found else None
