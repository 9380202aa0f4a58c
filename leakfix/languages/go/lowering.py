"""Lowering of Go functions to the language-neutral flow graph.

Follows the statements of the language specification (go.dev/ref/spec#Statements): every branch is an edge that carries
what its condition tells, the end of every lexical block drops the variables declared in it, `defer` emits what the
deferred call will release. Expressions are evaluated by `lower_values`, calls by `lower_calls`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Drop, Escape, ExitKind, Graph, Handing, Place
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry
from leakfix.languages.go.lower_branches import BranchLowering
from leakfix.languages.go.lower_frame import Frame, Value, span_of
from leakfix.languages.go.obligations import assigned_to
from leakfix.languages.go.ownership import Awaited
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from leakfix.languages.go.infer import Types
    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.types import Type

_ROUNDS = 3
"""What is found to be followed late in a function is followed from its start in the next round."""

_COBRA = b"github.com/spf13/cobra"
_COMMAND = ["*github.com/spf13/cobra.Command", "[]string"]
"""The parameters of the function that a cobra command runs; the process ends behind it."""

_COMPOUND = frozenset(
    {
        syntax.IF_STATEMENT,
        syntax.FOR_STATEMENT,
        syntax.EXPRESSION_SWITCH_STATEMENT,
        syntax.TYPE_SWITCH_STATEMENT,
        syntax.SELECT_STATEMENT,
    }
)
_LEAVES = re.compile(
    rb"\b(?:return|break|continue|goto|panic|fallthrough)\b|\bselect\s*\{\s*\}|\bfor\s*\{|:\s*$", re.MULTILINE
)
"""A first look at a statement that mentions nothing followed: control may not get to its end."""
_JUMPS = re.compile(rb"\b(?:break|continue|goto|fallthrough)\b")
"""A first look at a branch that does nothing: whether it decides on where control gets to beyond it."""
_MAKING = frozenset(
    {syntax.COMPOSITE_LITERAL, syntax.UNARY_EXPRESSION, syntax.CALL_EXPRESSION, syntax.PARENTHESIZED_EXPRESSION}
)
"""Values that may be new objects."""
_PLAIN = frozenset(
    {
        syntax.INC_STATEMENT,
        syntax.DEC_STATEMENT,
        syntax.DEFER_STATEMENT,
        syntax.GO_STATEMENT,
        syntax.SEND_STATEMENT,
    }
)
"""Statements behind which control goes on, and which make nothing."""
_TELLING = frozenset(
    {
        syntax.NIL,
        syntax.TRUE,
        syntax.FALSE,
        syntax.INT_LITERAL,
        syntax.COMPOSITE_LITERAL,
        syntax.UNARY_EXPRESSION,
        syntax.CALL_EXPRESSION,
    }
)
"""Values of which something is known where they are assigned: constants, and new objects."""
_MAY_HOLD_LABELS = frozenset({syntax.LABELED_STATEMENT, syntax.STATEMENT_LIST, syntax.BLOCK})


def lower(
    program: Program,
    file: File,
    function: Function,
    owner: Node,
    *,
    follow: int | None = None,
    settled: frozenset[int] = frozenset(),
    for_caller: bool = False,
    cut: bool = False,
) -> Graph:
    """The flow graph of ``owner``: the function's declaration, or a function literal inside it.

    With ``follow``, the position of an operand, the receiver first, that operand is followed and nothing else; raises
    `KeptError` when it is kept as a whole.
    What the calls acquire that end at the bytes ``settled`` is not followed.
    Where it only matters what is acquired ``for_caller``, raises `KeptError` when others keep all of it.
    A graph that may be ``cut`` ends where the function seems to have let go of all that it acquires; it says so.
    """
    previous: Frame | None = None
    for _ in range(_ROUNDS):
        frame = Frame(program, file, function, owner)
        frame.settled = settled
        frame.acquires = follow is None
        frame.for_caller = for_caller
        if previous is not None:
            frame.adopt(previous, (root for root in previous.tracked if root >= 0))
        lowering = StatementLowering(frame)
        try:
            if follow is None:
                lowering.seed()
            if for_caller or cut:
                lowering.watch(cut=cut)
            lowering.body(follow, cut=cut)
        finally:
            lowering.done()
        if not frame.late:
            break
        previous = frame
    _forget_shared_receivers(frame)
    return frame.graph


def ends_process(types: Types, function: Function, owner: Node) -> bool:
    """Whether leaving a function or literal ends the process: the program's main, or what a cobra command runs."""
    file = function.file
    if owner == function.node and function.name == "main" and file.package.name == "main":
        return True
    if _COBRA not in file.data:
        return False
    signature = types.signature(owner)
    return signature is not None and [str(of) for of in signature.params] == _COMMAND


