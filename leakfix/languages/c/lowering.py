"""Lowering of C and C++ functions to the language-neutral flow graph.

Every branch is an edge that carries what its condition tells; the end of every block drops the variables declared in it
and runs their destructors. Expressions are evaluated by `lower_values`, calls by `lower_calls`, branches and loops by
`lower_branches`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from leakfix.flow import Assign, Drop, Edge, Escape, ExitKind, Graph, Handing, Known, Outcome, Place, Test
from leakfix.flow.remembering import equal_to
from leakfix.languages.c import declarators, syntax
from leakfix.languages.c.evidence import bare
from leakfix.languages.c.files import spelling
from leakfix.languages.c.following import Followed
from leakfix.languages.c.lower_aliases import hand_over_parts, prune
from leakfix.languages.c.lower_branches import BranchLowering
from leakfix.languages.c.lower_errors import unite
from leakfix.languages.c.lower_failures import returns_failure
from leakfix.languages.c.lower_frame import NOTHING, RESULT, Frame, Value, span_of
from leakfix.languages.c.turns import turn_variables
from leakfix.languages.c.types import SMART_POINTERS
from leakfix.languages.c.words import WORD
from leakfix.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from leakfix.languages.c.declarators import Declarator
    from leakfix.languages.c.files import Function
    from leakfix.languages.c.program import Program
    from leakfix.languages.c.scopes import Variable

_CLEANUP: Final = (b"cleanup", b"g_auto", b"__free(")
"""What attributes say that release a variable where its scope ends, and macros that stand for them."""
_HEAD: Final = 200


_ROUNDS: Final = 4


def lower_exits(program: Program, function: Function) -> Frame:
    """Lower a function for the ways out of it alone: of what it calls only that is asked which may never return."""
    frame = Frame(program, function, is_bare=True)
    StatementLowering(frame).body()
    prune(frame)
    return frame


def lower(program: Program, function: Function, operand: int | None = None) -> Frame:
    """Lower a function: its graph is that of the frame.

    What it acquires is followed, and what it is given as an operand, the receiver being -1.
    """
    followed: Followed | None = Followed()
    for number in range(_ROUNDS):
        if followed is None:
            break
        frame = Frame(program, function, followed if number < _ROUNDS - 1 else Followed(everything=True))
        StatementLowering(frame).body(operand)
        followed = frame.followed.next(frame.graph)
    unite(frame.graph)
    _separate(frame.graph)
    hand_over_parts(frame)
    prune(frame)
    return frame


class StatementLowering(BranchLowering):
    """Builds the graph of one function body."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._statements: dict[str, Callable[[Node], None]] = {
            syntax.COMPOUND_STATEMENT: self._block,
            syntax.EXPRESSION_STATEMENT: self._expression,
            syntax.DECLARATION: self._declaration,
            syntax.IF_STATEMENT: self._if,
            syntax.FOR_STATEMENT: self._for,
            syntax.FOR_RANGE_LOOP: self._for_range,
            syntax.WHILE_STATEMENT: self._while,
            syntax.DO_STATEMENT: self._do,
            syntax.SWITCH_STATEMENT: self._switch,
            syntax.CASE_STATEMENT: self._stray_case,
            syntax.RETURN_STATEMENT: self._return,
            syntax.BREAK_STATEMENT: self._break,
            syntax.CONTINUE_STATEMENT: self._continue,
            syntax.GOTO_STATEMENT: self._goto,
            syntax.LABELED_STATEMENT: self._labeled,
            syntax.ATTRIBUTED_STATEMENT: self._attributed,
            syntax.TRY_STATEMENT: self._try,
            syntax.THROW_STATEMENT: self._throw,
            syntax.PREPROC_IF: self._conditional_group,
            syntax.PREPROC_IFDEF: self._conditional_group,
            syntax.LINKAGE_SPECIFICATION: self._attributed,
            "co_return_statement": self._return,
        }

    def body(self, operand: int | None = None) -> None:
        """Lower the whole function, following an operand if one is given."""
        function = self.frame.function
        self.frame.graph.ends_process = function.name == "main" and not function.class_name
        self.frame.enter(function.node)
        self._parameters()
        if operand is not None:
            self.frame.follow(operand)
        self.labels_of(function.body)
        for initializer in function.initializers:
            self._member(initializer)
        self.frame.enter(function.body)
        for statement in syntax.named(function.body):
            self.statement(statement)
        end = Span(function.body.end_byte - 1, function.body.end_byte)
        self.leave_function(end)
        self.frame.exit(ExitKind.END, end)

    def statement(self, node: Node) -> None:
        """Lower one statement; one of no consequence adds nothing."""
        handler = self._statements.get(node.type)
        throws = self.memory_handlers[-1].throws if self.memory_handlers else 0
        if not self.frame.reachable and not self._may_hold_labels(node):
            return
        if handler is not None:
            handler(node)
        elif node.type.endswith(("_expression", "identifier")):
            self.values.discard(node)
        self.end_of_statement(node)
        if self.memory_handlers and self.frame.expansion is None:
            self._may_throw_later(node, throws)

    def _may_hold_labels(self, node: Node) -> bool:
        return node.type == syntax.LABELED_STATEMENT or any(
            node.start_byte <= label.start_byte < node.end_byte for label in self.label_nodes.values()
        )

    def end_of_statement(self, node: Node) -> None:
        """What has no name and was acquired by the statement ends with it."""
        unnamed = self.values.calls.unnamed
        if unnamed:
            self.frame.emit(Drop(self.frame.span(node), frozenset(unnamed)))
            unnamed.clear()

    # declarations

    def _parameters(self) -> None:
        function = self.frame.function
        roots: list[int] = []
        for position, param in enumerate(function.params):
            variable = self.frame.variable(param.identifier) if param.identifier is not None else None
            root = self.frame.root(variable) if variable is not None else self.frame.temporary().root
            self.frame.parameters[root] = position
            roots.append(root)
        self.frame.graph.params = tuple(roots)

    def _member(self, initializer: Node) -> None:
        """`: member(value)` of a constructor."""
        inner = syntax.named(initializer)
        if not inner:
            return
        name = syntax.text(inner[0])
        values = [self.values.value(one) for held in inner[1:] for one in syntax.named(held)]
        place = Place(self.frame.this, ("*", name))
        if len(values) == 1 and self.frame.program.is_member(self.frame.function, name):
            self.values.assign(initializer, place, values[0])
        else:
            for value in values:
                self.frame.escape(span_of(initializer), value, Handing.STORED)

    def _declaration(self, node: Node) -> None:
        declared, released = self._declared(node)
        for one in declared:
            if one.name is None:
                continue
            if one.is_function or (one.value is not None and one.value.type == syntax.ARGUMENT_LIST):
                self._may_be_kept(node, one)
            if self.frame.expansion is not None:
                self._declared_in_macro(node, one.name, one.value)
                continue
            variable = self.frame.bindings.variable(one.name)
            if variable is None:
                if one.value is not None:
                    self.values.value(one.value)
                continue
            place = Place(self.frame.root(variable))
            if variable.kind == "local":
                self.frame.scopes[-1].roots.add(place.root)
            if released:
                self.frame.emit(Escape(span_of(node), place, Handing.STORED, late=True))
            value = variable.value if one.value is None else one.value
            if one.is_function and one.call is not None:
                value = one.call.child_by_field_name("parameters")
            if any(step.startswith("&") for step in one.steps) or self.values.aimed(variable) is not None:
                if value is not None and value.type == syntax.CALL_EXPRESSION:
                    self.values.value(value)
                continue
            steps = () if one.is_function else one.steps
            self._initialised(node, place, value, variable_type=node.child_by_field_name("type"), steps=steps)

    def _declared(self, node: Node) -> tuple[tuple[Declarator, ...], bool]:
        """What a declaration declares, and whether it is released where its scope ends; read once."""
        if self.frame.expansion is not None:
            return tuple(declarators.declarators(node)), self._is_cleaned(node)
        known = self.frame.function.cache.setdefault("declared", {})
        if not isinstance(known, dict):
            return (), False
        if node.id not in known:
            known[node.id] = tuple(declarators.declarators(node)), self._is_cleaned(node)
        found: tuple[tuple[Declarator, ...], bool] = known[node.id]
        return found

    def _may_be_kept(self, node: Node, one: Declarator) -> None:
        """What the grammar takes for a function's parameters may be what an object is made with, and so in a macro."""
        if not self.frame.file.is_cpp or not (one.is_function or self.frame.expansion is not None):
            return
        at = self.frame.expansion.use if self.frame.expansion is not None else node
        for inner in syntax.walk(one.node):
            if inner.type in syntax.IDENTIFIERS and inner != one.name:
                variable = self.frame.bindings.visible(syntax.text(inner), at)
                if variable is not None and variable.is_variable:
                    place = Place(self.frame.root(variable))
                    self.frame.emit(Escape(self.frame.span(node), place, Handing.PASSED, late=True))

    def _is_cleaned(self, node: Node) -> bool:
        """Whether an attribute, or a macro that stands for one, releases what is declared where its scope ends."""
        text = (node.text or b"")[:_HEAD].partition(b"=")[0]
        if any(mark in text for mark in _CLEANUP):
            return True
        if self.frame.expansion is not None:
            return False
        # What only decorates a declaration is blanked before it is parsed.
        before = node.prev_sibling
        between = self.frame.file.data[before.end_byte if before is not None else node.start_byte : node.start_byte]
        words = WORD.findall(between) if not between.isspace() else ()
        return any(any(mark in word for mark in _CLEANUP) or self._stands_for_cleanup(word) for word in words)

    def _stands_for_cleanup(self, word: bytes) -> bool:
        macros = self.frame.program.world.macros(word.decode("utf-8", "replace"), self.frame.file)
        return any(mark in macro.body for macro in macros for mark in _CLEANUP)

    def _initialised(
        self, node: Node, place: Place, value: Node | None, variable_type: Node | None, steps: tuple[str, ...]
    ) -> None:
        span = self.frame.span(node)
        is_object = self.frame.file.is_cpp and not steps and variable_type is not None
        name = spelling(variable_type) if is_object and variable_type is not None else ""
        is_named = variable_type is not None and variable_type.type in _NAMED_TYPES
        struct = self.frame.program.world.struct(name, self.frame.file) if is_object and is_named else None
        if struct is not None and struct.kind in ("class", "struct"):
            self._object(node, place, name, value)
            return
        if value is None:
            self.frame.emit(Assign(span, place))
            return
        if value.type in _LISTS and (is_object or value.type != syntax.INITIALIZER_LIST):
            arguments = [self.values.value(_argument(one)) for one in syntax.named(value)]
            if len(arguments) == 1 and not is_object:
                self.values.assign(node, place, arguments[0], is_first=True)
                return
            for one in arguments:
                self._given_to_class(span, name, one)
            return
        given = self.values.value(value)
        if is_object and self._is_class(variable_type):
            self._given_to_class(span, name, given)
            return
        self.values.assign(node, place, given, is_first=True)

    def _given_to_class(self, span: Span, name: str, value: Value) -> None:
        """A smart pointer owns what it is given; of other classes nothing is known."""
        if name.partition("<")[0] in SMART_POINTERS:
            self.values.calls.unknown.own(span, value)
        else:
            self.frame.escape(span, value, Handing.PASSED)

    def _is_class(self, variable_type: Node | None) -> bool:
        """Whether a type is a class of which nothing is known, whose constructor may keep what it is given."""
        kinds = (syntax.TEMPLATE_TYPE, syntax.QUALIFIED_IDENTIFIER)
        return (
            variable_type is not None and variable_type.type in kinds and not syntax.text(variable_type).endswith("_t")
        )

    def _object(self, node: Node, place: Place, name: str, value: Node | None) -> None:
        """An object of a class of the project: its constructor runs here, its destructor at the end of its block."""
        span = self.frame.span(node)
        self.frame.emit(Assign(span, place))
        if value is not None and value.type not in _LISTS:
            given = self.values.value(value)
            self.frame.store(span, place, given)
        else:
            given_all = syntax.named(value) if value is not None else []
            arguments = [self.values.value(_argument(one)) for one in given_all]
            self.values.calls.objects.construct(node, name, Value(address=place), arguments)
        destructor = self.frame.program.destructor_of(self.frame, name)
        if destructor is not None:
            self.frame.scopes[-1].objects.append((place, destructor))
        elif self.frame.program.has_destructor(self.frame, name):
            # What it does is out of sight: it may release all that the object holds.
            self.frame.emit(Escape(span, place, Handing.STORED, late=True))

    def _declared_in_macro(self, node: Node, name: Node, value: Node | None) -> None:
        place = self.frame.temporary()
        self.frame.declare(syntax.text(name), place.root)
        if value is not None and value.type in _LISTS:
            for one in syntax.named(value):
                self.frame.escape(self.frame.span(node), self.values.value(_argument(one)), Handing.PASSED)
            return
        given = self.values.value(value) if value is not None else NOTHING
        self.frame.store(self.frame.span(node), place, given)

    # simple statements

    def _expression(self, node: Node) -> None:
        for inner in syntax.named(node):
            if inner.type == syntax.IDENTIFIER and self.frame.variable(inner) is None:
                if not self.values.macros.statement(inner):
                    self.values.calls.leave(self.frame.span(inner), syntax.text(inner), [])
            else:
                self.values.discard(inner)

    def _attributed(self, node: Node) -> None:
        for inner in syntax.named(node):
            self.statement(inner)

    def _return(self, node: Node) -> None:
        expressions = syntax.named(node)
        span = self.frame.span(node)
        if expressions:
            self.values.calls.last = bare(expressions[0]).id
            value = self.values.value(expressions[0])
            self.values.let_go_inside(node, expressions[0], value)
            result = Place(RESULT)
            self.frame.store(span, result, value)
            if value.address is not None:
                self.frame.emit(Escape(span, value.address, Handing.RETURNED))
            self.frame.emit(Escape(span, result, Handing.RETURNED, 0))
        self.end_of_statement(node)
        self.leave_function(span)
        number = self.values.constant(expressions[0]) if expressions else None
        self.frame.exit(ExitKind.RETURN, span, failed=returns_failure(self.frame.function, node, number))

    def _throw(self, node: Node) -> None:
        for inner in syntax.named(node):
            self.frame.escape(self.frame.span(node), self.values.value(inner), Handing.PASSED)
        self.throw(self.frame.span(node))

    def _block(self, node: Node) -> None:
        self.frame.enter(node)
        if self.frame.expansion is None:
            self.frame.scopes[-1].roots.update(map(self.frame.root, self._turn_variables(node)))
        for statement in syntax.named(node):
            self.statement(statement)
        self.leave(Span(node.end_byte - 1, node.end_byte) if self.frame.expansion is None else self.frame.span(node))

    def _turn_variables(self, body: Node) -> tuple[Variable, ...]:
        known = self.frame.function.cache.setdefault("turns", {})
        if not isinstance(known, dict):
            return ()
        if body.id not in known:
            known[body.id] = tuple(turn_variables(self.frame.bindings, body))
        found: tuple[Variable, ...] = known[body.id]
        return found


