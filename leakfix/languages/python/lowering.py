"""Lowering of Python functions to the language-neutral flow graph.

Statements become events and branches; whatever may raise has an edge to where the exception goes. Expressions are
evaluated by `lower_values`; loops and branches are lowered by `lower_branches`, `try` and `with` by `lower_guards`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Drop, Escape, ExitKind, Handing, Place
from leakfix.languages.python import nested, syntax
from leakfix.languages.python.lower_branches import BranchLowering
from leakfix.languages.python.lower_frame import RESULT, Frame, LargeError, span_of
from leakfix.languages.python.lower_guards import GuardLowering
from leakfix.languages.python.prune import prune
from leakfix.languages.python.simplify import simplify
from leakfix.languages.python.values import NOTHING, Value
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.python.files import Function
    from leakfix.languages.python.program import Program
    from leakfix.languages.python.variables import Variable


_ROUNDS: Final = 4


def lower(program: Program, function: Function, focus: int | None) -> Frame:
    """Lower a function: its graph is that of the frame. Raises `LargeError`.

    It is lowered for what it acquires, or for what the variable with the root ``focus`` holds at its start. What turns
    out late to hold something that is followed is followed from the start in another round.
    """
    frame = _lowered(program, function, focus)
    simplify(frame.graph)
    return frame


def lower_in_detail(program: Program, function: Function) -> Frame | None:
    """Lower a function for what it acquires, with an edge for whatever raises; None when it is too large."""
    try:
        return _lowered(program, function, None, is_detailed=True)
    except LargeError:
        return None


def _lowered(program: Program, function: Function, focus: int | None, *, is_detailed: bool = False) -> Frame:
    followed = frozenset({focus} if focus is not None else ())
    for _ in range(_ROUNDS):
        frame = Frame(program, function, focus, followed, is_detailed)
        StatementLowering(frame).body()
        late = frame.late
        followed |= late
        if not late:
            break
    prune(frame)
    return frame


class StatementLowering(BranchLowering, GuardLowering):
    """Builds the graph of one function body."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._statements: dict[str, Callable[[Node], None]] = {
            syntax.EXPRESSION_STATEMENT: self._expression,
            syntax.RETURN_STATEMENT: self._return,
            syntax.RAISE_STATEMENT: self._raise,
            syntax.ASSERT_STATEMENT: self._assert,
            syntax.DELETE_STATEMENT: self._delete,
            syntax.IF_STATEMENT: self._if,
            syntax.WHILE_STATEMENT: self._while,
            syntax.FOR_STATEMENT: self._for,
            syntax.MATCH_STATEMENT: self._match,
            syntax.BREAK_STATEMENT: self._break,
            syntax.CONTINUE_STATEMENT: self._continue,
            syntax.TRY_STATEMENT: self._try,
            syntax.WITH_STATEMENT: self._with,
            syntax.FUNCTION_DEFINITION: self._definition,
            syntax.CLASS_DEFINITION: self._class,
            syntax.DECORATED_DEFINITION: self._decorated,
            syntax.IMPORT_STATEMENT: self._import,
            syntax.IMPORT_FROM_STATEMENT: self._import,
        }

    def body(self) -> None:
        """Lower the whole function."""
        function = self.frame.function
        roots = []
        for position, param in enumerate(function.params):
            variable = self.frame.bindings.variable(param.identifier)
            place = self.frame.place_of(variable) if variable is not None else self.frame.temporary()
            self.frame.parameters[place.root] = position
            roots.append(place.root)
        self.frame.graph.params = tuple(roots)
        self.block(function.body)
        end = function.node.end_byte
        self.frame.exit(ExitKind.END, Span(end - 1, end) if end else Span(0, 0))

    def statement(self, node: Node) -> None:
        """Lower one statement; one that control does not reach adds nothing."""
        handler = self._statements.get(node.type)
        if handler is None or not self.frame.reachable:
            return
        handler(node)
        self.frame.end_of_statement(span_of(node))

    # simple statements

    def _expression(self, node: Node) -> None:
        for inner in syntax.named(node):
            if inner.type == syntax.ASSIGNMENT:
                self._assignment(inner)
            elif inner.type == syntax.AUGMENTED_ASSIGNMENT:
                self._augmented(inner)
            else:
                self.values.discard(inner)

    def _assignment(self, node: Node) -> None:
        """`a = b = value`: the value first, then the targets from left to right."""
        targets: list[Node] = []
        at: Node | None = node
        while at is not None and at.type == syntax.ASSIGNMENT:
            left = at.child_by_field_name("left")
            if left is not None:
                targets.append(left)
            at = at.child_by_field_name("right")
        if at is None:
            return
        self.frame.expected = self._expected(targets, at)
        value = self.values.value(at)
        self.frame.expected = None
        for target in targets:
            self.values.assign(target, value)

    def _expected(self, targets: list[Node], value: Node) -> Place | None:
        """The variable that an acquisition on the right side is about to replace the value of."""
        inner = syntax.unparen(value)
        if inner.type == syntax.AWAIT:
            inner = syntax.unparen(syntax.named(inner)[0])
        if inner.type != syntax.CALL or len(targets) != 1 or targets[0].type != syntax.IDENTIFIER:
            return None
        variable = self.frame.bindings.variable(targets[0])
        if variable is None:
            return None
        mentions = (one for one in syntax.walk(inner) if one.type == syntax.IDENTIFIER and one.text == targets[0].text)
        return None if any(mentions) else self.frame.place_of(variable)

    def _augmented(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        base = self.values.value(left)
        value = self.values.value(right)
        self.frame.raising(span_of(node), doubtful=True)
        if self.frame.program.is_own_container(self.frame, left) and len(base.links) == 1:
            self.frame.add(span_of(node), base.links[0].place, "[]", self.values.element(value, None))
            return
        self.frame.escape(span_of(node), value, Handing.STORED)

    def _return(self, node: Node) -> None:
        span = span_of(node)
        children = syntax.named(node)
        value = self.values.value(children[0]) if children else NOTHING
        if not self.frame.reachable:
            return
        self.frame.returned.append(value)
        if value.links or value.items:
            self.frame.store(span, Place(RESULT), value)
            self.frame.emit(Escape(span, Place(RESULT), Handing.RETURNED, 0))
        elif not children or value.known is not None:
            self.frame.store(span, Place(RESULT), value)
        self.frame.end_of_statement(span)
        self.unwind(0)
        self.frame.exit(ExitKind.RETURN, span)

    def _raise(self, node: Node) -> None:
        span = span_of(node)
        for child in syntax.named(node):
            value = self.values.value(child)
            self.frame.escape(span, value, Handing.PASSED)
        self.frame.end_of_statement(span)
        if self._ends_process(node):
            self.frame.exit(ExitKind.STOP, span)
        else:
            self.frame.throw(span)

    def _ends_process(self, node: Node) -> bool:
        """Whether what is raised ends the process: `raise SystemExit(1)`."""
        children = syntax.named(node)
        raised = syntax.unparen(children[0]) if children else None
        if raised is not None and raised.type == syntax.CALL:
            raised = syntax.callee(raised)
        return raised is not None and self.frame.types.symbol(raised) == "SystemExit"

    def _assert(self, node: Node) -> None:
        children = syntax.named(node)
        if not children:
            return
        holds, fails = self.frame.new_block(), self.frame.new_block()
        self.values.tests.condition(children[0], holds, fails)
        self.frame.resume(fails)
        if self.frame.reachable:
            for message in children[1:]:
                self.values.value(message)
            self.frame.raising(span_of(node), doubtful=True)
            self.frame.current = None
        self.frame.resume(holds)

    def _delete(self, node: Node) -> None:
        for target in syntax.named(node):
            for one in syntax.named(target) if target.type == syntax.EXPRESSION_LIST else [target]:
                variable = self.frame.bindings.variable(one) if one.type == syntax.IDENTIFIER else None
                if variable is not None:
                    self.frame.emit(Drop(span_of(node), frozenset({self.frame.place_of(variable).root})))
                elif one.type != syntax.IDENTIFIER:
                    self.values.value(one)

    def _import(self, node: Node) -> None:
        self.frame.raising(span_of(node), doubtful=True)

    # definitions

    def _definition(self, node: Node) -> None:
        """A nested function: unless it is only ever called here, whoever gets hold of it holds what it captures."""
        for value in self._defaults(node):
            self.frame.escape(span_of(node), value, Handing.CAPTURED)
        name = node.child_by_field_name("name")
        variable = self.frame.bindings.variable(name) if name is not None else None
        captured = nested.captured(self.frame, node)
        is_decorated = node.parent is not None and node.parent.type == syntax.DECORATED_DEFINITION
        if captured and (variable is None or is_decorated or not nested.is_only_called(self.frame, variable)):
            self._capture(node, captured)

    def _defaults(self, node: Node) -> list[Value]:
        parameters = node.child_by_field_name("parameters")
        defaults = (one.child_by_field_name("value") for one in syntax.named(parameters)) if parameters else ()
        return [self.values.value(one) for one in defaults if one is not None]

    def _capture(self, node: Node, captured: tuple[Variable, ...]) -> None:
        for variable in captured:
            place = self.frame.place_of(variable)
            self.frame.emit(Escape(span_of(node), place, Handing.CAPTURED, late=True))

    def _class(self, node: Node) -> None:
        if self.frame.function.is_module or self.frame.function.class_ is not None:
            body = node.child_by_field_name("body")
            if body is not None and self.frame.function.is_module:
                self.block(body)
            return
        captured = nested.captured(self.frame, node)
        if captured:
            self._capture(node, captured)

    def _decorated(self, node: Node) -> None:
        for decorator in node.named_children:
            if decorator.type == syntax.DECORATOR:
                for inner in syntax.named(decorator):
                    self.frame.escape(span_of(decorator), self.values.value(inner), Handing.PASSED)
        self.statement(syntax.definition(node))