def lower_captured(outer: Frame, literal: Node, roots: frozenset[int]) -> Graph:
    """The flow graph of a literal inside the function of ``outer``, which follows the captured variables ``roots``."""
    frame = Frame(outer.program, outer.file, outer.function, literal)
    frame.adopt(outer, roots)
    frame.acquires = outer.acquires
    frame.acquiring = tuple(at for at in outer.acquiring if literal.start_byte <= at < literal.end_byte)
    lowering = StatementLowering(frame)
    try:
        lowering.body()
    finally:
        lowering.done()
    return frame.graph


def _forget_shared_receivers(frame: Frame) -> None:
    """An object that is handed on anywhere is released by whoever got it."""
    for index, place in frame.receivers:
        if any(isinstance(event, Escape) and event.place.root == place.root for event in frame.graph.events()):
            for block in frame.graph.blocks:
                block.events[:] = [e for e in block.events if getattr(e, "site", None) != index]


class StatementLowering(BranchLowering):
    """Builds the graph of one function body."""

    def done(self) -> None:
        """Refer to itself no more: such garbage is collected behind a whole workspace."""
        del self.values.calls.values

    def seed(self) -> None:
        """Follow the variables that acquiring calls are assigned to from the start: releases may stand before them.

        What is stored in an object that the function was given is in other hands from then on.
        """
        program, function = self.frame.program, self.frame.function
        calls = program.candidates(function, self.frame.owner)
        settled = self.frame.settled
        acquiring = [c for c in calls if c.end_byte not in settled and program.acquires(function, c)]
        self.frame.acquiring = tuple(call.start_byte for call in acquiring)
        for call in acquiring:
            for target in _targets_of(call):
                place = self.values.place(target)
                if place is not None and not (place.path and self.frame.is_given(place.root)):
                    self.frame.follow(place.root)

    def watch(self, *, cut: bool) -> None:
        """Await what the function acquires; a jump back may lead behind where it would be ``cut``."""
        frame, owner = self.frame, self.frame.owner
        if cut and frame.file.data.find(b"goto ", owner.start_byte, owner.end_byte) >= 0:
            return
        inner = syntax.owner_of
        calls = (c for c in frame.program.candidates(frame.function, owner) if c.start_byte in frame.acquiring)
        starts = {call.start_byte for call in calls if inner(call) == owner}
        frame.awaited = Awaited(starts, frame.program.last_compound_call(frame.function, owner)) if starts else None

    def body(self, follow: int | None = None, *, cut: bool = False) -> None:
        """Lower the whole function; ``follow`` is the operand to follow, when a summary is wanted."""
        owner = self.frame.owner
        body = owner.child_by_field_id(syntax.F_BODY)
        self.frame.graph.ends_process = ends_process(self.frame.types, self.frame.function, owner)
        self.frame.enter()
        self._parameters(owner)
        if follow is not None and self.frame.graph.params[follow]:
            self.frame.operand = self.frame.graph.params[follow]
            self.frame.follow(self.frame.operand)
        self._results(owner)
        if body is not None:
            held = body.named_children
            lists = cut and len(held) == 1 and held[0].kind_id == syntax.STATEMENT_LIST
            for statement in self._until_done(held[0]) if lists else held:
                self.statement(statement)
            end = Span(body.end_byte - 1, body.end_byte)
        else:
            end = span_of(owner)
        self.frame.exit(ExitKind.END, end)
        self.frame.scopes.pop()

    def _until_done(self, node: Node) -> Iterator[Node]:
        """The statements of a list, until all that is acquired is in other hands behind them."""
        for statement in node.named_children:
            yield statement
            if self.frame.is_done(statement.end_byte):
                self.frame.graph.is_cut = True
                return

    def statement(self, node: Node) -> None:
        """Lower one statement; one of no consequence adds nothing."""
        handler = _STATEMENTS.get(node.kind_id)
        if handler is None:
            return
        if not self.frame.reachable and node.kind_id not in _MAY_HOLD_LABELS:
            return
        if not self.frame.touches(node):
            if not self.frame.acquires and self._has_no_effect(node):
                return
            if self._pass_over(node):
                return
        handler(self, node)
        self.end_of_statement(node)

    def _has_no_effect(self, node: Node) -> bool:
        """Whether a statement that touches nothing followed is left out where only effects are asked for.

        What counts then is where control gets to, and which objects are new.
        """
        kind, data = node.kind_id, self.frame.file.data
        if kind == syntax.SHORT_VAR_DECLARATION or kind == syntax.ASSIGNMENT_STATEMENT:
            right = node.child_by_field_id(syntax.F_RIGHT)
            return right is None or not any(value.kind_id in _MAKING for value in syntax.operands(right))
        if kind == syntax.IF_STATEMENT:
            is_open = node.child_by_field_id(syntax.F_ALTERNATIVE) is None
            return is_open and not (self.results or _JUMPS.search(data, node.start_byte, node.end_byte))
        return kind in _PLAIN

    def _pass_over(self, node: Node) -> bool:
        """Whether a statement that concerns nothing that is followed needs no more than this."""
        kind = node.kind_id
        if kind == syntax.RETURN_STATEMENT:
            if self.results and not syntax.operands(node):
                return False
            self.frame.exit(ExitKind.RETURN, span_of(node))
            return True
        if kind in (syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT):
            return self._pass_over_assignment(node)
        if kind not in _COMPOUND or _LEAVES.search(self.frame.file.data, node.start_byte, node.end_byte):
            return False
        self.frame.kill(node)
        return True

    def _pass_over_assignment(self, node: Node) -> bool:
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        values = syntax.operands(right) if right is not None else []
        if left is None or any(value.kind_id in _TELLING for value in values):
            return False
        for target in syntax.operands(left):
            if node.kind_id == syntax.SHORT_VAR_DECLARATION:
                self._declare(target)
            place = self.values.place(target)
            if place is not None:
                self.frame.emit(Assign(span_of(node), place))
        return True

    def end_of_statement(self, node: Node) -> None:
        """What has no name and was made by the statement ends with it."""
        unnamed = self.values.calls.unnamed
        if unnamed:
            self.frame.emit(Drop(span_of(node), frozenset(unnamed)))
            unnamed.clear()

    # declarations

    def _parameters(self, owner: Node) -> None:
        params: list[int] = []
        for number in (syntax.F_RECEIVER, syntax.F_PARAMETERS):
            held = owner.child_by_field_id(number)
            for declaration in syntax.operands(held) if held is not None else []:
                names = syntax.field_children(declaration, syntax.F_NAME)
                variables = [self.frame.variable(name) for name in names] or [None]
                params.extend(self.frame.root(variable) if variable is not None else 0 for variable in variables)
        self.frame.graph.params = tuple(params)

    def _results(self, owner: Node) -> None:
        result = owner.child_by_field_id(syntax.F_RESULT)
        if result is None or result.kind_id != syntax.PARAMETER_LIST:
            return
        for declaration in syntax.operands(result):
            for name in syntax.field_children(declaration, syntax.F_NAME):
                variable = self.frame.variable(name)
                if variable is not None:
                    self.results.append(self.frame.root(variable))

    # simple statements

    def _expression(self, node: Node) -> None:
        for inner in map(syntax.unparen, syntax.operands(node)):
            if inner.kind_id != syntax.CALL_EXPRESSION:
                self.values.value(inner)
                continue
            self.values.calls.discard(inner)
            told = self.values.calls.checked(inner)
            if told is not None:
                behind = self.frame.new_block()
                self.frame.branch(behind, (told,), None, None)
                self.frame.current = behind
            kind = self.values.calls.stops(inner)
            if kind is not None:
                self.frame.exit(kind, span_of(node))

    def _send(self, node: Node) -> None:
        value = node.child_by_field_id(syntax.F_VALUE)
        if value is not None:
            self.values.hand_on(node, self.values.value(value), Handing.SENT)

    def _defer(self, node: Node) -> None:
        for inner in syntax.operands(node):
            if inner.kind_id == syntax.CALL_EXPRESSION:
                self.values.calls.defer(inner)
            else:
                self.values.hand_on(node, self.values.value(inner), Handing.CAPTURED)

    def _go(self, node: Node) -> None:
        for inner in syntax.operands(node):
            if inner.kind_id == syntax.CALL_EXPRESSION:
                self.values.calls.start(inner)
            else:
                self.values.hand_on(node, self.values.value(inner), Handing.CAPTURED)

    def _return(self, node: Node) -> None:
        expressions = [e for held in syntax.operands(node) for e in _items(held)]
        span = span_of(node)
        if not expressions:
            for index, root in enumerate(self.results):
                if root in self.frame.tracked:
                    self.frame.emit(Escape(span, Place(root), Handing.RETURNED, index))
        elif len(expressions) == 1 and syntax.unparen(expressions[0]).kind_id == syntax.CALL_EXPRESSION:
            for index, value in enumerate(self.values.calls.call(syntax.unparen(expressions[0]))):
                self._hand_back(node, value, index)
        else:
            for index, expression in enumerate(expressions):
                self._hand_back(node, self.values.value(expression), index)
        self.end_of_statement(node)
        self.frame.exit(ExitKind.RETURN, span)

    def _hand_back(self, node: Node, value: Value, index: int) -> None:
        """Return a value; a result whose type cannot hold a resource hands nothing on."""
        if self.frame.is_tracked(value):
            of = self._result_type(index)
            if not can_carry(of) and not self._may_be_number(of):
                self.values.settle(value)
                return
        self.values.hand_on(node, value, Handing.RETURNED, index)

    def _may_be_number(self, of: Type | None) -> bool:
        """Whether a result can be a descriptor that is just a number."""
        numbers = any(not site.obligation.releases for site in self.frame.graph.sites)
        return numbers and str(of) != "error"

    def _result_type(self, index: int) -> Type | None:
        signature = self.frame.types.signature(self.frame.owner)
        return signature.results[index] if signature is not None and index < len(signature.results) else None

    # blocks and branches

    def _block(self, node: Node) -> None:
        self.frame.enter()
        for statement in node.named_children:
            self.statement(statement)
        self.frame.leave(Span(node.end_byte - 1, node.end_byte))

    def _list(self, node: Node) -> None:
        for statement in node.named_children:
            self.statement(statement)