_NAMED_TYPES: Final = frozenset((syntax.TYPE_IDENTIFIER, syntax.QUALIFIED_IDENTIFIER))
_LISTS: Final = frozenset((syntax.ARGUMENT_LIST, syntax.INITIALIZER_LIST, syntax.PARAMETER_LIST))


def _argument(node: Node) -> Node:
    """What stands in `T x(a)` for an argument, which the grammar takes for a parameter."""
    if node.type == syntax.PARAMETER_DECLARATION:
        return node.child_by_field_name("type") or node
    return node


def _separate(graph: Graph) -> None:
    """What is one constant is none of the others that the same place is compared with."""
    constants: dict[Place, set[str]] = {}
    sign = equal_to("")
    for block in graph.blocks:
        told = [event.place for event in block.events if isinstance(event, (Assign, Known)) and event.place.path]
        told += [test.place for edge in block.edges for test in edge.tests if test.place.path]
        for root, path in told:
            if path[-1].startswith(sign):
                constants.setdefault(Place(root, path[:-1]), set()).add(path[-1])
    if not any(len(names) > 1 for names in constants.values()):
        return
    for block in graph.blocks:
        block.edges[:] = [_with_others(edge, constants) if edge.tests else edge for edge in block.edges]
        events = []
        for event in block.events:
            events.append(event)
            if isinstance(event, (Assign, Known)) and event.value is Outcome.TRUE and event.place.path:
                base, own = Place(event.place.root, event.place.path[:-1]), event.place.path[-1]
                if own in constants.get(base, ()):
                    others = sorted(constants[base] - {own})
                    events += [Known(event.span, base.below(name), Outcome.FALSE) for name in others]
        block.events[:] = events


def _with_others(edge: Edge, constants: dict[Place, set[str]]) -> Edge:
    added: list[Test] = []
    for test in edge.tests:
        if test.outcome is Outcome.TRUE and test.place.path:
            base, own = Place(test.place.root, test.place.path[:-1]), test.place.path[-1]
            if own in constants.get(base, ()):
                added += [Test(base.below(name), Outcome.FALSE) for name in sorted(constants[base] - {own})]
    if not added:
        return edge
    return Edge(edge.target, (*edge.tests, *added), edge.span, edge.taken, edge.jump)
