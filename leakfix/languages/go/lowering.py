"""Lowering of Go functions to the language-neutral flow graph.

Follows the statements of the language specification (go.dev/ref/spec#Statements): every branch is an edge that carries
what its condition tells, the end of every lexical block drops the variables declared in it, `defer` emits what the
deferred call will release. Expressions are evaluated by `lower_values`, calls by `lower_calls`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from leakfix.flow import Assign, Drop, Edge, Escape, ExitKind, Graph, Handing, Outcome, Place, Test
from leakfix.languages.go import syntax
from leakfix.languages.go.carry import can_carry
from leakfix.languages.go.lower_frame import COUNT, NOTHING, Frame, Jump, Link, Value, span_of
from leakfix.languages.go.lower_values import ValueLowering
from leakfix.languages.go.obligations import assigned_to
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.go.packages import File, Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.types import Type

_ROUNDS = 3
"""What is found to be followed late in a function is followed from its start in the next round."""

_COMMAND = ["*github.com/spf13/cobra.Command", "[]string"]
"""The parameters of the function that a cobra command runs; the process ends behind it."""

_FALLTHROUGH = syntax.kind("fallthrough_statement")
_BREAK = syntax.kind("break_statement")
_CONTINUE = syntax.kind("continue_statement")
_GOTO = syntax.kind("goto_statement")
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
_INCREMENT = syntax.kind("inc_statement")
_DECREMENT = syntax.kind("dec_statement")
_MAY_HOLD_LABELS = frozenset({syntax.LABELED_STATEMENT, syntax.STATEMENT_LIST, syntax.BLOCK})


def lower(program: Program, file: File, function: Function, owner: Node, *, follow: int | None = None) -> Graph:
    """The flow graph of ``owner``: the function's declaration, or a function literal inside it.

    With ``follow``, the position of an operand, the receiver first, that operand is followed and nothing else.
    """
    previous: Frame | None = None
    for _ in range(_ROUNDS):
        frame = Frame(program, file, function, owner)
        if previous is not None:
            frame.adopt(previous, (root for root in previous.tracked if root >= 0))
        lowering = StatementLowering(frame)
        if follow is None:
            lowering.seed()
        lowering.body(follow)
        if not frame.late:
            break
        previous = frame
    _forget_shared_receivers(frame)
    return frame.graph


def lower_captured(outer: Frame, literal: Node, roots: frozenset[int]) -> Graph:
    """The flow graph of a literal inside the function of ``outer``, which follows the captured variables ``roots``."""
    frame = Frame(outer.program, outer.file, outer.function, literal)
    frame.adopt(outer, roots)
    frame.acquiring = tuple(at for at in outer.acquiring if literal.start_byte <= at < literal.end_byte)
    StatementLowering(frame).body()
    return frame.graph


def _forget_shared_receivers(frame: Frame) -> None:
    """An object that is handed on anywhere is released by whoever got it."""
    for index, place in frame.receivers:
        site = frame.graph.sites[index]
        if any(isinstance(event, Escape) and event.place.root == place.root for event in frame.graph.events()):
            for block in frame.graph.blocks:
                block.events[:] = [e for e in block.events if getattr(e, "site", None) != index]
            frame.graph.sites[index] = site


class StatementLowering:
    """Builds the graph of one function body."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.values = ValueLowering(frame)
        self.breaks: dict[str, Jump] = {}
        self.continues: dict[str, Jump] = {}
        self.labels: dict[str, int] = {}
        self.results: list[int] = []
        self.fallthrough: int | None = None
        self._statements: dict[int, Callable[[Node], None]] = {
            syntax.BLOCK: self._block,
            syntax.STATEMENT_LIST: self._list,
            syntax.EXPRESSION_STATEMENT: self._expression,
            syntax.SHORT_VAR_DECLARATION: self._assignment,
            syntax.ASSIGNMENT_STATEMENT: self._assignment,
            syntax.VAR_DECLARATION: self._var,
            _INCREMENT: self._step,
            _DECREMENT: self._step,
            syntax.IF_STATEMENT: self._if,
            syntax.FOR_STATEMENT: self._for,
            syntax.EXPRESSION_SWITCH_STATEMENT: self._switch,
            syntax.TYPE_SWITCH_STATEMENT: self._type_switch,
            syntax.SELECT_STATEMENT: self._select,
            syntax.RETURN_STATEMENT: self._return,
            syntax.DEFER_STATEMENT: self._defer,
            syntax.GO_STATEMENT: self._go,
            syntax.SEND_STATEMENT: self._send,
            syntax.LABELED_STATEMENT: self._labeled,
            _BREAK: self._break,
            _CONTINUE: self._continue,
            _GOTO: self._goto,
            _FALLTHROUGH: self._fallthrough,
        }

    def seed(self) -> None:
        """Follow the variables that acquiring calls are assigned to from the start: releases may stand before them."""
        program, function = self.frame.program, self.frame.function
        calls = program.candidates(self.frame.file, span_of(self.frame.owner))
        acquiring = [call for call in calls if program.acquires(function, call)]
        self.frame.acquiring = tuple(call.start_byte for call in acquiring)
        for call in acquiring:
            for target in _targets_of(call):
                place = self.values.place(target)
                if place is not None:
                    self.frame.follow(place.root)

    def body(self, follow: int | None = None) -> None:
        """Lower the whole function; ``follow`` is the operand to follow, when a summary is wanted."""
        owner = self.frame.owner
        body = owner.child_by_field_id(syntax.F_BODY)
        self.frame.graph.ends_process = self._is_main()
        self.frame.enter()
        self._parameters(owner)
        if follow is not None and self.frame.graph.params[follow]:
            self.frame.follow(self.frame.graph.params[follow])
        self._results(owner)
        if body is not None:
            for statement in body.named_children:
                self.statement(statement)
            end = Span(body.end_byte - 1, body.end_byte)
        else:
            end = span_of(owner)
        self.frame.exit(ExitKind.END, end)
        self.frame.scopes.pop()

    def _is_main(self) -> bool:
        """Whether leaving the function ends the process: the program's main, or what a cobra command runs."""
        function, package = self.frame.function, self.frame.file.package
        if self.frame.owner == function.node and function.name == "main" and package.name == "main":
            return True
        signature = self.frame.types.signature(self.frame.owner)
        return signature is not None and [str(of) for of in signature.params] == _COMMAND

    def statement(self, node: Node) -> None:
        """Lower one statement; one of no consequence adds nothing."""
        handler = self._statements.get(node.kind_id)
        if handler is None:
            return
        if not self.frame.reachable and node.kind_id not in _MAY_HOLD_LABELS:
            return
        if not self.frame.touches(node) and self._pass_over(node):
            return
        handler(node)
        self._end_of_statement(node)

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

    def _end_of_statement(self, node: Node) -> None:
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

    def _declare(self, node: Node) -> None:
        variable = self.frame.variable(node)
        if variable is not None and variable.declaration.start_byte == node.start_byte:
            self.frame.scopes[-1].roots.add(self.frame.root(variable))

    def _var(self, node: Node) -> None:
        specs = [n for n in syntax.operands(node) if n.kind_id == syntax.VAR_SPEC]
        for group in syntax.operands(node):
            if group.kind_id == syntax.VAR_SPEC_LIST:
                specs.extend(n for n in syntax.operands(group) if n.kind_id == syntax.VAR_SPEC)
        for spec in specs:
            names = syntax.field_children(spec, syntax.F_NAME)
            value = spec.child_by_field_id(syntax.F_VALUE)
            for name in names:
                self._declare(name)
            if value is not None:
                self.bind(names, self._evaluate(syntax.operands(value), len(names)), spec)
                continue
            for name in names:
                place = self.values.place(name)
                if place is not None:
                    self.frame.fresh.add(place.root)
                    self.frame.emit(Assign(span_of(spec), place, self._zero(spec)))
                    self.frame.count(span_of(spec), place, self._zero_count(spec))

    def _zero(self, spec: Node) -> Outcome | None:
        """What is known of a variable declared without a value."""
        of = spec.child_by_field_id(syntax.F_TYPE)
        if of is None:
            return None
        if of.kind_id in (syntax.POINTER_TYPE, syntax.FUNCTION_TYPE, syntax.CHANNEL_TYPE, syntax.INTERFACE_TYPE):
            return Outcome.NIL
        name = syntax.text(of)
        if name == "bool":
            return Outcome.FALSE
        return Outcome.NIL if name == "error" else None

    def _zero_count(self, spec: Node) -> Outcome | None:
        """Whether a variable declared without a value counts nothing."""
        of = spec.child_by_field_id(syntax.F_TYPE)
        counts = of is not None and (of.kind_id == syntax.SLICE_TYPE or syntax.text(of) == "int")
        return Outcome.FALSE if counts else None

    def _step(self, node: Node) -> None:
        """``n++`` and ``n--``."""
        for operand in syntax.operands(node):
            place = self.values.place(operand)
            if place is not None and not place.path:
                self.frame.emit(Assign(span_of(node), place.below(COUNT)))
                self.frame.count(span_of(node), place, Outcome.TRUE if node.kind_id == _INCREMENT else None)

    # assignments

    def _assignment(self, node: Node) -> None:
        left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
        if left is None or right is None:
            return
        targets = syntax.operands(left)
        values = self._evaluate(syntax.operands(right), len(targets))
        if syntax.operator(node) not in ("", "="):
            values = [replace(value, count=None) for value in values]
        if node.kind_id == syntax.SHORT_VAR_DECLARATION:
            for target in targets:
                self._declare(target)
        self.bind(targets, values, node)

    def _evaluate(self, nodes: list[Node], count: int) -> list[Value]:
        if len(nodes) == 1:
            return self.values.values(nodes[0], count)
        return [self.values.value(node) for node in nodes]

    def bind(self, targets: list[Node], values: list[Value], node: Node) -> None:
        """Assign the values to the targets: first everything is overwritten, then acquired, then connected."""
        span = span_of(node)
        for target in targets:
            self._keyed(target)
        pairs = list(zip(targets, values, strict=False))
        pending = [value.pending for _, value in pairs if value.pending is not None]
        if not pending:
            self._bind_plain(pairs, span, node)
            return
        places = [self._target(target) for target, _ in pairs]
        for place, (_, value) in zip(places, pairs, strict=True):
            if place is not None:
                self.frame.emit(Assign(span, place, value.known))
        for place, (_, value) in zip(places, pairs, strict=True):
            self._acquired(place, value)
        for place, (target, value) in zip(places, pairs, strict=True):
            if place is not None:
                self.frame.connect(span, place, value)
            elif target.type != "_" and syntax.text(target) != "_":
                self._store_outside(target, value, span)
        sites = [self.frame.graph.sites[index] for index in pending]
        self.frame.emit(Drop(span, frozenset(site.place.root for site in sites)))

    def _keyed(self, target: Node) -> None:
        """``open[f] = true``: the key of a map is stored in it."""
        node = syntax.unparen(target)
        key = node.child_by_field_id(syntax.F_INDEX) if node.kind_id == syntax.INDEX_EXPRESSION else None
        if key is not None:
            self.values.hand_on(node, self.values.value(key), Handing.STORED)

    def _store_outside(self, target: Node, value: Value, span: Span) -> None:
        """A result goes where others can see it; if that is the error, tests of it still tell of the acquisition.

        An error that goes to a variable of the package leaves it open whether there is anything to release.
        """
        self.frame.escape(span, value, Handing.STORED)
        place = self.values.place(target)
        if value.pending is not None:
            return
        if place is not None and not place.weak:
            self.frame.emit(Assign(span, place, value.known))
            self.frame.connect(span, place, value)
        for site in self.frame.graph.sites if place is None else ():
            if any(link.place == site.error for link in value.links):
                self.frame.emit(Escape(span, site.place, Handing.STORED))

    def _acquired(self, place: Place | None, value: Value) -> None:
        if value.pending is None:
            return
        self.frame.begin(value)
        self.frame.amend(value.pending, bound=place is not None, discarded=place is None)

    def _bind_plain(self, pairs: list[tuple[Node, Value]], span: Span, node: Node) -> None:
        parallel = len(pairs) > 1 and any(value.links for _, value in pairs)
        prepared = []
        for target, value in pairs:
            if parallel and self.frame.is_tracked(value):
                between = self.frame.temporary()
                self.frame.connect(span, between, value)
                prepared.append((target, Value((Link(between),), value.known, fresh=value.fresh)))
            else:
                prepared.append((target, value))
        for target, value in prepared:
            place = self._target(target)
            if place is None:
                self._assign_outside(target, value, span)
                continue
            if value.fresh and not place.path:
                self.frame.fresh.add(place.root)
            self.frame.store(span, place, value)
        del node

    def _assign_outside(self, target: Node, value: Value, span: Span) -> None:
        if syntax.text(target) == "_":
            return
        place = self.values.place(target)
        others = value if place is None else value.without(place.root)
        self.frame.escape(span, others, Handing.STORED)
        if place is not None:
            self.frame.emit(Assign(span, place, value.known))

    def _target(self, node: Node) -> Place | None:
        """The place that an assignment to ``node`` overwrites, if only this function can see it."""
        node = syntax.unparen(node)
        place = self.values.place(node)
        if place is None or not self.frame.is_own(place.root):
            return None
        if node.kind_id == syntax.IDENTIFIER:
            return place
        return place if place.root in self.frame.fresh else None

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
        self._end_of_statement(node)
        self.frame.exit(ExitKind.RETURN, span)

    def _hand_back(self, node: Node, value: Value, index: int) -> None:
        """Return a value; a result whose type cannot hold a resource hands nothing on."""
        of = self._result_type(index)
        if self.frame.is_tracked(value) and not can_carry(of) and not self._may_be_number(of):
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

    def _if(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        condition = node.child_by_field_id(syntax.F_CONDITION)
        then, other = self.frame.new_block(), self.frame.new_block()
        if condition is not None:
            self.condition(condition, then, other, span_of(condition))
        after = self.frame.new_block()
        depth = len(self.frame.scopes) - 1
        consequence = node.child_by_field_id(syntax.F_CONSEQUENCE)
        alternative = node.child_by_field_id(syntax.F_ALTERNATIVE)
        for block, body in ((then, consequence), (other, alternative)):
            self._resume(block)
            if body is not None:
                self.statement(body)
            self.frame.drop(depth, Span((body or node).end_byte - 1, (body or node).end_byte))
            self.frame.goto(after)
        self.frame.scopes.pop()
        self._resume(after)

    def condition(self, node: Node, holds: int, fails: int, span: Span, *, negated: bool = False) -> None:
        """Branch on a part of the condition at ``span``; ``&&``, ``||`` and ``!`` become edges of their own.

        ``negated`` tells whether the whole holds where the part fails.
        """
        node = syntax.unparen(node)
        operator = node.child_by_field_id(syntax.F_OPERATOR)
        kind = operator.type if operator is not None else ""
        if node.kind_id == syntax.BINARY_EXPRESSION and kind in ("&&", "||"):
            left, right = node.child_by_field_id(syntax.F_LEFT), node.child_by_field_id(syntax.F_RIGHT)
            if left is None or right is None:
                return
            second = self.frame.new_block()
            first = (second, fails) if kind == "&&" else (holds, second)
            self.condition(left, *first, span, negated=negated)
            self._resume(second)
            self.condition(right, holds, fails, span, negated=negated)
            return
        if node.kind_id == syntax.UNARY_EXPRESSION and kind == "!":
            operand = node.child_by_field_id(syntax.F_OPERAND)
            if operand is not None:
                self.condition(operand, fails, holds, span, negated=not negated)
            return
        if node.kind_id in (syntax.TRUE, syntax.FALSE):
            self.frame.goto(holds if node.kind_id == syntax.TRUE else fails)
            return
        self.values.settle(self.values.value(node))
        self._end_of_statement(node)
        positive, negative = self.values.tests(node)
        drained = self.values.calls.drained(node)
        if drained is not None:
            exhausted = self.frame.new_block()
            self.frame.graph.blocks[exhausted].events.append(drained)
            self.frame.link(exhausted, fails)
            fails = exhausted
        self.frame.branch(holds, positive, span, not negated)
        self.frame.branch(fails, negative, span, negated)
        self.frame.current = None

    def _resume(self, block: int) -> None:
        """Go on in ``block`` if anything leads there."""
        self.frame.current = block if block in self.frame.targets else None

    # loops

    def _for(self, node: Node) -> None:
        clauses = [child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK]
        clause = clauses[0] if clauses else None
        body = node.child_by_field_id(syntax.F_BODY)
        label = _label_of(node)
        self.frame.enter()
        ranged = NOTHING
        condition = update = None
        if clause is not None and clause.kind_id == syntax.FOR_CLAUSE:
            start = clause.child_by_field_id(syntax.F_INITIALIZER)
            if start is not None:
                self.statement(start)
            condition = clause.child_by_field_id(syntax.F_CONDITION)
            update = clause.child_by_field_id(syntax.F_UPDATE)
        elif clause is not None and clause.kind_id == syntax.RANGE_CLAUSE:
            right = clause.child_by_field_id(syntax.F_RIGHT)
            ranged = self.values.settle(self.values.value(right)) if right is not None else NOTHING
        else:
            condition = clause
        head, inside, after, again = (self.frame.new_block() for _ in range(4))
        if ranged.place is not None and self.frame.is_tracked(ranged):
            self._first_turn(ranged.place, inside, after)
        else:
            self.frame.goto(head)
        self.frame.current = head
        if condition is not None:
            self.condition(condition, inside, after, span_of(condition))
        elif clause is not None and clause.kind_id == syntax.RANGE_CLAUSE:
            self.frame.branch(inside, (), None, None)
            self.frame.branch(after, (), None, None)
        else:
            self.frame.goto(inside)
        self._resume(inside)
        depth = len(self.frame.scopes)
        with_range = clause is not None and clause.kind_id == syntax.RANGE_CLAUSE
        saved = self._enter_loop(label, Jump(after, depth), Jump(again, depth))
        self.frame.enter()
        if with_range and clause is not None:
            self._range_targets(clause, ranged)
        if body is not None:
            self.frame.scopes[-1].roots |= self._dead_between_turns(body)
            self.statement(body)
            self.frame.leave(Span(body.end_byte - 1, body.end_byte))
        else:
            self.frame.scopes.pop()
        self.frame.goto(again)
        self._leave_loop(saved)
        self._resume(again)
        if update is not None:
            self.statement(update)
        self.frame.goto(head)
        self._resume(after)
        self.frame.leave(Span(node.end_byte - 1, node.end_byte))

    def _first_turn(self, ranged: Place, inside: int, after: int) -> None:
        """A range over what holds something has at least one turn."""
        self.frame.branch(inside, (), None, None)
        self.frame.branch(after, (Test(ranged.below("[]"), Outcome.NIL),), None, None)
        self.frame.current = None

    def _dead_between_turns(self, body: Node) -> set[int]:
        """Variables from outside a loop that only its body uses, and that every turn assigns before it reads them."""
        dead = set()
        for root in self.frame.tracked:
            if root < 0 or root >= body.start_byte or root in self.results or not self.frame.is_own(root):
                continue
            uses = self.frame.uses_of(root)
            if uses and all(body.start_byte <= use < body.end_byte for use in uses):
                first = body.descendant_for_byte_range(uses[0], uses[0])
                if first is not None and _is_assigned_first(first, body):
                    dead.add(root)
        return dead

    def _range_targets(self, clause: Node, ranged: Value) -> None:
        left = clause.child_by_field_id(syntax.F_LEFT)
        targets = syntax.operands(left) if left is not None else []
        place = ranged.place
        element = Value((Link(place.below("[]")),)) if place is not None else ranged.through()
        declares = any(child.type == ":=" for child in clause.children)
        for number, target in enumerate(targets):
            if declares:
                self._declare(target)
            value = element if number == 1 and self.frame.is_tracked(ranged) else NOTHING
            self._bind_plain([(target, value)], span_of(clause), clause)

    def _enter_loop(self, label: str, after: Jump, again: Jump) -> tuple[dict[str, Jump], dict[str, Jump]]:
        saved = (self.breaks, self.continues)
        names = {"", label} if label else {""}
        self.breaks = {**self.breaks, **dict.fromkeys(names, after)}
        self.continues = {**self.continues, **dict.fromkeys(names, again)}
        return saved

    def _leave_loop(self, saved: tuple[dict[str, Jump], dict[str, Jump]]) -> None:
        self.breaks, self.continues = saved

    # switches and select

    def _switch(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        subject = node.child_by_field_id(syntax.F_VALUE)
        if subject is not None:
            self.values.settle(self.values.value(subject))
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.EXPRESSION_CASE, syntax.DEFAULT_CASE)]
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        default = after
        for case, body in zip(cases, bodies, strict=True):
            if case.kind_id == syntax.DEFAULT_CASE:
                default = body
                continue
            held = case.child_by_field_id(syntax.F_VALUE)
            for value in syntax.operands(held) if held is not None else []:
                following = self.frame.new_block()
                self._case(subject, value, body, following)
                self._resume(following)
        self.frame.goto(default)
        self._bodies(node, cases, bodies, after)

    def _case(self, subject: Node | None, value: Node, body: int, following: int) -> None:
        if subject is None:
            self.condition(value, body, following, span_of(value))
            return
        self.values.settle(self.values.value(value))
        positive, negative = self.values.equality(subject, value)
        self.frame.branch(body, positive, span_of(value), True)
        self.frame.branch(following, negative, span_of(value), False)
        self.frame.current = None

    def _type_switch(self, node: Node) -> None:
        self.frame.enter()
        start = node.child_by_field_id(syntax.F_INITIALIZER)
        if start is not None:
            self.statement(start)
        subject = node.child_by_field_id(syntax.F_VALUE)
        value = self.values.settle(self.values.value(subject)) if subject is not None else NOTHING
        alias = node.child_by_field_id(syntax.F_ALIAS)
        for name in syntax.operands(alias) if alias is not None else []:
            self._declare(name)
            self._bind_plain([(name, Value(value.links))], span_of(node), node)
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.TYPE_CASE, syntax.DEFAULT_CASE)]
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        for case, body in zip(cases, bodies, strict=True):
            self.frame.branch(body, self._type_test(subject, case), None, None)
        if not any(case.kind_id == syntax.DEFAULT_CASE for case in cases):
            self.frame.branch(after, (), None, None)
        self.frame.current = None
        self._bodies(node, cases, bodies, after)

    def _type_test(self, subject: Node | None, case: Node) -> tuple[Test, ...]:
        place = self.values.place(subject) if subject is not None else None
        types = syntax.field_children(case, syntax.F_TYPE)
        if place is None or not types:
            return ()
        is_nil = [syntax.text(of) == "nil" for of in types]
        if all(is_nil):
            return (Test(place, Outcome.NIL),)
        return () if any(is_nil) else (Test(place, Outcome.NOT_NIL),)

    def _select(self, node: Node) -> None:
        cases = [c for c in syntax.operands(node) if c.kind_id in (syntax.COMMUNICATION_CASE, syntax.DEFAULT_CASE)]
        if not cases:
            self.frame.exit(ExitKind.STOP, span_of(node))
            return
        self.frame.enter()
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        for body in bodies:
            self.frame.branch(body, (), None, None)
        self.frame.current = None
        self._bodies(node, cases, bodies, after)

    def _bodies(self, node: Node, cases: list[Node], bodies: list[int], after: int) -> None:
        """Lower the clauses of a switch or select; the scope of its header ends behind it."""
        label = _label_of(node)
        depth = len(self.frame.scopes) - 1
        saved = self.breaks
        leave = Jump(after, depth)
        self.breaks = {**self.breaks, "": leave, **({label: leave} if label else {})}
        outer = self.fallthrough
        for number, (case, body) in enumerate(zip(cases, bodies, strict=True)):
            self.fallthrough = bodies[number + 1] if number + 1 < len(bodies) else None
            self._resume(body)
            self.frame.enter()
            end = Span(case.end_byte, case.end_byte)
            for child in case.children:
                if child.kind_id in (syntax.SEND_STATEMENT, syntax.STATEMENT_LIST):
                    self.statement(child)
                elif child.kind_id == syntax.RECEIVE_STATEMENT:
                    self._receive(child)
            self.frame.leave(end)
            self.frame.drop(depth, end)
            self.frame.goto(after)
        self.fallthrough = outer
        self.breaks = saved
        self.frame.scopes.pop()
        self._resume(after)

    def _receive(self, node: Node) -> None:
        left = node.child_by_field_id(syntax.F_LEFT)
        declares = any(child.type == ":=" for child in node.children)
        right = node.child_by_field_id(syntax.F_RIGHT)
        if right is not None:
            self.values.value(right)
        for target in syntax.operands(left) if left is not None else []:
            if declares:
                self._declare(target)
            self._bind_plain([(target, NOTHING)], span_of(node), node)

    # jumps

    def _labeled(self, node: Node) -> None:
        label = node.child_by_field_id(syntax.F_LABEL)
        if label is None:
            return
        block = self._label(syntax.text(label))
        self.frame.goto(block)
        self.frame.current = block
        for child in syntax.operands(node):
            if child.kind_id != syntax.LABEL_NAME:
                self.statement(child)

    def _label(self, name: str) -> int:
        if name not in self.labels:
            self.labels[name] = self.frame.new_block()
        return self.labels[name]

    def _break(self, node: Node) -> None:
        self._jump(node, self.breaks)

    def _continue(self, node: Node) -> None:
        self._jump(node, self.continues)

    def _jump(self, node: Node, jumps: dict[str, Jump]) -> None:
        label = next((syntax.text(c) for c in syntax.operands(node) if c.kind_id == syntax.LABEL_NAME), "")
        jump = jumps.get(label)
        if jump is None:
            self.frame.exit(ExitKind.STOP, span_of(node))
            return
        self.frame.drop(jump.depth, span_of(node))
        self.frame.goto(jump.block)

    def _goto(self, node: Node) -> None:
        label = next((syntax.text(c) for c in syntax.operands(node) if c.kind_id == syntax.LABEL_NAME), "")
        target, span = self._label(label), span_of(node)
        self.frame.emit(Drop(span, frozenset()))
        self.frame.link(self.frame.current, target, Edge(target, jump=span))
        self.frame.current = None

    def _fallthrough(self, node: Node) -> None:
        del node
        if self.fallthrough is not None:
            self.frame.goto(self.fallthrough)