# Of the class, not of its objects: those would refer to themselves, and outlive their use.
_STATEMENTS: Final[dict[int, Callable[[StatementLowering, Node], None]]] = {
    syntax.BLOCK: StatementLowering._block,
    syntax.STATEMENT_LIST: StatementLowering._list,
    syntax.EXPRESSION_STATEMENT: StatementLowering._expression,
    syntax.SHORT_VAR_DECLARATION: StatementLowering._assignment,
    syntax.ASSIGNMENT_STATEMENT: StatementLowering._assignment,
    syntax.VAR_DECLARATION: StatementLowering._var,
    syntax.INC_STATEMENT: StatementLowering._step,
    syntax.DEC_STATEMENT: StatementLowering._step,
    syntax.IF_STATEMENT: StatementLowering._if,
    syntax.FOR_STATEMENT: StatementLowering._for,
    syntax.EXPRESSION_SWITCH_STATEMENT: StatementLowering._switch,
    syntax.TYPE_SWITCH_STATEMENT: StatementLowering._type_switch,
    syntax.SELECT_STATEMENT: StatementLowering._select,
    syntax.RETURN_STATEMENT: StatementLowering._return,
    syntax.DEFER_STATEMENT: StatementLowering._defer,
    syntax.GO_STATEMENT: StatementLowering._go,
    syntax.SEND_STATEMENT: StatementLowering._send,
    syntax.LABELED_STATEMENT: StatementLowering._labeled,
    syntax.BREAK_STATEMENT: StatementLowering._break,
    syntax.CONTINUE_STATEMENT: StatementLowering._continue,
    syntax.GOTO_STATEMENT: StatementLowering._goto,
    syntax.FALLTHROUGH_STATEMENT: StatementLowering._fallthrough,
}


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _targets_of(call: Node) -> list[Node]:
    """What the results of a call are assigned to, and the receiver that the call may make an owner."""
    function = call.child_by_field_id(syntax.F_FUNCTION)
    operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
    return [*([operand] if operand is not None else []), *assigned_to(call)]
