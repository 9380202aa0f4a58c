"""Statements of a Go function, lowered to a graph of shared memory (go.dev/ref/spec#Statements).

Function literals are lowered where they stand, as something that may run there: their returns end them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from leakfix.flow.memory import Size
from leakfix.flow.sharing import passed_on
from leakfix.languages.go import syntax
from leakfix.languages.go.sharing_assignments import SharingAssignments
from leakfix.languages.go.sharing_calls import Summary
from leakfix.languages.go.sharing_frame import SharingFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from leakfix.flow import Place
    from leakfix.flow.memory import Sharing, Source
    from leakfix.flow.sharing import Passed
    from leakfix.languages.go.packages import Function
    from leakfix.languages.go.program import Program
    from leakfix.languages.go.sharing_sizes import Sizes

_LONGEST = 2000
"""Of longer functions, in bytes, nothing is known to their callers."""
_ROUNDS = 3
"""What is found to hold something late in a function is followed from its start in the next round."""
_STOPPING = ("panic(", "os.Exit(", "log.Fatal")
_PLAIN = frozenset({syntax.SHORT_VAR_DECLARATION, syntax.ASSIGNMENT_STATEMENT, syntax.VAR_DECLARATION})
_SIMPLE = _PLAIN | {syntax.EXPRESSION_STATEMENT, syntax.SEND_STATEMENT}
_COMPOUND = frozenset(
    {
        syntax.IF_STATEMENT,
        syntax.FOR_STATEMENT,
        syntax.EXPRESSION_SWITCH_STATEMENT,
        syntax.TYPE_SWITCH_STATEMENT,
        syntax.SELECT_STATEMENT,
    }
)
_LEAVES = re.compile(rb"\b(?:return|break|continue|goto|panic|fallthrough|os\.Exit|Fatal\w*)\b|:\s*$", re.MULTILINE)
_Value = tuple["Place", ...]


def lower_sharing(program: Program, function: Function, sizes: Sizes, depth: int = 0) -> Sharing:
    """The graph of the memory that a function cuts and stores; callees are looked into once, at depth 0."""
    summary = partial(_summary, program, sizes) if depth == 0 else _unknown
    live: frozenset[int] = frozenset()
    for _ in range(_ROUNDS):
        lowering = _Statements(SharingFrame(program, function, live, sizes.givers), sizes, summary)
        lowering.run(every=depth > 0)
        if not lowering.frame.late:
            break
        live = frozenset(lowering.frame.live)
    return lowering.frame.sharing


def _summary(program: Program, sizes: Sizes, function: Function) -> Summary:
    """What a function of the project does with its arguments, as far as it is short."""
    known = function.cache.get("sharing")
    if isinstance(known, Summary):
        return known
    function.cache["sharing"] = found = Summary()
    if program.is_read(function) and not function.has_error and len(function.node.text or b"") <= _LONGEST:
        sharing = lower_sharing(program, function, sizes, depth=1)
        parameters = {number: index for index, number in sharing.parameters.items()}
        passed: list[tuple[int, Passed]] = []
        given: list[tuple[Source, Passed]] = []
        for number, source in enumerate(sharing.sources):
            for one in passed_on(sharing, number):
                if number in parameters:
                    passed.append((parameters[number], one))
                elif source.size is not Size.UNKNOWN and one.result is not None:
                    given.append((source, one))
        function.cache["sharing"] = found = Summary(tuple(passed), tuple(given))
    return found


def _unknown(_: Function) -> Summary:
    return Summary()


class _Statements(SharingAssignments):
    def __init__(self, frame: SharingFrame, sizes: Sizes, summary: Callable[[Function], Summary]) -> None:
        super().__init__(frame, sizes, summary)
        self._breaks: dict[str, int] = {}
        self._continues: dict[str, int] = {}
        self._labels: dict[str, int] = {}
        self._returns: list[int] = []
        self._following: int | None = None
        self._kinds: dict[int, Callable[[Node], None]] = {
            syntax.BLOCK: self._list,
            syntax.STATEMENT_LIST: self._list,
            syntax.EXPRESSION_STATEMENT: self._expression,
            syntax.SHORT_VAR_DECLARATION: self.assignment,
            syntax.ASSIGNMENT_STATEMENT: self.assignment,
            syntax.VAR_DECLARATION: self.var,
            syntax.INC_STATEMENT: self.step,
            syntax.DEC_STATEMENT: self.step,
            syntax.IF_STATEMENT: self._if,
            syntax.FOR_STATEMENT: self._for,
            syntax.EXPRESSION_SWITCH_STATEMENT: self._switch,
            syntax.TYPE_SWITCH_STATEMENT: self._switch,
            syntax.SELECT_STATEMENT: self._switch,
            syntax.RETURN_STATEMENT: self._return,
            syntax.DEFER_STATEMENT: self._expression,
            syntax.GO_STATEMENT: self._expression,
            syntax.SEND_STATEMENT: self.send,
            syntax.LABELED_STATEMENT: self._labeled,
            syntax.BREAK_STATEMENT: lambda node: self._jump(node, self._breaks),
            syntax.CONTINUE_STATEMENT: lambda node: self._jump(node, self._continues),
            syntax.GOTO_STATEMENT: self._goto,
            syntax.FALLTHROUGH_STATEMENT: self._fallthrough,
        }

    def run(self, *, every: bool) -> None:
        """Lower the whole function; with ``every``, each parameter is followed, though nothing is known of its size."""
        function = self.frame.function
        self.values.parameters(function.node, every=every)
        if function.body is not None:
            self._statement(function.body)
        self.frame.leave(function.node)

    def _statement(self, node: Node | None) -> None:
        handler = self._kinds.get(node.kind_id) if node is not None else None
        if handler is None or node is None:
            return
        if not self.frame.touches(node) and self._is_passed_over(node):
            return
        before = self.frame.temporaries
        handler(node)
        if node.kind_id in _SIMPLE:
            self.frame.forget(before, node)

    def _is_passed_over(self, node: Node) -> bool:
        """Whether a statement that concerns nothing which is followed leads to the next one, or nowhere else."""
        if node.kind_id in _PLAIN:
            return True
        data = self.frame.function.file.data
        return node.kind_id in _COMPOUND and not _LEAVES.search(data, node.start_byte, node.end_byte)

    def _list(self, node: Node) -> None:
        for statement in node.named_children:
            self._statement(statement)

    def _expression(self, node: Node) -> None:
        for inner in syntax.operands(node):
            self.values.value(inner)
        if syntax.text(node).startswith(_STOPPING) and node.kind_id == syntax.EXPRESSION_STATEMENT:
            self.frame.leave(node)

    # branches

    def _if(self, node: Node) -> None:
        self._statement(node.child_by_field_id(syntax.F_INITIALIZER))
        condition = node.child_by_field_id(syntax.F_CONDITION)
        if condition is not None:
            self.values.value(condition)
        self._ways(node, [node.child_by_field_id(syntax.F_CONSEQUENCE), node.child_by_field_id(syntax.F_ALTERNATIVE)])

    def _ways(self, node: Node, bodies: Sequence[Node | None]) -> None:
        del node
        after = self.frame.new_block()
        blocks = [self.frame.new_block() for _ in bodies]
        for block in blocks:
            self.frame.branch(block)
        for block, body in zip(blocks, bodies, strict=True):
            self.frame.current = block
            self._statement(body)
            self.frame.goto(after)
        self.frame.current = after

    def _for(self, node: Node) -> None:
        clauses = [child for child in syntax.operands(node) if child.kind_id != syntax.BLOCK]
        clause = clauses[0] if clauses else None
        head, inside, again, after = (self.frame.new_block() for _ in range(4))
        condition = update = None
        ranged: _Value = ()
        is_range = clause is not None and clause.kind_id == syntax.RANGE_CLAUSE
        if clause is not None and clause.kind_id == syntax.FOR_CLAUSE:
            self._statement(clause.child_by_field_id(syntax.F_INITIALIZER))
            condition = clause.child_by_field_id(syntax.F_CONDITION)
            update = clause.child_by_field_id(syntax.F_UPDATE)
        elif is_range and clause is not None:
            right = clause.child_by_field_id(syntax.F_RIGHT)
            ranged = self.values.value(right) if right is not None else ()
        else:
            condition = clause
        self.frame.goto(head)
        self.frame.current = head
        if condition is not None:
            self.values.value(condition)
        self.frame.branch(inside)
        if clause is not None:
            self.frame.branch(after)
        self.frame.current = inside
        if is_range and clause is not None:
            self._range_targets(clause, node, ranged)
        with _Loop(self, _label_of(node), after, again):
            self._statement(node.child_by_field_id(syntax.F_BODY))
        self.frame.goto(again)
        self.frame.current = again
        self._statement(update)
        self.frame.goto(head)
        self.frame.current = after

    def _range_targets(self, clause: Node, loop: Node, ranged: _Value) -> None:
        left = clause.child_by_field_id(syntax.F_LEFT)
        targets = syntax.operands(left) if left is not None else []
        right = clause.child_by_field_id(syntax.F_RIGHT)
        over_sequence = right is not None and self.values.is_sequence(right)
        for number, target in enumerate(targets):
            is_element = number == (0 if over_sequence else 1)
            value = self.values.each(clause, loop, ranged) if is_element else ()
            self.assign(clause, target, value, target)

    def _switch(self, node: Node) -> None:
        self._statement(node.child_by_field_id(syntax.F_INITIALIZER))
        subject = node.child_by_field_id(syntax.F_VALUE)
        value = self.values.value(subject) if subject is not None else ()
        alias = node.child_by_field_id(syntax.F_ALIAS)
        for name in syntax.operands(alias) if alias is not None else []:
            self.assign(node, name, value, name)
        cases = [child for child in syntax.operands(node) if child.kind_id in _CASES]
        bodies = [self.frame.new_block() for _ in cases]
        after = self.frame.new_block()
        for body in bodies:
            self.frame.branch(body)
        if not any(case.kind_id == syntax.DEFAULT_CASE for case in cases):
            self.frame.branch(after)
        outer = self._following
        with _Loop(self, _label_of(node), after, None):
            for number, (case, body) in enumerate(zip(cases, bodies, strict=True)):
                self._following = bodies[number + 1] if number + 1 < len(bodies) else None
                self.frame.current = body
                self._case(case)
                self.frame.goto(after)
        self._following = outer
        self.frame.current = after

    def _case(self, case: Node) -> None:
        held = case.child_by_field_id(syntax.F_VALUE)
        if held is not None:
            self.values.value(held)
        for child in case.named_children:
            if child.kind_id == syntax.RECEIVE_STATEMENT:
                left = child.child_by_field_id(syntax.F_LEFT)
                for target in syntax.operands(left) if left is not None else []:
                    self.assign(child, target, (), target)
            else:
                self._statement(child)

    # jumps

    def _return(self, node: Node) -> None:
        index = 0
        for held in syntax.operands(node):
            for inner in syntax.operands(held) if held.kind_id == syntax.EXPRESSION_LIST else [held]:
                value = self.values.value(inner)
                if not self._returns:
                    self.frame.hand_back(inner, value, index)
                index += 1
        if self._returns:
            self.frame.goto(self._returns[-1])
        else:
            self.frame.leave(node)

    def _jump(self, node: Node, targets: dict[str, int]) -> None:
        label = next((syntax.text(child) for child in syntax.operands(node)), "")
        target = targets.get(label)
        if target is not None:
            self.frame.goto(target)
        self.frame.current = None

    def _label(self, name: str) -> int:
        if name not in self._labels:
            self._labels[name] = self.frame.new_block()
        return self._labels[name]

    def _goto(self, node: Node) -> None:
        self.frame.goto(self._label(next((syntax.text(child) for child in syntax.operands(node)), "")))

    def _labeled(self, node: Node) -> None:
        label = node.child_by_field_id(syntax.F_LABEL)
        if label is None:
            return
        block = self._label(syntax.text(label))
        self.frame.goto(block)
        self.frame.current = block
        for child in syntax.operands(node):
            if child != label:
                self._statement(child)

    def _fallthrough(self, _: Node) -> None:
        if self._following is not None:
            self.frame.goto(self._following)

    def literal(self, node: Node) -> None:
        """A function literal may run where it stands."""
        inside, after = self.frame.new_block(), self.frame.new_block()
        self.frame.branch(inside)
        self.frame.goto(after)
        self.frame.current = inside
        self._returns.append(after)
        saved = self._breaks, self._continues, self._labels, self._following
        self._breaks, self._continues, self._labels, self._following = {}, {}, {}, None
        self._statement(node.child_by_field_id(syntax.F_BODY))
        self._breaks, self._continues, self._labels, self._following = saved
        self._returns.pop()
        self.frame.goto(after)
        self.frame.current = after


class _Loop:
    """Where break and continue lead inside of a loop, switch or select."""

    def __init__(self, statements: _Statements, label: str, after: int, again: int | None) -> None:
        self._statements = statements
        self._names = {"", label} if label else {""}
        self._after, self._again = after, again

    def __enter__(self) -> None:
        of = self._statements
        self._saved = of._breaks, of._continues
        of._breaks = {**of._breaks, **dict.fromkeys(self._names, self._after)}
        if self._again is not None:
            of._continues = {**of._continues, **dict.fromkeys(self._names, self._again)}

    def __exit__(self, *_: object) -> None:
        self._statements._breaks, self._statements._continues = self._saved


_CASES = frozenset({syntax.EXPRESSION_CASE, syntax.TYPE_CASE, syntax.DEFAULT_CASE, syntax.COMMUNICATION_CASE})


def _label_of(node: Node) -> str:
    parent = node.parent
    label = parent.child_by_field_id(syntax.F_LABEL) if parent is not None else None
    is_labeled = parent is not None and parent.kind_id == syntax.LABELED_STATEMENT
    return syntax.text(label) if label is not None and is_labeled else ""