def _is_assigned_first(identifier: Node, body: Node) -> bool:
    """Whether an identifier is overwritten by a statement that stands directly in a loop's body."""
    left = identifier.parent
    statement = left.parent if left is not None else None
    if left is None or statement is None or statement.kind_id != syntax.ASSIGNMENT_STATEMENT:
        return False
    operator = statement.child_by_field_id(syntax.F_OPERATOR)
    held = statement.parent
    return (
        operator is not None
        and operator.type == "="
        and statement.child_by_field_id(syntax.F_LEFT) == left
        and held is not None
        and held.parent == body
    )


def _items(node: Node) -> list[Node]:
    return syntax.operands(node) if node.kind_id == syntax.EXPRESSION_LIST else [node]


def _label_of(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.kind_id != syntax.LABELED_STATEMENT:
        return ""
    label = parent.child_by_field_id(syntax.F_LABEL)
    return syntax.text(label) if label is not None else ""


def _targets_of(call: Node) -> list[Node]:
    """What the results of a call are assigned to, and the receiver that the call may make an owner."""
    function = call.child_by_field_id(syntax.F_FUNCTION)
    operand = function.child_by_field_id(syntax.F_OPERAND) if function is not None else None
    return [*([operand] if operand is not None else []), *assigned_to(call)]


__all__ = ["Edge", "lower", "lower_captured"]
